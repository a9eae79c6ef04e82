"""Which articles an export holds, their order, and what the corpus says about their rights.

The choice is made once, into a temporary table of ids, so that every table of an export and every
count in it are about the same articles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from tasks.conditions import bad_where, check_where
from tasks.export.order import Order

# By publication, so that neighbours in a file are neighbours in time; undated ones come last, and
# the id settles ties: one corpus, one order, whatever the files of the warehouse look like.
# `weight` is about how many bytes of the export come up to the end of an article.
_CHOOSE = """
CREATE TEMP TABLE exported AS
WITH wanted AS (SELECT article_id FROM articles WHERE (
{where}
)), picked AS (
    SELECT a.article_id, coalesce(year(a.published_date), {undated}) AS year, a.published_at,
        a.char_count
    FROM articles a SEMI JOIN wanted w ON w.article_id = a.article_id {fold}
)
SELECT article_id, year::INTEGER AS year, char_count,
    row_number() OVER placed - 1 AS place,
    (sum(char_count + {row_weight}) OVER (placed ROWS UNBOUNDED PRECEDING))::BIGINT AS weight
FROM picked
WINDOW placed AS (ORDER BY year = {undated}, year, published_at NULLS LAST, article_id)
"""
# Of what is wanted, the first of each story by the rank of group_members: the canonical article,
# or the next in rank where --where leaves that one out. Articles in no group are their own story.
_FOLD = """
    LEFT JOIN group_members m ON m.article_id = a.article_id
    QUALIFY row_number() OVER (
        PARTITION BY coalesce(m.group_id, a.article_id) ORDER BY m.rank, a.article_id) = 1
"""
# Not the name that Hive has for NULL, __HIVE_DEFAULT_PARTITION__: pandas 3.1 with pyarrow 26 fails
# on it ("Cannot yet unify dictionaries with nulls"). A word would make the column text.
UNDATED = 0
ROW_WEIGHT = 2_000  # bytes of an article's row beside its text, about

_RIGHTS = {
    "license": "coalesce(license, 'not stated')",
    "copyright_holder": "coalesce(copyright_holder, 'not stated')",
    "tdm_reservation": "coalesce(tdm_reservation::VARCHAR, 'not stated')",
    "is_accessible_for_free": "coalesce(is_accessible_for_free::VARCHAR, 'not stated')",
    "ai_directives": "coalesce(nullif(array_to_string(ai_directives, ', '), ''), 'not stated')",
}
RIGHTS_ROWS = 20  # of one column; a corpus of many outlets has thousands of notices


@dataclass(frozen=True, slots=True)
class Selection:
    """What was chosen."""

    articles: int
    characters: int  # code points of text
    undated: int
    weight: int
    commit_id: str | None  # newest commit that the export shows; None: nothing was ever committed
    committed_at: datetime | None
    rights: Mapping[str, Sequence[tuple[str, int]]]  # column: its most frequent values, counted


def select(connection: duckdb.DuckDBPyConnection, order: Order) -> Selection:
    """Choose the articles into the temporary table `exported`.

    Raises BadSetting when --where is no SQL expression over the view articles.
    """
    where = order.where if order.where is not None else "true"
    check_where(connection, where)
    statement = _CHOOSE.format(
        where=where, fold=_FOLD if order.is_folded else "", undated=UNDATED, row_weight=ROW_WEIGHT
    )
    try:
        connection.execute(statement)
    except duckdb.Error as error:
        if order.where is None:
            raise
        raise bad_where(where, str(error)) from error
    return _described(connection)


def _described(connection: duckdb.DuckDBPyConnection) -> Selection:
    row = connection.execute(
        "SELECT count(*), coalesce(sum(char_count), 0)::BIGINT, count(*) FILTER (year = ?), "
        "coalesce(max(weight), 0) FROM exported",
        [UNDATED],
    ).fetchall()[0]
    commits = connection.execute(
        "SELECT commit_id, committed_at FROM commits ORDER BY sequence DESC LIMIT 1"
    ).fetchall()
    commit_id, committed_at = commits[0] if commits else (None, None)
    rights = {name: _counted(connection, value) for name, value in _RIGHTS.items()}
    articles, characters, undated, weight = row
    return Selection(
        articles=articles,
        characters=characters,
        undated=undated,
        weight=weight,
        commit_id=commit_id,
        committed_at=committed_at,
        rights=rights,
    )


def _counted(connection: duckdb.DuckDBPyConnection, value: str) -> list[tuple[str, int]]:
    return connection.execute(
        f"SELECT {value} AS said, count(*) AS articles "
        "FROM articles SEMI JOIN exported USING (article_id) "
        f"GROUP BY said ORDER BY articles DESC, said LIMIT {RIGHTS_ROWS}"
    ).fetchall()
