"""What an agent asks back of what left its prompt."""

import json
import re
from dataclasses import dataclass
from typing import Self

from .message import ToolCall

RECALL = "recall"
"""Name of the tool."""
_LINES = re.compile(r"\s*(\d+)\s*(?:-\s*(\d+)\s*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The arguments of the tool; empty where it was given none."""

    question: str = ""
    """What the agent needs to know."""
    result_id: str = ""
    """Which message it wants back."""
    lines: str = ""
    """Which lines of it, as "12-40" or "12", counted from 1; all if empty."""

    @classmethod
    def of(cls, call: ToolCall) -> Self | None:
        """What a call asks back; None where it is of another tool, or asks for nothing that can be read."""
        if call.name != RECALL:
            return None
        try:
            given = json.loads(call.arguments)
        except (ValueError, RecursionError):
            return None
        names = ("question", "result_id", "lines")
        texts = {name: given[name] for name in names if name in given} if isinstance(given, dict) else {}
        return cls(**texts) if texts and all(isinstance(text, str) for text in texts.values()) else None

    @property
    def key(self) -> str:
        """The id as marks name it, however the agent wrote it."""
        return self.result_id.strip().strip("[]").removeprefix("recall ").lower()

    @property
    def span(self) -> tuple[int, int | None] | None:
        """The first line and the last one, None for the last there is; None where no lines are named."""
        if not self.lines.strip():
            return 1, None
        match = _LINES.fullmatch(self.lines)
        return (int(match[1]), int(match[2] or match[1])) if match else None
