"""Hypothesis strategies: conversations as agents have them, and worse."""

import json
from typing import Any

from hypothesis import strategies as st

Messages = list[dict[str, Any]]

NAMES = st.sampled_from(["read_file", "grep", "http_get", "run"])
_ODD = st.text(
    alphabet=st.one_of(st.characters(codec="utf-8"), st.sampled_from("\x00\x1b\r\n\t\ud800\udfff…[]")),
    max_size=60,
)
_LINES = st.lists(
    st.sampled_from(
        [
            "src/app/main.py:42: def handle(request):",
            '{"id": "ord_81723", "total": 199.5, "tags": ["a", "b"]}',
            "2026-03-01T10:00:07Z ERROR worker-3 timeout after 3000 ms",
            "[12 tokens elided]",
            "[3 earlier messages removed, 900 tokens]",
            "…",
            "",
            "    return compute_total(order_items, tax_rate=0.19)",
            "日本語のテキストは空白で区切られていません。",
        ]
    ),
    max_size=80,
).map("\n".join)
_GIANT = st.integers(2_000, 9_000).map(lambda n: "x1y2z3 " * n)
TEXTS = st.one_of(_LINES, _ODD, st.just(""), st.builds(lambda text, n: text * n, _LINES, st.integers(1, 12)))
_OUTPUTS = st.one_of(TEXTS, TEXTS, TEXTS, _GIANT)


@st.composite
def steps(draw: st.DrawFn, number: int) -> Messages:
    """One assistant turn with its results, maybe followed by a user turn."""
    calls = draw(st.integers(0, 3))
    turn: dict[str, Any] = {
        "role": "assistant",
        "content": draw(st.one_of(TEXTS, st.none())) if calls else draw(TEXTS),
    }
    if calls:
        turn["tool_calls"] = [
            {
                "id": f"call_{number}_{index}",
                "type": "function",
                "function": {"name": draw(NAMES), "arguments": json.dumps({"path": draw(_ODD)})},
            }
            for index in range(calls)
        ]
    out = [turn]
    for index in range(calls):
        result = {"role": "tool", "tool_call_id": f"call_{number}_{index}", "content": draw(_OUTPUTS)}
        if draw(st.booleans()):
            result["status"] = draw(st.sampled_from(["success", "error"]))
        out.append(result)
    if not calls or draw(st.integers(0, 4)) == 0:
        out.append({"role": "user", "content": draw(TEXTS)})
    return out


@st.composite
def conversations(draw: st.DrawFn, max_steps: int = 6) -> Messages:
    """A legal conversation: system prompt or not, a user turn, then steps."""
    messages: Messages = [{"role": "system", "content": draw(TEXTS)}] if draw(st.booleans()) else []
    messages.append({"role": "user", "content": draw(TEXTS)})
    for number in range(draw(st.integers(0, max_steps))):
        messages += draw(steps(number))
    return messages


def pairs_are_whole(messages: Messages) -> bool:
    """Whether every call has exactly its results right behind it, and no result stands alone."""
    index = 0
    while index < len(messages):
        if messages[index]["role"] == "tool":
            return False
        ids = [call["id"] for call in messages[index].get("tool_calls") or []]
        results = messages[index + 1 : index + 1 + len(ids)]
        if sorted(ids) != sorted(result.get("tool_call_id", "") for result in results):
            return False
        index += 1 + len(ids)
    return True
