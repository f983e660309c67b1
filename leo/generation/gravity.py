"""Gravity: which words a prompt pulls towards the reply, and how strongly.

The prompt's own words pull by position (the last most), the words that usually follow them
pull by how surely they follow, and words that keep them company pull a little. All three are
measured on the prompt's words as they stand, so the order of computing changes nothing.
"""

import itertools
from collections.abc import Sequence

from leo.field.rows import RowView, count_of
from leo.field.view import Ask, View
from leo.records import Pull
from leo.text.function_words import is_content
from leo.text.tokens import is_word

__all__ = ["COMPANY_SHARE", "company", "gravity", "pulls_of"]

POSITION_DECAY = 0.7
FOLLOWER_SHARE = 0.5
PAIR_SHARE = 0.7
COMPANY_SHARE = 0.6
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
    pulled = dict(direct)
    rows = await view.look([Ask("next", (id_,)) for id_ in direct])
    for weight, row in zip(direct.values(), rows, strict=True):
        _spread(pulled, row, FOLLOWER_SHARE * weight)
    pairs = list(dict.fromkeys(itertools.pairwise(heard)))
    for row in await view.look([Ask("next", pair) for pair in pairs]):
        _spread(pulled, row, PAIR_SHARE)
    most = max(pulled.values(), default=1.0)
    return {id_: weight / most for id_, weight in pulled.items()}


def _spread(pulled: dict[int, float], row: RowView, share: float) -> None:
    for id_, cell in row.cells.items():
        pulled[id_] = pulled.get(id_, 0.0) + share * count_of(cell) / row.total


async def company(heard: Sequence[int], view: View) -> dict[int, float]:
    """Give the words that keep the prompt's content words company, weights in (0, 1]."""
    ids = [id_ for id_ in dict.fromkeys(heard) if is_content(view.word(id_))]
    found: dict[int, float] = {}
    for id_, row in zip(ids, await view.look([Ask("near", (one,)) for one in ids]), strict=True):
        strongest = sorted(row.cells.items(), key=_weakness)  # stable: the older word first
        near = (one for one in strongest if one[0] != id_ and is_content(view.word(one[0])))
        most = 0.0
        for other, cell in itertools.islice(near, COMPANIONS):
            most = most or count_of(cell)
            found[other] = max(found.get(other, 0.0), count_of(cell) / most)
    return found


def _weakness(one: tuple[int, int]) -> float:
    return -count_of(one[1])


async def pulls_of(heard: Sequence[str], view: View) -> tuple[Pull, ...]:
    """Turn a prompt into pulls on content words, the strongest `PULLED` of them."""
    words = [word for word in heard if is_word(word)][-LISTENED:]
    ids = [id_ for word in words if (id_ := view.id(word)) is not None]
    pulled = await gravity(ids, view)
    for id_, share in (await company(ids, view)).items():
        pulled[id_] = max(pulled.get(id_, 0.0), COMPANY_SHARE * share)
    content = [id_ for id_ in pulled if is_content(view.word(id_))]
    content.sort(key=lambda id_: (-pulled[id_], id_))
    return tuple(
        Pull(view.word(id_), float(f"{pulled[id_]:.4g}"), "gravity", "prompt")
        for id_ in content[:PULLED]
    )
