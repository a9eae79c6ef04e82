"""In how many articles of a language a term occurs: the table `term_counts`, summed, in SQLite.

The table holds what each commit adds; this index holds the sums, so that the annotator of keywords
asks for the few hundred words of an article in a millisecond at any size of the corpus. The term
'' stands for the articles of the language, all of them.

A term takes about 30 bytes. 10,000 English press releases have 52,000 different terms, 1,500
Spanish articles 42,000.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import duckdb

from warehouse.derived import Derived

TABLES = """
CREATE TABLE term_count (
    language_code TEXT, term TEXT, article_count INTEGER NOT NULL,
    PRIMARY KEY (language_code, term)) WITHOUT ROWID;
"""
EVERY_ARTICLE = ""  # the term that every article of a language counts as having

_NEW_ROWS = """
SELECT t.language_code, t.term, sum(t.article_count)::BIGINT
FROM term_counts t JOIN commits c USING (commit_id)
WHERE c.sequence > ? GROUP BY 1, 2 ORDER BY 1, 2
"""
_ADD = """
INSERT INTO term_count VALUES (?, ?, ?) ON CONFLICT (language_code, term)
DO UPDATE SET article_count = article_count + excluded.article_count
"""
_SLICE = 500  # terms of one query; SQLite takes 999 variables in its oldest builds


class TermCounts(Derived):
    """The index of one warehouse. Raises TryAgain when the state folder cannot be written."""

    FILE, LAYOUT, TABLES = "terms.sqlite", "1", TABLES
    READS = ("term_counts",)

    def counts(self, language: str, terms: Iterable[str]) -> dict[str, int]:
        """Return for those of `terms` that are known the number of articles that have them.

        `language` is the value of the column language_code.
        """
        wanted = sorted(set(terms))  # neighbours of the tree together
        found: dict[str, int] = {}
        for start in range(0, len(wanted), _SLICE):
            found.update(self._some(language, wanted[start : start + _SLICE]))
        return found

    def article_count(self, language: str) -> int:
        """Return the number of articles of `language` that have been counted."""
        return self.counts(language, (EVERY_ARTICLE,)).get(EVERY_ARTICLE, 0)

    def _some(self, language: str, terms: list[str]) -> Iterator[tuple[str, int]]:
        query = "SELECT term, article_count FROM term_count WHERE language_code = ? AND term IN "
        marks = ", ".join("?" * len(terms))
        yield from self._connection.execute(f"{query}({marks})", (language, *terms))

    def _take_in(self, connection: duckdb.DuckDBPyConnection, after: int) -> int:
        result = connection.execute(_NEW_ROWS, [after])
        count = 0
        while rows := result.fetchmany(10_000):
            self._add(rows)
            count += len(rows)
        return count

    def _add(self, rows: Iterable[tuple[str, str, int]]) -> None:
        self._connection.executemany(_ADD, rows)
