"""Source code: lines, each with the definition around it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcompress.segmenters.code.segmenter import CodeSegmenter, code_pieces
from agentcompress.values import Piece

from .segmenting import check_cut
from .timing import check_linear

CODE = CodeSegmenter()
PYTHON = '''\
import os


class Basket:
    """What a customer wants."""

    def add(
        self,
        item: str,
    ) -> None:
        # Twice is fine.
        self.items.append(item)

    def total(self) -> int:
        return sum(price(item) for item in self.items)


def price(item: str) -> int:
    return PRICES[item]
'''
JAVA = """\
package org.example.shop;

public class Basket {
    private final List<String> items = new ArrayList<>();

    @Override
    public int total() {
        int sum = 0;
        for (String item : items) {
            sum += price(item);
        }
        return sum;
    }
}
"""
TYPESCRIPT = """\
export interface Item {
  name: string;
}

export const total = (items: Item[]): number => {
  return items.length;
};
"""
GO = """\
package shop

type Basket struct {
\titems []string
}

func (b *Basket) Add(item string) error {
\tif item == "" {
\t\treturn errEmpty
\t}
\treturn nil
}
"""
RUST = """\
impl Basket {
    pub fn total(&self) -> u32 {
        let mut sum = 0;
        sum += self.tax;
        sum
    }
}
"""
CPP = """\
#include <vector>

class Basket {
 public:
  int total() const {
    return sum_;
  }
};

int main(int argc, char** argv)
{
  std::vector<int> all;
  return 0;
}
"""
RUBY = """\
class Basket < Base
  def total
    items.sum do |item|
      item.price
    end
  end
end
"""


def chain(text: str, pieces: list[Piece] | tuple[Piece, ...], words: str) -> list[str]:
    """The line with these words and its heads, innermost first."""
    index: int | None = next(i for i, p in enumerate(pieces) if words in text[p.start : p.end])
    found = []
    while index is not None:
        found.append(text[pieces[index].start : pieces[index].end].strip())
        index = pieces[index].head
    return found


@pytest.mark.parametrize(
    ("text", "words", "heads"),
    [
        (PYTHON, "items.append", ["def add(", "class Basket:"]),
        (PYTHON, "item: str,", ["def add(", "class Basket:"]),
        (PYTHON, "return sum", ["def total(self) -> int:", "class Basket:"]),
        (PYTHON, "PRICES", ["def price(item: str) -> int:"]),
        (PYTHON, "import os", []),
        (JAVA, "sum += price", ["public int total() {", "public class Basket {"]),
        (JAVA, "ArrayList", ["public class Basket {"]),
        (TYPESCRIPT, "items.length", ["export const total = (items: Item[]): number => {"]),
        (TYPESCRIPT, "name: string", ["export interface Item {"]),
        (GO, "errEmpty", ["func (b *Basket) Add(item string) error {"]),
        (GO, "items []string", ["type Basket struct {"]),
        (RUST, "self.tax", ["pub fn total(&self) -> u32 {", "impl Basket {"]),
        (CPP, "return sum_", ["int total() const {", "class Basket {"]),
        (CPP, "std::vector", ["int main(int argc, char** argv)"]),
        (RUBY, "item.price", ["def total", "class Basket < Base"]),
    ],
)
def test_a_line_comes_with_the_definitions_around_it(text: str, words: str, heads: list[str]) -> None:
    assert CODE.fits(text)
    assert chain(text, list(check_cut(CODE, text).pieces), words)[1:] == heads


def test_code_that_quotes_a_listing_is_plain_code() -> None:
    text = PYTHON + 'EXAMPLE = """\n  1: a\n  2: b\n  3: c\n  4: d\n"""\n'
    assert CODE.compact(text) == text
    assert chain(text, list(check_cut(CODE, text).pieces), "PRICES")[1:] == ["def price(item: str) -> int:"]


def test_kinds() -> None:
    kinds = {PYTHON[p.start : p.end].strip(): p.kind for p in CODE.cut(PYTHON).pieces}
    assert kinds["import os"] == "code"
    assert kinds["class Basket:"] == kinds["item: str,"] == "heading"
    assert kinds['"""What a customer wants."""'] == kinds["# Twice is fine."] == "text"
    assert kinds["return PRICES[item]"] == "code"


@pytest.mark.parametrize(
    ("text", "words", "heads"),
    [
        (
            "        return self.a\n\n    def size(self):\n        return self.b\n",
            "self.b",
            ["def size(self):"],
        ),
        (
            '        Args.\n        """\n        x = 1\n\n    def size(self):\n        return self.b\n',
            "self.b",
            ["def size(self):"],
        ),
        (
            "        return;\n    }\n    public int size() {\n        int n;\n        return n;\n    }\n}\n",
            "return n",
            ["public int size() {"],
        ),
        (
            "public class A {\n    public int size() {\n        int n = 1;\n        if (n > 0) {\n",
            "n > 0",
            ["public int size() {", "public class A {"],
        ),
    ],
)
def test_fragments_keep_their_definitions(text: str, words: str, heads: list[str]) -> None:
    assert chain(text, list(check_cut(CODE, text).pieces), words)[1:] == heads


def test_words_before_code_stay_outside() -> None:
    text = "The file holds:\n" + PYTHON
    pieces = list(check_cut(CODE, text).pieces)
    assert CODE.fits(text)
    assert pieces[0].kind == "line"
    assert chain(text, pieces, "PRICES")[1:] == ["def price(item: str) -> int:"]


def test_a_long_string_has_a_short_form() -> None:
    words = "the basket {name} holds more than it may: take out some items and try again"
    line = f'    raise ValueError(f"{words}", name, limit)\n'
    text = PYTHON + line
    piece = check_cut(CODE, text).pieces[-1]
    assert piece.condensed == ('    raise ValueError(f"the basket {name} holds…", name, limit)\n',)


def test_compact_changes_no_line_of_code() -> None:
    for text in (PYTHON, JAVA, "a  =  1;\n\n\n\n" + GO):
        assert CODE.compact(text) == text


def test_code_within_a_text_has_positions_in_that_text() -> None:
    text = f"Ünïcödé before\n{JAVA}after"
    start, end = text.index("package"), text.index("after")
    for language in ("java", None):
        pieces = code_pieces(text, start, end, language)
        assert (pieces[0].start, pieces[-1].end) == (start, end)
        assert chain(text, pieces, "sum += price")[1:] == ["public int total() {", "public class Basket {"]
    assert code_pieces(text, start, start) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one line",
        '{\n  "a": 1,\n  "b": [\n    2\n  ]\n}\n',
        "2024-05-01 10:00:00 INFO start\n2024-05-01 10:00:01 INFO stop;\n2024-05-01 10:00:02 INFO end;\n",
        "src/a.py:12:def f():\nsrc/a.py:14:    return 1\nsrc/b.py:3:import os\nsrc/b.py:9:def g():\n",
        'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    return g()\nValueError: no\n',
        "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-def f():\n+def g():\n   return\n",
        "The class is for those who try.\nIt returns to the class (often),\nand if not, it may break.\n",
        "# Title\n\nSome words.\n\n```python\ndef f():\n    return 1\n\nimport os\n```\n",
        "<html>\n<body>\n<p>words</p>\n<script>\nvar a = 1;\n</script>\n</body>\n</html>\n",
        "name: shop\nversion: 3\nsteps:\n  - run: make\n  - run: test\n",
        " id | name\n----+------\n  1 | ann\n  2 | bob\n  3 | cat\n",
        "README.md\nsetup.py\nsrc/shop/basket.py\nsrc/shop/price.py\n",
    ],
)
def test_other_content_is_no_code(text: str) -> None:
    assert not CODE.fits(text)
    check_cut(CODE, text)


BITS = st.sampled_from(
    [
        "def f(a):\n",
        "    return x\n",
        "class A {\n",
        "}\n",
        "{",
        '"""',
        "'''",
        "/*",
        "*/",
        "\n",
        "\r\n",
        "\x0c",
        "é = 'ü'\n",
        "\ud800",
        "  1\tx = 2\n",
        "  2\ty\n",
        "  3\t\n",
        "7: a\n8: b\n9: c\n",
        "func g() {\n",
        "// no\n",
        "#",
        "(",
        "\t",
        "x" * 200,
        'throw new Error("' + "some words " * 9 + '");\n',
        "\0",
        "<?php $a = 1;\n",
        "import os\n",
        "::",
        "impl A {\n",
    ]
)


@given(st.lists(BITS, max_size=30).map("".join) | st.text())
def test_every_text_is_cut_as_promised(text: str) -> None:
    CODE.fits(text)
    check_cut(CODE, text)


@given(
    st.lists(BITS, max_size=30).map("".join),
    st.sampled_from(
        [
            "python",
            "javascript",
            "typescript",
            "tsx",
            "java",
            "go",
            "rust",
            "c",
            "cpp",
            "csharp",
            "ruby",
            "php",
            "kotlin",
            "swift",
        ]
    ),
)
def test_every_grammar_reads_anything(text: str, language: str) -> None:
    pieces = code_pieces(text, 0, len(text), language)
    assert "".join(text[piece.start : piece.end] for piece in pieces) == text


def test_threads_share_a_segmenter() -> None:
    texts = [PYTHON * 20, JAVA * 20, TYPESCRIPT * 20, GO * 20]
    alone = [CODE.cut(text) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(CODE.cut, texts * 5)) == alone * 5


@pytest.mark.parametrize(
    "unit",
    [
        PYTHON,
        JAVA,
        "{",
        "}\n",
        "(\n",
        '"',
        "class A {\n",
        "def f():\n ",
        "a = 1;",
        "/*",
        "if (x) ",
        "case a:\n",
        "int f(){",
        "\n",
        " 1\tx\n",
        "'''\n",
        "x" * 99 + " ",
    ],
)
def test_time_is_linear(unit: str) -> None:
    check_linear(unit, CODE.fits, CODE.cut, CODE.compact)


def test_a_text_of_any_size_has_a_bounded_number_of_pieces() -> None:
    minified = "function f(a){return a+1};var b=f(2);" * 60_000
    assert len(CODE.cut(minified).pieces) <= 60_000
    assert len(CODE.cut("a=1\n" * 300_000).pieces) <= 300_001
