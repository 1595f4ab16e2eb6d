"""`replay`, `eval` and `train` on a Ray cluster of two workers, one of which is killed on the way."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agentcompress.mappers import RayMapper, SerialMapper

from .commands import Command, WriteLines, fails
from .test_eval import FERRY, TICKETS
from .test_mappers import Thing, outcome
from .test_scale_out import RUNS, untimed

if TYPE_CHECKING:
    from ray.cluster_utils import Cluster

pytestmark = [
    pytest.mark.skipif(not find_spec("ray"), reason="NOT TESTED: Ray: pip install 'agentcompress[ray]'"),
    pytest.mark.filterwarnings("default"),  # Of Ray's own.
]
_MEMORY = 80 << 20
_QUICK = {
    "health_check_initial_delay_ms": 0,
    "health_check_period_ms": 500,
    "health_check_failure_threshold": 4,
}


def slow(unit: int) -> Iterator[Thing]:
    time.sleep(0.5)
    yield unit, unit**2


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A head that does no work, and two workers."""
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        head = {"num_cpus": 0, "object_store_memory": _MEMORY, "_system_config": _QUICK}
        made = Cluster(initialize_head=True, head_node_args=head)
        for _ in range(2):
            made.add_node(num_cpus=1, object_store_memory=_MEMORY)
        made.wait_for_nodes()
        yield made
        made.shutdown()


def test_a_killed_worker_changes_nothing(cluster: Cluster) -> None:
    found: list[Thing] = []
    worker = next(iter(cluster.worker_nodes))
    with RayMapper(cluster.address) as mapper:
        for thing in mapper.flat_map(slow, range(16)):
            if not found:
                cluster.remove_node(worker, allow_graceful=False)
            found.append(thing)
    assert found == list(SerialMapper().flat_map(slow, range(16)))
    cluster.add_node(num_cpus=1, object_store_memory=_MEMORY)


def test_errors_come_behind_what_was_found(cluster: Cluster) -> None:
    with RayMapper(cluster.address) as mapper:
        for last in (9, 14):
            assert outcome(mapper, last) == outcome(SerialMapper(), last)


def test_a_replay_gives_the_same_bytes(
    cluster: Cluster, command: Command, write_lines: WriteLines, tmp_path: Path
) -> None:
    data = write_lines("runs.jsonl", RUNS)
    seen = []
    for options in ([], ["--ray", cluster.address]):
        dump = tmp_path / "dump.jsonl"
        fixed = ["--budget", "2000", "--encoder", "static", "--json", "--dump", dump]
        done = command("replay", data, *fixed, *options)
        assert done.code == 0
        seen.append((untimed(done.out), untimed(dump.read_text())))
    assert seen[0] == seen[1]


def test_an_evaluation_gives_the_same_bytes(
    cluster: Cluster, command: Command, write_lines: WriteLines
) -> None:
    data = write_lines("qa.jsonl", [FERRY, TICKETS] * 3)
    options: list[list[str]] = [[], ["--ray", cluster.address]]
    outs = [command("eval", data, "--budget", "0.5", "--json", *more).out for more in options]
    assert untimed(outs[0]) == untimed(outs[1])
    assert json.loads(outs[1])["qa"]["sets"]["made"]["questions"] == 6


def test_where_there_is_no_cluster_is_one_line(command: Command, write_lines: WriteLines) -> None:
    data = write_lines("runs.jsonl", RUNS)
    done = command("replay", data, "--budget", "2000", "--ray", "127.0.0.1:1")
    fails(done, "127.0.0.1:1")


def test_a_training_writes_the_same_bytes(
    cluster: Cluster, command: Command, write_lines: WriteLines, tmp_path: Path
) -> None:
    data = write_lines("runs.jsonl", RUNS)
    seen = []
    for options in ([], ["--ray", cluster.address]):
        output = tmp_path / "weights"
        assert command("train", data, "-o", output, *options).code == 0
        seen.append(output.read_bytes())
    assert seen[0] == seen[1]
