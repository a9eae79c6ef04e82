"""The ledger's index: what is known, answered in microseconds at any size of the corpus.

A SQLite file in the state folder, made from the tables `files` and `articles`, and never the truth:
it notes the last commit it has seen, catches up with newer ones, and is made again when it is
missing, damaged, or belongs to another history. Its cost per run is that of the new rows.
Beside it lie the local hints (path, size, mtime, inode) that save reading a known file; they are
kept nowhere else and never reach a row.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb
from deltalake import DeltaTable

from warehouse import store
from warehouse.catalog import define_views
from warehouse.errors import TryAgain
from warehouse.known import KnownArticle, KnownDocument, KnownFile, LedgerRow, content_key
from warehouse.location import Location

LAYOUT = "3"  # of the tables below; another number means: make the file again

TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
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
"""

NEW_ROWS = """
SELECT f.path, f.record, f.file_sha256, f.sha256, f.target_uri, f.outcome, f.article_id, f.reason,
       f.reader, f.is_retryable, f.document_count, f.is_complete, a.identity_sha256, f.run_id,
       f.commit_id
FROM files_history f
JOIN commits c USING (commit_id)
LEFT JOIN articles_history a ON f.outcome = 'article' AND a.article_id = f.article_id
    AND a.commit_id = f.commit_id
WHERE c.sequence > ? ORDER BY c.sequence, f.path, f.record
"""


DOCUMENT = (
    "SELECT f.path, d.record, d.sha256, d.url, d.outcome, d.article_id, d.reason, d.reader, "
    "d.is_retryable, d.run_id, d.commit_id FROM document d JOIN file f ON f.id = d.file_id "
)


class Ledger:
    """The index of one warehouse. Raises TryAgain when the state folder cannot be written."""

    def __init__(self, location: Location, *, read_only: bool = False) -> None:
        self.location = location
        self.path = location.state / "ledger.sqlite"
        self._connection = self._open(read_only)

    def _open(self, read_only: bool) -> sqlite3.Connection:
        try:
            if read_only:
                return _connect(self.path, "?mode=ro")
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return _writable(self.path)
        except (sqlite3.Error, OSError) as error:
            raise TryAgain(f"{self.path}: cannot open the ledger's index: {error}") from error

    @classmethod
    def in_memory(cls, location: Location) -> Ledger:
        """An empty index for a warehouse that does not exist yet."""
        ledger = cls.__new__(cls)
        ledger.location, ledger.path = location, location.state / "ledger.sqlite"
        ledger._connection = sqlite3.connect(":memory:")
        ledger._connection.executescript(TABLES)
        return ledger

    def close(self) -> None:
        """Free the file."""
        self._connection.close()

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
        return _document(self._one(query, bytes.fromhex(content_key(sha256, url))))

    def has_bytes(self, sha256: str) -> bool:
        """Are these bytes known, from whatever address?"""
        blob = bytes.fromhex(sha256)
        query = "SELECT 1 FROM content WHERE key = ?1 OR (url IS NOT NULL AND sha256 = ?1)"
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

    def catch_up(self) -> int:
        """Take in the commits that are newer than the index; return how many rows that were."""
        seen = self._sequence()  # before the warehouse is looked at: another run may be committing
        commits = store.open_table(self.location, "commits")
        newest = commits.transaction_version("commits") or 0
        warehouse = str(commits.metadata().id)
        if self._get("warehouse") not in (None, warehouse) or not self._is_history(commits, seen):
            self._start_again()  # the folder holds another warehouse, or one restored from a copy
        with self._writing():
            self._set("warehouse", warehouse)
        if self._sequence() == newest:
            return 0
        count = 0
        with closing(duckdb.connect()) as connection:
            define_views(connection, self.location)
            result = connection.execute(NEW_ROWS, [self._sequence()])
            with self._writing():
                while rows := result.fetchmany(10_000):
                    self._apply(LedgerRow(*row) for row in rows)
                    count += len(rows)
                self._set("sequence", str(newest))
        return count

    def _is_history(self, commits: DeltaTable, seen: int) -> bool:
        """Is the last commit that the index has seen one of this warehouse's own past?"""
        run_id = self._get("run")
        return run_id is None or (commits.transaction_version(store.run_mark(run_id)) or 0) >= seen

    def apply(self, rows: Iterable[LedgerRow], sequence: int) -> None:
        """Take in the rows of one commit, the next after the last one seen."""
        with self._writing():
            self._apply(rows)
            self._set("sequence", str(sequence))

    def note_hints(self, hints: Iterable[tuple[str, int, int, int]]) -> None:
        """Remember (path, size, mtime_ns, inode) of files whose every document is committed."""
        with self._writing():
            self._connection.executemany(
                "UPDATE file SET size = ?2, mtime_ns = ?3, inode = ?4 WHERE path = ?1", hints
            )

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """A transaction; trouble of the disk is TryAgain, and catch_up mends what was missed."""
        try:
            with self._connection:
                yield
        except sqlite3.Error as error:
            raise TryAgain(f"{self.path}: cannot write the ledger's index: {error}") from error

    def _apply(self, rows: Iterable[LedgerRow]) -> None:
        for row in rows:
            self._set("run", row.run_id)
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

    def _sequence(self) -> int:
        return int(self._get("sequence") or 0)

    def _get(self, name: str) -> str | None:
        row = self._one("SELECT value FROM meta WHERE name = ?", name)
        return str(row[0]) if row else None

    def _set(self, name: str, value: str) -> None:
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def _start_again(self) -> None:
        self._connection.close()
        _remove(self.path)
        self._connection = _writable(self.path)

    def _one(self, query: str, *parameters: Any) -> Any:
        return self._connection.execute(query, parameters).fetchone()


def _connect(path: Path, options: str = "") -> sqlite3.Connection:
    return sqlite3.connect(
        path.absolute().as_uri() + options, uri=True, check_same_thread=False, timeout=30
    )


def _writable(path: Path) -> sqlite3.Connection:
    """Open the index for writing; one that is damaged or of another layout is made again."""
    for attempt in ("as it is", "anew"):
        try:
            connection = _connect(path)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                connection.executescript(
                    TABLES + f"INSERT INTO meta VALUES ('layout', '{LAYOUT}');"
                )
            layout = connection.execute("SELECT value FROM meta WHERE name = 'layout'").fetchone()
            if layout == (LAYOUT,):
                return connection
        except sqlite3.DatabaseError:
            if attempt == "anew":
                raise
        _remove(path)
    raise sqlite3.DatabaseError(f"{path} cannot be made")


def _remove(path: Path) -> None:
    for name in (path.name, path.name + "-wal", path.name + "-shm"):
        path.with_name(name).unlink(missing_ok=True)


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
