"""An example as a prompt writes it."""

import json
from collections.abc import Mapping
from typing import Any, Protocol

Example = Mapping[str, Any]


class ExamplePrompt(Protocol):
    """Writes an example: any LangChain prompt template does."""

    def format(self, **fields: Any) -> str:
        """The example as text."""
        ...


class FieldLines:
    """Writes each field as a line, "field: value"."""

    def format(self, **fields: Any) -> str:
        """The example as text."""
        return "\n".join(f"{name}: {text_of(value)}" for name, value in fields.items())


def text_of(value: Any) -> str:
    """A value as text: a string as it is, anything else as JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
