"""Looking through layers, and counting laws that hold for any text."""

import asyncio
import itertools
from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.field.layer import FORMS, WINDOW, Layer
from leo.field.looks import RowView
from leo.field.rows import TOP, UNITS, count_of, sources_of
from leo.field.view import Ask
from leo.pace import on_breath
from leo.records import Growth
from leo.testing import toy_field
from leo.text.tokens import is_word, tokens
from tests.field.test_layer import contents
from tests.strategies import prose, scripts

KINDS = ("next", "opening", "near")


def run(*parts: list[str]) -> Layer:
    """Count each list of texts into a layer of its own, one on top of the other."""

    async def build() -> Layer:
        layer = Layer()
        for i, part in enumerate(parts):
            layer = Layer(layer) if i else layer
            for text in part:
                await layer.learn(tokens(text), "origin")
        return layer

    return asyncio.run(build(), debug=True)


def counts(view: RowView) -> dict[int, float]:
    """Give the counts of a view."""
    return {id_: count_of(cell) for id_, cell in view.cells.items()}


@given(scripts, scripts, scripts)
def test_three_layers_look_like_one(one: list[str], two: list[str], three: list[str]) -> None:
    """However a life is cut into layers, every question has the same answer."""
    layered, flat = run(one, two, three), run(one + two + three)
    asks: list[tuple[int, ...]] = [(id_,) for id_ in range(flat.size)]
    asks += list(itertools.product(range(min(6, flat.size)), repeat=2))
    for words, kind in itertools.product(asks, KINDS):
        if kind == "near" and len(words) > 1:
            continue
        seen, whole = (layer.look_now(Ask(kind, words)) for layer in (layered, flat))  # type: ignore[arg-type]
        assert counts(seen) == counts(whole)
        assert (seen.total, seen.kinds) == (whole.total, whole.kinds)
    assert [layered.form(id_) for id_ in range(flat.size)] == [
        flat.form(id_) for id_ in range(flat.size)
    ]


@given(prose)
def test_new_words_count_double_at_their_first_meeting(text: str) -> None:
    """In an empty field the pairs are twice the neighbours, and one more per distinct pair."""
    heard = [token.word for token in tokens(text) if is_word(token.word)]
    met = [
        (heard[i], heard[i + d])
        for d in range(1, WINDOW + 1)
        for i in range(max(0, len(heard) - d))
    ]
    distinct = {pair for a, b in met for pair in ((a, b), (b, a))}
    near = run([text]).near

    assert sum(row.total for _, row in near.items()) / UNITS == 2 * len(met) + len(distinct)


@given(prose)
def test_rows_count_what_was_heard(text: str) -> None:
    """Bigrams and trigrams are those of the token list, marks included."""
    heard = [token.word for token in tokens(text)]
    layer = run([text])
    for n, expected in (
        (1, Counter(itertools.pairwise(heard))),
        (2, Counter(zip(heard, heard[1:], heard[2:], strict=False))),
    ):
        found: dict[tuple[str, ...], float] = defaultdict(float)
        for context in {tuple(heard[i : i + n]) for i in range(len(heard))}:
            ids = tuple(id_ for word in context if (id_ := layer.id(word)) is not None)
            if len(ids) == n:
                for id_, count in counts(layer.look_now(Ask("next", ids))).items():
                    found[(*context, layer.word(id_))] += count
        assert found == expected


@given(scripts)
def test_growth_tells_what_is_new(texts: list[str]) -> None:
    """The totals are the numbers of words, distinct bigrams, trigrams and unordered pairs."""
    layer = run(texts)
    single = sum(len(row.cells) for key, row in layer.after.items() if key < 1 << 32)
    double = sum(len(row.cells) for key, row in layer.after.items() if key >= 1 << 32)
    pairs = {tuple(sorted((one, other))) for one, row in layer.near.items() for other in row.cells}

    assert layer.totals == Growth(
        sum(len(tokens(text)) for text in texts), len(layer.words), single, double, len(pairs)
    )
    assert layer.heard == sum(layer.seen.values()) / UNITS == layer.totals.tokens


async def test_ngrams_never_run_from_one_text_into_the_next() -> None:
    """The last word of a text is not followed by the first of the next."""
    layer = await toy_field("the lamp", "moon light")
    lamp, moon = layer.id("lamp"), layer.id("moon")
    assert lamp is not None
    assert moon is not None

    assert layer.look_now(Ask("next", (lamp,), frozenset({moon}))).cells == {}
    assert layer.look_now(Ask("near", (lamp,), frozenset({moon}))).cells.keys() == {layer.id("the")}


async def test_sources_of_all_layers_are_told() -> None:
    """A pair that two heard from two people knows both."""
    below = await toy_field("red boat", source="book")
    above = Layer(below)
    await above.learn(tokens("red boat"), "observer")
    red, boat = above.id("red"), above.id("boat")
    assert red is not None
    assert boat is not None
    cell = above.look_now(Ask("next", (red,))).cells[boat]

    assert (count_of(cell), sources_of(cell)) == (2, ("observer", "book"))


async def test_a_layer_below_is_never_written() -> None:
    """Counting on top leaves everything below as it was."""
    below = await toy_field("the red boat. The red lamp.")
    before = repr(contents(below))
    above = Layer(below)
    await above.learn(tokens("The red boat and the new moon."), "observer")

    assert repr(contents(below)) == before
    assert above.words == ["and", "new", "moon"]


async def test_a_view_is_bounded() -> None:
    """A context with thousands of continuations shows at most the strongest of each layer."""
    below = await toy_field(*[f"the a{i}" for i in range(2 * TOP)])
    above = Layer(below)
    for i in range(2 * TOP):
        await above.learn(tokens(f"the b{i}"), "observer")
    the = above.id("the")
    assert the is not None
    view = above.look_now(Ask("next", (the,)))

    assert len(view.cells) == 2 * TOP
    assert (view.total, view.kinds) == (4 * TOP, 4 * TOP)
    assert list(view.cells) == sorted(view.cells)


async def test_an_unknown_context_is_empty_and_an_unknown_id_an_error() -> None:
    """Asking for what was never heard gives nothing; asking for no word at all fails."""
    layer = await toy_field("red boat")

    assert layer.id("zebra") is None
    assert await layer.look([Ask("next", (7,)), Ask("near", (7, 8))]) == (
        RowView.of(0, 0, {}),
        RowView.of(0, 0, {}),
    )
    with pytest.raises(LookupError):
        layer.word(7)


async def test_answers_come_in_the_order_of_the_questions() -> None:
    """A batch is answered in order, also when a question comes twice."""
    layer = await toy_field("red boat", "blue moon")
    asks = [Ask("next", (i,)) for i in (2, 0, 2)]

    assert await layer.look(asks) == tuple(layer.look_now(ask) for ask in asks)


async def test_forms_are_bounded() -> None:
    """No word is remembered in more written forms than documented, the usual one wins."""
    forms = ["".join(one) for one in itertools.product("aA", "bB", "cC", "dD")]
    layer = await toy_field("x ABCD ABCD " + " ".join(forms))
    abcd = layer.id("abcd")
    assert abcd is not None

    assert len(layer.forms[abcd]) == FORMS
    assert layer.form(abcd) == "ABCD"


@given(st.lists(st.sampled_from(["Leo", "leo", "LEO"]), min_size=1, max_size=9))
def test_the_usual_form_wins_and_ties_are_settled(forms: list[str]) -> None:
    """The most frequent form, and among equals always the same one, in any order of hearing."""
    heard = Counter(forms)
    expected = min(heard, key=lambda form: (-heard[form], form))
    layers = [run(["so " + " ".join(order)]) for order in (forms, forms[::-1])]

    assert [layer.form(1) for layer in layers] == [expected, expected]


async def test_counting_lets_the_loop_breathe() -> None:
    """No stretch of counting or absorbing is longer than stated."""
    told: list[int] = []
    on_breath.set(told.append)
    own = await toy_field("the red boat and the moon " * 200)
    overlay = Layer(own)
    await overlay.learn(tokens(" ".join(f"word{i}" for i in range(1000))), "book")
    await own.absorb(overlay)

    assert len(told) > 1200 * 2 // 256
    assert max(told) < 512


async def test_a_thought_weighs_a_quarter() -> None:
    """A ring or a dream counts a quarter of what is heard, in every order, and keeps its source."""
    heard, thought = await toy_field("the moon sang"), Layer()
    await thought.learn(tokens("the moon sang"), "ring")
    moon = thought.id("moon")
    assert moon is not None

    assert thought.totals == heard.totals
    assert thought.heard == heard.heard / 4
    assert thought.count(moon) == heard.count(moon) / 4 == 0.25
    for ask in (Ask("next", (moon,)), Ask("near", (moon,)), Ask("next", (0, moon))):
        seen, whole = thought.look_now(ask), heard.look_now(ask)
        assert seen.total == whole.total / 4 > 0
        assert {k: 4 * v for k, v in counts(seen).items()} == counts(whole)
        assert all(sources_of(cell) == ("ring",) for cell in seen.cells.values())
