"""Cutting accessibility trees and element lists into their elements."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentcompress.segmenters.html import ElementSegmenter
from agentcompress.values import Cut

from .segmenting import COUNTER, check_cut
from .timing import check_linear

SEGMENTER = ElementSegmenter()
NUMBERED = """Tab 0 (current): Orders

[1] RootWebArea 'Orders' focused: True
\t[12] link 'Home'
\t[20] button 'Columns' focusable: True hasPopup: menu expanded: False
\t[300] textbox 'Search by keyword' required: False
\t[301] row 'Order 299 Pending'
\t\t[302] gridcell '299'
\t\t[303] link 'View'
"""
BROWSER_IDS = """RootWebArea 'Dashboard', focused
\t[a46] button 'User menu', clickable, visible, expanded=False
\t\tStaticText 'Fred'
\t[1234] textbox 'Number', clickable, visible, value='INC0012345'
"""
TAGS = """[Start of page]
[1]<a aria-label=Home />
\t[2]<button class="btn btn-primary btn-large" type=submit name=x>Submit</button>
Welcome to the shop
*[3]*<input type=text placeholder=Search />
"""
SNAPSHOT = """- Page URL: https://shop.example/orders
- generic [active] [ref=e1]:
  - link "Home" [ref=e3] [cursor=pointer]:
    - /url: https://shop.example/?utm_source=newsletter&page=2
  - 'heading "Orders: open" [level=1] [ref=e4]'
  - row "Order 1234 $20.00" [ref=e20]:
    - cell "1234" [ref=e21]
    - button "Delete" [ref=e22] [cursor=pointer]
  - paragraph [ref=e30]: All orders of this month.
"""
UIDS = """uid=1_0 RootWebArea "Example" url="https://example.org/"
  uid=1_1 heading "Example" level="1"
  uid=1_23 link "Home" url="https://example.org/?utm_campaign=spring_sale_2024&page=2"
  uid=1_24 generic
  uid=1_25 StaticText "More"
"""
UNNUMBERED = '- button "Submit"\n- link "Home":\n  - /url: /\n- textbox "Name"\n- list:\n  - listitem: One\n'
FRAGMENTS = st.sampled_from(
    [
        *("[12] ", "[a46] ", "uid=1_23 ", "- ", "button ", "link ", "row ", "listitem ", "StaticText "),
        *("text: ", '"Submit" ', "'Order 1234'", " [ref=e12]", " [cursor=pointer]", ":", "\n", "\n  "),
        *("\n\t", "\n    - /url: ", "https://x.example/a?utm_source=abcdef&x=1", " focusable: True"),
        *(" required: False", ", visible", "'", '"', " hasPopup: menu", ", clickable", "word "),
        *("a-long-identifier_12/x ", "</button>", "…", "é ", "\u2028", "\0"),
        *('[3]<button class="btn btn-primary x" id=e4>', " id=77", "word " * 30, "x" * 90, "RootWebArea "),
        "heading ",
    ]
)


def piece_with(cut: Cut, text: str, words: str) -> int:
    return next(i for i, piece in enumerate(cut.pieces) if words in text[piece.start : piece.end])


def condensed(text: str, words: str) -> tuple[str, ...]:
    cut = SEGMENTER.cut(text)
    return cut.pieces[piece_with(cut, text, words)].condensed


@settings(deadline=None)
@given(
    st.one_of(st.lists(FRAGMENTS, max_size=40).map("".join), st.text(st.characters(exclude_categories=[])))
)
def test_any_text_is_cut_as_promised(text: str) -> None:
    check_cut(SEGMENTER, text)
    SEGMENTER.fits(text)


@pytest.mark.parametrize("text", [NUMBERED, BROWSER_IDS, TAGS, SNAPSHOT, UIDS, UNNUMBERED])
def test_each_style_is_recognised(text: str) -> None:
    assert SEGMENTER.fits(text)
    check_cut(SEGMENTER, text)


def test_a_line_is_a_piece_and_an_address_stays_with_its_link() -> None:
    found = [SNAPSHOT[piece.start : piece.end] for piece in SEGMENTER.cut(SNAPSHOT).pieces]
    assert found[2].startswith('  - link "Home" [ref=e3]')
    assert found[2].endswith("page=2\n")
    assert [text for i, text in enumerate(found) if i != 2] == [
        line for line in SNAPSHOT.splitlines(keepends=True) if "Home" not in line and "/url" not in line
    ]


def test_kinds_tell_elements_from_text() -> None:
    kinds = [piece.kind for piece in SEGMENTER.cut(SNAPSHOT).pieces]
    assert kinds == ["text", "element", "element", "heading", "element", "element", "element", "text"]


@pytest.mark.parametrize(("text", "words", "head"), [(SNAPSHOT, "Delete", "row"), (NUMBERED, "View", "row")])
def test_an_element_comes_with_the_row_that_it_is_in(text: str, words: str, head: str) -> None:
    cut = SEGMENTER.cut(text)
    row = piece_with(cut, text, head)
    assert cut.pieces[piece_with(cut, text, words)].head == row
    assert cut.pieces[row].head is None


def test_elements_outside_rows_and_dialogs_need_nothing_above_them() -> None:
    cut = SEGMENTER.cut(SNAPSHOT)
    for words in ("Home", "Orders: open", "All orders"):
        assert cut.pieces[piece_with(cut, SNAPSHOT, words)].head is None


def test_smaller_forms_leave_out_passing_states() -> None:
    assert condensed(NUMBERED, "[20]") == ("\t[20] button 'Columns' … expanded: False\n",)
    assert condensed(BROWSER_IDS, "[a46]") == ("\t[a46] button 'User menu', … expanded=False\n",)
    assert condensed(TAGS, "[2]") == ("\t[2]<button … type=submit name=x>Submit</button>\n",)
    assert condensed(SNAPSHOT, "Delete") == ('    - button "Delete" [ref=e22] …\n',)
    assert condensed(UIDS, "Home") == ('  uid=1_23 link "Home" url="https://example.org/…&page=2"\n',)


def test_the_shortest_form_of_a_long_line_has_its_ids_and_the_beginning_of_its_name() -> None:
    name = "A long link text that goes on about the whole article until it has said it all twice over"
    text = f'- link "{name}" [ref=e99] [cursor=pointer]:\n  - /url: /a/b\n'
    *_, shortest = condensed(text, "e99")
    assert shortest == '- link "A long link text that goes on about the whole … [ref=e99]\n'


IDS = {
    "[{}] button 'Add item {} of the summer sale to the cart' focusable: True required: False\n": "[{}]",
    '[{}]<button class="btn btn-primary btn-large" style="order:1">Add item {} to cart</button>\n': "[{}]",
    '  - button "Add item to cart" [ref=e{}] [cursor=pointer]: item {}\n': "[ref=e{}]",
    'uid=7_{} button "Add item {} to the cart" focusable hasPopup="menu" multiline="false"\n': "uid=7_{} ",
}


@pytest.mark.parametrize("line", IDS)
def test_an_element_of_a_large_dump_is_in_a_small_piece_with_its_id_in_every_form(line: str) -> None:
    text = "".join(line.format(i * 7919, i) for i in range(2400))
    assert COUNTER.count(text) > 40_000
    assert SEGMENTER.fits(text)
    cut = SEGMENTER.cut(text)
    for i in (0, 1000, 2399):
        number = IDS[line].format(i * 7919)
        piece = cut.pieces[piece_with(cut, text, number)]
        assert piece.end - piece.start <= 120
        assert piece.condensed
        assert all(number in form for form in piece.condensed)


def test_a_huge_line_is_cut_into_stretches_that_come_with_its_beginning() -> None:
    text = "[7] link '" + "many words in a name " * 60 + "'\n[8] button 'Go'\n"
    cut = check_cut(SEGMENTER, text)
    assert max(piece.end - piece.start for piece in cut.pieces) <= 160
    assert {piece.head for piece in cut.pieces[1:-1]} == {0}
    assert cut.pieces[-1].head is None


def test_compact_returns_the_text() -> None:
    assert SEGMENTER.compact(SNAPSHOT) == SNAPSHOT


@pytest.mark.parametrize(
    "text",
    [
        *("", "[1] link 'a'\n"),
        "[1] Smith, J. (2020).\n[2] image of a cat\n[3] list of things\n[4] table of fares\n",
        "[1234] link down on eth0\n[1235] status ok\n[1236] table full\n[1237] timer out\n",
        "[1] <https://example.org>\n[2] <https://example.org/b>\n[3] <https://e.org>\n[4] <https://f.org>\n",
        "- list the files\n- table of users\n- link to docs\n- option A\n- image upload\n",
        "containers:\n- name: a\n  image: nginx\n- name: b\n  image: redis\n",
        '[{"role": "button", "name": "Go"},\n{"role": "link", "name": "Home"},\n{"id": 3},\n{"id": 4}]\n',
        "<div>\n<button id=a>Go</button>\n<a href=/>Home</a>\n<p>Text</p>\n</div>\n",
        "table = 3\nbutton = Button()\nlink.click()\nform.save()\n",
    ],
)
def test_lists_logs_and_markup_are_not_element_trees(text: str) -> None:
    assert not SEGMENTER.fits(text)


def test_a_dump_of_megabytes_is_cut_into_bounded_many_pieces() -> None:
    assert len(SEGMENTER.cut("[1] img 'a'\n" * 100_000).pieces) <= 50_001


@pytest.mark.parametrize(
    "unit", [*("[1] ", "- link ", "\n", " ", "\t", " focusable: True", "'", "[", "x "), NUMBERED]
)
def test_time_grows_with_the_length(unit: str) -> None:
    check_linear(unit, SEGMENTER.cut, SEGMENTER.fits, before="[1] link 'a")
