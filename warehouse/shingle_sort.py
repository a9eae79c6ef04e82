"""Sort more rows of the table `shingles` than fit into memory.

A row is two int64: the hash, and the other columns packed into one in the order they are sorted by.
Batches are sorted as they come, kept on disk as runs, and the runs are merged block by block.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from warehouse.shingle_files import NO_MONTH

RUN_ROWS = 1 << 21  # sorted in memory at once: about 130 MB
BLOCK_ROWS = 1 << 16  # read at once from each run that is merged: 1 MB

Column = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of the table: hashes, and the other columns packed in the order they are sorted by."""

    hashes: Column
    rest: Column

    def __len__(self) -> int:
        return len(self.hashes)

    def __getitem__(self, part: slice | Column) -> Rows:
        return Rows(self.hashes[part], self.rest[part])

    def sorted(self) -> Rows:
        """Return the rows by hash, month, article number.

        Most hashes stand alone, so only rows that share one are sorted by both columns: a sixth
        of the time that np.lexsort takes for all.
        """
        rows = self[np.argsort(self.hashes, kind="stable")]
        is_same = rows.hashes[1:] == rows.hashes[:-1]
        is_shared = np.append(is_same, False) | np.append(False, is_same)
        at = np.flatnonzero(is_shared[: len(rows)])
        shared = rows.rest[at]
        rows.rest[at] = shared[np.lexsort((shared, rows.hashes[at]))]
        return rows


NO_ROWS = Rows(np.zeros(0, np.int64), np.zeros(0, np.int64))


def pieces(sorted_rows: Iterable[Rows], size: int) -> Iterator[Rows]:
    """Cut consecutive rows into pieces of `size` rows, the last one less."""
    waiting = NO_ROWS
    for rows in sorted_rows:
        waiting = _joined([waiting, rows])
        whole = len(waiting) // size * size
        for start in range(0, whole, size):
            yield waiting[start : start + size]
        waiting = waiting[whole:]
    if len(waiting):
        yield waiting


@dataclass(slots=True)
class Run:
    """Sorted rows that are read block by block."""

    blocks: Iterator[Rows]
    rows: Rows = field(default_factory=lambda: NO_ROWS)
    is_over: bool = False

    def fill(self) -> None:
        """Read one block more."""
        block = next(self.blocks, None)
        if block is None:
            self.is_over = True
        else:
            self.rows = _joined([self.rows, block])

    def take_below(self, bound: int | None) -> Rows:
        """Hand over the rows whose hash is less than `bound`; all for None."""
        end = len(self.rows) if bound is None else int(np.searchsorted(self.rows.hashes, bound))
        taken, self.rows = self.rows[:end], self.rows[end:]
        return taken


def merged(runs: Sequence[Run]) -> Iterator[Rows]:
    """Merge runs: what is below the end of every block read so far is complete.

    In memory is one block of each run. All rows of one hash are held at once, so the longest
    posting list is the limit: 16 MB for a million articles.
    """
    for run in runs:
        run.fill()
    while any(len(run.rows) for run in runs):
        ends = [int(run.rows.hashes[-1]) for run in runs if not run.is_over]
        bound = min(ends, default=None)
        yield _joined([run.take_below(bound) for run in runs]).sorted()
        for run in runs:
            if not run.is_over and (not len(run.rows) or run.rows.hashes[-1] == bound):
                run.fill()


def sorted_runs(batches: Iterable[Rows], scratch: Path) -> Iterator[Run]:
    """Sort as many rows at a time as fit into memory, and keep them on disk."""
    waiting: list[Rows] = []
    number = 0
    for rows in _cut(batches):
        waiting.append(rows)
        if sum(map(len, waiting)) >= RUN_ROWS:
            yield _spilled(_joined(waiting).sorted(), scratch / f"{number}")
            waiting, number = [], number + 1
    if waiting:
        yield _spilled(_joined(waiting).sorted(), scratch / f"{number}")


def _cut(batches: Iterable[Rows]) -> Iterator[Rows]:
    """No piece larger than a block: a batch may be of any size."""
    for rows in batches:
        for start in range(0, len(rows), BLOCK_ROWS):
            yield rows[start : start + BLOCK_ROWS]


def _spilled(rows: Rows, path: Path) -> Run:
    with path.open("wb") as file:
        rows.hashes.tofile(file)
        rows.rest.tofile(file)
    return Run(_read_back(path, len(rows)))


def _read_back(path: Path, size: int) -> Iterator[Rows]:
    for start in range(0, size, BLOCK_ROWS):
        count = min(BLOCK_ROWS, size - start)
        yield Rows(
            *(np.fromfile(path, np.int64, count, offset=8 * at) for at in (start, size + start))
        )


def _joined(parts: Sequence[Rows]) -> Rows:
    return Rows(
        np.concatenate([part.hashes for part in parts]),
        np.concatenate([part.rest for part in parts]),
    )


# Bits of the packed column: month + 1 (17, with a sign), article number (31), script, version (8).
def packed(table: pa.Table) -> Rows:
    """Pack rows of ShingleRow, without the store's columns."""
    months = _integers(table, "published_month", NO_MONTH) + 1
    rest = months << 47 | _integers(table, "article_number") << 16
    rest |= _integers(table, "script") << 8 | _integers(table, "version")
    return Rows(_integers(table, "hash"), rest)


def _integers(table: pa.Table, name: str, missing: int = 0) -> Column:
    column = table[name].cast(pa.int64()).fill_null(missing).combine_chunks()
    integers: Column = column.to_numpy(zero_copy_only=False)
    return integers


def unpacked(rows: Rows) -> dict[str, pa.Array]:
    """Return the columns of ShingleRow by name."""
    months = (rows.rest >> 47) - 1
    return {
        "hash": pa.array(rows.hashes),
        "article_number": pa.array((rows.rest >> 16 & 0x7FFFFFFF).astype(np.int32)),
        "published_month": pa.array(months.astype(np.int16), mask=months == NO_MONTH),
        "script": pa.array((rows.rest >> 8 & 0xFF).astype(np.int8)),
        "version": pa.array((rows.rest & 0xFF).astype(np.int8)),
    }
