"""Keep an agent that looks at screens within a token budget, and see what became of each screenshot.

Offline: a small shop application, drawn here, is what the agent clicks in, and a scripted model stands
in for yours. Writes an HTML report; give its path, or find it in screens.html.
"""

import sys
from base64 import b64encode
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
from langchain.agents import create_agent
from langchain_core.messages import AIMessage
from langchain_core.tools import tool

from agentcompress import CompressionResult, ContextCompressionMiddleware
from agentcompress.graphs.scripted import ScriptedModel
from agentcompress.report.html import compression_report
from agentcompress.report.page import write_report
from agentcompress.tokens import RequestCounter
from agentcompress.values import Image, TextLine

MODEL = "claude-sonnet-4-5"
TABS = ("Home", "Orders", "Customers", "Settings")
ORDERS = [
    f"Order {n}   customer {n % 37}   {3 * n}.50 EUR   {'open' if n % 5 else 'late'}"
    for n in range(1040, 1066)
]
SCREENS = {
    "Home": ["Good morning, Ann", "26 open orders", "6 late orders", "Disk: 81% used"],
    "Orders": [*ORDERS[:13], "Page 1 of 2"],
    "Page 2": [*ORDERS[13:], "Page 2 of 2"],
    "Order 1055": [
        "Order 1055",
        "Customer: 19, Marta Lind",
        "Address: 12 Harbour Road, Bergen",
        "Carrier: DHL",
        "Tracking: JD0146-2271",
        "Status: late, held by customs",
    ],
    "Customers": [f"Customer {n}   since {1990 + n}   rating {n * 7 % 5 + 1} of 5" for n in range(8, 22)],
    "Settings": ["Language: English", "Currency: EUR", "Late after: 5 days", "Mail from: shop@example.com"],
}
STEPS = [
    ("I start at the dashboard.", "Home"),
    ("Late orders are under Orders.", "Orders"),
    ("Order 1055 must be on page 2.", "Page 2"),
    ("Order 1055 is late, I open it.", "Order 1055"),
    ("Who is customer 19?", "Customers"),
    ("Back to the dashboard.", "Home"),
    ("When is an order late? I look, wait, and look again.", "Settings", "Settings"),
    ("Are other orders of customer 19 late?", "Orders"),
    ("None on page 1.", "Page 2"),
]
"""What the scripted agent says and clicks, step by step."""


class ScreenReader:
    """Knows the text of the screens that it drew; `agentcompress.images.RapidReader` reads any."""

    name = "screens"

    def __init__(self) -> None:
        self._lines = dict[str, list[TextLine]]()

    def drawn(self, name: str) -> str:
        """A screen of the application as a PNG in base64."""
        picture = PIL.Image.new("RGB", (1024, 768), "#f4f5f7")
        pen, font = PIL.ImageDraw.Draw(picture), PIL.ImageFont.load_default(22)
        pen.rectangle((0, 0, 1024, 56), fill="#26364d")
        for number, tab in enumerate(TABS):
            left = 24 + 170 * number
            pen.rounded_rectangle((left, 10, left + 150, 46), 8, fill="#3d6fb4" if tab == name else "#40536f")
            pen.text((left + 16, 16), tab, "white", font)
        lines = []
        for number, text in enumerate(SCREENS[name]):
            top = 80 + 46 * number
            pen.rounded_rectangle((24, top, 1000, top + 38), 6, fill="white", outline="#c9d0da")
            pen.text((40, top + 6), text, "#1c2735", font)
            lines.append(TextLine(text=text, box=(40, top + 6, 960, top + 32)))
        buffer = BytesIO()
        picture.save(buffer, "PNG")
        data = b64encode(buffer.getvalue()).decode("ascii")
        self._lines[f"data:image/png;base64,{data}"] = lines
        return data

    def lines(self, image: Image) -> list[TextLine]:
        """The lines of text in a screen, from top to bottom."""
        return self._lines.get(image.url, [])


READER = ScreenReader()


@tool
def click(target: str) -> list[dict[str, Any]]:
    """Click on something and look at the screen that opens."""
    return [{"type": "image", "base64": READER.drawn(target), "mime_type": "image/png"}]


def answers() -> Iterator[AIMessage]:
    """What the scripted model says, in order."""
    for number, (said, *targets) in enumerate(STEPS):
        yield AIMessage(
            said,
            tool_calls=[
                {"name": "click", "args": {"target": target}, "id": f"click_{number}_{place}"}
                for place, target in enumerate(targets)
            ],
        )
    yield AIMessage("Order 1055 is held by customs; its tracking number is JD0146-2271.")


def main(path: Path) -> None:
    """Runs the agent, prints what the model last saw of each screenshot, and writes the report."""
    script = answers()
    results: list[CompressionResult] = []
    compression = ContextCompressionMiddleware[None, Any](
        budget=4_000, model=MODEL, text_reader=READER, on_compression=results.append
    )
    agent = create_agent(ScriptedModel(script=lambda _: next(script)), [click], middleware=[compression])
    question = {"role": "user", "content": "Why is order 1055 late? Give its tracking number."}
    state = agent.invoke({"messages": [question]})
    for result in results:
        print(f"{result.tokens_before:>7,} -> {result.tokens_after:>6,} tokens (ceiling {result.ceiling:,})")
    counter = RequestCounter.for_model(MODEL)
    report = compression_report(state["messages"][:-1], results[-1], counter=counter, text_reader=READER)
    frames = [frame for message in report.steps[0].messages for frame in message.frames]
    targets = [target for _, *clicked in STEPS for target in clicked]
    for target, frame in zip(targets, frames, strict=True):
        print(f"{target:>10}: {frame.fate}")
    write_report(report, path)
    print(f"report: {path}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "screens.html"))
