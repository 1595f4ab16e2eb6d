"""What tool outputs say again: the same file read twice, the same listing, the same record."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from agentcompress.values import Context, Segment

_OPAQUE = frozenset({"image", "other"})
"""Kinds whose text does not tell whether two are the same."""


def newest_copies(context: Context, window: int, least: int, share: float) -> dict[int, int]:
    """Segments of tool outputs that a newer message repeats.

    A segment is repeated if it lies in a run of `window` segments of its message, or in
    a whole message of fewer, that a newer message has too, white space aside.

    Args:
        context: In chronological order.
        window: How many segments must agree in a row, at least 1.
        least: Tokens that a stretch of repeated segments must have to count as one.
        share: Share of a message's tokens that must be repeated for any of it to count.

    Returns:
        Segment → the newest segment that says the same; those without one are not named.
    """
    names = _names(context.segments)
    newest: dict[int, int] = {}
    seen: dict[tuple[int, ...], int] = {}
    for message in reversed(outputs(context)):
        size = min(window, len(message))
        runs = {start: tuple(names[start : start + size]) for start in message[: len(message) - size + 1]}
        found: dict[int, int] = {}
        for start, run in runs.items():
            if run in seen:
                # What the copy itself repeats is already traced to its newest place.
                copy = range(seen[run], seen[run] + size)
                found.update(zip(range(start, start + size), (newest.get(i, i) for i in copy), strict=True))
        repeated = dict(_long_enough(context, found, least))
        if _tokens(context, repeated) >= share * _tokens(context, message):
            newest.update(repeated)
        for start, run in runs.items():
            seen.setdefault(run, start)
    return newest


def _names(segments: Sequence[Segment]) -> list[int]:
    """A number for each segment: the same where the same is said."""
    words: dict[str, int] = {}
    return [
        -1 - index
        if segment.kind in _OPAQUE
        else words.setdefault(" ".join(segment.text.split()), len(words))
        for index, segment in enumerate(segments)
    ]


def outputs(context: Context) -> list[range]:
    """The segments of each tool output."""
    places = groupby(range(len(context.segments)), key=lambda index: int(context.message_of[index]))
    runs = [list(run) for _, run in places]
    return [range(run[0], run[-1] + 1) for run in runs if context.segments[run[0]].role == "tool"]


def _long_enough(context: Context, found: dict[int, int], least: int) -> Iterable[tuple[int, int]]:
    """Of what is repeated, the adjacent segments that have so many tokens together."""
    for stretch in stretches(context, found):
        if _tokens(context, stretch) >= least:
            yield from ((index, found[index]) for index in stretch)


def _tokens(context: Context, indices: Iterable[int]) -> int:
    return sum(context.segments[index].tokens for index in indices)


def stretches(context: Context, indices: Iterable[int]) -> list[list[int]]:
    """Segments in runs without a gap, each in one message."""
    runs = groupby(
        enumerate(sorted(indices)), key=lambda item: (int(context.message_of[item[1]]), item[1] - item[0])
    )
    return [[index for _, index in run] for _, run in runs]
