"""The index of full-text search: a tantivy index in the state folder, made from `articles`.

Like the ledger's index it is never the truth. search.sqlite beside it notes the last commit that
it has seen; what newer commits changed is taken out and put in again, so that a process killed
between the two notes does the same work once more and nothing else. One process at a time does it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import tantivy
from tantivy import Document, Occur, Query

from tasks.search.words import analyzer, spaced
from warehouse import store
from warehouse.derived import Derived
from warehouse.errors import TryAgain
from warehouse.location import Location

Progress = Callable[[str, int, int], None]  # what is done, how many of how many

SEARCHED = ("headline", "text", "byline", "source", "section", "keywords")
EPOCH = date(1970, 1, 1)
# Bytes of words in memory before a segment is written: 30 MB cost 8 % of the rate, 128 MB gain 4 %.
HEAP = 64_000_000
BATCH = 500  # articles in Python's memory at a time
_TOKENIZER = "words"

_COLUMNS = (
    "article_id, headline, text, byline, [a.name FOR a IN authors] AS authors, source, "
    "publisher, section, keywords, language_code, published_date"
)
_CHANGED = """
CREATE TEMP TABLE changed AS
WITH fresh AS (SELECT commit_id FROM commits WHERE sequence > ?)
SELECT article_id FROM articles_history WHERE commit_id IN (FROM fresh)
UNION SELECT subject_id FROM superseded
WHERE subject_table = 'articles' AND commit_id IN (FROM fresh)
"""
_ONLY_CHANGED = "WHERE article_id IN (FROM changed)"


class _Damaged(Exception):
    """The files of the index cannot be used."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An index to search in, and how many commits it lacks (`made_at`: when it was brought up)."""

    index: tantivy.Index
    behind: int = 0
    made_at: datetime | None = None


class SearchIndex(Derived):
    """The index of one warehouse. Raises TryAgain when the state folder cannot be written."""

    FILE, LAYOUT, TABLES = "search.sqlite", f"1/{version('tantivy')}", ""
    READS = ("articles",)
    on_progress: Progress | None = None

    def current(self) -> tantivy.Index:
        """Bring the index up to the newest commit and open it; one that is damaged is made anew."""
        try:
            return self._caught_up()
        except _Damaged:
            self._start_again()
        try:
            return self._caught_up()
        except _Damaged as error:
            raise TryAgain(f"{folder(self.location)}: cannot make the index: {error}") from error

    def _caught_up(self) -> tantivy.Index:
        is_there = tantivy.Index.exists(str(_made(self.location)))
        if self._sequence() and not is_there:
            raise _Damaged("its files are gone")
        self.catch_up()
        with _damage():
            index = _open(self.location) if self._sequence() else tantivy.Index(schema())
            index.searcher()  # opens every file
            return index

    def _take_in(self, connection: duckdb.DuckDBPyConnection, after: int) -> int:
        if not after:
            shutil.rmtree(folder(self.location), ignore_errors=True)
            return self._index(connection, "", ())
        connection.execute(_CHANGED, [after])
        gone = connection.execute("FROM changed ORDER BY ALL").fetchall()
        return self._index(connection, _ONLY_CHANGED, [row[0] for row in gone]) if gone else 0

    def _index(self, connection: duckdb.DuckDBPyConnection, only: str, gone: Iterable[str]) -> int:
        ((total,),) = connection.execute(f"SELECT count(*) FROM articles {only}").fetchall()
        result = connection.sql(f"SELECT {_COLUMNS} FROM articles {only}")
        rows = (row for batch in result.to_arrow_reader(BATCH) for row in batch.to_pylist())
        with _damage():
            count = write(_open(self.location), self._told(rows, total), gone)
        self._let_others_read()
        return count

    def _let_others_read(self) -> None:
        """tantivy keeps its lists to their owner; give them the mode of our own file."""
        mode = self.path.stat().st_mode & 0o777
        for name in ("meta.json", ".managed.json"):
            (folder(self.location) / name).chmod(mode)

    def _told(self, rows: Iterable[dict[str, Any]], total: int) -> Iterator[dict[str, Any]]:
        """The same rows; every batch of them is told."""
        for done, row in enumerate(rows):
            if self.on_progress and done % BATCH == 0:
                self.on_progress("indexing", done, total)
            yield row


def folder(location: Location) -> Path:
    """Return where the files of the index lie."""
    return location.state / "search"


def schema() -> tantivy.Schema:
    """Return the fields: words of six, language, host and day for filters, the id in two halves.

    Nothing is stored: texts are read from the tables, where they are kept once.
    """
    builder = tantivy.SchemaBuilder()
    for name in SEARCHED:
        builder.add_text_field(name, tokenizer_name=_TOKENIZER)
    for name in ("language", "host"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("id_high", "id_low"):
        builder.add_unsigned_field(name, indexed=True, fast=True)
    builder.add_integer_field("day", fast=True)  # since 1970; none: undated
    return builder.build()


def new_index(path: str) -> tantivy.Index:
    """Open the index in an existing folder, which is made when there is none in it.

    Raises ValueError, as tantivy does, for files that cannot be used.
    """
    index = tantivy.Index(schema(), path)
    index.register_tokenizer(_TOKENIZER, analyzer())
    return index


def write(index: tantivy.Index, rows: Iterable[Mapping[str, Any]], gone: Iterable[str] = ()) -> int:
    """Take the articles `gone` out, put `rows` (columns of articles) in; return how many.

    All of it is visible at once. Raises ValueError when the disk refuses.
    """
    writer = index.writer(HEAP, 1)
    known = index.schema
    for article_id in gone:
        writer.delete_documents_by_query(this_article(known, article_id))
    count = 0
    for row in rows:
        writer.add_document(_document(row))
        count += 1
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return count


def this_article(known: tantivy.Schema, article_id: str) -> Query:
    """Return the query that matches one article."""
    halves = zip(("id_high", "id_low"), _halves(article_id), strict=True)
    return Query.boolean_query(
        [(Occur.Must, Query.term_query(known, name, value)) for name, value in halves]
    )


def _halves(article_id: str) -> tuple[int, int]:
    """An id of 32 hex digits as two numbers, which the index reads a hundred times as fast."""
    return int(article_id[:16], 16), int(article_id[16:], 16)


def _document(row: Mapping[str, Any]) -> Document:
    document = Document()
    for name, values in _words(row):
        for value in values:
            if value:
                document.add_text(name, spaced(value))
    document.add_text("language", row["language_code"] or "und")
    if row["source"]:
        document.add_text("host", row["source"])
    high, low = _halves(row["article_id"])
    document.add_unsigned("id_high", high)
    document.add_unsigned("id_low", low)
    if row["published_date"] is not None:
        document.add_integer("day", (row["published_date"] - EPOCH).days)
    return document


def _words(row: Mapping[str, Any]) -> Iterator[tuple[str, Iterable[str | None]]]:
    yield "headline", (row["headline"],)
    yield "text", (row["text"],)
    yield "byline", (row["byline"], *(row["authors"] or ()))
    yield "source", (row["source"], row["publisher"])
    yield "section", (row["section"],)
    yield "keywords", row["keywords"] or ()


def _open(location: Location) -> tantivy.Index:
    return new_index(str(_made(location)))


def _made(location: Location) -> Path:
    folder(location).mkdir(parents=True, exist_ok=True)
    return folder(location)


@contextmanager
def _damage() -> Iterator[None]:
    """What tantivy says of files it cannot use or write: it raises ValueError for everything."""
    try:
        yield
    except ValueError as error:
        raise _Damaged(str(error)) from error


def open_current(location: Location, on_progress: Progress | None = None) -> Opened:
    """Open the index, brought up to the newest commit.

    Where the state folder cannot be written it is opened as it is, and what it lacks is told.
    Raises BadWarehouse when there is no warehouse, TryAgain when there is no index and none can
    be made.
    """
    store.check_readable(location)
    try:
        with _lock(location, on_progress):
            return Opened(_brought_up(location, on_progress))
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise
    return open_as_is(location)


def discard(location: Location, on_progress: Progress | None = None) -> None:
    """Remove the index: the next search makes it anew.

    Words of an article that was taken out stay in its files until tantivy merges them; this is for
    those who must be sure that they are gone.
    """
    with _lock(location, on_progress):
        for path in location.state.glob(f"{SearchIndex.FILE}*"):  # first: without it files are void
            path.unlink(missing_ok=True)
        shutil.rmtree(folder(location), ignore_errors=True)


@contextmanager
def _lock(location: Location, on_progress: Progress | None) -> Iterator[None]:
    """One process at a time; the kernel frees the lock when its holder dies."""
    location.state.mkdir(parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
    handle = os.open(location.state / ".search.lock", flags, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if on_progress:
                on_progress("waiting for another process that is indexing", 0, 0)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _brought_up(location: Location, on_progress: Progress | None) -> tantivy.Index:
    index = SearchIndex(location)
    try:
        index.on_progress = on_progress
        return index.current()
    finally:
        index.close()


def open_as_is(location: Location) -> Opened:
    """Open the index without writing anything.

    Raises TryAgain when there is none of this warehouse that this version can read.
    """
    path = location.state / SearchIndex.FILE
    missing = TryAgain(
        f"{location.state}: no index to search in, and the folder cannot be written; "
        "let somebody who may write there run `copydesk search` once"
    )
    commits = store.open_table(location, "commits")
    try:
        meta = _notes(path)
        if (meta.get("layout"), meta.get("warehouse")) != (
            SearchIndex.LAYOUT,
            str(commits.metadata().id),
        ):
            raise missing
        index = _open_elsewhere(folder(location))
    except (sqlite3.Error, ValueError, OSError) as error:
        raise missing from error
    newest = commits.transaction_version("commits") or 0
    made_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Opened(index, newest - int(meta.get("sequence") or 0), made_at)


def _notes(path: Path) -> dict[str, str]:
    # immutable: SQLite would want to write beside the file, were it only to read it
    with closing(sqlite3.connect(path.absolute().as_uri() + "?immutable=1", uri=True)) as link:
        return dict(link.execute("SELECT name, value FROM meta"))


def _open_elsewhere(path: Path) -> tantivy.Index:
    """Open an index in a folder of links to its files: tantivy would lock a file beside them."""
    with tempfile.TemporaryDirectory(prefix="copydesk-search-") as lent:
        for item in path.iterdir():
            if item.suffix != ".lock":
                (Path(lent) / item.name).symlink_to(item)
        index = tantivy.Index.open(lent)  # its files are mapped from here on
    index.register_tokenizer(_TOKENIZER, analyzer())
    return index
