"""Effects: what is measured, paid for and judged, and the words it is told in."""

from dataclasses import replace
from pathlib import Path

import pytest

from leo.errors import ObservationError
from leo.observation.ablated import Ablation, read_ablation
from leo.observation.effects import CHANCE, JUDGED, Effect, ModuleEffect, Verdict, effects
from leo.observation.statistics import MEASURES, change
from tests.observation.made import SETTINGS, effect, made_run

UP = effect("relevance", (0.2, 0.1, 0.3), size=0.9, probability=0.006)
DOWN = effect("quality", (-0.2, -0.3, -0.1), size=-0.8, probability=0.01)
WORSE = effect("recited", (0.1, 0.05, 0.2), better="lower", size=None, probability=0.02)
NEITHER = effect("above chance", (0.1, 0.05, 0.2), better="neither", probability=0.01)
UNSURE = effect("distinct-2", (0.9, 0.8, 1.0), probability=0.051)


def module(
    *found: Effect, replies: float = 0.5, firsts: tuple[int | None, ...] = (3, None)
) -> ModuleEffect:
    """Make a module's effects."""
    return ModuleEffect("dream", firsts, replies, 0.01, (-0.1, 0.3), found)


def test_the_change_is_that_of_having_the_module() -> None:
    """With less without: better with the module is above 0, and the record has it all."""
    whole, without = made_run(3, quality=0.75), made_run(3, quality=0.5)
    found = {one.measure: one for one in effects(whole, {"dream": without})["dream"]}

    assert tuple(found) == JUDGED
    quality = found["quality"]
    assert (quality.by.mean, quality.by.low, quality.by.high) == (0.25, 0.25, 0.25)
    assert (quality.size, quality.better, quality.good) == (None, "higher", True)
    assert (found["relevance"].by.mean, found["relevance"].good) == (0, None)


def test_all_questions_are_paid_for_together() -> None:
    """One clear change among many questions: its probability is that of a flip, times them all."""

    def rising(topic: int, turn: int, seed: int) -> float:
        return 0.5 + topic / 100

    whole, without = made_run(12, quality=rising), made_run(12, quality=0.4)
    alone = effects(whole, {"dream": without})["dream"]
    among = effects(whole, {"dream": without, "game": whole, "flow": whole})["dream"]
    quality = JUDGED.index("quality")
    measure = next(one for one in MEASURES if one.name == "quality")
    probability = change(without, whole, measure).probability

    assert probability == 2 / 2**12
    assert alone[quality].probability == pytest.approx(probability * 5)
    assert among[quality].probability == pytest.approx(probability * 15)
    assert among[quality].sure
    assert not any(one.sure for one in among if one.measure != "quality")


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (module(UP, UNSURE), "helps"),
        (module(DOWN, NEITHER), "hurts"),
        (module(WORSE), "hurts"),
        (module(UP, DOWN), "mixed"),
        (module(UNSURE, NEITHER), "only colours"),
        (module(UNSURE, replies=0.0), "unheard"),
        (module(replies=0.0, firsts=(None, None)), "silent"),
    ],
)
def test_the_verdict_follows_from_what_is_sure(found: ModuleEffect, verdict: Verdict) -> None:
    """Only what is beyond chance counts, and only where one way is good."""
    assert found.verdict == verdict
    assert found.sentence.startswith("dream ")
    assert verdict in found.sentence


def test_the_sentence_tells_each_sure_change() -> None:
    """Mean, interval, size and probability stand there; what is neither good nor bad apart."""
    assert module(UP, WORSE, NEITHER, UNSURE).sentence == (
        "dream is mixed: relevance +0.200 (+0.100 to +0.300; d +0.90, p 0.006); "
        "recited +0.100 (+0.050 to +0.200; d ∞, p 0.020). "
        "Without it 50% of the replies differ, the first at turn 3. "
        "Neither good nor bad: above chance +0.100 (+0.050 to +0.200; d +0.00, p 0.010)."
    )
    assert module(UNSURE).sentence == (
        "dream only colours: no judged measure moved beyond chance. "
        "Without it 50% of the replies differ, the first at turn 3."
    )


def test_the_table_tells_changes_and_how_they_were_got() -> None:
    """A row per module; what is sure is bold; too few topics for any verdict are said."""
    whole, without = made_run(3, quality=0.75), made_run(3, quality=0.5)
    few = Ablation(whole.settings, (module(*effects(whole, {"dream": without})["dream"]),))
    table = few.to_markdown()

    assert "| dream | only colours | 3, never | 50% | +0.000 (+0.000 to +0.000) |" in table
    assert "| +0.250 (+0.250 to +0.250) |" in table
    assert "| +0.100 (-0.100 to +0.300) | +1.0% |" in table  # loops, by life, and growth
    assert "3 topics × 2 turns × 2 lives (seeds 1, 2), observer: scripted." in table
    assert "all 5 questions" in table
    assert "With 3 topics no change can be told from chance after the correction; 8 are" in table
    assert few.modules[0].sentence in table

    alone = replace(few.modules[0], firsts=(3,), loops=(0.1,))
    one = Ablation(replace(whole.settings, seeds=(7,)), (alone,)).to_markdown()
    assert "| +0.100 | +1.0% |" in one
    assert "3 topics × 2 turns × 1 life (seed 7), observer: scripted." in one

    topics = tuple(f"topic-{i}" for i in range(8))
    sure = Ablation(made_run(8).settings, (module(UP),))
    assert sure.settings.topics == topics
    assert "**+0.200 (+0.100 to +0.300)**" in sure.to_markdown()
    assert "**+0.90, 0.006**" in sure.to_markdown()
    assert "no change can be told" not in sure.to_markdown()


def test_topics_that_are_said_to_be_needed_are_enough_and_one_less_is_not() -> None:
    """The clearest change there can be is sure with eight topics, and not with seven."""

    def clear(topics: int) -> Effect:
        found = effects(made_run(topics, quality=1.0), {"dream": made_run(topics, quality=0.5)})
        return found["dream"][JUDGED.index("quality")]

    assert clear(8).probability <= CHANCE < clear(7).probability


def test_it_is_kept_and_read_again(tmp_path: Path) -> None:
    """The stored form holds all of it, an effect without a size too."""
    whole = Ablation(SETTINGS, (module(UP, WORSE, NEITHER),))
    path = tmp_path / "found.json"
    path.write_text(whole.to_json(), encoding="utf-8")

    assert read_ablation(path) == whole


@pytest.mark.parametrize("text", ["", "{}", '{"settings": 1}', "\udc00"])
def test_what_is_no_ablation_is_told(text: str, tmp_path: Path) -> None:
    """The error names the file."""
    path = tmp_path / "found.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(ObservationError, match=r"found\.json is no stored ablation"):
        read_ablation(path)
    with pytest.raises(ObservationError, match=r"nowhere\.json cannot be read: No such file"):
        read_ablation(tmp_path / "nowhere.json")
