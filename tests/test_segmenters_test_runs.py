"""Test runs: the assertion that failed, under the name of its test."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcompress.segmenters.test_runs import TestRunSegmenter

from .segmenting import check_cut
from .timing import check_linear

SEGMENTER = TestRunSegmenter()

PYTEST = """\
============================= test session starts ==============================
collected 2 items

tests/test_cart.py::test_adds PASSED                                     [ 50%]
tests/test_cart.py::test_total FAILED                                    [100%]

=================================== FAILURES ===================================
__________________________________ test_total __________________________________

    def test_total():
>       assert total(cart) == 12
E       AssertionError: assert 10 == 12
E        +  where 10 = total(cart)

tests/test_cart.py:14: AssertionError
=========================== short test summary info ============================
FAILED tests/test_cart.py::test_total - AssertionError: assert 10 == 12
========================= 1 failed, 1 passed in 0.03s ==========================
"""
UNITTEST = """\
F.
======================================================================
FAIL: test_total (tests.test_cart.CartTest.test_total)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "/srv/shop/tests/test_cart.py", line 9, in test_total
    self.assertEqual(total(cart), 12)
AssertionError: 10 != 12

----------------------------------------------------------------------
Ran 2 tests in 0.001s

FAILED (failures=1)
"""
JEST = """\
FAIL src/cart.test.js
  ● cart total

    expect(received).toBe(expected) // Object.is equality

    Expected: 12
    Received: 10

    > 14 |   expect(total(cart)).toBe(12);

      at Object.<anonymous> (src/cart.test.js:14:23)

Tests:       1 failed, 1 passed, 2 total
"""
GO = """\
=== RUN   TestTotal
--- FAIL: TestTotal (0.00s)
    cart_test.go:14: got 10, want 12
FAIL
FAIL\texample.com/shop/cart\t0.003s
"""
CARGO = """\
running 2 tests
test cart::adds ... ok
test cart::total ... FAILED

---- cart::total stdout ----
thread 'cart::total' panicked at src/cart.rs:14:5:
assertion `left == right` failed
  left: 10
 right: 12

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured
"""
MAVEN = """\
[INFO] Running com.shop.CartTest
[ERROR] testTotal(com.shop.CartTest)  Time elapsed: 0.004 s  <<< FAILURE!
org.junit.ComparisonFailure: expected:<12> but was:<10>
\tat org.junit.Assert.assertEquals(Assert.java:117)
\tat com.shop.CartTest.testTotal(CartTest.java:14)

[ERROR] Tests run: 2, Failures: 1, Errors: 0, Skipped: 0
"""
TAP = """\
TAP version 13
1..2
ok 1 - adds
not ok 2 - total
  ---
  expected: 12
  ...
"""
VITEST = """\
 FAIL  src/cart.test.ts > cart > total
AssertionError: expected 10 to be 12

 Test Files  1 failed (1)
      Tests  1 failed | 1 passed (2)
"""
PHPUNIT = """\
PHPUnit 10.5.1 by Sebastian Bergmann and contributors.

.F                                                                  2 / 2 (100%)

There was 1 failure:

1) CartTest::testTotal
Failed asserting that 10 matches expected 12.

FAILURES!
Tests: 2, Assertions: 2, Failures: 1.
"""
GRADLE = """\
> Task :test FAILED

CartTest > total() FAILED
    org.opentest4j.AssertionFailedError: expected: <12> but was: <10>

2 tests completed, 1 failed
"""
RUNS = [PYTEST, UNITTEST, JEST, GO, CARGO, MAVEN, TAP, VITEST, PHPUNIT, GRADLE]


def errors(text: str) -> list[tuple[str, str | None]]:
    """Each error, stripped, with its head."""
    pieces = check_cut(SEGMENTER, text).pieces
    said = [text[piece.start : piece.end].strip() for piece in pieces]
    return [
        (line, None if piece.head is None else said[piece.head])
        for piece, line in zip(pieces, said, strict=True)
        if piece.kind == "error"
    ]


@given(
    st.lists(
        st.one_of(st.sampled_from([f"{line}\n" for run in RUNS for line in run.split("\n")]), st.text()),
        max_size=40,
    ).map("".join)
)
def test_any_mixture_of_a_runners_lines_is_covered(text: str) -> None:
    check_cut(SEGMENTER, text)


@pytest.mark.parametrize(
    ("run", "reason", "header"),
    [
        (PYTEST, "E       AssertionError: assert 10 == 12", "test_total"),
        (UNITTEST, "AssertionError: 10 != 12", "FAIL: test_total"),
        (JEST, "Expected: 12", "● cart total"),
        (GO, "cart_test.go:14: got 10, want 12", "--- FAIL: TestTotal"),
        (CARGO, "left: 10", "---- cart::total stdout ----"),
        (MAVEN, "org.junit.ComparisonFailure: expected:<12> but was:<10>", "testTotal(com.shop.CartTest)"),
        (TAP, "expected: 12", "not ok 2 - total"),
        (VITEST, "AssertionError: expected 10 to be 12", "FAIL  src/cart.test.ts > cart > total"),
        (PHPUNIT, "Failed asserting that 10 matches expected 12.", "1) CartTest::testTotal"),
        (
            GRADLE,
            "org.opentest4j.AssertionFailedError: expected: <12> but was: <10>",
            "CartTest > total() FAILED",
        ),
    ],
)
def test_why_a_test_failed_stands_under_its_name(run: str, reason: str, header: str) -> None:
    head = dict(errors(run))[reason]
    assert head is not None
    assert header in head


def test_the_summary_needs_no_header() -> None:
    assert (errors(PYTEST)[-1]) == (
        "FAILED tests/test_cart.py::test_total - AssertionError: assert 10 == 12",
        None,
    )


def test_the_failing_assertion_is_found_among_5000_lines() -> None:
    passed = [
        f"tests/test_m{n // 50}.py::test_case_{n} PASSED" + " " * 20 + f"[{n // 50:3d}%]" for n in range(5000)
    ]
    start, end = PYTEST.split("tests/test_cart.py::test_adds", 1)
    found = errors(f"{start}{chr(10).join(passed)}\ntests/test_cart.py::test_adds{end}")
    heads = dict(found)
    for reason in (">       assert total(cart) == 12", "E       AssertionError: assert 10 == 12"):
        assert "test_total" in (heads[reason] or "")


def test_a_very_long_header_is_not_repeated() -> None:
    long = PYTEST.replace("_ test_total _", f"_ test_total[{'x' * 300}] _")
    assert dict(errors(long))["E       AssertionError: assert 10 == 12"] is None


@pytest.mark.parametrize("run", RUNS)
def test_it_fits_test_runs(run: str) -> None:
    assert SEGMENTER.fits(run)
    assert SEGMENTER.fits("collecting wheels\n" * 900 + run)


def test_it_fits_coloured_ones() -> None:
    assert SEGMENTER.fits("\x1b[1m===== test session starts =====\x1b[0m\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok\n",
        "FAIL\n",
        "running tests\n",
        "2 passed the exam\n",
        "==== Chapter 1 ====\n",
        "okay 1 - then\n",
    ],
)
def test_it_does_not_fit_other_text(text: str) -> None:
    assert not SEGMENTER.fits(text * 5)


@pytest.mark.parametrize(
    "unit", ["_", "= ", "1 in 1s ", "E  ", "ok 1 - x\n", "<<< ", "not ok 1\nexpected: 2\n"]
)
def test_time_grows_with_the_length_of_the_text_not_its_square(unit: str) -> None:
    check_linear(unit, SEGMENTER.fits, SEGMENTER.cut, SEGMENTER.compact, before="=")
