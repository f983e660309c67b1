"""``python -m leo ablate``: what each module changes in a talk."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from tqdm import tqdm

from leo.observation.ablation import ablate
from leo.observation.talk import TALK

__all__ = ["ablate_command"]


def ablate_command(arguments: Sequence[str]) -> int:
    """Show what each module changes in a talk; fails when one changes nothing."""
    parser = argparse.ArgumentParser(
        prog="python -m leo ablate",
        description="Live a scripted talk with all modules, then with each one switched off.",
        allow_abbrev=False,
    )
    parser.add_argument("--turns", type=_count, default=len(TALK), help="turns (%(default)s)")
    parser.add_argument("--seeds", type=_seeds, default=(1, 2, 3), help="as in 1,2,3")
    asked = parser.parse_args(arguments)
    return _ablate(asked.turns, asked.seeds)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of at least 1")
    return int(text)


def _seeds(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no list of numbers like 1,2,3") from None


def _ablate(turns: int, seeds: Sequence[int]) -> int:
    with tqdm(unit="life", file=sys.stderr, disable=None) as bar:

        def told(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        found = asyncio.run(ablate(turns=turns, seeds=seeds, progress=told))
    print(found.to_markdown())
    if found.silent:
        print(f"these modules change nothing: {', '.join(found.silent)}", file=sys.stderr)
        return 1
    return 0
