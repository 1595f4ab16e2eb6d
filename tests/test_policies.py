"""The policies that this library is compared with, and the names they go by."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain.agents.middleware import ClearToolUsesEdit
from langchain_core.messages import convert_to_messages

from agentcompress.evaluation.baselines import ClearToolUsesPolicy, LastTokensPolicy, RandomPolicy
from agentcompress.evaluation.metrics import visibility
from agentcompress.evaluation.policies import POLICY_NAMES, policy_named
from agentcompress.evaluation.steps import ceiling_of
from tests.recordings import SYSTEM, TASK, Chat, answer, recording, result


@settings(deadline=None)
@given(st.data())
def test_clear_tool_uses_does_what_langchain_does(data: st.DataObject) -> None:
    chat: Chat = [SYSTEM, TASK]
    for step in range(data.draw(st.integers(0, 4), label="steps")):
        names = [f"c{step}_{place}" for place in range(data.draw(st.integers(0, 3)))]
        chat.append(answer("thinking", **{name: {"path": "a.py"} for name in names}))
        chat += [result(name, data.draw(st.text(max_size=5))) for name in names]
    theirs: list[Any] = list(convert_to_messages(chat))
    ClearToolUsesEdit(trigger=0, keep=3).apply(theirs, count_tokens=len)
    ours = ClearToolUsesPolicy().compress(recording([*chat, answer("end")]), len(chat), 0)
    assert [message["content"] for message in ours.messages] == [message.content for message in theirs]
    assert [message["role"] for message in ours.messages] == [message["role"] for message in chat]


TEXT = st.text(st.sampled_from("ab \n"), max_size=40)


@given(st.lists(TEXT, min_size=1, max_size=6), st.integers(0, 60))
def test_last_tokens_keeps_the_base_and_the_end_of_the_rest(texts: list[str], room: int) -> None:
    chat = [SYSTEM, TASK, *map(answer, texts), answer("end")]
    made = recording(chat)
    step = len(chat) - 1
    ceiling = made.base_tokens + room
    shown = LastTokensPolicy().compress(made, step, ceiling).messages
    assert shown[:2] == chat[:2]
    assert sum(made.look(message)[1] for message in shown) <= ceiling
    assert "\n".join(texts).endswith("\n".join(message["content"] for message in shown[2:]))
    if made.tokens_before(step) <= ceiling:
        assert shown == chat[:step]


def test_random_keeps_calls_and_lines_under_the_ceiling_the_same_every_time() -> None:
    chat: Chat = [SYSTEM, TASK]
    for number in range(8):
        chat += [answer(c={"n": number}), result("c", "\n".join(f"line_{number}_{i}" for i in range(20)))]
    made = recording([*chat, answer("end")])
    ceiling = ceiling_of(made, len(chat), 0.5)
    shown = RandomPolicy().compress(made, len(chat), ceiling)
    views = [made.look(message)[0] for message in shown.messages]
    assert sum(made.measure.message(view) for view in views) <= ceiling
    assert visibility(made, len(chat), views).broken_pairs == 0
    for before, after in zip(chat, shown.messages, strict=True):
        lines = before["content"].split("\n")
        kept = [line for line in after["content"].split("\n") if line]
        assert kept == [line for line in lines if line in kept]
    again = recording([*chat, answer("end")])
    assert RandomPolicy().compress(again, len(chat), ceiling).messages == shown.messages
    other = recording([*chat, answer("end")], name="run/2")
    assert RandomPolicy().compress(other, len(chat), ceiling).messages != shown.messages


def test_policies_go_by_name() -> None:
    assert {
        "agentcompress",
        "learned",
        "lossless",
        "full",
        "last-tokens",
        "clear-tool-uses",
        "random",
        "facility-location",
        "floor-random",
        "mmr",
        "relevance-only",
    } == set(POLICY_NAMES)
    with pytest.raises(ValueError, match="policy 'best' is none of agentcompress, "):
        policy_named("best", stateful=True)
