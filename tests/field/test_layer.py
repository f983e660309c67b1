"""Layers: the laws of counting, and that layers on top of each other are one field."""

import asyncio
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from leo.field.layer import Layer, context_key
from leo.field.rows import TOP, UNITS, RowTable, bit, count_of, sources_of
from leo.field.view import Ask
from leo.records import Growth
from leo.testing import toy_field
from leo.text.tokens import is_word, tokens
from tests.helpers import nearness
from tests.strategies import prose, scripts


def contents(layer: Layer) -> Any:
    """Give everything a layer counts, whatever the order of its dictionaries."""

    def rows(table: RowTable) -> Any:
        return {key: (row.cells, row.total, sorted(row.top or ())) for key, row in table.items()}

    tables = [rows(layer.table(kind)) for kind in ("next", "opening", "near")]
    return (layer.words, layer.seen, layer.starts, layer.forms, tables, layer.kinds, layer.grown)


def grow(texts: list[str]) -> Layer:
    """Count texts into an empty layer."""
    return asyncio.run(toy_field(*texts), debug=True)


def pair(layer: Layer, one: str, other: str) -> float:
    """Give how often two words stood near each other."""
    ids = layer.id(one), layer.id(other)
    if ids[0] is None or ids[1] is None:
        return 0
    row = layer.look_now(Ask("near", (ids[0],), frozenset({ids[1]})))
    return count_of(row.cells.get(ids[1], 0))


@given(prose)
def test_ngram_counts_add_up(text: str) -> None:
    """n tokens make n-1 bigrams and n-2 trigrams."""
    layer, n = grow([text]), len(tokens(text))
    single = sum(row.total for key, row in layer.after.items() if key < 1 << 32) / UNITS
    double = sum(row.total for key, row in layer.after.items() if key >= 1 << 32) / UNITS

    assert (single, double) == (max(0, n - 1), max(0, n - 2))


@given(scripts)
def test_nearness_is_symmetric(texts: list[str]) -> None:
    """Whatever was heard, a stands near b as often as b near a."""
    near = grow(texts).near
    for one, row in near.items():
        for other, cell in row.cells.items():
            assert near.cells[other][one] == cell


@given(prose)
def test_nearness_of_known_words_adds_up(text: str) -> None:
    """Without new words the pairs are twice the neighbours within the window."""

    async def twice() -> tuple[float, float]:
        layer = await toy_field(text)
        before = sum(row.total for _, row in layer.near.items()) / UNITS
        await layer.learn(tokens(text), "origin")
        return before, sum(row.total for _, row in layer.near.items()) / UNITS

    before, after = asyncio.run(twice(), debug=True)
    n = sum(is_word(token.word) for token in tokens(text))
    assert after - before == 2 * sum(max(0, n - d) for d in range(1, 6))


async def test_a_first_meeting_with_a_new_word_counts_double() -> None:
    """New words get a hold: their first meeting counts two, known words' meetings one."""
    layer = await toy_field("cat dog")
    assert pair(layer, "cat", "dog") == 2
    await layer.learn(tokens("cat dog"), "origin")
    assert pair(layer, "cat", "dog") == 3
    await layer.learn(tokens("cat moon"), "origin")
    assert pair(layer, "cat", "moon") == 2
    layer = await toy_field("cat", "dog")
    await layer.learn(tokens("dog cat"), "origin")
    assert pair(layer, "cat", "dog") == 1


@given(prose, prose)
def test_the_order_of_texts_does_not_change_ngrams(one: str, other: str) -> None:
    """Two texts count the same n-grams in either order."""

    def ngrams(layer: Layer) -> dict[tuple[str, ...], float]:
        found: dict[tuple[str, ...], float] = {}
        for key, row in layer.after.items():
            ids = (key,) if key < 1 << 32 else ((key >> 32) - 1, key & 0xFFFFFFFF)
            for word, cell in row.cells.items():
                found[tuple(map(layer.word, (*ids, word)))] = count_of(cell)
        return found

    assert ngrams(grow([one, other])) == ngrams(grow([other, one]))


async def test_nothing_is_learned_from_nothing() -> None:
    """An empty text leaves no trace."""
    layer = Layer()

    assert await layer.learn(tokens("  "), "origin") == Growth()
    assert contents(layer) == contents(Layer())


@given(scripts, scripts)
def test_layers_together_are_one_field(below: list[str], above: list[str]) -> None:
    """Looking through a layer at the one below gives what one layer would have counted."""

    async def both() -> tuple[Layer, Layer]:
        base = await toy_field(*below)
        upper = Layer(base)
        for text in above:
            await upper.learn(tokens(text), "origin")
        return upper, await toy_field(*below, *above)

    layered, flat = asyncio.run(both(), debug=True)
    assert (layered.size, layered.totals) == (flat.size, flat.totals)
    for id_ in range(flat.size):
        assert layered.word(id_) == flat.word(id_)
        assert layered.id(flat.word(id_)) == id_
        assert layered.count(id_) == flat.count(id_)
        assert layered.opened(id_) == flat.opened(id_)
        assert nearness(layered, id_) == nearness(flat, id_)
        for kind in ("next", "opening"):
            assert layered.look_now(Ask(kind, (id_,))) == flat.look_now(Ask(kind, (id_,)))
        seen, whole = layered.look_now(Ask("near", (id_,))), flat.look_now(Ask("near", (id_,)))
        assert {k: count_of(v) for k, v in seen.cells.items()} == {
            k: count_of(v) for k, v in whole.cells.items()
        }


@given(scripts, scripts)
def test_absorbing_is_learning(before: list[str], turn: list[str]) -> None:
    """A layer that takes over an overlay equals one that heard it all itself."""

    async def both() -> tuple[Layer, Layer]:
        own = await toy_field(*before)
        overlay = Layer(own)
        for text in turn:
            await overlay.learn(tokens(text), "observer")
        await own.absorb(overlay)
        other = await toy_field(*before)
        for text in turn:
            await other.learn(tokens(text), "observer")
        return own, other

    absorbed, heard = asyncio.run(both(), debug=True)
    assert contents(absorbed) == contents(heard)


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 3)), max_size=400))
def test_the_strongest_are_exact(counted: list[tuple[int, int]]) -> None:
    """A row's strongest words are those that sorting gives, in every history."""
    table = RowTable()
    for word, count in counted:
        table.add(7, word, count, bit("book"))
    row = table.get(7)
    if row is None:
        assert not counted
        return
    cells = row.cells
    expected = sorted(cells, key=lambda word: (-count_of(cells[word]), word))[:TOP]

    assert row.strongest()[0].tolist() == sorted(expected)
    assert row.strongest()[1].tolist() == [row.cells[word] for word in sorted(expected)]
    assert row.total == sum(count for _, count in counted)


def test_a_cell_knows_its_sources() -> None:
    """Counts add up, and every source stays."""
    table = RowTable()
    table.add(7, 3, 2 * UNITS, bit("observer"))
    table.add(7, 3, UNITS, bit("reply"))

    assert count_of(table.cells[7][3]) == 3
    assert sources_of(table.cells[7][3]) == ("observer", "reply")


def test_contexts_never_collide() -> None:
    """A word's key and a pair's key are different, for any ids."""
    keys = {context_key((a,)) for a in range(50)}
    pairs = {context_key((a, b)) for a in range(50) for b in range(50)}

    assert len(pairs) == 2500
    assert keys & pairs == set()


async def test_rare_words_are_found_when_asked_for_by_name() -> None:
    """A row shows its strongest words, and any word that is wanted."""
    layer = await toy_field(" ".join(f"the thing{i}" for i in range(100)), "the zebra")
    the, zebra = layer.id("the"), layer.id("zebra")
    assert the is not None
    assert zebra is not None

    assert zebra not in layer.look_now(Ask("next", (the,))).cells
    assert zebra in layer.look_now(Ask("next", (the,), frozenset({zebra}))).cells
    assert layer.look_now(Ask("next", (the,))).kinds == 101


async def test_the_usual_form_is_how_a_word_is_mostly_written() -> None:
    """Forms inside sentences are counted; a capital at the beginning says nothing."""
    layer = await toy_field("The name is Leo. Leo met LEO and Leo.", "The red boat.")
    leo, the = layer.id("leo"), layer.id("the")
    assert leo is not None
    assert the is not None

    assert layer.form(leo) == "Leo"
    assert layer.form(the) == "the"


async def test_openings_are_known_two_words_deep() -> None:
    """How sentences go on is counted from their first and their first two words."""
    layer = await toy_field("The cat sat. The cat ran away. A cat sat.")
    the, cat = layer.id("the"), layer.id("cat")
    assert the is not None
    assert cat is not None
    row = layer.look_now(Ask("opening", (the, cat)))

    assert {layer.word(id_) for id_ in row.cells} == {"sat", "ran"}
    assert layer.look_now(Ask("opening", (cat,))).cells == {}
