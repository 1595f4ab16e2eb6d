"""Runs → one self-contained HTML file, which needs its own script and no network."""

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from .packing import packed
from .run import RunReport

MOST_BYTES = 4_800_000
"""Of a page, which a mail still takes."""
_SCRIPTS = (
    "data.js",
    "elements.js",
    "chart.js",
    "texts.js",
    "messages.js",
    "steps.js",
    "search.js",
    "page.js",
)


class RunPage:
    """A page with runs to choose from; those that it has no room for are counted.

    Args:
        title: Its headline.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._runs: list[tuple[str, str]] = []
        self._left_out = 0
        self._room = MOST_BYTES

    @property
    def runs(self) -> int:
        """How many runs it shows."""
        return len(self._runs)

    def add(self, report: RunReport) -> None:
        """Adds a run: of the first, texts lose their middle where it is too large; others fit or stay out."""
        data = b64encode(packed(report, 3 * self._room // 4 if not self._runs else MOST_BYTES)).decode(
            "ascii"
        )
        if self._runs and len(data) > self._room:
            self._left_out += 1
            return
        self._room -= len(data)
        self._runs.append((report.title, data))

    def write(self, path: Path) -> None:
        """Writes the page.

        Args:
            path: The HTML file; overwritten.
        """
        folder = files("agentcompress.report").joinpath("templates")
        script, style = (
            Markup("\n" + "\n".join(folder.joinpath(name).read_text(encoding="utf-8") for name in names))
            for names in (_SCRIPTS, ("style.css", "messages.css"))
        )
        environment = Environment(
            loader=PackageLoader("agentcompress.report"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        page = environment.get_template("report.html").render(
            title=self._title,
            runs=self._runs,
            left_out=self._left_out,
            script=script,
            script_hash=_hash(script),
            style=style,
            style_hash=_hash(style),
        )
        # A lone surrogate has no UTF-8; a browser shows its character reference as U+FFFD.
        path.write_bytes(page.encode("utf-8", "xmlcharrefreplace"))


def write_report(report: RunReport, path: Path) -> None:
    """Writes the report of a run.

    Args:
        report: The run.
        path: The HTML file; overwritten.
    """
    page = RunPage(report.title)
    page.add(report)
    page.write(path)


def _hash(text: str) -> str:
    """What a content security policy knows an inline element by."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode('ascii')}"
