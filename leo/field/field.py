"""A Leo's field: the shared birth below, his own life above, and what is derived from both."""

from leo.field.centers import CENTERS, Center, Ranking, rank_centers
from leo.field.layer import Layer
from leo.field.themes import HUBS, RENEW_EVERY, Themes, renewed
from leo.pace import ROWS_PER_BREATH, Pace
from leo.records import Growth
from leo.text.birth import Birth
from leo.text.function_words import is_content
from leo.text.tokens import tokens

__all__ = ["Field", "Newborn", "newborn"]


class Newborn:
    """What every Leo of one birth knows on his first day; counted once, then only read.

    Attributes
    ----------
    layer
        The counts.
    centers, hubs, themes
        What follows from them.
    """

    def __init__(self) -> None:
        self.layer = Layer()
        self.centers = Ranking(CENTERS)
        self.hubs = Ranking(HUBS)
        self.themes = Themes()


_newborns: dict[str, Newborn] = {}


async def newborn(birth: Birth | None) -> Newborn:
    """Count a birth's texts, or give the counts that this process already has.

    Parameters
    ----------
    birth
        The texts; ``None`` for an empty field.
    """
    if birth is None:
        return Newborn()
    known = _newborns.get(birth.digest)
    if known is None:
        known = Newborn()
        pace = Pace(ROWS_PER_BREATH)
        for source, text in birth.texts:
            await known.layer.learn(tokens(text), source, pace)
        _rank(known.layer, known.layer, known.centers, known.hubs)
        known.themes = await renewed(Themes(), known.layer, known.hubs, pace)
        _newborns[birth.digest] = known
    return known


def _rank(layer: Layer, counted: Layer, centers: Ranking, hubs: Ranking) -> None:
    rank_centers(centers, layer, counted.seen)
    for id_ in counted.near:
        if is_content(layer.word(id_)):
            hubs.put(id_, layer.nearness(id_))


class Field:
    """The counts Leo knows.

    Parameters
    ----------
    first
        What he knew on his first day.
    """

    def __init__(self, first: Newborn) -> None:
        self.own = Layer(first.layer)
        self.themes = first.themes
        self.entries = 0
        self._centers = first.centers.copy()
        self._hubs = first.hubs.copy()

    @property
    def totals(self) -> Growth:
        """The size of the field."""
        return self.own.totals

    def overlay(self) -> Layer:
        """Open a private layer on top, for one turn."""
        return Layer(self.own)

    def centers(self) -> tuple[Center, ...]:
        """List the words to start from, strongest first."""
        return tuple(
            Center(id_, self.own.word(id_), score) for id_, score in self._centers.ordered()
        )

    async def absorb(self, overlay: Layer, entry: int) -> None:
        """Take over what one journal entry counted, and renew what is due at its number."""
        pace = Pace(ROWS_PER_BREATH)
        await self.own.absorb(overlay, pace)
        _rank(self.own, overlay, self._centers, self._hubs)
        self.entries = entry
        if entry % RENEW_EVERY == 0:
            self.themes = await renewed(self.themes, self.own, self._hubs, pace, entry=entry)

    def restore(self, own: Layer, themes: Themes, entry: int) -> None:
        """Put back an image: everything up to and including one journal entry."""
        self.own, self.themes, self.entries = own, themes, entry
        _rank(own, own, self._centers, self._hubs)
