"""The reasons of a reply's words, in words."""

from typing import TYPE_CHECKING

from leo.records.spoken import SpokenWord, WordContext

if TYPE_CHECKING:
    from leo.records.turn import Turn

__all__ = ["reasons", "why"]

FOUND: dict[WordContext, str] = {
    "start": "he starts from it",
    "opening": "sentences that open with {after} go on so",
    "trigram": "after {after}",
    "bigram": "after {after}",
    "fitted": "an end after {after}, with the mark that fits the sentence",
    "jump": "a fresh start, the context led nowhere new",
    "woven": "your word, taken up",
    "close": "an end where the field had none",
    "added": "added by a module",
}
"""How a word was found (see `leo.records.WordContext`)."""

OTHERS = 3
"""Words shown that could have been said instead."""


def why(turn: "Turn") -> list[str]:
    """Tell a reply's words with their reasons, one line for each."""
    words = turn.utterance.words
    width = max((len(word.text.strip()) for word in words), default=0)
    return [f"{word.text.strip():{width}}  {reasons(word)}" for word in words]


def reasons(word: SpokenWord) -> str:
    """Tell the reasons of one word in a line."""
    found = FOUND[word.context].format(after=f"'{' '.join(word.after)}'")
    others = [
        f"{one.word} {one.probability:.0%}" for one in word.candidates if one.word != word.word
    ]
    leaned = [f"{share.bias} {share.value:+.2f}" for share in word.shares]
    parts = [f"{word.probability:4.0%}  {found}"]
    for label, told in (
        ("leaned", leaned),
        ("heard from", list(word.sources)),
        ("instead", others[:OTHERS]),
    ):
        if told:
            parts.append(f"{label}: {', '.join(told)}")
    return "; ".join(parts)
