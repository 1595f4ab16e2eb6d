"""Older screens of which the newest one shows nearly all: only what differs is shown."""

import json
import random
import re
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageChops
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentcompress import Budget, Compressor
from agentcompress.images import opened
from agentcompress.messages import OpenAICodec
from agentcompress.report.html import compression_report
from agentcompress.tokens import RequestCounter
from agentcompress.values import Box, Image, Plan

from .pictures import block, encoded, frames, screen, urls_of

COUNT = RequestCounter.for_model(None, image_model="claude-3-5-sonnet")
MARK = re.compile(r"only what differs from (?:the next image|the image (\d+) later), at ")
BOX = (192, 160, 352, 240)


def compressor(budget: int | Budget, **options: Any) -> Compressor:
    return Compressor(budget, counter=COUNT, **options)


def variant(seed: int, *boxes: Box, of: int = 1) -> PIL.Image.Image:
    """A screen with other things in some regions of it."""
    picture = screen(of)
    for number, box in enumerate(boxes):
        left, top, right, bottom = box
        grey = picture.convert("L").crop(box)
        dark = np.asarray(grey).astype(int) < 128
        shift = 60 + 13 * (seed + number) % 60
        other = np.where(dark, np.asarray(grey) + shift, np.asarray(grey).astype(int) - shift)
        patch = PIL.Image.fromarray(other.astype(np.uint8)).convert("RGB")
        picture.paste(patch.resize((right - left, bottom - top)), (left, top))
    return picture


def boxes_of(said: str) -> list[Box]:
    """Where a mark says that its regions stand."""
    places = said[said.index("[only what differs") :].split("]", 1)[0].rsplit(" at ", 1)[1].split("; ")
    return [(int(a), int(b), int(c), int(d)) for a, b, c, d in (place.split(",") for place in places)]


def rebuilt(content: list[Any], newest: PIL.Image.Image) -> PIL.Image.Image:
    """What a reader makes of a mark and the regions behind it."""
    mark, regions = content
    picture = opened(Image(url=regions["image_url"]["url"]))
    assert picture is not None
    made, top = newest.copy(), 0
    for box in boxes_of(mark["text"]):
        width, height = box[2] - box[0], box[3] - box[1]
        made.paste(picture.crop((0, top, width, top + height)), box[:2])
        top += height
    assert top == picture.height
    return made


@pytest.mark.parametrize(
    "boxes",
    [[BOX], [(0, 0, 80, 40), (560, 440, 640, 480)], [(0, 200, 640, 216)]],
    ids=["one", "corners", "row"],
)
def test_regions_and_the_newest_image_are_the_older_one(boxes: list[Box]) -> None:
    old, new = variant(1, *boxes), screen(1)
    result = compressor(650).compress(frames([encoded(old), encoded(new)]))
    shown = result.messages[2]["content"]
    assert shown[0]["text"].startswith("[only what differs from the next image, at ")
    assert PIL.ImageChops.difference(rebuilt(shown, new), old).getbbox() is None
    assert urls_of(result.messages)[-1] == encoded(new)
    assert result.tokens_after <= 650


def test_the_mark_says_from_which_image() -> None:
    urls = [encoded(variant(1, BOX)), encoded(screen(5)), encoded(screen(6)), encoded(screen(1))]
    said = json.dumps(compressor(700).compress(frames(urls)).messages)
    assert "[only what differs from the image 3 later, at " in said


def test_the_mark_counts_the_images_that_are_shown() -> None:
    urls = [encoded(variant(1, BOX)), encoded(screen(5)), encoded(screen(6)), encoded(screen(1))]
    result = compressor(500).compress(frames(urls))
    assert len(urls_of(result.messages)) == 2
    assert "[only what differs from the next image, at " in json.dumps(result.messages)


@pytest.mark.parametrize(("limit", "prices"), [(850, "anthropic"), (1_000, "anthropic"), (900, "none")])
@pytest.mark.parametrize("chance", range(3))
def test_each_mark_leads_to_the_right_image_as_long_as_it_stands(
    chance: int, limit: int, prices: str
) -> None:
    """Screens drift, and sometimes all of it changes; what a mark names is there and shows the rest."""
    drawn = random.Random(chance)
    pictures, boxes, screens = list[PIL.Image.Image](), list[Box](), 1
    for step in range(9):
        if drawn.random() < 0.25:
            boxes, screens = [], screens + 1
        left = 80 * drawn.randrange(6)
        boxes = [*boxes, (left, 40 * step, left + 80, 40 * step + 40)]
        pictures.append(variant(0, *boxes, of=screens))
    messages, plan = frames(list(map(encoded, pictures))), Plan()
    by_url = dict(zip(urls_of(messages), pictures, strict=True))
    long_run = compressor(Budget.for_long_run(limit), prices=prices)
    for end in range(3, len(messages) + 1, 2):
        result = long_run.compress(messages[:end], plan=plan)
        plan = result.plan
        for place, message in enumerate(result.messages):
            if mark := MARK.search(json.dumps(message["content"])):
                other = urls_of(result.messages[place + 1 :])[int(mark[1] or 1) - 1]
                # One that is shown smaller has its own bytes.
                if other in by_url:
                    made = rebuilt(message["content"][:2], by_url[other])
                    original = pictures[int(message["tool_call_id"].removeprefix("c"))]
                    assert PIL.ImageChops.difference(made, original).getbbox() is None


def test_of_several_newest_images_the_nearest_in_looks_counts() -> None:
    urls = [encoded(variant(1, BOX)), encoded(screen(1)), encoded(screen(2))]
    alone = json.dumps(compressor(600).compress(frames(urls)).messages)
    both = json.dumps(compressor(1_050, keep_images=2).compress(frames(urls)).messages)
    assert "only what differs" not in alone
    assert "[only what differs from the next image, at " in both


def test_regions_that_cost_as_much_as_the_image_are_none() -> None:
    urls = [encoded(screen(2)), encoded(screen(1))]
    assert "only what differs" not in json.dumps(compressor(650).compress(frames(urls)).messages)
    wide = [encoded(screen(1, (640, 320))), encoded(screen(1))]
    assert "only what differs" not in json.dumps(compressor(650).compress(frames(wide)).messages)


def test_while_images_are_not_kept_in_full_none_is_compared_with() -> None:
    urls = [encoded(variant(1, BOX)), encoded(screen(1))]
    said = json.dumps(compressor(500, keep_images=0).compress(frames(urls)).messages)
    assert "only what differs" not in said


def test_where_the_newest_image_cannot_be_read_none_is_compared_with() -> None:
    urls = [encoded(variant(1, BOX)), encoded(screen(1)), "https://example.com/a.png"]
    result = compressor(2_300).compress(frames(urls))
    assert result.evicted
    assert "only what differs" not in json.dumps(result.messages)


def test_an_image_of_the_user_s_is_compared_with_too() -> None:
    messages = frames([encoded(variant(1, BOX))])
    content = [block(encoded(screen(1))), {"type": "text", "text": "What changed here?"}]
    result = compressor(700).compress([*messages, {"role": "user", "content": content}])
    assert "[only what differs from the next image, at " in json.dumps(result.messages)
    assert result.messages[-1]["content"] == content


def test_a_stored_plan_shows_the_same_regions() -> None:
    messages = frames([encoded(variant(1, BOX)), encoded(screen(1))])
    result = compressor(650).compress(messages)
    stored = Plan.from_dict(json.loads(json.dumps(result.plan.to_dict())))
    assert compressor(650).compress(messages, plan=stored).messages == result.messages


@settings(max_examples=30)
@given(
    st.lists(st.integers(0, 5), min_size=2, max_size=6),
    st.integers(100, 1_500),
    st.sampled_from(["claude-3-5-sonnet", "gpt-4o", "gpt-5-mini", "claude-opus-4-7", "qwen2.5-vl"]),
)
def test_never_over_the_ceiling(seeds: list[int], ceiling: int, model: str) -> None:
    counter = RequestCounter.for_model(None, image_model=model)
    messages = frames([encoded(variant(seed, BOX) if seed else screen(1)) for seed in seeds])
    result = Compressor(ceiling, counter=counter).compress(messages)
    codec = OpenAICodec()
    assert sum(counter.message(codec.read(message)) for message in result.messages) <= ceiling


def test_the_report_says_what_is_shown_of_it() -> None:
    messages = frames([encoded(variant(1, BOX)), encoded(screen(1))])
    result = compressor(650).compress(messages)
    report = compression_report(messages, result, counter=COUNT)
    older, _ = (frame for view in report.steps[0].messages for frame in view.frames)
    assert re.fullmatch(r"640 x 480 → 1 of its regions, \d+ x \d+, \d+ tokens", older.fate)
    (box,) = older.kept
    assert box[0] <= BOX[0] <= BOX[2] <= box[2]
    assert box[1] <= BOX[1] <= BOX[3] <= box[3]
