"""An article as matching takes it up, from its rows, and what the local index learns of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tasks.dedup.boilerplate import seen_of
from tasks.quality import BODY_KINDS
from warehouse.items import Item
from warehouse.recurring import Seen

ITEM_COLUMNS = (
    "article_id", "identity_sha256", "headline", "text", "source", "agency", "canonical_url",
    "published_at", "modified_at", "language_code", "char_count",
)  # fmt: skip


class Part(NamedTuple):
    """A paragraph."""

    char_start: int
    char_end: int
    kind: str
    text_sha256: str


@dataclass(frozen=True, slots=True)
class Fresh:
    """An article as its row is now, with what the table of boilerplate needs of its paragraphs."""

    item: Item
    seen: tuple[Seen, ...]


class Arrival(NamedTuple):
    """An article with its numbers; `item` is as its row stands now."""

    number: int
    text: int
    group: int
    item: Item
    seen: tuple[Seen, ...] = ()


@dataclass(slots=True)
class StoryRows:
    """What one commit adds."""

    arrivals: list[Arrival] = field(default_factory=list)
    aliases: list[tuple[int, int]] = field(default_factory=list)  # younger, older
    links: list[tuple[int, int, str, str]] = field(default_factory=list)  # a, b, relation, commit
    apart: list[tuple[str, str]] = field(default_factory=list)  # ids of articles
    freed: list[tuple[int]] = field(default_factory=list)  # groups that are no alias any longer


def make_fresh(row: Mapping[str, Any], parts: Sequence[Part]) -> Fresh:
    """Return what matching needs of a row of `articles` and its paragraphs in order."""
    item = Item(
        article_id=row["article_id"],
        identity_sha256=row["identity_sha256"],
        headline=row["headline"],
        text=row["text"],
        body=tuple((part.char_start, part.char_end) for part in parts if part.kind in BODY_KINDS),
        source=row["source"],
        agency=row["agency"],
        canonical_url=row["canonical_url"],
        published_at=row["published_at"],
        modified_at=row["modified_at"],
        language_code=row["language_code"],
        char_count=row["char_count"],
    )
    return Fresh(item, tuple(seen_of(item.source, item.article_id, parts)))
