"""What is kept up to date bit by bit is what reckoning everything anew gives, all life long.

The oracle goes through all cells and all texts; it uses no table by word, no number of new
cells and no ranking, and knows nothing of layers. Lives are packed, merged and forgotten
from every few words, so that what happens in years happens in a test.
"""

import asyncio
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leo.field import field as field_module
from leo.field import stack
from leo.field.centers import CENTERS, OPENINGS_POWER, Ranking
from leo.field.field import Field, newborn
from leo.field.rows import COUNT_SHIFT, UNITS, units_of
from leo.field.themes import (
    HUBS,
    JOIN,
    MIN_COMPANY,
    MIN_NEIGHBOURS,
    NEIGHBOURS,
    RENEW_EVERY,
    renewed,
)
from leo.field.whole import every_cell
from leo.perception.pulse import novelty_of
from leo.records import Source
from leo.text.birth import Birth
from leo.text.function_words import is_content
from leo.text.tokens import is_word, tokens
from tests.strategies import prose

BIRTH = Birth("t", (("origin", "The moon is in the garden."), ("book", "A cat. The cat was warm.")))

COMPANY = "bread oven table butter boat harbour anchor wave sail snow ice frost".split()

company = st.lists(st.sampled_from(COMPANY), min_size=4, max_size=12).map(" ".join)


@dataclass(frozen=True)
class Heard:
    """A text, who it came from, whether it is counted at once, and whether a book ends with it."""

    text: str
    source: Source
    at_once: bool
    last: bool


sources: st.SearchStrategy[Source] = st.sampled_from(("observer", "reply", "ring", "dream"))
entries = st.one_of(
    st.builds(Heard, st.one_of(prose, company), sources, st.just(False), st.just(False)),
    st.builds(Heard, st.one_of(prose, company), st.just("book"), st.just(True), st.booleans()),
)
lives = st.lists(entries, min_size=4, max_size=2 * RENEW_EVERY)


class Oracle:
    """Reckons what follows from a field, from nothing but its cells and what was heard."""

    def __init__(self, field: Field, heard: Sequence[tuple[Source, str]]) -> None:
        self._word = field.own.word
        self.words = {token.word for _, text in heard for token in tokens(text)}
        self.opened, self.near = Counter[str](), dict[int, Counter[int]]()
        for source, text in heard:
            for token in tokens(text):
                self.opened[token.word] += units_of(source) * token.opens
        for key, word, cell in every_cell(field.own, "near"):
            self.near.setdefault(key, Counter())[word] = cell >> COUNT_SHIFT
        ways = Counter(key for key, _, _ in every_cell(field.own, "next") if key < 1 << 32)
        self.ways = {id_: ways[id_] for id_ in range(field.own.size)}

    def centers(self) -> list[tuple[int, float]]:
        """Score every word as a place to start from."""
        scores = {
            id_: math.pow(self.opened[self._word(id_)] / UNITS, OPENINGS_POWER)
            * math.log2(2 + ways)
            for id_, ways in self.ways.items()
            if is_word(self._word(id_))
        }
        return _best(scores, CENTERS)

    def hubs(self) -> list[tuple[int, float]]:
        """Give the content words that others stood near most often."""
        met = {id_: sum(row.values()) / UNITS for id_, row in self.near.items()}
        return _best({i: n for i, n in met.items() if is_content(self._word(i))}, HUBS)

    def clusters(self) -> list[tuple[str, ...]]:
        """Put words that keep each other company together."""
        left = [found for id_, _ in self.hubs() if (found := self._brings(id_))]
        clusters: list[tuple[str, ...]] = []
        while left:
            words, rest = list(left[0]), list[tuple[str, ...]]()
            for other in left[1:]:
                both, either = set(words) & set(other), set(words) | set(other)
                if len(both) / len(either) >= JOIN:
                    words += [word for word in other if word not in words]
                else:
                    rest.append(other)
            clusters.append(tuple(words))
            left = rest
        return clusters

    def _brings(self, id_: int) -> tuple[str, ...]:
        row = self.near[id_]
        if len(row) < MIN_NEIGHBOURS or sum(row.values()) / UNITS < MIN_COMPANY:
            return ()
        near = sorted(row, key=lambda other: (-row[other], other))
        words = [self._word(other) for other in near if other != id_]
        return (self._word(id_), *[word for word in words if is_content(word)][:NEIGHBOURS])


def _best(scores: dict[int, float], most: int) -> list[tuple[int, float]]:
    named = [(id_, score) for id_, score in scores.items() if score > 0]
    return sorted(named, key=lambda one: (-one[1], one[0]))[:most]


async def take(field: Field, one: Heard, entry: int) -> None:
    """Let a field hear something, as a journal entry."""
    if one.at_once:
        await field.take_in(await field.count(one.text, one.source), entry, last=one.last)
        return
    overlay = field.overlay()
    await overlay.learn(tokens(one.text), one.source)
    await field.absorb(overlay, entry, last=one.last)


@settings(max_examples=30)
@given(lives, st.sampled_from((1, 40, 10**6)), st.sampled_from((2, 4)))
def test_what_is_kept_up_to_date_is_what_reckoning_anew_gives(
    life: Sequence[Heard], packed_from: int, tier: int
) -> None:
    """Centers, hubs, themes and novelty after every entry, whatever was packed or has faded."""

    async def lived() -> None:
        field = Field(await newborn(BIRTH))
        heard: list[tuple[Source, str]] = list(BIRTH.texts)
        for entry, one in enumerate(life, start=2):
            before = field.themes
            await take(field, one, entry)
            heard.append((one.source, one.text))
            oracle = Oracle(field, heard)
            assert [(c.id, c.score) for c in field.centers()] == oracle.centers()
            assert field._hubs.ordered() == oracle.hubs()
            probe = [*COMPANY, *(token.word for token in tokens(one.text)), "zebra"]
            known = [word in oracle.words for word in dict.fromkeys(probe) if is_word(word)]
            assert novelty_of(probe, field.own)[0] == known.count(False) / len(known)
            if entry % RENEW_EVERY:
                assert field.themes is before
                continue
            hubs = Ranking(HUBS, dict(oracle.hubs()))
            anew = await renewed(before, field.own, hubs, entry=entry)
            assert [theme.words for theme in field.themes.all] == oracle.clusters()
            assert field.themes.all == anew.all
            assert (field.themes.next_id, field.themes.changes) == (anew.next_id, anew.changes)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(field_module, "PACKED_FROM", packed_from)
        patch.setattr(stack, "PACKED_FROM", packed_from)
        patch.setattr(stack, "TIER", tier)
        asyncio.run(lived())
