"""Local SQLite indexes made from the tables: never the truth, answered in microseconds.

Each notes the last commit it has seen, catches up with newer ones, and is made again when it is
missing, damaged, of another layout, belongs to another history, or when rows that it has taken in
were dropped. Its cost per run is that of the new rows.
"""

from __future__ import annotations

import sqlite3
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, ClassVar, Self

import duckdb
from deltalake import DeltaTable

from warehouse import store
from warehouse.definitions import define_tables
from warehouse.errors import TryAgain
from warehouse.location import Location

META = "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"


class Derived:
    """One index of one warehouse. Raises TryAgain when the state folder cannot be written."""

    FILE: ClassVar[str]  # its name in the state folder
    LAYOUT: ClassVar[str]  # of its tables; another number means: make the file again
    TABLES: ClassVar[str]
    READS: ClassVar[tuple[str, ...]]  # tables of the warehouse that it is made of

    def __init__(self, location: Location, *, read_only: bool = False) -> None:
        self.location = location
        self.path = location.state / self.FILE
        self._connection = self._open(read_only)

    def _open(self, read_only: bool) -> sqlite3.Connection:
        try:
            if read_only:
                return _connect(self.path, "?mode=ro")
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return self._writable()
        except (sqlite3.Error, OSError) as error:
            raise TryAgain(f"{self.path}: cannot open the index: {error}") from error

    @classmethod
    def in_memory(cls, location: Location) -> Self:
        """An empty index for a warehouse that does not exist yet."""
        index = cls.__new__(cls)
        index.location, index.path = location, location.state / cls.FILE
        index._connection = sqlite3.connect(":memory:")
        index._connection.executescript(META + cls.TABLES)
        return index

    @classmethod
    def seen(cls, location: Location) -> int:
        """Return the number of the last commit that the index has seen; 0 where there is none."""
        path = location.state / cls.FILE
        if not path.exists():
            return 0
        with closing(cls(location)) as found:
            return found._sequence()

    def close(self) -> None:
        """Free the file."""
        self._connection.close()

    def catch_up(self) -> int:
        """Take in the commits that are newer than the index; return how many rows that were."""
        seen = self._sequence()  # before the warehouse is looked at: another run may be committing
        commits = store.open_table(self.location, "commits")
        newest = commits.transaction_version("commits") or 0
        warehouse = str(commits.metadata().id)
        if (
            self._get("warehouse") not in (None, warehouse)
            or not self._is_history(commits, seen)
            or 0 < seen < store.last_drop(commits)
        ):  # the folder holds another warehouse, one restored from a copy, or one with less in it
            self._start_again()
        with self._writing():
            self._set("warehouse", warehouse)
        if self._sequence() == newest:
            return 0
        with closing(duckdb.connect()) as connection:
            define_tables(connection, self.location, self.READS)
            with self._writing():
                count = self._take_in(connection, self._sequence())
                last = connection.execute("SELECT arg_max(run_id, sequence) FROM commits")
                self._note_commit(str((last.fetchone() or ("",))[0]), newest)
        return count

    @abstractmethod
    def _take_in(self, connection: duckdb.DuckDBPyConnection, after: int) -> int:
        """Apply the rows of commits after number `after`; return how many."""

    def _note_commit(self, run_id: str, sequence: int) -> None:
        """Remember the newest commit and its run, by which another past is recognised."""
        self._set("run", run_id)
        self._set("sequence", str(sequence))

    def _is_history(self, commits: DeltaTable, seen: int) -> bool:
        """Is the last commit that the index has seen one of this warehouse's own past?"""
        run_id = self._get("run")
        return run_id is None or (commits.transaction_version(store.run_mark(run_id)) or 0) >= seen

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """A transaction; trouble of the disk is TryAgain, and catch_up mends what was missed."""
        try:
            with self._connection:
                yield
        except sqlite3.Error as error:
            raise TryAgain(f"{self.path}: cannot write the index: {error}") from error

    def _sequence(self) -> int:
        return int(self._get("sequence") or 0)

    def _get(self, name: str) -> str | None:
        row = self._one("SELECT value FROM meta WHERE name = ?", name)
        return str(row[0]) if row else None

    def _set(self, name: str, value: str) -> None:
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def _one(self, query: str, *parameters: Any) -> Any:
        return self._connection.execute(query, parameters).fetchone()

    def _start_again(self) -> None:
        self._connection.close()
        _remove(self.path)
        self._connection = self._writable()

    def _writable(self) -> sqlite3.Connection:
        """Open the file for writing; one that is damaged or of another layout is made again."""
        for attempt in ("as it is", "anew"):
            try:
                connection = self._made()
                layout = connection.execute("SELECT value FROM meta WHERE name = 'layout'")
                if layout.fetchone() == (self.LAYOUT,):
                    return connection
            except sqlite3.DatabaseError:
                if attempt == "anew":
                    raise
            _remove(self.path)
        raise sqlite3.DatabaseError(f"{self.path} cannot be made")

    def _made(self) -> sqlite3.Connection:
        connection = _connect(self.path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            layout = f"INSERT INTO meta VALUES ('layout', '{self.LAYOUT}');"
            connection.executescript(META + self.TABLES + layout)
        return connection


def _connect(path: Path, options: str = "") -> sqlite3.Connection:
    return sqlite3.connect(
        path.absolute().as_uri() + options, uri=True, check_same_thread=False, timeout=30
    )


def _remove(path: Path) -> None:
    for name in (path.name, path.name + "-wal", path.name + "-shm"):
        path.with_name(name).unlink(missing_ok=True)
