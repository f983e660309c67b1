"""Themes: words that keep each other company, as clusters with a lasting identity.

Candidates are the content words with the most company. Each brings its strongest
neighbours; sets that overlap (Jaccard index, greedy single pass in a fixed order) become one
theme. A theme keeps its number from one renewal to the next when it keeps enough of its
words, so that it can be followed over time. Themes are renewed at fixed numbers of journal
entries, never in between.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from leo.field.centers import Ranking
from leo.field.layer import Layer
from leo.field.looks import NOTHING, Look, RowView, Shown
from leo.field.view import Ask
from leo.pace import ROWS_PER_BREATH, Pace, after_you
from leo.records import ActiveTheme, Landscape, ThemeChange
from leo.text.function_words import is_content

__all__ = [
    "CHANGES",
    "HUBS",
    "RENEW_EVERY",
    "Theme",
    "Themes",
    "clustered",
    "companies_of",
    "renewed",
]

HUBS = 96
"""Content words with the most company, from which themes are made."""

RENEW_EVERY = 8
"""Journal entries between two renewals."""

NEIGHBOURS = 16
"""Strongest neighbours that a candidate brings."""

MIN_NEIGHBOURS = 5
"""Distinct neighbours a candidate has at least."""

MIN_COMPANY = 10
"""Meetings a candidate has at least."""

JOIN = 0.4
"""Jaccard index from which a candidate joins a theme."""

SAME = 0.3
"""Jaccard index from which a renewed theme keeps its number."""

ACTIVE = 3
"""Themes that one prompt can activate."""

SWALLOWED = 0.5
"""Share of a vanished theme's words in a new one from which it merged into it."""

CHANGES = 64
"""Changes that are remembered."""

SHOWN = 5
"""Words of a theme that are shown."""


@dataclass(frozen=True, slots=True)
class Theme:
    """A cluster: its lasting number, its words (the strongest first)."""

    id: int
    words: tuple[str, ...]


class Themes:
    """The themes of a moment, with an index from word to theme.

    Parameters
    ----------
    themes
        The themes.
    next_id
        First number that was never used.
    changes
        The latest births, merges and deaths, oldest first.
    """

    def __init__(
        self,
        themes: Sequence[Theme] = (),
        next_id: int = 0,
        changes: Sequence[ThemeChange] = (),
    ) -> None:
        self.all = tuple(themes)
        self.next_id = next_id
        self.changes = tuple(changes)[-CHANGES:]
        self._of: dict[str, list[Theme]] = {}
        for theme in self.all:
            for word in theme.words:
                self._of.setdefault(word, []).append(theme)

    @property
    def landscape(self) -> Landscape:
        """What a turn may know of all themes."""
        return Landscape(len(self.all), self.changes)

    def theme_of(self, word: str) -> int | None:
        """Give the number of the first theme a word belongs to, ``None`` if it has none."""
        return self._of[word][0].id if word in self._of else None

    def active(self, heard: Iterable[str]) -> tuple[ActiveTheme, ...]:
        """Tell which themes a token list touches: one point per occurrence, the top three."""
        scores: dict[int, float] = {}
        touched: dict[int, Theme] = {}
        for word in heard:
            for theme in self._of.get(word, ()):
                scores[theme.id] = scores.get(theme.id, 0.0) + 1.0
                touched[theme.id] = theme
        best = sorted(scores, key=lambda id_: (-scores[id_], id_))[:ACTIVE]
        return tuple(ActiveTheme(id_, scores[id_], touched[id_].words[:SHOWN]) for id_ in best)


async def renewed(
    old: Themes, layer: Layer, hubs: Ranking, pace: Pace | None = None, *, entry: int = 0
) -> Themes:
    """Cluster anew from the field as it is, keeping the numbers of themes that live on.

    Parameters
    ----------
    old
        The themes until now.
    layer, hubs
        The field, and its words with the most company.
    entry
        Journal entry after which this happens; 0 at birth, which is no change.
    """
    pace = pace or Pace(ROWS_PER_BREATH)
    companies: list[tuple[str, ...]] = []
    for id_, _ in hubs.ordered():
        companies.append(_company(layer, id_, layer.look_now(Ask("near", (id_,)))))
        if pace.spent(NEIGHBOURS):
            await pace.breathe()
    return await clustered(old, companies, pace, entry=entry)


def companies_of(layer: Layer, hubs: Ranking) -> list[tuple[str, ...]]:
    """Give the company of each hub, in a thread of its own.

    The layer must be nobody else's. What is looked at is not kept: the layer below it is looked at
    by others meanwhile.
    """
    companies: list[tuple[str, ...]] = []
    for id_, _ in hubs.ordered():
        found = (one.table("near").get(id_) for one in layer.layers)
        rows: list[Shown] = [row for row in found if row is not None]
        look = Look(rows, layer.branches("near", id_)) if rows else NOTHING
        companies.append(_company(layer, id_, look.view))
        after_you()
    return companies


async def clustered(
    old: Themes, companies: Sequence[tuple[str, ...]], pace: Pace, *, entry: int = 0
) -> Themes:
    """Make themes of hubs and their company, as `renewed` does.

    Parameters
    ----------
    old, entry
        As there.
    companies
        Words, the hub first; empty for one that has too little company.
    """
    candidates = [company for company in companies if company]
    clusters: list[tuple[str, ...]] = []
    while candidates:
        words = dict.fromkeys(candidates[0])
        left: list[tuple[str, ...]] = []
        for other in candidates[1:]:
            if pace.spent():
                await pace.breathe()
            shared = len(words.keys() & other)
            if shared and shared / (len(words) + len(other) - shared) >= JOIN:
                words |= dict.fromkeys(other)
            else:
                left.append(other)
        clusters.append(tuple(words))
        candidates = left
    themes = await _numbered(old, clusters, pace)
    changes = await _changes(old, themes, entry, pace) if entry else ()
    return Themes(themes, _next_id(old, themes), (*old.changes, *changes))


def _company(layer: Layer, id_: int, row: RowView) -> tuple[str, ...]:
    if row.kinds < MIN_NEIGHBOURS or row.total < MIN_COMPANY:
        return ()
    near = row.ids[np.lexsort((row.ids, -row.units))].tolist()
    words = (layer.word(other) for other in near if other != id_)
    content = itertools.islice(filter(is_content, words), NEIGHBOURS)
    return (layer.word(id_), *content)


def _overlap(one: Iterable[str], other: Iterable[str]) -> float:
    a, b = set(one), set(other)
    return len(a & b) / len(a | b)


async def _numbered(old: Themes, clusters: Sequence[tuple[str, ...]], pace: Pace) -> list[Theme]:
    sets = [frozenset(words) for words in clusters]
    matches: list[tuple[float, int, int]] = []
    for theme in old.all:
        before = frozenset(theme.words)
        matches += (
            (-_overlap(before, sets[i]), theme.id, i)
            for i, words in enumerate(clusters)
            if theme.words[0] in sets[i] or words[0] in before
        )
        await pace.spend(len(clusters))
    matches.sort()
    number: dict[int, int] = {}
    for overlap, id_, i in matches:
        if -overlap >= SAME and i not in number and id_ not in number.values():
            number[i] = id_
    next_id = old.next_id
    themes: list[Theme] = []
    for i, words in enumerate(clusters):
        if i not in number:
            number[i], next_id = next_id, next_id + 1
        themes.append(Theme(number[i], words))
    return themes


def _next_id(old: Themes, themes: Sequence[Theme]) -> int:
    return max([old.next_id, *(theme.id + 1 for theme in themes)])


async def _changes(
    old: Themes, new: Sequence[Theme], entry: int, pace: Pace
) -> tuple[ThemeChange, ...]:
    before, now = {theme.id for theme in old.all}, {theme.id for theme in new}
    gone: list[ThemeChange] = []
    for theme in old.all:
        if theme.id not in now:
            gone.append(_parting(theme, new, entry))
            await pace.spend(len(new))
    born = [
        ThemeChange(entry, "born", theme.id, None, theme.words[:SHOWN])
        for theme in new
        if theme.id not in before
    ]
    return (*gone, *born)


def _parting(theme: Theme, new: Sequence[Theme], entry: int) -> ThemeChange:
    """Tell whether a theme died, or which one took it in."""
    words = set(theme.words)
    shares = [(len(words.intersection(other.words)) / len(words), -other.id) for other in new]
    share, heir = max(shares, default=(0.0, 0))
    if share < SWALLOWED:
        return ThemeChange(entry, "died", theme.id, None, theme.words[:SHOWN])
    return ThemeChange(entry, "merged", theme.id, -heir, theme.words[:SHOWN])
