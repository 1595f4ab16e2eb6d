"""Examples → weights: a conditional logit, in which the atoms of one step compete."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from agentcompress.criteria.learned import LearnedWeights
from agentcompress.criteria.learned.weights import standardised

from .examples import Examples

if TYPE_CHECKING:
    import torch

_ROUNDS = 60
"""Rounds of L-BFGS at most."""
_PATIENCE = 5
"""Rounds without gain on the steps held out, after which fitting ends."""
_HELD_OUT = 8
"""One step of so many is held out, by which fitting knows when to stop."""
_FEW = 30.0
"""Uses that a source is taken to have beside its own, so that one with few does not lead."""
_GAIN = 1e-6
_NARROWEST = 1e-2
_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """How far fitting is."""

    number: int
    """Rounds done."""
    loss: float
    """Mean surprise at what was used on the steps held out, in nats."""


def checked_device(name: str) -> str:
    """The name itself, if torch has such a device on this machine.

    Raises:
        ValueError: It has not.
    """
    import torch

    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError) as error:  # A build without CUDA says the latter.
        raise ValueError(f"device must be one that torch has here, got {name!r}") from error
    return name


def fit(
    sources: Mapping[str, Examples],
    *,
    pull: float = 0.3,
    seed: int = 0,
    device: str = "cpu",
    card: Mapping[str, Any] | None = None,
    told: Callable[[Round], None] = lambda _: None,
) -> LearnedWeights:
    """The weights under which what was used is least surprising, all sources counting nearly alike.

    Args:
        sources: Examples of each source; at least one.
        pull: How firmly weights are pulled to 0, and the trust in other criteria to 1.
        seed: Draws the steps held out.
        device: Where it is computed.
        card: What the weights say of themselves.
        told: Called after every round.

    Raises:
        ValueError: Nothing was used, or `pull` is not above 0.
    """
    if not pull > 0:
        raise ValueError(f"pull must be above 0, got {pull}")
    names = sorted(sources)
    joined = Examples.joined([sources[name] for name in names])
    if not joined.useful.any():
        raise ValueError("no call of the runs uses what only tools said: there is nothing to learn")
    shares = [(sources[name].useful.sum() + _FEW) ** -0.5 for name in names]
    share = np.repeat(shares, [len(sources[name].useful) for name in names])
    centre = joined.rows.mean(axis=0, dtype=np.float64)
    scale = joined.rows.std(axis=0, dtype=np.float64) + _NARROWEST
    centre, scale = np.round(centre, _DIGITS), np.round(scale, _DIGITS)
    rows = standardised(joined.rows, centre, scale)
    steps = np.unique(joined.step_of)
    drawn = np.random.default_rng(seed).permutation(steps)[: len(steps) // _HELD_OUT]
    held = np.isin(joined.step_of, drawn)
    train = _Likelihood.of(rows, joined, share, ~held, device)
    test = _Likelihood.of(rows, joined, share, held, device) if held.any() else train
    best = _minimised(train, test, pull, told)
    return LearnedWeights(
        columns=joined.columns,
        centre=centre,
        scale=scale,
        slopes=np.round(best[:-1], _DIGITS),
        trust=round(float(best[-1]), _DIGITS),
        card=card or {},
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Likelihood:
    """What the loss is computed from, on one device, in double precision."""

    rows: "torch.Tensor"
    """Standardised features and the logarithm of the prior, shape (atoms, features + 1)."""
    log_counts: "torch.Tensor"
    """Logarithm of how many atoms each stands for, shape (atoms,)."""
    targets: "torch.Tensor"
    """Share of all that was used, sources weighted, shape (atoms,); sums to 1."""
    sizes: "torch.Tensor"
    """Atoms of each step, shape (steps,)."""

    @classmethod
    def of(
        cls,
        rows: NDArray[np.float64],
        examples: Examples,
        share: NDArray[np.float64],
        chosen: NDArray[np.bool_],
        device: str,
    ) -> Self:
        import torch

        _, starts, step = np.unique(examples.step_of[chosen], return_index=True, return_inverse=True)
        useful = examples.useful[chosen]
        target = share[chosen] * useful / np.add.reduceat(useful, starts)[step]
        columns = np.column_stack([rows[chosen], np.log(examples.prior[chosen])])

        def tensor(values: NDArray[np.float64]) -> "torch.Tensor":
            return torch.tensor(values, dtype=torch.float64, device=device)

        return cls(
            rows=tensor(columns),
            log_counts=tensor(np.log(examples.stands_for[chosen])),
            targets=tensor(target / target.sum()),
            sizes=torch.tensor(np.bincount(step), device=device),
        )

    def loss(self, slopes: "torch.Tensor") -> "torch.Tensor":
        """Mean surprise at what was used, in nats, against atoms of the same step."""
        import torch

        worth = self.rows @ slopes
        all_worth = worth + self.log_counts
        most = torch.segment_reduce(all_worth.detach(), "max", lengths=self.sizes)
        raised = torch.exp(all_worth - most.repeat_interleave(self.sizes))
        log_sums = most + torch.log(torch.segment_reduce(raised, "sum", lengths=self.sizes))
        return (self.targets * (log_sums.repeat_interleave(self.sizes) - worth)).sum()


def _minimised(
    train: _Likelihood, test: _Likelihood, pull: float, told: Callable[[Round], None]
) -> NDArray[np.float64]:
    """Slopes and trust that do best on the steps held out, on the way to the least loss."""
    import torch

    start = torch.zeros(train.rows.shape[1], dtype=torch.float64, device=train.rows.device)
    start[-1] = 1.0
    slopes = start.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([slopes], max_iter=1, line_search_fn="strong_wolfe")

    def closure() -> "torch.Tensor":
        optimizer.zero_grad()
        loss = train.loss(slopes) + pull * ((slopes - start) ** 2).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    best, least, since = start.clone(), float("inf"), 0
    for number in range(1, _ROUNDS + 1):
        optimizer.step(closure)  # type: ignore[no-untyped-call]
        with torch.no_grad():
            loss = float(test.loss(slopes))
        told(Round(number=number, loss=loss))
        if loss < least - _GAIN:
            best, least, since = slopes.detach().clone(), loss, 0
        elif (since := since + 1) >= _PATIENCE:
            break
    found: NDArray[np.float64] = best.cpu().numpy()
    return found
