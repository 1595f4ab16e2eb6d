"""Images and texts in one space, with a model that knows colours."""

from typing import Any

import numpy as np
import PIL.Image

from agentcompress import Compressor
from agentcompress.criteria import PictureCriterion, ProductCriterion, RecencyCriterion
from agentcompress.encoders import PictureEncoder
from agentcompress.images import image_size
from agentcompress.tokens import RequestCounter
from agentcompress.values import Context, Group, Image, Segment

from .pictures import encoded, frames, urls_of

COLOURS = {"red": (200, 20, 20), "green": (20, 200, 20), "blue": (20, 20, 200)}


class ColourModel:
    """Tells colours, and reads their names; counts the images that it was given."""

    def __init__(self) -> None:
        self.seen = 0

    def encode(self, inputs: list[Any], /) -> Any:
        return [self._text(one) if isinstance(one, str) else self._picture(one) for one in inputs]

    def _text(self, text: str) -> list[float]:
        return [float(text.count(colour)) for colour in COLOURS] + [5.0]

    def _picture(self, picture: PIL.Image.Image) -> list[float]:
        self.seen += 1
        assert picture.mode == "RGB"
        assert max(picture.size) <= 512
        return [*np.asarray(picture).mean(axis=(0, 1)).tolist(), -900.0]


def plain(colour: str, number: int = 0) -> str:
    picture = PIL.Image.new("RGB", (640, 480), COLOURS[colour])
    picture.paste((255, 255, 255), (0, 0, 32 * number, 480))
    return encoded(picture)


def context_of(segments: list[Segment], query: str) -> Context:
    """The segments as one message each, a step apart."""
    places = np.arange(len(segments))
    groups = [Group(messages=(place,), step=place) for place in range(len(segments))]
    return Context(
        segments=segments, groups=groups, message_of=places, group_of=places, step=len(segments), query=query
    )


def test_images_that_show_what_is_asked_for_score_higher() -> None:
    urls = [plain(colour) for colour in COLOURS]
    segments = [
        Segment(part=0, start=0, end=0, text="", tokens=9, role="tool", kind="image", image=Image(url=url))
        for url in urls
    ]
    text = Segment(part=0, start=0, end=3, text="red", tokens=1, role="tool")
    scores = PictureCriterion(PictureEncoder(ColourModel())).score(
        context_of([*segments, text], query="Open the green page.")
    )
    assert scores.argmax() == 1
    assert scores[1] > 0.9
    assert max(scores[0], scores[2]) < 0.3
    assert scores[3] == 0.5


def test_without_images_or_a_question_nothing_can_be_told() -> None:
    criterion = PictureCriterion(PictureEncoder(ColourModel()))
    text = Segment(part=0, start=0, end=3, text="red", tokens=1, role="tool")
    image = Segment(part=0, start=0, end=0, text="", tokens=9, role="tool", image=Image(url=plain("red")))
    assert criterion.score(context_of([text], query="red")).tolist() == [0.5]
    assert criterion.score(context_of([image], query="")).tolist() == [0.5]


def test_an_image_is_encoded_once_and_one_that_cannot_be_read_has_no_direction() -> None:
    model = ColourModel()
    encoder = PictureEncoder(model)
    images = [Image(url=plain("red")), Image(url="https://example.com/a.png"), Image(url=plain("red"))]
    for _ in range(2):
        vectors = encoder.encode_images(images)
    assert model.seen == 1
    assert not vectors[1].any()
    assert np.allclose(np.linalg.norm(vectors[[0, 2]], axis=1), 1)
    assert encoder.encode_images([]).shape == (0, 4)
    assert encoder.encode_images(images[1:2]).shape == (1, 4)


def test_under_a_budget_what_is_asked_for_stays_larger() -> None:
    urls = [plain("red", 3), plain("green", 4), plain("blue", 5), plain("red", 1)]
    messages = frames(urls)
    messages[0]["content"] = "Which page is green?"
    criterion = ProductCriterion(
        factors=(RecencyCriterion(decay=0),), relevance=PictureCriterion(PictureEncoder(ColourModel()))
    )
    counter = RequestCounter.for_model(None, image_model="claude-3-5-sonnet")
    shown = urls_of(Compressor(900, counter=counter, criterion=criterion).compress(messages).messages)
    sizes = [image_size(Image(url=url)) or (0, 0) for url in shown]
    assert len(shown) == 4
    assert sizes[1] == max(sizes[:3])
    assert sizes[1] > sizes[0]
