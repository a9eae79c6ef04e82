"""Searching the corpus: ranked hits with snippets, and ids with scores for SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

import duckdb
import pyarrow as pa
import tantivy
from tantivy import FieldType, Occur, Query, Searcher

from tasks.search.index import EPOCH, Opened, Progress, discard, open_current
from tasks.search.query import Asked, read_query
from tasks.search.snippets import PASSAGE, WHOLE, Snippet, Snippets
from tasks.search.texts import texts_of
from warehouse.catalog import open_catalog
from warehouse.errors import BadSetting
from warehouse.location import Location

# Hits are asked for in so many times the number that is wanted when stories are folded, and again
# when that was too few.
FOLDING = 4
# How tantivy begins what it says of files that it cannot use.
_DAMAGES = ("Data corrupted", "An IO error", "Failed to open", "Internal error")
Outcome = TypeVar("Outcome")
HITS = pa.schema([("article_id", pa.string()), ("score", pa.float64()), ("rank", pa.int64())])

_SHOWN = """
SELECT article_id, headline, source, language_code, published_date, text_sha256
FROM articles WHERE article_id IN (SELECT unnest(?))
"""
_STORIES = """
SELECT g.article_id, coalesce(n.present_id, g.group_id)
FROM groups g LEFT JOIN group_names n ON n.group_id = g.group_id
WHERE g.article_id IN (SELECT unnest(?))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a hit must be: published in these days (both included), in a language, by a host."""

    since: date | None = None
    until: date | None = None
    languages: Sequence[str] = ()
    sources: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Ranked:
    """An article that matches; score by BM25, rank from 1."""

    article_id: str
    score: float
    rank: int


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that matches, as it is shown."""

    ranked: Ranked
    headline: Snippet | None
    source: str | None
    language_code: str | None
    published_date: date | None
    snippet: Snippet


@dataclass(frozen=True, slots=True)
class Answer:
    """The hits that are shown, of how many articles that match.

    `undated_count`: articles that match but for the days that were asked for, because they have
    none. `behind`: commits that the index lacks (only where it cannot be brought up to date).
    """

    hits: Sequence[Hit]
    article_count: int
    undated_count: int
    behind: int
    made_at: datetime | None


class Search:
    """The matches of one query in an opened index, best first."""

    def __init__(self, opened: Opened, words: str, filters: Filters) -> None:
        self.index = opened.index
        self.searcher: Searcher = opened.index.searcher()
        self.asked: Asked = read_query(opened.index, self.searcher, words)
        self._kept = _with(self.asked.query, [*_tellings(self.index.schema, filters)])
        days = _days(self.index.schema, filters)
        self._query = _with(self._kept, [days] if days else [])
        self._has_days = days is not None

    def best(self, limit: int) -> tuple[list[Ranked], int]:
        """Return the first `limit` matches, and how many there are.

        Of equal scores the earlier day comes first, the undated last, then the smaller id.
        """
        size = limit
        while True:
            found: Any = self.searcher.search(self._query, size + 1)  # Any: count is in no stub
            hits = found.hits
            if len(hits) <= size or hits[limit - 1][0] > hits[-1][0]:
                break
            size *= 2  # until all that tie with the last one are there to choose from
        places = [place for _, place in hits]
        highs, lows, days = (
            self.searcher.fast_field_values(name, places) for name in ("id_high", "id_low", "day")
        )
        if None in highs or None in lows:  # every article has both
            raise ValueError(f"{_DAMAGES[0]}: an article without its id")
        rows = sorted(
            (-score, day is None, day or 0, f"{high:016x}{low:016x}")
            for (score, _), high, low, day in zip(hits, highs, lows, days, strict=True)
        )
        ranked = [Ranked(row[3], -row[0], at) for at, row in enumerate(rows[:limit], 1)]
        return ranked, int(found.count)

    def undated_count(self) -> int:
        """Return how many articles match but for the days asked for, having none."""
        if not self._has_days:
            return 0
        parts = [(Occur.Must, self._kept), (Occur.MustNot, Query.exists_query("day"))]
        found: Any = self.searcher.search(Query.boolean_query(parts), 1)
        return int(found.count)

    def snippets(self, field: str, size: int) -> Snippets:
        """Return what makes the snippets of a field."""
        return Snippets(self.index, self.searcher, field, self.asked.marked, size=size)


def search(
    location: Location,
    words: str,
    *,
    filters: Filters = Filters(),
    limit: int = 10,
    is_folded: bool = False,
    on_progress: Progress | None = None,
) -> Answer:
    """Return the best articles for `words`, one of each story when `is_folded`.

    The index is brought up to date first. Raises BadSetting for a query that cannot be understood,
    BadWarehouse when there is no corpus, TryAgain when there is no index and none can be made.
    """

    def answered(opened: Opened) -> Answer:
        found = Search(opened, words, filters)
        with open_catalog(location) as connection:
            if is_folded:
                ranked, count = _one_a_story(connection, found, limit)
            else:
                ranked, count = found.best(limit)
            hits = list(_shown(location, connection, found, ranked))
        return Answer(hits, count, found.undated_count(), opened.behind, opened.made_at)

    return _searched(location, on_progress, answered)


def hits_table(
    location: Location,
    query: str,
    limit: int,
    *,
    filters: Filters = Filters(),
    on_progress: Progress | None = None,
) -> pa.Table:
    """Return the best articles as rows of article_id, score and rank, to be joined in SQL.

    Raises as search() does.
    """

    def answered(opened: Opened) -> pa.Table:
        ranked, _ = Search(opened, query, filters).best(limit)
        rows = [{"article_id": r.article_id, "score": r.score, "rank": r.rank} for r in ranked]
        return pa.Table.from_pylist(rows, HITS)

    return _searched(location, on_progress, answered)


def _searched(
    location: Location, on_progress: Progress | None, work: Callable[[Opened], Outcome]
) -> Outcome:
    """Do `work` with the index; one whose damage shows only now is made anew, once."""
    try:
        return work(open_current(location, on_progress))
    except ValueError as error:
        if not str(error).startswith(_DAMAGES):
            raise BadSetting(f"the query cannot be answered: {error}") from error
    except BaseException as error:
        # What Rust code raises when it meets bytes it did not expect; no module exports the class.
        if type(error).__name__ != "PanicException":
            raise
    discard(location)
    return work(open_current(location, on_progress))


def _one_a_story(
    connection: duckdb.DuckDBPyConnection, found: Search, limit: int
) -> tuple[list[Ranked], int]:
    """The best article of each of the best stories; how many articles match."""
    size = limit * FOLDING
    while True:
        ranked, count = found.best(size)
        stories = dict(connection.execute(_STORIES, [_ids(ranked)]).fetchall())
        firsts: dict[str, Ranked] = {}
        for each in ranked:
            firsts.setdefault(stories.get(each.article_id, each.article_id), each)
        if len(firsts) >= limit or len(ranked) < size:
            chosen = list(firsts.values())[:limit]
            return [Ranked(r.article_id, r.score, at) for at, r in enumerate(chosen, 1)], count
        size *= FOLDING


def _shown(
    location: Location,
    connection: duckdb.DuckDBPyConnection,
    found: Search,
    ranked: Sequence[Ranked],
) -> Iterator[Hit]:
    """The hits with what is shown of them; one removed since it was indexed is left out."""
    rows = {row[0]: row[1:] for row in connection.execute(_SHOWN, [_ids(ranked)]).fetchall()}
    texts = texts_of(location, connection, {key: row[-1] for key, row in rows.items()})
    headlines = found.snippets("headline", WHOLE)
    passages = found.snippets("text", PASSAGE)
    for each in ranked:
        if each.article_id in rows:
            headline, source, language, day, _ = rows[each.article_id]
            head = None if headline is None else headlines.of(headline)
            yield Hit(each, head, source, language, day, passages.of(texts[each.article_id]))


def _ids(ranked: Sequence[Ranked]) -> list[str]:
    return [each.article_id for each in ranked]


def _with(query: Query, filters: Sequence[Query]) -> Query:
    """The query, of those articles only; filters do not touch the score."""
    unscored = [(Occur.Must, Query.const_score_query(each, 0.0)) for each in filters]
    return Query.boolean_query([(Occur.Must, query), *unscored]) if filters else query


def _tellings(known: tantivy.Schema, filters: Filters) -> Iterator[Query]:
    if filters.languages:
        yield Query.term_set_query(known, "language", list(filters.languages))
    if filters.sources:
        yield Query.term_set_query(known, "host", list(filters.sources))


def _days(known: tantivy.Schema, filters: Filters) -> Query | None:
    if filters.since is None and filters.until is None:
        return None
    first, last = ((each - EPOCH).days if each else None for each in (filters.since, filters.until))
    return Query.range_query(known, "day", FieldType.Integer, lower_bound=first, upper_bound=last)
