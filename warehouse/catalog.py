"""catalog.duckdb: views over the live Parquet files of one consistent set of table versions.

Plain DuckDB opens it without an extension and without Python. It holds no data, is made anew after
a commit and renamed over the old one (a reader that has the old one open keeps reading it), and is
rebuilt whenever it is missing, older than the warehouse, or the folder was moved: DuckDB resolves
relative paths against the folder of the reader, so the views must name absolute ones.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from warehouse.definitions import define_live, define_views, lent, log_mark, quoted, template
from warehouse.errors import TryAgain
from warehouse.location import Location


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
    folders = (f"{location}/", *(f"{folder}/" for folder in lent))
    connection.execute(f"SET allowed_directories = [{', '.join(map(quoted, folders))}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
