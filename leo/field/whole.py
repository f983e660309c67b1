"""A field from end to end: every n-gram and pair that was counted, once each."""

from collections.abc import Iterator

from leo.field.layer import Layer
from leo.field.rows import summed
from leo.field.view import Kind

__all__ = ["every_cell"]


def every_cell(layer: Layer, kind: Kind) -> Iterator[tuple[int, int, int]]:
    """Go through all cells of a kind over all layers: context key, word id, cell.

    Nothing is gathered, so it takes no room; the layers must not change meanwhile.
    """
    tables = [one.table(kind) for one in layer.layers]
    for i, table in enumerate(tables):
        for key, row in table.items():
            above = [upper[key].cells for upper in tables[:i] if key in upper]
            below = [lower[key].cells for lower in tables[i + 1 :] if key in lower]
            for word, cell in row.cells.items():
                if any(word in cells for cells in above):
                    continue  # told with the upper layer's
                more = [cells[word] for cells in below if word in cells]
                yield key, word, summed([cell, *more]) if more else cell
