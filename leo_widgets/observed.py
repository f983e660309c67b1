"""An observation run as one HTML document that needs no kernel and no network.

``python -m leo_widgets.observed RUN.jsonl PAGE.html`` writes it: the figures of the run with
their intervals, drawings, what having each module changes if that was measured, and the whole
talk of one life.
"""

import argparse
import asyncio
import html
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

import plotly.graph_objects as go

from leo.errors import LeoError, ObservationError
from leo.observation.ablated import Ablation, read_ablation
from leo.observation.observed import Observed, Run, read_run
from leo.observation.statistics import MEASURES, Measure, figure
from leo_widgets import figures
from leo_widgets.document import Plain, block, box, frame, plain, write

__all__ = ["observed_page"]

TITLE = "Leo, observed"

DRAW: Mapping[str, Callable[[Run], go.Figure]] = {
    "echo": figures.echo,
    "above_chance": figures.above_chance,
    "loops": figures.loops,
    "fired": figures.fired,
    "echo_map": figures.echo_map,
    "openness": figures.openness,
}
"""Figures of a run, in the document's order."""

WAYS = {"lower": "lower is better", "higher": "higher is better", "neither": ""}

HEAD = ("measure", "mean", "interval", "which way is good")

MEANING = """
external_vocab is the share of a reply's distinct words, of three letters or more, that stand in
the message he answers; a turn is optimal where it is below 0.2. By chance: the same against the
other messages of that life. Relevance is how much nearer a reply is to its own message than to
the others. Intervals hold 95 of 100 runs over other such topics.
"""


async def observed_page(
    run: Run, *, seed: int | None = None, ablation: Ablation | None = None, title: str = TITLE
) -> str:
    """Make the document; the event loop is free between any two figures.

    Parameters
    ----------
    run
        The run.
    seed
        The life whose talk is told; the run's first by default.
    ablation
        What having each module changes, if that was measured.
    title
        The heading; plain text.

    Raises
    ------
    ObservationError
        If no life of the run has this seed.
    """
    seed = run.settings.seeds[0] if seed is None else seed
    if seed not in run.settings.seeds:
        lives = ", ".join(map(str, run.settings.seeds))
        raise ObservationError(f"no life of this run has the seed {seed}; there are {lives}")
    around = await asyncio.to_thread(frame, title, "observed.js")
    drawn: dict[str, Plain] = {}
    for name, draw in DRAW.items():
        drawn[name] = plain(draw(run))
        await asyncio.sleep(0)
    if ablation is not None:
        drawn["ablation"] = plain(figures.ablation(ablation))
    body = _body(run, seed, ablation, title, await _table(run))
    return "\n".join((around.head, body, block("run", drawn), around.end))


def _body(run: Run, seed: int, ablation: Ablation | None, title: str, table: str) -> str:
    boxes = "".join(box(name, "run") for name in DRAW)
    return f"""<body>
<header>
<h1>{html.escape(title)}</h1>
<p>{html.escape(_summary(run))}</p>
<noscript><p>The drawings need JavaScript; the numbers and the talk do not.</p></noscript>
</header>
<nav id="transcript" aria-label="What was said" tabindex="0">
<h2>The life with seed {seed}, whole</h2>
{_talk(run, seed)}
</nav>
<main id="looking">
<p id="failed" role="alert"></p>
<section aria-label="numbers">
<h2>The numbers</h2>
<p>{MEANING.strip()}</p>
{table}
</section>
<section aria-label="drawings">
<h2>The drawings</h2>
<p>A click on a dot or a line goes to that turn of the talk.</p>
<div class="figures">
{boxes}</div>
</section>
{_modules(ablation)}
</main>"""


def _summary(run: Run) -> str:
    made = run.settings
    without = f", without {', '.join(made.without)}" if made.without else ""
    return (
        f"{len(run.turns)} turns: {len(made.topics)} topics × {made.turns_per_topic} turns × "
        f"{len(made.seeds)} lives. Observer: {made.observer}; temperature {made.temperature:g}"
        f"{without}; Leo {made.version}."
    )


# ------------------------------------------------------------ numbers


async def _table(run: Run) -> str:
    rows = []
    for measure in MEASURES:
        rows.append(_row(run, measure))
        await asyncio.sleep(0)
    head = "".join(
        f'<th scope="col">{name}</th>'
        for name in ("measure", "mean", "interval", "which way is good")
    )
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{''.join(rows)}</tbody>\n</table>"


def _row(run: Run, measure: Measure) -> str:
    mean, interval = "–", ""
    if any(measure.of(one)[1] for one in run.turns):
        found = figure(run, measure)
        mean, interval = f"{found.mean:.3f}", f"{found.low:.3f} to {found.high:.3f}"
    name, way = html.escape(measure.name), WAYS[measure.better]
    cells = f"<td>{mean}</td><td>{interval}</td><td>{way}</td>"
    return f'<tr><th scope="row">{name}</th>{cells}</tr>\n'


def _modules(ablation: Ablation | None) -> str:
    if ablation is None:
        return ""
    said = "".join(f"<li>{html.escape(one.sentence)}</li>\n" for one in ablation.modules)
    return (
        '<section aria-label="modules">\n<h2>What each module changes</h2>\n'
        f"<p>{html.escape(ablation.how)}</p>\n"
        f'<div class="figures">\n{box("ablation", "run")}</div>\n<ul>\n{said}</ul>\n</section>'
    )


# ------------------------------------------------------------ talk


def _talk(run: Run, seed: int) -> str:
    life = [(x, one) for x, one in enumerate((t for t in run.turns if t.seed == seed), 1)]
    parts = []
    for topic, turns in groupby(life, key=lambda pair: pair[1].topic):
        said = "".join(_said(x, one) for x, one in turns)
        parts.append(f"<h3>{html.escape(topic)}</h3>\n<ol>\n{said}</ol>\n")
    return "".join(parts) or "<p>No turn was observed.</p>"


def _said(x: int, one: Observed) -> str:
    measured = (
        f"external_vocab {one.external_vocab:.3f} (chance {one.chance:.3f}), "
        f"relevance {one.relevance:+.3f}, whole {one.whole} of {one.sentences}, "
        f"quality {one.quality:.2f}"
    )
    return (
        f'<li id="turn-{x}"><a href="#turn-{x}">turn {x}</a>'
        f'<p class="you"><b>observer</b> {html.escape(one.said)}</p>'
        f'<p class="leo"><b>Leo</b> {html.escape(one.reply)}</p>'
        f'<p class="measured">{measured}</p></li>\n'
    )


# ------------------------------------------------------------ command


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the document of a stored run; gives the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m leo_widgets.observed",
        description="Write a stored observation run as one HTML page that needs no network.",
        allow_abbrev=False,
    )
    parser.add_argument("run", type=Path, help="what python -m leo observe stored (JSON lines)")
    parser.add_argument("page", type=Path, help="the HTML file to write")
    parser.add_argument("--seed", type=int, help="the life whose talk is told (the first)")
    parser.add_argument(
        "--ablation", type=Path, metavar="FILE", help="what python -m leo ablate --json wrote"
    )
    asked = parser.parse_args(arguments)
    try:
        found = None if asked.ablation is None else read_ablation(asked.ablation)
        asyncio.run(_written(asked.page, read_run(asked.run), asked.seed, found))
    except LeoError as error:
        sys.stderr.write(f"leo: {' '.join(str(error).split())}\n")
        return 1
    return 0


async def _written(path: Path, run: Run, seed: int | None, ablation: Ablation | None) -> None:
    await write(path, await observed_page(run, seed=seed, ablation=ablation))


if __name__ == "__main__":
    sys.exit(main())
