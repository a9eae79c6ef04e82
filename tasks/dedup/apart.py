"""Setting two articles apart: the decision of a person, and what it does to their group.

The decision is a row that every later matching respects. Their links are taken back; and if both
were in one group, it falls into the parts that hold together without joining the two. The part
with the leader keeps the group's id; every other one is a group of its own from now on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import pyarrow as pa

from tasks.dedup.canonical import linked_texts, links_to
from tasks.dedup.grouping import Groups
from tasks.dedup.identity import link_id
from tasks.dedup.linking import TEXT_RELATIONS, group_row, text_link
from tasks.dedup.matched import apart_texts
from tasks.dedup.posting import group_postings
from tasks.dedup.stories import Stories
from tasks.dedup.texts import Texts
from tasks.dedup.versions import revision
from warehouse.bookkeeping import SupersededRow
from warehouse.duplicates import DecisionRow, GroupRow, LinkRow
from warehouse.errors import BadSetting
from warehouse.schema import to_arrow

APART = "apart"
MOST_PAIRS = 200  # texts of a group up to which every pair is compared; else the linked ones
REASON = "a person set them apart"


@dataclass(slots=True)
class Split:
    """What the decision writes."""

    decision: DecisionRow
    superseded: dict[SupersededRow, None] = field(default_factory=dict)  # in order, each once
    groups: list[GroupRow] = field(default_factory=list)
    links: list[LinkRow] = field(default_factory=list)
    shingles: pa.Table | None = None

    def tables(self) -> dict[str, pa.Table]:
        """Return the rows by table, without the columns that the store adds."""
        rows = {
            "decisions": to_arrow("decisions", [self.decision]),
            "superseded": to_arrow("superseded", list(self.superseded)),
            "groups": to_arrow("groups", self.groups),
            "links": to_arrow("links", self.links),
        }
        return rows if self.shingles is None else {**rows, "shingles": self.shingles}


# Gives, for a table and ids of its subjects, the commit that wrote the row that counts now.
CommitOf = Callable[[str, Sequence[str]], Mapping[str, str]]


def set_apart(stories: Stories, decision: DecisionRow, commit_of: CommitOf) -> Split:
    """Return what a decision to set two articles apart writes.

    Raises BadSetting when they are one article, have the same words, or are not known.
    """
    one, other = decision.article_a, decision.article_b
    numbers = stories.numbers((one, other))
    if missing := sorted({one, other} - numbers.keys()):
        raise BadSetting(f"{missing[0]}: has not been matched; see: copydesk maintain")
    texts = stories.text_of(numbers.values())
    a, b = texts[numbers[one]], texts[numbers[other]]
    if a == b:
        raise BadSetting(f"{one} and {other} have the same words; nothing can set them apart")
    return _Splitting(stories, Split(decision), commit_of).run(a, b)


class _Splitting:
    def __init__(self, stories: Stories, out: Split, commit_of: CommitOf) -> None:
        self.stories, self.out, self.commit_of = stories, out, commit_of
        self.texts = Texts(stories)
        self.taken_back: set[str] = set()

    def run(self, a: int, b: int) -> Split:
        self._unlink(a, b)
        group = self.stories.groups_of((a, b))
        if group[a] == group[b]:
            parts = self._parts(self.stories.members(group[a]), a, b)
            self._regroup(group[a], parts)
        return self.out

    def _unlink(self, a: int, b: int) -> None:
        """Take back every link between articles of the two texts."""
        articles = self.stories.articles((a, b))
        text_of = self.stories.text_of(articles)
        for number in articles:
            for left, right, relation, _ in self.stories.links_of(number):
                if {text_of.get(left), text_of.get(right)} == {a, b}:
                    ids = articles[left].article_id, articles[right].article_id
                    self.taken_back.add(link_id(*ids, relation))
                    self._supersede("links", {link_id(*ids, relation): None})

    def _supersede(self, table: str, subjects: Mapping[str, str | None]) -> None:
        """Take rows back; without a commit for ever, whatever writes that id again."""
        for subject, commit_id in subjects.items():
            row = SupersededRow(
                subject_table=table,
                subject_id=subject,
                subject_commit_id=commit_id,
                reason=REASON,
            )
            self.out.superseded[row] = None

    def _parts(self, members: Sequence[int], a: int, b: int) -> list[list[int]]:
        """The members, joined again by their strongest links first, never the two."""
        self.texts.load(members)
        groups = Groups(lambda texts: {}, [*apart_texts(self.stories), (a, b)])
        for text in members:
            groups.add(text)
        for x, y in self._joining(members):
            if groups.may_join(x, y):
                groups.join(x, y)
        parts: dict[int, list[int]] = {}
        for text in members:
            parts.setdefault(groups.find(text), []).append(text)
        return list(parts.values())

    def _joining(self, members: Sequence[int]) -> list[tuple[int, int]]:
        """Pairs of members that are one item, the most alike first."""
        found = []
        for x, y in self._pairs(members):
            scores = self.texts.compare(*self.texts.later_first(x, y))
            is_version = scores.relation == "near" and revision(self.texts[x], self.texts[y])
            if scores.is_same_item or is_version:
                found.append((-scores.jaccard, x, y))
        return [(x, y) for _, x, y in sorted(found)]

    def _pairs(self, members: Sequence[int]) -> Iterator[tuple[int, int]]:
        if len(members) <= MOST_PAIRS:
            yield from combinations(members, 2)
            return
        inside = set(members)
        for text in members:
            for x, y, relation, _ in self.stories.links_of(text):
                if relation in TEXT_RELATIONS and x == text and y in inside:
                    yield x, y

    def _regroup(self, group: int, parts: Sequence[Sequence[int]]) -> None:
        """Write every member's row anew, so that no alias is needed any longer."""
        new: dict[int, list[int]] = {}
        for part in parts:
            leader = group if group in part else self._first(part)
            new[leader] = [leader, *(text for text in part if text != leader)]
            self._rows(leader, part)
            self._connect(part)
        self._say_apart(parts)
        aliases = [self.texts[alias].article_id for alias in self.stories.aliases_of(group)]
        self._supersede("group_aliases", self.commit_of("group_aliases", aliases))
        ids = [row.article_id for row in self.out.groups]
        self._supersede("groups", self.commit_of("groups", ids))
        del new[group]
        self.out.shingles = group_postings(new, self.stories)

    def _say_apart(self, parts: Sequence[Sequence[int]]) -> None:
        """Links between two parts stand, but no longer put both into one group."""
        part_of = {text: number for number, part in enumerate(parts) for text in part}
        for text in part_of:
            for a, b, relation, commit_id in self.stories.links_of(text):
                if text != a or relation != "near" or b not in part_of or part_of[a] == part_of[b]:
                    continue
                found = self.texts.compare(a, b)
                row = text_link(self.texts[a], self.texts[b], found, joins=False)
                if row.link_id not in self.taken_back:
                    self._supersede("links", {row.link_id: commit_id})
                    self.out.links.append(row)

    def _first(self, part: Sequence[int]) -> int:
        return min(part, key=lambda text: self.texts[text].canonical_order)

    def _rows(self, leader: int, part: Sequence[int]) -> None:
        articles, name = self.stories.articles(part), self.texts[leader].article_id
        texts = self.stories.text_of(articles)
        self.out.groups += [
            group_row(item, number=number, text=texts[number], leader=leader, group_id=name)
            for number, item in sorted(articles.items())
        ]

    def _connect(self, part: Sequence[int]) -> None:
        """Every text of a part gets a link to the part's canonical one."""
        articles = self.stories.articles(part)
        canonical = min(articles, key=lambda number: articles[number].canonical_order)
        centre = self.stories.text_of([canonical])[canonical]
        missing = set(part) - linked_texts(self.stories, centre)
        self.out.links += [link.row for link in links_to(self.texts, centre, missing)]
