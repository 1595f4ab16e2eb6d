"""The archive of the conversation that a graph is running for."""

from collections.abc import Sequence
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.config import get_config, get_store
from langgraph.store.base import BaseStore

from agentcompress.archive import Archive, ArchivedMessage, archived
from agentcompress.messages import codec_for
from agentcompress.values import CompressionResult


def archive_of(store: BaseStore | None, config: RunnableConfig) -> Archive | None:
    """The archive of the thread that a run belongs to; None without a store or a thread."""
    thread = config.get("configurable", {}).get("thread_id")
    return Archive(store, str(thread)) if store is not None and thread else None


def current_archive() -> Archive | None:
    """The archive of the thread of the graph that this is called in, if it has both."""
    try:
        return archive_of(get_store(), get_config())
    except (RuntimeError, KeyError, AttributeError):  # There is no run, or none of a graph.
        return None


def left(messages: Sequence[Any], result: CompressionResult) -> list[ArchivedMessage]:
    """The messages that a compression was the first not to show as they are."""
    if not result.left:
        return []
    codec = codec_for(messages)
    return archived([codec.read(message) for message in messages], result.left)
