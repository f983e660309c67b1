"""Trauma: what touches the origin beyond chance, how the wound opens, and how it heals."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import leo.perception.trauma as module
from leo import AsyncLeoField
from leo.notes import Wound
from leo.perception.trauma import Trauma, TraumaNote, TraumaState
from leo.perception.wound import (
    FAINTEST,
    HALF_LIFE,
    MOST_SCARS,
    THRESHOLD,
    Origin,
    Part,
    Scar,
    Touch,
    deepest,
    left,
    opened_level,
    origin_of,
    parts_of,
    scarred,
    score_of,
    triggers_of,
)
from leo.records import Pulse, Turn
from leo.testing import ScriptedClock
from leo.text.birth import DEFAULT_BIRTH, Birth
from tests.conftest import Open

HURT = "I was alone in a dark house and I waited at the door."
WORSE = "Nobody called my name. The silence hurt."
CALM = ("The boat is yellow.", "We eat soup on Sunday.", "Grandmother tells a story.", "A red hat.")

units = st.floats(0, 1)


def pulse(novelty: float = 0.0, arousal: float = 0.0, entropy: float = 0.0) -> Pulse:
    """Make a pulse."""
    return Pulse(novelty, arousal, entropy, 0.3 * novelty + 0.4 * arousal + 0.3 * entropy)


def told(turn: Turn) -> TraumaNote:
    """Give a turn's note."""
    note = turn.note(TraumaNote)
    assert note is not None
    return note


# ---------------------------------------------------------------- the laws


@pytest.mark.parametrize(
    ("hours", "share"), [(1, 0.97153), (6, 0.84090), (24, 0.5), (48, 0.25), (-3, 1.0)]
)
def test_half_is_left_after_a_day(hours: float, share: float) -> None:
    """The decay of the spec's table; a clock that goes backwards takes nothing."""
    assert left(hours * 3600) == pytest.approx(share, abs=5e-6)


def test_the_level_of_the_spec_s_sequence() -> None:
    """Half the last score, half the mean of the last ten."""
    scores = [0.4, 0.9, 0.9, 0.9, 0.3, 0.3, 0.3]
    levels = [opened_level(scores[: i + 1]) for i in range(len(scores))]

    expected = [0.4, 0.775, 0.8167, 0.8375, 0.49, 0.4583, 0.4357]
    assert levels == pytest.approx(expected, abs=5e-5)


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_decay_is_multiplicative(one: float, other: float) -> None:
    """Waiting twice is waiting once for as long."""
    assert left(one) * left(other) == pytest.approx(left(one + other))


@given(units, units, units, units, units, st.booleans())
def test_the_score_grows_with_every_part(
    overlap: float, more: float, novelty: float, arousal: float, entropy: float, triggered: bool
) -> None:
    """It is within [0, 1], and no part of it ever lowers it."""
    low, high = sorted((overlap, more))
    beat = pulse(novelty, arousal, entropy)

    def score(corrected: float, beats: Pulse, trigger: bool) -> float:
        return score_of(parts_of(corrected, beats, triggered=trigger))

    assert 0 <= score(low, beat, triggered) <= score(high, beat, triggered) <= 1
    assert score(low, pulse(), triggered) <= score(low, beat, triggered)
    assert score(low, beat, False) <= score(low, beat, True)


def test_the_score_by_hand() -> None:
    """Twice the overlap, deepened by each part of the pulse, and a trigger."""
    parts = parts_of(0.25, pulse(0.5, 0.25, 1.0), triggered=True)

    assert {part.name: part.amount for part in parts} == pytest.approx(
        {"overlap": 0.5, "novelty": 0.075, "arousal": 0.05, "entropy": 0.1, "trigger": 0.2}
    )
    assert score_of(parts) == pytest.approx(0.925)


def test_an_event_is_one_from_the_threshold_on() -> None:
    """The threshold itself opens the wound."""
    assert Touch(0.0, 0.0, (), (), (), (), THRESHOLD).event
    assert not Touch(0.0, 0.0, (), (), (), (), THRESHOLD - 1e-9).event


def test_a_scar_after_two_events_a_day_apart() -> None:
    """The first event's weight has halved when the second adds its own (spec 4.9)."""
    first = scarred({}, ["door"], 0.6, 0.0)
    second = scarred(first, ["door"], 0.8, HALF_LIFE)

    assert second["door"].now(HALF_LIFE) == pytest.approx(0.6 / 2 + 0.8)


def test_scars_heal_and_are_bounded() -> None:
    """A scar below the faintest weight is gone, and there are never more than so many."""
    old = {"ash": Scar(1.0, 0.0)}
    assert "ash" in scarred(old, [], 0.5, 318.8 * 3600)
    assert "ash" not in scarred(old, [], 0.5, 319.0 * 3600)
    assert old["ash"].now(319.0 * 3600) < FAINTEST
    many = scarred(old, [f"w{i}" for i in range(2 * MOST_SCARS)], 0.5, 0.0)
    assert len(many) == MOST_SCARS
    assert deepest(many, 0.0)[0].name == "ash"
    assert deepest({"ash": Scar(FAINTEST, 0.0)}, 0.0) == (Part("ash", FAINTEST),)


# ---------------------------------------------------------------- the origin


async def test_chance_is_what_the_birth_texts_themselves_share() -> None:
    """Overlap that any text of Leo's world has counts nothing; all of the origin counts one."""
    origin = await origin_of(DEFAULT_BIRTH.texts)

    assert 0 < origin.chance < 0.5
    assert origin.corrected(origin.chance) == 0
    assert origin.corrected(origin.overlap(sorted(origin.words))) == pytest.approx(1)
    assert "the" not in origin.words
    assert "silence" in origin.words


def test_what_chance_gives_counts_nothing() -> None:
    """Less than chance is no less than nothing; without an origin nothing weighs anything."""
    origin = Origin(chance=0.5)

    assert [origin.corrected(overlap) for overlap in (0.25, 0.5, 0.75, 1.0)] == [0, 0, 0.5, 1]
    assert (origin.weight("ashes"), origin.overlap(["ashes"])) == (0, 0)


async def test_a_rare_word_of_the_origin_weighs_more_than_a_common_one() -> None:
    """Overlap is weighed by inverse document frequency."""
    texts = (("origin", "ashes window"), *(("book", f"window number{i}") for i in range(9)))
    origin = await origin_of(texts)  # type: ignore[arg-type]

    assert origin.weight("ashes") > origin.weight("window")
    assert origin.overlap(["ashes", "apple"]) > origin.overlap(["window", "apple"])


# ---------------------------------------------------------------- defects of the earlier program


def test_t3_pulse_terms_alone_make_no_event() -> None:
    """Corrected rule: a loud new moment that touches nothing scores 0, not 0.31."""
    parts = parts_of(0.0, pulse(0.5, 0.1, 0.6), triggered=False)

    assert score_of(parts) == 0


async def test_t3_a_neutral_talk_leaves_the_wound_closed(make: Open) -> None:
    """Leo's own words, grown on the origin, never open it; nor does small talk."""
    async with make(modules=[Trauma()]) as leo:
        for prompt in CALM * 3:
            await leo.turn(prompt)
        assert leo.module("trauma").state.events == ()


@pytest.mark.parametrize("text", ["leopard", "galileo", "Cleo", "a leotard"])
def test_t4_a_trigger_is_a_whole_word(text: str) -> None:
    """His name inside another word is not his name."""
    assert triggers_of(text.lower().split()) == ()
    assert triggers_of(["hello", ",", "leo", "!"]) == ("leo",)
    assert triggers_of(["who", "are", ".", "you"]) == ()


async def test_t4_calling_him_by_name_is_no_event(make: Open) -> None:
    """The trigger alone stays below the threshold."""
    async with make(modules=[Trauma()]) as leo:
        note = told(await leo.turn("Leo! Leo, Leo, who are you?"))

    assert note.triggers
    assert not note.event


async def test_t5_d23_the_level_decays_and_survives_a_restart(make: Open) -> None:
    """A day later half of it is left, whoever looks, and whether or not he slept meanwhile."""
    clock = ScriptedClock(step=90)
    async with make(modules=[Trauma()], clock=clock) as leo:
        await leo.turn(HURT)
        opened = told(await leo.turn(WORSE)).after
    clock.now += HALF_LIFE - clock.step
    async with make(modules=[Trauma()], clock=clock) as leo:
        wound = (await leo.turn("Yes.")).note(Wound)

    assert opened > 0.5
    assert wound is not None
    assert wound.level == pytest.approx(opened / 2, rel=0.01)


async def test_t1_t2_reading_between_events_sees_decay_and_needs_no_event(make: Open) -> None:
    """Before any event there is a level (0), and between events it is lower each time."""
    async with make(modules=[Trauma()], clock=ScriptedClock(step=3600)) as leo:
        assert told(await leo.turn("Yes.")).after == 0
        await leo.turn(WORSE)
        levels = [told(await leo.turn("Yes.")).after for _ in range(4)]

    assert levels == sorted(levels, reverse=True)
    assert len(set(levels)) == 4


async def test_t7_events_are_bounded(make: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table keeps the last events only."""
    monkeypatch.setattr(module, "KEPT_EVENTS", 3)
    async with make(modules=[Trauma()]) as leo:
        for _ in range(6):
            assert told(await leo.turn(WORSE)).event
        assert leo._life is not None
        rows = await leo._life.database.fetch("SELECT turn FROM trauma_events ORDER BY turn")

    assert [row[0] for row in rows] == [4, 5, 6]


async def test_t8_triggers_are_counted(make: Open) -> None:
    """The row of an event tells how many triggers there were."""
    async with make(modules=[Trauma()]) as leo:
        note = told(await leo.turn("Leo, who are you? Nobody called my name in the silence."))
        event = leo.module("trauma").state.events[-1]

    assert note.event
    assert event.triggers == len(note.triggers) == 2


async def test_d24_a_clock_that_goes_back_changes_nothing(make: Open) -> None:
    """The level neither rises nor falls when time runs backwards."""
    async with make(modules=[Trauma()], clock=ScriptedClock(step=-50)) as leo:
        after = told(await leo.turn(WORSE)).after
        assert told(await leo.turn("Yes.")).after == after


async def test_a_leo_without_origin_has_no_wound(make: Open) -> None:
    """Born empty, or of readings alone, nothing is ever an event."""
    books = Birth("books", (("book", "The boat is on the sea."),))
    async with make(modules=[Trauma()], birth=None) as leo:
        note = told(await leo.turn(WORSE))
        assert (note.event, note.overlap, note.corrected, note.score) == (False, 0, 0, 0)
        assert leo.module("trauma").state.origin == Origin()
    async with make(leo.path.with_name("b.db"), modules=[Trauma()], birth=books) as other:
        assert not told(await other.turn(WORSE)).event


# ---------------------------------------------------------------- through the real generator


async def talk(leo: AsyncLeoField) -> list[Turn]:
    """Hurt him, then talk of other things."""
    return [(await leo.turn(p)).without_timings() for p in (HURT, WORSE, *CALM)]


async def test_an_open_wound_brings_the_wounded_expert_and_other_words(make: Open) -> None:
    """After the wound opened he speaks as another; without the module he does not."""
    async with make(modules=[Trauma()]) as leo:
        hurt = await talk(leo)
    async with make(leo.path.with_name("off.db"), modules=[Trauma()], without=["trauma"]) as other:
        plain = await talk(other)
    weights = {one.expert: one.weight for one in hurt[-1].blend.weights}

    assert weights["wounded"] > 0.25
    assert "the wound is open" in {reason.why for reason in hurt[-1].blend.reasons}
    assert [turn.reply for turn in hurt[:1]] == [turn.reply for turn in plain[:1]]
    assert [turn.reply for turn in hurt] != [turn.reply for turn in plain]
    assert all(turn.note(Wound) is None for turn in plain)


async def test_a_restart_in_the_middle_changes_nothing(make: Open) -> None:
    """Events and scars come back as they were."""
    clock = ScriptedClock(step=90)
    async with make(modules=[Trauma()], clock=clock) as leo:
        whole = await talk(leo)
        state: TraumaState = leo.module("trauma").state
    clock = ScriptedClock(step=90)
    async with make(leo.path.with_name("cut.db"), modules=[Trauma()], clock=clock) as cut:
        first = [(await cut.turn(p)).without_timings() for p in (HURT, WORSE)]
    async with make(cut.path, modules=[Trauma()], clock=clock) as cut:
        rest = [(await cut.turn(p)).without_timings() for p in CALM]
        again: TraumaState = cut.module("trauma").state

    assert [*first, *rest] == whole
    assert replace(again, scarred=(), healed=()) == replace(state, scarred=(), healed=())


async def test_an_imagined_hurt_leaves_no_scar(make: Open) -> None:
    """What is only imagined opens nothing."""
    async with make(modules=[Trauma()]) as leo:
        assert told(await leo.imagine(WORSE)).event
        assert leo.module("trauma").state.events == ()
        assert leo.module("trauma").state.scars == {}


async def test_it_can_be_asked(make: Open) -> None:
    """Level and scars at a time; the deepest scar stands first."""
    async with make(modules=[Trauma()]) as leo:
        await leo.turn(WORSE)
        turn = await leo.turn("The silence and the dark house, and nobody.")
        trauma = leo.module("trauma")
        assert isinstance(trauma, Trauma)
        scars = trauma.scars(turn.at, 100)

        assert trauma.level(turn.at) == pytest.approx(told(turn).after, abs=1e-6)
        assert {scar.name for scar in scars[:2]} == {"silence", "nobody"}
        assert [scar.amount for scar in scars] == sorted((s.amount for s in scars), reverse=True)
        assert trauma.level(turn.at + 2 * HALF_LIFE) == pytest.approx(trauma.level(turn.at) / 4)
