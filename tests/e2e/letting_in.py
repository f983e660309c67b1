"""Watching a page for anybody who was let in: scripts that ran, requests, dialogs, elements."""

import asyncio
import contextlib
import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from playwright.sync_api import Dialog, Frame, Page, Request

from leo import AsyncLeoField, Turn
from leo.observation.talk import TALK
from leo.testing import ScriptedClock
from tests.reliability.poison import EVIL, PAYLOADS, poisoned

__all__ = ["TYPED", "Guard", "hover_everything", "poisoned_file"]

LIVED = 10
"""Turns of a life that is poisoned."""

TYPED = ["\n".join(list(PAYLOADS.values())[i::3]) for i in range(3)]
"""All payloads, in three messages."""

TRAP = """
window.leoEvils = [];
window.leoEvil = (what) => window.leoEvils.push(String(what));
null;
"""

MATH = """
window.MathJax = {get version() { window.leoEvil('a formula'); return '3.2.2'; }};
null;
"""
"""A page whose formulas somebody else would set."""

ELEMENTS = """(evil) => {
    const found = [];
    const say = (one, why) => found.push(`${why}: ${one.outerHTML.slice(0, 160)}`);
    for (const one of document.querySelectorAll('*')) {
        if (one.hasAttribute('data-evil')) say(one, 'a payload is an element');
        for (const {name, value} of one.attributes) {
            const told = ['title', 'aria-label', 'value', 'placeholder', 'data-unformatted'];
            if (told.includes(name)) continue;
            if (name.startsWith('on') && value.includes('leoEvil')) say(one, 'a handler');
            if (/^\\s*javascript:/i.test(value)) say(one, 'a link that runs');
            if (['src', 'href', 'xlink:href', 'srcdoc', 'action', 'style', 'content', 'data']
                .includes(name) && (value.includes(evil) || value.includes('leoEvil')))
                say(one, 'an attribute');
        }
        const data = one.type === 'application/json';
        if (one.matches('script, style') && !data && one.textContent.includes(evil))
            say(one, 'a script or a style');
    }
    const ours = '.leo-chat, .leo-plots, .leo-turn, .leo-turns, .figure, #transcript';
    for (const part of document.querySelectorAll(ours)) {
        const odd = 'script, iframe, object, embed, form:not(.leo-form), svg a, img, link, meta,'
            + ' base, style, math, mjx-container, .MathJax, details, a[href^="http"]';
        for (const one of part.querySelectorAll(odd))
            if (!one.closest('.modebar')) say(one, 'an element of no kind of ours');
    }
    return found;
}"""

HOVER = """async () => {
    let shown = 0;
    const programs = globalThis.leoPrograms ? [...globalThis.leoPrograms.values()] : [];
    const Plotly = globalThis.Plotly ?? (await programs[0]);
    for (const plot of document.querySelectorAll('.js-plotly-plot')) {
        for (const [curve, trace] of plot._fullData.entries()) {
            const points = trace.x?.length ?? 0;
            if (!['bar', 'scatter'].includes(trace.type) || trace.hoverinfo === 'skip') continue;
            for (let point = 0; point < Math.min(2, points); point++) {
                const at = (trace.xaxis ?? 'x') + (trace.yaxis ?? 'y');
                Plotly.Fx.hover(plot, [{curveNumber: curve, pointNumber: point}], at);
                shown += plot.querySelectorAll('.hoverlayer text').length;
            }
        }
    }
    return shown;
}"""


class Guard:
    """Sees whatever a payload would do to a page.

    Parameters
    ----------
    page
        The page; if it is open already it must not have shown anything yet.
    math
        Whether formulas could be set by a program of the page around.
    """

    def __init__(self, page: Page, *, math: bool = False) -> None:
        self._seen: list[str] = []
        page.add_init_script(TRAP + (MATH if math else ""))
        page.evaluate(TRAP)
        page.on("request", self._asked)
        page.on("dialog", self._dialog)
        page.on("popup", lambda popup: self._seen.append(f"a window: {popup.url}"))
        page.on("framenavigated", self._navigated)

    def _dialog(self, dialog: Dialog) -> None:
        self._seen.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def _asked(self, request: Request) -> None:
        if EVIL.rstrip("/") in request.url or request.url.endswith("/x"):
            self._seen.append(f"a request: {request.url}")

    def _navigated(self, frame: Frame) -> None:
        if "evil" in frame.url:
            self._seen.append(f"a way to: {frame.url}")

    def found(self, page: Page) -> list[str]:
        """List everything that was seen, and what stands in the page now."""
        ran = [f"a script: {one}" for one in page.evaluate("window.leoEvils")]
        elements: list[Any] = page.evaluate(ELEMENTS, EVIL)
        return [*self._seen, *ran, *elements]


def hover_everything(page: Page) -> int:
    """Hover over points of every figure that is drawn; give how many labels were shown."""
    return int(page.evaluate(HOVER))


def poisoned_file(path: Path) -> list[Turn]:
    """Make a Leo's file as somebody else may send it: every text of his turns is a payload."""

    async def live() -> tuple[Turn, ...]:
        async with AsyncLeoField(path, seed=7, clock=ScriptedClock(step=90)) as leo:
            for prompt in TALK[:LIVED]:
                await leo.turn(prompt)
            return tuple(leo.turns)

    with ThreadPoolExecutor(1) as other:  # a loop of the browser's driver runs in this thread
        turns = other.submit(lambda: asyncio.run(live())).result()
    texts = list(PAYLOADS.values())
    bent = [poisoned(turn, texts[i:] + texts[:i]) for i, turn in enumerate(turns)]
    with contextlib.closing(sqlite3.connect(path)) as file:
        for turn in bent:
            body = {**json.loads(turn.to_json()), "learned": []}  # the image has counted it
            file.execute("UPDATE journal SET body = ? WHERE turn = ?", (json.dumps(body), turn.id))
        file.commit()
    return bent
