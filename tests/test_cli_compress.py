"""`agentcompress compress` and `replay` on what people really hand them."""

import json
from pathlib import Path

import pytest
from langchain_core.messages import convert_to_messages

from .commands import Command, WriteLines, fails, spawn
from .pictures import block, frames, screen, urls_of
from .reports import carried
from .test_cli import CHAT, RUN

TOOLS = [{"type": "function", "function": {"name": "read", "description": "Reads a file. " * 40}}]
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk"
    "YAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)


def test_tools_and_model_of_a_request_body_count(tmp_path: Path, command: Command) -> None:
    file = tmp_path / "body.json"
    file.write_text(json.dumps({"model": "gpt-4o", "messages": CHAT, "tools": TOOLS}))
    done = command("compress", file, "--budget", "900", "--json")
    figures = json.loads(done.out)
    assert done.code == 0
    assert figures["breakdown"]["tool schemas"] > 120
    assert figures["tokens_after"] <= 900
    plain = json.loads(command("compress", file, "--budget", "900", "--model", "claude-3-opus", "--json").out)
    assert plain["tokens_before"] > figures["tokens_before"]


def test_images_are_never_free(tmp_path: Path, command: Command) -> None:
    shot = [{"type": "text", "text": "what is this"}, {"type": "image_url", "image_url": {"url": PIXEL}}]
    file = tmp_path / "shots.json"
    file.write_text(json.dumps([{"role": "user", "content": shot}]))
    figures = json.loads(command("compress", file, "--budget", "9000", "--json").out)
    assert figures["breakdown"]["images"] > 0


def test_relative_images_stand_beside_the_file(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    for number in range(3):
        screen(number).save(tmp_path / "data" / f"{number}.png")
    file = tmp_path / "data" / "shots.json"
    file.write_text(json.dumps(frames([f"{number}.png" for number in range(3)])))
    monkeypatch.chdir(tmp_path)
    report = tmp_path / "report.html"
    done = command("compress", file, "--budget", "800", "--model", "claude-3-opus", "--report", report)
    shown = urls_of(json.loads(done.out))
    assert [url[:5] for url in shown] == ["data:", "data:", "2.png"]
    assert len(carried(report.read_text())["pictures"]) == 3


def test_a_report_says_why(tmp_path: Path, command: Command) -> None:
    file, report = tmp_path / "chat.json", tmp_path / "report.html"
    file.write_text(json.dumps(CHAT))
    assert command("compress", file, "--budget", "900", "--report", report).code == 0
    assert {why for why, *_ in carried(report.read_text())["reasons"]} >= {"pinned", "not worth its tokens"}


@pytest.mark.parametrize("shape", ["openai", "langchain", "anthropic"])
def test_relative_images_of_langchain_messages_stand_beside_the_file(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch, shape: str
) -> None:
    (tmp_path / "data").mkdir()
    for number in range(3):
        screen(number).save(tmp_path / "data" / f"{number}.png")
    chat = frames([f"{number}.png" for number in range(3)])
    for number, message in enumerate(chat[2::2]):
        url = f"{number}.png"
        blocks = {
            "openai": block(url),
            "langchain": {"type": "image", "url": url},
            "anthropic": {"type": "image", "source": {"type": "url", "url": url}},
        }
        message["content"] = [blocks[shape]]
    messages = convert_to_messages(chat)
    file, out = tmp_path / "data" / "shots.json", tmp_path / "out.json"
    file.write_text(json.dumps([message.model_dump() for message in messages]))
    monkeypatch.chdir(tmp_path)
    assert command("compress", file, "--budget", "800", "--model", "claude-3-opus", "-o", out).code == 0
    first, *_, last = (one["content"][0] for one in json.loads(out.read_text())[2::2])
    assert "2.png" in str(last)
    assert str(tmp_path) not in out.read_text()
    assert "0.png" not in str(first)
    assert "iVBOR" in str(first)


@pytest.mark.parametrize("option", ["-o", "--report"])
def test_the_input_is_never_written_over(tmp_path: Path, command: Command, option: str) -> None:
    file = tmp_path / "chat.json"
    file.write_text(json.dumps(CHAT))
    before = file.read_bytes()
    fails(command("compress", file, "--budget", "900", option, file), "is read or written here already")
    assert file.read_bytes() == before


def test_nothing_is_written_where_one_output_cannot_be(tmp_path: Path, command: Command) -> None:
    file, out = tmp_path / "chat.json", tmp_path / "out.json"
    file.write_text(json.dumps(CHAT))
    report = tmp_path / "none" / "r.html"
    fails(command("compress", file, "--budget", "900", "-o", out, "--report", report), "No such file")
    assert not out.exists()


def test_dumped_langchain_messages_come_back_in_their_form(tmp_path: Path, command: Command) -> None:
    file, out = tmp_path / "state.json", tmp_path / "out.json"
    messages = [message.model_dump() for message in convert_to_messages(CHAT)]
    file.write_text(json.dumps({"messages": messages}))
    assert command("compress", file, "--budget", "900", "-o", out).code == 0
    shown = json.loads(out.read_text())["messages"]
    assert {message["type"] for message in shown} == {"system", "human", "ai", "tool"}
    assert any("tokens elided]" in message["content"] for message in shown)


def test_what_people_wrote_stays_readable(tmp_path: Path, command: Command) -> None:
    file = tmp_path / "chat.json"
    file.write_text(json.dumps([{"role": "user", "content": "café 日本"}]))
    assert "café 日本" in command("compress", file, "--budget", "900").out


def test_a_dash_is_standard_output(tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("chat.json").write_text(json.dumps(CHAT))
    dashed = command("compress", "chat.json", "--budget", "900", "-o", "-")
    assert dashed.out == command("compress", "chat.json", "--budget", "900").out != ""
    assert not Path("-").exists()


@pytest.mark.parametrize("text", ['[{"role": "user", "content": NaN}]', '{"messages": [Infinity]}'])
def test_numbers_that_json_does_not_have_are_refused(tmp_path: Path, command: Command, text: str) -> None:
    file = tmp_path / "chat.json"
    file.write_text(text)
    fails(command("compress", file, "--budget", "900"), "is no JSON value")


def test_an_error_deep_in_an_object_names_a_line(tmp_path: Path, command: Command) -> None:
    file = tmp_path / "nested.json"
    orphan = {"role": "tool", "tool_call_id": "x", "content": "r"}
    file.write_text(json.dumps({"meta": {"messages": []}, "messages": [CHAT[1], orphan]}))
    fails(command("compress", file, "--budget", "900"), f"{file}:1: ")


def test_a_replay_without_a_step_says_so(command: Command, write_lines: WriteLines) -> None:
    data = write_lines("runs.jsonl", [{**RUN, "messages": CHAT[:2]}])
    fails(command("replay", data, "--budget", "0.5"), "no step to replay")


def test_a_closed_output_is_no_traceback(tmp_path: Path) -> None:
    file = tmp_path / "chat.json"
    file.write_text(json.dumps(CHAT))
    process = spawn("compress", file, "--budget", "900", preexec_fn=lambda: __import__("os").close(1))
    assert b"Traceback" not in process.communicate(timeout=60)[1]


def test_no_arguments_print_the_help_and_no_empty_error(command: Command) -> None:
    done = command()
    assert "Usage" in done.out + done.err
    assert "error:" not in done.err
