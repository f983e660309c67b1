"""Dream: gates that say why, two voices that differ, and a friend that changes."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import leo.reflection.dream as module
from leo import AsyncLeoField
from leo.luck import stream
from leo.module import Lean, Module
from leo.notes import Wound
from leo.observation.talk import TALK
from leo.records import Influence, Turn
from leo.reflection.dream import Dream
from leo.reflection.dreaming import DreamConfig, DreamReport, DreamState
from leo.reflection.fragments import FRAGMENTS, Fragment, aged, drawn, first
from leo.testing import ScriptedClock
from leo.text.birth import DEFAULT_BIRTH
from leo.text.function_words import is_content
from leo.text.prose import sentences
from leo.text.tokens import tokens
from tests.conftest import Open

ALWAYS = DreamConfig(interval=0, probability=1.0, wound=-1.0)
PROMPT = "The moon is over the boat."


class Hurt(Module[None]):
    """Stands in for a wound."""

    name = "hurt"

    async def before(self, percept: Any, so_far: Any) -> Lean[None]:
        """Say how much it hurts."""
        return Lean(Influence(wound=0.8), Wound(0.8))


def report(turn: Turn) -> DreamReport:
    """Give a turn's report."""
    note = turn.note(DreamReport)
    assert note is not None
    return note


async def talk(leo: AsyncLeoField, n: int = 8) -> list[Turn]:
    """Live through the beginning of the scripted talk."""
    return [(await leo.turn(prompt)).without_timings() for prompt in TALK[:n]]


def state(leo: AsyncLeoField) -> DreamState:
    """Give the dreamer's state."""
    found: DreamState = leo.module("dream").state
    return found


# ---------------------------------------------------------------- fragments


def fragments(*weights: float) -> tuple[Fragment, ...]:
    """Make fragments of these weights."""
    return tuple(Fragment(i + 1, f"text {i}", weight) for i, weight in enumerate(weights))


def test_the_first_fragments_come_from_all_of_the_origin() -> None:
    """At most twenty, evenly over its length, each with weight 1; short ones are none."""
    texts = [f"sentence number {i}" for i in range(60)]
    found = first([*texts, "short."])

    assert len(found) == FRAGMENTS
    assert [one.text for one in found[:2]] == ["sentence number 0", "sentence number 3"]
    assert {one.weight for one in found} == {1.0}
    assert [one.text for one in first(["a long enough sentence", "short."])] == [
        "a long enough sentence"
    ]
    assert first([]) == ()


def test_d5_fragments_are_drawn_by_weight_from_all() -> None:
    """Corrected rule: without replacement, every fragment has its chance, heavy ones more."""
    pool, luck = fragments(*([1.0] * 9), 5.0), random.Random(1)
    draws = [drawn(pool, 3, luck) for _ in range(600)]
    counts = {one.id: sum(one in found for found in draws) for one in pool}

    assert all(len({one.id for one in found}) == 3 for found in draws)
    assert min(counts.values()) > 60
    assert counts[10] > 2 * max(count for id_, count in counts.items() if id_ != 10)


def test_d2_fragments_fade_with_every_dream_and_go_in_the_end() -> None:
    """Corrected rule: 0.98 a dream, with or without newcomers; gone after 114 dreams."""
    pool = fragments(1.0)
    for n in range(1, 114):
        pool = aged(pool, [], 9)
        if n == 26:
            assert pool[0].weight == pytest.approx(0.98**26)
    assert [one.weight > 0.1 for one in pool] == [True]
    assert aged(pool, [], 9) == ()


@given(st.lists(st.floats(0.11, 1.0), max_size=FRAGMENTS), st.integers(0, 2))
def test_d3_newcomers_survive(weights: list[float], new: int) -> None:
    """Corrected rule: never more than twenty, and a newcomer is never the one that goes."""
    texts = [f"new {i}" for i in range(new)]
    pool = aged(fragments(*weights), texts, 99)

    assert len(pool) <= FRAGMENTS
    assert [one.text for one in pool if one.id >= 99] == texts
    again = aged(pool, [], 120)
    assert {one.text for one in again} >= set(texts) if len(again) == len(pool) else True
    assert len({one.id for one in pool}) == len(pool)


def test_a_known_text_is_not_added_twice() -> None:
    """A line that is a fragment already stays one fragment."""
    pool = fragments(1.0, 0.5)
    assert [one.id for one in aged(pool, ["text 0", "new", "new"], 9)] == [1, 2, 9]


# ---------------------------------------------------------------- gates


@pytest.mark.parametrize(
    ("config", "why"),
    [
        (DreamConfig(interval=0, probability=1.0, wound=0.9, novelty=2.0, quality=(0, 0)), "moved"),
        (DreamConfig(interval=0, probability=-1.0, wound=-1.0), "dice"),
        (ALWAYS, None),
        (DreamConfig(interval=0, probability=1.0, wound=2.0, novelty=-1.0), None),
        (DreamConfig(interval=0, probability=1.0, wound=2.0, novelty=2.0, quality=(0, 1)), None),
    ],
)
async def test_every_turn_says_why_or_why_not(
    make: Open, config: DreamConfig, why: str | None
) -> None:
    """The first closed gate is the reason; any one thing that moved him is enough."""
    async with make(modules=[Dream(config)]) as leo:
        note = report(await leo.turn(PROMPT))

    assert note.why_not == why
    assert note.dreamed == (why is None)
    assert [gate.name for gate in note.gates] == ["time", "moved", "dice"]
    assert all(gate.open for gate in note.gates) == (why is None)


@pytest.mark.parametrize(("step", "dreams"), [(179.9, [1, 3]), (180, [1, 2, 3])])
async def test_d10_the_time_between_two_dreams(make: Open, step: float, dreams: list[int]) -> None:
    """At 180 seconds he may dream again, a little before he may not."""
    config = DreamConfig(probability=1.0, wound=-1.0)
    async with make(modules=[Dream(config)], clock=ScriptedClock(step=step)) as leo:
        turns = await talk(leo, 3)
    assert [turn.id for turn in turns if report(turn).dreamed] == dreams


async def test_a_clock_that_goes_back_brings_no_dream(make: Open) -> None:
    """Less than no time has passed since the last dream."""
    config = DreamConfig(probability=1.0, wound=-1.0)
    async with make(modules=[Dream(config)], clock=ScriptedClock(step=-500)) as leo:
        turns = await talk(leo, 3)
    assert [report(turn).why_not for turn in turns] == [None, "time", "time"]


# ---------------------------------------------------------------- the dialogue


async def test_d1_dreams_speak(make: Open) -> None:
    """Through the real generator: four lines in turn, each learned as a dream."""
    async with make(modules=[Dream(ALWAYS)]) as leo:
        turn = await leo.turn(PROMPT)
    note = report(turn)

    assert [line.speaker for line in note.lines] == ["leo", "friend", "leo", "friend"]
    assert [text for source, text in turn.texts() if source == "dream"] == [
        line.text for line in note.lines
    ]
    assert note.growth.tokens > 0
    assert all(line.text not in turn.reply for line in note.lines)


async def test_d9_the_two_voices_measurably_differ(make: Open) -> None:
    """Over many dreams the friend speaks of his fragments, and Leo of what was just said."""

    def content(text: str) -> set[str]:
        return {token.word for token in tokens(text) if is_content(token.word)}

    shares: dict[tuple[str, str], list[bool]] = {}
    async with make(modules=[Hurt(), Dream(ALWAYS)]) as leo:
        pool = state(leo).fragments
        for number in range(60):
            turn = await leo.imagine(TALK[number % len(TALK)], seed=number)
            texts = drawn(pool, 3, stream(turn.seed, "dream fragments"))
            of = {
                "fragments": content(" ".join(one.text for one in texts)),
                "talk": content(f"{turn.prompt} {turn.reply}"),
            }
            for line in report(turn).lines:
                for name, words in of.items():
                    met = shares.setdefault((line.speaker, name), [])
                    met += [word in words for word in sorted(content(line.text))]
                assert line.semantic == {"leo": 0.3, "friend": 0.6}[line.speaker]
    means = {key: sum(values) / len(values) for key, values in shares.items()}

    assert means["friend", "fragments"] > 1.5 * means["leo", "fragments"]
    assert means["leo", "talk"] > 1.5 * means["friend", "talk"]


async def test_d7_charge_is_measured_line_by_line(make: Open) -> None:
    """Corrected rule: every line has a charge of its own, not a copy of the moment's."""
    async with make(modules=[Dream(ALWAYS)]) as leo:
        turns = await talk(leo, 4)
    charges = [line.charge for turn in turns for line in report(turn).lines]

    assert len(set(charges)) > len(charges) / 2
    assert all(0 <= charge <= 1 for charge in charges)


async def test_d8_a_dream_in_which_nothing_was_said_costs_no_time(make: Open) -> None:
    """An empty dialogue is reported, keeps nothing, and does not count as a dream."""
    config = DreamConfig(probability=1.0, wound=-1.0)
    async with make(modules=[Dream(config)], birth=None) as leo:
        assert report(await leo.turn("")).why_not == "nothing was said"
        assert state(leo).last is None


async def test_charged_lines_of_the_friend_become_fragments(make: Open) -> None:
    """What the friend said with feeling is a fragment from then on, and survives."""
    eager = DreamConfig(interval=0, probability=1.0, wound=-1.0, charged=0.0)
    async with make(modules=[Dream(eager)]) as leo:
        one = report(await leo.turn(PROMPT))
        kept = {fragment.text for fragment in state(leo).fragments}
        await leo.turn("The rain is on the window.")
        later = {fragment.text for fragment in state(leo).fragments}

    told = [line.text for line in one.lines if line.speaker == "friend"]
    assert list(one.born) == told
    assert set(told) <= kept
    assert set(told) <= later
    assert len(kept) <= FRAGMENTS


# ---------------------------------------------------------------- keeping


async def test_d2_d6_a_restart_in_the_middle_changes_nothing(make: Open) -> None:
    """Fragments, dreams and the time of the last one come back exactly."""

    def modules() -> list[Module[Any]]:
        return [Hurt(), Dream(DreamConfig(interval=3, probability=0.8))]

    async with make(modules=modules()) as leo:
        whole, clock, before = await talk(leo, 10), leo._clock, state(leo)
    clock.now = whole[0].at - 2 * clock.step  # type: ignore[attr-defined]
    cut = leo.path.with_name("cut.db")
    async with make(cut, modules=modules(), clock=clock) as one:
        first_half = await talk(one, 5)
    async with make(cut, modules=modules(), clock=clock) as two:
        rest = [(await two.turn(prompt)).without_timings() for prompt in TALK[5:10]]
        after = state(two)

    assert [*first_half, *rest] == whole
    assert after == before
    assert before.dreams > 1


async def test_d8_old_dreams_are_let_go(make: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Table and memory are bounded, and no dream stands there unfinished."""
    monkeypatch.setattr(module, "KEPT_DREAMS", 3)
    monkeypatch.setattr(module, "REMEMBERED", 2)
    async with make(modules=[Dream(ALWAYS)]) as leo:
        await talk(leo, 5)
        assert leo._life is not None
        rows = await leo._life.database.fetch("SELECT turn, lines FROM dream_dialogues")
        assert len(state(leo).recent) == 2
    assert [row[0] for row in rows] == [3, 4, 5]
    assert all(row[1] != "[]" for row in rows)


async def test_an_imagined_dream_leaves_nothing(make: Open) -> None:
    """The friend is as he was."""
    async with make(modules=[Dream(ALWAYS)]) as leo:
        before = state(leo)
        assert report(await leo.imagine(PROMPT)).dreamed
        assert state(leo) is before


async def test_without_it_the_talk_differs(make: Open) -> None:
    """Switched off, nothing is dreamed, less is learned, and later replies are others."""
    async with make(modules=[Dream(ALWAYS)]) as leo:
        whole = await talk(leo, 15)
    off = leo.path.with_name("off.db")
    async with make(off, modules=[Dream(ALWAYS)], without=["dream"]) as other:
        plain = await talk(other, 15)
    assert whole[-1].totals.tokens > plain[-1].totals.tokens
    assert [turn.reply for turn in whole] != [turn.reply for turn in plain]


async def test_it_can_be_asked(make: Open) -> None:
    """The last dreams, the friend's fragments, and counts."""
    async with make(modules=[Dream(ALWAYS)]) as leo:
        turns = await talk(leo, 2)
        dream = leo.module("dream")
        assert isinstance(dream, Dream)
        stats = dream.stats()

        assert [one.turn for one in dream.recent()] == [2, 1]
        assert dream.recent(1)[0].lines == report(turns[-1]).lines
        assert (stats.dreams, stats.lines) == (2, 8)
        assert stats.fragments == len(dream.fragments()) > 0
        assert 0 < stats.mean_charge < 1


ORIGIN: Callable[[], list[str]] = lambda: [  # noqa: E731
    one for kind, text in DEFAULT_BIRTH.texts if kind == "origin" for one in sentences(text)
]


async def test_d4_a_newborn_s_friend_is_made_of_the_origin(make: Open) -> None:
    """Nothing but the origin's sentences, at most twenty of them."""
    async with make(modules=[Dream()]) as leo:
        texts = [one.text for one in state(leo).fragments]
    assert 0 < len(texts) <= FRAGMENTS
    assert set(texts) <= set(ORIGIN())
