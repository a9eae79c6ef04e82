"""What goes into the matching of one chunk, and what comes out of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa

from tasks.dedup.fresh import Arrival, Fresh, StoryRows
from tasks.dedup.stories import Stories
from warehouse.bookkeeping import SupersededRow
from warehouse.duplicates import BoilerplateRow, GroupAliasRow, GroupRow, LinkRow
from warehouse.items import Item
from warehouse.schema import to_arrow


class Chunk:
    """The articles of one chunk and their numbers."""

    def __init__(self, fresh: Iterable[Fresh], stories: Stories) -> None:
        """Number what is new, in the order of ids; what is known keeps its number."""
        self._stories = stories
        ordered = sorted(fresh, key=lambda each: each.item.article_id)
        known = stories.numbers(each.item.article_id for each in ordered)
        new = [each for each in ordered if each.item.article_id not in known]
        self.new = dict(enumerate(new, stories.next_number()))
        self.renewed = {
            known[each.item.article_id]: each for each in ordered if each.item.article_id in known
        }
        self.text_of = self._texts()
        self.new_texts = [number for number in self.new if self.text_of[number] == number]

    def _texts(self) -> dict[int, int]:
        """An article has a known text, or that of a smaller number, or one of its own."""
        items = {number: each.item for number, each in (self.renewed | self.new).items()}
        known = self._stories.texts_of(item.identity_sha256 for item in items.values())
        return {
            number: known.setdefault(item.identity_sha256, number)
            for number, item in sorted(items.items())
        }

    def item(self, number: int) -> Item:
        """Return an article, without its text if it is a known one."""
        mine = self.new.get(number) or self.renewed.get(number)
        return mine.item if mine else self._stories.article(number)

    def text(self, number: int) -> int:
        """Return the text of an article."""
        if number in self.text_of:
            return self.text_of[number]
        return self._stories.text_of([number])[number]


def apart_texts(stories: Stories, chunk: Chunk | None = None) -> list[tuple[int, int]]:
    """Return the texts of the articles that a person has set apart, known or of the chunk."""
    pairs = stories.apart()
    numbers = stories.numbers({article for pair in pairs for article in pair})
    texts = stories.text_of(numbers.values())
    found = {article: texts[number] for article, number in numbers.items()}
    if chunk is not None:
        found |= {chunk.item(number).article_id: text for number, text in chunk.text_of.items()}
    return [(found[a], found[b]) for a, b in pairs if a in found and b in found]


@dataclass(frozen=True, slots=True)
class Link:
    """A row of links, and the numbers of its articles."""

    a: int
    b: int
    row: LinkRow

    @property
    def likeness(self) -> float:
        """The greatest of the three scores."""
        row = self.row
        return max(row.jaccard or 0.0, row.containment_a or 0.0, row.containment_b or 0.0)


@dataclass(slots=True)
class Matched:
    """What one chunk writes about duplicates, and how much work that was."""

    by_id: dict[str, Link] = field(default_factory=dict)
    groups: list[GroupRow] = field(default_factory=list)
    aliases: list[GroupAliasRow] = field(default_factory=list)
    boilerplate: list[BoilerplateRow] = field(default_factory=list)
    superseded: dict[SupersededRow, None] = field(default_factory=dict)  # in order, each once
    shingles: pa.Table | None = None
    arrivals: list[Arrival] = field(default_factory=list)
    alias_numbers: list[tuple[int, int]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def links(self) -> list[Link]:
        """The links found so far, each once."""
        return list(self.by_id.values())

    def add(self, links: Iterable[Link]) -> None:
        """Take links; one that two ways lead to is the same row."""
        self.by_id.update((link.row.link_id, link) for link in links)

    def tables(self) -> dict[str, pa.Table]:
        """Return the rows by table, without the columns that the store adds."""
        rows = {
            "links": to_arrow("links", [link.row for link in self.links]),
            "groups": to_arrow("groups", self.groups),
            "group_aliases": to_arrow("group_aliases", self.aliases),
            "boilerplate": to_arrow("boilerplate", self.boilerplate),
            "superseded": to_arrow("superseded", list(self.superseded)),
        }
        return rows if self.shingles is None else {**rows, "shingles": self.shingles}

    def story_rows(self, commit_id: str) -> StoryRows:
        """Return what the local index must learn once this is committed."""
        links = [(link.a, link.b, link.row.relation, commit_id) for link in self.links]
        return StoryRows(arrivals=self.arrivals, aliases=self.alias_numbers, links=links)
