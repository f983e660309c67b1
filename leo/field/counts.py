"""Counts to look at: what a layer has itself, and through it all that lies below.

A question goes through all layers. What was looked at once is kept at hand until a row under
it grows; what is asked of every candidate of every step stands in tables by word.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from leo.field.base import Base, Table
from leo.field.looks import NOTHING, Looks, RowView, Shown, seen, strongest
from leo.field.packed import dense
from leo.field.rows import COUNT_SHIFT, FEW, UNITS, RowTable
from leo.field.tally import Tally
from leo.field.view import KINDS, Ask, Kind
from leo.pace import ROWS_PER_BREATH, Pace
from leo.records import Growth
from leo.text.function_words import is_content

__all__ = ["Counts", "context_key", "context_words"]

NO_FORMS: Mapping[str, int] = {}

_PAIR_SHIFT = 32

ONWARD_AT_HAND = 16_384
"""Contexts of which it is kept at hand what follows them most, those found out last."""

_Lower: TypeAlias = tuple[tuple[Mapping[int, Mapping[int, int]], ...], tuple[Table, ...]]
"""All rows of a kind below a layer: cells by word by context, and what is packed."""

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]


def context_key(words: Sequence[int]) -> int:
    """Give the key of a context of one or two word ids; the two kinds never collide."""
    return words[0] if len(words) == 1 else (words[0] + 1) << _PAIR_SHIFT | words[1]


def context_words(key: int) -> tuple[int, ...]:
    """Give the word ids of a context; see `context_key`."""
    first = key >> _PAIR_SHIFT
    return (key,) if not first else (first - 1, key & (1 << _PAIR_SHIFT) - 1)


class Counts:
    """Counts over a vocabulary that continues the one of the layer below, to be looked at.

    Parameters
    ----------
    below
        The layer to look through to; it must not change while this one is in use.
    base
        What was packed and lies between the two.
    """

    def __init__(self, below: "Counts | None" = None, base: Base | None = None) -> None:
        self._under, self._base = below, base
        self._below = self._layers_below()
        self._lower = {kind: self._rows_below(kind) for kind in KINDS}
        lower = base or below
        self.first = lower.size if lower else 0
        self.words: list[str] = []
        self.ids: dict[str, int] = {}
        self.seen: dict[int, int] = {}
        """Units in which each word was counted (`leo.field.rows.UNITS` make a hearing)."""
        self.starts: dict[int, int] = {}
        self.forms: dict[int, dict[str, int]] = {}
        self.after = RowTable()
        """Continuations by `context_key`."""
        self.opening = RowTable()
        """How a sentence goes on by its first word, or its first two (`context_key`)."""
        self.near = RowTable()
        self.kinds: dict[Kind, dict[int, int]] = {kind: {} for kind in KINDS}
        """Cells of a row that no lower layer has."""
        self.units = 0
        """Units counted in all."""
        self._tables: dict[Kind, RowTable] = {
            "next": self.after,
            "opening": self.opening,
            "near": self.near,
        }
        self._looks = Looks()
        self._onward: OrderedDict[int, int] = OrderedDict()
        """What follows a context most; above it, how much this layer had counted of it then."""
        self._table: Tally | None = None
        self.grown = Growth()

    def stand_on(self, base: Base) -> None:
        """Put what was packed directly below, instead of what was packed before."""
        self._base, self._table = base, None
        self._below = self._layers_below()
        self._lower = {kind: self._rows_below(kind) for kind in KINDS}
        self._looks.clear()
        self._onward.clear()

    @property
    def layers(self) -> "tuple[Counts | Base, ...]":
        """This layer and all below, topmost first."""
        return (self, *self._below)

    def _layers_below(self) -> "tuple[Counts | Base, ...]":
        lower = self._under.layers if self._under else ()
        return lower if self._base is None else (self._base, *lower)

    def _rows_below(self, kind: Kind) -> _Lower:
        plain = [one.table(kind).cells for one in self._below if isinstance(one, Counts)]
        return tuple(plain), tuple(
            [one.table(kind) for one in self._below if isinstance(one, Base)]
        )

    @property
    def size(self) -> int:
        """Words known, lower layers included."""
        return self.first + len(self.words)

    @property
    def totals(self) -> Growth:
        """Everything that grew, lower layers included."""
        return sum((layer.grown for layer in self.layers), Growth())

    @property
    def heard(self) -> float:
        """Tokens counted at their weight, lower layers included."""
        return sum([layer.units for layer in self._below], self.units) / UNITS

    def id(self, word: str) -> int | None:
        """Give a known word's id."""
        found = self.ids.get(word)
        if found is None and self._base is not None:
            found = self._base.ids.get(word)
        return self._under.id(word) if found is None and self._under is not None else found

    def word(self, id: int) -> str:  # noqa: A002
        """Give the canonical word of an id."""
        if id >= self.first:
            return self.words[id - self.first]
        if self._base is not None and id >= self._base.first:
            return self._base.words[id - self._base.first]
        if self._under is None:
            raise KeyError(f"no word has the id {id}")
        return self._under.word(id)

    def form(self, id: int) -> str:  # noqa: A002
        """Give how the word is usually written inside a sentence (the canonical form if never)."""
        each = [forms for layer in self.layers if (forms := layer.forms.get(id, NO_FORMS))]
        if not each:
            return self.word(id)
        if len(each) == len(each[0]) == 1:  # most words are written in one way
            return next(iter(each[0]))
        times: dict[str, int] = {}
        for forms in each:
            for form, count in forms.items():
                times[form] = times.get(form, 0) + count
        return min(times, key=lambda form: (-times[form], form))

    def count(self, id: int) -> float:  # noqa: A002
        """Give how often the word was heard, private thoughts at their weight."""
        return float(self.counts(np.array([id], np.int64))[0])

    def counts(self, ids: Ints) -> Floats:
        """Give how often each word was heard, as `count` does; a batch costs little more."""
        units = (
            np.zeros(len(ids), np.int64) if self._under is None else self._under.tally.units(ids)
        )
        if self._base is not None:
            units += dense(self._base.seen, ids)
        if self.seen:
            units += np.array([self.seen.get(id_, 0) for id_ in ids.tolist()], np.int64)
        return units / UNITS

    def content(self, ids: Ints) -> NDArray[np.bool_]:
        """Tell which words carry content."""
        if self._under is None:
            return self.tally.content(ids)
        new = ids >= self._under.size
        found = np.zeros(len(ids), np.bool_)
        found[~new] = self._under.tally.content(ids[~new])
        found[new] = [is_content(self.word(id_)) for id_ in ids[new].tolist()]
        return found

    @property
    def tally(self) -> Tally:
        """Tables of all words of this layer and all below.

        They are made when a layer on top of this one first asks, and kept by `absorb`.
        """
        if self._table is None:
            self._table = Tally(self._units_of_all(), self.word)
        return self._table

    def _units_of_all(self) -> Ints:
        total = np.zeros(self.size, np.int64)
        if self._under is not None:
            total[: self._under.size] += self._under.tally.all()[: self._under.size]
        if self._base is not None:
            total[: self._base.size] += self._base.seen
        own = np.fromiter(self.seen, np.int64, len(self.seen))
        total[own] += np.fromiter(self.seen.values(), np.int64, len(self.seen))
        return total

    def starts_of(self, ids: Ints) -> Ints:
        """Give this layer's own units of words that opened a sentence."""
        return np.array([self.starts.get(id_, 0) for id_ in ids.tolist()], np.int64)

    def company_of(self, ids: Ints) -> Ints:
        """Give this layer's own units of other words that stood near words."""
        return np.array([self.near.total(id_) for id_ in ids.tolist()], np.int64)

    def branches_of(self, ids: Ints) -> Ints:
        """Give how many words followed each word that follow it in no lower layer."""
        kinds = self.kinds["next"]
        return np.array([kinds.get(id_, 0) for id_ in ids.tolist()], np.int64)

    def opened(self, id: int) -> float:  # noqa: A002
        """Give how often the word opened a sentence."""
        return sum(layer.starts.get(id, 0) for layer in self.layers) / UNITS

    def branches(self, kind: Kind, key: int) -> int:
        """Give how many different words a row has over all layers."""
        found = self.kinds[kind].get(key, 0)
        for layer in self._below:
            found += layer.kinds[kind].get(key, 0)
        return found

    async def look(self, asks: Sequence[Ask]) -> tuple[RowView, ...]:
        """Answer a batch of questions, in order; a row may have to be fetched from a file first."""
        pace, found = Pace(ROWS_PER_BREATH), list[RowView]()
        for ask in asks:
            found.append(self.look_now(ask))
            if pace.spent():
                await pace.breathe()
        return tuple(found)

    def look_now(self, ask: Ask) -> RowView:
        """Answer one question from memory."""
        return self._look(ask.kind, context_key(ask.words), ask.wanted)

    def _look(self, kind: Kind, key: int, wanted: frozenset[int]) -> RowView:
        grown, base = self._tables[kind].total(key), self._base
        look = self._looks.get((kind, key), grown)
        if look is None:
            if not grown and (base is None or key not in base.table(kind)):
                return NOTHING if self._under is None else self._under._look(kind, key, wanted)
            look = seen(self._rows(kind, key), self.branches(kind, key))
            self._looks.put((kind, key), grown, look)
        return self._looks.view((kind, key), look, wanted, partial(self._rows, kind, key))

    def strongest(self, pair: tuple[int, int]) -> int | None:
        """Give the word that follows two words most often; of equals the older."""
        key = context_key(pair)
        layer: Counts | None = self
        while layer is not None:
            grown, base = layer.after.total(key), layer._base
            known = layer._onward.get(key)
            if known is not None and known >> _PAIR_SHIFT == grown:
                return known & (1 << _PAIR_SHIFT) - 1
            if grown or (base is not None and key in base.table("next")):
                return layer._found_strongest(key, grown)
            layer = layer._under
        return None

    async def knows_runs(self, runs: Sequence[tuple[int, int, int]]) -> list[bool]:
        """Tell of each run of three words whether it was heard."""
        pace, found = Pace(ROWS_PER_BREATH), list[bool]()
        for one, other, last in runs:
            found.append(self.knows("next", context_key((one, other)), last))
            if pace.spent():
                await pace.breathe()
        return found

    def _found_strongest(self, key: int, grown: int) -> int:
        found = self._find_strongest(key)
        self._onward[key] = grown << _PAIR_SHIFT | found
        self._onward.move_to_end(key)
        if len(self._onward) > ONWARD_AT_HAND:
            self._onward.popitem(last=False)
        return found

    def _find_strongest(self, key: int) -> int:
        counted, packed = self._lower["next"]
        plain = [row for one in (self.after.cells, *counted) if (row := one.get(key))]
        if not plain and len(packed) == 1:  # mostly
            return packed[0].strongest(key)
        if sum(map(len, plain)) + sum([table.size(key) for table in packed]) > FEW:
            return strongest(seen(self._rows("next", key), 0))
        units: dict[int, int] = {}
        for cells in (*(row.items() for row in plain), *(table.each(key) for table in packed)):
            for word, cell in cells:
                units[word] = units.get(word, 0) + (cell >> COUNT_SHIFT)
        return min(units, key=lambda word: (-units[word], word))

    def _rows(self, kind: Kind, key: int) -> Sequence[Shown]:
        rows = (layer.table(kind).get(key) for layer in self.layers)
        return [row for row in rows if row is not None]

    def table(self, kind: Kind) -> RowTable:
        """Give this layer's own rows of a kind."""
        return self._tables[kind]

    def knows(self, kind: Kind, key: int, word: int) -> bool:
        """Tell whether any layer counted this continuation or pair."""
        return self._tables[kind].knows(key, word) or self._known_below(kind, key, word)

    def _known_below(self, kind: Kind, key: int, word: int) -> bool:
        counted, packed = self._lower[kind]
        for cells in counted:
            row = cells.get(key)
            if row is not None and word in row:
                return True
        return any(table.knows(key, word) for table in packed)
