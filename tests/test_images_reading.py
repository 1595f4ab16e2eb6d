"""Reading the text in images."""

import base64
import socket
import sys
from collections.abc import Iterator
from io import BytesIO
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcompress.errors import MissingDependencyError
from agentcompress.images import RapidReader, reading
from agentcompress.images.rows import rows_of
from agentcompress.values import Image, TextLine


@pytest.fixture
def no_engine() -> Iterator[None]:
    """The engine as a process has it that never read anything."""
    reading._engine.cache_clear()
    yield
    reading._engine.cache_clear()


class FakeEngine:
    """Finds what it is told, and counts how often it is asked."""

    def __init__(self, *found: tuple[str, list[list[float]]]) -> None:
        self.found = found
        self.asked: list[Any] = []

    def __call__(self, pixels: Any) -> SimpleNamespace:
        self.asked.append(pixels)
        boxes = np.array([quad for _, quad in self.found]) if self.found else None
        return SimpleNamespace(boxes=boxes, txts=tuple(text for text, _ in self.found) or None)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    fake = FakeEngine()
    monkeypatch.setattr(reading, "_engine", lambda: fake)
    return fake


def shown(picture: PIL.Image.Image, kind: str = "PNG", **options: Any) -> Image:
    buffer = BytesIO()
    picture.save(buffer, kind, **options)
    return Image(url=f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}")


def quad(left: float, top: float, right: float, bottom: float) -> list[list[float]]:
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def test_an_image_is_read_once_however_it_comes(engine: FakeEngine, tmp_path: Path) -> None:
    engine.found = (("total", quad(1, 2, 9, 8)),)
    reader = RapidReader(tmp_path)
    picture = PIL.Image.new("RGB", (10, 10), "red")
    picture.save(tmp_path / "a.png")
    first = reader.lines(shown(picture))
    assert first == (TextLine(text="total", box=(1, 2, 9, 8)),)
    assert reader.lines(Image(url="a.png")) == first
    assert len(engine.asked) == 1
    reader.lines(shown(picture.resize((20, 5))))
    assert len(engine.asked) == 2
    assert engine.asked[0][0, 0].tolist() == [0, 0, 255]  # OpenCV's order


def test_few_images_are_remembered(engine: FakeEngine) -> None:
    reader = RapidReader(images=2)
    pictures = [shown(PIL.Image.new("L", (10, 10), grey)) for grey in (0, 80, 160)]
    for picture in (*pictures, pictures[2], pictures[0]):
        reader.lines(picture)
    assert len(engine.asked) == 4


def test_boxes_lie_inside_of_the_upright_image(engine: FakeEngine) -> None:
    engine.found = (("a", quad(-3.5, 1.2, 40.9, 70)), ("b", quad(5, 5, 5, 5)), (" ", quad(0, 0, 9, 9)))
    turned = PIL.Image.Exif()
    turned[0x0112] = 6  # to be turned by a quarter
    image = shown(PIL.Image.new("RGB", (60, 30)), "JPEG", exif=turned)
    boxes = {line.text: line.box for line in RapidReader().lines(image)}
    assert boxes == {"a": (0, 1, 30, 60), "b": (5, 5, 6, 6)}


def test_what_cannot_be_read_has_no_text(engine: FakeEngine) -> None:
    reader = RapidReader()
    for url in ("https://example.org/a.png", "missing.png", "data:image/png;base64,AAAA", ""):
        assert reader.lines(Image(url=url)) == ()
    assert not engine.asked
    assert reader.lines(shown(PIL.Image.new("RGBA", (10, 10), (0, 0, 0, 0)))) == ()
    assert engine.asked[0].min() == 255  # nothing is seen through to black


lines = st.builds(
    lambda left, top, width, height: TextLine(text="x", box=(left, top, left + width, top + height)),
    st.integers(0, 100),
    st.integers(0, 100),
    st.integers(1, 50),
    st.integers(1, 20),
)


@given(st.lists(lines, max_size=12), st.randoms(use_true_random=False))
def test_rows_are_of_the_page_not_of_the_detector(found: list[TextLine], random: Any) -> None:
    rows = rows_of(found)
    assert sorted(chain.from_iterable(rows), key=str) == sorted(found, key=str)
    shuffled = found.copy()
    random.shuffle(shuffled)
    assert rows_of(shuffled) == rows
    for row in rows:
        assert row == sorted(row, key=lambda line: line.box)
        assert max(line.box[1] for line in row) <= min(line.box[3] for line in row)


def test_a_row_is_read_from_left_to_right() -> None:
    boxes = {"Total": (5, 101, 60, 120), "12.00": (200, 98, 250, 117), "Date": (5, 70, 50, 90)}
    rows = rows_of([TextLine(text=text, box=box) for text, box in boxes.items()])
    assert [[line.text for line in row] for row in rows] == [["Date"], ["Total", "12.00"]]


def test_without_the_extra_there_is_one_clear_error(monkeypatch: pytest.MonkeyPatch, no_engine: None) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'agentcompress\[ocr\]'"):
        RapidReader()


def test_rapidocr_reads_offline_and_says_nothing(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], no_engine: None
) -> None:
    pytest.importorskip("rapidocr")
    pytest.importorskip("onnxruntime")

    def refuse(*_: Any) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    picture = PIL.Image.new("RGB", (400, 120), "white")
    draw = PIL.ImageDraw.Draw(picture)
    font = PIL.ImageFont.load_default(24)
    draw.text((20, 15), "Invoice 4711", "black", font)
    draw.text((20, 70), "Total", "black", font)
    draw.text((250, 70), "18.50", "black", font)
    reader = RapidReader()
    found = reader.lines(shown(picture))
    assert [line.text.replace(" ", "") for line in found] == ["Invoice4711", "Total", "18.50"]
    assert found[0].box[3] < found[1].box[1] < found[2].box[3]
    assert reader.lines(shown(PIL.Image.new("RGB", (64, 64), "white"))) == ()
    assert reader.name.startswith("rapidocr-3")
    assert capfd.readouterr() == ("", "")
