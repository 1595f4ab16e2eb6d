"""Public data sets are fetched from a server, checked, and become records that the commands read."""

import json
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from agentcompress.evaluation.budgets import Times
from agentcompress.evaluation.evaluating import EvalSettings, Evaluation, RecordReader
from agentcompress.evaluation.reading import TrajectoryReader
from benchmarks.data_sets import DATA_SETS, ELSEWHERE
from benchmarks.fetch_data import FetchError, fetch

CALL = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
RUN = {
    "task_id": 3,
    "reward": 1.0,
    "traj": [
        {"role": "user", "content": "go"},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "c1", "name": "look", "content": "gate B7"},
        {"role": "assistant", "content": "B7"},
    ],
}
MEETING = {
    "specific_query_list": [{"query": "Which gate?", "answer": "B7", "relevant_text_span": [["1", "2"]]}],
    "meeting_transcripts": [{"speaker": "Ann", "content": f"gate B{turn}"} for turn in range(6)],
}
FILES = {
    "tau_airline": [json.dumps([RUN, RUN])],
    "qmsum": [json.dumps(MEETING)],
    "banking77": ["text,category\nlost my card,lost\nnew card,new\n", 'text,category\n"card, lost",lost\n'],
}


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    root = tmp_path / "server"
    for name, data_set in DATA_SETS.items():
        for source, text in zip(data_set.sources, FILES[name], strict=True):
            path = root / source.address
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(root))) as found:
        thread = Thread(target=found.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{found.server_port}"
        found.shutdown()
        thread.join()


def test_trajectories_can_be_replayed(server: str, tmp_path: Path) -> None:
    [path] = fetch(DATA_SETS["tau_airline"], tmp_path / "data", server)
    found = list(TrajectoryReader(str(path)))
    assert [one.id for one in found] == ["tau_airline/3/0", "tau_airline/3/1"]
    assert found[0].views[2].text == "gate B7"


def test_questions_and_examples_can_be_evaluated(server: str, tmp_path: Path) -> None:
    settings = EvalSettings(budget=Times(1), policies=("random",))
    evaluation = Evaluation(settings)
    for name in ("qmsum", "banking77"):
        for path in fetch(DATA_SETS[name], tmp_path / "data", server):
            for part in evaluation.parts(RecordReader(str(path))):
                for measured in settings.measure(part):
                    evaluation.count(measured)
    assert evaluation.measured == {"qa": 1, "icl": 1, "gui": 0}
    questions = RecordReader(str(tmp_path / "data" / "qa_qmsum.jsonl.gz"))
    assert [record["evidence"] for record, _ in questions] == [["1", "2"]]


def test_the_same_again_is_the_same_bytes(server: str, tmp_path: Path) -> None:
    [path] = fetch(DATA_SETS["tau_airline"], tmp_path / "data", server)
    before = path.read_bytes()
    fetch(DATA_SETS["tau_airline"], tmp_path / "data", server)
    assert path.read_bytes() == before


def test_other_bytes_than_before_are_refused(server: str, tmp_path: Path) -> None:
    [path] = fetch(DATA_SETS["tau_airline"], tmp_path / "data", server)
    before = path.read_bytes()
    served = tmp_path / "server" / DATA_SETS["tau_airline"].sources[0].address
    served.write_text(json.dumps([RUN]), encoding="utf-8")
    with pytest.raises(FetchError, match="SHA-256"):
        fetch(DATA_SETS["tau_airline"], tmp_path / "data", server)
    assert path.read_bytes() == before


def test_a_file_that_is_not_there_leaves_nothing(server: str, tmp_path: Path) -> None:
    for source in DATA_SETS["banking77"].sources[1:]:
        (tmp_path / "server" / source.address).unlink()
    with pytest.raises(FetchError, match="404"):
        fetch(DATA_SETS["banking77"], tmp_path / "data", server)
    assert not list((tmp_path / "data").iterdir())


def test_every_set_names_a_commit_and_a_licence() -> None:
    for one in DATA_SETS.values():
        assert one.licence
        assert all(len(source.commit) == 40 for source in one.sources)
    assert not DATA_SETS.keys() & ELSEWHERE.keys()
