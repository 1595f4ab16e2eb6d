"""The selection kernel against brute force: how good its choices are, and what its certificate is worth."""

import random
from collections.abc import Iterator, Mapping
from itertools import chain, combinations, product

import numpy as np
import pytest

from agentcompress.strategies import CondenseStrategy, PruneStrategy
from agentcompress.strategies.objective import CALL, GAP_TOKENS, LEAD, PROSE, SAID, SPREAD
from agentcompress.values import Context, Group, Rendition, Scores, Segment, Selection

INSTANCES = 500


def instance(seed: int) -> tuple[Context, Scores, int]:
    """A few groups of a few segments with overlapping atoms, smaller renditions, heads and leads."""
    rng = random.Random(seed)
    groups, segments, message_of, group_of = [], [], [], []
    for number in range(rng.randint(1, 3)):
        called = tuple(f"a{rng.randint(0, 9)}" for _ in range(rng.randint(0, 2)))
        groups.append(
            Group(
                messages=(2 * number, 2 * number + 1), step=number, overhead=rng.randint(2, 15), atoms=called
            )
        )
        kinds = ["call", *["line"] * rng.randint(1, 3)]
        for place, kind in enumerate(kinds):
            message_of.append(2 * number + (kind != "call"))
            group_of.append(number)
            if kind == "call":
                segments.append(
                    Segment(
                        part=-1,
                        start=0,
                        end=0,
                        text="",
                        tokens=0,
                        role="assistant",
                        kind="call",
                        atoms=called,
                    )
                )
                continue
            atoms = tuple(dict.fromkeys(f"a{rng.randint(0, 9)}" for _ in range(rng.randint(0, 4))))
            tokens = rng.choice([3, 8, 15, 40])
            tie = rng.choice(["", "", "head", "lead"]) if place > 1 else ""
            forms: tuple[Rendition, ...] = ()
            if rng.random() < 0.4 and tokens > 3:
                forms = (
                    Rendition(name="condensed", text="", tokens=tokens // 2, atoms=atoms[: len(atoms) // 2]),
                )
            segments.append(
                Segment(
                    part=0,
                    start=0,
                    end=1,
                    text="x",
                    tokens=tokens,
                    role="tool",
                    atoms=atoms,
                    condensed=forms,
                    head=int(tie == "head"),
                    lead=int(tie == "lead"),
                )
            )
    context = Context(
        segments=segments,
        groups=groups,
        message_of=np.array(message_of),
        group_of=np.array(group_of),
        step=len(groups),
        query="",
        visible=frozenset({"a0"}),
    )
    scores = np.array([rng.choice([0.1, 0.5, 1.0, 4.0]) for _ in segments], dtype=np.float32)
    total = sum(s.tokens for s in segments) + sum(g.overhead for g in groups)
    return context, scores, int(total * rng.uniform(0.2, 0.8))


def value(context: Context, scores: Scores, shown: Mapping[int, int], groups: frozenset[int]) -> float:
    """F as it is documented, in plain loops."""
    worth = [float(round(float(score), 6)) ** SPREAD for score in scores]
    calls = [i for i, s in enumerate(context.segments) if s.kind == "call"]
    best: dict[str, float] = {}
    total = sum(PROSE * worth[i] * context.segments[i].renditions[form].tokens for i, form in shown.items())
    for i, form in shown.items():
        for atom in context.segments[i].renditions[form].atoms:
            having = [j for j, s in enumerate(context.segments) if atom in s.atoms and s.kind != "call"]
            said = SAID if any(atom in context.segments[j].atoms for j in calls) else 1.0
            best[atom] = max(best.get(atom, 0.0), said * max(worth[j] for j in having))
        lead = context.segments[i].lead
        total += LEAD * worth[i] if lead and i - lead in shown else 0.0
    for i in calls:
        if context.group_of[i] in groups:
            for atom in context.segments[i].atoms:
                having = [j for j in calls if atom in context.segments[j].atoms]
                best[atom] = max(best.get(atom, 0.0), CALL * max(worth[j] for j in having))
    return float(total + sum(most for atom, most in best.items() if atom not in context.visible))


def cost(context: Context, shown: Mapping[int, int], groups: frozenset[int]) -> int:
    """Tokens of calls, of what is shown and of marks at gaps."""
    tokens = sum(context.groups[g].overhead for g in groups)
    for i, form in shown.items():
        tokens += context.segments[i].renditions[form].tokens
        inner = i > 0 and context.message_of[i - 1] == context.message_of[i]
        tokens += GAP_TOKENS * (inner and i - 1 not in shown)
    return tokens


def choices(context: Context) -> Iterator[tuple[dict[int, int], frozenset[int]]]:
    """Every legal selection."""
    numbers = range(len(context.groups))
    for groups in chain.from_iterable(combinations(numbers, size) for size in range(len(context.groups) + 1)):
        open_ = frozenset(groups)
        free = [
            i for i, s in enumerate(context.segments) if s.kind != "call" and context.group_of[i] in open_
        ]
        forms = [range(-1, len(context.segments[i].renditions)) for i in free]
        for picked in product(*forms):
            shown = {i: form for i, form in zip(free, picked, strict=True) if form >= 0}
            heads = ((i, context.segments[i].head) for i in shown)
            if all(not head or i - head in shown for i, head in heads):
                yield shown, open_


def best(context: Context, scores: Scores, budget: int) -> float:
    return max(value(context, scores, *one) for one in choices(context) if cost(context, *one) <= budget)


@pytest.fixture(scope="module")
def solved() -> list[tuple[Selection, float, float]]:
    """Selections with what they are worth and what the best is."""
    rows = []
    for seed in range(INSTANCES):
        context, scores, budget = instance(seed)
        selection = PruneStrategy().select(context, scores, budget)
        assert cost(context, selection.renditions, selection.groups) <= budget
        rows.append(
            (
                selection,
                value(context, scores, selection.renditions, selection.groups),
                best(context, scores, budget),
            )
        )
    return rows


def test_choices_are_close_to_the_optimum(solved: list[tuple[Selection, float, float]]) -> None:
    shares = [found / optimum for _, found, optimum in solved if optimum > 0]
    assert np.mean(shares) >= 0.98
    assert np.min(shares) >= 0.9


def test_the_certificate_never_promises_too_much(solved: list[tuple[Selection, float, float]]) -> None:
    for selection, found, optimum in solved:
        assert selection.certificate is not None
        assert found >= selection.certificate * optimum - 1e-6


def test_a_large_element_worth_more_than_all_small_ones_is_found() -> None:
    atoms = tuple(f"id_{i}" for i in range(40))
    segments = [
        Segment(part=0, start=0, end=1, text="x", tokens=2, role="tool", atoms=("small",)),
        Segment(part=0, start=1, end=2, text="x", tokens=100, role="tool", atoms=atoms),
    ]
    context = Context(
        segments=segments,
        groups=[Group(messages=(0,), step=0)],
        message_of=np.array([0, 0]),
        group_of=np.array([0, 0]),
        step=1,
        query="",
    )
    scores = np.ones(2, dtype=np.float32)
    assert PruneStrategy().select(context, scores, 101).renditions == {1: 0}
    assert CondenseStrategy().select(context, scores, 101).renditions == {1: 0}


def test_what_can_never_fit_does_not_count_against_a_choice() -> None:
    segments = [Segment(part=0, start=0, end=1, text="x", tokens=500, role="tool", atoms=("id_1",))]
    context = Context(
        segments=segments,
        groups=[Group(messages=(0,), step=0)],
        message_of=np.array([0]),
        group_of=np.array([0]),
        step=1,
        query="",
    )
    selection = PruneStrategy().select(context, np.ones(1, dtype=np.float32), 100)
    assert not selection.renditions
    assert selection.certificate == 1.0
