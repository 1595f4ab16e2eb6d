"""A chat model of the user's own class, each of whose calls sends a view that fits."""

from copy import copy
from types import new_class
from typing import Any, TypeVar, Unpack, cast

from langchain_core.language_models import BaseChatModel

from agentcompress.values import Budget

from .calls import CompressedCalls
from .methods import CompressedMethods
from .settings import Settings

_Model = TypeVar("_Model", bound=BaseChatModel)
_ORIGINAL = "__agentcompress_original__"
"""Attribute of a compressing class that names the user's own."""


def compress_model(model: _Model, /, budget: int | float | Budget, **settings: Unpack[Settings]) -> _Model:
    """The model, with every request kept within a token budget.

    ```python
    model = compress_model(ChatAnthropic(model="claude-sonnet-4-5"), budget=16_000)
    ```

    What comes back is an instance of a subclass of the model's own class: tools,
    structured output, streaming, callbacks and configuration work as they do on the
    model, which itself stays as it is. Callbacks and LangChain's cache see the
    messages that came in; `on_compression` tells what was sent instead.

    Decisions belong to the conversation: an answer carries what its call changed in
    `response_metadata`, which the provider never sees. Where the answers are part of
    the next call's messages, as in a graph's state, requests between two evictions
    extend each other byte for byte, also after a checkpoint.

    A model that is wrapped again gets the new budget instead of the old one, and
    under `ContextCompressionMiddleware` the middleware's budget counts alone.
    Serialised, it is the plain model.

    Args:
        model: A chat model. Wrap it before binding tools to it or making it configurable.
        budget: Hard limit of a whole request: tokens, a fraction of the model's window,
            or a `Budget` with marks of its own; a number gets `Budget.for_long_run`.
        settings: As in `Settings`.

    Raises:
        MissingDependencyError: The encoder's model is not on this machine.
        TypeError: `model` is no chat model.
        ValueError: A setting is out of range, or the budget is a fraction and the
            model's window is not known.
    """
    if not isinstance(model, BaseChatModel):
        raise TypeError(
            f"compress_model takes a chat model, got {type(model).__name__}: "
            "wrap the model itself before binding, configuring or chaining it"
        )
    model = uncompressed(model)
    calls = CompressedCalls(budget, **settings)
    calls.check(model)
    limit = budget.limit if isinstance(budget, Budget) else budget
    return _as(model, _compressing(type(model), CompressedMethods(calls, limit)))


def uncompressed(model: _Model) -> _Model:
    """The plain model behind one of `compress_model`; any other is returned as it is."""
    original = getattr(type(model), _ORIGINAL, None)
    return model if original is None else _as(model, original)


def _as(model: _Model, model_class: type[_Model]) -> _Model:
    # A copy, not a construction: defaults from the environment, clients and private state stay.
    other = copy(model)
    object.__setattr__(other, "__class__", model_class)
    return other


def _compressing(original: type[_Model], methods: CompressedMethods) -> type[_Model]:
    """A subclass that looks like the original and compresses where it speaks to its provider."""
    namespace: dict[str, Any] = {
        "__module__": original.__module__,
        "__qualname__": original.__qualname__,
        "__doc__": original.__doc__,
        _ORIGINAL: original,
    }
    for name, wrapped in methods.wrappers.items():
        method = getattr(original, name, None)
        # LangChain tells by these being overridden what a model can do.
        if method is not None and method is not getattr(BaseChatModel, name, None):
            namespace[name] = wrapped(method)
    made = new_class(original.__name__, (original,), exec_body=lambda body: body.update(namespace))
    return cast(type[_Model], made)
