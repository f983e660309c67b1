"""A long text as numbers: its tokens by place in a list of distinct words.

The same tokens as `leo.text.tokens.tokens` gives, an array each instead of an object each;
every distinct piece of text is looked at once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leo.text.tokens import MARKS, SENTENCE_ENDS, named, pieces

__all__ = ["Heard", "heard"]

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A text's tokens.

    Attributes
    ----------
    words, forms
        Distinct words in the order in which they came, and distinct written forms.
    word, form
        For each token, the place of its word and of its written form.
    marks, opens
        Which tokens are marks, and which open a sentence.
    """

    words: tuple[str, ...]
    forms: tuple[str, ...]
    word: Ints
    form: Ints
    marks: NDArray[np.bool_]
    opens: NDArray[np.bool_]


def heard(text: str) -> Heard:
    """Read a text.

    Parameters
    ----------
    text
        Of any length.
    """
    places: dict[str, int] = {}
    codes = np.array([places.setdefault(one, len(places)) for one in pieces(text)], np.int64)
    words: dict[str, int] = {}
    forms: dict[str, int] = {}
    of = np.empty((len(places), 2), np.int64)
    for i, (word, written) in enumerate(map(named, places)):
        of[i] = words.setdefault(word, len(words)), forms.setdefault(written, len(forms))
    is_mark = np.array([word in MARKS for word in words], bool)
    ends = np.array([word in SENTENCE_ENDS for word in words], bool)
    word, form = of[codes, 0], of[codes, 1]
    marks = is_mark[word]
    kept = np.ones(len(word), bool)
    kept[1:] = ~(marks[1:] & (word[1:] == word[:-1]))  # "!!!" says no more than "!"
    word, form, marks = word[kept], form[kept], marks[kept]
    return Heard(tuple(words), tuple(forms), word, form, marks, _opens(marks, ends[word]))


def _opens(marks: NDArray[np.bool_], ends: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which words come first, or first after the end of a sentence."""
    opens = np.zeros(len(marks), bool)
    spoken = np.flatnonzero(~marks)
    before = np.cumsum(ends)[spoken]
    opens[spoken] = np.diff(before, prepend=-1) > 0
    return opens
