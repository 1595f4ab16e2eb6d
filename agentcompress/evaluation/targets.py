"""Questions on an image with the place that answers them, one JSON line each."""

from collections.abc import Mapping
from copy import copy
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, PrivateAttr, ValidationError, model_validator

from agentcompress.errors import InvalidInputError
from agentcompress.values import Box

from .lines import STDIN, LineReader
from .reading import first_problem


class Target(BaseModel):
    """An instruction on an image, and what of the image must still be seen to follow it."""

    id: str
    """Names it; random choices depend on it."""
    source: str
    """Where it comes from: figures are per source. Taken from the file's name where it is missing."""
    instruction: str
    """What is asked."""
    image: str
    """Path or data URI; relative paths start beside the file."""
    history_images: list[str] = Field(default_factory=list)
    """What was seen before it, the oldest first."""
    task: str | None = None
    """What all of it is for."""
    bbox: Box | None = None
    """The place, where there is one: left, top, right, bottom in pixels of the upright image."""
    bboxes: list[Box] = Field(default_factory=list)
    """The places, where there are several."""
    bbox_rule: Literal["all of bboxes", "any of bboxes"] = "all of bboxes"
    """Whether all of them must be seen, or one is enough."""
    answer: str | None = None
    """The text that answers."""
    _read_from: LineReader | None = PrivateAttr(default=None)

    def problem(self, message: str) -> InvalidInputError:
        """An error that names the file and the line where this was read."""
        read = self._read_from
        return read.problem(message, line=read.line) if read else InvalidInputError(message)

    @model_validator(mode="after")
    def _has_boxes(self) -> Self:
        for box in self.boxes:
            if box[0] >= box[2] or box[1] >= box[3]:
                raise ValueError(f"a box needs left < right and top < bottom, got {list(box)}")
        if not self.boxes:
            raise ValueError("a record needs bbox or bboxes")
        return self

    @property
    def boxes(self) -> list[Box]:
        """All places."""
        return self.bboxes or ([self.bbox] if self.bbox else [])


def read_target(record: Mapping[str, Any], reader: LineReader) -> Target:
    """A record with paths that open from anywhere.

    Raises:
        InvalidInputError: It is none; names the line.
    """
    stem = "stdin" if reader.path == STDIN else Path(reader.path).name.split(".")[0]
    try:
        found = Target.model_validate({"source": stem.removeprefix("gui_"), **record})
    except ValidationError as error:
        raise reader.problem(first_problem(error), line=reader.line) from error
    folder = (Path() if reader.path == STDIN else Path(reader.path).parent).resolve()
    found._read_from = copy(reader)  # The reader itself reads on.
    absolute = [_absolute(url, folder) for url in (found.image, *found.history_images)]
    return found.model_copy(update={"image": absolute[0], "history_images": absolute[1:]})


def _absolute(url: str, folder: Path) -> str:
    return url if "://" in url or url.startswith("data:") else str(folder / url)
