"""Logs: single lines that can be picked, repetitions that stand together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcompress.segmenters.logs import LogSegmenter
from agentcompress.segmenters.stretches import MOST_PIECES

from .segmenting import check_cover, check_cut
from .timing import seconds

SEGMENTER = LogSegmenter()
CAUSE = "2024-05-01T10:20:00.000Z INFO config payments.retry_limit set to 0 by deploy-bot\n"


def request(number: int) -> str:
    clock = f"{number // 3600 % 24:02d}:{number // 60 % 60:02d}:{number % 60:02d}"
    order = f"ord-{number * 7919 % 100_000:05d}"
    return f"2024-05-01T{clock}.000Z INFO http GET /orders/{order} 200 in {number % 90}ms\n"


def heartbeat(number: int) -> str:
    return f"2024-05-01T10:00:{number % 60:02d}.123Z DEBUG heartbeat ok in {number}ms\n"


LINES = st.one_of(
    st.integers(0, 99).map(heartbeat),
    st.integers(0, 9).map(request),
    st.sampled_from([CAUSE, "\n", "  continued\r\n", "Jan  3 10:00:00 host cron[12]: ERROR no\n", "short\n"]),
    st.text(),
)


@given(st.lists(LINES, max_size=60).map("".join))
def test_pieces_cover_any_log(text: str) -> None:
    check_cut(SEGMENTER, text)


@given(st.integers(4, 40), st.integers(0, 20))
def test_pieces_cover_runs(times: int, first: int) -> None:
    check_cut(SEGMENTER, "".join(heartbeat(number) for number in range(first, first + times)))


def test_the_one_line_that_explains_is_a_piece_of_its_own_among_2000_similar_ones() -> None:
    lines = [request(number) for number in range(2000)]
    lines[1234] = CAUSE
    text = "".join(lines)
    cut = check_cut(SEGMENTER, text)
    assert CAUSE in [text[piece.start : piece.end] for piece in cut.pieces]
    assert len(cut.pieces) == 2000


def test_lines_in_a_row_that_differ_in_times_alone_stand_together() -> None:
    text = "".join(heartbeat(number) for number in range(12)) + CAUSE
    run, *rest = check_cut(SEGMENTER, text).pieces
    assert (run.start, run.end) == (0, len("".join(heartbeat(number) for number in range(10))))
    assert run.condensed == (f"{heartbeat(0)}… ×8\n{heartbeat(9)}",)  # noqa: RUF001
    assert len(rest) == 3


def test_lines_that_differ_in_an_identifier_stay_apart() -> None:
    text = "".join(f"10:00:{second:02d} INFO shipped ord-{second + 40}\n" for second in range(10))
    assert len(check_cut(SEGMENTER, text).pieces) == 10


def test_errors_and_traces_are_marked() -> None:
    text = request(1) + "2024-05-01T10:00:00Z ERROR db: refused\nTraceback (most recent call last):\n"
    text += '  File "/srv/app.py", line 3, in main\n    connect(retries=retry_limit)\nOSError: refused\n'
    kinds = [piece.kind for piece in check_cut(SEGMENTER, text).pieces]
    assert kinds == ["line", "error", "line", "code", "error"]


def test_in_a_huge_log_errors_and_what_no_template_covers_stay_pieces_of_their_own() -> None:
    lines = [request(number) for number in range(90_000)]
    odd = "2024-05-01T10:20:00.000Z INFO the config was replaced by deploy-bot\n"
    lines[40_000], lines[70_000] = odd, "2024-05-01T10:20:00.000Z ERROR db refused\n"
    text = "".join(lines)
    cut = SEGMENTER.cut(text)
    check_cover(cut, text)
    shown = [text[piece.start : piece.end] for piece in cut.pieces]
    assert odd in shown
    assert lines[70_000] in shown
    assert len(cut.pieces) < 1.2 * MOST_PIECES
    assert SEGMENTER.cut(text) == cut


@pytest.mark.parametrize(
    "line",
    [
        CAUSE,
        "[2024-05-01 10:00:00,123] WARNING app: slow\n",
        "May  1 10:00:00 host sshd[12]: closed\n",
        '10.0.0.7 - - [01/May/2024:10:00:00 +0000] "GET / HTTP/1.1" 200 12\n',
        "I0501 10:00:00.000000       1 main.go:12] started\n",
        "[INFO] Compiling 12 files\n",
        "WARNING:root:careful\n",
        'time="2024-05-01T10:00:00Z" level=info msg=started\n',
        "web_1  | 2024-05-01 10:00:00 INFO started\n",
        "\x1b[32m10:00:00.123\x1b[0m started\n",
        "[ 12%] Building CXX object a.o\n",
    ],
)
def test_it_fits_logs(line: str) -> None:
    assert SEGMENTER.fits(line * 5)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "INFO once\n",
        "2024-05-01 10:00:00,paid,12\n" * 9,
        "- 2024-05-01: a diary\n" * 9,
        "import os\nprint(os)\n" * 9,
        "src/a.py:12: error here\n" * 9,
        "Information is power.\n" * 9,
    ],
)
def test_it_does_not_fit_other_lines(text: str) -> None:
    assert not SEGMENTER.fits(text)


@pytest.mark.parametrize("unit", ["1", "1 ", "1.", "a", "10:00:00 INFO x\n", "\n", "1:", "0x", " "])
def test_time_grows_with_the_length_of_the_text_not_its_square(unit: str) -> None:
    small, large = (5 * (unit * (size // len(unit)) + "\n") for size in (4_000, 16_000))
    steps = (SEGMENTER.fits, SEGMENTER.cut, SEGMENTER.compact)
    assert seconds(large, *steps) < 9 * seconds(small, *steps)
