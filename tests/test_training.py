"""Training: labels from behaviour alone, the same file again, nothing of the future in features."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from agentcompress.criteria import LexicalCriterion
from agentcompress.criteria.learned import AtomFeatures, LearnedWeights
from agentcompress.evaluation.atoms import called_atoms
from agentcompress.evaluation.reading import Trajectory
from agentcompress.evaluation.traces import TraceReader
from agentcompress.training.examples import Examples, examples_of
from agentcompress.training.fitting import fit
from agentcompress.training.labels import usefulness
from agentcompress.values import Context, Criterion, Scores
from tests.commands import Command, fails
from tests.learning import run, with_shuffled_future
from tests.recordings import CHAT, WORDS, answer

WriteLines = Callable[[str, Iterable[Any]], Path]


def taught(runs: Iterable[Trajectory], criterion: Criterion | None = None) -> Examples:
    found = (examples_of(one, criterion or LexicalCriterion(), WORDS, max_steps=12) for one in runs)
    return Examples.joined([examples for examples in found if examples])


def runs(*seeds: int) -> list[Trajectory]:
    return list(map(run, seeds))


def shuffled(*seeds: int) -> list[Trajectory]:
    return [with_shuffled_future(run(seed, steps=12), seed) for seed in seeds]


@dataclass(frozen=True)
class Foretelling:
    """A criterion that looks ahead: what the next call of a run has is worth a hundred times the rest."""

    run: Trajectory

    def score(self, context: Context) -> Scores:
        acting = [view for view in self.run.views if view.role == "assistant"]
        coming = {atom.text for atom in called_atoms(acting[context.step])}
        known = [not coming.isdisjoint(segment.atoms) for segment in context.segments]
        return np.where(known, 100, 1).astype(np.float32)


def rank_of_used(weights: LearnedWeights, examples: Examples) -> float:
    """Mean share of the atoms of a step that an atom which the next call used comes before."""
    worth = weights.log_odds(
        AtomFeatures(names=[], columns=examples.columns, rows=examples.rows, prior=examples.prior)
    )
    shares = []
    for index in np.flatnonzero(examples.useful == 1):
        others = worth[(examples.step_of == examples.step_of[index]) & (examples.useful == 0)]
        shares.append((worth[index] > others).mean() + (worth[index] == others).mean() / 2)
    return float(np.mean(shares))


def test_the_sooner_an_atom_is_used_the_more_useful_it_is() -> None:
    names = ["src/main.py", "HAT021", "never_used"]
    calls = [frozenset({"main.py"}), frozenset({"HAT021", "main.py"})]
    assert usefulness(names, calls).tolist() == [1.0, 0.5, 0.0]
    assert usefulness(names, []).tolist() == [0.0, 0.0, 0.0]


def test_a_habit_is_learned_and_holds_in_other_runs() -> None:
    weights = fit({"tickets": taught(runs(*range(4)))}, pull=0.01)
    assert rank_of_used(weights, taught(runs(10, 11, 12))) > 0.7


def test_where_calls_name_anything_there_is_nothing_to_learn() -> None:
    """A feature that looked ahead would know them all the same."""
    weights = fit({"tickets": taught(shuffled(*range(6)))}, pull=0.01)
    assert 0.4 < rank_of_used(weights, taught(shuffled(*range(10, 18)))) < 0.6


def test_what_looks_ahead_is_found_out_by_shuffled_futures() -> None:
    examples = [taught([one], Foretelling(one)) for one in shuffled(*range(6))]
    weights = fit({"tickets": Examples.joined(examples[:3])}, pull=0.01)
    assert rank_of_used(weights, Examples.joined(examples[3:])) > 0.9


def test_features_are_the_same_whatever_comes_later() -> None:
    whole = run(1, steps=4)
    last = whole.messages[-2]["content"].split()[1]
    changed = whole.model_copy(update={"messages": [*whole.messages[:-1], answer(last={"ticket": last})]})
    a = examples_of(whole, LexicalCriterion(), WORDS, max_steps=50)
    b = examples_of(changed, LexicalCriterion(), WORDS, max_steps=50)
    assert a is not None
    assert b is not None
    rows = sorted((step, *row) for step, row in zip(a.step_of.tolist(), a.rows.tolist(), strict=True))
    assert rows == sorted((step, *row) for step, row in zip(b.step_of.tolist(), b.rows.tolist(), strict=True))
    assert not np.array_equal(a.rows, b.rows)  # What is used comes first.


def test_weights_come_back_from_their_file_byte_for_byte(tmp_path: Path) -> None:
    weights = fit({"tickets": taught(runs(1, 2))}, seed=3, card={"b": 1, "a": "x"})
    path = tmp_path / "weights"
    path.write_bytes(weights.to_bytes())
    again = LearnedWeights.load(path)
    assert again.to_bytes() == weights.to_bytes()
    assert again.card == {"a": "x", "b": 1}
    once_more = fit({"tickets": taught(runs(1, 2))}, seed=3, card={"a": "x", "b": 1})
    assert once_more.to_bytes() == weights.to_bytes()


def test_nothing_to_learn_is_said() -> None:
    examples = taught(runs(1))
    unused = replace(examples, useful=np.zeros(len(examples.useful)))
    with pytest.raises(ValueError, match="nothing to learn"):
        fit({"tickets": unused})
    with pytest.raises(ValueError, match="pull must be above 0, got 0"):
        fit({"tickets": examples}, pull=0)


def test_train_goes_on_where_it_was_and_replay_takes_its_file(
    command: Command, write_lines: WriteLines, tmp_path: Path
) -> None:
    runs = [run(seed, source=source).model_dump() for source in ("desk", "shop") for seed in range(2)]
    data = write_lines("runs.jsonl", runs)
    kept, first, second = tmp_path / "kept", tmp_path / "first", tmp_path / "second"
    figures = json.loads(command("train", data, "-o", first, "--keep", kept, "--json").out)
    assert figures["runs"] == 4
    assert figures["bytes"] == first.stat().st_size
    assert len(list(kept.iterdir())) == 4
    for file in list(kept.iterdir())[:2]:
        file.unlink()
    done = command("train", data, "-o", second, "--keep", kept, "--report", "--max-steps", 6)
    assert second.read_bytes() == first.read_bytes()
    assert {"desk", "shop", "macro"} <= set(done.out.split())
    done = command("replay", data, "--budget", "0.25", "--policy", first, "--json")
    assert json.loads(done.out)["sources"]["desk"]["over_ceiling"] == 0
    broken = write_lines("broken", ["no weights"])
    assert (
        "is no file of learned weights" in command("replay", data, "--budget", "0.25", "--policy", broken).err
    )


def test_what_another_version_kept_is_not_taken(
    command: Command, write_lines: WriteLines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = write_lines("runs.jsonl", [run(0).model_dump()])
    kept = tmp_path / "kept"
    command("train", data, "-o", tmp_path / "first", "--keep", kept)
    monkeypatch.setattr("agentcompress.training.kept.version", lambda name: "another")
    command("train", data, "-o", tmp_path / "second", "--keep", kept)
    assert len(list(kept.iterdir())) == 2


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [("--device", "foo", "device must be one that torch has here, got 'foo'"), ("--seed", "-1", "--seed")],
)
def test_settings_are_checked_before_any_run_is_looked_at(
    option: str, value: str, said: str, command: Command, write_lines: WriteLines, tmp_path: Path
) -> None:
    data = write_lines("runs.jsonl", [run(0).model_dump()])
    kept = tmp_path / "kept"
    fails(command("train", data, "-o", tmp_path / "weights", "--keep", kept, option, value), said)
    assert not kept.exists()


def test_what_somebody_else_put_there_is_not_taken(
    command: Command, write_lines: WriteLines, tmp_path: Path
) -> None:
    data = write_lines("runs.jsonl", [run(0).model_dump()])
    kept, first, second = tmp_path / "kept", tmp_path / "first", tmp_path / "second"
    command("train", data, "-o", first, "--keep", kept)
    [file] = kept.iterdir()
    file.write_bytes(save({"other": np.zeros(3)}))
    command("train", data, "-o", second, "--keep", kept)
    assert second.read_bytes() == first.read_bytes()


def test_runs_are_never_written_over(command: Command, write_lines: WriteLines) -> None:
    data = write_lines("runs.jsonl", [{"id": "1", "messages": CHAT}])
    before = data.read_bytes()
    fails(command("train", data, "-o", data), "is read or written here already")
    assert data.read_bytes() == before


def test_runs_that_langsmith_exported_are_read_once_a_trace(write_lines: WriteLines) -> None:
    def serialized(name: str, **fields: Any) -> dict[str, Any]:
        return {
            "lc": 1,
            "type": "constructor",
            "id": ["langchain", "schema", "messages", name],
            "kwargs": fields,
        }

    call = {"name": "do", "args": {"user": "mia"}, "id": "c1", "type": "tool_call"}
    asked = serialized("HumanMessage", content="Book", type="human")
    acted = serialized("AIMessage", content="", type="ai", tool_calls=[call])
    seen = serialized("ToolMessage", content="HAT_271", tool_call_id="c1", type="tool")
    done = serialized("AIMessage", content="Done", type="ai")
    first = {
        "id": "1",
        "trace_id": "t",
        "inputs": {"messages": [[asked]]},
        "outputs": {"generations": [[{"message": acted}]]},
    }
    last = {
        "id": "2",
        "trace_id": "t",
        "inputs": {"messages": [[asked, acted, seen]]},
        "outputs": {"generations": [[{"message": done}]]},
    }
    graph = {"id": "3", "inputs": {"messages": CHAT[:2]}, "outputs": {"messages": CHAT}}
    one, other = TraceReader(str(write_lines("runs.jsonl", [first, last, graph])))
    assert [message["role"] for message in one.messages] == ["user", "assistant", "tool", "assistant"]
    assert json.loads(one.messages[1]["tool_calls"][0]["function"]["arguments"]) == {"user": "mia"}
    assert other.messages == CHAT
    [alone] = TraceReader(str(write_lines("chat.jsonl", CHAT)))
    assert (alone.source, alone.messages) == ("chat", CHAT)
