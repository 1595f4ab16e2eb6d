"""Sentence-transformers models: own batches, the library's vectors."""

import shutil
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from agentcompress.encoders import SentenceTransformerEncoder, minilm_folder, minilm_weights
from agentcompress.encoders.batching import Batcher
from agentcompress.errors import MissingDependencyError

pytestmark = pytest.mark.skipif(minilm_weights() is None, reason="needs the minilm extra")

WORDS = ["error", "timeout", "main.py", "the", "of", "train", "Berlin", "parse", "日本", "snow", "worker-3"]


@pytest.fixture(scope="module")
def minilm() -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder("minilm", device="cpu", precision="float32")


@pytest.fixture(scope="module")
def library(minilm: SentenceTransformerEncoder) -> Any:
    """The same model as sentence-transformers runs it."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(minilm_folder()), device="cpu", local_files_only=True)


def texts_of(count: int, seed: int = 0) -> list[str]:
    rng = Random(seed)
    return [" ".join(rng.choices(WORDS, k=rng.randint(1, 40))) for _ in range(count)]


def test_vectors_are_those_of_the_library_in_the_order_of_the_input(
    minilm: SentenceTransformerEncoder, library: Any
) -> None:
    texts = ["", " ", "a", "word " * 600, *texts_of(24)]
    ours = minilm.encode(texts)
    theirs = library.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    assert ours.dtype == np.float32
    assert ours.shape == (len(texts), 384)
    assert (ours * theirs).sum(axis=1).min() > 0.9999
    np.testing.assert_allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-5)


def test_neighbours_change_no_more_than_the_last_digits(minilm: SentenceTransformerEncoder) -> None:
    texts = texts_of(16)
    together = minilm.encode(texts)
    alone = np.concatenate([minilm.encode([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_the_same_list_gives_the_same_bytes(minilm: SentenceTransformerEncoder) -> None:
    texts = texts_of(16)
    np.testing.assert_array_equal(minilm.encode(texts), minilm.encode(texts))


def test_threads_share_one_model(minilm: SentenceTransformerEncoder) -> None:
    batches = [texts_of(3, seed) for seed in range(8)]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(minilm.encode, batches))
    for batch, vectors in zip(batches, results, strict=True):
        np.testing.assert_allclose(vectors, minilm.encode(batch), atol=1e-5)


def test_no_text_no_vector(minilm: SentenceTransformerEncoder) -> None:
    assert minilm.encode([]).shape == (0, 384)


def test_a_lone_surrogate_hides_no_other_word(minilm: SentenceTransformerEncoder) -> None:
    [odd, plain] = minilm.encode(["timeout \ud800 error", "timeout error"])
    assert odd @ plain > 0.7


def test_of_a_long_text_the_beginning_is_read(minilm: SentenceTransformerEncoder) -> None:
    [a, b] = minilm.encode(["word " * 300 + "omega", "word " * 300 + "alpha"])
    np.testing.assert_allclose(a, b, atol=1e-5)


def test_half_precision_stays_close(minilm: SentenceTransformerEncoder) -> None:
    half = SentenceTransformerEncoder("minilm", device="cpu", precision="bfloat16")
    texts = texts_of(6)
    assert (half.encode(texts) * minilm.encode(texts)).sum(axis=1).min() > 0.99
    assert half.name != minilm.name


@pytest.fixture
def altered(tmp_path: Path) -> Callable[[str, str, str], Path]:
    """A copy of the model with a setting of one of its files replaced."""

    def make(name: str, before: str, after: str) -> Path:
        folder = tmp_path / "model"
        shutil.copytree(minilm_folder(), folder)
        file = folder / name
        content = file.read_text(encoding="utf-8")
        assert before in content
        file.write_text(content.replace(before, after), encoding="utf-8")
        return folder

    return make


def test_pooling_is_what_the_model_says(altered: Callable[[str, str, str], Path], library: Any) -> None:
    settings = '"pooling_mode_cls_token": false,\n  "pooling_mode_mean_tokens": true'
    swapped = settings.replace("false", "yes").replace("true", "false").replace("yes", "true")
    folder = altered("1_Pooling/config.json", settings, swapped)
    encoder = SentenceTransformerEncoder(folder, device="cpu", precision="float32")
    states = library.encode(["a train"], output_value="token_embeddings", show_progress_bar=False)
    first = states[0][0].numpy()
    [ours] = encoder.encode(["a train"])
    assert ours @ first / np.linalg.norm(first) > 0.9999


def test_a_model_with_a_prompt_gets_its_prompt(
    altered: Callable[[str, str, str], Path], minilm: SentenceTransformerEncoder
) -> None:
    file = minilm_folder() / "config_sentence_transformers.json"
    text = file.read_text(encoding="utf-8")
    with_prompt = text.rstrip()[:-1] + ', "prompts": {"p": "query: "}, "default_prompt_name": "p"}'
    encoder = SentenceTransformerEncoder(
        altered(file.name, text, with_prompt), device="cpu", precision="float32"
    )
    np.testing.assert_allclose(encoder.encode(["a train"]), minilm.encode(["query: a train"]), atol=1e-5)
    assert encoder.encode([]).shape == (0, 384)
    assert encoder.name.split("-")[1] != minilm.name.split("-")[1]


def test_a_model_that_is_not_here_is_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(self: socket.socket, address: object) -> None:
        raise AssertionError(f"tried to reach {address}")

    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(
        MissingDependencyError, match=r"'no/such-model' is not on this machine.*minilm"
    ) as caught:
        SentenceTransformerEncoder("no/such-model")
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_no_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingDependencyError, match=str(tmp_path)):
        SentenceTransformerEncoder(tmp_path)


@pytest.mark.parametrize("device", ["cuda:97", "toaster"])
def test_a_device_that_is_not_there_is_named(device: str) -> None:
    with pytest.raises(ValueError, match=device):
        SentenceTransformerEncoder("minilm", device=device)


@pytest.mark.parametrize("size", [1, 64, 2_048])
def test_batches_hold_every_text_once_and_no_more_tokens_than_they_may(library: Any, size: int) -> None:
    batcher = Batcher(library)
    texts = ["", "word " * 600, *texts_of(30)]
    batches = list(batcher.batches(texts, size))
    assert sorted(position for batch in batches for position in batch.positions) == list(range(len(texts)))
    assert all(len(b.tokens) == 1 or len(b.tokens) * len(b.tokens[0]) <= size for b in batches)
    assert max(len(tokens) for batch in batches for tokens in batch.tokens) == 256
    lengths = [len(tokens) for batch in batches for tokens in batch.tokens]
    assert lengths == sorted(lengths, reverse=True)


def test_padding_rounds_up_and_is_masked(library: Any) -> None:
    batcher = Batcher(library)
    [batch] = batcher.batches(["a b c d e f g h i", "a"], 10_000)
    ids, mask = batcher.padded(batch, multiple=8, pinned=False)
    assert ids.shape == mask.shape == (2, 16)
    assert mask.sum(dim=1).tolist() == [len(tokens) for tokens in batch.tokens] == [11, 3]
    assert not (ids * (1 - mask)).any()
