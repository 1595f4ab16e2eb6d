"""The learned criterion: what it adds to another one, and which files it refuses."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agentcompress import Compressor
from agentcompress.criteria import LearnedCriterion, RecencyCriterion, default_criterion
from agentcompress.criteria.learned import DEFAULT_WEIGHTS, LearnedWeights, atom_features
from agentcompress.encoders import encoder_for
from agentcompress.errors import InvalidInputError
from agentcompress.values import Context, Group, Segment, atoms_of
from tests.learned_oracle import drawn, features_of
from tests.learning import run

LINES = ["user_id: mia_li_3668", "ticket: T-1001", "trace: X-2002", "see T-1001 again"]


def context() -> Context:
    call = 'do({"ticket": "T-0007"})'
    said = [
        Segment(
            part=-1, start=0, end=0, text=call, tokens=0, role="assistant", kind="call", atoms=atoms_of(call)
        )
    ]
    said += [
        Segment(part=0, start=0, end=len(line), text=line, tokens=9, role="tool", atoms=atoms_of(line))
        for line in LINES
    ]
    return Context(
        segments=said,
        groups=[Group(messages=(1, 2), step=1, atoms=atoms_of(call))],
        message_of=np.array([1, 2, 2, 2, 2]),
        group_of=np.zeros(5, dtype=np.intp),
        step=2,
        query="mia_li_3668",
        visible=frozenset({"mia_li_3668"}),
    )


def blank() -> LearnedWeights:
    columns = atom_features(context(), np.ones(5, np.float32)).columns
    zeros = np.zeros(len(columns))
    return LearnedWeights(columns=columns, centre=zeros, scale=zeros + 1, slopes=zeros, trust=1.0)


def test_without_weights_the_odds_are_the_best_score_of_what_only_tools_said() -> None:
    scores = np.array([9, 1, 2, 3, 4], np.float32)
    odds = LearnedCriterion(RecencyCriterion(), blank()).odds(context(), scores)
    assert odds == pytest.approx({"user_id": 1.0, "T-1001": 4.0, "X-2002": 3.0}, rel=1e-3)


def test_the_field_that_calls_used_tells() -> None:
    features = atom_features(context(), np.ones(5, np.float32))
    called = dict(zip(features.names, features.rows[:, features.columns.index("key_called")], strict=True))
    assert called["T-1001"] > 0
    assert called["X-2002"] == 0
    is_key = dict(zip(features.names, features.rows[:, features.columns.index("is_key")], strict=True))
    assert (is_key["user_id"], is_key["T-1001"]) == (1, 0)


@pytest.mark.parametrize("seed", range(40))
def test_features_are_what_their_definitions_say(seed: int) -> None:
    context = drawn(seed)
    found = atom_features(context, np.ones(len(context.segments), np.float32))
    expected = features_of(context)
    assert found.names == list(expected)
    for name, row in zip(found.names, found.rows.tolist(), strict=True):
        assert dict(zip(found.columns, row, strict=True)) == pytest.approx(expected[name], rel=1e-5, abs=1e-6)


def test_an_empty_context_has_no_odds() -> None:
    nothing = replace(context(), segments=[], message_of=np.zeros(0, np.intp), group_of=np.zeros(0, np.intp))
    assert LearnedCriterion(RecencyCriterion(), blank()).odds(nothing, np.zeros(0, np.float32)) == {}


def test_odds_decide_what_is_shown() -> None:
    columns = blank().columns
    slopes = np.where(np.array(columns) == "key_called", 3.0, 0.0)
    messages = run(5, steps=3).messages[:-1]
    base = default_criterion(encoder_for("static"))
    shown = {}
    for name, weights in (("hand", blank()), ("learned", replace(blank(), slopes=slopes))):
        result = Compressor(900, criterion=LearnedCriterion(base, weights)).compress(messages)
        said = "\n".join(str(message["content"]) for message in result.messages[3:])
        shown[name] = said.count("ticket:") / max(1, said.count("ticket:") + said.count("trace:"))
        assert result.tokens_after <= 900
    assert shown["learned"] > shown["hand"]


def test_the_weights_that_come_with_the_library_are_small_and_name_their_sources() -> None:
    assert DEFAULT_WEIGHTS.stat().st_size < 300_000
    sources = LearnedWeights.load(DEFAULT_WEIGHTS).card["sources"]
    assert {source["licence"] for source in sources.values()} <= {"MIT", "Apache-2.0"}
    assert LearnedWeights.load(DEFAULT_WEIGHTS).columns == blank().columns


def test_a_file_of_other_things_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights"
    with pytest.raises(InvalidInputError, match="cannot be read"):
        LearnedWeights.load(path)
    whole = blank().to_bytes()
    for data in (b"", b"[]", whole[:-8], whole.replace(b"learned/1", b"learned/9")):
        path.write_bytes(data)
        with pytest.raises(InvalidInputError, match="no file of learned weights"):
            LearnedWeights.load(path)
    path.write_bytes(replace(blank(), scale=np.zeros(len(blank().columns))).to_bytes())
    with pytest.raises(InvalidInputError, match="scale must be above 0"):
        LearnedWeights.load(path)
