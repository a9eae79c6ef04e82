"""Rows that were dropped are taken out of the files, with all that was made of them.

They are invisible already, by `superseded`. Killed anywhere, nothing is shown wrongly, and the next
sweep goes on: the notes in `superseded` go last.
"""

from __future__ import annotations

from contextlib import closing

import duckdb
import pyarrow as pa

from tasks.missing import Progress
from tasks.opened import Open
from warehouse.bookkeeping import DROPPED, NOT_CENTRE, REFUSED
from warehouse.definitions import define_tables
from warehouse.location import Location
from warehouse.sweeping import sweep_annotations
from warehouse.taking_out import take_out, take_out_of_index

NOTED = f"subject_table = '{{subject}}' AND reason IN {DROPPED}"
KEYS = f"""
SELECT subject_id AS {{key}}, subject_commit_id AS commit_id FROM superseded WHERE {NOTED}
"""
_ARTICLE = KEYS.format(key="article_id", subject="articles")
# The keys of the rows that go, by table. Bytes stay that anything kept was made of.
DOOMED = {
    "articles": _ARTICLE,
    "fields": _ARTICLE,
    "paragraphs": _ARTICLE,
    "date_evidence": _ARTICLE,
    "groups": KEYS.format(key="article_id", subject="groups"),
    "group_aliases": KEYS.format(key="group_id", subject="group_aliases"),
    "links": KEYS.format(key="link_id", subject="links"),
    "boilerplate": """
        SELECT DISTINCT article_id FROM boilerplate ANTI JOIN articles USING (article_id)""",
    # An ingest between a kill and this may have taken bytes anew that were still there.
    "raw": f"""
        WITH dead AS (
            SELECT sha256 FROM files_history h SEMI JOIN superseded s
            ON s.subject_id = h.document_id AND s.subject_commit_id = h.commit_id
            AND s.subject_table = 'files' AND s.reason IN {DROPPED}
        WHERE sha256 IS NOT NULL AND sha256 IN (SELECT sha256 FROM raw)
        EXCEPT SELECT sha256 FROM files WHERE coalesce(reason, '') <> '{REFUSED}'
        EXCEPT SELECT sha256 FROM articles)
        SELECT sha256, commit_id FROM raw SEMI JOIN dead USING (sha256)
        UNION SELECT sha256, commit_id FROM (
            SELECT sha256, commit_id,
                row_number() OVER (PARTITION BY sha256 ORDER BY commit_id) AS copy
            FROM raw) WHERE copy > 1""",
    # Words that nothing has any more.
    "term_counts": """
        SELECT language_code, term FROM term_counts GROUP BY ALL HAVING sum(article_count) = 0""",
}
NUMBERS = f"""
SELECT article_number FROM groups_history h SEMI JOIN superseded s
    ON s.subject_table = 'groups' AND s.subject_id = h.article_id
    AND s.subject_commit_id = h.commit_id AND s.reason IN {DROPPED}
EXCEPT SELECT article_number FROM groups
"""
# Rows of the ledger are kept, so that the sums of runs hold, and so is what hides them.
# Links to a centre that was none for a while: it is the centre again.
CENTRES = f"""
WITH noted AS (
    SELECT s.subject_table, s.subject_id, s.reason, l.article_b, b.identity_sha256
    FROM superseded s JOIN links_history l ON l.link_id = s.subject_id
    JOIN articles a ON a.article_id = l.article_a JOIN articles b ON b.article_id = l.article_b
    WHERE s.subject_table = 'links' AND s.subject_commit_id IS NULL AND s.reason = '{NOT_CENTRE}'
), held AS (
    SELECT a.identity_sha256, a.article_id, a.run_id,
        first_value(a.run_id) OVER (
            PARTITION BY a.identity_sha256 ORDER BY c.sequence, a.article_id) AS first_run
    FROM articles a SEMI JOIN noted USING (identity_sha256) JOIN commits c USING (commit_id)
), centres AS (
    SELECT identity_sha256, min(article_id) FILTER (run_id = first_run) AS centre
    FROM held GROUP BY ALL
)
SELECT DISTINCT subject_table, subject_id, reason FROM noted JOIN centres USING (identity_sha256)
WHERE article_b = centre
"""
FINISHED = f"""
SELECT subject_table, subject_id, subject_commit_id, reason FROM superseded
WHERE subject_table NOT IN ('files', 'annotations') AND reason IN {DROPPED}
"""


def sweep_dropped(warehouse: Open, on_progress: Progress) -> int:
    """Take out what is noted as dropped; return how many rows that were.

    Call it when readers are on the newest version of every table. Raises TryAgain when the storage
    refuses.
    """
    location = warehouse.location
    doomed, numbers, notes, centres = _doomed(location)
    _take_out(warehouse, {"superseded": centres})
    if notes.num_rows == 0 and not any(keys.num_rows for keys in doomed.values()):
        return 0
    on_progress("taking out", 0, sum(keys.num_rows for keys in doomed.values()))
    if numbers:
        warehouse.point_at({"shingles": take_out_of_index(location, numbers)})
    row_count = _take_out(warehouse, doomed)
    row_count += sweep_annotations(location, warehouse.point_at)
    _take_out(warehouse, {"superseded": notes})
    return row_count


def _doomed(location: Location) -> tuple[dict[str, pa.Table], list[int], pa.Table, pa.Table]:
    """The keys of the rows that go, article numbers of the index, and two kinds of notes."""
    with closing(duckdb.connect()) as connection:
        define_tables(connection, location)
        doomed = {name: connection.sql(query).to_arrow_table() for name, query in DOOMED.items()}
        numbers = [number for (number,) in connection.sql(NUMBERS).fetchall()]
        notes = connection.sql(FINISHED).to_arrow_table()
        return doomed, numbers, notes, connection.sql(CENTRES).to_arrow_table()


def _take_out(warehouse: Open, doomed: dict[str, pa.Table]) -> int:
    """One commit for what goes out of all these tables."""
    done = take_out(warehouse.location, doomed)
    if not done:
        return 0
    removed = {name: each.row_count for name, each in done.items()}
    moved = {name: each.version for name, each in done.items()}
    warehouse.point_at(moved, removed)
    return sum(removed.values())
