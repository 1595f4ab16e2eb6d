"""How well each example covers each word of a query."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from agentcompress.values import Encoder

_READ = 256
"""Words of an example that are looked at."""


def covered(encoder: Encoder, asked: Sequence[str], said: Sequence[Sequence[str]]) -> NDArray[np.float64]:
    """The highest cosine of each asked word with a word of each example.

    Source: the recall of BERTScore as coverage, Set-BSR (Gupta, Gardner & Singh, "Coverage-based
    Example Selection for In-Context Learning", EMNLP 2023), on vectors of single words, which
    any encoder gives.

    Args:
        encoder: Gives the vectors.
        asked: Words of the query.
        said: Words of each example.

    Returns:
        In [0, 1], shape (examples, asked).
    """
    if not asked or not any(said):
        return np.zeros((len(said), len(asked)))
    read = [words[:_READ] for words in said]
    number = {
        word: place for place, word in enumerate(dict.fromkeys(word for words in read for word in words))
    }
    near = encoder.encode(list(number)) @ encoder.encode(asked).T
    counts = np.array([len(words) for words in read])
    owners = np.flatnonzero(counts)
    starts = np.cumsum(counts) - counts
    places = np.array([number[word] for words in read for word in words], dtype=np.intp)
    found = np.zeros((len(read), len(asked)))
    found[owners] = np.maximum.reduceat(near[places], starts[owners], axis=0)
    return np.clip(found, 0.0, 1.0)
