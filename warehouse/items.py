"""A news item as the search for copies sees it: text, and what tells versions and copies apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

Spans = tuple[tuple[int, int], ...]  # half-open, in code points
LAST_YEAR = 2729  # whose months fit into 16 bits
_NEVER = datetime.max.replace(tzinfo=UTC)  # an article without a date comes last


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One article, or the article that stands for a text that several have."""

    article_id: str
    identity_sha256: str
    headline: str | None = None
    text: str = ""  # articles.text
    body: Spans = ()  # the body paragraphs in text, in order
    source: str | None = None  # articles.source
    agency: str | None = None  # articles.agency
    canonical_url: str | None = None
    published_at: datetime | None = None
    modified_at: datetime | None = None
    language_code: str | None = None
    char_count: int = 0

    @property
    def published_month(self) -> int | None:
        """Year * 12 + month - 1: a number for each month up to the year 2729, else None."""
        at = self.published_at
        return None if at is None or at.year > LAST_YEAR else at.year * 12 + at.month - 1

    @property
    def canonical_order(self) -> tuple[datetime, int, str]:
        """The canonical article of a group is the first by it: earliest, then longest, then id."""
        return self.published_at or _NEVER, -self.char_count, self.article_id
