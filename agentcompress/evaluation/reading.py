"""Recorded trajectories, one JSON line each."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError

from agentcompress.errors import UnsupportedContentError
from agentcompress.messages import OpenAICodec
from agentcompress.values import Message

from .images import ImageFolder
from .lines import STDIN, LineReader
from .pairs import first_pair_problem


class Trajectory(BaseModel):
    """A recorded run of an agent in OpenAI chat format; fields that are not named here are kept."""

    model_config = ConfigDict(extra="allow")

    id: str
    """Names the run; a dump refers to it."""
    source: str
    """Where it comes from: metrics are pooled by it. Taken from the file's name where it is missing."""
    messages: list[dict[str, Any]] = Field(min_length=1)
    """The whole run."""
    _images: ImageFolder = PrivateAttr(default_factory=lambda: ImageFolder(Path()))

    def located(self, folder: Path) -> "Trajectory":
        """The same run with the image paths of a folder, which can be opened from anywhere."""
        images = ImageFolder(folder)
        found = self.model_copy(update={"messages": [images.resolved(message) for message in self.messages]})
        found._images = images
        return found

    def as_written(self, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Messages of this run with the image urls that its file had."""
        return [self._images.restored(message) for message in messages]

    @cached_property
    def views(self) -> tuple[Message, ...]:
        """The messages as the engine sees them.

        Raises:
            UnsupportedContentError: One of them is no chat message.
        """
        codec = OpenAICodec()
        return tuple(codec.read(message) for message in self.messages)


class TrajectoryReader(LineReader):
    """The trajectories of one ``.jsonl`` or ``.jsonl.gz`` file, or of standard input."""

    def __iter__(self) -> Iterator[Trajectory]:
        """Every trajectory, each as soon as its line is read.

        Raises:
            InvalidInputError: A line holds none, or holds a tool result without its call; names the line.
        """
        for record in self.records():
            yield self._trajectory(record)

    def _trajectory(self, record: Any) -> Trajectory:
        if not isinstance(record, dict):
            raise self.problem("a trajectory must be an object with id and messages", line=self.line)
        try:
            trajectory = Trajectory.model_validate({"source": self._stem, **record}).located(self._folder)
        except ValidationError as error:
            raise self.problem(first_problem(error), line=self.line) from error
        try:
            problem = first_pair_problem(trajectory.views)
        except UnsupportedContentError as error:
            raise self.problem(f"{trajectory.id}: {error}", line=self.line) from error
        if problem:
            raise self.problem(f"{trajectory.id}: {problem[1]}", line=self.line)
        return trajectory

    @property
    def _folder(self) -> Path:
        return Path() if self.path == STDIN else Path(self.path).parent

    @property
    def _stem(self) -> str:
        return "stdin" if self.path == STDIN else Path(self.path).name.split(".")[0]


def first_problem(error: ValidationError) -> str:
    """The first field that is wrong, and why."""
    problem = error.errors(include_url=False)[0]
    where = ".".join(map(str, problem["loc"]))
    return f"{where}: {problem['msg']}" if where else problem["msg"]
