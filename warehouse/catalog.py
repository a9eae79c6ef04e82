"""catalog.duckdb: views over the live Parquet files of one consistent set of table versions.

Plain DuckDB opens it without an extension and without Python. It holds no data, is made anew after
a commit and renamed over the old one (a reader that has the old one open keeps reading it), and is
rebuilt whenever it is missing, older than the warehouse, or the folder was moved: DuckDB resolves
relative paths against the folder of the reader, so the views must name absolute ones.

Every view lists an empty Parquet file with the full schema first. It gives empty tables their
types (`read_parquet([])` is an error) and old files the columns that were added after them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files as package_files
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import duckdb

from warehouse.errors import BadWarehouse, TryAgain
from warehouse.location import Location

if TYPE_CHECKING:
    from deltalake import DeltaTable

# Written so that DuckDB command lines of the 1.x series open the file as well (tried: the file is
# marked storage version 64, that of DuckDB 1.0).
STORAGE_VERSION = "v1.0.0"

# Written views that other written views read, in the order they need.
READ_BY_OTHERS = ("article_links", "text_links", "group_names", "group_members")


def refresh(location: Location) -> None:
    """Build the catalog from the newest commit and put it in place in one step.

    Raises TryAgain when the disk refuses. A commit that lands meanwhile is picked up: it builds
    until what it put in place is the newest.
    """
    while True:
        mark = log_mark(location)
        _replace(location)
        if log_mark(location) == mark:
            return


def _replace(location: Location) -> None:
    target = location.catalog
    scratch = target.with_name(f".catalog-{os.getpid()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch.unlink(missing_ok=True)
        with duckdb.connect(
            str(scratch), config={"storage_compatibility_version": STORAGE_VERSION}
        ) as connection:
            connection.begin()  # one write to the disk for 200 statements
            define_views(connection, location)
            _define_comments(connection)
            connection.commit()
        scratch.replace(target)
    except (OSError, duckdb.IOException) as error:
        raise TryAgain(f"{target}: cannot write the catalog: {error}") from error
    finally:
        _sweep(scratch)


def _sweep(scratch: Path) -> None:
    """Remove what this build, or a build that was killed, left behind."""
    for leftover in scratch.parent.glob(".catalog-*.tmp*"):
        owner = leftover.name.removeprefix(".catalog-").partition(".")[0]
        if leftover.name.startswith(scratch.name) or not Path(f"/proc/{owner}").exists():
            leftover.unlink(missing_ok=True)


def define_views(connection: duckdb.DuckDBPyConnection, location: Location) -> None:
    """Create every view in `connection` for the newest commit."""
    from warehouse import store

    store.check_readable(location)  # before a file is made
    _define_written_views(connection, location)
    _define_all_tables(connection, location)


def define_tables(connection: duckdb.DuckDBPyConnection, location: Location) -> None:
    """Create the views of the tables alone, without those of warehouse/views."""
    from warehouse import store

    store.check_readable(location)
    _define_all_tables(connection, location)


def _define_all_tables(connection: duckdb.DuckDBPyConnection, location: Location) -> None:
    from warehouse import store
    from warehouse.schema import TABLES

    mark = log_mark(location)
    commits = store.open_table(location, "commits")
    versions = store.table_versions(commits)
    live = {"commits": commits, "runs": store.open_table(location, "runs")}
    for name in dict.fromkeys(("commits", "superseded", *TABLES)):  # the others refer to these two
        table = live.get(name) or _open_at(location, name, versions[name])
        _define_table(connection, location, name, _files(table))
    connection.execute(
        f"CREATE VIEW catalog_source AS SELECT {quoted(str(location))} AS location, "
        f"{quoted(mark)} AS log_mark"
    )


def _files(table: DeltaTable | None) -> list[str]:
    """The live Parquet files; delta-rs hands their paths over percent-encoded."""
    return [] if table is None else [unquote(uri) for uri in table.file_uris()]


def _open_at(location: Location, name: str, version: int) -> DeltaTable | None:
    """A table at a version; None when an older copydesk has not made it yet."""
    from warehouse import store

    try:
        return store.open_table(location, name, version)
    except BadWarehouse:
        if version:
            raise
        return None


def _define_table(
    connection: duckdb.DuckDBPyConnection, location: Location, name: str, parquet: list[str]
) -> None:
    """One table: `<name>_history` holds every committed row, `<name>` those not superseded."""
    from warehouse.schema import SUBJECTS, columns

    listed = ", ".join(quoted(path) for path in [typed_empty_file(location, name), *parquet])
    source = f"read_parquet([{listed}], union_by_name = true)"
    chosen = ", ".join(columns(name))
    if name in ("commits", "runs"):
        connection.execute(f"CREATE VIEW {name} AS SELECT {chosen} FROM {source}")
    else:
        only = "commit_id IN (SELECT commit_id FROM commits)"
        history = f"{name}_history" if name in SUBJECTS else name
        connection.execute(f"CREATE VIEW {history} AS SELECT {chosen} FROM {source} WHERE {only}")
    if name in SUBJECTS:
        subject, subject_id = SUBJECTS[name]
        connection.execute(
            f"CREATE VIEW {name} AS SELECT h.* FROM {name}_history h ANTI JOIN superseded s "
            f"ON s.subject_table = '{subject}' AND s.subject_id = h.{subject_id} "
            "AND coalesce(s.subject_commit_id, h.commit_id) = h.commit_id"
        )


def _define_written_views(connection: duckdb.DuckDBPyConnection, location: Location) -> None:
    """Make them over empty tables, whose places the views of the real tables take.

    A view is bound when it is made, which opens all files of a table once for every mention of it,
    views in views included. (Measured with 200 commits: 5.4 of the 6.6 CPU seconds of a refresh.)
    """
    from warehouse.schema import TABLES

    for name in TABLES:
        empty = quoted(typed_empty_file(location, name))
        connection.execute(f"CREATE TABLE {name} AS FROM read_parquet({empty})")
    for name, text in written_views():
        connection.execute(f"CREATE VIEW {name} AS {text.partition(chr(10))[2]}")
    for name in TABLES:
        connection.execute(f"DROP TABLE {name}")


def _define_comments(connection: duckdb.DuckDBPyConnection) -> None:
    """What tables and columns mean (from the schema), and what written views answer."""
    from warehouse.schema import TABLES, columns

    for name, row in TABLES.items():
        meaning = (row.__doc__ or "").strip().replace("\n", " ")
        connection.execute(f"COMMENT ON VIEW {name} IS {quoted(meaning)}")
        for column, spec in columns(name).items():
            connection.execute(f"COMMENT ON COLUMN {name}.{column} IS {quoted(spec.meaning)}")
    for name, text in written_views():
        answers = text.partition("\n")[0].removeprefix("--").strip()
        connection.execute(f"COMMENT ON VIEW {name} IS {quoted(answers)}")
    _define_inherited_comments(connection)


def _define_inherited_comments(connection: duckdb.DuckDBPyConnection) -> None:
    """A column of a view means what the column of that name in a table means."""
    from warehouse.schema import TABLES, columns

    meanings = {name: spec.meaning for table in TABLES for name, spec in columns(table).items()}
    bare = connection.execute(
        "SELECT table_name, column_name FROM duckdb_columns() "
        "WHERE NOT internal AND comment IS NULL"
    ).fetchall()
    for view, column in bare:
        if column in meanings:
            comment = quoted(meanings[column])
            connection.execute(f'COMMENT ON COLUMN {view}."{column}" IS {comment}')


def written_views() -> Iterator[tuple[str, str]]:
    """Yield name and text of each view in warehouse/views, those first that others read."""
    folder = package_files("warehouse") / "views"
    found = (item.name for item in folder.iterdir())
    names = {name.removesuffix(".sql") for name in found if name.endswith(".sql")}
    for name in (*READ_BY_OTHERS, *sorted(names - set(READ_BY_OTHERS))):
        yield name, (folder / f"{name}.sql").read_text("utf-8")


def typed_empty_file(location: Location, name: str) -> str:
    """Return the path of an empty Parquet file with the schema of table `name`, made if need be."""
    import pyarrow.parquet as pq

    from warehouse.schema import SCHEMA_VERSION, arrow_schema

    folder = location.catalog.parent / "schema" / SCHEMA_VERSION
    target = folder / f"{name}.parquet"
    wanted = arrow_schema(name)
    if target.exists() and pq.read_schema(target).equals(wanted):
        return str(target)
    folder.mkdir(parents=True, exist_ok=True)
    scratch = folder / f".{name}.{os.getpid()}.tmp"
    pq.write_table(wanted.empty_table(), scratch)
    scratch.replace(target)
    return str(target)


def quoted(text: str) -> str:
    """Return `text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def log_mark(location: Location) -> str:
    """Return the newest log entries of `commits` and `runs`: equal marks, equal contents.

    It is read off the file names alone, because `copydesk sql` asks at every start and must not pay
    for importing a table library.
    """
    return "/".join(_last_entry(location.path / name) for name in ("commits", "runs"))


def _last_entry(table: Path) -> str:
    log = table / "_delta_log"
    if not log.is_dir():
        return "-"
    names = (item.name[:20] for item in log.iterdir())
    return max((name for name in names if name.isdigit()), default="-").lstrip("0") or "0"


@contextmanager
def open_catalog(location: Location) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a read-only connection to a fresh catalog that reads nothing outside the warehouse.

    Raises BadWarehouse when there is no warehouse, or one of a newer schema.
    """
    connection = _connect_fresh(location)
    try:
        connection.execute("SET TimeZone = 'UTC'")
        _confine(connection, location)
        yield connection
    finally:
        connection.close()


def _connect_fresh(location: Location) -> duckdb.DuckDBPyConnection:
    found = _connect_if_fresh(location)
    if found is None:
        from warehouse import store

        store.check_readable(location)  # before a folder is made
        with suppress(TryAgain):  # a warehouse this user may read but not write
            refresh(location)
            found = _connect_if_fresh(location)
    if found is None:
        found = duckdb.connect()
        define_views(found, location)
    return found


def _connect_if_fresh(location: Location) -> duckdb.DuckDBPyConnection | None:
    """A connection to the catalog if it shows the newest commit at the place it now lies.

    The catalog is attached to an instance of our own. Connecting to its path would share one
    instance with every other thread of the process: its settings, and the file it was opened with.
    """
    if not location.catalog.exists():
        return None
    connection = duckdb.connect()
    try:
        connection.execute(f"ATTACH {quoted(str(location.catalog))} AS corpus (READ_ONLY)")
        connection.execute("USE corpus")
        found = connection.execute("SELECT location, log_mark FROM catalog_source").fetchall()
        if found == [(str(location), log_mark(location))]:
            return connection
    except duckdb.Error:  # damaged, or made by an older copydesk
        pass
    connection.close()
    return None


def _confine(connection: duckdb.DuckDBPyConnection, location: Location) -> None:
    """A read-only connection can still COPY to a file or read /etc/passwd: forbid both."""
    connection.execute(f"SET allowed_directories = [{quoted(f'{location}/')}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
