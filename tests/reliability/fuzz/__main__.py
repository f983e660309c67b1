"""Drive targets with atheris: ``python -m tests.reliability.fuzz TARGET SECONDS``.

It is what ``scripts/fuzz`` starts, in an environment that has atheris.
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import Final

import atheris

STORED: Final = Path(__file__).parent / "corpus"

HANG_S: Final = 180
"""Seconds after which one input counts as a hang; others may use the machine too."""

LONGEST_BYTES: Final = 512
"""Of one input; it may ask for texts of a megabyte all the same."""

MEMORY_MB: Final = 4096


def main() -> None:
    """Drive one target for so many seconds; what is found is written beside the corpus."""
    name, seconds, kept = sys.argv[1:]
    stored, found = STORED / name, Path(kept) / name
    found.mkdir(parents=True, exist_ok=True)
    with atheris.instrument_imports(include=["leo", "leo_widgets"]):
        target = import_module(f"tests.reliability.fuzz.{name}").target
    flags = [
        f"-max_total_time={seconds}",
        f"-timeout={HANG_S}",
        f"-max_len={LONGEST_BYTES}",
        f"-rss_limit_mb={MEMORY_MB}",
        f"-report_slow_units={HANG_S}",
        "-len_control=0",
        f"-artifact_prefix={found}/finding-",
        "-print_final_stats=1",
        "-verbosity=1",
    ]
    atheris.Setup(
        [sys.argv[0], *flags, str(found), *([str(stored)] if stored.exists() else [])], target
    )
    atheris.Fuzz()


main()
