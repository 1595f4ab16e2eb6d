"""What is said to be saved is what was not sent."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from agentcompress.evaluation.playing import ReplaySettings
from agentcompress.evaluation.reading import Trajectory, TrajectoryReader
from agentcompress.tokens import default_counter
from benchmarks.material import conversation
from benchmarks.savings import Savings, shares

_BUDGET = 4_000
Write = Callable[[str, list[dict[str, Any]]], Path]


def _run(write_lines: Write, tokens: int) -> Trajectory:
    messages = conversation(tokens, default_counter().count)
    path = write_lines("runs.jsonl", [{"id": "one", "source": "made", "messages": messages}])
    return next(iter(TrajectoryReader(str(path))))


def test_the_parts_add_up_to_what_was_not_sent(write_lines: Write) -> None:
    run = _run(write_lines, 30_000)
    [(source, saved)] = Savings(budget=_BUDGET).of(run)
    steps = ReplaySettings(budget=_BUDGET, policy="agentcompress", stateful=True).play(run)
    assert source == "made"
    assert saved.total() == sum(step.full_tokens - step.tokens for step in steps)
    assert saved["arrival"] > 0
    assert saved["folding"] + saved["eviction"] > 0
    assert saved["notes"] <= 0
    assert abs(sum(shares(saved).values()) - 1) < 0.001


def test_a_run_under_the_ceiling_saves_nothing(write_lines: Write) -> None:
    assert not list(Savings(budget=50_000).of(_run(write_lines, 2_000)))
