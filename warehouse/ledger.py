"""The ledger's index: what is known, answered in microseconds at any size of the corpus.

A SQLite file in the state folder, made from the tables `files` and `articles`, and never the truth:
it notes the last commit it has seen, catches up with newer ones, and is made again when it is
missing, damaged, or belongs to another history. Its cost per run is that of the new rows.
Beside it lie the local hints (path, size, mtime, inode) that save reading a known file; they are
kept nowhere else and never reach a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb

from warehouse.bookkeeping import DROPPED, REFUSED
from warehouse.derived import Derived
from warehouse.known import (
    KnownArticle,
    KnownDocument,
    KnownFile,
    LedgerRow,
    content_key,
    url_pattern,
)

TABLES = """
CREATE TABLE file (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, sha256 BLOB, is_complete INTEGER NOT NULL,
    document_count INTEGER NOT NULL, size INTEGER, mtime_ns INTEGER, inode INTEGER);
CREATE TABLE document (
    file_id INTEGER, record INTEGER, sha256 BLOB, url TEXT, outcome TEXT, article_id BLOB,
    reason TEXT, reader TEXT, is_retryable INTEGER, run_id TEXT, commit_id TEXT,
    PRIMARY KEY (file_id, record)) WITHOUT ROWID;
CREATE INDEX document_rejected ON document (reader) WHERE outcome = 'rejected';
CREATE TABLE content (
    key BLOB PRIMARY KEY, file_id INTEGER, record INTEGER, sha256 BLOB, url TEXT, outcome TEXT,
    article_id BLOB, reason TEXT, reader TEXT, is_retryable INTEGER, run_id TEXT, commit_id TEXT)
    WITHOUT ROWID;
CREATE INDEX content_bytes ON content (sha256) WHERE url IS NOT NULL;
CREATE TABLE article (
    article_id BLOB PRIMARY KEY, identity BLOB, sha256 BLOB, file_id INTEGER, record INTEGER,
    run_id TEXT, commit_id TEXT) WITHOUT ROWID;
CREATE INDEX article_identity ON article (identity);
CREATE TABLE centre (identity BLOB PRIMARY KEY, article_id BLOB, run_id TEXT) WITHOUT ROWID;
CREATE TABLE tombstone (kind TEXT, value TEXT, PRIMARY KEY (kind, value)) WITHOUT ROWID;
"""

# Rows that were dropped do not count, as if they had never been.
_KEPT = "ANTI JOIN dropped d ON d.subject_id = {id} AND d.commit_id = {row}.commit_id"

NEW_ROWS = f"""
WITH dropped AS MATERIALIZED (
    SELECT subject_id, subject_commit_id AS commit_id FROM superseded
    WHERE subject_table IN ('files', 'articles') AND reason IN {DROPPED}
), kept_articles AS (
    SELECT article_id, commit_id, identity_sha256 FROM articles_history h
    {_KEPT.format(id="h.article_id", row="h")}
)
SELECT f.path, f.record, f.file_sha256, f.sha256, f.target_uri, f.outcome, f.article_id, f.reason,
       f.reader, f.is_retryable, f.document_count, f.is_complete, a.identity_sha256, f.run_id,
       f.commit_id
FROM files_history f
JOIN commits c USING (commit_id)
{_KEPT.format(id="f.document_id", row="f")}
LEFT JOIN kept_articles a ON f.outcome = 'article' AND a.article_id = f.article_id
    AND a.commit_id = f.commit_id
WHERE c.sequence > ? ORDER BY c.sequence, f.path, f.record
"""


DOCUMENT = (
    "SELECT f.path, d.record, d.sha256, d.url, d.outcome, d.article_id, d.reason, d.reader, "
    "d.is_retryable, d.run_id, d.commit_id FROM document d JOIN file f ON f.id = d.file_id "
)


class Ledger(Derived):
    """The index of one warehouse. Raises TryAgain when the state folder cannot be written."""

    FILE, LAYOUT, TABLES = "ledger.sqlite", "4", TABLES
    READS = ("files", "articles", "tombstones")

    # What is known

    def file(self, path: str) -> KnownFile | None:
        """Return what is known of the file at `path`."""
        row = self._one(
            "SELECT id, sha256, is_complete, document_count, size, mtime_ns, inode "
            "FROM file WHERE path = ?",
            path,
        )
        return None if row is None else KnownFile(row[0], _hex(row[1]), bool(row[2]), *row[3:])

    def document(self, path: str, record: int | None) -> KnownDocument | None:
        """Return the last outcome of a document."""
        return _document(
            self._one(DOCUMENT + "WHERE f.path = ? AND d.record = ?", path, record or 0)
        )

    def content(self, sha256: str, url: str | None = None) -> KnownDocument | None:
        """Return the document that stands for these bytes from this address: an article, a copy
        by its text, or one that was rejected."""
        # Not by way of `document`: that place may hold other bytes by now.
        query = DOCUMENT.replace("FROM document d", "FROM content d") + "WHERE d.key = ?"
        found = _document(self._one(query, bytes.fromhex(content_key(sha256, url))))
        if found is not None and found.article_id and self.article(found.article_id) is None:
            return None  # nothing stands for bytes whose article was dropped
        return found

    def has_bytes(self, sha256: str) -> bool:
        """Are these bytes known, from whatever address?"""
        blob = bytes.fromhex(sha256)
        query = (
            "SELECT 1 FROM content WHERE (key = ?1 OR (url IS NOT NULL AND sha256 = ?1)) "
            f"AND coalesce(reason, '') <> '{REFUSED}'"  # their bytes are not kept
        )
        return self._one(query, blob) is not None

    def article(self, article_id: str) -> KnownArticle | None:
        """Return where the row of an article came from."""
        row = self._one(
            "SELECT a.article_id, a.identity, a.sha256, f.path, a.record, a.run_id, a.commit_id "
            "FROM article a JOIN file f ON f.id = a.file_id WHERE a.article_id = ?",
            bytes.fromhex(article_id),
        )
        if row is None:
            return None
        return KnownArticle(
            row[0].hex(), row[1].hex(), row[2].hex(), row[3], row[4] or None, row[5], row[6]
        )

    def centre(self, identity_sha256: str) -> tuple[str, str] | None:
        """Return (article_id, run_id) of the article that exact copies of a text are linked to."""
        row = self._one(
            "SELECT article_id, run_id FROM centre WHERE identity = ?",
            bytes.fromhex(identity_sha256),
        )
        return None if row is None else (row[0].hex(), row[1])

    def with_identity(self, identity_sha256: str) -> list[str]:
        """Return the ids of all articles with this body text."""
        found = self._connection.execute(
            "SELECT article_id FROM article WHERE identity = ? ORDER BY article_id",
            (bytes.fromhex(identity_sha256),),
        )
        return [row[0].hex() for row in found]

    def is_removed(self, marks: Mapping[str, str | None], urls: Iterable[str | None]) -> bool:
        """Was a person's decision that such an article must not come back?

        `marks` are values of tombstones by kind, `urls` what patterns are tried on.
        """
        if self._one("SELECT 1 FROM tombstone LIMIT 1") is None:
            return False
        for mark in marks.items():
            if self._one("SELECT 1 FROM tombstone WHERE kind = ? AND value = ?", *mark):
                return True
        patterns = self._connection.execute("SELECT value FROM tombstone WHERE kind = 'url'")
        found = [re.compile(url_pattern(pattern)) for (pattern,) in patterns]
        return any(pattern.fullmatch(url) for url in urls if url for pattern in found)

    def files_to_retry(self, readers: Sequence[str]) -> frozenset[int]:
        """Return the files with rejections to try again.

        Those are the retryable ones, and the ones made by a reader that is not among `readers`
        (names with versions): it was changed, or there is one now where there was none.
        """
        marks = ", ".join("?" * len(readers))
        found = self._connection.execute(
            "SELECT DISTINCT file_id FROM document WHERE outcome = 'rejected' "
            f"AND (is_retryable OR coalesce(reader, '') NOT IN ({marks}))",
            tuple(readers),
        )
        return frozenset(row[0] for row in found)

    # Keeping up

    def _take_in(self, connection: duckdb.DuckDBPyConnection, after: int) -> int:
        result = connection.execute(NEW_ROWS, [after])
        count = 0
        while rows := result.fetchmany(10_000):
            self._apply(LedgerRow(*row) for row in rows)
            count += len(rows)
        for row in connection.execute("SELECT kind, value FROM tombstones").fetchall():
            self._connection.execute("INSERT OR IGNORE INTO tombstone VALUES (?, ?)", row)
        return count

    def apply(self, rows: Iterable[LedgerRow], run_id: str, sequence: int) -> None:
        """Take in the rows of one commit, the next after the last one seen."""
        with self._writing():
            self._apply(rows)
            self._note_commit(run_id, sequence)

    def note_hints(self, hints: Iterable[tuple[str, int, int, int]]) -> None:
        """Remember (path, size, mtime_ns, inode) of files whose every document is committed."""
        with self._writing():
            self._connection.executemany(
                "UPDATE file SET size = ?2, mtime_ns = ?3, inode = ?4 WHERE path = ?1", hints
            )

    def _apply(self, rows: Iterable[LedgerRow]) -> None:
        for row in rows:
            file_id = self._file(row)
            self._note_document(file_id, row)
            if row.sha256 and row.outcome in ("article", "same_text", "rejected"):
                self._note_content(file_id, row)
            if row.outcome == "article":
                self._note_article(file_id, row)

    def _file(self, row: LedgerRow) -> int:
        """Note the file of a row; return its number. New bytes at a path forget its hint."""
        is_whole = row.record is None
        found = self._connection.execute(
            "INSERT INTO file (path, sha256, is_complete, document_count) VALUES (?1, ?2, ?3, ?4) "
            "ON CONFLICT (path) DO UPDATE SET size = NULL, sha256 = excluded.sha256, "
            "is_complete = CASE WHEN ?5 THEN excluded.is_complete "
            "  ELSE is_complete AND sha256 IS excluded.sha256 END, "
            "document_count = CASE WHEN ?5 THEN excluded.document_count ELSE document_count END "
            "RETURNING id",
            (
                row.path,
                _blob(row.file_sha256),
                is_whole and (row.is_complete or row.outcome not in ("container", "left")),
                row.document_count if row.document_count is not None else 1,
                is_whole,
            ),
        )
        return int(found.fetchone()[0])

    def _note_document(self, file_id: int, row: LedgerRow) -> None:
        self._connection.execute(
            f"INSERT OR REPLACE INTO document ({NAMES}) VALUES ({MARKS})",
            _values(file_id, row),
        )

    def _note_content(self, file_id: int, row: LedgerRow) -> None:
        """A rejection never takes the place of an article."""
        how = "IGNORE" if row.outcome == "rejected" else "REPLACE"
        self._connection.execute(
            f"INSERT OR {how} INTO content (key, {NAMES}) VALUES (?, {MARKS})",
            (_blob(content_key(row.sha256 or "", row.url)), *_values(file_id, row)),
        )

    def _note_article(self, file_id: int, row: LedgerRow) -> None:
        """A row without identity only moves the article to another document of equal bytes."""
        self._connection.execute(
            "INSERT INTO article VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
            "ON CONFLICT (article_id) DO UPDATE SET identity = coalesce(?2, identity), "
            "sha256 = ?3, file_id = ?4, record = ?5, "
            "commit_id = CASE WHEN ?2 IS NULL THEN commit_id ELSE ?7 END",
            (
                _blob(row.article_id),
                _blob(row.identity_sha256),
                _blob(row.sha256),
                file_id,
                row.record or 0,
                row.run_id,
                row.commit_id,
            ),
        )
        if row.identity_sha256:
            self._connection.execute(
                "INSERT INTO centre VALUES (?1, ?2, ?3) ON CONFLICT (identity) DO UPDATE "
                "SET article_id = ?2 WHERE run_id = ?3 AND article_id > ?2",
                (_blob(row.identity_sha256), _blob(row.article_id), row.run_id),
            )


def _document(row: Any) -> KnownDocument | None:
    if row is None:
        return None
    path, record, sha256, url, outcome, article_id, reason, reader, is_retryable, *commit = row
    return KnownDocument(
        path,
        record or None,
        _hex(sha256),
        url,
        outcome,
        _hex(article_id),
        reason,
        reader,
        bool(is_retryable),
        *commit,
    )


NAMES = (
    "file_id, record, sha256, url, outcome, article_id, reason, reader, is_retryable, run_id, "
    "commit_id"
)
MARKS = ", ".join("?" * len(NAMES.split(", ")))


def _values(file_id: int, row: LedgerRow) -> tuple[Any, ...]:
    return (
        file_id,
        row.record or 0,
        _blob(row.sha256),
        row.url,
        row.outcome,
        _blob(row.article_id),
        row.reason,
        row.reader,
        bool(row.is_retryable),
        row.run_id,
        row.commit_id,
    )


def _blob(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)


def _hex(blob: bytes | None) -> str | None:
    return None if blob is None else blob.hex()
