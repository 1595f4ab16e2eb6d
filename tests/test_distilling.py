"""Summaries by a user's model: they compete, are asked for once, and reach nobody's stream."""

import asyncio
import json
import logging
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier, Event
from typing import Any

import langgraph.constants
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain.agents import create_agent
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field

from agentcompress import Budget, BudgetExceededError, Compressor, ContextCompressionMiddleware, Plan
from agentcompress.criteria import LexicalCriterion
from agentcompress.strategies import (
    DeduplicateStrategy,
    DistillStrategy,
    PruneStrategy,
    ReasoningStrategy,
    default_strategy,
)
from agentcompress.values import Context, Scores, Selection, Strategy

from .conversations import Messages, pairs_are_whole
from .helpers import EXAMPLES, TASK, hard, listing, reads, step, tokens
from .test_merging import context_of
from .test_middleware import TASK as AGENT_TASK
from .test_middleware import RecordingModel, read

MARK = "[summary by a model] "
VALUE = re.compile(r"(?:value|ord)_\w+")


def some_values(text: str) -> str:
    """What a good model says: identifiers of the output, as they stand there."""
    return "Has " + " ".join(VALUE.findall(text)[::9])


class SummaryModel(BaseChatModel):
    """Streams what `say` makes of the output it is shown; keeps all it was asked."""

    say: Callable[[str], str] = some_values
    asked: list[str] = Field(default_factory=list)
    instructions: list[str] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "summary"

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **_: Any,
    ) -> Iterator[ChatGenerationChunk]:
        self.instructions.append(str(messages[0].text))
        self.asked.append(str(messages[1].text))
        for word in re.findall(r"\S+\s*", self.say(self.asked[-1])):
            chunk = ChatGenerationChunk(message=AIMessageChunk(content=word))
            if run_manager:
                run_manager.on_llm_new_token(word, chunk=chunk)
            yield chunk

    def _generate(self, messages: list[BaseMessage], *_: Any, **more: Any) -> ChatResult:
        words = [str(chunk.message.text) for chunk in self._stream(messages)]
        return ChatResult(generations=[ChatGeneration(message=AIMessageChunk(content="".join(words)))])


def with_summaries(model: BaseChatModel, **settings: Any) -> Strategy:
    return (
        ReasoningStrategy()
        | DeduplicateStrategy()
        | DistillStrategy(model, least=200, **settings)
        | PruneStrategy()
    )


def outputs(messages: Messages) -> list[str]:
    return [message["content"] for message in messages if message["role"] == "tool"]


NOTE = re.compile(r"\[\d+ earlier messages? removed|read\(.*→ ")
"""Lines of what stands for folded messages."""


def summarised(messages: Messages) -> list[str]:
    return [text for text in outputs(messages) if MARK in text]


READS = reads(6, 60)
LIMIT = tokens(READS) // 4


def test_a_summary_is_shown_behind_what_is_shown_word_for_word() -> None:
    model = SummaryModel()
    result = Compressor(LIMIT, strategy=with_summaries(model)).compress(READS)
    shown = summarised(result.messages)
    assert shown
    for text in shown:
        *lines, summary, gone = text.split("\n")
        original = next(o for o in outputs(READS) if some_values(o) == summary.removeprefix(MARK))
        said = [line for line in lines if line != "…" and not NOTE.match(line)]
        assert set(said) <= set(original.splitlines())
        assert gone.endswith("tokens elided]")
    assert "at most 200 tokens" in model.instructions[0]
    assert set(model.asked) <= set(outputs(READS)[:-1])  # the newest step is not old
    assert tokens(result.messages) == result.tokens_after <= LIMIT


def test_no_output_is_asked_about_twice_and_the_plan_keeps_what_was_said() -> None:
    model = SummaryModel()
    compressor = Compressor(Budget(limit=LIMIT, keep=0.8), strategy=with_summaries(model))
    first = compressor.compress(READS)
    asked = len(model.asked)
    plan = Plan.from_dict(json.loads(json.dumps(first.plan.to_dict())))
    longer = [*READS, *step("next", "ok")]
    second = Compressor(Budget(limit=LIMIT, keep=0.8)).compress(longer, plan=plan)
    assert not second.evicted
    assert second.messages[: len(first.messages)] == first.messages
    assert summarised(second.messages)
    again = compressor.compress([*READS, *step("more", listing("more", 60))], plan=first.plan)
    assert again.evicted
    assert asked <= len(model.asked) == len(set(model.asked))
    assert compressor.compress(READS) == first


def test_threads_that_need_the_same_summary_share_one_answer() -> None:
    model, together = SummaryModel(), Barrier(4)
    compressor = Compressor(LIMIT, strategy=with_summaries(model))

    def compress(query: int) -> Messages:
        together.wait()
        return compressor.compress(READS, query=f"unrelated {query}").messages

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(compress, range(4)))
    assert all(summarised(messages) for messages in results)
    assert len(model.asked) == len(set(model.asked))


def test_json_stays_valid_and_carries_the_summary_inside() -> None:
    records = [json.dumps([{"id": f"ord_{n}_{j}", "total": j * 7 + n} for j in range(60)]) for n in range(5)]
    messages = [TASK, *(message for n, text in enumerate(records) for message in step(n, text))]
    result = Compressor(tokens(messages) // 5, strategy=with_summaries(SummaryModel())).compress(messages)
    assert summarised(result.messages)
    for text in outputs(result.messages):
        assert (text.startswith("[") and isinstance(json.loads(text), list)) or "removed" in text


def failing(_: str) -> str:
    raise RuntimeError("quota")


@pytest.mark.parametrize(
    ("say", "warning"),
    [
        (failing, "RuntimeError: quota"),
        (lambda _: "  ", "the answer is empty"),
        (lambda text: some_values(text) + " and src/made_up.py", "'src/made_up.py', which is not in"),
        (lambda text: some_values(text) + " in 4711 places", "'4711', which is not in"),
    ],
)
def test_a_summary_that_is_no_good_leaves_the_request_as_it_was_and_a_warning(
    say: Callable[[str], str], warning: str, caplog: pytest.LogCaptureFixture
) -> None:
    model = SummaryModel(say=say)
    compressor = Compressor(LIMIT, strategy=with_summaries(model))
    with caplog.at_level(logging.WARNING):
        result = compressor.compress(READS)
    assert result.messages == Compressor(LIMIT).compress(READS).messages
    assert warning in caplog.text
    assert len(caplog.records) == len(model.asked) == len(set(model.asked))


def test_a_slow_model_is_not_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    released = Event()

    def slow(text: str) -> str:
        released.wait(60)
        return some_values(text)

    compressor = Compressor(LIMIT, strategy=with_summaries(SummaryModel(say=slow), timeout=0.05))
    result = compressor.compress(READS)
    released.set()
    assert result.messages == Compressor(LIMIT).compress(READS).messages
    assert "no answer within 0.05 s" in caplog.text


def test_words_written_large_are_no_inventions() -> None:
    model = SummaryModel(say=lambda text: "Mostly well-known. " + some_values(text))
    assert summarised(Compressor(LIMIT, strategy=with_summaries(model)).compress(READS).messages)


def test_what_is_small_new_or_mostly_shown_is_not_asked_about() -> None:
    model = SummaryModel()
    Compressor(tokens(READS) - 50, strategy=with_summaries(model)).compress(READS)
    small = reads(30, 5)
    Compressor(tokens(small) // 4, strategy=with_summaries(model)).compress(small)
    newest = reads(1, 400)
    Compressor(tokens(newest) // 4, strategy=with_summaries(model)).compress(newest)
    assert model.asked == []


def test_no_more_outputs_are_asked_about_than_allowed() -> None:
    model = SummaryModel()
    strategy = DistillStrategy(model, least=200, most=2)
    Compressor(Budget(limit=LIMIT, keep=1), strategy=strategy).compress(READS)
    assert 2 <= len(model.asked) <= 4  # corrections towards the budget may look at others


@dataclass(frozen=True, slots=True)
class OnlyAdded:
    """Shows summaries alone, and keeps what it was asked to choose from."""

    seen: list[tuple[Context, Scores]] = field(default_factory=list)

    def select(self, context: Context, scores: Scores, budget: int) -> Selection:
        self.seen.append((context, scores))
        added = [number for number, segment in enumerate(context.segments) if segment.start == segment.end]
        return Selection(renditions=dict.fromkeys(added, 0), groups=frozenset(range(len(context.groups))))


def test_a_summary_is_worth_what_its_atoms_are_worth_in_its_output() -> None:
    context = context_of([["one ORD-1111", "two ORD-2222"], ["other"], ["ORD-1111", "xx", "ORD-3333"]])
    scores = np.array([0.5, 0.2, 0.1, 0.9, 0.9, 0.3], np.float32)
    model = SummaryModel(say=lambda text: "Both ORD-1111" if "one" in text else "Also ORD-1111 ORD-3333")
    last = OnlyAdded()
    selection = (DistillStrategy(model, least=8) | last).select(context, scores, 10**6)
    assert selection.renditions == {}
    assert [(form.text, form.covers) for form in selection.merged] == [
        ("Both ORD-1111", (0, 1)),
        ("Also ORD-1111 ORD-3333", (3, 4, 5)),
    ]
    extended, worth = last.seen[-1]
    assert [extended.segments[number].atoms for number in (2, 7)] == [("ORD-1111",), ("ORD-1111", "ORD-3333")]
    assert worth == pytest.approx([0.5, 0.2, 0.5, 0.1, 0.9, 0.9, 0.3, 0.3])
    assert extended.message_of.tolist() == [0, 0, 0, 1, 2, 2, 2, 2]


def test_of_outputs_that_lose_the_same_the_first_are_asked_about() -> None:
    model = SummaryModel()
    context = context_of([["first"], ["again"], ["third"]])
    (DistillStrategy(model, least=1, most=2) | OnlyAdded()).select(context, np.ones(3, np.float32), 10)
    assert sorted(map(str.strip, model.asked)) == ["again", "first"]


def test_the_default_asks_no_model() -> None:
    assert "DistillStrategy" not in repr(default_strategy(LexicalCriterion()))


TEXTS = st.sampled_from(
    [
        listing("a", 60),
        listing("b", 20),
        "\n".join(listing("a", 60).split("\n")[20:]),
        json.dumps([{"id": f"ord_{j}"} for j in range(90)]),
        json.dumps({"value_x": {"value_y": listing("c")}}),
        listing("d").replace("\n", " "),
        "",
    ]
)
SAID = st.sampled_from(
    [
        some_values,
        lambda text: text,
        lambda _: '"}] \n\n[3 tokens elided]\n',
        lambda text: some_values(text) * 40,
    ]
)


@settings(max_examples=max(1, EXAMPLES // 3), suppress_health_check=list(HealthCheck))
@given(st.lists(TEXTS, min_size=2, max_size=8), SAID, st.booleans(), st.data())
def test_whatever_the_model_says_the_request_fits(
    texts: list[str], say: Callable[[str], str], first: bool, data: st.DataObject
) -> None:
    messages = [TASK, *(message for number, text in enumerate(texts) for message in step(number, text))]
    limit = data.draw(st.integers(tokens(hard(messages)), tokens(messages)))

    def compressor() -> Compressor:
        model = SummaryModel(say=say)
        distilled = DistillStrategy(model, least=200) | DeduplicateStrategy()
        return Compressor(limit, strategy=distilled if first else with_summaries(model))

    try:
        result = compressor().compress(messages)
    except BudgetExceededError:
        return
    assert tokens(result.messages) == result.tokens_after <= limit
    assert pairs_are_whole(result.messages)
    assert compressor().compress(messages) == result
    originals = {message.get("tool_call_id"): message["content"] for message in messages}
    for message in result.messages:
        if message["role"] == "tool":
            original, shown = originals[message["tool_call_id"]], message["content"]
            assert not original.startswith(("[", "{")) or json.loads(shown) is not None
            assert all(value in original for value in VALUE.findall(shown))


def agent_with(model: SummaryModel, requests: RecordingModel) -> Any:
    middleware: ContextCompressionMiddleware[None, Any] = ContextCompressionMiddleware(
        budget=3_000, strategy=with_summaries(model)
    )
    return create_agent(requests, [read], middleware=[middleware])


def streamed(agent: Any) -> list[str]:
    return [str(chunk.text) for chunk, _ in agent.stream(AGENT_TASK, stream_mode="messages")]


async def astreamed(agent: Any) -> list[str]:
    return [str(chunk.text) async for chunk, _ in agent.astream(AGENT_TASK, stream_mode="messages")]


@pytest.mark.parametrize("stream", [streamed, lambda agent: asyncio.run(astreamed(agent))])
def test_no_word_of_a_summary_reaches_the_stream(
    stream: Callable[[Any], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, requests = SummaryModel(say=lambda text: f"Secret {some_values(text)}"), RecordingModel()
    said = stream(agent_with(model, requests))
    assert model.asked
    assert any(f"{MARK}Secret" in str(message.content) for sent in requests.requests for message in sent)
    assert said[-1] == "done"
    assert not any("Secret" in text for text in said)
    # The same call without the tag would be heard: the run's context reaches it.
    monkeypatch.setattr(langgraph.constants, "TAG_NOSTREAM", "no such tag")
    assert any("Secret" in text for text in stream(agent_with(model, RecordingModel())))


def test_a_model_may_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    model = SummaryModel()
    monkeypatch.setattr("langchain.chat_models.init_chat_model", {"provider:name": model}.get)
    strategy = DistillStrategy("provider:name", least=200) | PruneStrategy()
    assert strategy.model is model
    assert summarised(Compressor(LIMIT, strategy=strategy).compress(READS).messages)


@pytest.mark.parametrize("name", ["size", "least", "most", "timeout"])
def test_settings_out_of_range_are_named(name: str) -> None:
    values: dict[str, Any] = {name: 0}
    with pytest.raises(ValueError, match=f"{name} must be .*, got 0"):
        DistillStrategy(SummaryModel(), **values)
