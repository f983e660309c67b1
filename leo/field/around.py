"""The neighbourhood of a word: from the field as it is, less what was heard later.

Counts only grow, so the field of an earlier turn is today's less what came after. The work
depends on how many words are shown and on what was said since, never on the field.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from leo.field.field import Field
from leo.field.layer import WINDOW, Layer
from leo.field.rows import UNITS, count_of, sources_of, units_of
from leo.field.view import Ask
from leo.pace import ROWS_PER_BREATH, Pace
from leo.records import Source
from leo.text.function_words import is_content
from leo.text.tokens import is_word, tokens
from leo.views import Link, Neighbour, Neighbourhood

__all__ = ["around"]

Texts = Sequence[tuple[Source, str]]
Pair = tuple[int, int]


async def around(
    field: Field, word: str, *, limit: int, at: int | None, later: Texts, turn: Texts
) -> Neighbourhood:
    """Look around a word.

    Parameters
    ----------
    field
        The field as it is.
    word
        The word; its first token counts.
    limit
        Most neighbours.
    at
        The turn, named in the result.
    later
        What was learned after that turn.
    turn
        What that turn taught.
    """
    canonical = next((token.word for token in tokens(word) if is_word(token.word)), "")
    ego = field.own.id(canonical)
    if ego is None:
        return Neighbourhood(canonical, at, (), ())
    now = await _Then.of(field.own, ego, later)
    near = sorted(now.links(ego, now.ids[1:]), key=lambda link: (-link[1], link[0]))
    strength = {
        other: _affinity(count, now.counts[ego], now.counts[other])
        for other, count, _ in near[:limit]
    }
    if now.counts[ego] <= 0:
        return Neighbourhood(canonical, at, (), ())
    chosen = [ego, *strength]
    shown = _neighbours(field, chosen, now.counts, {ego: 1.0, **strength})
    return Neighbourhood(canonical, at, shown, await _links(now, chosen, turn))


class _Then:
    """Some words' counts and meetings as they were before some texts."""

    def __init__(
        self, layer: Layer, ids: Sequence[int], words: Counter[int], pairs: Counter[Pair]
    ) -> None:
        self.layer, self.ids = layer, ids
        self.counts = {id_: layer.count(id_) - words[id_] / UNITS for id_ in ids}
        self._since = pairs

    @classmethod
    async def of(cls, layer: Layer, ego: int, later: Texts) -> "_Then":
        row = layer.look_now(Ask("near", (ego,)))
        others = [id_ for id_ in row.cells if id_ != ego and is_content(layer.word(id_))]
        ids = [ego, *others]
        return cls(layer, ids, *await _heard(layer, ids, later))

    def links(self, one: int, others: Sequence[int]) -> list[tuple[int, float, int]]:
        """List which of the others stood near a word, how often, and today's cell."""
        cells = self.layer.look_now(Ask("near", (one,), frozenset(others))).cells
        known = [other for other in others if other in cells and self.counts[other] > 0]
        if self.counts[one] <= 0:
            return []
        met = (
            (other, count_of(cells[other]) - self._since[_pair(one, other)] / UNITS)
            for other in known
        )
        return [(other, count, cells[other]) for other, count in met if count > 0]


async def _links(now: _Then, chosen: Sequence[int], turn: Texts) -> tuple[Link, ...]:
    pace = Pace(ROWS_PER_BREATH)
    _, added = await _heard(now.layer, chosen, turn)
    found: list[Link] = []
    for i, one in enumerate(chosen):
        for other, count, cell in now.links(one, chosen[i + 1 :]):
            ends = (now.layer.word(one), now.layer.word(other))
            share = min(count, added[_pair(one, other)] / UNITS)
            found.append(Link(*ends, count, share, sources_of(cell)))
        await pace.spend(len(chosen))
    return tuple(found)


def _pair(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)


def _affinity(met: float, one: float, other: float) -> float:
    return round(min(1.0, met / math.sqrt(one * other)), 6)


def _neighbours(
    field: Field, chosen: Iterable[int], counts: Mapping[int, float], strength: Mapping[int, float]
) -> tuple[Neighbour, ...]:
    centers = {center.id for center in field.centers()}
    words = ((id_, field.own.word(id_)) for id_ in chosen)
    return tuple(
        Neighbour(word, counts[id_], strength[id_], id_ in centers, field.themes.theme_of(word))
        for id_, word in words
    )


async def _heard(
    layer: Layer, ids: Sequence[int], texts: Texts
) -> tuple[Counter[int], Counter[Pair]]:
    """Count, in units, how texts used some words, and which of them stood near each other.

    The bonus of a pair's first meeting is not in it: it is given where one of the two was
    unknown, and then the pair did not exist before at all.
    """
    wanted = set(ids)
    words: Counter[int] = Counter()
    pairs: Counter[Pair] = Counter()
    pace = Pace(ROWS_PER_BREATH)
    for source, text in texts:
        units = units_of(source)
        near: list[int | None] = []
        for token in tokens(text):
            await pace.spend()
            if not is_word(token.word):
                continue
            this = layer.id(token.word)
            this = this if this in wanted else None
            if this is not None:
                words[this] += units
                for other in near[-WINDOW:]:
                    if other is not None:
                        pairs[_pair(this, other)] += units
            near.append(this)
    return words, pairs
