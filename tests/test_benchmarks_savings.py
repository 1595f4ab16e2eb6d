"""What is said to be saved is what was not sent."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agentcompress.evaluation.playing import ReplaySettings
from agentcompress.evaluation.reading import Trajectory, TrajectoryReader
from agentcompress.messages import OpenAICodec
from agentcompress.pipeline.fingerprint import fingerprints
from agentcompress.tokens import RequestCounter, default_counter
from agentcompress.values import Note, Plan
from benchmarks import savings
from benchmarks.material import conversation
from benchmarks.savings import Ledger, Savings, shares

from .helpers import TASK, listing, step

_BUDGET = 4_000
_COUNTER = RequestCounter(counter=default_counter())
Write = Callable[[str, list[dict[str, Any]]], Path]


def _run(write_lines: Write, tokens: int) -> Trajectory:
    messages = conversation(tokens, default_counter().count)
    path = write_lines("runs.jsonl", [{"id": "one", "source": "made", "messages": messages}])
    return next(iter(TrajectoryReader(str(path))))


def _cost(message: dict[str, Any]) -> int:
    return _COUNTER.message(OpenAICodec().read(message))


def _take(
    ledger: Ledger,
    messages: Sequence[dict[str, Any]],
    sent: Sequence[dict[str, Any]],
    plan: Plan,
    *,
    evicted: bool,
) -> None:
    views = [OpenAICodec().read(message) for message in messages]
    recording: Any = SimpleNamespace(views=views, look=lambda raw: (OpenAICodec().read(raw), 0))
    taken: Any = SimpleNamespace(index=len(messages), evicted=evicted)
    shown: Any = SimpleNamespace(plan=plan, messages=sent)
    ledger.watch(recording, taken, shown)


def test_each_token_goes_to_what_took_it() -> None:
    first, second, third = (step(number, listing(f"part{number}")) for number in (1, 2, 3))
    messages = [TASK, *first, *second, *third]
    names = fingerprints([OpenAICodec().read(message) for message in messages])
    condensed = {**first[1], "content": "line 1"}
    ledger = Ledger(_COUNTER)
    _take(ledger, messages[:3], [TASK, first[0], condensed], Plan(), evicted=False)
    arrival = _cost(first[1]) - _cost(condensed)
    assert +ledger.saved == {"arrival": arrival}
    _take(ledger, messages[:5], [TASK, first[0], condensed, *second], Plan(), evicted=False)
    assert +ledger.saved == {"arrival": 2 * arrival}

    note = Note(place="head", text="[read the listing of part1]")
    shorter = {**second[1], "content": f"{note.text}\nline 2"}
    plan = Plan(folded=frozenset(names[1:3]), notes={names[4]: (note,)})
    _take(ledger, messages, [TASK, second[0], shorter, third[0], condensed], plan, evicted=True)
    noted = _COUNTER.text(note.text)
    newest = _cost(third[1]) - _cost(condensed)
    assert ledger.saved == {
        "arrival": 3 * arrival,
        "folding": _cost(first[0]) + _cost(condensed),
        "eviction": _cost(second[1]) - _cost(shorter) + noted + newest,
        "notes": -noted,
    }


def test_the_parts_add_up_to_what_was_not_sent(write_lines: Write) -> None:
    run = _run(write_lines, 30_000)
    [(source, saved)] = Savings(budget=_BUDGET).of(run)
    steps = ReplaySettings(budget=_BUDGET, policy="agentcompress", stateful=True).play(run)
    assert source == "made"
    assert saved.total() == sum(step.full_tokens - step.tokens for step in steps)
    assert shares(saved)["arrival"] == round(saved["arrival"] / saved.total(), 4)


def test_a_run_that_fits_or_never_does_says_nothing(write_lines: Write) -> None:
    run = _run(write_lines, 2_000)
    assert not list(Savings(budget=50_000).of(run))
    assert not list(Savings(budget=3).of(run))


@pytest.mark.parametrize(
    ("arguments", "said"), [(["missing.jsonl"], "missing.jsonl"), (["x", "--budget", "0"], "budget must be")]
)
def test_bad_input_is_one_line(
    arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["savings", *arguments])
    with pytest.raises(SystemExit, match="2"):
        savings.main()
    assert said in capsys.readouterr().err
