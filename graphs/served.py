"""What `langgraph dev` serves without a key or a network: each ready-made graph with a scripted model.

The server brings checkpointer and store. Replace `ScriptedModel` with "anthropic:…" or "openai:…", and the
tools and documents with yours.
"""

from langchain_core.documents import Document
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import tool

from agentcompress.graphs import TeamWorker, build_agent, build_long_run, build_rag, build_team
from agentcompress.graphs.scripted import ScriptedModel, asking, quoting, reading


@tool
def read_log(day: int) -> str:
    """Read the server's log of one day."""
    lines = [f"2025-03-{day:02} 10:{i // 60:02}:{i % 60:02} GET /item/{i} 200" for i in range(200)]
    lines[137] = f"2025-03-{day:02} 10:02:17 ERROR payment gateway timed out, order A-{day}77"
    return "\n".join(lines)


def manual(_: str) -> list[Document]:
    """All pages of a manual: the graph chooses."""
    errors = ("payment gateway timed out", "disk full", "certificate expired", "queue stalled")
    return [
        Document(
            f"When the log says {error} on host {host}, restart unit-{host}{number} and check its metrics "
            "for a quarter of an hour before you close the incident.",
            metadata={"source": f"manual, page {host * len(errors) + number}"},
        )
        for host in range(30)
        for number, error in enumerate(errors)
    ]


agent = build_agent(ScriptedModel(script=reading("read_log", 8)), [read_log], budget=6_000)
rag = build_rag(ScriptedModel(script=quoting), RunnableLambda(manual), budget=2_000)
team = build_team(
    ScriptedModel(script=asking("logs", "manual")),
    [
        TeamWorker(name="logs", description="Reads the server's logs.", agent=agent),
        TeamWorker(name="manual", description="Knows the manual.", agent=rag),
    ],
    budget=4_000,
    hand_over=200,
)
long_run = build_long_run(
    ScriptedModel(script=reading("read_log", 20)), [read_log], checkpointer=None, budget=8_000
)
