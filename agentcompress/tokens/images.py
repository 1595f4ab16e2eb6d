"""Which formula prices an image for which model, and where the formula comes from."""

import re
from dataclasses import dataclass
from pathlib import Path

from agentcompress.images import image_size
from agentcompress.values import Image

from .formulas import (
    ClaudeArea,
    ClaudePatches,
    FlatPrice,
    GeminiTiles,
    OpenAIPatches,
    OpenAITiles,
    QwenPatches,
    SizeFormula,
)

_OPENAI = "developers.openai.com/api/docs/guides/images-vision"
_CLAUDE = "platform.claude.com/docs/en/build-with-claude/vision"
_GEMINI = "ai.google.dev/gemini-api/docs"
_QWEN = "preprocessor_config.json of the published weights, and transformers' smart_resize"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFamily:
    """Models that price images alike."""

    name: str
    """The family."""
    models: str
    """Regular expression for the start of its models' names, whatever provider stands before."""
    formula: SizeFormula
    """Size → tokens."""
    source: str
    """Where the formula was read, and what differs from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyFormula:
    """Prices images by the formula of one family."""

    family: ImageFamily
    """The family."""
    base: Path | None = None
    """Folder that relative file paths start from."""

    def tokens(self, image: Image) -> int:
        """Tokens of one image; the family's maximum where the size cannot be read."""
        return self.family.formula.tokens(image_size(image, self.base), image.detail)


def _patches(factor: float, **details: tuple[int, int]) -> OpenAIPatches:
    return OpenAIPatches(factor=factor, limits={"auto": (1536, 2048), **details})


# The first family that matches counts. Where a provider's document and the bills that people
# measured disagree, the larger figure stands: a budget has to hold.
FAMILIES = (
    ImageFamily(
        name="gpt-4o-mini",
        models=r"gpt-4o-mini",
        formula=OpenAITiles(base=2833, tile=5667),
        source=_OPENAI,
    ),
    ImageFamily(
        name="gpt-4.1-mini",
        models=r"gpt-4\.1-mini|gpt-5(\.\d)?-mini",
        formula=_patches(1.62),
        source=f"{_OPENAI}; bills measured on gpt-5-mini show a factor of 1.2",
    ),
    ImageFamily(
        name="gpt-4.1-nano",
        models=r"gpt-4\.1-nano|gpt-5(\.\d)?-nano",
        formula=_patches(2.46),
        source=f"{_OPENAI}; bills measured on gpt-5-nano show a factor of 1.5",
    ),
    ImageFamily(
        name="o4-mini",
        models=r"o4-mini|codex-mini",
        formula=_patches(1.72),
        source=_OPENAI,
    ),
    ImageFamily(
        name="gpt-6",
        models=r"gpt-[6-9]",
        formula=_patches(1.2, auto=(30_000, 65_535), low=(256, 512), high=(2500, 65_535)),
        source=f"{_OPENAI}; huggingface.co/datasets/JOHNISKING/image-token-cost",
    ),
    ImageFamily(
        name="gpt-5.5",
        models=r"gpt-5\.[5-9]",
        formula=_patches(1.2, auto=(10_000, 6000), low=(256, 512), high=(2500, 2048)),
        source=f"{_OPENAI}; huggingface.co/datasets/JOHNISKING/image-token-cost",
    ),
    ImageFamily(
        name="gpt-5.4",
        models=r"gpt-5\.4",
        formula=_patches(1.2, auto=(2500, 2048), low=(256, 512), original=(10_000, 6000)),
        source=f"{_OPENAI}; factor as measured in community.openai.com/t/1377015",
    ),
    ImageFamily(
        name="gpt-5.2",
        models=r"gpt-5\.[23]|gpt-5(\.1)?-codex-mini",
        formula=_patches(1.2),
        source=f"{_OPENAI}; factor as measured in community.openai.com/t/1372291",
    ),
    ImageFamily(
        name="gpt-5",
        models=r"gpt-5(?!\.)|gpt-5\.1",
        formula=OpenAITiles(base=70, tile=140),
        source=_OPENAI,
    ),
    ImageFamily(
        name="gpt-4o",
        models=r"gpt-4|chatgpt-4o",
        formula=OpenAITiles(base=85, tile=170),
        source=_OPENAI,
    ),
    ImageFamily(
        name="o1",
        models=r"o1|o3",
        formula=OpenAITiles(base=75, tile=150),
        source=_OPENAI,
    ),
    ImageFamily(
        name="computer-use-preview",
        models=r"computer-use",
        formula=OpenAITiles(base=65, tile=129),
        source=_OPENAI,
    ),
    ImageFamily(
        name="claude-3",
        models=r"claude-[23]",
        formula=ClaudeArea(),
        source="docs.anthropic.com/en/docs/vision, as of Claude 3",
    ),
    ImageFamily(
        name="claude-4",
        models=r"claude-(opus-|sonnet-|haiku-)?4(?![.-][7-9](\D|$))",
        formula=ClaudePatches(edge=1568, most=1568),
        source=f"{_CLAUDE}, standard resolution",
    ),
    ImageFamily(
        name="claude-4.7",
        models=r"claude",
        formula=ClaudePatches(edge=2576, most=4784),
        source=f"{_CLAUDE}, high resolution: Claude 4.7 and later",
    ),
    ImageFamily(
        name="gemini-2",
        models=r"gemini-[12]",
        formula=GeminiTiles(),
        source=f"{_GEMINI}/image-understanding, after the downscale to 3072 px of Vertex AI",
    ),
    ImageFamily(
        name="gemini-3",
        models=r"gemini",
        formula=FlatPrice(by_detail={"auto": 1120, "low": 280, "medium": 560, "ultra_high": 2240}),
        source=f"{_GEMINI}/media-resolution; bills show 1,065 to 1,101 at the default",
    ),
    ImageFamily(
        name="qwen2-vl",
        models=r"qwen-?2(\.5)?-?vl|qwen-?2\.5-omni|qwen-vl|qvq",
        formula=QwenPatches(square=28, least=4, most=16_384),
        source=_QWEN,
    ),
    ImageFamily(
        name="qwen3-vl",
        models=r"qwen",
        formula=QwenPatches(square=32, least=64, most=16_384),
        source=_QWEN,
    ),
)
"""Every family, the most specific first."""


def image_formula(model: str, base: Path | None = None) -> FamilyFormula:
    """The formula of a model.

    Args:
        model: Its name, with or without the provider: "anthropic:claude-…", "gpt-5".
        base: Folder that relative file paths start from.

    Raises:
        ValueError: The model is of no known family.
    """
    for family in FAMILIES:
        if re.search(rf"(?<![a-z0-9])(?:{family.models})", model.lower()):
            return FamilyFormula(family=family, base=base)
    known = ", ".join(family.name for family in FAMILIES)
    raise ValueError(f"no image formula for model {model!r}; known families: {known}")
