"""What lies beside a Leo's file, and is of no use any more. Blocks on the disk."""

from collections.abc import Collection, Iterator
from pathlib import Path

from leo.doctor.report import Check
from leo.field.shelf import Folder
from leo.store.copying import asides_of
from leo.store.looking import size_of

__all__ = ["leftovers"]


def leftovers(file: Path, named: Collection[str] | None) -> Check:
    """List what nobody needs, and what was put aside.

    Parameters
    ----------
    file
        A Leo's file that nobody has open.
    named
        Packed layers that are needed; ``None`` if that is not known.
    """
    found = tuple(_drafts(file))
    told = [
        f"{one.name} is the file as it was before it was brought up to date" for one in _aside(file)
    ]
    if size_of(file) > file.stat().st_size:
        told.append("he was not closed; the log beside the file is taken in at the next opening")
    if unused := _unused(file, named):
        told.append(f"{', '.join(unused)}: not used, and removed when he is next open")
    if not told:
        told = ["nothing that is not needed" if not found else "something that is not needed"]
    return Check("folder", "; ".join(told), found)


def _aside(file: Path) -> list[Path]:
    return [one for one in asides_of(file) if not one.name.endswith(".new")]


def _drafts(file: Path) -> Iterator[str]:
    for one in sorted(file.parent.iterdir()):
        mine = one.name.startswith((f"{file.name}.", f".{file.name}."))
        if mine and one.name.endswith(".new"):
            yield f"{one.name} was begun and never finished; it can be deleted"


def _unused(file: Path, named: Collection[str] | None) -> list[str]:
    shelf = Folder.beside(file).path
    if named is None or not shelf.is_dir():
        return []
    return sorted(f"{shelf.name}/{one.name}" for one in shelf.iterdir() if one.name not in named)
