"""Whether two encoders lead to the same plan, and where they do not, how near the tie was."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from agentcompress.criteria import default_criterion
from agentcompress.strategies import PruneStrategy
from agentcompress.values import Context, Encoder, Group, Segment, atoms_of

from .material import log, records, sources

_GROUP = 40
"""Segments of one group."""
_TIE = 0.05
"""Two scores are a tie if they differ by less than this share of the range of all scores."""
_QUERY = "Why did order ORD-31337 fail? Look at the errors in the logs, the orders and the code."


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A segment that one plan shows otherwise than the other."""

    segment: int
    """Its index."""
    shown: tuple[int | None, int | None]
    """Its rendition in either plan; None where it is not shown."""
    scores: tuple[float, float]
    """Its score in either."""
    tie: bool
    """Whether the scores differ by no more than rounding explains."""


def context_of(count: int, seed: int = 0) -> Context:
    """So many segments of made-up logs, records and code, as a strategy sees them."""
    texts = list(islice(_pieces(random.Random(seed)), count))
    of = np.arange(count) // _GROUP
    return Context(
        segments=[
            Segment(
                part=0,
                start=0,
                end=len(text),
                text=text,
                tokens=len(text) // 4 + 1,
                role="tool",
                atoms=atoms_of(text),
            )
            for text in texts
        ],
        groups=[Group(messages=(index,), step=index, overhead=12) for index in range(int(of[-1]) + 1)],
        message_of=of,
        group_of=of,
        step=int(of[-1]) + 1,
        query=_QUERY,
    )


def _pieces(rng: random.Random) -> Iterator[str]:
    while True:
        yield from log(rng, 40).splitlines()
        yield from records(rng, 20).split("}, ")
        yield from (line for line in sources(rng, 1)[0].splitlines() if line.strip())


def differences(context: Context, one: Encoder, other: Encoder, share: float = 0.25) -> list[Difference]:
    """Segments that are shown otherwise under the other encoder, a quarter of all tokens being shown."""
    budget = int(share * sum(segment.tokens for segment in context.segments))
    scores = [default_criterion(encoder).score(context) for encoder in (one, other)]
    plans = [PruneStrategy().select(context, values, budget).renditions for values in scores]
    tie = _TIE * float(np.ptp(scores[0]))
    return [
        Difference(
            segment=index,
            shown=(plans[0].get(index), plans[1].get(index)),
            scores=(float(scores[0][index]), float(scores[1][index])),
            tie=bool(abs(scores[0][index] - scores[1][index]) <= tie),
        )
        for index in range(len(context.segments))
        if plans[0].get(index) != plans[1].get(index)
    ]
