"""School: it asks for what the field does not know, keeps what it is told, and reckons."""

from typing import Any

import pytest

import leo.recall.lessons as lessons_module
from leo import AsyncLeoField
from leo.module import Lean, Module
from leo.notes import Wound
from leo.recall.lessons import ANSWER, ANSWERS, Lessons
from leo.recall.names import Name
from leo.recall.school import School, SchoolConfig, SchoolHeard, SchoolNote, _busy
from leo.records import Influence, Turn
from leo.testing import ScriptedClock
from tests.conftest import Open

ASK = "Yesterday I met a boy called Tomasz near the harbour."
TELL = "Tomasz is my friend from school. He builds small boats of wood."
LOUD = "RUN!!! Tomasz!!! Quick, now, hurry, at once, Tomasz!!!"


class Hurt(Module[None]):
    """Stands in for a wound."""

    name = "hurt"

    async def before(self, percept: Any, so_far: Any) -> Lean[None]:
        """Say that it hurts much."""
        return Lean(Influence(wound=0.9), Wound(0.71))


def said(turn: Turn) -> SchoolNote:
    """Give what School added."""
    note = turn.note(SchoolNote)
    assert note is not None
    return note


def heard(turn: Turn) -> SchoolHeard:
    """Give what School heard."""
    note = turn.note(SchoolHeard)
    assert note is not None
    return note


def state(leo: AsyncLeoField) -> Lessons:
    """Give what School keeps."""
    found: Lessons = leo.module("school").state
    return found


# ---------------------------------------------------------------- asking


async def test_an_unknown_name_is_asked_for_after_the_reply(make: Open) -> None:
    """It comes as a question of its own, after a whole sentence from the field."""
    async with make(modules=[School()]) as leo:
        turn = await leo.turn(ASK)
    added = [word for word in turn.utterance.words if word.context == "added"]

    assert said(turn).asked == "Tomasz"
    assert turn.reply.endswith(". Tomasz?")
    assert "".join(word.text for word in added) == " Tomasz?"
    assert turn.utterance.words[: -len(added)] == turn.utterance.own.words
    assert turn.utterance.own.words[-1].word in {".", "!", "?", "…"}
    assert turn.utterance.by == "school"


async def test_x8_the_question_is_never_learned_as_his_own(make: Open) -> None:
    """What School appended is not among the words Leo learns or is judged by."""
    async with make(modules=[School()]) as leo:
        turn = await leo.turn(ASK)
    [reply] = [text for source, text in turn.texts() if source == "reply"]

    assert reply == turn.utterance.own.text
    assert "Tomasz" not in reply


async def test_what_the_field_knows_is_not_asked_for(make: Open) -> None:
    """A name from his first readings is no question."""
    async with make(modules=[School()]) as leo:
        assert said(await leo.turn("I saw Mila and Leo at the sea.")).blocked == "no name"


@pytest.mark.parametrize(
    ("prompt", "modules", "why"),
    [
        ("I met Tomasz.", [Hurt()], "wound"),
        (LOUD, [], "arousal"),
        ("It rains.", [], "no name"),
        ("Is 2 + 2 what Tomasz said?", [], "a sum"),
    ],
)
async def test_what_keeps_him_from_asking(
    make: Open, prompt: str, modules: list[Module[Any]], why: str
) -> None:
    """Each gate is named in the note."""
    async with make(modules=[*modules, School(SchoolConfig(arousal=0.25))]) as leo:
        turn = await leo.turn(prompt)
    assert said(turn).blocked == why
    assert said(turn).asked is None


async def test_s7_a_quality_of_nothing_is_nothing(make: Open) -> None:
    """Corrected rule: where he recites and it is worth nothing, he does not ask."""
    flat = SchoolConfig(entropy=1.1, quality=1.1)
    for config, why in ((flat, "flat"), (SchoolConfig(entropy=1.1, quality=0.0), None)):
        async with make(modules=[School(config)]) as leo:
            assert said(await leo.imagine(ASK)).blocked == why


async def test_there_must_be_room_for_it(make: Open) -> None:
    """With no tokens left, nothing is appended; neither question nor sum breaks the bound."""
    async with make(modules=[School()]) as leo:
        for prompt in (ASK, "What is 2 + 2?"):
            for most in range(1, 30):
                turn = await leo.imagine(prompt, seed=most)
                tight = await leo.turn(prompt, max_tokens=most)
                added = tight.utterance.own is not tight.utterance
                assert not added or len(tight.utterance.words) <= most
                assert turn.reply


async def test_the_time_between_two_questions(make: Open) -> None:
    """Too soon after the last one, another is not asked; exactly at the interval it is."""
    config = SchoolConfig(interval=5.0)
    for step, why in ((2.4, "too soon"), (2.5, None)):
        path = f"{step}.db"
        clock = ScriptedClock(step=step)
        async with make(modules=[School(config)], clock=clock) as base:
            where = base.path.with_name(path)
        async with make(where, modules=[School(config)], clock=ScriptedClock(step=step)) as leo:
            assert said(await leo.turn("I met Tomasz.")).asked == "Tomasz"
            assert said(await leo.turn("What? I went home.")).blocked is not None
            third = await leo.turn("I met Zbigniew.")
        assert said(third).blocked == why


async def test_s6_the_hourly_limit_counts_questions(make: Open) -> None:
    """Corrected rule: answers cost nothing; after an hour he may ask again."""
    config = SchoolConfig(interval=0, per_hour=2)
    async with make(modules=[School(config)], clock=ScriptedClock(step=700)) as leo:
        names = ("Tomasz", "Zbigniew", "Reykjavik", "Krzysztof")
        blocked = []
        for name in names:
            blocked.append(said(await leo.turn(f"I met {name}.")).blocked)
            await leo.turn(f"{name} is my friend.")
    assert blocked == [None, None, "asked enough", None]


@pytest.mark.parametrize(("at", "why"), [(3599.0, "asked enough"), (3600.0, None)])
def test_a_question_counts_for_an_hour(at: float, why: str | None) -> None:
    """One that was asked an hour ago is no reason to keep quiet."""
    assert _busy(SchoolConfig(per_hour=1), Lessons(asked=(0.0,)), at) == why


async def test_a_name_is_not_asked_for_twice_in_a_row(make: Open) -> None:
    """Unanswered it may come again, but another question comes between."""
    async with make(modules=[School()], clock=ScriptedClock(step=90)) as leo:
        asked = []
        for name in ("Tomasz", "Tomasz", "Zbigniew", "Tomasz"):
            asked.append(said(await leo.turn(f"I met {name}.")).asked)
            await leo.turn("What is the moon?")
    assert asked == ["Tomasz", None, "Zbigniew", "Tomasz"]


# ---------------------------------------------------------------- hearing the answer


async def test_an_explanation_is_kept_and_recalled(make: Open) -> None:
    """Asked, told, and spoken of again: the words of the explanation are drawn."""
    async with make(modules=[School()], clock=ScriptedClock(step=90)) as leo:
        await leo.turn(ASK)
        told = await leo.turn(TELL)
        asked = await leo.turn("What does Tomasz do?")
        school = leo.module("school")
        assert isinstance(school, School)
        cards = school.recall("Where is Tomasz?")

    assert (heard(told).question, heard(told).answering) == ("Tomasz", "answer")
    assert heard(asked).recalled == ("tomasz",)
    assert {"friend", "boats", "wood"} <= set(heard(asked).drawn)
    pulls = {pull.word: pull.bias for pull in asked.influence.pulls if pull.by == "school"}
    assert pulls["boats"] == "notes"
    assert [answer.text for card in cards for answer in card.answers] == [TELL]
    assert school.pending is None


async def test_s11_an_explanation_is_learned_once_as_the_observer_s(make: Open) -> None:
    """Corrected rule: the turn learns it like everything he hears, and School adds nothing."""
    async with make(modules=[School()]) as leo:
        await leo.turn(ASK)
        told = await leo.turn(TELL)
        again = await leo.turn("What does Tomasz do?")
    for turn in (told, again):
        assert {source for source, _ in turn.texts()} <= {"observer", "reply"}
    assert [text for source, text in told.texts() if source == "observer"] == [TELL]


@pytest.mark.parametrize(
    ("prompt", "done", "still_open"),
    [
        ("No idea.", "refusal", False),
        ("What is the moon?", "new topic", False),
        ("Yes.", "aside", True),
    ],
)
async def test_s4_what_is_no_answer_is_not_kept(
    make: Open, prompt: str, done: str, still_open: bool
) -> None:
    """A refusal or another topic closes the question, a nod leaves it open; no note is made."""
    async with make(modules=[School()]) as leo:
        await leo.turn(ASK)
        turn = await leo.turn(prompt)
        assert heard(turn).answering == done
        assert (state(leo).pending is not None) == still_open
        assert state(leo).cards["tomasz"].answers == ()


async def test_an_open_question_is_forgotten_in_time(make: Open) -> None:
    """After his patience, the next words are no answer to it; nor if the clock went back."""
    for step in (3601, -10):
        async with make(modules=[School()], clock=ScriptedClock(step=step)) as leo:
            where = leo.path.with_name(f"{step}.db")
        async with make(where, modules=[School()], clock=ScriptedClock(step=step)) as leo:
            assert said(await leo.turn(ASK)).asked == "Tomasz"
            turn = await leo.turn(TELL)
            assert heard(turn).question is None
            assert state(leo).cards["tomasz"].answers == ()


async def test_x9_the_open_question_survives_a_restart(make: Open) -> None:
    """Told after a restart, the explanation is kept; the turns are the same as without one."""
    clock = ScriptedClock(step=90)
    prompts = (ASK, TELL, "What does Tomasz do?", "I saw Zbigniew.", "He is a cat.")
    async with make(modules=[School()], clock=clock) as leo:
        whole = [(await leo.turn(prompt)).without_timings() for prompt in prompts]
        kept = state(leo)
    clock = ScriptedClock(step=90)
    cut: list[Turn] = []
    path = leo.path.with_name("cut.db")
    for prompt in prompts:
        async with make(path, modules=[School()], clock=clock) as leo:
            cut.append((await leo.turn(prompt)).without_timings())
            again = state(leo)

    assert cut == whole
    assert (again.cards, again.pending, again.asked) == (kept.cards, kept.pending, kept.asked)


async def test_s5_one_exchange_is_one_question(make: Open) -> None:
    """Corrected rule: answering does not count as asking."""
    async with make(modules=[School()]) as leo:
        await leo.turn(ASK)
        await leo.turn(TELL)
        assert state(leo).cards["tomasz"].asked == 1


def test_s8_the_newest_explanations_are_kept() -> None:
    """Corrected rule: a full card forgets its oldest explanation, not the newest."""
    lessons, name = Lessons(), Name("tomasz", "Tomasz")
    for i in range(ANSWERS + 3):
        lessons = lessons.explained(name, i, float(i), f"answer {i} " + "x" * (2 * ANSWER))
    answers = lessons.cards["tomasz"].answers

    assert len(answers) == ANSWERS
    assert answers[-1].text.startswith(f"answer {ANSWERS + 2} ")
    assert all(len(one.text) == ANSWER for one in answers)


async def test_cards_are_bounded(make: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many names: the unexplained go first, in memory and in the table alike."""
    monkeypatch.setattr(lessons_module, "CARDS", 2)
    async with make(modules=[School()], clock=ScriptedClock(step=90)) as leo:
        for name in ("Tomasz", "Zbigniew", "Reykjavik"):
            await leo.turn(f"I met {name}.")
            await leo.turn("He is my friend." if name == "Tomasz" else "No idea.")
        assert leo._life is not None
        rows = await leo._life.database.fetch("SELECT key FROM school_cards ORDER BY key")
        assert set(state(leo).cards) == {"tomasz", "reykjavik"}
    assert rows == [("reykjavik",), ("tomasz",)]


async def test_s10_two_schools_are_independent(make: Open) -> None:
    """What one Leo was taught, or failed at, another does not know."""
    async with (
        make(modules=[School()]) as one,
        make(one.path.with_name("b.db"), modules=[School()]) as other,
    ):
        await one.turn(ASK)
        assert state(other) == Lessons()
        assert said(await other.turn(ASK)).asked == "Tomasz"


async def test_hostile_names_are_only_names(make: Open) -> None:
    """What looks like SQL is text."""
    async with make(modules=[School()], clock=ScriptedClock(step=90)) as leo:
        await leo.turn("I met Robert'); DROP TABLE school_cards;-- yesterday, and Xqzt.")
        await leo.turn("He is '\"; DELETE FROM school_cards; --")
        assert leo._life is not None
        rows = await leo._life.database.fetch("SELECT key, shown FROM school_cards ORDER BY key")
        cards = leo.module("school").state.cards
    assert rows == sorted((key, card.name.shown) for key, card in cards.items())
    assert "robert" in cards


# ---------------------------------------------------------------- reckoning, and switched off


async def test_a_sum_is_worked_out_after_the_reply(make: Open) -> None:
    """It comes after a sentence from the field, exact, and is not learned as his own."""
    async with make(modules=[School()]) as leo:
        turn = await leo.turn("How much is 12 + 30?")
        declined = await leo.turn("How much is 12 + ?")
        school = leo.module("school")
        assert isinstance(school, School)

        assert turn.reply.endswith(" 12 + 30 = 42.")
        assert said(turn).sum == "12 + 30 = 42"
        assert "42" not in turn.utterance.own.text
        assert said(declined).sum is None
        assert school.reckon("7 / 2") == "7 / 2 = 3.5"


async def test_without_it_nothing_is_asked_or_reckoned(make: Open) -> None:
    """Switched off, the same prompts get the field's words alone; imagined turns keep nothing."""
    async with make(modules=[School()]) as leo:
        for prompt in (ASK, "What is 2 + 2?"):
            with_it = await leo.imagine(prompt)
            without = await leo.imagine(prompt, without=["school"])
            assert with_it.utterance.own.words == without.utterance.words
            assert with_it.reply != without.reply
        assert state(leo) == Lessons()
