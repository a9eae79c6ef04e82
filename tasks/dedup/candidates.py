"""Which known texts a new one may be a copy of: those that share two hashes of the sketch.

The index on disk and the batch itself are searched by the same code. What is counted is how many
hashes of a text a *group* has: a group's hashes are spread over its leader and over members that
had something its leader lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tasks.dedup.shingles import Sketches
from warehouse.shingle_index import Hits, Segment, sorted_segment

SHARED = 2  # DESIGN section 5: one hash in common is chance or a stock phrase
# A hash that more texts have than this keeps the nearest by date, and is counted. Copies share
# many hashes; what has one hash with thousands is a formula that boilerplate rules have not met.
MOST_POSTINGS = 64
MOST_TRIED = 4  # texts of one group that a text is compared with, those of most shared hashes first

Numbers = NDArray[np.int32]


class Index(Protocol):
    """The shingles of everything that was committed (warehouse.shingle_index.ShingleIndex)."""

    def find(
        self,
        needles: NDArray[np.int64],
        months: NDArray[np.int16],
        *,
        limit: int,
        beside: Sequence[Segment] = (),
    ) -> Hits:
        """Return who has these hashes, there or in a segment beside it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A new text, another one (known, or new as well), and how many hashes its group shares."""

    new: int
    other: int
    shared: int


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Candidates of one batch, and the hits they were made of."""

    candidates: Sequence[Candidate]
    hashes: NDArray[np.int64]  # [k] a hash of a new text,
    owners: Numbers  # [k] that text,
    numbers: Numbers  # [k] and another that has the hash
    overflowed: int  # hashes whose list was cut
    scanned_rows: int


def find_candidates(
    sketches: Sketches,
    numbers: Numbers,
    months: NDArray[np.int16],
    index: Index,
    groups_of: Callable[[Sequence[int]], Mapping[int, int]],
) -> Found:
    """Return what new texts may be copies of.

    `numbers[i]` and `months[i]` (since January 1970; -1: not known) belong to text i of the
    sketches. `groups_of` gives the groups of known texts; a new text is a group of its own.
    """
    order = np.argsort(sketches.hashes, kind="stable")
    needles, owners = sketches.hashes[order], numbers[sketches.owners[order]]
    needle_months = months[sketches.owners[order]]
    batch = sorted_segment(needles, owners, needle_months)
    hits = index.find(needles, needle_months, limit=MOST_POSTINGS, beside=(batch,))
    keep = owners[hits.needles] != hits.numbers  # every text of the batch finds itself
    at, others = hits.needles[keep], hits.numbers[keep]
    return Found(
        _candidates(at, owners[at], others, groups_of),
        needles[at],
        owners[at],
        others,
        hits.overflowed,
        hits.scanned_rows,
    )


def _candidates(
    at: NDArray[np.int64],
    owners: Numbers,
    others: Numbers,
    groups_of: Callable[[Sequence[int]], Mapping[int, int]],
) -> list[Candidate]:
    """Count hashes by text and group; of each group with enough take the texts that have most."""
    if not at.size:
        return []
    groups = _groups(others, groups_of)
    by_group = _counts(owners, groups, at)
    by_text = _counts(owners, others, at)
    group_of = dict(zip(others.tolist(), groups.tolist(), strict=True))
    tried: dict[tuple[int, int], int] = {}
    found: dict[tuple[int, int], Candidate] = {}
    for (owner, other), count in sorted(by_text.items(), key=lambda item: (-item[1], item[0])):
        key = owner, group_of[other]
        shared = by_group[key]
        if shared < SHARED or tried.get(key, 0) == MOST_TRIED:
            continue
        tried[key] = tried.get(key, 0) + 1
        if (other, owner) not in found:  # of two new texts once
            found[owner, other] = Candidate(owner, other, max(shared, count))
    return list(found.values())


def _groups(
    others: Numbers, groups_of: Callable[[Sequence[int]], Mapping[int, int]]
) -> NDArray[np.int64]:
    unique, where = np.unique(others, return_inverse=True)
    known = groups_of(unique.tolist())
    return np.array([known.get(number, number) for number in unique.tolist()], np.int64)[where]


def _counts(
    owners: Numbers, others: NDArray[np.integer], at: NDArray[np.int64]
) -> dict[tuple[int, int], int]:
    """How many different hashes each text has in common with each other one."""
    others = others.astype(np.int64)
    _, first = np.unique(at << 32 | others, return_index=True)  # numbers have 31 bits
    pairs, counts = np.unique(
        owners[first].astype(np.int64) << 32 | others[first], return_counts=True
    )
    keys = zip((pairs >> 32).tolist(), (pairs & 0xFFFFFFFF).tolist(), strict=True)
    return dict(zip(keys, counts.tolist(), strict=True))
