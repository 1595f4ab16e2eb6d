"""Model calls → the steps of a report."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agentcompress.compressor import Compressor
from agentcompress.messages import codec_for, tool_schemas
from agentcompress.report.growing import GrowingReport
from agentcompress.report.run import StepReport
from agentcompress.tokens import RequestCounter
from agentcompress.values import CompressionResult, Message, Plan

from .meter import Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Counts calls as the compressor counts them."""

    counter: RequestCounter
    """The counter for the model."""

    def peak(self, calls: Sequence[Call]) -> int:
        """Tokens of the largest request."""
        return max((self._tools(call) + self._cost(_read(call.sent)) for call in calls), default=0)

    def steps(
        self,
        calls: Sequence[Call],
        results: Sequence[CompressionResult] = (),
        explaining: Compressor | None = None,
    ) -> Sequence[StepReport]:
        """One step a call.

        Args:
            calls: The calls of a run.
            results: What the compressor said, in order; none where there was no compression. One whose
                messages the provider refused is passed over.
            explaining: A compressor with the settings of the one that made them; it says why.
        """
        growing = GrowingReport(self.counter)
        plan, rest = Plan(), iter(results)
        for call in calls:
            result = next((one for one in rest if one.messages == call.sent), None)
            decided = explaining and result and (result.evicted or result.left)
            growing.add(
                _read(call.held),
                _read(call.sent),
                result.plan if result else Plan(),
                action=call.action,
                ceiling=result.ceiling if result else self._tools(call) + self._cost(_read(call.sent)),
                schemas=self._tools(call),
                milliseconds=call.milliseconds,
                evicted=result is not None and result.evicted,
                reasons=explaining.explain(call.held, tools=call.tools, plan=plan)
                if explaining and decided
                else (),
            )
            plan = result.plan if result else plan
        return growing.report("").steps

    def _cost(self, messages: Sequence[Message]) -> int:
        return sum(map(self.counter.message, messages))

    def _tools(self, call: Call) -> int:
        return self.counter.tools(tool_schemas(call.tools))


def _read(messages: Sequence[Any]) -> list[Message]:
    return list(map(codec_for(messages).read, messages))
