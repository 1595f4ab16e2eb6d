"""Stack traces in any language, among other lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcompress.segmenters.tracebacks import TracebackSegmenter, states_error
from agentcompress.values import Cut

from .segmenting import check_cut
from .timing import check_linear

SEGMENTER = TracebackSegmenter()

PYTHON = """\
loading shop
Traceback (most recent call last):
  File "/srv/shop/orders.py", line 42, in place
    return self.store.save(order, retry=True)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.12/site-packages/db/session.py", line 310, in save
    raise Timeout("order_81723 not saved")
db.errors.Timeout: order_81723 not saved
bye
"""
JAVA = """\
Exception in thread "main" com.shop.OrderProblem: no stock for sku-771
\tat com.shop.Cart.total(Cart.java:42)
\tat java.base/java.lang.Thread.run(Thread.java:829)
Caused by: java.lang.IllegalStateException: closed
\tat org.springframework.tx.Template.run(Template.java:9)
\t... 12 more
"""
GO = """\
panic: runtime error: index out of range [5] with length 3

goroutine 1 [running]:
main.pick(...)
\t/home/dev/app/main.go:12 +0x1d
runtime.main()
\t/usr/local/go/src/runtime/proc.go:250 +0x207
"""
RUST = """\
thread 'main' panicked at src/main.rs:4:5:
no such account acct_9
   0: std::panicking::begin
             at /rustc/abc/library/std/src/panicking.rs:652:5
   1: app::load
             at ./src/main.rs:4:5
"""
NODE = """\
TypeError: cart.total is not a function
    at checkout (/srv/web/src/checkout.js:18:11)
    at process.processTicks (node:internal/process/task_queues:95:5)
"""
RUBY = """\
/srv/shop/cart.rb:14:in `total': undefined method `+' for nil (NoMethodError)
\tfrom /usr/lib/ruby/gems/3.2.0/gems/rack-3.0/lib/rack.rb:30:in `call'
\tfrom /srv/shop/main.rb:3:in `<main>'
"""
PHP = """\
PHP Fatal error:  Uncaught TypeError: no such account acct_9 in /srv/shop/cart.php:14
Stack trace:
#0 /srv/shop/vendor/slim/App.php(90): Cart->total()
#1 /srv/shop/index.php(4): run()
#2 {main}
  thrown in /srv/shop/cart.php on line 14
"""
TRACES = [PYTHON, JAVA, GO, RUST, NODE, RUBY, PHP]


def said(text: str, cut: Cut, kind: str) -> list[str]:
    return [text[piece.start : piece.end] for piece in cut.pieces if piece.kind == kind]


@given(
    st.lists(
        st.one_of(
            st.sampled_from([f"{line}\n" for trace in TRACES for line in trace.split("\n")]), st.text()
        ),
        max_size=40,
    ).map("".join)
)
def test_any_mixture_of_trace_lines_is_covered(text: str) -> None:
    check_cut(SEGMENTER, text)


def test_a_python_frame_is_a_piece_with_its_code_and_the_exception_an_error() -> None:
    cut = check_cut(SEGMENTER, PYTHON)
    assert said(PYTHON, cut, "error") == ["db.errors.Timeout: order_81723 not saved\n"]
    assert [frame.count("\n") for frame in said(PYTHON, cut, "code")] == [3]
    frame = next(piece for piece in cut.pieces if piece.kind == "code")
    assert frame.condensed == ('  File "/srv/shop/orders.py", line 42, in place …\n',)
    assert any("site-packages" in line for line in said(PYTHON, cut, "line"))


@pytest.mark.parametrize(
    ("text", "errors", "own"),
    [
        (JAVA, ["com.shop.OrderProblem", "Caused by: "], ["Cart.java:42"]),
        (GO, ["panic: "], ["main.go:12"]),
        (RUST, ["panicked at", "acct_9"], ["./src/main.rs:4:5"]),
        (NODE, ["TypeError: "], ["checkout.js:18:11"]),
        (RUBY, ["NoMethodError"], ["main.rb:3"]),
        (PHP, ["acct_9"], ["index.php(4)"]),
    ],
)
def test_exceptions_are_errors_and_frames_in_own_code_are_code(
    text: str, errors: list[str], own: list[str]
) -> None:
    cut = check_cut(SEGMENTER, text)
    for kind, expected in (("error", errors), ("code", own)):
        found = said(text, cut, kind)
        assert len(found) == len(expected)
        assert all(part in line for part, line in zip(expected, found, strict=True))


@pytest.mark.parametrize("text", TRACES)
def test_it_fits_traces(text: str) -> None:
    assert SEGMENTER.fits(text)
    assert SEGMENTER.fits("some output\n" * 1000 + text * 20)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no trace at all\n",
        "we met at noon (or later)\n" * 9,
        'def f():\n    """Doc.\n\n    Traceback (most recent call last):\n    """\n' * 20,
        "src/a.py:12: in the middle of a list\n" + "src/a.py\n" * 20,
    ],
)
def test_it_does_not_fit_what_only_mentions_one(text: str) -> None:
    assert not SEGMENTER.fits(text)


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("2024-05-01 ERROR db refused", True),
        ("error[E0308]: mismatched types", True),
        ("fatal: not a git repository", True),
        ("E0501 10:00:00.1 1 main.go:1] broken", True),
        ('{"level":"error","msg":"x"}', True),
        ("Caused by: x", True),
        ("ModuleNotFoundError: No module named 'x'", True),
        ("0 errors, 3 warnings", False),
        ("INFO retry_on_error=false", False),
        ("class OrderError(Base):", False),
        ("", False),
    ],
)
def test_what_states_an_error(line: str, error: bool) -> None:
    assert states_error(line) is error


@pytest.mark.parametrize(
    "unit",
    ["A", "A(", "  at (", 'File "', '\n  File "a", line 1', "\n\tat x(", "AError ", "a.go:1 ", "1: x\n"],
)
def test_time_grows_with_the_length_of_the_text_not_its_square(unit: str) -> None:
    frame = "\n\tat a.b(C.java:1)\n"
    check_linear(unit, SEGMENTER.fits, SEGMENTER.cut, SEGMENTER.compact, before=frame, behind=frame)
