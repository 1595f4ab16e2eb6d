"""What a monitor tells."""

from dataclasses import dataclass
from typing import Any, Literal

SignalKind = Literal["repeats", "cycle", "no-news", "reasoning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A sign that an agent thinks or acts without getting on."""

    kind: SignalKind
    """Which one."""
    steps: int
    """How many of the newest steps it is read from."""
    tools: tuple[str, ...]
    """What they called, each name once."""
    tokens: int = 0
    """Of "reasoning": the tokens of it."""

    def to_dict(self) -> dict[str, Any]:
        """The signal, JSON-ready; it says nothing of what the conversation says."""
        tokens = {"tokens": self.tokens} if self.kind == "reasoning" else {}
        return {"kind": self.kind, "steps": self.steps, "tools": list(self.tools), **tokens}

    @property
    def hint(self) -> str:
        """The signal as a plain statement, for the agent to read."""
        tools = ", ".join(self.tools)
        match self.kind:
            case "repeats":
                return f"[the last {self.steps} steps made the same calls ({tools}) and got the same results]"
            case "cycle":
                return (
                    f"[the last {self.steps} steps repeat the same few calls ({tools}) with the same results]"
                )
            case "no-news":
                return f"[the results of the last {self.steps} steps ({tools}) hold nothing new]"
            case "reasoning":
                return f"[{self.tokens} tokens of reasoning in the last {self.steps} steps]"
