"""Everything that can go wrong, as one tree.

.. code-block:: text

    LeoError
    ├── FieldClosed        used before it was opened or after it was closed
    ├── FieldBusy          another holder has the file
    ├── WrongLoop          used from another event loop than its own
    ├── PromptTooLong      more characters than one turn may hear
    ├── SeedMismatch       the given seed is not the one this Leo was born with
    ├── StoreError         the file cannot be read or written
    │   ├── NotALeo        the file is something else
    │   └── CommitFailed   a turn could not be written; nothing of it happened
    ├── TurnFormatError    a stored Turn cannot be decoded
    ├── TurnForgotten      something was forgotten that this needs
    ├── ObservationError   a run cannot be observed or read
    │   └── TopicsError    a file is no topic file
    ├── ServeError         a server cannot be started
    └── ModuleError        a module failed (raised in strict mode only)

Plain ``ValueError`` and ``TypeError`` are kept for arguments that are wrong whatever
the state of the world (a temperature of minus one).
"""

__all__ = [
    "CommitFailed",
    "FieldBusy",
    "FieldClosed",
    "LeoError",
    "ModuleError",
    "NotALeo",
    "ObservationError",
    "PromptTooLong",
    "SeedMismatch",
    "ServeError",
    "StoreError",
    "TopicsError",
    "TurnForgotten",
    "TurnFormatError",
    "WrongLoop",
]


class LeoError(Exception):
    """The root: whatever Leo raises on purpose."""


class FieldClosed(LeoError):
    """Leo was used before ``async_init()`` or after ``aclose()``."""


class FieldBusy(LeoError):
    """The file has a living holder; the message names it."""


class WrongLoop(LeoError):
    """A Leo belongs to the event loop that opened it."""


class PromptTooLong(LeoError, ValueError):
    """The prompt is longer than one turn may hear."""


class SeedMismatch(LeoError, ValueError):
    """The given seed differs from the one stored at birth."""


class StoreError(LeoError):
    """The file could not be read or written; the message names it and the way out."""


class NotALeo(StoreError):
    """The file exists and is not a Leo; it was left as it was."""


class CommitFailed(StoreError):
    """The turn's transaction failed and was rolled back: nothing of it happened."""


class TurnFormatError(LeoError):
    """A stored Turn could not be decoded."""


class TurnForgotten(LeoError, ValueError):
    """A turn is a gap, or a life cannot be lived again past something that was forgotten."""


class ObservationError(LeoError):
    """A run cannot be observed, or a stored one cannot be read; the message names which."""


class TopicsError(ObservationError):
    """A file cannot be read as topics; the message names it and the place."""


class ServeError(LeoError):
    """A server cannot be started; the message names why and the way out."""


class ModuleError(LeoError):
    """A module's hook or a watcher raised, and Leo runs with ``strict=True``.

    Parameters
    ----------
    module
        Name of the module (or ``"watcher"``).
    hook
        Name of the hook that raised.
    way_out
        What else to do than to mend it; by default, to leave the module out.
    """

    def __init__(self, module: str, hook: str, error: BaseException, way_out: str = "") -> None:
        way_out = way_out or f"leave the module out with without=({module!r},)"
        super().__init__(
            f"{module}.{hook} raised {type(error).__name__}: {error}; fix it, or {way_out}"
        )
        self.module = module
        self.hook = hook
