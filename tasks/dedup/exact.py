"""Exact duplicates: which document becomes the article's row, and what the others are called.

* Equal bytes, from one address where the container names it: the document first in order of
  (path, record) stands for them; the others are `same_bytes`.
* Equal article_id: the document with the smallest sha256 (then address) gives the row; the others
  are `same_text`.
* Equal body text under another canonical URL, or with and without one: articles of their own, each
  with an `exact` link to the one with the smallest id.

Within a run these rules decide and not the order of arrival: when a later chunk brings the better
document, the rows of the earlier one are superseded. What an earlier run has decided stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from tasks.dedup.identity import document_id, link_id
from warehouse.bookkeeping import NOT_CENTRE, REFUSED, SupersededRow
from warehouse.duplicates import LinkRow
from warehouse.errors import TryAgain
from warehouse.known import KnownArticle, KnownDocument, content_key
from warehouse.schema import FileRow


class Reading(NamedTuple):
    """What a document was read as."""

    identity: str  # hash of the body text
    urls: tuple[str | None, ...] = ()  # that the article has


class Known(Protocol):
    """What was committed before this chunk (warehouse.ledger.Ledger)."""

    def document(self, path: str, record: int | None) -> KnownDocument | None:
        """The last outcome of a document."""

    def content(self, sha256: str, url: str | None) -> KnownDocument | None:
        """The document that stands for these bytes from this address."""

    def article(self, article_id: str) -> KnownArticle | None:
        """The document that gave an article's row."""

    def centre(self, identity_sha256: str) -> tuple[str, str] | None:
        """Article and run that exact copies of a text are linked to."""

    def with_identity(self, identity_sha256: str) -> list[str]:
        """All articles with this body text."""

    def is_removed(self, marks: Mapping[str, str | None], urls: Iterable[str | None]) -> bool:
        """Did a person decide that such an article must not come back?"""


@dataclass(frozen=True, slots=True)
class Holder:
    """A document that has a role: it stands for its bytes, or gave an article its row."""

    path: str
    record: int | None
    sha256: str
    url: str | None
    outcome: str
    article_id: str
    run_id: str
    commit_id: str | None  # of its row in `files`; None while it is in this chunk
    number: int | None = None  # in this chunk

    @property
    def order(self) -> tuple[str, int]:
        """Place among documents of equal bytes."""
        return self.path, self.record or 0

    @property
    def key(self) -> str:
        """What documents of equal content share."""
        return content_key(self.sha256, self.url)

    @property
    def rank(self) -> tuple[str, str]:
        """Place among documents of one article."""
        return self.sha256, self.url or ""


@dataclass(slots=True)
class Resolved:
    """What one chunk writes to the tables that depend on what was there before."""

    files: dict[str, FileRow] = field(default_factory=dict)  # by document_id
    winners: dict[str, int] = field(default_factory=dict)  # article_id -> document that gives rows
    links: dict[str, LinkRow] = field(default_factory=dict)  # by link_id
    superseded: list[SupersededRow] = field(default_factory=list)
    corrected: list[str] = field(default_factory=list)  # outcomes that earlier chunks had counted


class Resolver:
    """Decides one chunk. `row_of` fetches the full committed row of a document to correct it."""

    def __init__(self, known: Known, run_id: str, row_of: Callable[[Holder], FileRow]) -> None:
        self.known = known
        self.run_id = run_id
        self.row_of = row_of
        self.resolved = Resolved()
        self._contents: dict[str, Holder] = {}
        self._articles: dict[str, Holder] = {}
        self._new: dict[str, list[str]] = {}  # identity -> articles new in this chunk
        self._centres: dict[str, tuple[str, str]] = {}

    def add(self, number: int, row: FileRow, reading: Reading | None) -> None:
        """Decide one document; `reading` is given when it was read as an article.

        Raises TryAgain when the ledger no longer knows bytes that it knew when they were read.
        """
        row = self._after_earlier_outcome(row)
        if row.outcome not in ("article", "same_bytes"):
            self._put(refused(row) if self._is_known_as_removed(row) else row)
            return
        assert row.sha256 is not None
        standing = self._content(row.sha256, row.target_uri)
        if standing is not None:
            self._add_copy(row, standing)
        elif reading is not None:
            if self._is_removed(row, reading):
                self._put(refused(row))
            else:
                self._add_text(number, row, reading.identity)
        else:
            raise TryAgain(f"{row.path}: the ledger changed while it was being read")

    def _is_known_as_removed(self, row: FileRow) -> bool:
        """Were these bytes removed? A reader may reject now what another took for an article."""
        if row.outcome != "rejected" or row.sha256 is None:
            return False
        mark = {"document": content_key(row.sha256, row.target_uri)}
        return self.known.is_removed(mark, ())

    def _is_removed(self, row: FileRow, reading: Reading) -> bool:
        marks = {
            "article": row.article_id,
            "document": content_key(row.sha256 or "", row.target_uri),
            "text": reading.identity,
        }
        return self.known.is_removed(marks, (row.target_uri, *reading.urls))

    def _after_earlier_outcome(self, row: FileRow) -> FileRow:
        """Supersede what an earlier run said of this place; a new text there may be a revision."""
        earlier = self.known.document(row.path, row.record)
        if earlier is None:
            return row
        reason = "new bytes" if earlier.sha256 != row.sha256 else "tried again"
        self._supersede("files", row.document_id, earlier.commit_id, reason)
        if row.record is None and row.article_id not in (None, earlier.article_id):
            row = replace(row, revision_candidate_of=earlier.article_id)
        return row

    def _add_copy(self, row: FileRow, standing: Holder) -> None:
        """Equal bytes: the first in order keeps the role."""
        mine = replace(
            standing, path=row.path, record=row.record, run_id=self.run_id, commit_id=None
        )
        row = replace(row, article_id=standing.article_id)
        if standing.run_id != self.run_id and mine.order == standing.order:
            self._put(replace(row, outcome=standing.outcome))  # its old bytes are back at its place
            return
        if standing.run_id != self.run_id or mine.order > standing.order:
            self._put(_as_copy(row))
            return
        full = self._correct(standing, "same_bytes", "a copy earlier in order")
        self._put(
            replace(
                row,
                outcome=standing.outcome,
                encoding=full.encoding,
                encoding_method=full.encoding_method,
            )
        )
        self._contents[mine.key] = mine
        holder = self._article(standing.article_id)
        if holder is not None and holder.key == mine.key:
            self._articles[standing.article_id] = mine

    def _add_text(self, number: int, row: FileRow, identity: str) -> None:
        """Bytes met for the first time."""
        assert row.sha256 is not None
        assert row.article_id is not None
        mine = Holder(
            row.path,
            row.record,
            row.sha256,
            row.target_uri,
            "article",
            row.article_id,
            self.run_id,
            None,
            number,
        )
        standing = self._article(row.article_id)
        if standing is None:
            self._link(row.article_id, identity)
        elif standing.run_id == self.run_id and mine.rank < standing.rank:
            self._replace_row(standing)
        else:
            mine = replace(mine, outcome="same_text")
            row = replace(row, outcome="same_text")
        if mine.outcome == "article":
            self._articles[mine.article_id] = mine
            self.resolved.winners[mine.article_id] = number
        self._contents[mine.key] = mine
        self._put(row)

    def _replace_row(self, standing: Holder) -> None:
        """A document of this run with a smaller hash takes over the article's row."""
        self._correct(standing, "same_text", "a copy with a smaller hash")
        self._contents[standing.key] = replace(standing, outcome="same_text", commit_id=None)
        committed = self.known.article(standing.article_id)
        if committed is not None and standing.article_id not in self.resolved.winners:
            self._supersede(
                "articles", standing.article_id, committed.commit_id, "a copy with a smaller hash"
            )

    def _correct(self, holder: Holder, outcome: str, reason: str) -> FileRow:
        """Give a document of this run another outcome; return its row as it was."""
        pending = self._pending(holder)
        full = pending or self.row_of(holder)
        if pending is None:
            self._supersede("files", full.document_id, holder.commit_id, reason)
            self.resolved.corrected.append(full.outcome)
        self._put(_as_copy(full) if outcome == "same_bytes" else replace(full, outcome=outcome))
        return full

    def _pending(self, holder: Holder) -> FileRow | None:
        return self.resolved.files.get(document_id(holder.path, holder.record))

    def _put(self, row: FileRow) -> None:
        self.resolved.files[row.document_id] = row

    def _supersede(self, table: str, subject: str, commit: str | None, reason: str) -> None:
        self.resolved.superseded.append(
            SupersededRow(
                subject_table=table, subject_id=subject, subject_commit_id=commit, reason=reason
            )
        )

    # What is known, this chunk included

    def _content(self, sha256: str, url: str | None) -> Holder | None:
        key = content_key(sha256, url)
        if key not in self._contents:
            found = self.known.content(sha256, url)
            if found is None or found.article_id is None:
                return None
            self._contents[key] = Holder(
                found.path,
                found.record,
                sha256,
                url,
                found.outcome,
                found.article_id,
                found.run_id,
                found.commit_id,
            )
        return self._contents[key]

    def _article(self, article_id: str) -> Holder | None:
        if article_id not in self._articles:
            found = self.known.article(article_id)
            if found is None:
                return None
            at = self.known.document(found.path, found.record)
            self._articles[article_id] = Holder(
                found.path,
                found.record,
                found.sha256,
                at.url if at else None,
                "article",
                article_id,
                found.run_id,
                at.commit_id if at else None,
            )
        return self._articles[article_id]

    # The star of exact copies

    def _link(self, article: str, identity: str) -> None:
        """Link a new article to the centre of its text, or make it the centre."""
        centre = self._centres.get(identity) or self.known.centre(identity)
        new = self._new.setdefault(identity, [])
        if centre is None:
            self._centres[identity] = (article, self.run_id)
        elif centre[1] == self.run_id and article < centre[0]:
            for other in [*self.known.with_identity(identity), *new]:
                if other != centre[0]:
                    self._unlink(other, centre[0])
                self._add_link(other, article)
            self._centres[identity] = (article, self.run_id)
        else:
            self._centres[identity] = centre
            self._add_link(article, centre[0])
        new.append(article)

    def _add_link(self, article: str, centre: str) -> None:
        link = link_id(article, centre, "exact")
        self.resolved.links[link] = LinkRow(
            link_id=link, article_a=article, article_b=centre, relation="exact", is_same_item=True
        )

    def _unlink(self, article: str, centre: str) -> None:
        """Within a run the centre's id only falls, so a link taken back never returns."""
        link = link_id(article, centre, "exact")
        if self.resolved.links.pop(link, None) is None:
            self._supersede("links", link, None, NOT_CENTRE)


def refused(row: FileRow) -> FileRow:
    """Return the row of a document whose article was removed: the ledger knows it, and no more."""
    return replace(
        row,
        outcome="rejected",
        article_id=None,
        revision_candidate_of=None,
        stage="exact",
        reason=REFUSED,
        detail="its article was removed by hand; see the table tombstones",
        is_retryable=False,
    )


def _as_copy(row: FileRow) -> FileRow:
    """A byte copy is not read: how it was decoded is told by the document that stands for it."""
    return replace(row, outcome="same_bytes", encoding=None, encoding_method=None)


def outcome_counts(resolved: Resolved) -> dict[str, int]:
    """Return what the chunk adds to the run's count of each outcome; corrections take one away."""
    counts: dict[str, int] = {}
    for row in resolved.files.values():
        counts[row.outcome] = counts.get(row.outcome, 0) + 1
    for outcome in resolved.corrected:
        counts[outcome] = counts.get(outcome, 0) - 1
    return counts
