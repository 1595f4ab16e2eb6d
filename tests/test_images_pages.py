"""Pages of text: what is blank goes first, then whole lines; what is shown can be read."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentcompress import Compressor
from agentcompress.images import is_page, look_of, strips_of
from agentcompress.images.drawing import ImageDrawer
from agentcompress.images.opening import opened
from agentcompress.tokens import RequestCounter, default_counter, image_formula
from agentcompress.values import Image, ImageView, Plan, TextLine

from .pages import EXTENT, LINES, PageReader, page, phone, uri

STRIPS = strips_of(LINES, EXTENT)


def test_a_page_is_known_by_how_much_of_it_is_text() -> None:
    look = look_of(page(), EXTENT)
    assert is_page(look, LINES)
    assert not is_page(look, LINES[:3])
    assert not is_page(look, ())
    wide = page().resize((800, 600))
    stretched = [
        TextLine(text=one.text, box=(2 * one.box[0], one.box[1], 2 * one.box[2], one.box[3])) for one in LINES
    ]
    assert not is_page(look_of(wide, wide.size), stretched)


@pytest.mark.parametrize("size", [(1080, 2400), (1170, 2532), (750, 1334), (390, 844), (1080, 1920)])
def test_a_phone_is_no_page_however_much_text_it_shows(size: tuple[int, int]) -> None:
    picture, lines = phone(size)
    assert not is_page(look_of(picture, size), lines)


def test_a_screen_of_no_known_size_is_told_by_its_clock_or_by_its_dark_ground() -> None:
    size = (700, 1_500)
    picture, lines = phone(size)
    assert is_page(look_of(picture, size), lines)
    picture, lines = phone(size, clock="9:41")
    assert not is_page(look_of(picture, size), lines)
    picture, lines = phone(size, ground="#101418", ink="white")
    assert not is_page(look_of(picture, size), lines)


def test_a_page_may_say_when_it_was_faxed_and_be_as_grey_as_a_photograph() -> None:
    size = (700, 1_500)
    picture, lines = phone(size, clock="2018-03-05 18:30")
    assert is_page(look_of(picture, size), lines)
    picture, lines = phone(size, ground="#b4b0a8")
    assert is_page(look_of(picture, size), lines)


@given(st.sets(st.integers(0, len(LINES) - 1), min_size=1))
def test_strips_together_show_just_their_lines_and_those_can_be_read(chosen: set[int]) -> None:
    view = ImageView.joined(STRIPS[number] for number in chosen)
    for number, line in enumerate(LINES):
        assert view.legible(line.box, EXTENT) == (number in chosen)
    tops = [box[1] for box in view.crops]
    assert tops == sorted(tops)
    assert all(above[3] < below[1] for above, below in zip(view.crops, view.crops[1:], strict=False))
    assert view.height <= sum(STRIPS[number].height for number in chosen) + len(chosen)


def test_overlapping_lines_are_drawn_once() -> None:
    near = [TextLine(text=text, box=(10, top, 90, top + 20)) for text, top in (("a", 50), ("b", 72))]
    view = ImageView.joined(strips_of(near, (100, 200)))
    assert [box[1::2] for box in view.crops] == [(45, 97)]


def test_what_is_drawn_is_the_strips_one_below_the_other() -> None:
    view = ImageView.of(tuple(box for strip in (STRIPS[0], STRIPS[4]) for box in strip.crops), 1.0)
    drawn = ImageDrawer().drawn(Image(url=uri()).shown(view))
    assert drawn is not None
    picture = opened(Image(url=drawn.url))
    assert picture is not None
    assert picture.size == (view.width, view.height)
    top = 0
    for box in view.crops:
        part = page().crop(box)
        assert picture.crop((0, top, part.width, top + part.height)).tobytes() == part.tobytes()
        top += part.height


def asked(question: str) -> list[dict[str, Any]]:
    call = {"id": "c", "type": "function", "function": {"name": "scan", "arguments": "{}"}}
    image = {"type": "image_url", "image_url": {"url": uri()}}
    return [
        {"role": "user", "content": question},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": [image]},
    ]


COMPRESSOR = Compressor(
    1_000,
    counter=RequestCounter(counter=default_counter(), images=image_formula("claude-3-5-sonnet")),
    text_reader=PageReader(),
    encoder="static",
)


@settings(max_examples=20)
@given(st.integers(30, 330))
def test_no_line_of_a_page_is_shown_too_small_to_be_read(budget: int) -> None:
    result = COMPRESSOR.with_budget(budget).compress(asked("What is the total?"))
    assert result.tokens_after <= budget
    views = [choice.view for choices in result.plan.shown.values() for choice in choices if choice.view]
    shown = [line for line in LINES if any(view.shows(line.box) for view in views)]
    assert all(any(view.legible(line.box, EXTENT) for view in views) for line in shown)


def test_strips_and_text_come_in_one_plan_that_outlives_the_process() -> None:
    messages = asked("What is the total?")
    result = COMPRESSOR.with_budget(50).compress(messages)
    plan = Plan.from_dict(json.loads(json.dumps(result.plan.to_dict())))
    assert COMPRESSOR.with_budget(50).shown(messages, plan) == result.messages
    assert COMPRESSOR.with_budget(50).compress(messages, plan=plan).messages == result.messages
    reasons = COMPRESSOR.with_budget(50).explain(messages)
    assert len(reasons) == 2 + len(LINES)


@pytest.mark.parametrize("question", ["What is the total?", "What is the date?"])
def test_the_line_that_the_question_names_is_shown(question: str) -> None:
    result = COMPRESSOR.with_budget(38).compress(asked(question))
    views = [choice.view for choices in result.plan.shown.values() for choice in choices if choice.view]
    said = json.dumps(result.messages)
    line = next(line for line in LINES if line.text.split()[0].lower() in question)
    assert line.text in said or any(view.shows(line.box) for view in views)
    assert sum(view.shows(line.box) for line in LINES for view in views) < len(LINES)
