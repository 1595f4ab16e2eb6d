"""Merge: what says nearly the same is shown by one of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from agentcompress.kernels import Merged, dense_clusters, representatives
from agentcompress.values import Choosing, Context, Encoder, PreparedStrategy, Scores, Segment

from .narrowing import prepared_without
from .stage import StageStrategy

if TYPE_CHECKING:
    from torch import Tensor

Kernel = Callable[["Tensor"], Merged]
"""Vectors of shape (segments, dimensions) → clusters."""
_OWN = frozenset({"error", "outlier", "image", "reasoning", "other"})
"""Kinds that stand for themselves: what failed or is unlike the rest, and what has no text."""


@dataclass(frozen=True, slots=True)
class MergeStrategy(PreparedStrategy, StageStrategy):
    """Clusters segments of tool outputs by meaning and leaves a representative of each.

    The representative is the member nearest to the cluster's average, word for word; the
    average itself is never shown. A member that has an identifier, path or number of its
    own stays too: two lines that differ by an id say nearly the same and matter apart.
    """

    encoder: Encoder
    """Gives the vectors; a `CachedEncoder` makes repeated calls cheap."""
    kernel: Kernel = field(default_factory=lambda: partial(dense_clusters, threshold=0.9))
    """Merges them: any of `agentcompress.kernels`."""

    def prepare(self, context: Context, scores: Scores) -> Choosing:
        """Chooses from a context by its scores, for any budget."""
        import torch

        pool = [index for index, segment in enumerate(context.segments) if _mergeable(segment)]
        left_out: list[int] = []
        if len(pool) > 1:
            vectors = torch.from_numpy(self.encoder.encode([context.segments[i].text for i in pool]))
            merged = self.kernel(vectors)
            chosen = [pool[row] for row in representatives(vectors, merged).tolist()]
            members: list[list[int]] = [[] for _ in chosen]
            for index, cluster in zip(pool, merged.source.tolist(), strict=True):
                members[cluster].append(index)
            for first, others in zip(chosen, members, strict=True):
                left_out += _says_no_more(context, first, others)
        return prepared_without(left_out, self.rest, context, scores)


def _mergeable(segment: Segment) -> bool:
    return segment.role == "tool" and segment.kind not in _OWN


def _says_no_more(context: Context, representative: int, members: Sequence[int]) -> Iterator[int]:
    """Members without an atom that the representative, or a newer one that stays, lacks."""
    told = {*context.segments[representative].atoms, *context.visible}
    for index in reversed(members):
        atoms = context.segments[index].atoms
        if index != representative and told.issuperset(atoms):
            yield index
        told.update(atoms)
