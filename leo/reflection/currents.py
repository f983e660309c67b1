"""Currents: what is known of each theme's life, and how strongly it was touched of late."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Literal

from leo.records import ActiveTheme, ThemeChange
from leo.reflection.slopes import Slope, slope_of

__all__ = ["WINDOW", "Activation", "Current", "Life", "Stream", "Tick"]

WINDOW: Final = 12
"""Turns over which a trend is measured."""

LIVES: Final = 200
"""Themes whose lives are kept."""

ENOUGH: Final = 4
"""Turns that a trend needs at least."""

RISING: Final = 0.01
"""Share of the prompt per turn by which a theme must rise or fall to be a trend."""

SURE: Final = 2.0
"""Standard errors by which it must; a single word at the end of the window never does."""

SECONDS_PER_HOUR: Final = 3600.0

Fate = Literal["alive", "merged", "died"]


@dataclass(frozen=True, slots=True)
class Life:
    """A theme's life.

    Attributes
    ----------
    id
        Its lasting number.
    words
        Its strongest words when it was last touched.
    born, last
        Turn in which it was first seen, and in which it was last touched.
    touched
        In how many turns.
    fate, into
        Whether it lives; the theme it became part of, if it merged.
    """

    id: int
    words: tuple[str, ...]
    born: int
    last: int
    touched: int
    fate: Fate = "alive"
    into: int | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """A turn and its time in seconds."""

    turn: int
    at: float


@dataclass(frozen=True, slots=True)
class Activation:
    """How much of a turn's prompt a theme was: [0, 1]; turns without one are 0."""

    turn: int
    theme: int
    strength: float


@dataclass(frozen=True, slots=True)
class Current:
    """A theme's strength now, and its trend.

    Attributes
    ----------
    theme, words
        Which theme.
    strength
        Share of the prompt's words that touch it, [0, 1].
    slope, error
        Strength per turn over the window, and its standard error (``None``: too few points).
    per_hour
        The same per hour; 0 where all turns have one time.
    trend
        ``emerging``, ``fading`` or ``steady``.
    """

    theme: int
    words: tuple[str, ...]
    strength: float
    slope: float
    error: float | None
    per_hour: float
    trend: Literal["emerging", "fading", "steady"]


@dataclass(frozen=True, slots=True)
class Stream:
    """The lives of all themes seen, and the activations of the last turns.

    Attributes
    ----------
    lives
        By theme.
    ticks
        The last turns, oldest first.
    recent
        Activations within them; what a merged theme was stands under its heir.
    seen
        Last journal entry whose changes of themes were taken in.
    news
        What became of themes since the turn before.
    changed, gone
        Themes whose lives are to be written, and to be deleted.
    """

    lives: Mapping[int, Life] = field(default_factory=lambda: MappingProxyType({}))
    ticks: tuple[Tick, ...] = ()
    recent: tuple[Activation, ...] = ()
    seen: int = 0
    news: tuple[ThemeChange, ...] = ()
    changed: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()

    def took_in(self, changes: Iterable[ThemeChange], turn: int) -> "Stream":
        """Note births, merges and deaths; a merged theme's past goes on under its heir."""
        news = tuple(change for change in changes if change.entry > self.seen)
        lives, changed = dict(self.lives), []
        for change in news:
            old = lives.get(change.id, Life(change.id, change.words, turn, turn, 0))
            fate: Fate = "alive" if change.what == "born" else change.what
            lives[change.id] = replace(old, fate=fate, into=change.into)
            changed.append(change.id)
        seen = max([self.seen, *(change.entry for change in news)])
        unique = tuple(dict.fromkeys(changed))
        recent = tuple(replace(one, theme=heir(lives, one.theme)) for one in self.recent)
        return Stream(lives, self.ticks, recent, seen, news, unique)

    def touched(self, themes: Sequence[ActiveTheme], words: int, now: Tick) -> "Stream":
        """Note what a prompt of so many words touched."""
        lives, recent = dict(self.lives), list(self.recent)
        for theme in sorted(themes, key=lambda one: one.id):
            old = lives.get(theme.id, Life(theme.id, theme.words, now.turn, now.turn, 0))
            lives[theme.id] = replace(
                old, words=theme.words, last=now.turn, touched=old.touched + 1
            )
            recent.append(Activation(now.turn, theme.id, min(1.0, theme.score / max(1, words))))
        ticks = (*self.ticks, now)[-WINDOW:]
        recent = [one for one in recent if one.turn >= ticks[0].turn]
        changed = (*self.changed, *(theme.id for theme in themes))
        gone = tuple(surplus(lives))
        for id_ in gone:
            del lives[id_]
        kept = tuple(id_ for id_ in dict.fromkeys(changed) if id_ in lives)
        return replace(
            self, lives=lives, ticks=ticks, recent=tuple(recent), changed=kept, gone=gone
        )

    def currents(self) -> tuple[Current, ...]:
        """Measure every theme of the window, the strongest trend first."""
        strengths: dict[int, dict[int, float]] = {}
        for one in self.recent:
            of = strengths.setdefault(one.theme, {})
            of[one.turn] = min(1.0, of.get(one.turn, 0.0) + one.strength)
        found = [self._current(theme, of) for theme, of in strengths.items()]
        return tuple(sorted(found, key=lambda one: (-abs(one.slope), one.theme)))

    def _current(self, theme: int, of: Mapping[int, float]) -> Current:
        ys = [of.get(tick.turn, 0.0) for tick in self.ticks]
        slope = slope_of([float(tick.turn) for tick in self.ticks], ys)
        hours = slope_of([tick.at / SECONDS_PER_HOUR for tick in self.ticks], ys)
        life = self.lives.get(theme)
        return Current(
            theme=theme,
            words=life.words if life else (),
            strength=round(ys[-1], 4),
            slope=round(slope.value, 5),
            error=None if slope.error is None else round(slope.error, 5),
            per_hour=round(hours.value, 4),
            trend=trend_of(slope, len(ys)),
        )


def trend_of(slope: Slope, turns: int) -> Literal["emerging", "fading", "steady"]:
    """Tell a trend from chance."""
    if turns < ENOUGH or abs(slope.value) < RISING or not slope.sure(SURE):
        return "steady"
    return "emerging" if slope.value > 0 else "fading"


def heir(lives: Mapping[int, Life], theme: int) -> int:
    """Follow merges to the theme that lives on."""
    seen = {theme}
    while theme in lives:
        into = lives[theme].into
        if into is None or into in seen:
            break
        theme = into
        seen.add(theme)
    return theme


def surplus(lives: Mapping[int, Life]) -> list[int]:
    """Name the lives to forget: the ended ones first, then those touched longest ago."""
    order = sorted(lives.values(), key=lambda one: (one.fate == "alive", one.last, one.id))
    return [one.id for one in order[: max(0, len(lives) - LIVES)]]
