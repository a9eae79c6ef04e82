"""The files of the table `shingles`: which of them count, and their columns as numpy arrays.

Rows of commits that were never acknowledged do not exist. A file that a chunk appended has one
commit, which the Delta log names; it is taken or left as a whole, without being opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import DeltaTable
from numpy.typing import NDArray

from warehouse import store
from warehouse.errors import BadWarehouse
from warehouse.location import Location, locate
from warehouse.storage import parquet_source

TABLE = "shingles"
REMEDY = "copydesk maintain --rebuild-index"
NO_MONTH = -1  # stands for NULL in arrays, and before every month when sorted

Hashes = NDArray[np.int64]
Numbers = NDArray[np.int32]
Months = NDArray[np.int16]


def shingle_table(
    hashes: Hashes,
    numbers: Numbers,
    months: Months,
    scripts: NDArray[np.int8],
    version: int,
) -> pa.Table:
    """Return rows of `shingles` in the order of its files: by hash, month and article number.

    The arrays belong together row by row, in any order; NO_MONTH becomes NULL.
    """
    order = np.lexsort((numbers, months, hashes))
    months = months[order]
    return pa.table(
        {
            "hash": hashes[order],
            "article_number": pa.array(numbers[order], pa.int32()),
            "published_month": pa.array(months, pa.int16(), mask=months == NO_MONTH),
            "script": pa.array(scripts[order], pa.int8()),
            "version": pa.array(np.full(len(order), version, np.int8)),
        }
    )


@dataclass(frozen=True)
class ShingleFile:
    """One Parquet file of the table, and which of its rows are of acknowledged commits."""

    path: str  # or its URI
    name: str  # as the Delta log has it
    row_count: int
    byte_count: int
    only: frozenset[str] | None = None  # rows of these commits; None: all rows

    @property
    def holds_any(self) -> bool:
        """May it hold rows of an acknowledged commit?"""
        return self.only is None or bool(self.only)

    @cached_property
    def footer(self) -> pq.FileMetaData:
        """What the file says of its row groups."""
        with _named(self.path):
            return pq.read_metadata(parquet_source(self.path))

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each column stands in the footer."""
        return {name: place for place, name in enumerate(self.footer.schema.names)}

    def _open(self) -> pq.ParquetFile:
        # Mapped pages would count as memory of the process, as large as the file, for 7 % of time.
        source = parquet_source(self.path)
        return pq.ParquetFile(source, metadata=self.footer, memory_map=False)

    @cached_property
    def _kept(self) -> pq.ParquetFile:
        return self._open()

    def read(self, number: int, names: list[str]) -> pa.Table:
        """Return columns of one row group.

        In one thread: the caller has its own, and CPU time is what is promised. A file of several
        row groups stays open, for opening costs a third of reading one; of other files there may
        be more than a process may have open.
        """
        with _named(self.path):
            if self.footer.num_row_groups > 1:
                return self._kept.read_row_group(number, columns=names, use_threads=False)
            with self._open() as file:
                return file.read_row_group(number, columns=names, use_threads=False)

    def groups(self, needles: Hashes | None = None) -> Iterator[RowGroup]:
        """Yield its row groups; with (sorted) needles only those that may hold one of them."""
        for number in range(self.footer.num_row_groups):
            group = RowGroup(self, number)
            if needles is None or group.may_hold(needles):
                yield group

    def versions(self) -> set[int]:
        """Return the versions of the sketches in it, from the statistics where they tell."""
        found: set[int] = set()
        for group in self.groups():
            bounds = group.bounds("version")
            if bounds is not None and bounds[0] == bounds[1] and self.only is None:
                found.add(bounds[0])
            else:
                found.update(group.column("version").to_pylist())
        return found


@contextmanager
def _named(path: str) -> Iterator[None]:
    """Trouble with a file names it, and the remedy."""
    try:
        yield
    except (OSError, pa.ArrowInvalid) as error:
        found = " ".join(str(error).split())  # Arrow's messages have several lines
        raise BadWarehouse(
            f"{path}: a file of the index of shingles cannot be read ({found}); "
            f"make the index anew with: {REMEDY}"
        ) from error


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Rows of one file that lie together on disk, sorted by hash and month."""

    file: ShingleFile
    number: int

    def column(self, name: str) -> pa.Array:
        """Return one column, without rows of commits that were never acknowledged."""
        column = self.table([name])[name]
        return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()  # a copy

    def table(self, names: list[str]) -> pa.Table:
        """Return several columns, likewise."""
        only = self.file.only
        if only is None:
            return self.file.read(self.number, names)
        table = self.file.read(self.number, [*names, "commit_id"])
        wanted = pa.array(sorted(only), pa.string())
        return table.filter(pc.is_in(table["commit_id"], wanted)).select(names)

    def hashes(self) -> Hashes:
        """Return the hashes, sorted."""
        hashes: Hashes = self.column("hash").to_numpy(zero_copy_only=False)
        return hashes

    def numbers(self) -> Numbers:
        """Return the article number of each row."""
        numbers: Numbers = self.column("article_number").to_numpy(zero_copy_only=False)
        return numbers

    def months(self) -> Months:
        """Return the month of each row, NO_MONTH where it is not known."""
        column = self.column("published_month").fill_null(NO_MONTH)
        months: Months = column.to_numpy(zero_copy_only=False)
        return months

    def bounds(self, name: str) -> tuple[int, int] | None:
        """Return the least and the greatest value of a column, if the footer tells."""
        group = self.file.footer.row_group(self.number)
        told = group.column(self.file.places[name]).statistics
        return (told.min, told.max) if told is not None and told.has_min_max else None

    def may_hold(self, needles: Hashes) -> bool:
        """Does any of the sorted needles lie between the least and the greatest hash?"""
        if (bounds := self.bounds("hash")) is None:
            return True
        first = int(np.searchsorted(needles, bounds[0]))
        return first < len(needles) and bool(needles[first] <= bounds[1])


def acknowledged(commits: DeltaTable) -> dict[str, str]:
    """Return the ids of all acknowledged commits, and the run of each.

    A file of `commits` has one row as a rule, and the Delta log says which; only files with
    several rows are opened.
    """
    found: dict[str, str] = {}
    for action in _actions(commits):
        if (commit_id := _only_commit(action)) is not None:
            found[commit_id] = action["min.run_id"]
        else:
            source = parquet_source(f"{locate(commits.table_uri)}/{unquote(action['path'])}")
            rows = pq.read_table(source, columns=["commit_id", "run_id"], use_threads=False)
            pairs = zip(rows["commit_id"].to_pylist(), rows["run_id"].to_pylist(), strict=True)
            found.update(pairs)
    return found


def acknowledged_files(location: Location) -> list[ShingleFile]:
    """Return the files of the table as the newest acknowledged commit left it."""
    commits = store.read_table(location, "commits")
    version = store.table_versions(commits)[TABLE]
    if not version:
        return []  # nothing was appended yet; an older copydesk may not have made the table
    return files_of(location, store.open_table(location, TABLE, version), acknowledged(commits))


def files_of(
    location: Location, table: DeltaTable, commit_ids: Mapping[str, str]
) -> list[ShingleFile]:
    """Return the files of one version of the table, those without an acknowledged row as well."""
    known = frozenset(commit_ids)
    found = []
    for action in _actions(table):
        commit_id = _only_commit(action)
        only = known if commit_id is None else frozenset[str]()
        found.append(
            ShingleFile(
                path=f"{location.table(TABLE)}/{unquote(action['path'])}",
                name=action["path"],
                row_count=action["num_records"],
                byte_count=action["size_bytes"],
                only=None if commit_id in known else only,
            )
        )
    return found


def _actions(table: DeltaTable) -> list[dict[str, Any]]:
    """The files of a table as its log describes them, in the order of their names."""
    rows: list[dict[str, Any]] = pa.table(table.get_add_actions(flatten=True)).to_pylist()
    return sorted(rows, key=lambda row: str(row["path"]))


def _only_commit(action: Mapping[str, Any]) -> str | None:
    """The commit of all rows of a file, if its statistics say that there is only one."""
    least, most = action.get("min.commit_id"), action.get("max.commit_id")
    return str(least) if least is not None and least == most else None
