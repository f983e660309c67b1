"""A walk through the field: from a first word to a sentence end near the target length.

Nothing is sampled to be cut away. Where the field leads nowhere new inside a sentence, the
sentence is closed and the utterance ends; after one, the next starts from a center.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

import numpy as np
from numpy.typing import NDArray

from leo.field.centers import Center
from leo.field.view import Ask, View
from leo.generation.ahead import Ahead
from leo.generation.connection import Connection
from leo.generation.draw import Draw, distribution, draw, entropy_of, rounded
from leo.generation.first_word import first_word
from leo.generation.guards import Guards
from leo.generation.leaning import Affinity, Biases, Leaners, Situation, affinity, company_of
from leo.generation.mouth import Choice, Hear, Mouth, TellingMouth
from leo.generation.step import Options, options
from leo.pace import WORDS_PER_BREATH, Pace
from leo.records import Unsaid, Utterance
from leo.text.tokens import MARKS, SENTENCE_ENDS, is_word

__all__ = ["TARGET", "Plan", "walk", "wander"]

TARGET = 25
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
    ahead
        Words that draw from afar, weight in [0, 1] by id: what leads to them is drawn too.
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
    ahead: Mapping[int, float] = field(default_factory=dict)


async def walk(
    view: View,
    centers: Sequence[Center],
    plan: Plan,
    *,
    luck: Random,
    hear: Hear | None = None,
    start: Random | None = None,
) -> Utterance:
    """Speak, every word with its reasons.

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
    mouth = TellingMouth(view, Guards(plan.echoes), hear)
    entropy = await _walked(_Walker(view, centers, plan, luck, mouth), start or luck)
    return Utterance(tuple(mouth.words), entropy, "leo")


async def wander(view: View, centers: Sequence[Center], plan: Plan, *, luck: Random) -> Unsaid:
    """Think: the words that `walk` would say, and none of their reasons."""
    mouth = Mouth(view, Guards(plan.echoes))
    entropy = await _walked(_Walker(view, centers, plan, luck, mouth), luck)
    return Unsaid("".join(mouth.texts), tuple(mouth.tokens), entropy)


async def _walked(walker: "_Walker", start: Random) -> float:
    """Walk to the end, and give the mean entropy."""
    pace = Pace(WORDS_PER_BREATH)
    walker.start(start)
    while not walker.done:
        await walker.step()
        await pace.spend()
    return walker.entropy


class _Walker:
    def __init__(
        self,
        view: View,
        centers: Sequence[Center],
        plan: Plan,
        luck: Random,
        mouth: Mouth,
    ) -> None:
        self._view, self._centers, self._plan, self._luck = view, centers, plan, luck
        self._mouth, self._guards = mouth, mouth.guards
        self._leaners = Leaners(view, plan.biases)
        self._company: dict[int, Affinity] = {}
        self._recent: list[int] = []
        self._near = Affinity.none()
        self._ahead = Ahead(view, plan.ahead) if plan.ahead else None
        self._fits: dict[frozenset[str], tuple[int | None, NDArray[np.int64]]] = {}
        """By the marks that fit a sentence: the usual one, and those that do not fit."""
        self._most = min(plan.limit, LONGEST * plan.target)
        self._wanted = plan.wanted
        self._entropies: list[float] = []
        self._to_weave = plan.connection
        if plan.connection is not None and plan.connection.id is not None:
            self._wanted |= {plan.connection.id}
        self.done = False

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
        self._mouth.say_center(drawn, "start", self._centers, temperature)

    async def step(self) -> None:
        """Say one more word, or be done."""
        said, plan = self._said, self._plan
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
    def _said(self) -> int:
        return len(self._mouth.tokens)

    def _room_for_a_sentence(self) -> bool:
        return self._plan.limit - self._said >= self._said / self._guards.sentences

    # ------------------------------------------------------------ the next word

    async def _next(self) -> None:
        found = self._fitting(await self._options()).without(self._refused())
        if not len(found.ids):
            self._jump()
            return
        leaning = self._leaners.at(found.ids, await self._situation(found))
        biased = leaning.added_to(found.logs)
        entropy = entropy_of(biased)
        self._entropies.append(entropy)
        temperature = self._plan.temperature * self._mood()
        chances = distribution(biased, temperature)
        place = self._woven(found.ids, chances)
        if place is not None:
            self._to_weave = None
            drawn = Draw(found.ids, chances, place)
        else:
            drawn = draw(found.ids, chances, self._luck)
        woven = place is not None
        self._mouth.say_next(Choice(drawn, found, leaning, entropy, temperature, woven))

    def _fitting(self, found: Options) -> Options:
        fitting = self._guards.fitting
        if len(fitting) == len(SENTENCE_ENDS):
            return found
        if fitting not in self._fits:
            unfit = self._known(sorted(SENTENCE_ENDS - fitting))
            self._fits[fitting] = self._mouth.id_of("?" if "?" in fitting else "."), unfit
        end, unfit = self._fits[fitting]
        return found if end is None else found.ending(end, unfit)

    def _woven(self, ids: NDArray[np.int64], chances: NDArray[np.float64]) -> int | None:
        """Give the place of the observer's word if it is due and could stand here."""
        weave = self._to_weave
        if weave is None or weave.id is None or self._said < weave.position:
            return None
        at = int(ids.searchsorted(weave.id))
        fits = at < len(ids) and ids[at] == weave.id and chances[at] >= WEAVE_FROM
        return at if fits else None

    def _jump(self) -> None:
        """Where no context leads on: end after a word, start anew from a center after a mark."""
        if self._mouth.last not in MARKS:
            self._close()
            self.done = True
            return
        refused = set(self._refused().tolist())
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
        self._mouth.say_center(drawn, "jump", centers, temperature)

    def _said_before(self) -> list[Center]:
        refused = set(self._refused().tolist())
        said = dict.fromkeys(id_ for id_ in self._mouth.ids if id_ is not None)
        words = [Center(id_, self._view.word(id_), 1.0) for id_ in said if id_ not in refused]
        return [one for one in words if is_word(one.word)]

    def _wonder(self) -> bool:
        """Take up a word the field does not know as a question of its own."""
        weave = self._to_weave
        if weave is None or weave.id is not None or self._said < weave.position:
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

    async def _options(self) -> Options:
        this, before = self._mouth.ids[-1], self._mouth.ids[-2] if self._said > 1 else None
        opened = self._guards.tokens_in_sentence
        if this is None:
            return Options.none()
        # the observer's word is considered only until it was woven in
        wanted = self._plan.wanted if self._to_weave is None else self._wanted
        return await options(
            self._view, (this, before), wanted, opened=opened, top_k=self._plan.top_k
        )

    def _refused(self) -> NDArray[np.int64]:
        """List what must not come next; a few words, however many could."""
        words = self._guards.refused()
        # no comma that nothing would follow
        words |= PAUSES if self._said + 1 >= self._most else self._dead_ends()
        return self._known(words)

    def _dead_ends(self) -> frozenset[str]:
        """List the pauses after which no center could come, nor a word that was said before."""
        refused = {pause: self._guards.refused_after(pause) for pause in PAUSES}
        if not any(refused.values()):
            return frozenset()
        known = [self._view.word(id_) for id_ in self._mouth.ids if id_ is not None]
        could = {center.word for center in self._centers}.union(filter(is_word, known))
        return frozenset(pause for pause in PAUSES if could <= refused[pause])

    def _known(self, words: Iterable[str]) -> NDArray[np.int64]:
        return np.array([id_ for id_ in map(self._mouth.id_of, words) if id_ is not None], np.int64)

    async def _situation(self, found: Options) -> Situation:
        recent = self._mouth.recent[-REMEMBERED:]
        if recent != self._recent:
            self._recent, self._near = recent, await self._belonging(recent)
        return Situation(
            near=self._near,
            used=self._mouth.used,
            in_sentence=self._guards.words_in_sentence,
            overdue=max(0.0, self._said / self._plan.target - 1),
            ahead=await self._leading(found),
        )

    async def _leading(self, found: Options) -> Affinity:
        this = self._mouth.ids[-1]
        if self._ahead is None or this is None:
            return Affinity.none()
        leads = await self._ahead.of(this, found.ids, found.logs, self._mouth.used)
        drawn = leads.nonzero()[0]
        return Affinity(found.ids[drawn], leads[drawn])

    async def _belonging(self, recent: Sequence[int]) -> Affinity:
        missing = [id_ for id_ in recent if id_ not in self._company]
        rows = await self._view.look([Ask("near", (id_,)) for id_ in missing])
        for id_, row in zip(missing, rows, strict=True):
            self._company[id_] = company_of(self._view, id_, row)
        return affinity([self._company[id_] for id_ in recent])

    def _mood(self) -> float:
        """Warmer where the field was sure, calmer where it was open: 0.8 to 1.2, continuous."""
        last = self._entropies[-3:]
        return 1.2 - 0.4 * (sum(last) / len(last)) if last else 1.0
