"""Search by meaning: fields, scores, pages however deep, prefixes, filters, and every kind of index."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from langgraph.store.base import IndexConfig, PutOp

from agentcompress.errors import EncodingError, InvalidInputError, MissingDependencyError
from agentcompress.memory import FaissStore, index

from .stores import DIMS, INDEX, embed, rank_texts, scattered


@pytest.fixture(params=["flat", "cells"])
def store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaissStore]:
    if request.param == "cells":
        monkeypatch.setattr(index, "FLAT_UP_TO", 60)
    with FaissStore(index=INDEX) as store:
        yield store


def fill(store: FaissStore, count: int, spaces: int = 1) -> list[str]:
    """Puts texts of which each is nearer to "a" than the next; returns their keys in that order."""
    texts = rank_texts(count)
    store.batch(
        [
            PutOp(("a", str(number % spaces)), str(number), {"text": text, "third": number % 3 == 0})
            for number, text in enumerate(texts)
        ]
    )
    return [str(number) for number in range(count)]


def keys(items: Any) -> list[str]:
    return [item.key for item in items]


def test_the_default_finds_by_meaning_in_one_line() -> None:
    with FaissStore() as store:
        store.put(("notes",), "pets", {"text": "the cat sat on the mat"})
        store.put(("notes",), "money", {"text": "quarterly revenue grew by a tenth"})
        assert keys(store.search((), query="financial report", limit=1)) == ["money"]
        assert keys(store.search((), query="a kitten", limit=1)) == ["pets"]


def test_pages_are_exact_however_deep(store: FaissStore) -> None:
    expected = fill(store, 300)
    assert keys(store.search((), query="a", limit=300)) == expected
    for offset, limit in [(0, 10), (20, 10), (95, 50), (250, 100), (299, 5), (300, 5)]:
        assert (
            keys(store.search((), query="a", limit=limit, offset=offset)) == expected[offset : offset + limit]
        )


def test_filters_and_prefixes_do_not_shorten_a_page(store: FaissStore) -> None:
    fill(store, 300, spaces=7)
    thirds = [str(number) for number in range(300) if number % 3 == 0]
    found = store.search((), query="a", filter={"third": True}, limit=40, offset=30)
    assert keys(found) == thirds[30:70]
    within = [str(number) for number in range(300) if number % 7 == 2]
    assert keys(store.search(("a", "2"), query="a", limit=20, offset=10)) == within[10:30]
    both = [key for key in within if key in thirds]
    assert keys(store.search(("a", "2"), query="a", filter={"third": True}, limit=99)) == both
    assert store.search(("a", "2"), query="a", filter={"third": None}) == []


def test_a_rare_text_is_found_among_many_at_once(store: FaissStore) -> None:
    fill(store, 3_000)
    rare = {str(number): f"ab{number}" for number in range(2_990, 3_000)}
    store.batch([PutOp(("a", "0"), key, {"text": text, "kind": "rä'r"}) for key, text in rare.items()])
    store.put(("a", "0"), "unlike", {"text": "a", "kind": "rä'r e"})
    store.put(("a", "0"), "blank", {"text": "a", "kind": "rä'r"}, index=False)
    whole = keys(store.search((), query="a", filter={"kind": "rä'r"}, limit=20))
    assert whole[-1] == "blank"
    assert set(whole) == {*rare, "blank"}
    pages = [
        keys(store.search((), query="a", filter={"kind": {"$eq": "rä'r"}}, limit=3, offset=at))
        for at in (0, 3, 6, 9)
    ]
    assert [key for page in pages for key in page] == whole


def test_equal_scores_do_not_tear_pages(store: FaissStore) -> None:
    store.batch([PutOp(("a",), str(number), {"text": "ab"}) for number in range(200)])
    whole = keys(store.search((), query="a", limit=500))
    assert len(set(whole)) == 200
    pages = [keys(store.search((), query="a", limit=30, offset=at)) for at in range(0, 210, 30)]
    assert [key for page in pages for key in page] == whole


def test_scores_are_cosines_of_the_best_field() -> None:
    config = IndexConfig(dims=DIMS, embed=embed, fields=["title", "parts[*].text", "missing"])
    with FaissStore(index=config) as store:
        store.put(("a",), "1", {"title": "a", "parts": [{"text": "b"}, {"text": "ac"}]})
        store.put(("a",), "2", {"title": "b", "parts": []})
        store.put(("a",), "3", {"other": "a"})
        found = store.search((), query="c")
        assert [(item.key, item.score) for item in found] == [
            ("1", pytest.approx(0.5**0.5)),
            ("2", pytest.approx(0)),
            ("3", None),
        ]
        assert [item.score for item in store.search((), query="b", limit=2)] == [1, 1]


def test_a_put_says_what_is_indexed_of_it() -> None:
    with FaissStore(index=INDEX) as store:
        store.put(("a",), "other", {"text": "a", "other": "b"}, index=["other"])
        store.put(("a",), "none", {"text": "b"}, index=False)
        store.put(("a",), "whole", {"text": "b", "n": 1}, index=["$"])
        found = store.search((), query="b")
        assert (found[0].key, found[0].score, found[-1].score) == ("other", 1, None)
        assert keys(store.search((), query="b", limit=1, offset=2)) == ["none"]
        assert len(store.search(())) == 3


def test_a_put_replaces_the_vectors_too(store: FaissStore) -> None:
    fill(store, 100)
    for turn in range(30):
        store.put(("a", "0"), "99", {"text": "ah"[turn % 2]})
        first = store.search((), query="h", limit=1)[0]
        assert (first.score == 1) == (turn % 2 == 1)
        assert len(store.search((), query="a", limit=500)) == 100
    for number in range(0, 100, 2):
        store.delete(("a", "0"), str(number))
    assert len(store.search((), query="a", limit=500)) == 50
    assert keys(store.search((), query="a", limit=2)) == ["1", "3"]


def test_an_index_that_outgrows_its_kind_is_made_anew(store: FaissStore) -> None:
    for size in (10, 50, 70, 300, 600):
        expected = fill(store, size)
        assert keys(store.search((), query="a", limit=20)) == expected[:20]


def test_nothing_blank_or_unknown_breaks_a_search(store: FaissStore) -> None:
    assert store.search((), query="a") == []
    store.put(("a",), "blank", {"text": ""})
    store.put(("a",), "k", {"text": "a"})
    assert [item.score for item in store.search((), query="a")] == [1, 0]
    assert len(store.search((), query="zzz")) == 2
    assert [item.score for item in store.search((), query="")] == [None, None]


def test_without_an_index_a_query_lists() -> None:
    with FaissStore(index=False) as store:
        store.put(("a",), "k", {"text": "a"}, index=["text"])
        assert [item.score for item in store.search((), query="a")] == [None]


def test_many_vectors_are_found_as_if_all_were_compared(tmp_path: Path) -> None:
    vectors = scattered(21_000, 32)
    table = {f"t{number}": vector.tolist() for number, vector in enumerate(vectors)}
    config = IndexConfig(dims=32, embed=lambda texts: [table[text] for text in texts], fields=["text"])
    with FaissStore(tmp_path / "a.db", index=config) as store:
        store.batch([PutOp(("a", str(n % 10)), text, {"text": text}) for n, text in enumerate(table)])
        hits = 0
        queries = scattered(50, 32, seed=1)
        for number, query in enumerate(queries):
            table["query"] = (query + vectors[number * 400]).tolist()
            nearest = np.argsort(-(vectors @ np.array(table["query"])))[:10]
            found = keys(store.search((), query="query"))
            hits += len({f"t{each}" for each in nearest} & set(found))
        assert hits >= 0.99 * 500
        assert len(store.search(("a", "3"), query="query", limit=3_000)) == 2_100
    assert (tmp_path / "a.db.faiss").exists()
    with FaissStore(tmp_path / "a.db", index=config) as again:
        assert keys(again.search((), query="query")) == found


def test_a_gpu_is_asked_for_what_it_can_give(monkeypatch: pytest.MonkeyPatch) -> None:
    import faiss

    copies: list[int] = []

    class Resources:
        pass

    def copy(resources: Resources, device: int, whole: Any) -> Any:
        copies.append(whole.ntotal)
        return faiss.clone_index(whole)

    monkeypatch.setattr(faiss, "StandardGpuResources", Resources, raising=False)
    monkeypatch.setattr(faiss, "get_num_gpus", lambda: 1, raising=False)
    monkeypatch.setattr(faiss, "index_cpu_to_gpu", copy, raising=False)
    monkeypatch.setattr(index, "FLAT_UP_TO", 60)
    with FaissStore(index=INDEX) as store:
        expected = fill(store, 2_500)
        assert keys(store.search((), query="a", limit=5)) == expected[:5]
        assert keys(store.search((), query="a", limit=2_500)) == expected
        store.put(("a", "0"), "0", {"text": "h"})
        assert keys(store.search((), query="a", limit=5)) == expected[1:6]
    assert copies == [2_500, 2_501]  # what has gone is there until it is met


def test_what_embed_gives_is_checked() -> None:
    for wrong in ([[1.0] * (DIMS + 1)], [[float("nan")] * DIMS], []):
        with FaissStore(index={"dims": DIMS, "embed": lambda _, wrong=wrong: wrong}) as store:
            with pytest.raises(EncodingError):
                store.put(("a",), "k", {})
            assert store.get(("a",), "k") is None
    with pytest.raises(ValueError, match="dims"):
        FaissStore(index={"embed": embed})


def test_a_file_keeps_to_one_kind_of_vectors(tmp_path: Path) -> None:
    FaissStore(tmp_path / "a.db").close()
    with pytest.raises(InvalidInputError, match="dims 256"):
        FaissStore(tmp_path / "a.db", index=INDEX)
    with pytest.raises(InvalidInputError, match="encoder static"):
        FaissStore(tmp_path / "a.db", index={"dims": 256, "embed": "minilm"})
    FaissStore(tmp_path / "a.db", index=False).close()


def test_missing_faiss_is_told_with_both_extras(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match=r"agentcompress\[cpu\].*agentcompress\[gpu\]"):
        FaissStore()
    FaissStore(index=False).close()


def test_both_kinds_of_faiss_are_worth_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "distribution", lambda name: name)
    with pytest.warns(RuntimeWarning, match="both installed"):
        FaissStore().close()
