"""Small helpers that several test files share."""

from leo.field.counts import Counts
from leo.field.rows import UNITS
from leo.text.tokens import SENTENCE_ENDS

__all__ = ["nearness", "sentences"]


def sentences(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Cut canonical tokens after each sentence end; the last piece may be open."""
    cut: list[tuple[str, ...]] = []
    begin = 0
    for i, word in enumerate(words):
        if word in SENTENCE_ENDS:
            cut.append(words[begin : i + 1])
            begin = i + 1
    if begin < len(words):
        cut.append(words[begin:])
    return cut


def nearness(layer: Counts, id_: int) -> float:
    """Give how often other words stood near this one, over all layers."""
    rows = (one.table("near").get(id_) for one in layer.layers)
    return sum(row.total for row in rows if row is not None) / UNITS
