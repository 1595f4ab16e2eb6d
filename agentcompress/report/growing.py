"""Requests one by one → the report of a run."""

from collections.abc import Iterator, Sequence

from agentcompress.tokens import RequestCounter
from agentcompress.values import RECALL, Message, Plan, Reason, TextReader, common_start

from .run import Event, MessageView, RunReport, StepReport
from .views import MessageViews, label

_RETURNED = "[recalled from "
"""How a line begins above what came back unasked."""


class GrowingReport:
    """The report of one run while it goes on.

    Args:
        counter: Counts messages, images and tool schemas.
        text_reader: The one that read the text in images.
    """

    def __init__(self, counter: RequestCounter, text_reader: TextReader | None = None) -> None:
        self._cost = counter.message
        self._views = MessageViews(counter, text_reader)
        self._steps: list[StepReport] = []
        self._sent: Sequence[Message] = ()
        self._before: tuple[MessageView, ...] = ()
        self._known = 0
        self._noted: set[str] = set()

    def add(
        self,
        held: Sequence[Message],
        sent: Sequence[Message],
        plan: Plan,
        *,
        action: str,
        ceiling: int,
        schemas: int = 0,
        milliseconds: float = 0.0,
        evicted: bool = False,
        reasons: Sequence[Reason] = (),
    ) -> None:
        """Adds the next request.

        Args:
            held: What the conversation holds; it begins with what it held before.
            sent: What the model was shown.
            plan: What made this of that.
            action: What the agent did next; its first 200 characters are shown.
            ceiling: Hard limit in tokens.
            schemas: Tokens of the tool schemas.
            milliseconds: Time that compressing took.
            evicted: Whether a new global plan was made.
            reasons: Why, segment by segment, where that was asked.

        Raises:
            ValueError: The plan makes another number of messages than were sent.
        """
        views = self._views.of(held, sent, plan, reasons)
        same = common_start(self._sent, sent)
        self._steps.append(
            StepReport(
                action=label(action),
                ceiling=ceiling,
                before=schemas + sum(view.tokens_before for view in views),
                after=schemas + sum(view.tokens_after for view in views),
                cache_kept=(schemas if self._steps else 0) + sum(map(self._cost, sent[:same])),
                milliseconds=milliseconds,
                evicted=evicted,
                messages=views,
                schemas=schemas,
                events=tuple(self._events(held, plan, views, evicted)),
            )
        )
        self._sent, self._before, self._known = list(sent), views, len(held)

    def report(self, title: str, notes: Sequence[tuple[str, str]] = ()) -> RunReport:
        """The report so far.

        Args:
            title: The headline.
            notes: Further headline figures.
        """
        return RunReport(title=title, steps=list(self._steps), notes=notes)

    def _events(
        self, held: Sequence[Message], plan: Plan, views: Sequence[MessageView], evicted: bool
    ) -> Iterator[Event]:
        for message in held[self._known :]:
            asked = [call for call in message.calls if call.name == RECALL]
            yield from (Event(kind="recalled", text=label(call.arguments)) for call in asked)
        known = set(map(id, self._before))
        changed = [view for view in views if id(view) not in known]
        shortened = [view for view in changed if view.state == "shortened"]
        if evicted:
            folded = [view for view in changed if view.state == "folded"]
            # Against the request before, with what has come since: what else would have been sent.
            arrived = sum(map(self._cost, held[self._known :]))
            stood = sum(view.tokens_after for view in self._before) + arrived
            gone = stood - sum(view.tokens_after for view in views)
            said = (
                f"{_count(folded)} folded away, {len(shortened)} shortened: {gone:,} tokens left the prompt"
            )
            yield Event(kind="evicted", text=said)
        else:
            # What carries something that came back is longer.
            for view in (one for one in shortened if one.tokens_after < one.tokens_before):
                said = f"{view.label or view.role}: {view.tokens_before:,} → {view.tokens_after:,} tokens"
                yield Event(kind="condensed", text=said)
        for note in (note for notes in plan.notes.values() for note in notes if note.place == "end"):
            if note.text not in self._noted:
                self._noted.add(note.text)
                lines = (line for line in note.text.splitlines() if line.startswith(_RETURNED))
                yield from (Event(kind="returned", text=line[len(_RETURNED) : -1]) for line in lines)


def _count(views: Sequence[MessageView]) -> str:
    return f"{len(views)} message{'' if len(views) == 1 else 's'}"
