"""A Leo's field: the shared birth below, his own life above, and what is derived from both."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from leo.field.base import Base
from leo.field.centers import CENTERS, Center, Ranking
from leo.field.layer import Layer
from leo.field.packed import Packed
from leo.field.packing import packed
from leo.field.ranking import rank_heard, rank_packed, ranked_anew
from leo.field.shelf import Nowhere, Shelf
from leo.field.stack import PACKED_FROM, Counted, Lately, count, tidied
from leo.field.themes import HUBS, RENEW_EVERY, Themes, clustered, companies_of, renewed
from leo.pace import ROWS_PER_BREATH, Pace
from leo.records import Growth, Source
from leo.text.birth import Birth
from leo.text.tokens import tokens

__all__ = ["Field", "Folded", "Newborn", "newborn"]


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
        self._packed: Packed | None = None

    async def packed(self) -> Packed:
        """Give the counts packed, which is how a long text is compared with them."""
        if self._packed is None:
            self._packed = await packed(self.layer)
        return self._packed


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
        await rank_heard(known.layer, known.layer, known.centers, known.hubs, pace)
        known.themes = await renewed(Themes(), known.layer, known.hubs, pace)
        _newborns[birth.digest] = known
    return known


@dataclass(frozen=True, slots=True, eq=False)
class Folded:
    """A field as it was after one journal entry.

    Attributes
    ----------
    packs, own
        Packed layers, lowest first, and what lies on them.
    themes
        The themes.
    entry
        Number of the journal entry.
    centers, hubs
        Scores of the words in both rankings.
    """

    packs: tuple[Packed, ...]
    own: Layer
    themes: Themes
    entry: int
    centers: Mapping[int, float]
    hubs: Mapping[int, float]


class Field:
    """The counts Leo knows.

    Parameters
    ----------
    first
        What he knew on his first day.
    shelf
        Where packed layers go; they stay in memory by default.
    """

    def __init__(self, first: Newborn, shelf: Shelf | None = None) -> None:
        self._first = first
        self._shelf = shelf or Nowhere()
        self._lately = Lately()
        self.packs: tuple[Packed, ...] = ()
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
        self._give_back()
        return Layer(self.own)

    def _give_back(self) -> None:
        for pack in self.packs:
            pack.pages.give_back()

    def centers(self) -> tuple[Center, ...]:
        """List the words to start from, strongest first."""
        return tuple(
            Center(id_, self.own.word(id_), score) for id_, score in self._centers.ordered()
        )

    async def absorb(self, overlay: Layer, entry: int, *, last: bool = False) -> None:
        """Take over what one journal entry counted, and renew what is due at its number.

        ``last`` says that a book ended with it.
        """
        pace = Pace(ROWS_PER_BREATH)
        await self.own.absorb(overlay, pace)
        await rank_heard(self.own, overlay, self._centers, self._hubs, pace)
        if (last and self.packs) or self.own.units >= PACKED_FROM:
            await self._tidy((*self.packs, await packed(self.own)), last=last)
        self.entries = entry
        if entry % RENEW_EVERY == 0:
            self.themes = await renewed(self.themes, self.own, self._hubs, pace, entry=entry)
        if self.packs:  # what he read of his files is not kept while he waits
            await asyncio.to_thread(self._give_back)

    async def count(self, text: str, source: Source) -> Counted:
        """Count a long text, without taking it in yet."""
        birth = await self._first.packed()
        return await count(self.own, self.packs, birth, text, source, self._lately)

    async def take_in(self, text: Counted, entry: int, *, last: bool) -> None:
        """Take in a text that was counted; ``last`` if a book ended with it."""
        new = text.packs[-1]
        self._lately.ids.keep()
        await self._tidy(text.packs, last=last)
        rank = partial(rank_packed, centers=self._centers, hubs=self._hubs)
        await asyncio.to_thread(rank, self.own, new, await self._stack())
        await asyncio.to_thread(self._give_back)
        if last:
            self._lately = Lately()
        self.entries = entry
        if entry % RENEW_EVERY == 0:
            apart = Layer(self._first.layer, Base(self.packs))  # to be looked at in a thread
            companies = await asyncio.to_thread(companies_of, apart, self._hubs)
            pace = Pace(ROWS_PER_BREATH)
            self.themes = await clustered(self.themes, companies, pace, entry=entry)

    async def _tidy(self, packs: tuple[Packed, ...], *, last: bool) -> None:
        done = await tidied(packs, await self._first.packed(), self._shelf, last=last)
        self.packs = done.packs
        self.own = Layer(self._first.layer, Base(done.packs))
        if done.faded:  # scores fell
            ranked = await asyncio.to_thread(ranked_anew, self.own, await self._stack())
            self._centers, self._hubs = ranked

    async def _stack(self) -> tuple[Packed, ...]:
        return (await self._first.packed(), *self.packs)

    async def kept(self) -> "Folded":
        """Bring every packed layer to the shelf, and give all there is to keep."""
        packs = [await asyncio.to_thread(self._shelf.keep, pack) for pack in self.packs]
        if any(pack.name is None for pack in self.packs):
            self.packs = tuple(packs)
            self.own.stand_on(Base(packs))
        return Folded(
            self.packs, self.own, self.themes, self.entries, self._centers.scores, self._hubs.scores
        )

    def restore(self, folded: "Folded") -> None:
        """Put back everything up to and including one journal entry."""
        self.packs, self.own = folded.packs, folded.own
        self.themes, self.entries = folded.themes, folded.entry
        self._centers = Ranking(CENTERS, folded.centers)
        self._hubs = Ranking(HUBS, folded.hubs)
