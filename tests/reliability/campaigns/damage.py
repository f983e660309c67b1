"""Bits, bytes and blocks of a Leo's files are changed, and their ends cut off.

Every damaged file is opened, talked with, and shown to the doctor. Run it with
``python -m tests.reliability.campaigns.damage``; status 1 says that something came out that must
not: an error that is none of Leo's own, or a refused file that was changed.
"""

import argparse
import asyncio
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.reliability.damage_kit import (
    HOW,
    Outcome,
    copied,
    diagnosed,
    hurt,
    life,
    small,
    tried,
)

__all__ = ["main"]


async def _campaign(asked: argparse.Namespace) -> bool:
    begun = time.monotonic()
    rng = random.Random(asked.seed)
    complaints: list[str] = []
    print("| damage | files | refused | turn failed | same next turn | other next turn |", end="")
    print(" of those, unseen by the doctor |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="leo-damage-") as folder, small():
        root = Path(folder)
        (root / "life").mkdir()
        path = await life(root / "life")
        whole = await tried(copied(path, root / "run"))
        for where in ("file", "packs"):
            for how in HOW:
                ends: Counter[str] = Counter()
                unseen = 0
                for _ in range(asked.files):
                    run = copied(path, root / "run")
                    packs = sorted(run.with_name(f"{run.name}.packs").glob("*/*"))
                    among = [run] if where == "file" else [p for p in packs if p.stat().st_size]
                    damage = hurt(rng.choice(among), how, rng)
                    status, _found = await diagnosed(run)
                    outcome: Outcome = await tried(run, whole.said)
                    ends[outcome.end] += 1
                    unseen += outcome.end == "other" and status == 0
                    complaints += [f"{damage}: {one}" for one in outcome.complaints]
                counts = " | ".join(
                    str(ends[end]) for end in ("refused", "failed", "same", "other")
                )
                print(f"| {where}: {how} | {asked.files} | {counts} | {unseen} |", flush=True)
    print(f"\n{time.monotonic() - begun:.0f} s")
    for one in complaints:
        print(f"    {one}", file=sys.stderr)
    return not complaints


def main(argv: Sequence[str] | None = None) -> int:
    """Run the campaign; 1 if something must not be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=200, help="for each kind of damage (200)")
    parser.add_argument("--seed", type=int, default=1)
    logging.getLogger("leo").addHandler(logging.NullHandler())
    logging.getLogger("leo").propagate = False
    return 0 if asyncio.run(_campaign(parser.parse_args(argv))) else 1


if __name__ == "__main__":
    raise SystemExit(main())
