"""What every host of compression can be told, said once."""

from collections.abc import Callable, Collection
from typing import Any, TypedDict

from agentcompress.encoders import EncoderSetting
from agentcompress.values import CompressionResult, Strategy, TextReader


class Settings(TypedDict, total=False):
    """Settings of the middleware, of a wrapped model and of a wrapped graph."""

    exclude_tools: Collection[str]
    """Names of tools whose calls and results are never touched."""
    pin: Callable[[Any], bool] | None
    """Says of a message whether it is never to be touched; its call or results stay with it."""
    lossless: bool
    """Whether tool results are said in fewer tokens even where there is room."""
    keep_images: int
    """How many of the newest images are shown in full while they fit."""
    text_reader: TextReader | None
    """Reads the text in images, so that lines of it can stand for one."""
    model: str | None
    """Name of the model to count for; None takes it from each request."""
    encoder: EncoderSetting
    """Gives the vectors that relevance is told by: "auto", "static", "minilm", a model's folder, a
    LangChain `Embeddings` or an `Encoder`."""
    strategy: Strategy | None
    """Chooses what is shown when everything does not fit; None takes the default one."""
    prices: str | None
    """Of the provider's prompt cache: "anthropic", "anthropic-1h", "openai" or "none"; they say how
    deep an eviction goes and how early it may cut. None takes those of the model."""
    on_compression: Callable[[CompressionResult], None] | None
    """Called with the result of every compression."""
