"""Encoders: what a vector promises, and that a cache changes nothing but the time."""

import hashlib
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file
from tokenizers import Tokenizer

import agentcompress.encoders
from agentcompress.encoders import CachedEncoder, StaticEncoder, encoder_for
from agentcompress.errors import MissingDependencyError

from .encoders import STATIC, RecordingEncoder

DATA = Path(agentcompress.encoders.__file__).parent / "data"
TENSORS = load_file(DATA / "static.safetensors")
TOKENIZER = Tokenizer.from_file(str(DATA / "tokenizer.json"))
ODD_TEXTS = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from("\x00\x1c\u2028\ud800\udfff\u0301 \n[]")), max_size=40
)
WORDS = st.lists(st.sampled_from(["error", "Zeile", "main.py", "日本", "the", "42"]), max_size=8).map(
    " ".join
)
TEXTS = st.lists(st.one_of(ODD_TEXTS, WORDS), max_size=12)


def test_related_sentences_are_closer_than_unrelated_ones() -> None:
    pairs = [
        ("The cat sleeps on the sofa.", "A kitten is napping on the couch."),
        ("Payment was declined by the bank.", "The credit card transaction failed."),
        ("def add(a, b): return a + b", "function that sums two numbers"),
        ("The train to Berlin is late.", "Railway delays on the way to Germany."),
    ]
    left, right = (STATIC.encode(side) for side in zip(*pairs, strict=True))
    similarities = left @ right.T
    assert (similarities.argmax(axis=1) == np.arange(len(pairs))).all()
    assert similarities.diagonal().min() > np.median(similarities) + 0.1


@given(TEXTS)
@settings(deadline=None)
def test_vectors_are_unit_or_zero(texts: list[str]) -> None:
    vectors = STATIC.encode(texts)
    norms = np.linalg.norm(vectors, axis=1)
    assert vectors.shape == (len(texts), 256)
    assert vectors.dtype == np.float32
    assert all(norm == pytest.approx(1, abs=1e-5) or norm == 0 for norm in norms)


@given(st.lists(st.one_of(ODD_TEXTS, WORDS, st.sampled_from(["[SEP]", "a.b[MASK]", "x" * 101, "Été"]))))
@settings(deadline=None)
def test_a_vector_is_the_sum_of_the_rows_of_a_texts_tokens(texts: list[str]) -> None:
    text = " ".join(" ".join(texts).split())
    tokens = TOKENIZER.encode(text.encode("utf-8", "replace").decode(), add_special_tokens=False).ids
    total = (TENSORS["rows"][tokens] * TENSORS["scales"][tokens, None]).sum(axis=0, dtype=np.float64)
    expected = total / (np.linalg.norm(total) or 1)
    np.testing.assert_allclose(STATIC.encode([" ".join(texts)])[0], expected, atol=1e-5)


@given(TEXTS)
@settings(deadline=None)
def test_a_vector_does_not_depend_on_its_neighbours(texts: list[str]) -> None:
    together = STATIC.encode(texts)
    for text, vector in zip(texts, together, strict=True):
        np.testing.assert_array_equal(STATIC.encode([text])[0], vector)


@pytest.mark.parametrize("text", ["", " \n\t", "\x00", "[PAD] [MASK]", "A" * 5000])
def test_a_text_without_a_known_token_is_the_zero_vector(text: str) -> None:
    assert not STATIC.encode([text]).any()


def test_a_lone_surrogate_hides_no_other_word() -> None:
    [odd, plain, empty] = STATIC.encode(["timeout \ud800 error", "timeout error", ""])
    assert odd @ plain > 0.8
    assert not empty.any()


def test_of_a_giant_text_both_ends_are_read() -> None:
    filler = "lorem ipsum " * 2000
    [a, same, other_end] = STATIC.encode(
        [
            f"alpha {filler} beta {filler} omega",
            f"alpha {filler} gamma {filler} omega",
            f"alpha {filler}{filler} kappa",
        ]
    )
    np.testing.assert_array_equal(a, same)
    assert (a != other_end).any()


def test_the_data_is_what_its_card_says() -> None:
    card = json.loads((DATA / "card.json").read_text(encoding="utf-8"))
    assert STATIC.name == card["name"]
    for name, expected in card["sha256"].items():
        assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == expected


def test_missing_data_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(MissingDependencyError, match=r"static\.safetensors is missing"):
        StaticEncoder(tmp_path)


def test_encoding_needs_no_torch() -> None:
    code = (
        "import sys; from agentcompress.encoders import encoder_for; encoder_for('static').encode(['a b']);"
        "print(sorted({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_a_named_encoder_is_loaded_once() -> None:
    assert encoder_for("static") is encoder_for("static")
    assert encoder_for("static").name == STATIC.name


@given(st.lists(TEXTS, max_size=4), st.integers(1, 6))
@settings(deadline=None)
def test_a_cache_of_any_size_gives_the_same_vectors(batches: list[list[str]], max_texts: int) -> None:
    cached = CachedEncoder(STATIC, max_texts=max_texts)
    for batch in batches:
        np.testing.assert_array_equal(cached.encode(batch), STATIC.encode(batch))


def test_a_repeated_text_is_encoded_once() -> None:
    recorder = RecordingEncoder()
    cached = CachedEncoder(recorder)
    cached.encode(["a", "b", "a"])
    cached.encode(["c", "b", "a"])
    assert recorder.seen == ["a", "b", "c"]


def test_the_text_used_longest_ago_leaves_first() -> None:
    recorder = RecordingEncoder()
    cached = CachedEncoder(recorder, max_texts=2)
    for text in ("a", "b", "a", "c", "a", "b"):
        cached.encode([text])
    assert recorder.seen == ["a", "b", "c", "b"]


def test_what_a_caller_does_to_its_vectors_stays_with_the_caller() -> None:
    cached = CachedEncoder(STATIC)
    cached.encode(["a word"])[:] = 7
    np.testing.assert_array_equal(cached.encode(["a word"]), STATIC.encode(["a word"]))


def test_threads_share_one_encoder() -> None:
    cached = CachedEncoder(STATIC, max_texts=50)
    batches = [[f"line {(number * step) % 90} of file_{step}" for step in range(40)] for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(cached.encode, batches))
    for batch, vectors in zip(batches, results, strict=True):
        np.testing.assert_array_equal(vectors, STATIC.encode(batch))


def test_a_cache_keeps_at_least_one_text() -> None:
    with pytest.raises(ValueError, match="max_texts must be at least 1, got 0"):
        CachedEncoder(STATIC, max_texts=0)
