"""A field over many journal entries: the same however it was put together."""

import asyncio
import subprocess
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from leo.field.centers import CENTERS, Center, Ranking, center_score
from leo.field.field import Field, newborn
from leo.field.layer import Layer
from leo.field.themes import ACTIVE, RENEW_EVERY, SHOWN, Theme, Themes
from leo.text.birth import DEFAULT_BIRTH, Birth
from leo.text.function_words import is_content
from leo.text.tokens import is_word, tokens
from tests.field.test_layer import contents
from tests.strategies import prose

BIRTH = Birth("t", (("origin", "The moon is in the garden."), ("book", "A cat. The cat was warm.")))

company = st.lists(
    st.sampled_from("bread oven table butter boat harbour anchor wave sail snow ice frost".split()),
    min_size=4,
    max_size=12,
).map(" ".join)
lives = st.lists(st.one_of(prose, company), min_size=1, max_size=3 * RENEW_EVERY)


async def live(field: Field, texts: list[str], first: int = 2) -> None:
    """Take one text per journal entry into a field."""
    for entry, text in enumerate(texts, start=first):
        overlay = field.overlay()
        await overlay.learn(tokens(text), "observer")
        await field.absorb(overlay, entry)


@settings(max_examples=25)
@given(lives, st.integers(0, 24))
def test_restoring_an_image_is_having_lived(texts: list[str], cut: int) -> None:
    """A field put back at any entry and lived on is the field that was never interrupted."""

    async def both() -> tuple[Field, Field]:
        first = await newborn(BIRTH)
        whole, begun, again = Field(first), Field(first), Field(first)
        await live(whole, texts)
        await live(begun, texts[:cut])
        again.restore(await begun.kept())
        await live(again, texts[cut:], first=2 + len(texts[:cut]))
        return whole, again

    whole, again = asyncio.run(both(), debug=True)
    assert contents(again.own) == contents(whole.own)
    assert again.centers() == whole.centers()
    assert (again.themes.all, again.themes.next_id) == (whole.themes.all, whole.themes.next_id)
    assert again.totals == whole.totals


@settings(max_examples=25)
@given(lives)
def test_centers_are_the_best_words_of_all(texts: list[str]) -> None:
    """The incremental pool is what scoring every word of the field gives, older word first."""

    async def lived() -> Field:
        field = Field(await newborn(BIRTH))
        await live(field, texts)
        return field

    field = asyncio.run(lived(), debug=True)
    scores = {id_: center_score(field.own, id_) for id_ in range(field.own.size)}
    best = sorted((id_ for id_ in scores if scores[id_] > 0), key=lambda id_: (-scores[id_], id_))

    assert field.centers() == tuple(
        Center(id_, field.own.word(id_), scores[id_]) for id_ in best[:CENTERS]
    )
    assert all(is_word(center.word) for center in field.centers())


@settings(max_examples=25)
@given(lives)
def test_themes_are_sound(texts: list[str]) -> None:
    """Themes have numbers of their own below the next one, and content words only, each once."""

    async def lived() -> Field:
        field = Field(await newborn(None))
        await live(field, texts, first=1)
        return field

    themes = asyncio.run(lived(), debug=True).themes
    numbers = [theme.id for theme in themes.all]
    assert len(set(numbers)) == len(numbers)
    assert all(0 <= number < themes.next_id for number in numbers)
    for theme in themes.all:
        assert len(set(theme.words)) == len(theme.words)
        assert all(is_content(word) for word in theme.words)


async def test_two_leos_of_one_birth_share_nothing_but_it() -> None:
    """What one lives through, the other's field and the newborn itself never hear."""
    first = await newborn(BIRTH)
    before, one, other = repr(contents(first.layer)), Field(first), Field(await newborn(BIRTH))
    await live(one, ["The zebra ran."] * RENEW_EVERY)

    assert first is await newborn(BIRTH)
    assert repr(contents(first.layer)) == before
    assert other.own.id("zebra") is None
    assert [center.word for center in other.centers()] == ["the", "a"]


async def test_no_birth_is_an_empty_field_of_its_own() -> None:
    """Without texts a newborn knows nothing, each time anew."""
    one, other = await newborn(None), await newborn(None)

    assert one is not other
    assert Field(one).centers() == ()
    assert contents(one.layer) == contents(Layer())


def test_equal_scores_go_to_the_older_word() -> None:
    """Ties are settled by the word's age, whatever the order in which they came."""
    for order in ([5, 1, 9, 3], [9, 5, 3, 1]):
        ranking = Ranking(2)
        for id_ in order:
            ranking.put(id_, 1.0)
        assert ranking.ordered() == [(1, 1.0), (3, 1.0)]


def test_a_copy_of_a_ranking_is_independent() -> None:
    """Entering into a copy leaves the first as it was; a score of nothing is not entered."""
    first = Ranking(2, {1: 1.0})
    copy = first.copy()
    copy.put(2, 5.0)
    copy.put(3, 0.0)

    assert first.ordered() == [(1, 1.0)]
    assert copy.ordered() == [(2, 5.0), (1, 1.0)]


def test_at_most_three_themes_are_active() -> None:
    """The most touched ones, ties to the older theme, with their first words."""
    themes = Themes(
        [Theme(i, (f"w{i}", "all", *(f"x{i}{j}" for j in range(9)))) for i in (4, 2, 7, 9)], 10
    )
    active = themes.active(["all", "w9", "w7", "w7", "."])

    assert [(theme.id, theme.score) for theme in active] == [(7, 3.0), (9, 2.0), (2, 1.0)]
    assert len(active) == ACTIVE
    assert active[2].words == ("w2", "all", "x20", "x21", "x22")
    assert len(active[2].words) == SHOWN


NEWBORN = """
import asyncio, hashlib
from leo.field.field import newborn
from leo.text.birth import DEFAULT_BIRTH
born = asyncio.run(newborn(DEFAULT_BIRTH))
layer = born.layer
told = [layer.words, list(layer.seen.items()), list(layer.starts.items()), layer.forms, layer.kinds]
for kind in ("next", "opening", "near"):
    told += [(k, list(r.cells.items()), r.top, r.total) for k, r in layer.table(kind).items()]
told += [list(born.centers.scores.items()), list(born.hubs.scores.items())]
told += [(theme.id, theme.words) for theme in born.themes.all]
print(hashlib.blake2b(repr(told).encode()).hexdigest(), len(told) > 3000)
"""


def test_every_count_of_a_newborn_is_the_same_under_every_hash_seed() -> None:
    """Words, rows and even the order inside the tables follow from the texts alone."""
    told = {
        subprocess.run(
            [sys.executable, "-c", NEWBORN],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(told) == 1
    assert told.pop().split()[1] == "True"


async def test_a_newborn_has_themes_to_touch() -> None:
    """The birth texts form themes, and ordinary prompts reach some of them."""
    themes = (await newborn(DEFAULT_BIRTH)).themes
    touched = themes.active(["lamp", "kitchen", "moon", "boat"])

    assert len(themes.all) > 10
    assert 1 <= len(touched) <= ACTIVE
