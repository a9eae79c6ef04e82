"""catalog.duckdb: views over the live Parquet files of one consistent set of table versions.

Plain DuckDB opens it without an extension and without Python. It holds no data, is made anew after
a commit and renamed over the old one (a reader that has the old one open keeps reading it), and is
rebuilt whenever it is missing, older than the warehouse, or the folder was moved: DuckDB resolves
relative paths against the folder of the reader, so the views must name absolute ones.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import duckdb

from warehouse.definitions import define_live, define_views, lent, log_mark, quoted, template
from warehouse.errors import TryAgain
from warehouse.location import Location
from warehouse.storage import let_read


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
        shutil.copyfile(template(location), scratch)
        with duckdb.connect(str(scratch)) as connection:
            connection.begin()  # one write to the disk for all statements
            define_live(connection, location)
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


@contextmanager
def open_catalog(
    location: Location, as_of: str | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield what `connect` returns, and close it."""
    with closing(connect(location, as_of)) as connection:
        yield connection


def connect(location: Location, as_of: str | None = None) -> duckdb.DuckDBPyConnection:
    """Return a read-only connection to a fresh catalog that reads nothing outside the warehouse.

    `as_of`, the id of a run or a time, gives every view as it was then. Raises BadWarehouse when
    there is no warehouse, or one of a newer schema; BadSetting for a state that never was, or
    that is no longer kept.
    """
    connection = _connect_fresh(location) if as_of is None else _connect_as_of(location, as_of)
    try:
        connection.execute("SET TimeZone = 'UTC'")
        _confine(connection, location)
    except duckdb.Error:
        connection.close()
        raise
    return connection


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


def _connect_as_of(location: Location, asked: str) -> duckdb.DuckDBPyConnection:
    """A catalog of another time, in a file that is gone as soon as it is open."""
    from warehouse.history import moment

    found = moment(location, asked)
    connection = duckdb.connect()
    let_read(connection, location)
    with tempfile.TemporaryDirectory(prefix="copydesk-as-of-") as folder:
        scratch = Path(folder) / location.catalog.name
        try:
            shutil.copyfile(template(location), scratch)
        except (OSError, duckdb.IOException):  # a state folder this user may not write
            define_views(connection, location, found)
            return connection
        with duckdb.connect(str(scratch)) as made:
            define_live(made, location, found)
        _attach(connection, scratch)
    return connection


def _attach(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    connection.execute(f"ATTACH {quoted(str(path))} AS corpus (READ_ONLY)")
    connection.execute("USE corpus")


def _connect_if_fresh(location: Location) -> duckdb.DuckDBPyConnection | None:
    """A connection to the catalog if it shows the newest commit at the place it now lies.

    The catalog is attached to an instance of our own. Connecting to its path would share one
    instance with every other thread of the process: its settings, and the file it was opened with.
    """
    if not location.catalog.exists():
        return None
    connection = duckdb.connect()
    let_read(connection, location)
    try:
        _attach(connection, location.catalog)
        found = connection.execute("SELECT location, log_mark FROM catalog_source").fetchall()
        if found == [(str(location), log_mark(location))]:
            return connection
    except duckdb.Error:  # damaged, or made by an older copydesk
        pass
    connection.close()
    return None


def _confine(connection: duckdb.DuckDBPyConnection, location: Location) -> None:
    """A read-only connection can still COPY to a file or read /etc/passwd: forbid both."""
    folders = [f"{folder}/" for folder in (location, *lent)]
    if location.uri is not None:  # empty files lie beside the catalog, all others there
        folders.append(f"{location.path}/schema/")
    connection.execute(f"SET allowed_directories = [{', '.join(map(quoted, folders))}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
