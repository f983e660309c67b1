"""What Leo shows of his field when he is asked: small, frozen, and bounded."""

from dataclasses import dataclass

from leo.records import Source

__all__ = ["Link", "Neighbour", "Neighbourhood"]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A word in a neighbourhood.

    Attributes
    ----------
    word
        Canonical word.
    count
        How often it was heard (private thoughts at their weight).
    strength
        How much it belongs to the word that was asked for, [0, 1]: meetings over the geometric
        mean of both counts (the cosine of two words' occurrences, cut at 1); 1 for itself.
    center
        Whether Leo starts sentences from it.
    theme
        The theme it belongs to; ``None`` if it belongs to none.
    """

    word: str
    count: float
    strength: float
    center: bool
    theme: int | None


@dataclass(frozen=True, slots=True)
class Link:
    """Two words that stood near each other.

    Attributes
    ----------
    one, other
        The words.
    count
        How often.
    added
        How much of it is due to the turn that was asked for.
    sources
        Who it came from, until today.
    """

    one: str
    other: str
    count: float
    added: float
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The words around a word: what Leo thinks of when he hears it.

    Attributes
    ----------
    word
        The word, in canonical form.
    at
        The turn after which this is how things stood; ``None`` for now.
    words
        The word itself, then its neighbours, those it met most often first; empty if he had not
        heard it.
    links
        Who stood near whom, among these words.
    """

    word: str
    at: int | None
    words: tuple[Neighbour, ...]
    links: tuple[Link, ...]
