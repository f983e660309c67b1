"""An export: one pass over the journal, one over the field, and every row into a draft."""

from pathlib import Path

import numpy as np

from leo.exporting.draft import Draft, drafted
from leo.exporting.sinks import ExportFormat, format_of
from leo.exporting.tables import BIGRAMS, NOTES, PAIRS, SPOKEN, TRIGRAMS, TURNS, WORDS
from leo.field.field import Field
from leo.field.layer import context_words
from leo.field.rows import UNITS, count_of, sources_of, units_of
from leo.field.whole import every_cell
from leo.life import Life
from leo.pace import ROWS_PER_BREATH, Pace
from leo.records import Turn, codec
from leo.text.sources import SOURCES, Source
from leo.text.tokens import is_word, tokens
from leo.turns import TURN_COLUMNS

__all__ = ["ExportFormat", "export", "format_of"]


async def export(life: Life, target: Path, chosen: ExportFormat) -> None:
    """Write a Leo's field and turns as tables; runs under his lock and changes nothing.

    Raises
    ------
    StoreError
        If the target exists already, or cannot be written, or a library is missing.
    """
    async with drafted(target, chosen) as draft:
        heard = _Heard(life.field)
        await _birth(life, heard)
        await _life(life, heard, draft)
        await _words(life.field, heard, draft)
        await _grams(life.field, draft)
        await _pairs(life.field, draft)


class _Heard:
    """How often each word came from each source: the field has only their sum."""

    def __init__(self, field: Field) -> None:
        self._layer = field.own
        self._units = np.zeros((field.own.size, len(SOURCES)), np.int64)
        self._pace = Pace(ROWS_PER_BREATH)

    async def count(self, source: Source, text: str) -> None:
        """Count a text's words, if the field learned it."""
        found = tokens(text)
        if not any(is_word(token.word) for token in found):
            return
        place, units = SOURCES.index(source), units_of(source)
        for token in found:
            id_ = self._layer.id(token.word)
            if id_ is not None:
                self._units[id_, place] += units
            await self._pace.spend()

    def of(self, id_: int) -> tuple[float, ...]:
        """Give how often a word came from each source."""
        return tuple(float(units) / UNITS for units in self._units[id_])


# ---------------------------------------------------------------- his life


async def _birth(life: Life, heard: _Heard) -> None:
    if life.birthday.birth is not None:
        for source, text in life.birthday.birth.texts:
            await heard.count(source, text)


async def _life(life: Life, heard: _Heard, draft: Draft) -> None:
    entry = 1  # the birth
    while events := await life.journal.events_after(entry):
        for event in events:
            if event.turn is not None:
                await _turn(event.turn, draft)
            for source, text in event.turn.texts() if event.turn is not None else event.texts:
                await heard.count(source, text)
        entry = events[-1].entry


async def _turn(turn: Turn, draft: Draft) -> None:
    await draft.add(TURNS, tuple(column.of(turn) for column in TURN_COLUMNS))
    for place, word in enumerate(turn.utterance.words, start=1):
        after, sources = " ".join(word.after), ", ".join(word.sources)
        chance = (word.probability, word.entropy, word.temperature)
        told = (word.text, word.word, word.context, after, *chance, sources)
        await draft.add(SPOKEN, (turn.id, place, *told))
    for place, note in enumerate(codec.notes_out(turn.notes), start=1):
        await draft.add(NOTES, (turn.id, place, note["kind"], codec.dump(note["data"])))


# ---------------------------------------------------------------- his field


async def _words(field: Field, heard: _Heard, draft: Draft) -> None:
    own = field.own
    for id_ in range(own.size):
        counts = (own.count(id_), own.opened(id_), *heard.of(id_))
        await draft.add(WORDS, (own.word(id_), own.form(id_), *counts))


async def _grams(field: Field, draft: Draft) -> None:
    for key, word, cell in every_cell(field.own, "next"):
        before = context_words(key)
        spelled = tuple(field.own.word(id_) for id_ in (*before, word))
        await draft.add(TRIGRAMS if len(before) > 1 else BIGRAMS, (*spelled, *_count(cell)))


async def _pairs(field: Field, draft: Draft) -> None:
    for one, other, cell in every_cell(field.own, "near"):
        if one <= other:  # each pair stands in the rows of both words
            await draft.add(PAIRS, (field.own.word(one), field.own.word(other), *_count(cell)))


def _count(cell: int) -> tuple[float, str]:
    return count_of(cell), ", ".join(sources_of(cell))
