"""Policies that show an image within a budget, by name."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from agentcompress.messages import OpenAICodec
from agentcompress.pipeline.rendering import lines_read
from agentcompress.tokens import RequestCounter
from agentcompress.values import Extent, Image, ImageView, TextLine, TextReader

from .sights import Sight
from .targets import Target

if TYPE_CHECKING:
    from agentcompress.compressor import Compressor

_CODEC = OpenAICodec()


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewing:
    """A target as a request, with what it costs."""

    target: Target
    """What is asked of which image."""
    messages: list[dict[str, Any]]
    """The request in OpenAI chat format; its last message shows the image."""
    extent: Extent
    """Size of the image."""
    lines: Sequence[TextLine]
    """The text that was read in it."""
    text_tokens: int
    """Tokens of the request without any image."""
    image_tokens: Sequence[int]
    """Tokens of each of its images."""


class Viewer(Protocol):
    """Decides how an image is shown."""

    def show(self, viewing: Viewing, ceiling: int) -> Sight:
        """What is seen of the image in a request of so many tokens.

        Raises:
            BudgetExceededError: What may not be touched is alone over the ceiling.
        """
        ...


class CompressorViewer:
    """This library, with nothing told but the request."""

    def __init__(self, counter: RequestCounter, reader: TextReader | None) -> None:
        self._counter = counter
        self._reader = reader
        self._compressor: Compressor | None = None

    def show(self, viewing: Viewing, ceiling: int) -> Sight:
        """The image as the compressed request has it."""
        from agentcompress.compressor import Compressor

        if self._compressor is None:
            self._compressor = Compressor(ceiling, counter=self._counter, text_reader=self._reader)
        result = self._compressor.with_budget(ceiling).compress(viewing.messages)
        sent = [_CODEC.read(message) for message in result.messages]
        tokens = sum(map(self._counter.message, sent))
        last = _CODEC.read(viewing.messages[-1])
        if sent[-1].call_id != last.call_id:
            return Sight(tokens=tokens)
        shown = any(part.image for part in sent[-1].parts)
        whole = ImageView(width=viewing.extent[0], height=viewing.extent[1])
        if sent[-1] == last:
            return Sight(tokens=tokens, views=[whole])
        choices = [choice for choice in result.plan.shown[last.digest] if choice.part == 0]
        texts = [choice.text for choice in choices if choice.text is not None]
        views = [choice.view or whole for choice in choices if choice.text is None]
        rows = [row for text in texts for row in lines_read(text)]
        return Sight(tokens=tokens, views=views if shown else (), rows=rows)


class UniformViewer:
    """Scales the image down until it fits, and shows no other image and none of its text."""

    def __init__(self, counter: RequestCounter, reader: TextReader | None) -> None:
        self._counter = counter

    def show(self, viewing: Viewing, ceiling: int) -> Sight:
        """The largest size that fits."""
        room = ceiling - viewing.text_tokens
        width, height = viewing.extent
        for narrow in range(width, 0, -1):
            view = ImageView(width=narrow, height=max(1, round(height * narrow / width)))
            tokens = self._counter.image(Image(url="", width=view.width, height=view.height))
            if tokens <= room:
                return Sight(tokens=viewing.text_tokens + tokens, views=[view])
        return Sight(tokens=viewing.text_tokens)


class RandomViewer:
    """Shows lines of the image's text in an order that depends on the target's id alone, each that fits."""

    def __init__(self, counter: RequestCounter, reader: TextReader | None) -> None:
        self._counter = counter

    def show(self, viewing: Viewing, ceiling: int) -> Sight:
        """A random subset of the lines."""
        room = ceiling - viewing.text_tokens
        order = [line.text for line in viewing.lines]
        random.Random(viewing.target.id).shuffle(order)
        rows = []
        for text in order:
            tokens = self._counter.text(f"{text}\n")
            if tokens <= room:
                room -= tokens
                rows.append(text)
        return Sight(tokens=ceiling - room if rows else viewing.text_tokens, rows=rows)


class FullViewer:
    """Shows everything, whatever the ceiling."""

    def __init__(self, counter: RequestCounter, reader: TextReader | None) -> None:
        pass

    def show(self, viewing: Viewing, ceiling: int) -> Sight:
        """The image as it is."""
        view = ImageView(width=viewing.extent[0], height=viewing.extent[1])
        return Sight(tokens=viewing.text_tokens + sum(viewing.image_tokens), views=[view])


_VIEWERS: dict[str, Callable[[RequestCounter, TextReader | None], Viewer]] = {
    "agentcompress": CompressorViewer,
    "full": FullViewer,
    "random": RandomViewer,
    "uniform": UniformViewer,
}
VIEWER_NAMES = tuple(_VIEWERS)


def viewer_named(name: str, counter: RequestCounter, reader: TextReader | None) -> Viewer:
    """The policy of that name.

    Args:
        name: One of `VIEWER_NAMES`.
        counter: Prices images and text.
        reader: Reads the text in images; None leaves it unread.

    Raises:
        ValueError: No policy has this name.
    """
    if name not in _VIEWERS:
        raise ValueError(f"policy {name!r} is none of {', '.join(VIEWER_NAMES)}")
    return _VIEWERS[name](counter, reader)
