"""Work in threads steps back for the event loop, and what comes of it does not depend on that."""

import random
import threading
from dataclasses import dataclass, field

import pytest

from leo.field import merging
from leo.field.counting import Ids, counted
from leo.field.packed import Packed
from leo.field.parts import parts_of
from leo.field.shelf import Nowhere
from leo.pace import HELD, STEP_BACK, after_you
from leo.text.heard import LOOKED_AT, Ear
from leo.text.tokens import SLICE

TEXTS = 2
WORDS = 6000


@dataclass
class Watch:
    """A clock that goes on by ``step`` when it is looked at, and writes down who sleeps."""

    step: float = 0.0
    now: float = 100.0
    slept: list[tuple[int, float]] = field(default_factory=list)

    def perf_counter(self) -> float:
        """Look at the clock."""
        self.now += self.step
        return self.now

    def sleep(self, seconds: float) -> None:
        """Write down who sleeps."""
        self.slept.append((threading.get_ident(), seconds))


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Give the clock that `leo.pace` looks at."""
    watch = Watch()
    monkeypatch.setattr("leo.pace.time", watch)
    monkeypatch.setattr("leo.pace._held.since", watch.now)
    return watch


def test_work_steps_back_when_it_went_on_for_a_while(watch: Watch) -> None:
    """Not before, and then it may go on for as long again."""
    after_you()
    watch.now += HELD / 2
    after_you()
    assert not watch.slept
    watch.now += HELD
    after_you()
    after_you()
    assert watch.slept == [(threading.get_ident(), STEP_BACK)]


def test_every_thread_steps_back_for_itself(watch: Watch) -> None:
    """One that did says nothing of another."""
    watch.now += 2 * HELD
    after_you()
    other = threading.Thread(target=after_you)
    other.start()
    other.join()
    assert [who for who, _ in watch.slept] == [threading.get_ident(), other.ident]


def _texts() -> list[str]:
    rng = random.Random(3)
    words = [f"{a}{b}{c}" for a in "bdklmst" for b in "aeiou" for c in "nrst"]
    return [
        " ".join(rng.choice(words) + rng.choice(("", "", "", ".")) for _ in range(WORDS))
        for _ in range(TEXTS)
    ]


def _counted() -> list[Packed]:
    ear, ids, packs = Ear(), Ids(), list[Packed]()
    for text in _texts():
        known = packs[-1].size if packs else 0
        packs.append(counted(ear.hear(text), "book", packs[::-1], known, ids))
        ids.keep()
    return [*packs, merging.merged_packs(packs, Nowhere(), ()).pack]


def test_stepping_back_changes_nothing_that_is_counted(watch: Watch) -> None:
    """Texts are heard, counted, and merged the same."""
    never = _counted()
    assert not watch.slept
    watch.step = 2 * HELD
    always = _counted()
    assert watch.slept
    for one, other in zip(never, always, strict=True):
        assert one.grown == other.grown
        for (part, array), again in zip(
            parts_of(one).items(), parts_of(other).values(), strict=True
        ):
            assert array.tobytes() == again.tobytes(), part


def test_a_long_text_is_heard_in_short_pieces(watch: Watch) -> None:
    """Whoever waits goes first after a few runs that are new, and after each slice."""
    ear, new = Ear(), [f"{number}a" for number in range(20 * LOOKED_AT)]
    watch.step = 2 * HELD
    ear.hear(" ".join(new))
    assert len(watch.slept) >= len(new) // LOOKED_AT
    watch.slept.clear()
    old = " ".join(new * 20)
    ear.hear(old)
    assert len(watch.slept) >= len(old) // (SLICE + LOOKED_AT) > 1
