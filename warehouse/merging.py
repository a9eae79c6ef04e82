"""Which small files of a table are worth making one: tiers, as log-structured merges have them."""

from __future__ import annotations

from collections.abc import Iterable


def worth_merging(sizes: Iterable[int], *, growth: int, small: int, largest: int) -> int:
    """Return how many of the smallest files to merge; `sizes` ascend, in any one unit.

    A file joins unless it is more than `growth` times as large as all before it together, so that
    a row is rewritten a number of times that grows with the logarithm of the table. Files up to
    `small` always join, files above `largest` never.
    """
    count = total = 0
    for size in sizes:
        if size > min(max(growth * total, small), largest):
            break
        count += 1
        total += size
    return count
