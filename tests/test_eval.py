"""`eval`: labelled questions, and how much of their evidence each policy keeps."""

import json
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcompress.criteria import LexicalCriterion
from agentcompress.evaluation.choosers import CHOOSER_NAMES, Choosing, chooser_named
from agentcompress.evaluation.evaluating import EvalSettings, Evaluation, RecordReader
from agentcompress.evaluation.lines import LineReader
from agentcompress.evaluation.questions import Document, Question
from agentcompress.evaluation.recall import RecallEvaluation
from agentcompress.tokens import default_counter
from tests.test_criteria import context_of

from .commands import Command, WriteLines, fails, spawn

TEXTS = [
    "The ferry to Ormsund leaves at nine.",
    "Breakfast is served until ten.",
    "Tickets for the ferry are sold on board.",
    "The museum is closed on Mondays.",
]
DOCUMENTS = [{"id": f"d{number}", "text": text} for number, text in enumerate(TEXTS)]
TOKENS = default_counter().count_many(TEXTS)


def asked(question: str, *evidence: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"q/{question}",
        "source": "made",
        "question": question,
        "evidence": list(evidence),
        "documents": DOCUMENTS,
        **fields,
    }


FERRY = asked("When does the ferry to Ormsund leave?", "d0")
TICKETS = asked("Where are tickets for the ferry sold, and when is the museum closed?", "d2", "d3")


@given(st.integers(0, 60), st.sampled_from(CHOOSER_NAMES), st.lists(st.sampled_from(TEXTS), unique=True))
def test_no_policy_goes_over_the_budget_and_each_repeats_itself(
    budget: int, name: str, texts: list[str]
) -> None:
    tokens = default_counter().count_many(texts)
    task = Choosing(id="q", question="When does the ferry leave?", texts=texts, tokens=tokens)
    chosen = chooser_named(name).choose(task, budget)
    assert chosen == sorted(set(chosen))
    assert sum(tokens[index] for index in chosen) <= budget
    assert chooser_named(name).choose(task, budget) == chosen
    assert chooser_named(name).choose(task, sum(tokens)) == list(range(len(texts)))


def test_the_baselines_do_what_their_names_say() -> None:
    task = Choosing(id="q", question="ferry tickets", texts=TEXTS, tokens=TOKENS)
    assert chooser_named("last-tokens").choose(task, TOKENS[3] + TOKENS[2] + 1) == [2, 3]
    scores = LexicalCriterion(stemmed=True).score(context_of(TEXTS, "ferry tickets"))
    assert scores.argsort()[::-1][:2].tolist() == [2, 0]
    assert chooser_named("bm25").choose(task, TOKENS[2]) == [2]
    assert chooser_named("bm25").choose(task, TOKENS[2] + TOKENS[0]) == [0, 2]
    choices = {
        tuple(
            chooser_named("random").choose(Choosing(id=f"{n}", question="", texts=TEXTS, tokens=TOKENS), 20)
        )
        for n in range(30)
    }
    assert len(choices) > 1
    with pytest.raises(ValueError, match="policy 'best' is none of agentcompress, bm25, last-tokens, random"):
        chooser_named("best")


def counted(evaluation: RecallEvaluation, question: Question) -> None:
    for found in evaluation.measure(question):
        evaluation.count(found)


def evaluated(settings: EvalSettings, records: Iterable[tuple[Mapping[str, Any], LineReader]]) -> Any:
    evaluation = Evaluation(settings)
    for part in evaluation.parts(records):
        for measured in settings.measure(part):
            evaluation.count(measured)
    return evaluation.to_dict()


def test_recall_is_the_share_of_evidence_documents_that_are_shown_whole() -> None:
    evaluation = RecallEvaluation(budget=TOKENS[3] + TOKENS[2], policies=["last-tokens"])
    for record in (FERRY, TICKETS, asked("both?", "d1", "d3"), asked("none?"), asked("gone?", "d3", "d9")):
        counted(evaluation, Question.model_validate(record))
    figures = evaluation.to_dict()
    made = figures["sets"]["made"]
    assert [made[name] for name in ("questions", "without_evidence", "unknown_evidence")] == [4, 1, 1]
    row = made["policies"]["last-tokens"]
    assert (row["recall"], row["complete"], row["over_budget"]) == ((0 + 1 + 0.5 + 1) / 4, 0.5, 0)
    assert row["kept_ratio"] == round((TOKENS[2] + TOKENS[3]) / sum(TOKENS), 4)
    assert figures["macro"]["policies"]["last-tokens"]["recall"] == row["recall"]


def test_the_macro_mean_counts_every_set_once() -> None:
    evaluation = RecallEvaluation(budget=TOKENS[3], policies=["last-tokens"])
    for record in (FERRY, FERRY, asked("closed?", "d3", source="other"), asked("?", source="empty")):
        counted(evaluation, Question.model_validate(record))
    figures = evaluation.to_dict()
    assert list(figures["sets"]) == ["empty", "made", "other"]
    assert figures["sets"]["empty"]["policies"] == {}
    assert figures["macro"]["sets"] == 2
    assert figures["macro"]["policies"]["last-tokens"]["recall"] == 0.5


def test_a_fraction_is_of_the_documents_tokens_rounded_down() -> None:
    documents = [Document(id="a", text="one"), Document(id="b", text="two"), Document(id="c", text="three")]
    question = Question(id="q", source="s", question="three", evidence=["c"], documents=documents)
    for budget, recall in ((0.34, 1.0), (0.33, 0.0)):
        evaluation = RecallEvaluation(budget=budget, policies=["last-tokens"])
        counted(evaluation, question)
        assert evaluation.to_dict()["macro"]["policies"]["last-tokens"]["recall"] == recall


def test_eval_prints_json_for_machines(command: Command, write_lines: WriteLines) -> None:
    data = write_lines("qa_made.jsonl.gz", [FERRY, TICKETS])
    done = command("eval", data, "--budget", "0.5", "--json", "--policy", "bm25", "--policy", "agentcompress")
    assert (done.code, done.err) == (0, "")
    figures = json.loads(done.out)
    assert figures["budget"] == 0.5
    assert list(figures["qa"]["sets"]["made"]["policies"]) == ["bm25", "agentcompress"]
    for row in figures["qa"]["macro"]["policies"].values():
        assert row["recall"] == 1
        assert row["over_budget"] == 0
        assert row["ms_median"] <= row["ms_p95"]


def test_eval_prints_a_table_for_people(command: Command, write_lines: WriteLines) -> None:
    other = asked("none?", source="[other]")
    done = command("eval", write_lines("a.jsonl", [FERRY, other]), "--budget", "0.5")
    assert done.code == 0
    assert "budget 0.5: % of the evidence documents kept" in done.out
    assert all(name in done.out for name in (*CHOOSER_NAMES, "[other]", "n/a", "macro (1)"))
    assert max(map(len, done.out.splitlines())) <= 80


@pytest.mark.parametrize("name", ["talk_docs.jsonl", "talk_docs.jsonl.gz", "qa_made_docs.jsonl"])
def test_sets_of_documents_lie_beside_the_questions(
    command: Command, write_lines: WriteLines, name: str
) -> None:
    write_lines(name, [{"doc_set": "trip", "documents": DOCUMENTS}])
    question = {**FERRY, "doc_set": "trip"}
    del question["documents"]
    data = write_lines("talk.jsonl", [question])
    figures = json.loads(command("eval", data, "--budget", "0.5", "--json").out)
    assert figures["qa"]["sets"]["made"]["policies"]["bm25"]["recall"] == 1


def test_sets_may_come_before_the_questions(write_lines: WriteLines) -> None:
    question = {**FERRY, "doc_set": "trip", "documents": []}
    del question["source"]
    lines = [{"doc_set": "trip", "documents": DOCUMENTS}, question]
    with write_lines("all.jsonl.gz", lines).open("rb") as file:
        process = spawn("eval", "-", "--budget", "20", "--json", stdin=file)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    assert json.loads(out)["qa"]["sets"]["stdin"]["questions"] == 1


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        ({**FERRY, "documents": []}, "a question needs documents or a doc_set"),
        ({**FERRY, "question": 3}, "question: Input should be a valid string"),
        ({**FERRY, "documents": [{"id": "a"}]}, "documents.0.text: Field required"),
        ({**FERRY, "documents": [], "doc_set": "x"}, "doc_set 'x' is in no bad_docs.jsonl or"),
        ({**FERRY, "documents": [], "doc_set": "x", "source": "../up"}, "is in no bad_docs.jsonl or bad"),
        ({"doc_set": "x", "documents": []}, "documents: List should have at least 1 item"),
        ({"train": [], "test": []}, "train: List should have at least 1 item"),
        ({"train": [{"text": "hi"}], "test": []}, "train.0.label: Field required"),
        ({"messages": []}, "is no record to evaluate"),
        ([1], "a record must be an object"),
    ],
)
def test_a_record_that_cannot_be_evaluated_is_one_clear_line(
    command: Command, write_lines: WriteLines, record: Any, problem: str
) -> None:
    data = write_lines("bad.jsonl", [FERRY, record])
    done = command("eval", data, "--budget", "0.5", "--policy", "random")
    fails(done, problem)
    assert f"{data}:2: " in done.err


def test_eval_refuses_what_it_cannot_do(command: Command, write_lines: WriteLines, tmp_path: Path) -> None:
    data = write_lines("a.jsonl", [FERRY])
    fails(command("eval", data, "--budget", "1.5"), "fraction")
    fails(command("eval", data, "--budget", "0.5", "--policy", "best"), "policy 'best' is none of")
    fails(command("eval", tmp_path / "none.jsonl", "--budget", "0.5"), "no such file")
    sets = write_lines("sets.jsonl", [{"doc_set": "trip", "documents": DOCUMENTS}])
    fails(command("eval", sets, "--budget", "0.5"), "no record to evaluate: only sets of documents")


@pytest.mark.parametrize("budget", [0.5, 0.25, 0.1])
def test_on_recorded_questions_more_is_kept_than_by_bm25(recorded: Path, budget: float) -> None:
    settings = EvalSettings(budget=budget, policies=("agentcompress", "bm25"))
    readers = (RecordReader(str(recorded / f"qa_{name}.jsonl.gz")) for name in ("musique", "hotpotqa"))
    for row in evaluated(settings, chain.from_iterable(readers))["qa"]["sets"].values():
        assert row["policies"]["agentcompress"]["recall"] > row["policies"]["bm25"]["recall"] + 0.02
