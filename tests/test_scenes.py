"""Frames of a film in one message: of those that look alike one is shown, and how many."""

from typing import Any

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray

from agentcompress import Compressor
from agentcompress.encoders import PatchEncoder
from agentcompress.strategies import FramesStrategy, PruneStrategy, ScenesStrategy
from agentcompress.tokens import RequestCounter
from agentcompress.values import Image

from .pictures import block, encoded, screen

COUNT = RequestCounter.for_model(None, image_model="claude-3-5-sonnet")
STRATEGY = FramesStrategy() | ScenesStrategy(PatchEncoder("cpu")) | PruneStrategy()
SMALL = (320, 240)


def film(*scenes: int) -> list[str]:
    """A frame for each scene named: its screen with noise and a square that moves."""
    random = np.random.default_rng(3)
    frames = []
    for number, scene in enumerate(scenes):
        pixels: NDArray[Any] = np.asarray(screen(scene, SMALL)).astype(int)
        pixels = pixels + random.normal(0, 4, pixels.shape)
        left = 20 * number
        pixels[100:120, left : left + 20] = 255
        picture = PIL.Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
        frames.append(encoded(picture, "JPEG", quality=85))
    return frames


def run(urls: list[str], newest: str | None = None) -> list[dict[str, Any]]:
    """An agent that was shown a film, and perhaps a screen after it."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": "What happens in the film?"}]
    for number, blocks in enumerate([urls, *([[newest]] if newest else [])]):
        call = {"id": f"c{number}", "type": "function", "function": {"name": "play", "arguments": "{}"}}
        messages.append({"role": "assistant", "content": "", "tool_calls": [call]})
        content = [block(url) for url in blocks]
        messages.append({"role": "tool", "tool_call_id": f"c{number}", "content": content})
    return messages


def shown(messages: list[dict[str, Any]], budget: int) -> list[str]:
    """What is shown of the film: marks as they are, images as "image"."""
    result = Compressor(budget, counter=COUNT, strategy=STRATEGY).compress(messages)
    content = result.messages[2]["content"]
    parts = [content] if isinstance(content, str) else [one.get("text", "image") for one in content]
    return [line for part in parts for line in part.split("\n") if "elided" not in line]


def test_a_scene_is_one_frame_that_says_how_many_it_stands_for() -> None:
    urls = film(1, 1, 1, 1, 2, 2, 3)
    found = shown(run(urls, encoded(screen(9, SMALL))), 500)
    assert found == [
        "[one of 4 images in a row that look alike]",
        "image",
        "[one of 2 images in a row that look alike]",
        "image",
        "image",
    ]


def test_a_scene_that_comes_back_is_another_one() -> None:
    found = shown(run(film(1, 1, 2, 2, 1, 1), encoded(screen(9, SMALL))), 480)
    assert found.count("[one of 2 images in a row that look alike]") == 3


def test_the_newest_frame_is_shown_whatever_looks_like_it() -> None:
    urls = film(1, 1, 1, 1, 1, 1)
    result = Compressor(260, counter=COUNT, strategy=STRATEGY).compress(run(urls))
    images = [one for one in result.messages[2]["content"] if one["type"] == "image_url"]
    assert images == [block(urls[-1])]


def test_screens_of_one_message_each_are_left_alone() -> None:
    urls = film(1, 1, 1)
    messages = [message for url in urls for message in run([url])[1:]]
    for number, message in enumerate(messages):
        name = f"c{number // 2}"
        message.update({"tool_call_id": name} if message["role"] == "tool" else {})
        for call in message.get("tool_calls", ()):
            call["id"] = name
    result = Compressor(250, counter=COUNT, strategy=STRATEGY).compress(messages)
    assert "look alike" not in str(result.messages)


def test_while_there_is_room_a_film_stays_as_it_is() -> None:
    messages = run(film(1, 1, 2))
    assert Compressor(5_000, counter=COUNT, strategy=STRATEGY).compress(messages).messages == messages


def test_frames_of_one_scene_are_nearer_to_each_other_than_to_any_other() -> None:
    urls = film(1, 1, 1, 2, 2, 2)
    vectors = PatchEncoder("cpu").encode_images([Image(url=url) for url in urls])
    cosines = vectors @ vectors.T
    assert min(cosines[:3, :3].min(), cosines[3:, 3:].min()) > 0.9
    assert cosines[:3, 3:].max() < 0.5
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("url", ["https://example.com/a.png", "data:image/png;base64,AAAA"])
def test_an_image_that_cannot_be_read_has_no_direction(url: str) -> None:
    vectors = PatchEncoder("cpu").encode_images([Image(url=film(1)[0]), Image(url=url)])
    assert vectors[0].any()
    assert not vectors[1].any()
    assert len(PatchEncoder("cpu").encode_images([])) == 0
