"""Retrieved documents under a budget, through LangChain's own seam."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.documents import Document
from pydantic import ValidationError

from agentcompress import BudgetedDocumentCompressor
from agentcompress.documents.pieces import Cut, joined, pieces_of
from agentcompress.documents.repeats import repeats_of
from agentcompress.evaluation.evaluating import RecordReader
from agentcompress.evaluation.questions import QuestionReading
from agentcompress.passages import PassageSelector
from agentcompress.tokens import default_counter

COUNT = default_counter().count
CUTS: list[Cut] = ["documents", "paragraphs", "sentences"]
TEXTS = [
    "The ferry to Ormsund leaves at nine. It takes an hour.",
    "Breakfast is served until ten.",
    "Tickets for the ferry are sold on board. Children travel free.",
    "The museum is closed on Mondays.",
]


def documents(texts: list[str]) -> list[Document]:
    return [Document(text, metadata={"source": f"page {n}"}) for n, text in enumerate(texts)]


def texts_of(kept: Any) -> list[str]:
    return [document.page_content for document in kept]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([*TEXTS, "\n\n".join(TEXTS), " ".join(TEXTS), "", " \n"]), max_size=6),
    st.integers(0, 80),
    st.sampled_from(CUTS),
)
def test_what_is_kept_stays_within_the_budget_and_is_verbatim(
    texts: list[str], budget: int, cut: Cut
) -> None:
    kept = BudgetedDocumentCompressor(budget=budget, cut=cut).compress_documents(
        documents(texts), "the ferry"
    )
    assert sum(COUNT(document.page_content) for document in kept) <= budget
    for document in kept:
        number = int(document.metadata["source"].removeprefix("page "))
        for part in document.page_content.split("…"):
            assert part.strip() in texts[number]


def test_what_fits_is_kept_as_it_was() -> None:
    texts = [*TEXTS, " with blanks \n\n around \n"]
    kept = BudgetedDocumentCompressor(budget=1_000).compress_documents(documents(texts), "ferry")
    assert texts_of(kept) == texts
    assert [document.metadata["source"] for document in kept] == [f"page {n}" for n in range(5)]
    best = max(kept, key=lambda document: float(document.metadata["relevance_score"]))
    assert "ferry" in best.page_content


def test_large_documents_are_cut_with_marks() -> None:
    paragraphs = [f"Valve {n} opens at {n * 3} bar. It is of brass." for n in range(30)]
    handbook = documents(["\n\n".join(paragraphs)])
    asked = "When does valve 17 open?"
    [kept] = BudgetedDocumentCompressor(budget=60).compress_documents(handbook, asked)
    assert "Valve 17 opens at 51 bar. It is of brass." in kept.page_content
    assert kept.page_content.startswith("…\n\n")
    for cut in CUTS[1:]:
        compressor = BudgetedDocumentCompressor(budget=15, cut=cut)
        [kept] = compressor.compress_documents(documents([" ".join(TEXTS)]), "Is the museum closed?")
        assert kept.page_content.startswith("… ")
        assert kept.page_content.endswith(TEXTS[3])


def test_a_question_of_two_hops_finds_both() -> None:
    texts = [
        "Anna Lund\nAnna Lund wrote the novel The Grey Harbour.",
        *(f"Writer {n}\nWriter {n} wrote the novel number {n} in a small town." for n in range(12)),
        "The Grey Harbour\nThe Grey Harbour is set in Vaasa and won no prize.",
    ]
    budget = COUNT(texts[0]) + COUNT(texts[-1]) + 8
    kept = BudgetedDocumentCompressor(budget=budget).compress_documents(
        documents(texts), "In which town is the book by Anna Lund set?"
    )
    assert {texts[0], texts[-1]} <= set(texts_of(kept))


def test_near_repeats_are_merged_and_cited() -> None:
    long = (
        "The ferry to Ormsund leaves at nine from the north quay, and takes about an hour to cross the bay."
    )
    texts = [long, f"{long.upper()}!", TEXTS[1], long.replace("nine", "ten")]
    kept = BudgetedDocumentCompressor(budget=1_000).compress_documents(documents(texts), "ferry")
    assert texts_of(kept)[0] in texts[:2]
    assert [m["source"] for m in kept[0].metadata["also"]] in (["page 1"], ["page 0"])
    twice = documents([texts[0], f"{texts[0]}\n\n{texts[0]}"])
    [kept_once] = BudgetedDocumentCompressor(budget=COUNT(texts[0]) * 2).compress_documents(twice, "ferry")
    assert [m["source"] for m in kept_once.metadata["also"]] in (["page 0"], ["page 1"])
    room = COUNT(texts[0]) + COUNT(texts[2])
    kept = BudgetedDocumentCompressor(budget=room).compress_documents(documents(texts[:3]), "ferry")
    assert TEXTS[1] in texts_of(kept)


def test_versions_that_differ_in_a_figure_are_two() -> None:
    base = "Pump {} moves water from the lower basin to the upper one whenever the level falls below the mark"
    assert repeats_of([base.format("A-117"), base.format("B-118")]) == {}
    assert repeats_of([base.format("A-117"), base.format("A-117")]) == {1: 0}
    assert repeats_of(["", "", "Yes, I think so.", "Yes, I think so."]) == {}


def test_documents_stand_in_the_order_asked_for() -> None:
    def sources(order: Any) -> list[str]:
        kept = BudgetedDocumentCompressor(budget=1_000, order=order).compress_documents(
            documents(TEXTS), "Where are tickets for the ferry sold?"
        )
        return [document.metadata["source"] for document in kept]

    assert sources("given") == [f"page {n}" for n in range(4)]
    assert sources("similar-first")[0] == sources("similar-last")[-1] == sources("ends")[-1] == "page 2"
    assert sources("similar-first") == sources("similar-last")[::-1]


def test_what_the_prompt_adds_counts_where_it_is_said_how() -> None:
    def write(kept: Any) -> str:
        return "\n".join(
            f"<document source='{d.metadata['source']}'>{d.page_content}</document>" for d in kept
        )

    for budget in (0, 10, 20, 40, 80):
        kept = BudgetedDocumentCompressor(budget=budget, write=write).compress_documents(
            documents(TEXTS), "ferry"
        )
        assert not kept or COUNT(write(kept)) <= budget


def test_edges() -> None:
    compressor = BudgetedDocumentCompressor(budget=100)
    assert compressor.compress_documents([], "ferry") == []
    assert asyncio.run(compressor.acompress_documents(documents(TEXTS), "")) == compressor.compress_documents(
        documents(TEXTS), ""
    )
    assert BudgetedDocumentCompressor(budget=0).compress_documents(documents(TEXTS), "ferry") == []
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        BudgetedDocumentCompressor(budget=-1)


@given(st.text(alphabet="ab.\n …", max_size=40), st.sampled_from(CUTS))
def test_pieces_make_up_the_text(text: str, cut: Cut) -> None:
    pieces = pieces_of(text, cut)
    assert "".join(text[start:end] for start, end in pieces).strip() == text.strip()
    assert joined(text, pieces, pieces, cut) == text or not pieces


@pytest.mark.parametrize("budget", [0.5, 0.25, 0.1])
def test_on_recorded_questions_the_choice_is_that_of_the_selector(recorded: Path, budget: float) -> None:
    selector = PassageSelector()
    for name in ("musique", "hotpotqa"):
        reading = QuestionReading()
        for number, (record, reader) in enumerate(RecordReader(str(recorded / f"qa_{name}.jsonl.gz"))):
            if number % 5:
                continue
            question = reading.question(record, reader)
            texts = [document.text for document in question.documents]
            limit = int(budget * sum(map(COUNT, texts)))
            kept = BudgetedDocumentCompressor(budget=limit).compress_documents(
                documents(texts), question.question
            )
            chosen = selector.select(texts, question.question, limit)
            assert texts_of(kept) == [texts[passage.index] for passage in chosen] or not chosen


def test_settings_that_do_not_exist_are_refused() -> None:
    with pytest.raises(ValidationError, match="typo"):
        BudgetedDocumentCompressor.model_validate({"budget": 5, "typo": 1})
