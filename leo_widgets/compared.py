"""Two turns side by side, as HTML: the words that differ are marked, everything is escaped."""

import html
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from leo import Turn

__all__ = ["absences", "compared", "difference", "side_by_side"]

STYLE = "flex:1 1 260px;border:1px solid var(--jp-border-color2,#ddd);border-radius:8px;padding:8px"


def compared(one: Turn, other: Turn) -> tuple[str, str]:
    """Write two replies as HTML, the words that differ marked in each."""
    mine, theirs = ([w.word for w in turn.utterance.words] for turn in (one, other))
    blocks = SequenceMatcher(a=mine, b=theirs, autojunk=False).get_matching_blocks()
    same = {block.a + i for block in blocks for i in range(block.size)}
    met = {block.b + i for block in blocks for i in range(block.size)}
    return _marked(one, same), _marked(other, met)


def _marked(turn: Turn, same: set[int]) -> str:
    words = []
    for place, word in enumerate(turn.utterance.words):
        text = html.escape(word.text)
        words.append(text if place in same else f"<mark>{text}</mark>")
    return "".join(words)


def side_by_side(plain: Turn, changed: Turn) -> str:
    """Write both turns beside each other: what they said, what differs, and their numbers."""
    one, other = compared(plain, changed)
    what = html.escape(difference(changed, plain))
    return (
        "<div style='display:flex;flex-flow:row wrap;gap:8px'>"
        f"<div style='{STYLE}'><b>as he would say it</b><br>{one}{_facts(plain)}</div>"
        f"<div style='{STYLE}'><b>{what}</b><br>{other}{_facts(changed)}</div></div>"
    )


def absences(found: Mapping[str, Turn]) -> str:
    """Write whose absence changes what he would say: a table, the replies with their marks."""
    plain = found[""]
    rows = []
    for name, turn in found.items():
        if not name:
            continue
        said = "the same words" if turn.reply == plain.reply else compared(plain, turn)[1]
        change = turn.quality.overall - plain.quality.overall
        rows.append(
            f"<tr><th style='text-align:left'>without {html.escape(name)}</th>"
            f"<td style='text-align:left'>{said}</td><td>{change:+.2f}</td></tr>"
        )
    head = "<tr><th></th><th style='text-align:left'>he would say</th><th>quality</th></tr>"
    said = html.escape(plain.reply)
    return f"<p>As he would say it: {said}</p><table>{head}{''.join(rows)}</table>"


def difference(changed: Turn, plain: Turn) -> str:
    """Say in what a turn was asked for differently."""
    off = [name for name in changed.settings.without if name not in plain.settings.without]
    told = [f"without {', '.join(off)}"] if off else []
    if changed.settings.temperature != plain.settings.temperature:
        told.append(f"temperature {changed.settings.temperature:g}")
    if changed.seed != plain.seed:
        told.append(f"seed {changed.seed}")
    return "; ".join(told) or "the same once more"


def _facts(turn: Turn) -> str:
    numbers: Sequence[tuple[str, Any]] = (
        ("quality", turn.quality.overall),
        ("echo", turn.external_vocab),
        ("entropy", turn.utterance.entropy),
    )
    facts = ", ".join(f"{name} {value:.2f}" for name, value in numbers)
    return f"<br><small>{facts}, by {html.escape(turn.utterance.by)}</small>"
