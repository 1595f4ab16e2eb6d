"""Six cases in which well-known tools lose the answer: a large tool output, a tenth of its tokens."""

import json
import random
from typing import Any

import pytest

from agentcompress import Compressor

from .helpers import COUNT, step

SHARE = 0.1


def shown(question: str, output: str, tool: str = "run", share: float = SHARE) -> str:
    """What is left of a tool output when the whole request may take a share of its tokens."""
    messages = [{"role": "user", "content": question}, *step(1, output, tool)]
    result = Compressor(COUNT(question) + 20 + int(share * COUNT(output))).compress(messages)
    assert result.tokens_after <= result.ceiling
    text = result.messages[-1]["content"]
    assert isinstance(text, str)
    return text


def service_log(lines: int, errors_share: float) -> list[str]:
    rng = random.Random(4)
    errors = ("ERROR db.pool timed out waiting for a connection", "WARN http.client retrying request")
    return [
        f"2026-03-02T10:{i // 60 % 60:02d}:{i % 60:02d}Z "
        + (
            f"{rng.choice(errors)} req={rng.getrandbits(32):08x}"
            if rng.random() < errors_share
            else f"INFO http.server 200 GET /orders/{rng.randint(1000, 9999)} {rng.randint(3, 90)}ms"
        )
        for i in range(lines)
    ]


@pytest.mark.parametrize("place", [3, 700, 1_990])
@pytest.mark.parametrize("errors_share", [0.01, 0.05, 0.3])
def test_the_info_line_that_explains_two_thousand_lines_of_log(place: int, errors_share: float) -> None:
    log = service_log(2_000, errors_share)
    log[place] = (
        "2026-03-02T10:00:07Z INFO config.reload connection pool size changed from 50 to 5 by deploy 7731"
    )
    text = shown("Why do requests time out? Find what changed the connection pool size.", "\n".join(log))
    assert log[place] in text.split("\n")


@pytest.mark.parametrize("place", [0, 11, 19])
def test_the_snippet_that_answers_in_search_results(place: int) -> None:
    rng = random.Random(5)
    topics = ["tides", "ferries", "railways", "harbours", "lighthouses"]
    results: list[dict[str, Any]] = [
        {
            "position": i + 1,
            "title": f"A short history of the {rng.choice(topics)} of region {i}",
            "url": f"https://example.org/{rng.choice(topics)}/{rng.randint(1000, 9999)}",
            "snippet": (
                f"An overview of {rng.choice(topics)} and {rng.choice(topics)}, with maps from "
                f"{rng.randint(1800, 1990)} and notes on {rng.choice(topics)} collected by volunteers."
            ),
            "score": round(rng.random(), 4),
        }
        for i in range(20)
    ]
    answer = "The Kestrel bridge was opened to traffic on 14 June 1931 by the mayor."
    results[place]["snippet"] = answer
    output = json.dumps({"query": "Kestrel bridge opening", "results": results})
    text = shown("When was the Kestrel bridge opened to traffic?", output, "web_search")
    assert answer in text
    assert isinstance(json.loads(text), dict)


def test_line_numbers_of_hits_in_grep_output() -> None:
    rng = random.Random(6)
    names = ["tax", "order", "refund", "ledger", "audit", "export"]
    hits = [
        f"src/billing/{rng.choice(names)}_{i % 40}.py:{rng.randint(1, 900)}:"
        f"    total = round_amount(value, digits={rng.randint(0, 4)})"
        for i in range(300)
    ]
    hits[170] = "src/billing/money.py:412:def round_half_even(value: Decimal, digits: int) -> Decimal:"
    text = shown("Where is round_half_even defined? It rounds wrongly.", "\n".join(hits), "grep")
    assert "src/billing/money.py:412:def round_half_even" in text
    for line in text.split("\n"):
        if "round_amount" in line:
            assert line in hits


@pytest.mark.parametrize("place", [2, 120, 199])
@pytest.mark.parametrize("odd", [{"status": "chargeback"}, {"amount": -98_000.5}, {"error": "card declined"}])
def test_the_one_record_among_two_hundred_that_is_not_like_the_others(
    place: int, odd: dict[str, Any]
) -> None:
    rng = random.Random(7)
    records: list[dict[str, Any]] = [
        {
            "id": f"pay_{rng.getrandbits(40):010x}",
            "customer": f"cus_{rng.randint(10_000, 99_999)}",
            "amount": round(rng.uniform(5, 90), 2),
            "currency": "EUR",
            "status": "settled",
            "method": rng.choice(["card", "debit", "transfer"]),
            "created": f"2026-02-{rng.randint(1, 28):02d}",
        }
        for _ in range(200)
    ]
    records[place].update(odd)
    text = shown("Check the payments of February.", json.dumps(records, indent=2), "list_payments")
    kept = [record for record in json.loads(text) if isinstance(record, dict)]
    assert any(odd.items() <= record.items() for record in kept)


@pytest.mark.parametrize("place", [40, 2_500, 4_900])
def test_the_failing_assertion_in_five_thousand_lines_of_test_log(place: int) -> None:
    lines = [
        f"tests/test_mod_{i % 90}.py::test_case_{i} PASSED [{i * 100 // 5_000:3d}%]" for i in range(5_000)
    ]
    lines[place] = f"tests/test_mod_7.py::test_discount FAILED [{place * 100 // 5_000:3d}%]"
    failure = [
        "=================================== FAILURES ===================================",
        "________________________________ test_discount _________________________________",
        "",
        "    def test_discount():",
        "        cart = Cart(items=[Item(price=100)])",
        ">       assert cart.total(code='SPRING') == 90",
        "E       assert 100 == 90",
        "E        +  where 100 = total(code='SPRING')",
        "",
        "tests/test_mod_7.py:23: AssertionError",
    ]
    log = [
        "============================= test session starts ==============================",
        *lines,
        *failure,
    ]
    log.append("=================== 1 failed, 4999 passed in 61.20s (0:01:01) ===================")
    text = shown("Run the tests and fix what fails.", "\n".join(log), "run_tests", share=0.02)
    assert "E       assert 100 == 90" in text
    assert ">       assert cart.total(code='SPRING') == 90" in text
    assert "tests/test_mod_7.py:23: AssertionError" in text


@pytest.mark.parametrize("place", [5, 900, 1_790])
def test_an_elements_id_in_a_dump_of_forty_thousand_tokens(place: int) -> None:
    rng = random.Random(8)
    kinds = ["link", "generic", "listitem", "img", "StaticText"]
    words = ["Home", "Catalogue", "Lamp", "Chair", "Reviews", "Shipping", "Blue", "Oak", "Sale"]
    lines = [
        f"{' ' * rng.randint(0, 6)}[{1_000 + i}] {rng.choice(kinds)} '{' '.join(rng.sample(words, 3))}' "
        f"url='https://shop.example/{rng.choice(words).lower()}/{rng.randint(100, 999)}?ref=nav'"
        for i in range(1_800)
    ]
    lines[place] = f"  [{1_000 + place}] button 'Place order'"
    dump = "\n".join(["RootWebArea 'Shop', focused", *lines])
    assert COUNT(dump) > 40_000
    text = shown("Buy the lamp: press the button that places the order.", dump, "observe", share=0.05)
    assert f"[{1_000 + place}] button 'Place order'" in text


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("share", [0.1, 0.3])
def test_the_row_that_the_question_names(seed: int, share: float) -> None:
    rng = random.Random(seed)
    states = ["Running", "Pending", "CrashLoopBackOff"]
    names = [
        f"{rng.choice(['api', 'worker', 'cache'])}-{rng.getrandbits(32):08x}-{i:03d}" for i in range(120)
    ]
    rows = [
        f"{name:28}{rng.choice(states):20}{rng.randint(0, 40):>4}   10.0.{i}.{i}"
        for i, name in enumerate(names)
    ]
    table = "\n".join(["NAME                        STATUS              RESTARTS IP", *rows])
    asked = rng.randrange(120)
    assert rows[asked] in shown(f"Why is {names[asked]} not healthy?", table, share=share)


@pytest.mark.parametrize("share", [0.03, 0.1])
@pytest.mark.parametrize("place", [5, 553, 795])
def test_the_line_with_the_number_that_the_question_names(place: int, share: float) -> None:
    rows = [
        f"2026-03-02T10:{i // 60:02d}:{i % 60:02d}Z INFO GET /orders/{1000 + 7 * i} {i % 90}ms"
        for i in range(800)
    ]
    asked = shown(f"Why is order {1000 + 7 * place} slow?", "\n".join(rows), share=share)
    assert rows[place] in asked
