"""The results file: what replays found, and what they were made with."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from agentcompress.errors import InvalidInputError
from agentcompress.files import whole_file
from benchmarks.block import ROOT
from benchmarks.machine import machine, today, version_of

RESULTS = ROOT / "benchmarks" / "results" / "kept.json"
"""The committed run."""


@dataclass(slots=True, kw_only=True)
class Results:
    """The runs so far, and what they were made with."""

    files: list[str] = field(default_factory=list)
    """Names of the recordings."""
    version: str = ""
    """Of this library."""
    machine: dict[str, Any] = field(default_factory=dict)
    """Where they ran."""
    date: str = ""
    """Of the last one, UTC."""
    runs: list[dict[str, Any]] = field(default_factory=list)
    """What `replay --json` prints of each."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """The results of a file.

        Raises:
            InvalidInputError: It is no results file.
        """
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            raise InvalidInputError(f"is no file of results: {error}", path=path) from error

    def write(self, path: Path) -> None:
        """Puts all in place of what the file had."""
        head = json.dumps({name: value for name, value in asdict(self).items() if name != "runs"}, indent=1)
        runs = ",\n".join(f"  {json.dumps(run)}" for run in self.runs)
        with whole_file(path) as file:
            file.write(f'{head[:-2]},\n "runs": [\n{runs}\n ]\n}}\n')

    def of(self, policy: str, budget: float, *, stateful: bool = False) -> dict[str, Any] | None:
        """One run; None where it was not measured."""
        mode = "stateful" if stateful else "snapshot"
        named = (policy, budget, mode)
        return next((run for run in self.runs if (run["policy"], run["budget"], run["mode"]) == named), None)

    def add(self, run: dict[str, Any]) -> None:
        """Takes one run and notes what it was made with."""
        self.runs.append(run)
        self.machine, self.date, self.version = machine(), today(), version_of("agentcompress")
