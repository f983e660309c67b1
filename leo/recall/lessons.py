"""What School keeps: cards with explanations, the question that is open, and when it asked."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from leo.module import Gone, SqlValue, Write
from leo.recall.names import Name

__all__ = ["Answer", "Card", "Lessons", "Question", "forgotten"]

CARDS: Final = 500
"""Names that are kept."""

ANSWERS: Final = 8
"""Explanations of one name that are kept; the oldest goes first."""

ANSWER: Final = 1000
"""Characters of an explanation."""

HOUR: Final = 3600.0
"""Seconds for which it is remembered when a question was asked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An explanation: the turn, the time in seconds, and the words of the observer."""

    turn: int
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """What is known about a name.

    Attributes
    ----------
    name
        The name.
    asked
        How often Leo asked for it.
    seen
        Turn in which it was last asked for or explained.
    answers
        Explanations, oldest first.
    """

    name: Name
    asked: int = 0
    seen: int = 0
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A question that waits for an answer, asked at a time in seconds."""

    name: Name
    at: float


@dataclass(frozen=True, slots=True)
class Lessons:
    """All cards, the open question, and the times of the last hour's questions.

    Attributes
    ----------
    cards
        By key of the name.
    pending
        The open question.
    asked
        When questions were asked within the last hour, oldest first.
    last
        Key of the name asked for last.
    touched, dropped
        Cards to write and to delete after this turn.
    moved
        Whether the open question or the times changed.
    """

    cards: Mapping[str, Card] = field(default_factory=lambda: MappingProxyType({}))
    pending: Question | None = None
    asked: tuple[float, ...] = ()
    last: str | None = None
    touched: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    moved: bool = False

    @property
    def unanswered(self) -> frozenset[str]:
        """Names that were asked for and never explained."""
        return frozenset(key for key, card in self.cards.items() if not card.answers)

    def fresh(self) -> "Lessons":
        """Begin a turn."""
        return replace(self, touched=(), dropped=(), moved=False)

    def closed(self) -> "Lessons":
        """Let the open question go."""
        return replace(self, pending=None, moved=True)

    def explained(self, name: Name, turn: int, at: float, text: str) -> "Lessons":
        """Keep an explanation; the question is answered."""
        card = self.cards.get(name.key, Card(name))
        answers = (*card.answers, Answer(turn, at, text[:ANSWER]))[-ANSWERS:]
        return self._with(replace(card, seen=turn, answers=answers)).closed()

    def wondered(self, name: Name, turn: int, at: float) -> "Lessons":
        """Note that a question was asked; it is open now."""
        card = self.cards.get(name.key, Card(name))
        lessons = self._with(replace(card, asked=card.asked + 1, seen=turn))
        asked = (*(one for one in self.asked if at - one < HOUR), at)
        return replace(lessons, pending=Question(name, at), asked=asked, last=name.key, moved=True)

    def _with(self, card: Card) -> "Lessons":
        cards = {**self.cards, card.name.key: card}
        order = sorted(cards.values(), key=lambda one: (bool(one.answers), one.seen, one.name.key))
        dropped = tuple(one.name.key for one in order[: max(0, len(cards) - CARDS)])
        for key in dropped:
            del cards[key]
        touched = tuple(
            key for key in dict.fromkeys((*self.touched, card.name.key)) if key in cards
        )
        return replace(self, cards=cards, touched=touched, dropped=(*self.dropped, *dropped))


def forgotten(rows: Sequence[tuple[SqlValue, ...]], gone: Gone) -> tuple[Write, ...]:
    """Take away explanations, names that only a forgotten turn brought up, and its question.

    Parameters
    ----------
    rows
        Key, last turn and explanations (JSON) of every card.
    gone
        What is forgotten.
    """
    shorter: list[tuple[SqlValue, ...]] = []
    empty: list[tuple[SqlValue, ...]] = []
    for key, seen, answers in rows:
        told = json.loads(str(answers))
        left = [one for one in told if one[0] not in gone.turns]
        left = [one for one in left if not gone.traces.holds(one[2])]
        if not left and seen in gone.turns:
            empty.append((key,))
        elif left != told:
            shorter.append((json.dumps(left, ensure_ascii=False), key))
    close = "UPDATE school_desk SET key = NULL, shown = NULL, at = NULL WHERE at = ?"
    return (
        Write("UPDATE school_cards SET answers = ? WHERE key = ?", tuple(shorter)),
        Write("DELETE FROM school_cards WHERE key = ?", tuple(empty)),
        Write(close, tuple((at,) for at in gone.turns.values())),
    )
