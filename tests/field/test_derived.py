"""Centers and themes: what follows from the counts."""

import asyncio
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from leo.field.base import Base
from leo.field.centers import Ranking, center_score
from leo.field.field import Field, newborn
from leo.field.layer import Layer
from leo.field.themes import (
    CHANGES,
    HUBS,
    RENEW_EVERY,
    Theme,
    Themes,
    clustered,
    companies_of,
    renewed,
)
from leo.pace import Pace
from leo.records import Landscape, ThemeChange
from leo.testing import toy_field
from leo.text.birth import DEFAULT_BIRTH
from leo.text.tokens import is_word, tokens
from tests.helpers import nearness


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 5)), max_size=200))
def test_a_ranking_is_exact(raised: list[tuple[int, int]]) -> None:
    """With scores that only grow, the ranking is what sorting all of them gives."""
    ranking, scores = Ranking(10), dict[int, float]()
    for id_, more in raised:
        scores[id_] = scores.get(id_, 0) + more
        ranking.put(id_, scores[id_])

    assert ranking.ordered() == sorted(scores.items(), key=lambda one: (-one[1], one[0]))[:10]


async def test_centers_open_sentences_and_lead_on() -> None:
    """A center opened sentences; marks and words that never opened one score nothing."""
    layer = await toy_field("The cat sat. The dog ran. A cat. The moon.")
    scores = {layer.word(i): center_score(layer, i) for i in range(layer.size)}

    assert max(scores, key=lambda word: scores[word]) == "the"
    assert [word for word, score in scores.items() if score] == ["the", "a"]


async def test_a_newborns_centers_are_words() -> None:
    """There are centers from birth, none of them a mark, strongest first."""
    centers = Field(await newborn(DEFAULT_BIRTH)).centers()

    assert len(centers) == 48
    assert all(is_word(center.word) for center in centers)
    assert [c.score for c in centers] == sorted((c.score for c in centers), reverse=True)


async def _themes(layer: Layer, old: Themes) -> Themes:
    hubs = Ranking(HUBS)
    for id_ in layer.near:
        hubs.put(id_, nearness(layer, id_))
    return await renewed(old, layer, hubs)


KITCHEN = "bread kitchen table butter grandmother oven"
HARBOUR = "boat harbour water anchor sailor wave"
BOTH = (*KITCHEN.split(), *HARBOUR.split())


async def test_themes_are_words_that_keep_company() -> None:
    """Words that never meet are in different themes."""
    layer = await toy_field(*[KITCHEN, HARBOUR] * 3)
    themes = await _themes(layer, Themes())

    assert len(themes.all) == 2
    assert [set(theme.words) for theme in themes.all] == [
        set(KITCHEN.split()),
        set(HARBOUR.split()),
    ]


async def test_a_theme_keeps_its_number() -> None:
    """A theme that lives on has the same number; a new one gets a number never used."""
    layer = await toy_field(*[KITCHEN, HARBOUR] * 3)
    old = await _themes(layer, Themes())
    names = {theme.words[0]: theme.id for theme in old.all}
    for _ in range(9):
        await layer.learn(tokens("snow winter ice sledge frost mitten"), "observer")
        await layer.learn(tokens(f"{HARBOUR} lighthouse"), "observer")
    new = await _themes(layer, old)

    number = {word: theme.id for theme in new.all for word in theme.words}
    assert number["bread"] == names["bread"]
    assert number["boat"] == names["boat"]
    assert number["snow"] == old.next_id


async def test_active_themes_are_scored_by_occurrence() -> None:
    """Each occurrence counts one; at most three themes are active."""
    layer = await toy_field(*[KITCHEN, HARBOUR] * 3)
    themes = await _themes(layer, Themes())
    active = themes.active(["boat", "bread", "boat", "unknown"])

    assert [(theme.words[0], theme.score) for theme in active] == [("boat", 2.0), ("bread", 1.0)]
    assert themes.active(["unknown"]) == ()


async def test_themes_change_only_at_their_numbers() -> None:
    """Between two renewals themes stay, whatever is heard."""
    field = Field(await newborn(None))
    for entry in range(1, 2 * RENEW_EVERY + 1):
        overlay = field.overlay()
        await overlay.learn(tokens(f"{KITCHEN} {HARBOUR} word{entry}"), "observer")
        before = field.themes
        await field.absorb(overlay, entry)
        assert (field.themes is before) == (entry % RENEW_EVERY != 0)


def test_a_newborn_is_the_same_under_every_hash_seed() -> None:
    """Nothing of what follows from the birth texts depends on the order of a set."""
    code = (
        "import asyncio\n"
        "from leo.field.field import Field, newborn\n"
        "from leo.text.birth import DEFAULT_BIRTH\n"
        "field = Field(asyncio.run(newborn(DEFAULT_BIRTH)))\n"
        "print(field.centers(), [(t.id, t.words) for t in field.themes.all])\n"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(told) == 1
    assert len(told.pop()) > 1000


async def _next(layer: Layer, old: Themes, entry: int) -> Themes:
    hubs = Ranking(HUBS)
    for id_ in layer.near:
        hubs.put(id_, nearness(layer, id_))
    return await renewed(old, layer, hubs, entry=entry)


async def test_births_are_told_and_birth_itself_is_not() -> None:
    """A theme that is new at a renewal is told with its entry; those of the first day are not."""
    layer = await toy_field(*[KITCHEN, HARBOUR] * 3)
    old = await _next(layer, Themes(), 0)
    for _ in range(9):
        await layer.learn(tokens("snow winter ice sledge frost mitten"), "observer")
    new = await _next(layer, old, 8)

    assert old.changes == ()
    [born] = new.changes
    assert (born.entry, born.what, born.id, born.into) == (8, "born", old.next_id, None)
    assert "snow" in born.words
    assert new.landscape == Landscape(3, new.changes)


async def test_a_theme_that_is_taken_in_merged_and_one_that_vanished_died() -> None:
    """A vanished theme whose words stand in another one merged into it; else it died."""
    layer = await toy_field(*[f"{KITCHEN} {HARBOUR}"] * 3)
    kept = Theme(4, tuple(KITCHEN.split()))
    old = Themes([kept, Theme(5, ("water", "anchor", "sailor", "wave")), Theme(6, ("fog",))], 7)
    new = await _next(layer, old, 16)

    assert [theme.id for theme in new.all] == [4]
    assert [(change.what, change.id, change.into) for change in new.changes] == [
        ("merged", 5, 4),
        ("died", 6, None),
    ]


async def test_only_the_latest_changes_are_remembered() -> None:
    """However long a life, the changes that are handed on are bounded."""
    changes = [ThemeChange(i, "died", i, None, ()) for i in range(3 * CHANGES)]

    assert Themes(changes=changes).changes == tuple(changes[-CHANGES:])


async def test_the_company_of_hubs_is_the_same_looked_at_apart() -> None:
    """Themes of a life that is all packed, made in a thread; what others look at is left alone."""
    first = await newborn(DEFAULT_BIRTH)
    field = Field(first)
    text = " ".join(f"The {one} saw the {other}." for one in KITCHEN.split() for other in BOTH)
    await field.take_in(await field.count(text * 9, "book"), 2, last=True)
    hubs, at_hand = field._hubs, list(first.layer._looks._kept)

    own = Layer(first.layer, Base(field.packs))
    apart = await asyncio.to_thread(companies_of, own, hubs)

    assert list(first.layer._looks._kept) == at_hand
    anew = await renewed(field.themes, field.own, hubs, entry=8)
    made = await clustered(field.themes, apart, Pace(1), entry=8)
    assert (made.all, made.next_id, made.changes) == (anew.all, anew.next_id, anew.changes)
    assert made.all != first.themes.all
