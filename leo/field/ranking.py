"""Ranking words: only those that can get among the strongest are looked at.

What words score by lies in arrays by id, one for each packed layer; no row is looked at.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from leo.field.centers import CENTERS, Ranking, rank_centers, scored
from leo.field.layer import Layer
from leo.field.packed import Packed, dense
from leo.field.rows import UNITS
from leo.field.themes import HUBS
from leo.pace import Pace, after_you
from leo.text.function_words import is_content
from leo.text.tokens import is_word

__all__ = ["rank_heard", "rank_packed", "ranked_anew"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MARGIN = 1e-9
"""Room for rounding: a score is reckoned for all words at once, and again for those that enter."""


async def rank_heard(
    layer: Layer, counted: Layer, centers: Ranking, hubs: Ranking, pace: Pace
) -> None:
    """Bring both rankings up to date for words that a plain layer counted.

    Parameters
    ----------
    layer
        The field as it is.
    counted
        What it took in.
    centers, hubs
        The rankings.
    pace
        Spent by the word.
    """
    for id_ in counted.seen:
        rank_centers(centers, layer, (id_,))
        if pace.spent():
            await pace.breathe()
    met = np.fromiter(counted.near, np.int64, len(counted.near))
    total = sum((one.company_of(met) for one in layer.layers), np.zeros(len(met), np.int64))
    for id_, units in zip(met.tolist(), total.tolist(), strict=True):
        if is_content(layer.word(id_)):
            hubs.put(id_, units / UNITS)
        if pace.spent():
            await pace.breathe()


def rank_packed(
    layer: Layer, new: Packed, stack: Sequence[Packed], centers: Ranking, hubs: Ranking
) -> None:
    """Bring both rankings up to date for the words that a packed layer counted.

    Parameters
    ----------
    layer
        The field as it is, without anything that is not packed.
    new
        The layer whose words were counted.
    stack
        All packed layers, the birth among them.
    centers, hubs
        The rankings.
    """
    ids = np.flatnonzero(new.seen)
    _rank_centers(layer, ids, stack, centers)
    _rank_hubs(layer, ids, stack, hubs)


def ranked_anew(layer: Layer, stack: Sequence[Packed]) -> tuple[Ranking, Ranking]:
    """Rank all words, as is due when scores fell: give the centers and the hubs.

    Parameters
    ----------
    layer, stack
        As in `rank_packed`.
    """
    centers, hubs = Ranking(CENTERS), Ranking(HUBS)
    ids = np.arange(layer.size)
    _rank_centers(layer, ids, stack, centers)
    _rank_hubs(layer, ids, stack, hubs)
    return centers, hubs


def _rank_centers(layer: Layer, ids: Ints, stack: Sequence[Packed], centers: Ranking) -> None:
    units = sum((dense(one.starts, ids) for one in stack), np.zeros(len(ids), np.int64))
    ids, opened = ids[units > 0], units[units > 0] / UNITS
    ways = sum((one.rows["next"].fresh_of(ids) for one in stack), np.full(len(ids), 2))
    about = scored(opened, ways)
    for i in _best_first(ids, about, centers):
        if about[i] + MARGIN < centers.least:
            break
        if is_word(layer.word(int(ids[i]))):
            rank_centers(centers, layer, (int(ids[i]),))
        after_you()


def _rank_hubs(layer: Layer, ids: Ints, stack: Sequence[Packed], hubs: Ranking) -> None:
    units = sum((dense(one.company, ids) for one in stack), np.zeros(len(ids), np.int64))
    ids, met = ids[units > 0], units[units > 0] / UNITS
    for i in _best_first(ids, met, hubs):
        if met[i] < hubs.least:
            break
        if is_content(layer.word(int(ids[i]))):
            hubs.put(int(ids[i]), float(met[i]))
        after_you()


def _best_first(ids: Ints, scores: Floats, ranking: Ranking) -> Ints:
    """Give the order in which words are entered: those that are in it already, then the best."""
    inside = np.isin(ids, np.fromiter(ranking.scores, np.int64, len(ranking.scores)))
    order = np.argsort(-scores, kind="stable")
    return np.concatenate([np.flatnonzero(inside), order[~inside[order]]])
