"""The Turn: one prompt and everything it caused."""

from dataclasses import dataclass, field, replace
from typing import TypeVar

from leo.records import codec
from leo.records.around import Fault, Learned, Note, Timing, Totals
from leo.records.heard import Percept, Settings
from leo.records.leaning import Blend, Influence, Leaning
from leo.records.shown import turn_html
from leo.records.spoken import Quality, Source, Utterance

__all__ = ["FORMAT", "Turn"]

FORMAT = 1
"""Version of the stored form of a Turn."""

NoteT = TypeVar("NoteT", bound=Note)


@dataclass(frozen=True, slots=True)
class Turn:
    """One prompt and everything it caused.

    ``id`` counts from 1 and is ``None`` for an imagined turn; ``at`` is in seconds of the
    Leo's clock; ``totals`` is the size of the field after the turn. ``leanings`` splits
    ``influence`` by module (the words a module drew stand in its pulls). ``timings`` stand
    outside equality.
    """

    id: int | None
    at: float
    seed: int
    settings: Settings
    prompt: str
    reply: str
    percept: Percept
    influence: Influence
    leanings: tuple[Leaning, ...]
    blend: Blend
    utterance: Utterance
    quality: Quality
    external_vocab: float
    notes: tuple[Note, ...]
    learned: tuple[Learned, ...]
    totals: Totals
    faults: tuple[Fault, ...]
    timings: tuple[Timing, ...] = field(compare=False)
    format: int = FORMAT

    def note(self, kind: type[NoteT]) -> NoteT | None:
        """Find the turn's note of a kind, ``None`` if no module wrote one."""
        return next((note for note in self.notes if isinstance(note, kind)), None)

    def texts(self) -> tuple[tuple[Source, str], ...]:
        """List what the field learned, with its source, in order."""
        own: dict[Source, str] = {"observer": self.prompt, "reply": self.reply}
        return tuple(
            (one.source, own[one.source] if one.text is None else one.text) for one in self.learned
        )

    def without_timings(self) -> "Turn":
        """Give the canonical part: everything that the same seed, clock and words repeat."""
        plain = tuple(replace(fault, traceback="") for fault in self.faults)
        return replace(self, timings=(), faults=plain)

    def _repr_html_(self) -> str:
        """Show the turn in a notebook."""
        return turn_html(self)

    def to_json(self) -> str:
        """Write the turn as JSON."""
        return codec.dump({**codec.dense(self), "notes": codec.notes_out(self.notes)})

    @staticmethod
    def from_json(text: str | bytes) -> "Turn":
        """Read a turn from JSON.

        Raises
        ------
        TurnFormatError
            If the text is no Turn of this format.
        """
        plain = codec.load(text, FORMAT)
        notes = codec.notes_in(plain.pop("notes", None))
        bare = codec.build(codec.widen({**plain, "notes": []}), Turn)
        return replace(bare, notes=notes)
