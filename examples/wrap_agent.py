"""Keep every request of an agent within a token budget.

Offline: a fake model stands in for yours. Replace it with "anthropic:…" or "openai:…".
"""

from typing import Any

from langchain.agents import create_agent
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.tools import tool

from agentcompress import CompressionResult, ContextCompressionMiddleware


class FakeModel(GenericFakeChatModel):
    """Says what it is told to say, whatever tools it is given."""

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        """Itself."""
        return self


@tool
def read_log(day: int) -> str:
    """Read the server's log of one day."""
    lines = [f"2025-03-{day:02} 10:{i // 60:02}:{i % 60:02} GET /item/{i} 200" for i in range(400)]
    lines[137] = f"2025-03-{day:02} 10:02:17 ERROR payment gateway timed out, order A-{day}77"
    return "\n".join(lines)


def call(day: int) -> AIMessage:
    """The fake model's next call."""
    return AIMessage(
        f"Looking for payment errors on day {day}.",
        tool_calls=[{"name": "read_log", "args": {"day": day}, "id": f"call_{day}"}],
    )


def show(result: CompressionResult) -> None:
    """What each request would have taken and what it takes."""
    print(f"{result.tokens_before:>7,} -> {result.tokens_after:>6,} tokens (ceiling {result.ceiling:,})")


def main() -> None:
    """Runs the agent and prints what was saved."""
    model = FakeModel(messages=iter([call(1), call(2), call(3), AIMessage("Order A-377 failed last.")]))
    agent = create_agent(
        model, [read_log], middleware=[ContextCompressionMiddleware(budget=8_000, on_compression=show)]
    )
    answer = agent.invoke({"messages": [{"role": "user", "content": "Which payments timed out?"}]})
    print(answer["messages"][-1].text)


if __name__ == "__main__":
    main()
