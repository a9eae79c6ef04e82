"""Rows are taken out of the files of a table for good, by their keys.

The files that have such rows are written anew without them and replaced in one transaction of the
Delta log (warehouse.rewriting). Readers see the new files from the commit on that moves them there;
the old ones go with the next vacuum whose retention they have passed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from deltalake.exceptions import DeltaError

from warehouse import shingle_upkeep, store
from warehouse.compaction import MEMORY, order_of
from warehouse.definitions import quoted, typed_empty_file
from warehouse.errors import TryAgain
from warehouse.live_files import LiveFile, live_files
from warehouse.location import Location
from warehouse.rewriting import batch_rows, replace_files, sweep_unfinished, write_files
from warehouse.schema import arrow_schema, columns
from warehouse.shingle_files import TABLE as SHINGLES
from warehouse.shingle_files import acknowledged, acknowledged_files
from warehouse.storage import let_read, said

FILES = "SELECT DISTINCT filename FROM read_parquet([{files}], filename = true) h {join}"
# Rows of attempts that were never acknowledged are in no count, and go as well.
COUNT = "SELECT count(*) FROM read_parquet([{files}]) h {join} WHERE commit_id IN (FROM counted)"


@dataclass(frozen=True, slots=True)
class TakenOut:
    """What was taken out of one table."""

    version: int  # of the table, that has the rows no more
    row_count: int  # of acknowledged commits


def take_out(location: Location, doomed: Mapping[str, pa.Table]) -> dict[str, TakenOut]:
    """Take rows out of tables: those that agree with a row of `doomed[table]` in all its columns.

    Tables without such a row are not in the answer. Call it under the writer's lease, when readers
    are on the newest version of every table (warehouse.live_files.ahead). Raises TryAgain when the
    disk refuses or another process has changed a table.
    """
    given = {name: keys for name, keys in doomed.items() if keys.num_rows}
    found = dict[str, TakenOut]()
    if not given:
        return found
    with closing(_connection(location)) as connection:
        for name, keys in given.items():
            connection.register("doomed", keys)
            try:
                if (done := _take_out(connection, location, name, keys)) is not None:
                    found[name] = done
            except (DeltaError, OSError, duckdb.Error, pa.ArrowException) as error:
                problem = f"rows of {name!r} cannot be taken out: {said(error)}"
                raise TryAgain(f"{location}: {problem}") from error
            finally:
                sweep_unfinished(location, name)
    return found


def _take_out(
    connection: duckdb.DuckDBPyConnection, location: Location, name: str, doomed: pa.Table
) -> TakenOut | None:
    old = _files(connection, location, name, doomed)
    if not old:
        return None
    count = _count(connection, old, _join("SEMI", doomed))
    new = write_files(location, name, _kept(connection, location, name, old, doomed))
    return TakenOut(replace_files(location, name, new, old, is_change=True), count)


def rows_gone(location: Location, moved: Mapping[str, int]) -> dict[str, int]:
    """Return how many rows newer versions of tables lack that readers see; {} for none.

    A call that was killed has taken them out and could not say so any more.
    """
    commits = store.open_table(location, "commits")
    seen = store.table_versions(commits)
    gone = dict[str, int]()
    with closing(_connection(location)) as connection:
        for name, version in moved.items():
            before, after = (
                live_files(location, name, store.open_table(location, name, each)) if each else []
                for each in (seen[name], version)
            )
            if files := {file.name for file in before} - {file.name for file in after}:
                old = [file for file in before if file.name in files]
                known = {file.name for file in before}
                new = [file for file in after if file.name not in known]
                lacking = _count(connection, old, "") - _count(connection, new, "")
                gone |= {name: lacking} if lacking > 0 else {}
    return gone


def take_out_of_index(location: Location, numbers: Sequence[int]) -> int:
    """Write the index of shingles anew without some articles; return the version of the table.

    Raises TryAgain as `take_out` does.
    """
    gone = pa.array(np.array(sorted(numbers), np.int32))
    return shingle_upkeep.rewrite(location, _others(location, gone)).version


def _others(location: Location, gone: pa.Array) -> Iterator[pa.Table]:
    """The rows of the index that are not of these articles."""
    own = [name for name in arrow_schema(SHINGLES).names if name not in ("run_id", "commit_id")]
    for file in acknowledged_files(location):
        for group in file.groups():
            rows = group.table(own)
            yield rows.filter(pc.invert(pc.is_in(rows["article_number"], gone)))


def _connection(location: Location) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    let_read(connection, location)
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"SET memory_limit = '{MEMORY}'")
    connection.execute(f"SET temp_directory = {quoted(str(location.state / 'taking-out'))}")
    counted = sorted(acknowledged(store.read_table(location, "commits")))
    connection.register("counted", pa.table({"commit_id": pa.array(counted, pa.string())}))
    return connection


def _join(kind: str, doomed: pa.Table) -> str:
    return f"{kind} JOIN doomed USING ({', '.join(doomed.column_names)})"


def _files(
    connection: duckdb.DuckDBPyConnection, location: Location, name: str, doomed: pa.Table
) -> list[LiveFile]:
    """The files that have any of the rows."""
    live = live_files(location, name, store.open_table(location, name))
    if not live:
        return []
    query = FILES.format(files=_listed(live), join=_join("SEMI", doomed))
    found = {path for (path,) in connection.execute(query).fetchall()}
    return [file for file in live if file.path in found]


def _count(connection: duckdb.DuckDBPyConnection, files: Sequence[LiveFile], join: str) -> int:
    if not files:
        return 0
    ((count,),) = connection.execute(COUNT.format(files=_listed(files), join=join)).fetchall()
    return int(count)


def _kept(
    connection: duckdb.DuckDBPyConnection,
    location: Location,
    name: str,
    files: Sequence[LiveFile],
    doomed: pa.Table,
) -> Iterator[pa.Table]:
    """The other rows of these files, in the order that compaction gives them."""
    listed = f"{quoted(typed_empty_file(location, name))}, {_listed(files)}"
    query = (
        f"SELECT {', '.join(columns(name))} FROM read_parquet([{listed}], union_by_name = true) "
        + _join("ANTI", doomed)
    )
    if order := order_of(name):
        query += " ORDER BY " + ", ".join(f"{column} NULLS LAST" for column in order)
    for batch in connection.sql(query).to_arrow_reader(batch_rows(name)):
        yield pa.Table.from_batches([batch]).cast(arrow_schema(name))


def _listed(files: Sequence[LiveFile]) -> str:
    return ", ".join(quoted(file.path) for file in files)
