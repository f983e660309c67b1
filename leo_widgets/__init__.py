"""Widgets for Leo: talk with him in a notebook, and watch him think.

>>> from leo_widgets import LeoLab
>>> LeoLab()                                                           # doctest: +SKIP

`LeoLab` is the chat with figures beside it, `Inspector` looks into any turn; `Chat`, `show`
and each figure can be used alone.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leo_widgets import figures
    from leo_widgets.chat import Chat
    from leo_widgets.inspector import Inspector
    from leo_widgets.lab import LeoLab
    from leo_widgets.map import FieldMap
    from leo_widgets.panel import PlotPanel, show
    from leo_widgets.whatif import WhatIf

__all__ = ["Chat", "FieldMap", "Inspector", "LeoLab", "PlotPanel", "WhatIf", "figures", "show"]

_HOMES = {
    "Chat": "leo_widgets.chat",
    "FieldMap": "leo_widgets.map",
    "Inspector": "leo_widgets.inspector",
    "LeoLab": "leo_widgets.lab",
    "PlotPanel": "leo_widgets.panel",
    "WhatIf": "leo_widgets.whatif",
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
