"""Colours, progress bars, spinners."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcompress.segmenters.output_lines import plain
from agentcompress.segmenters.terminal import TerminalSegmenter

from .segmenting import check_cut
from .timing import check_linear

SEGMENTER = TerminalSegmenter()
PARTS = st.sampled_from(
    [
        "\x1b[1m[ build ]\x1b[0m",
        "\x1b[31m",
        "\x1b[",
        "\x1b]0;title\x07",
        "\r",
        "\r\n",
        "\n",
        "\x08",
        " 45% (450/1000)",
        "Receiving objects: ",
        "|\x08/\x08-",
        "src/app.py:12",
        " ",
        "error: no",
        "\ud800",
    ]
)


@given(st.lists(PARTS, max_size=60).map("".join))
def test_pieces_cover_what_was_drawn_and_lose_no_atom(text: str) -> None:
    check_cut(SEGMENTER, text)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("\x1b[1;31mFAILED\x1b[0m tests/a.py\n", "FAILED tests/a.py\n"),
        ("fetch  10%\rfetch  55%\rfetch 100%\r\n", "fetch 100%\r\n"),
        ("installing -\x08\\\x08|\x08done\n", "installing done\n"),
        ("\x1b]0;window title\x07ready\n", "ready\n"),
        ("no newline", "no newline"),
        ("\r\n", "\r\n"),
        ("\x1b[", "\x1b["),
    ],
)
def test_a_line_is_read_as_the_terminal_shows_it(line: str, shown: str) -> None:
    assert plain(line) == shown


def test_a_progress_bar_is_one_piece_that_its_last_state_can_stand_for() -> None:
    text = "start\n" + "\r".join(f"fetch {percent:3d}%" for percent in range(0, 101, 5)) + "\nend\n"
    cut = check_cut(SEGMENTER, text)
    assert [piece.condensed for piece in cut.pieces] == [(), ("fetch 100%\n",), ()]


def test_a_bar_with_very_many_updates_is_cut_into_pieces_of_bounded_size() -> None:
    text = "\r".join(f"epoch 3 step {step} of 100000" for step in range(10_000))
    cut = check_cut(SEGMENTER, text)
    assert all(piece.end - piece.start <= 800 for piece in cut.pieces)


def test_compact_removes_what_nobody_reads_and_keeps_what_was_overwritten_with_ids() -> None:
    text = "\x1b[1m[ build ]\x1b[0m done   \n\n\n\nkept 450/1000\rkept 999/1000\n"
    assert SEGMENTER.compact(text) == "[ build ] done\n\nkept 450/1000\rkept 999/1000\n"
    assert SEGMENTER.compact("wait -\rwait |\rwait done\n") == "wait done\n"
    assert SEGMENTER.compact("the same line over and over\n" * 5) == "the same line over and over [×5]\n"  # noqa: RUF001
    assert SEGMENTER.compact("nothing\nto do\n") == "nothing\nto do\n"


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("\x1b[32mok\x1b[0m\n", True),
        ("a 10%\ra 20%\n", True),
        ("one\r\ntwo\r\n", False),
        ("plain\n", False),
        ("", False),
    ],
)
def test_it_fits_what_is_drawn(text: str, fits: bool) -> None:
    assert SEGMENTER.fits(text) is fits


@pytest.mark.parametrize("unit", ["\x1b[", "\x1b]a", "\r", "x\x08", "\x1b[31m#\n", "a\r\n"])
def test_time_grows_with_the_length_of_the_text_not_its_square(unit: str) -> None:
    check_linear(unit, SEGMENTER.fits, SEGMENTER.cut, SEGMENTER.compact)
