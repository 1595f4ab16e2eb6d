"""`compress_model`: a chat model of the user's class, each of whose calls sends a view that fits."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy, deepcopy
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.caches import InMemoryCache
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import BaseChatModel, FakeListChatModel
from langchain_core.load import dumpd
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage
from langchain_core.outputs import ChatResult
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import ConfigurableField
from langchain_core.tracers._streaming import _V2StreamingCallbackHandler
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition
from pydantic import BaseModel

from agentcompress import (
    Budget,
    BudgetExceededError,
    CompressionResult,
    ContextCompressionMiddleware,
    ContextRefusedError,
    compress_model,
)

from .reader import AsyncReader, NativeReader, Reader, history, read_on, result, tokens
from .test_middleware import read

BUDGET = 3_000
LONG = history(6)
TASK: Any = {"messages": LONG[:1]}
RECORD = "agentcompress"


def texts(messages: Sequence[BaseMessage]) -> list[str]:
    return [message.text for message in messages]


def records(messages: Sequence[BaseMessage]) -> list[dict[str, Any]]:
    found = (message.response_metadata.get(RECORD) for message in messages)
    return [record for record in found if record is not None]


def added(chunks: Sequence[AIMessageChunk]) -> AIMessageChunk:
    first, *rest = chunks
    return first.__add__(rest) if rest else first


async def gathered(chunks: AsyncIterator[AIMessageChunk]) -> AIMessageChunk:
    return added([chunk async for chunk in chunks])


WAYS: dict[str, Callable[[BaseChatModel, list[BaseMessage]], BaseMessage]] = {
    "invoke": lambda model, said: model.invoke(said),
    "ainvoke": lambda model, said: asyncio.run(model.ainvoke(said)),
    "stream": lambda model, said: added(list(model.stream(said))),
    "astream": lambda model, said: asyncio.run(gathered(model.astream(said))),
    "batch": lambda model, said: model.batch([said])[0],
    "abatch": lambda model, said: asyncio.run(model.abatch([said]))[0],
    "generate": lambda model, said: model.generate([said]).generations[0][0].message,  # type: ignore[union-attr]
    "agenerate": lambda model, said: asyncio.run(model.agenerate([said])).generations[0][0].message,  # type: ignore[union-attr]
    "events": lambda model, said: model.stream_events(said, version="v3").output,
    "streaming handler": lambda model, said: model.invoke(said, {"callbacks": [_V2Handler()]}),
    "async streaming handler": lambda model, said: asyncio.run(
        model.ainvoke(said, {"callbacks": [_V2Handler()]})
    ),
}


class _V2Handler(BaseCallbackHandler, _V2StreamingCallbackHandler):
    """As LangGraph has one: it lets `invoke` stream."""


@pytest.mark.filterwarnings("ignore:.*beta")
@pytest.mark.parametrize("kind", [Reader, AsyncReader, NativeReader])
@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_call_sends_the_same_view(way: str, kind: type[Reader]) -> None:
    seen = list[CompressionResult]()
    model = kind(billed=1.5)
    answer = WAYS[way](compress_model(model, BUDGET, on_compression=seen.append), LONG)
    assert len(seen) == len(model.requests) == 1
    assert seen[0].tokens_after <= BUDGET < seen[0].tokens_before
    assert texts(model.requests[0]) == texts(seen[0].messages)
    assert tokens(model.requests[0]) < BUDGET
    assert answer.text == "I am done."
    (record,) = records([answer])
    assert record["evictions"] == 1
    assert record["correction"] > 1


def test_it_is_a_model_of_the_same_class_and_the_original_is_untouched() -> None:
    plain = Reader(profile={"max_input_tokens": 50_000}, tags=["mine"])
    model = compress_model(plain, 0.05)
    assert isinstance(model, Reader)
    assert type(model).__name__ == model.get_name() == "Reader"
    assert dumpd(model) == dumpd(plain)
    assert model.model_dump() == plain.model_dump()
    assert model._get_ls_params() == plain._get_ls_params()
    assert model.profile == plain.profile
    assert type(plain) is Reader
    plain.invoke(LONG)
    assert plain.requests[-1] == LONG


def test_copies_and_configured_models_compress_too() -> None:
    seen = list[CompressionResult]()
    model = compress_model(Reader(), BUDGET, on_compression=seen.append)
    configured = model.configurable_fields(temperature=ConfigurableField(id="temperature"))
    for other in (
        copy(model),
        deepcopy(model),
        model.model_copy(update={"max_tokens": 5}),
        model.with_config(tags=["x"]),
        configured,
        configured.with_config(configurable={"temperature": 0.5}),
    ):
        other.invoke(LONG)
    assert [result.tokens_after <= BUDGET for result in seen] == [True] * 6


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("kind", [Reader, AsyncReader])
def test_a_stream_has_the_same_chunks(kind: type[Reader], asynchronous: bool) -> None:
    async def collected(model: Reader) -> list[AIMessageChunk]:
        return [chunk async for chunk in model.astream(LONG)]

    def chunks(model: Reader) -> list[AIMessageChunk]:
        return asyncio.run(collected(model)) if asynchronous else list(model.stream(LONG))

    plain, ours = chunks(kind(last=7)), chunks(compress_model(kind(last=7), BUDGET))
    assert [(c.content, c.tool_call_chunks, c.chunk_position) for c in ours] == [
        (c.content, c.tool_call_chunks, c.chunk_position) for c in plain
    ]
    assert [bool(records([chunk])) for chunk in ours] == [False] * (len(ours) - 1) + [True]
    assert added(ours).tool_calls == added(plain).tool_calls


def test_a_stream_that_marks_its_last_chunk_gets_no_other() -> None:
    plain = FakeListChatModel(responses=["done"])
    chunks = list(compress_model(plain, BUDGET).stream(LONG))
    assert [chunk.content for chunk in chunks] == [*"done"]
    assert [bool(records([chunk])) for chunk in chunks] == [False, False, False, True]


def test_a_cached_answer_carries_what_was_decided() -> None:
    model = Reader(cache=InMemoryCache())
    wrapped = compress_model(model, BUDGET)
    first, second = wrapped.invoke(LONG), wrapped.invoke(LONG)
    assert len(model.requests) == 1
    assert records([first]) == records([second]) != []


def test_nothing_is_added_while_nothing_changes() -> None:
    model = Reader()
    answer = compress_model(model, 10_000).invoke(history(3))
    assert model.requests == [history(3)]
    assert RECORD not in answer.response_metadata


def test_all_forms_of_input() -> None:
    model = compress_model(Reader(), BUDGET)
    pairs = [("system", "Be brief."), ("user", "Read page 3.")]
    prompt = ChatPromptTemplate.from_messages(pairs).invoke({})
    for said in (pairs, prompt, prompt.to_messages(), [{"role": "user", "content": "Read page 3."}]):
        assert model.invoke(said).tool_calls[0]["args"] == {"page": 4}
    assert model.invoke("Read page 7.").tool_calls[0]["args"] == {"page": 8}


class Answer(BaseModel):
    """What was found."""

    page: int


@pytest.mark.parametrize("way", ["tools", "structured"])
def test_schemas_count_and_work(way: str) -> None:
    seen = list[CompressionResult]()
    model = Reader()
    wrapped = compress_model(model, BUDGET, on_compression=seen.append)
    wrapped.invoke(LONG)
    bound = wrapped.bind_tools([read]) if way == "tools" else wrapped.with_structured_output(Answer)
    answer = bound.invoke(LONG)
    assert answer == Answer(page=7) if way == "structured" else answer.tool_calls[0]["name"] == "read"
    assert seen[0].breakdown["tool schemas"] == 0 < seen[1].breakdown["tool schemas"]
    assert seen[1].tokens_after <= BUDGET
    with pytest.raises(BudgetExceededError, match="tool schemas"):
        compress_model(model, 20).bind(tools=[{"name": "read", "input_schema": {}}]).invoke("Read page 1.")


@pytest.mark.parametrize("sent", [{"format": "json"}, {"response_format": Answer}, {"tools": [object()]}])
def test_schemas_in_any_form_count(sent: dict[str, Any]) -> None:
    seen = list[CompressionResult]()
    model = compress_model(FakeListChatModel(responses=["done"]), BUDGET, on_compression=seen.append)
    assert model.bind(**sent).invoke("Go.").content == "done"
    assert seen[0].breakdown["tool schemas"] > 0


@pytest.mark.parametrize("kind", [Reader, AsyncReader])
@pytest.mark.parametrize("way", ["invoke", "ainvoke", "stream", "astream"])
def test_a_refused_request_is_sent_once_more_and_shorter(way: str, kind: type[Reader]) -> None:
    model = compress_model(kind(window=1_000), BUDGET)
    answer = WAYS[way](model, LONG)
    assert model.refused == 1
    assert tokens(model.requests[0]) <= 1_000
    WAYS[way](model, [*LONG, answer, result(7)])
    assert model.refused == 1  # What the provider takes is known from then on.
    with pytest.raises(ContextRefusedError):
        WAYS[way](compress_model(kind(window=50), BUDGET), LONG)


def test_a_method_that_calls_another_compresses_once() -> None:
    class Streaming(Reader):
        def _generate(self, messages: list[BaseMessage], *_: Any, **more: Any) -> ChatResult:
            chunks = list(self._stream(messages, **more))
            return ChatResult(generations=[chunks[0].__add__(chunks[1:])])

    seen = list[CompressionResult]()
    model = Streaming()
    answer = compress_model(model, BUDGET, on_compression=seen.append).invoke(LONG)
    assert len(seen) == len(records([answer])) == 1


def test_wrapped_again_the_new_budget_counts() -> None:
    seen, model = list[CompressionResult](), Reader()
    first = compress_model(model, 1_000, on_compression=seen.append)
    second = compress_model(first, BUDGET)
    second.invoke(LONG)
    assert seen == []
    assert type(second).__mro__[1] is Reader
    assert 1_000 < tokens(model.requests[0]) < BUDGET


def test_under_the_middleware_its_budget_counts() -> None:
    seen, model = list[CompressionResult](), Reader(last=12)
    wrapped = compress_model(model, 1_000, on_compression=seen.append)
    middleware = ContextCompressionMiddleware(BUDGET)
    state = create_agent(wrapped, [read], middleware=[middleware]).invoke(TASK)
    assert seen == []
    assert records(state["messages"]) == []
    assert 1_000 < max(map(tokens, model.requests)) < BUDGET


def test_an_agent_without_middleware() -> None:
    seen, model = list[CompressionResult](), Reader(last=12)
    wrapped = compress_model(model, BUDGET, on_compression=seen.append)
    state = create_agent(wrapped, [read], system_prompt="Be brief.").invoke(TASK)
    assert max(result.tokens_after for result in seen) <= BUDGET < seen[-1].tokens_before
    assert 0 < len(records(state["messages"])) < len(seen)


def graph(model: Reader, saver: InMemorySaver | None = None) -> Any:
    """A plain graph: one node calls the model, one the tool."""
    bound = model.bind_tools([read])

    def think(state: MessagesState) -> dict[str, Any]:
        return {"messages": [bound.invoke([SystemMessage("Be brief."), *state["messages"]])]}

    built = StateGraph(MessagesState)
    built.add_node("think", think)
    built.add_node("tools", ToolNode([read]))
    built.add_edge(START, "think")
    built.add_conditional_edges("think", tools_condition)
    built.add_edge("tools", "think")
    return built.compile(checkpointer=saver)


def test_a_plain_graph_stays_within_the_budget_and_keeps_the_prefix() -> None:
    seen, model = list[CompressionResult](), Reader(last=40)
    made = graph(compress_model(model, BUDGET, on_compression=seen.append))
    state = made.invoke(TASK, {"recursion_limit": 500})
    assert len(model.requests) == len(seen) == 41
    assert max(result.tokens_after for result in seen) <= BUDGET
    for number in range(1, 41):
        before, now = model.requests[number - 1], model.requests[number]
        assert seen[number].evicted or now[: len(before)] == before
    assert sum(result.evicted for result in seen) < 30
    originals = [message.text for message in state["messages"] if message.type == "tool"]
    assert originals == [read.invoke({"page": page}) for page in range(1, 41)]
    assert all(RECORD not in message.response_metadata for request in model.requests for message in request)
    written = [len(json.dumps(record)) for record in records(state["messages"])]
    assert max(written[len(written) // 2 :]) < 1_500  # However long the run was before.


def test_a_resumed_run_sends_what_an_uninterrupted_one_does() -> None:
    thread: Any = {"configurable": {"thread_id": "a"}, "recursion_limit": 500}
    whole, parts, saver = Reader(last=14, billed=1.3), Reader(last=14, billed=1.3), InMemorySaver()
    graph(compress_model(whole, BUDGET), InMemorySaver()).invoke(TASK, thread)
    state: Any = TASK
    for _ in range(20):
        made = graph(compress_model(parts, BUDGET), saver)
        made.invoke(state, thread, interrupt_after=["tools"])
        state = None
        if not made.get_state(thread).next:
            break
    assert list(map(texts, parts.requests)) == list(map(texts, whole.requests))
    assert len(parts.requests) == 15


def test_a_bill_lowers_the_ceiling_of_its_conversation_alone() -> None:
    seen = list[CompressionResult]()
    model = compress_model(Reader(billed=2.0, last=15), BUDGET, on_compression=seen.append)
    read_on(model)
    ceilings = [result.ceiling for result in seen]
    assert ceilings[0] == BUDGET > ceilings[-1]
    read_on(model)
    assert [result.ceiling for result in seen] == ceilings * 2


def test_models_that_share_a_history_leave_each_other_alone() -> None:
    both, alone = Reader(model_name="large", last=12), Reader(model_name="large", last=12)
    wide, only = compress_model(both, BUDGET), compress_model(alone, BUDGET)
    tight = compress_model(Reader(model_name="small", billed=2.0), 1_500)
    shared, own = history(0), history(0)
    for page in range(1, 13):
        judged = tight.invoke(shared).response_metadata
        shared += [AIMessage("Fine.", response_metadata=judged), HumanMessage(f"Read on from {page - 1}.")]
        own += [AIMessage("Fine."), HumanMessage(f"Read on from {page - 1}.")]
        shared += [wide.invoke(shared), result(page)]
        own += [only.invoke(own), result(page)]
    assert list(map(texts, both.requests)) == list(map(texts, alone.requests))
    assert {record["owner"] for record in records(shared)} == {"small/1500", "large/3000"}


def test_threads_do_not_mix() -> None:
    model, alone = Reader(last=8), Reader(last=8)
    wrapped = compress_model(model, BUDGET)
    with ThreadPoolExecutor(6) as pool:
        runs = list(pool.map(lambda start: read_on(wrapped, start * 100), range(6)))
    for start, run in enumerate(runs):
        read_on(compress_model(alone, BUDGET), start * 100)
        mine = [texts(request) for request in model.requests if request[0].text == run[0].text]
        assert mine == [texts(request) for request in alone.requests[-9:]]


def test_trimmed_histories_and_foreign_records_are_decided_anew() -> None:
    model = compress_model(Reader(last=16), BUDGET)
    messages = read_on(model)
    wanted = model.requests[-1]
    for cut in range(2, 30, 9):
        model.invoke([messages[0], *messages[1 + cut : -1]])
        assert tokens(model.requests[-1]) < BUDGET
    for damage in (
        {"correction": None},
        {"shown": 3},
        {"folded": {"x": 1}},
        {"version": 9},
        {"after": "none"},
    ):
        damaged = deepcopy(messages[:-1])
        carrying = [message for message in damaged if records([message])]
        carrying[-1].response_metadata[RECORD] |= damage
        model.invoke(damaged)
        assert tokens(model.requests[-1]) < BUDGET
    model.invoke(messages[:-1])
    assert model.requests[-1] == wanted


@pytest.mark.parametrize(
    ("budget", "settings", "named"),
    [
        (0, {}, "budget"),
        (1.5, {}, "budget"),
        (0.5, {}, "window"),
        (100, {"exclude": ["read"]}, "exclude"),
        (Budget(limit=10, reserve=10), {}, "reserve"),
    ],
)
def test_bad_settings_are_named(budget: Any, settings: Any, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        compress_model(Reader(), budget, **settings)


@pytest.mark.parametrize("thing", ["anthropic:claude", None, Reader, Reader().bind(stop=["x"])])
def test_what_is_no_chat_model_is_told_so(thing: Any) -> None:
    with pytest.raises(TypeError, match="takes a chat model"):
        compress_model(thing, BUDGET)


def test_the_name_to_count_for_can_be_given() -> None:
    seen = list[CompressionResult]()
    for name in (None, "claude-sonnet-4-5"):
        compress_model(Reader(), 50_000, model=name, on_compression=seen.append).invoke(LONG)
    assert seen[0].tokens_before < seen[1].tokens_before
