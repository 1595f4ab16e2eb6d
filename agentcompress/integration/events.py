"""Tells a run what became of it, where LangChain and LangGraph users look for it."""

from collections.abc import Callable
from typing import Any

from langchain_core.callbacks import adispatch_custom_event, dispatch_custom_event
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import ensure_config, get_callback_manager_for_config
from langgraph.config import get_stream_writer

from agentcompress.values import CompressionResult

EVENT = "agentcompress"
"""Name of the custom event, and the key under which it stands in the custom stream."""


def announce(result: CompressionResult) -> None:
    """Sends one event to the run that this is called in; to nobody where there is none.

    ``{"agentcompress": event}`` goes to `stream_mode="custom"`, and the event by that
    name to callbacks (`on_custom_event`) and to `astream_events`. It is JSON-ready and
    says nothing of what the conversation says: `CompressionResult.figures`, and with
    them ``"milliseconds"``.
    """
    send(EVENT, _event(result))


async def aannounce(result: CompressionResult) -> None:
    """`announce` for asynchronous callbacks."""
    await asend(EVENT, _event(result))


def send(name: str, event: dict[str, Any]) -> None:
    """Sends an event to the run that this is called in, by its name in every place."""
    _write(name, event)
    if (config := _run()) is not None:
        dispatch_custom_event(name, event, config=config)


async def asend(name: str, event: dict[str, Any]) -> None:
    """`send` for asynchronous callbacks."""
    _write(name, event)
    if (config := _run()) is not None:
        await adispatch_custom_event(name, event, config=config)


def _event(result: CompressionResult) -> dict[str, Any]:
    return {**result.figures(), "milliseconds": round(result.milliseconds, 3)}


def _write(name: str, event: dict[str, Any]) -> None:
    if (write := _writer()) is not None:
        write({name: event})


def _writer() -> Callable[[Any], None] | None:
    try:
        return get_stream_writer()
    except (RuntimeError, KeyError):  # There is no run, or none of a graph.
        return None


def _run() -> RunnableConfig | None:
    """The config of the run that surrounds this, if one does."""
    config = ensure_config()
    return config if get_callback_manager_for_config(config).parent_run_id else None
