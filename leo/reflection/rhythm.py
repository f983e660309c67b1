"""Rhythm: which kind of turn follows which, counted, and asked from fine to coarse.

A turn is a key of eight typed parts. What follows is looked up under the whole pair of the
last two turns, then under coarser views of it; each coarser level is what the finer one is
mixed with, as far as it lacks counts (a hierarchical Dirichlet prior, as between n-grams).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Literal

from leo.text.tokens import SENTENCE_ENDS, is_word

__all__ = [
    "LEVELS",
    "Bucket",
    "Cell",
    "Chances",
    "Counts",
    "Mode",
    "Role",
    "TurnKind",
    "bucket",
    "chances",
    "contexts",
    "entropy_of",
    "finest",
    "mode_of",
]

Role = Literal["human", "leo"]
Mode = Literal["q", "a", "meta", "story", "ack"]
Bucket = Literal["low", "mid", "high"]

LOW: Final = 0.33
HIGH: Final = 0.66
"""Bounds of the middle bucket, both inside it."""


@dataclass(frozen=True, slots=True)
class Measure:
    """When something is short or long: fewer characters are an acknowledgement; more characters
    and more sentences are a story."""

    ack: int
    story: int
    sentences: int


MEASURES: Final[Mapping[Role, Measure]] = {"human": Measure(20, 200, 3), "leo": Measure(40, 100, 2)}
"""By role: Leo's sentences are short."""

OPENERS: Final = frozenset(
    ("what", "why", "how", "who", "when", "where", "which", "can", "do", "does", "did", "is", "are")
)
"""Words that open a question."""

META: Final = ("who are you", "what are you", "what is leo", "your name", "yourself", "bootstrap")
"""Whole words that turn the talk to Leo himself."""

PRIOR: Final = 12.0
"""What a coarser context is worth, in counts, beside those of a finer one (Dirichlet prior)."""

LEVELS: Final = ("pair", "coarse pair", "last turn", "any")
"""From the finest context to none."""

ADDED: Final = 0.5
"""Added to the count of every kind ever seen, and given to one that was not (add-k)."""


@dataclass(frozen=True, slots=True, order=True)
class TurnKind:
    """What kind of turn it was; ``theme`` is -1 where none was touched."""

    role: Role
    mode: Mode
    arousal: Bucket
    wound: Bucket
    entropy: Bucket
    theme: int
    expert: str
    quality: Bucket

    def key(self) -> str:
        """Write it as one word."""
        parts = (self.role, self.mode, self.arousal, self.wound, self.entropy)
        return "/".join((*parts, str(self.theme), self.expert, self.quality))

    @staticmethod
    def from_key(key: str) -> "TurnKind":
        """Read what `key` wrote.

        Raises
        ------
        ValueError
            If it is no such word.
        """
        try:
            role, mode, arousal, wound, entropy, theme, expert, quality = key.split("/")
            return TurnKind(role, mode, arousal, wound, entropy, int(theme), expert, quality)  # type: ignore[arg-type]
        except ValueError as error:
            raise ValueError(f"{key!r} is no kind of turn: {error}") from error

    def blurred(self) -> "TurnKind":
        """Leave the theme out: it says what a turn is about, not how it sounds."""
        return replace(self, theme=-1)

    def coarse(self) -> str:
        """Leave out what is rarely seen twice."""
        return f"{self.role}/{self.mode}/{self.arousal}/{self.wound}"


def bucket(value: float) -> Bucket:
    """Sort a value into low, mid (0.33 to 0.66, both inside) or high; outside [0, 1] is cut."""
    if value < LOW:
        return "low"
    return "high" if value > HIGH else "mid"


def mode_of(said: Sequence[str], characters: int, role: Role = "human") -> Mode:
    """Tell the mode of what was said, by whole words.

    Parameters
    ----------
    said
        Canonical tokens.
    characters
        Length of the text.
    role
        Who said it.
    """
    words, measure = [token for token in said if is_word(token)], MEASURES[role]
    line = f" {' '.join(words)} "
    if any(f" {phrase} " in line for phrase in META):
        return "meta"
    if "?" in said or (words and words[0] in OPENERS):
        return "q"
    if characters < measure.ack:
        return "ack"
    sentences = sum(token in SENTENCE_ENDS for token in said)
    return "story" if characters > measure.story and sentences > measure.sentences else "a"


def contexts(before: TurnKind | None, last: TurnKind, role: Role) -> tuple[str, ...]:
    """Name the contexts of a coming turn of a role, one for each of `LEVELS`."""
    first = before.key() if before else "-"
    rough = before.coarse() if before else "-"
    return (f"{first}>{last.key()}", f"{rough}>{last.coarse()}", f">{last.coarse()}", role)


@dataclass(frozen=True, slots=True)
class Cell:
    """How often one thing followed another, and in which turn last."""

    count: int
    turn: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What followed which context: ``rows[context][kind]``."""

    rows: Mapping[str, Mapping[str, Cell]] = field(default_factory=lambda: MappingProxyType({}))

    def learned(self, keys: Sequence[str], kind: str, turn: int) -> "Counts":
        """Count one more under every context."""
        rows = dict(self.rows)
        for key in keys:
            row = rows.get(key, {})
            rows[key] = {**row, kind: Cell(row[kind].count + 1 if kind in row else 1, turn)}
        return Counts(rows)

    def without(self, cells: Iterable[tuple[str, str]]) -> "Counts":
        """Forget cells."""
        rows = {key: dict(row) for key, row in self.rows.items()}
        for context, kind in cells:
            del rows[context][kind]
        return Counts({key: row for key, row in rows.items() if row})

    def weakest(self, limit: int, spare: int) -> tuple[tuple[str, str], ...]:
        """Name the cells to forget: none up to a limit, then the rarest and oldest beyond a rest.

        Parameters
        ----------
        limit
            Cells that are allowed.
        spare
            Cells that are forgotten at once, so that it happens seldom.
        """
        if sum(len(row) for row in self.rows.values()) <= limit:
            return ()
        cells = [
            (c.count, c.turn, k, kind) for k, row in self.rows.items() for kind, c in row.items()
        ]
        return tuple((context, kind) for _, _, context, kind in sorted(cells)[:spare])


@dataclass(frozen=True, slots=True)
class Chances:
    """A distribution over kinds of turns, as keys; ``unseen`` is left for any other kind."""

    known: Mapping[str, float]
    unseen: float

    def of(self, kind: str) -> float:
        """Give a kind's probability."""
        return self.known.get(kind, self.unseen)

    def ordered(self) -> list[tuple[str, float]]:
        """List the known kinds, the most probable first."""
        return sorted(self.known.items(), key=lambda one: (-one[1], one[0]))

    def entropy(self) -> float:
        """Give the entropy over its maximum, [0, 1]."""
        return entropy_of([*self.known.values(), self.unseen])


def chances(counts: Counts, keys: Sequence[str]) -> Chances:
    """Predict what comes: each level is mixed with the coarser one, as far as it lacks counts.

    Parameters
    ----------
    counts
        What followed what.
    keys
        Contexts from the finest to the coarsest.
    """
    everything = counts.rows.get(keys[-1], {})
    total = sum(cell.count for cell in everything.values()) + ADDED * (len(everything) + 1)
    known = {kind: (cell.count + ADDED) / total for kind, cell in everything.items()}
    unseen = ADDED / total
    for key in reversed(keys[:-1]):
        row = counts.rows.get(key)
        if row:
            seen = sum(cell.count for cell in row.values()) + PRIOR
            known = {
                kind: ((row[kind].count if kind in row else 0) + PRIOR * chance) / seen
                for kind, chance in known.items()
            }
            unseen *= PRIOR / seen
    return Chances(known, unseen)


def finest(counts: Counts, keys: Sequence[str]) -> str:
    """Name the finest level that has seen its context."""
    found = (level for level, key in zip(LEVELS, keys, strict=True) if counts.rows.get(key))
    return next(found, LEVELS[-1])


def entropy_of(chances: Sequence[float]) -> float:
    """Give the entropy of a distribution over its maximum, [0, 1]; 0 for one outcome."""
    if len(chances) < 2:
        return 0.0
    return -sum(p * math.log(p) for p in chances if p > 0) / math.log(len(chances))
