"""Peers: what each is given, what is said of it, and that the README says what the committed run says."""

import json
import random
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcompress.errors import InvalidInputError
from agentcompress.evaluation.measure import Measure
from agentcompress.evaluation.pairs import broken_pairs
from agentcompress.evaluation.questions import Document, Question
from agentcompress.evaluation.reading import Trajectory
from agentcompress.evaluation.recording import Recording
from benchmarks.material import log
from benchmarks.peers import run, worker
from benchmarks.peers.adapters.clear_tool_uses import ClearToolUsesPeer
from benchmarks.peers.adapters.head_tail import HeadTailPeer
from benchmarks.peers.adapters.trim_messages import TrimMessagesPeer
from benchmarks.peers.evidence import EvidenceTally
from benchmarks.peers.figures import Figures
from benchmarks.peers.hosting import TextHost, water_level
from benchmarks.peers.peer import MissingWeightsError, Request, TextPeer
from benchmarks.peers.policy import PeerPolicy
from benchmarks.peers.registry import ENTRIES, WEIGHTED, policy_of
from benchmarks.peers.results import RESULTS, Results, Settings
from benchmarks.peers.table import GUIDE, README, short, whole
from benchmarks.peers.validity import json_validity
from benchmarks.peers.worker import Job

from .helpers import COUNT, step

MEASURE = Measure(counter=type("Counter", (), {"count": staticmethod(COUNT)})())


def recorded(outputs: int, lines: int = 40) -> Recording:
    rng = random.Random(outputs)
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Which worker failed first?"}]
    for number in range(outputs):
        messages += step(number, log(rng, lines), "read_log")
    return Recording(Trajectory(id="run", source="made up", messages=messages), MEASURE)


def tokens(recording: Recording, messages: list[dict[str, Any]]) -> int:
    return sum(recording.look(message)[1] for message in messages)


class ForgetfulPeer:
    """Notes what it is asked, gives back twice as much as it may."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    def shorten(self, text: str, query: str, tokens: int) -> str:
        self.asked.append((query, tokens))
        return " x" * (2 * tokens)


@given(st.lists(st.integers(0, 500), min_size=1, max_size=30), st.integers(0, 8_000))
def test_a_water_level_fills_the_room_and_no_more(sizes: list[int], room: int) -> None:
    level = water_level(sizes, room)
    if level > 16:
        assert sum(min(size, level) for size in sizes) <= room
        if sum(sizes) > room:
            assert sum(min(size, level + 1) for size in sizes) > room - len(sizes)


def test_a_host_asks_with_the_task_and_the_call_and_asks_again_for_less() -> None:
    recording, peer = recorded(3), ForgetfulPeer()
    messages = PeerPolicy(TextHost(peer, cached=False)).compress(recording, 7, 3_000).messages
    assert tokens(recording, messages) <= 3_000
    for query, _ in peer.asked:
        assert "Which worker failed first?" in query
        assert "read_log" in query
    assert peer.asked[1][1] < peer.asked[0][1]


@pytest.mark.parametrize("peer", [HeadTailPeer, ForgetfulPeer])
def test_a_host_with_a_cache_extends_its_requests_between_two_levels(peer: type[TextPeer]) -> None:
    recording = recorded(12)
    policy = PeerPolicy(TextHost(peer(), cached=True))
    requests = [policy.compress(recording, end, 6_000).messages for end in range(3, 26, 2)]
    breaks = sum(later[: len(one)] != one for one, later in pairwise(requests))
    assert 0 < breaks < 6
    assert all(tokens(recording, one) <= 6_000 for one in requests)


@pytest.mark.parametrize(
    "made",
    [lambda: ClearToolUsesPeer(keep=None), TrimMessagesPeer, lambda: TextHost(HeadTailPeer(), cached=False)],
)
def test_peers_with_a_budget_fit_and_keep_pairs(made: Callable[[], Any]) -> None:
    recording = recorded(8)
    messages = PeerPolicy(made()).compress(recording, 17, 4_000).messages
    assert 1_000 < tokens(recording, messages) <= 4_000
    assert not broken_pairs([recording.look(message)[0] for message in messages])
    assert messages[0] is recording.trajectory.messages[0]


def test_clearing_keeps_three_results_whatever_they_take() -> None:
    recording = recorded(8)
    messages = PeerPolicy(ClearToolUsesPeer()).compress(recording, 17, 4_000).messages
    assert [message["content"] == "[cleared]" for message in messages if message["role"] == "tool"] == [
        *[True] * 5,
        *[False] * 3,
    ]
    whole = PeerPolicy(ClearToolUsesPeer()).compress(recording, 17, 10**6).messages
    assert whole == recording.trajectory.messages


@pytest.mark.parametrize("name", WEIGHTED)
def test_a_peer_without_its_weights_says_which(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("LLMLINGUA2_MODEL", "CTXPRUNE_MODEL", "PROVENCE_MODEL"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(MissingWeightsError, match="_MODEL to a folder with"):
        policy_of(name, stateful=False)


def test_json_in_part_is_told_from_placeholders() -> None:
    whole = json.dumps({"orders": [{"id": n} for n in range(9)]})
    original = [message for n in range(4) for message in step(n, whole)]
    shown = [dict(message) for message in original]
    contents = [whole, '{"orders": [{"id": 3}]}', '{"orders": [{"id": 3', "[cleared]"]
    for message, content in zip(shown[1::2], contents, strict=True):
        message["content"] = content
    assert json_validity(original, shown) == (2, 1)
    twice = [*step(1, whole), *step(1, '{"orders": []}')]
    assert json_validity(twice, twice) == (0, 0)


def test_evidence_counts_where_all_its_words_are_shown() -> None:
    documents = [Document(id=str(n), text=f"Gate {n}  opens at {n * 3} bar.\n" * 3) for n in range(40)]
    question = Question(id="q", source="s", question="Which?", evidence=["0", "20"], documents=documents)
    tally = EvidenceTally(0.5, MEASURE)
    tally.add(question, lambda: PeerPolicy(TextHost(HeadTailPeer(), cached=False)))
    row = tally.row()
    assert (row["questions"], row["recall"], row["over_ceiling"]) == (1, 0.5, 0)


def row(peer: str, source: str, **figures: Any) -> dict[str, Any]:
    counts = {"steps": 10, "over_ceiling": 0, "broken_pairs": 0, "json_parts": 0, "json_valid": 0}
    named = {"peer": peer, "kind": "replay", "budget": 0.25, "file": f"traj_{source}", "source": source}
    return {**named, **counts, "n_tool_only": 50, "kept_ratio": 0.2, **figures}


def test_a_loss_is_said(tmp_path: Path) -> None:
    results = Results(
        settings=Settings(), machine={"cores": 1, "processor": "cpu", "python": "3"}, date="2020"
    )
    results.rows += [
        row("agentcompress", "shell", tool_only=0.8),
        row("tooltrim", "shell", tool_only=0.9),
        row("headroom", "shell", tool_only=1.0, over_ceiling=10),
    ]
    assert [(one.peer, one.over) for one in Figures(results).losses(0.25)] == [
        ("headroom", 10),
        ("tooltrim", 0),
    ]
    for text in (short(results), whole(results)):
        assert "within the budget: tooltrim on shell at 25% (.90 of 50, ours .80)." in text
        assert "(so many times, by source and budget): headroom 1." in text
    assert "| 1.00† |" in whole(results)
    results.write(tmp_path / "peers.json")
    assert Results.read(tmp_path / "peers.json") == results


def test_a_mean_needs_every_source() -> None:
    results = Results(settings=Settings())
    results.rows += [row("agentcompress", one, tool_only=0.5) for one in ("shell", "web")]
    results.rows.append(row("tooltrim", "shell", tool_only=0.9))
    assert Figures(results).mean("agentcompress", 0.25, "tool_only") == 0.5
    assert Figures(results).mean("tooltrim", 0.25, "tool_only") is None


@pytest.fixture
def data(tmp_path: Path) -> list[str]:
    paths = []
    for source in ("one", "two"):
        recording = recorded(3)
        path = tmp_path / f"traj_{source}.jsonl"
        record = {"id": "run", "source": source, "messages": recording.trajectory.messages}
        path.write_text(json.dumps(record), encoding="utf-8")
        paths.append(str(path))
    return paths


def test_a_run_goes_on_where_it_stopped(data: list[str], tmp_path: Path) -> None:
    results = Results(settings=Settings(sample=1))
    found = run.jobs(results, data, ["head-tail", "full"], [0.25])
    assert [(job.peer, job.kind, job.sample) for job in found] == [
        ("head-tail", "latency", Settings().tokens),
        ("head-tail", "replay", 1),
        ("full", "replay", 1),
    ]
    [first, second] = worker.rows(found[1])
    assert (first["file"], second["source"]) == ("traj_one", "two")
    results.add({"peer": "head-tail", "kind": "replay", "budget": 0.25, **first}, None)
    left = run.jobs(results, data, ["head-tail"], [0.25])
    assert [job.data for job in left if job.kind == "replay"] == [(data[1],)]


def test_a_process_gives_rows_or_the_reason(data: list[str]) -> None:
    job = Job(peer="head-tail", kind="replay", budget=0.5, data=(data[0],), sample=1, max_steps=1, seed=0)
    [found] = run.measured(job, sys.executable, 120)
    assert found["over_ceiling"] == 0
    missing = Job.of(job.to_json().replace("traj_one", "traj_none"))
    [failed] = run.measured(missing, sys.executable, 120)
    assert "no such file" in failed["failed"]


def test_damaged_results_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "peers.json"
    path.write_text('{"settings": {"what": 1}}', encoding="utf-8")
    with pytest.raises(InvalidInputError, match="no file of results"):
        Results.read(path)


def test_the_pages_say_what_the_committed_run_says() -> None:
    results = Results.read(RESULTS)
    assert README.has(short(results))
    assert GUIDE.has(whole(results))


def test_every_peer_that_was_run_is_known_and_its_version_named() -> None:
    results = Results.read(RESULTS)
    for found in results.rows:
        package = ENTRIES[found["peer"]].package
        assert package is None or package in results.versions


def test_requests_have_what_a_peer_may_want() -> None:
    recording = recorded(2)
    seen: list[Request] = []

    class CuriousPeer:
        def compress(self, request: Request) -> list[dict[str, Any]]:
            seen.append(request)
            return list(request.messages)

    PeerPolicy(CuriousPeer()).compress(recording, 5, 100)
    [request] = seen
    assert (list(request.base), request.ceiling, len(request.messages)) == ([0], 100, 5)
    assert [bool(query) for query in request.queries] == [False, False, True, False, True]
    assert request.count("one two") == COUNT("one two")
