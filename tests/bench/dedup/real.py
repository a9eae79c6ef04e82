"""Real near-duplicates: all pairs of a sample that are alike by brute force, and who finds them.

Exact: an inverted index of all 5-grams of all texts counts what a sampled text shares with each
other one. No sketch takes part in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

import numpy as np
from numpy.typing import NDArray

from tests.bench.dedup.ours import Result
from tests.bench.dedup.truth import Truth

LEAST_JACCARD = 0.6  # pairs that must be linked
MOST_UNLIKE = 0.3  # below it, a pair inside a group is an error
PAIRS_PER_GROUP = 50  # so that one great group does not decide


class Everything:
    """An inverted index of all 5-grams of all texts."""

    def __init__(self, truth: Truth, size: int) -> None:
        self._sets = [np.unique(truth.grams(at)) for at in range(size)]
        owners = np.repeat(np.arange(size), [len(each) for each in self._sets])
        grams = np.concatenate(self._sets)
        order = np.argsort(grams, kind="stable")
        self._grams, self._owners = grams[order], owners[order]

    def jaccards(self, at: int) -> NDArray[np.float64]:
        """Return the exact Jaccard of one text with every text."""
        wanted = self._sets[at]
        low = np.searchsorted(self._grams, wanted, "left")
        high = np.searchsorted(self._grams, wanted, "right")
        counts = high - low
        firsts = np.repeat(low - np.cumsum(counts) + counts, counts)
        sharing = self._owners[firsts + np.arange(len(firsts))]
        both = np.bincount(sharing, minlength=len(self._sets))
        sizes = np.array([len(each) for each in self._sets])
        return both / (sizes + len(wanted) - both)


def alike_pairs(index: Everything, sample: Sequence[int]) -> dict[tuple[int, int], float]:
    """Return the pairs of sampled texts with any other at the least Jaccard or above."""
    pairs = {}
    for at in sample:
        shares = index.jaccards(at)
        for other in np.flatnonzero(shares >= LEAST_JACCARD).tolist():
            if other != at:
                pairs[max(at, other), min(at, other)] = float(shares[other])
    return pairs


def measured(texts: Sequence[str], result: Result, seed: int, sample: int) -> str:
    """Return the lines to print: recall of alike pairs, unlike pairs inside groups."""
    truth = Truth(texts)
    drawn = Random(f"{seed} real").sample(range(len(texts)), min(sample, len(texts)))
    pairs = alike_pairs(Everything(truth, len(texts)), drawn)
    groups = result.groups
    missed = sorted(
        (a, b) for a, b in pairs if (a, b) not in result.links and groups[a] != groups[b]
    )
    inside = list(_pairs_inside(groups, Random(f"{seed} groups")))
    unlike = [pair for pair in inside if truth.jaccard(*pair) < MOST_UNLIKE]
    sizes = np.bincount(groups)
    apart = sum(groups[a] != groups[b] for a, b in pairs)
    return "\n".join(
        [
            f"{len(texts):,} articles, all partners of {len(drawn):,} of them by brute force",
            f"- pairs with Jaccard >= {LEAST_JACCARD}: {len(pairs):,}; linked or in one group: "
            f"{_share(len(pairs) - len(missed), len(pairs))}; in different groups: {apart:,}",
            f"- missed: {[(a, b, round(pairs[a, b], 3)) for a, b in missed[:20]]}",
            f"- groups: {(sizes > 0).sum():,}, the largest of {sizes.max():,}; pairs inside looked "
            f"at (at most {PAIRS_PER_GROUP} of a group): {len(inside):,}; with Jaccard < "
            f"{MOST_UNLIKE}: {_share(len(unlike), len(inside))} {unlike[:5] or ''}",
            f"- links: {len(result.links):,}",
        ]
    )


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({100 * part / max(1, whole):.2f} %)"


def _pairs_inside(groups: Sequence[int], rng: Random) -> Iterator[tuple[int, int]]:
    """Yield pairs of texts in one group, all of a small one, some of a great one."""
    members: dict[int, list[int]] = {}
    for at, group in enumerate(groups):
        members.setdefault(group, []).append(at)
    for found in members.values():
        if len(found) * (len(found) - 1) // 2 <= PAIRS_PER_GROUP:
            yield from ((b, a) for at, a in enumerate(found) for b in found[at + 1 :])
        else:
            for _ in range(PAIRS_PER_GROUP):
                one, other = rng.sample(found, 2)
                yield one, other
