"""What was used last is remembered, up to a weight."""

from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from agentcompress.recent import Recent

KEYS = st.integers(0, 5)
STEPS = st.tuples(st.sampled_from(["get", "put", "setdefault", "make"]), KEYS, st.integers(0, 7) | st.none())


def weight(key: int, value: int | None) -> int:
    return key + (value or 0)


@given(st.integers(0, 15), st.lists(STEPS, max_size=40))
def test_it_is_a_list_in_the_order_of_use_cut_at_its_weight(
    most: int, steps: list[tuple[str, int, int | None]]
) -> None:
    recent = Recent[int, int | None](most, weight)
    held: list[tuple[int, int | None]] = []
    for what, key, value in steps:
        before = next((one for one in held if one[0] == key), None)
        old = before[1] if before else None
        if what == "get":
            assert recent.get(key) == old
        elif what == "put":
            assert recent.put(key, value) == old
        elif what == "setdefault":
            assert recent.setdefault(key, value) == (old if before else value)
        else:
            assert recent.get_or_make(key, [value].pop) == (old if before else value)
        now = (key, value) if what == "put" else before or (key, value)
        if before or what != "get":
            held = [one for one in held if one[0] != key] + [now]
        while sum(weight(*one) for one in held) > most and len(held) > 1:
            held.pop(0)
        assert [key for key in range(6) if key in recent] == sorted(key for key, _ in held)


def test_without_weights_they_are_counted() -> None:
    recent = Recent[str, str](2)
    for letter in "abac":
        recent.put(letter, letter.upper())
    assert [recent.get(letter) for letter in "abc"] == ["A", None, "C"]


def test_threads_that_make_the_same_get_the_same() -> None:
    recent = Recent[int, list[int]](5)

    def look(number: int) -> list[int]:
        return recent.get_or_make(number % 5, lambda: [number % 5])

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(look, range(2_000)))
    assert [one[0] for one in found] == [number % 5 for number in range(2_000)]
    assert len(set(map(id, found))) == 5
