"""`eval` on sets of labelled examples: is the right label shown, and do the examples vote for it?"""

import json
from pathlib import Path

import pytest

from agentcompress.evaluation.budgets import Times
from agentcompress.evaluation.evaluating import EvalSettings, RecordReader
from agentcompress.evaluation.example_choosers import EXAMPLE_CHOOSER_NAMES, Examples, example_chooser_named
from agentcompress.evaluation.example_sets import ExampleSet
from agentcompress.evaluation.example_votes import VoteEvaluation
from agentcompress.tokens import default_counter

from .commands import Command, WriteLines, fails
from .test_eval import evaluated

SAID = {
    "play": ["play some jazz", "put on a song by Mina", "play the new album", "start my playlist"],
    "weather": ["will it rain in Bergen", "is it cold in Oslo today", "how warm is it tomorrow"],
    "book": ["book a table for two", "reserve seats at the diner", "find me a table at a pub"],
}
TRAIN = [{"text": text, "label": label} for label, texts in SAID.items() for text in texts]
TEST = [
    {"text": "play a song", "label": "play"},
    {"text": "is it going to rain", "label": "weather"},
    {"text": "a table for six please", "label": "book"},
]
RECORD = {"source": "made", "labels": list(SAID), "train": TRAIN, "test": TEST}


def made() -> Examples:
    return Examples.of(ExampleSet.model_validate(RECORD))


@pytest.mark.parametrize("name", EXAMPLE_CHOOSER_NAMES)
@pytest.mark.parametrize("budget", [0, 3, 12, 30, 1_000])
def test_no_policy_goes_over_the_budget_and_each_repeats_itself(name: str, budget: int) -> None:
    of = made()
    for query in ("play a song", "", "xyzzy", "table"):
        chosen = example_chooser_named(name, of, budget).choose(of.asked(query), budget)
        assert len(chosen) == len(set(chosen))
        assert of.tokens[chosen].sum() <= budget
        assert chosen == example_chooser_named(name, of, budget).choose(of.asked(query), budget)
        left = budget - of.tokens[chosen].sum()
        rest = [tokens for place, tokens in enumerate(of.tokens.tolist()) if place not in chosen]
        if name in ("bm25", "knn", "random"):
            assert not rest or left < min(rest)


def test_a_policy_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="policy 'best' is none of agentcompress, unlabelled, bm25"):
        example_chooser_named("best", made(), 10)


def test_figures_count_labels_and_votes() -> None:
    evaluation = VoteEvaluation(budget=1_000, policies=["knn"])
    for votes in evaluation.measure(ExampleSet.model_validate(RECORD)):
        evaluation.count(votes)
    figures = evaluation.to_dict()
    row = figures["sets"]["made"]["policies"]["knn"]
    # All ten are shown: every label is there, and the largest class has every majority.
    assert (row["label_present"], row["majority"], row["examples"]) == (1, round(1 / 3, 4), 10)
    assert row["weighted_vote"] == 1
    assert row["over_budget"] == 0
    assert figures["macro"]["policies"]["knn"] == {
        name: row[name] for name in ("label_present", "majority", "weighted_vote")
    }


def test_eval_measures_examples_and_questions_in_one_run(command: Command, write_lines: WriteLines) -> None:
    record = {name: value for name, value in RECORD.items() if name != "source"}
    question = {"id": "q", "source": "s", "question": "rain", "evidence": ["a"]}
    data = write_lines("icl_mine.jsonl", [record, {**question, "documents": [{"id": "a", "text": "Rain."}]}])
    figures = json.loads(command("eval", data, "--budget", "2x", "--json").out)
    mine = figures["icl"]["sets"]["mine"]
    tokens = default_counter().count_many([one["text"] for one in TRAIN])
    assert figures["budget"] == "2x"
    assert mine["budget"] == 2 * sum(tokens) // len(tokens)
    assert tuple(mine["policies"]) == EXAMPLE_CHOOSER_NAMES
    assert mine["policies"]["agentcompress"]["label_present"] == 1
    assert figures["qa"]["sets"]["s"]["questions"] == 1


def test_eval_prints_a_table_for_people(command: Command, write_lines: WriteLines) -> None:
    done = command("eval", write_lines("a.jsonl", [RECORD]), "--budget", "20")
    assert "made: 20 tokens of 10 examples, 3 queries" in done.out
    assert all(name in done.out for name in EXAMPLE_CHOOSER_NAMES)
    assert max(map(len, done.out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("budget", "problem"), [("0x", "above 0x"), ("manyx", "before the x"), ("nanx", "above 0x")]
)
def test_a_multiple_that_is_none_is_one_clear_line(
    command: Command, write_lines: WriteLines, budget: str, problem: str
) -> None:
    fails(command("eval", write_lines("a.jsonl", [RECORD]), "--budget", budget), problem)


def test_policies_of_another_kind_are_one_clear_line(command: Command, write_lines: WriteLines) -> None:
    done = command("eval", write_lines("a.jsonl", [RECORD]), "--budget", "20", "--policy", "last-tokens")
    fails(done, "policies for icl records are agentcompress, unlabelled")


@pytest.mark.parametrize(("name", "present"), [("banking77", 0.97), ("snips", 1.0)])
def test_on_recorded_sets_the_right_label_is_shown(recorded: Path, name: str, present: float) -> None:
    records = RecordReader(str(recorded / f"icl_{name}.jsonl.gz"))
    fewer = (({**record, "test": record["test"][::5]}, reader) for record, reader in records)
    settings = EvalSettings(budget=Times(8), policies=("agentcompress", "bm25"))
    [row] = evaluated(settings, fewer)["icl"]["sets"].values()
    figures = row["policies"]["agentcompress"]
    assert figures["label_present"] >= present
    assert figures["weighted_vote"] > row["policies"]["bm25"]["majority"] + 0.005
    assert figures["over_budget"] == 0
