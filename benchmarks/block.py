"""A part of a page that a command writes."""

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What stands between two marks of a page."""

    page: Path
    """Where it stands."""
    name: str
    """Told in both marks."""
    command: str
    """Told in the first: what writes it."""

    @property
    def marks(self) -> tuple[str, str]:
        """Before and after it."""
        return f"<!-- {self.name}: {self.command} -->", f"<!-- /{self.name} -->"

    def put(self, text: str, made: str) -> str:
        """A page with this between its marks.

        Raises:
            ValueError: It lacks the marks.
        """
        begin, end = self.marks
        before, opened, rest = text.partition(begin)
        _, closed, after = rest.partition(end)
        if not opened or not closed:
            raise ValueError(f"{self.page.name} lacks {begin} … {end}")
        return f"{before}{begin}\n\n{made}\n\n{end}{after}"

    def write(self, made: str) -> None:
        """Puts this into the page."""
        self.page.write_text(self.put(self.page.read_text(encoding="utf-8"), made), encoding="utf-8")

    def has(self, made: str) -> bool:
        """Whether the page says this already."""
        text = self.page.read_text(encoding="utf-8")
        return self.put(text, made) == text


def publish(description: str | None, results: Path, made: Callable[[Path], Mapping[Block, str]]) -> None:
    """The command line of what stands in blocks: prints it, checks it or writes it.

    Args:
        description: What the command is for.
        results: What it is made of, where the user names no other file.
        made: Results → block → what stands in it.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--results", type=Path, default=results)
    parser.add_argument("--check", action="store_true", help="end with 1 where a page says otherwise")
    parser.add_argument("--write", action="store_true", help="put the tables into README and guide")
    options = parser.parse_args()
    for block, text in made(options.results).items():
        if options.write:
            block.write(text)
        elif options.check and not block.has(text):
            sys.exit(f"{block.page.name} does not say what the results say: {block.command}")
        elif not options.check:
            print(text, end="\n\n")
