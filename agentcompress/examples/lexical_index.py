"""BM25 over a collection that grows."""

import re
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from agentcompress.criteria.lexical import rarity
from agentcompress.values import Scores

Ids = NDArray[np.intp]

_WORD = re.compile(r"\w+")
_K1, _B = 1.5, 0.75
_READ = 120_000
"""Entries of the index that a search reads, at most, beyond those of the rarest word: some 5 ms."""
_MOST = 255
"""Repeats of a word within a text that are counted."""


class LexicalIndex:
    """An inverted index: each text is read once, when it is added. Not safe for threads.

    Words are kept as they are, function words too: "how do I" and "why was I" ask for
    different things, and an example is short.

    Source: Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and
    Beyond" (2009), in Lucene's form.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._words: list[str] = []
        self._texts: list[array[int]] = []  # by word: the texts that have it, ascending
        self._counts: list[array[int]] = []  # by word: how often each of them has it
        self._said = array("I")  # the words of all texts, each once, one text behind the other
        self._ends = array("Q", [0])
        self._lengths = array("f")

    def __len__(self) -> int:
        return len(self._lengths)

    def add(self, texts: Sequence[str]) -> None:
        """Reads more texts."""
        numbers = self._numbers
        for text in texts:
            place, words = len(self._lengths), _WORD.findall(text.lower())
            for word, count in Counter(words).items():
                number = numbers.get(word)
                if number is None:
                    number = numbers[word] = len(self._words)
                    self._words.append(word)
                    self._texts.append(array("I"))
                    self._counts.append(array("B"))
                self._texts[number].append(place)
                self._counts[number].append(min(count, _MOST))
                self._said.append(number)
            self._ends.append(len(self._said))
            self._lengths.append(len(words))

    def weights(self, query: str) -> dict[str, float]:
        """The words of a query, each with its inverse document frequency, the rarest first."""
        words = list(dict.fromkeys(_WORD.findall(query.lower())))
        having = np.array([len(self._having(word)) for word in words], dtype=np.intp)
        rare = rarity(having, len(self)).tolist()
        return {words[place]: rare[place] for place in np.argsort(having, kind="stable").tolist()}

    def words(self, text: int) -> list[str]:
        """The words of a text, each once, in order."""
        return [self._words[number] for number in self._said[self._ends[text] : self._ends[text + 1]]]

    def best(self, weights: Mapping[str, float], count: int) -> Ids:
        """The texts with the highest scores, ascending; those without a word of the query are none.

        In a large collection only the rarer words are looked up, whose texts are few enough.

        Args:
            weights: What `weights` gave.
            count: How many, at most.
        """
        scores = np.zeros(len(self), dtype=np.float32)
        met: list[Ids] = []
        read = 0
        for word, weight in weights.items():
            texts = self._having(word)
            read += len(texts)
            if met and read > _READ:
                break
            if len(texts):
                met.append(texts)
                scores[texts] += self._worth(word, weight, texts, slice(None))
        if not met:
            return np.zeros(0, dtype=np.intp)
        found = np.concatenate(met)
        most = count * len(met)  # each text as often as it has a word
        if len(found) > most:
            found = found[np.argpartition(-scores[found], most)[:most]]
        found = np.unique(found)
        order = np.argsort(-scores[found].round(6), kind="stable")[:count]
        return np.sort(found[order]).astype(np.intp)

    def scores(self, weights: Mapping[str, float], texts: Ids) -> Scores:
        """BM25 of some texts, ascending, shape (texts,)."""
        scores = np.zeros(len(texts), dtype=np.float32)
        for word, weight in weights.items():
            having = self._having(word)
            if not len(having):
                continue
            places = np.minimum(np.searchsorted(having, texts), len(having) - 1)
            met = having[places] == texts
            scores[met] += self._worth(word, weight, texts[met], places[met])
        return scores

    def _having(self, word: str) -> Ids:
        number = self._numbers.get(word)
        if number is None:
            return np.zeros(0, dtype=np.uint32)
        return np.frombuffer(self._texts[number], dtype=np.uint32)

    def _worth(self, word: str, weight: float, texts: Ids, places: Ids | slice) -> Scores:
        lengths = np.frombuffer(self._lengths, dtype=np.float32)
        counts = np.frombuffer(self._counts[self._numbers[word]], dtype=np.uint8)[places]
        norm = _K1 * (1 - _B + _B * lengths[texts] / max(float(lengths.mean()), 1e-9))
        worth: Scores = (weight * counts / (counts + norm)).astype(np.float32)
        return worth
