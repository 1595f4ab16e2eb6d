"""The private channels in which a compressed graph keeps its decisions."""

from collections.abc import Mapping
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph._internal._constants import CONFIG_KEY_READ, CONFIG_KEY_SEND

PLANS = "agentcompress_plans"
"""What each node's conversation keeps, by the node's path."""
REPORTS = "agentcompress_reports"
"""What was handed over, by what it says: ``{"by": node, "text": its short form}``."""
BRANCH = ":"
"""Stands in a path before the conversation of one branch of a fan-out; no node's name has it."""
INSIDE = "|"
"""Stands in a path between a sub-graph and its node; no node's name has it."""
_BRANCHES = 64
"""Branches that are remembered: most are sent once and never again."""


def merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The reducer of both channels: newest entries last, and of branches only the newest ones."""
    both = {**{key: value for key, value in old.items() if key not in new}, **new}
    branches = [key for key in both if BRANCH in key]
    for key in branches[:-_BRANCHES]:
        del both[key]
    return both


def recorded(config: RunnableConfig, channel: str) -> Mapping[str, Any]:
    """What a channel holds; nothing where a node is called outside its graph."""
    read = config.get("configurable", {}).get(CONFIG_KEY_READ)
    return (read(channel, False) if read else None) or {}


def record(config: RunnableConfig, channel: str, entries: Mapping[str, Any]) -> None:
    """Writes to a channel together with what the running node returns, or not at all if it fails."""
    send = config.get("configurable", {}).get(CONFIG_KEY_SEND)
    if send and entries:
        send([(channel, dict(entries))])
