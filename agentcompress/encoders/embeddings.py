"""Any LangChain `Embeddings`: the way to a remote server."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextvars import copy_context
from threading import Thread
from typing import Protocol
from uuid import uuid4

import numpy as np

from agentcompress.errors import EncodingError
from agentcompress.values import Vectors

from .texts import well_formed

_PASSING = {408, 409, 425, 429}
"""HTTP answers in the 400s that another try may change."""
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 8.0
"""Seconds between tries, doubled each time and drawn at random below that."""


class EmbeddingModel(Protocol):
    """What is used of `langchain_core.embeddings.Embeddings`."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector a text."""
        ...


class EmbeddingsEncoder:
    """Asks a LangChain `Embeddings` for vectors, in batches, with tries and time-outs.

    Queries are encoded as documents are, so that one cache serves both. A blank text is
    the zero vector and is never sent: many servers refuse it. Behind a `CachedEncoder`,
    which `encoder_for` adds, no text is sent twice.

    Args:
        embeddings: From any LangChain integration.
        name: Names the model: part of every cache key. None takes it from the fields
            `model` and `dimensions` of `embeddings`; where it has none, the name holds
            for this object alone, and a file of vectors is no use to later ones.
        batch_size: Texts in one call.
        attempts: How often a batch is tried; an answer that says the request itself is
            wrong (HTTP 400, 401, 404, …) is final at once.
        timeout: Seconds to wait for one try. What a server still does then is not
            waited for.

    Raises:
        ValueError: A number is out of range.
    """

    def __init__(
        self,
        embeddings: EmbeddingModel,
        *,
        name: str | None = None,
        batch_size: int = 128,
        attempts: int = 4,
        timeout: float = 30.0,
    ) -> None:
        for field, value in (("batch_size", batch_size), ("attempts", attempts)):
            if value < 1:
                raise ValueError(f"{field} must be at least 1, got {value}")
        if not timeout > 0:
            raise ValueError(f"timeout must be above 0, got {timeout}")
        self._embeddings = embeddings
        self._name = name or _name_of(embeddings)
        self._batch_size = batch_size
        self._attempts = attempts
        self._timeout = timeout
        self._dimensions = 0

    @property
    def name(self) -> str:
        """Names class, model and dimensions: part of every cache key."""
        return self._name

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32, shape (texts, dimensions); zero for blank texts.

        Raises:
            EncodingError: A batch failed at every try, or what came back is no vectors.
        """
        said = [index for index, text in enumerate(texts) if text.strip()]
        starts = range(0, len(said), self._batch_size)
        done = []
        for number, start in enumerate(starts, start=1):
            batch = [well_formed(texts[index]) for index in said[start : start + self._batch_size]]
            done.append(self._ask(batch, f"batch {number} of {len(starts)} (texts: {len(batch)})"))
        if texts and not done and not self._dimensions:
            self._ask(["text"], "a text sent to learn the dimensions")
        vectors: Vectors = np.zeros((len(texts), self._dimensions), dtype=np.float32)
        if done:
            vectors[said] = np.concatenate(done)
        return vectors

    def _ask(self, batch: list[str], what: str) -> Vectors:
        from tenacity import RetryError, Retrying, retry_if_exception, stop_after_attempt
        from tenacity import wait_random_exponential as wait

        tries = Retrying(
            retry=retry_if_exception(_may_pass),
            stop=stop_after_attempt(self._attempts),
            wait=wait(multiplier=_FIRST_WAIT, max=_LONGEST_WAIT),
        )
        try:
            answer = tries(_within, self._timeout, lambda: self._embeddings.embed_documents(batch))
            return self._checked(answer, len(batch))
        except RetryError as error:
            cause = error.last_attempt.exception()
            tried = f" after {self._attempts} tries"
        # Integrations raise what their client libraries raise.
        except Exception as error:
            cause, tried = error, ""
        raise EncodingError(f"{self._name}: {what} failed{tried}: {_said(cause)}") from cause

    def _checked(self, answer: list[list[float]], texts: int) -> Vectors:
        """Unit vectors of an answer, shape (texts, dimensions)."""
        vectors: Vectors = np.asarray(answer, dtype=np.float32)
        if vectors.ndim != 2 or len(vectors) != texts:
            raise ValueError(f"the answer has shape {vectors.shape} for {texts} texts")
        if self._dimensions not in (0, vectors.shape[1]):
            raise ValueError(f"the answer has {vectors.shape[1]} dimensions, earlier ones {self._dimensions}")
        if not np.isfinite(vectors).all():
            raise ValueError("the answer has numbers that are not finite")
        self._dimensions = vectors.shape[1]
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= np.where(norms > 0, norms, 1)
        return vectors


def _within(seconds: float, call: Callable[[], list[list[float]]]) -> list[list[float]]:
    """What a call gives, or TimeoutError; a thread that hangs does not keep the process alive."""
    answer: Future[list[list[float]]] = Future()

    def run() -> None:
        try:
            answer.set_result(call())
        except BaseException as error:
            answer.set_exception(error)

    Thread(target=copy_context().run, args=(run,), daemon=True).start()
    try:
        return answer.result(seconds)
    except TimeoutError:
        if answer.done():
            raise
        raise TimeoutError(f"no answer within {seconds:g} s") from None


def _may_pass(error: BaseException) -> bool:
    response = getattr(error, "response", None)
    status = getattr(error, "status_code", getattr(response, "status_code", None))
    final = isinstance(status, int) and 400 <= status < 500 and status not in _PASSING
    return isinstance(error, Exception) and not final


def _said(error: BaseException | None) -> str:
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def _name_of(embeddings: EmbeddingModel) -> str:
    kind = type(embeddings).__name__
    model = getattr(embeddings, "model", None) or getattr(embeddings, "model_name", None)
    if not isinstance(model, str):
        return f"{kind}-{uuid4().hex}"
    dimensions = getattr(embeddings, "dimensions", None)
    return f"{kind}-{model}" if dimensions is None else f"{kind}-{model}-{dimensions}"
