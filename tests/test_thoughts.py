"""Thoughts: what Leo thinks is what he would say, without the reasons that nobody reads."""

from collections.abc import Callable
from typing import Any

import pytest

from leo.generation.draw import Draw
from leo.generation.leaning import Leaning
from leo.module import Module, Voice
from leo.observation.talk import TALK
from leo.reflection.dream import Dream
from leo.reflection.dreaming import DreamConfig, DreamReport
from leo.reflection.overthinking import Overthinking
from tests.conftest import Open

MANNERS: tuple[dict[str, Any], ...] = (
    {},
    {"seed": "The lamp is in the boat.", "temperature": 0.6, "semantic": 0.9},
    {"seed": "rain", "temperature": 2.0, "max_tokens": 120},
    {"seed": "The moon.", "max_tokens": 90, "top_k": 2},
    {"max_tokens": 1},
)
"""One after the other, with the luck that the ones before have left."""

ALWAYS = DreamConfig(interval=0, probability=1.0, wound=-1.0)


class Inward(Module[None]):
    """Has a thought in each manner, spoken or not, and keeps what it came to."""

    name = "inward"

    def __init__(self, *, aloud: bool) -> None:
        self.aloud = aloud
        self.came: list[tuple[str, tuple[str, ...], float]] = []
        self.judged: list[Any] = []

    async def revise(self, percept: Any, said: Any, voice: Voice) -> None:
        """Think, and change nothing."""
        for manner in MANNERS:
            had = await (voice(**manner) if self.aloud else voice.think(**manner))
            self.came.append((had.text, had.tokens, had.entropy))
            self.judged.append(await voice.judge(had))
            await voice.keep(had.text, "ring")


@pytest.mark.parametrize("born", [True, False])
async def test_a_thought_is_what_would_be_said(make: Open, tmp_path: Any, born: bool) -> None:
    """With the same luck the words, the entropy and the judgement are those of speaking."""
    spoken, thought = Inward(aloud=True), Inward(aloud=False)
    birth = {} if born else {"birth": None}
    for module in (spoken, thought):
        async with make(tmp_path / f"{module.aloud}.db", modules=[module], **birth) as leo:
            for prompt in TALK[:4]:
                await leo.turn(prompt)

    assert len(spoken.came) == 4 * len(MANNERS)
    assert thought.came == spoken.came
    assert thought.judged == spoken.judged


def _counting(monkeypatch: pytest.MonkeyPatch, of: type, name: str) -> list[int]:
    """Count how often a method is called."""
    calls = [0]
    method: Callable[..., Any] = getattr(of, name)

    def counted(self: Any, *given: Any) -> Any:
        calls[0] += 1
        return method(self, *given)

    monkeypatch.setattr(of, name, counted)
    return calls


async def test_reasons_are_gathered_for_what_is_said_alone(
    make: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Circles and dreams ask for none: as often as a drawn word of the reply, and no oftener."""
    rivals = _counting(monkeypatch, Draw, "candidates")
    bent = _counting(monkeypatch, Leaning, "bends")
    async with make(modules=[Overthinking(), Dream(ALWAYS)]) as leo:
        turn = await leo.turn("The moon is over the boat.")
    drawn = [word for word in turn.utterance.words if word.candidates]

    dream = turn.note(DreamReport)
    assert dream is not None
    assert len(dream.lines) == 4
    assert rivals == [len(drawn)]
    assert bent == [len([word for word in drawn if word.context not in ("start", "jump")])]


async def test_who_speaks_tells_the_reasons(make: Open) -> None:
    """A voice that is called gives every drawn word its candidates, and says whose it is."""
    said: list[Any] = []

    class Speaker(Module[None]):
        name = "speaker"

        async def revise(self, percept: Any, so_far: Any, voice: Voice) -> None:
            said.append(await voice(seed="The lamp is in the boat.", max_tokens=120))

    async with make(modules=[Speaker()]) as leo:
        await leo.turn("Hello.")

    assert said[0].by == "speaker"
    assert len(said[0].words) > 20
    assert all(word.candidates or word.context == "close" for word in said[0].words)
    assert any(word.shares for word in said[0].words)
    assert any(word.bends for word in said[0].words)
