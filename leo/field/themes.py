"""Themes: words that keep each other company, as clusters with a lasting identity.

Candidates are the content words with the most company. Each brings its strongest
neighbours; sets that overlap (Jaccard index, greedy single pass in a fixed order) become one
theme. A theme keeps its number from one renewal to the next when it keeps enough of its
words, so that it can be followed over time. Themes are renewed at fixed numbers of journal
entries, never in between.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from leo.field.centers import Ranking
from leo.field.layer import Layer
from leo.field.looks import RowView, Shown, unkept
from leo.field.view import Ask
from leo.pace import ROWS_PER_BREATH, Pace, after_you
from leo.records import ActiveTheme, Landscape, ThemeChange

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
        if rows:
            companies.append(_company(layer, id_, unkept(rows, layer.branches("near", id_))))
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
    clusters = await _joined([company for company in companies if company], pace)
    themes = await _numbered(old, clusters, pace)
    changes = await _changes(old, themes, entry, pace) if entry else ()
    return Themes(themes, _next_id(old, themes), (*old.changes, *changes))


async def _joined(candidates: Sequence[tuple[str, ...]], pace: Pace) -> list[tuple[str, ...]]:
    """Join candidates that overlap: the first one takes in all that are alike, and so on."""
    places: dict[str, int] = {}
    for words in candidates:
        for word in words:
            places.setdefault(word, len(places))
    # a bit for each word: most candidates share some, and thousands of pairs are compared
    left = [(words, sum([1 << places[word] for word in words])) for words in candidates]
    clusters: list[tuple[str, ...]] = []
    while left:
        (first, known), *others = left
        joined, left = dict.fromkeys(first), []
        for words, bits in others:
            shared = (known & bits).bit_count()
            if shared / (len(joined) + len(words) - shared) >= JOIN:
                joined |= dict.fromkeys(words)
                known |= bits
            else:
                left.append((words, bits))
        clusters.append(tuple(joined))
        await pace.spend(len(others))
    return clusters


def _company(layer: Layer, id_: int, row: RowView) -> tuple[str, ...]:
    if row.kinds < MIN_NEIGHBOURS or row.total < MIN_COMPANY:
        return ()
    mine = layer.content(row.ids) & (row.ids != id_)
    ids = row.ids[mine]
    near = ids[(-row.units[mine]).argsort(kind="stable")[:NEIGHBOURS]]  # of equals the older
    return tuple([layer.word(one) for one in (id_, *near.tolist())])


def _overlap(one: Set[str], other: Set[str]) -> float:
    """Give the Jaccard index of two sets of words."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


async def _numbered(old: Themes, clusters: Sequence[tuple[str, ...]], pace: Pace) -> list[Theme]:
    sets = [frozenset(words) for words in clusters]
    having: dict[str, list[int]] = {}
    for i, words in enumerate(clusters):
        for word in words:
            having.setdefault(word, []).append(i)
    first = {words[0]: i for i, words in enumerate(clusters)}
    matches: list[tuple[float, int, int]] = []
    for theme in old.all:
        before = frozenset(theme.words)
        alike = {*having.get(theme.words[0], ()), *(first[one] for one in before & first.keys())}
        matches += [(-_overlap(before, sets[i]), theme.id, i) for i in alike]
        await pace.spend(len(alike))
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
