"""Many small files of a table become few large ones, sorted for those who read them.

As with the index of shingles: new files are written under names that nothing reads, renamed when
they are whole, and put in the place of the old ones by one transaction of the Delta log. Readers
see them from the commit on that moves them to that version, and find the old files until a vacuum.
Killed anywhere, the table holds the same rows in old files or in new ones.

Rows of attempts that were never acknowledged are left out on the way. To be safe from taking the
rows of a writer that is just about to be acknowledged, call `compact` after a commit that moved
readers to the newest versions (warehouse.live_files.ahead says which): no older attempt can be
acknowledged after it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

import duckdb
import pyarrow as pa
from deltalake.exceptions import CommitFailedError, DeltaError

from warehouse import store
from warehouse.definitions import quoted, typed_empty_file
from warehouse.errors import TryAgain
from warehouse.live_files import WHOLE_TABLES, LiveFile, live_files
from warehouse.location import Location
from warehouse.merging import worth_merging
from warehouse.rewriting import (
    FILE_BYTES,
    NewFile,
    batch_rows,
    replace_files,
    sweep_unfinished,
    write_files,
)
from warehouse.schema import TABLES, arrow_schema, columns
from warehouse.shingle_files import TABLE as SHINGLES
from warehouse.shingle_files import acknowledged
from warehouse.storage import let_read, said

# Opening a file and reading its footer costs a query about a millisecond of each column it asks;
# so few files are not worth a rewrite.
MOST_FILES = 8
GROWTH = 1  # see warehouse.merging
SMALL_BYTES = 8 << 20  # files up to this size are always merged: less than a second of work
MEMORY = "1GB"  # for the sort; what is more goes to the state folder

# By what rows lie together: articles by when they appeared, what hangs on an article beside each
# other in the order of its text. Rows of `raw` stay as they come: they are large, and are found by
# their hash through the bloom filter.
_ORDERS: dict[str, tuple[str, ...]] = {
    "articles": ("published_at", "article_id"),
    "files": ("path", "record"),
    "raw": (),
    "commits": ("sequence",),
    "runs": ("started_at", "run_id"),
    "enrich_runs": ("started_at",),
}
_POSITIONS = ("article_id", "field", "char_start", "paragraph", "rank")

# The index of shingles is sorted by hash, in files of its own kind (warehouse.shingle_upkeep).
COMPACTED = tuple(name for name in TABLES if name != SHINGLES)


@dataclass(frozen=True, slots=True)
class Compacted:
    """What was done to one table."""

    name: str
    version: int  # that holds the new files
    files_before: int
    files_after: int
    dropped: int  # rows that were never acknowledged


def due(location: Location) -> list[str]:
    """Return the tables with so many small files, or with dead ones, that `compact` is worth it."""
    commit_ids = acknowledged(store.read_table(location, "commits"))
    present = (name for name in COMPACTED if store.has_table(location, name))
    plans = {name: _Plan.of(location, name, commit_ids) for name in present}
    return [name for name, plan in plans.items() if len(plan.small) >= MOST_FILES or plan.dead]


def compact(location: Location, name: str) -> Compacted | None:
    """Merge the small files of the table and drop what is dead; None if there is nothing to do.

    Call it under the writer's lease. Raises TryAgain when the disk refuses or another process has
    changed the table.
    """
    plan = _Plan.of(location, name, acknowledged(store.read_table(location, "commits")))
    small = plan.small if len(plan.small) > 1 else []
    if not small and not plan.dead:
        return None
    gone = [*small, *plan.dead]
    try:
        _sweep(location, name)
        new = _merged(location, name, small, plan.commit_ids) if small else []
        dropped = sum(file.row_count or 0 for file in gone) - sum(file.row_count for file in new)
        version = replace_files(location, name, new, gone, is_change=dropped != 0)
    except CommitFailedError as error:
        raise TryAgain(
            f"{location}: another process has changed {name!r}: {said(error)}"
        ) from error
    except (DeltaError, OSError, duckdb.Error, pa.ArrowException) as error:
        raise TryAgain(f"{location}: {name!r} cannot be compacted: {said(error)}") from error
    finally:
        _sweep(location, name)
    after = len(plan.files) - len(gone) + len(new)
    return Compacted(name, version, len(plan.files), after, dropped)


@dataclass(frozen=True, slots=True)
class _Plan:
    """Which files of a table are worth replacing."""

    files: Sequence[LiveFile]
    commit_ids: Mapping[str, str]
    small: Sequence[LiveFile]
    dead: Sequence[LiveFile]  # every row of them is of an attempt that was never acknowledged

    @classmethod
    def of(cls, location: Location, name: str, commit_ids: Mapping[str, str]) -> _Plan:
        files = live_files(location, name, store.read_table(location, name))
        dead = []
        if name not in WHOLE_TABLES:
            dead = [f for f in files if f.commit_id is not None and f.commit_id not in commit_ids]
        living = [file for file in files if file not in dead]
        return cls(files, commit_ids, _small(living), dead)


def _small(files: Sequence[LiveFile]) -> list[LiveFile]:
    """The files that are worth merging, smallest first."""
    ordered = sorted(files, key=lambda each: (each.byte_count, each.name))
    sizes = (file.byte_count for file in ordered)
    count = worth_merging(sizes, growth=GROWTH, small=SMALL_BYTES, largest=FILE_BYTES // 2)
    return ordered[:count]


# --- rows ----------------------------------------------------------------------------------------


def order_of(name: str) -> tuple[str, ...]:
    """Return the columns by which files of the table are sorted when they are merged."""
    if name in _ORDERS:
        return _ORDERS[name]
    known = columns(name)
    return tuple(column for column in _POSITIONS if column in known)


def _merged(
    location: Location, name: str, files: Sequence[LiveFile], commit_ids: Mapping[str, str]
) -> list[NewFile]:
    """Write the rows of `files` that belong to a commit into new files."""
    wanted = None if name in WHOLE_TABLES else pa.array(sorted(commit_ids), pa.string())
    return write_files(location, name, _batches(location, name, files, wanted))


def _sweep(location: Location, name: str) -> None:
    """Remove what this call, or one that was killed, has left."""
    shutil.rmtree(location.state / "compaction", ignore_errors=True)
    sweep_unfinished(location, name)


def _batches(
    location: Location, name: str, files: Sequence[LiveFile], wanted: pa.Array | None
) -> Iterator[pa.Table]:
    """The rows in their new order; `wanted` names the commits that count."""
    scratch = location.state / "compaction"
    listed = ", ".join(
        map(quoted, [typed_empty_file(location, name), *(file.path for file in files)])
    )
    chosen = ", ".join(columns(name))
    query = f"SELECT {chosen} FROM read_parquet([{listed}], union_by_name = true)"
    with closing(duckdb.connect()) as connection:
        let_read(connection, location)
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"SET memory_limit = '{MEMORY}'")
        connection.execute(f"SET temp_directory = {quoted(str(scratch))}")
        if wanted is not None:
            connection.register("wanted", pa.table({"commit_id": wanted}))
            query += " WHERE commit_id IN (SELECT commit_id FROM wanted)"
        if order := order_of(name):
            query += " ORDER BY " + ", ".join(f"{column} NULLS LAST" for column in order)
            query += ", commit_id NULLS LAST" if "commit_id" in columns(name) else ""
        for batch in connection.sql(query).to_arrow_reader(batch_rows(name)):
            yield pa.Table.from_batches([batch]).cast(arrow_schema(name))
