"""Image blocks in the shapes of OpenAI, Anthropic, Bedrock, Google and LangChain."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from agentcompress.values import Image

_PNG = "image/png"


def read_image(block: Mapping[str, Any]) -> Image:
    """The image of a block, whatever its shape."""
    outer = block["image"] if isinstance(block.get("image"), Mapping) else block
    holder = outer.get("image_url", outer.get("source", outer))
    fields = holder if isinstance(holder, Mapping) else {"url": holder}
    if isinstance(fields.get("bytes"), bytes):
        encoded = b64encode(fields["bytes"]).decode("ascii")
        return Image(url=f"data:image/{outer.get('format', 'png')};base64,{encoded}")
    data = fields.get("base64") or fields.get("data")
    mime = fields.get("mime_type") or fields.get("media_type") or _PNG
    url = f"data:{mime};base64,{data}" if data else fields.get("url") or fields.get("file_id") or ""
    return Image(url=str(url), detail=str(fields.get("detail") or "auto"))


def with_image(block: Mapping[str, Any], image: Image) -> Mapping[str, Any]:
    """The block with another image in the same shape; itself where that is its own.

    Args:
        block: What `read_image` read.
        image: Its own image, or one in a data URI.
    """
    if read_image(block) == image:
        return block
    if isinstance(block.get("image"), Mapping):
        return {**block, "image": _with_image(block["image"], image.url)}
    return _with_image(block, image.url)


def _with_image(outer: Mapping[str, Any], url: str) -> dict[str, Any]:
    for name in ("image_url", "source"):
        if name in outer:
            inner = outer[name]
            changed = _with_data(inner, url) if isinstance(inner, Mapping) else url
            return _formatted({**outer, name: changed}, url)
    return _formatted(_with_data(outer, url), url)


def _with_data(fields: Mapping[str, Any], url: str) -> dict[str, Any]:
    """Fields that hold the image in the way they did, or inline where they pointed to it."""
    mime, data = url.removeprefix("data:").split(";base64,", 1)
    if isinstance(fields.get("bytes"), bytes):
        return {**fields, "bytes": b64decode(data)}
    kept = {key: value for key, value in fields.items() if key not in ("url", "file_id", "base64", "data")}
    type_name = "mime_type" if "mime_type" in fields else "media_type"
    if "base64" in fields:
        return {**kept, "base64": data, type_name: mime}
    if "data" in fields:
        return {**kept, "data": data, type_name: mime}
    if fields.get("type") == "url":  # Anthropic's source
        return {**kept, "type": "base64", "media_type": mime, "data": data}
    if fields.get("source_type") == "url":  # LangChain's standard block before 1.0
        return {**kept, "source_type": "base64", "data": data, "mime_type": mime}
    if fields.get("type") == "image":  # LangChain's standard block
        return {**kept, "base64": data, "mime_type": mime}
    return {**kept, "url": url}


def _formatted(block: dict[str, Any], url: str) -> dict[str, Any]:
    """The block, saying of which format its image is now where it says one."""
    if "format" in block:
        return {**block, "format": url[len("data:image/") :].split(";", 1)[0]}
    return block
