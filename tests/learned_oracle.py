"""The features of the learned criterion, atom by atom as they are defined: slow and plain."""

import math
import random
import re
from collections.abc import Iterator

import numpy as np

from agentcompress.criteria.terms import terms_of
from agentcompress.values import Context, Group, Role, Segment, SegmentKind, atoms_of

NAMES = (
    *("user_id", "HAT021", "B77", "src/parse-args.py", "lib/read-me.txt", "parseArgs", "readLines", "T-1001"),
    *(
        "T-2002",
        "T-3",
        "X-40",
        "Ärger_7",
        "Öl_12",
        "/usr/lib/x64",
        "/etc/app/y32",
        "4471",
        "field_1",
        "field_2",
    ),
)
FORMS = (
    *(
        "{}",
        'id: "{}"',
        "{} = {}",
        '{{"ticket": "{}", "{}": 7}}',
        "open({}) and {}",
        "{}::{}",
        "see {} or {}",
    ),
    *("{}: 1", "'{}' = [{}, {}]", "{}\t:{}"),
)


def drawn(seed: int) -> Context:
    """A context of calls, tool outputs and a few words of the user's.

    Args:
        seed: Draws everything.
    """
    rng = random.Random(seed)
    segments: list[Segment] = []
    groups: list[Group] = []
    message_of: list[int] = []
    group_of: list[int] = []
    for step in range(rng.randrange(1, 7)):
        roles: list[tuple[Role, SegmentKind]] = [("assistant", "call"), ("tool", "line")]
        roles += [("user", "line")] * (rng.random() < 0.2)
        for place, (role, kind) in enumerate(roles):
            for _ in range(1 if kind == "call" else rng.randrange(0, 12)):
                form = rng.choice(FORMS)
                text = form.format(*rng.choices(NAMES, k=form.count("{}")))
                segments.append(
                    Segment(
                        part=0,
                        start=0,
                        end=0,
                        text=text,
                        tokens=1,
                        role=role,
                        kind=kind,
                        atoms=atoms_of(text),
                    )
                )
                message_of.append(3 * step + place)
                group_of.append(step)
        groups.append(Group(messages=(3 * step, 3 * step + 1), step=step))
    return Context(
        segments=segments,
        groups=groups,
        message_of=np.array(message_of, dtype=np.intp),
        group_of=np.array(group_of, dtype=np.intp),
        step=len(groups),
        query=" ".join(rng.choices(NAMES, k=2)),
        visible=frozenset(rng.sample(NAMES, 1)),
    )


def features_of(context: Context) -> dict[str, dict[str, float]]:
    """Every atom that only tools said, in order, and what is known of it."""
    segments = context.segments
    having: dict[str, list[int]] = {}
    for index, segment in enumerate(segments):
        for atom in segment.atoms:
            having.setdefault(atom, []).append(index)
    first = {atom: where[0] for atom, where in having.items()}
    calls = [index for index, segment in enumerate(segments) if segment.kind == "call"]
    defined = {atom for atom in having if segments[first[atom]].role == "tool"}
    used = {atom for atom in defined if any(index > first[atom] for index in set(calls) & set(having[atom]))}
    overall = math.log((len(used) + 0.5) / (len(defined) + 10))

    def rate(hits: int, cases: int) -> float:
        return math.log((hits + 2 * math.exp(overall)) / (cases + 2))

    named = [(index, atom, key) for index, segment in enumerate(segments) for atom, key in _keys(segment)]
    outside = [(atom, key) for index, atom, key in named if index not in calls]
    said = {term for index in calls for term in terms_of(segments[index].text)}
    found = {}
    for atom, where in having.items():
        if atom in context.visible or any(segments[index].role != "tool" for index in where):
            continue
        at = first[atom]
        message = context.message_of[at]
        alike = [other for other in having if other != atom and _shape(other) == _shape(atom)]
        neighbours = [
            other for other in used if other != atom and context.message_of[first[other]] == message
        ]
        keys = [key for other, key in outside if other == atom]
        rates = [
            rate(
                sum(other in used for other, k in outside if k == key) - (atom in used),
                sum(k == key for _, k in outside) - 1,
            )
            for key in keys
        ]
        parts = terms_of(atom)[1:] or terms_of(atom)
        found[atom] = {
            "alike_in_message": math.log(
                1 + sum(context.message_of[first[other]] == message for other in alike)
            ),
            "shape_rate": rate(len(used & {*alike}), len(defined & {*alike})),
            "key_called": max(
                math.log1p(sum(k == key for index, _, k in named if index in calls))
                if key not in ("", ":")
                else 0.0
                for key in keys
            ),
            "key_rate": max(overall if key == "" else own for key, own in zip(keys, rates, strict=True)),
            "is_key": float(all(key == ":" for key in keys)),
            "message_used": math.log1p(len(neighbours)),
            "near_used": math.log1p(
                sum(0.5 ** abs(first[other] - at) for other in neighbours if abs(first[other] - at) <= 4)
            ),
            "first_age": math.log(max(1, context.step - context.groups[context.group_of[at]].step)),
            "in_query": float(atom in atoms_of(context.query)),
            "parts_called": sum(part in said for part in parts) / max(1, len(parts)),
        }
    return found


def _shape(atom: str) -> str:
    for runs, sign in (("[a-z]+", "a"), ("[A-Z]+", "A"), ("[0-9]+", "0")):
        atom = re.sub(runs, sign, atom)
    return atom


def _keys(segment: Segment) -> Iterator[tuple[str, str]]:
    at = 0
    for atom in segment.atoms:
        at = segment.text.find(atom, at) if atom in segment.text[at:] else max(0, segment.text.find(atom))
        before, after = segment.text[max(0, at - 48) : at], segment.text[at + len(atom) :]
        name = re.search(r"(\w[\w-]*)[ \t\n\"'\[{]*[:=(][ \t\n\"'\[{]*\Z", before)
        is_key = re.match(r"[\"']?\s{0,2}[:=](?![:=/])", after)
        yield atom, ":" if is_key else name[1].lower() if name else ""
