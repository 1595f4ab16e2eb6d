"""Counting text and requests."""

import gzip
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import pytest
import tiktoken.load
from hypothesis import given, settings
from hypothesis import strategies as st

from agentcompress import tokens
from agentcompress.errors import MissingDependencyError
from agentcompress.tokens import (
    ENCODINGS,
    EstimateCounter,
    ModelProfile,
    RequestCounter,
    TiktokenCounter,
    Vocabulary,
    bpe_vocabulary,
    default_counter,
    find_vocabulary,
    profile_for,
    tiktoken_vocabulary,
)
from agentcompress.values import Image, Message, Part, ToolCall

O200K_URL = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"
DATA = Path(os.environ.get("AGENTCOMPRESS_DATA", Path(__file__).parents[2] / "shared" / "data"))

awkward = st.lists(
    st.sampled_from(
        [
            "<|endoftext|>",
            "don't",
            "DON'T",
            "\r\n",
            "  ",
            "\t",
            "123456",
            "é",
            "漢字",
            "👩‍👩‍👧",
            "\ud800",
            "\ud83d\ude00",
            "/src/a.py",
            "HTTPServer",
            "...",
            "\x00",
            "\ufeff",
            "\u2028",
        ]
    )
).map("".join)
texts = st.one_of(st.text(st.characters(exclude_categories=[])), awkward)


@cache
def oracle(encoding: str = "o200k_base") -> Vocabulary:
    """The same encoding by tiktoken itself."""
    vocabulary = tiktoken_vocabulary(encoding)
    assert vocabulary is not None
    return vocabulary


@cache
def compiled(encoding: str) -> Vocabulary:
    vocabulary = bpe_vocabulary(encoding)
    assert vocabulary is not None
    return vocabulary


def packaged() -> bytes:
    """The o200k file as tiktoken publishes it."""
    spec = find_spec("bpe_openai")
    assert spec is not None
    assert spec.origin is not None
    return gzip.decompress(
        Path(spec.origin).with_name("data").joinpath("o200k_base.tiktoken.gz").read_bytes()
    )


@pytest.fixture
def no_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A machine whose tiktoken cache is empty and whose bpe-openai is not installed."""
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path / "empty"))
    monkeypatch.delenv("DATA_GYM_CACHE_DIR", raising=False)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "none"))
    monkeypatch.setattr("agentcompress.tokens.vocabulary.find_spec", lambda name: None)
    find_vocabulary.cache_clear()
    default_counter.cache_clear()
    yield
    find_vocabulary.cache_clear()
    default_counter.cache_clear()


def test_public_names_are_sorted_and_complete() -> None:
    assert list(tokens.__all__) == sorted(tokens.__all__, key=lambda name: (not name.isupper(), name))
    assert all(hasattr(tokens, name) for name in tokens.__all__)


def test_import_is_light() -> None:
    code = (
        "import sys, agentcompress.tokens; print({'PIL', 'torch', 'tiktoken', 'bpe_openai'} & {*sys.modules})"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"


@settings(deadline=None)
@given(texts)
def test_counts_what_tiktoken_counts(text: str) -> None:
    repaired = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert TiktokenCounter().count(text) == oracle().count(repaired)


@pytest.mark.parametrize("encoding", ENCODINGS)
@settings(deadline=None)
@given(text=texts)
def test_both_vocabularies_agree(encoding: str, text: str) -> None:
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    fast = compiled(encoding)
    assert fast.count(text) == oracle(encoding).count(text)


def test_special_tokens_are_plain_text() -> None:
    assert TiktokenCounter().count("<|endoftext|>") == 7


def test_known_counts() -> None:
    assert TiktokenCounter().count_many(["", "hello world", "a" * 8]) == [0, 2, 1]
    assert TiktokenCounter("cl100k_base").count("antidisestablishmentarianism") == 6


@pytest.mark.parametrize("character", ["a", " ", "=", "\n", "é", "\ud800", "😀"])
def test_a_megabyte_of_one_character_does_not_hang(character: str) -> None:
    started = time.monotonic()
    assert TiktokenCounter().count(character * 1_000_000 + "x") > 7_000
    assert time.monotonic() - started < 10


def test_tiktoken_survives_a_million_blanks() -> None:
    exact = TiktokenCounter().count(" " * 1_000_000)
    assert abs(oracle().count(" " * 1_000_000) - exact) <= 2


def test_repeated_counts_come_from_memory() -> None:
    counter = TiktokenCounter()
    text = "the quick brown fox " * 100_000
    started = time.perf_counter()
    first = counter.count(text)
    cold = time.perf_counter() - started
    started = time.perf_counter()
    assert counter.count(text[:1] + text[1:]) == first
    assert time.perf_counter() - started < cold / 3


def test_threads_agree() -> None:
    lines = [f"line {number} of the log\n" for number in range(2_000)]
    alone = TiktokenCounter().count_many(lines)
    shared = TiktokenCounter()
    with ThreadPoolExecutor(8) as pool:
        assert all(counts == alone for counts in pool.map(shared.count_many, [lines] * 16))


def test_the_users_cache_comes_before_the_packaged_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiktoken.load, "read_file", lambda path: pytest.fail(f"downloads {path}"))
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    data = packaged()
    cached = tmp_path / hashlib.sha1(O200K_URL.encode()).hexdigest()
    cached.write_bytes(data)
    assert str(cached) in _source()
    cached.write_bytes(data[:-1])
    assert "bpe_openai" in _source()
    assert cached.read_bytes() == data[:-1], "the user's file is not ours to repair"
    assert list(tmp_path.iterdir()) == [cached]
    assert os.environ["TIKTOKEN_CACHE_DIR"] == str(tmp_path)


def _source() -> str:
    vocabulary = tiktoken_vocabulary("o200k_base")
    assert vocabulary is not None
    return vocabulary.source


@pytest.mark.usefixtures("no_cache")
def test_without_any_vocabulary_it_says_so_and_estimates() -> None:
    assert find_vocabulary("o200k_base") is None
    with pytest.raises(MissingDependencyError, match="bpe-openai"):
        TiktokenCounter()
    counter = default_counter()
    assert isinstance(counter, EstimateCounter)
    assert "estimate" in counter.name
    assert counter.count_many(["", "abcde", "\ud800"]) == [0, 2, 1]


def test_unknown_encoding() -> None:
    with pytest.raises(ValueError, match=r"'klingon' is none of cl100k_base, o200k_base"):
        TiktokenCounter("klingon")


@pytest.mark.parametrize(
    ("model", "provider", "prices"),
    [
        (None, "", "openai"),
        ("gpt-5", "openai", "openai"),
        ("openai:o4-mini", "openai", "openai"),
        ("anthropic:claude-sonnet-4-5", "anthropic", "anthropic"),
        ("us.anthropic.claude-opus-4-7-v1:0", "anthropic", "anthropic"),
        ("google_genai:gemini-2.5-flash", "google", "openai"),
        ("Qwen/Qwen3-VL-8B-Instruct", "qwen", "openai"),
        ("my-own-model", "unknown", "openai"),
    ],
)
def test_profiles(model: str | None, provider: str, prices: str) -> None:
    profile = profile_for(model)
    assert (profile.provider, profile.prices) == (provider, prices)
    assert profile.source
    assert profile.text_factor >= 1


def test_newer_claude_counts_more() -> None:
    older, newer = profile_for("claude-opus-4-6"), profile_for("claude-opus-4-7")
    assert older.text_factor < newer.text_factor


@given(texts, texts, texts)
def test_the_plain_counter_counts_what_is_said_and_nothing_else(one: str, two: str, call: str) -> None:
    counter = RequestCounter.for_model(None)
    message = Message(
        role="assistant",
        parts=(Part(kind="text", text=one), Part(kind="text", text=two)),
        calls=(ToolCall(id="1", name="read", arguments=call),),
    )
    assert counter.message(message) == TiktokenCounter().count(f"{one}\n{two}\nread({call})")
    assert counter.tools([]) == 0


def test_a_message_counts_its_images_and_other_blocks() -> None:
    shot = Part(kind="image", image=Image(url="https://example.org/a.png", width=1000, height=1000))
    thought = Part(kind="reasoning", text="hello world")
    message = Message(role="user", parts=(Part(kind="text", text="hello world"), shot, thought))
    assert RequestCounter.for_model(None).message(message) == 2 + 1296 + 2
    assert RequestCounter.for_model("claude-sonnet-4-5").message(message) == 4 + 3 + 1296 + 3
    assert RequestCounter.for_model(None, image_model="gpt-4o").message(message) == 2 + 765 + 2
    assert RequestCounter.for_model("my-own-model").message(message) == 5 + 3 + 1296 + 3


def test_unknown_image_model_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"'blind-model'; known families: .*gpt-4o"):
        RequestCounter.for_model("gpt-5", image_model="blind-model")


@given(st.lists(texts), st.floats(1, 2))
def test_the_correction_rounds_up(parts: list[str], factor: float) -> None:
    plain = TiktokenCounter()
    counter = RequestCounter(counter=plain, profile=ModelProfile(text_factor=factor))
    for text, tokens_of_text in zip(parts, counter.texts(parts), strict=True):
        assert tokens_of_text == counter.text(text)
        assert -1e-5 < tokens_of_text - plain.count(text) * factor < 1


def test_tool_schemas_cost_their_json_and_the_providers_surcharge() -> None:
    schema = {"name": "read", "description": "Reads a file", "parameters": {"type": "object"}}
    sent = TiktokenCounter().count(json.dumps(schema))
    assert RequestCounter.for_model(None).tools([schema, schema]) == 2 * sent
    assert RequestCounter.for_model("claude-sonnet-4-5").tools([schema]) > 346 + sent


@pytest.mark.skipif(not DATA.is_dir(), reason=f"recorded trajectories are not at {DATA}")
def test_recorded_messages_count_as_tiktoken_counts() -> None:
    counter, exact = TiktokenCounter(), oracle()
    for path in sorted(DATA.glob("traj_*.jsonl.gz")):
        with gzip.open(path, "rt") as lines:
            for line in islice(lines, 2):
                for message in json.loads(line)["messages"]:
                    text = message.get("content")
                    if isinstance(text, str):
                        assert counter.count(text) == exact.count(text)
