"""Counts a whole request: texts, messages, images and tool schemas."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any, Self

from agentcompress.values import Image, ImageFormula, Message, Part, TokenCounter

from .counter import default_counter
from .images import image_formula
from .profiles import PLAIN, ModelProfile, profile_for

_STAND_IN = "claude"
_BYTES_PER_TOKEN = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCounter:
    """Counts what one model would be charged for."""

    counter: TokenCounter
    """Counts text in the profile's encoding."""
    profile: ModelProfile = PLAIN
    """Corrects the counts for the model."""
    images: ImageFormula | None = None
    """Prices images; None counts them as nothing."""

    @classmethod
    def for_model(
        cls, model: str | None, *, image_model: str | None = None, base: Path | None = None
    ) -> Self:
        """The counter that fits a model, over the best vocabulary on this machine.

        Args:
            model: Its name; None counts plain o200k tokens of text, without framing.
            image_model: The model whose formula prices images; `model` where it is
                not given. Where that has no formula, the highest common price stands in.
            base: Folder that relative image paths start from.

        Raises:
            ValueError: `image_model` is of no known family.
        """
        profile = profile_for(model)
        return cls(
            counter=default_counter(profile.encoding),
            profile=profile,
            images=_formula(model, image_model, base),
        )

    def text(self, text: str) -> int:
        """Tokens of one text, rounded up after the correction."""
        return self._corrected(self.counter.count(text))

    def texts(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text."""
        return [self._corrected(tokens) for tokens in self.counter.count_many(texts)]

    def image(self, image: Image) -> int:
        """Tokens of one image."""
        return 0 if self.images is None else self.images.tokens(image)

    def message(self, message: Message) -> int:
        """Tokens of one message: what it says and calls, its images and other blocks, its framing."""
        beside = sum(self.part(part) for part in message.parts if part.kind != "text")
        return self.profile.message_tokens + self.text(message.said) + self.text(message.aside) + beside

    def part(self, part: Part) -> int:
        """Tokens of one content block on its own.

        Documents, recordings and films are estimated by their size, on the high side: a
        page of a PDF costs 1,500 to 3,000 tokens (platform.claude.com/docs, PDF support)
        and is rarely under 50 kB.
        """
        if part.image is not None:
            return self.image(part.image)
        return self.text(part.text) + part.payload // _BYTES_PER_TOKEN

    def tools(self, schemas: Sequence[Mapping[str, Any]]) -> int:
        """Tokens of tool schemas, counted as the JSON that is sent."""
        if not schemas:
            return 0
        sent = [json.dumps(schema, ensure_ascii=False, default=str) for schema in schemas]
        return self.profile.tools_tokens + sum(self.texts(sent))

    def _corrected(self, tokens: int) -> int:
        if self.profile.text_factor == 1:
            return tokens
        # Rounding first: 100 times 1.1 must not become 111.
        return ceil(round(tokens * self.profile.text_factor, 6))


def _formula(model: str | None, image_model: str | None, base: Path | None) -> ImageFormula:
    if image_model is not None:
        return image_formula(image_model, base)
    try:
        return image_formula(model or _STAND_IN, base)
    except ValueError:
        return image_formula(_STAND_IN, base)
