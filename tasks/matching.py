"""The step between a resolved chunk and its commit: what its articles mean for duplicates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import pyarrow as pa

from tasks.dedup.fresh import ITEM_COLUMNS, Fresh, Part, make_fresh
from tasks.dedup.matched import Matched
from tasks.dedup.near import match
from tasks.dedup.shingles import VERSION
from tasks.dedup.stories import Stories
from warehouse.location import Location
from warehouse.schema import FileRow
from warehouse.shingle_index import ShingleIndex


def match_tables(
    tables: Mapping[str, pa.Table],
    files: Iterable[FileRow],
    stories: Stories,
    location: Location,
) -> tuple[dict[str, pa.Table], Matched]:
    """Return the tables of a chunk with the rows about duplicates, and what they were made of.

    `files` are its rows of the ledger: new bytes at a known path may be a new version. Raises
    BadWarehouse when the index was written with other parameters.
    """
    index = ShingleIndex(location)
    index.check(VERSION)
    earlier = {
        row.article_id: row.revision_candidate_of
        for row in files
        if row.article_id and row.revision_candidate_of
    }
    matched = match(fresh_articles(tables), stories, index, earlier)
    return _joined(tables, matched.tables()), matched


def fresh_articles(tables: Mapping[str, pa.Table]) -> Iterator[Fresh]:
    """Yield what matching needs of the rows of `articles` and `paragraphs`."""
    columns = ("article_id", *Part._fields)
    parts: dict[str, list[Part]] = defaultdict(list)
    rows = tables["paragraphs"].select(columns).to_pydict()
    for article, *values in zip(*(rows[name] for name in columns), strict=True):
        parts[article].append(Part(*values))
    for row in tables["articles"].select(ITEM_COLUMNS).to_pylist():
        yield make_fresh(row, parts[row["article_id"]])


def _joined(tables: Mapping[str, pa.Table], more: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Rows that two steps write to one table, after each other."""
    joined = dict(tables)
    for name, rows in more.items():
        joined[name] = pa.concat_tables([joined[name], rows]) if name in joined else rows
    return joined
