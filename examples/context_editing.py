"""Use the compressor as an edit of LangChain's own ContextEditingMiddleware."""

from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import ContextEditingMiddleware
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.tools import tool

from agentcompress import Compressor


class FakeModel(GenericFakeChatModel):
    """Says what it is told to say, whatever tools it is given."""

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        """Itself."""
        return self


@tool
def list_orders() -> str:
    """List all orders."""
    return "\n".join(f"order {n}: customer {n % 37}, total {n * 3}.50 EUR" for n in range(1_000, 1_500))


def main() -> None:
    """Runs the agent; the state keeps the full listing, the model saw what fits."""
    calls = [{"name": "list_orders", "args": {}, "id": "call_1"}]
    model = FakeModel(messages=iter([AIMessage("", tool_calls=calls), AIMessage("3,741.50 EUR.")]))
    agent = create_agent(
        model, [list_orders], middleware=[ContextEditingMiddleware(edits=[Compressor(2_000)])]
    )
    answer = agent.invoke({"messages": [{"role": "user", "content": "What is the total of order 1247?"}]})
    print(answer["messages"][-1].text)


if __name__ == "__main__":
    main()
