"""The stack of packed layers: whatever is packed and merged when, Leo knows the same."""

import asyncio
import mmap
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leo.field import field as field_module
from leo.field import packed_row, stack
from leo.field import shelf as shelf_module
from leo.field.base import Base
from leo.field.field import Field, newborn
from leo.field.rows import TOP
from leo.field.shelf import Folder
from leo.field.stack import due
from leo.field.themes import RENEW_EVERY
from leo.field.view import KINDS
from leo.store.database import Database
from leo.store.image import image_writes, read_image
from leo.text.birth import Birth
from leo.text.tokens import tokens
from tests.conftest import Open
from tests.helpers import nearness
from tests.strategies import prose

BIRTH = Birth("t", (("origin", "The moon is in the garden."), ("book", "A cat. The cat was warm.")))

company = st.lists(
    st.sampled_from("bread oven table butter boat harbour anchor wave sail snow ice frost".split()),
    min_size=4,
    max_size=12,
).map(" ".join)
texts = st.one_of(prose, company)
lives = st.lists(
    st.tuples(texts, st.booleans(), st.booleans()), min_size=1, max_size=2 * RENEW_EVERY
)


async def hear(field: Field, text: str, entry: int) -> None:
    """Take in a text token by token."""
    overlay = field.overlay()
    await overlay.learn(tokens(text), "book")
    await field.absorb(overlay, entry)


async def live(field: Field, life: Sequence[tuple[str, bool, bool]], *, packing: bool) -> None:
    """Take in one text per entry; some are counted at once, some of these end a book."""
    for entry, (text, at_once, last) in enumerate(life, start=2):
        if packing and at_once:
            await field.take_in(await field.count(text, "book"), entry, last=last)
        else:
            await hear(field, text, entry)


def told(field: Field) -> list[object]:
    """Give everything there is to know of a field."""
    own = field.own
    ids = range(own.size)
    found: list[object] = [own.totals, own.heard, [own.word(i) for i in ids]]
    found += [
        own.counts(np.array(ids)).tolist(),
        [own.opened(i) for i in ids],
        [own.form(i) for i in ids],
    ]
    found += [[nearness(own, i) for i in ids], [own.id(own.word(i)) for i in ids]]
    found += [field.centers(), field.themes.all, field.themes.next_id, field.themes.changes]
    return [*found, rows(field)]


def rows(field: Field) -> list[object]:
    """Give all rows over all layers: every cell, how much in all, and how many kinds."""
    found: list[object] = []
    for kind in KINDS:
        tables = [layer.table(kind) for layer in field.own.layers]
        for key in sorted({key for table in tables for key in table}):
            whole = [row for table in tables if (row := table.get(key)) is not None]
            cells: dict[int, list[int]] = {}
            for row in whole:
                for word in row.cells:
                    units, mask = cells.get(word, (0, 0))
                    cell = row.cells[word]
                    cells[word] = [units + (cell >> 8), mask | cell & 255]
            assert field.own.branches(kind, key) == len(cells)
            found.append((kind, key, sum(row.total for row in whole), sorted(cells.items())))
    return found


@settings(max_examples=30)
@given(lives, st.sampled_from((4, 60, 10**6)), st.sampled_from((2, 8)), st.sampled_from((2, 10**6)))
def test_packing_changes_nothing_that_is_known(
    life: Sequence[tuple[str, bool, bool]], packed_from: int, tier: int, long: int
) -> None:
    """Counts, rows, forms, centers, themes: the same with packed layers and without."""

    async def both() -> tuple[Field, Field]:
        first = await newborn(BIRTH)
        plain, packs = Field(first), Field(first)
        await live(plain, life, packing=False)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(field_module, "PACKED_FROM", packed_from)
            patch.setattr(stack, "TIER", tier)
            patch.setattr(packed_row, "LONG", max(long, TOP))
            await live(packs, life, packing=True)
        return plain, packs

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leo.field.layer.FORMS", 10**6)  # how many are kept depends on the layers
        patch.setattr("leo.field.counting.FORMS", 10**6)
        patch.setattr("leo.field.merging.FORMS", 10**6)
        plain, packs = asyncio.run(both(), debug=True)
    assert told(packs) == told(plain)


def lies_in_file(array: object) -> bool:
    """Tell whether an array is a look at a mapped file, which holds a descriptor."""
    while isinstance(array, np.ndarray):
        array = array.base
    return isinstance(array, mmap.mmap | memoryview)


@pytest.mark.parametrize("read", [0, shelf_module.READ])
async def test_an_image_keeps_the_stack(
    path: Path, read: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written and read, the layers are the same; they lie on the shelf and are written once.

    Large arrays are mapped, short ones are read, so that a small layer holds no descriptor.
    """
    monkeypatch.setattr(shelf_module, "READ", read)
    first, shelf = await newborn(BIRTH), Folder.beside(path)
    field = Field(first, shelf)
    life = [(f"The boat number {i} is in the harbour.", i % 3 == 0, i == 6) for i in range(12)]
    await live(field, life, packing=True)
    before = told(field)
    assert len(field.packs) > 1
    async with await Database.open(path) as database:
        for _ in range(2):
            await database.write(await image_writes(await field.kept()))
        found = await read_image(database, first.layer, shelf)
    assert found is not None
    again = Field(await newborn(BIRTH), shelf)
    again.restore(found)
    assert told(again) == told(field) == before
    ids = [pack.rows["next"].ids for pack in again.packs]
    assert [lies_in_file(one) for one in ids] == [read == 0] * len(ids)
    names = {pack.name for pack in field.packs}
    assert names == {pack.name for pack in again.packs}
    await asyncio.to_thread(shelf.sweep, {name for name in names if name is not None})
    assert {one.name for one in await asyncio.to_thread(lambda: [*shelf.path.iterdir()])} == names


@pytest.mark.parametrize("part", ["layer.json", "next-ids", "words"])
async def test_without_a_layer_there_is_no_image(path: Path, part: str) -> None:
    """What is gone or cut short is not used: the journal is counted again."""
    first, shelf = await newborn(BIRTH), Folder.beside(path)
    field = Field(first, shelf)
    await live(field, [("The boat is in the harbour.", True, True)], packing=True)
    async with await Database.open(path) as database:
        await database.write(await image_writes(await field.kept()))
        assert await read_image(database, first.layer, shelf) is not None
        name = field.packs[0].name
        assert name is not None
        hurt = shelf.path / name / part
        await asyncio.to_thread(hurt.write_bytes, await asyncio.to_thread(hurt.read_bytes) * 2)
        assert await read_image(database, first.layer, shelf) is None
        await asyncio.to_thread(shelf.sweep, ())
        assert not await asyncio.to_thread(shelf.path.exists)
        assert await read_image(database, first.layer, shelf) is None


def test_when_layers_are_merged() -> None:
    """Four of a size become one; the end of a book merges what is not much larger."""
    small = 1000
    assert due([small] * 3, last=False) == 0
    assert due([small] * 4, last=False) == 4
    assert due([10**9, *[small] * 4], last=False) == 4
    assert due([small], last=True) == 0
    assert due([10**9, small, small], last=True) == 2
    assert due([7000, 1000, 1000], last=True) == 3
    assert due([9000, 10, 3000, 10], last=True) == 4
    assert due([], last=True) == 0


async def test_a_long_row_shows_its_strongest() -> None:
    """Of a packed row with many words the strongest are considered, the older among equals."""
    field = Field(await newborn(BIRTH))
    words = [f"w{i:03}" for i in range(3 * TOP)]
    text = " ".join(f"the {word}" for word in [*words, *words[-5:] * 3])
    await field.take_in(await field.count(text, "book"), 2, last=True)
    the = field.own.id("the")
    assert the is not None
    row = Base(field.packs).table("next").get(the)
    assert row is not None
    shown = {field.own.word(word) for word in row.strongest()[0].tolist()}
    assert shown == {*words[-5:], *words[: TOP - 5]}
    with pytest.raises(KeyError):
        row.cells[10**6]


async def test_a_copy_has_the_packed_layers(
    make: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It opens without counting anew, and stays whole when the first one is gone."""
    book, copied = tmp_path / "book.txt", tmp_path / "copy" / "other.db"
    await asyncio.to_thread(book.write_text, "The boat is in the harbour. " * 6000)
    async with make(modules=()) as leo:
        await leo.read(book)
        await leo.turn("Hello.")
    async with make(modules=()) as leo:
        await leo.copy(copied)
        await asyncio.to_thread(copied.unlink)
        await leo.copy(copied)  # the layers of the one before are there, and serve
        expected = (await leo.imagine("The boat?", seed=3)).reply
    packs = Folder.beside(copied).path
    names = await asyncio.to_thread(lambda: sorted(one.name for one in packs.iterdir()))
    assert names
    await asyncio.to_thread(shutil.rmtree, Folder.beside(leo.path).path)
    monkeypatch.setattr(stack, "counted", None)  # counting again would fail
    async with make(copied, modules=()) as other:
        assert (await other.imagine("The boat?", seed=3)).reply == expected
    assert not [one for one in caplog.records if one.name == "leo"]
