"""Small helpers that several test files share."""

from leo.text.tokens import SENTENCE_ENDS

__all__ = ["sentences"]


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
