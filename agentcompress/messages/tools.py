"""Tools in any of LangChain's forms → the schemas that are sent and counted."""

from collections.abc import Mapping, Sequence
from typing import Any


def tool_schemas(tools: Sequence[Any] | None) -> list[Mapping[str, Any]]:
    """JSON schemas of tools: dictionaries as they are, everything else as LangChain converts it."""
    return [tool if isinstance(tool, Mapping) else _converted(tool) for tool in tools or ()]


def _converted(tool: Any) -> Mapping[str, Any]:
    from langchain_core.utils.function_calling import convert_to_openai_tool

    return convert_to_openai_tool(tool)
