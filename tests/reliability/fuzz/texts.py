"""Texts: the tokenizer, the formatter, and everything else that reads a text alone."""

from leo.perception.impression import cues_of
from leo.perception.pulse import arousal_of
from leo.recall.arithmetic import worked_out
from leo.recall.names import answering, names_in
from leo.text.heard import heard
from leo.text.prose import join, sentences
from leo.text.tokens import MAX_TOKEN, clean, tokens
from leo.text.traces import has, parted, run_of, runs_of, words_of
from tests.reliability.fuzz.given import Given

__all__ = ["target"]


def target(data: bytes) -> None:
    """Read two texts, and look for one in the other."""
    given = Given(data)
    text, other = given.text(), given.text()
    words = _cut(text)
    _read(text, other, words)
    run = run_of(other)
    if run and has(text, run):
        left, taken = parted(text, run)
        assert taken
        assert not any(has(one, run) for one in left)


def _cut(text: str) -> list[str]:
    words = [token.word for token in tokens(text)]
    assert all(0 < len(word) <= MAX_TOKEN for word in words)
    assert [token.word for token in tokens(join(words))] == words
    fast = heard(text)
    assert [fast.words[i] for i in fast.word] == words
    safe = clean(text)
    safe.encode()
    assert clean(safe) == safe
    assert len(safe) == len(text)
    return words


def _read(text: str, other: str, words: list[str]) -> None:
    worked_out(text)
    names_in(text, set(words))
    answering(text, other)
    words_of(text)
    runs_of(text)
    sentences(text)
    cues_of(text, words)
    assert 0 <= arousal_of(text, words) <= 1
