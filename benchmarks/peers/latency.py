"""How long one compression takes on the same made-up conversation, and how much memory.

The first call of a process loads what the peer needs, on other content; cold is fresh content after that;
warm is the same request once more. Beside the clock stands the time of the processor, for a busy machine
bends the clock alone.
"""

import resource
import sys
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time
from typing import Any

from agentcompress import Compressor
from agentcompress.evaluation.measure import Measure
from agentcompress.evaluation.policy import Policy, Shown
from agentcompress.evaluation.reading import Trajectory
from agentcompress.evaluation.recording import Recording
from agentcompress.tokens.counter import TiktokenCounter
from benchmarks.material import conversation

from .registry import policy_of

_SMALL = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One compression."""

    ms: float
    """By the clock."""
    cpu_ms: float
    """Of the processor."""
    tokens: int
    """What came out."""


class BareCompressor:
    """This library without the counts that a recording has already: they are part of its work."""

    def __init__(self) -> None:
        self._compressor = Compressor(_SMALL)

    def compress(self, recording: Recording, step: int, ceiling: int) -> Shown:
        """What the compressor shows."""
        found = self._compressor.with_budget(ceiling).compress(recording.trajectory.messages[:step])
        return Shown(messages=found.messages)


def latency_row(name: str, tokens: int, share: float, runs: int) -> dict[str, Any]:
    """Milliseconds of calls on so many tokens, medians over conversations, and peak memory of the process.

    Args:
        name: The peer.
        tokens: Of the conversation.
        share: Of them that may stay.
        runs: Fresh conversations.
    """
    begun = perf_counter()
    policy = BareCompressor if name == "agentcompress" else policy_of(name, stateful=False)
    _timed(policy(), _recording(_SMALL, seed=10**6), _SMALL // 4)
    first = (perf_counter() - begun) * 1000
    cold, warm = [], []
    for seed in range(runs):
        recording = _recording(tokens, seed)
        one = policy()
        cold.append(_timed(one, recording, int(share * tokens)))
        warm.append(_timed(one, recording, int(share * tokens)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "tokens_out": round(median(call.tokens for call in cold)),
        "ms_first": round(first, 1),
        "ms_cold": round(median(call.ms for call in cold), 1),
        "ms_warm": round(median(call.ms for call in warm), 1),
        "cpu_ms_cold": round(median(call.cpu_ms for call in cold), 1),
        "cpu_ms_warm": round(median(call.cpu_ms for call in warm), 1),
        "peak_mib": round(peak / (1024**2 if sys.platform == "darwin" else 1024)),
    }


def _recording(tokens: int, seed: int) -> Recording:
    counter = TiktokenCounter()
    trajectory = Trajectory(
        id=str(seed), source="made up", messages=conversation(tokens, counter.count, seed=seed)
    )
    return Recording(trajectory, Measure(counter=counter))


def _timed(policy: Policy, recording: Recording, ceiling: int) -> Call:
    step = len(recording.views)
    begun, spent = perf_counter(), process_time()
    shown = policy.compress(recording, step, ceiling).messages
    return Call(
        ms=(perf_counter() - begun) * 1000,
        cpu_ms=(process_time() - spent) * 1000,
        tokens=sum(recording.look(message)[1] for message in shown),
    )
