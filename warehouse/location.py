"""Where a warehouse lies: a folder or a URI, and the folder of state that belongs to it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from warehouse.errors import BadSetting


@dataclass(frozen=True, slots=True)
class Location:
    """A warehouse's place. `uri` is an absolute path for a local one, else the URI as given."""

    uri: str
    is_remote: bool

    def table(self, name: str) -> str:
        """Return where the Delta table `name` lies."""
        return f"{self.uri}/{name}"

    @property
    def path(self) -> Path:
        """The folder of a local warehouse; BadSetting for a remote one."""
        if self.is_remote:
            raise BadSetting(f"{self.uri}: this needs a warehouse in a local folder")
        return Path(self.uri)

    @property
    def state(self) -> Path:
        """The folder beside the warehouse for everything that can be made again.

        Prefect's home, the local copy of the ledger and staged batches. It is never inside the
        warehouse, so that a copy of the warehouse is the warehouse and nothing else.
        """
        if self.is_remote:
            return Path.cwd() / ".copydesk" / hashlib.sha256(self.uri.encode()).hexdigest()[:16]
        return self.path.with_name(self.path.name + ".state")

    @property
    def catalog(self) -> Path:
        """Where catalog.duckdb lies: in the warehouse, or for a remote one in its state folder."""
        return (self.state if self.is_remote else self.path) / "catalog.duckdb"


def locate(where: str) -> Location:
    """Return the Location for a path, a file URI or an object store's URI."""
    if "://" not in where:
        return Location(str(Path(where).absolute()), is_remote=False)
    parts = urlsplit(where)
    if parts.scheme == "file":
        return Location(unquote(parts.path).rstrip("/"), is_remote=False)
    if parts.scheme not in ("s3", "s3a", "gs", "az", "abfs", "abfss"):
        raise BadSetting(f"{where!r}: a warehouse is a folder or an s3://, gs:// or az:// URI")
    return Location(where.rstrip("/"), is_remote=True)
