"""Two readings side by side: which elements are equal, in order, and the gaps between them.

By least edits (Levenshtein). Long texts are first tied together by 5-grams that each has once, so
that work and memory stay bounded.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from tasks.dedup.reading import Reading
from tasks.dedup.spans import grams

MOST_CELLS = 16_000_000  # of one table of edit distances: 4,000 x 4,000 elements, 4 MB of bits
ANCHOR = 5  # elements in a row, met once in each text, that tie longer texts together
PIECE = 200  # elements between two anchors, at least


@dataclass(frozen=True, slots=True)
class Gap:
    """Elements low_a..high_a of a that stand where b has low_b..high_b."""

    low_a: int
    high_a: int
    low_b: int
    high_b: int

    @property
    def is_single(self) -> bool:
        """Whether one element stands in the place of one."""
        return self.high_a - self.low_a == self.high_b - self.low_b == 1


@dataclass(frozen=True, slots=True)
class Alignment:
    """Two readings side by side: what is equal, by element, and the gaps between."""

    equal_a: NDArray[np.bool_]
    equal_b: NDArray[np.bool_]
    pairs: NDArray[np.int64]  # [k, 2] numbers of equal elements
    gaps: tuple[Gap, ...]


def align(a: Reading, b: Reading) -> Alignment:
    """Lay the elements of both side by side."""
    blocks = [each for piece in _pieces(a.keys, b.keys) for each in _blocks(a.keys, b.keys, piece)]
    pairs = _numbers(blocks)
    equal_a, equal_b = np.zeros(len(a.keys), bool), np.zeros(len(b.keys), bool)
    equal_a[pairs[:, 0]], equal_b[pairs[:, 1]] = True, True
    return Alignment(equal_a, equal_b, pairs, tuple(_gaps(pairs, len(a.keys), len(b.keys))))


def _numbers(blocks: list[tuple[int, int, int]]) -> NDArray[np.int64]:
    """Return blocks (start in a, start in b, length) as pairs of numbers."""
    found = np.array(blocks, np.int64).reshape(-1, 3)
    lengths = found[:, 2]
    steps = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return np.stack([np.repeat(found[:, side], lengths) + steps for side in (0, 1)], axis=1)


def _gaps(pairs: NDArray[np.int64], count_a: int, count_b: int) -> Iterator[Gap]:
    """Yield what lies between the pairs."""
    before = np.concatenate([[[-1, -1]], pairs]) + 1
    after = np.concatenate([pairs, [[count_a, count_b]]])
    for row in np.flatnonzero((after > before).any(axis=1)).tolist():
        (low_a, low_b), (high_a, high_b) = before[row].tolist(), after[row].tolist()
        yield Gap(low_a, high_a, low_b, high_b)


def _pieces(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> list[Gap]:
    """Return the whole, or of long texts what lies between their anchors."""
    if len(a) * len(b) <= MOST_CELLS:
        return [Gap(0, len(a), 0, len(b))]
    bounds = [(0, 0)]
    for anchor in _anchors(a, b):
        if anchor[0] - bounds[-1][0] >= PIECE:
            bounds.append(anchor)
    bounds.append((len(a), len(b)))
    return [
        Gap(low_a, high_a, low_b, high_b) for (low_a, low_b), (high_a, high_b) in pairwise(bounds)
    ]


def _anchors(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> list[tuple[int, int]]:
    """Return the longest row of 5-grams met once in each text that stand in the same order."""
    grams_a, at_a = _once(grams(a, ANCHOR))
    grams_b, at_b = _once(grams(b, ANCHOR))
    _, i, j = np.intersect1d(grams_a, grams_b, assume_unique=True, return_indices=True)
    order = np.argsort(at_a[i])
    return _rising(at_a[i][order].tolist(), at_b[j][order].tolist())


def _once(found: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the values met once, and where."""
    values, first, counts = np.unique(found, return_index=True, return_counts=True)
    return values[counts == 1], first[counts == 1]


def _rising(at_a: list[int], at_b: list[int]) -> list[tuple[int, int]]:
    """Return the longest rising row of at_b (patience sorting), with at_a beside it."""
    tops: list[int] = []
    members: list[int] = []
    before: list[int] = []
    for number, place in enumerate(at_b):
        pile = bisect_left(tops, place)
        before.append(members[pile - 1] if pile else -1)
        tops[pile : pile + 1], members[pile : pile + 1] = [place], [number]
    row: list[tuple[int, int]] = []
    number = members[-1] if members else -1
    while number >= 0:
        row.append((at_a[number], at_b[number]))
        number = before[number]
    return row[::-1]


def _blocks(
    a: NDArray[np.uint64], b: NDArray[np.uint64], piece: Gap
) -> Iterator[tuple[int, int, int]]:
    """Yield equal blocks of a piece: by least edits, or of a huge one its ends alone."""
    left, right = a[piece.low_a : piece.high_a], b[piece.low_b : piece.high_b]
    head = _equal_ahead(left, right)
    tail = _equal_ahead(left[head:][::-1], right[head:][::-1])
    yield piece.low_a, piece.low_b, head
    middle_a, middle_b = left[head : len(left) - tail], right[head : len(right) - tail]
    if 0 < len(middle_a) * len(middle_b) <= MOST_CELLS:
        for code in Levenshtein.opcodes(middle_a.tolist(), middle_b.tolist()):
            if code.tag == "equal":
                at_a, at_b = piece.low_a + head, piece.low_b + head
                yield at_a + code.src_start, at_b + code.dest_start, code.src_end - code.src_start
    yield piece.high_a - tail, piece.high_b - tail, tail


def _equal_ahead(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> int:
    """Return how many elements are equal from the start."""
    count = min(len(left), len(right))
    other = np.flatnonzero(left[:count] != right[:count])
    return int(other[0]) if len(other) else count
