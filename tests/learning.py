"""Made-up runs in which an agent's habit can be learned: of each listing it opens the newest ticket."""

import json
import random
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from agentcompress.evaluation.reading import Trajectory
from agentcompress.values import atoms_of, token_spans
from tests.recordings import SYSTEM, TASK, answer, result

LINES = 40
"""Records of one listing."""


def run(seed: int, *, steps: int = 6, source: str = "tickets") -> Trajectory:
    """A run that lists records and then opens one by its ticket, never by its trace.

    Args:
        seed: Draws all names.
        steps: Listings.
        source: Where it says that it comes from.
    """
    rng = random.Random(seed)
    messages: list[dict[str, Any]] = [SYSTEM, TASK]
    wanted = f"ticket_{rng.randrange(10**6):06}"
    for step in range(steps):
        call = f"c{step}"
        asked: dict[str, Any] = {call: {"ticket": wanted}}
        messages.append(answer(**asked))
        names = [
            (f"ticket_{rng.randrange(10**6):06}", f"trace_{rng.randrange(10**6):06}") for _ in range(LINES)
        ]
        lines = [
            f"ticket: {ticket} was seen by the desk\ntrace: {trace} came by wire" for ticket, trace in names
        ]
        messages.append(result(call, "\n".join(lines)))
        wanted = names[-1][0]
    messages.append(answer(last={"ticket": wanted}))
    return Trajectory(id=f"{source}/{seed}", source=source, messages=messages)


def with_shuffled_future(run: Trajectory, seed: int = 0) -> Trajectory:
    """The same run, but whatever its calls name is any of what only tools had said by then.

    So nothing that was said before a call tells which of it the call names.

    Args:
        run: Any run.
        seed: Draws what is named.
    """
    rng = random.Random(seed)
    told: dict[str, None] = {}
    said: set[str] = set()
    messages = deepcopy(run.messages)
    for message, view in zip(messages, run.views, strict=True):
        if view.role == "tool":
            told |= dict.fromkeys(atoms_of(view.text))
            continue
        for call in message.get("tool_calls") or ():
            others = [atom for atom in told if atom not in said]
            function = call["function"]
            if others:
                renamed = _renamed(json.loads(function["arguments"]), others, rng)
                function["arguments"] = json.dumps(renamed, ensure_ascii=False)
            said.update(atoms_of(function["arguments"]))
        said.update(atoms_of(view.text))
    return Trajectory(id=run.id, source=run.source, messages=messages)


def _renamed(value: Any, others: Sequence[str], rng: random.Random) -> Any:
    """A value of JSON with others in place of what it names."""
    match value:
        case dict():
            return {name: _renamed(one, others, rng) for name, one in value.items()}
        case list():
            return [_renamed(one, others, rng) for one in value]
        case str():
            for start, end in reversed(list(token_spans(value))):
                if atoms_of(value[start:end]):
                    value = value[:start] + rng.choice(others) + value[end:]
            return value
    return rng.choice(others) if len(str(value)) >= 3 else value
