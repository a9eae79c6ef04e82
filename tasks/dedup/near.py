"""Near duplicates of one chunk: sketched, looked up, verified, grouped; what that writes.

    new texts -> sketch -> candidates (index and batch) -> compare -> links and groups -> rows

Everything is decided between *texts*: articles of equal body text are one text here, for which the
article with the smallest number stands, and links name those articles. What depends on more than
the text (revision, syndicated) is a link of its own between the articles themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tasks.dedup.boilerplate import VERSION as RULE
from tasks.dedup.candidates import Candidate, Found, Index, find_candidates
from tasks.dedup.canonical import Connecting
from tasks.dedup.fresh import Arrival, Fresh
from tasks.dedup.grouping import Groups
from tasks.dedup.identity import link_id
from tasks.dedup.linking import TEXT_RELATIONS, group_row, revision_link, text_link
from tasks.dedup.matched import Chunk, Link, Matched, apart_texts
from tasks.dedup.posting import postings
from tasks.dedup.shingles import Sketches
from tasks.dedup.sketching import boilerplate_of, months_of, sketch_items
from tasks.dedup.stories import Stories
from tasks.dedup.texts import Texts
from tasks.dedup.versions import Revision, revision
from warehouse.bookkeeping import SupersededRow
from warehouse.duplicates import BoilerplateRow, GroupAliasRow
from warehouse.items import Item
from warehouse.recurring import Marked

# Links of one new text to others that stay apart from it (bulletins of one kind, a much quoted
# speech): the most alike are kept, the others counted.
MOST_LINKS = 32
# Members of a group that a text is compared with when none of those that share a hash with it is
# the same item. Groups of more texts are rare, and then their members are much alike.
MOST_MEMBERS = 16
MOST_OF_URL = 64  # articles; a URL that more have is that of a site, not of an article
MOST_VERSIONS = 8  # articles of one URL that a new one is compared with, the nearest by date


def match(
    fresh: Iterable[Fresh],
    stories: Stories,
    index: Index,
    earlier: Mapping[str, str] | None = None,
) -> Matched:
    """Return what the articles of one chunk mean for links, groups, boilerplate and the index.

    `fresh` may hold articles that are known: a better document gave their rows anew. `earlier`
    tells which article stood before another one at the same path.
    """
    return _Matching(Chunk(fresh, stories), stories, index).run(earlier or {})


class _Matching:
    """One chunk; the steps follow each other in `run`."""

    def __init__(self, chunk: Chunk, stories: Stories, index: Index) -> None:
        self.chunk, self.stories, self.index = chunk, stories, index
        self.groups = Groups(stories.groups_of, apart_texts(stories, chunk))
        self.texts = Texts(stories)
        self.out = Matched()
        self.apart: dict[int, list[Link]] = defaultdict(list)  # by the new text
        self.linked_versions: set[frozenset[int]] = set()
        self.versions: dict[frozenset[int], tuple[int, int, Revision]] = {}
        for number, each in (chunk.new | chunk.renewed).items():
            if chunk.text_of[number] == number:
                self.texts.put(number, each.item)
        for number in chunk.new_texts:
            self.groups.add(number)

    def run(self, earlier: Mapping[str, str]) -> Matched:
        """Decide everything."""
        marked = self._mark_boilerplate()
        sketches, months = self._sketch(marked)
        numbers = np.array(self.chunk.new_texts, np.int32)
        found = find_candidates(sketches, numbers, months, self.index, self.stories.groups_of)
        self._verify(found)
        for one, other in self._same_url():
            self._note_version(one, other, revision(self._whole(one), self._whole(other)))
        for one, other in self._same_path(earlier):
            self._note_version(one, other, self._at_path(one, other))
        self._link_all_versions()
        self._relink()
        final = self.groups.lead({text: self.texts[text] for text in self.chunk.new_texts})
        Connecting(self.chunk, self.stories, self.texts, self.groups, final, self.out).run()
        self._note_markers()
        self._link_all_versions()
        self._write_groups(final)
        self.out.shingles = postings(sketches, numbers, months, found, final, self.groups)
        self.out.counts["compared"] = self.texts.compared
        self.out.counts["links"] = len(self.out.by_id)
        return self.out

    def _mark_boilerplate(self) -> Sequence[Marked]:
        seen = [seen for each in self.chunk.new.values() for seen in each.seen]
        marked = self.stories.recurring.preview(seen)
        self.out.boilerplate = [BoilerplateRow(**each._asdict(), version=RULE) for each in marked]
        return marked

    def _sketch(self, marked: Sequence[Marked]) -> tuple[Sketches, NDArray[np.int16]]:
        """Return the sketches of the new texts without boilerplate, and their months."""
        items = [self.texts[number] for number in self.chunk.new_texts]
        masked = boilerplate_of(items, self.stories.recurring, marked)
        sketches = sketch_items(items, masked)
        self.out.counts["texts"] = len(items)
        self.out.counts["hashes"] = len(sketches)
        return sketches, months_of(items)

    # Pairs of texts

    def _verify(self, found: Found) -> None:
        """Compare candidates, most alike first; what is joined already is not compared again."""
        self.texts.load(text for each in found.candidates for text in (each.new, each.other))
        self.groups.load(each.other for each in found.candidates)
        for each in sorted(found.candidates, key=self._order):
            self._try(each.new, each.other)
        self._try_members(found)
        for links in self.apart.values():
            links.sort(key=lambda link: (-link.likeness, link.row.link_id))
            self.out.add(links[:MOST_LINKS])
            self.out.counts["links_left_out"] += len(links[MOST_LINKS:])
        self.out.counts["candidates"] = len(found.candidates)
        self.out.counts["overflowed_hashes"] = found.overflowed
        self.out.counts["scanned_rows"] = found.scanned_rows

    def _try(self, new: int, other: int) -> None:
        """Compare two texts unless others have made their groups one."""
        if self.groups.find(new) != self.groups.find(other):
            link = self._compare(new, other)
            if link is not None and not link.row.is_same_item:
                self.apart[new].append(link)

    def _try_members(self, found: Found) -> None:
        """A member all of whose hashes its group had before is found by its group alone."""
        pairs = {(each.new, self.groups.find(each.other)) for each in found.candidates}
        for new, group in sorted(pairs):
            if group in self.chunk.new or self.groups.find(new) == group:
                continue
            for member in self.stories.members(group, MOST_MEMBERS):
                if not self.texts.has_compared(new, member):
                    self._try(new, member)

    def _order(self, each: Candidate) -> tuple[int, str, str]:
        """Ids rather than numbers: these depend on what came before."""
        ids = sorted((self.texts[each.new].article_id, self.texts[each.other].article_id))
        return -each.shared, ids[0], ids[1]

    def _compare(self, one: int, other: int) -> Link | None:
        """Compare two texts, and join their groups if they are one item. None: not alike."""
        a, b = self.texts.later_first(one, other)
        found = self.texts.compare(a, b)
        if found.relation is None or self.groups.is_apart(a, b):
            return None
        first, second = self.texts[a], self.texts[b]
        version = revision(first, second) if found.relation == "near" else None
        joins = (found.is_same_item or version is not None) and self.groups.may_join(a, b)
        link = Link(a, b, text_link(first, second, found, joins=joins))
        if joins:
            self._join(link)
        self._note_version(a, b, version)
        return link

    def _join(self, link: Link) -> None:
        self.out.add([link])
        merged = self.groups.join(link.a, link.b)
        if merged is not None:
            young, old = merged
            self.out.alias_numbers.append(merged)
            self.out.aliases.append(
                GroupAliasRow(
                    group_id=self.texts[young].article_id,
                    alias_of=self.texts[old].article_id,
                    link_id=link.row.link_id,
                )
            )

    # Versions of one URL

    def _same_url(self) -> list[tuple[int, int]]:
        """Return pairs of articles with one canonical URL, the first of them new."""
        pairs: list[tuple[int, int]] = []
        met: dict[str, dict[int, Item]] = {}
        for number, each in self.chunk.new.items():
            url = each.item.canonical_url
            if url is None:
                continue
            if url not in met:
                met[url] = self.stories.with_url(url, MOST_OF_URL + 1)
            if len(met[url]) > MOST_OF_URL:
                self.out.counts["articles_of_a_common_url"] += 1
                continue
            others = sorted(met[url], key=lambda other: _distance(each.item, met[url][other]))
            pairs += [(number, other) for other in others[:MOST_VERSIONS]]
            met[url][number] = each.item
        return pairs

    def _same_path(self, earlier: Mapping[str, str]) -> list[tuple[int, int]]:
        """Return pairs of a new article and the one that stood at its path before."""
        new = {each.item.article_id: number for number, each in self.chunk.new.items()}
        known = new | self.stories.numbers(earlier.values())
        return [(new[a], known[b]) for a, b in sorted(earlier.items()) if a in new and b in known]

    def _at_path(self, later: int, earlier: int) -> Revision:
        return Revision(
            later=self.chunk.item(later).article_id,
            earlier=self.chunk.item(earlier).article_id,
            why="new bytes at its path",
            is_correction=False,
            is_ordered=True,
        )

    def _whole(self, number: int) -> Item:
        """An article with the text that it stands for, as its markers may be told there."""
        text = self.texts[self.chunk.text(number)]
        return replace(self.chunk.item(number), text=text.text, body=text.body)

    def _note_version(self, one: int, other: int, version: Revision | None) -> None:
        """Of a pair one direction counts: that of a path where nothing else tells the later."""
        known = self.versions.get(frozenset((one, other)))
        if version is not None and (known is None or not known[2].is_ordered):
            self.versions[frozenset((one, other))] = one, other, version

    def _note_markers(self) -> None:
        """Texts that came into one group by others may be versions of each other."""
        for link in self.out.links:
            if link.row.relation == "near":
                version = revision(self.texts[link.a], self.texts[link.b])
                self._note_version(link.a, link.b, version)

    def _link_all_versions(self) -> None:
        for pair, (one, other, version) in self.versions.items():
            if pair not in self.linked_versions:
                self.linked_versions.add(pair)
                self._link_versions(one, other, version)

    def _link_versions(self, one: int, other: int, version: Revision) -> None:
        """A version is a revision if its text is near, whatever figures differ."""
        text, of = self.chunk.text(one), self.chunk.text(other)
        if text == of or self.groups.is_apart(text, of):
            return
        found = self.texts.compare(text, of)
        if found.relation != "near" or not self.groups.may_join(text, of):
            return
        if self.groups.find(text) != self.groups.find(of):
            a, b = self.texts.later_first(text, of)
            scores = self.texts.compare(a, b)
            self._join(Link(a, b, text_link(self.texts[a], self.texts[b], scores, joins=True)))
        is_mine = version.later == self.chunk.item(one).article_id
        scores = found if is_mine else self.texts.compare(of, text)
        self.out.add([Link(one, other, revision_link(version, scores))])

    # Rows

    def _relink(self) -> None:
        """A better document gave a known article its row: the spans of its links may have moved."""
        for number in self.chunk.renewed:
            for a, b, relation, commit_id in self.stories.links_of(number):
                if relation not in TEXT_RELATIONS or self.chunk.text(number) != number:
                    continue
                found = self.texts.compare(a, b)
                joins = found.relation == "near" and self.groups.find(a) == self.groups.find(b)
                first, second = self.texts[a], self.texts[b]
                self.out.add([Link(a, b, text_link(first, second, found, joins=joins))])
                row = SupersededRow(
                    subject_table="links",
                    subject_id=link_id(first.article_id, second.article_id, relation),
                    subject_commit_id=commit_id,
                    reason="the article's row was replaced",
                )
                self.out.superseded[row] = None  # both of its articles may have been replaced

    def _write_groups(self, final: dict[int, int]) -> None:
        """One row for each new article, and what the local index must learn."""
        for number, each in (self.chunk.new | self.chunk.renewed).items():
            text = self.chunk.text_of[number]
            group = final[text] if text in final else self.groups.find(text)
            self.out.arrivals.append(Arrival(number, text, group, each.item, each.seen))
            if number in self.chunk.new:
                name = self.texts[group].article_id
                row = group_row(each.item, number=number, text=text, leader=group, group_id=name)
                self.out.groups.append(row)


def _distance(a: Item, b: Item) -> tuple[float, str]:
    """How far two articles are apart in time; one without a date is farthest."""
    if a.published_at is None or b.published_at is None:
        return float("inf"), b.article_id
    return abs((a.published_at - b.published_at).total_seconds()), b.article_id
