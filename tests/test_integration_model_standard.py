"""LangChain's own tests of chat models, passed by models that compress."""

from collections.abc import Callable
from typing import Any

import pytest
from langchain_anthropic import ChatAnthropic
from langchain_core.language_models import BaseChatModel
from langchain_core.load import dumpd
from langchain_tests.unit_tests import ChatModelUnitTests

from agentcompress import compress_model

from .reader import Reader

CLAUDE: dict[str, Any] = {"model": "claude-sonnet-4-5"}
KEY: Any = "test"
READER = type(compress_model(Reader(), budget=2_000))
ANTHROPIC = type(compress_model(ChatAnthropic(**CLAUDE, api_key=KEY), budget=0.5))


class TestReader(ChatModelUnitTests):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return READER

    @property
    def standard_chat_model_params(self) -> dict[str, Any]:
        return {"temperature": 0, "max_tokens": 100, "stop": []}


@pytest.mark.filterwarnings("ignore:Unrecognized structured output method")
class TestChatAnthropic(ChatModelUnitTests):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ANTHROPIC

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return CLAUDE

    @property
    def init_from_env_params(self) -> tuple[dict[str, str], dict[str, Any], dict[str, Any]]:
        return {"ANTHROPIC_API_KEY": "test"}, CLAUDE, {"anthropic_api_key": "test"}

    @pytest.fixture
    def snapshot(self) -> Callable[..., Any]:
        """What the plain model is serialised as."""
        plain = ChatAnthropic(**{**self.standard_chat_model_params, **CLAUDE})
        return lambda name: dumpd(plain)
