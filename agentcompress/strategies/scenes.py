"""Scenes: of frames in a row that look much alike one is shown, and how many it stands for."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby

from agentcompress.kernels import dense_clusters, merged_into, representatives
from agentcompress.values import (
    Choosing,
    Context,
    Image,
    ImageEncoder,
    PreparedStrategy,
    Rendition,
    Scores,
    Selection,
)

from .frames import with_lines
from .merge import Kernel
from .narrowing import prepared_without
from .stage import StageStrategy

_ALIKE = "[one of {} images in a row that look alike]"


@dataclass(frozen=True, slots=True)
class ScenesStrategy(PreparedStrategy, StageStrategy):
    """Shows one of several images that follow each other in one message and look much alike.

    For films given as frames. It is the one nearest to their average, and says how many it stands for; the
    average itself is never shown. Screenshots of an agent, one a message, are left alone: screens of one
    layout look alike to an encoder. The newest image is never left out.
    """

    encoder: ImageEncoder
    """Gives the vectors: `PatchEncoder`, or a `PictureEncoder`."""
    kernel: Kernel = field(default_factory=lambda: partial(dense_clusters, threshold=0.9))
    """Says which images look alike: any of `agentcompress.kernels`."""

    def prepare(self, context: Context, scores: Scores) -> Choosing:
        """Chooses from a context by its scores, for any budget."""
        scenes: dict[int, list[int]] = {}
        for film in _films(context):
            scenes |= self._scenes(context, film)
        hidden = [other for first, scene in scenes.items() for other in scene if other != first]
        left_out = [index for image in hidden for index in with_lines(context, image)]
        rest = prepared_without(left_out, self.rest, context, scores)
        return lambda budget: _with_counts(rest(budget), scenes)

    def _scenes(self, context: Context, film: Sequence[int]) -> dict[int, list[int]]:
        """The image that is shown → all that it stands for, of more than one."""
        import torch

        vectors = torch.from_numpy(self.encoder.encode_images([_image(context, index) for index in film]))
        source = self.kernel(vectors).source.tolist()
        rows = [list(run) for _, run in groupby(range(len(film)), key=source.__getitem__)]
        first = torch.tensor([run[0] for run in rows for _ in run])
        shown = representatives(vectors, merged_into(vectors, torch.ones(len(film)), first)).tolist()
        newest = _newest(context)
        scenes = {}
        for one, run in zip(shown, rows, strict=True):
            scene = [film[row] for row in run]
            if len(scene) > 1:
                scenes[newest if newest in scene else film[one]] = scene
        return scenes


def _films(context: Context) -> list[list[int]]:
    """The images of each message that has several."""
    images = [index for index, segment in enumerate(context.segments) if segment.image]
    films = [list(film) for _, film in groupby(images, key=lambda index: int(context.message_of[index]))]
    return [film for film in films if len(film) > 1]


def _image(context: Context, index: int) -> Image:
    image = context.segments[index].image
    if image is None:
        raise ValueError(f"segment {index} is no image")
    return image


def _newest(context: Context) -> int:
    return max(index for index, segment in enumerate(context.segments) if segment.image)


def _with_counts(selection: Selection, scenes: dict[int, list[int]]) -> Selection:
    """A selection that says of each image that is shown how many it stands for."""
    counted = tuple(
        Rendition(
            name="merged",
            text=_ALIKE.format(len(scene)),
            tokens=0,
            covers=(first, *(index for index in scene if index != first)),
        )
        for first, scene in scenes.items()
        if first in selection.renditions
    )
    return replace(selection, merged=(*selection.merged, *counted))
