"""The mouth: says a token, and remembers what was said; one that tells keeps its reasons too."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from leo.field.centers import Center
from leo.field.rows import sources_of
from leo.field.view import View
from leo.generation.draw import Draw, rounded
from leo.generation.first_word import start_entropy
from leo.generation.guards import Guards
from leo.generation.leaning import Leaning
from leo.generation.step import Options
from leo.records import Share, Source, SpokenWord, WordContext
from leo.text.function_words import is_content
from leo.text.prose import shown
from leo.text.tokens import SENTENCE_ENDS

__all__ = ["Choice", "Hear", "Mouth", "TellingMouth"]

Hear: TypeAlias = Callable[[SpokenWord], None]
"""Called with each word as it is chosen."""


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """A word that follows the last one, and all that its reasons are made of.

    Attributes
    ----------
    drawn
        The word among its candidates.
    found, leaning
        What could follow, and what leaned on it.
    entropy, temperature
        Of this step.
    woven
        Whether it is the observer's word, taken up.
    """

    drawn: Draw
    found: Options
    leaning: Leaning
    entropy: float
    temperature: float
    woven: bool

    @property
    def context(self) -> WordContext:
        """How the word was found."""
        return "woven" if self.woven else self.found.context(self.drawn.id)


class Mouth:
    """What an utterance has become so far, without reasons.

    Parameters
    ----------
    view
        The field that knows words and their written forms.
    guards
        Told every token.

    Attributes
    ----------
    tokens, texts
        What was said: canonical tokens, and as they stand in the text.
    ids
        Their ids; ``None`` for a word the field does not know.
    used
        How often each content word was said.
    recent
        The content words by the time they were last said.
    """

    def __init__(self, view: View, guards: Guards) -> None:
        self._view, self.guards = view, guards
        self.tokens: list[str] = []
        self.texts: list[str] = []
        self.ids: list[int | None] = []
        self.used: dict[int, int] = {}
        self.recent: list[int] = []
        self._known: dict[str, int | None] = {}

    def id_of(self, word: str) -> int | None:
        """Give a known word's id; what was said or asked for before is remembered."""
        if word not in self._known:
            self._known[word] = self._view.id(word)
        return self._known[word]

    @property
    def last(self) -> str | None:
        """The last token said."""
        return self.tokens[-1] if self.tokens else None

    def say_center(
        self, drawn: Draw, context: WordContext, centers: Sequence[Center], temperature: float
    ) -> None:
        """Say a word that was drawn from centers."""
        self._say(drawn.id)

    def say_next(self, choice: Choice) -> None:
        """Say a word that was drawn from what could follow."""
        self._say(choice.drawn.id)

    def say_given(self, word: str, form: str, context: WordContext, temperature: float) -> None:
        """Say a token that nobody drew: a closing mark, a word taken up."""
        self._take(word, shown(self.last, word, form), self.id_of(word))

    def _say(self, id_: int) -> None:
        word = self._view.word(id_)
        self._take(word, shown(self.last, word, self._view.form(id_)), id_)

    def _take(self, word: str, text: str, id_: int | None) -> None:
        self.tokens.append(word)
        self.texts.append(text)
        self.ids.append(id_)
        self._known[word] = id_
        self.guards.say(word)
        if id_ is not None and is_content(word):
            self.used[id_] = self.used.get(id_, 0) + 1
            self.recent = [*(one for one in self.recent if one != id_), id_]


class TellingMouth(Mouth):
    """A mouth that keeps the reasons of every word, and tells them as it speaks.

    Parameters
    ----------
    view, guards
        As of a `Mouth`.
    hear
        Told every word with its reasons.

    Attributes
    ----------
    words
        The words said, with their reasons.
    """

    def __init__(self, view: View, guards: Guards, hear: Hear | None) -> None:
        super().__init__(view, guards)
        self._hear = hear
        self.words: list[SpokenWord] = []

    def say_center(
        self, drawn: Draw, context: WordContext, centers: Sequence[Center], temperature: float
    ) -> None:
        """Say a word that was drawn from centers, and tell which others there were."""
        super().say_center(drawn, context, centers, temperature)
        self._tell(
            SpokenWord(
                text=self.texts[-1],
                word=self.tokens[-1],
                context=context,
                after=(),
                probability=rounded(drawn.probability),
                entropy=rounded(start_entropy(centers)),
                temperature=rounded(temperature),
                candidates=drawn.candidates(self._view),
                shares=(),
                sources=(),
            )
        )

    def say_next(self, choice: Choice) -> None:
        """Say a word that was drawn from what could follow, and tell why."""
        drawn, leaning = choice.drawn, choice.leaning
        after, sources = self._origin(drawn.id, choice.found)
        super().say_next(choice)
        self._tell(
            SpokenWord(
                text=self.texts[-1],
                word=self.tokens[-1],
                context=choice.context,
                after=after,
                probability=rounded(drawn.probability),
                entropy=rounded(choice.entropy),
                temperature=rounded(choice.temperature),
                candidates=drawn.candidates(self._view),
                shares=_shares(leaning.on(drawn.place)),
                sources=sources,
                bends=_shares(leaning.bends(drawn.chances, choice.temperature)),
            )
        )

    def say_given(self, word: str, form: str, context: WordContext, temperature: float) -> None:
        """Say a token that nobody drew, and tell that it had no rivals."""
        super().say_given(word, form, context, temperature)
        self._tell(
            SpokenWord(
                text=self.texts[-1],
                word=word,
                context=context,
                after=(),
                probability=1.0,
                entropy=0.0,
                temperature=rounded(temperature),
                candidates=(),
                shares=(),
                sources=(),
            )
        )

    def _tell(self, spoken: SpokenWord) -> None:
        self.words.append(spoken)
        if self._hear is not None:
            self._hear(spoken)

    def _origin(self, id_: int, found: Options) -> tuple[tuple[str, ...], tuple[Source, ...]]:
        """Tell after which words it was heard and from whom; to be asked before it is said."""
        said = tuple(self.tokens[-2:])
        if found.opens and said[0] in SENTENCE_ENDS:
            said = said[1:]
        longest = found.longest(id_)
        if longest:
            return said, sources_of(longest)
        return said[-1:], sources_of(found.shorter(id_))


def _shares(by: Mapping[str, float]) -> tuple[Share, ...]:
    return tuple([Share(name, rounded(value)) for name, value in by.items()])
