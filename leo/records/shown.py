"""Turns as HTML: what a notebook shows when a cell's last value is a Turn, or a run of them.

Plain tables without scripts or styles of their own; every text is escaped and cut to a size.
"""

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from leo.records.around import Growth, Note, UnknownNote

if TYPE_CHECKING:
    from leo.records.spoken import SpokenWord
    from leo.records.turn import Turn

__all__ = ["turn_html", "turns_html"]

PLAIN = "mathjax_ignore tex2jax_ignore"
"""Classes for notebooks: what somebody said is no formula, whatever dollars it costs."""

TEXT_SHOWN = 2000
"""Characters of a prompt, or of a reply that has no words of its own."""

WORDS_SHOWN = 400
"""Words of a reply."""

CELL_SHOWN = 80
"""Characters of a text in a table of many turns, of a word, and of a name."""

ERROR_SHOWN = 300
"""Characters of an error."""

LISTED = 20
"""Entries of a list: notes, faults, sources."""

ROWS_SHOWN = 50
"""Turns in a table."""


def turn_html(turn: "Turn") -> str:
    """Show a turn: what was said, each word with its chance in its title, and the main numbers.

    Parameters
    ----------
    turn
        The turn; its texts are escaped, and cut where they are very long.
    """
    name = "an imagined turn" if turn.id is None else f"turn {turn.id}"
    rows = "".join(
        f'<tr><th style="text-align:left">{escape(label)}</th>'
        f'<td style="text-align:left">{escape(value)}</td></tr>'
        for label, value in _facts(turn)
    )
    return (
        f'<div class="leo-turn {PLAIN}"><p><b>you</b> ({name}): {_cut(turn.prompt, TEXT_SHOWN)}</p>'
        f"<p><b>Leo</b>: {_reply(turn)}</p><table><tbody>{rows}</tbody></table></div>"
    )


def turns_html(turns: "Sequence[Turn]") -> str:
    """Show a run of turns as a table, one row per turn; of a long run the last ones.

    Parameters
    ----------
    turns
        The turns; their texts are escaped and shortened.
    """
    if not turns:
        return "<p>No turn yet.</p>"
    heads = ("turn", "prompt", "reply", "quality", "external_vocab", "new words", "faults")
    head = "".join(f"<th>{one}</th>" for one in heads)
    rows = "".join(map(_row, turns[-ROWS_SHOWN:]))
    left = len(turns) - ROWS_SHOWN
    more = f"<p>Earlier turns left out: {left}.</p>" if left > 0 else ""
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="leo-turns {PLAIN}">{table}{more}</div>'


def _row(turn: "Turn") -> str:
    texts = (_cut(text, CELL_SHOWN) for text in (turn.prompt, turn.reply))
    new = sum(one.growth.words for one in turn.learned)
    number = "imagined" if turn.id is None else str(turn.id)
    numbers = (f"{turn.quality.overall:.2f}", f"{turn.external_vocab:.2f}", new, len(turn.faults))
    return (
        f"<tr><th>{number}</th>"
        + "".join(f'<td style="text-align:left">{text}</td>' for text in texts)
        + "".join(f"<td>{one}</td>" for one in numbers)
        + "</tr>"
    )


def _reply(turn: "Turn") -> str:
    words = turn.utterance.words
    if not words:
        return _cut(turn.reply, TEXT_SHOWN)
    more = "…" if len(words) > WORDS_SHOWN else ""
    return "".join(map(_word, words[:WORDS_SHOWN])) + more


def _word(word: "SpokenWord") -> str:
    chance = f"{word.probability:.1%}, {word.context}"
    return f'<span title="{escape(chance)}">{_cut(word.text, CELL_SHOWN)}</span>'


def _facts(turn: "Turn") -> list[tuple[str, str]]:
    quality, blend = turn.quality, turn.blend
    asked = turn.settings.temperature
    weights = sorted(blend.weights, key=lambda one: -one.weight)
    faults = (_shorten(f"{one.module}.{one.hook}: {one.error}", ERROR_SHOWN) for one in turn.faults)
    return [
        (
            "quality",
            f"{quality.overall:.2f} (structural {quality.structural:.2f}, "
            f"entropy {quality.entropy:.2f})",
        ),
        ("external_vocab", f"{turn.external_vocab:.2f}"),
        ("temperature", f"{blend.temperature:.2f}" + (f" (asked {asked:g})" if asked != 1 else "")),
        ("entropy", f"{turn.utterance.entropy:.2f}"),
        ("experts", _listed(f"{one.expert} {one.weight:.0%}" for one in weights)),
        ("notes", _listed(map(_kind, turn.notes))),
        ("faults", _listed(faults, "; ")),
        ("learned", _learned(turn)),
    ]


def _kind(note: Note) -> str:
    name = note.kind if isinstance(note, UnknownNote) else type(note).__name__
    return _shorten(name, CELL_SHOWN)


def _learned(turn: "Turn") -> str:
    grown: dict[str, Growth] = {}
    for one in turn.learned:
        grown[one.source] = grown.get(one.source, Growth()) + one.growth
    return _listed((f"{source}: {_growth(growth)}" for source, growth in grown.items()), "; ")


def _growth(growth: Growth) -> str:
    return (
        f"{growth.words} words, {growth.bigrams} bigrams, {growth.trigrams} trigrams, "
        f"{growth.pairs} pairs"
    )


def _listed(entries: Iterable[str], between: str = ", ") -> str:
    listed = list(entries)
    more = [f"and {len(listed) - LISTED} more"] if len(listed) > LISTED else []
    return between.join([*listed[:LISTED], *more]) or "none"


def _cut(text: str, most: int) -> str:
    return escape(_shorten(text, most))


def _shorten(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
