"""Damage to a Leo's files, and what comes of it."""

import asyncio
import contextlib
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

import pytest

from leo import AsyncLeoField, Birth, LeoError
from leo.doctor.examine import examine
from leo.doctor.looking import looking
from leo.doctor.report import Check
from leo.errors import StoreError
from leo.observation.talk import TALK
from leo.testing import ScriptedClock

__all__ = [
    "BIRTH",
    "HOW",
    "Damage",
    "Outcome",
    "copied",
    "diagnosed",
    "hurt",
    "life",
    "opened",
    "tried",
]

BIRTH: Final = Birth(
    "small",
    (
        ("origin", "I was alone in a dark house. Nobody called my name, and the silence hurt."),
        ("book", "The rain falls on the old bridge. A cat sleeps in the warm kitchen. " * 3),
    ),
)

NOW: Final = 1_800_000_000.0
NEXT: Final = "And what about the snow on the old bridge?"
LIVED: Final = 6
WORDS: Final = 6

How: TypeAlias = Literal["bit", "byte", "block", "cut", "zeros"]
HOW: Final[tuple[How, ...]] = ("bit", "byte", "block", "cut", "zeros")
BLOCK: Final = 512


@contextlib.contextmanager
def small() -> Iterator[None]:
    """Pack what little was heard, and keep an image at every closing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leo.field.field.PACKED_FROM", 400)
        patch.setattr("leo.field.stack.PACKED_FROM", 400)
        patch.setattr("leo.keeping.FOLD_EVERY", 1)
        yield


def opened(path: Path) -> AsyncLeoField:
    """Make the Leo of a file, whose next turn follows from it alone."""
    return AsyncLeoField(path, clock=lambda: NOW, birth=BIRTH)


async def life(folder: Path) -> Path:
    """Live a life that has packed layers and an image, and give its file."""
    path = folder / "leo.db"
    with small():
        clock = ScriptedClock(step=90.0)
        async with AsyncLeoField(path, seed=7, clock=clock, birth=BIRTH) as leo:
            for prompt in TALK[:LIVED]:
                await leo.turn(prompt, max_tokens=WORDS)
            await leo.observe("The zeppelin is green.")
    return path


@dataclass(frozen=True, slots=True)
class Damage:
    """What was done to which file."""

    file: str
    how: How
    at: int


def hurt(path: Path, how: How, rng: random.Random) -> Damage:
    """Damage a file somewhere."""
    data = bytearray(path.read_bytes())
    at = rng.randrange(len(data))
    match how:
        case "bit":
            data[at] ^= 1 << rng.randrange(8)
        case "byte":
            data[at] = (data[at] + rng.randrange(1, 256)) % 256
        case "block":
            data[at : at + BLOCK] = rng.randbytes(len(data[at : at + BLOCK]))
        case "zeros":
            data[at : at + BLOCK] = bytes(len(data[at : at + BLOCK]))
        case "cut":
            del data[at:]
    path.write_bytes(data)
    return Damage(path.name, how, at)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of damage.

    Attributes
    ----------
    end
        ``refused`` at opening, ``failed`` at the turn, ``same`` or ``other``: the next turn.
    said
        The next turn, or the error.
    complaints
        What must not be.
    """

    end: Literal["refused", "failed", "same", "other"]
    said: str
    complaints: tuple[str, ...]


async def tried(path: Path, expected: str | None = None) -> Outcome:
    """Open a file and take a turn; an error must be Leo's own, and leave the file as it was."""
    before = _seen(path)
    leo = opened(path)
    try:
        await leo.async_init()
    except LeoError as error:
        wrong = [] if _seen(path) == before else ["the file was changed"]
        wrong += [] if path.name in str(error) else [f"no file is named: {error}"]
        return Outcome("refused", str(error), tuple(wrong))
    except Exception as error:  # noqa: BLE001  whatever it is, it is reported
        return Outcome("refused", str(error), (f"{type(error).__name__} at opening: {error}",))
    try:
        said = await leo.turn(NEXT, max_tokens=WORDS)
    except LeoError as error:
        return Outcome("failed", str(error), ())
    except Exception as error:  # noqa: BLE001
        return Outcome("failed", str(error), (f"{type(error).__name__} in a turn: {error}",))
    else:
        told = said.without_timings().to_json()
        return Outcome("same" if told == expected else "other", told, ())
    finally:
        with contextlib.suppress(LeoError):
            await leo.aclose()


def _seen(path: Path) -> tuple[bytes, int]:
    return path.read_bytes(), path.stat().st_mtime_ns


async def diagnosed(path: Path) -> tuple[int, list[str]]:
    """Ask the doctor: his exit status, and everything that is wrong."""
    wrong: list[str] = []

    def tell(check: Check) -> None:
        wrong.extend(f"{check.about}: {one}" for one in check.wrong)

    before = await asyncio.to_thread(_folder, path.parent)
    try:
        async with looking(path) as looked:
            healthy = await examine(looked, tell)
    except StoreError as error:
        return 2, [str(error)]
    finally:
        after = await asyncio.to_thread(_folder, path.parent)
        assert after == before, "the doctor changed something"
    return 0 if healthy else 1, wrong


def _folder(folder: Path) -> dict[str, tuple[int, int]]:
    # SQLite makes an index of a log for whoever reads it; that is no part of a life.
    found = sorted(
        one for one in folder.rglob("*") if one.is_file() and not one.name.endswith("-shm")
    )
    return {str(one): (one.stat().st_size, one.stat().st_mtime_ns) for one in found}


def copied(path: Path, folder: Path) -> Path:
    """Copy a life's folder, and give its file there."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(path.parent, folder)
    return folder / path.name
