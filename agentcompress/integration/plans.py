"""Whose decisions are whose: nodes, branches of a fan-out, and nodes of sub-graphs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Self

from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.runnables import RunnableConfig
from langgraph._internal._constants import PUSH

from .channel import BRANCH, INSIDE, PLANS, record, recorded

_CARRIED = "__agentcompress_plans"


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedPlans:
    """What a sub-graph's nodes keep from one call of the sub-graph to the next.

    A sub-graph starts each call with channels of its own, so its parent keeps these for it.
    """

    namespace: str
    """The checkpoint namespace of the node that is the sub-graph: a graph that one of its nodes calls
    inherits the config too, but not the plans."""
    before: Mapping[str, Any]
    """What the parent kept, by path inside of the sub-graph."""
    found: dict[str, Any] = field(default_factory=dict)
    """What the sub-graph's own channel held: more than `before` when an interrupted call goes on."""
    made: dict[str, Any] = field(default_factory=dict)
    """What its nodes kept in this call."""

    @property
    def kept(self) -> Mapping[str, Any]:
        """What the parent is to keep after the call, if anything is new."""
        new = {**self.found, **self.made}
        return {**self.before, **new} if new else {}

    @classmethod
    def into(cls, config: RunnableConfig, before: Mapping[str, Any]) -> tuple[Self, RunnableConfig]:
        """The plans for a call of a sub-graph, and the config that carries them."""
        carried = cls(namespace=_namespace(config), before=before)
        return carried, {**config, "configurable": {**config.get("configurable", {}), _CARRIED: carried}}

    @classmethod
    def of(cls, config: RunnableConfig) -> Self | None:
        """The plans that were carried into the sub-graph of a node."""
        carried = config.get("configurable", {}).get(_CARRIED)
        inside = carried and _namespace(config).rpartition(INSIDE)[0] == carried.namespace
        return carried if inside else None


def known_plans(config: RunnableConfig) -> Mapping[str, Any]:
    """All that the nodes of a running node's graph keep, by path."""
    own, carried = recorded(config, PLANS), CarriedPlans.of(config)
    if carried is None:
        return own
    carried.found.update(own)
    return {**carried.before, **own}


def keep(config: RunnableConfig, entries: Mapping[str, Any]) -> None:
    """Keeps entries, by path, if the running node succeeds."""
    record(config, PLANS, entries)
    if carried := CarriedPlans.of(config):
        carried.made.update(entries)


def within(path: str, known: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is kept for the nodes of a sub-graph, by path inside of it."""
    start = f"{path}{INSIDE}"
    return {key.removeprefix(start): kept for key, kept in known.items() if key.startswith(start)}


def inside(path: str, entries: Mapping[str, Any]) -> Mapping[str, Any]:
    """Entries of a sub-graph's nodes, by path in the graph that has it as a node."""
    return {f"{path}{INSIDE}{key}": kept for key, kept in entries.items()}


def paths(
    name: str, messages: Sequence[BaseMessage], config: RunnableConfig, known: Mapping[str, Any]
) -> tuple[str, str]:
    """Where a node's conversation was kept, and where it is to be kept now.

    A branch of a fan-out is known by what was said in it so far, so that it finds its own
    decisions again once it has grown, and never those of another.

    Args:
        name: The node.
        messages: What it was given.
        config: The config it runs with.
        known: All that is kept, by path.
    """
    if config.get("metadata", {}).get("langgraph_path", ("",))[0] != PUSH:
        return name, name
    branches = [f"{name}{BRANCH}{digest}" for digest in digests(messages)]
    kept = {path.partition(INSIDE)[0] for path in known}
    found = next((branch for branch in reversed(branches) if branch in kept), "")
    return found, branches[-1] if branches else name


def digests(messages: Sequence[BaseMessage]) -> Iterator[str]:
    """Names of the conversation after each message, by what was said."""
    hashed = blake2b(digest_size=8)
    for message in messages:
        hashed.update(said(message))
        yield hashed.hexdigest()


def said(message: BaseMessage) -> bytes:
    """What a message says, whatever id it has."""
    calls = message.tool_calls if isinstance(message, AIMessage) else getattr(message, "tool_call_id", "")
    return repr((message.type, message.content, calls)).encode("utf-8", "surrogatepass")


def _namespace(config: RunnableConfig) -> str:
    return str(config.get("configurable", {}).get("checkpoint_ns", ""))
