"""Where a warehouse lies, and the folder of state that belongs to it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from warehouse.errors import BadSetting

DEFAULT_WAREHOUSE = "warehouse/data"  # of the current folder

# Tried: deltalake 1.6.6 fails on the first four (on "[" with a panic), DuckDB 2.0.0 on "?".
REFUSED = "%\\[]?"


@dataclass(frozen=True, slots=True)
class Location:
    """A warehouse's folder, as an absolute path."""

    path: Path

    def table(self, name: str) -> str:
        """Return where the Delta table `name` lies."""
        return str(self.path / name)

    @property
    def state(self) -> Path:
        """The folder beside the warehouse for everything that can be made again.

        Prefect's home, the index of the ledger and staged batches. It is never inside the
        warehouse, so that a copy of the warehouse is the warehouse and nothing else.
        """
        return self.path.with_name(self.path.name + ".state")

    @property
    def catalog(self) -> Path:
        """Where catalog.duckdb lies."""
        return self.path / "catalog.duckdb"

    def __str__(self) -> str:
        return str(self.path)


def warehouse_location(where: str | os.PathLike[str] | None = None) -> Location:
    """Return the warehouse that is meant: the argument, COPYDESK_WAREHOUSE, or warehouse/data."""
    chosen = where or os.environ.get("COPYDESK_WAREHOUSE") or DEFAULT_WAREHOUSE
    return locate(os.fspath(chosen))


def locate(where: str) -> Location:
    """Return the Location for a path or a file URI.

    Raises BadSetting for other URIs: object stores need a lease and a catalog of their own kind,
    which this version does not have.
    """
    if "://" not in where:
        return _local(where)
    parts = urlsplit(where)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        raise BadSetting(
            f"{where!r}: a warehouse is a folder or a file:// URI; "
            "object stores are not supported yet"
        )
    return _local(unquote(parts.path))


def _local(path: str) -> Location:
    if not path.isprintable() or any(letter in path for letter in REFUSED):
        raise BadSetting(
            f"{path!r}: a warehouse's path may hold no control characters and none of {REFUSED}, "
            "which the libraries that write it cannot handle"
        )
    return Location(Path(os.path.abspath(path)))  # noqa: PTH100 - takes ".." out, keeps links
