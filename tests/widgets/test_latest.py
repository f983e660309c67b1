"""Latest: drawings never overlap, and none is lost, however often they are asked for."""

import asyncio
from inspect import isfunction

import pytest

from leo_widgets import Chat, LeoLab, PlotPanel, Switches, wire
from leo_widgets.lab import WINDOWS
from leo_widgets.window import Window
from leo_widgets.wire import Latest, LoopRunner


async def settled(runner: LoopRunner) -> None:
    """Wait until nothing is going on."""
    while runner.pending:
        await asyncio.sleep(0)


async def test_many_askings_are_two_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """While it works, a thousand askings make one more run, which sees the last state."""
    monkeypatch.setattr(wire, "REST", 0)
    state, seen, at_once, most = 0, [], 0, 0

    async def work() -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        seen.append(state)
        for _ in range(3):
            await asyncio.sleep(0)
        at_once -= 1

    runner = LoopRunner(lambda error: None)
    latest = Latest(runner, work, "work")
    latest.ask()
    await asyncio.sleep(0)
    for number in range(1, 1001):
        state = number
        latest.ask()
    await settled(runner)
    assert seen == [0, 1000]
    assert most == 1


async def test_after_a_failure_it_can_be_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error is told, and the next asking works."""
    monkeypatch.setattr(wire, "REST", 0)
    errors: list[BaseException] = []
    done: list[int] = []

    async def work() -> None:
        if not errors:
            raise ValueError("once")
        done.append(1)

    runner = LoopRunner(errors.append)
    latest = Latest(runner, work, "work")
    latest.ask()
    await settled(runner)
    latest.ask()
    await settled(runner)
    assert [str(error) for error in errors] == ["once"]
    assert done == [1]


INTENDED = {"close", "_repr_mimebundle_"}
"""What our widgets replace on purpose."""


def methods(kind: type, *packages: str) -> set[str]:
    """Name the methods that a class has from packages, those with underscores on both sides not."""
    homes = [one for one in kind.__mro__ if one.__module__.split(".")[0] in packages]
    found = {name for one in homes for name, value in vars(one).items() if isfunction(value)}
    return {name for name in found if not name.startswith("__")}


@pytest.mark.parametrize("kind", [Chat, PlotPanel, Window, LeoLab, *WINDOWS.values(), Switches])
def test_no_method_hides_one_of_the_library_s(kind: type) -> None:
    """One that replaces another of ipywidgets by accident breaks the widget in a browser only."""
    theirs = methods(kind, "ipywidgets", "traitlets", "anywidget")
    assert len(theirs) > 20
    assert methods(kind, "leo_widgets") & theirs <= INTENDED
