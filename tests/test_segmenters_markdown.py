"""Markdown: headings, sentences, items, tables and code."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentcompress.segmenters.markdown import MarkdownSegmenter
from agentcompress.values import Piece

from .conversations import TEXTS
from .segmenting import check_cut
from .timing import check_linear

SEGMENTER = MarkdownSegmenter()
TRACKED = "https://example.org/harbour/fees?utm_source=feed&utm_campaign=summer_2024_b&ref=1a2b3c4d"
PAGE = f"""# Harbour office

The office opens at half past six. Boats wait for it every
single morning, whatever the weather.

## Fees

- **Small boats** pay [by length]({TRACKED}).
- Ferries pay nothing
  - except at night

| Boat    |  Fee |
|:--------|-----:|
| dinghy  |   12 |
| ketch   |   40 |

```python
def fee(length):

    return length * 4
```

> Fees are due at the lock.

Contact
-------
Ask at window 3.
"""


def shown(text: str) -> list[tuple[str, str]]:
    return [(piece.kind, text[piece.start : piece.end]) for piece in check_cut(SEGMENTER, text).pieces]


def piece_with(text: str, said: str) -> Piece:
    return next(piece for piece in check_cut(SEGMENTER, text).pieces if said in text[piece.start : piece.end])


def test_a_page_in_pieces() -> None:
    assert shown(PAGE) == [
        ("heading", "# Harbour office\n\n"),
        (
            "text",
            "The office opens at half past six. Boats wait for it every\n"
            "single morning, whatever the weather.\n\n",
        ),
        ("heading", "## Fees\n\n"),
        ("text", f"- **Small boats** pay [by length]({TRACKED}).\n"),
        ("text", "- Ferries pay nothing\n"),
        ("text", "  - except at night\n\n"),
        ("heading", "| Boat    |  Fee |\n"),
        ("record", "|:--------|-----:|\n"),
        ("record", "| dinghy  |   12 |\n"),
        ("record", "| ketch   |   40 |\n\n"),
        ("code", "```python\n"),
        ("code", "def fee(length):\n\n"),
        ("code", "    return length * 4\n"),
        ("code", "```\n\n"),
        ("text", "> Fees are due at the lock.\n\n"),
        ("heading", "Contact\n-------\n"),
        ("text", "Ask at window 3.\n"),
    ]


def test_rows_are_shown_with_their_header_row_and_nothing_else_has_a_head() -> None:
    pieces = check_cut(SEGMENTER, PAGE).pieces
    assert [index for index, piece in enumerate(pieces) if piece.head is not None] == [7, 8, 9]
    assert {piece.head for piece in pieces if piece.head is not None} == {6}


def test_a_header_row_too_long_to_be_shown_with_every_row_heads_none() -> None:
    table = "| " + "column | " * 30 + "\n" + "|---" * 30 + "|\n" + "| 1 " * 30 + "|\n"
    assert all(piece.head is None for piece in check_cut(SEGMENTER, table).pieces)


def test_long_addresses_can_be_left_out() -> None:
    assert piece_with(PAGE, "Small boats").condensed == (
        "- **Small boats** pay [by length](https://example.org/harbour/fees…).\n",
        "- **Small boats** pay [by length](…).\n",
    )
    badge = f"See [![state](https://img.example.org/badges/state_1.svg)]({TRACKED}) and more.\n"
    assert piece_with(badge, "See").condensed[-1] == "See [![state](…)](…) and more.\n"
    assert piece_with("# A\n\nShort [link](https://a.org/b).\n", "Short").condensed == ()


def test_what_is_compact_says_the_same() -> None:
    made = SEGMENTER.compact(PAGE.replace("lock.\n", "lock.  \n\n\n\n"))
    assert "| Boat | Fee |\n|:---|---:|\n| dinghy | 12 |\n| ketch | 40 |\n" in made
    assert "lock.\n\nContact" in made
    assert "def fee(length):\n\n    return" in made
    assert SEGMENTER.compact("See [https://a.org/b](https://a.org/b).") == "See <https://a.org/b>."
    code = "```\na  \n\n\n\nb  \n| x    | y |\n"
    assert SEGMENTER.compact(code) == code


def test_a_fence_that_is_never_closed_goes_to_the_end() -> None:
    assert {kind for kind, _ in shown("~~~ sh\n# not a heading\n- no item\n```\n")} == {"code"}


@pytest.mark.parametrize(
    "text",
    [
        PAGE,
        "## Result\n\n1. First thing\n2. Second thing\n",
        "**Cause:** the lock is full.\n\n- wait\n- or turn\n",
        "Run it:\n\n```bash\n$ make fee;\n```\n\n## Then\n\nRead [the rules](rules.md).\n",
        "| a | b |\n|---|---|\n| 1 | 2 |\n\nSee [more](https://example.org).\n",
    ],
)
def test_markdown_is_known(text: str) -> None:
    assert SEGMENTER.fits(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Just a sentence. And another one, without any sign.\n" * 9,
        "# a comment\nimport os\n\n# - another\nfor name in os.listdir():\n    print(name)\n" * 5,
        "#!/bin/sh\n# install\napt-get update\n# - first\n# - second\n" * 5,
        "fees:\n  - name: dinghy\n    fee: 12\n# note\n" * 9,
        "diff --git a/x.md b/x.md\n--- a/x.md\n+++ b/x.md\n@@ -1 +1 @@\n-# Old\n+# New\n - item\n - two\n",
        " id | name\n----+------\n  1 | ada\n",
        "* main\n  feature\n",
        "     1→# Title\n     2→\n     3→- [a](b)\n",
    ],
)
def test_what_is_not_markdown_is_left_to_others(text: str) -> None:
    assert not SEGMENTER.fits(text)


_LINES = st.sampled_from(
    [
        *("# Title_1", "Setext", "=====", "---", "- item [a](b)", "  1. nested", "```py", "```", "~~~"),
        *("| a_1 | b |", "|--|:-:|", "> quote", "", "   ", "    code  ", "<br>", "a|b", "`|`", "…[…](…)"),
        *(f"A [link]({TRACKED}) there", f"[{TRACKED}]({TRACKED})", f"[x]: {TRACKED}"),
        *(f'![i]({TRACKED} "t")', "Long words. " * 20),
    ]
)


@settings(deadline=None)
@given(
    st.one_of(
        st.lists(_LINES, max_size=25).map("\n".join), TEXTS, st.text(st.characters(exclude_categories=[]))
    )
)
def test_every_text_is_cut_as_promised(text: str) -> None:
    SEGMENTER.fits(text)
    check_cut(SEGMENTER, text)


@pytest.mark.parametrize(
    "unit",
    [
        PAGE,
        "|",
        "| ",
        "|-",
        "](",
        "https://a",
        "[https://a",
        "[a](",
        "](a(b)",
        "`",
        "```\n",
        "-",
        "- ",
        "\n",
        " ",
        "#",
        "**",
        "> ",
        "[",
        "|  ",
    ],
)
def test_time_grows_with_the_length_not_its_square(unit: str) -> None:
    check_linear(unit, SEGMENTER.fits, SEGMENTER.cut, SEGMENTER.compact)
