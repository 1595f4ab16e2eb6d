"""An agent of thousands of steps: killed and resumed it ends with the same bytes, and no call gets slower.

A model that hashes every request it is sent into its next call runs through a compiled
graph with a SQLite checkpointer: one byte more or less in any request changes all that
follows. The run is done once undisturbed, and once killed at random steps.

usage: python -m benchmarks.long_run [--steps 2000] [--kills 20] [--budget 8000] [--seed 0]
"""

import argparse
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.tools import tool
from langgraph.checkpoint.sqlite import SqliteSaver

from agentcompress import CompressionResult, ContextCompressionMiddleware
from agentcompress.graphs.scripted import ScriptedModel

_THREAD = "run"
_KEPT_CHECKPOINTS = 4
_PRUNED_EVERY = 50


def relay(steps: int) -> Callable[[list[BaseMessage]], AIMessage]:
    """A script that calls `look` for the next step, with a hash of all that it was sent."""

    def script(messages: list[BaseMessage]) -> AIMessage:
        turns = [message for message in messages if isinstance(message, AIMessage)]
        calls = [call for turn in turns for call in turn.tool_calls]
        step = calls[-1]["args"]["step"] + 1 if calls else 1
        print(step, flush=True)
        seen = hashed(messages)
        if step > steps:
            return AIMessage(f"done: {seen}")
        call = {"name": "look", "args": {"step": step, "seen": seen}, "id": f"call_{step}"}
        return AIMessage(f"Step {step}: look further.", tool_calls=[call])

    return script


def hashed(messages: Sequence[BaseMessage]) -> str:
    """A hash of what messages say and call."""
    said = [[message.type, message.content, getattr(message, "tool_calls", None)] for message in messages]
    return blake2b(json.dumps(said).encode(), digest_size=8).hexdigest()


@tool
def look(step: int, seen: str) -> str:
    """Looks at a part of the system."""
    chance = random.Random(step)
    rows = (
        f"{chance.choice(['INFO', 'WARN', 'ERROR'])} svc{chance.randint(1, 9)} "
        f"req-{chance.randint(10**6, 10**7)} took {chance.randint(1, 900)} ms"
        for _ in range(chance.randint(3, 12))
    )
    return f"step {step}\n" + "\n".join(rows)


def work(database: Path, steps: int, budget: int) -> None:
    """Runs, or goes on with, the agent of a database; ends with a line of figures."""
    from langchain.agents import create_agent

    times: list[float] = []

    def note(result: CompressionResult) -> None:
        times.append(result.milliseconds)
        if result.tokens_after > budget:
            raise RuntimeError(f"{result.tokens_after} tokens are over the budget of {budget}")
        if len(times) % _PRUNED_EVERY == 0:
            prune(saver)

    with SqliteSaver.from_conn_string(str(database)) as saver:
        agent = create_agent(
            ScriptedModel(script=relay(steps)),
            [look],
            middleware=[ContextCompressionMiddleware(budget, on_compression=note)],
            checkpointer=saver,
        )
        config: Any = {"configurable": {"thread_id": _THREAD}, "recursion_limit": 3 * steps + 10}
        begun = agent.get_state(config).values.get("messages")
        task: Any = None if begun else {"messages": [("user", "Look at every part of the system.")]}
        # Else a checkpoint, longer with every step, is written beside the next call, and times are of both.
        messages = agent.invoke(task, config, durability="sync")["messages"]
    figures = {"answer": messages[-1].content, "bytes": hashed(messages), "milliseconds": times}
    print(json.dumps(figures), flush=True)


def prune(saver: SqliteSaver) -> None:
    """Deletes old checkpoints: each holds the whole conversation, and a run needs only the newest."""
    newest = "SELECT checkpoint_id FROM checkpoints ORDER BY checkpoint_id DESC LIMIT ?"
    with saver.lock:
        for table in ("checkpoints", "writes"):
            saver.conn.execute(
                f"DELETE FROM {table} WHERE checkpoint_id NOT IN ({newest})", (_KEPT_CHECKPOINTS,)
            )
        saver.conn.commit()


def started(database: Path, steps: int, budget: int) -> subprocess.Popen[str]:
    """A process that works on a database."""
    command = [sys.executable, "-m", "benchmarks.long_run", "--work", str(database)]
    command += ["--steps", str(steps), "--budget", str(budget)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def lines(process: subprocess.Popen[str]) -> Iterator[str]:
    """What a process prints, until it ends."""
    if process.stdout is None:
        raise ValueError("the process was started without a pipe")
    yield from process.stdout


def undisturbed(database: Path, steps: int, budget: int) -> dict[str, Any]:
    """The figures of a run that nobody ends.

    Raises:
        RuntimeError: It failed.
    """
    last = ""
    with started(database, steps, budget) as process:
        for last in lines(process):
            show(last, steps)
    if process.returncode:
        raise RuntimeError("the run failed")
    figures: dict[str, Any] = json.loads(last)
    return figures


def killed(database: Path, steps: int, budget: int, at: Sequence[int]) -> dict[str, Any]:
    """The figures of a run that is killed when it comes to each of some steps."""
    for step in at:
        with started(database, steps, budget) as process:
            for line in lines(process):
                show(line, steps)
                if int(line) >= step:
                    process.kill()
                    break
    return undisturbed(database, steps, budget)


def show(line: str, steps: int) -> None:
    """Progress, where there is someone to see it."""
    if sys.stderr.isatty() and line.strip().isdigit():
        print(f"\r{line.strip()} of {steps}", end="", file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=2_000, help="of the agent; from 250")
    parser.add_argument("--kills", type=int, default=20, help="of the disturbed run")
    parser.add_argument("--budget", type=int, default=8_000, help="tokens of a request")
    parser.add_argument("--seed", type=int, default=0, help="for the steps at which it is killed")
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work(options.work, options.steps, options.budget)
        return
    at = sorted(random.Random(options.seed).sample(range(2, options.steps), options.kills))
    with TemporaryDirectory() as folder:
        whole = undisturbed(Path(folder) / "whole.db", options.steps, options.budget)
        torn = killed(Path(folder) / "torn.db", options.steps, options.budget, at)
    same = whole["bytes"] == torn["bytes"] and whole["answer"] == torn["answer"]
    early = float(np.percentile(whole["milliseconds"][100:200], 95))
    late = float(np.percentile(whole["milliseconds"][-100:], 95))
    print(f"\nkilled {len(at)} times and resumed: {'the same bytes' if same else 'OTHER BYTES'}")
    print(
        f"p95 of steps 100 to 200: {early:.1f} ms; of the last 100: {late:.1f} ms, {late / early:.2f} times"
    )
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
