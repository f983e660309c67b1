"""The voice: a newborn Leo observed over fifteen topics, against what is asked of him.

Five lives of fifteen topics of six turns. Relevance is measured twice: by co-occurrence in the
field he is born with, and by word embeddings that know nothing of him (`embedding.py`, in the
environment of the peers).

    python benchmarks/voice.py [--quick] [RUN.jsonl]

With a stored run (``python -m leo observe --out``) that one is measured.
"""

import asyncio
import json
import os
import subprocess
import sys

import numpy as np
from kit import ROOT, headline, target

from leo.observation.nearness import surplus
from leo.observation.observed import Observed, Run, read_run
from leo.observation.observing import SEEDS, observe
from leo.observation.statistics import MEASURES, Figure, Measure, figure

ECHO, OPTIMAL, WHOLE, DISTINCT = 0.12, 0.85, 0.95, 0.85

QUALITY_BEFORE = 0.8806
"""Mean quality of the same run before the voice was worked on (commit d1729b2)."""


def embedded(run: Run) -> Figure:
    """Give how much nearer replies are to their messages than to the others, by embeddings."""
    python = os.environ.get("LEO_PEERS") or str(ROOT / ".venv-peers/bin/python")
    messages = list(dict.fromkeys(one.said for one in run.turns))
    asked = {"messages": messages, "replies": [one.reply for one in run.turns]}
    done = subprocess.run(
        [python, str(ROOT / "benchmarks/embedding.py")],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    near = np.array(json.loads(done.stdout))
    column = [messages.index(one.said) for one in run.turns]
    others = np.ones(near.shape, np.bool_)
    others[np.arange(len(near)), column] = False
    by_turn = dict(zip(map(_key, run.turns), surplus(near, column, others).tolist(), strict=True))
    return figure(run, Measure("embeddings", lambda one: (by_turn[_key(one)], 1.0), "higher"))


def _key(one: Observed) -> tuple[int, str, int]:
    return one.seed, one.topic, one.turn


def told(run: Run) -> None:
    """Print all figures, and those that have a target."""
    found = {measure.name: figure(run, measure) for measure in MEASURES}
    headline(f"{len(run.turns)} turns, {len(run.settings.seeds)} lives, mean (95 % over topics)")
    for name, one in found.items():
        print(f"  {name}: {one.told(4)}")
    near = embedded(run)
    print(f"  relevance by embeddings: {near.told(4)}")
    echo, optimal = found["external_vocab"], found["optimal turns"]
    relevance, whole = found["relevance"], found["whole sentences"]
    repeats, pairs, quality = (
        found[name] for name in ("repeated 4-grams", "distinct-2", "quality")
    )
    rows = (
        ("external_vocab", echo.told(), f"<= {ECHO}", echo.mean <= ECHO),
        ("optimal turns", optimal.told(), f">= {OPTIMAL}", optimal.mean >= OPTIMAL),
        ("relevance, by the field", relevance.told(), "> 0", relevance.low > 0),
        ("relevance, by embeddings", near.told(), "> 0", near.low > 0),
        ("whole sentences", whole.told(), f">= {WHOLE}", whole.mean >= WHOLE),
        ("repeated 4-grams", repeats.told(), "0", repeats.mean == 0),
        ("distinct-2", pairs.told(), f">= {DISTINCT}", pairs.mean >= DISTINCT),
        ("quality", quality.told(), f"> {QUALITY_BEFORE}", quality.mean > QUALITY_BEFORE),
    )
    for i, (what, value, wanted, met) in enumerate(rows, 1):
        target(f"V{i}", what, value, wanted, met=met)


def main() -> None:
    files = [word for word in sys.argv[1:] if not word.startswith("--")]
    if files:
        told(read_run(files[0]))
        return
    seeds = SEEDS[:1] if "--quick" in sys.argv else SEEDS
    told(asyncio.run(observe(seeds=seeds)))


if __name__ == "__main__":
    main()
