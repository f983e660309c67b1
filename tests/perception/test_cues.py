"""Cues one by one: each word of a list acts, none acts by accident, and more never means less."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.field.field import newborn
from leo.perception import lexicon
from leo.perception.impression import (
    CROSS_FIRE,
    FLAT,
    WORD_CUES,
    _anomaly,
    cross_fire,
    cues_of,
    impression_of,
    temperature_shift,
)
from leo.perception.lean import ANSWERS, FELT, impression_lean
from leo.perception.pulse import arousal_of
from leo.records import Chambers, Impression
from leo.text.birth import DEFAULT_BIRTH
from leo.text.tokens import is_word, tokens
from tests.strategies import texts

LISTS = {
    name: getattr(lexicon, name)
    for name in lexicon.__all__
    if isinstance(getattr(lexicon, name), frozenset)
}
TOUCHING = sorted(set().union(*LISTS.values()))

touching = st.lists(
    st.sampled_from([*TOUCHING, "leo", "table", "tell", "me", "?", "!"]), max_size=12
)


def heard(text: str) -> list[str]:
    """Give the canonical tokens of a text."""
    return [token.word for token in tokens(text)]


def impression(text: str, novelty: float = 0.5) -> Impression:
    """Form an impression of a text."""
    words = heard(text)
    return impression_of(text, words, novelty=novelty, arousal=arousal_of(text, words))


def level(chambers: Chambers, name: str) -> float:
    """Give one chamber's level."""
    return chambers.values()[chambers.NAMES.index(name)]


@pytest.mark.parametrize("name", sorted(LISTS))
def test_every_word_of_a_list_can_be_heard(name: str) -> None:
    """Each stands in its canonical form, so that the tokenizer can ever give it."""
    assert [word for word in sorted(LISTS[name]) if heard(word) != [word]] == []


@pytest.mark.parametrize(
    ("chamber", "word"),
    [(chamber, word) for chamber, words, _, _ in WORD_CUES for word in sorted(words)],
)
def test_every_word_touches_its_chamber(chamber: str, word: str) -> None:
    """Said alone, a word raises its chamber and is named as the cue."""
    found = {(cue.chamber, cue.cue): cue.amount for cue in cues_of(word, [word])}

    assert 0.1 <= found[chamber, word] <= 0.2


@given(touching)
def test_a_chamber_is_the_sum_of_its_cues(words: list[str]) -> None:
    """The reasons explain the level before cross-fire exactly, up to the ceiling of one."""
    felt = impression(" ".join(words))
    for name in Chambers.NAMES:
        total = sum(cue.amount for cue in felt.cues if cue.chamber == name)
        assert level(felt.raw, name) == pytest.approx(min(1.0, total), abs=1e-5)


@given(touching, st.sampled_from(TOUCHING))
def test_one_more_cue_never_touches_less(words: list[str], more: str) -> None:
    """Hearing one more word lowers no chamber before cross-fire, and no arousal."""
    one, other = " ".join(words), " ".join([*words, more])
    before, after = impression(one).raw.values(), impression(other).raw.values()

    assert all(low <= high + 1e-9 for low, high in zip(before, after, strict=True))
    assert arousal_of(one, heard(one)) <= arousal_of(other, heard(other)) + 1e-9


@given(touching)
def test_capitals_change_arousal_and_no_chamber(words: list[str]) -> None:
    """What is felt does not depend on how it is written."""
    quiet, loud = " ".join(words), " ".join(words).upper()

    assert impression(loud).chambers == impression(quiet).chambers
    assert arousal_of(loud, heard(loud)) >= arousal_of(quiet, heard(quiet))


def test_curious_words_alone_reach_their_ceiling() -> None:
    """However many question words there are, they add 0.4 at most; the mark adds its own."""
    felt = impression("what why how when where who which")

    assert felt.raw.curiosity == pytest.approx(0.4)
    assert all(cue.amount > 0 for cue in felt.cues)
    assert impression("what why how when where who which?").raw.curiosity == pytest.approx(0.8)


def test_words_alone_add_no_more_than_their_most() -> None:
    """All words of a list together are told as 1.0 of their chamber, curious ones as 0.4."""
    for chamber, words, _, _ in WORD_CUES:
        cues = [one for one in cues_of("", sorted(words)) if one.cue in words]
        most = 0.4 if chamber == "curiosity" else 1.0
        assert sum(one.amount for one in cues if one.chamber == chamber) == pytest.approx(most)


@pytest.mark.parametrize(
    "text", ["haha", "that was good :D", "so glad :)", "leo <3", "what 🎉", "lol!"]
)
def test_laughter_is_heard(text: str) -> None:
    """Typed and drawn laughter is play."""
    assert ("playful", "laughter") in {(cue.chamber, cue.cue) for cue in cues_of(text, heard(text))}


@pytest.mark.parametrize(
    "text",
    ["Time:Dinner", "(see a:)", "http:Doors", "x<3", "1<30", "Lollipop", "\ufe0f", "☔\ufe0f"],
)
def test_laughter_is_not_heard_inside_other_things(text: str) -> None:
    """Letters and signs that stand together for another reason are no laughter."""
    assert [cue.cue for cue in cues_of(text, heard(text)) if cue.cue == "laughter"] == []


@pytest.mark.parametrize("text", ["I love you!", "I LOVE you", "love, you", "you love"])
def test_order_and_writing_of_a_cue_do_not_matter(text: str) -> None:
    """Love is love."""
    assert impression(text).raw.warmth == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("text", "arousal", "composite", "shift"),
    [
        ("I love you!", 0.1, 0.2 * 0.5 + 0.15 * 0.1 + 0.2 * 0.3, 0.015 - 0.03 + 0.05),
        ("What is this? How does it work?", 0.2, 0.1 + 0.03 + 0.15 * 0.6, 0.03 + 0.06 + 0.05),
        ("The table is brown.", 0.0, 0.1, 0.05),
    ],
)
def test_golden_sums(text: str, arousal: float, composite: float, shift: float) -> None:
    """Composite and temperature shift of known prompts, worked by hand at novelty one half."""
    felt = impression(text)

    assert arousal_of(text, heard(text)) == pytest.approx(arousal)
    assert felt.composite == pytest.approx(composite)
    assert temperature_shift(felt, novelty=0.5, arousal=arousal) == pytest.approx(shift)


def test_cross_fire_at_equal_levels_by_hand() -> None:
    """At one half each: every chamber loses half the sum of the shares fired at it."""
    lost = dict.fromkeys(Chambers.NAMES, 0.0)
    for (_, quieted), share in CROSS_FIRE.items():
        lost[quieted] += 0.5 * share
    after = cross_fire(Chambers(0.5, 0.5, 0.5, 0.5, 0.5))

    assert after == Chambers(**{name: round(0.5 - lost[name], 6) for name in Chambers.NAMES})
    assert after.values() == pytest.approx((0.25, 0.5, 0.2, 0.05, 0.1))


def test_a_chamber_at_the_bound_does_not_fire_yet() -> None:
    """At 0.3 in every chamber, nothing is quieted."""
    assert cross_fire(Chambers(0.3, 0.3, 0.3, 0.3, 0.3)) == Chambers(0.3, 0.3, 0.3, 0.3, 0.3)


@pytest.mark.parametrize(
    ("chambers", "arousal", "anomaly"),
    [
        (Chambers(0.51, 0.0, 0.31, 0.0, 0.0), 0.61, "forced_stability"),
        (Chambers(0.5, 0.0, 0.31, 0.0, 0.0), 0.61, None),
        (Chambers(0.51, 0.0, 0.3, 0.0, 0.0), 0.61, None),
        (Chambers(0.51, 0.0, 0.31, 0.0, 0.0), 0.6, None),
        (Chambers(0.0, 0.0, 0.0, 0.41, 0.0), 0.51, "dissociative"),
        (Chambers(0.0, 0.0, 0.0, 0.4, 0.0), 0.51, None),
        (Chambers(0.0, 0.0, 0.0, 0.41, 0.0), 0.5, None),
        (Chambers(0.19, 0.19, 0.19, 0.19, 0.19), 0.0, "flat"),
        (Chambers(0.2, 0.0, 0.0, 0.0, 0.0), 0.0, None),
        (Chambers(0.41, 0.0, 0.41, 0.0, 0.0), 0.0, "ambivalent"),
        (Chambers(0.4, 0.0, 0.41, 0.0, 0.0), 0.0, None),
        (Chambers(0.41, 0.0, 0.4, 0.0, 0.0), 0.0, None),
    ],
)
def test_anomalies_at_their_bounds(chambers: Chambers, arousal: float, anomaly: str | None) -> None:
    """Each is told beyond its bounds, not at them; but flat is only what is below 0.2."""
    assert _anomaly(chambers, arousal) == anomaly


levels = st.floats(0, 1)


@given(levels, levels, levels, levels)
def test_cross_fire_prefers_nobody(warmth: float, fear: float, void: float, playful: float) -> None:
    """Each loss is the sum of what was fired, from the levels before, so order plays no part."""
    raw = Chambers(warmth, 0.0, fear, void, playful)
    before = dict(zip(Chambers.NAMES, raw.values(), strict=True))
    after = dict(zip(Chambers.NAMES, cross_fire(raw).values(), strict=True))
    for name in Chambers.NAMES:
        fired = [
            share * before[strong]
            for (strong, quieted), share in CROSS_FIRE.items()
            if quieted == name and before[strong] > 0.3
        ]
        assert after[name] == pytest.approx(max(0.0, before[name] - sum(fired)), abs=1e-5)


@given(texts, levels)
def test_what_dominates_is_the_strongest_or_nothing(text: str, novelty: float) -> None:
    """No chamber dominates below the floor, whatever else is said."""
    felt = impression(text, novelty)
    if max(felt.chambers.values()) < FLAT:
        assert felt.dominant is None
    else:
        assert felt.dominant is not None
        assert level(felt.chambers, felt.dominant) == max(felt.chambers.values())


@given(
    st.lists(st.sampled_from("table chair brown grey spoon river sits on a".split()), max_size=9)
)
def test_plain_words_leave_leo_neutral(words: list[str]) -> None:
    """Words of no list touch nothing and draw nothing."""
    felt = impression(" ".join(words))

    assert felt.cues == ()
    assert felt.dominant is None
    assert impression_lean(felt).pulls == ()


@pytest.mark.parametrize(("name", "at"), [(name, i) for i, name in enumerate(Chambers.NAMES)])
def test_a_felt_chamber_draws_its_own_words(name: str, at: int) -> None:
    """Above the threshold, and only there, a chamber draws its words in proportion."""
    share, words = ANSWERS[name]
    for value, expected in ((FELT, []), (0.8, [(word, round(share * 0.8, 4)) for word in words])):
        felt = Chambers(*(value if i == at else 0.0 for i in range(5)))
        pulls = impression_lean(Impression(felt, felt, (), name, None, 0.0)).pulls
        assert [(pull.word, pull.weight) for pull in pulls] == expected
        assert {pull.by for pull in pulls} <= {f"impression: {name}"}


@pytest.mark.parametrize("name", sorted(ANSWERS))
async def test_answers_are_words_that_a_newborn_can_say(name: str) -> None:
    """A word that draws nothing, because no newborn knows it, would be no answer."""
    layer = (await newborn(DEFAULT_BIRTH)).layer
    silent = [word for word in ANSWERS[name][1] if layer.id(word) is None]

    assert all(is_word(word) for word in ANSWERS[name][1])
    assert silent == []
