"""Stills: what stays of the widgets where no program runs and styles are taken away."""

import asyncio
import html
import re
from typing import Any

import nbformat
import pytest
from nbconvert import HTMLExporter

from leo import AsyncLeoField, Turn
from leo_widgets import Chat, Inspector, LeoLab, figures, show

VIEW = "application/vnd.jupyter.widget-view+json"


def bare(page: str) -> str:
    """Leave what the strictest site leaves: the text, without scripts, styles and attributes."""
    page = re.sub(r"<(script|style).*?</\1>", " ", page, flags=re.DOTALL)
    page = re.sub(r"</?span[^>]*>", "", page)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def exported(bundle: dict[str, Any]) -> str:
    """Give what nbconvert makes of a notebook with one output, and no kernel or widget state."""
    output = nbformat.v4.new_output("display_data", data=bundle)
    cell = nbformat.v4.new_code_cell("shown", outputs=[output])
    text, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    return str(text)


def bundle_of(widget: Any) -> dict[str, Any]:
    """Give what a widget leaves in a notebook."""
    found = widget._repr_mimebundle_()
    return dict(found[0] if isinstance(found, tuple) else found)


async def test_a_chat_s_snapshot_is_the_talk(leo: AsyncLeoField) -> None:
    """Every word stands in it, its reason in a title, markup as text."""
    chat = Chat(leo, pace=0)
    await chat.ready()
    assert "Nothing was said yet" in chat.snapshot().html
    turn = await chat.say("Do you like <b>rain</b>?")
    still = chat.snapshot()

    assert bare(still.html) == f"you Do you like <b>rain</b>? Leo {turn.reply}"
    assert "<b>rain" not in still.html
    assert f'title="{turn.utterance.words[0].context}' in still.html
    assert repr(still) == chat.transcript
    assert still._repr_html_() == still.html


async def test_a_lab_s_snapshot_tells_its_figures(leo: AsyncLeoField) -> None:
    """Talk, last turn, table of turns, and each live figure in words."""
    lab = LeoLab(leo)
    lab.chat.pace = 0
    await lab.ready()
    turn = await lab.say("Do you like the sea?")
    await lab._draw()
    seen = bare(lab.snapshot().html)

    assert turn.reply in seen
    assert f"{turn.quality.overall:.2f} (structural" in seen
    for name in ("What Leo recalls", "Which module had a hand", "Experts of turn 1", "Pulse"):
        assert name in seen
    lab.close()


@pytest.mark.parametrize("kind", ["figure", "chat", "lab", "inspector", "turn"])
async def test_an_exported_notebook_shows_something_true(leo: AsyncLeoField, kind: str) -> None:
    """Without kernel and widget state, nbconvert shows the still in place of each widget."""
    turn = await leo.turn("Do you like the sea?")
    bundle, wanted = await made(kind, leo, turn)
    page = bare(await asyncio.to_thread(exported, bundle))

    assert wanted in page
    assert "Error" not in page


async def made(kind: str, leo: AsyncLeoField, turn: Turn) -> tuple[dict[str, Any], str]:
    """Make an output of each kind, and what is to be read in it."""
    if kind == "turn":
        return {"text/html": turn._repr_html_()}, turn.reply
    if kind == "figure":
        return bundle_of(show(figures.growth([turn]))), "Field evolution: what Leo learned here."
    if kind == "inspector":
        inspector = Inspector(leo)
        await inspector.ready()
        return bundle_of(inspector), "The words of the reply of turn 1"
    widget = Chat(leo, pace=0) if kind == "chat" else LeoLab(leo)
    await widget.ready()
    return bundle_of(widget), turn.reply


async def test_a_notebook_with_a_kernel_gets_the_widget(leo: AsyncLeoField) -> None:
    """The view is there beside the still."""
    chat = Chat(leo, pace=0)
    await chat.ready()
    bundle = bundle_of(chat)

    assert bundle[VIEW]["model_id"] == chat.model_id
    assert "Nothing was said yet" in bundle["text/html"]
