"""Choosing a word with plain dictionaries by word id, as laws are told most easily."""

from collections.abc import Iterable, Iterator, Mapping
from random import Random

import numpy as np
from numpy.typing import NDArray

from leo.field.looks import RowView
from leo.field.view import View
from leo.generation import draw as drawing
from leo.generation.draw import Draw
from leo.generation.leaning import Affinity, Biases, Leaners, Leaning, Situation, company_of

__all__ = [
    "belonging",
    "bends",
    "distribution",
    "draw",
    "entropy_of",
    "leanings",
    "no_affinity",
    "take",
]

no_affinity = Affinity.none()


def _arrays(by: Mapping[int, float]) -> tuple[list[int], NDArray[np.float64]]:
    ids = sorted(by)
    return ids, np.array([by[id_] for id_ in ids], np.float64)


def distribution(logs: Mapping[int, float], temperature: float) -> dict[int, float]:
    """Give the probabilities of log-weights."""
    ids, values = _arrays(logs)
    return dict(zip(ids, drawing.distribution(values, temperature).tolist(), strict=True))


def entropy_of(logs: Mapping[int, float]) -> float:
    """Give the entropy of log-weights."""
    return drawing.entropy_of(_arrays(logs)[1])


def draw(chances: Mapping[int, float], rng: Random) -> Draw:
    """Draw a word."""
    ids, values = _arrays(chances)
    return drawing.draw(np.array(ids), values, rng)


def take(chances: Mapping[int, float], id_: int) -> Draw:
    """Take a word."""
    ids, values = _arrays(chances)
    return Draw(np.array(ids), values, ids.index(id_))


def belonging(view: View, word: int, row: RowView) -> Affinity:
    """Give what belongs to one word."""
    return company_of(view, word, row)


def leanings(
    view: View, biases: Biases, ids: Iterable[int], at: Situation
) -> dict[str, dict[int, float]]:
    """Give each bias's part in the candidates' log-weights, by its name and the candidate."""
    candidates = sorted(ids)
    leaning = Leaners(view, biases).at(np.array(candidates, np.int64), at)
    found: dict[str, dict[int, float]] = {name: {} for name in leaning.names}
    for i, candidate in enumerate(candidates):
        for name, value in leaning.on(i).items():
            found[name][candidate] = value
    return found


def bends(
    chances: Mapping[int, float], leaning: Mapping[str, Mapping[int, float]], temperature: float
) -> dict[str, float]:
    """Tell how far each bias bent a choice."""
    ids, values = _arrays(chances)
    entries = [(ids.index(id_), by, value) for by, id_, value in _flat(leaning.values())]
    places, of, parts = zip(*entries, strict=True) if entries else ((), (), ())
    told = Leaning(tuple(leaning), np.array(places, int), np.array(of, int), np.array(parts, float))
    return told.bends(values, temperature)


def _flat(many: Iterable[Mapping[int, float]]) -> Iterator[tuple[int, int, float]]:
    for by, one in enumerate(many):
        yield from ((by, id_, value) for id_, value in one.items())
