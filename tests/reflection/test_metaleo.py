"""MetaLeo: it can speak, does so when it is clearly better, and keeps what it weighed."""

from dataclasses import replace
from typing import Any

import pytest

import leo.reflection.metaleo as module
from leo import AsyncLeoField, Revised
from leo.module import Judged, Lean, Module, Moment, Said
from leo.notes import InnerVoice, Ring, Rings, Spoken, Wound
from leo.observation.talk import TALK
from leo.records import Influence, Landscape, Quality, Settings, Turn, Utterance
from leo.reflection.metaleo import SNIPPET, SNIPPETS, MetaLeo, MetaState, Snippet
from leo.reflection.overthinking import Overthinking
from leo.testing import make_turn
from tests.conftest import Open

LOUD = "RUN! RUN! The mouse, the mouse! Quick! Now!"


class Hurt(Module[None]):
    """Stands in for an open wound."""

    name = "hurt"

    async def before(self, percept: Any, so_far: Any) -> Lean[None]:
        """Say that it hurts much."""
        return Lean(Influence(wound=0.9), Wound(0.9))


class Thinker(Module[None]):
    """Stands in for the circles, with one shard kept and one dropped."""

    name = "thinker"

    async def revise(self, percept: Any, said: Any, voice: Any) -> Any:
        """Note two shards."""
        from leo.module import Revision

        def ring(text: str, dropped: str | None) -> Ring:
            return Ring("shard", "seed", 1.0, 0.4, 20, text, 0, 0, dropped)

        return Revision(note=Rings((ring("A lamp in the boat.", None), ring("No.", "too short"))))


def inner(turn: Turn) -> InnerVoice:
    """Give a turn's note."""
    note = turn.note(InnerVoice)
    assert note is not None
    return note


async def talk(leo: AsyncLeoField, n: int = 16) -> list[Turn]:
    """Live through the beginning of the scripted talk."""
    return [(await leo.turn(prompt)).without_timings() for prompt in TALK[:n]]


async def test_6_6_1_and_4_the_voice_speaks(make: Open) -> None:
    """In a wounded talk it speaks instead at least once, and the reply is its own words."""
    async with make(modules=[Hurt(), MetaLeo()]) as leo:
        turns = await talk(leo)
    spoke = [turn for turn in turns if inner(turn).spoke]

    assert spoke
    for turn in spoke:
        note = inner(turn)
        best = max(note.others, key=lambda one: one.score)
        assert turn.utterance.by == "metaleo"
        assert turn.reply == best.text != note.base.text
        assert best.score > note.base.score + 0.05
        assert note.weight > 0.2
        assert all(
            word.candidates or word.context in ("close", "woven") for word in turn.utterance.words
        )


async def test_it_keeps_quiet_when_it_is_not_clearly_better(make: Open) -> None:
    """Where it did not speak, the base stands, and either weight or margin was too small."""
    async with make(modules=[Hurt(), MetaLeo()]) as leo:
        turns = await talk(leo)
    quiet = [turn for turn in turns if not inner(turn).spoke]

    assert quiet
    for turn in quiet:
        note = inner(turn)
        assert turn.reply == note.base.text
        best = max((one.score for one in note.others), default=0.0)
        assert note.weight <= 0.2 or best <= note.base.score + 0.05


async def test_6_6_6_nothing_is_tried_when_the_moment_does_not_ask(make: Open) -> None:
    """At the least weight there are no candidates, and nothing is spoken for them."""
    async with make(modules=[MetaLeo()]) as leo:
        turns = await talk(leo)
    calm = [turn for turn in turns if inner(turn).weight <= 0.15]

    assert calm
    assert all(inner(turn).others == () for turn in calm)


async def test_6_6_2_3_and_10_trying_has_no_side_effects(make: Open) -> None:
    """No recursion, no second recall: what was weighed and not said is never learned."""
    async with make(modules=[Hurt(), MetaLeo()]) as leo:
        for turn in await talk(leo):
            texts = [text for _, text in turn.texts()]
            assert [source for source, _ in turn.texts()] in (["observer", "reply"], ["observer"])
            assert all(
                one.text not in texts for one in inner(turn).others if one.text != turn.reply
            )


async def test_a_revision_is_told(make: Open) -> None:
    """When the inner voice speaks, a stream says that the words were replaced, and by whom."""
    async with make(modules=[Hurt(), MetaLeo()]) as leo:
        for prompt in TALK[:16]:
            events = [event async for event in leo.stream(prompt)]
            revised = [event for event in events if isinstance(event, Revised)]
            last = events[-1]
            assert isinstance(last, Turn)
            if inner(last).spoke:
                assert revised == [Revised(last.reply, "metaleo")]
                return
    pytest.fail("it never spoke")


async def test_6_6_5_the_buffer_holds_shards_and_charged_replies(make: Open) -> None:
    """A kept shard is fed as text, a dropped one is not; a reply is when it was said loudly."""
    async with make(modules=[Thinker(), MetaLeo()]) as leo:
        await leo.turn("The boat is here.")
        assert [one.kind for one in leo.module("metaleo").state.buffer] == ["shard"]
        loud = await leo.turn(LOUD)
        state: MetaState = leo.module("metaleo").state

    assert loud.percept.pulse.arousal > 0.6
    assert [one.kind for one in state.buffer] == ["shard", "shard", "reply"]
    assert state.buffer[0].text == "A lamp in the boat."
    assert state.buffer[-1].text == loud.reply[:SNIPPET].strip()


async def test_the_buffer_feeds_the_voice(make: Open) -> None:
    """What was kept draws what is tried."""
    async with make(modules=[Hurt(), MetaLeo()]) as leo:
        plain = [inner(await leo.imagine("Hello.", seed=seed)).others for seed in range(30)]
    async with make(leo.path.with_name("b.db"), modules=[Hurt(), Thinker(), MetaLeo()]) as other:
        fed = [inner(await other.imagine("Hello.", seed=seed)).others for seed in range(30)]
    lamps = [sum("lamp" in one.text for pair in found for one in pair) for found in (plain, fed)]

    assert lamps[1] > lamps[0]


def test_snippets_are_few_short_and_never_blank() -> None:
    """First in, first out; clipped; what has no word is none."""
    state = MetaState()
    for i in range(3 * SNIPPETS):
        state = state.fed(f"  thought {i} " + "x" * 300, "shard", i)
    assert len(state.buffer) == SNIPPETS
    assert state.buffer[-1].text.startswith(f"thought {3 * SNIPPETS - 1}")
    assert all(0 < len(one.text) <= SNIPPET for one in state.buffer)
    assert state.fed(" ... ", "shard", 99) == state


async def test_a_restart_in_the_middle_changes_nothing(make: Open) -> None:
    """The buffer comes back, and the next turns are the same."""

    def modules() -> list[Module[Any]]:
        return [Hurt(), Overthinking(), MetaLeo()]

    async with make(modules=modules()) as leo:
        whole = await talk(leo, 12)
        clock = leo._clock
    clock.now = whole[0].at - 2 * clock.step  # type: ignore[attr-defined]
    async with make(leo.path.with_name("cut.db"), modules=modules(), clock=clock) as cut:
        first = await talk(cut, 7)
    async with make(cut.path, modules=modules(), clock=clock) as cut:
        rest = [(await cut.turn(prompt)).without_timings() for prompt in TALK[7:12]]
        stored = await cut._life.database.fetch("SELECT count(*) FROM metaleo_snippets")  # type: ignore[union-attr]

    assert [*first, *rest] == whole
    assert stored[0][0] == SNIPPETS


async def test_without_it_the_same_talk_differs(make: Open) -> None:
    """Switched off, replies differ; imagined turns leave the buffer alone."""
    async with make(modules=[Hurt(), MetaLeo()]) as leo:
        with_it = await talk(leo)
        before = leo.module("metaleo").state
        await leo.imagine(LOUD)
        assert leo.module("metaleo").state is before
    async with make(
        leo.path.with_name("off.db"), modules=[Hurt(), MetaLeo()], without=["metaleo"]
    ) as other:
        without = await talk(other)
    assert [turn.reply for turn in with_it] != [turn.reply for turn in without]


async def test_it_can_be_asked(make: Open) -> None:
    """The buffer, and the weight of a moment."""
    async with make(modules=[MetaLeo()]) as leo:
        turn = await leo.turn(LOUD)
        meta = leo.module("metaleo")
        assert isinstance(meta, MetaLeo)

        assert [one.text for one in meta.buffer] == [turn.reply[:SNIPPET].strip()]
        assert meta.weigh(entropy=0.1, quality=0.9) == 0.25


class Script:
    """A voice that notes how it is asked, and always says the same."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    async def __call__(self, **asked: Any) -> Utterance:
        """Say it."""
        self.asked.append(asked)
        return make_turn().utterance

    async def judge(self, said: Utterance) -> Quality:
        """Find it poor, so that the moment asks for more."""
        return Quality(0.1, 0.1, 0.1, ())


@pytest.mark.parametrize(("best", "spoke"), [(0.05, False), (0.0501, True)])
async def test_how_it_tries_and_what_is_clearly_better(
    monkeypatch: pytest.MonkeyPatch, best: float, spoke: bool
) -> None:
    """Cooler and warmer, at most as long as a reply may be; 0.05 more is not enough."""
    scores, turn, voice = iter((0.0, 0.0, best)), make_turn(), Script()

    def scored(heard: Any, said: Any, quality: Any, temperature: float) -> Spoken:
        return Spoken("", temperature, 0, 0, 0, 0, 0, next(scores))

    monkeypatch.setattr(module, "weighed", scored)
    meta, moment = MetaLeo(), Moment(1, 0.0, 1, "p", Settings(1.0, 50, ()), Landscape(0))
    meta.state = MetaState((Snippet("a lamp", "shard", 1), Snippet("a boat", "shard", 1)))
    said = Said(moment, (Wound(0.9),), turn.influence, turn.blend, turn.utterance)
    note = (await meta.revise(turn.percept, said, voice)).note  # type: ignore[arg-type]

    assert isinstance(note, InnerVoice)
    assert (note.weight, note.spoke) == (0.45, spoke)
    drawn = " ".join(["a lamp", "a boat", *turn.percept.tokens])
    assert voice.asked == [
        {"seed": drawn, "temperature": t, "semantic": 0.5, "max_tokens": 50} for t in (0.8, 1.1)
    ]


@pytest.mark.parametrize(("arousal", "kept"), [(0.6, False), (0.6001, True)])
async def test_what_was_said_loudly_is_kept(arousal: float, kept: bool) -> None:
    """An arousal of 0.6 is not loud; a little more is."""
    turn, meta = make_turn(), MetaLeo()
    meta.state = MetaState()
    percept = replace(turn.percept, pulse=replace(turn.percept.pulse, arousal=arousal))
    moment = Moment(1, 0.0, 1, "p", Settings(1.0, 50, ()), Landscape(0))
    rest = (percept, turn.influence, turn.blend, turn.utterance, turn.quality, 0.0)
    assert (await meta.after(Judged(moment, (), *rest), Script()) is not None) == kept  # type: ignore[arg-type]
