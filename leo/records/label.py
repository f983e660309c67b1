"""Labels: the program's own words, such as the name of a module or of a reason."""

from typing import Annotated, TypeAlias

__all__ = ["LABEL", "Label"]

LABEL = "label"

Label: TypeAlias = Annotated[str, LABEL]
"""A string nobody ever said; every other string in a record may quote somebody."""
