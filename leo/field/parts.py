"""A packed layer taken apart into arrays by name, and put together again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from leo.field.forms import Forms
from leo.field.packed import PARTS, Packed, Rows
from leo.field.pages import NO_PAGES, Pages
from leo.field.view import KINDS, Kind
from leo.field.words import Words
from leo.records import Growth

__all__ = ["Array", "InMemory", "Sink", "Told", "parts_by_word", "parts_of", "put_together"]

Array = NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class Told:
    """What a layer is besides its arrays: its first word, its units, and what it added."""

    first: int
    units: int
    grown: Growth


class Sink(Protocol):
    """Where the arrays of a layer in the making go, piece by piece."""

    def put(self, part: str, piece: Array) -> None:
        """Append to an array."""
        ...

    def finish(self, told: Told) -> Packed:
        """Give the layer."""
        ...


class InMemory:
    """A layer in the making that stays in memory."""

    def __init__(self) -> None:
        self._pieces: dict[str, list[Array]] = {}

    def put(self, part: str, piece: Array) -> None:
        """Append to an array."""
        self._pieces.setdefault(part, []).append(piece)

    def finish(self, told: Told) -> Packed:
        """Give the layer."""
        return put_together(
            told, {part: np.concatenate(pieces) for part, pieces in self._pieces.items()}
        )


def parts_of(pack: Packed) -> dict[str, Array]:
    """Give a layer's arrays by name."""
    return parts_by_word(pack) | {
        f"{kind}-{part}": getattr(pack.rows[kind], part) for kind in KINDS for part in PARTS
    }


def parts_by_word(pack: Packed) -> dict[str, Array]:
    """Give the arrays that hold no rows, by name; each is about as long as the vocabulary."""
    words, forms = pack.words, pack.forms
    return {
        "words": words.text,
        "word-ends": words.ends,
        "word-hashes": words.hashes,
        "word-order": words.order,
        "forms": forms.text,
        "form-ends": forms.ends,
        "form-words": forms.of,
        "form-counts": forms.counts,
        "seen": pack.seen,
        "starts": pack.starts,
        "company": pack.company,
    }


def put_together(
    told: Told, parts: Mapping[str, Array], name: str | None = None, pages: Pages = NO_PAGES
) -> Packed:
    """Make a layer of its arrays; ``name`` and ``pages`` are those of the files they lie in.

    Raises
    ------
    KeyError
        If one is missing.
    """
    got: Mapping[str, NDArray[np.int64]] = {part: np.asarray(a) for part, a in parts.items()}
    rows: dict[Kind, Rows] = {
        kind: Rows(**{part: got[f"{kind}-{part}"] for part in PARTS}, pages=pages)  # type: ignore[arg-type]
        for kind in KINDS
    }
    words = Words(got["words"], got["word-ends"], got["word-hashes"], got["word-order"])  # type: ignore[arg-type]
    forms = Forms(got["form-words"], got["form-counts"], got["forms"], got["form-ends"])  # type: ignore[arg-type]
    return Packed(
        first=told.first,
        words=words,
        seen=got["seen"],
        starts=got["starts"],
        company=got["company"],
        rows=rows,
        forms=forms,
        units=told.units,
        grown=told.grown,
        name=name,
        pages=pages,
    )
