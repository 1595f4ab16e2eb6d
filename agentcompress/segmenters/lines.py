"""Any text: lines, and stretches of lines that are too long to be one piece."""

from agentcompress.values import Cut, Piece

from .stretches import MOST_PIECES, WIDTH, grain, joined, lines, stretches


class LinesSegmenter:
    """Cuts after line ends; a long line is cut between words, never inside an atom.

    Blank lines belong to the line before them.

    Args:
        width: Characters above which a line is cut into stretches of about that size.

    Raises:
        ValueError: `width` is below 1.
    """

    def __init__(self, width: int = WIDTH) -> None:
        if width < 1:
            raise ValueError(f"width must be at least 1 character, got {width}")
        self._width = width

    def fits(self, text: str) -> bool:
        """Every text does."""
        return True

    def cut(self, text: str) -> Cut:
        """A piece a line."""
        width = grain(text, self._width)
        spans = [span for line in lines(text) for span in stretches(text, *line, width)]
        if len(spans) > MOST_PIECES:
            spans = joined(spans, max(width, len(text) // MOST_PIECES))
        return Cut(pieces=[Piece(start=start, end=end) for start, end in spans])

    def compact(self, text: str) -> str:
        """The text itself."""
        return text
