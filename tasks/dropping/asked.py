"""What is to be dropped, in the words of the user, and which articles that means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import duckdb

from tasks.conditions import bad_where, check_where
from warehouse.catalog import open_catalog
from warehouse.errors import BadSetting
from warehouse.history import purpose_of
from warehouse.known import url_pattern
from warehouse.location import Location

# Those that add articles or annotations; upkeep and decisions leave nothing to take back.
REVOCABLE = ("ingest", "enrich")

_BY_URL = """
SELECT article_id FROM articles
WHERE regexp_full_match(url, $1) OR regexp_full_match(canonical_url, $1)
UNION SELECT article_id FROM files
WHERE article_id IS NOT NULL AND regexp_full_match(target_uri, $1)
"""
_COPIES = """
SELECT article_id FROM articles WHERE identity_sha256 IN (
    SELECT identity_sha256 FROM articles WHERE article_id = ANY($1))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """Articles to be removed: those that any of the three names."""

    articles: Sequence[str] = ()  # ids
    url: str | None = None  # a pattern with * and ?, also for what is to come
    where: str | None = None  # an SQL condition over the view articles
    with_copies: bool = False  # the same text under other addresses, too, and for ever
    reason: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """A run whose rows are taken back."""

    run_id: str
    purpose: str = "ingest"


def removal_ids(location: Location, asked: Removal) -> list[str]:
    """Return the ids of the articles that are to be removed, sorted; there may be none.

    Raises BadSetting for an id that no article has and a condition that is no SQL.
    """
    with open_catalog(location) as connection:
        ids = set(asked.articles)
        known = _known(connection, sorted(ids))
        ids -= tombstones(connection, ids - known)  # a call that was killed did that much
        if missing := sorted(ids - known):
            raise BadSetting(f"{missing[0]}: the corpus has no such article")
        if asked.url is not None:
            rows = connection.execute(_BY_URL, [url_pattern(asked.url)]).fetchall()
            ids |= {article_id for (article_id,) in rows}
        if asked.where is not None:
            ids |= _where(connection, asked.where)
        if asked.with_copies:
            rows = connection.execute(_COPIES, [sorted(ids)]).fetchall()
            ids |= {article_id for (article_id,) in rows}
    return sorted(ids)


def rollback_of(location: Location, run_id: str) -> Rollback:
    """Return the order to take back a run.

    Raises BadSetting when the corpus knows no such run, or it is of a kind that is not taken back.
    """
    with open_catalog(location) as connection:
        found = connection.execute(
            "SELECT 1 FROM commits WHERE run_id = ? LIMIT 1", [run_id]
        ).fetchall()
    if not found:
        raise BadSetting(
            f"{run_id!r}: no run that wrote rows into this corpus; see: copydesk history"
        )
    purpose = purpose_of(run_id)
    if purpose not in REVOCABLE:
        raise BadSetting(
            f"{run_id!r} is a run of {purpose}; only runs of ingest and enrich are rolled back"
        )
    return Rollback(run_id=run_id, purpose=purpose)


def tombstones(connection: duckdb.DuckDBPyConnection, ids: Iterable[str]) -> set[str]:
    """Return those of the ids whose articles were removed before."""
    rows = connection.execute(
        "SELECT value FROM tombstones WHERE kind = 'article' AND value = ANY(?)", [sorted(ids)]
    )
    return {article_id for (article_id,) in rows.fetchall()}


def _known(connection: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> set[str]:
    rows = connection.execute("SELECT article_id FROM articles WHERE article_id = ANY(?)", [ids])
    return {article_id for (article_id,) in rows.fetchall()}


def _where(connection: duckdb.DuckDBPyConnection, where: str) -> set[str]:
    check_where(connection, where)
    try:
        rows = connection.sql(f"SELECT article_id FROM articles WHERE (\n{where}\n)").fetchall()
    except duckdb.Error as error:
        raise bad_where(where, str(error)) from error
    return {article_id for (article_id,) in rows}
