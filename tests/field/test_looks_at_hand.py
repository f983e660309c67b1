"""What is looked at and kept at hand: true at every moment, and nothing for the collector."""

import asyncio
import gc
import sys
from collections.abc import Sequence
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leo.field import counts, field, looks, rows
from leo.field.field import Field, newborn
from leo.field.layer import Layer, context_words
from leo.field.rows import COUNT_SHIFT, RowTable, bit
from leo.field.view import Ask
from leo.testing import toy_field
from leo.text.birth import Birth
from leo.text.tokens import tokens
from tests.strategies import prose

BIRTH: Final = Birth("t", (("origin", "The cat sat. The red dog was in a garden."),))

counted = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 3), st.booleans(), st.booleans()), max_size=120
)
"""Words and units; whether an upper table counts them, and whether somebody looks then."""


@given(counted, st.integers(1, 8))
def test_the_strongest_are_those_of_sorting_whenever_somebody_looks(
    script: Sequence[tuple[int, int, bool, bool]], top: int
) -> None:
    """Looked at in between or not, taken over or counted here, a row shows its strongest."""
    table, plain = RowTable(), dict[int, int]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "TOP", top)
        for word, units, above, look in script:
            plain[word] = plain.get(word, 0) + units
            if above:
                upper = RowTable()
                upper.add(7, word, units, bit("book"))
                table.take_over(7, upper)
            else:
                table.add(7, word, units, bit("book"))
            row = table.get(7) if look else None
            if row is not None:
                best = sorted(plain, key=lambda word: (-plain[word], word))[:top]
                words, cells = row.strongest()
                assert words.tolist() == sorted(best)
                assert [cell >> COUNT_SHIFT for cell in cells.tolist()] == [
                    plain[word] for word in sorted(best)
                ]
                assert row.total == sum(plain.values())


@settings(max_examples=40)
@given(st.lists(prose, min_size=1, max_size=8), st.sampled_from((0, 3, 32)), st.booleans())
def test_what_follows_most_is_what_a_look_shows_most(
    texts: Sequence[str], few: int, again: bool
) -> None:
    """Over packed layers, a life and a turn's own, at hand or not, and for unknown pairs too."""

    def told(layer: Layer, pairs: Sequence[tuple[int, int]]) -> None:
        for pair in pairs:
            row = layer.look_now(Ask("next", pair))
            most = int(row.ids[row.units.argmax()]) if len(row.ids) else None
            assert layer.strongest(pair) == most

    async def live() -> None:
        known = Field(await newborn(BIRTH))
        for entry, text in enumerate(texts, start=1):
            overlay = known.overlay()
            await overlay.learn(tokens(text), "observer")
            pairs = [(one, other) for one in range(overlay.size) for other in (0, 1, 2, 3)]
            told(overlay, pairs)
            await overlay.learn(tokens(texts[0]), "ring")
            told(overlay, pairs)
            await known.absorb(overlay, entry)
            if again:
                told(known.own, pairs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(field, "PACKED_FROM", 60)
        patch.setattr(counts, "FEW", few)
        patch.setattr(looks, "FEW", few)
        asyncio.run(live(), debug=True)


@pytest.mark.skipif(
    sys.implementation.name != "cpython" or sys.version_info >= (3, 14),
    reason="other collectors go through dictionaries of numbers too",
)
async def test_rows_and_looks_are_nothing_for_the_collector() -> None:
    """A life has tens of thousands: it goes through none of them, or Leo would stall."""
    text = " ".join(f"cat{i * i % 97} dog{i * i % 89}" for i in range(3000))
    gc.collect()
    before = len(gc.get_objects())
    own = await toy_field(text)
    keys = list(own.after)
    for key in keys:
        one, *more = context_words(key)
        own.look_now(Ask("next", (one, *more)))
        for other in more:
            own.strongest((one, other))
    gc.collect()

    assert len(keys) > 2000
    assert len(gc.get_objects()) - before < len(keys) / 10


async def test_a_look_at_hand_grows_with_its_row() -> None:
    """What was looked at before is not shown again once more was counted, here or above."""
    own = await toy_field("the cat sat", "the cat ran", "the cat ran")
    the, cat, ran, sat = (own.id(word) for word in ("the", "cat", "ran", "sat"))
    assert the is not None
    assert cat is not None
    ask, pair = Ask("next", (the, cat)), (the, cat)
    assert (own.look_now(ask).total, own.strongest(pair)) == (3, ran)

    above = Layer(own)
    await above.learn(tokens("the cat sat. the cat sat"), "observer")
    assert (above.look_now(ask).total, above.strongest(pair)) == (5, sat)
    assert (own.look_now(ask).total, own.strongest(pair)) == (3, ran)

    await own.absorb(above)
    assert (own.look_now(ask).total, own.strongest(pair)) == (5, sat)
