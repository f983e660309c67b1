"""MetaLeo, the inner voice: what Leo would say if he listened to himself.

It is fed by the last circle of his thoughts and by what he said when he was moved. When the
moment asks for it, it speaks twice in private, cooler and warmer; a judge that knows the
prompt weighs what it said against what was about to be said. It speaks instead only where it
is clearly better. What was weighed and not said is never learned.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from leo.module import Judged, Kept, Module, Reader, Revision, Said, Voice, Write
from leo.notes import InnerVoice, Rings, Spoken, Wound
from leo.records import Note, Percept, Quality, Utterance
from leo.reflection.judging import weighed
from leo.text.tokens import is_word, tokens

__all__ = ["MetaLeo", "MetaState", "Snippet", "weight_of"]

SNIPPETS = 8
"""Snippets that are kept; the oldest goes first."""

SNIPPET = 200
"""Characters of a snippet."""

CHARGED = 0.6
"""Arousal of the prompt from which his own answer is kept."""

# Weights are whole hundredths, so that sums and bounds are exact.
BASE = 10
CAP = 50
CONSIDER = 15
"""Weight above which the inner voice is tried at all."""

SPEAK = 20
"""Weight above which it may speak."""

BETTER = 0.05
"""By how much its score must exceed that of what was about to be said."""

TEMPERATURES = (0.8, 1.1)
"""The cooler and the warmer try; a tie goes to the cooler."""

SEMANTIC = 0.5

MAX_TOKENS = 60
"""Tokens of a try; it aims at a quarter of them, about a short reply."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """Something he once thought (``shard``) or said when he was moved (``reply``)."""

    text: str
    kind: str
    turn: int


@dataclass(frozen=True, slots=True)
class MetaState:
    """The inner voice's memory: snippets, oldest first, and whether they changed this turn."""

    buffer: tuple[Snippet, ...] = ()
    changed: bool = False

    def fed(self, text: str, kind: str, turn: int) -> "MetaState":
        """Keep a snippet; one without words is none."""
        kept = text.strip()[:SNIPPET].strip()
        if not any(is_word(token.word) for token in tokens(kept)):
            return self
        return MetaState((*self.buffer, Snippet(kept, kind, turn))[-SNIPPETS:], changed=True)


def weight_of(
    *, entropy: float, wound: float, quality: float, arousal: float
) -> tuple[int, tuple[tuple[str, float], ...]]:
    """Tell how much a moment asks for the inner voice, in hundredths, and why.

    Parameters
    ----------
    entropy
        Mean entropy of what is about to be said, [0, 1].
    wound, quality, arousal
        Level of the wound, quality of what is about to be said, arousal of the prompt; [0, 1].

    Returns
    -------
    tuple
        The weight, 10 to 50, and pairs of a reason and what it added, in [0, 0.5].
    """
    reasons = [
        ("always", BASE),
        ("he recites", 15 if entropy < 0.25 else 0),
        ("he rambles", 10 if entropy > 0.85 else 0),
        ("the wound is open", 15 if wound > 0.6 else 0),
        ("it came out badly", 20 if quality < 0.4 else 0),
        ("it was said loudly", 5 if arousal > 0.6 else 0),
    ]
    weight = min(CAP, sum(points for _, points in reasons))
    return weight, tuple((why, points / 100) for why, points in reasons if points)


class MetaLeo(Module[MetaState]):
    """Speaks instead of Leo when it is clearly better and the moment asks for it."""

    name = "metaleo"
    migrations = (
        "CREATE TABLE metaleo_snippets (place INTEGER PRIMARY KEY, text TEXT NOT NULL, "
        "kind TEXT NOT NULL, turn INTEGER NOT NULL) STRICT",
    )
    spared = ("metaleo_snippets.kind",)

    async def load(self, reader: Reader) -> MetaState:
        """Read the snippets."""
        rows = await reader.fetch("SELECT text, kind, turn FROM metaleo_snippets ORDER BY place")
        snippets = (Snippet(str(text), str(kind), int(str(turn))) for text, kind, turn in rows)
        return MetaState(tuple(snippets))

    async def revise(self, percept: Percept, said: Said, voice: Voice) -> Revision[MetaState]:
        """Weigh the moment, perhaps speak in private, and perhaps speak instead."""
        state = _with_shards(self.state, said)
        utterance, wound = said.utterance, said.note(Wound)
        quality = await voice.judge(utterance)
        weight, reasons = weight_of(
            entropy=utterance.entropy,
            wound=wound.level if wound else 0.0,
            quality=quality.overall,
            arousal=percept.pulse.arousal,
        )
        base = weighed(percept.tokens, utterance, quality, said.blend.temperature)
        tries: list[tuple[Utterance, Spoken]] = []
        if weight > CONSIDER:
            tries = [await self._try(percept, said, voice, state, t) for t in TEMPERATURES]
        best = max(tries, key=lambda one: one[1].score, default=None)
        speaks = best is not None and weight > SPEAK and best[1].score - base.score > BETTER
        others = tuple(spoken for _, spoken in tries)
        note = InnerVoice(weight / 100, reasons, base, others, speaks)
        return Revision(best[0] if best is not None and speaks else None, note, state)

    async def _try(
        self, percept: Percept, said: Said, voice: Voice, state: MetaState, temperature: float
    ) -> tuple[Utterance, Spoken]:
        seed = " ".join([*(one.text for one in state.buffer), *percept.tokens])
        limit = min(MAX_TOKENS, said.moment.settings.max_tokens)
        utterance = await voice(
            seed=seed, temperature=temperature, semantic=SEMANTIC, max_tokens=limit
        )
        quality: Quality = await voice.judge(utterance)
        return utterance, weighed(percept.tokens, utterance, quality, temperature)

    async def after(self, judged: Judged, voice: Voice) -> Kept[MetaState] | None:
        """Keep what he said when he was moved."""
        if judged.percept.pulse.arousal <= CHARGED:
            return None
        own = judged.utterance.own.text
        return Kept(state=self.state.fed(own, "reply", judged.moment.turn))

    def rows(self, note: Note | None, state: MetaState) -> Sequence[Write]:
        """Write the snippets if they changed; there are never more than a few."""
        if not state.changed:
            return ()
        rows = tuple((i, one.text, one.kind, one.turn) for i, one in enumerate(state.buffer))
        return (
            Write("DELETE FROM metaleo_snippets"),
            Write("INSERT INTO metaleo_snippets VALUES (?, ?, ?, ?)", rows),
        )

    # ------------------------------------------------------------ questions

    @property
    def buffer(self) -> tuple[Snippet, ...]:
        """What feeds the inner voice, oldest first."""
        return self.state.buffer

    def weigh(
        self, *, entropy: float, wound: float = 0.0, quality: float, arousal: float = 0.0
    ) -> float:
        """Tell how much a moment would ask for the inner voice, [0.1, 0.5]."""
        return weight_of(entropy=entropy, wound=wound, quality=quality, arousal=arousal)[0] / 100


def _with_shards(state: MetaState, said: Said) -> MetaState:
    """Take in this turn's shards; what changed in an earlier turn is written already."""
    state = MetaState(state.buffer)
    rings = said.note(Rings)
    for ring in rings.rings if rings else ():
        if ring.name == "shard" and ring.dropped is None:
            state = state.fed(ring.text, "shard", said.moment.turn)
    return state
