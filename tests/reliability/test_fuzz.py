"""The fuzz targets, each over its stored corpus and over a few inputs of hypothesis's own."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.reliability.fuzz.keeping import KEPT
from tests.widgets import conftest as _loaded  # plotly, whose loading reads files

assert _loaded

FUZZ: Final = Path(__file__).parent / "fuzz"

EXAMPLES: Final = {"texts": 30, "turns": 25, "books": 20, "journal": 8, "talk": 4, "messages": 3}
"""Inputs for each target in CI; scripts/fuzz is the long form."""


@pytest.fixture(scope="module", autouse=True)
def put_away() -> Iterator[None]:
    """Close what the targets held open."""
    yield
    KEPT.close()


def stored() -> list[Path]:
    """List the stored inputs; what once was a finding is one of them."""
    return sorted(one for one in (FUZZ / "corpus").glob("*/*") if one.is_file())


def test_every_target_is_driven() -> None:
    """No target is forgotten here, and each has stored inputs."""
    found = {one.stem for one in FUZZ.glob("*.py") if "\ndef target(" in one.read_text("utf-8")}
    assert found == set(EXAMPLES)
    assert {one.parent.name for one in stored()} == found


@pytest.mark.parametrize("file", stored(), ids=lambda one: f"{one.parent.name}-{one.name}")
def test_stored_inputs(file: Path) -> None:
    """What is stored breaks no promise any more."""
    import_module(f"tests.reliability.fuzz.{file.parent.name}").target(file.read_bytes())


@pytest.mark.parametrize("name", EXAMPLES)
def test_any_bytes(name: str) -> None:
    """Nor does what hypothesis thinks of."""
    target = import_module(f"tests.reliability.fuzz.{name}").target

    @settings(max_examples=EXAMPLES[name], suppress_health_check=list(HealthCheck), database=None)
    @given(st.binary(max_size=120))
    def run(data: bytes) -> None:
        target(data)

    run()
