"""The report: every figure in its table, and all of one life's talk, told as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leo.observation import statistics
from leo.observation.observed import Run
from leo.observation.report import headline, plain, report, table
from leo.observation.statistics import MEASURES, figure
from tests.observation.kit import observed, run_of


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw less often: what the intervals are is tested elsewhere."""
    monkeypatch.setattr(statistics, "DRAWS", 500)


def made() -> Run:
    """Make two lives of two topics; every turn has a message and a reply of its own."""
    turns = []
    for seed in (8, 9):
        for number, topic in enumerate(("rain", "rain", "bread", "bread"), 1):
            turns.append(
                observed(
                    seed=seed,
                    topic=topic,
                    turn=number,
                    said=f"message {number} of {seed}",
                    reply=f"reply {number} of {seed}",
                    external_vocab=0.05 * number + (0.1 if seed == 9 else 0.0),
                    fired=("game", "shout") if number == 1 else (),
                )
            )
    return run_of(turns, temperature=1.25, without=("dream",), version="9.9")


def section(text: str, title: str) -> str:
    """Give what stands under a title of the second level."""
    return text.split(f"\n## {title}\n")[1].split("\n## ", maxsplit=1)[0]


def test_the_settings_stand_first() -> None:
    """Who talked with whom, how long, and under what conditions."""
    first = report(made()).split("\n## ")[0]
    assert first == (
        "# Leo, observed\n\n"
        "- observer: scripted\n"
        "- lives: 2 (seeds 8, 9)\n"
        "- topics: 2, of 2 turns each\n"
        "- temperature: 1.25\n"
        "- modules that were off: dream\n"
        "- birth texts: abc\n"
        "- version: 9.9\n"
    )
    bare = report(run_of([observed()], without=(), birth=""))
    assert "- modules that were off: none\n- birth texts: none\n" in bare


def test_the_figures_are_those_of_the_run() -> None:
    """Every measure with its interval and its good direction, in order; the definition above."""
    run = made()
    found = section(report(run), "Figures")
    assert found.strip() == headline(run)
    assert "The headline is **external_vocab**" in found
    assert "below 0.2 and the reply is not empty" in found
    rows = [line for line in found.splitlines() if line.startswith("| ")]
    assert rows[2:] == [
        f"| {one.name} | {figure(run, one).told()} | {one.better} |" for one in MEASURES
    ]
    assert "| external_vocab | 0.175 (0.125 to 0.225) | lower |" in rows


def test_what_no_turn_has_is_no_row() -> None:
    """A measure that was never taken is left out; one topic has no interval, and that is said."""
    found = headline(run_of([observed(attested=None)]))
    assert "attested" not in found
    assert "| external_vocab | 0.100 | lower |" in found
    assert "One topic alone has no interval." in found
    assert "One topic alone" not in headline(made())


def test_the_worst_turn_is_the_one_that_echoes_most() -> None:
    """Where it was, what was said, and its measures."""
    worst = section(report(made()), "The worst turn")
    assert "Topic bread, seed 9, turn 4:" in worst
    assert "> **said** message 4 of 9  \n> **reply** reply 4 of 9  \n" in worst
    assert "external_vocab 0.300; by chance 0.060; relevance +0.070; quality 0.750" in worst
    assert "1 of 1 sentences whole; no module acted" in worst


def test_every_topic_has_its_row() -> None:
    """external_vocab, optimal turns and relevance, with the interval over lives."""
    found = section(report(made()), "Topics")
    assert "| topic | external_vocab | optimal turns | relevance |" in found
    assert "| rain | 0.125 (0.075 to 0.175) | 0.750 (0.500 to 1.000) | 0.070 (" in found
    assert "| bread | 0.225 (0.175 to 0.275) | 0.250 (0.000 to 0.500) | 0.070 (" in found
    alone = section(report(run_of(made().turns[:4])), "Topics")
    assert "| rain | 0.075 | 1.000 | 0.070 |" in alone


def test_the_share_of_turns_in_which_a_module_acted() -> None:
    """All of Leo's own, also those that never did, and then any others."""
    found = section(report(made()), "Modules")
    assert "| game | 25% |" in found
    assert "| dream | 0% |" in found
    assert found.strip().endswith("| shout | 25% |")


def test_one_whole_life_can_be_read() -> None:
    """Every turn of the first seed in order under its topic, and none of the others."""
    talk = section(report(made()), "The talk")
    assert "The whole life with seed 8; nothing was chosen or left out." in talk
    rain, bread = talk.split("\n### ")[1:]
    assert rain.startswith("rain\n")
    assert [rain.count(f"message {n} of 8") for n in (1, 2, 3)] == [1, 1, 0]
    assert rain.index("reply 1 of 8") < rain.index("message 2 of 8")
    assert [bread.count(f"reply {n} of 8") for n in (2, 3, 4)] == [0, 1, 1]
    assert "of 9" not in talk
    assert "game, shout" in rain


def test_the_same_run_has_the_same_report() -> None:
    """Nothing in it depends on when it was written, and it ends with one newline."""
    assert report(made()) == report(made())
    assert report(made()).endswith("\n")
    assert not report(made()).endswith("\n\n")


def test_words_are_shown_as_they_were_said() -> None:
    """Markup in a message stays text, in one line; an empty reply is seen."""
    assert plain("a *b* | <c>\n\n# d & `e` [f](g) \\ _h_") == (
        r"a \*b\* \| \<c\> \# d \& \`e\` \[f\](g) \\ \_h\_"
    )
    found = report(run_of([observed(said="<b>|\nx", reply=" ", topic="a_b")]))
    assert "> **said** \\<b\\>\\| x  \n> **reply** (nothing)  \n" in found
    assert r"| a\_b | 0.100 |" in found


@given(st.text(st.sampled_from("ab |\\*\n_<"), max_size=12))
def test_no_text_breaks_a_table(text: str) -> None:
    """A cell stays one cell: bars in it are all escaped, and lines are one."""
    shown = plain(text)
    assert "\n" not in shown
    assert shown.replace("\\\\", "").replace("\\|", "").count("|") == 0


def test_a_table_by_hand() -> None:
    """A head, a rule and the rows."""
    assert table(("a", "b"), [("1", "2")]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"


@pytest.mark.parametrize("by", ["gentle|bot", "model `x`"])
def test_an_observers_name_is_text(by: str) -> None:
    """Whatever a model is called."""
    assert f"- observer: {plain(by)}\n" in report(run_of([observed()], observer=by))
