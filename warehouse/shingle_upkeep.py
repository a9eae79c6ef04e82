"""Keeping the table `shingles` quick to read: many small files become few large ones.

New files are written beside the old ones and put in their place by one transaction of the Delta
log. Killed before it, nothing has changed: unfinished files have names that nothing reads (the next
call sweeps them), finished ones are in no version of the table (vacuum removes them). Killed after
it, the new files are the head of the table. Readers go by the version that the newest acknowledged
commit recorded, and see the old files until a commit records the new one: that of the caller
(`moved`), or the next one that appends rows, for it builds on the head. After a compaction both
hold the same rows, so it does not matter when; after a rewrite readers go on refusing the old
parameters until then. Of two at once the second fails, because files that it replaces are gone.

Rows of commits that can never be acknowledged any more are dropped: files that were there when the
newest acknowledged commit was made, with the id of another attempt. Rows appended since then stay
as they are, for their commit may just be being acknowledged.

The new rows carry the newest run_id and commit_id of those they replace. So they stay visible
without a commit of their own, and both columns cost nothing.
"""

from __future__ import annotations

import json
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake.exceptions import CommitFailedError, DeltaError
from deltalake.transaction import AddAction, RemoveAction

from warehouse import store
from warehouse.errors import BadWarehouse, TryAgain
from warehouse.location import Location
from warehouse.merging import worth_merging
from warehouse.schema import arrow_schema
from warehouse.shingle_files import (
    TABLE,
    ShingleFile,
    acknowledged,
    acknowledged_files,
    files_of,
)
from warehouse.shingle_sort import Rows, Run, merged, packed, pieces, sorted_runs, unpacked
from warehouse.storage import Storage, said

# A small file costs a search for 60,000 hashes about 5 ms of CPU time beyond that of its rows
# (measured: 528 files of 60,000 rows 2.9 s); so many of them as much as 25 million rows in one.
MOST_FILES = 32
GROWTH = 2  # see warehouse.merging
SMALL_ROWS = 1 << 20  # files up to this size are always merged: it takes about half a second
FILE_ROWS = 1 << 26  # about 550 MB; files of half this size are left alone
PREFIX = "sorted-"  # file names; what is so called is known to be sorted
# Uncompressed, because zstandard gains nothing on packed bits (measured: 3.05 bytes a hash with it
# and without). Article numbers take half of what they take PLAIN (1.4 MB of 2.9 for 12,531
# articles, whose texts take 12 as plain Parquet) and 2 ns more to read.
ENCODINGS = dict.fromkeys(("hash", "article_number"), "DELTA_BINARY_PACKED")
FEW = ["published_month", "script", "version", "run_id", "commit_id"]
COMPRESSION = dict.fromkeys(ENCODINGS, "none") | dict.fromkeys(FEW, "zstd")
# Only a month may be missing: columns that may not are read without a look at which are.
FILE_SCHEMA = pa.schema(
    [each.with_nullable(each.name == "published_month") for each in arrow_schema(TABLE)]
)


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What a compaction or a rewrite did."""

    version: int  # of the table; readers see it from the first commit that records it
    files_before: int
    files_after: int
    rows_before: int
    rows_after: int


def should_compact(location: Location) -> bool:
    """Has the table so many small files that scans are slower for it?"""
    files = acknowledged_files(location)
    return len(_small(files)) > MOST_FILES


def compact(location: Location, *, everything: bool = False) -> Upkeep | None:
    """Merge small files into large sorted ones; None if there is nothing to gain.

    `everything` merges all files, of whatever size. Call it under the writer's lease. Memory is
    bounded: about 300 MB for any number of rows. Raises TryAgain when the disk refuses or another
    process has changed the table.
    """
    change = _Change(location)
    live = [file for file in change.replaceable if file.holds_any]
    chosen = live if everything else _small(live)
    mixed = [file for file in live if file.only is not None and file not in chosen]
    if len(chosen) < 2 and not mixed and not change.dead:
        return None
    return change.replace([*chosen, *mixed], _runs_of([*chosen, *mixed], change.scratch))


def rewrite(location: Location, batches: Iterable[pa.Table]) -> Upkeep:
    """Replace all rows of the table by those of `batches`, which come in any order.

    The batches have the columns of ShingleRow and a size that fits into memory. Call it under the
    writer's lease. Raises BadWarehouse when there is no commit that the rows could belong to, and
    TryAgain as `compact` does.
    """
    change = _Change(location)
    if not change.commit_ids:
        raise BadWarehouse(f"{location}: nothing was committed yet, there is nothing to index")
    live = [file for file in change.replaceable if file.holds_any]
    return change.replace(live, sorted_runs(map(packed, batches), change.scratch))


def _small(files: Sequence[ShingleFile]) -> list[ShingleFile]:
    """The files that are worth merging, smallest first."""
    ordered = sorted(files, key=lambda each: (each.row_count, each.name))
    sizes = (file.row_count for file in ordered)
    count = worth_merging(sizes, growth=GROWTH, small=SMALL_ROWS, largest=FILE_ROWS // 2)
    return ordered[:count]


# --- one change of the table ----------------------------------------------------------------------


class _Change:
    """Replaces files of the head of the table by new ones, in one transaction."""

    def __init__(self, location: Location) -> None:
        self.where = location.table(TABLE)
        self.storage = location.storage
        self.scratch = location.state / "shingles"
        self.table = store.open_table(location, TABLE)
        commits = store.read_table(location, "commits")
        self.commit_ids = acknowledged(commits)
        head = files_of(location, self.table, self.commit_ids)
        settled = {file.name for file in acknowledged_files(location)}
        self.dead = [file for file in head if not file.holds_any and file.name in settled]
        self.replaceable = [file for file in head if file.holds_any]
        self.head_count = len(head)
        self.head_rows = sum(file.row_count for file in head)

    def replace(self, old: Sequence[ShingleFile], runs: Iterator[Run]) -> Upkeep:
        """Put the rows of `runs` in the place of `old`, and drop the dead."""
        try:
            self._sweep()
            self.scratch.mkdir(parents=True)
            new = self._write(runs)
            gone = [*old, *self.dead]
            self._commit(new, gone)
        except CommitFailedError as error:
            raise TryAgain(
                f"{self.where}: another process has changed it: {said(error)}"
            ) from error
        except (DeltaError, OSError) as error:
            raise TryAgain(f"{self.where}: cannot be compacted: {said(error)}") from error
        finally:
            self._sweep()
        return Upkeep(
            version=int(self.table.version()),
            files_before=self.head_count,
            files_after=self.head_count - len(gone) + len(new),
            rows_before=self.head_rows,
            rows_after=self.head_rows
            - sum(file.row_count for file in gone)
            + sum(file.row_count for file in new),
        )

    def _write(self, runs: Iterator[Run]) -> list[_NewFile]:
        commit_id = max(self.commit_ids)  # ids begin with the time, so this is the newest
        files: list[_NewFile] = []
        for rows in pieces(merged(list(runs)), store.ROW_GROUPS[TABLE]):
            if not files or files[-1].row_count >= FILE_ROWS:
                _finish(files[-1:])
                files.append(_NewFile(self.storage, self.commit_ids[commit_id], commit_id))
            files[-1].write(rows)
        _finish(files[-1:])
        return files

    def _commit(self, new: Sequence[_NewFile], gone: Sequence[ShingleFile]) -> None:
        now = int(time.time() * 1000)
        removed = [RemoveAction(file.name, True, now, file.byte_count, {}) for file in gone]
        added = [file.action(now) for file in new]
        self.table.create_write_transaction(
            [*added, *removed], mode="append", schema=self.table.schema()
        )
        self.table.update_incremental()

    def _sweep(self) -> None:
        """Remove what this call, or one that was killed, has left."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.storage.sweep(TABLE)


# --- writing -------------------------------------------------------------------------------------


@dataclass(slots=True)
class _NewFile:
    """A file that is being written; it gets its name when it is whole."""

    storage: Storage
    run_id: str
    commit_id: str
    name: str = field(default_factory=lambda: f"{PREFIX}{uuid.uuid4()}.parquet")
    row_count: int = 0
    byte_count: int = 0
    _writer: pq.ParquetWriter | None = None

    @property
    def _path(self) -> str:
        return f"{TABLE}/{self.name}"

    def write(self, rows: Rows) -> None:
        """Add one row group."""
        if self._writer is None:
            self._writer = pq.ParquetWriter(
                self.storage.unfinished(self._path),
                FILE_SCHEMA,
                compression=COMPRESSION,
                compression_level=dict.fromkeys(FEW, 3),
                use_dictionary=FEW,
                column_encoding=ENCODINGS,
            )
        stamp = {"run_id": self.run_id, "commit_id": self.commit_id}
        columns: dict[str, pa.Array] = {
            **unpacked(rows),
            **{name: pa.repeat(text, len(rows)) for name, text in stamp.items()},
        }
        self._writer.write_table(pa.table(columns, schema=FILE_SCHEMA), row_group_size=len(rows))
        self.row_count += len(rows)

    def finish(self) -> None:
        """Close the file and give it its name."""
        if self._writer is not None:
            self._writer.close()
            self.byte_count = self.storage.unfinished(self._path).stat().st_size
            self.storage.finish(self._path)

    def action(self, now: int) -> AddAction:
        """Return what the Delta log says of the file; `now` in milliseconds."""
        stamp = {"run_id": self.run_id, "commit_id": self.commit_id}
        about = {
            "numRecords": self.row_count,
            "minValues": stamp,
            "maxValues": stamp,
            "nullCount": dict.fromkeys(stamp, 0),
        }
        return AddAction(self.name, self.byte_count, {}, now, True, json.dumps(about))


def _finish(files: Iterable[_NewFile]) -> None:
    for file in files:
        file.finish()


def _runs_of(files: Sequence[ShingleFile], scratch: Path) -> Iterator[Run]:
    """Large files are runs already; small ones are sorted together."""
    loose = [file for file in files if not file.name.startswith(PREFIX)]
    for file in files:
        if file.name.startswith(PREFIX):
            yield Run(_blocks_of(file))
    yield from sorted_runs((block for file in loose for block in _blocks_of(file)), scratch)


def _blocks_of(file: ShingleFile) -> Iterator[Rows]:
    names = [name for name in FILE_SCHEMA.names if name not in ("run_id", "commit_id")]
    for group in file.groups():
        rows = packed(group.table(names))
        if len(rows):
            yield rows
