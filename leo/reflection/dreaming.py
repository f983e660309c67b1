"""What a dream is: when it comes, how the two speak, and what is told of it."""

from dataclasses import dataclass
from typing import Final, Literal

from leo.luck import stream
from leo.module import Judged
from leo.notes import Wound
from leo.records import Growth, Label, Note
from leo.reflection.fragments import Fragment

__all__ = [
    "SPEAKERS",
    "DreamConfig",
    "DreamLine",
    "DreamReport",
    "DreamState",
    "DreamStats",
    "Dreamt",
    "Gate",
    "gates_of",
    "manner",
]

Speaker = Literal["leo", "friend"]

SPEAKERS: Final[tuple[Speaker, ...]] = ("leo", "friend", "leo", "friend")
"""Who speaks, line by line."""


@dataclass(frozen=True, slots=True)
class DreamConfig:
    """When Leo dreams.

    Attributes
    ----------
    interval
        Seconds between two dreams.
    probability
        Of dreaming when everything else allows it.
    wound, novelty
        Level of the wound and novelty of the prompt above which something moved him.
    quality
        Quality of the reply between which (inclusive) he is neither content nor lost.
    max_tokens
        Most tokens of a line.
    charged
        Charge from which a line of the friend becomes a fragment.
    """

    interval: float = 180.0
    probability: float = 0.3
    wound: float = 0.5
    novelty: float = 0.7
    quality: tuple[float, float] = (0.35, 0.55)
    max_tokens: int = 50
    charged: float = 0.4


@dataclass(frozen=True, slots=True)
class DreamLine:
    """A line of a dream.

    Attributes
    ----------
    speaker
        ``leo`` or ``friend``.
    text
        What was said.
    temperature, semantic
        How it was spoken.
    entropy
        Measured while speaking, [0, 1].
    charge
        Mean of that entropy, of the level of the wound, and of the share of its content
        words that the friend's fragments hold; [0, 1].
    """

    speaker: Speaker
    text: str
    temperature: float
    semantic: float
    entropy: float
    charge: float


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition for dreaming: what was measured, what it takes, and whether it holds."""

    name: Label
    value: float | None
    takes: Label
    open: bool


@dataclass(frozen=True, slots=True)
class DreamReport(Note):
    """Why Leo dreamed or did not, and what.

    Attributes
    ----------
    gates
        All conditions, in the order in which they are asked.
    dreamed
        Whether a line was said.
    why_not
        What kept him from it; ``None`` if he dreamed.
    lines
        The dialogue.
    fragments
        How many the friend has now.
    born, gone
        Fragments that came and went.
    growth
        What the dream added to the field.
    """

    gates: tuple[Gate, ...]
    dreamed: bool
    why_not: Label | None
    lines: tuple[DreamLine, ...]
    fragments: int
    born: tuple[str, ...]
    gone: tuple[str, ...]
    growth: Growth


@dataclass(frozen=True, slots=True)
class Dreamt:
    """A dream: the turn, the time in seconds, and its lines."""

    turn: int
    at: float
    lines: tuple[DreamLine, ...]


@dataclass(frozen=True, slots=True)
class DreamStats:
    """Dreams and lines in all, fragments now, and the mean charge of the dreams at hand."""

    dreams: int
    lines: int
    fragments: int
    mean_charge: float


@dataclass(frozen=True, slots=True)
class DreamState:
    """The friend, and the dreams.

    Attributes
    ----------
    fragments
        What the friend is made of.
    next_id
        First number no fragment ever had.
    last
        When Leo dreamed last, in seconds; ``None``: never.
    dreams, lines
        How many dreams and lines there were.
    recent
        The last dreams, oldest first.
    """

    fragments: tuple[Fragment, ...] = ()
    next_id: int = 1
    last: float | None = None
    dreams: int = 0
    lines: int = 0
    recent: tuple[Dreamt, ...] = ()


def gates_of(config: DreamConfig, last: float | None, judged: Judged) -> tuple[Gate, ...]:
    """Measure all conditions for dreaming, in the order in which they are asked.

    Parameters
    ----------
    config
        When Leo dreams.
    last
        When he dreamed last, in seconds.
    judged
        The turn.
    """
    wound = judged.note(Wound)
    since = None if last is None else judged.moment.at - last
    level = wound.level if wound else 0.0
    novelty, quality = judged.percept.pulse.novelty, judged.quality.overall
    low, high = config.quality
    moved = level > config.wound or novelty > config.novelty or low <= quality <= high
    strongest = max(level - config.wound, novelty - config.novelty)
    dice = stream(judged.moment.seed, "dream dice").random()
    return (
        Gate(
            "time",
            since,
            f"at least {config.interval:g} s since the last dream",
            since is None or since >= config.interval,
        ),
        Gate(
            "moved",
            round(strongest, 6),
            f"wound {level:.2f} above {config.wound}, novelty {novelty:.2f} above "
            f"{config.novelty}, or quality {quality:.2f} within {low} and {high}",
            moved,
        ),
        Gate("dice", round(dice, 6), f"at most {config.probability}", dice <= config.probability),
    )


def manner(speaker: Speaker, judged: Judged) -> tuple[float, float]:
    """Give temperature and semantic weight: Leo stays close, the friend roams further."""
    if speaker == "leo":
        return round(0.8 + 0.2 * judged.utterance.entropy, 4), 0.3
    wound = judged.note(Wound)
    if wound is not None and wound.level > 0.7:
        return 0.9, 0.6
    return (1.1, 0.5) if judged.percept.pulse.arousal > 0.6 else (0.95, 0.4)
