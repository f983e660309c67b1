"""Rhythm: kinds of turns, what follows what, and the back-off from rare contexts."""

import itertools
import random
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.records import EXPERT_NAMES
from leo.reflection.expecting import Likely, hint_of, length_hint, tension_hint
from leo.reflection.rhythm import (
    LEVELS,
    Bucket,
    Cell,
    Chances,
    Counts,
    Mode,
    Role,
    TurnKind,
    bucket,
    chances,
    contexts,
    entropy_of,
    finest,
    mode_of,
)
from leo.text.tokens import tokens

KIND = TurnKind("leo", "a", "mid", "low", "mid", -1, "structural", "high")
HUMAN = TurnKind("human", "q", "low", "low", "mid", 4, "none", "mid")


def mode(text: str, role: Role = "human") -> str:
    """Tell the mode of a text."""
    return mode_of([token.word for token in tokens(text)], len(text), role)


@pytest.mark.parametrize(
    ("value", "name"),
    [(-1, "low"), (0.3299, "low"), (0.33, "mid"), (0.66, "mid"), (0.6601, "high"), (9, "high")],
)
def test_both_edges_belong_to_the_middle(value: float, name: str) -> None:
    """0.33 and 0.66 are mid; what is outside [0, 1] is cut."""
    assert bucket(value) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Who are you?", "meta"),
        ("Tell me about yourself, please do.", "meta"),
        ("You like the rain?", "q"),
        ("Where the river goes at night", "q"),
        ("Thank you.", "ack"),
        ("I went to the river and it was cold.", "a"),
        ("The sun rose over the hill and the town. " * 6, "story"),
    ],
)
def test_the_mode_of_what_was_said(text: str, name: str) -> None:
    """The ordered rules of the spec, on whole words."""
    assert mode(text) == name


def test_leo_s_own_turns_have_measures_of_their_own() -> None:
    """His sentences are short: what is a story for him is none for a human."""
    text = "The sun rose over the hill. The town woke up and yawned. Then the bell rang: we ran."
    assert len(text) < 200

    assert (mode(text), mode(text, "leo")) == ("a", "a")
    longer = text + " Everybody came to the square."
    assert (mode(longer), mode(longer, "leo")) == ("a", "story")


@pytest.mark.parametrize(
    ("role", "ack", "story", "sentences"), [("human", 20, 200, 3), ("leo", 40, 100, 2)]
)
def test_where_the_measures_end(role: Role, ack: int, story: int, sentences: int) -> None:
    """The last that is an acknowledgement, and the first that is a story."""

    def of(characters: int, ends: int) -> str:
        return mode_of(["rain", *["."] * ends], characters, role)

    assert [of(one, sentences + 1) for one in (ack - 1, ack, story, story + 1)] == [
        *("ack", "a", "a", "story")
    ]
    assert of(story + 1, sentences) == "a"


@pytest.mark.parametrize("text", ["Island life is slow and good.", "Documents are on the table."])
def test_g4_a_question_word_is_a_whole_word(text: str) -> None:
    """An opening that only begins like a question word is none."""
    assert mode(text) == "a"


def test_g2_every_kind_of_turn_can_be_written_and_read() -> None:
    """The key of every combination comes back, whatever expert dominated."""
    for role, kind, quality, expert, theme in itertools.product(
        get_args(Role), get_args(Mode), get_args(Bucket), [*EXPERT_NAMES, "none"], [-1, 17]
    ):
        one = TurnKind(role, kind, quality, "mid", "low", theme, expert, quality)
        assert TurnKind.from_key(one.key()) == one
    with pytest.raises(ValueError, match="no kind of turn"):
        TurnKind.from_key("leo/a")


def test_contexts_go_from_the_pair_to_nothing() -> None:
    """The whole pair, the pair without details, the last turn, and the role alone."""
    keys = contexts(KIND, HUMAN, "leo")

    assert keys[0] == f"{KIND.key()}>{HUMAN.key()}"
    assert keys[1:] == ("leo/a/mid/low>human/q/low/low", ">human/q/low/low", "leo")
    assert contexts(None, HUMAN, "leo")[0].startswith("->")


def test_what_a_turn_is_about_can_be_left_out() -> None:
    """It has no theme then, and is otherwise the same."""
    assert replace(HUMAN, theme=7).blurred() == replace(HUMAN, theme=-1)


def test_where_nothing_was_seen_the_coarsest_level_is_asked() -> None:
    """It has no context."""
    assert finest(Counts(), contexts(KIND, HUMAN, "leo")) == LEVELS[-1] == "any"


def test_what_never_comes_adds_no_entropy() -> None:
    """One sure outcome among others that are impossible leaves nothing open."""
    assert entropy_of([1.0, 0.0]) == 0
    assert entropy_of([0.5, 0.5, 0.0, 0.0]) == pytest.approx(0.5)


def test_what_is_counted_is_counted_once_in_each_context() -> None:
    """How often, and when last."""
    counts = Counts().learned(("x", "y"), "leo/a", 3).learned(("x",), "leo/a", 5)

    assert counts.rows == {"x": {"leo/a": Cell(2, 5)}, "y": {"leo/a": Cell(1, 3)}}


# ---------------------------------------------------------------- what is expected

kinds = st.sampled_from(["leo/a", "leo/q", "leo/story"])
talks = st.lists(st.tuples(st.sampled_from("xyz"), kinds), max_size=30)


@given(talks)
def test_a_distribution_sums_to_one(talk: list[tuple[str, str]]) -> None:
    """All kinds and the unseen rest together, under any context, after any talk."""
    counts = Counts()
    for turn, (context, kind) in enumerate(talk):
        counts = counts.learned((context, "leo"), kind, turn)
    for context in "xyzw":
        found = chances(counts, (context, "leo"))
        assert sum(found.known.values()) + found.unseen == pytest.approx(1)
        assert found.unseen > 0
        assert all(p > 0 for p in found.known.values())
        assert 0 <= found.entropy() <= 1


def test_the_most_probable_kind_stands_first() -> None:
    """Of those as probable as each other, the first by its name."""
    found = Chances({"b": 0.2, "c": 0.5, "a": 0.2}, 0.1)

    assert found.ordered() == [("c", 0.5), ("a", 0.2), ("b", 0.2)]


def test_g7_backing_off_to_what_is_known_of_coarser_contexts() -> None:
    """A context never seen says what all turns say; one often seen says its own."""
    counts = Counts()
    for turn in range(40):
        counts = counts.learned(("x", "leo"), "a", turn).learned(("y", "leo"), "b", turn)
    assert chances(counts, ("w", "leo")).of("a") == chances(counts, ("leo",)).of("a")
    assert chances(counts, ("x", "leo")).of("a") > 0.85
    assert chances(counts, ("y", "leo")).of("b") > 0.85
    assert finest(counts, ("x", "-", "-", "leo")) == "pair"
    assert finest(counts, ("w", "-", "-", "leo")) == "any"


def test_expectations_converge_to_the_counts() -> None:
    """With many turns, probabilities are frequencies (seeded, within three standard errors)."""
    luck, counts, n = random.Random(5), Counts(), 3000
    for turn in range(n):
        counts = counts.learned(("x", "leo"), luck.choices("abc", (6, 3, 1))[0], turn)
    found = chances(counts, ("x", "leo"))
    for kind, share in zip("abc", (0.6, 0.3, 0.1), strict=True):
        assert found.of(kind) == pytest.approx(share, abs=3 * (share * (1 - share) / n) ** 0.5)


def test_the_weakest_cells_are_forgotten_first() -> None:
    """Beyond the limit the rarest go, the oldest among them first; within it none does."""
    counts = Counts()
    for turn, kind in enumerate(["old", "often", "often", "new"]):
        counts = counts.learned(("x",), kind, turn)
    assert counts.weakest(3, 2) == ()
    assert counts.weakest(2, 2) == (("x", "old"), ("x", "new"))
    left = counts.without(counts.weakest(2, 2))
    assert dict(left.rows["x"]).keys() == {"often"}
    assert dict(counts.rows["x"]).keys() == {"old", "often", "new"}


@given(st.lists(st.floats(0.001, 1), min_size=2, max_size=9))
def test_entropy_is_one_for_a_fair_choice(raw: list[float]) -> None:
    """It is within [0, 1], 1 if all are alike, 0 for one outcome."""
    shares = [one / sum(raw) for one in raw]
    assert 0 <= entropy_of(shares) <= 1 + 1e-12
    assert entropy_of([1 / len(raw)] * len(raw)) == pytest.approx(1)
    assert entropy_of([1.0]) == 0


@pytest.mark.parametrize(
    ("changes", "length", "tension"),
    [
        ({"mode": "ack"}, "short", "same"),
        ({"quality": "low", "mode": "story"}, "short", "same"),
        ({"mode": "story"}, "long", "same"),
        ({"arousal": "high"}, "long", "same"),
        ({"arousal": "high", "wound": "mid"}, "long", "stronger"),
        ({"arousal": "low", "wound": "high"}, "medium", "softer"),
        ({}, "medium", "same"),
    ],
)
def test_what_a_kind_of_turn_means_for_the_reply(
    changes: dict[str, str], length: str, tension: str
) -> None:
    """The mapping table of the spec."""
    plain = {"mode": "a", "arousal": "mid", "wound": "low", "quality": "high"} | changes
    kind = TurnKind(
        "leo",
        plain["mode"],  # type: ignore[arg-type]
        plain["arousal"],  # type: ignore[arg-type]
        plain["wound"],  # type: ignore[arg-type]
        "mid",
        -1,
        "semantic",
        plain["quality"],  # type: ignore[arg-type]
    )
    assert (length_hint(kind), tension_hint(kind)) == (length, tension)


def test_what_one_kind_leans_by_and_how_it_is_told() -> None:
    """A plain turn leans nowhere, a soft one cools by a tenth; figures have four digits."""
    plain = TurnKind("leo", "a", "mid", "low", "mid", -1, "semantic", "high")
    soft = replace(plain, arousal="low", wound="high")
    for kind, temperature in ((plain, 1.0), (soft, 0.9857)):
        note = hint_of(kind, Chances({kind.key(): 1 / 7}, 6 / 7), "any")
        assert (note.length_factor, note.temperature_factor) == (1.0, temperature)
        assert note.likely == (Likely(kind.key(), 0.1429),)
        assert (note.unseen, note.entropy) == (0.8571, 0.5917)
