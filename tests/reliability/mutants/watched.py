"""Which tests watch which file: few and fast ones, that should notice when it is changed."""

from collections.abc import Mapping
from typing import Final

__all__ = ["WATCHED"]

WATCHED: Final[Mapping[str, tuple[str, ...]]] = {
    "leo/settle.py": (
        "tests/test_laws.py::test_law_2_a_turn_cancelled_during_the_commit_happened",
        "tests/test_laws.py::test_law_2_a_failed_commit_changes_nothing",
    ),
    "leo/reflection/external_vocab.py": ("tests/reflection/test_quality_laws.py",
        "tests/reflection/test_reflection.py"),
    "leo/reflection/quality.py": (
        "tests/reflection/test_quality_laws.py",
        "tests/reflection/test_reflection.py",
    ),
    "leo/experts/blend.py": ("tests/experts",),
    "leo/reflection/nearest.py": ("tests/reflection/test_nearest.py",),
    "leo/perception/pulse.py": (
        "tests/perception/test_pulse_laws.py",
        "tests/perception/test_perception.py",
    ),
}
