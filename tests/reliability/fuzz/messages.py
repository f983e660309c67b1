"""Messages from a browser: each is carried out or refused, and the lab goes on."""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Final

from leo import AsyncLeoField
from leo.testing import ScriptedClock
from leo_widgets import LeoLab
from tests.reliability.fuzz.given import Given
from tests.reliability.fuzz.keeping import KEPT, kept_runner
from tests.reliability.fuzz.talk import BIRTH
from tests.reliability.fuzz.wires import PLACES, calm, complaints, play_at

__all__ = ["target"]

RENEWED: Final = 60
"""Turns after which another lab takes its place."""

AT_ONCE: Final = 6
"""Messages that come before the first is through."""


class Lab:
    """A lab with all its windows, on a Leo of a few words."""

    def __init__(self) -> None:
        self.runner = kept_runner()
        KEPT.callback(lambda: self.runner.run(self.close()))
        self.lab: LeoLab | None = None
        self.folder = Path()

    async def open(self) -> LeoLab:
        """Make a lab with every window."""
        self.folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="leo-fuzz-"))
        leo = AsyncLeoField(self.folder / "leo.db", seed=7, clock=ScriptedClock(), birth=BIRTH)
        lab = LeoLab(leo)
        lab.chat.pace = 0
        await lab.say("The moon is red. Who are you?")
        await self.looked_at(lab)
        return lab

    async def looked_at(self, lab: LeoLab) -> None:
        """Have every window open."""
        await lab.ready()
        for place in PLACES:
            await lab.window(place).ready()

    async def play(self, given: Given) -> None:
        """Send some messages; then the lab answers as ever."""
        if self.lab is None:
            self.lab = await self.open()
        lab = self.lab
        with complaints() as said:
            for _ in range(AT_ONCE):
                play_at(lab, given)
                if given.byte() % 2:
                    await asyncio.sleep(0)
                if given.empty:
                    break
            await calm(lambda: lab.pending)
            if given.byte() % 4 == 0:
                turn = await lab.say("And the moon?")
                await calm(lambda: lab.pending)
                assert turn.reply in [one["text"] for one in lab.chat.messages]
        assert said == [], said
        assert 0.1 <= lab.chat.temperature <= 3
        await self.looked_at(lab)
        if (await lab.leo.stats()).turns > RENEWED or len(lab.chat._guests) > 3:
            await self.close()

    async def close(self) -> None:
        """Put everything away."""
        if self.lab is not None:
            guests = [guest.leo for guest in self.lab.chat._guests]
            await self.lab.aclose()
            for leo in guests:
                await leo.aclose()
            await asyncio.to_thread(shutil.rmtree, self.folder)
            self.lab = None


_one = Lab()


def target(data: bytes) -> None:
    """Play a browser that sends whatever it likes."""
    _one.runner.run(_one.play(Given(data)))
