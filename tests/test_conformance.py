"""Constraints, plans, errors and marked messages over many rounds of compression.

The kit plants statements in a session, compacts it round after round and looks which of
them are still there.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from compaction_kit.canaries import Canary, CanaryType, seeded_canaries
from compaction_kit.compacted import CompactedContext
from compaction_kit.corpus import build_random_session
from compaction_kit.generated import build_generated_session
from compaction_kit.runner import run_conformance
from compaction_kit.session import SeededSession, Turn, build_seeded_session
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.tools import ToolException, tool
from langgraph.checkpoint.memory import InMemorySaver
from pydantic import Field

from agentcompress import Budget, CompressionResult, Compressor, ContextCompressionMiddleware, Plan

from .conversations import Messages, pairs_are_whole
from .helpers import listing, step, tokens
from .test_middleware import RecordingModel, read

ROUNDS = 5
KEPT = {CanaryType.SAFETY_RULE, CanaryType.HARD_CONSTRAINT, CanaryType.USER_PREFERENCE}
_TURN = re.compile(r"^\[(system|user|assistant)\] ", re.MULTILINE)


class KitCompactor:
    """The compressor as the kit calls it: text in, text out, with less room in every round."""

    name = "agentcompress"

    def __init__(self, share: float) -> None:
        self._share = share
        self._whole = 0
        self.evictions = 0

    def compact(self, turns: list[Turn], round_num: int = 1) -> CompactedContext:
        messages = [{"role": turn.role, "content": turn.text} for turn in turns]
        if round_num == 1:
            self._whole = tokens(messages)
        else:
            _, *said = _TURN.split(turns[0].text)
            pairs = zip(said[::2], said[1::2], strict=True)
            messages = [{"role": role, "content": text.removesuffix("\n")} for role, text in pairs]
        room = int(self._share * (1 - 0.06 * round_num) * self._whole)
        result = Compressor(room).compress(messages)
        assert result.tokens_after <= room
        self.evictions += result.evicted
        text = "\n".join(f"[{message['role']}] {message['content']}" for message in result.messages)
        return CompactedContext(text=text, compactor_name=self.name, round_num=round_num)


def sessions() -> Iterator[tuple[SeededSession, list[Canary]]]:
    yield build_seeded_session(), seeded_canaries()
    for seed in range(1, 6):
        yield build_random_session(seed)
        yield build_generated_session(seed)


@pytest.mark.parametrize("share", [0.9, 0.6])
def test_the_kits_rules_survive_every_round(share: float) -> None:
    for session, canaries in sessions():
        compactor = KitCompactor(share)
        run = run_conformance(session, compactor, ROUNDS, canaries)
        assert compactor.evictions >= 2
        rules = [canary.id for canary in canaries if canary.type in KEPT]
        assert len(rules) >= 6
        assert all(last.survived[rule] for last in run.rounds for rule in rules)


CONSTRAINTS = [
    "Never delete rows of orders_7731 without my approval.",
    "From now on report every total in CHF_4412.",
    "I prefer the vendor acme-5519.",
]
PLANNED = ["check ledger_8101", "migrate ledger_8102", "notify team_8103"]
TODOS = [{"content": item, "status": "pending"} for item in PLANNED]
FAILURE = "quota_9907 is exhausted on node-93"
MARKED = "The signed offer is offer_6640."
CANARIES = [*CONSTRAINTS, *PLANNED, FAILURE, MARKED]


def is_offer(message: Any) -> bool:
    return MARKED in (message["content"] or "")


def begun() -> Messages:
    """What is to outlive all that follows."""
    failed = step("d", FAILURE, "deploy")
    failed[1]["status"] = "error"
    messages: Messages = [{"role": "user", "content": "Bring the ledgers in order."}]
    messages += step("t", "ok", "write_todos", json.dumps({"todos": TODOS}))
    messages += [*failed, {"role": "assistant", "content": MARKED}]
    for number, constraint in enumerate(CONSTRAINTS):
        said = f"Thanks. Please read page {number} as well, it has the totals of last year. {constraint}"
        messages.append(
            {"role": "user", "content": f"{said} The weather is fine and I will be out for lunch."}
        )
        messages += step(f"c{number}", listing(f"c{number}"))
        messages.append({"role": "assistant", "content": f"Page {number} is read."})
    return messages


def later(number: int) -> Messages:
    """One more round: a user turn, some reads, an answer."""
    messages: Messages = [{"role": "user", "content": f"Go on with part {number}. It looks good so far."}]
    for place in range(4):
        messages += step(f"r{number}_{place}", listing(f"r{number}_{place}", 30))
    return [*messages, {"role": "assistant", "content": f"Part {number} is done."}]


@pytest.mark.parametrize("feed_on", [True, False], ids=["views fed on", "originals with the plan"])
def test_canaries_outlive_five_evictions(feed_on: bool) -> None:
    # Where rewriting is free, nothing stays only because it is cached.
    compressor = Compressor(Budget(limit=1_500, keep=0.6), pin=is_offer, prices="none")
    messages, plan = begun(), Plan()
    for number in range(ROUNDS):
        messages = messages + later(number)
        result = compressor.compress(messages, plan=plan)
        assert result.evicted
        assert tokens(result.messages) == result.tokens_after <= 1_500
        assert pairs_are_whole(result.messages)
        shown = json.dumps(result.messages)
        assert [canary for canary in CANARIES if canary not in shown] == []
        if feed_on:
            messages = result.messages
        else:
            plan = result.plan
    assert "lunch" not in json.dumps(result.messages)


class ScriptedModel(RecordingModel):
    """Says what it is told to, one turn after the other."""

    script: list[AIMessage] = Field(default_factory=list)

    def answer(self, number: int) -> AIMessage:
        return self.script[number - 1]


@tool
def write_todos(todos: list[dict[str, str]]) -> str:
    """Writes down what is to be done."""
    return "ok"


@tool
def deploy() -> str:
    """Deploys."""
    raise ToolException(FAILURE)


deploy.handle_tool_error = True


def calls(*made: tuple[str, dict[str, Any]]) -> Callable[[int], AIMessage]:
    return lambda number: AIMessage(
        "", tool_calls=[{"name": name, "args": args, "id": f"{name}_{number}"} for name, args in made]
    )


def test_canaries_outlive_five_rounds_of_an_agent() -> None:
    turns: list[Callable[[int], AIMessage]] = [
        calls(("write_todos", {"todos": TODOS})),
        calls(("deploy", {})),
        lambda _: AIMessage(MARKED),
    ]
    for number in range(ROUNDS):
        turns += [calls(("read", {"page": 4 * number + place})) for place in range(4)]
        turns.append(lambda number: AIMessage(f"Part {number} is done."))
    model = ScriptedModel(script=[turn(number) for number, turn in enumerate(turns)])
    seen = list[CompressionResult]()
    middleware = ContextCompressionMiddleware(
        budget=Budget(limit=2_500, keep=0.6),
        on_compression=seen.append,
        pin=lambda message: MARKED in message.text,
    )
    agent: Any = create_agent(
        model, [read, write_todos, deploy], middleware=[middleware], checkpointer=InMemorySaver()
    )
    thread = {"configurable": {"thread_id": "a"}}
    agent.invoke({"messages": [("user", "Bring the ledgers in order.")]}, thread)
    for number in range(ROUNDS):
        said = f"Go on with part {number}. {CONSTRAINTS[number] if number < len(CONSTRAINTS) else ''} Thanks."
        agent.invoke({"messages": [HumanMessage(said)]}, thread)
        shown = json.dumps([[m.text, getattr(m, "tool_calls", [])] for m in model.requests[-1]])
        expected = [*CONSTRAINTS[: number + 1], *PLANNED, FAILURE, MARKED]
        assert [canary for canary in expected if canary not in shown] == []
        assert seen[-1].plan.evictions > number
    assert max(result.tokens_after for result in seen) <= 2_500
