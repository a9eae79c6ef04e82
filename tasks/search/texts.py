"""The texts of a few articles, in milliseconds.

Parquet has no way to a single row: DuckDB reads 2,048 texts for the one that is asked for, and all
of them for several at once. The local index of texts that the search for copies keeps
(tasks/dedup/stories.py) has nearly all of them by number. What it has is taken only where its hash
is that of the article's text: the index may be behind, and holds one text for articles whose bodies
are equal.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing

import duckdb

from tasks.dedup.stories import Stories
from warehouse.errors import TryAgain
from warehouse.location import Location

# Of 200,000 articles one text costs 70 ms of CPU time, all of them 700.
ONE_BY_ONE = 10
_TEXTS = "SELECT article_id, text FROM articles WHERE article_id IN (SELECT unnest(?))"
_TEXT = "SELECT article_id, text FROM articles WHERE article_id = ?"  # a filter of the scan


def texts_of(
    location: Location, connection: duckdb.DuckDBPyConnection, hashes: Mapping[str, str]
) -> dict[str, str]:
    """Return the texts of articles, of which the ids and the hashes of the texts are given."""
    found = {
        article_id: text
        for article_id, text in _kept(location, hashes).items()
        if hashlib.sha256(text.encode()).hexdigest() == hashes[article_id]
    }
    missing = [article_id for article_id in hashes if article_id not in found]
    if len(missing) > ONE_BY_ONE:
        return found | dict(connection.execute(_TEXTS, [missing]).fetchall())
    for article_id in missing:
        found |= dict(connection.execute(_TEXT, [article_id]).fetchall())
    return found


def _kept(location: Location, article_ids: Iterable[str]) -> dict[str, str]:
    """What the index has for these articles; nothing where there is no index to be read."""
    try:
        with closing(Stories(location, read_only=True)) as stories:
            numbers = stories.numbers(article_ids)
            texts = stories.text_of(numbers.values())
            items = stories.items(set(texts.values()))
    except (TryAgain, sqlite3.Error):  # none yet, of another layout, or not to be read by this user
        return {}
    return {
        article_id: items[texts[number]].text
        for article_id, number in numbers.items()
        if texts.get(number) in items
    }
