"""Articles that no row of `groups` names are matched with all others.

They were read by an older copydesk, or their group is decided anew because a member was dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import duckdb
import pyarrow as pa

from tasks.matching import match_tables
from tasks.opened import Open
from warehouse import definitions, shingle_upkeep
from warehouse.schema import FileRow, columns
from warehouse.shingle_files import TABLE

UNMATCHED = """
CREATE TEMP TABLE unmatched AS
SELECT article_id, commit_id,
    row_number() OVER (ORDER BY coalesce(c.sequence, 0), article_id) AS place
FROM articles a LEFT JOIN commits c USING (commit_id)
WHERE article_id NOT IN (SELECT article_id FROM groups)
"""
BATCH = 1_000  # articles per commit, as ingest has it
COMPACT_EVERY = 16  # commits, as ingest does

Progress = Callable[[str, int, int], None]


def match_missing(warehouse: Open, on_progress: Progress) -> int:
    """Match them in the order in which they were committed; return how many they were."""
    with duckdb.connect() as connection:
        definitions.define_tables(connection, warehouse.location)
        connection.execute(UNMATCHED)
        total = int(connection.execute("SELECT count(*) FROM unmatched").fetchall()[0][0])
        for number, start in enumerate(range(0, total, BATCH), 1):
            on_progress("matching", start, total)
            tables = {name: _part(connection, name, start) for name in ("articles", "paragraphs")}
            _, matched = match_tables(
                tables, _documents(connection, start), warehouse.stories, warehouse.location
            )
            commit = warehouse.writer.commit(matched.tables())
            rows = matched.story_rows(commit.commit_id)
            warehouse.stories.apply(rows, warehouse.run_id, commit.sequence)
            if number % COMPACT_EVERY == 0 and shingle_upkeep.should_compact(warehouse.location):
                compact_index(warehouse)
    if total:
        on_progress("matching", total, total)
    return total


def compact_index(warehouse: Open) -> None:
    """Merge small files of the index of shingles, if there are some."""
    done = shingle_upkeep.compact(warehouse.location)
    if done is not None:
        warehouse.point_at({TABLE: done.version})


def _place(start: int) -> str:
    return f"place > {start} AND place <= {start + BATCH}"


def _part(connection: duckdb.DuckDBPyConnection, name: str, start: int) -> pa.Table:
    order = "article_id, paragraph" if name == "paragraphs" else "article_id"
    among = "SELECT DISTINCT commit_id FROM unmatched WHERE " + _place(start)
    commits = connection.sql(among).fetchall()
    # A list of constants: by it DuckDB leaves out the files of all other commits.
    listed = ", ".join(definitions.quoted(commit_id) for (commit_id,) in commits)
    return connection.sql(
        f"SELECT t.* FROM {name} t JOIN unmatched u USING (article_id) "
        f"WHERE t.commit_id IN ({listed}) AND {_place(start)} ORDER BY {order}"
    ).to_arrow_table()


def _documents(connection: duckdb.DuckDBPyConnection, start: int) -> Sequence[FileRow]:
    """Rows of the ledger that say which article stood at an article's path before."""
    names = [name for name in columns("files") if name not in ("run_id", "commit_id")]
    found = connection.execute(
        f"SELECT {', '.join(f'f.{name}' for name in names)} FROM files f "
        f"JOIN unmatched u USING (article_id) WHERE {_place(start)} AND f.outcome = 'article' "
        "AND f.revision_candidate_of IS NOT NULL ORDER BY f.document_id"
    ).fetchall()
    return [FileRow(**dict(zip(names, row, strict=True))) for row in found]
