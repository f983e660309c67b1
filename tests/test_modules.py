"""The module contract, by a spy that uses all of it and by a student's first module."""

from dataclasses import replace
from typing import Any

import pytest

from leo import AsyncLeoField, ModuleError
from leo.module import Kept, Lean, Module, Revision
from leo.records import Influence, Note, Pull, Weight
from leo.testing import SpyModule, SpyNote
from leo.text.birth import DEFAULT_BIRTH
from leo.text.tokens import tokens
from tests.conftest import Open


class Shout(Module[None]):
    """The four lines of a student."""

    name = "shout"

    async def before(self, percept: Any, so_far: Any) -> Lean[None]:
        """Ask for a hotter reply."""
        return Lean(Influence(temperature=1.5))


async def test_every_hook_is_run_in_order(make: Open) -> None:
    """A turn calls before, revise, after and rows of each module, stage by stage."""
    one, two = SpyModule(), SpyModule("other")
    two.heard = one.heard
    async with make(modules=[one, two]) as leo:
        turn = await leo.turn("Hello.")

    assert one.hooks() == [hook for hook in ("before", "revise", "after", "rows") for _ in "12"]
    assert [note.spy for note in turn.notes if isinstance(note, SpyNote)] == ["spy", "other"] * 3


async def test_a_hook_reads_what_exists_when_it_runs(make: Open) -> None:
    """Records given to the hooks are the turn's own, and the notes are those made so far."""
    spy = SpyModule()
    async with make(modules=[spy]) as leo:
        turn = await leo.turn("Hello.")
    given = dict(spy.heard)

    assert [len(given[hook].notes) for hook in ("before", "revise", "after")] == [0, 1, 2]  # type: ignore[attr-defined]
    assert given["revise"].utterance == turn.utterance  # type: ignore[attr-defined]
    assert given["after"].quality == turn.quality  # type: ignore[attr-defined]
    assert given["before"].moment.turn == 1  # type: ignore[attr-defined]
    assert given["before"].moment.at == turn.at  # type: ignore[attr-defined]
    assert given["after"].note(SpyNote) == turn.note(SpyNote)  # type: ignore[attr-defined]


async def test_state_is_swapped_in_after_the_commit_and_survives_a_restart(make: Open) -> None:
    """The state a hook returns is the module's after the turn, and its rows bring it back."""
    async with make(modules=[SpyModule()]) as leo:
        assert leo.module("spy").state == 0
        await leo.turn("One.")
        await leo.imagine("Not real.")
        assert leo.module("spy").state == 1
        await leo.turn("Two.")
    async with make(modules=[SpyModule()]) as again:
        assert again.module("spy").state == 2
        assert (await again.turn("Three.")).note(SpyNote) == SpyNote("spy", ("before",), 2)


async def test_a_private_thought_is_heard_learned_and_not_said(make: Open) -> None:
    """A kept thought is learned with its source, is not in the reply, and comes back on replay."""
    async with make(modules=[SpyModule(thinks=True)]) as leo:
        turn = await leo.turn("Tell me about the moon.")
        [ring] = [one for one in turn.learned if one.source == "ring"]

        assert ring.text
        assert ring.text not in turn.reply
        assert ("ring", ring.text) in turn.texts()
        totals = (await leo.stats()).totals
    async with make(modules=[SpyModule()]) as again:
        assert (await again.stats()).totals == totals


async def test_a_lean_moves_the_reply(make: Open) -> None:
    """A module's lean on temperature, experts and words is seen in the blend and the words."""

    class Leaner(Module[None]):
        name = "leaner"

        async def before(self, percept: Any, so_far: Any) -> Lean[None]:
            pulls = (Pull("moon", 1.0, "recall", "leaner"),)
            return Lean(Influence(0.5, 1.5, 0.8, (Weight("creative", 0.3),), pulls))

    async with make(modules=[Leaner()]) as leo:
        leaning = await leo.imagine("Hello.")
        plain = await leo.imagine("Hello.", without=["leaner"])

        assert leaning.blend.temperature < plain.blend.temperature
        weights = {one.expert: one.weight for one in leaning.blend.weights}
        assert weights["wounded"] > 0
        assert weights["creative"] > {w.expert: w.weight for w in plain.blend.weights}["creative"]
        talk = [await leo.imagine("Hello.", seed=seed) for seed in range(30)]
        shares = [s for t in talk for word in t.utterance.words for s in word.shares]
        assert any(share.bias == "recall" and share.value > 0 for share in shares)
        bare = [await leo.imagine("Hello.", seed=seed, without=["leaner"]) for seed in range(30)]
        assert sum("moon" in t.reply for t in talk) > sum("moon" in t.reply for t in bare)


async def test_switching_a_module_off_leaves_it_out(make: Open) -> None:
    """A module named in without has no part in the turn, and the Turn says so."""
    async with make(modules=[Shout(), SpyModule()], without=["spy"]) as leo:
        turn = await leo.turn("Hello.")
        imagined = await leo.imagine("Hello.", without=["shout"])

        assert turn.settings.without == ("spy",)
        assert turn.note(SpyNote) is None
        assert turn.influence.temperature == 1.5
        assert imagined.settings.without == ("shout", "spy")
        assert imagined.influence.temperature == 1.0


async def test_taking_a_module_out_does_not_shift_luck(make: Open) -> None:
    """A module that changes nothing can come and go without changing a word."""
    async with make(modules=[SpyModule(thinks=False)]) as leo:
        with_spy = await leo.imagine("Hello.")
        without = await leo.imagine("Hello.", without=["spy"])

        assert with_spy.utterance == without.utterance


async def test_a_revision_replaces_the_words_and_is_told(make: Open) -> None:
    """What revise returns is the reply, is streamed as a revision, and is what is learned."""

    class Twin(Module[None]):
        name = "twin"

        async def revise(self, percept: Any, said: Any, voice: Any) -> Revision[None]:
            return Revision(await voice(seed="moon", max_tokens=12))

    async with make(modules=[Twin()]) as leo:
        events = [event async for event in leo.stream("Hello.")]
        turn = events[-1]

        assert type(events[-2]).__name__ == "Revised"
        assert events[-2].reply == turn.reply  # type: ignore[union-attr]
        assert events[-2].by == turn.utterance.by == "twin"  # type: ignore[union-attr]
        assert turn.reply != "".join(event.text for event in events[:-2])  # type: ignore[union-attr]


async def test_strict_raises_a_modules_failure(make: Open) -> None:
    """With strict=True a failing hook ends the turn, naming module and hook."""

    class Broken(Module[None]):
        name = "broken"

        async def after(self, judged: Any, voice: Any) -> Kept[None]:
            raise KeyError("no")

    async with make(modules=[Broken()]) as leo:
        with pytest.raises(ModuleError, match=r"broken\.after raised KeyError"):
            await leo.turn("Hello.")
        assert len(await leo.journal()) == 0


async def test_a_wrong_result_is_a_fault(make: Open) -> None:
    """A hook that returns something else than its result is reported, not guessed at."""

    class Odd(Module[None]):
        name = "odd"

        async def before(self, percept: Any, so_far: Any) -> Any:
            return "lean on me"

    async with make(modules=[Odd()], strict=False) as leo:
        [fault] = (await leo.turn("Hello.")).faults

        assert fault.hook == "before"
        assert "not Lean or None" in fault.error


async def test_a_failed_module_keeps_its_state_and_writes_nothing(make: Open) -> None:
    """The module that failed is as if it had not been there; the others go on."""

    class Late(SpyModule):
        async def after(self, judged: Any, voice: Any) -> Any:
            raise RuntimeError("late")

    async with make(modules=[Late("late"), SpyModule()], strict=False) as leo:
        await leo.turn("Hello.")

        assert leo.module("late").state == 0
        assert leo.module("spy").state == 1
    async with make(modules=[SpyModule("late"), SpyModule()]) as again:
        assert again.module("late").state == 0


async def test_an_unknown_module_name_is_an_error(make: Open) -> None:
    """A misspelt name is reported with the names there are."""
    with pytest.raises(ValueError, match="no module is called 'trama'"):
        make(modules=[Shout()], without=["trama"])


async def test_two_modules_of_one_name_are_an_error(make: Open) -> None:
    """Names are unique, because switches, faults and luck go by them."""
    with pytest.raises(ValueError, match="same name"):
        make(modules=[Shout(), Shout()])


async def test_a_module_instance_belongs_to_one_leo(make: Open, tmp_path: Any) -> None:
    """Two Leos made with the same instance do not share its state."""
    spy = SpyModule()
    async with (
        make(tmp_path / "a.db", modules=[spy]) as one,
        make(tmp_path / "b.db", modules=[spy]) as other,
    ):
        await one.turn("Hello.")

        assert (one.module("spy").state, other.module("spy").state) == (1, 0)


async def test_notes_are_stored_and_read_again(make: Open) -> None:
    """A module's note is found in the journal by its kind."""
    async with make(modules=[SpyModule()]) as leo:
        turn = await leo.turn("Hello.")
        [stored] = await leo.journal()

        assert stored.note(SpyNote) == turn.note(SpyNote)
        assert stored.note(Note) is not None
        assert isinstance(leo, AsyncLeoField)


class Teacher(Module[None]):
    """Appends a word of its own to every reply."""

    name = "teacher"

    async def revise(self, percept: Any, said: Any, voice: Any) -> Revision[None]:
        """Say a word after Leo's own."""
        last = said.utterance.words[-1]
        more = replace(last, text=" Zeppelin?", word="zeppelin", context="added")
        return Revision(replace(said.utterance, words=(*said.utterance.words, more)))


async def test_appended_words_are_said_but_are_not_his_own(make: Open) -> None:
    """They stand in the reply; they are neither judged nor learned as his speech."""
    async with make(modules=[Teacher()]) as leo:
        turn = await leo.turn("Hello, moon.")
        plain = await leo.imagine("Hello, moon.", without=["teacher"])
        [own] = [one for one in turn.learned if one.source == "reply"]
        known = (await leo.imagine("Zeppelin")).percept.unknown

    assert turn.reply.endswith(". Zeppelin?")
    assert own.text == turn.utterance.own.text == turn.reply.removesuffix(" Zeppelin?")
    assert ("reply", own.text) in turn.texts()
    assert known == ("zeppelin",)
    assert plain.utterance.own is plain.utterance


async def test_the_voice_judges_as_the_turn_does(make: Open) -> None:
    """What a module is told about a reply's quality is what the turn will say."""
    told: list[Any] = []

    class Judge(Module[None]):
        name = "judge"

        async def revise(self, percept: Any, said: Any, voice: Any) -> None:
            told.append(await voice.judge(said.utterance))

    async with make(modules=[Judge(), Teacher()]) as leo:
        turn = await leo.turn("Hello, moon.")

    assert told == [turn.quality]


async def test_a_thought_never_repeats_the_observers_sentence(make: Open) -> None:
    """Whole runs of the prompt are kept out of private thoughts, which are learned."""
    prompt = "Mila sat by the window and looked at the moon."
    thoughts: list[str] = []

    class Thinker(Module[None]):
        name = "thinker"

        async def revise(self, percept: Any, said: Any, voice: Any) -> None:
            thoughts.extend([(await voice(seed=prompt, semantic=1.0)).text for _ in range(20)])

    async with make(modules=[Thinker()]) as leo:
        for seed in range(5):
            await leo.imagine(prompt, seed=seed)

    heard = [token.word for token in tokens(prompt) if token.word != "."]
    runs = {tuple(heard[i : i + 4]) for i in range(len(heard) - 3)}
    for thought in thoughts:
        words = [token.word for token in tokens(thought)]
        assert not runs & {tuple(words[i : i + 4]) for i in range(len(words) - 3)}


async def test_a_module_reads_the_birth_texts_and_the_moment(make: Open) -> None:
    """At load it can read what Leo was born with; in a hook it knows seed, prompt and themes."""
    seen: list[Any] = []

    class Reader(Module[int]):
        name = "reader"

        async def load(self, reader: Any) -> int:
            return len(reader.birth)

        async def before(self, percept: Any, so_far: Any) -> None:
            seen.append(so_far.moment)

    async with make(modules=[Reader()]) as leo:
        assert leo.module("reader").state == len(DEFAULT_BIRTH.texts)
        turn = await leo.turn("Hello, Moon!")
        stats = await leo.stats()

    assert (seen[0].seed, seen[0].prompt) == (turn.seed, "Hello, Moon!")
    assert seen[0].landscape.total == stats.themes > 0
