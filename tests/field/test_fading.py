"""Forgetting where layers are merged: rare thoughts fade, of every order alike."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leo import AsyncLeoField
from leo.field import field as field_module
from leo.field import merging, stack
from leo.field.centers import CENTERS, Ranking, center_score
from leo.field.field import Field, newborn
from leo.field.layer import Layer, context_key, context_words
from leo.field.packed import Packed
from leo.field.packing import packed
from leo.field.ranking import ranked_anew
from leo.field.rows import COUNT_SHIFT, UNITS
from leo.field.shelf import Nowhere
from leo.field.themes import HUBS
from leo.field.view import KINDS
from leo.observation.talk import TALK
from leo.records import Source
from leo.text.birth import Birth
from leo.text.function_words import is_content
from leo.text.tokens import tokens
from tests.conftest import Open
from tests.field.test_counting import fresh, packed_rows
from tests.helpers import nearness
from tests.strategies import prose

NOW = 1_800_000_000.0
"""Seconds; the clock stands still."""

BIRTH = Birth("t", (("origin", "The moon is in the garden."), ("origin", "A cat was warm.")))

sources: st.SearchStrategy[Source] = st.sampled_from(("book", "ring", "dream", "reply"))
heard = st.lists(st.tuples(prose, sources), min_size=1, max_size=6)

Cells = dict[str, dict[int, dict[int, int]]]


def cells_of(packs: Sequence[Packed]) -> Cells:
    """Add up the units of all cells of some layers."""
    found: Cells = {kind: {} for kind in KINDS}
    for pack in packs:
        for kind in KINDS:
            for key, row in packed_rows(pack, kind).items():
                for word, cell in row.items():
                    mine = found[kind].setdefault(key, {})
                    mine[word] = mine.get(word, 0) + (cell >> COUNT_SHIFT)
    return found


def left_of(cells: Cells) -> Cells:
    """Leave what makes a hearing."""
    return {
        kind: {
            key: left
            for key, row in rows.items()
            if (left := {word: units for word, units in row.items() if units >= UNITS})
        }
        for kind, rows in cells.items()
    }


@given(heard, heard)
def test_what_does_not_make_a_hearing_fades(
    low: Sequence[tuple[str, Source]], high: Sequence[tuple[str, Source]]
) -> None:
    """The oracle: all cells added up, the small ones left out, what is new counted again."""
    below, above = packs_of(low, high)
    merged = merging.merged_packs(above, Nowhere(), below)
    left = left_of(cells_of(above))
    assert cells_of([merged.pack]) == left
    assert merged.faded == (left != cells_of(above))
    under = cells_of(below)
    for kind in KINDS:
        assert fresh(merged.pack, kind) == new_in(left[kind], under[kind])
    assert merged.pack.company.tolist() == [
        sum(left["near"].get(word, {}).values()) for word in range(merged.pack.size)
    ]
    new = {kind: pairs_in(left[kind], under[kind]) for kind in KINDS}
    assert merged.pack.grown.bigrams == sum(len(context_words(k)) == 1 for k, _ in new["next"])
    assert merged.pack.grown.trigrams == sum(len(context_words(k)) == 2 for k, _ in new["next"])
    assert merged.pack.grown.pairs == sum(key <= word for key, word in new["near"])


def packs_of(
    low: Sequence[tuple[str, Source]], high: Sequence[tuple[str, Source]]
) -> tuple[list[Packed], list[Packed]]:
    """Hear texts one on another, each a layer."""
    plain: Layer | None = None
    packs: list[Packed] = []
    for text, source in (*low, *high):
        layer = Layer(plain)
        asyncio.run(layer.learn(tokens(text), source))
        packs.append(asyncio.run(packed(layer)))
        plain = layer
    return packs[: len(low)], packs[len(low) :]


def pairs_in(
    rows: Mapping[int, Mapping[int, int]], under: Mapping[int, Mapping[int, int]]
) -> list[tuple[int, int]]:
    return [(k, w) for k, row in rows.items() for w in row if w not in under.get(k, ())]


def new_in(
    rows: Mapping[int, Mapping[int, int]], under: Mapping[int, Mapping[int, int]]
) -> dict[int, int]:
    found: dict[int, int] = {}
    for key, _ in pairs_in(rows, under):
        found[key] = found.get(key, 0) + 1
    return found


@settings(max_examples=30)
@given(st.lists(st.tuples(prose, sources), min_size=4, max_size=24))
def test_what_is_left_is_whole(life: Sequence[tuple[str, Source]]) -> None:
    """No n-gram stands more often than a shorter one in it; rankings are those of the rest."""
    field = asyncio.run(lived(life))
    own = field.own
    for kind in ("next", "opening"):
        counts = {
            (context_words(key), word): row.cells[word] >> COUNT_SHIFT
            for layer in own.layers
            if not isinstance(layer, Layer)  # what was packed; nothing fades of the rest
            for key in layer.table(kind)
            if (row := layer.table(kind).get(key)) is not None
            for word in row.cells
        }
        for (context, word), units in counts.items():
            assert own.count(word) * UNITS >= units
            if len(context) == 2 and kind == "next":
                assert counts[context[1:], word] >= units
            if len(context) == 2:
                assert counts[context[:1], context[1]] >= units
    ids = range(own.size)
    scores = {i: score for i in ids if (score := center_score(own, i)) > 0}
    best = sorted(scores, key=lambda i: (-scores[i], i))[:CENTERS]
    assert [one.id for one in field.centers()] == best
    near = {i: nearness(own, i) for i in ids if is_content(own.word(i)) and nearness(own, i)}
    hubs = sorted(near.items(), key=lambda one: (-one[1], one[0]))[:HUBS]
    assert field._hubs.ordered() == hubs


async def lived(life: Sequence[tuple[str, Source]]) -> Field:
    """Hear a life; every text is packed, four layers become one."""
    field = Field(await newborn(BIRTH))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(field_module, "PACKED_FROM", 1)
        patch.setattr(stack, "PACKED_FROM", 1)
        for entry, (text, source) in enumerate(life, start=2):
            overlay = field.overlay()
            await overlay.learn(tokens(text), source)
            await field.absorb(overlay, entry)
    return field


async def test_a_thought_fades_and_what_was_said_stays() -> None:
    """Of a ring nothing is left but its words; of a reply everything."""
    life: list[tuple[str, Source]] = [
        ("The harbour sleeps under snow.", "ring"),
        ("The kettle sings at noon.", "reply"),
        *[("A cat was warm.", "observer")] * 2,  # type: ignore[list-item]
    ]
    own = (await lived(life)).own
    for first, second, stays in (("harbour", "sleeps", False), ("kettle", "sings", True)):
        one, other = own.id(first), own.id(second)
        assert one is not None
        assert other is not None
        assert own.knows("next", context_key((one,)), other) is stays
        assert own.knows("near", one, other) is stays


async def test_a_life_that_forgot_is_the_same_when_opened_again(
    make: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fading follows from what was heard: image or recount, the same turn comes next."""
    monkeypatch.setattr(field_module, "PACKED_FROM", 100 * UNITS)
    monkeypatch.setattr(stack, "PACKED_FROM", 100 * UNITS)
    faded: list[bool] = []

    def noted(own: Layer, stack: Sequence[Packed]) -> tuple[Ranking, Ranking]:
        faded.append(True)
        return ranked_anew(own, stack)

    monkeypatch.setattr(field_module, "ranked_anew", noted)
    async with make(clock=lambda: NOW) as leo:
        for prompt in TALK[:30]:
            await leo.turn(prompt)
        assert faded  # it did happen
        expected = await leo.imagine("The snow.")
    async with make(clock=lambda: NOW) as leo:
        assert (await leo.imagine("The snow.")).without_timings() == expected.without_timings()
    await forget_image(make)
    async with make(clock=lambda: NOW) as leo:
        assert (await leo.imagine("The snow.")).without_timings() == expected.without_timings()


async def forget_image(make: Open) -> None:
    """Make the next opening count everything anew."""
    async with make(clock=lambda: NOW) as leo:
        assert isinstance(leo, AsyncLeoField)
        life = leo._life
        assert life is not None
        await life.database.connection.execute("DELETE FROM image")
        life._stale = True  # closing is not to write it again
