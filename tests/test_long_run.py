"""An agent that is killed and resumed, as `make long-run` does at length."""

from pathlib import Path

from benchmarks.long_run import killed, undisturbed


def test_a_killed_run_ends_with_the_same_bytes(tmp_path: Path) -> None:
    whole = undisturbed(tmp_path / "whole.db", steps=30, budget=1_500)
    torn = killed(tmp_path / "torn.db", steps=30, budget=1_500, at=[4, 17])
    assert (torn["bytes"], torn["answer"]) == (whole["bytes"], whole["answer"])
    assert whole["answer"].startswith("done: ")
