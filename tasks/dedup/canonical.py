"""Every member of a group gets a verified link to the group's canonical article.

The canonical article is the first by Item.canonical_order: the earliest published, then the
longest, then the smallest id. It may change when an earlier copy comes late; then the links that
the new one lacks are added, and nothing is rewritten.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Set

from tasks.dedup.grouping import Groups
from tasks.dedup.linking import TEXT_RELATIONS, syndication_link, text_link
from tasks.dedup.matched import Chunk, Link, Matched
from tasks.dedup.stories import Stories
from tasks.dedup.texts import Texts
from tasks.dedup.versions import syndication
from warehouse.items import Item


class Connecting:
    """Adds to `out` the links that groups touched by this chunk lack.

    `final` gives the group of every new text.
    """

    def __init__(
        self,
        chunk: Chunk,
        stories: Stories,
        texts: Texts,
        groups: Groups,
        final: Mapping[int, int],
        out: Matched,
    ) -> None:
        self.chunk, self.stories, self.texts, self.out = chunk, stories, texts, out
        self.groups, self.final = groups, final
        self.mine: dict[int, dict[int, Item]] = defaultdict(dict)
        for number, each in (chunk.renewed | chunk.new).items():
            self.mine[chunk.text_of[number]][number] = each.item
        self.linked: dict[int, set[int]] = defaultdict(set)
        for link in out.links:
            if link.row.relation in TEXT_RELATIONS:
                self.linked[link.a].add(link.b)
                self.linked[link.b].add(link.a)

    def run(self) -> None:
        """Look at every group that has a new article, a new row or another name."""
        new: dict[int, list[int]] = defaultdict(list)
        for text, group in self.final.items():
            new[group].append(text)
        copies = (text for text in self.chunk.text_of.values() if text not in self.final)
        merged = (old for _, old in self.out.alias_numbers)
        touched = {*new, *(self._group(text) for text in (*copies, *merged))}
        for group in sorted(touched):
            members = [*self._known_members(group), *new.get(group, [])]
            articles = self._articles(members)
            if len(articles) > 1:
                self._connect(members, articles)

    def _group(self, text: int) -> int:
        group = self.groups.find(text)
        return self.final.get(group, group)

    def _known_members(self, group: int) -> Iterator[int]:
        if group not in self.chunk.new:
            for each in (group, *self.groups.merged_into(group)):
                yield from self.stories.members(each)

    def _articles(self, members: list[int]) -> dict[int, Item]:
        """Every article of these texts, those of the chunk as they are now."""
        articles = self.stories.articles([text for text in members if text not in self.final])
        for text in members:
            articles |= self.mine.get(text, {})
        return articles

    def _connect(self, members: list[int], articles: Mapping[int, Item]) -> None:
        ranked = sorted(articles, key=lambda number: articles[number].canonical_order)
        canonical, second = ranked[0], ranked[1]
        centre = self.chunk.text(canonical)
        linked = self.linked[centre] | linked_texts(self.stories, centre)
        self.out.add(links_to(self.texts, centre, set(members) - linked))
        copies = {number for number in ranked[1:] if number in self.chunk.new}
        if canonical in self.chunk.new:
            copies.add(second)
        for number in sorted(copies):
            self._syndicate(number, canonical, articles)

    def _syndicate(self, copy: int, first: int, articles: Mapping[int, Item]) -> None:
        """A copy at another outlet, with the agency that both have it from."""
        found = syndication(articles[copy], articles[first])
        if found is None:
            return
        a, b = self.chunk.text(copy), self.chunk.text(first)
        scores = None if a == b else self.texts.compare(a, b)
        if scores is None or scores.relation is not None:
            row = syndication_link(articles[copy], articles[first], found, scores)
            self.out.add([Link(copy, first, row)])


def linked_texts(stories: Stories, text: int) -> set[int]:
    """Return the texts that a committed link of texts connects with this one."""
    return {
        other
        for a, b, relation, _ in stories.links_of(text)
        if relation in TEXT_RELATIONS
        for other in (a, b)
    }


def links_to(texts: Texts, centre: int, members: Set[int]) -> list[Link]:
    """Return a link between each of `members` and the text `centre`, whatever they share."""
    missing = sorted(members - {centre})
    texts.load([centre, *missing] if missing else ())
    pairs = [texts.later_first(text, centre) for text in missing]
    return [_link(texts, a, b) for a, b in pairs]


def _link(texts: Texts, a: int, b: int) -> Link:
    found = texts.compare(a, b)
    return Link(a, b, text_link(texts[a], texts[b], found, joins=found.is_same_item))
