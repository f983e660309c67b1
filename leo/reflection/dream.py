"""Dream: now and then, after a reply, Leo talks with an imaginary friend.

He dreams when something moved him, when he has not dreamed for a while, and when luck will
have it. The friend speaks from fragments of the origin, Leo from what was just said; each
hears the other. What they say is learned as dreams are: with its source and little weight.
With every dream the friend's fragments fade; what he said with feeling becomes a new one.
"""

import json
from collections.abc import Sequence, Set
from dataclasses import replace
from typing import Final

from leo.luck import stream
from leo.module import Gone, Judged, Kept, Module, Reader, Voice, Write
from leo.notes import Wound
from leo.records import Growth, Note, Unsaid
from leo.reflection.dreaming import (
    SPEAKERS,
    DreamConfig,
    DreamLine,
    DreamReport,
    DreamState,
    DreamStats,
    Dreamt,
    Gate,
    gates_of,
    manner,
)
from leo.reflection.fragments import Fragment, aged, drawn, first
from leo.text.function_words import is_content
from leo.text.prose import sentences
from leo.text.tokens import tokens

__all__ = ["Dream", "DreamConfig", "DreamReport"]

FRAGMENTS_DRAWN: Final = 3
"""Fragments that the friend speaks from in one dream."""

KEPT_DREAMS: Final = 100
"""Dreams that stay in the table."""

REMEMBERED: Final = 10
"""Dreams that are kept at hand."""

SHORTEST: Final = 5
"""Characters of a line; a shorter one ends the dream."""

NEW: Final = 2
"""Lines of a dream that become fragments at most."""


class Dream(Module[DreamState]):
    """Dreams after a reply, if the moment is right.

    Parameters
    ----------
    config
        When.
    """

    name = "dream"
    migrations = (
        "CREATE TABLE dream_fragments (id INTEGER PRIMARY KEY, text TEXT NOT NULL, "
        "weight REAL NOT NULL) STRICT",
        "CREATE TABLE dream_dialogues (turn INTEGER PRIMARY KEY, at REAL NOT NULL, "
        "lines TEXT NOT NULL) STRICT",
        "CREATE TABLE dream_desk (id INTEGER PRIMARY KEY CHECK (id = 1), last REAL NOT NULL, "
        "next_fragment INTEGER NOT NULL, dreams INTEGER NOT NULL, lines INTEGER NOT NULL) STRICT",
    )
    spared = ("dream_dialogues.lines",)  # who speaks is no quote; `forget` looks at the words

    def __init__(self, config: DreamConfig | None = None) -> None:
        self._config = config or DreamConfig()
        self.state = DreamState()

    async def load(self, reader: Reader) -> DreamState:
        """Read the friend; before the first dream he is made of the origin."""
        desk = await reader.fetch("SELECT last, next_fragment, dreams, lines FROM dream_desk")
        if not desk:
            origin = [text for source, text in reader.birth if source == "origin"]
            fragments = first([one for text in origin for one in sentences(text)])
            return DreamState(fragments, len(fragments) + 1)
        rows = await reader.fetch("SELECT id, text, weight FROM dream_fragments ORDER BY id")
        dreams = await reader.fetch(
            "SELECT turn, at, lines FROM dream_dialogues ORDER BY turn DESC LIMIT ?", (REMEMBERED,)
        )
        recent = (
            Dreamt(turn, at, tuple(DreamLine(*line) for line in json.loads(str(lines))))  # type: ignore[arg-type]
            for turn, at, lines in reversed(dreams)
        )
        last, next_id, count, lines = desk[0]
        fragments = tuple(Fragment(*row) for row in rows)  # type: ignore[arg-type]
        return DreamState(fragments, next_id, last, count, lines, tuple(recent))  # type: ignore[arg-type]

    async def after(self, judged: Judged, voice: Voice) -> Kept[DreamState]:
        """Dream, or tell why not."""
        gates = gates_of(self._config, self.state.last, judged)
        closed = next((gate.name for gate in gates if not gate.open), None)
        if closed is not None:
            return Kept(self._report(gates, closed))
        lines, growth = await self._dialogue(judged, voice)
        if not lines:
            return Kept(self._report(gates, "nothing was said"))
        state = self._dreamt(judged, lines)
        before, now = self.state.fragments, state.fragments
        known, left = {one.id for one in before}, {one.id for one in now}
        report = DreamReport(
            gates,
            dreamed=True,
            why_not=None,
            lines=lines,
            fragments=len(now),
            born=tuple(one.text for one in now if one.id not in known),
            gone=tuple(one.text for one in before if one.id not in left),
            growth=growth,
        )
        return Kept(report, state)

    def rows(self, note: Note | None, state: DreamState) -> Sequence[Write]:
        """Write the dream and the friend, if Leo dreamed."""
        if not (isinstance(note, DreamReport) and note.dreamed):
            return ()
        new = state.recent[-1]
        lines = [
            [one.speaker, one.text, one.temperature, one.semantic, one.entropy, one.charge]
            for one in new.lines
        ]
        fragments = tuple((one.id, one.text, one.weight) for one in state.fragments)
        desk = (state.last, state.next_id, state.dreams, state.lines)
        return (
            Write(
                "INSERT INTO dream_dialogues VALUES (?, ?, ?)",
                ((new.turn, new.at, json.dumps(lines, ensure_ascii=False)),),
            ),
            Write(
                "DELETE FROM dream_dialogues WHERE turn NOT IN "
                "(SELECT turn FROM dream_dialogues ORDER BY turn DESC LIMIT ?)",
                ((KEPT_DREAMS,),),
            ),
            Write("DELETE FROM dream_fragments"),
            Write("INSERT INTO dream_fragments VALUES (?, ?, ?)", fragments),
            Write("INSERT OR REPLACE INTO dream_desk VALUES (1, ?, ?, ?, ?)", (desk,)),
        )

    async def forget(self, reader: Reader, gone: Gone) -> Sequence[Write]:
        """Forget dreams that quote, and what the friend kept of dreams that are forgotten."""
        dreams = await reader.fetch("SELECT turn, lines FROM dream_dialogues ORDER BY turn")
        told = {turn: [line[1] for line in json.loads(str(lines))] for turn, lines in dreams}
        over = [
            turn
            for turn, texts in told.items()
            if turn in gone.turns or any(map(gone.traces.holds, texts))
        ]
        return (
            Write("DELETE FROM dream_dialogues WHERE turn = ?", tuple((one,) for one in over)),
            Write(
                "DELETE FROM dream_fragments WHERE text = ?",
                tuple((text,) for turn in over for text in told[turn]),
            ),
        )

    # ------------------------------------------------------------ questions

    def recent(self, n: int = 5) -> tuple[Dreamt, ...]:
        """List the last dreams, newest first, at most ten."""
        return tuple(reversed(self.state.recent))[:n]

    def fragments(self) -> tuple[Fragment, ...]:
        """List what the friend is made of, the strongest first."""
        return tuple(sorted(self.state.fragments, key=lambda one: (-one.weight, one.id)))

    def stats(self) -> DreamStats:
        """Count dreams, lines and fragments."""
        state = self.state
        charges = [line.charge for dream in state.recent for line in dream.lines]
        mean = sum(charges) / len(charges) if charges else 0.0
        return DreamStats(state.dreams, state.lines, len(state.fragments), mean)

    # ------------------------------------------------------------ how it is done

    def _report(self, gates: tuple[Gate, ...], why_not: str) -> DreamReport:
        fragments = len(self.state.fragments)
        return DreamReport(gates, False, why_not, (), fragments, (), (), Growth())

    async def _dialogue(self, judged: Judged, voice: Voice) -> tuple[tuple[DreamLine, ...], Growth]:
        """Let the two speak in turn; each line is kept before the next is spoken."""
        luck = stream(judged.moment.seed, f"{self.name} fragments")
        friend = " ".join(one.text for one in drawn(self.state.fragments, FRAGMENTS_DRAWN, luck))
        said = judged.utterance.own.text
        lines: list[DreamLine] = []
        words = {t.word for one in self.state.fragments for t in tokens(one.text)}
        growth, heard = Growth(), f"{judged.moment.prompt} {said}"
        for speaker in SPEAKERS:
            temperature, semantic = manner(speaker, judged)
            own = friend if speaker == "friend" else said
            seed = f"{heard} {own}"  # the last words draw most
            spoken = await voice.think(
                seed=seed,
                temperature=temperature,
                semantic=semantic,
                max_tokens=self._config.max_tokens,
            )
            if len(spoken.text.strip()) < SHORTEST:
                break
            growth += await voice.keep(spoken.text, "dream")
            charge = _charge(spoken, words, judged)
            entropy = round(spoken.entropy, 4)
            lines.append(DreamLine(speaker, spoken.text, temperature, semantic, entropy, charge))
            heard = spoken.text
        return tuple(lines), growth

    def _dreamt(self, judged: Judged, lines: tuple[DreamLine, ...]) -> DreamState:
        state, moment = self.state, judged.moment
        told = [one for one in lines if one.speaker == "friend"]
        told = [one for one in told if one.charge >= self._config.charged][:NEW]
        fragments = aged(state.fragments, [one.text for one in told], state.next_id)
        dream = Dreamt(moment.turn, moment.at, lines)
        return replace(
            state,
            fragments=fragments,
            next_id=max([state.next_id, *(one.id + 1 for one in fragments)]),
            last=moment.at,
            dreams=state.dreams + 1,
            lines=state.lines + len(lines),
            recent=(*state.recent, dream)[-REMEMBERED:],
        )


def _charge(spoken: Unsaid, friends: Set[str], judged: Judged) -> float:
    own = [token.word for token in tokens(spoken.text) if is_content(token.word)]
    share = sum(word in friends for word in own) / len(own) if own else 0.0
    wound = judged.note(Wound)
    return round((spoken.entropy + share + (wound.level if wound else 0.0)) / 3, 4)
