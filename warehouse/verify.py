"""Is every file there that the log names, whole, and with the rows that commits say they wrote?

A file is opened for its footer alone: that it is there, has the length and the number of rows of
the log, and ends as a Parquet file ends. Rows are counted per commit and compared with what it
noted when it was acknowledged. Annotations are compared with `annotation_status`, which says for
each article how many rows there are, because rows that newer ones replaced are swept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import unquote

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse import store
from warehouse.annotations import ANNOTATION_TABLES
from warehouse.definitions import define_tables, quoted
from warehouse.errors import BadWarehouse
from warehouse.live_files import WHOLE_TABLES, LiveFile, live_files
from warehouse.location import Location
from warehouse.shingle_files import TABLE as SHINGLES
from warehouse.storage import parquet_source

STATUS = "annotation_status"
# Rows of these come and go by rules of their own.
_UNCOUNTED = (*ANNOTATION_TABLES, "superseded", SHINGLES, *WHOLE_TABLES)

# What each annotator left of an article in one commit, beside what it said that it wrote.
UNEVEN = """
SELECT annotator, article_id, commit_id FROM (
    SELECT annotator, article_id, commit_id, coalesce(row_count, 0) AS said, 0 AS found
    FROM annotation_status
    UNION ALL {tables}
) GROUP BY ALL HAVING sum(said) <> sum(found) OR count(said) = 0
"""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as the log says."""

    table: str
    what: str
    remedy: str
    file: str = ""  # its path in the warehouse
    name: str = ""  # of the file in the log, where the file is at fault


def verify(location: Location) -> list[Problem]:
    """Return what is wrong with the newest state; needs no lease and changes nothing.

    Raises BadWarehouse when there is no warehouse.
    """
    store.check_readable(location)
    commits = store.read_table(location, "commits")
    versions = {**store.table_versions(commits), **dict.fromkeys(WHOLE_TABLES, -1)}
    found, sound = list[Problem](), dict[str, list[LiveFile]]()
    for name, version in versions.items():
        if version == 0:
            continue
        try:
            table = (
                store.open_table(location, name, version)
                if version > 0
                else store.read_table(location, name)
            )
        except BadWarehouse as error:
            found.append(Problem(name, str(error), "restore its folder _delta_log from a backup"))
            continue
        files = live_files(location, name, table)
        wrong = [each for file in files if (each := _look_at(location, name, file))]
        found += wrong
        if not wrong:
            sound[name] = files
    if "commits" in sound:
        found += _counted(location, sound)
        found += _annotated(location, sound)
    return sorted(found, key=lambda each: (each.table, each.file, each.what))


def is_derived(name: str) -> bool:
    """Can the rows of a table be made again from others?"""
    return name == SHINGLES or name in ANNOTATION_TABLES


def remedy_for(name: str, commit_id: str | None) -> str:
    """Return what a person can do about rows of a table that are lost."""
    if name == SHINGLES:
        return "copydesk maintain makes the index anew from the texts"
    if is_derived(name):
        return "copydesk maintain marks what is lost as due, then: copydesk enrich"
    run = commit_id.rpartition("-")[0] if commit_id else "RUN"
    return (
        "restore the file from a backup of the warehouse; without one read the documents of run "
        f"{run} into a new warehouse"
    )


def uneven(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    """Return annotator, article and commit where rows and status disagree, of what readers see."""
    tables = " UNION ALL ".join(
        f"SELECT annotator, article_id, commit_id, NULL, count(*) FROM {name} GROUP BY ALL"
        for name in ANNOTATION_TABLES
        if name != STATUS
    )
    return connection.execute(UNEVEN.format(tables=tables) + " ORDER BY ALL").fetchall()


def _look_at(location: Location, name: str, file: LiveFile) -> Problem | None:
    what = _fault(location, name, file)
    if what is None:
        return None
    where = f"{name}/{unquote(file.name)}"
    return Problem(name, what, remedy_for(name, file.commit_id), where, file.name)


def _fault(location: Location, name: str, file: LiveFile) -> str | None:
    try:
        size = location.storage.size(f"{name}/{unquote(file.name)}")
        if size != file.byte_count:
            return f"has {size:,} bytes, its log says {file.byte_count:,}"
        rows = pq.read_metadata(parquet_source(file.path)).num_rows
    except FileNotFoundError:
        return "is gone"
    except (OSError, pa.ArrowException) as error:
        return "cannot be read: " + " ".join(str(error).split())
    if file.row_count is not None and rows != file.row_count:
        return f"has {rows:,} rows, its log says {file.row_count:,}"
    return None


def _counted(location: Location, sound: Mapping[str, Sequence[LiveFile]]) -> Iterator[Problem]:
    """Tables whose rows are not as many as commits say."""
    with closing(duckdb.connect()) as connection:
        define_tables(connection, location, ("commits",))
        noted = connection.execute("SELECT commit_id, row_counts FROM commits").fetchall()
        for name, files in sound.items():
            if name in _UNCOUNTED:
                continue
            said = {commit: counts[name] for commit, counts in noted if counts.get(name)}
            taken = -sum(count for count in said.values() if count < 0)
            found = _rows_by_commit(connection, files)
            for commit_id, count in sorted(said.items()):
                more = found.get(commit_id, 0) - max(count, 0)
                if more > 0 or (more < 0 and not taken and count > 0):
                    how = f"{abs(more):,} rows {'more' if more > 0 else 'less'}"
                    what = f"commit {commit_id} has {how} than it wrote"
                    yield Problem(name, what, remedy_for(name, commit_id))
            total = sum(found.get(commit_id, 0) for commit_id, _ in noted)
            if taken and total != sum(said.values()):
                what = f"has {total:,} rows, the commits say {sum(said.values()):,}"
                yield Problem(name, what, remedy_for(name, None))


def _rows_by_commit(
    connection: duckdb.DuckDBPyConnection, files: Sequence[LiveFile]
) -> dict[str, int]:
    if not files:
        return {}
    listed = ", ".join(quoted(file.path) for file in files)
    rows = connection.execute(
        f"SELECT commit_id, count(*) FROM read_parquet([{listed}]) GROUP BY ALL"
    )
    return dict(rows.fetchall())


def _annotated(location: Location, sound: Mapping[str, Sequence[LiveFile]]) -> Iterator[Problem]:
    """Articles whose annotations are not as many as their status says."""
    versions = store.table_versions(store.read_table(location, "commits"))
    asked = (*ANNOTATION_TABLES, "superseded")
    if not all(name in sound or not versions[name] for name in asked):
        return  # a file of them is at fault, which was said
    with closing(duckdb.connect()) as connection:
        define_tables(connection, location, ANNOTATION_TABLES)
        if count := len(uneven(connection)):
            what = f"{count:,} articles and annotators have other rows than their status says"
            yield Problem(STATUS, what, remedy_for(STATUS, None))
