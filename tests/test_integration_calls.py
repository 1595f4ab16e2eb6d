"""What a provider tells about counting: its bills, and its refusals."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.exceptions import ContextOverflowError
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatResult
from langgraph.checkpoint.memory import InMemorySaver

from agentcompress import CompressionResult, ContextCompressionMiddleware, ContextRefusedError
from agentcompress.integration.middleware import PLAN
from agentcompress.tokens import RequestCounter

from .test_middleware import TASK, RecordingModel, read

COUNT = RequestCounter.for_model(None)


def tokens(messages: list[BaseMessage]) -> int:
    return sum(COUNT.text(message.text) for message in messages)


def texts(result: CompressionResult) -> list[str]:
    return [message.text for message in result.messages]


class StrictModel(RecordingModel):
    """Refuses requests longer than its window, and bills more tokens than are counted."""

    window: int = 100_000
    billed: float = 1.0
    refusal: Callable[[int, int], Exception] = lambda sent, window: ContextOverflowError("too long")
    refused: int = 0

    def _generate(self, messages: list[BaseMessage], *args: Any, **more: Any) -> ChatResult:
        sent = tokens(messages)
        if sent > self.window:
            self.refused += 1
            raise self.refusal(sent, self.window)
        result = super()._generate(messages, *args, **more)
        message = result.generations[0].message
        assert isinstance(message, AIMessage)
        bill = int(sent * self.billed)
        message.usage_metadata = {"input_tokens": bill, "output_tokens": 1, "total_tokens": bill + 1}
        return result


def agent(model: RecordingModel, seen: list[CompressionResult], budget: int = 6_000, **config: Any) -> Any:
    middleware = ContextCompressionMiddleware(budget, on_compression=seen.append)
    return create_agent(model, [read], middleware=[middleware], **config)


def openai(sent: int, window: int) -> Exception:
    return ValueError(f"This model's maximum context length is {window} tokens, your messages took {sent}")


def anthropic(sent: int, window: int) -> Exception:
    return RuntimeError(f"prompt is too long: {sent} tokens > {window} maximum")


def in_parts(sent: int, window: int) -> Exception:
    return ValueError(
        f"maximum context length is {window} tokens, you requested {sent + 1024} tokens "
        f"({sent} in the messages, 1024 in the completion)"
    )


def silent(sent: int, window: int) -> Exception:
    return ContextOverflowError("input exceeds the limit")


def test_the_ceiling_follows_what_is_billed() -> None:
    seen = list[CompressionResult]()
    model = StrictModel(steps=12, billed=1.5)
    agent(model, seen).invoke(TASK)
    assert max(tokens(request) for request in model.requests[6:]) * 1.5 <= 6_000 * 1.02
    assert {result.ceiling for result in seen[3:]} < {result.ceiling for result in seen}


@pytest.mark.parametrize("billed", [0.3, 1.01])
def test_a_smaller_or_equal_bill_changes_nothing(billed: float) -> None:
    plain, model = list[CompressionResult](), list[CompressionResult]()
    agent(StrictModel(steps=8), plain).invoke(TASK)
    agent(StrictModel(steps=8, billed=billed), model).invoke(TASK)
    assert list(map(texts, model)) == list(map(texts, plain))


def test_what_was_learnt_survives_the_process() -> None:
    saver, seen = InMemorySaver(), list[CompressionResult]()
    thread = {"configurable": {"thread_id": "a"}}
    agent(StrictModel(steps=6, billed=1.5), seen, checkpointer=saver).invoke(TASK, thread)
    resumed = list[CompressionResult]()
    again = agent(StrictModel(steps=1, billed=1.5), resumed, checkpointer=saver)
    again.invoke(TASK, thread)
    assert resumed[0].ceiling == seen[-1].ceiling < 6_000
    assert again.get_state(thread).values[PLAN]["correction"] > 1.1


@pytest.mark.parametrize("refusal", [openai, anthropic, in_parts, silent])
@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_refused_request_is_sent_once_more_and_shorter(
    refusal: Callable[[int, int], Exception], asynchronous: bool
) -> None:
    model, seen = StrictModel(steps=12, window=4_000, refusal=refusal), list[CompressionResult]()
    made = agent(model, seen)
    state = asyncio.run(made.ainvoke(TASK)) if asynchronous else made.invoke(TASK)
    assert state["messages"][-1].content == "done"
    assert model.refused == 1  # What the provider takes is known from then on.
    assert max(map(tokens, model.requests)) <= 4_000
    assert seen[-1].ceiling > 2_000


def test_a_second_refusal_is_one_clear_error() -> None:
    model = StrictModel(steps=12, window=200, refusal=silent)
    with pytest.raises(ContextRefusedError, match="set a smaller budget") as caught:
        agent(model, []).invoke(TASK)
    assert model.refused == 2
    assert caught.value.tokens > 200


@pytest.mark.parametrize("said", ["rate limit", "Too many tokens, please wait", "too many tokens per min"])
def test_other_errors_pass_untouched(said: str) -> None:
    model = StrictModel(steps=12, window=3_000, refusal=lambda *_: KeyError(said))
    with pytest.raises(KeyError, match=said):
        agent(model, []).invoke(TASK)
    assert model.refused == 1
