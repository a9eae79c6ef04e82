"""Where two texts have the same tokens in the same order: maximal runs, the longest first."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

MOST_RUNS = 5_000  # candidates looked at, the longest: bounds the work on texts of repetition

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


@dataclass(slots=True)
class Side:
    """One text while runs are taken from it: plain lists, as pieces are too short for arrays."""

    tokens: list[int]
    breaks: list[int]
    taken: bytearray  # 1: in a run already

    @classmethod
    def of(cls, hashes: Tokens64, breaks: Places) -> Side:
        """Begin with nothing taken."""
        return cls(hashes.tolist(), breaks.tolist(), bytearray(len(hashes)))


def shared_runs(a: Tokens64, b: Tokens64, breaks_a: Places, breaks_b: Places, size: int) -> Places:
    """Return (start in a, start in b, tokens) of what both have: int64[k, 3], the longest first.

    No two overlap in a or in b; each has at least `size` tokens and none runs over a break (the
    number of a token that does not follow on the one before). Of a repeated run the first in a
    goes with the first in b, and so on, so the work is linear in the tokens. Greedy: a longer run
    takes its tokens before a shorter one.
    """
    left, right = Side.of(a, breaks_a), Side.of(b, breaks_b)
    runs: list[tuple[int, int, int]] = []
    for start, other, length in _candidates(a, b, size)[:MOST_RUNS].tolist():
        for i, j, tokens in _free(left, right, start, other, length, size):
            before, after = _before(left, right, i, j), _after(left, right, i + tokens, j + tokens)
            i, j, tokens = i - before, j - before, before + tokens + after
            left.taken[i : i + tokens] = right.taken[j : j + tokens] = b"\1" * tokens
            runs += _unbroken(left, right, i, j, tokens, size)
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
    left: Side, right: Side, start: int, other: int, length: int, size: int
) -> list[tuple[int, int, int]]:
    """Return the parts of a candidate that no longer run has taken, at least `size` long."""
    mine, theirs = left.taken[start : start + length], right.taken[other : other + length]
    if 1 not in mine and 1 not in theirs:
        return [(start, other, length)]
    taken = np.frombuffer(mine, np.uint8) | np.frombuffer(theirs, np.uint8)
    edges = np.flatnonzero(np.diff(np.concatenate([[1], taken, [1]]))).reshape(-1, 2)
    return [(start + i, other + i, end - i) for i, end in edges.tolist() if end - i >= size]


def _before(left: Side, right: Side, i: int, j: int) -> int:
    """Return how many tokens before (i, j) are the same and free."""
    low, tokens, others = max(0, i - j), left.tokens, right.tokens
    start, shift = i, j - i
    while i > low and tokens[i - 1] == others[i - 1 + shift]:
        if left.taken[i - 1] or right.taken[i - 1 + shift]:
            break
        i -= 1
    return start - i


def _after(left: Side, right: Side, i: int, j: int) -> int:
    """Return how many tokens from (i, j) on are the same and free."""
    tokens, others = left.tokens, right.tokens
    start, shift = i, j - i
    high = min(len(tokens), len(others) - shift)
    while i < high and tokens[i] == others[i + shift]:
        if left.taken[i] or right.taken[i + shift]:
            break
        i += 1
    return i - start


def _unbroken(
    left: Side, right: Side, i: int, j: int, tokens: int, size: int
) -> list[tuple[int, int, int]]:
    """Cut a run where either text is interrupted."""
    cuts = {each - i for each in _inside(left.breaks, i, i + tokens)}
    cuts |= {each - j for each in _inside(right.breaks, j, j + tokens)}
    places = [0, *sorted(cuts), tokens]
    return [(i + low, j + low, end - low) for low, end in pairwise(places) if end - low >= size]


def _inside(breaks: list[int], low: int, high: int) -> list[int]:
    """Return the breaks between two tokens of low..high."""
    return breaks[bisect_right(breaks, low) : bisect_left(breaks, high)]
