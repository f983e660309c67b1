"""What is never said: repetitions within a reply, and the observer's own sentences."""

from collections.abc import Sequence, Set

from leo.text.moods import fitting_ends
from leo.text.tokens import MARKS, SENTENCE_ENDS, is_word

__all__ = ["ECHO", "Guards", "echo_windows"]

ECHO = 4
"""Words in a row that are never the prompt's."""

TRAILING = ("…", ".", "!", "?")
"""Marks that close a sentence whose words were said before, in order of preference."""

NOTHING: Set[str] = frozenset()

RUN = 4
"""Tokens in a row that are never said twice in one utterance."""


def echo_windows(heard: Sequence[str]) -> frozenset[tuple[str, ...]]:
    """List every run of `ECHO` words in a prompt, marks left out."""
    words = [word for word in heard if is_word(word)]
    return frozenset(tuple(words[i : i + ECHO]) for i in range(len(words) - ECHO + 1))


class Guards:
    """Keeps what was said, and refuses what must not follow.

    Parameters
    ----------
    echoes
        Runs of the prompt's words that must not come out again.
    """

    def __init__(self, echoes: frozenset[tuple[str, ...]]) -> None:
        self._echoes: dict[tuple[str, ...], set[str]] = {}
        for echo in echoes:
            self._echoes.setdefault(echo[:-1], set()).add(echo[-1])
        self._said: list[str] = []
        self._words: list[str] = []
        self._sentence: list[str] = []
        self._runs: dict[tuple[str, ...], set[str]] = {}
        self._sentences: set[tuple[str, ...]] = set()
        self._look_ahead()

    def _look_ahead(self) -> None:
        """Work out once per token what must not follow, so that candidates are told quickly."""
        last = set(self._said[-1:])
        self._told = self._runs.get(tuple(self._said[-RUN + 1 :]), NOTHING)
        marks = NOTHING
        if not last or last <= MARKS:
            marks = MARKS
        elif self._sentences and any(map(self._was_said, SENTENCE_ENDS)):
            marks = SENTENCE_ENDS
        self._theirs = self._echoes.get(tuple(self._words[-ECHO + 1 :]), NOTHING)
        self._never = frozenset(last | self._told | marks | self._theirs)

    def _was_said(self, end: str) -> bool:
        return (*self._sentence, end) in self._sentences

    @property
    def words_in_sentence(self) -> int:
        """Words since the last sentence end."""
        return len([word for word in self._sentence if word not in MARKS])

    @property
    def tokens_in_sentence(self) -> int:
        """Tokens since the last sentence end."""
        return len(self._sentence)

    @property
    def sentences(self) -> int:
        """Sentences that are complete."""
        return len(self._sentences)

    def refused(self) -> frozenset[str]:
        """List the tokens that must not follow."""
        return self._never

    def allow(self, word: str) -> bool:
        """Tell whether a token may follow."""
        return word not in self._never

    def refused_after(self, mark: str) -> Set[str]:
        """List the words that could not follow a mark if it came next."""
        return self._runs.get((*self._said[-RUN + 2 :], mark), NOTHING) | self._theirs

    @property
    def fitting(self) -> frozenset[str]:
        """The marks that fit the sentence that is being said."""
        return fitting_ends(self._sentence) if self._sentence else SENTENCE_ENDS

    def end(self) -> str:
        """Choose the mark that closes a sentence cut short; one said before trails off."""
        usual = "." if "." in self.fitting else "?"
        if self.allow(usual):
            return usual
        return next((end for end in TRAILING if self._is_new(end)), TRAILING[0])

    def _is_new(self, end: str) -> bool:
        return not self._was_said(end) and end not in self._told

    def say(self, word: str) -> None:
        """Take note of a token that was said."""
        self._said.append(word)
        if len(self._said) >= RUN:
            *before, this = self._said[-RUN:]
            self._runs.setdefault(tuple(before), set()).add(this)
        if is_word(word):
            self._words.append(word)
        if word in SENTENCE_ENDS:
            self._sentences.add((*self._sentence, word))
            self._sentence = []
        else:
            self._sentence.append(word)
        self._look_ahead()
