"""Helpers for tests of Leo and of what is built on him.

A scripted clock, a toy field, ready-made Turns, and a module that notes every hook it hears.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from leo import records as r
from leo.field.layer import Layer
from leo.module import Judged, Kept, Lean, Module, Reader, Revision, Said, SoFar, Voice, Write
from leo.text.prose import shown
from leo.text.tokens import tokens

__all__ = ["ScriptedClock", "SpyModule", "SpyNote", "make_turn", "toy_field"]


CONTEXTS: tuple[r.WordContext, ...] = ("start", "bigram", "trigram")


class ScriptedClock:
    """A clock that advances by a fixed step each time it is read.

    Parameters
    ----------
    start
        First time, in seconds.
    step
        Seconds between two readings.
    """

    def __init__(self, start: float = 1_700_000_000.0, step: float = 1.0) -> None:
        self.now = start - step
        self.step = step

    def __call__(self) -> float:
        """Advance, and tell the time."""
        self.now += self.step
        return self.now


async def toy_field(*texts: str, source: r.Source = "origin") -> Layer:
    """Count a few texts into an empty layer."""
    layer = Layer()
    for text in texts:
        await layer.learn(tokens(text), source)
    return layer


@dataclass(frozen=True, slots=True)
class SpyNote(r.Note):
    """What a spy saw in a turn: the hooks it heard, in order, and its count of all turns."""

    spy: str
    heard: tuple[str, ...]
    turns: int


@dataclass
class SpyModule(Module[int]):
    """A module that uses every hook and every part of the contract, and changes no word.

    Its state is the number of turns it has lived through; it keeps a row per turn. Give it
    another name to have two.

    Attributes
    ----------
    heard
        ``(hook, record)`` pairs in the order in which they came; shared by the turn's copies.
    thinks
        A private thought that it has and keeps in ``revise``.
    """

    name: str = "spy"  # type: ignore[misc]  # a spy may be named per instance
    thinks: bool = False
    heard: list[tuple[str, object]] = field(default_factory=list)

    migrations: ClassVar[tuple[str, ...]] = (
        "CREATE TABLE IF NOT EXISTS spy (turn INTEGER, spy TEXT, seen INTEGER)",
    )

    async def load(self, reader: Reader) -> int:
        """Count the rows of the turns it saw."""
        rows = await reader.fetch("SELECT count(*) FROM spy WHERE spy = ?", (self.name,))
        return int(str(rows[0][0]))

    async def before(self, percept: r.Percept, so_far: SoFar) -> Lean[int]:
        """Note what it heard, and lean nowhere."""
        self.heard.append(("before", so_far))
        return Lean(note=self._note("before"))

    async def revise(self, percept: r.Percept, said: Said, voice: Voice) -> Revision[int]:
        """Note what it heard, think if it was told to, and change nothing."""
        self.heard.append(("revise", said))
        if self.thinks:
            thought = await voice.think(seed=said.utterance.text)
            await voice.keep(thought.text, "ring")
        return Revision(note=self._note("before", "revise"))

    async def after(self, judged: Judged, voice: Voice) -> Kept[int]:
        """Note what it heard, and count the turn."""
        self.heard.append(("after", judged))
        return Kept(note=self._note("before", "revise", "after"), state=self.state + 1)

    def rows(self, note: r.Note | None, state: int) -> Sequence[Write]:
        """Write one row."""
        self.heard.append(("rows", note))
        return [Write("INSERT INTO spy VALUES (?, ?, ?)", ((state, self.name, state),))]

    def hooks(self) -> list[str]:
        """Name the hooks that were heard, in order."""
        return [hook for hook, _ in self.heard]

    def _note(self, *heard: str) -> SpyNote:
        return SpyNote(self.name, heard, self.state)


def make_turn(
    id: int | None = 1,  # noqa: A002  the record's own name
    prompt: str = "Hello, who are you?",
    reply: str = "The lamp in the kitchen was warm. I listen to the rain.",
    **changes: Any,
) -> r.Turn:
    """Build a complete, plausible Turn without running a Leo.

    Parameters
    ----------
    id
        Number of the turn; measured values vary with it, so that figures have a shape.
    prompt, reply
        What was said; the reply is cut into words with made-up, well-formed reasons.
    changes
        Fields of the Turn to replace.
    """
    number = id or 0
    wave = (number * 37 % 100) / 100
    heard = tuple(token.word for token in tokens(prompt))
    chambers = r.Chambers(0.15, 0.6, 0.0, 0.0, round(0.3 * wave, 3))
    turn = r.Turn(
        id=id,
        at=1_700_000_000.0 + 60 * number,
        seed=1000 + number,
        settings=r.Settings(1.0, 80, ()),
        prompt=prompt,
        reply=reply,
        percept=r.Percept(
            tokens=heard,
            unknown=heard[:1],
            pulse=r.Pulse(wave, 0.1, 0.5, round(0.3 * wave + 0.19, 4)),
            impression=r.Impression(
                raw=chambers,
                chambers=chambers,
                cues=(r.Cue("curiosity", "?", 0.4), r.Cue("curiosity", "who", 0.1)),
                dominant="curiosity",
                anomaly=None,
                composite=0.12,
            ),
            themes=(r.ActiveTheme(3, 2.0, ("lamp", "kitchen", "bread")),),
        ),
        influence=r.Influence(pulls=(r.Pull("rain", 0.5, "gravity", "prompt"),)),
        leanings=(),
        blend=r.Blend(
            weights=tuple(
                r.Weight(name, weight)
                for name, weight in zip(
                    ("structural", "semantic", "creative", "precise", "wounded"),
                    (0.375, 0.25, 0.125, 0.25, 0.0),
                    strict=True,
                )
            ),
            dominant="structural",
            semantic=0.325,
            temperature=0.92,
            reasons=(r.BlendReason("novelty above 0.5", "creative", 0.04),),
            steps=(r.TemperatureStep("experts", 0.8625), r.TemperatureStep("impression", 0.92)),
        ),
        utterance=_utterance(reply),
        quality=r.Quality(0.7, 1.0, 0.85, (r.QualityReason("shares no content word", 0.7),)),
        external_vocab=round(0.3 * wave, 4),
        notes=(),
        learned=(
            r.Learned("observer", r.Growth(len(heard), 2, 3, 4, 9), None),
            r.Learned("reply", r.Growth(13, 0, 1, 2, 5), None),
        ),
        totals=r.Totals(5000 + 30 * number, 900 + 2 * number, 3000 + 4 * number, 4200, 15000),
        faults=(),
        timings=(r.Timing("perceive", 0.4), r.Timing("speak", 3.1), r.Timing("commit", 0.9)),
    )
    return replace(turn, **changes)


def _utterance(reply: str) -> r.Utterance:
    words: list[r.SpokenWord] = []
    before: str | None = None
    for i, token in enumerate(tokens(reply)):
        words.append(
            r.SpokenWord(
                text=shown(before, token.word, token.written),
                word=token.word,
                context=CONTEXTS[min(i, 2)],
                after=tuple(word.word for word in words[-2:]),
                probability=0.4,
                entropy=0.5,
                temperature=0.92,
                candidates=(
                    r.Candidate(token.word, 0.4),
                    r.Candidate("moon", 0.3),
                    r.Candidate("cat", 0.1),
                ),
                shares=(r.Share("semantic", 0.21), r.Share("repetition", -0.1)),
                sources=("origin",),
            )
        )
        before = token.word
    return r.Utterance(tuple(words), 0.5, "leo")
