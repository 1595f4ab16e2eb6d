"""The results file: rows with the settings, machine and versions that they were measured with."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from agentcompress.errors import InvalidInputError
from benchmarks.block import ROOT
from benchmarks.machine import machine, today, version_of

RESULTS = ROOT / "benchmarks" / "results" / "peers.json"
"""The committed run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a run measures; rows of other settings do not mix."""

    sample: int = 12
    """Trajectories of a source at most, where steps are measured on their own."""
    max_steps: int = 3
    """Steps of each of them."""
    runs: int = 3
    """Trajectories of a source at most, where every step is replayed in order."""
    questions: int = 20
    """Questions of a source at most."""
    tokens: int = 126_000
    """Size of the conversation that times are taken on."""
    seed: int = 0
    """Draws the samples."""


@dataclass(slots=True, kw_only=True)
class Results:
    """All rows so far."""

    settings: Settings
    """What they were measured with."""
    rows: list[dict[str, Any]] = field(default_factory=list)
    """One for each peer, kind, budget and source."""
    versions: dict[str, str] = field(default_factory=dict)
    """Of each peer's distribution."""
    machine: dict[str, Any] = field(default_factory=dict)
    """Where it ran."""
    date: str = ""
    """Of the last row, UTC."""

    @classmethod
    def read(cls, path: Path) -> "Results":
        """The results of a file.

        Raises:
            InvalidInputError: It is no results file.
        """
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            return cls(**{**found, "settings": Settings(**found["settings"])})
        except (ValueError, TypeError, KeyError) as error:
            raise InvalidInputError(f"is no file of results: {error}", path=str(path)) from error

    def write(self, path: Path) -> None:
        """Puts all in place of what the file had, at once."""
        path.parent.mkdir(parents=True, exist_ok=True)
        head = {key: value for key, value in asdict(self).items() if key != "rows"}
        lines = ",\n".join(f"  {json.dumps(row)}" for row in self.rows)
        text = json.dumps(head, indent=1)[:-2] + f',\n "rows": [\n{lines}\n ]\n}}\n'
        new = path.with_suffix(".new")
        new.write_text(text, encoding="utf-8")
        new.replace(path)

    def add(self, row: Mapping[str, Any], package: str | None) -> None:
        """Takes one row and notes what it was measured with."""
        self.rows.append(dict(row))
        self.machine = machine()
        self.date = today()
        if package:
            self.versions[package] = version_of(package)

    def found(self, peer: str, kind: str, budget: float, file: str) -> bool:
        """Whether this was measured."""
        return any(
            (row["peer"], row["kind"], row["budget"], row["file"]) == (peer, kind, budget, file)
            for row in self.rows
        )

    def of(self, peer: str, kind: str, budget: float) -> Iterator[dict[str, Any]]:
        """The rows of a peer under one budget."""
        for row in self.rows:
            if (row["peer"], row["kind"], row["budget"]) == (peer, kind, budget):
                yield row
