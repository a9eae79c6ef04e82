"""What the ledger's index takes in and gives back."""

from __future__ import annotations

import hashlib
from typing import NamedTuple


def content_key(sha256: str, url: str | None) -> str:
    """Return what documents of equal content share, hex: their bytes, and where they are from.

    A page that a crawl fetched at two addresses is not one document twice.
    """
    return sha256 if url is None else hashlib.sha256(f"{sha256}\0{url}".encode()).hexdigest()


def url_pattern(pattern: str) -> str:
    """Return a pattern for URLs (* is any text, ? one character) as a regular expression.

    Python's and RE2's, which DuckDB has, read it alike.
    """
    return "(?s)" + "".join(map(_url_letter, pattern))


def _url_letter(letter: str) -> str:
    if letter in "*?":
        return ".*" if letter == "*" else "."
    return letter if letter.isalnum() or ord(letter) > 127 else f"\\x{ord(letter):02x}"


class LedgerRow(NamedTuple):
    """What the index needs of one row of `files` and of the article that came of it."""

    path: str
    record: int | None
    file_sha256: str | None
    sha256: str | None
    url: str | None
    outcome: str
    article_id: str | None
    reason: str | None
    reader: str | None
    is_retryable: bool | None
    document_count: int | None
    is_complete: bool | None
    identity_sha256: str | None  # only where this commit wrote a row in `articles` for it
    run_id: str
    commit_id: str


class KnownFile(NamedTuple):
    """A path that was met before."""

    file_id: int
    sha256: str | None
    is_complete: bool
    document_count: int
    size: int | None
    mtime_ns: int | None
    inode: int | None


class KnownDocument(NamedTuple):
    """The last outcome of one document."""

    path: str
    record: int | None
    sha256: str | None
    url: str | None  # where its container says it was fetched
    outcome: str
    article_id: str | None
    reason: str | None
    reader: str | None
    is_retryable: bool
    run_id: str
    commit_id: str


class KnownArticle(NamedTuple):
    """The document that an article's row was made of."""

    article_id: str
    identity_sha256: str
    sha256: str
    path: str
    record: int | None
    run_id: str
    commit_id: str  # of the row in `articles`
