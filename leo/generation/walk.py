"""A walk through the field: from a first word to a sentence end near the target length.

Nothing is sampled to be cut away. Where the field leads nowhere new, the sentence is closed
and the next one starts from a center, and both words say so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from leo.field.centers import Center
from leo.field.rows import RowView, sources_of
from leo.field.view import Ask, View
from leo.generation.connection import Connection
from leo.generation.draw import Draw, distribution, draw, entropy_of, rounded, take
from leo.generation.first_word import first_word, start_entropy
from leo.generation.guards import Guards
from leo.generation.step import Biases, Options, bias_shares, options
from leo.pace import WORDS_PER_BREATH, Pace
from leo.records import Share, Source, SpokenWord, Utterance, WordContext
from leo.text.function_words import is_content
from leo.text.prose import shown
from leo.text.tokens import SENTENCE_ENDS

__all__ = ["TARGET", "Plan", "walk"]

TARGET = 20
"""Tokens a reply aims at when nobody leans on its length."""

NEAR_TARGET = 0.7
"""Share of the target from which a sentence end ends the reply."""

LONGEST = 4
"""Targets after which a reply is closed wherever it is."""

REMEMBERED = 3
"""Last content words that draw words near them."""

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
    echoes: frozenset[tuple[str, ...]] = frozenset()
    connection: Connection | None = None


Hear = Callable[[SpokenWord], None]
"""Called with each word as it is chosen."""


async def walk(
    view: View,
    centers: Sequence[Center],
    plan: Plan,
    *,
    luck: Random,
    by: str = "leo",
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
    by
        Who speaks.
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
    return Utterance(tuple(walker.words), walker.entropy, by)


class _Walker:
    def __init__(
        self,
        view: View,
        centers: Sequence[Center],
        plan: Plan,
        luck: Random,
        hear: Hear | None,
    ) -> None:
        self._view, self._centers, self._plan = view, centers, plan
        self._luck, self._hear = luck, hear
        self.words: list[SpokenWord] = []
        self.done = False
        self._ids: list[int | None] = []
        self._guards = Guards(plan.echoes)
        self._used: dict[int, int] = {}
        self._near: dict[int, RowView] = {}
        self._recent: list[int] = []
        self._entropies: list[float] = []
        self._to_weave = plan.connection

    @property
    def entropy(self) -> float:
        """Mean entropy over the words that had a choice; 0 if none had."""
        open_ = [entropy for entropy in self._entropies if entropy > 0]
        return rounded(sum(open_) / len(open_)) if open_ else 0.0

    # ------------------------------------------------------------ the walk

    def start(self, luck: Random) -> None:
        first = first_word(self._centers, luck, self._plan.start_temperature)
        if first is None:
            self._say(SILENCE, SILENCE, "close", None)
            self.done = True
            return
        openness = start_entropy(self._centers)
        self._say_drawn(first, "start", {}, openness, self._plan.start_temperature)

    async def step(self) -> None:
        ended = self.words[-1].word in SENTENCE_ENDS
        if len(self.words) >= min(self._plan.limit, LONGEST * self._plan.target):
            self._finish(ended)
        elif ended and len(self.words) >= NEAR_TARGET * self._plan.target:
            self.done = True
        elif (
            ended and self._plan.limit - len(self.words) < len(self.words) / self._guards.sentences
        ):
            self.done = True  # no room for another sentence
        elif ended and self._wonder():
            return
        else:
            await self._next()

    def _finish(self, ended: bool) -> None:
        if not ended:
            self._say(".", ".", "close", self._view.id("."))
        self.done = True

    async def _next(self) -> None:
        weave = self._to_weave
        wanted = () if weave is None or weave.id is None else (weave.id,)
        found = await self._options((*wanted, *self._pulled()))
        logs = {id_: log for id_, log in found.logs.items() if self._allowed(id_)}
        if not logs:
            self._jump()
            return
        await self._fetch_near()
        shares = {id_: self._shares(id_) for id_ in logs}
        biased = {id_: logs[id_] + sum(shares[id_].values()) for id_ in logs}
        entropy = entropy_of(biased)
        self._entropies.append(entropy)
        temperature = self._plan.temperature * self._mood()
        chances = distribution(biased, temperature)
        context: WordContext
        if weave is not None and weave.id in chances and len(self.words) >= weave.position:
            self._to_weave = None
            drawn, context = take(chances, weave.id), "woven"
        else:
            drawn = draw(chances, self._luck)
            context = "trigram" if drawn.id in found.trigram.cells else "bigram"
        self._say_drawn(drawn, context, shares[drawn.id], entropy, temperature, found)

    def _jump(self) -> None:
        """Close the sentence, or start the next one from a center, where no context helps."""
        if self.words[-1].word not in SENTENCE_ENDS:
            self._say(".", ".", "close", self._view.id("."))
            return
        centers = [center for center in self._centers if self._allowed(center.id)]
        drawn = first_word(centers, self._luck, self._plan.temperature)
        if drawn is None:
            self.done = True
            return
        self._say_drawn(drawn, "jump", {}, start_entropy(centers), self._plan.temperature)

    def _wonder(self) -> bool:
        """Take up a word the field does not know as a question of its own."""
        weave = self._to_weave
        if weave is None or weave.id is not None or len(self.words) < weave.position:
            return False
        if not self._guards.allow(weave.word):
            return False
        self._to_weave = None
        self._say(weave.word, weave.written, "woven", None)
        self._say("?", "?", "woven", self._view.id("?"))
        return True

    # ------------------------------------------------------------ what a step looks at

    async def _options(self, wanted: tuple[int, ...]) -> Options:
        last = [id_ for id_ in self._ids[-2:] if id_ is not None]
        if not last or self._ids[-1] is None:
            return Options({}, RowView(0, 0, {}), RowView(0, 0, {}))
        return await options(self._view, last, wanted)

    def _pulled(self) -> tuple[int, ...]:
        return tuple(sorted({id_ for pulls in self._plan.biases.pulls.values() for id_ in pulls}))

    def _allowed(self, id_: int) -> bool:
        return self._guards.allow(self._view.word(id_))

    async def _fetch_near(self) -> None:
        missing = [id_ for id_ in self._recent[-REMEMBERED:] if id_ not in self._near]
        rows = await self._view.look([Ask("near", (id_,)) for id_ in missing])
        self._near.update(zip(missing, rows, strict=True))

    def _shares(self, id_: int) -> dict[str, float]:
        over = len(self.words) / self._plan.target - 1
        return bias_shares(
            self._view,
            self._plan.biases,
            id_,
            near=[(other, self._near[other]) for other in self._recent[-REMEMBERED:]],
            used=self._used,
            in_sentence=self._guards.words_in_sentence,
            overdue=max(0.0, over),
        )

    def _mood(self) -> float:
        """Warmer where the field was sure, calmer where it was open: 0.8 to 1.2, continuous."""
        last = self._entropies[-3:]
        return 1.2 - 0.4 * (sum(last) / len(last)) if last else 1.0

    # ------------------------------------------------------------ saying

    def _say_drawn(
        self,
        drawn: Draw,
        context: WordContext,
        shares: dict[str, float],
        entropy: float,
        temperature: float,
        found: Options | None = None,
    ) -> None:
        after, sources = self._origin(drawn.id, found)
        self._take(
            SpokenWord(
                text=self._text(self._view.word(drawn.id), self._view.form(drawn.id)),
                word=self._view.word(drawn.id),
                context=context,
                after=after,
                probability=rounded(drawn.probability),
                entropy=rounded(entropy),
                temperature=rounded(temperature),
                candidates=drawn.candidates(self._view),
                shares=tuple(Share(name, rounded(value)) for name, value in shares.items()),
                sources=sources,
            ),
            drawn.id,
        )

    def _say(self, word: str, form: str, context: WordContext, id_: int | None) -> None:
        self._take(
            SpokenWord(
                text=self._text(word, form),
                word=word,
                context=context,
                after=(),
                probability=1.0,
                entropy=0.0,
                temperature=rounded(self._plan.temperature),
                candidates=(),
                shares=(),
                sources=(),
            ),
            id_,
        )

    def _take(self, spoken: SpokenWord, id_: int | None) -> None:
        self.words.append(spoken)
        self._ids.append(id_)
        self._guards.say(spoken.word)
        if id_ is not None and is_content(spoken.word):
            self._used[id_] = self._used.get(id_, 0) + 1
            self._recent = [*(one for one in self._recent if one != id_), id_]
        if self._hear is not None:
            self._hear(spoken)

    def _text(self, word: str, form: str) -> str:
        return shown(self.words[-1].word if self.words else None, word, form)

    def _origin(
        self, id_: int, found: Options | None
    ) -> tuple[tuple[str, ...], tuple[Source, ...]]:
        if found is None:
            return (), ()
        if id_ in found.trigram.cells:
            return tuple(word.word for word in self.words[-2:]), sources_of(
                found.trigram.cells[id_]
            )
        return (self.words[-1].word,), sources_of(found.bigram.cells[id_])
