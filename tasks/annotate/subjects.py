"""Articles and the rows that annotators need, out of the warehouse."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

import duckdb
import pyarrow as pa

from tasks.annotate.due import Due
from tasks.annotate.records import Annotator, Article, Paragraph
from warehouse.annotations import ANNOTATION_TABLES
from warehouse.definitions import quoted

_COLUMNS = (
    "article_id", "text", "headline", "language_code", "byline", "source", "url", "section",
    "keywords", "published_at", "published_date", "published_precision", "text_sha256",
)  # fmt: skip

# What says in which order rows were given: their number in the article, else where they stand.
_NUMBERS = ("sentence", "mention", "place", "expression", "quantity", "quote", "rank")


def read_articles(connection: duckdb.DuckDBPyConnection, due: Iterable[Due]) -> dict[str, Article]:
    """Return the articles of these rows by id."""
    commits = {each.article_id: each.commit_id for each in due}
    _wanted(connection, commits.items())
    among = _among(commits.values())
    paragraphs: dict[str, list[Paragraph]] = defaultdict(list)
    for article_id, *values in connection.execute(
        "SELECT article_id, paragraph, kind, char_start, char_end, language_code FROM paragraphs "
        f"SEMI JOIN wanted USING (article_id, commit_id) WHERE commit_id IN ({among}) "
        "ORDER BY article_id, paragraph"
    ).fetchall():
        paragraphs[article_id].append(Paragraph(*values))
    found = connection.execute(
        f"SELECT {', '.join(_COLUMNS)} FROM articles "
        f"SEMI JOIN wanted USING (article_id, commit_id) WHERE commit_id IN ({among})"
    ).fetchall()
    rows = (dict(zip(_COLUMNS, row, strict=True)) for row in found)
    return {row["article_id"]: _article(row, paragraphs[row["article_id"]]) for row in rows}


def _article(row: dict[str, Any], paragraphs: list[Paragraph]) -> Article:
    keywords = tuple(row.pop("keywords") or ())
    return Article(**row, keywords=keywords, paragraphs=tuple(paragraphs))


def read_rows(
    connection: duckdb.DuckDBPyConnection,
    annotator: Annotator,
    places: Iterable[tuple[str, str]],
) -> dict[str, dict[str, list[Any]]]:
    """Return what `annotator` wrote about articles, by article and table.

    `places` are article and commit; the rows are instances of the tables' classes, in the order in
    which they stand in the article.
    """
    wanted = list(places)
    found: dict[str, dict[str, list[Any]]] = {article: {} for article, _ in wanted}
    if not wanted:
        return found
    _wanted(connection, wanted)
    for table in annotator.tables:
        for row in _rows(connection, table, annotator.name, _among(c for _, c in wanted)):
            found[row.article_id].setdefault(table, []).append(row)
    return found


def _rows(
    connection: duckdb.DuckDBPyConnection, table: str, annotator: str, among: str
) -> Iterable[Any]:
    kind = ANNOTATION_TABLES[table]
    names = [each.name for each in fields(kind)]
    order = ["article_id", *[n for n in names if n in _NUMBERS][:1], *names[1:]]
    rows = connection.execute(
        f"SELECT {', '.join(names)} FROM {table}_history SEMI JOIN wanted "
        f"USING (article_id, commit_id) WHERE commit_id IN ({among}) AND annotator = ? "
        f"ORDER BY {', '.join(order)}",
        [annotator],
    ).fetchall()
    return (kind(**dict(zip(names, row, strict=True))) for row in rows)


def _wanted(connection: duckdb.DuckDBPyConnection, places: Iterable[tuple[str, str]]) -> None:
    rows = sorted(set(places))
    table = pa.table(
        {"article_id": [a for a, _ in rows], "commit_id": [c for _, c in rows]},
        schema=pa.schema([("article_id", pa.string()), ("commit_id", pa.string())]),
    )
    connection.register("wanted_rows", table)
    connection.execute("CREATE OR REPLACE TEMP TABLE wanted AS FROM wanted_rows")


def _among(commits: Iterable[str]) -> str:
    """A list of constants: by it DuckDB leaves out the files of all other commits."""
    return ", ".join(quoted(each) for each in sorted(set(commits)))
