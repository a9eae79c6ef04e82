"""The files of a warehouse or an export: in a folder, or below a prefix of an object store.

Both kinds say the same: names are relative, with "/" between their parts; what is written appears
whole or not at all; what is missing is FileNotFoundError. Trouble of a disk is OSError, that of an
object store TryAgain or BadWarehouse (warehouse.object_storage).
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from warehouse.errors import BadWarehouse

if TYPE_CHECKING:
    import duckdb

    from warehouse.location import Location

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_CODE = re.compile(r"<Code>(\w+)</Code>")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file of a folder."""

    name: str  # in its folder
    byte_count: int
    modified_at: float  # seconds since 1970, by the clock of the storage


class Storage(Protocol):
    """A tree of files."""

    def names(self, folder: str = "") -> list[str]:
        """Return what lies right below `folder`, files and folders, sorted; [] when it is not."""

    def files(self, folder: str) -> list[StoredFile]:
        """Return the files right below `folder`, sorted by name; [] when it is not there."""

    def size(self, name: str) -> int:
        """Return the bytes of a file; FileNotFoundError when it is gone."""

    def read(self, name: str) -> bytes:
        """Return a small file; FileNotFoundError when it is gone."""

    def write(self, name: str, data: bytes) -> None:
        """Write a small file, seen to the disk, in the place of an older one if there is one."""

    def delete(self, name: str) -> None:
        """Delete a file, if it is there."""

    def unfinished(self, name: str) -> Path:
        """Return where to write a new file on this machine, under a name that nothing reads."""

    def finish(self, name: str) -> None:
        """Let the file that was written to `unfinished(name)` appear."""

    def sweep(self, folder: str) -> None:
        """Remove unfinished files of `folder` that a process which was killed has left."""


class Folder:
    """A tree of files on a disk."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self, folder: str = "") -> list[str]:
        """See Storage; BadWarehouse where a file stands in the place of the root."""
        try:
            return sorted(os.listdir(self._root / folder))
        except FileNotFoundError:
            return []
        except NotADirectoryError as error:
            raise BadWarehouse(f"{self._root}: is a file, a warehouse is a folder") from error

    def files(self, folder: str) -> list[StoredFile]:
        """See Storage."""
        found = ((name, self._root / folder / name) for name in self.names(folder))
        told = ((name, path.stat()) for name, path in found if path.is_file())
        return [StoredFile(name, about.st_size, about.st_mtime) for name, about in told]

    def size(self, name: str) -> int:
        """See Storage."""
        return (self._root / name).stat().st_size

    def read(self, name: str) -> bytes:
        """See Storage."""
        return (self._root / name).read_bytes()

    def write(self, name: str, data: bytes) -> None:
        """See Storage."""
        self.unfinished(name).write_bytes(data)
        self.finish(name)

    def delete(self, name: str) -> None:
        """See Storage."""
        (self._root / name).unlink(missing_ok=True)

    def unfinished(self, name: str) -> Path:
        """See Storage: beside its place."""
        path = self._root / name
        return path.with_name(f".{path.name}.tmp")

    def finish(self, name: str) -> None:
        """See Storage."""
        path = self.unfinished(name)
        with path.open("rb") as file:
            os.fsync(file.fileno())
        path.rename(self._root / name)

    def sweep(self, folder: str) -> None:
        """See Storage."""
        for path in (self._root / folder).glob(".*.tmp"):
            path.unlink(missing_ok=True)


def parquet_source(where: str) -> Any:
    """Return what pyarrow reads a file by: its path, or for a URI an open file."""
    if "://" not in where:
        return where
    from warehouse.object_storage import open_object

    return open_object(where)


def let_read(connection: duckdb.DuckDBPyConnection, location: Location) -> None:
    """Let DuckDB read the files of a warehouse in an object store; nothing to do for others."""
    if location.uri is not None:
        from warehouse.object_reading import register

        register(connection, location.uri)


def said(error: BaseException) -> str:
    """Return what went wrong in one line, without the pages that servers and libraries add."""
    text = _COLOURS.sub("", str(error))
    if code := _CODE.search(text):
        return f"the server says {code[1]}"
    if "error sending request" in text:
        return "the server does not answer"
    return " ".join(text.partition("Debug source:")[0].split())
