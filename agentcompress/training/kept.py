"""What runs teach, kept on disk: a training that was interrupted goes on where it was."""

from dataclasses import dataclass, fields
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

from agentcompress.evaluation.reading import Trajectory
from agentcompress.files import whole_file

from .examples import Examples


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was found when a run was looked at."""

    examples: Examples | None
    """What it teaches; None where that is nothing."""


class KeptExamples:
    """One file a run, named by what it was made from; a file is written whole or not at all.

    Args:
        folder: Made where it is not there.
        settings: Everything beside the run that examples depend on.
    """

    def __init__(self, folder: Path, settings: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._settings = settings

    def get(self, trajectory: Trajectory) -> Lesson | None:
        """What the run taught, where it was looked at before."""
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        path = self._path(trajectory)
        if not path.is_file():
            return None
        try:
            tensors = load_file(path)
            if not tensors:
                return Lesson(None)
            columns = tuple(tensors.pop("columns").tobytes().decode().split("\n"))
            return Lesson(Examples(columns=columns, **tensors))
        except (SafetensorError, KeyError, TypeError):  # Cut short, or somebody else's.
            return None

    def put(self, trajectory: Trajectory, lesson: Lesson) -> None:
        """Keeps what a run taught, or that it taught nothing."""
        import numpy as np
        from safetensors.numpy import save

        tensors, examples = {}, lesson.examples
        if examples is not None:
            tensors = {
                field.name: getattr(examples, field.name)
                for field in fields(examples)
                if field.name != "columns"
            }
            tensors["columns"] = np.frombuffer("\n".join(examples.columns).encode(), dtype=np.uint8)
        with whole_file(self._path(trajectory)) as file:
            file.buffer.write(save(tensors))

    def _path(self, trajectory: Trajectory) -> Path:
        # Another version may know other features, or score what they stand on otherwise.
        settings = f"{version('agentcompress')} {self._settings}"
        made_from = f"{settings}\n{trajectory.model_dump_json()}".encode("utf-8", "surrogatepass")
        return self._folder / f"{blake2b(made_from, digest_size=12).hexdigest()}.safetensors"
