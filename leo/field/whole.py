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
        for key in table:
            if any(key in upper for upper in tables[:i]):
                continue  # told with the upper layer's
            rows = [row.cells for lower in tables[i:] if (row := lower.get(key)) is not None]
            if len(rows) == 1:
                yield from ((key, word, cell) for word, cell in rows[0].items())
                continue
            for word in dict.fromkeys(word for cells in rows for word in cells):
                yield key, word, summed(cells[word] for cells in rows if word in cells)
