"""What is never said: repetitions within a reply, and the observer's own sentences."""

from collections.abc import Sequence

from leo.text.tokens import MARKS, SENTENCE_ENDS, is_word

__all__ = ["ECHO", "Guards", "echo_windows"]

ECHO = 4
"""Words in a row that are never the prompt's."""

TRAILING = ("…", ".", "!", "?")
"""Marks that close a sentence whose words were said before, in order of preference."""

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
        self._echoes = echoes
        self._said: list[str] = []
        self._words: list[str] = []
        self._sentence: list[str] = []
        self._runs: set[tuple[str, ...]] = set()
        self._sentences: set[tuple[str, ...]] = set()

    @property
    def words_in_sentence(self) -> int:
        """Words since the last sentence end."""
        return sum(is_word(word) for word in self._sentence)

    @property
    def tokens_in_sentence(self) -> int:
        """Tokens since the last sentence end."""
        return len(self._sentence)

    @property
    def sentences(self) -> int:
        """Sentences that are complete."""
        return len(self._sentences)

    def allow(self, word: str) -> bool:
        """Tell whether a token may follow."""
        last = self._said[-1] if self._said else None
        if word == last or (word in MARKS and (last is None or last in MARKS)):
            return False
        if (*self._said[-RUN + 1 :], word) in self._runs:
            return False
        if word in SENTENCE_ENDS:
            return not any((*self._sentence, end) in self._sentences for end in SENTENCE_ENDS)
        return (*self._words[-ECHO + 1 :], word) not in self._echoes

    def end(self) -> str:
        """Choose the mark that closes a sentence cut short; one said before trails off."""
        if self.allow("."):
            return "."
        return next((end for end in TRAILING if self._is_new(end)), TRAILING[0])

    def _is_new(self, end: str) -> bool:
        said_now, run = (*self._sentence, end), (*self._said[-RUN + 1 :], end)
        return said_now not in self._sentences and run not in self._runs

    def say(self, word: str) -> None:
        """Take note of a token that was said."""
        self._said.append(word)
        if len(self._said) >= RUN:
            self._runs.add(tuple(self._said[-RUN:]))
        if is_word(word):
            self._words.append(word)
        if word in SENTENCE_ENDS:
            self._sentences.add((*self._sentence, word))
            self._sentence = []
        else:
            self._sentence.append(word)
