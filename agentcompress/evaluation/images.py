"""Image urls in recorded messages: relative ones resolve beside the data."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from agentcompress.values import Image


class ImageFolder:
    """Makes the relative image urls of messages absolute, and relative again.

    Args:
        folder: What relative urls start from.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._written: dict[str, str] = {}

    def resolved(self, message: Any) -> Any:
        """The message with paths that open from anywhere; itself where it has none."""
        return _with_urls(message, self._absolute)

    def restored(self, message: Any) -> Any:
        """The message with its urls as they were written; itself where none was changed."""
        return _with_urls(message, lambda url: self._written.get(url, url))

    def _absolute(self, url: str) -> str:
        if "://" in url or Image(url=url).is_embedded:
            return url
        absolute = str(self._folder / url)
        self._written[absolute] = url
        return absolute


def _with_urls(message: Any, change: Callable[[str], str]) -> Any:
    is_plain = isinstance(message, Mapping)
    content = message.get("content") if is_plain else getattr(message, "content", None)
    if not isinstance(content, list):
        return message
    blocks = [_with_url(block, change) for block in content]
    if blocks == content:
        return message
    return {**message, "content": blocks} if is_plain else message.model_copy(update={"content": blocks})


def _with_url(block: Any, change: Callable[[str], str]) -> Any:
    """The block with another url; one of no shape of images is itself."""
    match block:
        case {"type": "image_url" | "input_image", "image_url": {"url": str(url)} as image}:
            return {**block, "image_url": {**image, "url": change(url)}}
        case {"type": "image_url" | "input_image", "image_url": str(url)}:
            return {**block, "image_url": change(url)}
        case {"type": "image", "source": {"url": str(url)} as source}:
            return {**block, "source": {**source, "url": change(url)}}
        case {"type": "image", "url": str(url)}:
            return {**block, "url": change(url)}
        case _:
            return block
