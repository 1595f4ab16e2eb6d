"""What was learned from recorded runs: a few numbers and where they come from, in one file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from agentcompress.errors import InvalidInputError

from .features import AtomFeatures

FORMAT = "agentcompress.learned/1"
_MOST = 3.0
"""Deviations from the mean beyond which a feature says no more."""
_TENSORS = ("centre", "scale", "slopes", "trust")
_LARGEST = 1 << 20
"""Bytes of a file of weights at most: real ones have a few thousand."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LearnedWeights:
    """A conditional logit: how likely each atom is to be used next, against the others of its context.

    log odds = slopes · (features - centre) / scale + trust · log(score of other criteria).
    """

    columns: tuple[str, ...]
    """Names of the features."""
    centre: NDArray[np.float64]
    """Mean of each feature, shape (features,)."""
    scale: NDArray[np.float64]
    """Standard deviation of each, above 0, shape (features,)."""
    slopes: NDArray[np.float64]
    """Weight of each, shape (features,)."""
    trust: float
    """Exponent on what other criteria say."""
    card: Mapping[str, Any] = field(default_factory=dict)
    """Where it comes from, JSON-ready."""

    def log_odds(self, features: AtomFeatures) -> NDArray[np.float64]:
        """Logarithms of odds, up to a constant, shape (atoms,).

        Raises:
            ValueError: The features are not those that the weights were learned from.
        """
        if features.columns != self.columns:
            raise ValueError(f"weights are for features {self.columns}, not {features.columns}")
        # A sum that no thread count can order otherwise.
        own = np.einsum("ij,j->i", standardised(features.rows, self.centre, self.scale), self.slopes)
        odds: NDArray[np.float64] = np.round(own + self.trust * np.log(features.prior), 4)
        return odds

    def to_bytes(self) -> bytes:
        """The file: safetensors, with everything else as JSON in its header; same weights, same bytes."""
        from safetensors.numpy import save

        values = (self.centre, self.scale, self.slopes, np.array([self.trust]))
        tensors = {name: np.asarray(value, np.float64) for name, value in zip(_TENSORS, values, strict=True)}
        # One entry, for the order of several would be left to chance.
        about = {"format": FORMAT, "columns": self.columns, "card": dict(self.card)}
        return save(tensors, {"about": json.dumps(about, sort_keys=True, ensure_ascii=False)})

    @classmethod
    def load(cls, path: Path) -> Self:
        """The weights of a file.

        Raises:
            InvalidInputError: It is missing, or holds no weights of this format.
        """
        from safetensors import SafetensorError, safe_open

        try:
            if path.stat().st_size > _LARGEST:
                raise InvalidInputError("is too large for learned weights", path=path)
            with safe_open(path, framework="np") as file:
                about = json.loads((file.metadata() or {}).get("about", "{}"))
                names = set(file.keys())
                tensors = {name: file.get_tensor(name) for name in _TENSORS if name in names}
        except OSError as error:
            raise InvalidInputError(f"cannot be read: {error.strerror or error}", path=path) from error
        except (SafetensorError, ValueError) as error:
            raise InvalidInputError("is no file of learned weights", path=path) from error
        if not isinstance(about, dict) or about.get("format") != FORMAT:
            raise InvalidInputError(f"is no file of learned weights of format {FORMAT}", path=path)
        return cls._checked(path, about, tensors)

    @classmethod
    def _checked(cls, path: Path, about: Mapping[str, Any], tensors: Mapping[str, Any]) -> Self:
        columns: Sequence[str] = about.get("columns", ())
        shapes = [(len(columns),)] * 3 + [(1,)]
        found = [tensors[name].shape if name in tensors else None for name in _TENSORS]
        if found != shapes or not all(np.isfinite(one).all() for one in tensors.values()):
            raise InvalidInputError(f"holds tensors of shapes {found} for {len(columns)} features", path=path)
        if not (tensors["scale"] > 0).all():
            raise InvalidInputError("scale must be above 0", path=path)
        return cls(
            columns=tuple(columns),
            centre=tensors["centre"],
            scale=tensors["scale"],
            slopes=tensors["slopes"],
            trust=float(tensors["trust"][0]),
            card=about.get("card", {}),
        )


def standardised(
    rows: NDArray[np.float32], centre: NDArray[np.float64], scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Features in standard deviations from their means, shape (atoms, features)."""
    return np.clip((rows - centre) / scale, -_MOST, _MOST)
