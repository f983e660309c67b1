"""Numbers on the wire: long lists of them travel as bytes, which are a third of their text.

What a trait holds are plain lists; only what is sent is packed, and the browser unpacks it
(`static/panel.js`) before plotly sees it. The packed form is plotly's own for arrays.
"""

import base64
import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["packed"]

LEAST: Final = 8
"""Numbers of a list from which it is packed."""

WHOLE: Final = (("i1", 7), ("u1", 8), ("i2", 15), ("u2", 16), ("i4", 31))
"""Types of whole numbers by plotly's names, the shortest first, and the bits of their largest."""

SHARP: Final = 1e4
"""Steps of a plot's range that must be told apart, which is more than a screen shows."""


def packed(value: Any) -> Any:
    """Give plain JSON with its long lists of numbers packed; ``None`` among them is a gap.

    Parameters
    ----------
    value
        Of a trait; it is not changed.
    """
    if isinstance(value, dict):
        return {key: packed(one) for key, one in value.items()}
    if isinstance(value, list):
        if len(value) >= LEAST and set(map(type, value)) <= {int, float, type(None)}:
            return _bytes(value)
        return [packed(one) for one in value]
    return value


def _bytes(numbers: list[Any]) -> Any:
    kinds = set(map(type, numbers))
    if kinds == {int}:
        low, high = min(numbers), max(numbers)
        for name, bits in WHOLE:
            if (0 if name[0] == "u" else -(1 << bits)) <= low and high < 1 << bits:
                return _spec(name, numbers)
        return numbers
    if float not in kinds:
        return numbers
    plain = [math.nan if one is None else float(one) for one in numbers]
    return _spec("f4" if _short(np.array(plain)) else "f8", plain)


def _short(numbers: NDArray[np.float64]) -> bool:
    """Tell whether seven digits are enough: a clock's seconds, all about as large, need more."""
    seen = numbers[np.isfinite(numbers)]
    sizes = np.abs(seen[seen != 0])
    if not len(sizes):
        return True
    least, largest, kind = float(sizes.min()), float(sizes.max()), np.finfo(np.float32)
    if least < float(kind.tiny) or largest > float(kind.max):
        return False
    return largest * float(kind.eps) * SHARP <= float(seen.max()) - float(seen.min())


def _spec(name: str, numbers: Sequence[float]) -> dict[str, str]:
    data = np.array(numbers, f"<{name}").tobytes()
    return {"dtype": name, "bdata": base64.b64encode(data).decode("ascii")}
