"""Delta tables of one warehouse: made, brought up to the schema, appended to, committed together.

A chunk is committed in this order: append the rows of every table, then append one row to
`commits`. That row carries the Delta version of every table; rows whose commit_id has no row there
do not exist for any view. The `commits` append is a compare-and-swap: it names the application
transactions (Delta protocol, "Transaction Identifiers") of its predecessor, so that it fails when
anyone else has committed since this writer looked. (Tried with deltalake 1.6.6: the second of two
such appends raises "Concurrent transaction failed".) The version of every table is kept in those
transactions as well, where it is read without opening a data file.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from deltalake import (
    BloomFilterProperties,
    ColumnProperties,
    CommitProperties,
    DeltaTable,
    Transaction,
    WriterProperties,
    write_deltalake,
)
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from warehouse.bookkeeping import CommitRow
from warehouse.errors import BadWarehouse, TryAgain, WriterBusy
from warehouse.location import Location
from warehouse.schema import (
    CHUNK_TABLES,
    LATE_TABLES,
    SCHEMA_VERSION,
    TABLES,
    arrow_schema,
    columns,
    to_arrow,
)

if TYPE_CHECKING:
    from warehouse.migration import Plan

# Stands as the description of `commits`: the Delta kernel refuses table properties of strangers.
SCHEMA_MARK = "copydesk schema "
# Rows per row group. Measured sizes: 20,000 articles are about 60 MB of text; `raw` holds whole
# pages (often 100 kB and more), and a reader decodes one row group at a time.
ROW_GROUP = 20_000
# `shingles` is scanned whole: smaller row groups are skipped too rarely, larger ones outgrow the
# processor's cache (measured on 20 million rows: 197 million hashes a second at 131,072, 145 at
# 1,048,576, 165 at 32,768).
ROW_GROUPS = {"raw": 500, "shingles": 131_072}
BLOOM_FALSE_POSITIVES = 0.01
# Else the library drops entries of the log that are older than 30 days, also that of a version
# which readers saw until yesterday; `maintain` drops those that time travel does not need.
KEPT_LOG = {"delta.enableExpiredLogCleanup": "false"}
# Hashes are sorted and numbers lie close together within a commit: their differences are short.
SHINGLES: dict[str, ColumnProperties] = {
    "hash": ColumnProperties(encoding="DELTA_BINARY_PACKED"),
    "article_number": ColumnProperties(encoding="DELTA_BINARY_PACKED"),
    "published_month": ColumnProperties(dictionary_enabled=True),
    "script": ColumnProperties(dictionary_enabled=True),
    "version": ColumnProperties(dictionary_enabled=True),
}


@dataclass(frozen=True, slots=True)
class Commit:
    """One acknowledged commit."""

    commit_id: str
    sequence: int
    row_counts: Mapping[str, int]


def exists(location: Location) -> bool:
    """Is there a copydesk warehouse at `location`?"""
    return DeltaTable.is_deltatable(location.table("commits"))


def open_table(location: Location, name: str, version: int | None = None) -> DeltaTable:
    """Open one table, at a version if given; BadWarehouse when it is not there."""
    try:
        return DeltaTable(location.table(name), version=version)
    except (TableNotFoundError, OSError) as error:
        raise BadWarehouse(f"{location}: table {name!r} cannot be opened: {error}") from error


def has_table(location: Location, name: str) -> bool:
    """Was a table of `name` made? Those of annotations come with their first row."""
    return DeltaTable.is_deltatable(location.table(name))


def check_readable(location: Location) -> None:
    """Raise BadWarehouse unless there is a warehouse of a schema this version can read."""
    if not exists(location):
        refuse_foreign_folder(location)
        raise BadWarehouse(
            f"{location}: no copydesk warehouse here; "
            f"make one with: copydesk ingest PATH --warehouse {location}"
        )
    _check_version(location, open_table(location, "commits"))


def schema_version(location: Location) -> str:
    """Return the schema version that the warehouse was last brought up to."""
    return _version_of(location, open_table(location, "commits"))


def _version_of(location: Location, commits: DeltaTable) -> str:
    description = commits.metadata().description or ""
    if not description.startswith(SCHEMA_MARK):
        raise BadWarehouse(f"{location}: its table 'commits' was not made by copydesk")
    return description.removeprefix(SCHEMA_MARK)


def _check_version(location: Location, commits: DeltaTable) -> None:
    from warehouse import migration  # which opens tables through this module

    migration.check_version(str(location), _version_of(location, commits), SCHEMA_VERSION)


def prepare(location: Location) -> Plan | None:
    """Make the warehouse, or add the tables and columns that the current schema has more.

    Returns what was added to an older warehouse, to be told to the user; None when there was
    nothing to add. Raises BadWarehouse for a folder that holds something else or was written by
    another major version or a newer one; TryAgain when the disk refuses.
    """
    from warehouse import migration  # which opens tables through this module

    try:
        if exists(location):
            return migration.bring_up(location)
        refuse_foreign_folder(location)
        for name in sorted(TABLES, key=lambda table: table == "commits"):  # last: now it exists
            if name not in LATE_TABLES:
                create_table(location, name)
    except (DeltaError, OSError) as error:
        raise TryAgain(f"{location}: cannot prepare the warehouse: {error}") from error
    return None


def refuse_foreign_folder(location: Location) -> None:
    """Raise BadWarehouse when a local folder holds something else."""
    if not location.path.exists() or exists(location):
        return
    if not location.path.is_dir():
        raise BadWarehouse(f"{location}: is a file, a warehouse is a folder")
    ours = {*TABLES, "catalog.duckdb", "schema"}
    strange = [
        item.name
        for item in location.path.iterdir()
        if item.name not in ours and not item.name.startswith(".")
    ]
    if strange:
        raise BadWarehouse(
            f"{location}: holds {strange[0]!r} but no copydesk warehouse; give an empty folder"
        )


def create_table(location: Location, name: str) -> None:
    """Make one table without rows, unless it is there."""
    keys = [column for column, spec in columns(name).items() if spec.key]
    DeltaTable.create(
        location.table(name),
        schema=arrow_schema(name),
        mode="ignore",
        description=table_description(name),
        configuration={"delta.dataSkippingStatsColumns": ",".join(keys), **KEPT_LOG},
    )


def table_description(name: str) -> str:
    """Return what the metadata of a table say: of `commits` the schema, else what one row is."""
    if name == "commits":
        return SCHEMA_MARK + SCHEMA_VERSION
    return " ".join((TABLES[name].__doc__ or "").split())


def _create_late(location: Location, name: str) -> None:
    """Make a table that a warehouse has only once there is a row for it."""
    try:
        if not has_table(location, name):
            create_table(location, name)
    except (DeltaError, OSError) as error:
        raise TryAgain(f"{location}: cannot make table {name!r}: {error}") from error


def table_versions(commits: DeltaTable) -> dict[str, int]:
    """Return the version of every chunk table as of the last commit that `commits` shows."""
    return {name: commits.transaction_version(name) or 0 for name in CHUNK_TABLES}


def new_run_id(at: datetime, purpose: str = "") -> str:
    """Return the id of a run that begins `at`; upkeep says its purpose in it."""
    return "-".join(filter(None, (f"{at:%Y%m%dT%H%M%SZ}", purpose, secrets.token_hex(3))))


def run_mark(run_id: str) -> str:
    """Return the application id under which a run leaves the number of its last commit."""
    return f"run {run_id}"


class Writer:
    """Appends chunks for one run. Make one per run, under the lease."""

    def __init__(self, location: Location, run_id: str) -> None:
        self.location = location
        self.run_id = run_id
        self._commits = open_table(location, "commits")
        self._count = 0

    def catch_up(self) -> None:
        """Take note of what others have committed, for a run that gives the lease up in between.

        Raises BadWarehouse when one of them was a newer copydesk that changed the schema.
        """
        self._commits = open_table(self.location, "commits")
        _check_version(self.location, self._commits)

    @property
    def sequence(self) -> int:
        """Number of the last commit that this writer knows of; 0 for none."""
        return self._commits.transaction_version("commits") or 0

    def commit(
        self,
        chunk: Mapping[str, pa.Table],
        moved: Mapping[str, int] | None = None,
        removed: Mapping[str, int] | None = None,
    ) -> Commit:
        """Append `chunk` (tables without the store's columns) and acknowledge it as one commit.

        `moved` names versions of tables that were rewritten in place; they hold the same rows but
        for as many as `removed` says, which stand in `row_counts` below zero.
        Raises TryAgain when the storage refuses (nothing is visible then, and the call may be
        repeated) and WriterBusy when another writer has committed in between.
        """
        self._count += 1  # a repeated attempt gets a new id: rows of the failed one stay invisible
        commit_id = f"{self.run_id}-{self._count:05d}"
        versions = {**table_versions(self._commits), **(moved or {})}
        rows = {name: table.num_rows for name, table in chunk.items() if table.num_rows}
        for name in rows:
            versions[name] = self._append(name, self._stamp(name, chunk[name], commit_id))
        gone = removed or {}
        counts = {name: rows.get(name, 0) - gone.get(name, 0) for name in (*rows, *gone)}
        self._acknowledge(commit_id, versions, counts)
        return Commit(commit_id, self.sequence, rows)

    def _stamp(self, name: str, table: pa.Table, commit_id: str) -> pa.Table:
        size = table.num_rows
        stamped = table.append_column("run_id", pa.array([self.run_id] * size, pa.string()))
        stamped = stamped.append_column("commit_id", pa.array([commit_id] * size, pa.string()))
        return stamped.select(arrow_schema(name).names).cast(arrow_schema(name))

    def _append(self, name: str, table: pa.Table) -> int:
        """Append to one chunk table and return the version that holds the rows."""
        if name in LATE_TABLES:
            _create_late(self.location, name)
        target = open_table(self.location, name)
        _write(target, name, table, CommitProperties())
        return int(target.version())

    def _acknowledge(
        self, commit_id: str, versions: Mapping[str, int], rows: Mapping[str, int]
    ) -> None:
        """Append the row that makes the commit exist."""
        sequence = self.sequence + 1
        row = CommitRow(
            sequence=sequence,
            table_versions=versions,
            row_counts=rows,
            schema_version=SCHEMA_VERSION,
            committed_at=datetime.now(UTC),
        )
        marks = [Transaction(name, version) for name, version in versions.items()]
        marks += [Transaction("commits", sequence), Transaction(run_mark(self.run_id), sequence)]
        table = self._stamp("commits", to_arrow("commits", [row]), commit_id)
        _write(self._commits, "commits", table, CommitProperties(app_transactions=marks))


def append_run(location: Location, row: pa.Table) -> None:
    """Append one row to `runs`; it belongs to no chunk."""
    table = row.cast(arrow_schema("runs"))
    _write(open_table(location, "runs"), "runs", table, CommitProperties())


def _write(target: DeltaTable, name: str, table: pa.Table, properties: CommitProperties) -> None:
    try:
        write_deltalake(
            target,
            _worded_as(target, table),
            mode="append",
            writer_properties=writer_properties(name, table.num_rows),
            commit_properties=properties,
        )
    except CommitFailedError as error:
        if "Concurrent transaction" in str(error):
            raise WriterBusy(f"{target.table_uri}: another process has committed") from error
        raise TryAgain(f"{target.table_uri}: {error}") from error
    except (DeltaError, OSError) as error:
        raise TryAgain(f"{target.table_uri}: cannot append to {name!r}: {error}") from error


def _worded_as(target: DeltaTable, table: pa.Table) -> pa.Table:
    """The rows with the meanings of columns as the table has them.

    Delta refuses to append under another wording, which a later version of copydesk may have.
    """
    wordings = {field.name: field.metadata for field in target.schema().fields}
    fields = [field.with_metadata(wordings.get(field.name) or None) for field in table.schema]
    return table.cast(pa.schema(fields))


def writer_properties(name: str, row_count: int = ROW_GROUP) -> WriterProperties:
    """Return how files are written: compressed, dictionaries for few values, blooms for keys."""
    bloom = BloomFilterProperties(True, fpp=BLOOM_FALSE_POSITIVES, ndv=max(row_count, 1))
    special: dict[str, Any] = {}
    for column, spec in columns(name).items():
        if spec.few:
            special[column] = ColumnProperties(dictionary_enabled=True)
        elif spec.key:
            special[column] = ColumnProperties(
                dictionary_enabled=False, bloom_filter_properties=bloom
            )
    return WriterProperties(
        compression="ZSTD",
        compression_level=3,
        max_row_group_size=ROW_GROUPS.get(name, ROW_GROUP),
        default_column_properties=ColumnProperties(dictionary_enabled=False),
        column_properties=special | (SHINGLES if name == "shingles" else {}),
    )
