"""Leo on the command line: ``python -m leo ablate``."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from tqdm import tqdm

from leo.observation.ablation import ablate
from leo.observation.talk import TALK

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, and give the exit status.

    Parameters
    ----------
    arguments
        As typed after the program's name; those of this process by default.
    """
    parser = argparse.ArgumentParser(prog="python -m leo", description="A language organism.")
    commands = parser.add_subparsers(dest="command", required=True)
    _add_ablate(commands.add_parser("ablate", help="show what each module changes in a talk"))
    asked = parser.parse_args(arguments)
    return _ablate(asked.turns, asked.seeds)


# ---------------------------------------------------------------- ablate


def _add_ablate(parser: argparse.ArgumentParser) -> None:
    parser.description = "Live a scripted talk with all modules, then with each one switched off."
    parser.add_argument("--turns", type=_count, default=len(TALK), help="turns (%(default)s)")
    parser.add_argument("--seeds", type=_seeds, default=(1, 2, 3), help="as in 1,2,3")


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


if __name__ == "__main__":
    raise SystemExit(main())
