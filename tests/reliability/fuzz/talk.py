"""A talk: prompts, observed texts, and everything else one can ask of a living Leo."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from leo import AsyncLeoField, LeoError, ModuleError, Turn
from leo.testing import ScriptedClock
from leo.text.birth import Birth
from tests.reliability.fuzz.given import Given
from tests.reliability.fuzz.keeping import KEPT, kept_folder, kept_runner

__all__ = ["target"]

RENEWED: Final = 150
"""Turns after which another Leo takes his place: a life must not get slow."""

BIRTH: Final = Birth(
    "fuzz",
    (
        ("origin", "The lamp in the kitchen was warm. I listen to the rain."),
        ("origin", "I am Leo. The moon is red, and the dog sleeps. Who are you? I am small."),
    ),
)

Act = Callable[["Talk", Given], Awaitable[Any]]


class Talk:
    """A Leo who lives as long as the process, and longer than what is done to him."""

    def __init__(self) -> None:
        self.clock = ScriptedClock(step=7)
        self.folder = kept_folder()
        self.runner = kept_runner()
        self.leo = self.born()
        KEPT.callback(lambda: self.runner.run(self.leo.aclose()))

    def born(self) -> AsyncLeoField:
        """Make a Leo, or the one of before again, who opens in the same file."""
        return AsyncLeoField(
            self.folder / "leo.db", seed=7, clock=self.clock, strict=True, birth=BIRTH
        )

    async def play(self, given: Given) -> None:
        """Do a few things to him; each is done or refused, and he goes on."""
        await self.leo.async_init()
        for _ in range(2):
            before = await self.leo.stats()
            try:
                result = await given.pick(ACTS)(self, given)
            except ModuleError:
                raise
            except (ValueError, TypeError, LeoError):
                assert await self.leo.stats() == before
            else:
                if isinstance(result, Turn):
                    assert Turn.from_json(result.to_json()) == result
                    result.to_json().encode()
            if given.empty:
                break
        await self.leo.turn("And the moon?")
        if (await self.leo.stats()).turns > RENEWED:
            await self.renew()

    async def renew(self) -> None:
        """Begin with another one."""
        await self.leo.aclose()
        await asyncio.to_thread(shutil.rmtree, self.folder)
        await asyncio.to_thread(self.folder.mkdir)
        self.leo = self.born()

    async def reopen(self) -> None:
        """Close and open him; he is as he was."""
        before, turns = await self.leo.stats(), self.leo.turns
        await self.leo.aclose()
        self.leo = await self.born().async_init()
        assert (await self.leo.stats(), self.leo.turns) == (before, turns)

    async def export(self, given: Given) -> None:
        """Write everything as tables."""
        target = self.folder / given.pick(("e.db", "e", "e.parquet"))
        await self.leo.export(target)
        await asyncio.to_thread(_removed, target)

    async def forget(self, given: Given) -> object:
        """Forget a word or two of a turn, or a turn; nobody has said it then."""
        if given.byte() % 2:
            return await self.leo.forget(given.whole() % 20)
        said = f"zanzibar {given.text(8)}"
        await self.leo.turn(said)
        await self.leo.forget(said)
        assert said not in [turn.prompt for turn in self.leo.turns]
        return None

    async def switch(self, given: Given) -> None:
        """Switch some modules off."""
        names = self.leo.modules
        await self.leo.set_without([given.pick(names) for _ in range(given.byte() % 3)])


def _removed(target: Path) -> None:
    shutil.rmtree(target) if target.is_dir() else target.unlink()


def _argued(given: Given) -> dict[str, Any]:
    kind = given.byte()
    if kind < 128:
        return {}
    tokens = given.number() if kind < 160 else given.byte()
    return {"temperature": given.number(), "max_tokens": tokens}


ACTS: Final[tuple[Act, ...]] = (
    lambda talk, given: talk.leo.turn(given.text(), **_argued(given)),
    lambda talk, given: talk.leo.turn(given.text(255)),
    lambda talk, given: talk.leo.turn(given.text() + given.text()),
    lambda talk, given: talk.leo.turn("Mila is my dog. " + given.text(8) + "?"),
    lambda talk, given: talk.leo.observe(given.text(), source=given.pick(("observer", "note"))),
    lambda talk, given: talk.leo.imagine(given.text(), seed=given.whole()),
    lambda talk, given: talk.leo.around(given.text(), limit=given.byte()),
    lambda talk, given: talk.leo.around("moon", at=given.byte()),
    lambda talk, given: talk.leo.journal(given.whole(), given.whole()),
    lambda talk, given: talk.forget(given),
    lambda talk, given: talk.switch(given),
    lambda talk, given: talk.export(given),
    lambda talk, given: talk.reopen(),
)

_talk: list[Talk] = []


def target(data: bytes) -> None:
    """Do a few things to a Leo; each is a Turn or a documented error, and the next turn works."""
    if not _talk:
        _talk.append(Talk())
    _talk[0].runner.run(_talk[0].play(Given(data)))
