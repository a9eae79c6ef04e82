"""What copydesk says about the same texts: candidates, verified links, groups.

Here all is in memory and in one piece, through the functions that the pipeline calls; a run of the
whole product on the same texts is in `product.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tasks.dedup import compare, shingles
from tasks.dedup.candidates import find_candidates
from tasks.dedup.tokens import tokenize
from tests.bench.dedup.peers import Clock, Pairs
from warehouse.items import Item
from warehouse.shingle_index import NO_MONTH, Hits, Segment, search, sorted_segment

BATCH = 500  # texts tokenised at once


@dataclass(frozen=True, slots=True)
class Link:
    """A pair that was verified: relation, and whether it puts both into one group."""

    relation: str
    is_same_item: bool


@dataclass
class Result:
    """What was said of pairs (place, smaller place) of all texts, kept ones first."""

    candidates: Pairs = field(default_factory=set)
    links: dict[tuple[int, int], Link] = field(default_factory=dict)
    groups: list[int] = field(default_factory=list)  # of every text; named by its first article
    seconds: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class Kept:
    """The index of the kept texts, in memory."""

    def __init__(self, sketches: shingles.Sketches) -> None:
        months = np.full(len(sketches.hashes), NO_MONTH, dtype=np.int16)
        self._segment = sorted_segment(sketches.hashes, sketches.owners, months)

    def find(
        self,
        needles: NDArray[np.int64],
        months: NDArray[np.int16],
        *,
        limit: int,
        beside: Sequence[Segment] = (),
    ) -> Hits:
        """Return who has these hashes, here or in a segment beside it."""
        parts = (self._segment, *beside)
        everything = sorted_segment(
            np.concatenate([part.hashes for part in parts]),
            np.concatenate([part.numbers for part in parts]),
            np.concatenate([part.months for part in parts]),
        )
        return search(everything, needles, months, limit=limit)


def matched(kept: Sequence[str], new: Sequence[str]) -> Result:
    """Match new texts with kept ones (timed), then all that is left for the groups (not timed)."""
    clock, result = Clock(), Result()
    known, coming = _sketched(kept), _sketched(new)
    result.seconds["sketch"] = clock.lap()
    found = _candidates(coming, len(kept), len(new), Kept(known), result)
    result.candidates = {pair for pair in found if pair[1] < len(kept)}
    result.seconds["match"] = clock.lap()
    prepared = _prepared([*kept, *new])
    groups = Groups(len(prepared))
    _compare(result.candidates, prepared, groups, result)
    result.seconds["verify"] = clock.lap()
    rest = found - result.candidates
    rest |= _candidates(known, 0, len(kept), Kept(_sketched([])), result)
    _compare((pair for pair in rest if not groups.has(*pair)), prepared, groups, result)
    result.groups = [groups.find(at) for at in range(len(prepared))]
    return result


def _sketched(texts: Sequence[str]) -> shingles.Sketches:
    """Sketch all texts, batch by batch; owners are places in `texts`."""
    parts = [shingles.sketch([], [])]
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        found = shingles.sketch(tokenize(batch), [((0, len(text)),) for text in batch])
        owners = (found.owners + start).astype(np.int32)
        parts.append(shingles.Sketches(found.hashes, owners, found.scripts, found.places))
    return shingles.Sketches(
        np.concatenate([part.hashes for part in parts]),
        np.concatenate([part.owners for part in parts]),
        np.concatenate([part.scripts for part in parts]),
        np.concatenate([part.places for part in parts]),
    )


def _candidates(
    sketches: shingles.Sketches, first: int, size: int, index: Kept, result: Result
) -> Pairs:
    """Return (place, smaller place) of what one batch may be copies of; every text is a group."""
    numbers = np.arange(first, first + size, dtype=np.int32)
    months = np.full(size, NO_MONTH, dtype=np.int16)
    found = find_candidates(
        sketches, numbers, months, index, lambda texts: {at: at for at in texts}
    )
    result.notes.append(f"{found.overflowed:,} lists of texts with one hash were cut")
    pairs = ((each.new, each.other) for each in found.candidates)
    return {(max(pair), min(pair)) for pair in pairs}


def _prepared(texts: Sequence[str]) -> list[compare.Prepared]:
    items = [
        Item(article_id=f"{at:08}", identity_sha256=f"{at:08}", text=text, body=((0, len(text)),))
        for at, text in enumerate(texts)
    ]
    batches = (items[start : start + BATCH] for start in range(0, len(items), BATCH))
    return [each for batch in batches for each in compare.prepare(batch)]


def _compare(
    pairs: Iterable[tuple[int, int]],
    prepared: Sequence[compare.Prepared],
    groups: Groups,
    result: Result,
) -> None:
    """Add the links among the pairs, and unite what is the same item."""
    for a, b in pairs:
        found = compare.compare(prepared[a], prepared[b])
        if found.relation is not None:
            result.links[a, b] = Link(found.relation, found.is_same_item)
        if found.is_same_item:
            groups.join(a, b)


class Groups:
    """Which texts are one item; a group is named by its first text."""

    def __init__(self, size: int) -> None:
        self._parents = list(range(size))

    def find(self, at: int) -> int:
        """Return the first text of the group."""
        while self._parents[at] != at:
            self._parents[at] = at = self._parents[self._parents[at]]
        return at

    def has(self, a: int, b: int) -> bool:
        """Are both in one group?"""
        return self.find(a) == self.find(b)

    def join(self, a: int, b: int) -> None:
        """Make one group of two."""
        first, second = sorted((self.find(a), self.find(b)))
        self._parents[second] = first
