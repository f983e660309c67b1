"""GameEngine: it expects Leo's own coming turn, leans into it, and keeps honest score."""

import asyncio
import itertools
import os
import random
from dataclasses import replace
from typing import Any

import pytest

import leo.reflection.game as module
from leo import AsyncLeoField
from leo.observation.talk import TALK
from leo.records import Turn
from leo.reflection.expecting import GameHint, hint_of
from leo.reflection.game import GameEngine, GamePlayed, GameState
from leo.reflection.rhythm import Chances, Counts, TurnKind, contexts
from tests.conftest import Open

ACK = TurnKind("leo", "ack", "low", "low", "mid", -1, "precise", "high")
STORY = TurnKind("leo", "story", "high", "mid", "mid", -1, "creative", "high")
WISH = "Tell me about the boats and the moon over the sea, and about the rain on the window."
HEARD = TurnKind("human", "a", "low", "low", "mid", -1, "none", "mid")


async def talk(leo: AsyncLeoField, prompts: tuple[str, ...] = TALK[:12]) -> list[Turn]:
    """Say one thing after the other."""
    return [(await leo.turn(prompt)).without_timings() for prompt in prompts]


def hint(turn: Turn) -> GameHint:
    """Give a turn's hint."""
    note = turn.note(GameHint)
    assert note is not None
    return note


def state(leo: AsyncLeoField) -> GameState:
    """Give the engine's state."""
    found: GameState = leo.module("game").state
    return found


# ---------------------------------------------------------------- the hint


def test_before_anything_was_learned_nothing_leans() -> None:
    """Without a count there is no expectation, and both factors are 1."""
    note = hint_of(HEARD, Chances({}, 1.0), "any")

    assert (note.mode, note.expert, note.length, note.tension) == (None, None, None, None)
    assert (note.temperature_factor, note.length_factor) == (1.0, 1.0)


def test_factors_are_averaged_by_probability() -> None:
    """An expected acknowledgement shortens, an expected story lengthens, in between in between."""
    short = hint_of(HEARD, Chances({ACK.key(): 1.0}, 0.0), "pair")
    long = hint_of(HEARD, Chances({STORY.key(): 1.0}, 0.0), "pair")
    mixed = hint_of(HEARD, Chances({ACK.key(): 0.5, STORY.key(): 0.25}, 0.25), "pair")

    assert (short.length_factor, short.temperature_factor) == (0.6, 1.0)
    assert (long.length_factor, long.temperature_factor) == (1.4, 1.1)
    assert mixed.length_factor == pytest.approx(1 - 0.5 * 0.4 + 0.25 * 0.4)
    assert mixed.mode is not None
    assert (mixed.mode.value, mixed.mode.probability) == ("ack", 0.5)


def test_g3_a_hint_has_the_probability_of_what_it_names() -> None:
    """The most probable value is named with its own probability; nothing is drawn."""
    note = hint_of(HEARD, Chances({STORY.key(): 0.6, ACK.key(): 0.3}, 0.1), "pair")

    assert note.expert is not None
    assert (note.expert.value, note.expert.probability) == ("creative", 0.6)
    assert [one.kind for one in note.likely] == [STORY.key(), ACK.key()]


# ---------------------------------------------------------------- learning


async def test_g1_what_is_expected_is_leo_s_own_turn(make: Open) -> None:
    """Every kind that is expected has his role, given his last turn and the human's."""
    async with make(modules=[GameEngine()]) as leo:
        turns = await talk(leo)

    assert hint(turns[-1]).likely
    assert {one.kind.split("/")[0] for turn in turns for one in hint(turn).likely} == {"leo"}
    assert hint(turns[2]).heard.startswith("human/q/")


async def test_g2_a_blended_expert_is_learned_by_its_name(make: Open) -> None:
    """The dominant expert of a blend stands in the turn's kind, and is hinted at."""
    async with make(modules=[GameEngine()]) as leo:
        turns = await talk(leo)
    for before, turn in itertools.pairwise(turns):
        played = before.note(GamePlayed)
        assert played is not None
        assert played.kind.split("/")[6] == before.blend.dominant
        assert hint(turn).expert is not None


async def test_one_turn_counts_once_in_every_context(make: Open) -> None:
    """n turns give n counts of Leo's turns, n - 1 of the human's, under each of four levels."""
    async with make(modules=[GameEngine()]) as leo:
        await talk(leo)
        rows = state(leo).counts.rows
    own = sum(cell.count for cell in rows["leo"].values())
    theirs = sum(cell.count for cell in rows["human"].values())
    everything = sum(cell.count for row in rows.values() for cell in row.values())

    assert (own, theirs) == (12, 11)
    assert everything == 4 * (12 + 11)


async def test_the_score_is_kept_against_a_unigram(make: Open) -> None:
    """Hits and losses are the sums of the notes', for every turn but the first."""
    async with make(modules=[GameEngine()]) as leo:
        turns = await talk(leo)
        engine = leo.module("game")
    played = [note for turn in turns if (note := turn.note(GamePlayed)) is not None]
    assert isinstance(engine, GameEngine)
    score = engine.stats()

    assert played[0].hit is None
    assert score.turns == 11
    assert score.hits == sum(bool(note.hit) for note in played)
    assert score.mode_hits == sum(bool(note.mode_hit) for note in played)
    assert score.baseline_hits == sum(bool(note.baseline_hit) for note in played)
    assert score.loss == pytest.approx(sum(note.loss or 0 for note in played), abs=1e-3)
    assert score.baseline_loss == pytest.approx(
        sum(note.baseline_loss or 0 for note in played), abs=1e-3
    )


@pytest.mark.parametrize(("came", "hits"), [(ACK, (True, True, False)), (STORY, (0, 0, 1))])
def test_what_is_a_hit(came: TurnKind, hits: tuple[bool, ...]) -> None:
    """Stories are commonest, but after these two turns there is mostly an acknowledgement."""
    keys, counts = contexts(ACK, HEARD, "leo"), Counts()
    for turn in range(30):
        after = (keys[0], "leo") if turn < 10 else ("leo",)
        counts = counts.learned(after, (ACK if turn < 10 else STORY).key(), turn)
    played = module._played(GameState(counts), keys, came.key())

    assert (played.hit, played.mode_hit, played.baseline_hit) == hits
    assert (played.score.hits, played.score.mode_hits, played.score.baseline_hits) == hits


def test_the_commonest_steps_come_first() -> None:
    """Contexts of one coarse kind count together; equals stand by name."""
    engine, rough = GameEngine(), HEARD.coarse()
    for key, kind, count in (
        *((f">{rough}", STORY, 2), (f">{rough}", ACK, 1)),
        *((f">{rough}", replace(ACK, expert="creative"), 1), (f">{ACK.coarse()}", HEARD, 5)),
        ("leo", STORY, 9),
    ):
        for turn in range(count):
            engine.state = GameState(engine.state.counts.learned((key,), kind.key(), turn))

    assert engine.transitions(3) == (
        (ACK.coarse(), rough, 5),
        (rough, ACK.coarse(), 2),
        (rough, STORY.coarse(), 2),
    )


def test_where_there_is_a_rhythm_context_beats_the_unigram() -> None:
    """A planted rhythm: questions are answered with stories, all else in a few words."""
    luck, state, last = random.Random(3), GameState(), ACK
    question = replace(HEARD, mode="q")
    for turn in range(150):
        heard = luck.choice((question, HEARD))
        came = STORY if heard is question else ACK
        if luck.random() < 0.2:
            came = luck.choice((STORY, ACK))
        keys = contexts(last, heard, "leo")
        played = module._played(state, keys, came.key())
        counts = state.counts.learned(keys, came.key(), turn)
        state, last = GameState(counts, heard, came, played.score), came

    assert state.score.loss < 0.8 * state.score.baseline_loss
    assert state.score.hits > 1.3 * state.score.baseline_hits


# ---------------------------------------------------------------- keeping


async def test_g6_a_restart_loses_nothing(make: Open) -> None:
    """Counts, the last two turns and the score come back; the next turns are the same."""
    async with make(modules=[GameEngine()]) as leo:
        whole = await talk(leo)
    cut: list[Turn] = []
    clock: Any = None
    for prompts in (TALK[:5], TALK[5:12]):
        options = {} if clock is None else {"clock": clock}
        async with make(leo.path.with_name("cut.db"), modules=[GameEngine()], **options) as half:
            cut += await talk(half, prompts)
            clock = half._clock
    assert cut == whole


async def test_g5_only_what_changed_is_written(make: Open) -> None:
    """A turn writes its own cells, at most eight, however many there are."""
    engine = GameEngine()
    async with make(modules=[engine]) as leo:
        for prompt in TALK[:10]:
            turn = await leo.turn(prompt)
            writes = engine.rows(turn.note(GamePlayed), state(leo))
            assert sum(len(write.rows) for write in writes) <= 9


async def test_g5_cells_are_bounded(make: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit the weakest are forgotten, in memory and in the table alike."""
    monkeypatch.setattr(module, "CELLS", 40)
    monkeypatch.setattr(module, "FORGOTTEN", 20)
    async with make(modules=[GameEngine()]) as leo:
        await talk(leo)
        rows = state(leo).counts.rows
        assert leo._life is not None
        stored = await leo._life.database.fetch("SELECT context, kind FROM game_transitions")
    kept = {(context, kind) for context, row in rows.items() for kind in row}

    assert len(kept) <= 40
    assert set(stored) == kept


async def test_g9_nothing_is_written_beside_the_leo_s_file(make: Open) -> None:
    """The engine has no file of its own."""
    async with make(modules=[GameEngine()]) as leo:
        await talk(leo)
    names = await asyncio.to_thread(os.listdir, leo.path.parent)
    assert {name for name in names if not name.startswith("leo.db")} == set()


async def test_imagined_turns_are_not_learned(make: Open) -> None:
    """The rhythm knows only what happened."""
    async with make(modules=[GameEngine()]) as leo:
        await leo.imagine("Hello.")
        assert state(leo) == GameState()


# ---------------------------------------------------------------- acting


async def test_what_is_expected_reaches_the_reply(make: Open) -> None:
    """Leaning on an expert, tension and length changes replies; without it they differ."""
    async with make(modules=[GameEngine()]) as leo:
        await talk(leo)
        assert "a module leans" in {r.why for r in (await leo.imagine("Yes.")).blend.reasons}
        pairs = [
            (
                await leo.imagine(WISH, seed=seed),
                await leo.imagine(WISH, seed=seed, without=["game"]),
            )
            for seed in range(40)
        ]
    assert any(one.reply != other.reply for one, other in pairs)


async def test_an_expected_acknowledgement_really_shortens(make: Open) -> None:
    """With the length factor of an acknowledgement, replies are shorter than with a story's."""

    class Sure(GameEngine):
        kind = ACK

        async def before(self, percept: Any, so_far: Any) -> Any:
            lean = await super().before(percept, so_far)
            note = hint_of(HEARD, Chances({self.kind.key(): 1.0}, 0.0), "pair")
            return type(lean)(module._lean(note), note, lean.state)

    class Long(Sure):
        kind = STORY

    lengths = []
    for make_engine in (Sure, Long):
        async with make(modules=[make_engine()]) as leo:
            said = [await leo.imagine(WISH, seed=seed) for seed in range(20)]
            lengths.append(sum(len(turn.utterance.words) for turn in said) / 20)
    assert lengths[0] < 0.8 * lengths[1]


async def test_it_can_be_asked(make: Open) -> None:
    """What would follow a prompt, and the commonest steps."""
    async with make(modules=[GameEngine()]) as leo:
        await talk(leo)
        engine = leo.module("game")
        assert isinstance(engine, GameEngine)
        steps = engine.transitions(3)

        assert engine.suggest("Why does it rain?").heard.startswith("human/q/")
        assert engine.suggest("Why does it rain?").likely
        assert [count for *_, count in steps] == sorted((c for *_, c in steps), reverse=True)
        assert all(before.split("/")[0] != after.split("/")[0] for before, after, _ in steps)
