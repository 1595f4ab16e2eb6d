"""Cutting HTML and XML into elements."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentcompress.segmenters.html import HtmlSegmenter
from agentcompress.values import Cut, atoms_of

from .segmenting import COUNTER, check_cut
from .timing import check_linear

SEGMENTER = HtmlSegmenter()
MARKUP = st.sampled_from(
    [
        *("<div>", "</div>", '<p class="muted text-small x">', "<b>", "</b>", "<h2>", "</h2>", "<td>"),
        "</tr>",
        *("<tr>", "<th>", "<table>", "</table>", "<pre>", "</pre>", "<select id=s1>", '<option value="3">'),
        *('<a href="/x/y?utm_source=abc_def&id=42#frag" class="nav-link active">', "</a>"),
        *('<form action="/go">', '<input id="e-17" name=email value="" checked>', "<script>"),
        *("var a=1;</script>", "<style>", "<!--"),
        *("-->", "<!-- kept -->", '<svg width="16" height="16">', '<path d="M12 32 100.5"/>', "</svg>", "<"),
        *(">", '"', "'", "=", "&amp;", "<![CDATA[", "]]>", '<?xml version="1.0"?>', "<!doctype html>", "…"),
        *("order-1234", "12345", "Hello", "#", "/", "@x", " ", "\n   ", "\u2028", "\0", "\ud800"),
        "word " * 50,
        '<img src="data:image/png;base64,' + "iVBORw0KGgo" * 80 + '">',
    ]
)
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
  <title>Orders</title>
  <style>.row { color: red }</style>
  <script>window.dataLayer = [];</script>
</head>
<body class="page page--orders">
  <ul class="nav nav-pills">
    <li class="nav-item"><a class="nav-link active" href="/orders/17?utm_source=mail&page=2">Order 17</a></li>
    <li class="nav-item"><a class="nav-link" href="/orders/18">Order 18</a></li>
  </ul>
  <table>
    <tr><th>Name</th><th>Price</th></tr>
    <tr class="row odd"><td class="cell">Widget</td><td class="cell">4921</td></tr>
  </table>
  <form id="f2" action="/save/2">
    <input type="email" class="form-control form-control-lg" id="email2" name="email">
    <select name="state"><option value="1">Open</option><option value="2">Closed</option></select>
    <button class="btn btn-primary btn-lg" data-testid="save-2">Save</button>
  </form>
  <!-- rendered by orders/list.html in 12 ms -->
  <svg class="icon" viewBox="0 0 16 16"><path d="M12.5 3.21 4.5 11.2l123 456z"/></svg>
</body>
</html>
"""


def pieces(text: str) -> list[str]:
    return [text[piece.start : piece.end] for piece in SEGMENTER.cut(text).pieces]


def piece_with(cut: Cut, text: str, words: str) -> int:
    return next(i for i, piece in enumerate(cut.pieces) if words in text[piece.start : piece.end])


@settings(deadline=None)
@given(st.one_of(st.lists(MARKUP, max_size=40).map("".join), st.text(st.characters(exclude_categories=[]))))
def test_any_text_is_cut_as_promised(text: str) -> None:
    check_cut(SEGMENTER, text)
    SEGMENTER.fits(text)


def test_a_page_is_cut_into_its_elements() -> None:
    assert SEGMENTER.fits(PAGE)
    check_cut(SEGMENTER, PAGE)
    found = [text.strip() for text in pieces(PAGE)]
    assert "<style>.row { color: red }</style>" in found
    assert "<script>window.dataLayer = [];</script>" in found
    assert '<li class="nav-item"><a class="nav-link" href="/orders/18">Order 18</a></li>' in found
    assert '<tr class="row odd"><td class="cell">Widget</td><td class="cell">4921</td></tr>' in found
    assert '<option value="1">Open</option>' in found
    assert "<!-- rendered by orders/list.html in 12 ms -->" in found


def test_kinds_say_what_a_piece_is() -> None:
    cut = SEGMENTER.cut(PAGE)
    words = ("<title>", "dataLayer", "Order 18", "Widget", "rendered by", "<svg", "</table>")
    kinds = [cut.pieces[piece_with(cut, PAGE, said)].kind for said in words]
    assert kinds == ["heading", "code", "element", "text", "other", "other", "other"]


@pytest.mark.parametrize(
    ("words", "head"),
    [("Widget", "<th>Name"), ("email2", '<form id="f2"'), ("Closed", "<select"), ("save-2", '<form id="f2"')],
)
def test_rows_options_and_controls_come_with_what_says_what_they_are(words: str, head: str) -> None:
    cut = SEGMENTER.cut(PAGE)
    assert cut.pieces[piece_with(cut, PAGE, words)].head == piece_with(cut, PAGE, head)


def test_a_table_does_not_lend_its_header_to_the_next() -> None:
    text = (
        "<table><tr><th>Name</th></tr><tr><td>a</td></tr></table><p>Between them stands this.</p>"
        "<table><tr><td>b</td></tr></table>"
    )
    cut = SEGMENTER.cut(text)
    assert cut.pieces[piece_with(cut, text, "<td>a")].head == 0
    assert cut.pieces[piece_with(cut, text, "<td>b")].head is None


def test_smaller_forms_leave_out_looks_and_tracking_then_structure() -> None:
    cut = SEGMENTER.cut(PAGE)
    assert (
        cut.pieces[piece_with(cut, PAGE, "Order 17")]
        .condensed[0]
        .endswith('<li …><a … href="/orders/17…&page=2">Order 17</a></li>\n')
    )
    row = cut.pieces[piece_with(cut, PAGE, "Widget")]
    assert row.condensed == (
        "    <tr …><td …>Widget</td><td …>4921</td></tr>\n",
        "    …Widget…4921…\n",
    )
    control = cut.pieces[piece_with(cut, PAGE, "email2")]
    assert control.condensed == ('    <input type="email" … id="email2" name="email">\n',)


def test_what_says_nothing_in_fewer_tokens_has_no_smaller_form() -> None:
    text = '<div class="a b c d e f g h"><div class="container container-fluid"></div></div>'
    assert all(not piece.condensed for piece in SEGMENTER.cut(text).pieces)


def test_types_in_xml_are_not_mistaken_for_looks() -> None:
    text = (
        '<hierarchy><node index="0" text="Sign in" resource-id="com.shop:id/login" clickable="true" '
        'class="android.widget.Button" checkable="false" checked="false" bounds="[0,10][200,90]" />'
        "</hierarchy>"
    )
    assert SEGMENTER.fits('<?xml version="1.0"?>' + text)
    (smaller,) = {form for piece in SEGMENTER.cut(text).pieces for form in piece.condensed[:1]}
    assert 'class="android.widget.Button" … bounds="[0,10][200,90]"' in smaller


def test_an_element_of_a_large_page_is_in_a_small_piece_with_its_id_in_every_form() -> None:
    rows = (
        f'<div class="card card-body px-4 py-2" style="order:{i}"><span class="muted">Item</span>'
        f'<button class="btn btn-primary btn-lg" data-track="add" id="add-{i * 7919}">Add</button></div>'
        for i in range(800)
    )
    text = "<html><body>" + "".join(rows) + "</body></html>"
    assert COUNTER.count(text) > 40_000
    cut = SEGMENTER.cut(text)
    for i in (0, 400, 799):
        piece = cut.pieces[piece_with(cut, text, f'id="add-{i * 7919}"')]
        full = text[piece.start : piece.end]
        assert len(full) <= 160
        assert full.count(" id=") == 1
        assert piece.condensed
        assert all(f'id="add-{i * 7919}"' in form and "Add" in form for form in piece.condensed)


def test_long_text_is_cut_between_words_and_keeps_its_tag() -> None:
    text = "<p>" + "several words about the order " * 20 + "</p>"
    found = pieces(text)
    assert found[0].startswith("<p>several")
    assert found[-1].endswith("</p>")
    assert max(map(len, found)) <= 170


def test_embedded_data_stands_apart_from_its_element() -> None:
    data = "iVBORw0KGgo" * 200
    text = f'<div><img id="logo-17" src="data:image/png;base64,{data}" alt="Acme"></div>'
    found = pieces(text)
    assert found[0] == '<div><img id="logo-17" src="'
    assert found[-1].startswith('" alt="Acme">')


@pytest.mark.parametrize(
    "text",
    [
        *("<", "<a", '<a href="x', "<!--", "<!-- a", "<script>", "<script", "<![CDATA[ x", "</", "<p"),
        *("<p 'x>y</p>", '<a title="1 > 0" href=/y>x</a>', "a < b and c > d", "<p>one<p>two"),
        *("</p></p></p>", "<3", " \n ", ""),
    ],
)
def test_broken_markup_is_cut_too(text: str) -> None:
    check_cut(SEGMENTER, text)
    assert len(pieces(text)) <= 2


def test_compact_drops_indentation_between_tags_and_nothing_else() -> None:
    text = (
        "<div>\n    <p>\n      Two  words\n    </p>\n\n    <pre>\n  <b>kept</b>\n\n  as is</pre>\n"
        "  <!--\n   n -->\n</div>\n"
    )
    assert SEGMENTER.compact(text) == (
        "<div>\n<p>\nTwo  words\n</p>\n<pre>\n  <b>kept</b>\n\n  as is</pre>\n<!--\n   n -->\n</div>\n"
    )
    assert atoms_of(SEGMENTER.compact(PAGE)) == atoms_of(PAGE)
    assert COUNTER.count(SEGMENTER.compact(PAGE)) < COUNTER.count(PAGE)
    kept = '<a xml:space="preserve">\n  <b/>\n</a>'
    assert SEGMENTER.compact(kept) == kept


@pytest.mark.parametrize(
    "text",
    [
        PAGE,
        "".join(line.strip() for line in PAGE.splitlines()),
        PAGE[:700],
        'Page source:\n<div id="a"><p>One</p><a href="/y">Two</a></div>',
        '<?xml version="1.0"?>\n<project>\n  <artifactId>shop</artifactId>\n</project>',
        "<template>\n  <ul>\n<li>{{ x }}</li>\n  </ul>\n</template>\n<script>\nexport default x\n</script>",
    ],
)
def test_markup_is_recognised(text: str) -> None:
    assert SEGMENTER.fits(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "Prose with <b>one</b> tag and nothing else of the kind."),
        '{"html": "<div><p>a</p><p>b</p></div>"}',
        '["<div><p>a</p><p>b</p></div>"]',
        "Map<String, List<Integer>> m = new HashMap<>();\nList<String> x;\nSet<Foo> y;\n",
        '<div className="a">\n  <Foo bar={1} />\n  <p>x</p>\n  <p>y</p>\n</div>',
        'import A from "a";\nexport const B = () => (\n  <div>\n    <h1>Hi</h1>\n  <p>x</p>\n  </div>\n);\n',
        '<?php echo "<p>x</p>"; ?>\n<div><p>a</p><p>b</p></div>',
        "--- a/x.html\n+++ b/x.html\n@@ -1,3 +1,3 @@\n <div>\n-  <p>a</p>\n+  <p>b</p>\n </div>\n",
        "a.html:1:<div>\na.html:2:<p>x</p>\na.html:3:<p>y</p>\na.html:4:</div>\n",
        "<alice@example.org>\n<bob@example.org>\n<carol@example.org>\n<dan@example.org>\n",
        "<result>\n" + "a line of output with 12345 and words\n" * 30 + "</result>",
        "# Notes\n\n<p align=center><img src=a.png></p>\n<p>More</p>\n\nText follows here.\n",
    ],
)
def test_what_only_mentions_tags_is_not(text: str) -> None:
    assert not SEGMENTER.fits(text)


def test_a_minified_page_of_megabytes_is_cut_into_bounded_many_pieces() -> None:
    row = '<tr><td>Name</td><td class="num">4921</td></tr><p>x</p><i>1</i>'
    text = "<html><table>" + row * (3_000_000 // len(row))
    cut = SEGMENTER.cut(text)
    assert len(cut.pieces) <= 50_001
    assert cut.pieces[-1].end == len(text)


@pytest.mark.parametrize(
    "unit",
    [
        *("<", "<!--", "<!-- -", "<svg>", "<svg><path ", "<script>", "<pre>", "<![CDATA[", "]]"),
        *("<tr><th>a</th>", '<a "', "<a '\"", '<a x="" ', "<a class=", ' class="x y"', "&utm_x=", "\n"),
        *("\t\n", " ", "x ", "a-", "</b>"),
    ],
)
def test_time_grows_with_the_length(unit: str) -> None:
    check_linear(unit, SEGMENTER.fits, SEGMENTER.cut, SEGMENTER.compact, before="<div>")
