"""What programs draw on a terminal: colours, progress bars, spinners."""

from agentcompress.values import Cut

from .output_lines import cut_at, drawn, tidy
from .tracebacks import marked

_SAMPLE = 8000


class TerminalSegmenter:
    """Cuts a piece a line; updates that overwrite each other can be shown as the last of them."""

    def fits(self, text: str) -> bool:
        """Whether the text begins or ends with colour codes or overwritten lines."""
        return drawn(text[:_SAMPLE]) or drawn(text[-_SAMPLE:])

    def cut(self, text: str) -> Cut:
        """A piece a line, drawn ones also as the terminal shows them in the end."""
        return cut_at(text, marked(text))

    def compact(self, text: str) -> str:
        """As the terminal shows it, where that says the same."""
        return tidy(text)
