"""Where public data sets come from, under which licence, and how they become records of ours."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Record = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file of a public repository, at one commit: the commit is what fixes its bytes."""

    repository: str
    """Owner and name on GitHub."""
    commit: str
    """40 hex digits."""
    path: str
    """In the repository."""

    @property
    def address(self) -> str:
        """Its path on a server of raw files."""
        return f"{self.repository}/{self.commit}/{self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSet:
    """A set of records made of public files."""

    name: str
    """Stem of the file that is written."""
    licence: str
    """Of the data; what you do with it is up to you and the licence."""
    sources: Sequence[Source]
    """What is downloaded."""
    convert: Callable[[Sequence[bytes]], Mapping[str, Iterator[Record]]]
    """Contents of the files → stem of each file that is written and its records."""


def _tau_airline(contents: Sequence[bytes]) -> Mapping[str, Iterator[Record]]:
    """Customer-service runs, in OpenAI chat format already."""

    def records() -> Iterator[Record]:
        trials: dict[int, int] = {}
        for run in json.loads(contents[0]):
            task = run["task_id"]
            trial = trials[task] = trials.get(task, -1) + 1
            yield {
                "id": f"tau_airline/{task}/{trial}",
                "source": "tau_airline",
                "task": str(task),
                "reward": run["reward"],
                "messages": run["traj"],
            }

    return {"traj_tau_airline": records()}


def _qmsum(contents: Sequence[bytes]) -> Mapping[str, Iterator[Record]]:
    """Questions on meetings; the turns that answer are given as spans, both ends included."""
    meetings = [json.loads(line) for content in contents for line in content.splitlines() if line.strip()]

    def questions() -> Iterator[Record]:
        for number, meeting in enumerate(meetings):
            for place, query in enumerate(meeting["specific_query_list"]):
                spans = [range(int(first), int(last) + 1) for first, last in query["relevant_text_span"]]
                yield {
                    "id": f"qmsum/{number}/{place}",
                    "source": "qmsum",
                    "question": query["query"],
                    "answer": query["answer"],
                    "doc_set": f"qmsum_{number}",
                    "evidence": [str(turn) for turn in sorted({turn for span in spans for turn in span})],
                }

    def documents() -> Iterator[Record]:
        for number, meeting in enumerate(meetings):
            turns = enumerate(meeting["meeting_transcripts"])
            yield {
                "doc_set": f"qmsum_{number}",
                "documents": [
                    {"id": str(turn), "text": f"{one['speaker']}: {one['content']}"} for turn, one in turns
                ],
            }

    return {"qa_qmsum_docs": documents(), "qa_qmsum": questions()}


def _banking77(contents: Sequence[bytes]) -> Mapping[str, Iterator[Record]]:
    """Requests to a bank with what they intend: train and test."""
    tables = [list(csv.DictReader(io.StringIO(content.decode()))) for content in contents]
    train, test = ([{"text": row["text"], "label": row["category"]} for row in rows] for rows in tables)
    labels = sorted({row["label"] for row in train})
    return {"icl_banking77": iter([{"source": "banking77", "labels": labels, "train": train, "test": test}])}


DATA_SETS: Mapping[str, DataSet] = {
    one.name: one
    for one in (
        DataSet(
            name="tau_airline",
            licence="MIT",
            sources=[
                Source(
                    repository="sierra-research/tau-bench",
                    commit="7362a1708d720a4d697d042f21fd8637ea144c3b",
                    path="historical_trajectories/gpt-4o-airline.json",
                )
            ],
            convert=_tau_airline,
        ),
        DataSet(
            name="qmsum",
            licence="MIT",
            sources=[
                Source(
                    repository="Yale-LILY/QMSum",
                    commit="80a490fd504bce28f7e446fae5cef38f8807c290",
                    path="data/ALL/jsonl/val.jsonl",
                )
            ],
            convert=_qmsum,
        ),
        DataSet(
            name="banking77",
            licence="CC BY 4.0",
            sources=[
                Source(
                    repository="PolyAI-LDN/task-specific-datasets",
                    commit="dfe22170dcf22ab022af2e2696cebc612fccb03d",
                    path=f"banking_data/{part}.csv",
                )
                for part in ("train", "test")
            ],
            convert=_banking77,
        ),
    )
}
"""Those that the script fetches and converts."""
ELSEWHERE: Mapping[str, tuple[str, str]] = {
    "claude_code_swe": ("eunomia-bpf/agentcgroup, experiments/all_images_haiku", "GPL-2.0"),
    "openhands_swe": ("sola-st/llm-agents-study, trajectories/openhands", "MIT"),
    "repairagent_d4j": ("sola-st/llm-agents-study, trajectories/repairagent", "MIT"),
    "sweagent_demo": ("SWE-agent/SWE-agent, trajectories/demonstrations", "MIT"),
    "livemcp": ("icip-cas/LiveMCPBench, baseline/output", "Apache-2.0"),
    "medagent_fhir": ("WhissleAI/tau2-bench-w, results/whissle/medagentbench", "MIT"),
    "bfcl_long": ("ShishirPatil/gorilla, berkeley-function-call-leaderboard", "Apache-2.0"),
    "screenagent": ("niuzaisheng/ScreenAgent, data/ScreenAgent", "Apache-2.0"),
    "snips": ("sonos/nlu-benchmark, 2017-06-custom-intent-engines", "CC0 1.0"),
    "locomo": ("snap-research/locomo, data", "CC BY-NC 4.0"),
    "musique": ("StonyBrookNLP/musique", "CC BY 4.0"),
    "hotpotqa": ("hotpotqa.github.io", "CC BY-SA 4.0"),
    "sroie": ("ICDAR 2019 challenge", "MIT (annotations)"),
}
"""Where the others come from, and their licences; no converter is here."""
SERVER = "https://raw.githubusercontent.com"
"""Gives raw files of repositories."""
