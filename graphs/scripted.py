"""A chat model that needs no network, and the scripts that stand in for one."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable


class ScriptedModel(BaseChatModel):
    """Answers as a function of the messages it is shown."""

    script: Callable[[list[BaseMessage]], AIMessage]
    """From messages to the answer."""

    @property
    def _llm_type(self) -> str:
        return "agentcompress-scripted"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[LanguageModelInput, AIMessage]:
        """Itself: its script knows the tools."""
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self.script(messages))])


def reading(tool: str, last: int) -> Callable[[list[BaseMessage]], AIMessage]:
    """A script that calls a tool with the days from 1 to `last` and tells the errors that it still sees.

    Args:
        tool: The tool's name; it takes ``{"day"}``.
        last: The last day.
    """

    def script(messages: list[BaseMessage]) -> AIMessage:
        calls = [call for message in _turn(messages) for call in getattr(message, "tool_calls", ())]
        day = calls[-1]["args"]["day"] + 1 if calls else 1
        if day <= last:
            call = {"name": tool, "args": {"day": day}, "id": f"{tool}-{len(messages)}-{day}"}
            return AIMessage(f"Looking for errors on day {day}.", tool_calls=[call])
        lines = [line for message in _results(messages) for line in message.text.splitlines()]
        return AIMessage("\n".join(line for line in lines if "ERROR" in line) or "No errors in sight.")

    return script


def quoting(messages: list[BaseMessage]) -> AIMessage:
    """The paragraph of the newest message that shares most words with its last one, the question."""
    *paragraphs, question = messages[-1].text.split("\n\n")
    asked = _words(question)
    return AIMessage(max(paragraphs, key=lambda paragraph: len(asked & _words(paragraph))))


def asking(*workers: str) -> Callable[[list[BaseMessage]], AIMessage]:
    """A script that gives all workers the user's question, and answers with what they report."""

    def script(messages: list[BaseMessage]) -> AIMessage:
        if reports := _results(messages):
            return AIMessage("\n\n".join(message.text for message in reports))
        question = next(message for message in reversed(messages) if isinstance(message, HumanMessage))
        task = {"task": question.text}
        calls = [{"name": name, "args": task, "id": f"{name}-{len(messages)}"} for name in workers]
        return AIMessage("", tool_calls=calls)

    return script


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def _turn(messages: list[BaseMessage]) -> list[BaseMessage]:
    """What came since the user last spoke."""
    asked = max(index for index, message in enumerate(messages) if isinstance(message, HumanMessage))
    return messages[asked + 1 :]


def _results(messages: list[BaseMessage]) -> list[ToolMessage]:
    return [message for message in _turn(messages) if isinstance(message, ToolMessage)]
