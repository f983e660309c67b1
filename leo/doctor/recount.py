"""Counting a life again from its journal, and holding against it what was kept of the counting."""

import asyncio
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from leo.field.field import Field, Folded, Newborn, newborn
from leo.field.layer import Layer
from leo.field.packed import Packed
from leo.field.parts import parts_of
from leo.field.shelf import Folder
from leo.field.view import KINDS, Kind
from leo.life import heard_again
from leo.store.database import Reading
from leo.store.image import DAMAGED, image_in
from leo.store.journal import Journal
from leo.text.birth import Birth

__all__ = ["Kept", "compared", "kept_in"]


TOLD: Final[Mapping[Kind, str]] = {
    "next": "what follows what",
    "opening": "how sentences go on",
    "near": "what stands near what",
}


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept of the counting: the image, if there is a sound one, or what is wrong."""

    image: Folded | None
    wrong: str | None = None

    @property
    def names(self) -> frozenset[str]:
        """Names of the packed layers that are needed."""
        packs = self.image.packs if self.image is not None else ()
        return frozenset(pack.name for pack in packs if pack.name is not None)


class _Sure(Folder):
    """A shelf of which every layer is read whole."""

    def load(self, name: str, *, whole: bool = True) -> Packed:
        return super().load(name, whole=whole)


async def kept_in(reading: Reading, birth: Birth | None, file: Path) -> Kept:
    """Read the image and the packed layers beside the file, all of them whole.

    Parameters
    ----------
    reading
        Reads the file.
    birth
        With what he was born.
    file
        Beside it the packed layers lie.
    """
    first = await newborn(birth)
    try:
        return Kept(await image_in(reading, first.layer, _Sure(Folder.beside(file).path)))
    except FileNotFoundError as error:
        return Kept(None, f"{error.filename} is missing")
    except DAMAGED as error:
        return Kept(None, str(error) or type(error).__name__)


async def compared(reading: Reading, birth: Birth | None, kept: Folded) -> tuple[str, ...]:
    """Count the journal up to where the image ends, and tell how that differs from the image.

    Raises
    ------
    StoreError
        If an entry cannot be read.
    """
    first = await newborn(birth)
    with tempfile.TemporaryDirectory(prefix="leo-doctor-") as folder:
        field = Field(first, Folder(Path(folder)))
        field.entries = 1
        journal = Journal(reading)
        while field.entries < kept.entry:
            entries = await journal.entries_after(field.entries)
            if not entries:
                return (f"it ends with entry {kept.entry}, the journal with {field.entries}",)
            for entry in entries:
                if entry.entry <= kept.entry:
                    await heard_again(field, entry)
        return await asyncio.to_thread(_differences, field, _restored(first, kept))


def _restored(first: Newborn, kept: Folded) -> Field:
    field = Field(first)
    field.restore(kept)
    return field


def _differences(counted: Field, kept: Field) -> tuple[str, ...]:
    """Name what differs, the largest first."""
    pairs: dict[str, tuple[object, object]] = {
        "how much he knows": (counted.totals, kept.totals),
        "his words": (counted.own.words, kept.own.words),
        "how often he heard them": (counted.own.seen, kept.own.seen),
        "what sentences begin with": (counted.own.starts, kept.own.starts),
        "how words are written": (counted.own.forms, kept.own.forms),
        "which words follow": (counted.own.kinds, kept.own.kinds),
        **{TOLD[kind]: (_rows(counted.own, kind), _rows(kept.own, kind)) for kind in KINDS},
        "the words he starts from": (counted.centers(), kept.centers()),
        "his themes": (_themes(counted), _themes(kept)),
    }
    found = [what for what, (one, other) in pairs.items() if one != other]
    return (*found, *_packed_differences(counted.packs, kept.packs))


def _packed_differences(counted: Sequence[Packed], kept: Sequence[Packed]) -> Iterator[str]:
    if len(counted) != len(kept):
        yield f"there are {len(kept)} packed layers, and should be {len(counted)}"
        return
    for one, other in zip(counted, kept, strict=True):
        mine, theirs = parts_of(one), parts_of(other)
        wrong = [part for part in mine if not np.array_equal(mine[part], theirs[part])]
        wrong += ["size"] if (one.first, one.units) != (other.first, other.units) else []
        if wrong:
            yield f"the packed layer {other.name}: {', '.join(wrong)}"


def _rows(layer: Layer, kind: Kind) -> Mapping[int, Mapping[int, int]]:
    return layer.table(kind).cells


def _themes(field: Field) -> object:
    return field.themes.all, field.themes.next_id, field.themes.changes
