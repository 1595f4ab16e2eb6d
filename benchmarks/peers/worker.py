"""One peer in a process of its own: does the job that its argument is, writes a JSON line a row.

A process of its own keeps memory and first calls apart, and may run on another interpreter, where a peer
needs other versions of what all use.
"""

import json
import logging
import random
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from agentcompress.evaluation.evaluating import RecordReader
from agentcompress.evaluation.measure import Measure
from agentcompress.evaluation.questions import Question, QuestionReading
from agentcompress.evaluation.reading import Trajectory, TrajectoryReader
from agentcompress.evaluation.replay import Replay
from agentcompress.evaluation.summary import Summary
from agentcompress.tokens import default_counter, price_model

from .evidence import EvidenceTally
from .latency import latency_row
from .peer import MissingWeightsError
from .registry import policy_of
from .validity import json_validity

MADE_UP = "made up"
"""Source of the conversation that times are taken on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one process measures."""

    peer: str
    """Its name."""
    kind: str
    """``replay``, ``evidence`` or ``latency``."""
    budget: float
    """Tokens from 1 on, a share below; whole numbers replay every step in order."""
    data: tuple[str, ...]
    """One file a source."""
    sample: int
    """Trajectories, or questions, of a source at most, drawn by seed."""
    max_steps: int
    """Snapshots of a trajectory at most."""
    seed: int
    """Draws the sample."""

    @property
    def stateful(self) -> bool:
        """Whether requests follow each other."""
        return self.budget >= 1

    def to_json(self) -> str:
        """What `of` reads."""
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, text: str) -> "Job":
        """A job from its JSON."""
        found = json.loads(text)
        return cls(**{**found, "data": tuple(found["data"])})


def rows(job: Job) -> Iterator[dict[str, Any]]:
    """A row for each source as soon as it is measured."""
    if job.kind == "latency":
        yield {
            "file": MADE_UP,
            "source": MADE_UP,
            **latency_row(job.peer, job.sample, job.budget, runs=job.max_steps),
        }
        return
    measure = Measure(counter=default_counter())
    for path in job.data:
        found = _evidence(job, path, measure) if job.kind == "evidence" else _replay(job, path, measure)
        if found:
            yield {"file": stem_of(path), **found}


def stem_of(path: str) -> str:
    """The name of a file without its endings."""
    return Path(path).name.split(".")[0]


def _replay(job: Job, path: str, measure: Measure) -> dict[str, Any]:
    replay = Replay(
        budget=int(job.budget) if job.stateful else job.budget,
        policy=policy_of(job.peer, stateful=job.stateful),
        stateful=job.stateful,
        measure=measure,
        max_steps=job.max_steps,
    )
    summary = Summary(stateful=job.stateful, prices=price_model("anthropic"))
    tokens, parts, valid = [], 0, 0
    sample: list[Trajectory] = _drawn(list(TrajectoryReader(path)), job)
    source = sample[0].source
    for trajectory in sample:
        for step in replay.play([trajectory]):
            summary.add(step)
            tokens.append(step.tokens)
            found = json_validity(trajectory.messages[: step.index], step.messages)
            parts, valid = parts + found[0], valid + found[1]
    if not tokens:
        return {"source": source, "steps": 0}
    figures: dict[str, Any] = summary.to_dict()["sources"][source]
    more = {"tokens_out": round(fmean(tokens), 1), "json_parts": parts, "json_valid": valid}
    return {"source": source, "trajectories": len(sample), **figures, **more}


def _evidence(job: Job, path: str, measure: Measure) -> dict[str, Any]:
    reading = QuestionReading()
    questions: list[Question] = []
    for record, reader in RecordReader(path):
        if "question" in record:
            questions.append(reading.question(record, reader))
        else:
            reading.add_set(record, reader)
    if not questions:
        return {}
    tally = EvidenceTally(job.budget, measure)
    policy = policy_of(job.peer, stateful=False)
    for question in _drawn(questions, job):
        tally.add(question, policy)
    return {"source": questions[0].source, **tally.row()}


def _drawn(items: list[Any], job: Job) -> list[Any]:
    """The same sample for every peer, in the order of the file."""
    places = random.Random(job.seed).sample(range(len(items)), min(job.sample, len(items)))
    return [items[place] for place in sorted(places)]


def main() -> None:
    logging.disable(logging.WARNING)
    job = Job.of(sys.argv[1])
    output = sys.stdout
    sys.stdout = sys.stderr  # what peers print is no row
    try:
        for row in rows(job):
            print(json.dumps(row), file=output, flush=True)
    except (MissingWeightsError, ImportError) as error:
        print(json.dumps({"unavailable": str(error)}), file=output, flush=True)


if __name__ == "__main__":
    main()
