"""Names of files, under the folder they are listed under."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcompress.segmenters.listings import ListingSegmenter

from .conversations import TEXTS
from .rows import condensed_of, heads_of, never_slower_than_linear, pieces_of, shuffled
from .segmenting import check_cut

FOUND = "./src/app/cart.py\n./src/app/shop.py\n./tests/test_cart.py\n"
LONG = """\
total 12
drwxr-xr-x  3 mia staff   4096 Jan  1  2024 src
-rw-r--r--  1 mia staff     71 Mar 31 09:15 read me.md
-rw-r--r--. 1 mia staff 10,204 2024-05-06 07:08 setup.cfg
"""
FOLDERS = """\
.:
docs  setup.py\t src

./src:
cart.py  shop.py
data

./src/data:
prices.csv
"""
TREE = """\
.
├── src
│   ├── cart.py
│   └── data
│       └── prices.csv
└── setup.py

2 directories, 3 files
"""
ASCII_TREE = "shop\n|-- src\n|   `-- cart.py\n`-- setup.py\n"
NESTED = "- /srv/shop/\n  - src/\n    - cart.py\n  - setup.py\n"
SIZES = "4.0K\t./src/data\n12K\t./src\n16K\t.\n"
STATUS = " M src/app/cart.py\n?? notes.txt\nA  src/new.py\n"
CHANGES = "Changes not staged for commit:\n\tmodified:   src/cart.py\n\tdeleted:    old.py\n"
STAT = " src/cart.py | 12 ++++----\n setup.py    |  1 +\n 2 files changed, 9 insertions(+), 4 deletions(-)\n"
FORMS = [FOUND, LONG, FOLDERS, TREE, ASCII_TREE, NESTED, SIZES, STATUS, CHANGES, STAT]


@given(st.one_of(TEXTS, shuffled(*FORMS)))
def test_whatever_the_text_the_cut_holds(text: str) -> None:
    ListingSegmenter().fits(text)
    check_cut(ListingSegmenter(), text)


@pytest.mark.parametrize("text", FORMS)
def test_every_usual_form_fits_and_is_cut_into_lines(text: str) -> None:
    assert ListingSegmenter().fits(text)
    assert len(pieces_of(ListingSegmenter(), text)) == sum(bool(line) for line in text.splitlines())


def test_files_stand_under_their_folder() -> None:
    heads = heads_of(ListingSegmenter(), FOLDERS)
    assert heads["docs  setup.py\t src\n".strip()] == [".:"]
    assert heads["prices.csv"] == ["./src/data:"]
    assert heads_of(ListingSegmenter(), CHANGES)["\tdeleted:    old.py"] == ["Changes not staged for commit:"]


@pytest.mark.parametrize(
    ("text", "leaf", "branches"),
    [
        (TREE, "│       └── prices.csv", ["│   └── data", "├── src", "."]),
        (TREE, "└── setup.py", ["."]),
        (TREE, "2 directories, 3 files", []),
        (ASCII_TREE, "|   `-- cart.py", ["|-- src", "shop"]),
        (NESTED, "    - cart.py", ["  - src/", "- /srv/shop/"]),
    ],
)
def test_a_leaf_of_a_tree_stands_under_its_branches(text: str, leaf: str, branches: list[str]) -> None:
    heads = {name.rstrip(): above for name, above in heads_of(ListingSegmenter(), text).items()}
    assert heads[leaf] == branches


def test_a_long_row_can_be_shown_by_its_name() -> None:
    assert condensed_of(ListingSegmenter(), LONG)[LONG.splitlines(keepends=True)[2]] == ("… read me.md\n",)


def test_spaces_that_align_are_not_needed() -> None:
    assert (
        ListingSegmenter().compact(FOLDERS).startswith(".:\ndocs setup.py src\n\n./src:\ncart.py shop.py\n")
    )
    assert "-rw-r--r-- 1 mia staff 71 Mar 31 09:15 read me.md\n" in ListingSegmenter().compact(LONG)
    assert ListingSegmenter().compact("./a  b.txt\n") == "./a  b.txt\n"
    assert ListingSegmenter().compact(TREE) == TREE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "One\nword\na line\n",
        "Some prose and/or text.\nIt is about src/app/cart.py only.\nNothing else.\n",
        "import os\nimport re\n\nprint(os.sep)\n",
        "<ul>\n<li>\n</li>\n</ul>\n",
        "12/05/2024\n13/05/2024\n14/05/2024\n",
        "MIIEpAIBAAKCAQEA1c7+9z5Pad7OejecsQ0bu3aumbTpcVc9cU3c/Yt8c2KZ4nK1\n" * 4,
        "- buy milk\n- call home\n- sleep\n",
    ],
)
def test_other_texts_do_not_fit(text: str) -> None:
    assert not ListingSegmenter().fits(text)


def test_a_large_listing_is_cut_into_a_bounded_number_of_pieces() -> None:
    text = "".join(f"./d{n % 700}:\nf{n}.py\n\n" for n in range(80_000))
    assert len(check_cut(ListingSegmenter(), text).pieces) <= 51_000


def test_time_grows_with_the_length() -> None:
    for unit in (*FORMS, " ", "│ ", "- ", "a  ", "\t", "a/", ".", "</", "-rw-r--r-- 1 a b "):
        never_slower_than_linear(ListingSegmenter(), unit)
