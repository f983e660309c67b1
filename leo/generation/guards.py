"""What is never said: repetitions within a reply, and the observer's own sentences."""

from collections.abc import Sequence

from leo.text.tokens import MARKS, SENTENCE_ENDS, is_word

__all__ = ["ECHO", "Guards", "echo_windows"]

ECHO = 4
"""Words in a row that are never the prompt's."""

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
            return tuple(self._sentence) not in self._sentences
        return (*self._words[-ECHO + 1 :], word) not in self._echoes

    def say(self, word: str) -> None:
        """Take note of a token that was said."""
        self._said.append(word)
        if len(self._said) >= RUN:
            self._runs.add(tuple(self._said[-RUN:]))
        if is_word(word):
            self._words.append(word)
        if word in SENTENCE_ENDS:
            self._sentences.add(tuple(self._sentence))
            self._sentence = []
        else:
            self._sentence.append(word)
