"""How near replies are to messages: the yardstick of relevance.

A message's nearness to a reply is the mean, over the message's content words, of how near
the nearest content word of the reply is: 1 for the word itself, and else how often the two met
in the yardstick's field (a new word's first meeting counts twice there), over the geometric mean
of how often each was heard.
"""

from collections.abc import Sequence
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leo.field.field import newborn
from leo.field.rows import UNITS
from leo.field.view import Ask, View
from leo.pace import Pace
from leo.text.birth import Birth
from leo.text.function_words import is_content

__all__ = ["FieldNearness", "Nearness", "surplus"]

Floats: TypeAlias = NDArray[np.float64]


class Nearness(Protocol):
    """A yardstick."""

    async def between(
        self, messages: Sequence[Sequence[str]], replies: Sequence[Sequence[str]]
    ) -> Floats:
        """Give how near each reply (row) is to each message (column), both as tokens."""
        ...


def surplus(near: Floats, own: Sequence[int], others: NDArray[np.bool_]) -> Floats:
    """Give how much nearer each reply is to its own message than to others, on the mean.

    Parameters
    ----------
    near
        Nearness of each reply (row) to each message (column).
    own
        The column of each reply's own message.
    others
        Which messages are others, shape as ``near``; at least one in each row.
    """
    elsewhere = np.where(others, near, 0).sum(axis=1) / others.sum(axis=1)
    return np.asarray(near[np.arange(len(near)), list(own)] - elsewhere)


class FieldNearness:
    """Nearness by co-occurrence in the field of a newborn, the same for every run.

    Parameters
    ----------
    birth
        His texts; ``None`` for an empty field, where only the word itself is near.
    same
        Whether a word is near itself; without, only what else was said counts.
    """

    def __init__(self, birth: Birth | None, *, same: bool = True) -> None:
        self._birth, self._same = birth, same

    async def between(
        self, messages: Sequence[Sequence[str]], replies: Sequence[Sequence[str]]
    ) -> Floats:
        """Give how near each reply (row) is to each message (column), in [0, 1]."""
        heard = [sorted(filter(is_content, set(one))) for one in messages]
        said = [sorted(filter(is_content, set(one))) for one in replies]
        words = sorted({word for one in (*heard, *said) for word in one})
        place = {word: i for i, word in enumerate(words)}
        close = await self._close(words)
        near = np.zeros((len(replies), len(messages)))
        pace = Pace(1)
        for i, spoken in enumerate(said):
            await pace.spend()
            if not spoken:
                continue
            best = close[[place[word] for word in spoken]].max(axis=0)
            for j, told in enumerate(heard):
                if told:
                    near[i, j] = best[[place[word] for word in told]].mean()
        return near

    async def _close(self, words: Sequence[str]) -> Floats:
        view: View = (await newborn(self._birth)).layer
        ids = [view.id(word) for word in words]
        known = {id_: i for i, id_ in enumerate(ids) if id_ is not None}
        close = np.eye(len(words)) if self._same else np.zeros((len(words), len(words)))
        rows = await view.look([Ask("near", (id_,), frozenset(known)) for id_ in known])
        for (id_, i), row in zip(known.items(), rows, strict=True):
            for other, units in zip(row.ids.tolist(), row.units.tolist(), strict=True):
                if other in known and other != id_:
                    heard = np.sqrt(view.count(id_) * view.count(other))
                    close[i, known[other]] = min(1.0, units / UNITS / heard)
        return close
