"""What stands inside quotation marks, of any language, by the marks alone."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import cache

_MOST_CHARS = 1_000  # of a quotation that one paragraph opens and closes
_MOST_SINGLE = 200  # single marks are also apostrophes, so only short ones are believed


class Ranges:
    """Half-open ranges of a text, joined where they touch."""

    def __init__(self, ranges: Iterable[tuple[int, int]]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(ranges):
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(end, self._ends[-1])
            else:
                self._starts.append(start)
                self._ends.append(end)

    def hold(self, start: int, end: int) -> bool:
        """Does one of them hold all of this?"""
        at = bisect_right(self._starts, start) - 1
        return at >= 0 and end <= self._ends[at]


def marked(text: str) -> list[tuple[int, int]]:
    """Return the ranges between an opening and a closing mark, in order, without the marks."""
    if not _marks().search(text):
        return []
    return [(match.start() + 1, match.end() - 1) for match in _pattern().finditer(text)]


@cache
def _marks() -> re.Pattern[str]:
    return re.compile("[\"'‘“„«»「『]")


@cache
def _pattern() -> re.Pattern[str]:
    """No opening mark stands inside, so no place of a text is tried twice."""
    pairs = ("““”", "„„“”", "««»", "»»«", '""', "「「」", "『『』")
    double = (
        f"{each[0]}[^{each}\\n]{{1,{_MOST_CHARS}}}+[{each[1:] if len(each) == 2 else each[2:]}]"
        for each in pairs
    )
    inside = r"(?:[^'‘’\n]|(?<=\w)['’](?=\w))"
    single = rf"(?<!\w)['‘](?=\w){inside}{{1,{_MOST_SINGLE}}}+['’](?!\w)"
    return re.compile("|".join((*double, single)))
