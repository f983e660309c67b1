"""The mouth: says a token, with its reasons, and remembers what was said."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from leo.field.rows import sources_of
from leo.field.view import View
from leo.generation.draw import Draw, rounded
from leo.generation.guards import Guards
from leo.generation.step import Options
from leo.records import Share, Source, SpokenWord, WordContext
from leo.text.function_words import is_content
from leo.text.prose import shown
from leo.text.tokens import SENTENCE_ENDS

__all__ = ["Hear", "Mouth"]

Hear: TypeAlias = Callable[[SpokenWord], None]
"""Called with each word as it is chosen."""


NONE: Mapping[str, float] = MappingProxyType({})


class Mouth:
    """What an utterance has become so far.

    Parameters
    ----------
    view
        The field that knows words and their written forms.
    guards
        Told every token.
    hear
        Told every word with its reasons.

    Attributes
    ----------
    words
        The words said.
    ids
        Their ids; ``None`` for a word the field does not know.
    used
        How often each content word was said.
    recent
        The content words by the time they were last said.
    """

    def __init__(self, view: View, guards: Guards, hear: Hear | None) -> None:
        self._view, self._guards, self._hear = view, guards, hear
        self.words: list[SpokenWord] = []
        self.ids: list[int | None] = []
        self.used: dict[int, int] = {}
        self.recent: list[int] = []

    @property
    def last(self) -> str | None:
        """The last token said."""
        return self.words[-1].word if self.words else None

    def say_drawn(
        self,
        drawn: Draw,
        context: WordContext,
        *,
        entropy: float,
        temperature: float,
        shares: Mapping[str, float],
        bends: Mapping[str, float] = NONE,
        found: Options | None = None,
    ) -> None:
        """Say a word that was drawn from the field."""
        word = self._view.word(drawn.id)
        after, sources = self._origin(drawn.id, found)
        self._take(
            SpokenWord(
                text=shown(self.last, word, self._view.form(drawn.id)),
                word=word,
                context=context,
                after=after,
                probability=rounded(drawn.probability),
                entropy=rounded(entropy),
                temperature=rounded(temperature),
                candidates=drawn.candidates(self._view),
                shares=_shares(shares),
                sources=sources,
                bends=_shares(bends),
            ),
            drawn.id,
        )

    def say_given(self, word: str, form: str, context: WordContext, temperature: float) -> None:
        """Say a token that nobody drew: a closing mark, a word taken up."""
        self._take(
            SpokenWord(
                text=shown(self.last, word, form),
                word=word,
                context=context,
                after=(),
                probability=1.0,
                entropy=0.0,
                temperature=rounded(temperature),
                candidates=(),
                shares=(),
                sources=(),
            ),
            self._view.id(word),
        )

    def _take(self, spoken: SpokenWord, id_: int | None) -> None:
        self.words.append(spoken)
        self.ids.append(id_)
        self._guards.say(spoken.word)
        if id_ is not None and is_content(spoken.word):
            self.used[id_] = self.used.get(id_, 0) + 1
            self.recent = [*(one for one in self.recent if one != id_), id_]
        if self._hear is not None:
            self._hear(spoken)

    def _origin(
        self, id_: int, found: Options | None
    ) -> tuple[tuple[str, ...], tuple[Source, ...]]:
        if found is None:
            return (), ()
        said = tuple([word.word for word in self.words[-2:]])
        if found.opens and said[0] in SENTENCE_ENDS:
            said = said[1:]
        longest = found.longest(id_)
        if longest:
            return said, sources_of(longest)
        return said[-1:], sources_of(found.shorter(id_))


def _shares(by: Mapping[str, float]) -> tuple[Share, ...]:
    return tuple([Share(name, rounded(value)) for name, value in by.items()])
