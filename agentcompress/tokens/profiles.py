"""What differs from model to model when a request is counted."""

import re
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelProfile:
    """How to count one provider's requests, relative to plain o200k tokens."""

    provider: str = ""
    """The provider, or empty for the plain counter."""
    encoding: str = "o200k_base"
    """The encoding that texts are counted with."""
    text_factor: float = 1.0
    """Tokens of the model for one token of the encoding; the high end of what was seen."""
    message_tokens: int = 0
    """Role and delimiters of one message."""
    tools_tokens: int = 0
    """What the provider adds as soon as a request has tools."""
    prices: str = "openai"
    """Name of the price model; most providers, and servers of one's own, read a cached prefix for little."""
    window: int | None = None
    """Input tokens that every model of the family takes; None where that is not well known."""
    source: str = ""
    """Where the figures come from."""


PLAIN = ModelProfile(source="o200k tokens of the text alone, as traces are compared")
"""Counts text and nothing else."""

_OPENAI = ModelProfile(
    provider="openai",
    message_tokens=4,
    source="framing: OpenAI cookbook, How to count tokens with tiktoken",
)
_CLAUDE = (
    "o200k times 1.25: published comparisons find 16% (prose) to 30% (code) more tokens than GPT-4o; "
    "tools: platform.claude.com/docs, tool use pricing"
)

# Model name → profile; the first that matches counts.
_PROFILES = (
    (r"gpt-4\.1", replace(_OPENAI, window=1_047_576)),
    (r"(chat)?gpt-4o|gpt-5(\.\d)?-chat", replace(_OPENAI, window=128_000)),
    (r"gpt-[5-9]", replace(_OPENAI, window=272_000)),
    (r"gpt-(4|3\.5)", replace(_OPENAI, encoding="cl100k_base")),
    (r"o[134]|computer-use|codex", _OPENAI),
    (
        r"claude-[23]|claude-instant|claude-(opus-|sonnet-|haiku-)?4(?![.-][7-9](\D|$))",
        ModelProfile(
            provider="anthropic",
            text_factor=1.25,
            message_tokens=4,
            tools_tokens=346,
            prices="anthropic",
            window=200_000,
            source=_CLAUDE,
        ),
    ),
    (
        r"claude",
        ModelProfile(
            provider="anthropic",
            text_factor=1.65,
            message_tokens=4,
            tools_tokens=346,
            prices="anthropic",
            window=200_000,
            source=f"{_CLAUDE}; times 1.3 for the tokenizer of Claude 4.7 and later, by the migration guide",
        ),
    ),
    (
        r"gemini-[23]|gemini-1\.5",
        ModelProfile(
            provider="google",
            text_factor=1.15,
            message_tokens=4,
            window=1_048_576,
            source="published comparisons of SentencePiece with o200k: within 5 to 15%",
        ),
    ),
    (
        r"qwen",
        ModelProfile(
            provider="qwen",
            text_factor=1.12,
            message_tokens=5,
            source="cl100k merges with single digits, which is Qwen's recipe, took 0.97 to 1.12 of "
            "o200k on recorded agent traces; framing: ChatML",
        ),
    ),
)
UNKNOWN = "unknown"
"""Stands for a model whose name nobody knows: counted with a margin, unlike None."""
_UNKNOWN = ModelProfile(
    provider=UNKNOWN,
    text_factor=1.15,
    message_tokens=5,
    source="a margin for tokenizers of 100,000 and more entries",
)


def profile_for(model: str | None) -> ModelProfile:
    """The profile of a model.

    Args:
        model: Its name, with or without the provider: "anthropic:claude-…",
            "google_genai:gemini-…", "gpt-5". None for the plain counter.

    Returns:
        The profile; one with a margin where the name is not known.
    """
    if model is None:
        return PLAIN
    for pattern, profile in _PROFILES:
        if re.search(rf"(?<![a-z0-9])(?:{pattern})", model.lower()):
            return profile
    return _UNKNOWN
