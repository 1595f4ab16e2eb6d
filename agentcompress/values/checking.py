"""Settings that are refused before any request."""

from collections.abc import Collection


def check_settings(exclude_tools: Collection[str], **counts: int) -> None:
    """Refuses what no request can be compressed by.

    Args:
        exclude_tools: As for `Compressor`.
        counts: Settings that count something, by name.

    Raises:
        ValueError: One of them is out of range.
    """
    if isinstance(exclude_tools, str):
        raise ValueError(f"exclude_tools must be a collection of names, got {exclude_tools!r}")
    for name, value in counts.items():
        if not isinstance(value, int) or value < 0:
            raise ValueError(f"{name} must be a whole number, 0 or more, got {value!r}")
