"""Selection → plan: which stretches of which message are shown."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from agentcompress.values import Choice, Context, Group, Pin, Plan, Segment, Selection


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
    shown.update((name, ()) for name in names if name in kept)
    chosen = sorted(selection.renditions.items())
    for message, rows in groupby(chosen, key=lambda row: int(context.message_of[row[0]])):
        shown[names[message]] = tuple(_choices((context.segments[i], r) for i, r in rows))
    return replace(plan, shown=shown, folded=(plan.folded - members) | (members - kept))


def settled(plan: Plan, groups: Sequence[Group], names: Sequence[str]) -> Plan:
    """The plan without decisions that no longer hold for these messages.

    Messages may have been edited, trimmed or pinned since: what is hard-pinned now is
    shown whole, and a group of which only a part was folded is decided anew.

    Args:
        plan: Decisions about an earlier state of the conversation.
        groups: The groups as they are now.
        names: Fingerprints of the messages as they are now.
    """
    void: set[str] = set()
    for group in groups:
        members = {names[i] for i in group.messages}
        if group.pin is Pin.HARD or 0 < len(members & plan.folded) < len(members):
            void |= members
    if not void & {*plan.shown, *plan.folded, *plan.notes}:
        return plan
    return replace(
        plan,
        shown={name: choices for name, choices in plan.shown.items() if name not in void},
        folded=plan.folded - void,
        notes={name: notes for name, notes in plan.notes.items() if name not in void},
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
