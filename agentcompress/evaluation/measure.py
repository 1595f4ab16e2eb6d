"""What a message costs in a replay."""

from dataclasses import dataclass

from agentcompress.values import ImageFormula, Message, TokenCounter


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Tokens of texts and messages; no framing, so that any two policies compare."""

    counter: TokenCounter
    """Counts text; should remember, for the same texts come again at every step."""
    images: ImageFormula | None = None
    """Prices images; None leaves them out of every count."""

    def text(self, text: str) -> int:
        """Tokens of a text."""
        return self.counter.count(text)

    def message(self, message: Message) -> int:
        """Tokens of what a message says and, where they are priced, of its images."""
        tokens = self.counter.count(message.said)
        if self.images is not None:
            tokens += sum(self.images.tokens(part.image) for part in message.parts if part.image is not None)
        return tokens
