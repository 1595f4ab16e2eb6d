"""A peer as one of replay's policies."""

from collections.abc import Sequence
from typing import Any

from agentcompress.evaluation.policy import Shown
from agentcompress.evaluation.recording import Recording
from agentcompress.values import Message

from .peer import Peer, Request

_QUERY = 600
"""Characters of each part of a query at most: the task, what the agent said, the call."""


class PeerPolicy:
    """Gives a peer each context of a recording, with all that it could want to know.

    Args:
        peer: Compresses.
        cached: Whether requests follow each other. An output is then asked for what it was called for,
            which never changes; else for what the agent does now, which is what the next call needs.
    """

    def __init__(self, peer: Peer, *, cached: bool = False) -> None:
        self._peer = peer
        self._cached = cached
        self._messages: list[dict[str, Any]] = []

    def compress(self, recording: Recording, step: int, ceiling: int) -> Shown:
        """What the peer shows."""
        if not self._messages:
            # A text alone is what all of them read; messages that have one already stay themselves.
            self._messages = [
                raw if isinstance(raw.get("content"), str) else {**raw, "content": view.text}
                for raw, view in zip(recording.trajectory.messages, recording.views, strict=True)
            ]
        request = Request(
            messages=self._messages[:step],
            tokens=recording.tokens[:step],
            base=[index for index in recording.base if index < step],
            queries=_queries(recording.views[:step], cached=self._cached),
            ceiling=ceiling,
            count=recording.measure.text,
        )
        return Shown(messages=self._peer.compress(request))


def _queries(views: Sequence[Message], *, cached: bool) -> list[str]:
    task = next((view.text for view in views if view.role == "user"), "")[:_QUERY]
    asked, newest = {}, task
    for view in views:
        if view.role == "assistant":
            calls = "\n".join(call.text[:_QUERY] for call in view.calls)
            newest = "\n".join(part for part in (task, view.text[-_QUERY:], calls) if part)
            asked.update({str(call.id): newest for call in view.calls})
    return [
        (asked.get(str(view.call_id), task) if cached else newest) if view.role == "tool" else ""
        for view in views
    ]
