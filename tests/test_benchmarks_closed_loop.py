"""The closed loop on a task: what the agent is given, and that it acts on what it sees alone."""

from dataclasses import replace

from agentcompress.demo.investigation import next_message
from agentcompress.demo.play import play
from agentcompress.demo.scripted_model import ScriptedModel
from agentcompress.demo.truth import truth
from benchmarks.closed_loop import WAYS, Outcome, figures, outcomes
from benchmarks.subjects import subjects


def test_a_task_is_solved_uncompressed_and_played_every_way() -> None:
    plain, recalling, silent = found = list(outcomes(0, 0.1))
    assert [(one.seed, one.way) for one in found] == [(0, way) for way in WAYS]
    assert plain.solved, plain.verdict
    assert max(recalling.peak, silent.peak) <= 0.1 * plain.peak
    assert plain.recalls == silent.recalls == 0 < recalling.recalls
    assert recalling.right > silent.right


def test_figures_are_means_over_the_tasks() -> None:
    made = Outcome(
        way="uncompressed", seed=0, solved=True, right=1.0, peak=900, calls=20, recalls=0, verdict="solved"
    )
    worse = replace(made, seed=1, solved=False, right=0.5, peak=1_100, calls=25, recalls=3)
    assert figures([made, replace(made, way="with recall"), worse]) == {
        "uncompressed": {
            "tasks": 2,
            "success": 0.5,
            "facts_right": 0.75,
            "peak_tokens": 1_000,
            "model_calls": 22.5,
            "recall_calls": 1.5,
        },
        "with recall": {
            "tasks": 1,
            "success": 1,
            "facts_right": 1,
            "peak_tokens": 900,
            "model_calls": 20,
            "recall_calls": 0,
        },
    }


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
