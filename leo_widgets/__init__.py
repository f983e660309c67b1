"""Widgets for Leo: talk with him in a notebook, and watch him think.

>>> from leo_widgets import LeoLab
>>> LeoLab()                                                           # doctest: +SKIP

`LeoLab` is the chat with everything beside it: live figures, `Inspector` for any turn of his
life, `FieldMap`, `WhatIf`, `Feed`; each of them and each figure can be used alone.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leo_widgets import figures
    from leo_widgets.chat import Chat
    from leo_widgets.feed import Feed
    from leo_widgets.inspector import Inspector
    from leo_widgets.lab import LeoLab
    from leo_widgets.map import FieldMap
    from leo_widgets.page import page, save_html
    from leo_widgets.panel import PlotPanel, show
    from leo_widgets.switches import Switches
    from leo_widgets.whatif import WhatIf

__all__ = [
    "Chat",
    "Feed",
    "FieldMap",
    "Inspector",
    "LeoLab",
    "PlotPanel",
    "Switches",
    "WhatIf",
    "figures",
    "page",
    "save_html",
    "show",
]

_HOMES = {
    "Chat": "leo_widgets.chat",
    "Feed": "leo_widgets.feed",
    "FieldMap": "leo_widgets.map",
    "Inspector": "leo_widgets.inspector",
    "LeoLab": "leo_widgets.lab",
    "PlotPanel": "leo_widgets.panel",
    "Switches": "leo_widgets.switches",
    "WhatIf": "leo_widgets.whatif",
    "page": "leo_widgets.page",
    "save_html": "leo_widgets.page",
    "show": "leo_widgets.panel",
}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used: importing the package loads no plotly."""
    import importlib  # noqa: PLC0415

    if name == "figures":
        return importlib.import_module("leo_widgets.figures")
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'leo_widgets' has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names."""
    return sorted([*globals(), *__all__])
