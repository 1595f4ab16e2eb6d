"""Selection → plan: which stretches of which message are shown."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from agentcompress.values import Choice, Context, Group, Note, Pin, Plan, Segment, Selection

Chooser = Callable[
    [int, Mapping[int, int], Collection[int], Mapping[int, str], Sequence[Segment]], tuple[Choice, ...]
]
"""Message index, what is shown of its segments (number in the message → rendition), which of the
others are repeated further down, what stands for several of them (number of the first → text) and the
segments themselves → choices."""


def planned(
    context: Context, selection: Selection, names: Sequence[str], plan: Plan, choose: Chooser
) -> Plan:
    """The plan extended by a selection; messages outside the context keep what was decided.

    Args:
        context: What the selection chose from.
        selection: What is to be shown.
        names: Fingerprints of the conversation's messages.
        plan: Decisions so far.
        choose: Turns what is shown of a message into choices.
    """
    members = {names[i] for group in context.groups for i in group.messages}
    kept = {i for index in selection.groups for i in context.groups[index].messages}
    shown = {name: choices for name, choices in plan.shown.items() if name not in members}
    rows = by_message(context, selection.renditions)
    repeated = by_message(context, selection.repeated)
    merged = {form.covers[0]: form.text for form in selection.merged}
    standing = by_message(context, merged)
    for message in sorted(kept):
        forms = {number: selection.renditions[index] for number, index in rows.get(message, {}).items()}
        first, end = np.searchsorted(context.message_of, [message, message + 1]).tolist()
        shown[names[message]] = choose(
            message,
            forms,
            repeated.get(message, {}).keys(),
            {number: merged[index] for number, index in standing.get(message, {}).items()},
            context.segments[first:end],
        )
    gone = members - {names[message] for message in kept}
    return replace(plan, shown=shown, folded=plan.folded | gone if gone else plan.folded)


def by_message(context: Context, indices: Iterable[int]) -> Mapping[int, Mapping[int, int]]:
    """Message → the segments of it that are among these, in order: number in the message → index."""
    found = {}
    for message, members in groupby(sorted(indices), key=lambda index: int(context.message_of[index])):
        first = int(np.searchsorted(context.message_of, message))
        found[message] = {index - first: index for index in members}
    return found


def settled(
    plan: Plan, groups: Sequence[Group], names: Sequence[str], declared: Collection[int] = ()
) -> Plan:
    """The plan without decisions that no longer hold for these messages.

    Messages may have been edited, trimmed or pinned since: what is hard-pinned now is
    shown whole, and a group of which only a part was folded, or all of it though it
    declares constraints, is decided anew.

    Args:
        plan: Decisions about an earlier state of the conversation.
        groups: The groups as they are now.
        names: Fingerprints of the messages as they are now.
        declared: Indices of the messages that declare constraints.
    """
    void: set[str] = set()
    for group in groups:
        members = {names[i] for i in group.messages}
        folded = len(members & plan.folded)
        whole = folded in (0, len(members)) and not (folded and group.messages[0] in declared)
        if group.pin is Pin.HARD or not whole:
            void |= members
    if all(void.isdisjoint(decided) for decided in (plan.shown, plan.folded, plan.notes)):
        return plan
    return replace(
        plan,
        shown={name: choices for name, choices in plan.shown.items() if name not in void},
        folded=plan.folded - void,
        notes={name: kept for name in plan.notes if (kept := _notes_still(plan, name, void))},
    )


def _notes_still(plan: Plan, name: str, void: Collection[str]) -> tuple[Note, ...]:
    """The notes on a message that hold: one before a message that stayed is written into nothing."""
    if name not in void:
        return plan.notes[name]
    return () if name in plan.folded else tuple(note for note in plan.notes[name] if note.is_message)
