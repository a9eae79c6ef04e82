"""`copydesk undo-link`: what a person decides about two articles, committed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime

import duckdb

from tasks.dedup.apart import APART, Split, set_apart
from tasks.dedup.shingles import VERSION
from tasks.opened import opened
from warehouse import catalog, definitions
from warehouse.duplicates import DecisionRow
from warehouse.errors import BadSetting
from warehouse.location import Location
from warehouse.schema import SUBJECTS
from warehouse.shingle_index import ShingleIndex


def undo_link(
    location: Location,
    one: str,
    other: str,
    *,
    reason: str | None = None,
    by: str | None = None,
    wait_seconds: float = 0.0,
) -> Split:
    """Set two articles (ids) apart for good; return what was written.

    Raises BadSetting when they have the same words or are not known, WriterBusy when another
    process writes.
    """
    if one == other:
        raise BadSetting(f"{one}: is one article; name two")
    first, second = sorted((one, other))
    decision = DecisionRow(
        article_a=first,
        article_b=second,
        decision=APART,
        reason=reason,
        decided_by=by,
        decided_at=datetime.now(UTC),
    )
    with opened(location, "decision", wait_seconds) as warehouse:
        with closing(duckdb.connect()) as connection:
            definitions.define_tables(connection, location)

            def commit_of(table: str, ids: Sequence[str]) -> Mapping[str, str]:
                subject = SUBJECTS[table][1]
                query = f"SELECT {subject}, commit_id FROM {table} h WHERE {subject} = ANY(?)"
                return dict(connection.execute(query, [list(ids)]).fetchall())

            ShingleIndex(location).check(VERSION)
            split = set_apart(warehouse.stories, decision, commit_of)
        warehouse.writer.commit(split.tables())
        warehouse.stories.catch_up()
        catalog.refresh(location)
    return split
