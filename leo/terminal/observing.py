"""``python -m leo observe``: lives that are talked through topics, measured and told."""

import argparse
import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from tqdm import tqdm

from leo.errors import ObservationError
from leo.limits import check_seed, settings_of
from leo.observation.deeds import NAMES
from leo.observation.model import KEY, language_model
from leo.observation.observed import Run, read_run
from leo.observation.observing import SEEDS, Company, Conditions, observe, other_leo
from leo.observation.regression import Comparison, compare
from leo.observation.report import headline, report
from leo.observation.topics import CHILDS_WORLD, Topics, read_topics

__all__ = ["observe_command"]

RUN: Final = "run.jsonl"
REPORT: Final = "report.md"
PAGE: Final = "page.html"

DESCRIPTION = """Talk with newborn Leos through topics, and measure every turn: how much
they only repeat what they are told, whether they listen, how well they speak.
Your own Leo takes no part in it.

  python -m leo observe --out runs/today
  python -m leo observe --seeds 1 --turns 3 --without dream,school
  python -m leo observe --against runs/yesterday/run.jsonl
  python -m leo observe --observer model --model NAME --endpoint http://localhost:11434/v1"""

EPILOG = f"""{RUN}, {REPORT} and {PAGE} in FOLDER are replaced. Without --out the main figures
go to standard output. With --observer model the key is what {KEY} is set to.

exit status: 1 if something is worse than in the run that --against names, or if something
failed, the page included; 2 if the arguments are wrong; else 0, also where there is no page
because leo_widgets is not installed, which is said then."""


@dataclass(frozen=True, slots=True)
class _Asked:
    topics: Topics
    seeds: tuple[int, ...]
    company: Company | None
    named: str
    conditions: Conditions
    out: Path | None
    against: Run | None


def observe_command(arguments: Sequence[str]) -> int:
    """Observe a run, write it, and compare it with a stored one; gives the exit status."""
    asked = _asked(arguments)
    if asked.out is not None:
        _make(asked.out)  # before the long part
    run = _observe(asked)
    compared = None if asked.against is None else compare(asked.against, run)
    drawn = True
    if asked.out is None:
        print(headline(run))
    else:
        drawn = _keep(asked.out, run, compared)
    if compared is not None:
        print(compared.to_markdown())
        if compared.regressions:
            worse = ", ".join(one.measure for one in compared.regressions)
            print(f"leo: worse than the stored run: {worse}", file=sys.stderr)
    return 0 if drawn and not (compared and compared.regressions) else 1


def _asked(arguments: Sequence[str]) -> _Asked:
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        settings_of(given.temperature, 1, ())
        for seed in given.seeds:
            check_seed(seed)
    except ValueError as error:
        parser.error(str(error))
    if given.observer == "model" and not given.model:
        parser.error("--observer model needs --model NAME")
    if given.observer != "model" and (given.model or given.endpoint):
        parser.error("--model and --endpoint need --observer model")
    topics = CHILDS_WORLD if given.topics is None else read_topics(given.topics)
    if given.turns is not None:
        settings = replace(topics.conversation_settings, turns_per_topic=given.turns)
        topics = replace(topics, conversation_settings=settings)
    return _Asked(
        topics=topics,
        seeds=given.seeds,
        company=_company(given, topics),
        named=f"model {given.model}" if given.observer == "model" else given.observer,
        conditions=Conditions(temperature=given.temperature, without=given.without),
        out=given.out,
        against=None if given.against is None else read_run(given.against),
    )


def _company(given: argparse.Namespace, topics: Topics) -> Company | None:
    if given.observer == "leo":
        return other_leo
    if given.observer == "model":
        tone = topics.conversation_settings.observer_tone
        return language_model(given.model, tone=tone, endpoint=given.endpoint)
    return None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m leo observe",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--topics", type=Path, metavar="FILE", help="topic file (fifteen topics of our own)")
    add("--seeds", type=_seeds, default=SEEDS, metavar="N,N", help="one life each (1,2,3,4,5)")
    add("--turns", type=_count, metavar="N", help="turns of each topic (what the file says)")
    add(
        "--observer",
        choices=("scripted", "leo", "model"),
        default="scripted",
        help="who talks: the topics' prompts, another Leo, a language model (%(default)s)",
    )
    add("--model", metavar="NAME", help="which language model")
    add("--endpoint", metavar="URL", help="where it answers, as OpenAI's API does (OpenAI's)")
    add("--temperature", type=float, default=1.0, metavar="X", help="Leo's (%(default)s)")
    add("--without", type=_names, default=(), metavar="A,B", help="modules that are off")
    add("--out", type=Path, metavar="FOLDER", help=f"writes {RUN}, {REPORT} and {PAGE} there")
    add("--against", type=Path, metavar="FILE", help="a stored run that must not be better")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of at least 1")
    return int(text)


def _seeds(text: str) -> tuple[int, ...]:
    try:
        seeds = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no list of numbers like 1,2,3") from None
    if len(set(seeds)) < len(seeds):
        raise argparse.ArgumentTypeError(f"{text!r} has a seed twice")
    return seeds


def _names(text: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(","))
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        raise argparse.ArgumentTypeError(
            f"there is no module {unknown[0]!r}; there are {', '.join(NAMES)}"
        )
    return names


def _observe(asked: _Asked) -> Run:
    with tqdm(unit="turn", file=sys.stderr, disable=None) as bar:

        def told(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        return asyncio.run(
            observe(
                asked.topics,
                seeds=asked.seeds,
                company=asked.company,
                named=asked.named,
                conditions=asked.conditions,
                progress=told,
            )
        )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ObservationError(
            f"cannot make the folder {folder}: {error.strerror}; choose another --out"
        ) from error
    if not os.access(folder, os.W_OK):
        raise ObservationError(f"{folder} cannot be written into; choose another --out")


def _keep(folder: Path, run: Run, compared: Comparison | None) -> bool:
    """Write the run, its report and its page; tells whether there is a page if there can be."""
    told = report(run)
    if compared is not None:
        told += f"\n## Against the stored run\n\n{compared.to_markdown()}\n"
    try:
        _write(folder / RUN, run.to_jsonl())
        _write(folder / REPORT, told)
        return _draw(folder)
    except OSError as error:
        raise ObservationError(
            f"{error.filename} cannot be written: {error.strerror}; choose another --out"
        ) from error


def _write(place: Path, text: str) -> None:
    half = _half(place)
    try:
        half.write_text(text, encoding="utf-8", newline="\n")
        half.replace(place)
        print(f"leo: wrote {place}", file=sys.stderr)
    finally:
        half.unlink(missing_ok=True)


def _half(place: Path) -> Path:
    return place.with_name(f"half-{os.getpid()}-{place.name}")


def _draw(folder: Path) -> bool:
    """Have the page drawn by the notebook side, which the organism does not know."""
    place = folder / PAGE
    half = _half(place)
    place.unlink(missing_ok=True)  # one of an earlier run must not pass for this one's
    if find_spec("leo_widgets") is None:
        print(f"leo: there is no {PAGE}, because leo_widgets is not installed", file=sys.stderr)
        return True
    command = [sys.executable, "-m", "leo_widgets.observed", str(folder / RUN), str(half)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0 and half.exists():
            half.replace(place)
            print(f"leo: wrote {place}", file=sys.stderr)
            return True
        why = (done.stderr.strip() or f"status {done.returncode}").splitlines()[-1]
        print(f"leo: {PAGE} could not be drawn: {why}", file=sys.stderr)
        return False
    finally:
        half.unlink(missing_ok=True)
