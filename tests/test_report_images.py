"""Images in the HTML report: thumbnails in which grey is what was not sent, and words that say the rest."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from agentcompress import Compressor
from agentcompress.images import Thumbnail, thumbnail
from agentcompress.messages import OpenAICodec
from agentcompress.report.frames import FrameViews
from agentcompress.report.html import compression_report, write_compression_report
from agentcompress.report.page import write_report
from agentcompress.report.run import FrameView, RunReport
from agentcompress.tokens import RequestCounter
from agentcompress.values import Box, Choice, Image, ImageView, TextLine

from .pictures import block, encoded, frames, screen
from .reports import carried, step, view

COUNT = RequestCounter.for_model(None, image_model="claude-3-5-sonnet")
WHOLE: tuple[Box, ...] = ((0, 0, 640, 480),)
SCREENS = [encoded(screen(seed)) for seed in range(9)]


class Reader:
    """Reads ten rows in every image."""

    name = "fake"

    def lines(self, image: Image) -> list[TextLine]:
        return [TextLine(text=f"Row {n}: {37 * n}", box=(10, 40 * n, 500, 40 * n + 20)) for n in range(10)]


def shown(messages: list[Any], budget: int, **options: Any) -> list[FrameView]:
    """What became of the images of one compression."""
    result = Compressor(budget, counter=COUNT, **options).compress(messages)
    report = compression_report(messages, result, counter=COUNT, text_reader=options.get("text_reader"))
    return [frame for view in report.steps[0].messages for frame in view.frames]


class ColumnReader(Reader):
    """Reads each row as two lines, name and number."""

    def lines(self, image: Image) -> list[TextLine]:
        halves = [(line.text.split(": "), line.box) for line in super().lines(image)]
        return [
            TextLine(text=text, box=(box[0] + 250 * half, box[1], box[0] + 250 * half + 200, box[3]))
            for texts, box in halves
            for half, text in enumerate(texts)
        ]


def view_of(url: str, *choices: Choice, reader: Reader | None = None) -> FrameView:
    """What is said of a single image of which that is shown."""
    message = OpenAICodec().read({"role": "user", "content": [block(url)]})
    (frame,) = FrameViews(COUNT, reader).of(message, choices)
    return frame


def choice(**fields: Any) -> Choice:
    return Choice(part=0, start=0, end=0, **fields)


def test_every_image_has_its_fate() -> None:
    found = shown(frames(SCREENS, text="A screen."), 600)
    assert (found[0].fate, found[0].kept) == ("dropped", ())
    assert re.fullmatch(r"640 x 480 → \d+ x \d+, \d+ tokens", found[-2].fate)
    assert found[-2].kept == found[-1].kept == WHOLE
    assert found[-1].fate == "full, 410 tokens"
    assert all(frame.thumbnail for frame in found)


def test_a_frame_that_a_newer_one_repeats_is_not_shown() -> None:
    found = shown(frames([SCREENS[2], SCREENS[1], SCREENS[2]]), 1_000)
    assert [frame.fate for frame in found] == ["repeated below", "full, 410 tokens", "full, 410 tokens"]
    assert [frame.kept for frame in found] == [(), WHOLE, WHOLE]


def test_images_alone_in_turns_of_the_user_are_told_apart() -> None:
    messages = [{"role": "user", "content": [block(url)]} for url in SCREENS[:5]]
    result = Compressor(900, counter=COUNT).compress(messages)
    views = compression_report(messages, result, counter=COUNT).steps[0].messages
    assert sum(view.tokens_after for view in views) == result.tokens_after
    assert [len(view.frames) for view in views if view.state != "added"] == [1] * 5
    assert sum(view.frames[0].fate == "dropped" for view in views if view.state == "folded") == result.folded


def test_of_a_crop_the_rest_is_grey() -> None:
    crops = ((0, 0, 640, 60), (100, 200, 300, 260))
    frame = view_of(SCREENS[0], choice(view=ImageView(width=320, height=64, crops=crops)))
    assert frame.fate == "640 x 480 → 2 of its regions, 320 x 64, 28 tokens"
    assert frame.kept == crops


def test_of_lines_read_as_text_the_rest_is_grey() -> None:
    said = choice(rendition="condensed", text="[text in the image] \nRow 2: 74\nRow 3: 111\n…\nRow 7: 259")
    frame = view_of(SCREENS[0], said, reader=Reader())
    assert re.fullmatch(r"3 of 10 lines as text, \d+ tokens", frame.fate)
    assert [top for _, top, _, _ in frame.kept] == [80, 120, 280]
    blind = view_of(SCREENS[0], said)
    assert re.fullmatch(r"3 lines as text, \d+ tokens", blind.fate)
    assert blind.kept == ()


def test_lines_on_one_row_are_the_row_that_was_chosen() -> None:
    said = choice(rendition="condensed", text="[text in the image] Row 2  74\n…\nRow 7  259")
    frame = view_of(SCREENS[0], said, reader=ColumnReader())
    assert re.fullmatch(r"2 of 10 lines as text, \d+ tokens", frame.fate)
    assert [(left, top, right) for left, top, right, _ in frame.kept] == [(10, 80, 460), (10, 280, 460)]


def test_lines_that_were_chosen_are_found_again() -> None:
    question = {"role": "user", "content": "What is in row 7, 259?"}
    messages = [question, *frames(SCREENS[:1])[1:]]
    (frame,) = shown(messages, 60, text_reader=Reader(), keep_images=0)
    assert "of 10 lines as text" in frame.fate
    assert (10, 280, 500, 300) in frame.kept


@pytest.mark.parametrize("url", ["data:image/png;base64,AAAA", "https://example.com/a.png", "none.png"])
def test_an_image_that_cannot_be_read_has_a_box_that_says_so(url: str, tmp_path: Path) -> None:
    messages = frames([url])
    result = Compressor(5_000, counter=COUNT).compress(messages)
    write_compression_report(tmp_path / "r.html", messages, result, counter=COUNT)
    html = (tmp_path / "r.html").read_text(encoding="utf-8")
    data = carried(html)
    assert [["full, 1,600 tokens", None, []]] in [view[7] for view in data["views"]]
    assert data["pictures"] == []
    assert "https://example" not in json.dumps(data)


def test_a_thumbnail_is_small_upright_and_on_white() -> None:
    clear = screen(1).convert("RGBA")
    clear.putalpha(0)
    small = thumbnail(Image(url=encoded(clear)))
    assert small is not None
    assert (small.size, small.extent) == ((160, 120), (640, 480))
    turned = screen(1)
    turned.getexif()[0x0112] = 6
    upright = thumbnail(Image(url=encoded(turned, "JPEG", exif=turned.getexif())))
    assert upright is not None
    assert (upright.size, upright.extent) == ((120, 160), (480, 640))


def test_pictures_have_words_stand_once_and_reach_for_nothing(tmp_path: Path) -> None:
    frame = view_of(SCREENS[0], choice())
    grey = view_of(SCREENS[0])
    of_images = step(view("", spans=(), frames=(frame, grey)))
    write_report(RunReport(title="t", steps=[of_images, of_images]), tmp_path / "r.html")
    html = (tmp_path / "r.html").read_text(encoding="utf-8")
    data = carried(html)
    ((url, *sizes),) = data["pictures"]
    assert url.startswith("data:image/jpeg;base64,")
    assert sizes == [160, 120, 640, 480]
    assert data["views"][0][7] == [["full, 410 tokens", 0, [[0, 0, 640, 480]]], ["dropped", 0, []]]
    assert "img-src data:;" in html


def test_a_hundred_screenshots_make_a_small_report(tmp_path: Path) -> None:
    urls = [encoded(screen(seed).effect_spread(8), "JPEG") for seed in range(100)]
    messages = frames(urls)
    result = Compressor(20_000, counter=COUNT).compress(messages)
    write_compression_report(tmp_path / "r.html", messages, result, counter=COUNT)
    assert (tmp_path / "r.html").stat().st_size < 2_000_000


def test_of_more_pictures_than_a_page_has_room_for_the_newest_are_kept(tmp_path: Path) -> None:
    many = [
        Thumbnail(url=f"data:image/jpeg;base64,{n:04}{'A' * 400_000}", size=(1, 1), extent=(2, 2))
        for n in range(9)
    ]
    shown = tuple(FrameView(fate="dropped", thumbnail=one, kept=()) for one in many)
    of_images = step(view("", spans=(), frames=shown))
    write_report(RunReport(title="t", steps=[of_images]), tmp_path / "r.html")
    pictures = carried((tmp_path / "r.html").read_text(encoding="utf-8"))["pictures"]
    assert [bool(url) for url, *_ in pictures] == [False] * 2 + [True] * 7
