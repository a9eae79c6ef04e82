"""Where a warehouse lies, and the folder of state that belongs to it."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from warehouse.errors import BadSetting

if TYPE_CHECKING:
    from warehouse.storage import Storage

DEFAULT_WAREHOUSE = "warehouse/data"  # of the current folder

# Tried: deltalake 1.6.6 fails on the first four (on "[" with a panic), DuckDB 2.0.0 on "?".
REFUSED = "%\\[]?"
# Names that need no escaping in any URL, and parts that no library takes for another folder.
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PART = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._=+-]+")
_READABLE = 40  # letters of a URI in the name of its folder


@dataclass(frozen=True, slots=True)
class Location:
    """A warehouse: a folder, or what lies below the URI of an object store."""

    # The warehouse's folder, absolute. For one in an object store the folder of this machine that
    # holds its catalog, which can be made again like everything there.
    path: Path
    uri: str | None = None  # s3://bucket/prefix

    def table(self, name: str) -> str:
        """Return where the Delta table `name` lies."""
        return f"{self}/{name}"

    @property
    def storage(self) -> Storage:
        """The files of the warehouse. Raises BadSetting when an object store cannot be asked."""
        if self.uri is None:
            from warehouse.storage import Folder

            return Folder(self.path)
        from warehouse.object_storage import ObjectStorage

        return ObjectStorage(self.uri, self.state / "unfinished")

    @property
    def delta_options(self) -> dict[str, str] | None:
        """What deltalake has to be told of an object store."""
        if self.uri is None:
            return None
        from warehouse.object_storage import DELTA_OPTIONS

        return DELTA_OPTIONS

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
        return self.uri or str(self.path)


def warehouse_location(where: str | os.PathLike[str] | None = None) -> Location:
    """Return the warehouse that is meant: the argument, COPYDESK_WAREHOUSE, or warehouse/data."""
    chosen = where or os.environ.get("COPYDESK_WAREHOUSE") or DEFAULT_WAREHOUSE
    return locate(os.fspath(chosen))


def locate(where: str) -> Location:
    """Return the Location for a path, a file:// URI or an s3:// URI; nothing is looked at yet.

    Raises BadSetting for what cannot be one.
    """
    if "://" not in where:
        return _local(where)
    parts = urlsplit(where)
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise BadSetting(  # without the URI: it may hold a password
            f"a warehouse at {parts.scheme}:// is BUCKET/PREFIX and nothing else; credentials "
            "come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
    if parts.scheme == "s3":
        return _in_bucket(parts.netloc, parts.path)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        raise BadSetting(
            f"{where!r}: a warehouse is a folder or a file:// URI, or s3://BUCKET/PREFIX"
        )
    return _local(unquote(parts.path))


def _local(path: str) -> Location:
    if not path.isprintable() or any(letter in path for letter in REFUSED):
        raise BadSetting(
            f"{path!r}: a warehouse's path may hold no control characters and none of {REFUSED}, "
            "which the libraries that write it cannot handle"
        )
    return Location(Path(os.path.abspath(path)))  # noqa: PTH100 - takes ".." out, keeps links


def _in_bucket(bucket: str, path: str) -> Location:
    prefix = path.strip("/")
    uri = f"s3://{bucket}/{prefix}"
    parts = prefix.split("/")
    if not _BUCKET.fullmatch(bucket) or not all(map(_PART.fullmatch, parts)):
        raise BadSetting(
            f"{uri!r}: a warehouse in an object store is s3://BUCKET/PREFIX; "
            "a prefix has letters of ASCII, digits and . _ = + - between its slashes"
        )
    readable = "-".join([bucket, *parts])[:_READABLE]
    return Location(
        _kept_here() / f"{readable}-{hashlib.sha256(uri.encode()).hexdigest()[:12]}", uri
    )


def _kept_here() -> Path:
    """The folder of this machine for what belongs to warehouses elsewhere."""
    chosen = os.environ.get("COPYDESK_STATE")
    if not chosen:
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        chosen = os.path.join(cache, "copydesk")
    return Path(os.path.abspath(chosen))  # noqa: PTH100 - as above
