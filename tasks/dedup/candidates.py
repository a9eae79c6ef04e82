"""Which known texts a new one may be a copy of: those that share two hashes of the sketch.

The index on disk and the batch itself are searched by the same code. What is counted is how many
hashes of a text a *group* has: a group's hashes are spread over its leader and over members that
had something its leader lacks. Two kinds of chance are left out. Two hashes of one run of seven
words are one phrase, so there must be two that begin APART. And what stands in many stories is a
formula, so such a hash counts half. Stories and not texts: of a report that twenty papers print in
one batch, every hash stands in twenty texts, and an excerpt of it shares three with each.

Measured on 100 planted copies of every kind among 10,389 Senate releases and Spanish articles
(tests/bench/dedup, seed 1): of the candidates are true 0.872 with two hashes, 0.906 with two APART,
and 0.981 when formulas count half as well (0.976 and 0.982 with other seeds). Of excerpts of 30
words 100, 100 and 98 % are found, of copies with 30 % of the words changed 94 % each time. With
texts counted instead of stories, 92 instead of 100 % of Arabic copies with 5 % of the characters
changed were found, where 16 came of each article.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tasks.dedup.shingles import Sketches
from warehouse.shingle_index import Hits, Segment, sorted_segment

SHARED = 2  # one hash in common is chance or a stock phrase; one that is common counts half
APART = 2  # tokens of the new text between the first and the last hash in common, at least
MANY_STORIES = 6  # a hash that more have is common; 8 instead: 1.5 times as many false candidates
ONE_STORY = 8  # shared hashes, about 60 words; texts with as many count as one story
# A hash that more texts have than this keeps the nearest by date, and is counted. Copies share
# many hashes; what has one hash with thousands is a formula that boilerplate rules have not met.
MOST_POSTINGS = 64
MOST_TRIED = 4  # texts of one group that a text is compared with, those of most shared hashes first

DROPPED = -1  # no group

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

    `numbers[i]` and `months[i]` (Item.published_month; -1: not known) belong to text i of the
    sketches. `groups_of` gives the groups of known texts; a new text is a group of its own.
    """
    order = np.argsort(sketches.hashes, kind="stable")
    needles, owners = sketches.hashes[order], numbers[sketches.owners[order]]
    needle_months = months[sketches.owners[order]]
    batch = sorted_segment(needles, owners, needle_months)
    hits = index.find(needles, needle_months, limit=MOST_POSTINGS, beside=(batch,))
    keep = owners[hits.needles] != hits.numbers  # every text of the batch finds itself
    at, others = hits.needles[keep], hits.numbers[keep]
    groups = _groups(others, groups_of, numbers)
    at, others, groups = at[groups >= 0], others[groups >= 0], groups[groups >= 0]
    table = _Hits(at, owners[at], others, groups, sketches.places[order][at])
    return Found(
        _candidates(table),
        needles[at],
        owners[at],
        others,
        hits.overflowed,
        hits.scanned_rows,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Hits:
    """Hashes of new texts that others have: k rows, sorted by `at` and number."""

    at: NDArray[np.int64]  # [k] which hash,
    owners: Numbers  # [k] the new text that it is of,
    others: Numbers  # [k] a text that has it too,
    groups: NDArray[np.int64]  # [k] and that text's group
    places: Numbers  # [k] where it stands in the new text, in tokens


def _groups(
    others: Numbers, groups_of: Callable[[Sequence[int]], Mapping[int, int]], new: Numbers
) -> NDArray[np.int64]:
    """The group of each; DROPPED of a text that is gone and waits to be taken out of the index."""
    unique, where = np.unique(others, return_inverse=True)
    known = groups_of(unique.tolist())
    own = {number: number for number in new.tolist()}
    found = [known.get(each, own.get(each, DROPPED)) for each in unique.tolist()]
    return np.array(found, np.int64)[where]


def _candidates(hits: _Hits) -> list[Candidate]:
    """Of each group with enough hashes take the texts that have most."""
    if not hits.at.size:
        return []
    with_group, shared, is_enough = _judged(hits)
    texts, first, counts = np.unique(
        _packed(hits.owners, hits.others), return_index=True, return_counts=True
    )
    group = np.searchsorted(with_group, _packed(hits.owners, hits.groups)[first])
    order = np.lexsort((texts, -counts, group))
    rank = np.arange(len(order)) - np.searchsorted(group[order], group[order])
    tried = order[(rank < MOST_TRIED) & is_enough[group[order]]]
    tried = tried[np.lexsort((texts[tried], -counts[tried]))]
    new, other = texts[tried] >> 32, texts[tried] & 0xFFFFFFFF
    both = _packed(np.minimum(new, other), np.maximum(new, other))
    once = np.sort(np.unique(both, return_index=True)[1])  # of two new texts once
    columns = new[once].tolist(), other[once].tolist(), shared[group[tried]][once].tolist()
    return [Candidate(*each) for each in zip(*columns, strict=True)]


def _judged(
    hits: _Hits,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Return the pairs of text and group, sorted, their shared hashes, and if these are enough."""
    first = np.unique(_packed(hits.at, hits.groups), return_index=True)[1]
    keys = _packed(hits.owners, hits.groups)[first]
    order = np.argsort(keys, kind="stable")
    pairs, starts, counts = np.unique(keys[order], return_index=True, return_counts=True)
    rows = first[order]
    is_common = _is_common(hits, pairs[counts >= ONE_STORY])[hits.at[rows]]
    halves = 2 * counts - np.add.reduceat(is_common.astype(np.int64), starts)
    places = hits.places[rows]
    spans = np.maximum.reduceat(places, starts) - np.minimum.reduceat(places, starts)
    return pairs, counts, (halves >= 2 * SHARED) & (spans >= APART)


def _is_common(hits: _Hits, alike: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return for every hash if too many stories have it, the new text's own among them.

    `alike`: pairs of text and group that are one story, and with them all that they are alike to.
    """
    groups, where = np.unique(hits.groups, return_inverse=True)
    names = np.union1d(groups, hits.owners.astype(np.int64))
    ends = np.searchsorted(names, [alike >> 32, alike & 0xFFFFFFFF])
    story = _joined(len(names), ends)
    at, first = np.unique(hits.at, return_index=True)
    own = story[np.searchsorted(names, hits.owners[first])]
    theirs = story[np.searchsorted(names, groups)][where]
    pairs = np.unique(np.concatenate([_packed(at, own), _packed(hits.at, theirs)]))
    return np.bincount(pairs >> 32) > MANY_STORIES


def _joined(size: int, ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for 0..size-1 the smallest number that pairs int64[2, k] connect each with."""
    names = np.arange(size)
    while True:
        low = np.minimum(names[ends[0]], names[ends[1]])
        joined = names.copy()
        for end in ends:
            np.minimum.at(joined, names[end], low)  # the name's own name: few rounds
        joined = joined[joined]
        if np.array_equal(joined, names):
            return names
        names = joined


def _packed(high: NDArray[np.integer], low: NDArray[np.integer]) -> NDArray[np.int64]:
    """Two columns of numbers of 31 bits as one."""
    packed: NDArray[np.int64] = high.astype(np.int64) << 32 | low
    return packed
