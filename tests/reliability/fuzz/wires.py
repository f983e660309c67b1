"""Playing a hostile browser: messages of every shape to every widget of a lab."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

from ipywidgets.widgets.widget import _instances

from leo import LeoError
from leo_widgets import LeoLab
from tests.reliability.fuzz.given import Given

__all__ = ["OFFERED", "PLACES", "calm", "complaints", "opened", "play_at", "send", "state_of"]

Message: TypeAlias = dict[str, Any]

OFFERED: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(
        ("Text", "Textarea", "IntSlider", "FloatSlider", "BoundedIntText", "Checkbox"),
        frozenset(("value",)),
    ),
    **dict.fromkeys(("ToggleButtons", "Dropdown", "SelectMultiple"), frozenset(("index",))),
    "Play": frozenset(("value", "playing", "repeat")),
    "FileUpload": frozenset(("value", "error")),
    "Tab": frozenset(("selected_index",)),
    "PlotPanel": frozenset(("selected",)),
}
"""Which traits the views of each kind of widget set; all others belong to Python."""

PLACES: Final = ("inspect", "field", "what if", "feed")

STEPS: Final = 200_000
"""Steps of the loop in which whatever was begun must have ended."""

KINDS: Final = ("submit", "again", "stop", "clear", "new", "word", "delta", "eval", "", "__init__")

NAMES: Final = (
    *("value", "index", "selected_index", "selected", "playing", "error", "children", "layout"),
    *("_esm", "_css", "_model_module", "_view_module", "comm", "span", "message0", "busy", "shown"),
    *("slot0", "program", "options", "_options_labels", "max", "min", "disabled", "description"),
    *("self", "source", "target", "description_allow_html", "style", "titles", "accept", "content"),
)


def opened(lab: LeoLab) -> list[Any]:
    """List every open widget, but for the box in which one names a path to be read."""
    feed = lab._windows.get("feed")
    left_out = getattr(feed, "file", None)
    return [one for one in list(_instances.values()) if one is not left_out and one.comm]


def send(widget: Any, data: Any, buffers: list[bytes] | None = None) -> None:
    """Deliver a message as the kernel would; an exception out of it is a defect."""
    widget.comm.handle_msg({"content": {"data": data}, "buffers": buffers or []})


def state_of(widget: Any) -> Message:
    """Give the values of all synced traits."""
    return {name: getattr(widget, name) for name in widget.keys if name != "comm"}


def value_of(given: Given, depth: int = 2) -> Any:
    """Make any JSON value."""
    kind = given.byte() % 12
    if kind < 3:
        return given.text()
    if kind < 5:
        return given.number()
    if kind < 8:
        return given.byte() % 16 - 2
    if kind < 10 or depth == 0:
        return (None, True, False, "", [], {})[given.byte() % 6]
    many = range(given.byte() % 4)
    if kind == 10:
        return [value_of(given, depth - 1) for _ in many]
    return {given.pick((*NAMES, "figure", "custom", "x")): value_of(given, depth - 1) for _ in many}


def message_of(given: Given, widget: Any) -> Any:
    """Make a message: one that the view could send, one that is nearly so, or any value."""
    kind = given.byte() % 8
    if kind == 0:
        return value_of(given)
    if kind == 1:
        return {"method": given.pick(("request_state", "echo_update", "", "close"))}
    if kind < 4:
        content = {"kind": given.pick(KINDS), "text": given.text(), "turn": value_of(given)}
        names = [name for name in ("text", "turn") if given.byte() % 2]
        bare: Any = {name: content[name] for name in ("kind", *names)}
        shapes = (bare, {"event": given.pick(("click", "submit"))}, value_of(given))
        return {"method": "custom", "content": given.pick(shapes)}
    names = sorted(OFFERED.get(type(widget).__name__, ())) if kind < 6 else list(NAMES)
    many = range(1 + given.byte() % 2 if names else 0)
    state = {given.pick(names): value_of(given) for _ in many}
    if given.byte() % 4 == 0:
        name = given.pick(widget.keys)
        state[name] = value_of(given)
    return {"method": "update", "state": state, "buffer_paths": []}


def play_at(lab: LeoLab, given: Given) -> None:
    """Send one message to one widget; what is not offered does not change."""
    widgets = opened(lab)
    widget = widgets[int.from_bytes(given.take(2), "big") % len(widgets)]
    data, before = message_of(given, widget), state_of(widget)
    buffers = [given.take(given.byte())] if given.byte() % 16 == 0 else []
    send(widget, data, buffers)
    state = data.get("state") if isinstance(data, dict) else None
    foreign = set(state if isinstance(state, dict) else ()) & set(before)
    foreign -= OFFERED.get(type(widget).__name__, frozenset())
    after = state_of(widget)
    spared = {"error"} if foreign and type(widget).__name__ == "PlotPanel" else set()  # says so
    changed = {name for name in foreign - spared if not _same(before[name], after[name])}
    assert not changed, (widget, data)


def _same(one: Any, other: Any) -> bool:
    return one is other or (type(one) is type(other) and one == other)


async def calm(pending: Callable[[], int]) -> None:
    """Wait until nothing is going on."""
    for step in range(STEPS):
        if not pending():
            return
        await asyncio.sleep(0.001 if step % 64 == 63 else 0)  # work in threads needs time
    raise AssertionError(f"{pending()} tasks have not ended")


@contextmanager
def complaints() -> Iterator[list[str]]:
    """Gather what ipywidgets and the widgets log as a failure of their own."""
    said: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            error = record.exc_info[1] if record.exc_info else None
            told = record.name != "traitlets" and isinstance(error, ValueError | LeoError)
            if error is not None and not told:  # those are refusals, and stand in the widget
                said.append(f"{record.getMessage()}: {error!r}")

    listener = Listener(logging.WARNING)
    heard = [logging.getLogger(name) for name in ("traitlets", "leo_widgets", "leo", "asyncio")]
    for one in heard:
        one.addHandler(listener)
    try:
        yield said
    finally:
        for one in heard:
            one.removeHandler(listener)
