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

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from warehouse import lease
from warehouse.bookkeeping import CommitRow
from warehouse.errors import BadWarehouse, TryAgain, WriterBusy
from warehouse.file_layout import ROW_GROUP as ROW_GROUP
from warehouse.file_layout import ROW_GROUPS as ROW_GROUPS
from warehouse.file_layout import writer_properties as writer_properties
from warehouse.location import Location, locate
from warehouse.schema import (
    CHUNK_TABLES,
    LATE_TABLES,
    SCHEMA_VERSION,
    TABLES,
    arrow_schema,
    columns,
    to_arrow,
)
from warehouse.storage import said

if TYPE_CHECKING:
    from warehouse.migration import Plan

# Stands as the description of `commits`: the Delta kernel refuses table properties of strangers.
SCHEMA_MARK = "copydesk schema "
# Else the library drops entries of the log that are older than 30 days, also that of a version
# which readers saw until yesterday; `maintain` drops those that time travel does not need.
KEPT_LOG = {"delta.enableExpiredLogCleanup": "false"}
# Opening a table reads every entry of its log since the last checkpoint, in an object store one
# request each; the library's own measure is 100.
REMOTE_LOG = {"delta.checkpointInterval": "10"}


@dataclass(frozen=True, slots=True)
class Commit:
    """One acknowledged commit."""

    commit_id: str
    sequence: int
    row_counts: Mapping[str, int]


def exists(location: Location) -> bool:
    """Is there a copydesk warehouse at `location`?"""
    return has_table(location, "commits")


def open_table(location: Location, name: str, version: int | None = None) -> DeltaTable:
    """Open one table, at a version if given; BadWarehouse when it is not there."""
    try:
        if location.uri is not None and version is not None:
            return _pinned(location, name, version)
        return DeltaTable(
            location.table(name), version=version, storage_options=location.delta_options
        )
    except (TableNotFoundError, OSError) as error:
        if location.uri is not None and isinstance(error, OSError):
            raise TryAgain(f"{location}: table {name!r} cannot be opened: {said(error)}") from error
        raise BadWarehouse(f"{location}: table {name!r} cannot be opened: {error}") from error


def read_table(location: Location, name: str) -> DeltaTable:
    """Open the newest version of one table to look at it, not to change it.

    In an object store it may be one that was opened before; BadWarehouse as `open_table`.
    """
    version = newest_version(location, name) if location.uri is not None else -1
    return open_table(location, name, version if version >= 0 else None)


def newest_version(location: Location, name: str) -> int:
    """Return the newest version of a table by the names in its log; -1 where there is no table."""
    found = (entry.partition(".") for entry in location.storage.names(f"{name}/_delta_log"))
    numbers = (int(stem) for stem, _, kind in found if kind == "json" and stem.isdigit())
    return max(numbers, default=-1)


@lru_cache(maxsize=256)  # opening one there takes some twenty requests and 20 ms of CPU time
def _pinned(location: Location, name: str, version: int) -> DeltaTable:
    """A version in an object store, which does not change."""
    return DeltaTable(location.table(name), version=version, storage_options=location.delta_options)


def has_table(location: Location, name: str) -> bool:
    """Was a table of `name` made? Those of annotations come with their first row."""
    return any(entry[:20].isdigit() for entry in location.storage.names(f"{name}/_delta_log"))


def check_readable(location: Location) -> None:
    """Raise BadWarehouse unless there is a warehouse of a schema this version can read."""
    if not exists(location):
        refuse_foreign_folder(location)
        raise BadWarehouse(
            f"{location}: no copydesk warehouse here; "
            f"make one with: copydesk ingest PATH --warehouse {location}"
        )
    _check_version(location, read_table(location, "commits"))


def schema_version(location: Location) -> str:
    """Return the schema version that the warehouse was last brought up to."""
    return _version_of(location, read_table(location, "commits"))


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
        raise TryAgain(f"{location}: cannot prepare the warehouse: {said(error)}") from error
    return None


def refuse_foreign_folder(location: Location) -> None:
    """Raise BadWarehouse when a folder, or a prefix, holds something else."""
    names = location.storage.names()
    ours = {*TABLES, "catalog.duckdb", "schema"}
    strange = [name for name in names if name not in ours and not name.startswith(".")]
    if strange and not exists(location):
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
        configuration={
            "delta.dataSkippingStatsColumns": ",".join(keys),
            **KEPT_LOG,
            **(REMOTE_LOG if location.uri else {}),
        },
        storage_options=location.delta_options,
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
        raise TryAgain(f"{location}: cannot make table {name!r}: {said(error)}") from error


def table_versions(commits: DeltaTable) -> dict[str, int]:
    """Return the version of every chunk table as of the last commit that `commits` shows."""
    marks = _marks(commits)
    if "commits" in marks:
        return {name: marks.get(name, 0) for name in CHUNK_TABLES}
    return {name: commits.transaction_version(name) or 0 for name in CHUNK_TABLES}


def _marks(commits: DeltaTable) -> dict[str, int]:
    """The transactions of the newest entry in the log, which a commit names all of them.

    One file is read for it. The library reads all entries since a checkpoint for each table (31
    of them, measured on an object store: 0.5 s). The entry of a compaction has none.
    """
    try:
        entry = locate(commits.table_uri).storage.read(f"_delta_log/{commits.version():020}.json")
    except FileNotFoundError:  # cut off, a checkpoint has taken its place
        return {}
    actions = (json.loads(line) for line in entry.splitlines())
    told = (action["txn"] for action in actions if "txn" in action)
    return {each["appId"]: int(each["version"]) for each in told}


def new_run_id(at: datetime, purpose: str = "") -> str:
    """Return the id of a run that begins `at`; upkeep says its purpose in it."""
    return "-".join(filter(None, (f"{at:%Y%m%dT%H%M%SZ}", purpose, secrets.token_hex(3))))


DROPPED_MARK = "dropped"  # application id under which the last commit that dropped rows is noted


def last_drop(commits: DeltaTable) -> int:
    """Return the number of the last commit that dropped rows of readers; 0 for none.

    What was made from the tables before it may hold what is not there any more.
    """
    return commits.transaction_version(DROPPED_MARK) or 0


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

    @property
    def last_drop(self) -> int:
        """Number of the last commit that dropped rows of readers; 0 for none."""
        return last_drop(self._commits)

    def commit(
        self,
        chunk: Mapping[str, pa.Table],
        moved: Mapping[str, int] | None = None,
        removed: Mapping[str, int] | None = None,
        *,
        is_drop: bool = False,
    ) -> Commit:
        """Append `chunk` (tables without the store's columns) and acknowledge it as one commit.

        `moved` names versions of tables that were rewritten in place; they hold the same rows but
        for as many as `removed` says, which stand in `row_counts` below zero. `is_drop`: rows that
        readers saw are gone from now on, and local indexes have to be made anew.
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
        self._acknowledge(commit_id, versions, counts, (DROPPED_MARK,) if is_drop else ())
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
        self,
        commit_id: str,
        versions: Mapping[str, int],
        rows: Mapping[str, int],
        also: Sequence[str] = (),
    ) -> None:
        """Append the row that makes the commit exist, if the lease is still ours."""
        lease.confirm(self.location)
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
        marks += [Transaction(name, sequence) for name in also]
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
        raise TryAgain(f"{target.table_uri}: {said(error)}") from error
    except (DeltaError, OSError) as error:
        raise TryAgain(f"{target.table_uri}: cannot append to {name!r}: {said(error)}") from error


def _worded_as(target: DeltaTable, table: pa.Table) -> pa.Table:
    """The rows with the meanings of columns as the table has them.

    Delta refuses to append under another wording, which a later version of copydesk may have.
    """
    wordings = {field.name: field.metadata for field in target.schema().fields}
    fields = [field.with_metadata(wordings.get(field.name) or None) for field in table.schema]
    return table.cast(pa.schema(fields))
