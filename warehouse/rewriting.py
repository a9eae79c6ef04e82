"""New Parquet files of a table, put in the place of old ones by one transaction of the Delta log.

They are written under names that nothing reads, renamed when they are whole, and named in the log
together with those that they replace. Killed before that, nothing has changed; readers see them
from the commit on that moves them to that version, and find the old files until a vacuum.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake.transaction import AddAction, RemoveAction

from warehouse import lease, store
from warehouse.errors import TryAgain
from warehouse.file_layout import BLOOM_FALSE_POSITIVES, ROW_GROUP, ROW_GROUPS
from warehouse.live_files import LiveFile, live_files
from warehouse.location import Location
from warehouse.schema import arrow_schema, columns
from warehouse.storage import Storage

FILE_BYTES = 128 << 20  # the size of Parquet files that query engines ask for
GROUP_BYTES = 64 << 20  # of a row group in memory: texts of 10 MB and raw pages are rows too
BATCH_ROWS = 2_048  # DuckDB's own measure
PREFIX = "sorted-"
# Written once and read often: 6 makes the tables 5 % smaller than 3, the level of commits, for
# 0.1 ms an article and no more time to read; 9 takes another 2 % off for half as much again.
LEVEL = 6  # of Zstandard
LONGEST_STATISTIC = 64  # letters, as long as a hash; longer ones would only swell the log


def write_files(location: Location, name: str, batches: Iterable[pa.Table]) -> list[NewFile]:
    """Write the rows of the table in the order in which they come; return the whole files."""
    storage, written = location.storage, list[NewFile]()
    for group in _groups(batches, name):
        if not written or written[-1].byte_count >= FILE_BYTES:
            _finish(written[-1:])
            written.append(NewFile(storage, name))
        written[-1].write(group)
    _finish(written[-1:])
    return written


def batch_rows(name: str) -> int:
    """Return how many rows of the table are to be handed on at a time."""
    return min(ROW_GROUPS.get(name, ROW_GROUP), BATCH_ROWS)


def _groups(batches: Iterable[pa.Table], name: str) -> Iterator[pa.Table]:
    """The same rows in pieces of the size of a row group."""
    most = ROW_GROUPS.get(name, ROW_GROUP)
    kept: list[pa.Table] = []
    rows = size = 0
    for batch in batches:
        if rows and (rows + batch.num_rows > most or size + batch.nbytes > GROUP_BYTES):
            yield pa.concat_tables(kept)
            kept, rows, size = [], 0, 0
        kept.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
    if rows:
        yield pa.concat_tables(kept)


@dataclass(slots=True)
class NewFile:
    """A file that is being written; it gets its name when it is whole."""

    storage: Storage
    table: str
    name: str = field(default_factory=lambda: f"{PREFIX}{uuid.uuid4()}.parquet")
    row_count: int = 0
    byte_count: int = 0
    _writer: pq.ParquetWriter | None = None

    _footer: pq.FileMetaData | None = None

    @property
    def _path(self) -> str:
        return f"{self.table}/{self.name}"

    def write(self, rows: pa.Table) -> None:
        """Add one row group."""
        if self._writer is None:
            path = self.storage.unfinished(self._path)
            self._writer = _writer(path, self.table, rows.num_rows)
        self._writer.write_table(rows, row_group_size=rows.num_rows)
        self.row_count += rows.num_rows
        self.byte_count = self.storage.unfinished(self._path).stat().st_size

    def finish(self) -> None:
        """Close the file, see it on the disk, and give it its name."""
        if self._writer is None:
            return
        self._writer.close()
        path = self.storage.unfinished(self._path)
        self.byte_count, self._footer = path.stat().st_size, pq.read_metadata(path)
        self.storage.finish(self._path)

    def action(self, now: int, is_change: bool) -> AddAction:
        """Return what the Delta log says of the file; `now` in milliseconds."""
        about = {"numRecords": self.row_count, **_statistics(self._footer, self.table)}
        return AddAction(self.name, self.byte_count, {}, now, is_change, json.dumps(about))


def _finish(files: Iterable[NewFile]) -> None:
    for file in files:
        file.finish()


def _writer(path: Path, name: str, row_count: int) -> pq.ParquetWriter:
    """A writer of files as warehouse.store has them: dictionaries, and blooms for keys."""
    specs = columns(name)
    keys = [column for column, spec in specs.items() if spec.key and not spec.few]
    bloom = {"ndv": max(row_count, 1), "fpp": BLOOM_FALSE_POSITIVES}
    return pq.ParquetWriter(
        path,
        arrow_schema(name),
        compression="zstd",
        compression_level=LEVEL,
        use_dictionary=[column for column, spec in specs.items() if spec.few],
        bloom_filter_options=dict.fromkeys(keys, bloom) or None,
    )


def _statistics(footer: pq.FileMetaData, name: str) -> dict[str, Any]:
    """Least and greatest value of the keys, by which Delta leaves files out."""
    places = {footer.schema.column(n).path: n for n in range(footer.num_columns)}
    least, most, nulls = dict[str, str](), dict[str, str](), dict[str, int]()
    for column in (column for column, spec in columns(name).items() if spec.key):
        groups = [footer.row_group(number) for number in range(footer.num_row_groups)]
        told = [group.column(places[column]).statistics for group in groups]
        if not all(each is not None and each.has_min_max and each.has_null_count for each in told):
            continue
        low, high = min(each.min for each in told), max(each.max for each in told)
        if max(len(low), len(high)) <= LONGEST_STATISTIC:
            least[column], most[column] = low, high
            nulls[column] = sum(each.null_count for each in told)
    return {"minValues": least, "maxValues": most, "nullCount": nulls}


def replace_files(
    location: Location,
    name: str,
    new: Sequence[NewFile],
    old: Sequence[LiveFile],
    is_change: bool,
) -> int:
    """Put new files in the place of old ones; return the version of the table that has them.

    Raises TryAgain when another process has replaced one of the old ones, WriterBusy when it has
    taken the lease over.
    """
    lease.confirm(location)
    now = int(time.time() * 1000)
    table = store.open_table(location, name)
    there = {file.name for file in live_files(location, name, table)}
    if not {file.name for file in old} <= there:
        raise TryAgain(f"{location}: another process has changed {name!r}; nothing was replaced")
    removed = [RemoveAction(file.name, is_change, now, file.byte_count, {}) for file in old]
    added = [file.action(now, is_change) for file in new]
    table.create_write_transaction([*added, *removed], mode="append", schema=table.schema())
    return int(store.open_table(location, name).version())


def sweep_unfinished(location: Location, name: str) -> None:
    """Remove files that a call that was killed has left."""
    location.storage.sweep(name)
