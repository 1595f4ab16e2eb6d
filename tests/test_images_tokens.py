"""Counting images, against the examples that the providers work through."""

import base64
import struct
import zlib
from io import BytesIO
from pathlib import Path

import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcompress.images import image_size
from agentcompress.tokens import FAMILIES, ImageFamily, image_formula
from agentcompress.values import Image

sides = st.one_of(st.integers(1, 5_000), st.integers(1, 100_000))
details = st.sampled_from(["auto", "low", "high", "original", "medium", "nonsense"])


def sized(width: int, height: int, detail: str = "auto") -> Image:
    return Image(url="https://example.org/never-fetched.png", width=width, height=height, detail=detail)


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    buffer = BytesIO()
    PIL.Image.new("RGB", (width, height)).save(buffer, kind)
    return buffer.getvalue()


def data_uri(data: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"


def bomb() -> bytes:
    """A PNG header that claims 60,000 x 60,000 pixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


@pytest.mark.parametrize(
    ("model", "width", "height", "detail", "expected"),
    [
        # developers.openai.com/api/docs/guides/images-vision: tiles
        ("gpt-4o", 1024, 1024, "high", 765),
        ("gpt-4o", 2048, 4096, "high", 1105),
        ("gpt-4o", 4096, 8192, "low", 85),
        ("gpt-4o-mini", 1024, 1024, "auto", 2833 + 4 * 5667),
        ("gpt-5", 1024, 1024, "auto", 70 + 4 * 140),
        ("o3", 1024, 1024, "auto", 75 + 4 * 150),
        # community.openai.com/t/1262691: small images are not scaled up
        ("gpt-4.1", 128, 64, "high", 85 + 170),
        # the same guide: patches, 1,024 and 1,452 of them
        ("gpt-4.1-mini", 1024, 1024, "auto", 1659),
        ("gpt-4.1-mini", 1800, 2400, "auto", 2353),
        ("gpt-5-nano", 1800, 2400, "auto", 3572),
        ("o4-mini", 1024, 1024, "auto", 1762),
        # huggingface.co/datasets/JOHNISKING/image-token-cost: measured bills
        ("gpt-5.5", 512, 512, "auto", 308),
        ("gpt-5.5", 3840, 2160, "auto", 9792),
        ("gpt-5.5", 4032, 3024, "auto", 11_868),
        ("gpt-6-astra", 4032, 3024, "auto", 14_364),
        ("gpt-6-astra", 4032, 3024, "high", 2942),
        ("gpt-6-astra", 2560, 1440, "high", 2931),
        ("gpt-6-astra", 640, 480, "low", 231),
        # docs.anthropic.com, as of Claude 3
        ("claude-3-5-sonnet-latest", 200, 200, "auto", 54),
        ("claude-3-5-sonnet-latest", 1000, 1000, "auto", 1334),
        ("claude-3-5-sonnet-latest", 1092, 1092, "auto", 1590),
        ("claude-3-5-sonnet-latest", 3000, 3000, "auto", 1600),
        # platform.claude.com: standard and high resolution
        ("anthropic:claude-sonnet-4-5", 200, 200, "auto", 64),
        ("anthropic:claude-sonnet-4-5", 1092, 1092, "auto", 1521),
        ("anthropic:claude-sonnet-4-5", 1920, 1080, "auto", 1560),
        ("anthropic:claude-sonnet-4-5", 2000, 1500, "auto", 1564),
        ("anthropic:claude-sonnet-4-5", 3840, 2160, "auto", 1560),
        ("claude-opus-4-7", 1920, 1080, "auto", 2691),
        ("claude-opus-4-7", 2000, 1500, "auto", 3888),
        ("claude-opus-4-7", 3840, 2160, "auto", 4784),
        # ai.google.dev/gemini-api/docs/image-understanding
        ("google_genai:gemini-2.5-flash", 384, 384, "auto", 258),
        ("google_genai:gemini-2.5-flash", 960, 540, "auto", 6 * 258),
        # ai.google.dev/gemini-api/docs/media-resolution
        ("gemini-3-pro-preview", 4032, 3024, "auto", 1120),
        ("gemini-3-pro-preview", 4032, 3024, "low", 280),
        # transformers, smart_resize: 1080 → 39 squares of 28, 1920 → 69; 34 and 60 of 32
        ("qwen2.5vl:7b", 1920, 1080, "auto", 39 * 69 + 2),
        ("Qwen/Qwen3-VL-8B-Instruct", 1920, 1080, "auto", 34 * 60 + 2),
        ("Qwen/Qwen3-VL-8B-Instruct", 32, 32, "auto", 64 + 2),
    ],
)
def test_worked_examples(model: str, width: int, height: int, detail: str, expected: int) -> None:
    assert image_formula(model).tokens(sized(width, height, detail)) == expected


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("openai:gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("chatgpt-4o-latest", "gpt-4o"),
        ("gpt-4.1-2025-04-14", "gpt-4o"),
        ("gpt-5.1", "gpt-5"),
        ("gpt-5.4-mini", "gpt-4.1-mini"),
        ("claude-opus-4-20250514", "claude-4"),
        ("claude-opus-4-6", "claude-4"),
        ("anthropic/claude-opus-4.7", "claude-4.7"),
        ("claude-sonnet-5", "claude-4.7"),
        ("us.anthropic.claude-3-7-sonnet-20250219-v1:0", "claude-3"),
        ("models/gemini-1.5-pro", "gemini-2"),
        ("qwen-vl-max", "qwen2-vl"),
    ],
)
def test_models_find_their_family(model: str, family: str) -> None:
    assert image_formula(model).family.name == family


@pytest.mark.parametrize("model", ["", "llama-4", "notgpt-4o", "my-model"])
def test_unknown_models_name_the_known_families(model: str) -> None:
    with pytest.raises(ValueError, match=f"'{model}'; known families: .*claude-4.*qwen3-vl"):
        image_formula(model)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
@given(width=sides, height=sides, detail=details)
def test_no_size_costs_more_than_an_unknown_one(
    family: ImageFamily, width: int, height: int, detail: str
) -> None:
    tokens = family.formula.tokens((width, height), detail)
    assert 0 < tokens <= family.formula.tokens(None, detail)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
@given(width=sides, height=sides)
def test_turning_an_image_does_not_change_its_price(family: ImageFamily, width: int, height: int) -> None:
    formula = family.formula
    assert formula.tokens((width, height), "auto") == formula.tokens((height, width), "auto")


def test_every_family_names_its_source() -> None:
    assert all(family.source for family in FAMILIES)
    assert len({family.name for family in FAMILIES}) == len(FAMILIES)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_size_from_the_header(kind: str, tmp_path: Path) -> None:
    data = picture(120, 34, kind)
    (tmp_path / "shot one.bin").write_bytes(data)
    assert image_size(Image(url=data_uri(data))) == (120, 34)
    assert image_size(Image(url="shot one.bin"), tmp_path) == (120, 34)
    assert image_size(Image(url=str(tmp_path / "shot one.bin"))) == (120, 34)
    assert image_size(Image(url=(tmp_path / "shot one.bin").as_uri())) == (120, 34)


def test_size_behind_a_long_preamble() -> None:
    buffer = BytesIO()
    PIL.Image.new("RGB", (7, 5)).save(buffer, "JPEG", icc_profile=bytes(300_000))
    assert image_size(Image(url=data_uri(buffer.getvalue()))) == (7, 5)


def test_given_sizes_are_believed() -> None:
    assert image_size(Image(url=data_uri(picture(3, 3)), width=640, height=480)) == (640, 480)
    assert image_size(Image(url=data_uri(picture(3, 3)), width=0, height=-1)) == (3, 3)


@pytest.mark.parametrize(
    "url",
    [
        "",
        ".",
        "missing.png",
        "\x00",
        "a" * 10_000,
        "https://example.org/a.png",
        "gs://bucket/a.png",
        "http://[",
        "file:///missing.png",
        "data:",
        "data:image/png;base64,",
        "data:image/png;base64,é!",
        "data:image/png;base64,AAAAA",
        "data:image/png,%89PNG",
        data_uri(picture(9, 9)[:20]),
        data_uri(b"\xff\xd8\xff\xe0" + bytes(50)),
        data_uri(b"GIF89a"),
        data_uri(bomb()),
    ],
    ids=lambda url: url[:30],
)
def test_images_of_unknown_size_cost_the_maximum(url: str) -> None:
    assert image_size(Image(url=url)) is None
    assert image_formula("claude-sonnet-4-5").tokens(Image(url=url)) == 1568


@given(st.binary())
def test_garbage_never_raises(data: bytes) -> None:
    image_size(Image(url=data_uri(data)))
    image_size(Image(url="data:" + data.decode("latin-1")))
