"""Frames: what the same screen shows several times is shown once, where it was seen last."""

from dataclasses import dataclass, replace

from agentcompress.values import Choosing, Context, Look, PreparedStrategy, Scores, Selection

from .narrowing import prepared_without
from .stage import StageStrategy


@dataclass(frozen=True, slots=True)
class FramesStrategy(PreparedStrategy, StageStrategy):
    """Leaves out an image that a newer one repeats, as far as the eye can tell.

    Only images of one size whose every cell of some 16 x 16 pixels has the same grey: screens of one
    layout with other text in it are different screens.
    """

    def prepare(self, context: Context, scores: Scores) -> Choosing:
        """Chooses from a context by its scores, for any budget."""
        newest = _newest_copies(context)
        left_out = [index for image in newest for index in with_lines(context, image)]
        rest = prepared_without(left_out, self.rest, context, scores)
        return lambda budget: _with_repeats(rest(budget), newest)


def _newest_copies(context: Context) -> dict[int, int]:
    """Image → the newest one that shows the same; those without one are not named."""
    newest: dict[int, int] = {}
    seen: dict[tuple[int, int], list[tuple[Look, int]]] = {}
    for index in range(len(context.segments) - 1, -1, -1):
        look = context.segments[index].look
        if look is None:
            continue
        alike = seen.setdefault(look.extent, [])
        copy = next((place for other, place in alike if look.shows_the_same(other)), None)
        if copy is None:
            alike.append((look, index))
        else:
            newest[index] = copy
    return newest


def with_lines(context: Context, image: int) -> list[int]:
    """An image and the lines of text in it, which stand behind it."""
    message, part = context.message_of[image], context.segments[image].part
    end = image + 1
    while (
        end < len(context.segments)
        and context.message_of[end] == message
        and context.segments[end].part == part
    ):
        end += 1
    return list(range(image, end))


def _with_repeats(selection: Selection, newest: dict[int, int]) -> Selection:
    """A selection that names the images that it shows further down."""
    below = {index for index, copy in newest.items() if copy in selection.renditions}
    return replace(selection, repeated=selection.repeated | below)
