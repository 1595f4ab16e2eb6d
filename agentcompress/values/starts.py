"""What two requests share."""

from collections.abc import Sequence


def common_start(before: Sequence[object], after: Sequence[object]) -> int:
    """How many messages two requests share at their start."""
    same = 0
    for one, other in zip(before, after, strict=False):
        # Most are the same object, which need not be compared field by field.
        if one is not other and one != other:
            break
        same += 1
    return same
