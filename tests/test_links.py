"""Links: what the pages and notebooks point to in this project is there."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mistune
import pytest

ROOT = Path(__file__).parents[1]

PAGES = sorted(
    page
    for pattern in ("*.md", "docs/*.md", "notebooks/**/*.md", "notebooks/*.ipynb")
    for page in ROOT.glob(pattern)
)

parse = mistune.create_markdown(renderer="ast", plugins=["table"])


def text_of(page: Path) -> str:
    """Give a page's Markdown, or that of a notebook's cells."""
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".md":
        return text
    cells = json.loads(text)["cells"]
    return "\n\n".join("".join(one["source"]) for one in cells if one["cell_type"] == "markdown")


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Walk through a parsed page."""
    for node in tree:
        yield node
        yield from nodes(node.get("children", []))


def links(page: Path) -> list[str]:
    """List where a page's links and pictures lead."""
    found = (node.get("attrs", {}).get("url") for node in nodes(parse(text_of(page))))
    return [url for url in found if url]


def plain(node: dict[str, Any]) -> str:
    """Give the text of a heading."""
    return str(node.get("raw", "")) + "".join(map(plain, node.get("children", [])))


def anchors(page: Path) -> set[str]:
    """List a page's headings as addresses, as GitHub makes them."""
    heads = [plain(node) for node in nodes(parse(text_of(page))) if node["type"] == "heading"]
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def broken(page: Path, root: Path = ROOT) -> list[str]:
    """List the links of a page that lead nowhere, or outward without https."""
    bad = []
    for url in links(page):
        if "://" in url:
            bad += [url] * (not url.startswith("https://"))
            continue
        name, _, anchor = url.partition("#")
        target = (page.parent / name).resolve() if name else page
        there = target.exists() and target.is_relative_to(root)
        if not there or (anchor and anchor not in anchors(target)):
            bad.append(url)
    return bad


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """Files are there, and so are the headings; what leads outward is not asked for here."""
    assert broken(page) == []


def test_links_are_found(tmp_path: Path) -> None:
    """A link in a table, a picture, a file that is not there, a heading that is not."""
    page = tmp_path / "page.md"
    page.write_text(
        "# A head, `so`\n\n| a |\n|---|\n| [x](gone.md) |\n\n![p](gone.png) [y](#a-head-so) "
        "[z](#other) [h](http://example.org)",
        encoding="utf-8",
    )

    assert broken(page, tmp_path) == ["gone.md", "gone.png", "#other", "http://example.org"]
