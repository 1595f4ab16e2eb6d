"""The arithmetic by which providers turn pixels into tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor, sqrt
from typing import Protocol

from agentcompress.values import Extent


class SizeFormula(Protocol):
    """Prices an image by its size."""

    def tokens(self, size: Extent | None, detail: str) -> int:
        """Tokens of an image; the most that any image can cost where its size is unknown."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAITiles:
    """A base and a price for each tile of 512 px, after two downscales."""

    base: int
    """Tokens of any image; all there is at low detail."""
    tile: int
    """Tokens of one tile."""

    def tokens(self, size: Extent | None, detail: str) -> int:
        """Tokens after fitting into 2048x2048 and shrinking the short side to 768 px."""
        if detail == "low":
            return self.base
        width, height = _fitted(size or (2048, 768), 2048)
        scale = min(1.0, 768 / min(width, height))
        return self.base + self.tile * _cells(width * scale, height * scale, 512)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAIPatches:
    """Patches of 32 px up to a budget, times a factor."""

    factor: float
    """Tokens of one patch."""
    limits: Mapping[str, tuple[int, int]]
    """Detail → most patches, longest side in pixels; "auto" stands for every other detail."""

    def tokens(self, size: Extent | None, detail: str) -> int:
        """Tokens after shrinking the image until it keeps both limits."""
        budget, edge = self.limits.get(detail, self.limits["auto"])
        patches = budget if size is None else _shrunk_patches(_fitted(size, edge), budget)
        return ceil(round(patches * self.factor, 6))


def _shrunk_patches(size: tuple[float, float], budget: int) -> int:
    width, height = size
    if _cells(width, height, 32) <= budget:
        return _cells(width, height, 32)
    shrink = sqrt(32 * 32 * budget / (width * height))
    columns, rows = width * shrink / 32, height * shrink / 32
    # Slivers less than a patch high cannot be floored to a whole patch.
    shrink *= min(max(1, floor(columns)) / columns, max(1, floor(rows)) / rows, 1.0)
    return min(budget, _cells(floor(width * shrink), floor(height * shrink), 32))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaudeArea:
    """A token for every 750 pixels, up to about 1,600."""

    def tokens(self, size: Extent | None, detail: str) -> int:
        """Tokens after fitting into 1568x1568 px and 1,600 tokens."""
        if size is None:
            return 1600
        width, height = _fitted(size, 1568)
        return min(1600, ceil(width * height / 750))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaudePatches:
    """A token for every patch of 28 px."""

    edge: int
    """Longest side that is not scaled down, in pixels."""
    most: int
    """Most tokens of an image."""

    def tokens(self, size: Extent | None, detail: str) -> int:
        """Tokens of the largest size that keeps both limits and the aspect ratio."""
        return self.most if size is None else _fitted_patches(max(size), min(size), self.edge, self.most)


@lru_cache(maxsize=10_000)
def _fitted_patches(long: int, short: int, edge: int, most: int) -> int:
    """Patches of 28 px of the largest size that keeps both limits; screens of a run have one size."""

    def patches(longest: int) -> int:
        return _cells(longest, short * longest / long, 28)

    longest = min(long, edge)
    if (tokens := patches(longest)) <= most:
        return tokens
    # Bisection over the long side in whole pixels: the cost never falls as it grows.
    fits, too_long = 0, longest
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if patches(middle) <= most:
            fits = middle
        else:
            too_long = middle
    return patches(fits)


@dataclass(frozen=True, slots=True, kw_only=True)
class GeminiTiles:
    """258 tokens a tile, one tile up to 384 px."""

    def tokens(self, size: Extent | None, detail: str) -> int:
        """Tokens of the square crops, each two thirds of the short side and 256 to 768 px wide."""
        if size is None:
            return 24 * 258
        if max(size) <= 384:
            return 258
        width, height = _fitted(size, 3072)
        crop = min(768, max(256, floor(min(width, height) / 1.5)))
        return 258 * _cells(width, height, crop)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatPrice:
    """The same for every image, chosen by detail."""

    by_detail: Mapping[str, int]
    """Detail → tokens; "auto" stands for every other detail."""

    def tokens(self, size: Extent | None, detail: str) -> int:
        """Tokens of any image at that detail."""
        return self.by_detail.get(detail, self.by_detail["auto"])


@dataclass(frozen=True, slots=True, kw_only=True)
class QwenPatches:
    """A token for every square of merged patches, and two that mark the image."""

    square: int
    """Side of the square in pixels: patch size times merge size."""
    least: int
    """Fewest squares: smaller images are scaled up."""
    most: int
    """Most squares: larger images are scaled down."""

    def tokens(self, size: Extent | None, detail: str) -> int:
        """Tokens after rounding both sides to whole squares within the limits."""
        if size is None:
            return self.most + 2
        width, height = size[0] / self.square, size[1] / self.square
        columns, rows = max(1, round(width)), max(1, round(height))
        if columns * rows > self.most:
            shrink = sqrt(self.most / (width * height))
            columns, rows = max(1, floor(width * shrink)), max(1, floor(height * shrink))
        elif columns * rows < self.least:
            grow = sqrt(self.least / (width * height))
            columns, rows = ceil(width * grow), ceil(height * grow)
        return min(self.most, columns * rows) + 2


def _fitted(size: Extent, edge: int) -> tuple[float, float]:
    scale = min(1.0, edge / max(size))
    return max(1.0, size[0] * scale), max(1.0, size[1] * scale)


def _cells(width: float, height: float, side: int) -> int:
    # Rounding first: 768 px scaled by a ratio must not come out as 768.0000001 and cost a cell.
    return max(1, ceil(round(width / side, 6))) * max(1, ceil(round(height / side, 6)))
