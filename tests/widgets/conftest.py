"""Fixtures: what a widget sends is recorded, and the browser is played by its messages."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import comm
import ipywidgets
import plotly.graph_objects as go
import pytest
from comm.base_comm import BaseComm

from leo import AsyncLeoField, Turn
from leo.observation.talk import TALK
from leo.testing import ScriptedClock
from leo_widgets import Chat, Feed, FieldMap, Inspector, LeoLab, PlotPanel, Switches, WhatIf, panel

# Loaded here: importing the widgets and reading plotly's bundle touch files, which tests on
# the event loop may not do.
_ = (Chat, Feed, FieldMap, Inspector, LeoLab, PlotPanel, Switches, WhatIf, panel.program())
go.Figure(data=[go.Scatter(x=[1]), go.Bar(x=[1]), go.Scatterpolar(r=[1]), go.Table()]).to_json()

Sent = list[tuple[str, str, dict[str, Any]]]


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sent]:
    """Record every message a widget would send: (comm id, kind, data)."""
    messages: Sent = []

    class Recorder(BaseComm):
        def publish_msg(
            self,
            msg_type: str,
            data: Any = None,
            metadata: Any = None,
            buffers: Any = None,
            **_: Any,
        ) -> None:
            messages.append((self.comm_id, msg_type, data or {}))

    monkeypatch.setattr(comm, "create_comm", Recorder)
    yield messages
    ipywidgets.Widget.close_all()


Play = Callable[..., None]


@pytest.fixture
def play() -> Play:
    """Play the browser: send a custom message to a widget, or change its traits."""

    def send(widget: Any, content: dict[str, Any] | None = None, **state: Any) -> None:
        data: dict[str, Any] = {"method": "update", "state": state, "buffer_paths": []}
        if content is not None:
            data = {"method": "custom", "content": content}
        widget.comm.handle_msg({"content": {"data": data}, "buffers": []})

    return send


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> list[Turn]:
    """Give the Turns of a whole scripted talk with all modules on."""
    path = tmp_path_factory.mktemp("lived") / "leo.db"

    async def live() -> list[Turn]:
        clock = ScriptedClock(step=90)
        async with AsyncLeoField(path, seed=1, clock=clock, strict=True) as leo:
            return [await leo.turn(prompt) for prompt in TALK]

    return asyncio.run(live())
