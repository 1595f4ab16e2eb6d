"""Files are written whole or not at all, also where a path is none of a plain file."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from agentcompress.files import whole_file

from .test_cli import CHAT


@pytest.fixture
def link(tmp_path: Path) -> Path:
    """Leads into another folder."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "out.txt").write_text("older")
    path = tmp_path / "link.txt"
    path.symlink_to(Path("real", "out.txt"))
    return path


def test_what_a_link_leads_to_is_replaced_and_the_link_stays(link: Path) -> None:
    with whole_file(link) as file:
        file.write("newer")
        file.flush()
        assert link.read_text() == "older"
    assert link.is_symlink()
    target = link.resolve()
    assert (target.read_text(), [*target.parent.iterdir()]) == ("newer", [target])


def test_a_failure_leaves_what_was_there(link: Path) -> None:
    with pytest.raises(UnicodeEncodeError), whole_file(link) as file:
        file.writelines(["half", "\ud800"])
    target = link.resolve()
    assert (target.read_text(), [*target.parent.iterdir()]) == ("older", [target])


def test_an_error_names_the_path_as_given(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "out.txt"
    with pytest.raises(FileNotFoundError) as error, whole_file(path):
        pass
    assert error.value.filename == str(path)


def test_a_pipe_is_written_as_it_is(tmp_path: Path) -> None:
    path, read = tmp_path / "pipe", list[str]()
    os.mkfifo(path)
    reader = threading.Thread(target=lambda: read.append(path.read_text()))
    reader.start()
    with whole_file(path) as file:
        file.write("through")
    reader.join(timeout=10)
    assert (read, path.is_fifo()) == (["through"], True)


@pytest.mark.parametrize("output", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_standard_output_that_goes_to_a_file_keeps_all(tmp_path: Path, output: str) -> None:
    chat, log = tmp_path / "chat.json", tmp_path / "log"
    chat.write_text(json.dumps(CHAT))
    command = f'echo before; "$0" -m agentcompress compress "$1" --budget 900 -o {output}; echo behind'
    with log.open("wb") as file:
        subprocess.run(["sh", "-c", command, sys.executable, chat], stdout=file, timeout=60, check=True)
    said = log.read_text()
    messages, tables = json.JSONDecoder().raw_decode(said.removeprefix("before\n").lstrip())
    assert said.startswith("before\n")
    assert messages[0] == CHAT[0]
    assert "ceiling" in said[tables:]
    assert said.endswith("behind\n")
