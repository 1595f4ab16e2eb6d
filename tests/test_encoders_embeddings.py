"""LangChain `Embeddings`: batches, tries, time-outs, and errors that say which batch and why."""

import threading
import time
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings

import agentcompress.encoders.embeddings
from agentcompress.encoders import EmbeddingsEncoder, encoder_for
from agentcompress.errors import EncodingError

Answer = Callable[[list[str]], list[list[float]]]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agentcompress.encoders.embeddings, "_FIRST_WAIT", 0.0)


class Server(Embeddings):
    """Gives each text the vector (its length, 1), after whatever goes wrong first."""

    model = "lengths-1"

    def __init__(self, *troubles: Exception | Answer) -> None:
        self.troubles = list(troubles)
        self.batches: list[list[str]] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.batches.append(texts)
        trouble = self.troubles.pop(0) if self.troubles else None
        if isinstance(trouble, Exception):
            raise trouble
        return trouble(texts) if trouble else [[float(len(text)), 1.0] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        raise NotImplementedError


class HttpError(Exception):
    """As the client libraries raise it."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}\nand a page of HTML")
        self.status_code = status


@given(st.lists(st.text(max_size=6), max_size=9), st.integers(1, 4))
@settings(max_examples=30)
def test_vectors_stand_in_the_order_of_the_texts(texts: list[str], batch_size: int) -> None:
    server = Server()
    vectors = EmbeddingsEncoder(server, batch_size=batch_size).encode(texts)
    assert vectors.dtype == np.float32
    assert len(vectors) == len(texts)
    assert all(len(batch) <= batch_size for batch in server.batches)
    for text, vector in zip(texts, vectors, strict=True):
        length = len(text) if text.strip() else 0
        expected = np.array([length, 1]) / np.hypot(length, 1) if length else np.zeros(2)
        np.testing.assert_allclose(vector, expected, rtol=1e-6)


def test_blank_texts_and_surrogates_never_reach_the_server() -> None:
    server = Server()
    vectors = EmbeddingsEncoder(server).encode(["", "a\ud800", " \n"])
    assert server.batches == [["a?"]]
    assert vectors.any(axis=1).tolist() == [False, True, False]


def test_passing_trouble_is_tried_again() -> None:
    server = Server(HttpError(429), ConnectionError("reset"), HttpError(503))
    assert EmbeddingsEncoder(server, attempts=4).encode(["abc"]).shape == (1, 2)
    assert len(server.batches) == 4


def test_a_batch_that_fails_every_time_is_named_with_its_cause() -> None:
    server = Server(lambda texts: [[1.0, 2.0]] * len(texts), *[ConnectionError("reset")] * 3)
    said = r"^Server-lengths-1: batch 2 of 2 \(texts: 1\) failed after 3 tries: ConnectionError: reset$"
    with pytest.raises(EncodingError, match=said) as caught:
        EmbeddingsEncoder(server, batch_size=2, attempts=3).encode(["a", "b", "c"])
    assert isinstance(caught.value.__cause__, ConnectionError)


@pytest.mark.parametrize("status", [400, 401, 404, 422])
def test_a_wrong_request_is_not_tried_again(status: int) -> None:
    server = Server(HttpError(status))
    with pytest.raises(EncodingError, match=rf"failed: HttpError: status {status}$"):
        EmbeddingsEncoder(server).encode(["a"])
    assert len(server.batches) == 1


def test_a_server_that_hangs_is_not_waited_for() -> None:
    released = threading.Event()

    def hang(texts: list[str]) -> list[list[float]]:
        released.wait(20)
        return []

    server = Server(hang, hang)
    start = time.perf_counter()
    with pytest.raises(EncodingError, match=r"after 2 tries: TimeoutError: no answer within 0\.05 s"):
        EmbeddingsEncoder(server, attempts=2, timeout=0.05).encode(["a"])
    assert time.perf_counter() - start < 10
    released.set()


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (lambda texts: [[1.0]], r"shape \(1, 1\) for 2 texts"),
        (lambda texts: [[1.0], [1.0, 2.0]], "failed: ValueError"),
        (lambda texts: [[1.0, float("nan")]] * 2, "not finite"),
        (lambda texts: [], "shape"),
        (lambda texts: None, "shape"),
    ],
)
def test_an_answer_that_is_no_vectors_is_refused(answer: Answer, problem: str) -> None:
    with pytest.raises(EncodingError, match=problem):
        EmbeddingsEncoder(Server(answer)).encode(["a", "b"])


def test_dimensions_may_not_change_between_batches() -> None:
    server = Server(lambda texts: [[1.0, 2.0, 3.0]])
    with pytest.raises(EncodingError, match=r"batch 2 of 2 .* 2 dimensions, earlier ones 3"):
        EmbeddingsEncoder(server, batch_size=1).encode(["a", "b"])


def test_a_name_says_class_model_and_dimensions_or_is_no_one_elses() -> None:
    server = Server()
    assert EmbeddingsEncoder(server).name == "Server-lengths-1"
    assert EmbeddingsEncoder(server, name="mine").name == "mine"
    nameless = DeterministicFakeEmbedding(size=4)
    assert EmbeddingsEncoder(nameless).name != EmbeddingsEncoder(nameless).name


def test_a_cache_stands_before_the_server() -> None:
    server = Server()
    encoder = encoder_for(server)
    encoder.encode(["a", "b", "a"])
    encoder.encode(["b", "c"])
    assert server.batches == [["a", "b"], ["c"]]


@pytest.mark.parametrize("setting", [{"batch_size": 0}, {"attempts": 0}, {"timeout": 0}])
def test_settings_out_of_range_are_named(setting: dict[str, int]) -> None:
    [name] = setting
    with pytest.raises(ValueError, match=f"{name} must be"):
        EmbeddingsEncoder(Server(), **setting)  # type: ignore[arg-type]
