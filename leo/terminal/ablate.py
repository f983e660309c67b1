"""``python -m leo ablate``: what each module changes in talks."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from leo.errors import ObservationError
from leo.observation.ablated import Ablation
from leo.observation.ablation import ablate
from leo.observation.observing import SEEDS
from leo.observation.topics import CHILDS_WORLD, Topics, read_topics

__all__ = ["ablate_command"]


def ablate_command(arguments: Sequence[str]) -> int:
    """Show what each module changes in talks; fails when one changes nothing."""
    parser = argparse.ArgumentParser(
        prog="python -m leo ablate",
        description="Talk lives through topics with all modules, then with each one off.",
        allow_abbrev=False,
    )
    parser.add_argument("--topics", type=Path, metavar="FILE", help="a topic file (our own)")
    parser.add_argument("--turns", type=_count, metavar="N", help="turns of each topic (its own)")
    parser.add_argument("--seeds", type=_seeds, default=SEEDS, help="one life each, as in 1,2,3")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the result, for figures")
    asked = parser.parse_args(arguments)
    if asked.json is not None and not asked.json.parent.is_dir():
        raise ObservationError(f"{asked.json.parent} is no folder to write into")  # not afterwards
    topics = CHILDS_WORLD if asked.topics is None else read_topics(asked.topics)
    if asked.turns is not None:
        settings = replace(topics.conversation_settings, turns_per_topic=asked.turns)
        topics = replace(topics, conversation_settings=settings)
    return _told(_ablated(topics, asked.seeds), asked.json)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of at least 1")
    return int(text)


def _seeds(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no list of numbers like 1,2,3") from None


def _ablated(topics: Topics, seeds: Sequence[int]) -> Ablation:
    with tqdm(unit="turn", file=sys.stderr, disable=None) as bar:

        def told(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        return asyncio.run(ablate(topics, seeds=seeds, progress=told))


def _told(found: Ablation, keep: Path | None) -> int:
    print(found.to_markdown())
    if keep is not None:
        try:
            keep.write_text(found.to_json(), encoding="utf-8")
        except OSError as error:
            raise ObservationError(f"cannot write {keep}: {error.strerror}") from error
    if found.silent:
        print(f"these modules change nothing: {', '.join(found.silent)}", file=sys.stderr)
        return 1
    return 0
