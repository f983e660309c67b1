"""Overthinking: three circles whose parameters reach the voice, and whose thoughts are learned."""

from typing import Any

import pytest

import leo.reflection.overthinking as module
from leo import AsyncLeoField
from leo.module import Lean, Module
from leo.notes import Rings, Wound
from leo.observation.talk import TALK
from leo.records import Growth, Influence, Pulse, Quality, Turn, Unsaid, Utterance
from leo.reflection.overthinking import (
    FRAGMENT,
    Circle,
    Overthinking,
    Thoughts,
    _thought,
    circles,
    fragment_of,
)
from leo.text.birth import DEFAULT_BIRTH
from leo.text.prose import sentences
from leo.text.tokens import is_word, tokens
from tests.conftest import Open

PROMPT = "The moon is over the boat."


class Hurt(Module[None]):
    """Stands in for a wound of a given depth."""

    name = "hurt"
    level = 0.9

    async def before(self, percept: Any, so_far: Any) -> Lean[None]:
        """Say how much it hurts."""
        return Lean(Influence(wound=self.level), Wound(self.level))


class FakeVoice:
    """A voice with a script, that notes what it is asked and what it keeps."""

    def __init__(self, *texts: str, quality: float = 0.9) -> None:
        self.texts, self.quality = list(texts), quality
        self.asked: list[dict[str, Any]] = []
        self.kept: list[tuple[str, str]] = []

    async def __call__(self, **asked: Any) -> Utterance:
        """Say nothing: a circle is thought, and needs no reasons."""
        raise AssertionError("a circle was spoken")

    async def think(self, **asked: Any) -> Unsaid:
        """Think the next line."""
        self.asked.append(asked)
        words = tuple(token.word for token in tokens(self.texts.pop(0)))
        return Unsaid("".join(f" {word}" for word in words), words, 0.5)

    async def judge(self, said: Utterance | Unsaid) -> Quality:
        """Judge as told."""
        return Quality(self.quality, self.quality, self.quality, ())

    async def keep(self, text: str, source: str) -> Growth:
        """Note it."""
        self.kept.append((text, source))
        return Growth(5, 1, 2, 3, 4)


def set_up(
    entropy: float = 0.5, arousal: float = 0.0, novelty: float = 0.0, wound: float = 0.0
) -> tuple[Circle, ...]:
    """Set up the circles of a moment with an origin."""
    pulse = Pulse(novelty, arousal, 0.5, 0.5)
    return circles("p", "r", entropy=entropy, pulse=pulse, wound=wound, fragment="the door")


def rings(turn: Turn) -> Rings:
    """Give a turn's note."""
    note = turn.note(Rings)
    assert note is not None
    return note


async def talk(leo: AsyncLeoField, n: int = 10) -> list[Turn]:
    """Live through the beginning of the scripted talk."""
    return [(await leo.turn(prompt)).without_timings() for prompt in TALK[:n]]


# ---------------------------------------------------------------- the circles


def test_the_three_circles_of_a_calm_moment() -> None:
    """The table of the spec."""
    assert set_up() == (
        Circle("echo", "p r", 0.8, 0.2, 30),
        Circle("drift", "r", 1.0, 0.5, 40),
        Circle("shard", "r", 1.2, 0.4, 20),
    )


def test_thresholds_are_strict() -> None:
    """At 0.7, 0.6, 0.7 and 0.5 nothing changes; above, the echo cools, the drift means more,
    the shard heats, and an open wound takes the drift home whatever the arousal."""
    assert set_up(entropy=0.7, arousal=0.6, novelty=0.7, wound=0.5) == set_up()
    echo, drift, shard = set_up(entropy=0.71, arousal=0.61, novelty=0.71)
    assert (echo.temperature, drift.semantic, shard.temperature) == (0.7, 0.6, 1.4)
    _, wounded, _ = set_up(arousal=0.9, wound=0.51)
    assert wounded == Circle("wounded", "r the door", 0.85, 0.65, 40)


def test_o3_without_an_origin_nothing_is_wounded() -> None:
    """No fragment, no wounded drift; with one it has a name of its own."""
    pulse = Pulse(0, 0, 0, 0)
    plain = circles("p", "r", entropy=0, pulse=pulse, wound=1.0, fragment="")
    assert [one.name for one in plain] == ["echo", "drift", "shard"]
    assert [one.name for one in set_up(wound=1.0)] == ["echo", "wounded", "shard"]


def test_a_fragment_is_the_beginning_of_an_origin_sentence() -> None:
    """At most twelve words of a sentence, chosen by luck; nothing without an origin."""
    origin = [
        one for kind, text in DEFAULT_BIRTH.texts if kind == "origin" for one in sentences(text)
    ]
    found = {fragment_of(origin, seed) for seed in range(200)}

    assert len(found) > 10
    assert all(len(one.split()) <= FRAGMENT for one in found)
    assert all(any(text.startswith(one) for text in origin) for one in found)
    assert fragment_of([], 1) == ""


# ---------------------------------------------------------------- one thought


CIRCLE = Circle("drift", "seed words", 0.85, 0.65, 40)


async def test_o1_every_parameter_reaches_the_voice() -> None:
    """Seed, temperature, semantic weight and length are what the circle says."""
    voice = FakeVoice("the lamp is in the boat .")
    ring, words = await _thought(CIRCLE, [frozenset({"other"})], voice)

    assert voice.asked == [
        {"seed": "seed words", "temperature": 0.85, "semantic": 0.65, "max_tokens": 40, "top_k": 16}
    ]
    assert voice.kept == [(ring.text, "ring")]
    assert words == {"the", "lamp", "is", "in", "boat"}
    assert (ring.bigrams, ring.trigrams, ring.dropped) == (2, 3, None)


@pytest.mark.parametrize(
    ("text", "quality", "before", "why"),
    [
        ("the lamp .", 0.9, "x", "too short"),
        ("…", 0.9, "x", "too short"),
        ("the lamp is in the boat .", 0.9, "The lamp is in the boat!", "nothing new"),
        ("the lamp is in the boat .", 0.49, "x", "quality 0.49"),
    ],
)
async def test_o2_o6_a_failed_thought_is_dropped(
    text: str, quality: float, before: str, why: str
) -> None:
    """Corrected rule: nothing takes its place, nothing is learned, and the reason is kept."""
    voice = FakeVoice(text, quality=quality)
    said = frozenset(token.word for token in tokens(before) if is_word(token.word))
    ring, _ = await _thought(CIRCLE, [said], voice)

    assert ring.dropped == why
    assert voice.kept == []
    assert (ring.bigrams, ring.trigrams) == (0, 0)


async def test_a_thought_that_is_just_good_enough_is_kept() -> None:
    """Three words and a quality of 0.5 are enough: what is dropped is below."""
    voice = FakeVoice("the lamp sleeps .", quality=0.5)
    ring, _ = await _thought(CIRCLE, [frozenset("x")], voice)
    assert ring.dropped is None
    assert len(voice.kept) == 1


# ---------------------------------------------------------------- through the real generator


async def test_thoughts_are_learned_with_their_source_and_less_weight(make: Open) -> None:
    """Kept rings stand among what the turn learned, each counting a quarter."""
    async with make(modules=[Overthinking()]) as leo:
        for turn in await talk(leo, 6):
            kept = [ring for ring in rings(turn).rings if ring.dropped is None]
            learned = [one for one in turn.learned if one.source == "ring"]
            assert [one.text for one in learned] == [ring.text for ring in kept]
            assert [(g.growth.bigrams, g.growth.trigrams) for g in learned] == [
                (ring.bigrams, ring.trigrams) for ring in kept
            ]


async def test_a_thought_weighs_a_quarter_of_what_is_said(make: Open) -> None:
    """The field has heard the prompt and the reply in full, and of each ring a quarter."""
    async with make(modules=[Overthinking()]) as leo:
        assert leo._life is not None
        before = leo._life.field.own.heard
        turn = await leo.turn(PROMPT)
        grown = leo._life.field.own.heard - before
    sizes = {source: 0 for source, _ in turn.texts()}
    for source, text in turn.texts():
        sizes[source] += len(tokens(text))

    assert sizes["ring"] > 20
    assert grown == pytest.approx(sum(sizes.values()) - 0.75 * sizes["ring"])


async def test_the_base_reply_is_untouched(make: Open) -> None:
    """The rings of a turn change what comes later, never the words they think about."""
    async with make(modules=[Overthinking()]) as leo:
        one = await leo.imagine(PROMPT)
        other = await leo.imagine(PROMPT, without=["overthinking"])

    assert one.utterance == other.utterance
    assert rings(one).rings
    assert other.note(Rings) is None


async def test_o4_the_wound_of_this_turn_counts(make: Open) -> None:
    """A wound noted before speaking makes this turn's drift a wounded one."""
    async with make(modules=[Hurt(), Overthinking()]) as leo:
        names = [ring.name for ring in rings(await leo.turn(PROMPT)).rings]
    assert names == ["echo", "wounded", "shard"]


async def test_o1_the_temperature_of_a_circle_is_that_of_its_words(make: Open) -> None:
    """Over many moments a cool echo takes likelier words than a hot shard, from one seed."""
    seen: dict[float, list[float]] = {0.7: [], 1.4: []}

    class Listener(Overthinking):
        async def revise(self, percept: Any, said: Any, voice: Any) -> Any:
            for temperature, heard in seen.items():
                thought = await voice(temperature=temperature, max_tokens=120)
                heard += [word.probability for word in thought.words if word.entropy > 0]

    async with make(modules=[Listener()]) as leo:
        for seed in range(30):
            await leo.imagine(PROMPT, seed=seed)
    cool, hot = (sum(values) / len(values) for values in seen.values())

    assert cool > hot + 0.05


async def test_o8_a_blank_prompt_is_thought_about_too(make: Open) -> None:
    """Blank words get a reply, and its circles are whole or dropped with a reason."""
    async with make(modules=[Overthinking()]) as leo:
        note = rings(await leo.turn("   "))
    assert all(ring.text or ring.dropped for ring in note.rings)


async def test_without_it_the_field_grows_less_and_the_talk_differs(make: Open) -> None:
    """Switched off, less is learned, and later replies are others."""
    async with make(modules=[Overthinking()]) as leo:
        whole = await talk(leo, 20)
    off = leo.path.with_name("off.db")
    async with make(off, modules=[Overthinking()], without=["overthinking"]) as other:
        plain = await talk(other, 20)

    assert whole[-1].totals.tokens > plain[-1].totals.tokens
    assert [turn.reply for turn in whole] != [turn.reply for turn in plain]


async def test_a_restart_in_the_middle_changes_nothing(make: Open) -> None:
    """History and origin come back; the next turns are the same."""
    modules: list[Module[Any]] = [Hurt(), Overthinking()]
    async with make(modules=modules) as leo:
        whole, clock = await talk(leo), leo._clock
        state: Thoughts = leo.module("overthinking").state
    clock.now = whole[0].at - 2 * clock.step  # type: ignore[attr-defined]
    cut = leo.path.with_name("cut.db")
    async with make(cut, modules=[Hurt(), Overthinking()], clock=clock) as one:
        first = await talk(one, 5)
    async with make(cut, modules=[Hurt(), Overthinking()], clock=clock) as two:
        rest = [(await two.turn(prompt)).without_timings() for prompt in TALK[5:10]]
        again: Thoughts = two.module("overthinking").state

    assert [*first, *rest] == whole
    assert (again.origin, again.recent) == (state.origin, state.recent)


async def test_old_circles_are_let_go(make: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Table and memory are bounded."""
    monkeypatch.setattr(module, "KEPT_TURNS", 3)
    monkeypatch.setattr(module, "REMEMBERED", 4)
    async with make(modules=[Overthinking()]) as leo:
        await talk(leo, 6)
        assert leo._life is not None
        rows = await leo._life.database.fetch("SELECT DISTINCT turn FROM overthinking_rings")
        assert len(leo.module("overthinking").state.recent) == 4

    assert [row[0] for row in rows] == [4, 5, 6]


async def test_it_can_be_asked(make: Open) -> None:
    """The last thoughts, and their content words; imagined ones are not among them."""
    async with make(modules=[Overthinking()]) as leo:
        turn = await leo.turn(PROMPT)
        await leo.imagine(PROMPT, seed=99)
        thinking = leo.module("overthinking")
        assert isinstance(thinking, Overthinking)

        assert tuple(one.ring for one in thinking.history(3)) == rings(turn).rings
        kept = " ".join(ring.text for ring in rings(turn).rings if ring.dropped is None)
        assert set(thinking.influence_words()) <= {token.word for token in tokens(kept)}
        assert thinking.influence_words()
