"""Made-up runs in which an agent's habit can be learned: of each listing it opens the newest ticket."""

import random
from typing import Any

from agentcompress.evaluation.reading import Trajectory
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
