"""Where the bytes of an image are: in its data URI or a local file; remote ones are never fetched."""

import base64
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from agentcompress.values import Image


def embedded(image: Image, characters: int | None = None) -> BytesIO | None:
    """The bytes of a data URI, or those of its first characters; None where it is none.

    Raises:
        ValueError: It is not what it says it is.
    """
    if not image.is_embedded:
        return None
    head, _, data = image.url.partition(",")
    decode = base64.b64decode if head.lower().endswith(";base64") else unquote_to_bytes
    return BytesIO(decode(data[:characters]))


def local_file(url: str, base: Path | None = None) -> Path | None:
    """The file that a path or a file URL names; None where there is none.

    Args:
        url: Absolute, or relative to `base`.
        base: None for the working directory.

    Raises:
        OSError: The path cannot be looked at.
        ValueError: It cannot be a path.
    """
    if "://" in url:
        parts = urlsplit(url)
        path = Path(unquote(parts.path)) if parts.scheme == "file" else None
    else:
        path = (base or Path()) / url
    return path if path and path.is_file() else None
