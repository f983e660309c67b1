"""The peers in a process and a virtual environment of their own; `peers.py` starts and asks it.

A line of JSON asks for one thing, a line of JSON answers with the milliseconds it took,
measured here. It imports nothing of Leo. Only what the peers' documentation offers is used.

    python benchmarks/peer_process.py BOOK FOLDER
"""

import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import markovify
from cobe.brain import Brain

BARE_MS = 0
"""cobe's search loop ends after its first reply."""

TRIES = 10
"""How often markovify tries for a sentence that is not in its text; its default."""


class Peers:
    """cobe and markovify, with one book learned by both."""

    def __init__(self, book: Path, folder: Path) -> None:
        text = book.read_text(encoding="utf-8")
        self._brain = Brain(str(folder / "cobe.brain"))
        begun = time.perf_counter()
        self._brain.start_batch_learning()
        for paragraph in text.split("\n\n"):
            self._brain.learn(paragraph)
        self._brain.stop_batch_learning()
        self.cobe_s = time.perf_counter() - begun
        begun = time.perf_counter()
        self._model = markovify.Text(text)
        self.markovify_s = time.perf_counter() - begun

    def cobe_learn(self, text: str) -> None:
        """Learn as cobe does: one commit, which is not flushed to the disk."""
        self._brain.learn(text)

    def cobe_learn_full(self, text: str) -> None:
        """Learn with a commit that survives a power cut, as Leo's does."""
        self._brain.learn(text)

    def cobe_bare(self, text: str) -> str:
        """Reply with the first reply found."""
        return str(self._brain.reply(text, loop_ms=BARE_MS))

    def cobe_loop(self, text: str) -> str:
        """Reply with the best of those found in cobe's default time."""
        return str(self._brain.reply(text))

    def markovify_learn(self, text: str) -> None:
        """Learn as markovify does: combine the model with one of the new text, in memory."""
        self._model = markovify.combine([self._model, markovify.Text(text)])

    def markovify_reply(self, text: str) -> str:
        """Make a sentence; markovify hears no prompt."""
        del text
        return self._model.make_sentence(tries=TRIES) or ""

    def flush(self, how: str) -> None:
        """Set how surely cobe's file is flushed (cobe's own setting is OFF)."""
        self._brain.graph.cursor().execute(f"PRAGMA synchronous={how}")


def answer(peers: Peers, what: str, text: str) -> dict[str, object]:
    """Do one thing, and tell how long it took."""
    do: Callable[[str], str | None] = getattr(peers, what)
    peers.flush("FULL" if what == "cobe_learn_full" else "OFF")
    begun = time.perf_counter()
    said = do(text)
    return {"ms": (time.perf_counter() - begun) * 1000, "said": said or ""}


def main(book: str, folder: str) -> None:
    """Learn the book, then answer until nobody asks any more."""
    peers = Peers(Path(book), Path(folder))
    names = ("cobe", "markovify")
    ready = {"versions": {name: version(name) for name in names}}
    print(json.dumps({**ready, "cobe_s": peers.cobe_s, "markovify_s": peers.markovify_s}))
    sys.stdout.flush()
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(answer(peers, asked["do"], asked["text"])), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
