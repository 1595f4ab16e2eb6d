"""What is said in fewer tokens can be read back: JSON, Python strings, YAML and passages that repeat."""

import ast
import json
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from agentcompress.segmenters import JsonSegmenter, default_segmenter
from agentcompress.segmenters.folded import unfolded
from agentcompress.segmenters.repeats import said_once
from agentcompress.values import atoms_of

from .helpers import EXAMPLES
from .reading_compact import closed, said, unfolded_marks
from .segmenting import COUNTER
from .timing import check_linear

JSON = JsonSegmenter()
SEGMENTER = default_segmenter()

WORDS = st.sampled_from(
    ["late", "order", "ORD-81723", "ä driver", "src/app/main.py:42", 'a "b"', "x\\y", "é"]
)
SENTENCES = st.lists(WORDS, min_size=1, max_size=12).map(lambda words: " ".join(words) + ".")
TEXTS = st.lists(SENTENCES, max_size=12).flatmap(
    lambda said: st.sampled_from([" ".join(said), "\n".join(said), " ".join(said * 2)])
)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), TEXTS)
KEYS = st.sampled_from(["id", "at", "name", "text", "a/b", "a~b", "unit_price"])
RECORDS = st.lists(
    st.fixed_dictionaries(
        {"id": st.integers(), "at": st.fixed_dictionaries({"lat": st.integers()}), "text": TEXTS}
    ),
    max_size=6,
)
VALUES = st.recursive(
    st.one_of(LEAVES, RECORDS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.dictionaries(KEYS, inner, max_size=5),
        inner.map(lambda value: json.dumps([value], indent=2)),
        inner.map(lambda value: {"said": value, "again": value}),
    ),
    max_leaves=8,
)
DOCUMENTS = st.tuples(
    st.dictionaries(KEYS, VALUES, min_size=1), st.sampled_from([None, 2]), st.booleans()
).map(lambda given: json.dumps(given[0], indent=given[1], ensure_ascii=given[2]))


@settings(deadline=None, max_examples=EXAMPLES)
@given(DOCUMENTS)
def test_compact_json_says_the_same(text: str) -> None:
    assert said(JSON.compact(text)) == said(text)


@settings(deadline=None, max_examples=EXAMPLES)
@given(DOCUMENTS, st.floats(0.1, 1))
def test_json_that_is_cut_off_says_the_same(text: str, share: float) -> None:
    cut = text[: max(2, int(share * len(text)))]
    compact = JSON.compact(cut)
    assert said(closed(unfolded_marks(compact))) == said(closed(cut))
    assert set(atoms_of(cut)) <= set(atoms_of(compact))


@settings(deadline=None, max_examples=EXAMPLES)
@given(st.lists(SENTENCES, min_size=8, max_size=30), st.sampled_from(["\n", "\n  ", "\t", "\n\n"]))
def test_python_strings_keep_their_value(sentences: list[str], between: str) -> None:
    value = between.join(sentences)
    text = f"meta=None content=[Part(kind='text', text={value!r}, more=None)] error=False"
    compact = SEGMENTER.compact(text)
    assert _argument(unfolded_marks(compact)) == value
    assert set(atoms_of(text)) <= set(atoms_of(compact))


def _argument(text: str) -> Any:
    call = ast.parse(text.removeprefix("meta=None content=[").removesuffix("] error=False"), mode="eval").body
    assert isinstance(call, ast.Call)
    return ast.literal_eval(call.keywords[1].value)


def test_json_in_a_python_string_loses_its_escapes() -> None:
    value = json.dumps({"rows": [{"id": f"ORD-{n}", "note": "late\nagain"} for n in range(9)]}, indent=2)
    text = f"[Part(text={json.dumps({'text': value}, indent=2)!r}, more=None)]"
    compact = SEGMENTER.compact(text)
    rows = '{"text":{"json":{"rows":{"columns":["id","note"],"rows":[["ORD-0","late\\nagain"],'
    assert compact.startswith(f"[Part(text=r'''{rows}")
    assert 2 * COUNTER.count(compact) < COUNTER.count(text)
    assert SEGMENTER.compact(text[:-60]).startswith(f"[Part(text=r'''{rows}")


ENTRIES = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["read_file", "write_file"]),
            "purpose": TEXTS,
            "input": st.fixed_dictionaries({"path": TEXTS}),
        }
    ),
    min_size=1,
    max_size=4,
)


@settings(deadline=None, max_examples=EXAMPLES)
@given(ENTRIES, st.sampled_from([None, '"', "'"]))
def test_yaml_on_one_line_is_read_alike(entries: list[dict[str, Any]], style: str | None) -> None:
    text = yaml.safe_dump(
        {"success": True, "tools": entries}, allow_unicode=True, sort_keys=False, default_style=style
    )
    assert yaml.safe_load(unfolded(text)) == yaml.safe_load(text)


def test_wrapped_yaml_is_joined() -> None:
    purpose = "Reads a file from disk and says how long it is, which no other tool here does."
    text = yaml.safe_dump({"name": "read_file", "purpose": purpose, "input": {"path": "a"}}, sort_keys=False)
    assert text.count("\n") == 5
    assert SEGMENTER.compact(text) == f"name: read_file\npurpose: {purpose}\ninput:\n  path: a\n"


PASSAGE = "".join(f"The order number {n} was late, and nobody knows why that is so. " for n in range(9))


def test_a_passage_is_said_once() -> None:
    text = f"First: {PASSAGE}Then came more. {PASSAGE}The end, as far as anyone knows."
    compact = said_once(text)
    assert compact.count("number 5 was") == 1
    assert "Then came more. [as above from “" in compact
    assert unfolded_marks(compact) == text
    assert said_once(compact) == compact
    assert said_once(f"[as above from “x” to “y”] {text}").endswith(text)


@settings(deadline=None, max_examples=EXAMPLES)
@given(st.lists(st.sampled_from([*"abcde"]), max_size=40), st.sampled_from([" ", "\n", "\n\n  ", "\\n"]))
def test_references_lead_to_what_they_stand_for(letters: list[str], between: str) -> None:
    text = between.join(
        f"Sentence {letter} is about this long, {letter * 90} and no longer." for letter in letters
    )
    assert unfolded_marks(said_once(text)) == text


@settings(deadline=None, max_examples=EXAMPLES)
@given(
    st.text("ab:'\"\\n\n {}[],=|-", max_size=400), st.text(st.characters(exclude_categories=[]), max_size=40)
)
def test_no_text_makes_it_fail_or_lose_an_atom(marks: str, anything: str) -> None:
    for text in (
        marks,
        f"x=['{marks}'\n{anything}",
        f'key: "{marks}\n  {anything}"\nother: b\nc: d',
        marks * 8,
    ):
        assert set(atoms_of(text)) <= set(atoms_of(SEGMENTER.compact(text)))


@pytest.mark.parametrize(
    "unit",
    [
        "x='a\\n",
        'a: "b\\\n  ',
        "One sentence of so many words stands here. ",
        '{"a":"[\\"b\\\\n\\", ',
        '{"text":"{\\"a\\": \\"b\\"}"}\n',
        "\\'",
        "- item: 'it''s\n",
    ],
)
def test_time_grows_with_the_length_of_the_text_not_its_square(unit: str) -> None:
    check_linear(unit, SEGMENTER.compact)
