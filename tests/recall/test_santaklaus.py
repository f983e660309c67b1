"""SantaKlaus: his own words come back, when they have to do with the moment, and bend it."""

from pathlib import Path
from typing import Any

from leo import AsyncLeoField
from leo.observation.talk import TALK
from leo.recall.memories import Recalled
from leo.recall.resonance import Memory, content_of
from leo.recall.santaklaus import RECALLED, RecallNote, Remembered, SantaKlaus
from leo.records import Turn
from leo.testing import ScriptedClock
from leo.text.function_words import is_content
from tests.conftest import Open

RAIN = ("I like the rain on the window.", "The rain and the window.", "Is it the rain again?")


def note(turn: Turn) -> RecallNote:
    """Give a turn's recall."""
    found = turn.note(RecallNote)
    assert found is not None
    return found


def state(leo: AsyncLeoField) -> Recalled:
    """Give what is remembered."""
    found: Recalled = leo.module("santaklaus").state
    return found


async def talk(leo: AsyncLeoField, n: int = 16) -> list[Turn]:
    """Live through the beginning of the scripted talk."""
    return [(await leo.turn(prompt)).without_timings() for prompt in TALK[:n]]


class Taught(SantaKlaus):
    """Begins with memories of the test's own."""

    texts: tuple[str, ...] = ("The moon sings to the boat.", "A lamp is in the garden.")

    async def load(self, reader: Any) -> Recalled:
        """Remember the texts."""
        found = Recalled()
        for number, text in enumerate(self.texts, start=1):
            words = frozenset(content_of(text))
            found = found.kept(Memory(number, 0, 0.0, text, words, 0.9, 0.0))
        return Recalled(found.memories, found.places, found.last)


# ---------------------------------------------------------------- what is remembered


async def test_only_his_own_good_words_are_remembered(make: Open) -> None:
    """Law 4: a memory is a reply of quality 0.6 or more, never anything of the prompt."""
    async with make(modules=[SantaKlaus()]) as leo:
        turns = await talk(leo)
        memories = state(leo).memories
    kept = {one.turn: one.text for one in memories.values()}

    assert len(kept) > 10
    for turn in turns:
        assert turn.id is not None
        assert (turn.note(Remembered) is not None) == (turn.id in kept)
        if turn.id in kept:
            assert kept[turn.id] == turn.utterance.own.text
            assert turn.quality.overall >= 0.6


async def test_1_7_10_and_15_quality_and_arousal_kept_are_those_of_the_turn(make: Open) -> None:
    """Corrected rule: what is stored earned exactly the score it is stored with."""
    async with make() as leo:
        turns = {turn.id: turn for turn in await talk(leo)}
        for one in state(leo).memories.values():
            assert one.quality == turns[one.turn].quality.overall
            assert one.text == turns[one.turn].utterance.own.text
            assert one.arousal == turns[one.turn].percept.pulse.arousal


async def test_1_7_3_a_new_memory_is_not_born_tired(make: Open) -> None:
    """Corrected rule: what was never recalled bears no penalty."""
    async with make(modules=[SantaKlaus()]) as leo:
        await leo.turn(RAIN[0])
        [memory] = state(leo).memories.values()
    assert (memory.used, memory.uses) == (None, 0)


async def test_the_same_words_are_remembered_once(make: Open) -> None:
    """Saying something again makes no second memory of it."""
    async with make(modules=[SantaKlaus()], seed=3) as leo:
        await talk(leo, 40)
        texts = [one.text for one in state(leo).memories.values()]
    assert len(texts) == len(set(texts))


# ---------------------------------------------------------------- what comes back


async def test_relevant_memories_come_back_and_irrelevant_ones_do_not(make: Open) -> None:
    """Each recalled memory shares words beyond chance, or came by luck and says so."""
    async with make(modules=[SantaKlaus()]) as leo:
        turns = await talk(leo, 40)
    hits = [(turn, hit) for turn in turns for hit in note(turn).hits]

    assert sum(not hit.silly for _, hit in hits) > 5
    for turn, hit in hits:
        assert hit.silly or (hit.shared > note(turn).bar and hit.score > 0.1)
    for turn in turns:
        assert sum(not hit.silly for hit in note(turn).hits) <= RECALLED
        scores = [hit.score for hit in note(turn).hits if not hit.silly]
        assert scores == sorted(scores, reverse=True)


async def test_1_7_4_everything_that_came_back_is_marked(make: Open) -> None:
    """Corrected rule: not the first alone; each has the time and one more use."""
    texts = ("The moon sings to the lamp.", "A garden under the moon.", "A lamp in the garden.")
    unlike = "A boat at sea."
    santa = Taught(silly=0.0)
    santa.texts = (*texts, unlike)
    async with make(modules=[santa]) as leo:
        turn = await leo.turn("Do you see the moon, the lamp and the garden?")
        used = [one for one in state(leo).memories.values() if one.turn == 0]
        living = leo.module("santaklaus")
        assert isinstance(living, SantaKlaus)
        stats = living.stats()

    assert len(note(turn).hits) == 3
    assert [(one.used, one.uses) for one in used] == [*[(turn.at, 1)] * 3, (None, 0)]
    assert (stats.ever_recalled, stats.recalls) == (3, 3)


async def test_1_7_5_the_silly_one_is_additional_and_marked(make: Open) -> None:
    """Corrected rule: what merits stays, in order; luck adds one, without repeating any."""
    for silly in (0.0, 1.0):
        santa = Taught(silly=silly)
        async with make(modules=[santa]) as leo:
            path = leo.path.with_name(f"{silly}.db")
        async with make(path, modules=[santa]) as leo:
            hits = note(await leo.imagine("Does the moon sing to the boat?")).hits
        assert [hit.memory for hit in hits if not hit.silly] == [1]
        assert [hit.memory for hit in hits if hit.silly] == ([2] if silly else [])


async def test_1_7_14_luck_is_seeded(make: Open) -> None:
    """The same turn draws the same; over seeds about fifteen in a hundred draw one."""
    async with make(modules=[Taught()]) as leo:
        drawn = [
            any(hit.silly for hit in note(await leo.imagine("Yes.", seed=seed)).hits)
            for seed in range(200)
        ]
        again = note(await leo.imagine("Yes.", seed=7)).hits
        assert any(hit.silly for hit in again) == drawn[7]
    assert 15 <= sum(drawn) <= 45


async def test_1_7_7_content_words_are_drawn_by_their_rarity(make: Open) -> None:
    """Corrected rule: no article, no mark, none of the prompt's own words; the strongest is 1."""
    async with make(modules=[SantaKlaus()]) as leo:
        turns = [turn for turn in await talk(leo, 40) if note(turn).hits]
    for turn in turns:
        pulled = note(turn).pulled
        assert all(is_content(one.word) for one in pulled)
        assert not {one.word for one in pulled}.intersection(turn.percept.tokens)
        assert not pulled or pulled[0].weight == 1.0
        pulls = [p for p in turn.influence.pulls if p.by == "santaklaus"]
        assert [(p.word, p.weight, p.bias) for p in pulls] == [
            (one.word, one.weight, "recall") for one in pulled
        ]


async def test_1_7_8_and_12_few_words_are_drawn_whatever_their_case(make: Open) -> None:
    """Corrected rules: a long memory draws no more than sixteen words, and case is no matter."""
    santa = Taught(silly=0.0)
    santa.texts = ("The MOON and the LAMP " + " ".join(f"word{i}" for i in range(40)),)
    async with make(modules=[santa]) as leo:
        found = note(await leo.imagine("moon, lamp"))
    assert [hit.memory for hit in found.hits] == [1]
    assert len(found.pulled) == 16


async def test_a_rare_word_is_drawn_more_than_a_common_one(make: Open) -> None:
    """Of one memory's words, the one that no other memory holds stands first, with 1."""
    santa = Taught(silly=0.0, recalled=1)
    santa.texts = ("The moon and the lamp and a boat.", "A lamp here.", "A lamp there.")
    async with make(modules=[santa]) as leo:
        pulled = note(await leo.imagine("moon")).pulled
    assert [one.word for one in pulled] == ["boat", "lamp"]
    assert pulled[0].weight == 1.0 > pulled[1].weight


async def test_texts_are_cut_where_they_are_noted(make: Open, tmp_path: Path) -> None:
    """What came back is noted up to 240 characters, what stayed away up to 80."""
    for recalled, most in ((1, 240), (0, 80)):
        santa = Taught(silly=0.0, recalled=recalled)
        santa.texts = ("The moon " + "and the lamp " * 30, "A boat.")
        async with make(tmp_path / f"{recalled}.db", modules=[santa]) as leo:
            found = note(await leo.imagine("moon"))
        [hit] = found.hits or found.others
        assert len(hit.text) == most
        assert hit.text.endswith("…")


async def test_1_7_9_nothing_is_learned_again(make: Open) -> None:
    """Corrected rule: recall bends the reply; the field hears prompt and reply alone."""
    async with make(modules=[SantaKlaus()]) as leo:
        for turn in await talk(leo):
            assert {source for source, _ in turn.texts()} <= {"observer", "reply"}


async def test_recalled_words_come_into_the_reply(make: Open) -> None:
    """Over many seeds, words of what was recalled are said more often than without recall."""
    santa = Taught(silly=0.0)
    santa.texts = ("The moon is over the sea and the boat, and the harbour is asleep.",)
    words = {"sea", "harbour", "asleep"}
    counts = {True: 0, False: 0}
    async with make(modules=[santa]) as leo:
        for seed in range(40):
            for on in (True, False):
                without = [] if on else ["santaklaus"]
                said = "Do you see the moon? The boat and the moon?"
                turn = await leo.imagine(said, seed=seed, without=without)
                counts[on] += len(words.intersection(turn.utterance.tokens))
    assert counts[True] > 1.5 * counts[False]


# ---------------------------------------------------------------- keeping


async def test_a_restart_in_the_middle_changes_nothing(make: Open) -> None:
    """Memories, uses and times come back, and the next turns are the same."""
    clock = ScriptedClock(step=90)
    async with make(modules=[SantaKlaus()], clock=clock) as leo:
        whole, before = await talk(leo, 14), state(leo)
    clock = ScriptedClock(step=90)
    path = leo.path.with_name("cut.db")
    async with make(path, modules=[SantaKlaus()], clock=clock) as leo:
        first = await talk(leo, 8)
    async with make(path, modules=[SantaKlaus()], clock=clock) as leo:
        rest = [(await leo.turn(prompt)).without_timings() for prompt in TALK[8:14]]
        after = state(leo)

    assert [*first, *rest] == whole
    assert dict(after.memories) == dict(before.memories)
    assert dict(after.places) == dict(before.places)


async def test_imagined_turns_leave_no_mark_and_off_means_off(make: Open) -> None:
    """Nothing is marked or kept by imagining; switched off, the talk goes another way."""
    async with make(modules=[SantaKlaus()]) as leo:
        whole = await talk(leo)
        before = state(leo)
        await leo.imagine(RAIN[0])
        assert state(leo) is before
    off = leo.path.with_name("off.db")
    async with make(off, modules=[SantaKlaus()], without=["santaklaus"]) as leo:
        plain = await talk(leo)
    assert [turn.reply for turn in whole] != [turn.reply for turn in plain]


async def test_it_can_be_asked(make: Open) -> None:
    """What a prompt would bring back, without marking it; blank prompts bring nothing."""
    async with make(modules=[Taught()]) as leo:
        santa = leo.module("santaklaus")
        assert isinstance(santa, SantaKlaus)

        assert [hit.memory for hit in await santa.recall("the moon")] == [1]
        assert [hit.memory for hit in await santa.recall("yes", themes=["lamp", "garden"])] == [2]
        assert await santa.recall("") == ()
        assert await santa.recall("the") == ()
        assert [one.text for one in santa.memories] == list(Taught.texts)
        assert (santa.stats().memories, santa.stats().recalls) == (2, 0)
