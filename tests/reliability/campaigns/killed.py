"""Killed: a child holds a Leo and gets SIGKILL; then it is looked at what is left.

    scripts/soak killed [--kills N] [--kinds talk book mirror point] [--seed S] [--look N]

- talk: it talks, closes and opens again, until it is killed at a random moment.
- book: it reads a book, and is killed at a random moment.
- mirror: it writes the mirror of MathBrain after every turn; every second time the mirror that is
  left is torn by hand, too.
- point: it takes a turn and closes, and is killed just before its n-th statement or file
  operation, for every n that there is.

Every file is then opened by another Leo: the turns must be those of a life that nobody disturbed,
byte for byte and none of those acknowledged missing; the counts must be those of the journal
counted anew; the next turn must be the one of that other life.
"""

import argparse
import asyncio
import json
import logging
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from tests.reliability.campaigns.kinds import KINDS, Kind
from tests.reliability.campaigns.lives import SMALL, Way
from tests.reliability.campaigns.nursery import hurried

__all__ = ["SHORT", "Tally", "main", "run"]

KILLS: Final = 300

SHORT: Final = {"talk": 9, "mirror": 18, "book": 3}
"""Kills of the short form, which is part of the tests; it looks after each third."""


@dataclass
class Tally:
    """What came of the kills of a kind.

    Attributes
    ----------
    kills, ended
        Children that were killed, and such that came to their end before.
    acknowledged
        Turns, or batches of a book, that the children told of.
    unheard
        Those that were there besides: committed, and the child was dead before it told.
    complaints
        What was lost, or is not as it should be.
    """

    kind: str
    kills: int = 0
    ended: int = 0
    acknowledged: int = 0
    unheard: int = 0
    complaints: list[str] = field(default_factory=list)
    seconds: float = 0.0


def run(kind: Kind, kills: int, look: int = 1) -> Tally:
    """Have a kind killed so many times, and look at what is left.

    The children are forked, so nothing runs in this process meanwhile: no loop, no thread.

    Parameters
    ----------
    kind, kills
        What is killed, and how often.
    look
        Look after each n-th kill only; until then the next child goes on with what was left.
    """
    tally, begun = Tally(kind.name), time.monotonic()
    for number in range(1, kills + 1):
        kind.begin()
        killed = kind.kill()
        kind.heard(killed)
        tally.acknowledged += len(killed.numbers("turn")) + len(killed.numbers("batch"))
        last = number == kills or (kind.kills + 1) % kind.kills_a_life == 0
        if killed.killed and number % look and not last:
            tally.kills += 1
            continue
        seen = asyncio.run(kind.after())
        tally.unheard += seen.found - seen.known
        tally.complaints += [f"{kind.path}: {one}" for one in seen.complaints]
        if not killed.killed:
            tally.ended += 1
            if kind.ends:
                break
            continue
        tally.kills += 1
    tally.seconds = round(time.monotonic() - begun, 1)
    return tally


def main(words: Sequence[str]) -> int:
    """Run the campaign from the command line: 0 if there is nothing to complain about."""
    parser = argparse.ArgumentParser(prog="scripts/soak killed", description=__doc__)
    known = {kind.name: kind for kind in KINDS}
    parser.add_argument("--kills", type=int, default=KILLS, help="of each kind")
    parser.add_argument("--kinds", nargs="+", choices=known, default=list(known))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=1, help="of the points, take each n-th")
    parser.add_argument("--look", type=int, default=1, help="look after each n-th kill only")
    parser.add_argument("--small", action="store_true", help="with less to say, to try it")
    parser.add_argument("--short", action="store_true", help="as short as in the tests")
    parser.add_argument("--folder", type=Path, help="where the files are left")
    chosen = parser.parse_args(words)
    if chosen.short:
        chosen.small, chosen.kinds, chosen.look = True, list(SHORT), 3
    complaints, way = 0, SMALL if chosen.small else Way()
    logging.getLogger("leo").addHandler(logging.NullHandler())  # a stale mirror is no news here
    with (
        tempfile.TemporaryDirectory(prefix="leo-killed-") as made,
        hurried(fold_every=6, packed_from=400, mirror_every=5),
    ):
        for name in chosen.kinds:
            folder = (chosen.folder or Path(made)) / name
            folder.mkdir(parents=True)
            kind = known[name](folder, random.Random(f"{name} {chosen.seed}"), way)
            kind.every = chosen.every
            kills = SHORT[name] if chosen.short else chosen.kills
            tally = run(kind, sys.maxsize if kind.ends else kills, chosen.look)
            complaints += len(tally.complaints)
            print(json.dumps(asdict(tally)), flush=True)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
