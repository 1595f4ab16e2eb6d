"""Workers that share nothing but a database: one goes on where another stopped."""

import asyncio
from typing import Any

from langchain.agents import create_agent
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.store.base import BaseStore

from agentcompress import ContextCompressionMiddleware

from .stores import PostgresStores
from .test_middleware import TASK, RecordingModel, read
from .test_recall import AskingModel, answer_in, thread


def worker(model: RecordingModel, checkpointer: BaseCheckpointSaver[Any], store: BaseStore) -> Any:
    middleware = ContextCompressionMiddleware(3_000, recall=True)
    return create_agent(model, [read], middleware=[middleware], checkpointer=checkpointer, store=store)


def check(before: RecordingModel, after: RecordingModel, state: Any) -> None:
    shown = before.requests[-1]
    assert after.requests[0][: len(shown)] == shown
    assert "value_2_37 = 74" in answer_in(state)


def test_another_worker_keeps_the_decisions_and_recalls_what_left(postgres: str) -> None:
    from langgraph.checkpoint.postgres import PostgresSaver

    stores = PostgresStores(postgres)
    models = RecordingModel(steps=8), AskingModel(steps=0, asks={"question": "What is value_2_37?"})
    with PostgresSaver.from_conn_string(postgres) as saver:
        saver.setup()
    state: Any = None
    for model in models:
        with PostgresSaver.from_conn_string(postgres) as saver, stores.opened() as store:
            state = worker(model, saver, store).invoke(TASK, thread("a"))
    check(*models, state)


def test_another_worker_goes_on_asynchronously(postgres: str) -> None:
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

    stores = PostgresStores(postgres)
    models = RecordingModel(steps=8), AskingModel(steps=0, asks={"question": "What is value_2_37?"})

    async def run() -> Any:
        state: Any = None
        for model in models:
            async with AsyncPostgresSaver.from_conn_string(postgres) as saver, stores.aopened() as store:
                await saver.setup()
                state = await worker(model, saver, store).ainvoke(TASK, thread("a"))
        return state

    check(*models, asyncio.run(run()))
