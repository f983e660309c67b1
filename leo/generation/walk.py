"""A walk through the field: from a first word to a sentence end near the target length.

Nothing is sampled to be cut away. Where the field leads nowhere new inside a sentence, the
sentence is closed and the utterance ends; after one, the next starts from a center.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import cast

from leo.field.centers import Center
from leo.field.rows import RowView
from leo.field.view import Ask, View
from leo.generation.connection import Connection
from leo.generation.draw import distribution, draw, entropy_of, rounded, take
from leo.generation.first_word import first_word, start_entropy
from leo.generation.guards import Guards
from leo.generation.mouth import Hear, Mouth
from leo.generation.step import Biases, Options, Situation, bends, leanings, options
from leo.pace import WORDS_PER_BREATH, Pace
from leo.records import SpokenWord, Utterance, WordContext
from leo.text.tokens import MARKS, SENTENCE_ENDS, is_word

__all__ = ["TARGET", "Plan", "walk"]

TARGET = 20
"""Tokens a reply aims at when nobody leans on its length."""

NEAR_TARGET = 0.7
"""Share of the target from which a sentence end ends the reply."""

LONGEST = 4
"""Targets after which a reply is closed wherever it is."""

REMEMBERED = 3
"""Last content words that draw words near them."""

WEAVE_FROM = 0.05
"""Probability from which the observer's word is taken where it could stand."""

PAUSES = MARKS - SENTENCE_ENDS
"""Marks that more must follow."""

SILENCE = "…"
"""What a Leo who has heard nothing says."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to walk.

    Attributes
    ----------
    temperature
        Effective temperature; each step moves it by at most a fifth.
    start_temperature
        Temperature of the first word, free of anything a prompt moved.
    biases
        What leans on the steps.
    target
        Tokens aimed at.
    limit
        Tokens at most (a closing mark may follow).
    wanted
        Words to consider although they are rare where he stands.
    top_k
        Candidates of a step at most, the wanted ones beside; all by default.
    echoes
        Runs of words that must not come out (`leo.generation.guards.echo_windows`).
    connection
        The observer's word to weave in, if any.
    """

    temperature: float
    start_temperature: float
    biases: Biases
    target: float
    limit: int
    wanted: frozenset[int] = frozenset()
    top_k: int | None = None
    echoes: frozenset[tuple[str, ...]] = frozenset()
    connection: Connection | None = None


async def walk(
    view: View,
    centers: Sequence[Center],
    plan: Plan,
    *,
    luck: Random,
    hear: Hear | None = None,
    start: Random | None = None,
) -> Utterance:
    """Speak.

    Parameters
    ----------
    view
        The field, with whatever lies on top of it.
    centers
        Where to start from.
    plan
        How to walk.
    luck
        Random numbers of the steps.
    hear
        Told each word as it is chosen.
    start
        Random numbers of the first word; `luck` if not given.
    """
    walker = _Walker(view, centers, plan, luck, hear)
    pace = Pace(WORDS_PER_BREATH)
    walker.start(start or luck)
    while not walker.done:
        await walker.step()
        await pace.spend()
    return Utterance(tuple(walker.words), walker.entropy, "leo")


class _Walker:
    def __init__(
        self,
        view: View,
        centers: Sequence[Center],
        plan: Plan,
        luck: Random,
        hear: Hear | None,
    ) -> None:
        self._view, self._centers, self._plan, self._luck = view, centers, plan, luck
        self._guards = Guards(plan.echoes)
        self._mouth = Mouth(view, self._guards, hear)
        self._near: dict[int, RowView] = {}
        self._entropies: list[float] = []
        self._to_weave = plan.connection
        self.done = False

    @property
    def words(self) -> list[SpokenWord]:
        """The words said so far."""
        return self._mouth.words

    @property
    def entropy(self) -> float:
        """Mean entropy over the words that had a choice; 0 if none had."""
        open_ = [entropy for entropy in self._entropies if entropy > 0]
        return rounded(sum(open_) / len(open_)) if open_ else 0.0

    def start(self, luck: Random) -> None:
        """Say the first word."""
        temperature = self._plan.start_temperature
        drawn = first_word(self._centers, luck, temperature)
        if drawn is None:
            self._mouth.say_given(SILENCE, SILENCE, "close", temperature)
            self.done = True
            return
        entropy = start_entropy(self._centers)
        self._mouth.say_drawn(drawn, "start", entropy=entropy, temperature=temperature, shares={})

    async def step(self) -> None:
        """Say one more word, or be done."""
        said, plan = len(self.words), self._plan
        ended = self._mouth.last in SENTENCE_ENDS
        if said >= self._most:
            if not ended:
                self._close()
            self.done = True
        elif ended and (said >= NEAR_TARGET * plan.target or not self._room_for_a_sentence()):
            self.done = True
        elif not (ended and self._wonder()):
            await self._next()

    @property
    def _most(self) -> float:
        return min(self._plan.limit, LONGEST * self._plan.target)

    def _room_for_a_sentence(self) -> bool:
        said = len(self.words)
        return self._plan.limit - said >= said / self._guards.sentences

    # ------------------------------------------------------------ the next word

    async def _next(self) -> None:
        weave = self._to_weave
        woven = {weave.id} if weave is not None and weave.id is not None else set[int]()
        found = await self._options(woven)
        refused = self._refused()
        logs = dict(found.logs)
        for id_ in refused & logs.keys():
            del logs[id_]
        if not logs:
            self._jump()
            return
        await self._fetch_near()
        leaning = leanings(self._view, self._plan.biases, logs, self._situation())
        biased = _sum(logs, leaning.values())
        entropy = entropy_of(biased)
        self._entropies.append(entropy)
        temperature = self._plan.temperature * self._mood()
        chances = distribution(biased, temperature)
        context: WordContext
        if weave is not None and self._fits(weave, chances):
            self._to_weave = None
            drawn, context = take(chances, cast(int, weave.id)), "woven"
        else:
            drawn = draw(chances, self._luck)
            context = found.context(drawn.id)
        self._mouth.say_drawn(
            drawn,
            context,
            entropy=entropy,
            temperature=temperature,
            shares={name: by[drawn.id] for name, by in leaning.items() if drawn.id in by},
            bends=bends(chances, leaning, temperature),
            found=found,
        )

    def _fits(self, weave: Connection, chances: Mapping[int, float]) -> bool:
        due = len(self.words) >= weave.position
        return due and weave.id is not None and chances.get(weave.id, 0.0) >= WEAVE_FROM

    def _jump(self) -> None:
        """Where no context leads on: end after a word, start anew from a center after a mark."""
        if self._mouth.last not in MARKS:
            self._close()
            self.done = True
            return
        refused = self._refused()
        centers = [center for center in self._centers if center.id not in refused]
        if not centers and self._mouth.last not in SENTENCE_ENDS:
            centers = self._said_before()  # a comma must not be the last
        temperature = self._plan.temperature
        drawn = first_word(centers, self._luck, temperature)
        if drawn is None:
            if self._mouth.last not in SENTENCE_ENDS:
                self._close()
            self.done = True
            return
        entropy = start_entropy(centers)
        self._mouth.say_drawn(drawn, "jump", entropy=entropy, temperature=temperature, shares={})

    def _said_before(self) -> list[Center]:
        refused = self._refused()
        said = dict.fromkeys(id_ for id_ in self._mouth.ids if id_ is not None)
        words = [Center(id_, self._view.word(id_), 1.0) for id_ in said if id_ not in refused]
        return [one for one in words if is_word(one.word)]

    def _wonder(self) -> bool:
        """Take up a word the field does not know as a question of its own."""
        weave = self._to_weave
        if weave is None or weave.id is not None or len(self.words) < weave.position:
            return False
        if not self._guards.allow(weave.word):
            return False
        self._to_weave = None
        self._mouth.say_given(weave.word, weave.written, "woven", self._plan.temperature)
        self._mouth.say_given("?", "?", "woven", self._plan.temperature)
        return True

    def _close(self) -> None:
        end = self._guards.end()
        self._mouth.say_given(end, end, "close", self._plan.temperature)

    # ------------------------------------------------------------ what a step looks at

    async def _options(self, woven: set[int]) -> Options:
        this, before = self._mouth.ids[-1], self._mouth.ids[-2] if len(self.words) > 1 else None
        opened = self._guards.tokens_in_sentence
        if this is None:
            return Options({}, RowView(0, 0, {}), RowView(0, 0, {}), opens=False)
        plan = self._plan
        return await options(
            self._view, (this, before), plan.wanted | woven, opened=opened, top_k=plan.top_k
        )

    def _refused(self) -> set[int]:
        """List what must not come next; a few words, however many could."""
        words = set(self._guards.refused())
        if len(self.words) + 1 >= self._most:
            words |= PAUSES  # nothing would follow the comma
        return {id_ for word in words if (id_ := self._view.id(word)) is not None}

    async def _fetch_near(self) -> None:
        recent = self._mouth.recent[-REMEMBERED:]
        missing = [id_ for id_ in recent if id_ not in self._near]
        rows = await self._view.look([Ask("near", (id_,)) for id_ in missing])
        self._near.update(zip(missing, rows, strict=True))

    def _situation(self) -> Situation:
        return Situation(
            near=[(other, self._near[other]) for other in self._mouth.recent[-REMEMBERED:]],
            used=self._mouth.used,
            in_sentence=self._guards.words_in_sentence,
            overdue=max(0.0, len(self.words) / self._plan.target - 1),
        )

    def _mood(self) -> float:
        """Warmer where the field was sure, calmer where it was open: 0.8 to 1.2, continuous."""
        last = self._entropies[-3:]
        return 1.2 - 0.4 * (sum(last) / len(last)) if last else 1.0


def _sum(logs: dict[int, float], leaning: Iterable[Mapping[int, float]]) -> dict[int, float]:
    """Add what leans to log-weights; the leanings first, so that what is shown adds up to it."""
    sums: dict[int, float] = {}
    for by in leaning:
        for id_, value in by.items():
            sums[id_] = sums.get(id_, 0.0) + value
    whole = dict(logs)  # most candidates have nothing to add
    for id_, value in sums.items():
        whole[id_] = logs[id_] + value
    return whole
