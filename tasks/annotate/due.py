"""What is to be annotated: an anti-join of the articles with the versions that are current.

An annotator is due for an article that it has never read, that it read in another version of its
own or of the article's row, or (when asked) that it failed on. What is not due is not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb
import pyarrow as pa

from tasks.annotate.records import Annotator
from tasks.annotate.versions import DONE, Version
from warehouse.location import Location

WITHOUT = "without "  # begins the detail of rows that were made without what they need

# Articles in an order that is good to read (by commit) and has equal texts beside each other. A
# twin is another article of the same text that every chosen annotator of `text` scope has read.
# What needs rows that are newer than its own is due as well. Where a model is missing now, what was
# read with it stays. Only texts with something due are gathered: most articles have nothing.
DUE = f"""
CREATE TEMP TABLE due AS
WITH wanted AS MATERIALIZED (
    SELECT a.article_id, a.commit_id, a.text_sha256, e.annotator, e.scope,
        s.commit_id AS status_commit_id, s.status AS old_status, c.sequence AS status_sequence,
        coalesce(s.detail LIKE '{WITHOUT}%', false) AS is_without,
        s.article_id IS NULL
        OR s.article_commit_id IS DISTINCT FROM a.commit_id
        OR (e.status = 'done' AND s.status NOT IN ('done', 'failed'))
        OR (s.annotator_version <> e.version
            AND NOT (e.status = 'model_missing' AND s.status = 'done'))
        OR (e.again AND (e.everything OR s.status = 'failed' OR is_without)) AS is_due
    FROM articles a JOIN expected e ON e.language_code IS NOT DISTINCT FROM a.language_code
    LEFT JOIN annotation_status s ON s.article_id = a.article_id AND s.annotator = e.annotator
    LEFT JOIN commits c ON c.commit_id = s.commit_id
), outrun AS (
    SELECT w.article_id, w.annotator FROM needs n
    JOIN wanted w ON w.annotator = n.annotator
    JOIN wanted u ON u.article_id = w.article_id AND u.annotator = n.need
    WHERE w.old_status = 'done' AND (u.is_due OR u.status_sequence > w.status_sequence)
), judged AS (
    SELECT w.* EXCLUDE (is_due), w.is_due OR o.article_id IS NOT NULL AS is_due
    FROM wanted w LEFT JOIN (SELECT DISTINCT * FROM outrun) o USING (article_id, annotator)
), grouped AS (
    SELECT article_id, any_value(commit_id) AS commit_id, any_value(text_sha256) AS text_sha256,
        bool_or(is_due) AS is_due, bool_or(is_due AND scope = 'text') AS is_text_due,
        list({{annotator: annotator, is_due: is_due, commit_id: status_commit_id,
              status: old_status, is_without: is_without}}) AS states
    FROM judged SEMI JOIN (SELECT DISTINCT text_sha256 FROM judged WHERE is_due) USING (text_sha256)
    GROUP BY article_id
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
        ("status", pa.string()),
        ("scope", pa.string()),
        ("again", pa.bool_()),
        ("everything", pa.bool_()),
    ]
)

_NEEDS = pa.schema([("annotator", pa.string()), ("need", pa.string())])


@dataclass(frozen=True, slots=True)
class State:
    """An annotator and an article: what stands in the warehouse, and whether that is enough."""

    is_due: bool
    commit_id: str | None  # of the rows that stand there, and of their status
    status: str | None
    is_without: bool = False  # made without rows that it needs

    @property
    def is_read(self) -> bool:
        """Do current and whole rows stand there?"""
        return self.status == DONE and not self.is_due and not self.is_without


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
            "status": each.status,
            "scope": scopes[each.annotator],
            "again": demand.retry_failed or each.annotator in demand.again,
            "everything": each.annotator in demand.again,
        }
        for each in expected.values()
    ]
    needs = [{"annotator": each.name, "need": name} for each in annotators for name in each.needs]
    connection.register("needs", pa.Table.from_pylist(needs, _NEEDS))
    connection.register("expected_rows", pa.Table.from_pylist(rows, _EXPECTED))
    connection.execute("CREATE TEMP TABLE expected AS FROM expected_rows")
    connection.execute(f"SET memory_limit = '{MEMORY}'")
    scratch = str(location.state / "enrich").replace("'", "''")
    connection.execute(f"SET temp_directory = '{scratch}'")
    connection.execute(DUE)
    return int(connection.execute("SELECT count(*) FROM due").fetchall()[0][0])


def batches(
    connection: duckdb.DuckDBPyConnection, annotators: Sequence[Annotator], size: int
) -> Iterator[list[Due]]:
    """Yield what is due, `size` articles at a time; `annotators` as in `find_due`."""
    start = 0
    while True:
        rows = connection.execute(
            "SELECT article_id, commit_id, states, twin_id, twin_commit_id, twin_states FROM due "
            f"WHERE place > {start} AND place <= {start + size} ORDER BY place"
        ).fetchall()
        if not rows:
            return
        yield [_with_dependents(_due(*row), annotators) for row in rows]
        start += size


def _with_dependents(due: Due, annotators: Sequence[Annotator]) -> Due:
    """Where an annotator is due, so is everything made of its rows, in this run."""
    states = dict(due.states)
    for each in annotators:
        if any(states[name].is_due for name in each.needs) and states[each.name].status == DONE:
            states[each.name] = replace(states[each.name], is_due=True)
    return replace(due, states=states)


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
            bool(row["is_without"]),
        )
        for row in rows
    }
