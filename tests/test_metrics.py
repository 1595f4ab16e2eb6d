"""What of the next call is still visible."""

import pytest

from agentcompress.evaluation.metrics import visibility
from tests.recordings import CHAT, LAST, SYSTEM, TASK, Chat, recording


def seen(shown: Chat) -> tuple[int, ...]:
    made = recording(CHAT)
    score = visibility(made, LAST, [made.look(message)[0] for message in shown])
    return (score.at_risk_kept, score.tool_only_kept, score.far_kept, score.in_place)


def test_atoms_are_sorted_by_where_the_context_shows_them() -> None:
    made = recording(CHAT)
    score = visibility(made, LAST, made.views[:LAST])
    # At risk: HAT_271, HAT_300, 417, PAY_8812, seat_12A, plan_b; the base shows mia_li_3668,
    # nothing shows not_there_9. An answer shows plan_b too. The three newest outputs lack HAT_271 and 417.
    assert (score.at_risk, score.tool_only, score.far) == (6, 5, 2)
    assert seen(CHAT[:LAST]) == (6, 5, 2, 5)
    assert score.broken_pairs == 0
    assert not score.base_lost


def test_atoms_count_as_kept_only_where_they_stand_alone_or_with_their_line() -> None:
    assert seen(CHAT[:2]) == (0, 0, 0, 0)
    assert seen([*CHAT[:2], {"role": "user", "content": "4170 1.417 HAT_27"}]) == (0, 0, 0, 0)
    assert seen([*CHAT[:2], {"role": "user", "content": "far line: HAT_271 …"}]) == (1, 1, 1, 0)
    assert seen([*CHAT[:2], {"role": "user", "content": "far line: HAT_271 at gate 417"}]) == (2, 2, 2, 2)
    around = "x" * 30 + " PAY_8812 " + "y" * 60
    assert seen([*CHAT[:2], {"role": "user", "content": around}]) == (1, 1, 0, 0)
    assert seen([*CHAT[:2], {"role": "user", "content": "x" * 10 + around}]) == (1, 1, 0, 1)


def test_a_base_that_is_not_whole_is_noticed() -> None:
    made = recording(CHAT)
    cut = [made.look({**SYSTEM, "content": "Policy"})[0], *made.views[1:LAST]]
    assert visibility(made, LAST, cut).base_lost


@pytest.mark.parametrize(
    ("shown", "broken"),
    [
        (CHAT[:LAST], 0),
        (CHAT[:3], 1),
        (CHAT[3:4], 1),
        (CHAT[4:6], 1),
        ([CHAT[4], CHAT[6], CHAT[5]], 0),
        ([*CHAT[:3], TASK, CHAT[3]], 2),
        ([*CHAT[:4], CHAT[3]], 1),
    ],
)
def test_broken_pairs_are_counted(shown: Chat, broken: int) -> None:
    made = recording(CHAT)
    views = [made.look(message)[0] for message in shown]
    assert visibility(made, LAST, views).broken_pairs == broken
