"""MathBrain, body perception: Leo guesses how well he will speak, and learns how well he did.

Twenty-one numbers describe the moment before a word is said. A small network guesses from
them by how much the reply will be better or worse than usual; afterwards it learns from the
true quality. What he feels meanwhile (bored, overwhelmed, stuck) moves the temperature and
calls another expert.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from leo.module import Judged, Kept, Lean, Module, Reader, SoFar, Voice, Write
from leo.records import EXPERT_NAMES, Influence, Note, Percept, Weight
from leo.reflection.affect import Affect, Regulation, felt, regulated
from leo.reflection.brain import REPLAYED, BrainState, learned
from leo.reflection.features import (
    FEATURES,
    FEATURES_VERSION,
    Aftermath,
    aftermath_of,
    features_of,
)
from leo.reflection.mlp import HIDDEN, Network

__all__ = ["BrainStats", "Lesson", "MathBrain", "Prediction"]

log = logging.getLogger("leo")

MIRROR_FORMAT: Final = 1
"""Version of the JSON mirror."""


@dataclass(frozen=True, slots=True)
class Prediction(Note):
    """What MathBrain sees and expects before a word is said.

    Attributes
    ----------
    features
        The moment, one number in [0, 1] for each of `FEATURES`.
    predicted, mean
        Quality expected of the reply, and what is usual; ``None`` before the first reply.
    attribution
        Each feature's part in the difference between the two, to first order.
    affect
        What the moment feels like.
    regulation
        What is done about it.
    """

    features: tuple[float, ...]
    predicted: float | None
    mean: float | None
    attribution: tuple[float, ...]
    affect: Affect
    regulation: Regulation


@dataclass(frozen=True, slots=True)
class Lesson(Note):
    """What MathBrain learned when the words stood.

    Attributes
    ----------
    predicted, true
        Quality as expected (``None`` before the first reply) and as it was.
    loss, baseline_loss
        Squared error of the prediction, and of always expecting the mean so far.
    mean_loss, mean_baseline_loss
        Both averaged over the last turns (exponentially, corrected for the start).
    count
        Replies learned from.
    saturated
        Share of hidden units that hardly move any more.
    norm
        Length of all weights as one vector.
    affect
        What the moment feels like now that the reply is known.
    """

    predicted: float | None
    true: float
    loss: float | None
    baseline_loss: float | None
    mean_loss: float | None
    mean_baseline_loss: float | None
    count: int
    saturated: float
    norm: float
    affect: Affect


@dataclass(frozen=True, slots=True)
class BrainStats:
    """Replies learned from, their mean quality, and the averaged losses (``None``: no reply)."""

    count: int
    mean: float | None
    mean_loss: float | None
    mean_baseline_loss: float | None


class MathBrain(Module[BrainState]):
    """Predicts quality before speaking, regulates, and learns from the truth."""

    name = "mathbrain"
    migrations = (
        "CREATE TABLE mathbrain_network (id INTEGER PRIMARY KEY CHECK (id = 1), "
        "version INTEGER NOT NULL, turn INTEGER NOT NULL, count INTEGER NOT NULL, "
        "mean REAL NOT NULL, loss REAL NOT NULL, baseline_loss REAL NOT NULL, "
        "last TEXT NOT NULL, weights BLOB NOT NULL) STRICT",
        "CREATE TABLE mathbrain_replies (turn INTEGER PRIMARY KEY, version INTEGER NOT NULL, "
        "features BLOB NOT NULL, quality REAL NOT NULL) STRICT",
    )
    spared = ("mathbrain_network.turn",)  # the weights learned from every turn before it too

    def __init__(self) -> None:
        self.state = BrainState()

    async def load(self, reader: Reader) -> BrainState:
        """Read the weights; those for other features are of no use, and it is said."""
        rows = await reader.fetch(
            "SELECT version, turn, count, mean, loss, baseline_loss, last, weights "
            "FROM mathbrain_network"
        )
        if not rows:
            return BrainState()
        version, turn, count, mean, loss, baseline, last, weights = rows[0]
        if version != FEATURES_VERSION:
            log.warning(
                "mathbrain learned from features of version %s, these are of version %s; "
                "it begins anew",
                version,
                FEATURES_VERSION,
            )
            return BrainState()
        network = Network.from_bytes(weights, len(FEATURES))  # type: ignore[arg-type]
        after = Aftermath(tuple(json.loads(str(last))))
        replies = await reader.fetch(
            "SELECT features, quality FROM mathbrain_replies WHERE version = ? ORDER BY turn",
            (FEATURES_VERSION,),
        )
        moments = np.frombuffer(b"".join(one for one, _ in replies), dtype="<f8")  # type: ignore[misc]
        return BrainState(
            network,
            mean,  # type: ignore[arg-type]
            count,  # type: ignore[arg-type]
            (loss, baseline),  # type: ignore[arg-type]
            turn,  # type: ignore[arg-type]
            after,
            moments.reshape(-1, len(FEATURES)),
            np.asarray([quality for _, quality in replies], dtype=np.float64),
        )

    async def before(self, percept: Percept, so_far: SoFar) -> Lean[BrainState]:
        """Predict, feel, and do something about it."""
        state = self.state
        features = features_of(percept, so_far, state.last)
        predicted = state.predict(features)
        affect = self.feel(features, predicted, themes=so_far.moment.landscape.total > 0)
        helps = regulated(affect, _speaker(state.last))
        part = state.network.attribution(np.asarray(features))
        note = Prediction(
            features=tuple(round(one, 4) for one in features),
            predicted=_rounded(predicted),
            mean=_rounded(state.mean) if state.count else None,
            attribution=tuple(round(float(one), 5) for one in part),
            affect=affect,
            regulation=helps,
        )
        experts = (Weight(helps.expert, helps.weight),) if helps.expert else ()
        lean = Influence(temperature=helps.temperature_factor, experts=experts)
        return Lean(lean, note, replace(state, features=features))

    async def after(self, judged: Judged, voice: Voice) -> Kept[BrainState]:
        """Learn from the true quality."""
        old, true = self.state, judged.quality.overall
        guess = old.predict(old.features)
        new = replace(
            learned(old, old.features, true),
            turn=judged.moment.turn,
            last=aftermath_of(judged),
            features=(),
        )
        mean_loss, mean_baseline = new.corrected()
        entropy = FEATURES.index("expected_entropy")
        seen = [*old.features]
        seen[entropy] = judged.utterance.entropy
        note = Lesson(
            predicted=_rounded(guess),
            true=true,
            loss=None if guess is None else round((guess - true) ** 2, 6),
            baseline_loss=None if guess is None else round((old.mean - true) ** 2, 6),
            mean_loss=_rounded(mean_loss),
            mean_baseline_loss=_rounded(mean_baseline),
            count=new.count,
            saturated=round(new.network.saturated(np.asarray(old.features)), 4),
            norm=round(new.network.norm, 4),
            affect=self.feel(seen, true, themes=judged.moment.landscape.total > 0),
        )
        return Kept(note, new)

    def rows(self, note: Note | None, state: BrainState) -> Sequence[Write]:
        """Write the weights, exactly."""
        if not isinstance(note, Lesson):
            return ()
        row = (
            FEATURES_VERSION,
            state.turn,
            state.count,
            state.mean,
            *state.losses,
            json.dumps(state.last.values),
            state.network.to_bytes(),
        )
        insert = "INSERT OR REPLACE INTO mathbrain_network VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)"
        moment = state.moments[-1].astype("<f8").tobytes()
        reply = (state.turn, FEATURES_VERSION, moment, float(state.qualities[-1]))
        return (
            Write(insert, (row,)),
            Write("INSERT INTO mathbrain_replies VALUES (?, ?, ?, ?)", (reply,)),
            Write(
                "DELETE FROM mathbrain_replies WHERE turn NOT IN "
                "(SELECT turn FROM mathbrain_replies ORDER BY turn DESC LIMIT ?)",
                ((REPLAYED,),),
            ),
        )

    def mirror(self, state: BrainState) -> str:
        """Write the weights as JSON, layer by layer, with the turn they are of."""
        network = state.network
        plain = {
            "format": MIRROR_FORMAT,
            "turn": state.turn,
            "count": state.count,
            "mean": state.mean,
            "shape": [len(FEATURES), HIDDEN, 1],
            "features": list(FEATURES),
            "hidden": {"weights": network.w1.tolist(), "bias": network.b1.tolist()},
            "output": {"weights": network.w2.tolist(), "bias": network.b2},
        }
        return json.dumps(plain, indent=1) + "\n"

    # ------------------------------------------------------------ questions

    def predict(self, features: Sequence[float]) -> float | None:
        """Guess the quality of a reply in a moment; ``None`` before the first reply.

        Parameters
        ----------
        features
            One number in [0, 1] for each of `FEATURES`.
        """
        return self.state.predict(features)

    @staticmethod
    def feel(features: Sequence[float], quality: float | None, *, themes: bool) -> Affect:
        """Tell what a moment feels like, given the quality that is expected of the reply."""
        of = dict(zip(FEATURES, features, strict=True))
        return felt(
            novelty=of["novelty"],
            arousal=of["arousal"],
            entropy=of["expected_entropy"],
            wound=of["wound"],
            quality=quality,
            active=of["active_themes"],
            themes=themes,
        )

    @property
    def network(self) -> Network:
        """The weights."""
        return self.state.network

    def stats(self) -> BrainStats:
        """Tell how well quality was predicted of late."""
        state = self.state
        return BrainStats(state.count, state.mean if state.count else None, *state.corrected())


def _speaker(last: Aftermath) -> str | None:
    """Name the expert that dominated the last reply."""
    weights = last.values[-len(EXPERT_NAMES) :]
    most = max(weights)
    return EXPERT_NAMES[weights.index(most)] if most > 0 else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
