"""Image urls in recorded messages: relative ones resolve beside the data."""

from collections.abc import Callable
from pathlib import Path
from typing import Any


class ImageFolder:
    """Makes the relative image urls of messages absolute, and relative again.

    Args:
        folder: What relative urls start from.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._written: dict[str, str] = {}

    def resolved(self, message: Any) -> Any:
        """The message with paths that open from anywhere; itself where it has none, or is LangChain's."""
        return _with_urls(message, self._absolute)

    def restored(self, message: Any) -> Any:
        """The message with its urls as they were written; itself where none was changed."""
        return _with_urls(message, lambda url: self._written.get(url, url))

    def _absolute(self, url: str) -> str:
        if "://" in url or url.startswith("data:"):
            return url
        absolute = str(self._folder / url)
        self._written[absolute] = url
        return absolute


def _with_urls(message: Any, change: Callable[[str], str]) -> Any:
    if not isinstance(message, dict):
        return message
    content = message.get("content")
    if not isinstance(content, list):
        return message
    blocks = [_with_url(block, change) for block in content]
    return message if blocks == content else {**message, "content": blocks}


def _with_url(block: Any, change: Callable[[str], str]) -> Any:
    match block:
        case {"type": "image_url", "image_url": {"url": str(url)} as image}:
            return {**block, "image_url": {**image, "url": change(url)}}
        case {"type": "image_url", "image_url": str(url)}:
            return {**block, "image_url": change(url)}
        case _:
            return block
