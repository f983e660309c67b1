"""Cutting: a Turn without what it quotes of a forgotten text.

Strings that quote are cut, labels stay. What Leo said with a cut in it is no longer among what
he learned.
"""

import dataclasses
import json
from collections.abc import Container, Mapping, Sequence
from functools import cache
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from leo.errors import TurnFormatError
from leo.records import codec
from leo.records.around import Learned, Note, UnknownNote
from leo.records.label import LABEL
from leo.records.spoken import SpokenWord, Utterance
from leo.records.turn import Turn
from leo.text.traces import CUT, Traces

__all__ = ["Cutter", "cut_turn"]

ValueT = TypeVar("ValueT")

_NUMBERS = (int, float, bool, type(None), Ellipsis)

CONTEXT = 2
"""Words before a spoken word that its reasons may name."""


def cut_turn(turn: Turn, cutter: "Cutter") -> Turn:
    """Cut a Turn; one that quotes nothing is given back itself.

    Parameters
    ----------
    turn
        A turn that is not forgotten itself: its prompt stays.
    cutter
        What is to be cut.
    """
    utterance = cutter.utterance(turn.utterance)
    same = utterance is turn.utterance
    reply = turn.reply if same else utterance.text
    kept = tuple(one for one in turn.learned if not _lost(one, turn, reply, cutter.traces))
    notes = tuple(cut for note in turn.notes if (cut := cutter.note(note)) is not None)
    changes: dict[str, object] = {
        "utterance": utterance,
        "reply": cutter.traces.cut(reply),
        "learned": turn.learned if len(kept) == len(turn.learned) else kept,
        "notes": turn.notes if _same(notes, turn.notes) else notes,
    }
    rest = ("percept", "influence", "faults")
    changes |= {name: cutter.value(getattr(turn, name)) for name in rest}
    changed = {name: new for name, new in changes.items() if new is not getattr(turn, name)}
    return dataclasses.replace(turn, **changed) if changed else turn  # type: ignore[arg-type]


def _lost(learned: Learned, turn: Turn, reply: str, traces: Traces) -> bool:
    """Tell whether a learned text has a trace; what the observer said in this turn has none."""
    if learned.text is not None:
        return traces.holds(learned.text)
    return learned.source == "reply" and (reply != turn.reply or traces.holds(turn.reply))


class Cutter:
    """Cuts traces, and everything that a record tells of a forgotten turn, out of records.

    Parameters
    ----------
    traces
        What must not stand anywhere.
    turns
        Numbers of the forgotten turns: a record that has such a ``turn`` quotes it.
    """

    def __init__(self, traces: Traces, turns: Container[int]) -> None:
        self.traces, self._turns = traces, turns

    def value(self, value: ValueT, *, empty: bool = False) -> ValueT:
        """Cut a value of a record; one without traces is given back itself.

        Parameters
        ----------
        value
            A string, a record, a collection of them, or anything else, which stays.
        empty
            Leave nothing of its strings.
        """
        result: Any = value
        if isinstance(value, str):
            result = "" if empty else self.traces.cut(value)
        elif isinstance(value, tuple | list | frozenset | set):
            cut = tuple(self.value(one, empty=empty) for one in value)
            result = value if _same(cut, tuple(value)) else type(value)(cut)
        elif isinstance(value, Mapping):
            items = tuple(value.items())
            pairs = self.value(items, empty=empty)
            result = value if pairs is items else dict(pairs)
        elif dataclasses.is_dataclass(value) and not isinstance(value, type):
            result = self._record(value, empty=empty)
        return result  # type: ignore[no-any-return]

    def _record(self, record: Any, *, empty: bool) -> Any:
        kind: Any = type(record)
        names = _quoting(kind)
        empty = empty or ("turn" in names and self._gone(record.turn))
        changed: dict[str, object] = {}
        for name in names:
            old = getattr(record, name)
            new = self.value(old, empty=empty)
            if new is not old:
                changed[name] = new
        return dataclasses.replace(record, **changed) if changed else record

    def _gone(self, turn: object) -> bool:
        return isinstance(turn, int) and turn in self._turns

    def note(self, note: Note) -> Note | None:
        """Cut a note; ``None`` if it cannot be read any more without what was cut."""
        try:
            if isinstance(note, UnknownNote):
                plain = json.loads(note.data)
                cut = self.plain(plain)
                return note if cut == plain else UnknownNote(note.kind, codec.dump(cut))
            new = self.value(note)
            if new is not note:
                codec.notes_in(codec.notes_out([new]))
        except (ValueError, TypeError, TurnFormatError):
            return None
        return new

    def plain(self, value: Any, *, empty: bool = False) -> Any:
        """Cut a JSON value, keys too."""
        if isinstance(value, str):
            return "" if empty else self.traces.cut(value)
        if isinstance(value, list):
            return [self.plain(one, empty=empty) for one in value]
        if isinstance(value, dict):
            empty = empty or self._gone(value.get("turn"))
            return {
                self.traces.cut(key): self.plain(one, empty=empty) for key, one in value.items()
            }
        return value

    def utterance(self, utterance: Utterance) -> Utterance:
        """Cut what was said: a word that is part of a trace loses itself and its reasons."""
        words = utterance.words
        places = self.traces.places_of_tokens([word.word for word in words])
        cut = tuple(
            _nameless(word)
            if i in places
            else self._reasons(word, bool(places.intersection(range(i - CONTEXT, i))))
            for i, word in enumerate(words)
        )
        return utterance if _same(cut, words) else dataclasses.replace(utterance, words=cut)

    def _reasons(self, word: SpokenWord, beside: bool) -> SpokenWord:
        new: SpokenWord = self._record(word, empty=False)
        return dataclasses.replace(new, after=(CUT,) * len(new.after)) if beside else new


def _nameless(word: SpokenWord) -> SpokenWord:
    space = word.text[: len(word.text) - len(word.text.lstrip())]
    after = (CUT,) * len(word.after)
    return dataclasses.replace(word, text=space + CUT, word=CUT, after=after, candidates=())


def _same(new: Sequence[object], old: Sequence[object]) -> bool:
    return len(new) == len(old) and all(a is b for a, b in zip(new, old, strict=True))


@cache
def _quoting(kind: Any) -> tuple[str, ...]:
    """Name the fields of a record that may quote; labels and fixed choices never do."""
    hints = get_type_hints(kind, include_extras=True)
    names = (one.name for one in dataclasses.fields(kind))
    return tuple(name for name in names if name == "turn" or _quotes(hints[name]))


def _quotes(hint: Any) -> bool:
    parts = get_args(hint)
    if get_origin(hint) is Literal or LABEL in parts[1:]:
        return False
    return any(map(_quotes, parts)) if parts else hint not in _NUMBERS
