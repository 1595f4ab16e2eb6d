"""Pages of text: what is blank goes first, then whole lines; what is shown can be read."""

from hypothesis import given
from hypothesis import strategies as st

from agentcompress.images import is_page, look_of, strips_of
from agentcompress.images.drawing import ImageDrawer
from agentcompress.images.opening import opened
from agentcompress.values import Image, ImageView, TextLine

from .pages import EXTENT, LINES, page, uri

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
