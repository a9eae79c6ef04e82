"""DuckDB reads a warehouse in an object store through this: files below one URI, nothing else.

A file system of fsspec's kind is what DuckDB takes from Python. It only reads, so that neither
`COPY ... TO` nor `ATTACH` can write into a bucket, and it has no credentials to show: a session of
SQL cannot reach another bucket with ours. (Tried with DuckDB 2.0.0: `allowed_directories` and
`enable_external_access = false` hold for registered file systems as for local files.)

Data files never change, so a file's size is asked for once, and its age never.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import duckdb
from fsspec import AbstractFileSystem  # type: ignore[import-untyped]

from warehouse.object_storage import ObjectFile, store_at

_WILD = set("*?[")


class _Objects(AbstractFileSystem):  # type: ignore[misc]
    """What DuckDB 2.0 asks of a file system: glob, open, size, modified."""

    protocol = "s3"
    cachable = False

    def __init__(self, uri: str) -> None:
        super().__init__()
        self._uri = uri
        self._sizes: dict[str, int] = {}

    def glob(self, path: str, **_: Any) -> list[str]:
        """Return the path itself; views name their files one by one."""
        return [] if _WILD & set(path) else [path]

    def open(self, path: str, mode: str = "rb", **_: Any) -> ObjectFile:
        """Open an object for reading."""
        name = path.removeprefix(f"{self._uri}/")
        if mode != "rb" or name == path or ".." in name.split("/"):
            raise PermissionError(f"{path}: what lies in the object store is only read here")
        store = store_at(self._uri)
        if path in self._sizes:
            return ObjectFile(store, name, self._uri, self._sizes[path])
        file = ObjectFile.open(store, name, self._uri)
        self._sizes[path] = file.byte_count
        return file

    def size(self, path: str) -> int:
        """Return the bytes of a file that was opened."""
        return self._sizes[path]

    def modified(self, path: str) -> datetime:
        """Return one time for all."""
        return datetime(2000, 1, 1, tzinfo=UTC)

    def exists(self, path: str, **_: Any) -> bool:
        """Return True: nothing asks for files that may not be there."""
        return True


def register(connection: duckdb.DuckDBPyConnection, uri: str) -> None:
    """Let `connection` read what lies below `uri`."""
    if not connection.filesystem_is_registered(_Objects.protocol):
        connection.register_filesystem(_Objects(uri))
