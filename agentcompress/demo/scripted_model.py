"""A chat model without a network: it reads the messages it is shown as a careful agent would."""

from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool

from .investigation import next_message


class ScriptedModel(BaseChatModel):
    """Answers from the visible messages alone: same messages, same answer.

    It keeps nothing between calls. Names, paths, lines and values come out of the
    tool results in sight; its place in the investigation out of its own words. What
    is out of sight it looks up once more, and then says what it cannot see.
    """

    @property
    def _llm_type(self) -> str:
        return "agentcompress-demo"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Itself: it knows the tools of its task by name."""
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=next_message(messages))])
