"""A long text as numbers: its tokens by place in a list of distinct words.

The same tokens as `leo.text.tokens.tokens` gives, an array each instead of an object each.
No token reaches across a space, so a text is looked at run by run (what stands between two
spaces), and a run that was met before is not looked at again.
"""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leo.pace import after_you
from leo.text.tokens import DASHES, MARKS, MAX_TOKEN, SENTENCE_ENDS, named, pieces, slices

__all__ = ["Ear", "Heard", "heard"]

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

KEPT_PIECES = 1 << 16
"""Words and marks in runs that an ear keeps at hand, some ten megabytes."""

LOOKED_AT = 64
"""New runs that are looked at before others may go first, some half a millisecond."""

_SHUT = str.maketrans(dict.fromkeys(map(chr, range(0x1C, 0x20)), "\ufffd"))
"""Separators that `str.split` takes for spaces, and no rule for tokens does."""


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A text's tokens.

    Attributes
    ----------
    words, forms
        Distinct words, and distinct ways in which one is written: all of this text, and maybe
        others.
    word_of
        For each form, the place of its word.
    word, form
        For each token, the place of its word and of its form.
    marks, opens
        Which tokens are marks, and which open a sentence.
    """

    words: Sequence[str]
    forms: Sequence[str]
    word_of: Ints
    word: Ints
    form: Ints
    marks: Bools
    opens: Bools


def heard(text: str) -> Heard:
    """Read a text of any length."""
    return Ear().hear(text)


class Ear:
    """Reads texts; what is in one of them again and again it looks at once."""

    def __init__(self) -> None:
        self._known = _Known()

    def hear(self, text: str) -> Heard:
        """Read a text of any length; other threads get their turn meanwhile.

        The lists of words and forms may be those of the text before, longer than they were.
        """
        if self._known.full:
            self._known = _Known()
        known = self._known
        form, word_of = known.places(_runs(text, known))
        word = word_of[form]
        after_you()
        is_mark, ends = known.kinds()
        marks = is_mark[word]
        kept = np.ones(len(word), bool)
        kept[1:] = ~(marks[1:] & (word[1:] == word[:-1]))  # "!!!" says no more than "!"
        word, form, marks = word[kept], form[kept], marks[kept]
        after_you()
        opens = _opens(marks, ends[word])
        return Heard(known.words, known.forms, word_of, word, form, marks, opens)


def _runs(text: str, known: "_Known") -> Ints:
    """Give the number of each run of a text."""
    found: list[Ints] = [np.zeros(0, np.int64)]
    for part in slices(text):
        runs = part.translate(_SHUT).split()
        if runs and not found[1:] and not text[0].isspace():
            runs[0] = _at_an_edge(runs[0])
        after_you()
        found.append(np.fromiter(map(known.runs.__getitem__, runs), np.int64, len(runs)))
    if len(found[-1]) and not text[-1].isspace():
        found[-1][-1] = known.runs[_at_an_edge(runs[-1])]
    return np.concatenate(found)


def _at_an_edge(run: str) -> str:
    """Give what a run of dashes says where the text begins or ends: it is between no words."""
    return run if run.strip(DASHES) else "—" * run.count("—")


class _Runs(dict[str, int]):
    """Numbers of runs; a run that is not known is looked at. Long ones hardly come again."""

    def __init__(self, look: Callable[[str], int]) -> None:
        self._look = look

    def __missing__(self, run: str) -> int:
        number = self._look(run)
        if len(run) <= MAX_TOKEN:
            self[run] = number
        return number


class _Known:
    """Runs, and the words and forms that they are made of."""

    def __init__(self) -> None:
        self.runs = _Runs(self._look)
        self.words: list[str] = []
        self.forms: list[str] = []
        self._places: dict[str, int] = {}
        self._marks, self._ends = array("b"), array("b")
        self._written: dict[tuple[int, str], int] = {}
        self._word_of = array("q")
        self._pieces: dict[str, int] = {}
        self._form = array("q")
        """Forms of all runs, one run after the other."""
        self._stops = array("q", [0])
        """Where each run begins, and the last one stops."""

    @property
    def full(self) -> bool:
        """Whether it is time to begin anew."""
        return len(self._form) > KEPT_PIECES

    def _look(self, run: str) -> int:
        if not len(self._stops) % LOOKED_AT:
            after_you()
        for piece in _pieces(run):
            form = self._pieces.get(piece)
            self._form.append(self._met(piece) if form is None else form)
        self._stops.append(len(self._form))
        return len(self._stops) - 2

    def _met(self, piece: str) -> int:
        word, written = named(piece)
        place = self._places.setdefault(word, len(self.words))
        if place == len(self.words):
            self.words.append(word)
            self._marks.append(word in MARKS)
            self._ends.append(word in SENTENCE_ENDS)
        form = self._written.setdefault((place, written), len(self.forms))
        if form == len(self.forms):
            self.forms.append(written)
            self._word_of.append(place)
        self._pieces[piece] = form
        return form

    def places(self, runs: Ints) -> tuple[Ints, Ints]:
        """Give the form of every token of runs, and the word of every form."""
        after_you()
        stops = np.array(self._stops, np.int64)
        sizes = stops[runs + 1] - stops[runs]
        after = np.cumsum(sizes)
        total = int(after[-1]) if len(after) else 0
        at = np.repeat(stops[runs] - after + sizes, sizes) + np.arange(total)
        return np.array(self._form, np.int64)[at], np.array(self._word_of, np.int64)

    def kinds(self) -> tuple[Bools, Bools]:
        """Tell which words are marks, and which of them end a sentence."""
        return np.array(self._marks, bool), np.array(self._ends, bool)


def _pieces(run: str) -> list[str]:
    """Cut a run into pieces; most are plain letters, and maybe a mark after them."""
    if run.isascii():
        if run.isalpha():
            return [run]
        if run[-1:] in MARKS and run[:-1].isalpha():
            return [run[:-1], run[-1]]
    return pieces(f" {run} ")


def _opens(marks: Bools, ends: Bools) -> Bools:
    """Tell which words come first, or first after the end of a sentence."""
    opens = np.zeros(len(marks), bool)
    spoken = np.flatnonzero(~marks)
    before = np.cumsum(ends)[spoken]
    opens[spoken] = np.diff(before, prepend=-1) > 0
    return opens
