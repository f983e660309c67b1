"""Which modules had a hand in a turn, and what each one did, in a few words."""

from collections.abc import Iterator
from typing import Final

from leo.modules import default_modules
from leo.notes import InnerVoice
from leo.recall.school import SchoolNote
from leo.records import Source, Turn

__all__ = ["NAMES", "acted", "deeds"]

WORDS: Final = 5
"""Drawn words that are named."""

TEACHERS: Final[dict[Source, str]] = {"ring": "overthinking", "dream": "dream"}
"""Who thought what was learned from a private source."""

NAMES: Final = tuple(module.name for module in default_modules())
"""Leo's own modules, in order."""


def deeds(turn: Turn) -> dict[str, list[str]]:
    """Tell what each module did in a turn, in a few words each; nothing if it only watched.

    Parameters
    ----------
    turn
        The turn.

    Returns
    -------
    dict
        By module: Leo's own in their order, then any others that took part.
    """
    others = (one.module for one in turn.leanings)
    timed = (timing.stage.split(".")[0] for timing in turn.timings if "." in timing.stage)
    failed = (fault.module for fault in turn.faults)
    names = dict.fromkeys((*NAMES, *others, *timed, *failed))
    return {name: list(_deeds_of(name, turn)) for name in names}


def acted(turn: Turn) -> frozenset[str]:
    """Name the modules that did anything to a reply, or learned from it."""
    return frozenset(name for name, done in deeds(turn).items() if done)


def _deeds_of(name: str, turn: Turn) -> Iterator[str]:
    yield from _leaned(name, turn)
    yield from _drew(name, turn)
    yield from _spoke(name, turn)
    taught = [one.growth for one in turn.learned if TEACHERS.get(one.source) == name]
    if taught:
        entries = sum(one.entries for one in taught)
        yield f"thought {len(taught)} times, {entries} new entries"
    yield from (f"failed: {fault.error}" for fault in turn.faults if fault.module == name)


def _leaned(name: str, turn: Turn) -> Iterator[str]:
    for one in turn.leanings:
        if one.module != name:
            continue
        if one.temperature != 1:
            yield f"temperature × {one.temperature:.2f}"
        if one.length != 1:
            yield f"length × {one.length:.2f}"
        if one.wound:
            yield f"wound open at {one.wound:.2f}"
        yield from (f"{weight.expert} {weight.weight:+.3f}" for weight in one.experts)


def _drew(name: str, turn: Turn) -> Iterator[str]:
    pulls = [pull for pull in turn.influence.pulls if pull.by == name]
    drawn = [pull.word for pull in sorted(pulls, key=lambda pull: (-pull.weight, pull.word))]
    if not drawn:
        return
    said = [word for word in drawn if word in turn.utterance.tokens]
    named = ", ".join(drawn[:WORDS]) + ("…" if len(drawn) > WORDS else "")
    yield f"drew {named}" + (f" (said: {', '.join(said)})" if said else " (none was said)")


def _spoke(name: str, turn: Turn) -> Iterator[str]:
    voice, school = turn.note(InnerVoice), turn.note(SchoolNote)
    if name == "metaleo" and voice is not None and voice.others:
        yield "spoke instead" if voice.spoke else "spoke inwardly, and was not better"
    elif name == turn.utterance.by:
        yield "changed the words"
    if name == "school" and school is not None and school.asked:
        yield f"asked about {school.asked}"
    if name == "school" and school is not None and school.sum:
        yield f"worked out {school.sum}"
