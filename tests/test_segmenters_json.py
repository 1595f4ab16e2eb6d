"""JSON: what is shown of it stays JSON, and its shortest form says the same."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentcompress.segmenters.json import JsonSegmenter
from agentcompress.values import Cut

from .reading_compact import meaning
from .segmenting import check_cut
from .timing import check_linear

JSON = JsonSegmenter()
NOTE = "[7 tokens elided]"
KEYS = st.sampled_from(["id", "name", "columns", "rows", "a.b", 'x"y', "é", "unit_price"])
STRINGS = st.one_of(
    st.sampled_from(["", "src/app/main.py:42", '“q” \\ "', "\U0001f600 \n\n x", '{"a": [1, 2], "b": "c d"}']),
    st.lists(
        st.sampled_from(["word", "ord-81723", "\n", "\n   ", "\t", "“", "日本", "\\n", "\U0001f600"]),
        max_size=60,
    ).map(" ".join),
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), STRINGS)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=9), st.dictionaries(KEYS, inner, max_size=7)),
    max_leaves=25,
)
ROOTS = st.one_of(st.lists(VALUES, max_size=12), st.dictionaries(KEYS, VALUES, max_size=8))
STYLES: list[dict[str, Any]] = [{}, {"indent": 2}, {"separators": (",", ":")}, {"ensure_ascii": False}]
WRITTEN = st.tuples(ROOTS, st.sampled_from(STYLES)).map(
    lambda pair: (pair[0], json.dumps(pair[0], **pair[1]))
)


def shown(cut: Cut, text: str, wanted: set[int]) -> dict[int, str]:
    """What is shown when these pieces are wanted: with their heads, as they stand."""
    kept: dict[int, str] = {}
    for number in sorted(wanted):
        at: int | None = number
        while at is not None and at not in kept:
            piece = cut.pieces[at]
            start, end = piece.core or (piece.start, piece.end)
            kept[at] = text[start:end]
            at = piece.head
    return kept


def joined(text: str, wanted: set[int] | None = None, note: str = "") -> str:
    cut = check_cut(JSON, text)
    assert cut.join is not None
    numbers = set(range(len(cut.pieces))) if wanted is None else wanted
    return cut.join(shown(cut, text, numbers), note)


def having(text: str, *words: str) -> set[int]:
    pieces = JSON.cut(text).pieces
    return {
        n for n, piece in enumerate(pieces) if any(word in text[piece.start : piece.end] for word in words)
    }


def plain(text: str) -> Any:
    return json.loads(text, parse_int=str, parse_float=str, object_pairs_hook=lambda pairs: {"object": pairs})


@settings(deadline=None, max_examples=50)
@given(WRITTEN)
def test_with_every_piece_shown_it_is_the_same_value(written: tuple[Any, str]) -> None:
    value, text = written
    assert json.loads(joined(text)) == value


@settings(deadline=None, max_examples=50)
@given(WRITTEN, st.sets(st.integers(0, 60)), st.sampled_from(["", NOTE]))
def test_with_any_pieces_shown_it_is_json_of_the_same_type(
    written: tuple[Any, str], wanted: set[int], note: str
) -> None:
    value, text = written
    made = joined(text, {number % len(JSON.cut(text).pieces) for number in wanted}, note)
    if made:
        read = json.loads(made)
        assert type(read) is type(value)
        assert note in made
    else:
        assert not wanted
        assert not note


@settings(deadline=None, max_examples=50)
@given(WRITTEN, st.floats(0, 1), st.sets(st.integers(0, 60)))
def test_cut_off_anywhere_it_is_closed(written: tuple[Any, str], share: float, wanted: set[int]) -> None:
    text = written[1][: int(share * len(written[1]))]
    cut = check_cut(JSON, text)
    if cut.join and JSON.fits(text):
        json.loads(joined(text))
        json.loads(joined(text, {number % len(cut.pieces) for number in wanted}, NOTE))


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=[])), st.text('{}[]":,\\ \n1a', max_size=60))
def test_any_text_is_cut(text: str, marks: str) -> None:
    for tried in (text, marks, marks + text, '{"a": [' + marks):
        check_cut(JSON, tried)
        JSON.fits(tried)


@settings(deadline=None, max_examples=50)
@given(WRITTEN)
def test_the_compact_form_says_the_same(written: tuple[Any, str]) -> None:
    text = written[1]
    compact = JSON.compact(text)
    assert len(compact) <= len(text)
    if '{"columns":' not in _dense(text) and "\\" not in text and "{" not in "".join(_strings(written[0])):
        assert meaning(compact) == plain(text)


def _dense(text: str) -> str:
    return json.dumps(json.loads(text), separators=(",", ":"))


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for each in inner for text in _strings(each)]


ORDER = json.dumps(
    {
        "order": "ord-81723",
        "lines": [
            {
                "sku": f"sku-{n}",
                "label": f"a part with the number {n}",
                "price": 10.5 + n,
                "stock": {"here": n, "there": n + 4},
            }
            for n in range(6)
        ],
        "remark": "The parcel left the house.\n" * 12 + "Ask for Mia at gate_17.",
        "counts": list(range(100, 160)),
    },
    indent=2,
)


def test_members_stand_in_their_containers_and_gaps_are_marked() -> None:
    assert joined(ORDER, having(ORDER, "sku-3", "ord-81723"), NOTE) == (
        '{"order": "ord-81723","lines": [{"sku": "sku-3"},"[7 tokens elided]"]}'
    )
    made = json.loads(joined(ORDER, having(ORDER, "gate_17", "127"), NOTE))
    assert list(made) == ["remark", "counts"]
    assert made["remark"] == "…\nAsk for Mia at gate_17."
    assert made["counts"][-1] == NOTE
    assert 127 in made["counts"]


def test_nothing_shown_keeps_the_type_of_the_root() -> None:
    assert joined(ORDER, set(), NOTE) == '{"…":"[7 tokens elided]"}'
    assert joined("[1, 2]", set(), NOTE) == '["[7 tokens elided]"]'


def test_text_around_the_json_stands_around_it() -> None:
    text = f"The order you asked for:\n{ORDER}. Say DONE when you are done\n"
    assert JSON.fits(text)
    wanted = having(text, "asked for", "ord-81723", "DONE")
    start = 'The order you asked for:\n{"order": "ord-81723"'
    assert joined(text, wanted, NOTE) == f"{start}}}. Say DONE when you are done\n{NOTE}"
    assert json.loads(joined(text).partition("\n")[2].rpartition(". Say")[0]) == json.loads(ORDER)


def test_lines_of_json_stay_lines_of_json() -> None:
    rows = [{"at": f"2024-05-{n:02}", "event": "order placed", "id": n} for n in range(1, 20)]
    text = "\n".join(json.dumps(row) for row in rows)
    assert JSON.fits(text)
    assert [json.loads(line) for line in joined(text).split("\n")] == rows
    made = joined(text, {3, 7}, NOTE).split("\n")
    assert [json.loads(line) for line in made] == [rows[3], rows[7], {"…": NOTE}]


def test_many_small_lines_share_pieces() -> None:
    text = "".join(f'{{"t":{n}}}\n' for n in range(60_000))
    cut = JSON.cut(text)
    assert len(cut.pieces) <= 50_000
    lines = joined(text, set(range(0, len(cut.pieces), 9))).splitlines()
    assert [json.loads(line) for line in lines][:3] == [{"t": 0}, {"t": 1}, {"t": 2}]


def test_a_small_record_shrinks_to_what_names_it() -> None:
    text = json.dumps(
        [{"user_id": f"mia_{n}", "city": "Rivermist", "paid": True, "zip": "92164"} for n in range(5)]
    )
    pieces = check_cut(JSON, text).pieces
    assert [piece.condensed for piece in pieces if piece.kind == "record"] == [
        (f'{{"user_id": "mia_{n}"}}',) for n in range(5)
    ]


@pytest.mark.parametrize(
    "text", ["1e400", "0.10000000000000000001", "-0", '"\\ud83d\\ude00"', "12345678901234567890"]
)
def test_values_stay_byte_exact(text: str) -> None:
    document = f'{{"long enough a key to fill": [{text}, "{"x" * 90}"], "b": {text}, "b": {text}}}'
    assert joined(document).count(text) == 3
    assert JSON.compact(document).count(text) == 3


def test_uniform_records_become_a_table_that_can_be_read_back() -> None:
    compact = JSON.compact(ORDER)
    assert '{"columns":["sku","label","price","stock.here","stock.there"],"rows":[["sku-0",' in compact
    assert meaning(compact) == plain(ORDER)
    rows = having(compact, "sku-4")
    assert '{"columns":["sku","label"' in joined(compact, rows)


def test_names_that_would_be_unclear_keep_their_records() -> None:
    for records in (
        [{"a.b": n, "value": n} for n in range(9)],
        [{"a": n, "value": n} if n else {"value": n, "a": n} for n in range(9)],
        [{"columns": ["long_name"], "rows": [[n]]} for n in range(9)],
    ):
        assert json.loads(JSON.compact(json.dumps(records))) == records


def test_json_in_a_string_loses_only_its_blanks_and_escapes() -> None:
    inner = {"place": "Old Town", "at": [1.5, 2.5], "said": 'a "b"  \\ c\n d'}
    text = json.dumps({"text": json.dumps(inner, indent=2), "key": "{not json"})
    assert json.loads(JSON.compact(text)) == {"text": {"json": inner}, "key": "{not json"}
    # Where the mark would be unclear, the string stays one.
    marked = json.dumps({"text": json.dumps(inner, indent=2), "own": {"json": 1}})
    read = json.loads(JSON.compact(marked))
    assert read == {"text": json.dumps(inner, separators=(",", ":")), "own": {"json": 1}}


def test_a_long_value_is_said_once() -> None:
    order = {"id": "ORD-81723", "note": "late again, ask the driver"}
    compact = JSON.compact(json.dumps({"first": {"a/b": order}, "again": [order]}))
    assert json.loads(compact) == {"first": {"a/b": order}, "again": [{"$ref": "#/first/a~1b"}]}
    own = {"first": order, "again": order, "schema": {"$ref": "#/x"}}
    assert json.loads(JSON.compact(json.dumps(own))) == own


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "just words",
        "{'a': 1, 'b': 2}",
        '{1: 2, true: "four"}',
        "[INFO] started {} of 7",
        "def f(x):\n    return {x: [1, 2]}\n",
        "* [a](b)\n* [c](d)\n",
        "[1] a source\n[2] another source\n",
    ],
)
def test_what_is_no_json_is_left_to_others(text: str) -> None:
    assert not JSON.fits(text)
    assert JSON.compact(text) == text
    check_cut(JSON, text)


def test_what_lies_very_deep_stays_whole() -> None:
    text = '{"a": [0, ' * 3_000 + "1" + "]}" * 3_000
    cut = JSON.cut(text)
    assert cut.join is not None
    assert cut.join(shown(cut, text, set(range(len(cut.pieces)))), "").replace(" ", "") == text.replace(
        " ", ""
    )
    assert JSON.cut("[" * 100_000).join


@pytest.mark.parametrize(
    "unit",
    [
        '{"id": 1, "b": [1, 2]}\n',
        '{"a": x',
        '["a" ',
        "x {} ",
        "[",
        '{"a":[',
        '["\\\\',
        '"\\u0041',
        '{"a": "',
        "[0 ",
    ],
)
def test_time_grows_with_the_length_of_the_text_not_its_square(unit: str) -> None:
    check_linear(unit, JSON.cut, JSON.compact)
