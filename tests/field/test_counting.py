"""Counting at once is hearing token by token: the oracle is the plain layer."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.field import merging
from leo.field.counting import counted
from leo.field.layer import Layer
from leo.field.packed import Packed
from leo.field.packing import packed
from leo.field.shelf import Folder, Nowhere
from leo.field.view import KINDS
from leo.text.heard import heard
from leo.text.tokens import tokens
from tests.strategies import prose


def plain_rows(layer: Layer, kind: object) -> dict[int, dict[int, int]]:
    return {key: dict(row.cells) for key, row in layer.table(kind).items()}  # type: ignore[arg-type]


def packed_rows(layer: Packed, kind: object) -> dict[int, dict[int, int]]:
    rows = layer.rows[kind]  # type: ignore[index]
    ends = rows.ends.tolist()
    begins = [0, *ends][: len(ends)]
    return {
        key: dict(zip(rows.ids[a:b].tolist(), rows.cells[a:b].tolist(), strict=True))
        for key, a, b in zip(rows.keys.tolist(), begins, ends, strict=True)
    }


def fresh(layer: Packed, kind: object) -> dict[int, int]:
    rows = layer.rows[kind]  # type: ignore[index]
    return {k: n for k, n in zip(rows.keys.tolist(), rows.fresh.tolist(), strict=True) if n}


def company(layer: Layer) -> list[int]:
    rows = (layer.table("near").get(word) for word in range(layer.size))
    return [0 if row is None else row.total for row in rows]


@given(texts=st.lists(prose, max_size=4))
def test_a_text_counted_at_once_is_the_text_heard(texts: Sequence[str]) -> None:
    """Words, forms, rows, what is new, growth: all the same, text after text."""
    plain: Layer | None = None
    packs: list[Packed] = []
    for text in texts:
        layer = Layer(plain)
        asyncio.run(layer.learn(tokens(text), "book"))
        pack = counted(heard(text), "book", packs, layer.first)
        assert [pack.words[i] for i in range(len(pack.words))] == layer.words
        assert pack.grown == layer.grown
        assert pack.units == layer.units
        assert dict(pack.forms) == layer.forms
        ids = range(layer.size)
        assert pack.seen.tolist() == [layer.seen.get(i, 0) for i in ids]
        assert pack.starts.tolist() == [layer.starts.get(i, 0) for i in ids]
        assert pack.company.tolist() == company(layer)
        for kind in KINDS:
            assert packed_rows(pack, kind) == plain_rows(layer, kind)
            assert fresh(pack, kind) == layer.kinds[kind]
        plain, packs = layer, [pack, *packs]


@given(
    texts=st.lists(prose, min_size=1, max_size=5),
    block=st.sampled_from((1, 7, 1 << 18)),
    on_disk=st.booleans(),
)
def test_merged_layers_are_one_layer(texts: Sequence[str], block: int, *, on_disk: bool) -> None:
    """Whatever the size of a block and wherever it goes, it is everything heard in one layer."""
    plain = Layer()
    layers: list[Packed] = []
    for text in texts:
        overlay = Layer(plain)
        asyncio.run(overlay.learn(tokens(text), "book"))
        asyncio.run(plain.absorb(overlay))
        known = layers[-1].size if layers else 0
        layers.append(counted(heard(text), "book", layers[::-1], known))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merging, "BLOCK", block)
        with tempfile.TemporaryDirectory() as folder:
            shelf = Folder(Path(folder) / "shelf") if on_disk else Nowhere()
            one = merging.merged_packs(layers, shelf, ()).pack
            again = shelf.keep(asyncio.run(packed(plain)))
    for pack in (one, again):
        assert [pack.words[i] for i in range(len(pack.words))] == plain.words
        assert (pack.grown, pack.units) == (plain.grown, plain.units)
        assert dict(pack.forms) == plain.forms
        ids = range(plain.size)
        assert pack.seen.tolist() == [plain.seen.get(i, 0) for i in ids]
        assert pack.starts.tolist() == [plain.starts.get(i, 0) for i in ids]
        assert pack.company.tolist() == company(plain)
        for kind in KINDS:
            assert packed_rows(pack, kind) == plain_rows(plain, kind)
            assert fresh(pack, kind) == plain.kinds[kind]
