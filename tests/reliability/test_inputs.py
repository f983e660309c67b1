"""Any input: whatever is given, there is a Turn or a documented error, and the next turn works."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from leo import AsyncLeoField, Turn
from leo.testing import SpyModule
from tests.conftest import Open

Use = Callable[[Any], Awaitable[Any]]
"""Does something with a Leo; what it is given has the wrong types on purpose."""

Wrong = dict[str, tuple[type[Exception], Use]]

NAN, INF, VAST = float("nan"), float("inf"), 10**5_000


def turn(**given: Any) -> Use:
    """Talk, with what is given."""
    return lambda leo: leo.turn(**{"prompt": "moon", **given})


def imagine(**given: Any) -> Use:
    """Imagine, with what is given."""
    return lambda leo: leo.imagine("moon", **given)


def each(use: Callable[..., Use], name: str, error: type[Exception], *values: Any) -> Wrong:
    """Use each of some values of an argument."""
    return {f"{name} {i} {error}": (error, use(**{name: it})) for i, it in enumerate(values)}


WRONG: Wrong = {
    **each(turn, "temperature", ValueError, NAN, INF, -INF, 0, -0.0, 10.1, VAST, -VAST),
    **each(turn, "temperature", TypeError, True, False, "1", None, [1.0], 1j, b"1"),
    **each(turn, "max_tokens", ValueError, 0, -1, 401, VAST, -VAST),
    **each(turn, "max_tokens", TypeError, True, NAN, INF, 2.5, "5", None, [5]),
    **each(turn, "prompt", ValueError, "a" * 20_001, "\0" * 10_000_000),
    **each(turn, "prompt", TypeError, None, b"moon", 5, ["moon"], bytearray(b"moon"), {}),
    **each(imagine, "seed", ValueError, 2**63, -(2**63), VAST),
    **each(imagine, "seed", TypeError, True, NAN, 1.5, "7", [7]),
    "an unknown module": (ValueError, lambda leo: leo.imagine("moon", without=["<b>"])),
    "a module that is a list": (ValueError, lambda leo: leo.imagine("moon", without=[["game"]])),
    "switches that are a number": (TypeError, lambda leo: leo.set_without(5)),
    "observed bytes": (TypeError, lambda leo: leo.observe(b"moon")),
    "an unknown source": (ValueError, lambda leo: leo.observe("moon", source="reply")),
    "a source that is a list": (ValueError, lambda leo: leo.observe("moon", source=[])),
    "a word of ten million letters": (ValueError, lambda leo: leo.around("a" * 10_000_000)),
    "no word": (TypeError, lambda leo: leo.around(None)),
    "half a neighbour": (TypeError, lambda leo: leo.around("moon", limit=2.5)),
    "true neighbours": (TypeError, lambda leo: leo.around("moon", limit=True)),
    "after half a turn": (TypeError, lambda leo: leo.around("moon", at=1.5)),
    "after a vast turn": (ValueError, lambda leo: leo.around("moon", at=VAST)),
    "turns from a text": (TypeError, lambda leo: leo.journal("a")),
    "turns from half": (TypeError, lambda leo: leo.journal(1.5)),
    "forget true": (TypeError, lambda leo: leo.forget(True)),
    "forget bytes, each a turn": (TypeError, lambda leo: leo.forget(b"\x01")),
    "forget nothing": (TypeError, lambda leo: leo.forget(None)),
    "forget a mark": (ValueError, lambda leo: leo.forget("\0")),
    "forget ten million letters": (ValueError, lambda leo: leo.forget("ab " * 3_000_000)),
    "keep half a turn": (TypeError, lambda leo: leo.compact(keep=25.5)),
    "keep true": (TypeError, lambda leo: leo.compact(keep=True)),
    "read a name with NUL": (ValueError, lambda leo: leo.read(f"{leo.path}\0")),
    "copy to a lone surrogate": (ValueError, lambda leo: leo.copy(f"{leo.path}\ud800")),
    "export to a name with NUL": (ValueError, lambda leo: leo.export(f"{leo.path}\0.db")),
    "read a number": (TypeError, lambda leo: leo.read(5)),
}
"""What is refused, and with which error."""


async def life_of(leo: AsyncLeoField) -> tuple[Any, ...]:
    """Give everything that a refused call must not change."""
    return await leo.stats(), leo.turns, leo.without


async def test_what_is_wrong_is_refused_and_changes_nothing(leo: AsyncLeoField) -> None:
    """Each wrong argument raises its documented error, at once and whole; the next turn works."""
    await leo.turn("The moon is in the garden.")
    before = await life_of(leo)
    for name, (error, use) in WRONG.items():
        with pytest.raises(error) as found:
            await use(leo)
        assert len(str(found.value)) < 600, name
        assert await life_of(leo) == before, name
    then = await leo.turn("And the lamp?")
    assert then.id == 2
    assert Turn.from_json(then.to_json()) == then


async def test_numbers_beyond_every_turn_are_only_beyond(leo: AsyncLeoField) -> None:
    """A vast range of turns is all turns, a vast number to keep keeps all."""
    only = await leo.turn("moon")
    assert list(await leo.journal(-VAST, VAST)) == [only]
    assert list(await leo.journal(VAST)) == []
    assert list(await leo.journal(1, -5)) == []
    assert (await leo.compact(keep=VAST)).plain == 0


@pytest.mark.parametrize("seed", [True, NAN, 1.5, "7", 2**63, VAST], ids=range(6))
def test_a_seed_that_the_file_cannot_keep_makes_no_file(path: Path, seed: Any) -> None:
    """Nobody is born with a seed with which he could never be opened again."""
    with pytest.raises((ValueError, TypeError)):
        AsyncLeoField(path, seed=seed)
    assert not path.exists()


@pytest.mark.parametrize(
    "name", ["../spy", "a/b", "", ".", "a\0b", "a" * 41, "<b>", "\ud800", 7], ids=range(9)
)
def test_a_module_name_that_is_no_file_name_is_refused(make: Open, name: Any) -> None:
    """A module's name is part of file names: it cannot lead out of the Leo's folder."""
    with pytest.raises(ValueError, match="its name must be"):
        make(modules=[SpyModule(name)])
