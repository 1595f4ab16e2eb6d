"""A node that sees a compressed view of the messages in its input."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.messages import AIMessage, convert_to_messages
from langchain_core.runnables import Runnable, RunnableConfig
from langgraph._internal._runnable import RunnableCallable
from langgraph.errors import ParentCommand

from .calls import Asked, CompressedCalls, Prepared
from .hand_over import HandOver
from .kept import Kept
from .plans import CarriedPlans, inside, keep, known_plans, paths, within
from .view import View, changed, messages_in, with_messages

_MOST = 2
"""Times the tokens that were shown: what is billed beyond was no call on the view alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One run of a node."""

    config: RunnableConfig
    """What the graph runs it with."""
    passed: RunnableConfig
    """What it runs with."""
    state: Any
    """What it sees."""
    view: View
    """The messages in there."""
    path: str
    """Where what it keeps is kept."""
    kept: Kept | None = None
    """What its conversation kept so far."""
    prepared: Prepared | None = None
    """The compression of its messages."""
    carried: CarriedPlans | None = None
    """What the nodes of a sub-graph keep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressedNode:
    """Stands between a graph and one of its nodes.

    What the node returns goes to the state with originals in place of what it was shown.
    """

    name: str
    """The node's name."""
    runnable: Runnable[Any, Any]
    """The node; a sub-graph whose nodes are compressed already, where `calls` is None."""
    key: str
    """The channel of the messages."""
    calls: CompressedCalls | None
    """Makes the views."""
    reports: HandOver | None
    """Shortens what nodes hand over to each other."""

    def as_runnable(self) -> RunnableCallable:
        """What the graph is to run in the node's place."""
        # LangGraph finds a sub-graph by looking through what a function encloses.
        runnable, node = self.runnable, self

        def invoke(state: Any, config: RunnableConfig) -> Any:
            run = node._begun(state, config)
            try:
                answer = runnable.invoke(run.state, run.passed)
            except ParentCommand as error:
                error.args = (node._ended(run, error.args[0]),)
                raise
            return node._ended(run, answer)

        async def ainvoke(state: Any, config: RunnableConfig) -> Any:
            run = await asyncio.to_thread(node._begun, state, config)
            try:
                answer = await runnable.ainvoke(run.state, run.passed)
            except ParentCommand as error:
                error.args = (await asyncio.to_thread(node._ended, run, error.args[0]),)
                raise
            return await asyncio.to_thread(node._ended, run, answer)

        _pass_for(runnable, invoke)
        return RunnableCallable(invoke, ainvoke, name=self.name, trace=False)

    def _begun(self, state: Any, config: RunnableConfig) -> _Run:
        given = messages_in(state, self.key)
        messages = convert_to_messages(given) if isinstance(given, list) else []
        known = known_plans(config)
        found, path = paths(self.name, messages, config, known)
        view = View.whole(messages)
        if self.reports:
            view = view.exchanged(self.reports.seen_by(self.name, messages, config))
        run = _Run(config=config, passed=config, state=state, view=view, path=path)
        if self.calls is None:
            carried, passed = CarriedPlans.into(config, within(found, known))
            run = replace(run, carried=carried, passed=passed)
        elif messages:
            kept = Kept.from_dict(known.get(found))
            prepared = self.calls.prepare(Asked(model=None, messages=view.marked), kept)
            run = replace(run, view=view.narrowed(prepared.result.messages), kept=kept, prepared=prepared)
        if not run.view.differs:
            return run
        return replace(run, state=with_messages(state, self.key, list(run.view.shown)))

    def _ended(self, run: _Run, answer: Any) -> Any:
        returned: list[Any] = []

        def note(messages: list[Any]) -> list[Any]:
            returned.extend(messages)
            return messages

        changed(answer, self.key, note)
        if run.prepared:
            kept = run.prepared.settled(_billed(returned, run.prepared.result.tokens_after))
            if kept != run.kept:
                keep(run.config, {run.path: kept.to_dict()})
        if run.carried:
            keep(run.config, inside(run.path, run.carried.kept))
        if self.reports:
            self.reports.hand_over(self.name, run.view.originals, returned, run.config)
        return changed(answer, self.key, run.view.restored) if run.view.differs else answer


def _pass_for(runnable: Runnable[Any, Any], invoke: Callable[..., Any]) -> None:
    """Names a function after a node, as caches of nodes tell them apart by these names."""
    origin = getattr(runnable, "func", None) or getattr(runnable, "afunc", None) or type(runnable)
    invoke.__module__ = str(getattr(origin, "__module__", None))
    invoke.__qualname__ = f"compressed {getattr(origin, '__qualname__', None)}"


def _billed(returned: list[Any], shown: int) -> AIMessage | None:
    """The answer to the view, if the node returned one that was billed for little else."""
    answers = {id(message): message for message in returned if isinstance(message, AIMessage)}
    if len(answers) != 1:
        return None
    (answer,) = answers.values()
    usage = answer.usage_metadata
    return answer if usage and usage["input_tokens"] <= _MOST * shown else None
