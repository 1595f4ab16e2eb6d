"""Diffs: lines under their hunks, hunks under their files."""

from hypothesis import given
from hypothesis import strategies as st

from agentcompress.segmenters.diffs import DiffSegmenter

from .conversations import TEXTS
from .rows import heads_of, never_slower_than_linear, shuffled
from .segmenting import check_cut

DIFF = """\
diff --git a/app/cart.py b/app/cart.py
index 1f2e3d4..5a6b7c8 100644
--- a/app/cart.py
+++ b/app/cart.py
@@ -10,4 +10,5 @@ class Cart:
     def total(self):
-        return sum(self.prices)
+        prices = self.prices
+        return sum(prices, start=ZERO)

 # end
@@ -40 +41 @@ def clear(self):
--- old comment
++++ new comment
diff --git a/gone.txt b/gone.txt
deleted file mode 100644
--- a/gone.txt
+++ /dev/null
@@ -1 +0,0 @@
-last words
"""
SHOWN = """\
commit 0123456789abcdef0123456789abcdef01234567
Author: Mia Li <mia@example.org>

    Sum prices from zero

"""


@given(st.one_of(TEXTS, shuffled(DIFF)))
def test_whatever_the_text_the_cut_holds(text: str) -> None:
    DiffSegmenter().fits(text)
    check_cut(DiffSegmenter(), text)


def test_a_line_stands_under_its_hunk_and_that_under_the_line_that_names_the_file() -> None:
    heads = heads_of(DiffSegmenter(), DIFF)
    assert heads["+        prices = self.prices"] == ["@@ -10,4 +10,5 @@ class Cart:", "+++ b/app/cart.py"]
    assert heads["-last words"] == ["@@ -1 +0,0 @@", "--- a/gone.txt"]


def test_changed_lines_that_look_like_file_names_are_lines() -> None:
    heads = heads_of(DiffSegmenter(), DIFF)
    assert heads["--- old comment"] == ["@@ -40 +41 @@ def clear(self):", "+++ b/app/cart.py"]


def test_what_was_shown_of_a_commit_stands_under_it() -> None:
    assert DiffSegmenter().fits(SHOWN + DIFF)
    assert heads_of(DiffSegmenter(), SHOWN + DIFF)["-last words"][-1].startswith("commit 0123456789")


def test_hunks_that_count_wrong_and_files_without_git_are_read() -> None:
    text = "--- a/one.c\n+++ b/one.c\n@@ -1,1 +1,1 @@\n-int a;\n+int b;\n+int c;\n--- a/two.c\n+++ b/two.c\n"
    heads = heads_of(DiffSegmenter(), text + "@@ -1 +1 @@\n+int d;\n")
    assert heads["+int c;"][-1] == "+++ b/one.c"
    assert heads["+int d;"][-1] == "+++ b/two.c"


def test_diffs_fit_and_other_texts_do_not() -> None:
    fits = DiffSegmenter().fits
    assert fits(DIFF)
    assert fits("@@ -1,2 +1,2 @@\n-a\n+b\n c\n")
    assert not fits("- a list\n- of points\n+ and a plus\n")
    assert not fits("The hunk @@ -1,2 +1,2 @@ failed.\n")
    assert not fits("")


def test_a_diff_is_not_compacted() -> None:
    assert DiffSegmenter().compact(DIFF) == DIFF


def test_time_grows_with_the_length() -> None:
    for unit in (DIFF, "@@ -1,9999 +1,9999 @@\n+x\n", "@@", "commit ", "+" * 50 + "\n"):
        never_slower_than_linear(DiffSegmenter(), unit)
