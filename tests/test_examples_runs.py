"""Past runs as examples for a new task."""

import json
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.prompts import PromptTemplate

from agentcompress import BudgetedExampleSelector
from agentcompress.evaluation.lines import LineReader
from agentcompress.examples import run_example
from agentcompress.tokens import default_counter

COUNT = default_counter().count
TASKS = {
    "refund": "Refund order 7781 and tell the customer.",
    "restart": "Restart the payment service on host web-3.",
    "report": "Write a report on the sales of May.",
}


def run(tool: str, task: str, lines: int = 200) -> list[Any]:
    return [
        SystemMessage("You are careful."),
        HumanMessage(task),
        AIMessage("Let me look.", tool_calls=[{"name": tool, "args": {"target": "7781"}, "id": "1"}]),
        ToolMessage("\n".join(f"line {n}: nothing to see" for n in range(lines)), tool_call_id="1"),
        AIMessage(f"Done: {tool} worked."),
    ]


@pytest.mark.parametrize("budget", [60, 150, 400, 5_000])
def test_a_run_becomes_an_example_within_its_budget(budget: int) -> None:
    example = run_example(run("refund_order", TASKS["refund"]), budget)
    assert example["task"] == TASKS["refund"]
    assert COUNT(example["run"]) <= budget
    assert 'refund_order({"target": "7781"})' in example["run"]
    assert example["run"].endswith("Agent: Done: refund_order worked.")
    assert "careful" not in example["run"]
    assert ("elided" in example["run"]) == (budget < 5_000)
    assert run_example(run("refund_order", TASKS["refund"]), budget) == example


def test_chat_dictionaries_are_runs_too() -> None:
    call = {"id": "1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": "Look around."},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": "A door."},
    ]
    assert run_example(messages, 100) == {"task": "Look around.", "run": "Agent: look({})\nResult: A door."}


def test_the_run_of_the_nearest_task_is_chosen_for_a_new_one() -> None:
    pool = BudgetedExampleSelector(
        [run_example(run(f"{name}_it", task), 120) for name, task in TASKS.items()],
        budget=160,
        input_keys=["task"],
        example_prompt=PromptTemplate.from_template("Task: {task}\n{run}"),
    )
    [chosen] = pool.select({"task": "The customer of order 112 wants a refund."})
    assert "refund_it" in chosen.example["run"]
    assert chosen.tokens <= 161


def test_what_is_no_run_is_refused() -> None:
    for messages in ([], [AIMessage("hi")], [HumanMessage("go")]):
        with pytest.raises(ValueError, match="a run needs a user message"):
            run_example(messages, 100)
    with pytest.raises(ValueError, match="budget"):
        run_example(run("x", "go"), 0)
    assert run_example(run("x", "go"), 2) == {"task": "go", "run": ""}


def test_recorded_runs_are_condensed(recorded: Path) -> None:
    reader = LineReader(str(recorded / "traj_tau_airline.jsonl.gz"))
    for number, record in enumerate(reader.records()):
        if number == 4:
            break
        example = run_example(record["messages"], 600)
        assert COUNT(example["run"]) <= 600
        assert json.dumps(example)
