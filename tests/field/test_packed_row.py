"""Rows over several packed layers, short ones and those left where they lie."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.field import packed_row
from leo.field.packed_row import PackedRow
from leo.field.rows import COUNT_SHIFT

pieces = st.lists(
    st.dictionaries(st.integers(0, 60), st.integers(1, 40), min_size=1, max_size=40),
    min_size=1,
    max_size=5,
)


def row_of(layers: Sequence[dict[int, int]]) -> PackedRow:
    """Make a row of units by word in each layer; each layer has a source of its own."""
    packed = []
    for bit, units in enumerate(layers):
        words = np.array(sorted(units), np.uint32)
        cells = [units[word] << COUNT_SHIFT | 1 << bit for word in sorted(units)]
        packed.append((words, np.array(cells, np.uint32)))
    return PackedRow(packed)


def plain(layers: Sequence[dict[int, int]]) -> dict[int, int]:
    """Add the cells up, one by one."""
    found: dict[int, int] = {}
    for bit, units in enumerate(layers):
        for word, many in units.items():
            found[word] = (found.get(word, 0) + (many << COUNT_SHIFT)) | 1 << bit
    return found


@given(pieces, st.sampled_from((0, 20, 10**6)), st.integers(2, 8), st.integers(1, 3))
def test_it_knows_what_adding_up_tells(
    layers: list[dict[int, int]], long: int, top: int, times: int
) -> None:
    """Cells, total, and exactly the strongest (of equals the older), wherever it lies."""
    cells = plain(layers)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packed_row, "LONG", long)
        patch.setattr(packed_row, "TOP", top)
        patch.setattr(packed_row, "SURELY", times * top)
        row = row_of(layers)
        assert dict(row.cells) == cells
        assert row.total == sum(cell >> COUNT_SHIFT for cell in cells.values())
        asked = np.arange(61)
        assert row.many(asked).tolist() == [cells.get(word, 0) for word in range(61)]
        assert [row.knows(word) for word in range(61)] == [word in cells for word in range(61)]
        ranked = sorted(cells, key=lambda word: (-(cells[word] >> COUNT_SHIFT), word))
        best = sorted(ranked[:top])
        assert [one.tolist() for one in row.strongest()] == [best, [cells[w] for w in best]]
        assert row.top is not None or len(cells) <= top
