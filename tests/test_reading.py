"""Files people give us: every form is read, every defect is one clear line."""

import gzip
import json
import tracemalloc
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from langchain_core.load import dumpd
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage, messages_to_dict

from agentcompress.errors import InvalidInputError
from agentcompress.evaluation.conversation import read_conversation
from agentcompress.evaluation.reading import Trajectory, TrajectoryReader

WriteLines = Callable[[str, Iterable[Any]], Path]

CALL = {"id": "c1", "type": "function", "function": {"name": "read", "arguments": '{"path": "a.py"}'}}
TURNS: list[dict[str, Any]] = [
    {"role": "user", "content": "Fix a.py"},
    {"role": "assistant", "content": "", "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "c1", "content": "print(1)"},
    {"role": "assistant", "content": "Done."},
]
ORPHAN = [TURNS[0], {"role": "tool", "tool_call_id": "c9", "content": "?"}, TURNS[3]]
LANGCHAIN: list[BaseMessage] = [
    HumanMessage("Fix a.py"),
    AIMessage("", tool_calls=[{"name": "read", "args": {"path": "a.py"}, "id": "c1"}]),
    ToolMessage("print(1)", tool_call_id="c1", status="error"),
]


def run(number: int, messages: list[dict[str, Any]] = TURNS) -> dict[str, Any]:
    return {"id": f"run/{number}", "source": "made", "reward": 1.0, "messages": messages}


def trajectories(path: Path | str) -> list[Trajectory]:
    return list(TrajectoryReader(str(path)))


@pytest.mark.parametrize("name", ["runs.jsonl", "runs.jsonl.gz"])
def test_reads_every_trajectory_and_keeps_what_it_does_not_know(write_lines: WriteLines, name: str) -> None:
    found = trajectories(write_lines(name, [run(1), run(2)]))
    assert [trajectory.id for trajectory in found] == ["run/1", "run/2"]
    assert found[0].messages == TURNS
    assert found[0].model_dump()["reward"] == 1.0


def test_takes_the_source_from_the_file_where_it_is_missing(write_lines: WriteLines) -> None:
    path = write_lines("mine.jsonl.gz", [{"id": "1", "messages": TURNS}])
    assert trajectories(path)[0].source == "mine"


def test_skips_blank_lines_and_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    path.write_text("\ufeff\n" + json.dumps(run(1)) + "\n\n" + json.dumps(run(2)), encoding="utf-8")
    assert len(trajectories(path)) == 2


def test_yields_a_line_before_it_reads_the_next(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    path.write_text(json.dumps(run(1)) + "\nbroken\n")
    reader = iter(TrajectoryReader(str(path)))
    assert next(reader).id == "run/1"
    with pytest.raises(InvalidInputError, match=rf"{path}:2: invalid JSON"):
        next(reader)


def test_memory_holds_one_trajectory_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "large.jsonl.gz"
    line = json.dumps(run(1, [*TURNS[:2], {**TURNS[2], "content": "x" * 100_000}])) + "\n"
    with gzip.open(path, "wt") as file:
        file.writelines([line] * 300)
    tracemalloc.start()
    try:
        assert sum(1 for _ in TrajectoryReader(str(path))) == 300
        assert tracemalloc.get_traced_memory()[1] < 30 * len(line)
    finally:
        tracemalloc.stop()


def lines(*texts: str) -> bytes:
    return "\n".join(texts).encode()


GOOD = json.dumps(run(1))
ZIPPED = gzip.compress(lines(*[GOOD] * 3))
TWO_RESULTS = [*TURNS[:3], TURNS[2], TURNS[3]]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", r"bad: is empty"),
        (b"\n \n", r"bad: is empty"),
        (lines(GOOD, GOOD, "{"), r"bad:3: invalid JSON"),
        (lines(GOOD, "[" * 100_000), r"bad:2: JSON that cannot be read"),
        (lines(GOOD) + b"\n\xff\xfe", r"bad:2: is not UTF-8 text \(byte 1\)"),
        (ZIPPED[:-12], r"bad:\d: the gzip data is cut off here"),
        (ZIPPED[:40] + b"\0" * 20 + ZIPPED[60:], r"bad:\d: the gzip data is damaged here"),
        (lines("[1]"), r"bad:1: a trajectory must be an object"),
        (lines('{"id": "1"}'), r"bad:1: messages: Field required"),
        (lines('{"id": 7, "messages": [{}]}'), r"bad:1: id: Input should be a valid string"),
        (lines('{"id": "1", "messages": []}'), r"bad:1: messages: .*at least 1 item"),
        (lines('{"id": "1", "messages": [4]}'), r"bad:1: messages.0: Input should be a valid dictionary"),
        (lines('{"id": "1", "messages": [{"role": "bot"}]}'), r"bad:1: 1: role 'bot' is none of"),
        (
            lines(GOOD, json.dumps(run(2, ORPHAN))),
            r"bad:2: run/2: message 1 is a tool result without a call.*'c9'",
        ),
        (
            lines(json.dumps(run(1, TWO_RESULTS))),
            r"bad:1: run/1: message 1 .*more than one result of the call 'c1'",
        ),
        (
            lines(json.dumps(run(1, [TURNS[0], TURNS[1], TURNS[3]]))),
            r"bad:1: run/1: message 1 .*without a result right behind it: 'c1'",
        ),
        (
            lines(json.dumps(run(1, [*TURNS[:2], {**TURNS[2], "tool_call_id": "c2"}, TURNS[3]]))),
            r"bad:1: run/1: message 1 .*result without a call: 'c2'",
        ),
    ],
)
def test_a_defect_is_one_line_that_names_file_and_line(tmp_path: Path, data: bytes, problem: str) -> None:
    path = tmp_path / "bad"
    path.write_bytes(data)
    with pytest.raises(InvalidInputError, match=problem) as caught:
        trajectories(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_run_may_end_in_an_open_call(write_lines: WriteLines) -> None:
    assert len(trajectories(write_lines("runs.jsonl", [run(1, TURNS[:2])]))) == 1


@pytest.mark.parametrize("read", [trajectories, read_conversation])
def test_what_is_no_file_is_said_at_once(tmp_path: Path, read: Callable[[str], Any]) -> None:
    with pytest.raises(InvalidInputError, match="missing: no such file"):
        read(str(tmp_path / "missing"))
    with pytest.raises(InvalidInputError, match=f"{tmp_path}: is a directory, not a file"):
        read(str(tmp_path))
    plain = tmp_path / "plain.jsonl.gz"
    plain.write_text(GOOD)
    with pytest.raises(InvalidInputError, match="is not a gzip file"):
        read(str(plain))


def test_image_paths_open_from_anywhere_and_are_written_as_they_were(write_lines: WriteLines) -> None:
    urls = ["img/a.png", "data:image/png;base64,AA", "https://example.com/b.png"]
    blocks = [{"type": "image_url", "image_url": {"url": url, "detail": "low"}} for url in urls]
    path = write_lines("runs.jsonl", [run(1, [{"role": "user", "content": blocks}])])
    trajectory = trajectories(path)[0]
    located = [part.image.url for part in trajectory.views[0].parts if part.image]
    assert located == [str(path.parent / "img/a.png"), *urls[1:]]
    assert trajectory.as_written(trajectory.messages)[0]["content"] == blocks


SERIALIZED = [dumpd(message) for message in LANGCHAIN]
FORMS: dict[str, str] = {
    "list": json.dumps(TURNS),
    "object": json.dumps({"model": "m", "messages": TURNS}, indent=1),
    "lines": "\n".join(map(json.dumps, TURNS)),
    "one line": json.dumps({"messages": TURNS}) + "\n",
    "langchain": json.dumps(messages_to_dict(LANGCHAIN)),
    "langchain lines": "\n".join(map(json.dumps, messages_to_dict(LANGCHAIN))),
    "serialized": json.dumps({"messages": SERIALIZED}),
    "serialized without type": json.dumps(
        [{**one, "kwargs": {k: v for k, v in one["kwargs"].items() if k != "type"}} for one in SERIALIZED]
    ),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("zipped", [False, True])
def test_a_conversation_is_read_and_written_in_its_own_form(tmp_path: Path, form: str, zipped: bool) -> None:
    path = tmp_path / "chat.json"
    path.write_bytes(gzip.compress(FORMS[form].encode()) if zipped else FORMS[form].encode())
    conversation = read_conversation(str(path))
    expected: list[Any] = LANGCHAIN if "lang" in form or "serial" in form else TURNS
    assert conversation.messages == expected

    again = tmp_path / "again.json"
    again.write_text(conversation.dumps(conversation.messages[:1]))
    second = read_conversation(str(again))
    assert second.messages == conversation.messages[:1]
    assert (second.form, second.lines) == (conversation.form, conversation.lines)
    assert (second.envelope or {}).get("model") == (conversation.envelope or {}).get("model")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "bad: is empty"),
        ('[\n {"role": "user"},\n nope]', "bad:3: invalid JSON"),
        ('{"role": "user", "content": "a"}\n\n{"role"', "bad:3: invalid JSON"),
        ('"hello"', "bad:1: holds no conversation"),
        ('{"messages": "none"}', "bad:1: holds no conversation"),
        ("[]", "bad:1: holds no conversation"),
        (f"{GOOD}\n{GOOD}", "bad:2: holds more than one conversation"),
        (json.dumps(ORPHAN, indent=1), "bad:6: message 1 is a tool result without a call"),
        (
            json.dumps({"a": 1, "messages": ORPHAN}, indent=1),
            "bad:8: message 1 is a tool result without a call",
        ),
        ("\n".join(map(json.dumps, ORPHAN)), "bad:2: message 1 is a tool result without a call"),
        (json.dumps([TURNS[0], 7]), "bad:1: message 1: must be an object"),
        (json.dumps([{"role": "bot"}]), "bad:1: message 0: role 'bot'"),
        (json.dumps([TURNS[0], SERIALIZED[0]]), "bad:1: message 1: is written in another form"),
        ('[{"type": "alien", "data": {}}]', "bad:1: message 0: is no LangChain message"),
        ('[{"type": "human", "data": {"content": 5}}]', "bad:1: message 0: is no LangChain message"),
        ('[{"lc": 1, "id": 3, "kwargs": {}}]', "bad:1: message 0: is no LangChain message"),
    ],
)
def test_a_defect_of_a_conversation_names_file_and_line(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "bad"
    path.write_text(text)
    with pytest.raises(InvalidInputError, match=problem) as caught:
        read_conversation(str(path))
    assert "\n" not in str(caught.value)
