"""What `copydesk maintain` does: sketches that are missing, the index compacted, old rows swept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import pyarrow as pa

from tasks.dedup.posting import group_postings
from tasks.dedup.stories import Stories
from tasks.matching import match_tables
from warehouse import catalog, definitions, shingle_upkeep, store
from warehouse.lease import writer_lease
from warehouse.location import Location
from warehouse.shingle_files import TABLE
from warehouse.shingle_index import ShingleIndex
from warehouse.sweeping import sweep_annotations

# Articles that no row of `groups` names: written by an older copydesk.
UNMATCHED = """
CREATE TEMP TABLE unmatched AS
SELECT article_id, commit_id,
    row_number() OVER (ORDER BY coalesce(c.sequence, 0), article_id) AS place
FROM articles a LEFT JOIN commits c USING (commit_id)
WHERE article_id NOT IN (SELECT article_id FROM groups)
"""
BATCH = 1_000  # articles per commit, as ingest has it
COMPACT_EVERY = 16  # commits, as ingest does
TEXTS = 5_000  # per table that is handed on when the index is made anew


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What was done."""

    matched: int  # articles that had no sketch
    files_before: int
    files_after: int
    rows: int  # of the index
    byte_count: int
    swept: int  # rows of annotations that newer ones had replaced


@dataclass(frozen=True, slots=True)
class Open:
    """A warehouse under lease, with a run of its own."""

    location: Location
    run_id: str
    stories: Stories
    writer: store.Writer


@contextmanager
def opened(location: Location, purpose: str, wait_seconds: float = 0.0) -> Iterator[Open]:
    """Yield the warehouse, brought up to the schema, for one job of upkeep.

    Raises BadWarehouse when there is none, WriterBusy when another process writes.
    """
    store.check_readable(location)
    with writer_lease(location, wait_seconds=wait_seconds):
        store.prepare(location)
        run_id = store.new_run_id(datetime.now(UTC), purpose)
        stories = Stories(location)
        try:
            stories.catch_up()
            yield Open(location, run_id, stories, store.Writer(location, run_id))
        finally:
            stories.close()


def maintain(
    location: Location,
    *,
    rebuild: bool = False,
    wait_seconds: float = 0.0,
    on_progress: Callable[[str, int, int], None] = lambda step, done, total: None,
) -> Upkeep:
    """Match what was never matched, and keep the index of shingles fast.

    With `rebuild` the index is made anew from the texts, as a change of the sketch's parameters
    needs it; groups, links and decisions stand, for they were verified on the texts themselves.
    """
    with opened(location, "maintain", wait_seconds) as warehouse:
        before = ShingleIndex(location).file_count
        if rebuild and warehouse.stories.size()[1]:
            postings = _all_postings(warehouse.stories, on_progress)
            _move(warehouse, shingle_upkeep.rewrite(location, postings).version)
        matched = _match_missing(warehouse, on_progress)
        on_progress("compacting", 0, before)
        if before > 1 or matched:
            _compact(warehouse)
        swept = sweep_annotations(location, lambda moved: _point_at(warehouse, moved))
        index = ShingleIndex(location)
        catalog.refresh(location)
    return Upkeep(matched, before, index.file_count, index.row_count, index.byte_count, swept)


def _compact(warehouse: Open) -> None:
    done = shingle_upkeep.compact(warehouse.location)
    if done is not None:
        _move(warehouse, done.version)


def _move(warehouse: Open, version: int) -> None:
    _point_at(warehouse, {TABLE: version})


def _point_at(warehouse: Open, moved: Mapping[str, int]) -> None:
    """A commit without rows: from now on readers open the new versions of the tables."""
    commit = warehouse.writer.commit({}, moved=moved)
    warehouse.stories.note(warehouse.run_id, commit.sequence)


def _match_missing(warehouse: Open, on_progress: Callable[[str, int, int], None]) -> int:
    """Match articles of an older copydesk, in the order in which they were committed."""
    with duckdb.connect() as connection:
        definitions.define_tables(connection, warehouse.location)
        connection.execute(UNMATCHED)
        total = int(connection.execute("SELECT count(*) FROM unmatched").fetchall()[0][0])
        for number, start in enumerate(range(0, total, BATCH), 1):
            on_progress("matching", start, total)
            tables = {name: _part(connection, name, start) for name in ("articles", "paragraphs")}
            _, matched = match_tables(tables, (), warehouse.stories, warehouse.location)
            commit = warehouse.writer.commit(matched.tables())
            rows = matched.story_rows(commit.commit_id)
            warehouse.stories.apply(rows, warehouse.run_id, commit.sequence)
            if number % COMPACT_EVERY == 0 and shingle_upkeep.should_compact(warehouse.location):
                _compact(warehouse)
    on_progress("matching", total, total)
    return total


def _part(connection: duckdb.DuckDBPyConnection, name: str, start: int) -> pa.Table:
    order = "article_id, paragraph" if name == "paragraphs" else "article_id"
    place = f"place > {start} AND place <= {start + BATCH}"
    commits = connection.sql(f"SELECT DISTINCT commit_id FROM unmatched WHERE {place}").fetchall()
    # A list of constants: by it DuckDB leaves out the files of all other commits.
    among = ", ".join(definitions.quoted(commit_id) for (commit_id,) in commits)
    return connection.sql(
        f"SELECT t.* FROM {name} t JOIN unmatched u USING (article_id) "
        f"WHERE t.commit_id IN ({among}) AND {place} ORDER BY {order}"
    ).to_arrow_table()


def _all_postings(
    stories: Stories, on_progress: Callable[[str, int, int], None]
) -> Iterator[pa.Table]:
    """The rows of the index for every group: its leader's hashes, and what each member adds."""
    total = stories.size()[1]
    done = 0
    for groups in stories.by_group(TEXTS):
        on_progress("sketching", done, total)
        yield group_postings(groups, stories)
        done += sum(len(members) for members in groups.values())
    on_progress("sketching", done, total)
