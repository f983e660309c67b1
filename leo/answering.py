"""What a Leo is asked about himself, and what is done with his file; nothing of it is a turn."""

import os
from pathlib import Path
from typing import Final

from leo.exporting.export import ExportFormat, export, format_of
from leo.forgetting import What
from leo.home import absolute
from leo.limits import check_kept, check_neighbours, check_sought, check_whole
from leo.opened import Opened
from leo.settle import settled
from leo.turns import Compacted, Forgotten, Stats, Turns
from leo.views import Neighbourhood

__all__ = ["Answering"]

NO_TURN: Final = 2**62
"""A number that no turn ever has, and that SQLite still knows."""


class Answering(Opened):
    """An open Leo who tells of himself; see `Opened` for the parameters."""

    # ------------------------------------------------------------ forgetting

    async def forget(self, what: What) -> Forgotten:
        """Forget for good what was said: in the journal, the counts, the modules and the file.

        Forgotten turns and observed texts become gaps: number and time stay, no text does. Of a
        book only the sentences go. What Leo himself said stays, but for words, and for three
        words in a row, that stood only in what is forgotten: those are cut out (``…``), and a
        text with a cut is not counted any more. `leo.forgetting` says it in detail. Copies made
        before are not touched, and neither are the texts he was born with; what was put aside
        when an older file was brought up to date is deleted.

        Parameters
        ----------
        what
            A turn's number, several, or a text: every turn, observed text and book in which
            somebody said it, whatever its case, spaces and marks (``Mila`` is said in
            ``Mila's``). Turns that are forgotten already are passed over.

        Raises
        ------
        ValueError
            If the text has no word or is too long, or there was no such turn.
        CommitFailed
            If it could not be written; nothing of it happened.
        StoreError
            If it is forgotten, but the file could not be written anew, for example because
            somebody else reads it just now; that is done when it is next opened.
        """
        if isinstance(what, str):
            check_sought(what)
        self._require_loop()
        happened: list[Forgotten] = []
        try:
            async with self._at_hand() as life:
                erased = await life.erasure(what)
                if erased is None:
                    await settled(life.clean())
                else:
                    await settled(life.forget(erased, happened.append))
        finally:  # it may have happened although an error comes up, or a cancellation
            for done in happened:
                self._forgetting.tell(done)
        return happened[0] if happened else Forgotten()

    async def compact(self, *, keep: int | None = None) -> Compacted:
        """Make his file smaller; what he knows and how he goes on does not change.

        The journal is deflated and unused room is given back. It can be cancelled, and then
        goes on where it was the next time.

        Parameters
        ----------
        keep
            How many of the last turns stay whole, at least 20; of all before only the texts are
            kept, and their overview: `journal` leaves them out, and they cannot be relived. So
            the file is bounded, but for some 400 bytes a turn. All stay whole by default.

        Raises
        ------
        ValueError
            If ``keep`` is too small.
        StoreError
            If the disk has no room for a copy of the file, or somebody reads it just now.
        """
        check_kept(keep)
        whole = None if keep is None else min(keep, NO_TURN)
        self._require_loop()
        async with self._at_hand() as life:
            return await life.compact(whole)

    # ------------------------------------------------------------ looking

    @property
    def turns(self) -> Turns:
        """The last 20 turns."""
        return Turns(self._open_life().turns)

    async def journal(self, start: int = 1, stop: int | None = None) -> Turns:
        """Read turns of his whole life, those with ``start <= id < stop``; gaps are left out."""
        first = min(check_whole("start", start), NO_TURN)
        end = None if stop is None else min(check_whole("stop", stop), NO_TURN)
        self._require_loop()
        async with self._at_hand() as life:
            return Turns(await life.journal.turns(max(0, first), end and max(0, end)))

    async def stats(self) -> Stats:
        """Tell what he amounts to."""
        self._require_loop()
        async with self._at_hand() as life:
            return Stats(
                path=self._path,
                seed=life.birthday.seed,
                born=life.birthday.at,
                turns=life.turn,
                entries=life.entry,
                totals=life.field.totals,
                centers=tuple(center.word for center in life.field.centers()),
                themes=len(life.field.themes.all),
            )

    async def around(self, word: str, *, limit: int = 30, at: int | None = None) -> Neighbourhood:
        """Look around a word: which words stand near it, and near each other.

        Parameters
        ----------
        word
            The word; of a longer text the first.
        limit
            Most neighbours, 1..60; they are content words, the most frequent company first.
        at
            A turn: how it was just after it (chosen among the words that are near today).
            ``None`` for now.

        Raises
        ------
        ValueError
            If ``limit`` is out of range, the word is too long, or there was no such turn.
        """
        check_sought(word)
        check_neighbours(limit)
        after = None if at is None else min(max(check_whole("at", at), 0), NO_TURN)
        self._require_loop()
        async with self._at_hand() as life:
            if after is not None and not 1 <= after <= life.turn:
                raise ValueError(f"there is no turn {after}; this Leo has lived {life.turn}")
            return await life.around(word, limit=limit, at=after)

    async def copy(self, path: str | os.PathLike[str]) -> Path:
        """Copy this Leo, with his whole life, into a new file, and give its path.

        Raises
        ------
        StoreError
            If the file exists already, or cannot be written.
        """
        self._require_loop()
        target = absolute(path)
        async with self._at_hand() as life:
            await settled(life.copy(target))
        return target

    async def export(
        self,
        path: str | os.PathLike[str],
        *,
        format: ExportFormat | None = None,  # noqa: A002  the name that people look for
    ) -> Path:
        """Write his field and all his turns as tables, and give their path; nothing changes.

        The tables are ``words``, ``bigrams``, ``trigrams``, ``pairs``, ``turns``, ``spoken`` and
        ``notes``. They appear when all is written; a cancelled export leaves nothing.

        Parameters
        ----------
        path
            ``.db``, ``.sqlite`` or ``.sqlite3``: one SQLite file. No suffix, or ``.csv``: a
            folder of CSV files. ``.parquet``: a folder of Parquet files.
        format
            ``sqlite``, ``csv`` or ``parquet``, whatever the suffix.

        Raises
        ------
        ValueError
            If the suffix tells no format, or there is no such format.
        StoreError
            If there is something at the path already, it cannot be written, or Parquet is
            asked for and pyarrow is not installed.
        """
        target = absolute(path)
        chosen = format_of(target, format)
        self._require_loop()
        async with self._at_hand() as life:
            await export(life, target, chosen)
        return target
