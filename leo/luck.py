"""Luck: every stream of random numbers follows from the Leo's seed, the turn and a name.

A stage or module has a stream of its own, so taking one out does not shift the luck of the
others.
"""

import hashlib
from random import Random

__all__ = ["stream", "turn_seed"]

SEED_BYTES = 8


def _digest(*parts: object) -> int:
    text = "\0".join(str(part) for part in parts).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=SEED_BYTES).digest(), "big") >> 1


def turn_seed(leo_seed: int, turn: int) -> int:
    """Give the seed of a turn, in [0, 2**63)."""
    return _digest("turn", leo_seed, turn)


def stream(seed: int, name: str) -> Random:
    """Open the stream of a stage or module of a turn."""
    return Random(_digest("stream", seed, name))
