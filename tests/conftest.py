"""What several test files share."""

import gzip
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings

from agentcompress.cli import main

from .commands import Command, Finished
from .postgres import INSTALL, server_programs, throwaway_server
from .stores import FileStores, MemoryStores, PostgresStores, Stores

# `make test` tries the same examples on every run; `make fuzz` sets a number and looks for new ones.
# Which examples come up depends on constants in the sources, so that they are large is no failure.
_LARGE = [HealthCheck.data_too_large, HealthCheck.too_slow]
settings.register_profile("test", derandomize=True, deadline=None, suppress_health_check=_LARGE)
settings.register_profile("fuzz", deadline=None, suppress_health_check=_LARGE)
settings.load_profile("fuzz" if "AGENTCOMPRESS_FUZZ" in os.environ else "test")

_SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="session")
def recorded() -> Path:
    """The folder of recorded trajectories; skips where it is absent."""
    folder = Path(os.environ.get("AGENTCOMPRESS_DATA", _SHARED / "data"))
    if not folder.is_dir():
        pytest.skip(f"no recorded data in {folder}: set AGENTCOMPRESS_DATA")
    return folder


@pytest.fixture(scope="session")
def scorer(recorded: Path) -> Path:
    """The independent scorer of dumps; skips where it is absent."""
    script = recorded.parent / "tools" / "score.py"
    if not script.is_file():
        pytest.skip(f"no independent scorer at {script}")
    return script


@pytest.fixture
def write_lines(tmp_path: Path) -> Callable[[str, Iterable[Any]], Path]:
    """Writes records as JSON lines, gzipped where the name says so."""

    def write(name: str, records: Iterable[Any]) -> Path:
        data = "".join(json.dumps(record) + "\n" for record in records).encode()
        path = tmp_path / name
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    return write


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """Runs the command line in this process."""

    def run(*arguments: object) -> Finished:
        monkeypatch.setattr(sys, "argv", ["agentcompress", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            main()
        out, err = capfd.readouterr()
        return Finished(int(caught.value.code or 0), out, err)

    return run


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets minutes pass."""
    passed, clock = [0.0], time.time
    monkeypatch.setattr(time, "time", lambda: clock() + passed[0])

    def passing(minutes: float) -> None:
        passed[0] += minutes * 60

    return passing


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The conninfo of a PostgreSQL server; skips where there is none."""
    programs = server_programs()
    if not find_spec("psycopg") or not find_spec("langgraph.store.postgres"):
        pytest.skip("NOT TESTED: PostgreSQL, as its client is missing: pip install 'agentcompress[postgres]'")
    elif given := os.environ.get("AGENTCOMPRESS_POSTGRES"):
        yield given
    elif programs is None:
        pytest.skip(f"NOT TESTED: PostgreSQL, as there is no server: {INSTALL}")
    else:
        with throwaway_server(programs) as conninfo:
            yield conninfo


@pytest.fixture
def postgres(postgres_server: str) -> Iterator[str]:
    """The conninfo of an empty schema; no statement takes longer than half a minute."""
    import psycopg

    def conninfo(options: str) -> str:
        patient = f"-c statement_timeout=30s {options}"
        return psycopg.conninfo.make_conninfo(postgres_server, connect_timeout=10, options=patient)

    schema = f"test_{uuid4().hex}"
    with psycopg.connect(conninfo(""), autocommit=True) as connection:
        connection.execute(f'CREATE SCHEMA "{schema}"')
        yield conninfo(f"-c search_path={schema}")
        connection.execute(f'DROP SCHEMA "{schema}" CASCADE')


@pytest.fixture(params=["memory", "file", "postgres"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Stores:
    """One of the stores that an archive may be kept in."""
    if request.param == "postgres":
        return PostgresStores(request.getfixturevalue("postgres"))
    return FileStores(tmp_path / "agent.db") if request.param == "file" else MemoryStores()
