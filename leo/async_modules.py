"""The modules under their own names, each to be opened alone on a Leo's file and asked.

They look at what the Leo keeps, also while he lives in the file, and change nothing. Every
question sees the file as it is at that moment. The examples look at a Leo who has heard the
scripted talk of `leo.observation.talk`.

>>> import asyncio
>>> async def pending(path):
...     async with AsyncSchool(path) as school:
...         return await school.pending()
>>> asyncio.run(pending(path)).name.shown
'Reykjavik'
"""

from collections.abc import Sequence

from leo.alone import Alone
from leo.perception import trauma
from leo.perception.trauma import TraumaState
from leo.perception.wound import Part
from leo.recall.lessons import Card, Question
from leo.recall.resonance import Hit, Memory
from leo.recall.santaklaus import RecallStats, SantaKlaus
from leo.recall.school import School
from leo.reflection import dream, overthinking
from leo.reflection.currents import Current, Life
from leo.reflection.dreaming import DreamStats, Dreamt
from leo.reflection.episodes import EpisodesSummary, Neighbour, RAGBrain
from leo.reflection.expecting import GameHint
from leo.reflection.flow import FlowTracker
from leo.reflection.fragments import Fragment
from leo.reflection.game import GameEngine, Score
from leo.reflection.mathbrain import BrainStats, MathBrain
from leo.reflection.metaleo import MetaLeo, Snippet
from leo.reflection.mlp import Network
from leo.reflection.overthinking import Thought

__all__ = [
    "AsyncFlowTracker",
    "AsyncGameEngine",
    "AsyncMathBrain",
    "AsyncMetaLeo",
    "AsyncRAGBrain",
    "AsyncSantaKlaus",
    "AsyncSchool",
    "Dream",
    "Overthinking",
    "Trauma",
    "TraumaState",
]


class AsyncSantaKlaus(Alone[SantaKlaus]):
    """Resonant recall, alone.

    >>> async def recall(path, prompt):
    ...     async with AsyncSantaKlaus(path) as santa:
    ...         return await santa.recall(prompt)
    >>> for hit in asyncio.run(recall(path, "Tell me about the window.")):
    ...     print("window" in hit.text, hit.shared > 0, hit.score > 0.1)
    True True True
    True True True
    True True True
    """

    kind = SantaKlaus

    async def recall(
        self,
        prompt: str,
        *,
        arousal: float = 0.0,
        themes: Sequence[str] = (),
        at: float | None = None,
    ) -> tuple[Hit, ...]:
        """Tell what a prompt would bring back (see `SantaKlaus.recall`)."""
        santa = await self.module()
        return await santa.recall(prompt, arousal=arousal, themes=themes, at=at)

    async def memories(self) -> tuple[Memory, ...]:
        """List everything that Leo remembers saying, oldest first."""
        return (await self.module()).memories

    async def stats(self) -> RecallStats:
        """Count memories and recalls."""
        return (await self.module()).stats()


class AsyncMathBrain(Alone[MathBrain]):
    """Body perception, alone.

    >>> async def count(path):
    ...     async with AsyncMathBrain(path) as brain:
    ...         return (await brain.stats()).count
    >>> asyncio.run(count(path))
    15
    """

    kind = MathBrain

    async def predict(self, features: Sequence[float]) -> float | None:
        """Guess the quality of a reply in a moment (see `MathBrain.predict`)."""
        return (await self.module()).predict(features)

    async def network(self) -> Network:
        """Give the weights."""
        return (await self.module()).network

    async def stats(self) -> BrainStats:
        """Tell how well quality was predicted of late."""
        return (await self.module()).stats()


class AsyncRAGBrain(Alone[RAGBrain]):
    """Episodic memory, alone.

    >>> async def similar(path, text):
    ...     async with AsyncRAGBrain(path) as brain:
    ...         return await brain.similar(text, k=2)
    >>> for one in asyncio.run(similar(path, "I like the rain.")):
    ...     print(one.prompt)
    Do you like the rain too?
    I like the rain on the window.
    """

    kind = RAGBrain

    async def similar(
        self, text: str = "", *, features: Sequence[float] | None = None, k: int = 5
    ) -> tuple[Neighbour, ...]:
        """Find the episodes most like a moment (see `RAGBrain.similar`)."""
        return await (await self.module()).similar(text, features=features, k=k)

    async def estimate(
        self, text: str = "", *, features: Sequence[float] | None = None
    ) -> float | None:
        """Tell the quality to expect in a moment."""
        return await (await self.module()).estimate(text, features=features)

    async def summary(
        self, text: str = "", *, features: Sequence[float] | None = None, k: int = 10
    ) -> EpisodesSummary:
        """Sum up the episodes most like a moment."""
        return await (await self.module()).summary(text, features=features, k=k)


class AsyncMetaLeo(Alone[MetaLeo]):
    """The inner voice, alone.

    >>> async def kinds(path):
    ...     async with AsyncMetaLeo(path) as voice:
    ...         return {one.kind for one in await voice.buffer()}
    >>> sorted(asyncio.run(kinds(path)))
    ['reply', 'shard']
    """

    kind = MetaLeo

    async def buffer(self) -> tuple[Snippet, ...]:
        """List what feeds the inner voice, oldest first."""
        return (await self.module()).buffer

    async def weigh(
        self, *, entropy: float, wound: float = 0.0, quality: float, arousal: float = 0.0
    ) -> float:
        """Tell how much a moment would ask for the inner voice (see `MetaLeo.weigh`)."""
        meta = await self.module()
        return meta.weigh(entropy=entropy, wound=wound, quality=quality, arousal=arousal)


class AsyncFlowTracker(Alone[FlowTracker]):
    """Theme trajectories, alone.

    >>> async def trends(path):
    ...     async with AsyncFlowTracker(path) as flow:
    ...         return await flow.trends(1)
    >>> [(one.words[0], one.trend) for one in asyncio.run(trends(path))]
    [('bread', 'steady')]
    """

    kind = FlowTracker

    async def trends(self, n: int = 10) -> tuple[Current, ...]:
        """List the themes of the last turns with their trends, the steepest first."""
        return (await self.module()).trends(n)

    async def trajectory(self, theme: int) -> tuple[tuple[int, float], ...]:
        """Give a theme's strength in each of the last turns, zeros included."""
        return (await self.module()).trajectory(theme)

    async def lives(self) -> tuple[Life, ...]:
        """List the lives of all themes seen, by number."""
        return (await self.module()).lives()


class AsyncGameEngine(Alone[GameEngine]):
    """The rhythm of the talk, alone.

    >>> async def suggest(path, prompt):
    ...     async with AsyncGameEngine(path) as game:
    ...         return await game.suggest(prompt)
    >>> asyncio.run(suggest(path, "What do you do?")).mode.value
    'a'
    """

    kind = GameEngine

    async def suggest(self, prompt: str) -> GameHint:
        """Tell what turn of Leo's would follow a prompt now, said calmly."""
        return (await self.module()).suggest(prompt)

    async def transitions(self, n: int = 20) -> tuple[tuple[str, str, int], ...]:
        """List the commonest steps from one coarse kind of turn to the next."""
        return (await self.module()).transitions(n)

    async def stats(self) -> Score:
        """Tell how well turns were expected so far."""
        return (await self.module()).stats()


class AsyncSchool(Alone[School]):
    """What Leo was taught, alone.

    >>> async def names(path):
    ...     async with AsyncSchool(path) as school:
    ...         return [card.name.shown for card in await school.recall("Where is Tomasz?")]
    >>> asyncio.run(names(path))
    ['Tomasz']
    """

    kind = School

    async def notes(self) -> tuple[Card, ...]:
        """List everything that was asked or explained, by name."""
        return (await self.module()).notes()

    async def recall(self, prompt: str) -> tuple[Card, ...]:
        """Give the explained names that a prompt speaks of, at most three."""
        return (await self.module()).recall(prompt)

    async def pending(self) -> Question | None:
        """Give the question that waits for an answer."""
        return (await self.module()).pending

    async def reckon(self, prompt: str) -> str | None:
        """Work out the sum in a prompt; ``None`` if there is none that is sure."""
        return (await self.module()).reckon(prompt)


class Trauma(Alone[trauma.Trauma]):
    """The wound, alone.

    >>> async def a_day_later(path, at):
    ...     async with Trauma(path) as wound:
    ...         return await wound.level(at + 86400) / await wound.level(at)
    >>> round(asyncio.run(a_day_later(path, at)), 6)
    0.5
    """

    kind = trauma.Trauma

    async def level(self, at: float) -> float:
        """Say how open the wound is at a time (seconds), [0, 1]."""
        return (await self.module()).level(at)

    async def scars(self, at: float, n: int = 10) -> tuple[Part, ...]:
        """Name the deepest scars at a time (seconds), deepest first."""
        return (await self.module()).scars(at, n)


class Overthinking(Alone[overthinking.Overthinking]):
    """The circles, alone.

    >>> async def names(path):
    ...     async with Overthinking(path) as rings:
    ...         return [one.ring.name for one in await rings.history(3)]
    >>> asyncio.run(names(path))
    ['echo', 'wounded', 'shard']
    """

    kind = overthinking.Overthinking

    async def history(self, n: int = 10) -> tuple[Thought, ...]:
        """List the last thoughts, dropped ones included, oldest first."""
        return (await self.module()).history(n)

    async def influence_words(self, n: int = 10) -> tuple[str, ...]:
        """List the content words of the last kept thoughts, each once."""
        return (await self.module()).influence_words(n)


class Dream(Alone[dream.Dream]):
    """The imaginary friend, alone.

    >>> async def strongest(path):
    ...     async with Dream(path) as friend:
    ...         return (await friend.fragments())[0].text
    >>> asyncio.run(strongest(path))
    'There was a door at the end of the hall, and one evening it closed.'
    """

    kind = dream.Dream

    async def recent(self, n: int = 5) -> tuple[Dreamt, ...]:
        """List the last dreams, newest first."""
        return (await self.module()).recent(n)

    async def fragments(self) -> tuple[Fragment, ...]:
        """List what the friend is made of, the strongest first."""
        return (await self.module()).fragments()

    async def stats(self) -> DreamStats:
        """Count dreams, lines and fragments."""
        return (await self.module()).stats()
