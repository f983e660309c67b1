"""School: Leo asks for names he never heard, keeps what he is told, and can reckon.

An unknown name may come back as a question of one word after his reply. What the observer
says next is an explanation, a refusal, or something else altogether. Explanations are kept
as they were given, and draw their words when the name is spoken of again; they are learned
once, as the observer's words, like everything he says. A sum is worked out after the reply.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from leo.module import Gone, Lean, Module, Reader, Revision, Said, SoFar, Voice, Write
from leo.notes import Wound
from leo.recall.adding import added, sum_words
from leo.recall.arithmetic import worked_out
from leo.recall.lessons import Answer, Card, Lessons, Question, forgotten
from leo.recall.names import Answering, Name, answering, names_in, spoken_of
from leo.records import Influence, Label, Note, Percept, Pull
from leo.text.function_words import is_content
from leo.text.tokens import SENTENCE_ENDS, tokens

__all__ = ["School", "SchoolConfig", "SchoolHeard", "SchoolNote"]

RECALLED: Final = 3
"""Names whose explanations are recalled at a time."""

DRAWN: Final = 8
"""Words of an explanation that are drawn."""

WEIGHT: Final = 0.8
"""How strongly they are drawn."""


@dataclass(frozen=True, slots=True)
class SchoolConfig:
    """When Leo does not ask.

    Attributes
    ----------
    interval
        Seconds between two questions.
    per_hour
        Questions in an hour.
    patience
        Seconds after which an open question is forgotten.
    wound, arousal
        Level of the wound and arousal of the prompt above which he has other worries.
    entropy, quality
        Entropy and quality of what was just said below which, both, nothing is to be learned.
    """

    interval: float = 5.0
    per_hour: int = 30
    patience: float = 3600.0
    wound: float = 0.7
    arousal: float = 0.85
    entropy: float = 0.02
    quality: float = 0.3


@dataclass(frozen=True, slots=True)
class SchoolHeard(Note):
    """What School made of the prompt.

    Attributes
    ----------
    question
        The name that was asked for, if a question was open.
    answering
        What the observer did with it: ``answer``, ``refusal``, ``new topic`` or ``aside``.
    recalled
        Known names that were spoken of.
    drawn
        Words of their explanations that are drawn.
    """

    question: str | None
    answering: Answering | None
    recalled: tuple[str, ...]
    drawn: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SchoolNote(Note):
    """What School added to the reply.

    Attributes
    ----------
    asked
        The name that is asked for.
    blocked
        Why nothing was asked: ``flat``, ``open question``, ``wound``, ``arousal``, ``too soon``,
        ``asked enough``, ``no name``, ``no room`` or ``a sum``; ``None`` if something was.
    sum
        The sum and its result.
    cards
        Names on record.
    """

    asked: str | None
    blocked: Label | None
    sum: str | None
    cards: int


class School(Module[Lessons]):
    """Asks, keeps, recalls, and reckons.

    Parameters
    ----------
    config
        When Leo does not ask.
    """

    name = "school"
    migrations = (
        "CREATE TABLE school_cards (key TEXT PRIMARY KEY, shown TEXT NOT NULL, "
        "asked INTEGER NOT NULL, seen INTEGER NOT NULL, answers TEXT NOT NULL) STRICT",
        "CREATE TABLE school_desk (id INTEGER PRIMARY KEY CHECK (id = 1), key TEXT, shown TEXT, "
        "at REAL, last TEXT, asked TEXT NOT NULL) STRICT",
    )
    spared = ("school_cards.answers",)  # of them only those that quote go, in `forget`

    def __init__(self, config: SchoolConfig | None = None) -> None:
        self._config = config or SchoolConfig()
        self.state = Lessons()

    async def load(self, reader: Reader) -> Lessons:
        """Read the cards and the open question."""
        rows = await reader.fetch(
            "SELECT key, shown, asked, seen, answers FROM school_cards ORDER BY key"
        )
        cards: dict[str, Card] = {}
        for key, written, asked, seen, answers in rows:
            told = tuple(Answer(*one) for one in json.loads(str(answers)))
            cards[str(key)] = Card(Name(str(key), str(written)), asked, seen, told)  # type: ignore[arg-type]
        desk = await reader.fetch("SELECT key, shown, at, last, asked FROM school_desk")
        if not desk:
            return Lessons(cards)
        key, written, at, last, times = desk[0]
        pending = None if key is None else Question(Name(str(key), str(written)), at)  # type: ignore[arg-type]
        return Lessons(cards, pending, tuple(json.loads(str(times))), last)  # type: ignore[arg-type]

    async def before(self, percept: Percept, so_far: SoFar) -> Lean[Lessons]:
        """Hear whether a question was answered, and recall what is known of a name."""
        moment, lessons = so_far.moment, self.state.fresh()
        question, done = lessons.pending, None
        if question is not None and not 0 <= moment.at - question.at <= self._config.patience:
            question, lessons = None, lessons.closed()
        if question is not None:
            done = answering(moment.prompt, question.name.key)
            if done == "answer":
                lessons = lessons.explained(question.name, moment.turn, moment.at, moment.prompt)
            elif done != "aside":
                lessons = lessons.closed()
        recalled = self._recalled(self.state, percept.tokens)
        drawn = _drawn([self.state.cards[key] for key in recalled], percept.tokens)
        asked = question.name.shown if question else None
        note = SchoolHeard(asked, done, tuple(recalled), drawn)
        pulls = tuple(Pull(word, WEIGHT, "notes", self.name) for word in drawn)
        return Lean(Influence(pulls=pulls), note, lessons)

    async def revise(self, percept: Percept, said: Said, voice: Voice) -> Revision[Lessons]:
        """Work out a sum, or ask for a name, after what was said."""
        moment, lessons, utterance = said.moment, self.state, said.utterance
        result = worked_out(moment.prompt)
        if result is not None and self._room(said, len(result.pieces) + 2):
            spoken = added(utterance, sum_words(result), self.name)
            return Revision(spoken, SchoolNote(None, "a sum", result.text, len(lessons.cards)))
        flat = await _flat(self._config, said, voice)
        name, blocked = (None, "flat") if flat else self._question(percept, said)
        if name is None:
            return Revision(note=SchoolNote(None, blocked, None, len(lessons.cards)))
        lessons = lessons.wondered(name, moment.turn, moment.at)
        pieces = [*((word, word) for word in name.shown.split()), ("?", "?")]
        note = SchoolNote(name.shown, None, None, len(lessons.cards))
        return Revision(added(utterance, pieces, self.name), note, lessons)

    def rows(self, note: Note | None, state: Lessons) -> Sequence[Write]:
        """Write the cards and the question that changed."""
        touched = tuple(_row(state.cards[key]) for key in state.touched)
        writes = [
            Write("INSERT OR REPLACE INTO school_cards VALUES (?, ?, ?, ?, ?)", touched),
            Write("DELETE FROM school_cards WHERE key = ?", tuple((k,) for k in state.dropped)),
        ]
        if state.moved:
            open_ = state.pending
            question = (open_.name.key, open_.name.shown, open_.at) if open_ else (None,) * 3
            desk = (*question, state.last, json.dumps(state.asked))
            insert = "INSERT OR REPLACE INTO school_desk VALUES (1, ?, ?, ?, ?, ?)"
            writes.append(Write(insert, (desk,)))
        return writes

    async def forget(self, reader: Reader, gone: Gone) -> Sequence[Write]:
        """Forget explanations, names that only a forgotten turn brought up, and its question."""
        rows = await reader.fetch("SELECT key, seen, answers FROM school_cards ORDER BY key")
        return forgotten(rows, gone)

    # ------------------------------------------------------------ questions

    @property
    def pending(self) -> Question | None:
        """The question that waits for an answer."""
        return self.state.pending

    def notes(self) -> tuple[Card, ...]:
        """List everything that was asked or explained, by name."""
        return tuple(self.state.cards[key] for key in sorted(self.state.cards))

    def recall(self, prompt: str) -> tuple[Card, ...]:
        """Give the explained names that a prompt speaks of, at most three."""
        heard = [token.word for token in tokens(prompt)]
        return tuple(self.state.cards[key] for key in self._recalled(self.state, heard))

    def reckon(self, prompt: str) -> str | None:
        """Work out the sum in a prompt; ``None`` if there is none that is sure."""
        result = worked_out(prompt)
        return result.text if result else None

    # ------------------------------------------------------------ how it is done

    @staticmethod
    def _recalled(lessons: Lessons, heard: Sequence[str]) -> tuple[str, ...]:
        known = {key for key, card in lessons.cards.items() if card.answers}
        return spoken_of(heard, known, RECALLED)

    def _question(self, percept: Percept, said: Said) -> tuple[Name | None, str | None]:
        """Choose a name to ask for, or tell what keeps Leo from asking."""
        blocked = self._blocked(percept, said)
        if blocked is not None:
            return None, blocked
        lessons = self.state
        found = [
            name
            for name in names_in(said.moment.prompt, percept.unknown, lessons.unanswered)
            if name.key != lessons.last and not lessons.cards.get(name.key, Card(name)).answers
        ]
        if not found:
            return None, "no name"
        fits = self._room(said, len(found[0].shown.split()) + 1)
        return (found[0], None) if fits else (None, "no room")

    def _blocked(self, percept: Percept, said: Said) -> str | None:
        config, lessons, wound = self._config, self.state, said.note(Wound)
        at = said.moment.at
        if lessons.pending is not None:
            return "open question"
        if wound is not None and wound.level > config.wound:
            return "wound"
        if percept.pulse.arousal > config.arousal:
            return "arousal"
        return _busy(config, lessons, at)

    @staticmethod
    def _room(said: Said, words: int) -> bool:
        """Tell whether so many words may still be said, after a whole sentence of his own."""
        spoken = said.utterance.words
        if not spoken or spoken[-1].word not in SENTENCE_ENDS:
            return False
        return len(spoken) + words <= said.moment.settings.max_tokens


async def _flat(config: SchoolConfig, said: Said, voice: Voice) -> bool:
    """Tell whether he is reciting, and badly: no moment for a question."""
    if said.utterance.entropy >= config.entropy:
        return False
    return (await voice.judge(said.utterance)).overall < config.quality


def _busy(config: SchoolConfig, lessons: Lessons, at: float) -> str | None:
    since = [at - one for one in lessons.asked]
    if since and since[-1] < config.interval:
        return "too soon"
    return "asked enough" if sum(one < 3600 for one in since) >= config.per_hour else None


def _drawn(cards: Sequence[Card], heard: Sequence[str]) -> tuple[str, ...]:
    """Choose content words of explanations, the latest explanation first, the name left out."""
    words: dict[str, None] = {}
    for card in cards:
        of = [t.word for answer in reversed(card.answers) for t in tokens(answer.text)]
        own = [word for word in dict.fromkeys(of) if is_content(word) and word not in heard]
        words |= dict.fromkeys(word for word in own[:DRAWN] if word not in card.name.key.split())
    return tuple(words)


def _row(card: Card) -> tuple[str, str, int, int, str]:
    answers = json.dumps([[one.turn, one.at, one.text] for one in card.answers], ensure_ascii=False)
    return (card.name.key, card.name.shown, card.asked, card.seen, answers)
