"""Every promise of a cut, on tool outputs of real agents: a sample of them, all of them on `make fuzz`."""

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentcompress.evaluation.reading import TrajectoryReader
from agentcompress.segmenters import default_segmenter
from agentcompress.values import Cut

from .segmenting import check_cut

DATA = Path(os.environ.get("AGENTCOMPRESS_DATA", Path(__file__).parents[2] / "shared" / "data"))
FILES = sorted(DATA.glob("traj_*.jsonl.gz"))
EVERY = 1 if os.environ.get("AGENTCOMPRESS_FUZZ") else 25
SEGMENTER = default_segmenter()


def outputs(path: Path) -> Iterator[str]:
    for trajectory in TrajectoryReader(str(path)):
        for message in trajectory.views:
            if message.role == "tool":
                yield from (part.text for part in message.parts if part.kind == "text")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.split(".")[0])
def test_recorded_outputs_are_cut_as_promised(path: Path) -> None:
    for text in list(outputs(path))[::EVERY]:
        cut = check_cut(SEGMENTER, text)
        if cut.join is not None and is_json(text):
            for part in some_parts(cut, text):
                json.loads(part)


def is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except ValueError:
        return False


def some_parts(cut: Cut, text: str) -> Iterator[str]:
    """The text with some of its pieces, chosen by lot, and the heads they need."""
    rng = random.Random(len(text))
    if cut.join is None:
        return
    for share in (0.0, 0.1, 0.5, 1.0):
        shown: dict[int, str] = {}
        for number, piece in enumerate(cut.pieces):
            at: int | None = number if rng.random() < share else None
            while at is not None and at not in shown:
                head = cut.pieces[at]
                shown[at] = (
                    head.condensed[-1]
                    if head.condensed and at == number
                    else text[slice(*(head.core or (head.start, head.end)))]
                )
                at = head.head
            assert piece.head is None or piece.head < number
        yield cut.join(shown, "[7 tokens elided]")
