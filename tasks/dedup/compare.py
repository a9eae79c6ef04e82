"""Two texts side by side: how much they share, where, and what that makes of them.

Texts are compared as sets of 5-grams of tokens of the body (tasks/dedup/tokens.py); 5-grams run on
over the borders of paragraphs. Scores come first, and are cheap; where and in what two texts differ
is worked out for related pairs alone.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tasks.dedup.differences import Difference, Reading, describe, explain, read
from tasks.dedup.spans import grams, shared_runs
from tasks.dedup.tokens import Tokens, tokenize
from warehouse.items import Item, Spans

__all__ = ["VERSION", "Comparison", "Difference", "Prepared", "SharedSpan", "compare", "prepare"]

VERSION = 1  # of the scores, the relations and what differs; in every row of links
GRAM = 5  # tokens; DESIGN section 5
NEAR = 0.5  # Jaccard; DESIGN section 5
LITTLE = 0.1  # Jaccard of all but one paragraph; copies with another lead share more than one
CONTAINS = 0.8  # containment; DESIGN section 5
MOST_SPANS = 50  # kept, the longest
SLICE_CHARS = 4_000_000  # of text tokenized at once: about 100 MB of working arrays

# What is shared must be worth this much before it counts as more than chance or stock phrases, in
# words; a character of an unspaced script is worth 6/10 and 6/16 of a word: the shingles that
# DESIGN section 5 measured to be equally telling are 6 words, 10 Han or 16 Thai characters.
WORTH = np.array([1.0, 1.0, 0.6, 0.375])  # by tokens.Script
#
# Measured on 1,500 Senate releases: of the pairs with a shared piece of 20 words all but a few have
# a passage in common; pieces of 10 to 16 words are titles and formulae ("Chairman of the Senate
# Republican Conference"), and so are pieces of up to 30 characters in 1,000 items of a Chinese
# bulletin. Without the deduction for phrases twice as many pairs of releases, and seventy times as
# many of the bulletin, pass the second rule. Texts of which 30 % of the words were replaced pass
# in 97 of 100 cases, excerpts of 30 words in another article in 99.7 (English and Spanish).
LONG_SPAN = 20.0  # words in one piece
PHRASE = 4.0  # words deducted from every piece, as a stock phrase has them
SUM_OF_SPANS = 10.0  # words that remain of all pieces, if they are also
LEAST_SHARE = 0.1  # of the shorter text

MIRRORED = {"contains": "contained_in", "contained_in": "contains"}


@dataclass(frozen=True)
class Prepared:
    """The body of one item, ready to be compared any number of times.

    `tokens` are those of the body; `breaks` the numbers of those that do not follow on the one
    before (what stands between is not body); `grams` the distinct 5-grams, sorted.
    """

    item: Item
    tokens: Tokens
    breaks: NDArray[np.int64]
    grams: NDArray[np.uint64]

    @cached_property
    def reading(self) -> Reading:
        """Figures, dates, names and words of the body; made when first needed."""
        return read(self.item, self.tokens)

    @property
    def order(self) -> tuple[str, str, Spans]:
        """A place among texts that does not depend on the order they come in."""
        return self.item.text, self.item.headline or "", self.item.body


@dataclass(frozen=True, slots=True)
class SharedSpan:
    """The same tokens in both: half-open code points of both Item.text."""

    a_start: int
    a_end: int
    b_start: int
    b_end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What two texts have to do with each other; the columns of links have the same names.

    `relation`: near, contains (a contains b), contained_in, reuses; None: not related. Shared
    spans (the 50 longest), differences and reason are of related pairs alone.
    """

    relation: str | None
    jaccard: float
    containment_a: float
    containment_b: float
    shared_spans: tuple[SharedSpan, ...] = ()
    differs: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    is_same_item: bool = False
    reason: str | None = None


def prepare(items: Sequence[Item]) -> list[Prepared]:
    """Return every item ready to be compared, in the order given."""
    prepared: list[Prepared] = []
    first = chars = 0
    for number, item in enumerate(items, 1):
        chars += len(item.text)
        if chars >= SLICE_CHARS or number == len(items):
            chunk = items[first:number]
            found = tokenize([each.text for each in chunk])
            prepared += [_prepared(*each) for each in zip(chunk, found, strict=True)]
            first, chars = number, 0
    return prepared


def compare(a: Prepared, b: Prepared) -> Comparison:
    """Return what a and b have to do with each other; compare(b, a) is its mirror."""
    found = _mirror(_compare(b, a)) if a.order > b.order else _compare(a, b)
    return replace(found, reason=explain(found.reason, found.differences))


def _compare(a: Prepared, b: Prepared) -> Comparison:
    """Compare two texts, the first in order first."""
    shared = _count_shared(a.grams, b.grams)
    scores = Comparison(
        relation=None,
        jaccard=shared / max(1, len(a.grams) + len(b.grams) - shared),
        containment_a=shared / max(1, len(a.grams)),
        containment_b=shared / max(1, len(b.grams)),
    )
    if scores.jaccard < NEAR and shared < SUM_OF_SPANS:
        return scores  # too few: a piece has no more words, phrases deducted, than it has 5-grams
    return _related(a, b, scores)


def _related(a: Prepared, b: Prepared, scores: Comparison) -> Comparison:
    """Complete the scores with relation, spans and differences, if there is a relation."""
    runs = _runs(a, b)
    relation = _relation(a, b, scores, runs)
    if relation is None:
        return scores
    related = replace(scores, relation=relation, shared_spans=_spans(a, b, runs))
    if relation != "near":
        return replace(related, reason=_reason(related))
    verdict = describe(a.reading, b.reading)
    is_one_paragraph = verdict.is_same_item and _share_one_paragraph(a, b)
    return replace(
        related,
        differs=verdict.differs,
        differences=verdict.differences,
        is_same_item=verdict.is_same_item and not is_one_paragraph,
        reason="one paragraph, and little else" if is_one_paragraph else verdict.summary,
    )


def _share_one_paragraph(a: Prepared, b: Prepared) -> bool:
    """Whether all but one of several paragraphs differ: a disclaimer longer than the articles.

    It would be masked once it is known as boilerplate; whether it is known depends on what came
    before, and this must not.
    """
    mine, other = _paragraphs(a.item), _paragraphs(b.item)
    common = mine.keys() & other.keys()
    if len(common) != 1 or min(len(mine), len(other)) < 3:
        return False
    rest = [_without(each.item, common) for each in (a, b)]
    left, right = prepare(rest)
    shared = _count_shared(left.grams, right.grams)
    return shared < LITTLE * max(1, len(left.grams) + len(right.grams) - shared)


def _paragraphs(item: Item) -> dict[str, tuple[int, int]]:
    return {item.text[start:end]: (start, end) for start, end in item.body}


def _without(item: Item, gone: Set[str]) -> Item:
    body = tuple(span for text, span in _paragraphs(item).items() if text not in gone)
    return replace(item, body=body)


def _relation(a: Prepared, b: Prepared, scores: Comparison, runs: NDArray[np.int64]) -> str | None:
    """Name the relation; None where what is shared may be chance or stock phrases."""
    if scores.jaccard >= NEAR:
        return "near"
    if not _is_reuse(a, b, runs):
        return None
    if max(scores.containment_a, scores.containment_b) < CONTAINS:
        return "reuses"
    return "contains" if scores.containment_b > scores.containment_a else "contained_in"


def _is_reuse(a: Prepared, b: Prepared, runs: NDArray[np.int64]) -> bool:
    """Whether the shared runs are long, or many for the length of the shorter text."""
    worth = np.append(0, np.cumsum(WORTH[a.tokens.scripts]))
    pieces = worth[runs[:, 0] + runs[:, 2]] - worth[runs[:, 0]]
    shorter = min(worth[-1], WORTH[b.tokens.scripts].sum())
    rest = np.maximum(pieces - PHRASE, 0).sum()
    is_long = bool(pieces.max(initial=0) >= LONG_SPAN)
    return is_long or bool(rest >= max(SUM_OF_SPANS, LEAST_SHARE * shorter))


def _count_shared(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> int:
    """Return how many values two sorted sets have in common."""
    few, many = (a, b) if len(a) <= len(b) else (b, a)
    if len(few) == 0:
        return 0
    places = np.searchsorted(many, few)
    return int(np.count_nonzero(many.take(places, mode="clip") == few))


def _gram_size(tokens: Tokens) -> int:
    """Return how many tokens make a gram: of a shorter text, all it has."""
    return min(GRAM, max(1, len(tokens.hashes)))


def _prepared(item: Item, tokens: Tokens) -> Prepared:
    """Keep the tokens that lie wholly in the body."""
    kept = np.zeros(len(tokens.starts), bool)
    for start, end in item.body:
        low, high = np.searchsorted(tokens.starts, (start, end))
        high -= int(high > low and tokens.ends[high - 1] > end)
        kept[low:high] = True
    places = np.flatnonzero(kept)
    body = Tokens(
        hashes=tokens.hashes[kept],
        starts=tokens.starts[kept],
        ends=tokens.ends[kept],
        scripts=tokens.scripts[kept],
    )
    breaks = np.flatnonzero(np.diff(places) > 1) + 1
    return Prepared(item, body, breaks, np.unique(grams(body.hashes, _gram_size(body))))


def _runs(a: Prepared, b: Prepared) -> NDArray[np.int64]:
    """Return the shared runs of tokens, the longest first."""
    size = min(_gram_size(a.tokens), _gram_size(b.tokens))
    return shared_runs(a.tokens.hashes, b.tokens.hashes, a.breaks, b.breaks, size)


def _spans(a: Prepared, b: Prepared, runs: NDArray[np.int64]) -> tuple[SharedSpan, ...]:
    """Return the longest runs as code points of both texts."""
    i, j, last = runs[:MOST_SPANS, 0], runs[:MOST_SPANS, 1], runs[:MOST_SPANS, 2] - 1
    ends = a.tokens.starts[i], a.tokens.ends[i + last], b.tokens.starts[j], b.tokens.ends[j + last]
    return tuple(SharedSpan(*each) for each in np.stack(ends, axis=1).tolist())


def _reason(related: Comparison) -> str:
    """Say how much of which text the other has."""
    less, more = sorted((related.containment_a, related.containment_b))
    longest = related.shared_spans[0]
    return (
        f"{more:.0%} of one text and {less:.0%} of the other stand in both, "
        f"the longest piece with {longest.a_end - longest.a_start} characters"
    )


def _mirror(one: Comparison) -> Comparison:
    """Exchange the sides."""
    return replace(
        one,
        relation=MIRRORED.get(one.relation or "", one.relation),
        containment_a=one.containment_b,
        containment_b=one.containment_a,
        shared_spans=tuple(
            SharedSpan(each.b_start, each.b_end, each.a_start, each.a_end)
            for each in one.shared_spans
        ),
        differences=tuple(Difference(each.kind, each.b, each.a) for each in one.differences),
    )
