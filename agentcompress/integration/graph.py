"""Plain graphs: a copy of a graph whose nodes see compressed messages."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any, Self, TypeVar, Unpack, cast, overload

from langchain_core.runnables import Runnable
from langgraph.channels import BinaryOperatorAggregate
from langgraph.graph import StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.prebuilt import ToolNode

from agentcompress.encoders import encoder_for
from agentcompress.tokens import RequestCounter
from agentcompress.values import Budget

from .calls import CompressedCalls
from .channel import PLANS, REPORTS, merged
from .hand_over import HandOver
from .middleware import PLAN
from .node import CompressedNode
from .settings import Settings

_Builder = StateGraph[Any, Any, Any, Any]
_Compiled = CompiledStateGraph[Any, Any, Any, Any]
_BuilderT = TypeVar("_BuilderT", bound=_Builder)
_CompiledT = TypeVar("_CompiledT", bound=_Compiled)
_Limit = int | float | Budget


@overload
def compress_graph(
    graph: _CompiledT,
    budget: _Limit,
    *,
    nodes: Mapping[str, _Limit | None] | None = None,
    hand_over: Mapping[str, int] | None = None,
    messages_key: str = "messages",
    **settings: Unpack[Settings],
) -> _CompiledT: ...


@overload
def compress_graph(
    graph: _BuilderT,
    budget: _Limit,
    *,
    nodes: Mapping[str, _Limit | None] | None = None,
    hand_over: Mapping[str, int] | None = None,
    messages_key: str = "messages",
    **settings: Unpack[Settings],
) -> _BuilderT: ...


def compress_graph(
    graph: _Builder | _Compiled,
    budget: _Limit,
    *,
    nodes: Mapping[str, _Limit | None] | None = None,
    hand_over: Mapping[str, int] | None = None,
    messages_key: str = "messages",
    **settings: Unpack[Settings],
) -> _Builder | _Compiled:
    """A copy of a graph whose nodes see messages that fit a budget.

    ```python
    graph = compress_graph(builder, budget=16_000).compile(checkpointer=saver)
    ```

    The graph's state keeps the originals, also where a node returns what it was shown.
    Decisions live in a private channel, so they survive checkpoints, forks and time travel,
    and what a node sees between two evictions extends what it saw before byte for byte.
    Payloads of a `Send` and the nodes of sub-graphs are compressed too; a sub-graph that
    compresses itself, and a `ToolNode`, are left as they are.

    Nodes call their models themselves, so what they add (system prompt, tool schemas) is not
    seen here: `Budget.for_long_run(…, reserve=…)` keeps room for it, and what a provider bills beyond the
    view lowers the ceiling. A request that it refuses cannot be sent again, only by the node.

    Args:
        graph: A `StateGraph`, or a compiled one, whose checkpointer, store, name and
            interrupts the copy keeps.
        budget: Hard limit of the messages that a node sees: tokens, a fraction of the window of
            the `model` of the settings, or a `Budget` with marks of its own; a number gets
            `Budget.for_long_run`.
        nodes: Other budgets for single nodes, or for all nodes of a sub-graph; None leaves a
            node as it is.
        hand_over: Tokens that other nodes see of each message that a node or sub-graph returned.
        messages_key: The channel of the messages.
        settings: As in `Settings`; `model` names the model to count for.

    Returns:
        A builder for a builder, a compiled graph for a compiled one.

    Raises:
        MissingDependencyError: The encoder's model is not on this machine.
        ValueError: A setting is out of range, it is no `StateGraph`, there is no such channel or
            node, or it compresses its messages already.
    """
    builder = graph.builder if isinstance(graph, CompiledStateGraph) else graph
    _check(builder, messages_key, {**(nodes or {}), **(hand_over or {})})
    _check_limits([budget, *(nodes or {}).values()], settings.get("model"))
    # One encoder, and so one cache, for all nodes.
    settings["encoder"] = encoder_for(settings.get("encoder", "auto"))
    made = _Compression(budget, nodes or {}, hand_over, messages_key, settings).of(builder)
    return _compiled_like(graph, made) if isinstance(graph, CompiledStateGraph) else made


class _CompressedStateGraph(StateGraph[Any, Any, Any, Any]):
    """A builder whose private channels do not show in what a graph streams."""

    @classmethod
    def like(cls, builder: _Builder) -> Self:
        """A copy that shares nothing which compiling or extending it would change."""
        made = cls.__new__(cls)
        own = {name: copy(value) for name, value in vars(builder).items() if isinstance(value, dict | set)}
        vars(made).update({**vars(builder), **own, "compiled": False})
        made.nodes = {name: replace(spec) for name, spec in builder.nodes.items()}
        made.branches.update({name: dict(branches) for name, branches in builder.branches.items()})
        if builder.compiled:
            # Compiling adds the default handler as a node, and takes it amiss the second time.
            made._node_defaults = replace(builder._node_defaults, error_handler=None)
        else:
            made._node_defaults = replace(builder._node_defaults)
        return made

    def compile(self, *args: Any, **kwargs: Any) -> _Compiled:
        """As `StateGraph.compile`."""
        compiled = super().compile(*args, **kwargs)
        compiled.stream_channels = [
            channel for channel in compiled.stream_channels or () if channel not in (PLANS, REPORTS)
        ]
        return compiled


class _Compression:
    """What a graph and its sub-graphs are compressed with."""

    def __init__(
        self,
        budget: _Limit,
        nodes: Mapping[str, _Limit | None],
        hand_over: Mapping[str, int] | None,
        key: str,
        settings: Settings,
    ) -> None:
        self._budget = budget
        self._nodes = nodes
        self._key = key
        self._settings = settings
        self._reports = HandOver(hand_over, **settings) if hand_over else None
        self._calls = CompressedCalls(budget, **settings)

    def of(self, builder: _Builder) -> _Builder:
        """The compressed copy of a graph."""
        made = _CompressedStateGraph.like(builder)
        channels = [PLANS, REPORTS] if self._reports else [PLANS]
        made.channels.update({name: BinaryOperatorAggregate(dict, merged) for name in channels})
        for name, spec in made.nodes.items():
            runnable = cast(Runnable[Any, Any], spec.runnable)
            if (node := self._node(name, runnable)) is not None:
                spec.runnable = node.as_runnable()
        return made

    def _node(self, name: str, runnable: Runnable[Any, Any]) -> CompressedNode | None:
        """What stands between the graph and a node; None where the node is left as it is."""
        budget = self._nodes.get(name, self._budget)
        calls: CompressedCalls | None = None
        if isinstance(runnable, CompiledStateGraph):
            if budget is None or not self._compresses(runnable.builder):
                budget = None
            else:
                inside = _Compression(budget, {}, None, self._key, self._settings)
                runnable = _compiled_like(runnable, inside.of(runnable.builder))
        elif isinstance(runnable, ToolNode) and name not in self._nodes:
            budget = None  # It calls tools, not a model.
        elif budget is not None:
            calls = CompressedCalls(budget, **self._settings) if name in self._nodes else self._calls
        if budget is None and self._reports is None:
            return None
        return CompressedNode(name=name, runnable=runnable, key=self._key, calls=calls, reports=self._reports)

    def _compresses(self, builder: _Builder) -> bool:
        return self._key in builder.channels and not _is_compressed(builder)


def _check(builder: _Builder, key: str, named: Mapping[str, Any]) -> None:
    if not isinstance(builder, StateGraph):
        raise ValueError(f"graph must be a StateGraph or a compiled one, got {type(builder).__name__}")
    if key not in builder.channels:
        channels = ", ".join(sorted(builder.channels))
        raise ValueError(
            f"the graph has no channel {key!r} to compress, only {channels}: name one with messages_key"
        )
    if unknown := sorted(set(named) - set(builder.nodes)):
        raise ValueError(f"the graph has no node {unknown[0]!r}, only {', '.join(sorted(builder.nodes))}")
    if _is_compressed(builder):
        raise ValueError("the graph compresses its messages already")


def _check_limits(limits: Sequence[_Limit | None], model: str | None) -> None:
    window = RequestCounter.for_model(model).profile.window
    for limit in limits:
        if limit is not None:
            (limit if isinstance(limit, Budget) else Budget(limit=limit)).ceiling(window)


def _is_compressed(builder: _Builder) -> bool:
    return PLANS in builder.channels or PLAN in builder.channels


def _compiled_like(graph: _Compiled, builder: _Builder) -> _Compiled:
    """The compiled graph with the nodes of another builder, and all else as it was."""
    fresh, made = builder.compile(), copy(graph)
    for field in ("builder", "nodes", "channels", "schema_to_mapper", "trigger_to_nodes"):
        setattr(made, field, getattr(fresh, field))
    return made
