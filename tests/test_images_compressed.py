"""Screens under a budget: the newest in full, older ones smaller, the same one once, all recallable."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import ToolMessage, convert_to_messages
from langchain_core.tools import StructuredTool

from agentcompress import Budget, Compressor
from agentcompress.archive import Recaller, archived
from agentcompress.images import image_size, opened
from agentcompress.integration.compressors import ModelCompressors
from agentcompress.messages import OpenAICodec, codec_for
from agentcompress.tokens import RequestCounter
from agentcompress.values import Image, Plan, TextLine

from .pictures import block, encoded, frames, screen, urls_of

MODEL = "claude-3-5-sonnet"
COUNT = RequestCounter.for_model(None, image_model=MODEL)
SCREEN = 410
"""Tokens of a screen of 640 x 480 pixels."""


def compressor(budget: int | Budget, **options: Any) -> Compressor:
    return Compressor(budget, counter=COUNT, **options)


def size(url: str) -> tuple[int, int]:
    found = image_size(Image(url=url))
    assert found is not None
    return found


def is_smaller(url: str) -> bool:
    return size(url)[0] < 640 and opened(Image(url=url)) is not None


def test_while_there_is_room_images_stay_as_they_are() -> None:
    messages = frames([encoded(screen(n)) for n in range(3)])
    assert compressor(10_000).compress(messages).messages == messages


def test_the_newest_image_stays_in_full_and_older_ones_shrink() -> None:
    urls = [encoded(screen(n)) for n in range(6)]
    result = compressor(1_000).compress(frames(urls))
    shown = urls_of(result.messages)
    assert result.tokens_after <= 1_000
    assert shown[-1] == urls[-1]
    assert len(shown) > 2
    assert all(map(is_smaller, shown[:-1]))


def test_as_many_of_the_newest_stay_in_full_as_are_asked_for() -> None:
    urls = [encoded(screen(n)) for n in range(6)]
    shown = urls_of(compressor(1_500, keep_images=3).compress(frames(urls)).messages)
    assert shown[-3:] == urls[-3:]
    with pytest.raises(ValueError, match="keep_images must be a whole number, 0 or more, got -1"):
        compressor(1_000, keep_images=-1)


def test_of_several_images_in_one_message_the_newest_stay_in_full() -> None:
    messages = frames([encoded(screen(0))])
    messages[-1]["content"] = [block(encoded(screen(n))) for n in range(6)]
    for kept in (1, 2):
        shown = urls_of(compressor(1_200, keep_images=kept).compress(messages).messages)
        whole = [url for url in shown if size(url) == (640, 480)]
        assert whole == [one["image_url"]["url"] for one in messages[-1]["content"][-kept:]]
        assert len(shown) > kept


def test_an_image_that_does_not_fit_comes_as_large_as_it_may() -> None:
    (shown,) = urls_of(compressor(300).compress(frames([encoded(screen(1))])).messages)
    assert 320 < size(shown)[0] < 640


def test_the_same_screen_is_shown_once_where_it_was_seen_last() -> None:
    again = encoded(screen(7), "JPEG", quality=70)
    urls = [encoded(screen(7)), encoded(screen(1)), encoded(screen(7), "JPEG", quality=90), again]
    result = compressor(1_000).compress(frames(urls))
    shown = urls_of(result.messages)
    assert shown[-1] == again
    assert len(shown) == 2
    assert f"[{SCREEN} tokens repeated below]" in json.dumps(result.messages)


def test_what_is_repeated_below_is_not_elided_besides() -> None:
    one = encoded(screen(7))
    result = compressor(900).compress(frames([one, encoded(screen(1)), one]))
    assert result.messages[2]["content"] == f"[{SCREEN} tokens repeated below]"


def test_screens_that_differ_in_a_word_are_two_screens() -> None:
    one, other = screen(7), screen(7)
    dark = one.convert("L").crop((96, 96, 112, 104)).tobytes()[0] < 128
    other.paste("white" if dark else "black", (96, 96, 112, 104))
    shown = urls_of(compressor(1_000).compress(frames([encoded(one), encoded(other)])).messages)
    assert len(shown) == 2


@settings(max_examples=40)
@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=7),
    st.integers(60, 2_000),
    st.sampled_from([MODEL, "gpt-4o", "gpt-5-mini", "claude-opus-4-1", "gemini-2.5-pro", "qwen2.5-vl"]),
)
def test_never_over_the_ceiling_whatever_the_formula(seeds: list[int], ceiling: int, model: str) -> None:
    counter = RequestCounter.for_model(None, image_model=model)
    messages = frames([encoded(screen(seed, (320, 240))) for seed in seeds], text="A screen.")
    result = Compressor(ceiling, counter=counter).compress(messages)
    codec = OpenAICodec()
    assert sum(counter.message(codec.read(message)) for message in result.messages) <= ceiling


def test_a_plan_that_was_stored_shows_the_same_bytes() -> None:
    messages = frames([encoded(screen(n)) for n in range(6)])
    result = compressor(1_000).compress(messages)
    stored = Plan.from_dict(json.loads(json.dumps(result.plan.to_dict())))
    assert stored == result.plan
    again = compressor(1_000).compress(messages, plan=stored)
    assert again.messages == result.messages
    assert not again.evicted


def test_between_two_evictions_images_stay_as_they_are_shown() -> None:
    budget = Budget.for_long_run(2_000)
    plan, evicted = Plan(), 0
    before: list[Any] = []
    messages = frames([encoded(screen(n)) for n in range(12)])
    for end in range(3, len(messages) + 1, 2):
        result = compressor(budget).compress(messages[:end], plan=plan)
        evicted += result.evicted
        assert result.evicted or result.messages[: len(before)] == before
        plan, before = result.plan, result.messages
    assert 0 < evicted < 5


@pytest.mark.parametrize("becomes", ["gone", "another"])
def test_what_was_drawn_of_a_file_stays_whatever_becomes_of_the_file(tmp_path: Path, becomes: str) -> None:
    files = [tmp_path / f"{number}.png" for number in range(4)]
    for number, file in enumerate(files):
        screen(number).save(file)
    messages = frames([str(file) for file in files])
    result = compressor(900).compress(messages)
    assert is_smaller(urls_of(result.messages)[0])
    stored = Plan.from_dict(json.loads(json.dumps(result.plan.to_dict())))
    assert stored == result.plan
    for file in files[:-1]:
        file.unlink()
        if becomes == "another":
            screen(99).save(file)
    again = compressor(900).compress(messages, plan=stored)
    assert again.messages == result.messages
    assert again.tokens_after == result.tokens_after


def test_the_plan_holds_no_picture_that_its_message_holds() -> None:
    result = compressor(1_000).compress(frames([encoded(screen(n)) for n in range(6)]))
    assert "data:" not in json.dumps(result.plan.to_dict())


@pytest.mark.parametrize("spare", range(40))
def test_the_newest_image_is_whole_wherever_it_fits_beside_its_call(spare: int) -> None:
    messages = frames([encoded(screen(n)) for n in range(4)], text="The window that came up is the third.")
    for message in messages[1::2]:
        message["content"] = "I click on the button that should bring up the settings of the printer now."
        message["tool_calls"] *= 3
    codec = OpenAICodec()
    task, call, answer = (codec.read(messages[index]) for index in (0, -2, -1))
    least = [
        task,
        call.with_parts(()),
        answer.with_parts(tuple(part for part in answer.parts if part.image)),
    ]
    marks = 3
    ceiling = sum(map(COUNT.message, least)) + marks + spare
    result = compressor(ceiling, keep_steps=0).compress(messages)
    assert result.tokens_after <= ceiling
    assert urls_of(result.messages)[-1] == urls_of(messages)[-1]
    assert "…" in json.dumps(result.messages, ensure_ascii=False) or "removed" in json.dumps(result.messages)
    smaller = urls_of(compressor(ceiling - marks - spare - 1, keep_steps=0).compress(messages).messages)
    assert all(map(is_smaller, smaller))


def test_in_a_long_run_the_newest_image_may_go_beyond_low_water() -> None:
    messages = frames([encoded(screen(n)) for n in range(4)])
    result = compressor(Budget(limit=500, keep=0.5)).compress(messages)
    assert urls_of(result.messages) == urls_of(messages)[-1:]
    assert result.tokens_after <= 500


def test_of_two_that_are_kept_the_same_screen_is_shown_once() -> None:
    one = encoded(screen(1))
    shown = urls_of(
        compressor(1_000, keep_images=2).compress(frames([encoded(screen(2)), one, one])).messages
    )
    assert shown.count(one) == 1


def test_an_image_shown_whole_but_smaller_needs_no_mark_unless_it_can_be_recalled() -> None:
    messages = frames([encoded(screen(n)) for n in range(4)])
    shown = compressor(1_300).compress(messages).messages
    assert len(urls_of(shown)) == 4
    assert "elided" not in json.dumps(shown)
    assert "elided, recall " in json.dumps(compressor(1_300, recallable=True).compress(messages).messages)


@pytest.mark.parametrize("ceiling", range(460, 1_300, 70))
def test_what_a_request_takes_is_what_its_messages_take_also_where_texts_stand_for_images(
    ceiling: int,
) -> None:
    one, other = block(encoded(screen(1))), block(encoded(screen(2)))
    messages = frames([encoded(screen(1))] * 3)
    messages[2]["content"] = [one, one]
    messages[4]["content"] = [one, other, one]
    result = compressor(ceiling).compress(messages)
    codec = OpenAICodec()
    assert result.tokens_after == sum(COUNT.message(codec.read(message)) for message in result.messages)
    assert "below][" not in json.dumps(result.messages)


@pytest.mark.parametrize("shape", ["image_url", "image", "anthropic", "input_image"])
def test_which_blocks_a_langchain_tool_may_answer_with(shape: str) -> None:
    def answer(step: int) -> ToolMessage:
        url = encoded(screen(step))
        data = url.partition(",")[2]
        source = {"type": "base64", "media_type": "image/png", "data": data}
        shapes: dict[str, dict[str, Any]] = {
            "image_url": block(url),
            "image": {"type": "image", "base64": data, "mime_type": "image/png"},
            "anthropic": {"type": "image", "source": source},
            "input_image": {"type": "input_image", "image_url": url},
        }
        look = StructuredTool.from_function(lambda: [shapes[shape]], name="click", description="Clicks.")
        made = look.invoke({"type": "tool_call", "id": f"c{step}", "name": "click", "args": {}})
        assert isinstance(made, ToolMessage)
        return made

    messages = convert_to_messages(frames([encoded(screen(n)) for n in range(3)]))
    messages[2::2] = map(answer, range(3))
    result = compressor(900).compress(messages)
    first, _, last = (codec_for(messages).read(message) for message in result.messages[-3:])
    if shape == "input_image":
        assert isinstance(messages[-1].content, str)
        assert not any(part.image for part in (*first.parts, *last.parts))
    else:
        assert result.messages[-1] is messages[-1]
        assert first.parts[0].image
        assert is_smaller(first.parts[0].image.url)


class Reader:
    """Reads what a test says stands in an image."""

    name = "fake"

    def __init__(self, *texts: str) -> None:
        self.texts = texts

    def lines(self, image: Image) -> list[TextLine]:
        return [TextLine(text=t, box=(10, 40 * n, 500, 40 * n + 20)) for n, t in enumerate(self.texts)]


def test_lines_in_an_image_that_does_not_fit_come_as_text() -> None:
    lines = [f"Row {n}: nothing of note" for n in range(8)]
    reader = Reader(*lines[:4], "Total amount: 1234.56", *lines[4:])
    messages = [
        {"role": "user", "content": [{"type": "text", "text": "What is the total amount?"}]},
        *frames([encoded(screen(1))])[1:],
    ]
    result = compressor(70, text_reader=reader, keep_images=0).compress(messages)
    said = json.dumps(result.messages, ensure_ascii=False)
    assert "Total amount: 1234.56" in said
    assert "[text in the image]" in said
    assert "Row 7" not in said or "Row 1" not in said


def test_text_that_can_be_read_in_the_image_is_not_said_again() -> None:
    reader = Reader("Total amount: 1234.56")
    result = compressor(600, text_reader=reader).compress(frames([encoded(screen(n)) for n in range(4)]))
    assert "Total amount" not in json.dumps(result.messages)


def test_images_come_back_by_the_id_of_their_mark() -> None:
    urls = [encoded(screen(n)) for n in range(6)]
    messages = frames(urls)
    result = compressor(1_000, recallable=True).compress(messages)
    codec = OpenAICodec()
    read = [codec.read(message) for message in messages]
    kept = [type(one).from_dict(json.loads(json.dumps(one.to_dict()))) for one in archived(read, result.left)]
    first = next(one for one in kept if one.blocks)
    assert first.shown == [block(urls[(first.position - 2) // 2])]
    recaller = Recaller(COUNT)
    assert recaller.pictures(kept, first.id, budget=500) == first.shown
    (smaller,) = recaller.pictures(kept, first.id, budget=200)
    assert size(smaller["image_url"]["url"]) < (640, 480)
    assert first.id in recaller.by_id(kept, first.id, budget=100)
    marks = json.dumps(result.messages)
    assert any(f"recall {one.id}]" in marks for one in kept)


def test_files_of_other_kinds_are_counted_marked_and_recallable() -> None:
    pdf = {
        "type": "file",
        "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64," + "A" * 90_000},
    }
    messages = [*frames([]), *frames([encoded(screen(1))])[1:], *frames([encoded(screen(2))])[1:]]
    messages[2]["content"] = [pdf]
    result = compressor(700, recallable=True).compress(messages)
    codec = OpenAICodec()
    kept = archived([codec.read(message) for message in messages], result.left)
    only = next(one for one in kept if one.position == 2)
    assert only.shown == [pdf]
    assert Recaller(COUNT).pictures(kept, only.id, budget=10_000) == [pdf]
    (said,) = Recaller(COUNT).pictures(kept, only.id, budget=100)
    assert said == {"type": "text", "text": "[1 of 1 images or files are too large to come back]"}


def test_a_file_that_a_tool_names_is_not_sent_by_an_agent(tmp_path: Path) -> None:
    for number in range(3):
        screen(number).save(tmp_path / f"{number}.png")
    messages = frames([str(tmp_path / f"{number}.png") for number in range(3)])
    agents = ModelCompressors(1_000, model=MODEL).for_model(None)
    shown = urls_of(agents.compress(messages).messages)
    assert not [url for url in shown if url.startswith("data:")]
    assert [url for url in urls_of(compressor(600).compress(messages).messages) if url.startswith("data:")]


def test_a_file_that_a_tool_named_is_not_sent_when_it_is_recalled(tmp_path: Path) -> None:
    blocks = []
    for number in range(6):
        screen(number).save(tmp_path / f"{number}.png")
        blocks.append(block(str(tmp_path / f"{number}.png")))
    kept = archived([OpenAICodec().read({"role": "tool", "content": blocks})], [0])
    *shown, said = Recaller(COUNT).pictures(kept, kept[0].id, budget=500)
    assert shown
    assert all(one in blocks for one in shown)
    assert said["text"].startswith(f"[{6 - len(shown)} of 6 images")


def test_lines_of_a_screen_that_is_repeated_are_not_said_beside_it() -> None:
    reader = Reader("Total amount: 1234.56")
    urls = [encoded(screen(1)), encoded(screen(2)), encoded(screen(1))]
    messages = frames(urls)
    messages[2]["content"].insert(0, {"type": "text", "text": "Opened INV-20391 of account 8812."})
    result = compressor(1_000, text_reader=reader).compress(messages)
    assert "repeated below" in json.dumps(result.messages)
    assert "[text in the image]" not in json.dumps(result.messages[:3])
