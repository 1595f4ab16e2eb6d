"""Selection → plan: which stretches of which message are shown."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from agentcompress.values import Choice, Context, Plan, Segment, Selection


def planned(context: Context, selection: Selection, names: Sequence[str], plan: Plan) -> Plan:
    """The plan extended by a selection; messages outside the context keep what was decided.

    Args:
        context: What the selection chose from.
        selection: What is to be shown.
        names: Fingerprints of the conversation's messages.
        plan: Decisions so far.
    """
    members = {names[i] for group in context.groups for i in group.messages}
    kept = {names[i] for index in selection.groups for i in context.groups[index].messages}
    shown = {name: choices for name, choices in plan.shown.items() if name not in members}
    shown.update((name, ()) for name in kept)
    chosen = sorted(selection.renditions.items())
    for message, rows in groupby(chosen, key=lambda row: int(context.message_of[row[0]])):
        shown[names[message]] = tuple(_choices((context.segments[i], r) for i, r in rows))
    return Plan(
        shown=shown,
        folded=(plan.folded - members) | (members - kept),
        notes=plan.notes,
        evictions=plan.evictions,
    )


def _choices(rows: Iterable[tuple[Segment, int]]) -> Iterator[Choice]:
    """One choice a stretch: segments shown in full side by side become one."""
    held: Choice | None = None
    for segment, rendition in rows:
        if (
            held
            and rendition == 0
            and held.text is None
            and (held.part, held.end) == (segment.part, segment.start)
        ):
            held = Choice(part=held.part, start=held.start, end=segment.end)
            continue
        if held:
            yield held
        shown = segment.renditions[rendition] if rendition else None
        held = Choice(
            part=segment.part,
            start=segment.start,
            end=segment.end,
            rendition=shown.name if shown else "full",
            text=shown.text if shown else None,
        )
    if held:
        yield held
