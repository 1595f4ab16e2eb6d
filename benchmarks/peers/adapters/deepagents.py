"""deepagents' eviction (MIT): a large result goes to a file, and a preview stands in its place."""

from pathlib import Path
from tempfile import mkdtemp
from typing import Any


class DeepAgentsPeer:
    """`FilesystemMiddleware`, its limit set to what each result may take."""

    def __init__(self) -> None:
        from deepagents.backends import FilesystemBackend

        self._backend = FilesystemBackend(root_dir=Path(mkdtemp()), virtual_mode=True)
        self._number = 0

    def shorten(self, text: str, query: str, tokens: int) -> str:
        """The preview of a text over the limit."""
        from deepagents.middleware.filesystem import FilesystemMiddleware
        from langchain.agents.middleware import ToolCallRequest
        from langchain_core.messages import ToolMessage

        self._number += 1
        call: Any = {"name": "tool", "args": {}, "id": f"call_{self._number}", "type": "tool_call"}
        request = ToolCallRequest(tool_call=call, tool=None, state={}, runtime=None)  # type: ignore[arg-type]
        middleware = FilesystemMiddleware(backend=self._backend, tool_token_limit_before_evict=tokens)
        shown = middleware.wrap_tool_call(
            request, lambda _: ToolMessage(text, tool_call_id=call["id"], name="tool")
        )
        return str(shown.text)
