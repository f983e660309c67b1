"""Drive Leo in every environment of the table, and write down what was found."""

import argparse
import sys
from collections.abc import Sequence

from tests.environments.binder_lock import ROOT
from tests.environments.document import with_results
from tests.environments.drive import Unavailable, drive, interpreter
from tests.environments.table import ENVIRONMENTS, Environment

DOCUMENT = ROOT / "docs" / "compatibility.md"


def say(text: str) -> None:
    """Tell whoever watches."""
    sys.stderr.write(f"leo: {text}\n")


def chosen(arguments: Sequence[str]) -> list[Environment]:
    """Give the environments that were asked for; without names all that there is a Python for."""
    parser = argparse.ArgumentParser(prog="scripts/matrix", description=__doc__)
    known = {one.name: one for one in ENVIRONMENTS}
    parser.add_argument("names", nargs="*", metavar="environment", help=", ".join(known))
    parser.add_argument("--list", action="store_true", help="show the environments, and stop")
    asked = parser.parse_args(arguments)
    if asked.list:
        parser.exit(message="".join(f"{one.name:14} {one.what}\n" for one in ENVIRONMENTS))
    for name in asked.names:
        if name not in known:
            parser.error(f"there is no environment {name!r}; there are {', '.join(known)}")
    return [known[name] for name in asked.names] or [one for one in ENVIRONMENTS if can(one)]


def can(environment: Environment) -> bool:
    """Tell whether there is a Python for an environment, and say so if not."""
    try:
        interpreter(environment.python)
    except Unavailable as error:
        say(f"{environment.name}: left out, {error}")
        return False
    return True


def main() -> int:
    """Drive one environment after the other, also after one that failed."""
    failed = []
    for environment in chosen(sys.argv[1:]):
        say(f"{environment.name}: {environment.what}")
        result = drive(environment, say)
        document = DOCUMENT.read_text(encoding="utf-8")
        order = [one.name for one in ENVIRONMENTS]
        DOCUMENT.write_text(with_results(document, [result], order), encoding="utf-8")
        say(f"{environment.name}: {result.passed} passed, {len(result.failed)} failed")
        if result.failed:
            failed.append(environment.name)
    if failed:
        say(f"failed: {', '.join(failed)}; the logs are in .matrix/")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
