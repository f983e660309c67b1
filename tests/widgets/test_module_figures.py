"""Figures of what modules noted: the numbers in them are the notes' own."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from leo.modules import default_modules
from leo.notes import InnerVoice, Rings
from leo.observation.talk import TALK
from leo.perception.trauma import TraumaNote
from leo.recall.resonance import Asking, Hit, Memory, Rarity, resonance
from leo.recall.santaklaus import PulledWord, RecallNote
from leo.recall.school import SchoolNote
from leo.records import Note, Turn
from leo.reflection.affect import Affect, Feeling
from leo.reflection.dreaming import DreamReport
from leo.reflection.episodes import EpisodeKept, EpisodeNote, RAGBrain
from leo.reflection.expecting import GameHint
from leo.reflection.features import FEATURES
from leo.reflection.flow import FlowNote
from leo.reflection.fragments import Fragment
from leo.reflection.game import GamePlayed
from leo.reflection.mathbrain import Lesson, Prediction
from leo.reflection.metaleo import Snippet
from leo.reflection.mlp import Network
from leo.testing import ScriptedClock, make_turn
from leo.text.tokens import is_word
from leo_widgets import figures
from tests.conftest import Open

CALM = Feeling(0.2, (("said quietly", 0.2),))
GOOD = Hit(3, 7, "The <b>rain</b> stayed.", 5.5, 0.1, 0.05, 0.18, 0.2, 0.5, 0.8, 1.0, 0.212)
LUCKY = replace(GOOD, memory=1, turn=2, silly=True)
AWAY = replace(GOOD, memory=2, turn=5, text="A very long memory " * 9, shared=1.0, score=0.53)
RECALL = RecallNote((GOOD, LUCKY), (AWAY,), 3.25, 12, 2, (PulledWord("rain", 1.0),))


MEMORY = Memory(1, 1, 0.0, "The <b>moon</b>.", frozenset({"moon"}), 0.8, 0.1, 0.0, 2)


def lesson(predicted: float | None, true: float, mean: float | None = 0.01) -> Lesson:
    """Make a lesson; without a prediction it is the first."""
    loss = None if predicted is None else (predicted - true) ** 2
    affect = Affect(CALM, CALM, CALM)
    return Lesson(predicted, true, loss, loss, mean, mean, 3, 0.0, 5.9, affect)


def noted(number: int, *notes: Note) -> Turn:
    """Make a turn with notes."""
    return make_turn(number, notes=notes)


NOTED = [
    noted(1, RECALL, lesson(None, 0.85, None), EpisodeKept(None, 0.85, None, None, 1)),
    noted(2, RECALL, lesson(0.8, 0.9), EpisodeKept(0.7, 0.9, 0.04, 0.02, 2)),
]


def last(draw: Callable[[Turn | None], Any]) -> Callable[[list[Turn]], Any]:
    """Draw the last turn, if any."""
    return lambda turns: draw(turns[-1] if turns else None)


DRAW: dict[str, Callable[[list[Turn]], Any]] = {
    "recall": last(figures.recall),
    "mathbrain": figures.mathbrain,
    "trauma": figures.trauma,
    "flow": figures.flow,
    "game": figures.game,
    "school": figures.school,
    "affect": figures.affect,
    "rings": last(figures.rings),
    "inner_voice": last(figures.inner_voice),
    "dream": last(figures.dream),
    "features": last(figures.features),
    "episodes": last(figures.episodes),
    "modules": last(figures.modules),
    "timeline": lambda turns: figures.timeline(turns, len(turns)),
    "attributions": figures.attributions,
    "blending": last(figures.blending),
    "calibration": figures.calibration,
    "memories": figures.memories,
    "nearest": figures.nearest,
    "slopes": last(figures.slopes),
    "transitions": figures.transitions,
    "saturation": figures.saturation,
    "identity": figures.identity,
    "voice_scores": figures.voice_scores,
    "rest": lambda turns: figures.rest(
        [replace(MEMORY, used=turn.at) for turn in turns[-5:] if turn.notes], 0.0
    ),
    "snippets": lambda turns: figures.snippets(
        [Snippet(turn.reply, "reply", 1) for turn in turns[-8:] if turn.notes]
    ),
    "moments_map": lambda turns: figures.moments_map(
        np.array([note.features for turn in turns if (note := turn.note(Prediction))]),
        [turn.quality.overall for turn in turns if turn.note(Prediction)],
        turns[-1] if turns else None,
    ),
    "voice_weight": figures.voice_weight,
    "bends": figures.bends,
    "gates": figures.gates,
    "inputs": figures.inputs,
    "judge": last(figures.judge),
    "likeness": figures.likeness,
    "losses": figures.losses,
    "overrides": figures.overrides,
    "scars": last(figures.scars),
    "trend": figures.trend,
    "vocabularies": figures.vocabularies,
    "wound_and_themes": figures.wound_and_themes,
    "wounded": figures.wounded,
    "fragments": lambda turns: figures.fragments(
        [Fragment(turn.id or 0, turn.reply, 1.0) for turn in turns[-8:] if turn.notes]
    ),
    "response": lambda turns: figures.response(
        Network.born(len(FEATURES)), 0.5, seen_by(turns), "pulse"
    ),
    "network": lambda turns: figures.network(Network.born(len(FEATURES)), seen_by(turns)),
}


ALONE = ("blending", "modules", "timeline", "network", "response")
"""Figures that have something to show whatever was noted."""


def seen_by(turns: list[Turn]) -> tuple[float, ...] | None:
    """Give what MathBrain saw last, if it saw anything."""
    note = turns[-1].note(Prediction) if turns else None
    return note.features if note else None


@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW.keys())
@pytest.mark.parametrize("turns", [[], [make_turn(1)]], ids=["no turn", "no note"])
def test_without_notes_a_figure_says_so(draw: Callable[[list[Turn]], Any], turns: Any) -> None:
    """A run without the module gives a figure with a title and a reason, and no data."""
    figure = draw(turns)
    alone = [name for name in ALONE if DRAW[name] is draw]

    assert figure.layout.title.text
    if alone and (turns or alone in (["network"], ["response"])):
        assert figure.data
        return
    assert not figure.data
    assert figure.layout.annotations[0].text


@pytest.fixture(scope="module")
def stored(lived: list[Turn]) -> list[Turn]:
    """Give the Turns of the talk as they come out of the journal."""
    return [Turn.from_json(turn.to_json()) for turn in lived]


@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW.keys())
def test_law_9_a_figure_is_a_pure_function_of_turns(
    draw: Callable[[list[Turn]], Any], lived: list[Turn], stored: list[Turn]
) -> None:
    """The same Turns, also when they come out of the journal, give the same figure with data."""
    figure = draw(lived)

    assert draw(stored).to_json() == figure.to_json()
    assert len(figure.data) > 0
    assert figure.layout.title.text


def test_turns_out_of_the_journal_are_the_turns(lived: list[Turn], stored: list[Turn]) -> None:
    """Read again from JSON they are equal, and are other objects."""
    assert stored == lived
    assert stored[0] is not lived[0]


@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW.keys())
def test_every_turn_of_a_life_can_be_drawn(
    draw: Callable[[list[Turn]], Any], lived: list[Turn]
) -> None:
    """From the first turn on there is a figure, with data or with a reason why not."""
    for end in range(1, len(lived) + 1):
        figure = draw(lived[:end])
        assert figure.data or figure.layout.annotations[0].text


def trace(figure: Any, name: str) -> Any:
    """Find a trace by the beginning of its name."""
    return next(one for one in figure.data if (one.name or "").startswith(name))


def test_trauma_stacks_the_parts_of_each_score(lived: list[Turn]) -> None:
    """Bars sum up to the score (cut at one), the line is the level."""
    figure = figures.trauma(lived)
    notes = [note for turn in lived if (note := turn.note(TraumaNote)) is not None]
    bars = [one for one in figure.data if one.type == "bar"]
    for i, note in enumerate(notes):
        assert min(1.0, sum(bar.y[i] for bar in bars)) == pytest.approx(note.score, abs=1e-5)
    assert list(trace(figure, "level").y) == [note.after for note in notes]
    assert all(one.bgcolor for one in figure.layout.annotations)  # they stand upon bars


def test_flow_shows_each_theme_s_share(lived: list[Turn]) -> None:
    """A stream's height in a turn is the share of the prompt's words that touch the theme."""
    figure = figures.flow(lived)
    streams = [one for one in figure.data if one.stackgroup]
    for x, turn in enumerate(lived):
        size = max(1, sum(is_word(token) for token in turn.percept.tokens))
        shares = {min(1.0, theme.score / size) for theme in turn.percept.themes} | {0.0}
        assert {stream.y[x] for stream in streams} <= shares
    marked = trace(figure, "themes were born")
    changed = [
        turn.id
        for turn in lived
        if (note := turn.note(FlowNote)) and (note.born or note.merged or note.died)
    ]
    assert list(marked.x) == changed


def test_game_shows_the_distribution_and_the_rates(lived: list[Turn]) -> None:
    """Bars are the expected kinds, curves the shares of hits."""
    figure, hint, played = (
        figures.game(lived),
        lived[-1].note(GameHint),
        lived[-1].note(GamePlayed),
    )
    assert hint is not None
    assert played is not None
    score = played.score

    assert list(trace(figure, "expected").x) == [one.probability for one in hint.likely]
    parts = [one.kind.split("/") for one in hint.likely]
    labels = [f"{one[1]}, {one[4]}, {one[6]}, {one[7]}" for one in parts]
    assert list(figure.layout.yaxis.ticktext) == labels
    assert trace(figure, "right kind").y[-1] == round(score.hits / score.turns, 4)
    assert trace(figure, "commonest").y[-1] == round(score.baseline_hits / score.turns, 4)


def test_school_marks_what_happened_to_each_name(lived: list[Turn]) -> None:
    """Asked, answered, recalled and reckoned stand in their turns; so does what kept him."""
    figure = figures.school(lived)
    labels = dict(enumerate(figure.layout.yaxis.ticktext))
    asked = trace(figure, "asked")
    notes = [(turn.id, turn.note(SchoolNote)) for turn in lived]

    assert [(x, labels[y]) for x, y in zip(asked.x, asked.y, strict=True)] == [
        (number, note.asked.lower()) for number, note in notes if note and note.asked
    ]
    assert list(trace(figure, "a sum").x) == [n for n, note in notes if note and note.sum]
    assert list(trace(figure, "did not").x) == [n for n, note in notes if note and note.blocked]
    assert trace(figure, "recalled").x
    assert trace(figure, "answer").x


def test_rings_dream_and_inner_voice_show_what_was_thought(lived: list[Turn]) -> None:
    """Texts and scores are the notes' own; a turn without a dream shows its gates."""
    note = lived[-1].note(Rings)
    assert note is not None
    cells = figures.rings(lived[-1]).data[0].cells.values
    assert list(cells[0]) == [ring.name for ring in note.rings]
    assert [len(column) for column in cells] == [3] * 4

    reports = [(turn, one) for turn in lived if (one := turn.note(DreamReport)) is not None]
    dreamed = next((turn, one) for turn, one in reports if one.dreamed)
    awake = next((turn, one) for turn, one in reports if not one.dreamed)
    shown = figures.dream(dreamed[0]).data[0].cells.values
    assert list(shown[0]) == [line.speaker for line in dreamed[1].lines]
    gates = figures.dream(awake[0])
    assert list(gates.data[0].cells.values[0]) == [gate.name for gate in awake[1].gates]
    assert str(awake[1].why_not) in gates.layout.title.text

    voiced = next(turn for turn in lived if (v := turn.note(InnerVoice)) and v.others)
    voice = voiced.note(InnerVoice)
    assert voice is not None
    bars = figures.inner_voice(voiced).data
    for i, spoken in enumerate((voice.base, *voice.others)):
        assert sum(bar.x[i] for bar in bars) == pytest.approx(spoken.score, abs=1e-3)


def test_the_body_shows_features_feelings_and_neighbours(lived: list[Turn]) -> None:
    """All 21 numbers with their parts in the guess; feelings, factor; neighbours' distances."""
    prediction, episode = lived[-1].note(Prediction), lived[-1].note(EpisodeNote)
    assert prediction is not None
    assert episode is not None
    seen, moved = figures.features(lived[-1]).data
    assert (list(seen.x), list(moved.x)) == (
        list(prediction.features),
        list(prediction.attribution),
    )
    feelings = figures.affect(lived)
    assert trace(feelings, "boredom").y[-1] == prediction.affect.boredom.score
    assert trace(feelings, "temperature").y[-1] == prediction.regulation.temperature_factor
    felt, said = figures.episodes(lived[-1]).data
    for i, one in enumerate(episode.neighbours):
        assert felt.x[i] + said.x[i] == pytest.approx(one.distance, abs=1e-3)


def test_recall_stacks_the_components_of_each_memory() -> None:
    """Bars are the components, the diamond is the damped score, and markup is never markup."""
    figure = figures.recall(NOTED[-1])
    traces = {trace.name: trace for trace in figure.data}
    labels = figure.layout.yaxis.ticktext

    assert list(traces["tokens"].x) == [0.1, 0.1, 0.1]
    assert list(traces["themes"].x) == [0.05, 0.05, 0.05]
    assert list(traces["arousal"].x) == [0.18, 0.18, 0.18]
    assert list(traces["quality"].x) == [0.2, 0.2, 0.2]
    assert list(traces["score"].x) == [0.212, 0.212, 0.53]
    assert "&lt;b&gt;rain" in labels[0]
    assert labels[1].endswith("</i> (by luck)")
    assert len(labels[2]) < 90
    assert traces["tokens"].marker.opacity == (1.0, 1.0, 0.35)
    assert "not above chance (3.25)" in traces["score"].customdata[2]
    assert "2 of 12 memories" in figure.layout.title.text


def test_a_long_memory_by_luck_has_room_for_saying_so() -> None:
    """Its label is as long as any other, so nothing of it is cut off at the left."""
    note = NOTED[-1].note(RecallNote)
    assert note is not None
    lucky, sure = (replace(note.hits[0], text="wind " * 20, silly=one) for one in (True, False))
    figure = figures.recall(noted(1, replace(note, hits=(lucky, sure))))

    assert figure.layout.yaxis.ticktext[0] == "<i>" + "wind " * 4 + "win…</i> (by luck)"
    assert figure.layout.yaxis.ticktext[1] == "wind " * 6 + "win…"


def test_recall_of_nothing_says_why() -> None:
    """No memory at all, and none that shares a word, are told apart."""
    none = RecallNote((), (), 0.0, 0, 0, ())
    texts = [
        figures.recall(noted(1, note)).layout.annotations[0].text
        for note in (none, replace(none, memories=4))
    ]

    assert "remembers nothing" in texts[0]
    assert "none of 4 memories" in texts[1]


def test_mathbrain_shows_prediction_truth_rival_and_losses() -> None:
    """Every curve is the number of that name in the notes; the first reply had no prediction."""
    traces = {trace.name: list(trace.y) for trace in figures.mathbrain(NOTED).data}

    assert traces == {
        "true quality": [0.85, 0.9],
        "MathBrain expected": [None, 0.8],
        "like episodes": [None, 0.7],
        "loss of MathBrain": [None, 0.01],
        "loss of like episodes": [None, 0.02],
        "loss of expecting the mean": [None, 0.01],
    }


async def test_a_real_talk_is_shown(make: Open) -> None:
    """From the Turns of a living Leo: a bar for each memory, a point for each turn."""
    async with make(clock=ScriptedClock(step=90)) as leo:
        turns = [await leo.turn(prompt) for prompt in TALK[:12]]
    for turn in turns:
        note = turn.note(RecallNote)
        assert note is not None
        shown = len(note.hits) + len(note.others)
        assert len(figures.recall(turn).layout.yaxis.ticktext or ()) == shown
    brain = {trace.name: trace for trace in figures.mathbrain(turns).data}
    assert list(brain["true quality"].y) == [turn.quality.overall for turn in turns]
    assert list(brain["true quality"].x) == list(range(1, 13))


# ---------------------------------------------------------------- modules, timeline, network


def told(turn: Turn) -> dict[str, str]:
    """Read the table of modules."""
    names, sentences, _ = figures.modules(turn).data[0].cells.values
    return dict(zip(names, sentences, strict=True))


def test_a_module_s_name_is_not_cut(lived: list[Turn]) -> None:
    """In a panel of 420 pixels its column has room for the longest name, at 6.6 a letter."""
    figure = figures.modules(lived[-1])
    table, margin = figure.data[0], figure.layout.margin
    inside = 420 - margin.l - margin.r
    padding = 16
    longest = max(map(len, table.cells.values[0]))
    assert inside * table.columnwidth[0] / sum(table.columnwidth) >= padding + 6.6 * longest


def test_each_module_s_deeds_are_told(lived: list[Turn]) -> None:
    """All ten stand in their order; what is told stands in the Turn."""
    for turn in lived:
        table = told(turn)
        assert list(table) == [module.name for module in default_modules()]
        for leaning in turn.leanings:
            if leaning.temperature != 1:
                assert f"temperature × {leaning.temperature:.2f}" in table[leaning.module]
        for pull in turn.influence.pulls:
            if pull.by in table:
                assert "drew " in table[pull.by]
        rings = turn.note(Rings)
        assert rings is not None
        kept = sum(ring.dropped is None for ring in rings.rings)
        assert (f"thought {kept} times" in table["overthinking"]) == (kept > 0)
        voice = turn.note(InnerVoice)
        assert voice is not None
        assert ("spoke instead" in table["metaleo"]) == voice.spoke


async def test_a_module_that_is_off_or_fails_is_said(make: Open) -> None:
    """Off is told as off, and a failure with its error."""

    class Broken(RAGBrain):
        async def before(self, percept: Any, so_far: Any) -> Any:
            raise RuntimeError("<i>on purpose</i>")

    modules = [Broken() if one.name == "episodes" else one for one in default_modules()]
    async with make(modules=modules, strict=False) as leo:
        await leo.set_without(["dream"])
        table = told(await leo.turn(TALK[0]))
    assert table["dream"] == "switched off"
    assert "failed: " in table["episodes"]
    assert "&lt;i&gt;on purpose" in table["episodes"]


def test_the_timeline_is_the_life(lived: list[Turn]) -> None:
    """Its strips are quality, echo, growth and the modules that acted, turn by turn."""
    figure = figures.timeline(lived, 2)
    quality, echo, new, acts = figure.data
    assert list(quality.y) == [round(turn.quality.overall, 3) for turn in lived]
    assert list(echo.y) == [round(turn.external_vocab, 3) for turn in lived]
    grown = [sum(o.growth.entries for o in t.learned) for t in lived]
    assert list(new.y) == grown
    for column, turn in enumerate(lived):
        did = {name for row, name in enumerate(acts.y) if acts.z[row][column]}
        assert did == {name for name, done in told(turn).items() if done not in {"–"}}
    assert figure.layout.shapes[0].x0 == 2
    assert not figures.timeline(lived).layout.shapes


def test_the_network_s_lines_are_its_weights() -> None:
    """Excitation and restraint are told apart, the output's unit shows what it adds."""
    net = Network.born(len(FEATURES))
    taught = replace(net, w2=np.linspace(-1, 1, len(net.w2)), b2=0.25)
    features = tuple(0.5 for _ in FEATURES)
    figure = figures.network(taught, features)
    colours = {trace.line.color for trace in figure.data if trace.mode == "lines"}
    assert len(colours) == 2
    expected = float(taught.w2 @ np.tanh(taught.b1) + 0.25)
    assert f"{expected:+.3f}" in figure.data[-1].text[0]
    assert figures.network(None).layout.annotations[0].text == "MathBrain is not here."


# ---------------------------------------------------------------- over many turns


def test_calibration_sets_every_guess_against_the_truth(lived: list[Turn]) -> None:
    """Points are lessons, means are of groups of them."""
    lessons = [note for turn in lived if (note := turn.note(Lesson)) is not None]
    pairs = [(round(o.predicted, 4), o.true) for o in lessons if o.predicted is not None]
    replies, means, line = figures.calibration(lived).data
    assert list(replies.x) == [expected for expected, _ in pairs]
    assert list(replies.y) == pytest.approx([true for _, true in pairs], abs=1e-4)
    assert len(means.x) == 5
    assert list(means.x) == sorted(means.x)
    assert np.mean(means.y) == pytest.approx(np.mean([true for _, true in pairs]), abs=0.02)
    assert list(line.x) == list(line.y)


def test_attributions_are_the_notes_own(lived: list[Turn]) -> None:
    """Column by column they are what MathBrain noted."""
    figure = figures.attributions(lived[-5:]).data[0]
    for column, turn in enumerate(lived[-5:]):
        note = turn.note(Prediction)
        assert note is not None
        assert [row[column] for row in figure.z] == pytest.approx(list(note.attribution), abs=1e-5)


def test_the_response_goes_through_the_guess() -> None:
    """Where the feature is as it is, the curve is the network's guess."""
    net = replace(Network.born(len(FEATURES)), w2=np.linspace(-0.05, 0.05, 16), b2=0.01)
    moment = tuple(np.linspace(0.1, 0.9, len(FEATURES)))
    place = FEATURES.index("pulse")
    moment = (*moment[:place], 0.5, *moment[place + 1 :])
    curve = figures.response(net, 0.6, moment, "pulse").data[0]
    guess = 0.6 + float(net.w2 @ np.tanh(net.w1 @ (2 * np.array(moment) - 1)) + 0.01)
    assert curve.y[list(curve.x).index(0.5)] == pytest.approx(guess, abs=1e-4)
    assert len(set(curve.y)) > 5


def test_memories_are_those_that_came_back(lived: list[Turn]) -> None:
    """A cell is the score of a hit, and there are as many as hits."""
    hits = [h.score for turn in lived if (n := turn.note(RecallNote)) for h in n.hits]
    cells = [z for row in figures.memories(lived).data[0].z for z in row if z is not None]
    assert set(cells) <= set(hits)
    assert cells


def test_the_voice_s_weight_is_the_sum_of_its_reasons(lived: list[Turn]) -> None:
    """Stacked bars reach the noted weight (capped at one half), stars are where it spoke."""
    *bars, stars = figures.voice_weight(lived).data
    notes = [note for turn in lived if (note := turn.note(InnerVoice)) is not None]
    for place, note in enumerate(notes):
        assert min(0.5, sum(bar.y[place] for bar in bars)) == pytest.approx(note.weight)
    assert len(stars.x) == sum(note.spoke for note in notes)


def test_slopes_and_nearest_are_the_notes_own(lived: list[Turn]) -> None:
    """Bars are slopes with their errors, points the distances of the nearest episode."""
    note = lived[-1].note(FlowNote)
    assert note is not None
    known = [one for one in note.currents if one.error is not None]
    bars = figures.slopes(lived[-1]).data[0]
    assert list(bars.x) == [one.slope for one in known]
    assert list(bars.error_x.array) == [one.error for one in known]
    episode = lived[-1].note(EpisodeNote)
    assert episode is not None
    feeling, words = figures.nearest(lived).data
    assert (feeling.y[-1], words.y[-1]) == (
        episode.neighbours[0].features,
        episode.neighbours[0].words,
    )


def test_transitions_are_counted(lived: list[Turn]) -> None:
    """The hover text of a mode tells what came next, in shares that add up to one."""
    dots = figures.transitions(lived).data[-1]
    assert any(name.startswith("you: ") for name in dots.text)
    assert any(name.startswith("Leo: ") for name in dots.text)
    for told in dots.customdata:
        shares = [int(part.split("%")[0]) for part in told.split(": ") if "%" in part]
        assert not shares or 97 <= sum(shares) <= 103


def test_a_transition_points_at_what_came_next(lived: list[Turn]) -> None:
    """Halfway on each line stands one head, turned as the line goes; ends are what followed."""
    *lines, dots = figures.transitions(lived).data
    names = dict(zip(zip(dots.x, dots.y, strict=True), dots.text, strict=True))
    drawn = set()
    for line in lines:
        (x, *_, to_x), (y, *_, to_y) = line.x, line.y
        sizes = line.marker.size
        head = next(i for i, size in enumerate(sizes) if size)
        assert (line.marker.symbol, line.marker.angleref) == ("arrow", "previous")
        assert [size > line.line.width for size in sizes] == [i == head for i in range(len(sizes))]
        step = line.x[head] - line.x[head - 1], line.y[head] - line.y[head - 1]
        whole = to_x - x, to_y - y
        apart = abs(step[0] * whole[1] - step[1] * whole[0])
        assert step[0] * whole[0] + step[1] * whole[1] > 10 * apart, "turned as the line goes"
        drawn.add((names[x, y], names[to_x, to_y]))
    told = dict(zip(dots.text, dots.customdata, strict=True))
    assert drawn == {
        (one, part.rsplit(": ", 1)[0]) for one in told for part in told[one].split("<br>then ")[1:]
    }


def test_every_change_of_the_mixture_has_its_reason(lived: list[Turn]) -> None:
    """Rows are the blend's reasons; a module's boost bears the module's name."""
    for turn in lived:
        why, expert, change = figures.blending(turn).data[0].cells.values
        assert list(expert) == [reason.expert for reason in turn.blend.reasons]
        assert list(change) == [f"{reason.change:+.3f}" for reason in turn.blend.reasons]
        assert "a module leans" not in why
        boosts = [one.module for one in turn.leanings for _ in one.experts]
        assert [name for name in why if name in boosts] == boosts


def test_every_cue_is_a_bar(lived: list[Turn]) -> None:
    """Bars are the cues in their order, each in its chamber's colour."""
    for turn in lived:
        found = turn.percept.impression.cues
        figure = figures.cues(turn)
        if not found:
            assert figure.layout.annotations[0].text
            continue
        bars = {(t.name, -y, x) for t in figure.data for y, x in zip(t.y, t.x, strict=True)}
        assert bars == {(cue.chamber, i, cue.amount) for i, cue in enumerate(found)}


@pytest.mark.parametrize("name", DRAW)
def test_five_hundred_turns_are_drawn(lived: list[Turn], name: str) -> None:
    """A long life gives a figure of bounded size."""
    many = [replace(turn, id=i) for i, turn in enumerate((lived * 13)[:500], start=1)]
    figure = DRAW[name](many)
    assert figure.data
    assert len(figure.to_json()) < 150_000


@pytest.mark.parametrize("name", DRAW)
def test_one_turn_is_drawn(lived: list[Turn], name: str) -> None:
    """One turn with all its notes, and one of which half are missing."""
    first = lived[-1]
    for turn in (first, replace(first, notes=first.notes[::2]), replace(first, notes=())):
        assert DRAW[name]([turn]).layout.title.text


def test_like_moments_are_near_on_the_map() -> None:
    """Two planted clusters are apart on the map, and colours are qualities."""
    luck = np.random.default_rng(1)
    low, high = (luck.normal(mean, 0.05, (20, len(FEATURES))) for mean in (0.2, 0.8))
    dots = figures.moments_map(np.vstack([low, high]), [0.3] * 20 + [0.9] * 20).data[-1]
    x = np.array(dots.x)
    assert abs(x[:20].mean() - x[20:].mean()) > 4 * max(x[:20].std(), x[20:].std())
    assert list(dots.marker.color) == [0.3] * 20 + [0.9] * 20


def test_saturation_and_snippets_are_the_module_s_own(lived: list[Turn]) -> None:
    """The curve is the lessons' share, the table the buffer, markup as text."""
    curve = figures.saturation(lived).data[0]
    assert list(curve.y) == [note.saturated for t in lived if (note := t.note(Lesson))]
    told = figures.snippets([Snippet("<b>moon</b>", "shard", 3)]).data[0].cells.values
    assert list(told[2]) == ["&lt;b&gt;moon&lt;/b&gt;"]


def test_the_curve_of_rest_is_recall_s_own() -> None:
    """A memory's place is what recall itself would leave of its score; markup is text."""
    hour = 3600.0
    used = [replace(MEMORY, used=-hours * hour) for hours in (0, 6, 12, 30)]
    dots = figures.rest(used, 0.0).data[1]
    now = Asking(("moon",), (), 0.1, 0.0)
    real = [resonance(one, now, Rarity(1, {})).recency for one in used]
    assert list(dots.y) == pytest.approx(real, abs=1e-4)
    assert "<b>moon" not in dots.customdata[0]


def test_identity_and_scores_are_the_turns_own(lived: list[Turn]) -> None:
    """Points above the line are where the inner voice could speak; a theme keeps its words."""
    quiet, spoke, line = figures.voice_scores(lived).data
    notes = [n for t in lived if (n := t.note(InnerVoice)) is not None and n.others]
    assert len(quiet.x) + len(spoke.x) == len(notes)
    for x, y in zip(spoke.x, spoke.y, strict=True):
        assert y - x > line.y[0]
    values = [value for trace in figures.identity(lived).data for value in trace.y]
    assert values
    assert all(0 <= value <= 1 for value in values)
    assert sum(values) / len(values) > 0.5
