"""One agent, one run of the task."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage
from langgraph.errors import GraphRecursionError

from agentcompress.errors import AgentCompressError

from .meter import Call, Meter
from .task import FINDINGS, SYSTEM_PROMPT, Subject, task_text
from .tools import agent_tools
from .truth import wrong_facts

MOST_CALLS = 80
"""An agent that has not answered after that many calls has lost its way."""


@dataclass(frozen=True)
class Run:
    """What came of a run."""

    calls: Sequence[Call]
    """Its model calls."""
    failure: str
    """Why it ended without an answer; empty where it did not."""
    subjects: Sequence[Subject]
    """The classes that it was about."""

    @cached_property
    def wrong(self) -> Sequence[str]:
        """Facts that are missing or wrong in the answer, all of them where there is none."""
        said = "" if self.failure else "\n".join(call.answer.text for call in self.calls)
        return wrong_facts(said, self.subjects)

    @property
    def solved(self) -> bool:
        """Whether every fact is right."""
        return not self.wrong

    @property
    def facts(self) -> int:
        """How many facts the task asks for."""
        return len(FINDINGS) * len(self.subjects)

    @property
    def right(self) -> int:
        """How many of them the answer has right."""
        return self.facts - len(self.wrong)

    @property
    def verdict(self) -> str:
        """How it went, in a few words."""
        if self.failure:
            return f"failed: {self.failure}"
        if self.solved:
            return f"solved, {self.right} of {self.facts} facts right"
        return f"failed, {self.right} of {self.facts} facts right; wrong: {', '.join(self.wrong)}"


def play(
    model: BaseChatModel,
    subjects: Sequence[Subject],
    on_call: Callable[[Call], None],
    *middleware: AgentMiddleware[Any, Any, Any],
) -> Run:
    """Lets an agent work on the task.

    Args:
        model: Drives it.
        subjects: The classes to investigate.
        on_call: Told of each model call as soon as it is over.
        middleware: What stands between agent and model.
    """
    meter = Meter(on_call)
    agent = create_agent(
        model, agent_tools(), system_prompt=SYSTEM_PROMPT, middleware=meter.around(*middleware)
    )
    failure = ""
    try:
        agent.invoke({"messages": [HumanMessage(task_text(subjects))]}, {"recursion_limit": 2 * MOST_CALLS})
    except GraphRecursionError:
        failure = f"no answer after {MOST_CALLS} calls"
    except AgentCompressError as error:
        failure = str(error)
    return Run(meter.calls, failure, subjects)
