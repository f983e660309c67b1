"""Ranking packed layers' words: only those that can get among the strongest are looked at."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from leo.field.centers import CENTERS, OPENINGS_POWER, Ranking, rank_centers
from leo.field.layer import Layer
from leo.field.packed import Packed
from leo.field.rows import UNITS
from leo.field.themes import HUBS
from leo.text.function_words import is_content

__all__ = ["rank_packed", "ranked_anew"]

MARGIN = 1e-9
"""Room for rounding between the bound of a score and the score."""


def rank_packed(layer: Layer, packs: Sequence[Packed], centers: Ranking, hubs: Ranking) -> None:
    """Bring both rankings up to date for the words that packed layers counted.

    Parameters
    ----------
    layer
        The field as it is.
    packs
        The layers whose words were counted.
    centers, hubs
        The rankings.
    """
    if not packs:
        return
    touched = np.zeros(layer.size, bool)
    for pack in packs:
        touched[: len(pack.seen)] |= pack.seen > 0
    ids = np.flatnonzero(touched)
    best = math.log2(2 + layer.size)  # no word leads on in more ways than there are words
    bound = np.power(_opened(layer, ids), OPENINGS_POWER) * best
    rank_centers(centers, layer, ids[bound + MARGIN >= centers.least].tolist())
    company = _company(layer, ids)
    for id_ in ids[company >= hubs.least].tolist():
        if is_content(layer.word(id_)):
            hubs.put(id_, layer.nearness(id_))


def ranked_anew(layer: Layer) -> tuple[Ranking, Ranking]:
    """Rank all words, as is due when scores fell: give the centers and the hubs.

    Parameters
    ----------
    layer
        The field as it is.
    """
    centers, hubs = Ranking(CENTERS), Ranking(HUBS)
    ids = np.arange(layer.size)
    ways = sum((one.branches_of(ids) for one in layer.layers), np.zeros(layer.size, np.int64))
    scores = np.power(_opened(layer, ids), OPENINGS_POWER) * np.log2(2 + ways)
    for id_ in np.argsort(-scores, kind="stable").tolist():
        if scores[id_] + MARGIN < centers.least or not scores[id_]:
            break
        rank_centers(centers, layer, [id_])
    company = _company(layer, ids)
    for id_ in np.argsort(-company, kind="stable").tolist():
        if company[id_] < hubs.least or not company[id_]:
            break
        if is_content(layer.word(id_)):
            hubs.put(id_, layer.nearness(id_))
    return centers, hubs


def _opened(layer: Layer, ids: NDArray[np.int64]) -> NDArray[np.float64]:
    total = np.zeros(len(ids))
    for one in layer.layers:
        total += np.array(one.starts_of(ids), np.float64)
    return total / UNITS


def _company(layer: Layer, ids: NDArray[np.int64]) -> NDArray[np.float64]:
    total = np.zeros(len(ids))
    for one in layer.layers:
        total += np.array(one.company_of(ids), np.float64)
    return total / UNITS
