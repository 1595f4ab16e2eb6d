"""Marks of what is left out: few, and never doubled."""

import json
import re

import pytest

from agentcompress import Compressor
from agentcompress.archive import archived
from agentcompress.messages import codec_for

from .helpers import COUNT, TASK, step

PAGE = "<!doctype html><html><body>" + "".join(
    f'<div class="card col-{n}"><h3>Chair {n}</h3><p>A chair of oak with number {n * 37}.</p>'
    f'<span class="price">${n}.50</span><a class="btn btn-wide" href="/buy/{n}">Buy</a></div>'
    for n in range(40)
)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6])
def test_what_is_left_out_side_by_side_has_one_mark(share: float) -> None:
    page = PAGE + "</body></html>"
    shown = Compressor(40 + int(share * COUNT(page))).compress([TASK, *step(1, page)]).messages[-1]["content"]
    assert "…" in shown
    assert "……" not in shown


def test_a_mark_that_is_the_text_s_own_stays() -> None:
    text = "".join(f"…and so order {n * 911} went to Berlin in wagon {n * 17}.\n" for n in range(60))
    *body, note = Compressor(300).compress([TASK, *step(1, text)]).messages[-1]["content"].split("\n")
    assert note.endswith("tokens elided]")
    assert all(line == "…" or f"{line}\n" in text for line in body)
    assert any(line.startswith("…and so order") for line in body)


def test_only_what_comes_back_has_an_id() -> None:
    """Text is kept to be recalled, images are not."""
    messages = [TASK, *step("t", "\n".join(f"order_{n * 37}" for n in range(400)))]
    for number in range(12):
        call, result = step(number, "")
        shot = {"type": "image_url", "image_url": {"url": f"https://example.org/{number}.png"}}
        texts = [{"type": "text", "text": f"shot_{number} taken"}] if number % 2 else []
        messages += [call, {**result, "content": [*texts, shot]}]
    read = [codec_for(messages).read(message) for message in messages]
    for limit in range(2_000, 12_000, 1_000):
        compressed = Compressor(limit, model="gpt-4o", recallable=True).compress(messages)
        assert compressed.evicted
        named = set(re.findall(r"recall (\w+)", json.dumps(compressed.messages)))
        assert named <= {one.id for one in archived(read, compressed.left)}
