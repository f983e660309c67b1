"""Leo, a language organism you can watch think.

He has no pretrained weights. He grows a field of trigrams and co-occurrence from what he
hears, and speaks by walking through it. One turn::

    what you say
        -> tokens              leo.text
        -> a percept           leo.perception   how new, how loud, what it touches
        -> leans               leo.modules      each module, in order
        -> a blend             leo.experts      five ways to speak, mixed
        -> words               leo.generation   each with its reasons
        -> quality             leo.reflection
        -> a plan              leo.turn         nothing has happened yet
        -> one transaction     leo.store        now it has
        -> the field, grown    leo.field

>>> from leo import AsyncLeoField                                      # doctest: +SKIP
>>> async with AsyncLeoField("leo.db") as leo:                         # doctest: +SKIP
...     turn = await leo.turn("Hello, who are you?")
...     print(turn.reply)
"""

from leo.async_leo import AsyncLeoField, living
from leo.errors import (
    CommitFailed,
    FieldBusy,
    FieldClosed,
    LeoError,
    ModuleError,
    NotALeo,
    ObservationError,
    PromptTooLong,
    SeedMismatch,
    ServeError,
    StoreError,
    TopicsError,
    TurnForgotten,
    TurnFormatError,
    WrongLoop,
)
from leo.events import Event, Revised, Word
from leo.home import ASYNC_DB_PATH
from leo.records import Growth, Influence, Note, Turn, Utterance
from leo.sync_leo import LeoField
from leo.text.birth import DEFAULT_BIRTH, Birth
from leo.turns import Compacted, Forgotten, ReadReport, Stats, Turns
from leo.views import Neighbourhood

__all__ = [
    "ASYNC_DB_PATH",
    "DEFAULT_BIRTH",
    "AsyncLeoField",
    "Birth",
    "CommitFailed",
    "Compacted",
    "Event",
    "FieldBusy",
    "FieldClosed",
    "Forgotten",
    "Growth",
    "Influence",
    "LeoError",
    "LeoField",
    "ModuleError",
    "Neighbourhood",
    "NotALeo",
    "Note",
    "ObservationError",
    "PromptTooLong",
    "ReadReport",
    "Revised",
    "SeedMismatch",
    "ServeError",
    "Stats",
    "StoreError",
    "TopicsError",
    "Turn",
    "TurnForgotten",
    "TurnFormatError",
    "Turns",
    "Utterance",
    "Word",
    "WrongLoop",
    "living",
]
