"""What a user's words declare, and what they do not."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcompress.segmenters.constraints import constraints

from .conversations import TEXTS

DECLARED = [
    "Never push to the main branch.",
    "You must not touch the vendored files.",
    "Please don't rename public functions.",
    "Fix bugs and always run the tests first.",
    "Only edit files under src/api.",
    "Spend at most 300 EUR on the whole trip.",
    "Under no circumstances may the token be logged.",
    "From now on answer in Dutch.",
    "I prefer tabs over spaces.",
    "Make sure that every endpoint has a docstring.",
    "No network calls from the sandbox.",
    "Keep the answer under 100 words.",
    "Deleting rows is strictly forbidden.",
    "Do nothing to the database without my approval.",
    "Our deadline is 2027-03-01.",
    "Lösche auf keinen Fall die Datenbank.",
    "Ne modifie jamais ce fichier.",
    "Responde siempre en español.",
    "Não apague nada, nunca.",
    "Non toccare mai quel file.",
    "Никогда не удаляй файлы.",
    "请不要删除任何文件。",
    "必ず日本語で答えてください。",
    "항상 한국어로 답해 주세요.",
]
TOLD = [
    "It never fails on my machine.",
    "I don't know why the server answers twice.",
    "There must be something wrong with the cache.",
    "Must the id be unique?",
    "Thanks, that works.",
    "No problem, go on.",
    "The importer always crashes at line 40.",
    "Could you look at src/api/orders.py and fix the total?",
]


@pytest.mark.parametrize("sentence", DECLARED)
def test_a_lasting_rule_is_found_among_other_sentences(sentence: str) -> None:
    text = f"Thanks for the summary. {sentence} Now look at the report."
    found = [text[start:end].strip() for start, end in constraints(text)]
    assert [part for part in found if sentence in part]
    assert all("Thanks" not in part and "report" not in part for part in found)


@pytest.mark.parametrize("sentence", TOLD)
def test_what_is_only_told_or_asked_is_none(sentence: str) -> None:
    assert constraints(f"Here is what I see. {sentence} Go on.") == []


def test_a_rule_that_points_back_brings_what_it_points_to() -> None:
    text = "Hello. The limit is 500 dollars. Never exceed it. Thanks."
    [(start, end)] = constraints(text)
    assert text[start:end].strip() == "The limit is 500 dollars. Never exceed it."


def test_a_label_declares_its_paragraph_or_the_list_under_it() -> None:
    text = "Ground rules for this session:\n\n- Python 3.11\n- metric units\n\nThe log.\nPolicy: be kind.\n"
    assert [text[start:end].strip() for start, end in constraints(text)] == [
        "Ground rules for this session:",
        "- Python 3.11",
        "- metric units",
        "Policy: be kind.",
    ]


def test_code_and_quotations_declare_nothing() -> None:
    text = "See:\n```\n# never call this\nx = must()\n```\n> You must pay at once.\nWhat does it mean?"
    assert constraints(text) == []


def test_of_a_pasted_document_only_the_ends_count() -> None:
    contract = "The tenant must pay the rent. " * 2_000
    text = f"Sum this up. Never quote it.\n\n{contract}\n\nAlways answer in verse."
    found = [text[start:end].strip() for start, end in constraints(text)]
    assert "Never quote it." in found[0]
    assert found[-1] == "Always answer in verse."
    assert sum(map(len, found)) <= 2_000


@given(TEXTS | st.lists(st.sampled_from([*DECLARED, *TOLD, "Rules:\n", "\n\n", "```\n", " "])).map("".join))
def test_spans_lie_in_order_within_the_text(text: str) -> None:
    bounds = [position for span in constraints(text) for position in span]
    assert bounds == sorted(bounds)
    assert all(0 <= position <= len(text) for position in bounds)


@pytest.mark.parametrize("text", ["must ", "```", "> x\n", "Rules:\n", "and ", "keep ", ", ", "... ", " "])
def test_huge_texts_take_no_time(text: str) -> None:
    start = time.perf_counter()
    constraints(text * (1_000_000 // len(text)))
    assert time.perf_counter() - start < 5
