"""Features of patches against sums over pixels one by one."""

import numpy as np
import PIL.Image
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from agentcompress.kernels import changed, patch_features

Pixels = NDArray[np.uint8]


@st.composite
def pictures(draw: st.DrawFn) -> Pixels:
    """A few small frames, some of them flat, shape (frames, 3, height, width)."""
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    shape = draw(st.integers(0, 3)), 3, draw(st.integers(1, 40)), draw(st.integers(1, 40))
    low, high = draw(st.sampled_from([(0, 256), (100, 110), (255, 256)]))
    return random.integers(low, high, size=shape, dtype=np.uint8)


def described(frame: Pixels, patch: int) -> NDArray[np.int64]:
    """The features of one frame, patch by patch, with the grey that Pillow makes."""
    height, width = frame.shape[1:]
    filled = np.pad(frame, ((0, 0), (0, -height % patch), (0, -width % patch)), mode="edge")
    picture = PIL.Image.fromarray(np.ascontiguousarray(filled.transpose(1, 2, 0)))
    grey = np.asarray(picture.convert("L")).astype(np.int64)
    wide = np.pad(grey, ((0, 1), (0, 1)), mode="edge")
    here, right, below, across = wide[:-1, :-1], wide[:-1, 1:], wide[1:, :-1], wide[1:, 1:]
    rows, columns = grey.shape[0] // patch, grey.shape[1] // patch
    found = np.zeros((rows, columns, 8), dtype=np.int64)
    for row in range(rows):
        for column in range(columns):
            at = slice(row * patch, (row + 1) * patch), slice(column * patch, (column + 1) * patch)
            mean = grey[at].sum() // patch**2
            planes = [grey - mean, right - here, below - here, across - here, below - right]
            found[row, column, 0] = mean
            found[row, column, 1:6] = [np.abs(plane[at]).sum() // patch**2 for plane in planes]
            found[row, column, 6] = filled[2][at].sum() // patch**2 - mean
            found[row, column, 7] = filled[0][at].sum() // patch**2 - mean
    return found


@given(pictures(), st.sampled_from([2, 7, 16]), st.integers(1, 4))
def test_features_are_what_the_pixels_say(frames: Pixels, patch: int, chunk: int) -> None:
    found = patch_features(torch.from_numpy(frames), patch=patch, chunk=chunk)
    rows, columns = -(-frames.shape[2] // patch), -(-frames.shape[3] // patch)
    assert found.dtype == torch.int16
    assert found.shape == (len(frames), rows, columns, 8)
    for features, frame in zip(found.numpy(), frames, strict=True):
        np.testing.assert_array_equal(features, described(frame, patch))


def test_what_was_drawn_changes_its_patch_alone() -> None:
    before = torch.full((1, 3, 96, 128), 250, dtype=torch.uint8)
    after = before.clone()
    after[0, :, 36:44, 66:78:2] = 0
    one, other = patch_features(before), patch_features(after)
    assert changed(one, other).nonzero().tolist() == [[0, 2, 4]]
    assert not changed(one, one).any()


def test_a_colour_of_the_same_grey_is_a_change() -> None:
    red, blue = (torch.tensor(one, dtype=torch.uint8) for one in ((120, 20, 20), (28, 34, 230)))
    frames = torch.stack([one[:, None, None].expand(3, 32, 32) for one in (red, blue)])
    features = patch_features(frames)
    assert (features[0, ..., 0] - features[1, ..., 0]).abs().max() <= 8
    assert changed(features[0], features[1]).all()


@pytest.mark.parametrize(
    ("frames", "settings", "said"),
    [
        (torch.zeros(1, 3, 8, 8), {}, r"uint8, shape .* got torch.float32 \(1, 3, 8, 8\)"),
        (torch.zeros(3, 8, 8, dtype=torch.uint8), {}, r"got torch.uint8 \(3, 8, 8\)"),
        (torch.zeros(1, 3, 8, 8, dtype=torch.uint8), {"patch": 1}, "patch must lie in .* got 1"),
        (torch.zeros(1, 3, 8, 8, dtype=torch.uint8), {"chunk": 0}, "chunk must be at least 1, got 0"),
    ],
)
def test_what_are_no_frames_is_an_error(frames: torch.Tensor, settings: dict[str, int], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        patch_features(frames, **settings)
