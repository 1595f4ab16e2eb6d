"""Images of a message, and what was chosen of them → what became of each."""

from collections.abc import Iterator, Sequence

from agentcompress.images import Thumbnail, read_rows, thumbnail
from agentcompress.pipeline.rendering import lines_read
from agentcompress.tokens import RequestCounter
from agentcompress.values import Box, Choice, Image, Message, TextLine, TextReader

from .run import FrameView


class FrameViews:
    """Says what became of images; looks at each of them once.

    Args:
        counter: Prices images and the text that stands for them.
        text_reader: The one that read the text in them; it tells where the lines stand.
    """

    def __init__(self, counter: RequestCounter, text_reader: TextReader | None = None) -> None:
        self._counter = counter
        self._reader = text_reader
        self._thumbnails: dict[str, Thumbnail | None] = {}

    def of(self, message: Message, choices: Sequence[Choice] | None) -> tuple[FrameView, ...]:
        """One view an image of a message.

        Args:
            message: The original.
            choices: What is shown of it; None for all.
        """
        return tuple(
            self._view(part.image, [one for one in _chosen(choices, number) if one.part == number])
            for number, part in enumerate(message.parts)
            if part.image
        )

    def _view(self, image: Image, choices: Sequence[Choice]) -> FrameView:
        small = self._thumbnail(image)
        said = [self._said(image, small, choice) for choice in choices]
        return FrameView(
            fate="; ".join(words for words, _ in said if words) or "dropped",
            thumbnail=small,
            kept=tuple(box for _, boxes in said for box in boxes),
        )

    def _said(self, image: Image, small: Thumbnail | None, choice: Choice) -> tuple[str, Sequence[Box]]:
        """What a choice shows, and where that is in the image."""
        whole = [(0, 0, *small.extent)] if small else []
        if choice.view:
            view, tokens = choice.view, self._counter.image(image.shown(choice.view))
            was = " x ".join(map(str, small.extent)) if small else "?"
            regions = f"{len(view.crops)} of its regions, " if view.crops else ""
            return f"{was} → {regions}{view.width} x {view.height}, {tokens:,} tokens", view.crops or whole
        if choice.text is None:
            return f"full, {self._counter.image(image):,} tokens", whole
        if choice.rendition == "stub":
            return "repeated below", ()
        shown = lines_read(choice.text)
        if not shown:
            return "", ()
        lines = read_rows(self._reader.lines(image)) if self._reader else ()
        count = f"{len(shown)} of {len(lines)}" if lines else str(len(shown))
        words = f"{count} lines as text, {self._counter.text(choice.text):,} tokens"
        return words, list(_boxes(shown, lines))

    def _thumbnail(self, image: Image) -> Thumbnail | None:
        if image.url not in self._thumbnails:
            self._thumbnails[image.url] = thumbnail(image)
        return self._thumbnails[image.url]


def _chosen(choices: Sequence[Choice] | None, part: int) -> Sequence[Choice]:
    return (Choice(part=part, start=0, end=0),) if choices is None else choices


def _boxes(shown: Sequence[str], lines: Sequence[TextLine]) -> Iterator[Box]:
    """Where the lines that are shown stand, which come in the order of all."""
    wanted = iter(shown)
    said = next(wanted, None)
    for line in lines:
        if line.text == said:
            yield line.box
            said = next(wanted, None)
