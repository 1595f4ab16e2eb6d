"""A process killed at any moment: what it had acknowledged is there, and the index agrees.

AGENTCOMPRESS_KILLS sets how many are killed; `make kills` kills 500.
"""

import multiprocessing
import os
import random
import time
from contextlib import suppress
from pathlib import Path

from agentcompress.memory import FaissStore

from .stores import INDEX, write_until_killed

KILLS = int(os.environ.get("AGENTCOMPRESS_KILLS", "4"))


def run_and_kill(path: Path, own: str, seconds: float) -> int:
    """The number of the last batch that was acknowledged, -1 for none."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.stores"])
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=write_until_killed, args=(path, own, theirs))
    process.start()
    theirs.close()
    assert ours.recv() == "begun"
    time.sleep(seconds)
    process.kill()
    process.join()
    told = [-1]
    with ours, suppress(EOFError):
        while True:
            told.append(ours.recv())
    process.close()
    return told[-1]


def check(path: Path, acknowledged: dict[str, int]) -> None:
    with FaissStore(path, index=INDEX) as store:
        there = {(item.namespace, item.key): item.value for item in store.search((), limit=1_000_000)}
        for own, last in acknowledged.items():
            for number in range(last + 1):
                for part in range(2):
                    expected = {"text": "ab"[part] * (1 + number % 7)}
                    assert there[("kept", own), f"{number}-{part}"] == expected
            # A batch may have been done and not been told; it deletes of the one before.
            if last >= 0 and (("kept", own), f"{last + 1}-0") not in there:
                assert (("kept", own), f"{last}-2") in there
            assert not any((("kept", own), f"{number}-2") in there for number in range(last))
            assert last < 0 or there[("again", own), str(last % 5)]["number"] >= last
        found = store.search((), query="a", limit=1_000_000)
        assert {(item.namespace, item.key): item.value for item in found} == there
        for item in found:
            nearness = {"a": 1, "b": 0, "c": 0, "h": 0}[item.value["text"][0]]
            assert item.score == nearness


def test_what_was_acknowledged_outlives_the_process(tmp_path: Path) -> None:
    path, chance = tmp_path / "agent.db", random.Random(0)
    acknowledged: dict[str, int] = {}
    for kill in range(KILLS):
        if kill % 50 == 0:  # a new file from time to time, so that its making is killed too
            path, acknowledged = tmp_path / f"agent{kill}.db", {}
        acknowledged[str(kill)] = run_and_kill(path, str(kill), chance.random() ** 2 * 0.4)
        check(path, acknowledged)
    assert any(last >= 0 for last in acknowledged.values())
