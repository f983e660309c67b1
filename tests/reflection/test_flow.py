"""FlowTracker: themes keep their identity, trends know their error, rising ones draw."""

from dataclasses import replace
from typing import cast

import pytest

import leo.reflection.flow as module
from leo import AsyncLeoField
from leo.module import Judged, Moment, Voice
from leo.notes import Trends
from leo.observation.talk import TALK
from leo.records import ActiveTheme, Landscape, ThemeChange, Turn
from leo.reflection import currents
from leo.reflection.currents import WINDOW, Activation, Life, Stream, Tick, heir, surplus
from leo.reflection.flow import FlowNote, FlowTracker
from leo.testing import ScriptedClock, make_turn
from leo.text.tokens import is_word
from tests.conftest import Open

RAIN = ActiveTheme(4, 2.0, ("rain", "window"))
SEA = ActiveTheme(7, 1.0, ("sea", "boat"))
BREAD = ("The bread is warm.", "I like bread.", "Bread and honey.", "The bread is in the kitchen.")


def note(turn: Turn) -> FlowNote:
    """Give a turn's note."""
    found = turn.note(FlowNote)
    assert found is not None
    return found


def state(leo: AsyncLeoField) -> Stream:
    """Give the tracker's state."""
    found: Stream = leo.module("flow").state
    return found


async def talk(leo: AsyncLeoField, prompts: tuple[str, ...] = TALK[:16]) -> list[Turn]:
    """Say one thing after the other."""
    return [(await leo.turn(prompt)).without_timings() for prompt in prompts]


def lived(*touched: tuple[ActiveTheme, ...], seconds: float = 90.0) -> Stream:
    """Live through turns of four words, each touching some themes."""
    stream = Stream()
    for turn, themes in enumerate(touched, start=1):
        stream = stream.took_in((), turn).touched(themes, 4, Tick(turn, turn * seconds))
    return stream


def change(what: str, theme: int, into: int | None = None, entry: int = 8) -> ThemeChange:
    """Make a change of themes."""
    return ThemeChange(entry, what, theme, into, ("word",))  # type: ignore[arg-type]


# ---------------------------------------------------------------- strengths and trends


def test_7_7_2_strength_is_a_share() -> None:
    """Corrected rule: the share of the prompt's words that touch the theme, never more than 1."""
    stream = lived((RAIN,), (replace(RAIN, score=9.0),))
    assert [one.strength for one in stream.recent] == [0.5, 1.0]


def test_a_theme_that_is_touched_more_and_more_emerges_and_then_fades() -> None:
    """Rising: emerging. Left alone: fading, then steady, then out of the window."""
    quiet: tuple[ActiveTheme, ...] = ()
    rising = [quiet] * 6 + [(replace(RAIN, score=float(i)),) for i in (1, 2, 3)]
    stream = lived(*rising)
    [current] = stream.currents()
    assert (current.trend, current.strength) == ("emerging", 0.75)
    assert current.error is not None
    assert current.slope > 2 * current.error

    steady = [(replace(RAIN, score=3.0),)] * 3
    [later] = lived(*steady, *[quiet] * 9).currents()
    assert (later.trend, later.strength) == ("fading", 0.0)
    assert lived(*rising, *[quiet] * (WINDOW + 1)).currents() == ()


def test_slopes_per_turn_and_per_hour() -> None:
    """A line of strengths: its slope by turns, and by hours of the turns' own times."""
    touched = [(replace(RAIN, score=0.6 * i),) for i in range(6)]
    [current] = lived(*touched, seconds=900.0).currents()

    assert current.slope == pytest.approx(0.15)
    assert current.per_hour == pytest.approx(0.6)


def test_7_7_6_and_7_time_is_the_turns_own() -> None:
    """Corrected rule: a talk in no time has slopes per turn, and none per hour."""
    touched = [(replace(RAIN, score=0.6 * i),) for i in range(6)]
    [current] = lived(*touched, seconds=0.0).currents()

    assert current.slope == pytest.approx(0.15)
    assert current.per_hour == 0


# ---------------------------------------------------------------- identity


def test_7_7_1_a_merged_theme_goes_on_under_its_heir() -> None:
    """Corrected rule: its past is the heir's past; what it was can still be asked for."""
    stream = lived((RAIN,), (SEA,), (RAIN, SEA))
    merged = stream.took_in((change("merged", 4, 7),), 4)

    assert {one.theme for one in merged.recent} == {7}
    assert (merged.lives[4].fate, merged.lives[4].into) == ("merged", 7)
    assert merged.seen == 8
    assert heir(merged.lives, 4) == 7
    [current] = merged.touched((), 4, Tick(4, 360.0)).currents()
    assert current.theme == 7


def test_changes_are_taken_in_once() -> None:
    """What was seen is not news again; deaths and births stand in the lives."""
    stream = Stream().took_in((change("born", 9), change("died", 3)), 5)
    assert [one.id for one in stream.news] == [9, 3]
    assert (stream.lives[9].fate, stream.lives[3].fate) == ("alive", "died")
    again = stream.took_in((change("born", 9), change("born", 11, entry=16)), 6)
    assert [one.id for one in again.news] == [11]
    assert again.changed == (11,)


def test_a_circle_of_heirs_ends() -> None:
    """However lives point at one another, the heir is found."""
    lives = {
        1: Life(1, (), 0, 0, 0, "merged", 2),
        2: Life(2, (), 0, 0, 0, "merged", 1),
    }
    assert heir(lives, 1) in {1, 2}


def test_lives_are_bounded_and_the_ended_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dead themes are forgotten first, then those touched longest ago."""
    monkeypatch.setattr(currents, "LIVES", 2)
    lives = {
        1: Life(1, (), 0, 5, 1, "died"),
        2: Life(2, (), 0, 1, 1),
        3: Life(3, (), 0, 9, 1),
        4: Life(4, (), 0, 7, 1),
    }
    assert surplus(lives) == [1, 2]


async def test_9_4_6_a_theme_keeps_its_words_over_renewals(make: Open) -> None:
    """Following the same number, successive word lists overlap by more than half on average."""
    words: dict[int, tuple[str, ...]] = {}
    overlaps: list[float] = []
    async with make(modules=[FlowTracker()]) as leo:
        for turn in await talk(leo, TALK):
            for theme in turn.percept.themes:
                if theme.id in words:
                    one, other = set(words[theme.id]), set(theme.words)
                    overlaps.append(len(one & other) / len(one | other))
                words[theme.id] = theme.words
    assert len(overlaps) > 10
    assert sum(overlaps) / len(overlaps) > 0.5


# ---------------------------------------------------------------- through a talk


async def test_7_7_5_only_touched_themes_are_written(make: Open) -> None:
    """Corrected rule: a row for each theme the prompt touched, none for the others."""
    async with make(modules=[FlowTracker()]) as leo:
        turns = await talk(leo)
        assert leo._life is not None
        rows = await leo._life.database.fetch(
            "SELECT turn, theme, strength FROM flow_active ORDER BY turn, theme"
        )
    sizes = {turn.id: sum(is_word(token) for token in turn.percept.tokens) for turn in turns}
    assert rows == [
        (turn.id, theme.id, min(1.0, theme.score / sizes[turn.id]))
        for turn in turns
        for theme in sorted(turn.percept.themes, key=lambda one: one.id)
    ]
    assert note(turns[-1]).themes > 10


async def test_7_7_4_words_come_back_whole(make: Open) -> None:
    """Corrected rule: words are kept as JSON; a life read again is the life that was written."""
    async with make(modules=[FlowTracker()]) as leo:
        await talk(leo)
        lives = dict(state(leo).lives)
    async with make(modules=[FlowTracker()]) as leo:
        assert dict(state(leo).lives) == lives
    assert all(isinstance(life.words, tuple) for life in lives.values())


async def test_a_rising_theme_draws_its_words(make: Open) -> None:
    """When bread comes up again and again, its theme's words are drawn, the prompt's own not."""
    async with make(modules=[FlowTracker()]) as leo:
        await talk(leo, TALK[:8])
        turns = await talk(leo, BREAD * 2)
    drawn = [turn for turn in turns if note(turn).drawn is not None]

    assert drawn
    for turn in drawn:
        pulls = [pull for pull in turn.influence.pulls if pull.by == "flow"]
        words = {one.theme: one.words for one in note(turn).currents}[note(turn).drawn or 0]
        trends = turn.note(Trends)
        assert trends is not None
        assert trends.emerging > 0
        experts = {one.expert: one.weight for one in turn.influence.experts}
        assert 0 < experts["semantic"] <= 0.3
        assert {pull.word for pull in pulls} == set(words) - set(turn.percept.tokens)
        assert all(0 < pull.weight <= 0.6 and pull.bias == "gravity" for pull in pulls)


async def test_trends_are_shares(make: Open) -> None:
    """7.7.2 and 2.12.1: whatever rises or falls, both trends are within [0, 1]."""
    async with make(modules=[FlowTracker()], clock=ScriptedClock(step=0.001)) as leo:
        for turn in await talk(leo, TALK):
            trends = turn.note(Trends)
            assert trends is not None
            assert 0 <= trends.emerging <= 1
            assert 0 <= trends.fading <= 1


async def test_what_became_of_themes_stands_in_the_note() -> None:
    """Who was born, who became part of whom, who died: each in its own list."""
    news = (change("born", 1), change("merged", 2, into=1), change("died", 3))
    turn, tracker = make_turn(), FlowTracker()
    tracker.state = lived((RAIN,)).took_in(news, 2)
    moment = Moment(2, 0.0, 1, turn.prompt, turn.settings, Landscape(5))
    judged = Judged(
        moment,
        (),
        *(turn.percept, turn.influence, turn.blend, turn.utterance, turn.quality, 0.0),
    )
    kept = await tracker.after(judged, cast("Voice", None))

    assert kept is not None
    assert isinstance(kept.note, FlowNote)
    assert (kept.note.born, kept.note.merged, kept.note.died) == ((1,), ((2, 1),), (3,))
    assert (kept.note.window, kept.note.themes, kept.note.drawn) == (1, 5, None)


def test_a_trajectory_by_hand() -> None:
    """Every turn of the window, with what an heir took over; a share is never more than 1."""
    tracker, loud = FlowTracker(), replace(SEA, score=3.0)
    tracker.state = lived((RAIN,), (), (RAIN, loud)).took_in((change("merged", 7, into=4),), 4)
    of_both = ((1, 0.5), (2, 0.0), (3, 1.0))

    assert (tracker.trajectory(4), tracker.trajectory(7)) == (of_both, of_both)


async def test_births_and_ends_are_told(make: Open) -> None:
    """Every change of the landscape stands in exactly one turn's note."""
    async with make(modules=[FlowTracker()]) as leo:
        turns = await talk(leo, TALK)
        assert leo._life is not None
        changes = leo._life.field.themes.changes
    born = [id_ for turn in turns for id_ in note(turn).born]
    merged = [pair for turn in turns for pair in note(turn).merged]

    seen = max(one.entry for one in changes if one.id in born or one.entry <= len(turns))
    told = [one for one in changes if one.entry < seen]
    assert born
    assert {one.id for one in told if one.what == "born"} <= set(born)
    assert {(one.id, one.into) for one in told if one.what == "merged"} <= set(merged)
    assert len(born) == len(set(born))


async def test_a_restart_in_the_middle_changes_nothing(make: Open) -> None:
    """Lives, window and activations come back, and the next turns are the same."""
    clock = ScriptedClock(step=90)
    async with make(modules=[FlowTracker()], clock=clock) as leo:
        whole, before = await talk(leo, TALK[:30]), state(leo)
    clock = ScriptedClock(step=90)
    path = leo.path.with_name("cut.db")
    async with make(path, modules=[FlowTracker()], clock=clock) as leo:
        first = await talk(leo, TALK[:17])
    async with make(path, modules=[FlowTracker()], clock=clock) as leo:
        rest = await talk(leo, TALK[17:30])
        after = state(leo)

    assert [*first, *rest] == whole
    assert dict(after.lives) == dict(before.lives)
    assert (after.ticks, after.recent, after.seen) == (before.ticks, before.recent, before.seen)


async def test_old_activations_are_let_go(make: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table keeps the last turns only."""
    monkeypatch.setattr(module, "KEPT_TURNS", 4)
    async with make(modules=[FlowTracker()]) as leo:
        await talk(leo)
        assert leo._life is not None
        rows = await leo._life.database.fetch("SELECT DISTINCT turn FROM flow_active")
    assert all(12 < int(str(turn)) <= 16 for (turn,) in rows)


async def test_imagined_turns_leave_nothing_and_off_means_off(make: Open) -> None:
    """Nothing flows by imagining; switched off, a talk in which something rises differs."""
    prompts = (*TALK, *BREAD)
    async with make(modules=[FlowTracker()]) as leo:
        whole, before = await talk(leo, prompts), state(leo)
        await leo.imagine(BREAD[0])
        assert state(leo) is before
    off = leo.path.with_name("off.db")
    async with make(off, modules=[FlowTracker()], without=["flow"]) as leo:
        plain = await talk(leo, prompts)
    assert [turn.reply for turn in whole] != [turn.reply for turn in plain]


async def test_it_can_be_asked(make: Open) -> None:
    """Trends, a theme's strengths with its zeros, and all lives."""
    async with make(modules=[FlowTracker()]) as leo:
        turns = await talk(leo)
        flow = leo.module("flow")
        assert isinstance(flow, FlowTracker)
        theme = flow.trends(1)[0].theme
        path = flow.trajectory(theme)

        assert flow.trends(100)[: len(note(turns[-1]).currents)] == note(turns[-1]).currents
        assert [turn for turn, _ in path] == list(range(16 - WINDOW + 1, 17))
        assert any(strength > 0 for _, strength in path)
        assert [life.id for life in flow.lives()] == sorted(state(leo).lives)
        assert Activation(*path[-1][:1], theme, path[-1][1]) is not None
