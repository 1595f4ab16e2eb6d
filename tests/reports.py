"""What tests of reports share: steps and messages made by hand, and what a page carries."""

import gzip
import json
import re
from base64 import b64decode
from typing import Any

from agentcompress.report.run import MessageView, Span, SpanKind, StepReport
from agentcompress.tokens import RequestCounter
from agentcompress.values import Message, Part

HOSTILE = "</pre></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{ 7 * 7 }}"

COUNT = RequestCounter.for_model(None)
KINDS: tuple[SpanKind, ...] = ("kept", "condensed", "merged", "dropped", "added")


def text(role: Any, words: str, **fields: Any) -> Message:
    return Message(role=role, parts=(Part(kind="text", text=words),), **fields)


def view(words: str, **fields: Any) -> MessageView:
    given_fields = {
        "role": "tool",
        "label": "read()",
        "state": "kept",
        "tokens_before": 9,
        "tokens_after": 9,
        "spans": (Span(kind="kept", text=words),),
        **fields,
    }
    return MessageView(**given_fields)


def step(*messages: MessageView, **fields: Any) -> StepReport:
    figures = {
        "action": "look",
        "ceiling": 400,
        "before": 900,
        "after": 300,
        "cache_kept": 100,
        "milliseconds": 1.5,
        "evicted": True,
        **fields,
    }
    return StepReport(messages=messages, **figures)


def carried(html: str, run: int = 1) -> dict[str, Any]:
    """The data that a page carries for a run."""
    found = re.search(rf'id="run-{run}">([^<]*)<', html)
    assert found
    data: dict[str, Any] = json.loads(gzip.decompress(b64decode(found[1])))
    return data


def listed(data: dict[str, Any]) -> list[list[int]]:
    """The views of each request, as the page reads them."""
    lists: list[list[int]] = []
    now: list[int] = []
    for *_, keep, runs in data["steps"]:
        pairs = zip(runs[::2], runs[1::2], strict=True)
        now = now[:keep] + [number for first, last in pairs for number in range(first, last + 1)]
        lists.append(now)
    return lists
