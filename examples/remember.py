"""Bring back what left the prompt, in a process that starts anew.

Offline: a scripted model stands in for yours. Replace it with "anthropic:…" or "openai:…".
"""

import tempfile
from pathlib import Path

from langchain.agents import create_agent
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.tools import tool
from langgraph.checkpoint.sqlite import SqliteSaver

from agentcompress import ContextCompressionMiddleware
from agentcompress.graphs.scripted import ScriptedModel
from agentcompress.memory import FaissStore

DAYS = 6


@tool
def read_log(day: int) -> str:
    """Read the server's log of one day."""
    lines = [f"2025-03-{day:02} 10:{i // 60:02}:{i % 60:02} GET /item/{i} 200" for i in range(200)]
    lines[61] = f"2025-03-{day:02} 10:01:01 WARN certificate of shop-{day} ends on 2025-04-{day + 10}"
    return "\n".join(lines)


def script(messages: list[BaseMessage]) -> AIMessage:
    """Reads all days; asked later, it recalls what it no longer sees."""
    if messages[-1].type == "tool" and messages[-1].name == "recall":
        found = [line for line in messages[-1].text.splitlines() if "shop-2" in line]
        return AIMessage(found[0] if found else "It did not come back.")
    if len([message for message in messages if message.type == "human"]) > 1:
        asked = {"question": "When does the certificate of shop-2 end?"}
        return AIMessage("", tool_calls=[{"name": "recall", "args": asked, "id": "recall_1"}])
    calls = [call for message in messages for call in getattr(message, "tool_calls", ())]
    day = calls[-1]["args"]["day"] + 1 if calls else 1
    if day <= DAYS:
        call = {"name": "read_log", "args": {"day": day}, "id": f"call_{day}"}
        return AIMessage("Reading on.", tool_calls=[call])
    return AIMessage("I have read them all.")


def ask(folder: Path, question: str) -> str:
    """The agent's answer; all that it knows is in two files."""
    with SqliteSaver.from_conn_string(str(folder / "threads.db")) as saver:
        agent = create_agent(
            ScriptedModel(script=script),
            [read_log],
            middleware=[ContextCompressionMiddleware(budget=4_000, recall=True)],
            checkpointer=saver,
            store=FaissStore(folder / "memory.db"),
        )
        state = agent.invoke(
            {"messages": [{"role": "user", "content": question}]}, {"configurable": {"thread_id": "logs"}}
        )
    return str(state["messages"][-1].text)


def main() -> None:
    """Two runs of one thread, as two processes would run them."""
    with tempfile.TemporaryDirectory() as name:
        print(ask(Path(name), "Read the logs of all six days."))
        print(ask(Path(name), "When does the certificate of shop-2 end?"))


if __name__ == "__main__":
    main()
