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
from .stages import RECALLS, SECOND_LOOKS, Stage


class ScriptedModel(BaseChatModel):
    """Answers from the visible messages alone: same messages, same answer.

    It keeps nothing between calls. Names, paths, lines and values come out of the
    tool results in sight; its place in the investigation out of its own words. What
    is out of sight it looks up once more before a step, and in the end says what it cannot
    see. With the tool `recall` it asks that, first for the fact and then for its note on it,
    and none of the other tools twice.
    """

    looks: Sequence[Stage] = SECOND_LOOKS
    """What it can ask for a fact that is out of sight."""
    reports: bool = False
    """Whether it tells facts as it finds them; else all at the end."""

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
        """Itself, knowing whether it can recall; the tools of its task it knows by name."""
        names = {tool.name for tool in tools if isinstance(tool, BaseTool)}
        return self.model_copy(update={"looks": RECALLS}) if "recall" in names else self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(
            generations=[ChatGeneration(message=next_message(messages, self.looks, reports=self.reports))]
        )
