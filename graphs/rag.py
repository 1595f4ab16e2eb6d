"""Answers from retrieved documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from langchain.chat_models import init_chat_model
from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AnyMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.runnables import Runnable, RunnableLambda
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.store.base import BaseStore
from langgraph.types import Checkpointer

from agentcompress.documents import BudgetedDocumentCompressor
from agentcompress.integration import compress_graph
from agentcompress.integration.compressors import model_name
from agentcompress.passages import PassageSelector
from agentcompress.tokens import RequestCounter
from agentcompress.values import Budget

_PROMPT = (
    "Answer from the numbered documents and name the numbers of those you used. "
    "If they do not say it, say so."
)
_SEAMS = 8
"""Tokens that texts may take beyond their own where they are joined."""


class RagState(MessagesState):
    """The conversation, and what the newest question brought."""

    documents: list[Document]
    """What was retrieved."""
    shown: list[Document]
    """What of it the model sees."""


def build_rag(
    model: str | BaseChatModel,
    retriever: Runnable[str, list[Document]],
    *,
    budget: int = 8_000,
    documents: int | None = None,
    system_prompt: str = _PROMPT,
    selector: PassageSelector | None = None,
    checkpointer: Checkpointer = None,
    store: BaseStore | None = None,
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """A graph that retrieves, prunes and merges documents to a budget, and answers.

    So it pays to retrieve much: what the model sees is chosen for the question. The state
    keeps the documents as they were retrieved, and the conversation without any.

    Args:
        model: A chat model, or its "provider:name".
        retriever: A LangChain retriever, or anything from a question to documents.
        budget: Hard limit of a request, in tokens.
        documents: Tokens of it for documents; None takes half of what the system prompt leaves.
        system_prompt: Never touched.
        selector: Chooses among documents.
        checkpointer: Keeps threads, and with them their compression plans.
        store: What a retriever may remember.

    Raises:
        ValueError: The budget is out of range, or nothing is left for the conversation.
    """
    chat = init_chat_model(model) if isinstance(model, str) else model
    name = model_name(chat)
    counter = RequestCounter.for_model(name)
    fixed = counter.text(system_prompt) + _SEAMS
    share = (budget - fixed) // 2 if documents is None else documents
    nodes = _RagNodes(
        model=chat,
        retriever=retriever,
        system=SystemMessage(system_prompt),
        compressor=BudgetedDocumentCompressor(
            budget=max(share, 0), selector=selector or PassageSelector(), count=counter.text, write=written
        ),
    )
    builder = StateGraph(RagState)
    builder.add_node("retrieve", RunnableLambda(nodes.retrieve, nodes.aretrieve))
    builder.add_node("prune", nodes.prune)
    builder.add_node("answer", RunnableLambda(nodes.answer, nodes.aanswer))
    builder.add_edge(START, "retrieve")
    builder.add_edge("retrieve", "prune")
    builder.add_edge("prune", "answer")
    limit = Budget.for_long_run(budget, reserve=fixed + share)
    graph = compress_graph(builder, limit, nodes={"retrieve": None, "prune": None}, model=name)
    return graph.compile(checkpointer=checkpointer, store=store, name="rag")


@dataclass(frozen=True, slots=True, kw_only=True)
class _RagNodes:
    model: BaseChatModel
    retriever: Runnable[str, list[Document]]
    system: SystemMessage
    compressor: BudgetedDocumentCompressor

    def retrieve(self, state: RagState) -> dict[str, Any]:
        return {"documents": self.retriever.invoke(_question(state["messages"]))}

    async def aretrieve(self, state: RagState) -> dict[str, Any]:
        return {"documents": await self.retriever.ainvoke(_question(state["messages"]))}

    def prune(self, state: RagState) -> dict[str, Any]:
        question = _question(state["messages"])
        return {"shown": list(self.compressor.compress_documents(state["documents"], question))}

    def answer(self, state: RagState) -> dict[str, Any]:
        return {"messages": [self.model.invoke(self._request(state))]}

    async def aanswer(self, state: RagState) -> dict[str, Any]:
        return {"messages": [await self.model.ainvoke(self._request(state))]}

    def _request(self, state: RagState) -> list[BaseMessage]:
        *before, newest = state["messages"]
        # Behind the conversation, so that the cached prefix ends where the documents begin.
        text = f"{written(state['shown']) or '(no documents)'}\n\n"
        content: Any = (
            text + newest.content
            if isinstance(newest.content, str)
            else [{"type": "text", "text": text}, *newest.content]
        )
        return [self.system, *before, newest.model_copy(update={"content": content})]


def written(documents: Sequence[Document]) -> str:
    """Documents as a model reads them: numbered, with their sources."""
    return "\n\n".join(
        f"[{number}] {', '.join(_sources(document))}".rstrip() + f"\n{document.page_content}"
        for number, document in enumerate(documents, start=1)
    )


def _sources(document: Document) -> list[str]:
    said = [document.metadata, *document.metadata.get("also", ())]
    return list(dict.fromkeys(str(metadata["source"]) for metadata in said if "source" in metadata))


def _question(messages: list[AnyMessage]) -> str:
    return next((message.text for message in reversed(messages) if isinstance(message, HumanMessage)), "")
