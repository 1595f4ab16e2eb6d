"""The closed loop on two tasks: what the agent is given, and that it acts on what it sees alone."""

import pytest

from agentcompress.demo.investigation import next_message
from agentcompress.demo.play import play
from agentcompress.demo.scripted_model import ScriptedModel
from agentcompress.demo.truth import truth
from benchmarks.closed_loop import WAYS, Outcome, figures, outcomes
from benchmarks.subjects import subjects

SEEDS = (0, 1)


@pytest.fixture(scope="module")
def found() -> list[Outcome]:
    return [outcome for seed in SEEDS for outcome in outcomes(seed, 0.1)]


def test_a_task_is_solved_uncompressed_and_played_every_way(found: list[Outcome]) -> None:
    assert [(one.seed, one.way) for one in found] == [(seed, way) for seed in SEEDS for way in WAYS]
    for plain, recalling, silent in zip(found[::3], found[1::3], found[2::3], strict=True):
        assert plain.solved, plain.verdict
        assert max(recalling.peak, silent.peak) <= 0.1 * plain.peak
        assert plain.recalls == silent.recalls == 0 < recalling.recalls
        assert recalling.right > silent.right


def test_figures_are_means_over_the_tasks(found: list[Outcome]) -> None:
    rows = figures(found)
    assert [row["tasks"] for row in rows.values()] == [2, 2, 2]
    assert rows["uncompressed"]["success"] == rows["uncompressed"]["facts_right"] == 1
    assert figures(found[:1]).keys() == {"uncompressed"}


def test_a_seed_names_a_task_whose_facts_can_be_told() -> None:
    assert subjects(3) == subjects(3) != subjects(4)
    for subject in subjects(3):
        assert all(truth(subject).values())
    assert len({subject.package for subject in subjects(3)}) == 3


def test_the_model_is_a_pure_function_of_the_messages() -> None:
    run = play(ScriptedModel(looks=(), reports=True), subjects(0, count=1), lambda call: None)
    for call in reversed(run.calls):
        again = next_message(call.sent, (), reports=True)
        assert (again.text, again.tool_calls) == (call.answer.text, call.answer.tool_calls)
