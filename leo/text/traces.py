"""Traces: what a forgotten text would leave behind in other texts, and how it is cut out.

Texts are compared by their words: case, spaces and marks make no difference, and a word is
taken apart at apostrophes and hyphens, so that ``Mila's`` is known by ``Mila``.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Final

import regex

from leo.text.tokens import MARKS, SENTENCE_ENDS, placed, whole

__all__ = ["CUT", "RUN", "Traces", "has", "parted", "run_of", "runs_of", "words_of"]

CUT: Final = "…"
"""Stands where something was cut out."""

RUN: Final = 3
"""Words in a row that are a trace; a field keeps no longer ones."""

SHORTEST: Final = 2
"""Letters of a word's beginning that are a trace."""

REMEMBERED: Final = 32
"""Characters of a text up to which the answer is kept; most texts in a Turn are single words."""

END: Final = "."
_INSIDE: Final = regex.compile(r"['\-]")


@dataclass(frozen=True, slots=True)
class _Part:
    """A word or a part of one, or the end of a sentence, with its place in the text."""

    word: str
    begin: int
    end: int


def _parts(text: str) -> list[_Part]:
    found: list[_Part] = []
    for token, begin, end in placed(text):
        if token.word in SENTENCE_ENDS:
            found.append(_Part(END, begin, end))
        elif token.word not in MARKS:
            words = _INSIDE.split(token.word)
            found.extend(_Part(word, begin, end) for word in words if word)
    return found


def run_of(text: str) -> tuple[str, ...]:
    """Give a text's words in order, with its sentence ends but for the outermost."""
    words = [part.word for part in _parts(text)]
    while words and words[0] == END:
        del words[0]
    while words and words[-1] == END:
        del words[-1]
    return tuple(words)


def words_of(text: str) -> frozenset[str]:
    """Give a text's words."""
    return frozenset(part.word for part in _parts(text)) - {END}


def runs_of(text: str) -> frozenset[tuple[str, ...]]:
    """Give all runs of three words within a sentence, and sentences of two words whole."""
    found: set[tuple[str, ...]] = set()
    sentence: list[str] = []
    for word in (*(part.word for part in _parts(text)), END):
        if word != END:
            sentence.append(word)
            if len(sentence) >= RUN:
                found.add(tuple(sentence[-RUN:]))
            continue
        if 1 < len(sentence) < RUN:
            found.add(tuple(sentence))
        sentence = []
    return frozenset(found)


def has(text: str, run: Sequence[str]) -> bool:
    """Tell whether a run of words stands in a text."""
    return bool(_found([part.word for part in _parts(text)], tuple(run)))


def parted(text: str, run: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Take the sentences with a run of words out of a text.

    Returns
    -------
    tuple
        What is left, one text between every two gaps, and the sentences taken out.
    """
    plain, parts = whole(text), _parts(text)
    places = _found([part.word for part in parts], tuple(run))
    left: list[str] = []
    taken: list[str] = []
    begin = kept = 0
    touched = False
    for i, part in enumerate(parts):
        touched = touched or i in places
        last = i == len(parts) - 1
        if part.word != END and not last:
            continue
        end = len(plain) if last else parts[i + 1].begin
        if touched:
            left.append(plain[kept:begin])
            taken.append(plain[begin:end])
            kept = end
        begin, touched = end, False
    left.append(plain[kept:])
    return tuple(one for one in left if words_of(one)), tuple(taken)


def _found(words: Sequence[str], run: tuple[str, ...]) -> set[int]:
    size = len(run)
    return {
        place
        for i in range(len(words) - size + 1)
        if tuple(words[i : i + size]) == run
        for place in range(i, i + size)
    }


class Traces:
    """What must not stand in any text.

    Parameters
    ----------
    words
        Words nobody else said.
    runs
        Words in a row nobody else said.
    beginnings
        Beginnings of such words: traces where a text that was shortened ends with one.
    """

    def __init__(
        self,
        words: Set[str] = frozenset(),
        runs: Set[tuple[str, ...]] = frozenset(),
        beginnings: Set[str] = frozenset(),
    ) -> None:
        self.words, self.runs, self.beginnings = words, runs, beginnings
        self._sizes = sorted({len(run) for run in runs})
        self._known: dict[str, str] = {}

    def places(self, words: Sequence[str]) -> set[int]:
        """Tell which of some words in a row are part of a trace."""
        found = {i for i, word in enumerate(words) if word in self.words}
        for size in self._sizes:
            for i in range(len(words) - size + 1):
                if tuple(words[i : i + size]) in self.runs:
                    found.update(range(i, i + size))
        return found

    def places_of_tokens(self, spoken: Sequence[str]) -> set[int]:
        """Tell which of some canonical tokens in a row are part of a trace."""
        owners: list[int] = []
        words: list[str] = []
        for i, token in enumerate(spoken):
            for part in _parts(token):
                owners.append(i)
                words.append(part.word)
        return {owners[place] for place in self.places(words)}

    def holds(self, text: str) -> bool:
        """Tell whether a text has a trace."""
        return self.cut(text) is not text

    def cut(self, text: str) -> str:
        """Put `CUT` where traces stand; a text without any is given back itself."""
        known = self._known.get(text)
        if known is not None:
            return text if known == text else known
        result = self._cut(text)
        if len(text) <= REMEMBERED:
            self._known[text] = result
        return result

    def _cut(self, text: str) -> str:
        parts = _parts(text)
        places = self.places([part.word for part in parts])
        plain = whole(text)
        if parts and parts[-1].word == END and plain[parts[-1].begin :].strip() == CUT:
            del parts[-1]  # a text that was shortened says so
        if parts and parts[-1].word in self.beginnings:
            rest = plain[parts[-1].end :].strip()
            places |= {len(parts) - 1} if rest in {"", CUT} else set()
        if not places:
            return text
        pieces: list[str] = []
        at = 0
        for i in sorted(places):
            if i - 1 not in places and parts[i].begin >= at:
                pieces.extend((plain[at : parts[i].begin], CUT))
            at = max(at, parts[i].end)
        return "".join((*pieces, plain[at:]))
