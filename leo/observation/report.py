"""A run as a report in Markdown: its figures, and the talk they were measured in.

Nothing in it depends on when or where it was written, so the same run gives the same report.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import regex

from leo.observation.deeds import NAMES
from leo.observation.observed import Observed, Run, RunSettings
from leo.observation.statistics import MEASURES, Figure, Measure, figure, topic_figure
from leo.observation.words import OPTIMAL

__all__ = ["headline", "plain", "report", "table"]

TOLD: Final = ("external_vocab", "optimal turns", "relevance")
"""Measures that are told of every topic."""

DEFINED: Final = f"""\
The headline is **external_vocab**: of the different words of a reply that have three letters or
more, the share that stands in the message it answers (earlier messages do not count). A low one
says that he does not repeat what he is told; whether he listens is what **relevance** is for.
A turn is **optimal** if its external_vocab is below {OPTIMAL} and the reply is not empty."""

INTERVALS: Final = """\
Intervals hold 95 of 100 runs over other such topics: topics are drawn anew as a whole, because
the turns of one are not independent."""

ALONE: Final = "One topic alone has no interval."

LIVES: Final = "Here an interval is over the lives of the run; one life has none."

_MARKUP: Final = regex.compile(r"[\\`*_{}\[\]<>#|~&]")


def report(run: Run) -> str:
    """Write the whole report of a run.

    Parameters
    ----------
    run
        At least one turn of it, or there is nothing to tell.
    """
    parts = [
        "# Leo, observed",
        *_settings(run.settings),
        "## Figures",
        headline(run),
        "## The worst turn",
        *_worst(run),
        "## Topics",
        LIVES,
        _topics(run),
        "## Modules",
        "Share of turns in which each had a hand in the reply, or learned from it.",
        _modules(run),
        "## The talk",
        f"The whole life with seed {run.settings.seeds[0]}; nothing was chosen or left out.",
        *_talk(run),
    ]
    return "\n\n".join(parts) + "\n"


def headline(run: Run) -> str:
    """Write what the headline is, and the table of all measures."""
    topics = len(run.settings.topics)
    rows = ((one.name, told(figure(run, one), topics), one.better) for one in _measured(run))
    note = INTERVALS if topics > 1 else ALONE
    return "\n\n".join((DEFINED, table(("measure", "mean (interval)", "better"), rows), note))


def told(found: Figure, parts: int) -> str:
    """Write a figure, without an interval if there were not two parts to draw from."""
    return found.told() if parts > 1 else f"{found.mean:.3f}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table."""
    lines = (head, ["---"] * len(head), *rows)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def plain(text: str) -> str:
    """Write a text so that Markdown shows it as it is, in one line."""
    return _MARKUP.sub(r"\\\g<0>", " ".join(text.split()))


def _measured(run: Run) -> list[Measure]:
    return [one for one in MEASURES if any(one.of(turn)[1] for turn in run.turns)]


def _settings(settings: RunSettings) -> list[str]:
    seeds = ", ".join(map(str, settings.seeds))
    lines = (
        ("observer", plain(settings.observer)),
        ("lives", f"{len(settings.seeds)} (seeds {seeds})"),
        ("topics", f"{len(settings.topics)}, of {settings.turns_per_topic} turns each"),
        ("temperature", f"{settings.temperature:g}"),
        ("modules that were off", plain(", ".join(settings.without)) or "none"),
        ("birth texts", plain(settings.birth) or "none"),
        ("version", plain(settings.version)),
    )
    return ["\n".join(f"- {name}: {value}" for name, value in lines)]


def _worst(run: Run) -> list[str]:
    worst = max(run.turns, key=lambda one: one.external_vocab)
    where = f"Topic {plain(worst.topic)}, seed {worst.seed}, turn {worst.turn}:"
    return [where, _exchange(worst)]


def _topics(run: Run) -> str:
    asked = {one.name: one for one in MEASURES}
    lives = len(run.settings.seeds)
    rows = (
        [plain(id_), *(told(topic_figure(run, id_, asked[name]), lives) for name in TOLD)]
        for id_ in run.settings.topics
    )
    return table(("topic", *TOLD), rows)


def _modules(run: Run) -> str:
    others = sorted({name for one in run.turns for name in one.fired} - set(NAMES))
    shares = {
        name: sum(name in one.fired for one in run.turns) / len(run.turns)
        for name in (*NAMES, *others)
    }
    return table(("module", "turns"), ((plain(name), f"{by:.0%}") for name, by in shares.items()))


def _talk(run: Run) -> list[str]:
    life = [one for one in run.turns if one.seed == run.settings.seeds[0]]
    found = []
    for id_ in run.settings.topics:
        turns = (_exchange(one) for one in life if one.topic == id_)
        found += [f"### {plain(id_)}", *turns]
    return found


def _exchange(one: Observed) -> str:
    figures = (
        f"external_vocab {one.external_vocab:.3f}",
        f"by chance {one.chance:.3f}",
        f"relevance {one.relevance:+.3f}",
        f"quality {one.quality:.3f}",
        f"{one.whole} of {one.sentences} sentences whole",
        plain(", ".join(one.fired)) or "no module acted",
    )
    lines = (
        f"**said** {plain(one.said)}",
        f"**reply** {plain(one.reply) or '(nothing)'}",
        "; ".join(figures),
    )
    return "  \n".join(f"> {line}" for line in lines)
