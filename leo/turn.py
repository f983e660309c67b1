"""ONE TURN, top to bottom. Read this first.

.. code-block:: text

    text -> tokens -> perceive -> [before]* -> blend -> speak -> [revise]* -> judge -> [after]*

What comes out is a plan: the Turn, what it learned in a private overlay, the modules' new
states and everything to write. Nothing has changed yet. `leo.async_leo` commits it in one
transaction and applies it, or throws it away.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from leo.events import Revised, Tell, Word
from leo.experts.blend import blended
from leo.field.centers import Center
from leo.field.field import Field
from leo.field.layer import Layer
from leo.generation.gravity import pulls_of
from leo.generation.mouth import Hear
from leo.generation.speak import speak
from leo.hooks import Hooks, VoiceOf
from leo.luck import stream
from leo.module import Judged, Module, Moment, Voice, Write
from leo.pace import breathe_if_due
from leo.perception.impression import temperature_shift
from leo.perception.lean import impression_lean
from leo.perception.perceive import perceive
from leo.records import (
    Blend,
    Influence,
    Learned,
    Note,
    Percept,
    Settings,
    SpokenWord,
    Timing,
    Turn,
    Utterance,
)
from leo.reflection.external_vocab import external_vocab
from leo.reflection.quality import judged
from leo.text.tokens import tokens
from leo.voice import OverlayVoice, learn

__all__ = ["LEARN_FROM", "Asked", "Plan", "live"]

LEARN_FROM = 0.6
"""Overall quality from which Leo learns his own reply."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a turn starts from.

    ``number`` is the turn's number, ``id`` the same or ``None`` when it is only imagined.
    """

    number: int
    id: int | None
    at: float
    seed: int
    settings: Settings
    prompt: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A turn that has not happened yet: everything to commit and to apply."""

    turn: Turn
    overlay: Layer
    states: Mapping[str, Any]
    writes: tuple[Write, ...]


async def live(
    asked: Asked, field: Field, modules: Sequence[Module[Any]], *, strict: bool, tell: Tell
) -> Plan:
    """Plan one turn against the field as it is, changing nothing.

    Parameters
    ----------
    asked
        Prompt, settings, time and seed.
    field
        What Leo knows.
    modules
        Those that take part, in order.
    strict
        Raise a module's failure.
    tell
        Told each word as it is chosen, and each revision.
    """
    prompt, settings = asked.prompt, asked.settings
    clock = _Stopwatch()
    overlay, centers = field.overlay(), field.centers()
    landscape = field.themes.landscape
    moment = Moment(asked.number, asked.at, asked.seed, prompt, settings, landscape)
    hooks = Hooks(modules, moment, strict=strict)
    learned: list[Learned] = []
    heard = tuple(token.word for token in tokens(prompt))
    voice_of = _voices(asked.seed, overlay, centers, heard, learned)

    with clock("perceive"):
        percept = await perceive(prompt, heard, overlay, field.themes)
        influence = await _first_lean(percept, overlay)
    with clock("before"):
        influence = await hooks.before(percept, influence)
    with clock("speak"):
        blend = _blend(percept, influence, settings)
        hear = _telling(tell)
        utterance = await speak(
            overlay, centers, percept, influence, blend, settings, seed=asked.seed, hear=hear
        )
    with clock("revise"):
        utterance = await hooks.revise(
            percept, influence, blend, utterance, voice_of, lambda said: tell(_revised(said))
        )
    await breathe_if_due()
    with clock("judge"):
        own = utterance.own
        quality = await judged(heard, own, overlay)
        echo = external_vocab(heard, utterance.tokens)

    def judge(notes: tuple[Note, ...]) -> Judged:
        return Judged(moment, notes, percept, influence, blend, utterance, quality, echo)

    with clock("after"):
        await hooks.after(judge, voice_of)
        writes = await hooks.rows()
    with clock("learn"):
        learned += await learn(overlay, prompt, "observer", stored=None)
        if quality.overall >= LEARN_FROM:
            stored = None if own is utterance else own.text
            learned += await learn(overlay, own.text, "reply", stored=stored)

    await breathe_if_due()
    turn = Turn(
        id=asked.id,
        at=asked.at,
        seed=asked.seed,
        settings=settings,
        prompt=prompt,
        reply=utterance.text,
        percept=percept,
        influence=influence,
        leanings=hooks.leanings,
        blend=blend,
        utterance=utterance,
        quality=quality,
        external_vocab=echo,
        notes=hooks.notes,
        learned=tuple(learned),
        totals=overlay.totals,
        faults=hooks.faults,
        timings=(*clock.timings, *hooks.timings),
    )
    return Plan(turn, overlay, hooks.states(), writes)


async def _first_lean(percept: Percept, overlay: Layer) -> Influence:
    pulls = await pulls_of(percept.tokens, overlay)
    return Influence(pulls=pulls) + impression_lean(percept.impression)


def _blend(percept: Percept, influence: Influence, settings: Settings) -> Blend:
    pulse = percept.pulse
    shift = temperature_shift(percept.impression, novelty=pulse.novelty, arousal=pulse.arousal)
    return blended(percept, influence, shift=shift, user_temperature=settings.temperature)


def _voices(
    seed: int,
    overlay: Layer,
    centers: Sequence[Center],
    heard: Sequence[str],
    learned: list[Learned],
) -> VoiceOf:
    made: dict[str, Voice] = {}

    def voice_of(module: str) -> Voice:
        if module not in made:
            luck = stream(seed, module)
            made[module] = OverlayVoice(module, overlay, centers, heard, luck, learned)
        return made[module]

    return voice_of


def _telling(tell: Tell) -> Hear:
    def hear(word: SpokenWord) -> None:
        tell(Word(word.text))

    return hear


def _revised(utterance: Utterance) -> Revised:
    return Revised(utterance.text, utterance.by)


class _Stopwatch:
    def __init__(self) -> None:
        self.timings: tuple[Timing, ...] = ()

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        ms = (time.perf_counter() - begun) * 1000
        self.timings += (Timing(stage, round(ms, 3)),)
