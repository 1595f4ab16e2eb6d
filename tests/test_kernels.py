"""Merging kernels against brute force."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from agentcompress.kernels import Merged, bipartite_soft_matching, dense_clusters, representatives


@st.composite
def rows(draw: st.DrawFn) -> tuple[Tensor, Tensor]:
    """Vectors around a few directions, some alike, some zero; and a size for each."""
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    count = draw(st.integers(0, 30))
    centres = random.normal(size=(draw(st.integers(1, 4)), 5))
    noise = draw(st.sampled_from([0.0, 0.05, 0.3]))
    vectors = centres[random.integers(len(centres), size=count)] + noise * random.normal(size=(count, 5))
    vectors[random.random(count) < 0.1] = 0
    sizes = random.integers(1, 9, size=count)
    return torch.from_numpy(vectors).float(), torch.from_numpy(sizes).float()


def cosines(vectors: Tensor) -> Any:
    """Of the directions in the kernels' steps of 1/4,000, so that ties are the same ties."""
    array = vectors.numpy()
    norms = np.linalg.norm(array, axis=1, keepdims=True)
    steps = np.round(array / np.where(norms > 0, norms, 1) * 4_000).astype(np.float32).astype(np.int64)
    return steps @ steps.T / 4_000**2


def is_a_merge(vectors: Tensor, sizes: Tensor, merged: Merged) -> None:
    """Clusters are a partition, their sizes add up, their vectors are weighted means."""
    source = merged.source.numpy()
    assert source.shape == (len(vectors),)
    assert set(source) == set(range(len(merged.sizes)))
    assert merged.sizes.sum() == sizes.sum()
    for cluster, mean in enumerate(merged.vectors.numpy()):
        members = source == cluster
        weights = sizes.numpy()[members]
        assert merged.sizes[cluster] == weights.sum()
        expected = np.average(vectors.numpy()[members].astype(np.float64), axis=0, weights=weights)
        np.testing.assert_allclose(mean, expected, atol=1e-6)


def same(one: Merged, other: Merged) -> bool:
    return all(
        torch.equal(getattr(one, name), getattr(other, name)) for name in ("vectors", "sizes", "source")
    )


@given(rows(), st.data())
def test_matching_merges_the_best_proposals(case: tuple[Tensor, Tensor], data: st.DataObject) -> None:
    vectors, sizes = case
    r = data.draw(st.integers(0, len(vectors) // 2))
    merged = bipartite_soft_matching(vectors, sizes, r=r)
    is_a_merge(vectors, sizes, merged)
    assert len(merged.sizes) == len(vectors) - r

    similar = cosines(vectors)
    evens, odds = range(0, len(vectors), 2), range(1, len(vectors), 2)
    proposals = [(max((similar[a, b], -b) for b in odds), -a) for a in evens] if r else []
    target = list(range(len(vectors)))
    for (_, b), a in sorted(proposals, reverse=True)[:r]:
        target[-a] = -b
    assert [target[row] for row in range(len(vectors))] == grown_from(merged, target)


@given(rows(), st.sampled_from([0.5, 0.9, 0.99]))
def test_clusters_are_spheres_around_the_densest(case: tuple[Tensor, Tensor], threshold: float) -> None:
    vectors, sizes = case
    merged = dense_clusters(vectors, sizes, threshold=threshold)
    is_a_merge(vectors, sizes, merged)

    near = cosines(vectors) >= threshold
    density = near @ sizes.numpy()
    target = list(range(len(vectors)))
    centres: list[int] = []
    for row in sorted(range(len(vectors)), key=lambda row: (-density[row], row)):
        centre = next((centre for centre in centres if near[row, centre]), row)
        target[row] = centre
        centres += [row] * (centre == row)
    assert target == grown_from(merged, target)


def grown_from(merged: Merged, target: list[int]) -> list[int]:
    """The row that each row's cluster grew from: clusters are numbered in the order of these."""
    return [sorted(set(target))[cluster] for cluster in merged.source.tolist()]


@given(rows(), st.integers(1, 40))
def test_neither_chunks_nor_a_second_run_change_the_result(case: tuple[Tensor, Tensor], chunk: int) -> None:
    vectors, sizes = case
    r = len(vectors) // 3
    assert same(
        bipartite_soft_matching(vectors, sizes, r=r),
        bipartite_soft_matching(vectors, sizes, r=r, chunk=chunk),
    )
    assert same(
        dense_clusters(vectors, sizes, threshold=0.9),
        dense_clusters(vectors, sizes, threshold=0.9, chunk=chunk),
    )


@given(rows())
def test_the_representative_is_the_member_nearest_to_the_mean(case: tuple[Tensor, Tensor]) -> None:
    vectors, sizes = case
    merged = dense_clusters(vectors, sizes, threshold=0.9)
    for cluster, row in enumerate(representatives(vectors, merged).tolist()):
        members = [index for index, source in enumerate(merged.source.tolist()) if source == cluster]
        mean = merged.vectors[cluster]
        nearness = [cosines(torch.stack([vectors[index], mean]))[0, 1] for index in members]
        assert row == max(zip(nearness, members, strict=True))[1]


def test_sizes_are_one_each_where_none_are_given() -> None:
    vectors = torch.tensor([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0], [1.0, 0.0]])
    merged = dense_clusters(vectors, threshold=0.9)
    assert merged.sizes.tolist() == [3, 1]
    assert merged.source.tolist() == [0, 0, 1, 0]
    again = bipartite_soft_matching(merged.vectors, merged.sizes, r=1)
    assert again.sizes.tolist() == [4]


def test_bfloat16_rows_are_compared_in_bfloat16_and_averaged_in_full() -> None:
    vectors = torch.nn.functional.one_hot(torch.arange(300) % 7, 16).bfloat16()
    merged = dense_clusters(vectors, threshold=0.9)
    assert merged.sizes.sum() == 300
    assert merged.vectors.dtype == torch.float32
    assert torch.equal(merged.source, torch.arange(300) % 7)
    assert bipartite_soft_matching(vectors, r=150).sizes.sum() == 300


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
@given(rows())
def test_cuda_gives_what_the_cpu_gives(case: tuple[Tensor, Tensor]) -> None:
    vectors, sizes = case
    one = dense_clusters(vectors, sizes, threshold=0.9)
    other = dense_clusters(vectors.cuda(), sizes.cuda(), threshold=0.9)
    assert torch.equal(one.source, other.source.cpu())


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda v: bipartite_soft_matching(v, r=3), r"r must lie in \[0, 2\] for 4 rows, got 3"),
        (lambda v: bipartite_soft_matching(v, r=-1), "got -1"),
        (lambda v: bipartite_soft_matching(v, r=1, chunk=0), "chunk must be at least 1, got 0"),
        (lambda v: dense_clusters(v, threshold=1.0), r"threshold must lie in \(0, 1\), got 1.0"),
        (lambda v: dense_clusters(v, v[0], threshold=0.5), r"sizes must have shape \(4,\), got \(3,\)"),
        (lambda v: dense_clusters(v, 0 * v[:, 0], threshold=0.5), "sizes must be positive"),
        (lambda v: dense_clusters(v[0], threshold=0.5), r"shape \(rows, dimensions\), got \(3,\)"),
    ],
)
def test_what_cannot_be_merged_is_named(call: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call(torch.ones(4, 3))
