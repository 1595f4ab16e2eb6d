"""Answer from retrieved documents: retrieve much, show the model what the question needs.

Offline: a scripted model stands in for yours. Replace it with "anthropic:…" or "openai:…".
"""

from langchain_core.documents import Document
from langchain_core.runnables import Runnable, RunnableLambda

from agentcompress.graphs import build_rag
from agentcompress.graphs.scripted import ScriptedModel, quoting


def manual() -> list[Document]:
    """A page a valve, each with more around it than anyone asks for."""
    return [
        Document(
            f"Valve {number} is made of brass.\n\n"
            f"Valve {number} opens at {number * 3} bar.\n\n"
            + f"Keep valve {number} dry, and have it looked at every {number % 7 + 2} years. "
            * 12,
            metadata={"source": f"manual, page {number}"},
        )
        for number in range(1, 61)
    ]


def retrieved(question: str) -> list[Document]:
    """All of it: what fits is chosen afterwards."""
    return manual()


def main() -> None:
    """One question; what was retrieved, what was shown, and the answer."""
    retriever: Runnable[str, list[Document]] = RunnableLambda(retrieved)  # any LangChain retriever
    graph = build_rag(ScriptedModel(script=quoting), retriever, budget=600)
    state = graph.invoke({"messages": [{"role": "user", "content": "At how many bar does valve 17 open?"}]})
    sizes = [sum(len(document.page_content) for document in state[of]) for of in ("documents", "shown")]
    print(f"{sizes[0]:,} characters retrieved, {sizes[1]:,} shown")
    print(state["messages"][-1].text)


if __name__ == "__main__":
    main()
