"""A window: a widget with a few controls above figures, that follows a Leo."""

import os
from collections.abc import Iterator

import ipywidgets

from leo import AsyncLeoField, Turn
from leo_widgets.following import Following
from leo_widgets.guard import guard_all
from leo_widgets.home import Guest
from leo_widgets.panel import PlotPanel
from leo_widgets.still import Still, figures_html
from leo_widgets.wire import Latest, LoopRunner

__all__ = ["Window", "everything"]


class Window(Still, ipywidgets.VBox):  # type: ignore[misc]
    """Controls above figures; a subclass makes the controls and draws.

    Parameters
    ----------
    leo
        The Leo.
    path
        Where he lives, if none is given (see `Chat`).

    Attributes
    ----------
    panel
        The figures.
    """

    def __init__(
        self,
        leo: AsyncLeoField | None = None,
        *,
        path: str | os.PathLike[str] | None = None,
    ) -> None:
        self._guest = Guest(leo, path)
        self._following = Following(self._happened, self._forgot)
        self._runner = LoopRunner(self._failed)
        self._drawing = Latest(self._runner, self._draw, f"drawing in a {type(self).__name__}")
        self.panel = PlotPanel()
        super().__init__([*self._controls(), self.panel])
        guard_all(self, self._failed)
        if self._runner.loop is not None:
            self._runner.spawn(self._follow, f"following Leo in a {type(self).__name__}")

    # ------------------------------------------------------------ from Python

    @property
    def leo(self) -> AsyncLeoField:
        """The Leo who is looked at."""
        return self._guest.leo

    async def ready(self) -> AsyncLeoField:
        """Wait until Leo is open and everything is drawn, and give him."""
        await self._follow()
        return self.leo

    def _still(self) -> str:
        return figures_html(self.panel.figures.values())

    @property
    def pending(self) -> int:
        """Tasks that are going on."""
        return self._runner.pending

    def close(self) -> None:
        """Take the widget away; Leo stays open."""
        self._following.end()
        self._runner.close()
        for child in self.children:
            for one in everything(child):
                one.close()
        super().close()

    async def aclose(self) -> None:
        """Close the widget, and the Leo if it was this widget that opened him."""
        self.close()
        await self._guest.leave()

    # ------------------------------------------------------------ for subclasses

    def _controls(self) -> list[ipywidgets.Widget]:
        """Make the controls, in order."""
        raise NotImplementedError

    async def _draw(self) -> None:
        """Bring the figures up to date."""
        raise NotImplementedError

    def _happened(self, turn: Turn) -> None:
        """Take note of a new turn."""
        self._redraw()

    def _forgot(self) -> None:
        """Show nothing any more of what was forgotten."""
        self._runner.spawn(self._renew, f"forgetting in a {type(self).__name__}")

    async def _renew(self) -> None:
        await self._following.renew()
        await self._draw()

    def _redraw(self) -> None:
        self._drawing.ask()

    async def _follow(self) -> None:
        leo = await self._guest.enter()
        await self._following.begin(leo)
        await self._draw()

    def _failed(self, error: BaseException) -> None:
        self.panel.error = f"{type(error).__name__}: {error}"


def everything(widget: ipywidgets.Widget) -> Iterator[ipywidgets.Widget]:
    """Give a widget after everything inside it."""
    if isinstance(widget, ipywidgets.Box):
        for child in widget.children:
            yield from everything(child)
    yield widget
