"""The file of lives: each is lived once, is there whole or not at all, and is of one kind."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from leo.errors import ObservationError
from leo.observation.observers import Observer, Scripted
from leo.population import Life, Made, population, read_population
from leo.population.kept import Keeper
from tests.observation.kit import SMALL
from tests.population.kit import BIRTH, MADE, few, made_life, people_of

LIVES = (made_life(2, "dream"), made_life(1, temperature=0.7), made_life(1, attested_trigrams=None))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give where lives are kept."""
    return tmp_path / "lives.jsonl"


async def kept(file: Path, *lives: Life, made: Made = MADE) -> list[Life]:
    """Keep some lives, and give those that were there before."""
    async with Keeper(file, made) as keeper:
        for one in lives:
            await keeper.add(one)
        return list(keeper.lives.values())


def keep(file: Path, *lives: Life, made: Made = MADE) -> list[Life]:
    """Do the same on a loop of its own; the test looks at the file."""
    return asyncio.run(kept(file, *lives, made=made))


async def test_a_life_that_is_kept_is_not_lived_again(file: Path) -> None:
    """A larger grid lives what is new, and its lives are those of who lived all of it."""
    lived: list[int] = []

    @asynccontextmanager
    async def company(seed: int) -> AsyncIterator[Observer]:
        lived.append(seed)
        yield Scripted()

    async def people(seeds: list[int], into: Path | None = file) -> tuple[Life, ...]:
        found = await population(
            company,
            seeds,
            keep=into,
            progress=None,
            topics=SMALL,
            named="counted",
            birth=BIRTH,
            make_modules=few,
        )
        return found.lives

    first = await people([2, 1])
    both = await people([1, 2, 3])
    assert sorted(lived) == [1, 2, 3]
    assert both[:2] == first[::-1]

    assert await people([3, 1]) == both[::-2]
    assert sorted(lived) == [1, 2, 3]
    assert await people([1, 2, 3], None) == both
    assert sorted(lived) == [1, 1, 2, 2, 3, 3]


def test_what_is_kept_is_read_by_setting(file: Path) -> None:
    """Lives come back as they were, in order; the same one twice is there once."""
    keep(file, *LIVES, LIVES[0])

    assert read_population(file) == people_of([LIVES[1], LIVES[2], LIVES[0]])


@pytest.mark.parametrize("whole", [0, 1, 2])
def test_a_line_that_is_torn_is_dropped(file: Path, whole: int) -> None:
    """Wherever a write was cut off, the lines before it stand, and keeping goes on after them."""
    keep(file, *LIVES)
    text = file.read_bytes()
    lines = text.splitlines(keepends=True)
    begin = sum(map(len, lines[:whole]))
    for cut in (begin + 1, begin + len(lines[whole]) // 2, begin + len(lines[whole]) - 1):
        file.write_bytes(text[:cut])
        if whole:
            assert len(read_population(file).lives) == whole - 1
        assert len(keep(file, LIVES[2])) == max(0, whole - 1)
        assert file.read_bytes() == b"".join([*(lines[:whole] or lines[:1]), lines[3]])


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (replace(MADE, script="other"), "script is 'abc' there, and 'other' here"),
        (replace(MADE, version="1"), "version is '0' there"),
        (replace(MADE, birth="b"), "birth is '' there"),
        (replace(MADE, observer="Ida"), "observer is 'scripted' there"),
    ],
)
def test_lives_of_another_kind_are_refused(file: Path, made: Made, told: str) -> None:
    """The message names the file and what is different; the file stays as it is."""
    keep(file, *LIVES)
    before = file.read_bytes()
    with pytest.raises(ObservationError, match=rf"lives\.jsonl keeps other lives: {told}"):
        keep(file, made=made)

    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda lines: [b"no JSON at all"], "line 1"),
        (lambda lines: [b"no JSON at all\n"], "line 1"),
        (lambda lines: [lines[0].replace(b'"format":1', b'"format":9')], "has format 9"),
        (lambda lines: [lines[0], lines[1][3:], lines[2]], "line 2"),
        (lambda lines: [lines[0], lines[1].replace(b"[0.5,", b"[", 1)], "not the measures"),
        (lambda lines: [*lines, lines[1].replace(b"0.5", b"0.6", 1)], "line 5: seed 2 .* twice"),
    ],
    ids=["text", "line", "format", "damaged", "short", "contradiction"],
)
def test_a_file_that_keeps_no_lives_is_refused_and_left_alone(
    file: Path, damage: Callable[[list[bytes]], list[bytes]], told: str
) -> None:
    """It is named with the line, by who reads it and by who would keep lives there."""
    keep(file, *LIVES)
    file.write_bytes(b"".join(damage(file.read_bytes().splitlines(keepends=True))))
    before = file.read_bytes()
    with pytest.raises(ObservationError, match=rf"lives\.jsonl.*{told}"):
        read_population(file)
    with pytest.raises(ObservationError, match=rf"lives\.jsonl.*{told}"):
        keep(file)

    assert file.read_bytes() == before


async def test_two_populations_do_not_keep_in_one_file(file: Path) -> None:
    """The second is refused while the first is at it, and welcome afterwards."""
    async with Keeper(file, MADE):
        with pytest.raises(ObservationError, match=r"lives\.jsonl is in use"):
            await kept(file)
    await kept(file)


async def test_who_is_cancelled_leaves_the_file_to_others(file: Path) -> None:
    """Also while it is being opened in a thread."""
    for steps in range(3):
        task = asyncio.create_task(kept(file, *LIVES))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await kept(file)


def test_where_nothing_can_be_kept_is_said_at_once(tmp_path: Path) -> None:
    """Before any life is lived; and a file that is not there, or is empty, cannot be read."""
    with pytest.raises(ObservationError, match=r"nowhere.lives\.jsonl cannot be written: No such"):
        keep(tmp_path / "nowhere" / "lives.jsonl")
    with pytest.raises(ObservationError, match="cannot be read: No such file"):
        read_population(tmp_path / "none.jsonl")
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(ObservationError, match="keeps no lives: it has no first line"):
        read_population(tmp_path / "empty.jsonl")
