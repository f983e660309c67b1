"""Every call of every deed fails, in every way: the long form of ``test_faults.py``.

Run it with ``python -m tests.reliability.campaigns.faults``. It prints a table and ends with
status 1 if anything was lost.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.reliability.faults_deeds import DEEDS, Deed, Failed, Ground, Outcome
from tests.reliability.faults_kit import KINDS, Kind

__all__ = ["Tally", "main", "tried"]

LASTING: Final = 1 << 40
"""Calls that fail when a fault is there to stay."""


@dataclass
class Tally:
    """What came of one deed's faults: how many, how it ended, and what was wrong."""

    deed: str
    calls: int = 0
    faults: int = 0
    refused: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, failed: Failed, outcome: Outcome) -> None:
        """Count an outcome."""
        self.faults += 1
        if outcome.error is not None:
            self.refused += 1
            self.errors[type(outcome.error).__name__] += 1
        what = f"{self.deed}, {failed.kind.name} at call {failed.at} ({outcome.failed[0]})"
        self.wrong += [f"{what}: {one}" for one in outcome.complaints]

    def line(self) -> str:
        """Give a row of the table."""
        errors = ", ".join(f"{name} {count}" for name, count in self.errors.most_common())
        return f"| {self.deed} | {self.calls} | {self.faults} | {errors} | {len(self.wrong)} |"


async def tried(
    ground: Ground, deed: Deed, kinds: Sequence[Kind], *, every: int = 1, lasting: bool = False
) -> Tally:
    """Let the calls of a deed fail, one after the other, in several ways.

    Parameters
    ----------
    ground
        Where the deed is done.
    deed
        The deed.
    kinds
        The ways; with ``every`` above 1, they take turns.
    every
        Only each n-th call.
    lasting
        Whether all calls after the failing one fail too.
    """
    tally = Tally(deed.name)
    for shift, kind in enumerate(kinds):
        at = 1 + shift % every
        while True:
            failed = Failed(at, kind, LASTING if lasting else 1)
            outcome = await ground.attempt(deed, failed)
            if not outcome.failed:
                tally.calls = max(tally.calls, len(outcome.calls))
                break
            tally.add(failed, outcome)
            at += every
    return tally


async def _campaign(asked: argparse.Namespace) -> bool:
    begun, lost = time.monotonic(), False
    print("| deed | calls | faults | errors | wrong |\n|---|---|---|---|---|")
    for layers in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            ground = Ground(Path(folder), layers)
            await ground.prepare()
            for deed in DEEDS:
                if asked.deeds and deed.name not in asked.deeds:
                    continue
                for lasting in (False, True):
                    every = asked.every * (asked.packed if layers else 1)
                    tally = await tried(ground, deed, asked.kinds, every=every, lasting=lasting)
                    tally.deed += (", layers" if layers else "") + (", lasting" if lasting else "")
                    print(tally.line(), flush=True)
                    for one in tally.wrong:
                        print(f"    {one}", file=sys.stderr, flush=True)
                    lost = lost or bool(tally.wrong)
    print(f"\n{time.monotonic() - begun:.0f} s")
    return not lost


def _kinds(text: str) -> tuple[Kind, ...]:
    known = {one.name: one for one in KINDS}
    asked = text.split(",")
    if unknown := [name for name in asked if name not in known]:
        raise argparse.ArgumentTypeError(f"no kind is called {unknown}; there are {[*known]}")
    return tuple(known[name] for name in asked)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the campaign; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("deeds", nargs="*", help="names of deeds (all)")
    parser.add_argument("--every", type=int, default=1, help="only each n-th call (1)")
    parser.add_argument("--packed", type=int, default=7, help="and, of lives in many layers (7)")
    parser.add_argument("--kinds", type=_kinds, default=KINDS, help="as in full,locked")
    return 0 if asyncio.run(_campaign(parser.parse_args(argv))) else 1


if __name__ == "__main__":
    raise SystemExit(main())
