"""The index of shingles: which articles have a hash that a new text has as well.

It is read in one pass over the hash column, row group by row group, never as a whole. The new
texts' hashes (the needles) are looked up in the sorted row group, not the other way round: a batch
has thousands, the index millions. What the columns beside the hash say is read only where a needle
was found: `article_number` for all of them, `published_month` for those that have too many hits.

A hash that very many articles have tells little, and would make the cost of a batch grow with the
corpus. A needle keeps at most `limit` articles, by this order:

1. the fewest months between the article and the needle; articles without a date come
   last; a needle without one has the same distance to all;
2. the smaller article number, which is the article that came first.

The order is total and knows nothing of files, so the choice does not depend on how the rows are
spread over files, row groups and the batch itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from warehouse.errors import BadWarehouse
from warehouse.location import Location
from warehouse.shingle_files import (
    NO_MONTH,
    REMEDY,
    Hashes,
    Months,
    Numbers,
    acknowledged_files,
    shingle_table,
)

__all__ = ["NO_MONTH", "Hits", "Segment", "ShingleIndex", "search", "shingle_table"]

LIMIT = 64
FAR = np.iinfo(np.int32).max  # farther than any two months
# Lists up to so many times the limit are ranked together, longer ones one by one: the call costs
# about what ranking 600 rows does.
LONG_LIST = 8
# Candidates that wait for the cut; 16 bytes each, and several times that while they are sorted.
MOST_PENDING = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Rows of the index in memory, sorted by (hash, month); NO_MONTH stands first."""

    hashes: Hashes
    numbers: Numbers
    months: Months


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """Which needles were found in which articles, sorted by both, each pair once."""

    needles: NDArray[np.int64]  # [k] positions in the needles given
    numbers: Numbers  # [k] article numbers
    overflowed: int = 0  # needles that more articles have than were kept
    scanned_rows: int = 0  # rows whose hash was read


def sorted_segment(hashes: Hashes, numbers: Numbers, months: Months) -> Segment:
    """Return the rows, given in any order, as a segment; sorted by number as well."""
    order = np.lexsort((numbers, months, hashes))
    return Segment(hashes[order], numbers[order], months[order])


def search(segment: Segment, needles: Hashes, months: Months, *, limit: int = LIMIT) -> Hits:
    """Find the needles in one segment.

    `needles` int64[m] are sorted, each may stand there more than once; `months` int16[m] say when
    the texts they come from were published (NO_MONTH: not known). `limit`: see the module.
    """
    return _find([_Memory(segment)], needles, months, limit)


class ShingleIndex:
    """The rows of all acknowledged commits in the table `shingles`, as of the newest one.

    Raises BadWarehouse when there is no warehouse, or a file of the index is missing or damaged.
    """

    def __init__(self, location: Location) -> None:
        self.location = location
        self.files = [file for file in acknowledged_files(location) if file.holds_any]

    @property
    def file_count(self) -> int:
        """Parquet files that hold rows of acknowledged commits."""
        return len(self.files)

    @property
    def row_count(self) -> int:
        """Their rows."""
        return sum(file.row_count for file in self.files)

    @property
    def byte_count(self) -> int:
        """Their bytes on disk."""
        return sum(file.byte_count for file in self.files)

    def check(self, version: int) -> None:
        """Raise BadWarehouse unless every row was sketched by `version` of the parameters."""
        for file in self.files:
            strange = file.versions() - {version}
            if strange:
                raise BadWarehouse(
                    f"{self.location}: the index of shingles holds sketches of version "
                    f"{min(strange)}, this copydesk makes version {version}; "
                    f"make it anew with: {REMEDY} --warehouse {self.location}"
                )

    def find(
        self,
        needles: Hashes,
        months: Months,
        *,
        limit: int = LIMIT,
        beside: Sequence[Segment] = (),
    ) -> Hits:
        """Find the needles in the index and in the segments `beside` it, as if they were one.

        `needles` and `months` as in `search`. Reads every hash of the index at most once.
        """
        memory: list[_Part] = [_Memory(segment) for segment in beside]
        groups = [group for file in self.files for group in file.groups(needles)]
        return _find([*memory, *groups], needles, months, limit)


class _Part(Protocol):
    """Rows sorted by (hash, month), whose columns are read when they are asked for."""

    def hashes(self) -> Hashes: ...
    def numbers(self) -> Numbers: ...
    def months(self) -> Months: ...


@dataclass(frozen=True, slots=True)
class _Memory:
    segment: Segment

    def hashes(self) -> Hashes:
        return self.segment.hashes

    def numbers(self) -> Numbers:
        return self.segment.numbers

    def months(self) -> Months:
        return self.segment.months


@dataclass(frozen=True, slots=True, eq=False)
class _Runs:
    """Where queries stand in one part: rows starts[i] to starts[i] + counts[i]."""

    part: _Part
    queries: NDArray[np.int64]
    starts: NDArray[np.int64]
    counts: NDArray[np.int64]

    def only(self, chosen: NDArray[np.bool_]) -> _Runs:
        return _Runs(self.part, self.queries[chosen], self.starts[chosen], self.counts[chosen])

    def rows(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Every row: the query and its place in the part."""
        return np.repeat(self.queries, self.counts), _ranges(self.starts, self.counts)


def _find(parts: Sequence[_Part], needles: Hashes, months: Months, limit: int) -> Hits:
    """Search for each pair of hash and month once, then give it to all needles that ask for it."""
    dated = np.maximum(months, NO_MONTH).astype(np.int64) + 1
    asked = needles.astype(np.uint64) << np.uint64(16) | dated.astype(np.uint64)
    distinct, back = np.unique(asked, return_inverse=True)
    query_months = ((distinct & np.uint64(0xFFFF)).astype(np.int32) - 1).astype(np.int16)
    runs, scanned = _look_up(parts, (distinct >> np.uint64(16)).astype(np.int64))
    found = np.zeros(len(distinct), np.int64)
    for run in runs:
        found[run.queries] += run.counts
    queries, numbers = _keep(runs, found, query_months, limit)
    kept = np.bincount(queries, minlength=len(distinct))
    ends, counts = np.cumsum(kept)[back], kept[back]
    return Hits(
        np.repeat(np.arange(len(needles)), counts),
        numbers[_ranges(ends - counts, counts)],
        int(np.count_nonzero(found[back] > limit)),
        scanned,
    )


def _look_up(parts: Sequence[_Part], queries: Hashes) -> tuple[list[_Runs], int]:
    """Find the queries (sorted) in every part; also return how many rows were looked at."""
    runs, scanned = [], 0
    for part in parts:
        hashes = part.hashes()
        scanned += len(hashes)
        if len(hashes) and len(queries):
            run = _look_up_one(part, hashes, queries)
            if len(run.queries):
                runs.append(run)
    return runs, scanned


def _look_up_one(part: _Part, hashes: Hashes, queries: Hashes) -> _Runs:
    first = int(np.searchsorted(queries, hashes[0]))
    last = int(np.searchsorted(queries, hashes[-1], side="right"))
    inside = queries[first:last]
    starts = np.searchsorted(hashes, inside)
    hit = np.flatnonzero(hashes[starts] == inside)
    starts = starts[hit]
    ends = np.searchsorted(hashes, inside[hit], side="right")
    return _Runs(part, hit + first, starts, ends - starts)


def _keep(
    runs: Sequence[_Runs], found: NDArray[np.int64], months: Months, limit: int
) -> tuple[NDArray[np.int64], Numbers]:
    """The pairs of query and article number that count, sorted and each once."""
    kept = _Nearest(months, limit)
    pairs = [np.zeros(0, np.int64)]
    for run in runs:
        numbers = run.part.numbers()
        is_long = found[run.queries] > limit
        queries, places = run.only(~is_long).rows()
        pairs.append(queries << 32 | numbers[places])
        if is_long.any():
            kept.add(run.only(is_long), numbers)
    every = np.sort(np.concatenate([*pairs, kept.pairs()]))
    every = every[np.diff(every, prepend=-1) > 0]  # np.unique hashes here, at ten times the cost
    return every >> 32, (every & 0xFFFFFFFF).astype(np.int32)


@dataclass(slots=True, eq=False)
class _Nearest:
    """Candidates of queries that have too many, cut to `limit` each whenever many have come."""

    months: Months
    limit: int
    _waiting: list[NDArray[Any]] = field(default_factory=list)
    _count: int = 0

    def add(self, run: _Runs, numbers: Numbers) -> None:
        """Take in the rows of one part."""
        months = np.maximum(run.part.months(), NO_MONTH)
        is_longest = run.counts > LONG_LIST * self.limit
        queries, places = run.only(~is_longest).rows()
        self._put(queries, numbers[places], months[places])
        longest = run.only(is_longest)
        rows = zip(longest.queries, longest.starts, longest.counts, strict=True)
        for query, start, count in rows:
            stop = start + count
            near = nearest(
                months[start:stop], numbers[start:stop], int(self.months[query]), self.limit
            )
            chosen = near + start
            self._put(np.full(len(near), query), numbers[chosen], months[chosen])

    def _put(self, queries: NDArray[np.int64], numbers: Numbers, months: Months) -> None:
        distances = _distances(months, self.months[queries])
        self._waiting.append(np.stack([queries, distances, numbers.astype(np.int64)]))
        self._count += len(queries)
        if self._count > MOST_PENDING:
            self._cut()

    def _cut(self) -> None:
        every = np.concatenate(self._waiting, axis=1)
        every = every[:, np.lexsort(every[::-1])]
        queries = every[0]
        rank = np.arange(len(queries)) - np.searchsorted(queries, queries)
        self._waiting = [every[:, rank < self.limit]]
        self._count = self._waiting[0].shape[1]

    def pairs(self) -> NDArray[np.int64]:
        """Query << 32 | number of what was kept."""
        if not self._waiting:
            return np.zeros(0, np.int64)
        self._cut()
        queries, _, numbers = self._waiting[0]
        pairs: NDArray[np.int64] = queries << 32 | numbers
        return pairs


def nearest(months: Months, numbers: Numbers, month: int, limit: int) -> NDArray[np.int64]:
    """Return which rows of one hash are the `limit` nearest; months are sorted, NO_MONTH first.

    Only the rows at the border, all equally far, are ranked by number: the cost is logarithmic but
    for those.
    """
    if len(months) <= limit:
        return np.arange(len(months))
    if month == NO_MONTH:
        return np.argpartition(numbers, limit - 1)[:limit]
    known = int(np.searchsorted(months, 0))
    if len(months) - known <= limit:
        inner, border = np.arange(known, len(months)), np.arange(known)
    else:
        inner, border = _inner_and_border(months, month, known, limit)
    missing = limit - len(inner)
    if missing <= 0:
        return inner
    return np.concatenate([inner, border[np.argpartition(numbers[border], missing - 1)[:missing]]])


def _inner_and_border(
    months: Months, month: int, known: int, limit: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows nearer than the distance within which more than `limit` lie, and those just at it."""
    low, high = 0, int(np.iinfo(np.int16).max)
    while low < high:  # the smallest distance with at least `limit` rows
        middle = (low + high) // 2
        start, stop = _within(months, month, middle, known)
        low, high = (low, middle) if stop - start >= limit else (middle + 1, high)
    start, stop = _within(months, month, low, known)
    first, last = _within(months, month, low - 1, known) if low else (start, start)
    border = np.concatenate([np.arange(start, first), np.arange(last, stop)])
    return np.arange(first, last), border


def _within(months: Months, month: int, distance: int, known: int) -> tuple[int, int]:
    """The rows at most `distance` months away."""
    ends = np.array([max(month - distance, 0), month + distance], np.int32)
    start = max(int(np.searchsorted(months, ends[0])), known)
    return start, max(int(np.searchsorted(months, ends[1], side="right")), start)


def _distances(months: Months, wanted: Months) -> NDArray[np.int64]:
    away = np.abs(months.astype(np.int64) - wanted)
    return np.where(wanted == NO_MONTH, 0, np.where(months == NO_MONTH, FAR, away))


def _ranges(starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """starts[0], starts[0] + 1, ... counts[0] of them, then those of the next."""
    shift = starts - (np.cumsum(counts) - counts)
    places: NDArray[np.int64] = np.arange(counts.sum()) + np.repeat(shift, counts)
    return places
