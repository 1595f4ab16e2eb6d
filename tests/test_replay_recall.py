"""Replay asks one question for what it dropped, as the recall tool would be asked."""

from collections.abc import Sequence
from typing import Any

import pytest

from agentcompress import Compressor
from agentcompress.archive import ANSWER_TOKENS, ArchivedMessage, Recaller
from agentcompress.evaluation.measure import Measure
from agentcompress.evaluation.policies import policy_named
from agentcompress.evaluation.reading import Trajectory
from agentcompress.evaluation.recalling import RecallFigures, Recalling, question
from agentcompress.evaluation.replay import Replay
from agentcompress.evaluation.summary import Summary
from agentcompress.tokens import default_counter, price_model

from .recordings import TASK, Chat, answer, recording, result

MEASURE = Measure(counter=default_counter())
ROWS = [f"seat {number} is held for guest_{number:04} until day {number % 7}" for number in range(400)]
RUN: Chat = [
    TASK,
    answer("I list the seats.", c1={"list": "seats"}),
    result("c1", "\n".join(ROWS)),
    answer("I list the meals.", c2={"list": "meals"}),
    result("c2", "\n".join(f"meal {number}: dish_{number:04}" for number in range(200))),
    answer("Who holds seat 237?", c1={"guest": "guest_0237", "secret": "ROOT_PASS_9"}),
]
STEP = len(RUN) - 1


class Asked:
    """What the recaller was asked, and with which archive."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.questions: list[str] = []
        self.archives: list[list[ArchivedMessage]] = []
        answered = Recaller.by_question

        def by_question(
            recaller: Recaller, messages: Sequence[ArchivedMessage], text: str, **more: Any
        ) -> str:
            self.questions.append(text)
            self.archives.append(list(messages))
            return answered(recaller, messages, text, **more)

        patch.setattr(Recaller, "by_question", by_question)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    return Asked(monkeypatch)


def test_what_was_dropped_and_is_asked_for_comes_back() -> None:
    made = recording(RUN, MEASURE)
    found = Recalling(MEASURE).ask(made, STEP, made.trajectory.messages[:1])
    assert (found.dropped, found.back) == (1, 1)
    assert 0 < found.tokens <= ANSWER_TOKENS


def test_what_is_shown_is_not_asked_for(asked: Asked) -> None:
    made = recording(RUN, MEASURE)
    assert Recalling(MEASURE).ask(made, STEP, made.trajectory.messages[:3]) == RecallFigures()
    assert asked.questions == []


def test_an_answer_without_the_atom_brings_nothing_back() -> None:
    made = recording([*RUN[:-1], answer("Which meal is dish_0100?", c9={"guest": "guest_0237"})], MEASURE)
    found = Recalling(MEASURE).ask(made, STEP, made.trajectory.messages[:1])
    assert (found.dropped, found.back) == (1, 0)
    assert found.tokens > 0


def test_a_question_is_what_was_said_or_the_name_of_the_call_and_the_newest_user_turn() -> None:
    assert question(recording(RUN), STEP) == "Who holds seat 237?"
    later = {"role": "user", "content": "Now the window seat."}
    silent = [*RUN[:-1], later, answer(" ", c9={"guest": "guest_0237"}), {"role": "user", "content": "Stop."}]
    assert question(recording(silent), STEP + 1) == "do\nNow the window seat."


def test_nothing_of_the_next_call_is_in_the_archive_even_where_call_ids_repeat(asked: Asked) -> None:
    made = recording(RUN, MEASURE)
    Recalling(MEASURE).ask(made, STEP, made.trajectory.messages[:1])
    ((*kept,),) = asked.archives
    assert len(kept) == STEP - 1
    assert not any("ROOT_PASS_9" in one.call + one.text for one in kept)


def test_the_archive_is_what_the_recall_tool_would_have_but_for_what_is_shown_whole(asked: Asked) -> None:
    made = recording(RUN, MEASURE)
    before = made.trajectory.messages[:STEP]
    compressed = Compressor(1_500, encoder="static").compress(before)
    Recalling(MEASURE).ask(made, STEP, compressed.messages)
    (kept,) = asked.archives
    told = Recaller().left(before, compressed.plan)
    assert kept == [one for one in told if before[one.position] not in compressed.messages]


def summed_up(policy: str, *, asking: bool) -> dict[str, Any]:
    runner = Replay(
        budget=0.1,
        policy=policy_named(policy, stateful=False, encoder="static"),
        stateful=False,
        measure=MEASURE,
        recalling=Recalling(MEASURE, "static") if asking else None,
    )
    summary = Summary(stateful=False, prices=price_model("none"))
    for step in runner.play([Trajectory(id="run/1", source="made", messages=RUN)]):
        summary.add(step)
    return summary.to_dict()


@pytest.mark.parametrize("asking", [True, False])
def test_figures_tell_of_questions_only_where_they_were_asked(asking: bool) -> None:
    figures = summed_up("agentcompress", asking=asking)
    row = figures["sources"]["made"]
    assert ("recalled" in row) == ("n_dropped" in figures["macro"]) == asking
    if asking:
        assert row["n_dropped"] == round(row["n_tool_only"] * (1 - row["tool_only"]))


def test_of_nothing_dropped_no_share_came_back() -> None:
    figures = summed_up("full", asking=True)
    for row in (figures["sources"]["made"], figures["macro"]):
        assert (row["n_dropped"], row["questions"], row["recalled"]) == (0, 0, None)
