"""Where two texts have the same tokens in the same order: maximal runs, the longest first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

MOST_RUNS = 5_000  # candidates looked at, the longest: bounds the work on texts of repetition
STRIDE = 64  # tokens compared at once while a run is made longer

_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio, odd
_MIX = np.uint64(0xBF58476D1CE4E5B9)  # of the finaliser of splitmix64 (Steele et al. 2014)

Tokens64 = NDArray[np.uint64]
Places = NDArray[np.int64]


def grams(hashes: Tokens64, size: int) -> Tokens64:
    """Return the hash of every run of `size` tokens: [n] -> [n - size + 1], or [0] if n < size."""
    count = len(hashes) - size + 1
    if count <= 0:
        return np.zeros(0, np.uint64)
    found = np.full(count, size, np.uint64)
    for step in range(size):
        found = (found * _FACTOR) ^ hashes[step : step + count]
        found ^= found >> np.uint64(29)
    found *= _MIX
    return found ^ (found >> np.uint64(32))


def shared_runs(a: Tokens64, b: Tokens64, breaks_a: Places, breaks_b: Places, size: int) -> Places:
    """Return (start in a, start in b, tokens) of what both have: int64[k, 3], the longest first.

    No two overlap in a or in b; each has at least `size` tokens and none runs over a break (the
    number of a token that does not follow on the one before). Of a repeated run the first in a
    goes with the first in b, and so on, so the work is linear in the tokens. Greedy: a longer run
    takes its tokens before a shorter one.
    """
    taken_a, taken_b = np.zeros(len(a), bool), np.zeros(len(b), bool)
    runs: list[tuple[int, int, int]] = []
    for start, other, length in _candidates(a, b, size)[:MOST_RUNS].tolist():
        for low, high in _free(taken_a, taken_b, start, other, length, size):
            left = _reach(a, b, taken_a, taken_b, start + low, other + low, -1)
            right = _reach(a, b, taken_a, taken_b, start + high, other + high, 1)
            i, j, tokens = start + low - left, other + low - left, left + high - low + right
            taken_a[i : i + tokens] = taken_b[j : j + tokens] = True
            runs += _unbroken(i, j, tokens, breaks_a, breaks_b, size)
    runs.sort(key=lambda run: (-run[2], run[0], run[1]))
    return np.array(runs, np.int64).reshape(-1, 3)


def _candidates(a: Tokens64, b: Tokens64, size: int) -> Places:
    """Return runs of paired grams as (start in a, start in b, tokens), the longest first."""
    _, i, j = np.intersect1d(
        _numbered(grams(a, size)), _numbered(grams(b, size)), return_indices=True
    )
    order = np.lexsort((i, i - j))
    i, j = i[order], j[order]
    ends = np.flatnonzero((np.diff(i) != 1) | (np.diff(j) != 1)) + 1
    first = np.concatenate([[0], ends])[: len(i)].astype(np.int64)
    lengths = np.diff(np.append(first, len(i))) + size - 1
    found = np.stack([i[first], j[first], lengths], axis=1)
    return found[np.lexsort((found[:, 1], found[:, 0], -found[:, 2]))]


def _numbered(found: Tokens64) -> Tokens64:
    """Return each gram mixed with how often it was met before, so that all are distinct."""
    order = np.argsort(found, kind="stable")
    ordered = found[order]
    first = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])
    counts = np.arange(len(ordered)) - np.repeat(first, np.diff(np.append(first, len(ordered))))
    numbered = np.empty_like(found)
    numbered[order] = ordered + counts.astype(np.uint64) * _FACTOR
    return numbered


def _free(
    taken_a: NDArray[np.bool_],
    taken_b: NDArray[np.bool_],
    start: int,
    other: int,
    length: int,
    size: int,
) -> list[tuple[int, int]]:
    """Return the parts of a candidate that no longer run has taken, at least `size` long."""
    taken = taken_a[start : start + length] | taken_b[other : other + length]
    if not taken.any():
        return [(0, length)]
    edges = np.flatnonzero(np.diff(np.concatenate([[True], taken, [True]]))).reshape(-1, 2)
    return [(low, high) for low, high in edges.tolist() if high - low >= size]


def _reach(
    a: Tokens64,
    b: Tokens64,
    taken_a: NDArray[np.bool_],
    taken_b: NDArray[np.bool_],
    i: int,
    j: int,
    step: int,
) -> int:
    """Return how many more tokens are the same and free, before (i, j) or from (i, j) on."""
    reached = 0
    for here, there in _strides(len(a), len(b), i, j, step):
        same = (a[here] == b[there]) & ~taken_a[here] & ~taken_b[there]
        same = same[::step]
        if not same.all():
            return reached + int(np.argmin(same))
        reached += len(same)
    return reached


def _strides(
    length_a: int, length_b: int, i: int, j: int, step: int
) -> Iterator[tuple[slice, slice]]:
    """Yield slices of both that lie side by side, going away from (i, j)."""
    left = min(i, j) if step < 0 else min(length_a - i, length_b - j)
    for done in range(0, left, STRIDE):
        count = min(STRIDE, left - done)
        low = -done - count if step < 0 else done
        yield slice(i + low, i + low + count), slice(j + low, j + low + count)


def _unbroken(
    i: int, j: int, tokens: int, breaks_a: Places, breaks_b: Places, size: int
) -> list[tuple[int, int, int]]:
    """Cut a run where either text is interrupted."""
    inside_a = breaks_a[(breaks_a > i) & (breaks_a < i + tokens)] - i
    inside_b = breaks_b[(breaks_b > j) & (breaks_b < j + tokens)] - j
    cuts = [0, *np.union1d(inside_a, inside_b).tolist(), tokens]
    return [(i + low, j + low, high - low) for low, high in pairwise(cuts) if high - low >= size]
