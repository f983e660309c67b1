"""Helpers for tests of Leo and of what is built on him: a scripted clock, ready-made Turns."""

from dataclasses import replace
from typing import Any

from leo import records as r
from leo.text.prose import shown
from leo.text.tokens import tokens

__all__ = ["ScriptedClock", "make_turn"]


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
