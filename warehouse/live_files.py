"""The files of tables as the Delta log lists them, and which versions of tables readers see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
from deltalake import DeltaTable

from warehouse import store
from warehouse.location import Location
from warehouse.schema import CHUNK_TABLES

WHOLE_TABLES = ("commits", "runs")  # read at their newest version, whatever a commit says


@dataclass(frozen=True, slots=True)
class LiveFile:
    """One Parquet file of a version of a table."""

    path: str  # or its URI
    name: str  # as the log has it, percent-encoded
    byte_count: int
    row_count: int | None  # None: written by a tool that keeps no statistics
    commit_id: str | None  # of all its rows, if the statistics say that there is only one


def live_files(location: Location, name: str, table: DeltaTable) -> list[LiveFile]:
    """Return the files of table `name` at the version that `table` has, in order of their names."""
    rows: list[dict[str, Any]] = pa.table(table.get_add_actions(flatten=True)).to_pylist()
    found = [
        LiveFile(
            path=f"{location.table(name)}/{unquote(row['path'])}",
            name=row["path"],
            byte_count=row["size_bytes"],
            row_count=row.get("num_records"),
            commit_id=_only(row.get("min.commit_id"), row.get("max.commit_id")),
        )
        for row in rows
    ]
    return sorted(found, key=lambda file: file.name)


def _only(least: str | None, most: str | None) -> str | None:
    return least if least == most else None


def ahead(location: Location) -> dict[str, int]:
    """Return the newest version of each table that has a newer one than readers see.

    What such a version holds more was never acknowledged, or is the same in other files. The next
    append would build on it; a commit that moves readers to it makes the attempt that wrote it
    impossible to acknowledge (the swap in warehouse.store fails), whatever became of its process.
    """
    versions = store.table_versions(store.read_table(location, "commits"))
    heads = {name: store.newest_version(location, name) for name in CHUNK_TABLES}
    return {name: head for name, head in heads.items() if head > versions[name]}
