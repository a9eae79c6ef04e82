"""What the ledger's index takes in and gives back."""

from __future__ import annotations

from typing import NamedTuple


class LedgerRow(NamedTuple):
    """What the index needs of one row of `files` and of the article that came of it."""

    path: str
    record: int | None
    file_sha256: str | None
    sha256: str | None
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
