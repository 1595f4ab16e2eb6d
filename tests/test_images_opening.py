"""Images are opened so that nothing in them can do harm, and drawn as a view asks for."""

import struct
import zlib
from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from typing import Any

import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcompress.images import ImageDrawer, image_size, look_of, opened
from agentcompress.messages import OpenAICodec
from agentcompress.segmenters import ImageSegmenter
from agentcompress.values import Image, ImageView

from .pictures import encoded, screen


def png_header(width: int, height: int) -> str:
    """A PNG that claims a size and has no pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    data = b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )
    return "data:image/png;base64," + b64encode(b"\x89PNG\r\n\x1a\n" + data).decode()


def truncated() -> str:
    return encoded(screen(1))[:-2_000]


@pytest.mark.parametrize(
    "url",
    [
        png_header(20_000, 20_000),
        png_header(9_000, 9_000),
        truncated(),
        "data:image/png;base64,bm8gaW1hZ2U=",
        "data:image/png;base64,????",
        "https://example.org/never-fetched.png",
        "file:///no/such/file.png",
        "no such file.png",
        "",
    ],
)
def test_what_cannot_be_read_is_none_and_no_error(url: str) -> None:
    image = Image(url=url)
    assert opened(image) is None
    assert ImageSegmenter().cut(image) is None
    assert ImageDrawer().drawn(image.shown(ImageView(width=10, height=10))) is None


@given(st.binary(max_size=200))
def test_whatever_the_bytes_nothing_is_raised(data: bytes) -> None:
    opened(Image(url="data:image/png;base64," + b64encode(data).decode()))
    opened(Image(url=data.decode("latin-1")))


@pytest.mark.parametrize("size", [(10_000, 9_000), (20_000, 20_000)])
def test_of_an_image_that_is_too_large_the_size_is_known_and_nothing_is_printed(
    size: tuple[int, int], recwarn: pytest.WarningsRecorder, capsys: pytest.CaptureFixture[str]
) -> None:
    image = Image(url=png_header(*size))
    assert image_size(image) == size
    assert opened(image) is None
    assert not recwarn.list
    assert capsys.readouterr() == ("", "")


def test_a_format_that_no_provider_takes_is_not_opened() -> None:
    image = Image(url=encoded(screen(1), "EPS"))
    assert image_size(image) is None
    assert opened(image) is None


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "MPO"])
def test_the_formats_that_providers_take_are_opened(kind: str) -> None:
    image = Image(url=encoded(screen(1), kind))
    picture = opened(image)
    assert image_size(image) == (640, 480)
    assert picture is not None
    assert picture.size == (640, 480)


def test_the_format_is_that_of_the_bytes_whatever_the_uri_says() -> None:
    url = encoded(screen(1), "JPEG").replace("image/jpeg", "image/png")
    picture = opened(Image(url=url))
    assert picture is not None
    assert picture.format == "JPEG"


def test_an_image_is_turned_upright_before_it_is_drawn() -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6  # quarter turn
    image = Image(url=encoded(screen(1, (64, 32)), "JPEG", exif=exif))
    picture, cut = opened(image), ImageSegmenter().cut(image)
    assert picture is not None
    assert picture.size == (32, 64)
    assert cut is not None
    assert cut.extent == (32, 64)


def test_transparency_stays_and_looks_white() -> None:
    clear = PIL.Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    drawn = ImageDrawer().drawn(Image(url=encoded(clear)).shown(ImageView(width=32, height=32)))
    assert drawn is not None
    picture = opened(drawn)
    assert picture is not None
    assert picture.mode == "RGBA"
    assert set(look_of(clear, clear.size).cells) == {255}


def test_of_an_animation_the_first_frame_is_seen() -> None:
    first, second = PIL.Image.new("RGB", (32, 32), "red"), PIL.Image.new("RGB", (32, 32), "blue")
    picture = opened(Image(url=encoded(first, "GIF", save_all=True, append_images=[second])))
    assert picture is not None
    assert picture.convert("RGB").getpixel((5, 5)) == (255, 0, 0)


@pytest.mark.parametrize("size", [(1, 1), (1, 4_000), (4_000, 1)])
def test_images_of_one_pixel_in_a_direction_can_be_cut_and_drawn(size: tuple[int, int]) -> None:
    image = Image(url=encoded(PIL.Image.new("RGB", size)))
    cut = ImageSegmenter().cut(image)
    assert cut is not None
    assert cut.extent == size
    for view in cut.views:
        drawn = ImageDrawer().drawn(image.shown(view))
        assert drawn is not None
        assert (drawn.width, drawn.height) == (view.width, view.height)


def test_a_relative_path_starts_from_the_base(tmp_path: Path) -> None:
    screen(1).save(tmp_path / "a screen.png")
    assert opened(Image(url="a screen.png"), tmp_path) is not None
    assert opened(Image(url=(tmp_path / "a screen.png").as_uri())) is not None


def test_a_view_is_drawn_once_and_the_same_each_time() -> None:
    image, view = Image(url=encoded(screen(3), "JPEG")), ImageView(width=320, height=240)
    drawer = ImageDrawer()
    first = drawer.drawn(image.shown(view))
    assert first is drawer.drawn(image.shown(view))
    assert first == ImageDrawer().drawn(image.shown(view))


def test_what_was_drawn_long_ago_is_forgotten() -> None:
    drawer = ImageDrawer(characters=1)
    image = Image(url=encoded(screen(3)))
    first = drawer.drawn(image.shown(ImageView(width=320, height=240)))
    drawer.drawn(image.shown(ImageView(width=32, height=24)))
    again = drawer.drawn(image.shown(ImageView(width=320, height=240)))
    assert again == first
    assert again is not first


def test_a_mosaic_shows_its_regions_one_below_the_other() -> None:
    picture = PIL.Image.new("RGB", (100, 100), "white")
    picture.paste("red", (0, 0, 50, 20))
    picture.paste("blue", (50, 80, 100, 100))
    view = ImageView.of(((0, 0, 50, 20), (50, 80, 100, 100)), 1.0)
    drawn = ImageDrawer().drawn(Image(url=encoded(picture)).shown(view))
    assert drawn is not None
    assert (drawn.width, drawn.height) == (50, 40)
    made = opened(drawn)
    assert made is not None
    assert [made.getpixel((5, y)) for y in (5, 30)] == [(255, 0, 0), (0, 0, 255)]
    assert view.scale(picture.size) == 1
    assert view.shows((10, 5, 20, 15))
    assert not view.shows((10, 5, 60, 15))
    assert view.legible((10, 5, 20, 15), picture.size)
    assert not view.legible((10, 5, 20, 12), picture.size)


DATA = "iVBORw0KGgo="
SHAPES: list[dict[str, Any]] = [
    {"type": "image_url", "image_url": {"url": "shot.png", "detail": "low"}},
    {"type": "image_url", "image_url": "shot.png"},
    {"type": "input_image", "image_url": "shot.png", "detail": "high"},
    {"type": "input_image", "file_id": "file-1"},
    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": DATA}},
    {"type": "image", "source": {"type": "url", "url": "https://example.org/shot.png"}},
    {"type": "image", "base64": DATA, "mime_type": "image/png"},
    {"type": "image", "url": "https://example.org/shot.png"},
    {"type": "image", "source_type": "base64", "data": DATA, "mime_type": "image/png"},
    {"type": "image", "source_type": "url", "url": "shot.png"},
    {"image": {"format": "png", "source": {"bytes": b"\x89PNG"}}},
]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: str(shape)[:50])
def test_another_image_takes_the_shape_of_its_block(shape: dict[str, Any]) -> None:
    codec = OpenAICodec()
    message = codec.read({"role": "user", "content": [shape]})
    (part,) = message.parts
    assert part.image is not None
    assert codec.write(message) == {"role": "user", "content": [shape]}
    smaller = Image(url=encoded(screen(2, (32, 24)), "JPEG"), detail=part.image.detail)
    written = codec.write(message.with_parts((replace(part, image=smaller),)))
    (block,) = written["content"]
    assert block.get("type") == shape.get("type")
    assert block.get("source_type") in (None, "base64")  # "url" would promise a field that is not there
    (again,) = codec.read(written).parts
    assert again.image == smaller
