"""The guard: a browser can do to a widget what the widget offers, and nothing else.

Every synced trait of a widget can be set by a message, and every message reaches it, whether
its view would ever send such a one or not. So the guard stands before the widget: it looks at a
message whole, and lets it in or refuses it whole. What is refused is reported, and nothing of
it happens.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import ipywidgets

__all__ = [
    "FIGURES",
    "LARGEST",
    "MOST_PASTED",
    "MOST_TYPED",
    "MOST_UPLOADED",
    "NOTHING",
    "Offer",
    "Report",
    "guard",
    "guard_all",
    "short",
    "typed",
    "whole",
]

log = logging.getLogger("leo_widgets")

MOST_TYPED: Final = 100_000
"""Characters that can be typed into a line or a chat; one turn hears a fifth of that."""

MOST_PASTED: Final = 10_000_000
"""Characters that can be pasted into a box: some twenty novels."""

MOST_UPLOADED: Final = 64 * 2**20
"""Bytes of a file that is uploaded."""

MOST_NAMED: Final = 1_000
"""Characters of the name, the kind and the error of an uploaded file."""

MOST_TOLD: Final = 10_000
"""Characters of a text that belongs to a point of a figure."""

MOST_PARTS: Final = 32
"""Values that belong to a point of a figure."""

LARGEST: Final = 2**53
"""Of whole numbers; a browser has no larger ones that are exact."""

Check: TypeAlias = Callable[[Any, Any], None]
"""Given the widget and a value; raises `ValueError` if the widget does not offer it."""

Report: TypeAlias = Callable[[BaseException], None]
"""Told what was refused; on the thread on which the message came."""

Message: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Offer:
    """What a browser may do: traits it may set, and messages it may send.

    Attributes
    ----------
    traits
        A check for each trait.
    message
        The check of a message's content; without one there are no messages.
    """

    traits: Mapping[str, Check] = field(default_factory=dict)
    message: Check | None = None


def guard(widget: Any, offer: Offer, report: Report) -> None:
    """Stand before a widget.

    Parameters
    ----------
    widget
        An open widget.
    offer
        What it offers.
    report
        Told of what was refused.
    """

    def take(message: Message) -> None:
        try:
            _look(widget, message, offer)
        except ValueError as error:
            refused = ValueError(f"a message from the browser was refused: {error}")
            log.info("%s: %s", type(widget).__name__, refused)
            report(refused)
        else:
            widget._handle_msg({"buffers": [], **message})

    widget.comm.on_msg(take)
    for name in ("layout", "style"):
        inner = getattr(widget, name) if widget.has_trait(name) else None
        if isinstance(inner, ipywidgets.Widget):
            guard(inner, NOTHING, report)


def guard_all(root: ipywidgets.Box, report: Report) -> None:
    """Stand before a box, and before what it holds of ipywidgets' own; the rest guards itself.

    Parameters
    ----------
    root
        The box.
    report
        Told of what was refused.
    """
    guard(root, OFFERS.get(type(root), NOTHING), report)
    for child in root.children:
        if not type(child).__module__.startswith("ipywidgets."):
            continue
        if isinstance(child, ipywidgets.Box):
            guard_all(child, report)
        else:
            guard(child, OFFERS.get(type(child), NOTHING), report)


def _look(widget: Any, message: Message, offer: Offer) -> None:
    """Refuse a message that is not on offer."""
    match message:
        case {"content": {"data": {"method": "request_state"}}}:
            return
        case {"content": {"data": {"method": "custom", "content": content}}}:
            if offer.message is None:
                raise ValueError("there is nothing to be told here")
            offer.message(widget, content)
        case {"content": {"data": {"method": "update", "state": dict(state), **rest}}}:
            files = _files(message.get("buffers"), rest.get("buffer_paths"))
            for name, value in state.items():
                if name not in offer.traits:
                    raise ValueError(f"{short(name)} is not for the browser to set")
                if files and name != "value":
                    raise ValueError(f"{short(name)} takes no bytes")
                offer.traits[name](widget, value)
            if files and not isinstance(widget, ipywidgets.FileUpload):
                raise ValueError("nothing can be uploaded here")
        case _:
            raise ValueError("it has no shape that is known")


def _files(buffers: Any, paths: Any) -> bool:
    """Tell whether bytes come with a message; only those of one file do."""
    if not buffers and not paths:
        return False
    size = sum(memoryview(one).nbytes for one in buffers or ())
    if paths != [["value", 0, "content"]] or len(buffers or ()) != 1:
        raise ValueError("its bytes belong to nothing")
    if size > MOST_UPLOADED:
        raise ValueError(f"a file has {size:,} bytes; at most {MOST_UPLOADED:,} can be uploaded")
    return True


# ---------------------------------------------------------------- values


def typed(most: int) -> Check:
    """Make a check for a text of so many characters."""

    def check(widget: Any, value: Any) -> None:
        if not isinstance(value, str):
            raise ValueError(f"a text is expected, not {short(value)}")
        if len(value) > most:
            raise ValueError(f"a text has {len(value):,} characters; at most {most:,} are taken")

    return check


def whole(value: Any, first: int, last: int) -> int:
    """Refuse what is no whole number in a range, and give it."""
    if isinstance(value, bool) or not isinstance(value, int) or not first <= value <= last:
        raise ValueError(f"{short(value)} is no whole number from {first} to {last}")
    return value


def _flag(widget: Any, value: Any) -> None:
    if not isinstance(value, bool):
        raise ValueError(f"yes or no is expected, not {short(value)}")


def _number(widget: Any, value: Any) -> None:
    real = isinstance(value, int | float) and not isinstance(value, bool)
    if not real or not widget.min <= value <= widget.max:
        raise ValueError(f"{short(value)} is no number from {widget.min} to {widget.max}")


def _choice(widget: Any, value: Any) -> None:
    whole(value, 0, len(widget.options) - 1)


def _choices(widget: Any, value: Any) -> None:
    if not isinstance(value, list | tuple) or len(value) > len(widget.options):
        raise ValueError(f"{short(value)} is no choice")
    for one in value:
        _choice(widget, one)


def _child(widget: Any, value: Any) -> None:
    if value is not None:
        whole(value, 0, len(widget.children) - 1)


def _upload(widget: Any, value: Any) -> None:
    if not isinstance(value, list | tuple) or len(value) > 1:
        raise ValueError("one file can be uploaded at a time")
    for one in value:
        match one:
            case {"name": str(name), "type": str(kind), "size": int(), "last_modified": when}:
                typed(MOST_NAMED)(widget, name + kind)
                whole(when, -LARGEST // 1000, LARGEST // 1000)
                _content(one.get("content", b""))
            case _:
                raise ValueError(f"{short(one)} is no file")


def _content(content: Any) -> None:
    if content is not None and not isinstance(content, bytes | memoryview):
        raise ValueError(f"a file's content is bytes, not {short(content)}")


def _point(widget: Any, value: Any) -> None:
    """Refuse what is no point of a figure that was clicked."""
    if not isinstance(value, dict) or not set(value) <= POINT:
        raise ValueError(f"{short(value)} is no point of a figure")
    for name, one in value.items():
        many = name == "custom" and isinstance(one, list)
        parts: Sequence[Any] = one if many else [one]
        if len(parts) > MOST_PARTS or not all(map(_plain, parts)):
            raise ValueError(f"{name} of a point is {short(one)}")


def _plain(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= MOST_TOLD
    if isinstance(value, int | float):
        return abs(value) <= LARGEST
    return value is None


def _event(name: str) -> Check:
    def check(widget: Any, content: Any) -> None:
        if content != {"event": name}:
            raise ValueError(f"only a {name} is expected, not {short(content)}")

    return check


def short(value: Any) -> str:
    """Name a value that is wrong, however large."""
    if isinstance(value, str):
        return repr(value[:MOST_PARTS])
    return repr(value) if value is None or isinstance(value, bool | float) else type(value).__name__


POINT: Final = frozenset(("figure", "x", "y", "curve", "point", "custom", "at"))
"""What a click on a figure tells."""

NOTHING: Final = Offer()

_VALUE: Final = Offer({"value": _number})

OFFERS: Final[Mapping[type, Offer]] = {
    ipywidgets.Text: Offer({"value": typed(MOST_TYPED)}, _event("submit")),
    ipywidgets.Textarea: Offer({"value": typed(MOST_PASTED)}),
    ipywidgets.IntSlider: _VALUE,
    ipywidgets.FloatSlider: _VALUE,
    ipywidgets.BoundedIntText: _VALUE,
    ipywidgets.Play: Offer({"value": _number, "playing": _flag, "repeat": _flag}),
    ipywidgets.Checkbox: Offer({"value": _flag}),
    ipywidgets.Button: Offer(message=_event("click")),
    ipywidgets.ToggleButtons: Offer({"index": _choice}),
    ipywidgets.Dropdown: Offer({"index": _choice}),
    ipywidgets.SelectMultiple: Offer({"index": _choices}),
    ipywidgets.FileUpload: Offer({"value": _upload, "error": typed(MOST_NAMED)}),
    ipywidgets.Tab: Offer({"selected_index": _child}),
}
"""What ipywidgets' own widgets offer: what their views send. All others offer nothing."""

FIGURES: Final = Offer({"selected": _point})
"""What a panel of figures offers: a click on a point."""
