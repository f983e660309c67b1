"""What surrounds a reply: growth of the field, notes, faults and timings."""

from dataclasses import dataclass, field
from typing import ClassVar

from leo.records.label import Label
from leo.records.spoken import Source

__all__ = ["Fault", "Growth", "Learned", "Note", "Timing", "Totals", "UnknownNote"]


@dataclass(frozen=True, slots=True)
class Growth:
    """What a text added to the field: tokens heard, and distinct new entries of each kind."""

    tokens: int = 0
    words: int = 0
    bigrams: int = 0
    trigrams: int = 0
    pairs: int = 0

    @property
    def entries(self) -> int:
        """Everything that was new to the field."""
        return self.words + self.bigrams + self.trigrams + self.pairs

    def __add__(self, other: "Growth") -> "Growth":
        """Grow by both."""
        return Growth(
            self.tokens + other.tokens,
            self.words + other.words,
            self.bigrams + other.bigrams,
            self.trigrams + other.trigrams,
            self.pairs + other.pairs,
        )


Totals = Growth
"""The size of a field is the sum of all growth since it was empty."""


@dataclass(frozen=True, slots=True)
class Learned:
    """A text that entered the field: who from, what it added, and the text.

    ``text`` is ``None`` where the turn already holds it (prompt and reply).
    """

    source: Source
    growth: Growth
    text: str | None


@dataclass(frozen=True, slots=True)
class Note:
    """What a module has to tell about a turn; subclass it in the module's file.

    The subclass's name is its kind in the stored form.
    """

    kinds: ClassVar[dict[str, type["Note"]]] = {}

    def __init_subclass__(cls) -> None:
        """Register the kind, so that stored notes can be read again."""
        # dataclass(slots=True) makes the class twice; the later, complete one stays.
        Note.kinds[cls.__name__] = cls


@dataclass(frozen=True, slots=True)
class UnknownNote(Note):
    """A stored note whose module is not here; kept as it was written (JSON)."""

    kind: Label
    data: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A module's failure in this turn; the module was left out of the rest of it."""

    module: Label
    hook: Label
    error: str
    traceback: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a stage took, in milliseconds of wall time."""

    stage: Label
    ms: float
