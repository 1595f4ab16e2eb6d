"""Reads the text in images with RapidOCR (PP-OCRv6 on ONNX Runtime), offline."""

from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from itertools import chain
from math import ceil, floor
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from agentcompress.errors import MissingDependencyError
from agentcompress.recent import Recent
from agentcompress.values import Box, Extent, Image, TextLine

from .encoding import on_white
from .opening import opened
from .rows import rows_of

if TYPE_CHECKING:
    import PIL.Image

INSTALL = "pip install 'agentcompress[ocr]'"
_TASKS = {"Det": "det", "Cls": "cls", "Rec": "rec"}
"""What RapidOCR calls its models in its settings, and in the names of their files."""
_reading = Lock()
"""Held while the engine works: a call of it changes its settings."""


class RapidReader:
    """Reads text in images on the CPU, some 0.8 s for a screen; what it read it remembers.

    The models are those that RapidOCR's package brings; nothing is ever downloaded. All readers of a
    process share one engine and take turns.

    Args:
        base: Folder that relative file paths start from; None for the working directory.
        images: How many of the newest images are remembered.

    Raises:
        MissingDependencyError: RapidOCR or ONNX Runtime is not installed, or its models are missing.
    """

    def __init__(self, base: Path | None = None, images: int = 1_024) -> None:
        with _reading:
            _engine()
        self._base = base
        self._read = Recent[bytes, tuple[TextLine, ...]](images)

    @property
    def name(self) -> str:
        """Names model and version."""
        from importlib.metadata import version

        return f"rapidocr-{version('rapidocr')}"

    def lines(self, image: Image) -> Sequence[TextLine]:
        """The lines of text, row by row, each from left to right; none where nothing can be read."""
        picture = opened(image, self._base)
        if picture is None:
            return ()
        # By what is seen, so that a file and its copy in a data URI are read once.
        key = blake2b(picture.tobytes(), digest_size=16, salt=b"%dx%d" % picture.size).digest()
        if (found := self._read.get(key)) is not None:
            return found
        with _reading:  # Another thread may have read it meanwhile.
            return self._read.get_or_make(key, lambda: tuple(chain.from_iterable(rows_of(_lines(picture)))))


def _lines(picture: "PIL.Image.Image") -> list[TextLine]:
    import numpy as np

    pixels = np.ascontiguousarray(
        np.asarray(on_white(picture).convert("RGB"))[:, :, ::-1]
    )  # as OpenCV has them
    found = _engine()(pixels)
    if found.boxes is None or found.txts is None:
        return []
    pairs = zip(found.txts, found.boxes.tolist(), strict=True)
    return [TextLine(text=text, box=_box(quad, picture.size)) for text, quad in pairs if text.strip()]


def _box(quad: Sequence[Sequence[float]], extent: Extent) -> Box:
    """The upright box around four corners."""
    across, down = zip(*quad, strict=True)
    left, top = max(0, floor(min(across))), max(0, floor(min(down)))
    right, bottom = min(extent[0], ceil(max(across))), min(extent[1], ceil(max(down)))
    return left, top, max(left + 1, right), max(top + 1, bottom)


@cache
def _engine() -> Any:
    """The engine of this process; called while `_reading` is held."""
    try:
        import onnxruntime  # noqa: F401
        import rapidocr
    except ImportError as error:
        raise MissingDependencyError(f"reading text in images needs RapidOCR: {INSTALL}") from error
    folder = Path(rapidocr.__file__).parent / "models"
    params: dict[str, Any] = {"Global.log_level": "critical"}
    for task, short in _TASKS.items():
        model = next(folder.glob(f"*_{short}_*.onnx"), None)
        if model is None:
            raise MissingDependencyError(
                f"{folder} has no *_{short}_*.onnx: pip install --force-reinstall rapidocr"
            )
        # A model named by its path is never looked for on the network.
        params[f"{task}.model_path"] = str(model)
    return rapidocr.RapidOCR(params=params)
