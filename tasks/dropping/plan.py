"""What dropping articles, or a run, writes: every row that goes, comes back or is opened again.

Worked out in SQL over one state of the tables, into Arrow; nothing is written here. The temporary
tables are `dropped` (articles that go), `gone` (rows of the ledger that count no more, and why) and
`regrouped` (articles whose group had one that goes: they are matched again).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import pyarrow as pa

from tasks.annotate.due import Due
from tasks.annotate.enrichment import count_terms
from tasks.annotate.labour import STATUS
from tasks.annotate.records import Article
from tasks.annotate.subjects import read_articles
from tasks.dedup.identity import link_id
from tasks.dropping.asked import Removal, Rollback
from warehouse.bookkeeping import (
    NOT_CENTRE,
    REFUSED,
    REGROUPED,
    REMOVED,
    REOPENED,
    ROLLED_BACK,
)
from warehouse.duplicates import LinkRow
from warehouse.schema import columns, to_arrow

REOPENED_REASON = "drop.reopened"  # files.reason of a document that waits to be read again
ARTICLES = 500  # whose terms are counted at a time

# Rows of the ledger that count or once did, and the documents that a run brought: what a rollback
# or maintain wrote of a document later is the same document, read or put back again.
LEDGER = f"""
CREATE TEMP TABLE ledger AS
SELECT h.document_id, h.commit_id, h.run_id, h.article_id, h.path, h.record, h.sha256, h.target_uri,
    regexp_matches(h.run_id, '-(rollback|remove|maintain)-') AS is_upkeep, c.sequence
FROM files_history h JOIN commits c USING (commit_id)
ANTI JOIN superseded s ON s.subject_table = 'files' AND s.subject_id = h.document_id
    AND s.subject_commit_id = h.commit_id AND s.reason IN {(REMOVED, ROLLED_BACK, REOPENED)}
"""
BROUGHT = """
CREATE TEMP TABLE brought AS
SELECT document_id FROM (
    SELECT h.document_id, arg_max(h.run_id, c.sequence) AS origin
    FROM files_history h JOIN commits c USING (commit_id)
    ANTI JOIN superseded s ON s.subject_table = 'files' AND s.subject_id = h.document_id
        AND s.subject_commit_id = h.commit_id AND s.reason = 'rolled back'
    WHERE NOT regexp_matches(h.run_id, '-(rollback|remove|maintain)-') GROUP BY h.document_id)
WHERE origin = $run
"""
DROP_RUN = """
SELECT article_id, commit_id, identity_sha256, run_id FROM articles
WHERE run_id = $run OR (regexp_matches(run_id, '-(rollback|remove|maintain)-') AND article_id IN (
    SELECT article_id FROM files SEMI JOIN brought USING (document_id) WHERE outcome = 'article'))
"""
DROP_IDS = """
SELECT article_id, commit_id, identity_sha256, run_id FROM articles
SEMI JOIN removal_ids USING (article_id)
"""
# What a run wrote is forgotten; what others wrote of its articles is to be read again, and the file
# around a record that is wanted again has to be opened.
GONE_OF_RUN = f"""
WITH gone AS (
    SELECT document_id, commit_id, path, record, '{ROLLED_BACK}' AS reason FROM ledger
    WHERE run_id = $run OR (is_upkeep AND document_id IN (SELECT document_id FROM brought))
    UNION ALL
    SELECT document_id, commit_id, path, record, '{REOPENED}' FROM ledger
    WHERE article_id IN (SELECT article_id FROM dropped)
        AND NOT (run_id = $run OR (is_upkeep AND document_id IN (SELECT document_id FROM brought)))
)
SELECT document_id, commit_id, reason FROM gone
UNION ALL SELECT document_id, commit_id, '{REOPENED}' FROM files f
WHERE f.outcome = 'container' AND f.path IN (SELECT path FROM gone WHERE record IS NOT NULL)
    AND (f.document_id, f.commit_id) NOT IN (SELECT (document_id, commit_id) FROM gone)
"""
GONE_OF_IDS = f"""
SELECT document_id, commit_id, '{REMOVED}' AS reason FROM ledger
SEMI JOIN dropped USING (article_id)
"""
NAMED = """
SELECT g.article_id, coalesce(n.present_id, g.group_id) AS name
FROM groups g LEFT JOIN group_names n USING (group_id)
"""
REGROUP = f"""
WITH named AS ({NAMED})
SELECT article_id FROM named
WHERE name IN (SELECT name FROM named SEMI JOIN dropped USING (article_id))
    AND article_id NOT IN (SELECT article_id FROM dropped)
"""
# What stood at a place of the ledger before the run that is taken back; what it says of an article
# that is no more is open again.
RESTORED = f"""
SELECT {{columns}} FROM files_history h
SEMI JOIN (
    SELECT document_id, arg_max(commit_id, sequence) AS commit_id FROM ledger
    ANTI JOIN gone USING (document_id, commit_id)
    WHERE document_id IN (
        SELECT document_id FROM files JOIN gone USING (document_id, commit_id)
        WHERE gone.reason = '{ROLLED_BACK}')
    GROUP BY document_id) l ON l.document_id = h.document_id AND l.commit_id = h.commit_id
"""
STANDS = """coalesce(article_id IN (SELECT article_id FROM kept),
    outcome NOT IN ('article', 'same_bytes', 'same_text'))"""
OPEN_AGAIN = f"""
* REPLACE ('left' AS outcome, NULL AS article_id, NULL AS revision_candidate_of, 'drop' AS stage,
    '{REOPENED_REASON}' AS reason, true AS is_retryable,
    'the article it was a copy of is gone; it is read again' AS detail)
"""
REFUSE = f"""
* REPLACE ('rejected' AS outcome, NULL AS article_id, NULL AS revision_candidate_of,
    NULL AS encoding, NULL AS encoding_method, 'exact' AS stage, '{REFUSED}' AS reason,
    false AS is_retryable, 'its article was removed by hand; see the table tombstones' AS detail)
"""
FILES = f"""
WITH kept AS (SELECT article_id FROM articles ANTI JOIN dropped USING (article_id)),
restored AS ({RESTORED}),
opened AS (
    SELECT {{columns}} FROM files h SEMI JOIN gone g
    ON g.document_id = h.document_id AND g.commit_id = h.commit_id AND g.reason = '{REOPENED}'
    WHERE h.outcome <> 'container'
    UNION ALL BY NAME SELECT * FROM restored WHERE NOT {STANDS}
)
SELECT * FROM restored WHERE {STANDS}
UNION ALL BY NAME SELECT {OPEN_AGAIN} FROM opened
UNION ALL BY NAME SELECT * REPLACE (false AS is_complete) FROM (
    SELECT {{columns}} FROM files h SEMI JOIN gone g
    ON g.document_id = h.document_id AND g.commit_id = h.commit_id AND g.reason = '{REOPENED}'
    WHERE h.outcome = 'container')
UNION ALL BY NAME SELECT {REFUSE} FROM (
    SELECT {{columns}} FROM files h SEMI JOIN gone g
    ON g.document_id = h.document_id AND g.commit_id = h.commit_id AND g.reason = '{REMOVED}')
ORDER BY document_id
"""
SUPERSEDED = f"""
WITH touched AS (
    SELECT article_id, $reason AS reason FROM dropped
    UNION ALL SELECT article_id, '{REGROUPED}' FROM regrouped
)
SELECT 'files' AS subject_table, document_id AS subject_id, commit_id AS subject_commit_id, reason
FROM gone
UNION ALL SELECT DISTINCT 'articles', article_id, commit_id, $reason
    FROM articles_history SEMI JOIN dropped USING (article_id)
UNION ALL SELECT 'groups', article_id, g.commit_id, t.reason FROM groups g JOIN touched t
    USING (article_id)
UNION ALL SELECT 'group_aliases', a.group_id, a.commit_id, '{REGROUPED}' FROM group_aliases a
    WHERE a.group_id IN (SELECT article_id FROM touched)
    OR a.alias_of IN (SELECT article_id FROM touched)
UNION ALL SELECT 'links', link_id, commit_id,
    CASE WHEN article_a IN (SELECT article_id FROM dropped)
        OR article_b IN (SELECT article_id FROM dropped) THEN $reason ELSE '{REGROUPED}' END
    FROM links WHERE article_a IN (SELECT article_id FROM dropped)
    OR article_b IN (SELECT article_id FROM dropped)
    OR (relation <> 'exact' AND (article_a IN (SELECT article_id FROM regrouped)
        OR article_b IN (SELECT article_id FROM regrouped)))
UNION ALL SELECT 'annotations', annotator || '/' || article_id, commit_id, $reason
    FROM annotation_status SEMI JOIN dropped USING (article_id)
UNION ALL SELECT 'annotations', annotator || '/' || article_id, commit_id, $reason
    FROM annotation_status WHERE run_id = $run
    AND article_id NOT IN (SELECT article_id FROM dropped)
ORDER BY ALL
"""
# The centre of a star of equal texts is gone: the first run's article with the smallest id is it
# now, as the ledger's index has it, and the others are linked to that.
STARS = f"""
WITH lost AS (
    SELECT DISTINCT identity_sha256 FROM dropped SEMI JOIN links l
    ON l.article_b = dropped.article_id AND l.relation = 'exact'
), rest AS (
    SELECT a.article_id, a.identity_sha256, a.run_id,
        first_value(a.run_id) OVER (
            PARTITION BY a.identity_sha256 ORDER BY c.sequence, a.article_id) AS first_run
    FROM articles a SEMI JOIN lost USING (identity_sha256) JOIN commits c USING (commit_id)
    ANTI JOIN dropped d ON d.article_id = a.article_id
), centres AS (
    SELECT identity_sha256, min(article_id) FILTER (run_id = first_run) AS centre
    FROM rest GROUP BY ALL
)
SELECT article_id, centre FROM rest JOIN centres USING (identity_sha256)
WHERE article_id <> centre AND NOT EXISTS (  -- it stood before, and the sweep brings it back
    SELECT 1 FROM links_history l JOIN superseded s ON s.subject_table = 'links'
        AND s.subject_id = l.link_id AND s.subject_commit_id IS NULL AND s.reason = '{NOT_CENTRE}'
    WHERE l.article_a = rest.article_id AND l.article_b = centre AND l.relation = 'exact')
ORDER BY ALL
"""
# A rule that was learnt stands; it names an article that has the paragraph.
BOILERPLATE = """
SELECT b.source, b.text_sha256, min(a.article_id) AS article_id, b.version
FROM boilerplate b SEMI JOIN dropped d ON d.article_id = b.article_id
JOIN paragraphs p ON p.text_sha256 = b.text_sha256
JOIN articles a ON a.article_id = p.article_id AND a.source = b.source
ANTI JOIN dropped o ON o.article_id = a.article_id
GROUP BY ALL ORDER BY ALL
"""
COUNTED = f"""
SELECT s.article_id, s.article_commit_id FROM {STATUS} s
WHERE s.annotator = 'keywords' AND s.status = 'done'
    AND (s.article_id IN (SELECT article_id FROM dropped) OR s.run_id = $run) ORDER BY ALL
"""
TOMBSTONES = """
SELECT 'article' AS kind, article_id AS value, article_id FROM dropped
UNION ALL SELECT DISTINCT 'document', CASE WHEN f.target_uri IS NULL THEN f.sha256
    ELSE sha256(f.sha256 || chr(0) || f.target_uri) END, f.article_id
FROM ledger f SEMI JOIN dropped USING (article_id) WHERE f.sha256 IS NOT NULL
UNION ALL SELECT 'text', identity_sha256, min(article_id) FROM dropped
WHERE $copies GROUP BY identity_sha256
UNION ALL SELECT 'url', $url, NULL WHERE $url IS NOT NULL
    AND $url NOT IN (SELECT value FROM tombstones WHERE kind = 'url')
ORDER BY ALL
"""
SHOWN = """
SELECT article_id, published_date, source, headline FROM articles
SEMI JOIN dropped USING (article_id) ORDER BY published_date, source, article_id LIMIT 10
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is going to be written, and what a person wants to know of it before."""

    tables: Mapping[str, pa.Table]  # without the columns that the store adds
    article_count: int
    annotation_count: int  # annotators of articles whose rows go
    link_count: int
    refused_count: int  # documents that are known from now on as removed
    forgotten_count: int  # documents that a next ingest reads as new
    restored_count: int  # of these: rows of the ledger that come back
    kept_copies: int  # documents that are copies no longer, and whose bytes are kept
    lost_copies: int  # the same, to be read from their files by the next ingest
    regrouped_count: int  # articles that are matched again
    examples: Sequence[tuple[object, ...]]  # id, day, source, headline

    @property
    def is_empty(self) -> bool:
        """Is there nothing to do?"""
        return not any(table.num_rows for table in self.tables.values())


def plan_removal(connection: duckdb.DuckDBPyConnection, asked: Removal, ids: Sequence[str]) -> Plan:
    """Plan the removal of articles in a connection that has the views."""
    connection.register("removal_ids", pa.table({"article_id": pa.array(ids, pa.string())}))
    connection.execute(LEDGER)
    connection.execute(f"CREATE TEMP TABLE dropped AS {DROP_IDS}")
    connection.execute(f"CREATE TEMP TABLE gone AS {GONE_OF_IDS}")
    given = {"copies": asked.with_copies, "url": asked.url}
    stones = connection.sql(TOMBSTONES, params=given).to_arrow_table()
    now = datetime.now(UTC)
    for name, value in (("reason", asked.reason), ("removed_by", asked.by), ("removed_at", now)):
        kind = columns("tombstones")[name].type
        stones = stones.append_column(name, pa.array([value] * stones.num_rows, kind))
    return _plan(connection, REMOVED, "", {"tombstones": stones})


def plan_rollback(connection: duckdb.DuckDBPyConnection, asked: Rollback) -> Plan:
    """Plan to take back a run in a connection that has the views."""
    connection.execute(LEDGER)
    connection.execute(BROUGHT, {"run": asked.run_id})
    connection.execute(f"CREATE TEMP TABLE dropped AS {DROP_RUN}", {"run": asked.run_id})
    connection.execute(f"CREATE TEMP TABLE gone AS {GONE_OF_RUN}", {"run": asked.run_id})
    return _plan(connection, ROLLED_BACK, asked.run_id, {})


def _plan(
    connection: duckdb.DuckDBPyConnection, reason: str, run: str, more: Mapping[str, pa.Table]
) -> Plan:
    connection.execute(f"CREATE TEMP TABLE regrouped AS {REGROUP}")
    own = ", ".join(f"h.{name}" for name in columns("files") if name not in ("run_id", "commit_id"))
    files = connection.sql(FILES.format(columns=own)).to_arrow_table()
    given = {"reason": reason, "run": run}
    superseded = connection.sql(SUPERSEDED, params=given).to_arrow_table()
    tables = {
        "files": files,
        "superseded": superseded,
        "links": to_arrow("links", list(_stars(connection))),
        "boilerplate": connection.sql(BOILERPLATE).to_arrow_table(),
        "term_counts": _terms(connection, run),
        **more,
    }
    counts = _counts(connection, files, superseded)
    return Plan(tables=tables, examples=connection.sql(SHOWN).fetchall(), **counts)


def _stars(connection: duckdb.DuckDBPyConnection) -> Iterator[LinkRow]:
    for article, centre in connection.sql(STARS).fetchall():
        yield LinkRow(
            link_id=link_id(article, centre, "exact"),
            article_a=article,
            article_b=centre,
            relation="exact",
            is_same_item=True,
        )


def _terms(connection: duckdb.DuckDBPyConnection, run: str) -> pa.Table:
    """What the counts of terms lose."""
    counted = connection.execute(COUNTED, {"run": run}).fetchall()
    articles = (
        article
        for start in range(0, len(counted), ARTICLES)
        for article in _read(connection, counted[start : start + ARTICLES])
    )
    return to_arrow("term_counts", count_terms((article, -1) for article in articles))


def _read(
    connection: duckdb.DuckDBPyConnection, rows: Sequence[tuple[str, str]]
) -> Iterable[Article]:
    return read_articles(connection, [Due(*row, states={}) for row in rows]).values()


def _counts(
    connection: duckdb.DuckDBPyConnection, files: pa.Table, superseded: pa.Table
) -> dict[str, int]:
    connection.register("new_files", files)
    connection.register("new_superseded", superseded)
    query = f"""
    SELECT (SELECT count(*) FROM dropped) AS article_count,
        (SELECT count(*) FROM new_superseded WHERE subject_table = 'annotations')
            AS annotation_count,
        (SELECT count(*) FROM new_superseded WHERE subject_table = 'links'
            AND reason <> '{REGROUPED}') AS link_count,
        (SELECT count(*) FROM new_files WHERE reason = '{REFUSED}') AS refused_count,
        (SELECT count(*) FROM files JOIN gone g USING (document_id, commit_id)
            WHERE g.reason = '{ROLLED_BACK}' AND outcome <> 'container') AS forgotten_count,
        (SELECT count(*) FROM new_files SEMI JOIN (FROM gone WHERE reason = '{ROLLED_BACK}')
            USING (document_id)) AS restored_count,
        (SELECT count(*) FROM new_files WHERE reason = '{REOPENED_REASON}'
            AND sha256 IN (SELECT sha256 FROM raw)) AS kept_copies,
        (SELECT count(*) FROM new_files WHERE reason = '{REOPENED_REASON}'
            AND (sha256 IS NULL OR sha256 NOT IN (SELECT sha256 FROM raw))) AS lost_copies,
        (SELECT count(*) FROM regrouped) AS regrouped_count
    """
    result = connection.execute(query)
    names = [str(column[0]) for column in result.description or ()]
    return dict(zip(names, result.fetchall()[0], strict=True))
