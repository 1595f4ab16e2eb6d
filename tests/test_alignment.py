"""An accessibility text and the screenshot beside it say the same: it is paid for once."""

from agentcompress import Compressor
from agentcompress.messages import OpenAICodec
from agentcompress.pipeline.segmenting import SegmentCache
from agentcompress.segmenters import ImageSegmenter, declared, default_segmenter
from agentcompress.tokens import RequestCounter
from agentcompress.values import Image, Segment, TextLine

from .pictures import block, encoded, frames, screen

COUNT = RequestCounter.for_model(None, image_model="claude-3-5-sonnet")
ROWS = [f"Order {1000 + 7 * n}   customer C-{13 * n + 100}   open" for n in range(12)]
TREE = "\n".join(f'- row "{row}"' for row in ROWS)


class Reader:
    """Reads the same rows in every image."""

    name = "fake"

    def lines(self, image: Image) -> list[TextLine]:
        return [TextLine(text=row, box=(10, 20 + 36 * n, 500, 34 + 36 * n)) for n, row in enumerate(ROWS)]


def rows_shown(reader: Reader | None, budget: int) -> tuple[int, int]:
    """How many rows are shown as text of another result, and of one whose screenshot says the same."""
    others = [f"Invoice {5000 + 3 * n}   client K-{17 * n + 300}   paid" for n in range(12)]
    messages = frames([encoded(screen(1)), encoded(screen(2))])
    messages[2]["content"] = "\n".join(others)
    messages[4]["content"].insert(0, {"type": "text", "text": TREE})
    shown = str(Compressor(budget, counter=COUNT, text_reader=reader).compress(messages).messages)
    return sum(row in shown for row in others), sum(row in shown for row in ROWS)


def test_what_can_be_read_in_the_screenshot_leaves_the_room_to_others() -> None:
    for budget in range(580, 760, 40):
        other, same = rows_shown(Reader(), budget)
        blind_other, blind_same = rows_shown(None, budget)
        assert other > blind_other
        assert same < blind_same


def segments(text: str) -> list[Segment]:
    """Of a result that has a text and an image."""
    images = ImageSegmenter(Reader())
    cache = SegmentCache(default_segmenter(), COUNT, declared, images)
    content = [{"type": "text", "text": text}, block(encoded(screen(1)))]
    return list(cache.segments(OpenAICodec().read({"role": "tool", "content": content})))


def test_the_image_and_the_text_cover_the_same() -> None:
    *texts, image = [one for one in segments(TREE) if one.part == 0 or one.kind == "image"]
    assert {atom for one in texts for atom in one.atoms} >= {*ROWS, "C-100", "C-243"}
    assert {*image.atoms} >= {*ROWS, "C-100", "C-243"}
    smallest = image.condensed[-1]
    assert "C-100" not in smallest.atoms
    line = next(one for one in segments(TREE) if one.part == 1 and one.text == ROWS[0])
    assert {*line.atoms} == {ROWS[0], *texts[0].atoms}


def test_a_text_that_says_something_else_covers_nothing_of_the_image() -> None:
    for text in ("Order 9999 was not found.", "order", "1000 customers"):
        *_, image = [one for one in segments(text) if one.part == 0 or one.kind == "image"]
        assert {atom for atom in image.atoms if not atom.startswith("image ")} == {*ROWS}
        assert not [one for one in segments(text) if one.part == 0 and {*one.atoms} & {*ROWS}]
