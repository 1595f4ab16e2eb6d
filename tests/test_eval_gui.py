"""`eval` on images: can what an instruction asks for still be seen."""

import json
from pathlib import Path
from typing import Any

import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcompress.evaluation.evaluating import RecordReader
from agentcompress.evaluation.sights import Sight
from agentcompress.evaluation.targets import Target, read_target
from agentcompress.evaluation.viewers import VIEWER_NAMES
from agentcompress.evaluation.visibility import VisibilityEvaluation
from agentcompress.values import Box, ImageView, TextLine

from .commands import Command, WriteLines, fails
from .pages import EXTENT, LINES, PageReader, page, uri


def record(row: int = -1, **fields: Any) -> dict[str, Any]:
    line = LINES[row]
    return {
        "id": f"page/{row}",
        "source": "made",
        "instruction": "What is the total on this receipt?",
        "image": uri(),
        "bbox": list(line.box),
        "answer": line.text.split()[-1],
        **fields,
    }


def figures(records: list[dict[str, Any]], write_lines: WriteLines, **options: Any) -> dict[str, Any]:
    evaluation = VisibilityEvaluation(reader=PageReader(), **options)
    for one, reader in RecordReader(str(write_lines("gui_made.jsonl", records))):
        for look in evaluation.measure(read_target(one, reader)):
            evaluation.count(look)
    return evaluation.to_dict()


def kept(found: dict[str, Any], name: str) -> Any:
    return found["sets"]["made"]["policies"][name]["kept"]


boxes = st.tuples(st.integers(0, 300), st.integers(0, 500), st.integers(1, 100), st.integers(1, 100)).map(
    lambda box: (box[0], box[1], box[0] + box[2], box[1] + box[3])
)


@given(boxes, st.integers(1, 400))
def test_a_place_is_seen_where_it_is_eight_pixels_high(box: Box, width: int) -> None:
    view = ImageView(width=width, height=max(1, round(600 * width / 400)))
    sight = Sight(tokens=1, views=[view])
    assert sight.shows(box, EXTENT, ()) == ((box[3] - box[1]) * width / 400 >= 8)
    assert not Sight(tokens=1).shows(box, EXTENT, ())


def test_a_place_is_seen_where_all_of_its_text_is_said() -> None:
    lines = [TextLine(text="Total", box=(0, 0, 50, 20)), TextLine(text="78.00", box=(60, 2, 100, 22))]
    both = Sight(tokens=1, rows=["78.00", "Total"])
    assert both.shows((0, 0, 100, 20), EXTENT, lines)
    assert not Sight(tokens=1, rows=["Total"]).shows((0, 0, 100, 20), EXTENT, lines)
    assert Sight(tokens=1, rows=["Total"]).shows((5, 5, 45, 15), EXTENT, lines)
    assert not both.shows((200, 200, 220, 220), EXTENT, lines)
    assert both.says("total 78.00") is False
    assert Sight(tokens=1, rows=["Total", "78.00"]).says("TOTAL  78.00")


@pytest.mark.parametrize(("rule", "seen"), [("any of bboxes", True), ("all of bboxes", False)])
def test_all_or_any_of_the_places(rule: str, seen: bool) -> None:
    strip = ImageView(width=400, height=40, crops=((0, 0, 400, 40),))
    target = Target.model_validate(
        {**record(), "bboxes": [[0, 0, 50, 20], [0, 100, 50, 120]], "bbox_rule": rule}
    )
    assert Sight(tokens=1, views=[strip]).answers(target, EXTENT, ()) is seen


@pytest.mark.parametrize("budget", [0.5, 0.25, 0.1, 0.02, 90])
def test_only_full_goes_over_the_budget(write_lines: WriteLines, budget: int | float) -> None:
    found = figures([record(row) for row in (0, 5, -1)], write_lines, budget=budget, policies=VIEWER_NAMES)
    policies = found["sets"]["made"]["policies"]
    assert {name for name, row in policies.items() if row["over_budget"]} == {"full"}
    assert kept(found, "full") == 1
    assert (found["image_model"], found["reader"]) == ("claude-3-5-sonnet", "page")


def test_of_a_page_all_text_is_seen_where_scaling_alone_loses_it(write_lines: WriteLines) -> None:
    records = [record(row) for row in range(len(LINES))]
    found = figures(records, write_lines, budget=0.2, policies=["agentcompress", "uniform"])
    assert (kept(found, "agentcompress"), kept(found, "uniform")) == (1, 0)


def test_where_little_fits_the_line_that_is_asked_for_is_seen(write_lines: WriteLines) -> None:
    found = figures([record()], write_lines, budget=0.06, policies=["agentcompress", "uniform"])
    assert (kept(found, "agentcompress"), kept(found, "uniform")) == (1, 0)


def test_older_screens_make_room_for_the_newest(write_lines: WriteLines, tmp_path: Path) -> None:
    for number in range(3):
        PIL.Image.new("RGB", EXTENT, (80 * number, 0, 0)).save(tmp_path / f"{number}.png")
    page().save(tmp_path / "page.png")
    paths = [f"{number}.png" for number in range(3)]
    one = record(image="page.png", history_images=paths, task="Keep the books.")
    found = figures([one], write_lines, budget=0.5, policies=["agentcompress"])
    row = found["sets"]["made"]["policies"]["agentcompress"]
    assert (row["kept"], row["over_budget"]) == (1, 0)
    assert row["kept_ratio"] > 0.25


def test_eval_prints_gui_figures(command: Command, write_lines: WriteLines, tmp_path: Path) -> None:
    page().save(tmp_path / "page.png")
    one = record(image="page.png")
    del one["source"]
    data = write_lines("gui_shop.jsonl.gz", [one])
    policies = ["--policy", "uniform", "--policy", "full"]
    done = command("eval", data, "--budget", "0.5", "--json", "--image-model", "gpt-4o", *policies)
    assert (done.code, done.err) == (0, "")
    found = json.loads(done.out)["gui"]
    assert found["image_model"] == "gpt-4o"
    assert found["sets"]["shop"]["policies"]["full"]["kept"] == 1
    assert found["macro"]["policies"]["uniform"]["over_budget"] == 0
    done = command("eval", data, "--budget", "0.5", *policies)
    assert "% of targets seen" in done.out
    assert "shop" in done.out
    assert max(map(len, done.out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"image": "none.png"}, "cannot be read"),
        ({"bbox": None}, "a record needs bbox or bboxes"),
        ({"bbox": [5, 5, 5, 9]}, "a box needs left < right"),
        ({"bbox": [900, 5, 910, 9]}, "lies outside the image of 400 x 600"),
        ({"bbox_rule": "some"}, "bbox_rule: Input should be"),
        ({"instruction": 1}, "instruction: Input should be a valid string"),
    ],
)
def test_a_record_that_cannot_be_measured_is_one_clear_line(
    command: Command, write_lines: WriteLines, fields: dict[str, Any], problem: str
) -> None:
    data = write_lines("bad.jsonl", [record(), record(**fields)])
    done = command("eval", data, "--budget", "0.5", "--policy", "full")
    fails(done, problem)
    assert f"{data}:2: " in done.err


def test_settings_that_do_not_fit_are_refused(command: Command, write_lines: WriteLines) -> None:
    data = write_lines("gui.jsonl", [record()])
    fails(command("eval", data, "--budget", "0.5", "--image-model", "what"), "no image formula for model")
    fails(
        command("eval", data, "--budget", "0.5", "--policy", "bm25"),
        "policies for gui records are agentcompress, full, random, uniform",
    )
