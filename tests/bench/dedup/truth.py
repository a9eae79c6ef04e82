"""Judge pairs by brute force: the exact 5-grams of both texts, no sketch and no index.

Articles are alike by themselves, beside what was planted; such a pair must not count as false. A
pair is true if it was planted, or if both texts share a run of words or a share of their 5-grams.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SIZE = 5
LEAST_RUN = 12  # tokens in a row in both: a sentence or clause, more than a phrase or a name
LEAST_SHARE = 0.1  # of the 5-grams of the one or the other

# Words; single characters in scripts without blanks.
_SINGLE = r"\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_TOKEN = re.compile(rf"[{_SINGLE}]|[^\W{_SINGLE}]+")


class Truth:
    """Texts with their 5-grams, made when first asked for."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._words: dict[str, int] = {}
        self._grams: dict[int, NDArray[np.uint64]] = {}
        self._judged: dict[tuple[int, int], bool] = {}

    def grams(self, at: int) -> NDArray[np.uint64]:
        """Return the 5-grams of a text in order, uint64[tokens - 4]; a shorter text is one."""
        if at not in self._grams:
            names = [self._words.setdefault(word, len(self._words)) for word in self._tokens(at)]
            self._grams[at] = _runs(np.array(names, dtype=np.uint64))
        return self._grams[at]

    def _tokens(self, at: int) -> list[str]:
        return _TOKEN.findall(self._texts[at].casefold())

    def jaccard(self, a: int, b: int) -> float:
        """Return the share of 5-grams in both among those in either."""
        first, second = np.unique(self.grams(a)), np.unique(self.grams(b))
        both = int(np.isin(first, second, assume_unique=True).sum())
        return both / max(1, len(first) + len(second) - both)

    def is_alike(self, a: int, b: int) -> bool:
        """Tell whether two texts have at least the least run or share of 5-grams in common."""
        key = (min(a, b), max(a, b))
        if key not in self._judged:
            first, second = self.grams(key[0]), self.grams(key[1])
            self._judged[key] = _alike(first, second)
        return self._judged[key]


def _runs(names: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return a hash of 64 bits for every 5 numbers in a row."""
    count = max(1, len(names) - SIZE + 1)
    grams = np.zeros(count, dtype=np.uint64)
    for step in range(min(SIZE, len(names))):
        piece = names[step : step + count]
        grams[: len(piece)] = _mixed(grams[: len(piece)] ^ (piece + np.uint64(1)))
    return grams


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the values well spread (finaliser of splitmix64)."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _alike(first: NDArray[np.uint64], second: NDArray[np.uint64]) -> bool:
    in_both = np.isin(first, second)
    if longest_run(in_both) + SIZE - 1 >= LEAST_RUN:
        return True
    return bool(in_both.mean() >= LEAST_SHARE or np.isin(second, first).mean() >= LEAST_SHARE)


def longest_run(flags: NDArray[np.bool_]) -> int:
    """Return how many flags in a row are set at most."""
    if not flags.any():
        return 1 - SIZE  # no 5-gram, no word
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return int((edges[1::2] - edges[::2]).max())
