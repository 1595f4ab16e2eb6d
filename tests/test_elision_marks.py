"""Marks of what is left out: few, and never doubled."""

import pytest

from agentcompress import Compressor

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
