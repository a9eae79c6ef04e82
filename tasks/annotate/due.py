"""What is to be annotated: an anti-join of the articles with the versions that are current.

An annotator is due for an article that it has never read, that it read in another version of its
own or of the article's row, or (when asked) that it failed on. What is not due is not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from tasks.annotate.records import Annotator
from tasks.annotate.versions import DONE, Version
from warehouse.location import Location

WITHOUT = "without "  # begins the detail of rows that were made without what they need

# Articles in an order that is good to read (by commit) and has equal texts beside each other. A
# twin is another article of the same text that every chosen annotator of `text` scope has read.
DUE = f"""
CREATE TEMP TABLE due AS
WITH wanted AS (
    SELECT a.article_id, a.commit_id, a.text_sha256, e.annotator, e.scope,
        s.commit_id AS status_commit_id, s.status AS old_status,
        s.article_id IS NULL OR s.annotator_version <> e.version
        OR s.article_commit_id IS DISTINCT FROM a.commit_id
        OR (e.again AND (e.everything OR s.status = 'failed'
                         OR s.detail LIKE '{WITHOUT}%')) AS is_due
    FROM articles a JOIN expected e ON e.language_code IS NOT DISTINCT FROM a.language_code
    LEFT JOIN annotation_status s ON s.article_id = a.article_id AND s.annotator = e.annotator
), grouped AS (
    SELECT article_id, any_value(commit_id) AS commit_id, any_value(text_sha256) AS text_sha256,
        bool_or(is_due) AS is_due, bool_or(is_due AND scope = 'text') AS is_text_due,
        list({{annotator: annotator, is_due: is_due, commit_id: status_commit_id,
              status: old_status}}) AS states
    FROM wanted GROUP BY article_id
), twins AS (
    SELECT text_sha256, arg_min(article_id, article_id) AS twin_id,
        arg_min(commit_id, article_id) AS twin_commit_id, arg_min(states, article_id) AS twin_states
    FROM grouped WHERE NOT is_text_due GROUP BY text_sha256
), placed AS (
    SELECT g.*, min(c.sequence) OVER (PARTITION BY g.text_sha256) AS first, c.sequence
    FROM grouped g JOIN commits c USING (commit_id) WHERE g.is_due
)
SELECT p.article_id, p.commit_id, p.states, t.twin_id, t.twin_commit_id, t.twin_states,
    row_number() OVER (ORDER BY p.first, p.text_sha256, p.sequence, p.article_id) AS place
FROM placed p LEFT JOIN twins t ON p.is_text_due AND t.text_sha256 = p.text_sha256
"""
MEMORY = "1GB"  # beyond it DuckDB goes on in files of the state folder
_EXPECTED = pa.schema(
    [
        ("annotator", pa.string()),
        ("language_code", pa.string()),
        ("version", pa.string()),
        ("scope", pa.string()),
        ("again", pa.bool_()),
        ("everything", pa.bool_()),
    ]
)


@dataclass(frozen=True, slots=True)
class State:
    """An annotator and an article: what stands in the warehouse, and whether that is enough."""

    is_due: bool
    commit_id: str | None  # of the rows that stand there, and of their status
    status: str | None

    @property
    def is_read(self) -> bool:
        """Do current rows stand there?"""
        return self.status == DONE and not self.is_due


@dataclass(frozen=True, slots=True)
class Due:
    """An article for which some annotator is due."""

    article_id: str
    commit_id: str  # of its row in articles
    states: Mapping[str, State]  # by the name of the annotator
    twin: Due | None = None  # an annotated article of the same text


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What is asked for beyond what is missing or outdated."""

    again: frozenset[str] = frozenset()  # names of annotators that run on everything
    retry_failed: bool = False


def languages(connection: duckdb.DuckDBPyConnection) -> list[str | None]:
    """Return the language codes that articles have, NULL for those without one."""
    found = connection.execute("SELECT DISTINCT language_code FROM articles ORDER BY 1 NULLS LAST")
    return [code for (code,) in found.fetchall()]


def find_due(
    connection: duckdb.DuckDBPyConnection,
    annotators: Sequence[Annotator],
    expected: Mapping[tuple[str, str | None], Version],
    demand: Demand,
    location: Location,
) -> int:
    """Make the temporary table `due` in a connection that has the views; return its rows."""
    scopes = {each.name: each.scope for each in annotators}
    rows = [
        {
            "annotator": each.annotator,
            "language_code": each.language_code,
            "version": each.version,
            "scope": scopes[each.annotator],
            "again": demand.retry_failed or each.annotator in demand.again,
            "everything": each.annotator in demand.again,
        }
        for each in expected.values()
    ]
    connection.register("expected_rows", pa.Table.from_pylist(rows, _EXPECTED))
    connection.execute("CREATE TEMP TABLE expected AS FROM expected_rows")
    connection.execute(f"SET memory_limit = '{MEMORY}'")
    scratch = str(location.state / "enrich").replace("'", "''")
    connection.execute(f"SET temp_directory = '{scratch}'")
    connection.execute(DUE)
    return int(connection.execute("SELECT count(*) FROM due").fetchall()[0][0])


def batches(connection: duckdb.DuckDBPyConnection, size: int) -> Iterator[list[Due]]:
    """Yield what is due, `size` articles at a time."""
    start = 0
    while True:
        rows = connection.execute(
            "SELECT article_id, commit_id, states, twin_id, twin_commit_id, twin_states FROM due "
            f"WHERE place > {start} AND place <= {start + size} ORDER BY place"
        ).fetchall()
        if not rows:
            return
        yield [_due(*row) for row in rows]
        start += size


def _due(
    article_id: str,
    commit_id: str,
    states: list[dict[str, object]],
    twin_id: str | None,
    twin_commit_id: str | None,
    twin_states: list[dict[str, object]] | None,
) -> Due:
    twin = None
    if twin_id is not None and twin_commit_id is not None:
        twin = Due(twin_id, twin_commit_id, _states(twin_states or []))
    return Due(article_id, commit_id, _states(states), twin)


def _states(rows: list[dict[str, object]]) -> dict[str, State]:
    return {
        str(row["annotator"]): State(
            bool(row["is_due"]),
            None if row["commit_id"] is None else str(row["commit_id"]),
            None if row["status"] is None else str(row["status"]),
        )
        for row in rows
    }
