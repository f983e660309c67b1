"""Gravity: which words a prompt pulls towards the reply, and how strongly.

The prompt's own words pull by position (the last most), the words that usually follow them
pull by how surely they follow, and words that keep them company pull a little. All three are
measured on the prompt's words as they stand, so the order of computing changes nothing.
"""

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from leo.field.looks import RowView
from leo.field.rows import UNITS
from leo.field.view import Ask, View
from leo.records import Pull
from leo.text.function_words import is_content
from leo.text.tokens import is_word

__all__ = ["COMPANY_SHARE", "company", "gravity", "pulls_of"]

POSITION_DECAY = 0.7
FOLLOWER_SHARE = 0.5
PAIR_SHARE = 0.7
OWN_SHARE = 0.7
"""How much of their weight the prompt's own words keep: he answers in words of his own."""

COMPANY_SHARE = 0.8
"""How much of a word's weight its companions get."""

LISTENED = 48
"""Last words of a prompt that pull."""

COMPANIONS = 8
"""Companions per word that are pulled."""

PULLED = 24
"""Words that are pulled at most."""


async def gravity(heard: Sequence[int], view: View) -> dict[int, float]:
    """Compute the pull of known words: direct, of their followers, of their pairs' followers.

    Parameters
    ----------
    heard
        Ids of the prompt's known words, in order.
    view
        The field.

    Returns
    -------
    dict
        Weight in (0, 1] by word id; the strongest is 1.
    """
    direct: dict[int, float] = {}
    for i, id_ in enumerate(heard):
        direct[id_] = direct.get(id_, 0.0) + POSITION_DECAY ** (len(heard) - 1 - i)
    pairs = list(dict.fromkeys(itertools.pairwise(heard)))
    rows = await view.look([Ask("next", (id_,)) for id_ in direct])
    rows += await view.look([Ask("next", pair) for pair in pairs])
    shares = [FOLLOWER_SHARE * weight for weight in direct.values()] + [PAIR_SHARE] * len(pairs)
    spread = [_spread(row, share) for row, share in zip(rows, shares, strict=True)]
    own = np.fromiter(direct, np.int64), np.fromiter(direct.values(), np.float64)
    ids, place = np.unique(
        np.concatenate([own[0], *(ids for ids, _ in spread)]), return_inverse=True
    )
    pulled = np.bincount(place, np.concatenate([own[1], *(pull for _, pull in spread)]))
    most = float(pulled.max(initial=0.0)) or 1.0
    return dict(zip(ids.tolist(), (pulled / most).tolist(), strict=True))


def _spread(row: RowView, share: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    return row.ids, share * (row.units / UNITS) / (row.total or 1.0)


async def company(heard: Sequence[int], view: View) -> dict[int, float]:
    """Give the words that keep the prompt's content words company, weights in (0, 1]."""
    ids = [id_ for id_ in dict.fromkeys(heard) if is_content(view.word(id_))]
    rows = await view.look([Ask("near", (one,)) for one in ids])
    if not rows:
        return {}
    carry = view.content(np.concatenate([row.ids for row in rows]))  # at once: that is quicker
    found: dict[int, float] = {}
    begin = 0
    for id_, row in zip(ids, rows, strict=True):
        end = begin + len(row.ids)
        mine = (carry[begin:end] & (row.ids != id_)).nonzero()[0]
        best = mine[(-row.units[mine]).argsort(kind="stable")[:COMPANIONS]]  # the older first
        strengths = row.units[best].tolist()
        for other, units in zip(row.ids[best].tolist(), strengths, strict=True):
            found[other] = max(found.get(other, 0.0), units / strengths[0])
        begin = end
    return found


async def pulls_of(heard: Sequence[str], view: View) -> tuple[Pull, ...]:
    """Turn a prompt into pulls on content words, the strongest `PULLED` of them."""
    words = [word for word in heard if is_word(word)][-LISTENED:]
    ids = [id_ for word in words if (id_ := view.id(word)) is not None]
    pulled = await gravity(ids, view)
    for id_ in set(ids):
        pulled[id_] *= OWN_SHARE
    for id_, share in (await company(ids, view)).items():
        pulled[id_] = max(pulled.get(id_, 0.0), COMPANY_SHARE * share)
    content = [id_ for id_ in pulled if is_content(view.word(id_))]
    content.sort(key=lambda id_: (-pulled[id_], id_))
    return tuple(
        Pull(view.word(id_), float(f"{pulled[id_]:.4g}"), "gravity", "prompt")
        for id_ in content[:PULLED]
    )
