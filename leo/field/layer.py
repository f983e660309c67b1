"""A layer of counts on top of another: birth below, a life above it, one turn's thoughts on top.

Looking goes through all layers; counting happens in the topmost. So a newborn's texts are
counted once per process and shared read-only, a turn's private thoughts are heard at once
and thrown away when the turn is not committed, and absorbing a turn costs what it said.
"""

from collections.abc import Sequence
from typing import TypeAlias

from leo.field.counts import Counts, context_key, context_words
from leo.field.rows import bit, units_of
from leo.field.view import KINDS, Kind
from leo.pace import ROWS_PER_BREATH, Pace
from leo.records import Growth, Source
from leo.text.tokens import Token, is_word

__all__ = ["FORMS", "WINDOW", "Layer", "context_key", "context_words"]

WINDOW = 5
"""Words on each side that count as near."""

NEW_PAIR_BONUS = 1
"""Extra count of a pair's first meeting when one of the two was unknown: new words get a hold."""

OPENING = 2
"""Words from which a sentence's opening is known."""

FORMS = 8
"""Written forms remembered per word and layer."""

_Tally: TypeAlias = tuple[int, int]
"""What one occurrence counts: units, and the bit of its source."""


class Layer(Counts):
    """A layer that counts: what it hears stands in it, on top of everything below."""

    async def learn(
        self, heard: Sequence[Token], source: Source, pace: Pace | None = None
    ) -> Growth:
        """Count one text into this layer, a private thought at a quarter of the weight.

        N-grams run over sentence ends inside the text and never beyond the text; nearness is
        counted among words only, marks left out.

        Returns
        -------
        Growth
            What the text added to this layer and all below.
        """
        pace = pace or Pace(ROWS_PER_BREATH)
        self._table = None  # it is kept where layers are absorbed, not where they are made
        known = self.size
        units, mask = tally = units_of(source), bit(source)
        ids: list[int] = []
        near: list[int] = []
        opened = 0  # words since the sentence opened
        bigrams = trigrams = pairs = 0
        for token in heard:
            this = self._meet(token, units)
            if 0 < opened <= OPENING:
                self._follow("opening", context_key(ids[-opened:]), this, tally)
            opened = 1 if token.opens else (opened + 1) * (opened > 0)
            if ids:
                bigrams += self._follow("next", ids[-1], this, tally)
            if len(ids) > 1:
                trigrams += self._follow("next", context_key(ids[-2:]), this, tally)
            ids.append(this)
            if is_word(token.word):
                for other in near[-WINDOW:]:
                    pairs += self._meet_near(other, this, known, units, mask)
                near.append(this)
            if pace.spent():
                await pace.breathe()
        growth = Growth(len(ids), self.size - known, bigrams, trigrams, pairs)
        self.grown = self.grown + growth
        self.units += units * len(ids)
        return growth

    def _meet(self, token: Token, units: int) -> int:
        id_ = self.id(token.word)
        if id_ is None:
            id_ = self._name(token.word)
        self.seen[id_] = self.seen.get(id_, 0) + units
        if token.opens:
            self.starts[id_] = self.starts.get(id_, 0) + units
        elif is_word(token.word):
            forms = self.forms.setdefault(id_, {})
            if token.written in forms or len(forms) < FORMS:
                forms[token.written] = forms.get(token.written, 0) + 1
        return id_

    def _name(self, word: str) -> int:
        id_ = self.size
        self.words.append(word)
        self.ids[word] = id_
        return id_

    def _follow(self, kind: Kind, key: int, word: int, tally: _Tally) -> bool:
        first = self._tables[kind].add(key, word, *tally)
        new = first and not self._known_below(kind, key, word)
        if new:
            kinds = self.kinds[kind]
            kinds[key] = kinds.get(key, 0) + 1
        return new

    def _meet_near(self, one: int, other: int, known: int, units: int, mask: int) -> bool:
        near = self.near
        if near.knows(one, other) or self._known_below("near", one, other):
            near.add(one, other, units, mask)
            near.add(other, one, units, mask)
            return False
        bonus = units * NEW_PAIR_BONUS if one >= known or other >= known else 0
        near.add(one, other, units + bonus, mask)
        near.add(other, one, units + bonus * (one != other), mask)
        kinds = self.kinds["near"]
        for key in {one: None, other: None}:
            kinds[key] = kinds.get(key, 0) + 1
        return True

    async def absorb(self, upper: "Layer", pace: Pace | None = None) -> None:
        """Take over everything a layer on top of this one counted; that is not used any more."""
        pace = pace or Pace(ROWS_PER_BREATH)
        for word in upper.words:
            self._name(word)
        for mine, more in ((self.seen, upper.seen), (self.starts, upper.starts)):
            for id_, count in more.items():
                mine[id_] = mine.get(id_, 0) + count
        for id_, forms in upper.forms.items():
            own = self.forms.setdefault(id_, {})
            for form, count in forms.items():
                if form in own or len(own) < FORMS:
                    own[form] = own.get(form, 0) + count
        for kind in KINDS:
            table, kinds = self.table(kind), self.kinds[kind]
            for key, count in upper.kinds[kind].items():
                kinds[key] = kinds.get(key, 0) + count
            theirs = upper.table(kind)
            for key, cells in theirs.cells.items():
                if pace.spent(len(cells)):
                    await pace.breathe()
                table.take_over(key, theirs)
        if self._table is not None:
            self._table.add(upper.seen, self.size)
        self.units += upper.units
        self.grown = self.grown + upper.grown
