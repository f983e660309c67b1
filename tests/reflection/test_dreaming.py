"""Dreaming by hand: when the moment is right, how each speaks, who hears whom, and the charge."""

from dataclasses import replace
from typing import Any

import pytest

from leo.luck import stream
from leo.module import Judged, Moment
from leo.notes import Wound
from leo.records import (
    Growth,
    Landscape,
    Note,
    Pulse,
    Settings,
    Unsaid,
)
from leo.reflection.dream import Dream, _charge
from leo.reflection.dreaming import DreamConfig, DreamLine, DreamState, Speaker, gates_of, manner
from leo.reflection.fragments import Fragment
from leo.testing import make_turn


def judged(
    *notes: Note, quality: float = 0.9, arousal: float = 0.0, novelty: float = 0.0
) -> Judged:
    """Make a turn at the time 100 that is plain but for some changes."""
    turn = make_turn()
    return Judged(
        Moment(1, 100.0, 1, turn.prompt, Settings(1.0, 80, ()), Landscape(0)),
        notes,
        replace(turn.percept, pulse=Pulse(novelty, arousal, 0.5, 0.5)),
        turn.influence,
        turn.blend,
        turn.utterance,
        replace(turn.quality, overall=quality),
        turn.external_vocab,
    )


@pytest.mark.parametrize(
    ("quality", "moved"),
    [(0.3499, False), (0.35, True), (0.55, True), (0.5501, False)],
)
def test_quality_bounds_are_inclusive(quality: float, moved: bool) -> None:
    """Neither content nor lost: 0.35 to 0.55, both inside."""
    gates = {one.name: one.open for one in gates_of(DreamConfig(), None, judged(quality=quality))}
    assert gates["moved"] == moved


def test_how_far_the_strongest_moved_him() -> None:
    """Wound and novelty move him above their bounds, and the gate tells the larger excess."""
    for notes, novelty, value, moved in (
        ((), 0.0, -0.5, False),
        ((), 0.7, 0.0, False),
        ((), 0.9, 0.2, True),
        ((Wound(0.5),), 0.0, 0.0, False),
        ((Wound(0.6),), 0.7, 0.1, True),
    ):
        gate = gates_of(DreamConfig(), 99.0, judged(*notes, novelty=novelty))[1]
        assert gate.value == pytest.approx(value)
        assert gate.open == moved


def test_the_time_and_the_dice_by_hand() -> None:
    """The time since the last dream and the dice are told; at their bounds both are open."""
    dice = stream(1, "dream dice").random()
    for interval, probability, last, wanted in (
        (20.0, dice, 80.0, (20.0, True, True)),
        (20.1, dice - 1e-9, 80.0, (20.0, False, False)),
        (20.0, dice + 1e-9, None, (None, True, True)),
    ):
        config = DreamConfig(interval=interval, probability=probability)
        time, _, luck = gates_of(config, last, judged())
        assert (time.value, time.open, luck.open) == wanted
        assert luck.value == round(dice, 6)


def test_he_dreams_three_times_in_ten() -> None:
    """Where nothing else is in the way, the dice let him in 0.3 of all turns."""
    turn = judged()
    moments = (replace(turn.moment, seed=seed) for seed in range(400))
    turns = (replace(turn, moment=moment) for moment in moments)
    opened = sum(gates_of(DreamConfig(), None, one)[2].open for one in turns)
    assert 100 <= opened <= 140


def test_how_each_speaks() -> None:
    """Leo by his entropy; the friend by the wound above 0.7, else by arousal above 0.6."""
    plain = judged(Wound(0.7), arousal=0.6)
    assert manner("leo", plain) == (0.9, 0.3)
    clear = replace(plain.utterance, entropy=0.12345)
    assert manner("leo", replace(plain, utterance=clear)) == (0.8247, 0.3)
    assert manner("friend", plain) == (0.95, 0.4)
    assert manner("friend", judged(Wound(0.7), arousal=0.61)) == (1.1, 0.5)
    assert manner("friend", judged(Wound(0.71), arousal=0.61)) == (0.9, 0.6)


def said(text: str, entropy: float = 0.3) -> Unsaid:
    """Make what a voice came to."""
    words = text.split()
    return Unsaid(
        "".join(f" {word}" for word in words), tuple(word.lower() for word in words), entropy
    )


class Script:
    """A voice with a script, that notes what draws each line."""

    def __init__(self, *texts: str) -> None:
        self.texts, self.seeds = list(texts), list[str]()

    async def think(self, **asked: Any) -> Unsaid:
        """Think the next line."""
        self.seeds.append(asked["seed"])
        return said(self.texts.pop(0))

    async def keep(self, text: str, source: str) -> Growth:
        """Let it be."""
        return Growth()


async def test_a_line_hears_the_one_before_and_a_short_one_ends_it() -> None:
    """Five letters are a line, four are none, and each line is drawn by the other's last."""
    dream, moment, voice = Dream(), judged(), Script("A lamp", "Rains", "Rain")
    dream.state = DreamState((Fragment(1, "text 0", 1.0),))
    lines, _ = await dream._dialogue(moment, voice)  # type: ignore[arg-type]

    own = moment.utterance.own.text
    assert [line.text.strip() for line in lines] == ["A lamp", "Rains"]
    assert voice.seeds == [
        f"{moment.moment.prompt} {own} {own}",
        " A lamp text 0",
        f" Rains {own}",
    ]


def test_the_charge_by_hand() -> None:
    """The mean of entropy, share of the friend's words, and wound; what is missing is 0."""
    line = said("the lamp sleeps")
    assert _charge(line, {"lamp", "the"}, judged(Wound(0.4))) == 0.4
    assert _charge(line, set(), judged()) == 0.1
    assert _charge(said("the"), {"the"}, judged()) == 0.1


def test_what_the_friend_keeps_of_a_dream() -> None:
    """Of his own lines those with a charge of 0.4 or more, two at most, none of Leo's."""
    dream, turn = Dream(), judged()
    dream.state = DreamState((Fragment(1, "text 0", 1.0),), 2)

    def kept(*told: tuple[Speaker, float]) -> list[str]:
        lines = [DreamLine(who, f"line {n}", 1, 0.4, 0.5, c) for n, (who, c) in enumerate(told)]
        return [one.text for one in dream._dreamt(turn, tuple(lines)).fragments[1:]]

    assert kept(("leo", 0.9), ("friend", 0.3999), ("leo", 0.9), ("friend", 0.4)) == ["line 3"]
    assert kept(("friend", 0.9), ("friend", 0.8), ("friend", 0.7)) == ["line 0", "line 1"]
