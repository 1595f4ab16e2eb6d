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
    """

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._messages: list[dict[str, Any]] = []
        self._queries: list[str] = []

    def compress(self, recording: Recording, step: int, ceiling: int) -> Shown:
        """What the peer shows."""
        self._read(recording)
        request = Request(
            messages=self._messages[:step],
            tokens=recording.tokens[:step],
            base=[index for index in recording.base if index < step],
            queries=self._queries[:step],
            ceiling=ceiling,
            count=recording.measure.text,
        )
        return Shown(messages=self._peer.compress(request))

    def _read(self, recording: Recording) -> None:
        if self._messages:
            return
        # A text alone is what all of them read; messages that have one already stay themselves.
        self._messages = [
            raw if isinstance(raw.get("content"), str) else {**raw, "content": view.text}
            for raw, view in zip(recording.trajectory.messages, recording.views, strict=True)
        ]
        self._queries = list(_queries(recording.views))


def _queries(views: Sequence[Message]) -> list[str]:
    task = next((view.text for view in views if view.role == "user"), "")
    said: dict[str, str] = {}
    found = []
    for view in views:
        for call in view.calls:
            said[str(call.id)] = "\n".join(
                part[:_QUERY] for part in (task, view.text[-_QUERY:], call.text) if part
            )
        found.append(said.get(str(view.call_id), task[:_QUERY]) if view.role == "tool" else "")
    return found
