"""`langgraph dev` serves the ready-made graphs, offline and without blocking its event loop."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest
from langgraph_sdk import get_sync_client

ROOT = Path(__file__).parent.parent
MANUAL = "restart unit-170"
ASKED: Any = {"messages": [{"role": "user", "content": "What if the payment gateway timed out on host 17?"}]}

if missing := [
    name for name in ("langgraph_cli", "langgraph_api", "langgraph_runtime_inmem") if not find_spec(name)
]:
    pytest.skip(
        f"NOT TESTED: langgraph dev, as {', '.join(missing)} is missing: pip install 'langgraph-cli[inmem]'",
        allow_module_level=True,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < end:
        try:
            if httpx.get(f"{url}/ok", trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    pytest.fail(f"langgraph dev did not start:\n{log.read_text()[-4_000:]}")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Its address and its log; it keeps its threads in a folder of its own."""
    folder = tmp_path_factory.mktemp("served")
    # As in a fresh clone, but what the server writes stays out of this one.
    for name in ("agentcompress", "graphs", "memory", "langgraph.json"):
        (folder / name).symlink_to(ROOT / name)
    port, log = free_port(), folder / "log.txt"
    offline = {"LANGGRAPH_CLI_NO_ANALYTICS": "1", "LANGSMITH_TRACING": "false", "HF_HUB_OFFLINE": "1"}
    proxy = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "no_proxy": "127.0.0.1"}
    command = [sys.executable, "-m", "langgraph_cli", "dev", "--no-browser", "--no-reload"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, f"--port={port}"],
            cwd=folder,
            stdout=out,
            stderr=out,
            env={**os.environ, **offline, **proxy},
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(url, process, log)
        yield url, log
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder / ".langgraph_api", ignore_errors=True)


@pytest.mark.parametrize(
    ("name", "answer", "messages"),
    [
        ("agent", "order A-877", 18),
        ("rag", MANUAL, 2),
        ("team", MANUAL, 5),
        ("long_run", "order A-2077", 42),
    ],
)
def test_a_run_streams_from_the_server(
    server: tuple[str, Path], name: str, answer: str, messages: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, log = server
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with get_sync_client(url=url) as client:
        thread = client.threads.create()["thread_id"]
        parts: list[Any] = list(client.runs.stream(thread, name, input=ASKED, stream_mode="updates"))
        assert "error" not in {part.event for part in parts}, parts
        assert len(parts) > 1
        values: Any = client.threads.get_state(thread)["values"]
    assert len(values["messages"]) == messages
    assert answer in values["messages"][-1]["content"]
    assert "BlockingError" not in log.read_text()
