"""Images that bring something new score higher."""

import numpy as np
import pytest

from agentcompress.criteria import ChangeCriterion
from agentcompress.images import look_of
from agentcompress.values import Context, Group, Segment

from .pictures import screen


def image(*dark: tuple[int, int, int, int], seed: int = 1, size: tuple[int, int] = (640, 480)) -> Segment:
    picture = screen(seed, size)
    for box in dark:
        picture.paste("black", box)
    return Segment(
        part=0, start=0, end=0, text="", tokens=9, role="tool", kind="image", look=look_of(picture, size)
    )


def scores(*segments: Segment) -> list[float]:
    places = np.arange(len(segments))
    context = Context(
        segments=segments,
        groups=[Group(messages=(place,), step=place) for place in range(len(segments))],
        message_of=places,
        group_of=places,
        step=len(segments),
        query="",
    )
    return [float(score) for score in ChangeCriterion().score(context)]


def test_an_image_is_worth_the_root_of_what_changed_in_it() -> None:
    text = Segment(part=0, start=0, end=2, text="ok", tokens=1, role="tool")
    base, half = image(seed=2), image((0, 0, 640, 240), seed=2)
    changed = float(half.look.differs(base.look).mean()) if half.look and base.look else 0.0
    assert 0.4 < changed <= 0.5
    found = scores(base, text, half, half, image(seed=3))
    assert found[:2] == [1, 1]
    assert found[2] == pytest.approx(changed**0.5)
    assert found[3] == pytest.approx(0.05**0.5)
    assert found[4] > 0.9


def test_an_image_of_another_size_is_all_new() -> None:
    assert scores(image(), image(size=(320, 240)), image()) == [1, 1, 1]


def test_settings_that_do_not_exist_are_refused() -> None:
    with pytest.raises(ValueError, match=r"least must lie in \[0, 1\], got 2"):
        ChangeCriterion(least=2)
