"""Try mutants: ``python -m tests.reliability.mutants [FILE...] [--sample N] [--again]``.

It is what ``scripts/mutate`` starts, in a copy of the project, whose files it changes.
"""

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from tests.reliability.mutants.making import Mutant, difference, mutants_of
from tests.reliability.mutants.trying import measure, tried
from tests.reliability.mutants.watched import WATCHED

SEED: Final = 7
"""Draws the samples."""


def main() -> None:
    """Try the mutants of the files that are named, or of all; tell of those that survive."""
    parser = argparse.ArgumentParser(prog="scripts/mutate", description=__doc__)
    parser.add_argument("files", nargs="*", metavar="FILE", help="as in watched.py; all if none")
    parser.add_argument("--sample", type=int, metavar="N", help="try N mutants of each file")
    parser.add_argument("--again", action="store_true", help="only those that survived last")
    parser.add_argument("--kept", type=Path, default=Path(".mutants"), help="where results go")
    asked = parser.parse_args()
    unknown = [name for name in asked.files if name not in WATCHED]
    if unknown:
        parser.error(
            f"no tests watch {', '.join(unknown)}; see tests/reliability/mutants/watched.py"
        )
    for name in asked.files or WATCHED:
        _file(name, asked.kept / f"{name.replace('/', '.')}.jsonl", asked.sample, again=asked.again)


def _file(name: str, kept: Path, sample: int | None, *, again: bool) -> None:
    """Try mutants of a file, and keep what came of each as a line."""
    source, begun, tests = Path(name).read_text(encoding="utf-8"), time.monotonic(), WATCHED[name]
    every = list(mutants_of(source))
    chosen = _survivors(every, kept) if again else _sample(every, sample)
    kept.parent.mkdir(parents=True, exist_ok=True)
    bounds = measure(tests)
    print(f"{name}: {len(chosen)} of {len(every)} mutants, {bounds}", flush=True)
    count: Counter[str] = Counter()
    with kept.with_suffix(".again.jsonl" if again else ".jsonl").open("w", encoding="utf-8") as out:
        for mutant in chosen:
            changed = mutant.applied(source)
            trial = tried(Path(name), changed, tests, bounds)
            count[trial.outcome] += 1
            was, now = difference(source, changed)
            line = {"file": name, **asdict(mutant), "was": was, "now": now, **asdict(trial)}
            print(json.dumps(line), file=out, flush=True)
            if trial.outcome == "survived":
                print(f"  {name}:{mutant.line} {mutant.operator} {was!r} -> {now!r}", flush=True)
    seconds = round(time.monotonic() - begun)
    print(f"{name}: {dict(count)} of {len(chosen)}/{len(every)} in {seconds} s", flush=True)


def _sample(every: Sequence[Mutant], many: int | None) -> list[Mutant]:
    if many is None or many >= len(every):
        return list(every)
    drawn = random.Random(SEED).sample(range(len(every)), many)
    return [every[place] for place in sorted(drawn)]


def _survivors(every: Sequence[Mutant], kept: Path) -> list[Mutant]:
    """Find those that survived last."""
    if not kept.exists():
        sys.exit(f"{kept} is not there: run without --again first")
    lines = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
    left = {(one["operator"], one["occurrence"]) for one in lines if one["outcome"] == "survived"}
    return [one for one in every if (one.operator, one.occurrence) in left]


main()
