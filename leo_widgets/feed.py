"""Feed: give Leo something to read, and watch his field grow while he reads."""

import asyncio
import html
import tempfile
from pathlib import Path

import aiofiles
import ipywidgets

from leo.books import GZIP
from leo.records import Totals
from leo.text.tokens import clean
from leo_widgets import figures
from leo_widgets.window import Window

__all__ = ["Feed"]

DRAWN_EVERY = 0.25
"""Seconds between two looks at the field while he reads."""


class Feed(Window):
    """Paste a text, upload a file, or name one that is on this computer; he learns it.

    Reading goes on beside the talk. It can be cancelled: what was learned stays, and the same
    text read again goes on where it was left.

    Attributes
    ----------
    text, upload, file
        Where a text comes from: pasted, uploaded, or a path.
    button, cancel, progress, told
        What begins and ends reading, how far it is, and what came of it.
    """

    def _controls(self) -> list[ipywidgets.Widget]:
        self._reading: asyncio.Task[None] | None = None
        self._sizes: list[tuple[int, Totals]] = []
        self._looked = 0.0
        self._done = 0
        wide = ipywidgets.Layout(width="100%")
        self.text = ipywidgets.Textarea(placeholder="Paste a text here…", rows=5, layout=wide)
        self.upload = ipywidgets.FileUpload(accept=".txt,.md,text/plain", description="Upload")
        self.file = ipywidgets.Text(description="or a file", placeholder="a path on this computer")
        self.button = ipywidgets.Button(description="Read", button_style="primary", icon="book")
        self.cancel = ipywidgets.Button(description="Cancel", disabled=True, icon="stop")
        self.progress = ipywidgets.FloatProgress(0.0, min=0.0, max=1.0)
        self.told = ipywidgets.HTML()
        self.button.on_click(lambda button: self._runner.spawn(self._pressed, "reading"))
        self.cancel.on_click(lambda button: self._runner.call(self._cancel))
        row = ipywidgets.Layout(flex_flow="row wrap", width="100%")
        sources = ipywidgets.HBox([self.upload, self.file], layout=row)
        doing = ipywidgets.HBox([self.button, self.cancel, self.progress], layout=row)
        return [self.text, sources, doing, self.told]

    # ------------------------------------------------------------ from Python

    async def read(self) -> None:
        """Read what is there, as if the button had been pressed.

        Raises
        ------
        ValueError
            If nothing was given to read.
        StoreError
            If a file cannot be read, or is not UTF-8.
        """
        await self.ready()
        if self._reading is not None:
            raise ValueError("he is reading already; wait, or cancel")
        self._reading = asyncio.ensure_future(self._read())
        self._reading.add_done_callback(self._ended)
        self.button.disabled, self.cancel.disabled = True, False
        await self._reading

    # ------------------------------------------------------------ reading

    async def _pressed(self) -> None:
        self.panel.error = ""
        try:
            await self.read()
        except asyncio.CancelledError:
            self.told.value = "Cancelled; what was learned stays, and he can go on from there."

    def _cancel(self) -> None:
        if self._reading is not None:
            self._reading.cancel()

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._reading = None
        self.button.disabled, self.cancel.disabled = False, True

    async def _read(self) -> None:
        if self.text.value.strip():
            await self._read_text(clean(self.text.value).encode(), "the pasted text")
        elif self.upload.value:
            given = self.upload.value[0]
            content = bytes(given["content"])
            if content.startswith(GZIP):  # a small one can hold more than any disk
                raise ValueError("an uploaded file has to be plain text; unpack it first")
            await self._read_text(content, str(given["name"]))
        elif self.file.value.strip():
            await self._read_file(Path(self.file.value.strip()), self.file.value)
        else:
            raise ValueError("there is nothing to read; paste a text, upload a file, or name one")

    async def _read_text(self, content: bytes, name: str) -> None:
        """Read from a file of its own, so that a long text is streamed like any book."""
        folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="leo-feed-")
        try:
            path = Path(folder.name) / "text.txt"
            async with aiofiles.open(path, "wb") as file:
                await file.write(content)
            await self._read_file(path, name)
        finally:
            await asyncio.to_thread(folder.cleanup)

    async def _read_file(self, path: Path, name: str) -> None:
        begun = await self.leo.stats()
        self._sizes = [(0, begun.totals)]
        self._looked = asyncio.get_running_loop().time()
        self.progress.value, self.told.value = 0.0, ""
        told = await self.leo.read(path, progress=self._reached)
        await self._look()
        self.told.value = _came_of(name, told.tokens, skipped=told.skipped)

    def _reached(self, done: int, total: int) -> None:
        """Hear how far he is, and look at the field now and then."""
        self._done, self.progress.value = done, done / total
        now = asyncio.get_running_loop().time()
        if now - self._looked >= DRAWN_EVERY:
            self._looked = now
            self._runner.spawn(self._look, "looking at the field")

    async def _look(self) -> None:
        totals = (await self.leo.stats()).totals
        self._sizes.append((self._done, totals))
        self.panel.put({"reading": figures.reading(self._sizes)})

    async def _draw(self) -> None:
        """Nothing is drawn before he reads."""


def _came_of(name: str, tokens: int, *, skipped: bool) -> str:
    shown = html.escape(name)
    if skipped:
        return f"He has read {shown} before."
    return f"He read {tokens:,} tokens of {shown}."
