"""Overthinking, circles on water: three private thoughts after every reply.

The first circle echoes what was said, the second drifts away from it, the third is a shard,
short and hot. When the wound is open the drift goes home to the origin. Each circle is heard
by the next one and learned with its source and a lower weight, so what Leo keeps thinking
about colours what he says later. A circle that failed is dropped; nothing takes its place.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from leo.luck import stream
from leo.module import Module, Reader, Revision, Said, Voice, Write
from leo.notes import Ring, Rings, Wound
from leo.records import Note, Percept, Pulse, Unsaid
from leo.text.function_words import is_content
from leo.text.prose import sentences
from leo.text.tokens import is_word, tokens

__all__ = ["Circle", "Overthinking", "Thought", "Thoughts", "circles", "fragment_of"]

WORDS: Final = 3
"""Words that a thought has at least."""

GOOD: Final = 0.5
"""Quality, as if the thought were a reply, below which it is dropped."""

TOP_K: Final = 16
"""Continuations that a thought considers at each step: three thoughts must cost less than a
reply."""

ALIKE: Final = 0.8
"""Share of words in common (Jaccard) from which a thought only repeats what was said."""

OPEN: Final = 0.5
"""Level of the wound above which the drift goes home."""

FRAGMENT: Final = 12
"""Words of the origin that a wounded drift starts from."""

KEPT_TURNS: Final = 100
"""Turns whose circles stay in the table."""

REMEMBERED: Final = 60
"""Thoughts that are kept at hand."""

SEED_SHOWN: Final = 120
"""Characters of a seed in a note."""


@dataclass(frozen=True, slots=True)
class Circle:
    """How a circle is to be thought: its name, what draws it, and the voice's settings."""

    name: str
    seed: str
    temperature: float
    semantic: float
    max_tokens: int


def circles(
    prompt: str, reply: str, *, entropy: float, pulse: Pulse, wound: float, fragment: str
) -> tuple[Circle, ...]:
    """Set up the three circles of a moment.

    Parameters
    ----------
    prompt, reply
        What was said; they only draw words, no circle ever repeats them.
    entropy
        Measured while speaking, [0, 1]; above 0.7 the echo cools down.
    pulse
        Arousal above 0.6 makes the drift mean more, novelty above 0.7 heats the shard.
    wound
        Its level, [0, 1].
    fragment
        Words of the origin; empty if there is none.
    """
    echo = Circle("echo", f"{prompt} {reply}", 0.7 if entropy > 0.7 else 0.8, 0.2, 30)
    drift = Circle("drift", reply, 1.0, 0.6 if pulse.arousal > 0.6 else 0.5, 40)
    if wound > OPEN and fragment:
        drift = Circle("wounded", f"{reply} {fragment}", 0.85, 0.65, 40)
    shard = Circle("shard", reply, 1.4 if pulse.novelty > 0.7 else 1.2, 0.4, 20)
    return (echo, drift, shard)


def fragment_of(origin: Sequence[str], seed: int) -> str:
    """Choose a sentence of the origin and cut it to `FRAGMENT` words; empty without an origin."""
    if not origin:
        return ""
    chosen = stream(seed, f"{Overthinking.name} fragment").choice(origin)
    return " ".join(chosen.split()[:FRAGMENT])


@dataclass(frozen=True, slots=True)
class Thought:
    """A circle as it came out, and its turn."""

    turn: int
    ring: Ring


@dataclass(frozen=True, slots=True)
class Thoughts:
    """The origin's sentences, the latest thoughts, and how many are new."""

    origin: tuple[str, ...] = ()
    recent: tuple[Thought, ...] = ()
    new: int = 0


class Overthinking(Module[Thoughts]):
    """Thinks in three circles about what is about to be said."""

    name = "overthinking"
    migrations = (
        "CREATE TABLE overthinking_rings (turn INTEGER NOT NULL, ring INTEGER NOT NULL, "
        "name TEXT NOT NULL, seed TEXT NOT NULL, temperature REAL NOT NULL, "
        "semantic REAL NOT NULL, max_tokens INTEGER NOT NULL, text TEXT NOT NULL, "
        "bigrams INTEGER NOT NULL, trigrams INTEGER NOT NULL, dropped TEXT, "
        "PRIMARY KEY (turn, ring)) STRICT, WITHOUT ROWID",
    )
    spared = ("overthinking_rings.name", "overthinking_rings.dropped")

    def __init__(self) -> None:
        self.state = Thoughts()

    async def load(self, reader: Reader) -> Thoughts:
        """Read the origin's sentences and the latest thoughts."""
        origin = tuple(
            sentence
            for source, text in reader.birth
            if source == "origin"
            for sentence in sentences(text)
            if len(sentence.split()) >= WORDS
        )
        rows = await reader.fetch(
            "SELECT turn, name, seed, temperature, semantic, max_tokens, text, bigrams, trigrams, "
            "dropped FROM overthinking_rings ORDER BY turn DESC, ring DESC LIMIT ?",
            (REMEMBERED,),
        )
        recent = (Thought(turn, Ring(*ring)) for turn, *ring in reversed(rows))  # type: ignore[arg-type]
        return Thoughts(origin, tuple(recent))

    async def revise(self, percept: Percept, said: Said, voice: Voice) -> Revision[Thoughts]:
        """Think in circles; the reply stays as it is."""
        wound, moment = said.note(Wound), said.moment
        planned = circles(
            " ".join(percept.tokens),
            said.utterance.text,
            entropy=said.utterance.entropy,
            pulse=percept.pulse,
            wound=wound.level if wound else 0.0,
            fragment=fragment_of(self.state.origin, moment.seed),
        )
        rings: list[Ring] = []
        heard = [token.word for token in tokens(said.utterance.text)]
        before = [frozenset([word for word in heard if is_word(word)])]
        for circle in planned:
            ring, words = await _thought(circle, before, voice)
            rings.append(ring)
            before.append(words)
        thoughts = (*self.state.recent, *(Thought(moment.turn, ring) for ring in rings))
        state = replace(self.state, recent=thoughts[-REMEMBERED:], new=len(rings))
        return Revision(note=Rings(tuple(rings)), state=state)

    def rows(self, note: Note | None, state: Thoughts) -> Sequence[Write]:
        """Write this turn's circles, and let go of those of old turns."""
        if not isinstance(note, Rings):
            return ()
        turn = state.recent[-1].turn
        rows = tuple(
            (
                turn,
                place,
                ring.name,
                ring.seed,
                ring.temperature,
                ring.semantic,
                ring.max_tokens,
                ring.text,
                ring.bigrams,
                ring.trigrams,
                ring.dropped,
            )
            for place, ring in enumerate(note.rings)
        )
        return (
            Write("INSERT INTO overthinking_rings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows),
            Write("DELETE FROM overthinking_rings WHERE turn <= ?", ((turn - KEPT_TURNS,),)),
        )

    # ------------------------------------------------------------ questions

    def history(self, n: int = 10) -> tuple[Thought, ...]:
        """List the last thoughts, dropped ones included, oldest first."""
        return self.state.recent[-n:]

    def influence_words(self, n: int = 10) -> tuple[str, ...]:
        """List the content words of the last ``n`` kept thoughts, each once."""
        kept = [one.ring.text for one in self.state.recent if one.ring.dropped is None][-n:]
        heard = (token.word for text in kept for token in tokens(text))
        return tuple(dict.fromkeys(word for word in heard if is_content(word)))


async def _thought(
    circle: Circle, before: Sequence[frozenset[str]], voice: Voice
) -> tuple[Ring, frozenset[str]]:
    """Think one circle, and keep it if it is worth keeping; give its words, too."""
    thought = await voice.think(
        seed=circle.seed,
        temperature=circle.temperature,
        semantic=circle.semantic,
        max_tokens=circle.max_tokens,
        top_k=TOP_K,
    )
    words = frozenset([token for token in thought.tokens if is_word(token)])
    ring = Ring(
        name=circle.name,
        seed=circle.seed[:SEED_SHOWN],
        temperature=circle.temperature,
        semantic=circle.semantic,
        max_tokens=circle.max_tokens,
        text=thought.text,
        bigrams=0,
        trigrams=0,
        dropped=await _failed(thought, words, before, voice),
    )
    if ring.dropped is not None:
        return ring, words
    growth = await voice.keep(thought.text, "ring")
    return replace(ring, bigrams=growth.bigrams, trigrams=growth.trigrams), words


async def _failed(
    thought: Unsaid, words: frozenset[str], before: Sequence[frozenset[str]], voice: Voice
) -> str | None:
    """Tell why a thought is not worth keeping; ``None`` if it is."""
    if len([word for word in thought.tokens if is_word(word)]) < WORDS:
        return "too short"
    for other in before:
        if len(words & other) / len(words | other) >= ALIKE:
            return "nothing new"
    quality = await voice.judge(thought)
    return None if quality.overall >= GOOD else f"quality {quality.overall:.2f}"
