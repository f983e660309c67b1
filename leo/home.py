"""Where a Leo lives when nobody says where."""

import os
from pathlib import Path
from typing import Final

import platformdirs

__all__ = ["ASYNC_DB_PATH", "absolute"]

ASYNC_DB_PATH: Final = (
    Path(os.environ.get("LEO_HOME") or platformdirs.user_data_path("leo")).expanduser() / "leo.db"
)
"""Where Leo lives when no path is given: ``$LEO_HOME``, else the user's data folder."""


def absolute(path: str | os.PathLike[str]) -> Path:
    """Give a path in the form in which open Leos are known by it."""
    return Path(path).expanduser().absolute()
