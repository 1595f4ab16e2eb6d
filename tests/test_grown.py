"""Rows and counts that share what they have with shorter ones."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from agentcompress.pipeline.grown import Grown, Tally

SIZES = st.lists(st.sampled_from([0, 1, 2, 255, 256, 257, 600]), max_size=5)


@given(SIZES, st.data())
def test_rows_are_what_lists_are_and_stay_so_when_others_grow_from_them(
    sizes: list[int], data: st.DataObject
) -> None:
    made = [(Grown[int](), list[int]())]
    for number, size in enumerate(sizes):
        rows, listed = data.draw(st.sampled_from(made))
        length = data.draw(st.integers(0, len(listed)))
        more = range(number * 1_000, number * 1_000 + size)
        made.append((rows.beginning(length).followed_by(more), [*listed[:length], *more]))
    for rows, listed in made:
        assert (list(rows), len(rows), list(reversed(rows))) == (listed, len(listed), listed[::-1])
        assert [rows[place] for place in range(-len(listed), len(listed))] == [*listed, *listed]
        part = slice(data.draw(st.integers(-700, 700)), data.draw(st.integers(-700, 700)))
        assert rows[part] == listed[part]
        for place in (len(listed), -len(listed) - 1):
            try:
                rows[place]
            except IndexError:
                continue
            raise AssertionError(f"{place} is none of {len(listed)}")


@given(SIZES)
def test_a_tally_counts(sizes: list[int]) -> None:
    tally, counted = Tally(), Counter[str]()
    for number, size in enumerate(sizes):
        texts = [str(place * number % 300) for place in range(size)]
        before, was = tally, counted.copy()
        tally = tally.followed_by(texts)
        counted.update(texts)
        assert all(before[text] == was[text] for text in texts)
        assert all(tally[text] == times for text, times in counted.items())
    assert tally["never"] == 0
