"""The GPU benchmark where there is no GPU: what it compares, and that it says so."""

import sys
from collections.abc import Sequence

import numpy as np
import pytest
import torch

from agentcompress.encoders import minilm_weights
from agentcompress.values import Vectors
from benchmarks import gpu
from benchmarks.agreement import context_of, differences

from .encoders import STATIC

pytestmark = pytest.mark.skipif(minilm_weights() is None, reason="needs the minilm extra")


class RoundedEncoder:
    """As another device would compute it: the same vectors with other last digits."""

    name = "rounded"

    def __init__(self, digits: int) -> None:
        self._digits = digits

    def encode(self, texts: Sequence[str]) -> Vectors:
        return STATIC.encode(texts).round(self._digits)


def test_the_same_encoder_leads_to_the_same_plan() -> None:
    assert differences(context_of(300), STATIC, STATIC) == []


def test_rounding_leads_to_ties_and_other_vectors_to_more() -> None:
    context = context_of(300)
    assert all(one.tie for one in differences(context, STATIC, RoundedEncoder(3)))
    assert any(not one.tie for one in differences(context, STATIC, RoundedEncoder(0)))


def test_neighbours_are_those_of_the_whole_matrix() -> None:
    vectors = torch.nn.functional.normalize(torch.randn(1_500, 16, generator=torch.manual_seed(1)))
    cosines = (vectors @ vectors.T).fill_diagonal_(-1)
    np.testing.assert_array_equal(gpu.neighbours(vectors), cosines.topk(gpu.NEIGHBOURS).indices)


def test_without_a_gpu_it_says_so_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(sys, "argv", ["gpu"])
    with pytest.raises(SystemExit, match=r"^torch sees no GPU here: .* --cpu runs the CPU half$"):
        gpu.main()
