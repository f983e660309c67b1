"""Numbers on the wire: packed as bytes, and the same again in the browser."""

import base64
import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo_widgets import PlotPanel
from leo_widgets.figures.style import framed, trace
from leo_widgets.numbers import LEAST, packed
from leo_widgets.panel import drawn
from tests.widgets.conftest import Sent

DIGITS = 7
"""Significant digits of short numbers, as in panel.js."""


def unpacked(value: Any) -> Any:
    """Do what panel.js does."""
    if isinstance(value, list):
        return [unpacked(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "bdata" not in value:
        return {key: unpacked(one) for key, one in value.items()}
    kind = value["dtype"]
    numbers = np.frombuffer(base64.b64decode(value["bdata"]), f"<{kind}").tolist()
    if kind[0] != "f":
        return numbers
    short = kind == "f4"
    return [
        None if math.isnan(one) else float(f"{one:.{DIGITS}g}") if short else one for one in numbers
    ]


WHOLE = st.lists(st.integers(-(2**40), 2**40), min_size=1, max_size=40)
REAL = st.lists(
    st.none() | st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=40
)


@given(WHOLE)
def test_whole_numbers_come_back_exactly(numbers: list[int]) -> None:
    """Whatever their size, and without a point."""
    back = unpacked(json.loads(json.dumps(packed({"x": numbers}))))
    assert back == {"x": numbers}
    assert all(type(one) is int for one in back["x"])


@given(REAL)
def test_real_numbers_come_back_as_near_as_can_be_seen(numbers: list[float | None]) -> None:
    """Gaps stay gaps; no number moves by more than a thousandth of the range."""
    back = unpacked(json.loads(json.dumps(packed({"y": numbers}))))["y"]
    seen = [one for one in numbers if one is not None]
    room = (max(seen) / 1e3 - min(seen) / 1e3) if seen else 0.0
    assert [one is None for one in back] == [one is None for one in numbers]
    for one, other in zip(numbers, back, strict=True):
        assert one is None or abs(one / 2 - other / 2) <= room


def test_a_clock_s_seconds_stay_apart() -> None:
    """Large numbers that hardly differ keep all their digits."""
    seconds = [1_800_000_000.25 + i for i in range(LEAST)]
    assert unpacked(packed(seconds)) == seconds


@pytest.mark.parametrize(
    "value",
    [
        {"text": ["one"] * 20, "none": [None] * 20, "few": [0.5] * (LEAST - 1)},
        {"yes": [True, False] * 10, "mixed": [1, "2"] * 10, "nothing": [], "title": "x"},
    ],
)
def test_what_is_no_long_list_of_numbers_travels_as_it_is(value: dict[str, Any]) -> None:
    """Texts, switches, short lists."""
    assert packed(value) == value


def test_a_panel_holds_lists_and_sends_bytes(sent: Sent) -> None:
    """What Python sees in a panel is plain; what travels is a third of it."""
    ys = [i / 7 for i in range(60)]
    panel = PlotPanel()
    sent.clear()
    panel.put({"curve": framed([trace("scatter", x=list(range(60)), y=ys)], "A curve")})

    assert panel.figures["curve"]["data"][0]["y"] == ys
    [state] = [data["state"] for _, _, data in sent if "slot0" in data.get("state", {})]
    [curve] = state["slot0"]["data"]
    assert set(curve["y"]) == {"dtype", "bdata"}
    assert unpacked(curve)["x"] == list(range(60))
    assert unpacked(curve)["y"] == pytest.approx(ys, rel=1e-6)
    assert len(json.dumps(curve)) < len(json.dumps(panel.figures["curve"]["data"][0])) / 2


def test_arrays_and_what_is_no_number_become_plain() -> None:
    """A figure may hold arrays; JSON knows neither them nor what is not a number."""
    figure = framed([trace("scatter", x=np.arange(3), y=(1.5, math.nan, np.float64(2)))], "Plain")
    [plain] = drawn(figure)["data"]
    assert (plain["x"], plain["y"]) == ([0, 1, 2], [1.5, None, 2.0])
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
