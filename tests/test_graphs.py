"""Ready-made graphs, run with a recording model."""

from langchain_core.messages import ToolMessage

from agentcompress.graphs import build_agent
from agentcompress.tokens import RequestCounter

from .test_middleware import TASK, RecordingModel, read


def test_an_agent_stays_within_its_budget_and_keeps_its_state() -> None:
    model = RecordingModel(steps=10)
    state = build_agent(model, [read], budget=3_000, system_prompt="Be brief.").invoke(TASK)
    pages = [message.content for message in state["messages"] if isinstance(message, ToolMessage)]
    assert pages == [read.invoke({"page": page}) for page in range(1, 11)]
    count = RequestCounter.for_model(None)
    assert max(sum(count.text(message.text) for message in request) for request in model.requests) <= 3_000
