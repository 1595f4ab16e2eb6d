"""Model calls → the steps of a report."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agentcompress.messages import codec_for, tool_schemas
from agentcompress.report.frames import FrameViews
from agentcompress.report.run import StepReport
from agentcompress.report.views import message_views
from agentcompress.tokens import RequestCounter
from agentcompress.values import CompressionResult, Message, Plan, common_start

from .meter import Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Counts calls as the compressor counts them."""

    counter: RequestCounter
    """The counter for the model."""

    def peak(self, calls: Sequence[Call]) -> int:
        """Tokens of the largest request."""
        return max((self._tools(call) + self._cost(_read(call.sent)) for call in calls), default=0)

    def steps(self, calls: Sequence[Call], results: Sequence[CompressionResult] = ()) -> list[StepReport]:
        """One step a call.

        Args:
            calls: The calls of a run.
            results: What the compressor said, in order; none where there was no compression. One whose
                messages the provider refused is passed over.
        """
        steps = []
        before: list[Message] = []
        frames, rest = FrameViews(self.counter), iter(results)
        for index, call in enumerate(calls):
            result = next((one for one in rest if one.messages == call.sent), None)
            held, sent, tools = _read(call.held), _read(call.sent), self._tools(call)
            steps.append(
                StepReport(
                    action=call.action,
                    before=tools + self._cost(held),
                    after=tools + self._cost(sent),
                    cache_kept=(tools if index else 0) + self._cost(sent[: common_start(before, sent)]),
                    milliseconds=call.milliseconds,
                    evicted=result is not None and result.evicted,
                    messages=message_views(
                        held,
                        sent,
                        result.plan if result else Plan(),
                        cost=self.counter.message,
                        frames=frames,
                    ),
                )
            )
            before = sent
        return steps

    def _cost(self, messages: Sequence[Message]) -> int:
        return sum(map(self.counter.message, messages))

    def _tools(self, call: Call) -> int:
        return self.counter.tools(tool_schemas(call.tools))


def _read(messages: Sequence[Any]) -> list[Message]:
    return list(map(codec_for(messages).read, messages))
