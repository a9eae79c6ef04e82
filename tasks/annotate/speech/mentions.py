"""The named mentions of one field, by place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from warehouse.annotations import MentionRow


class Mentions:
    """The mentions of one field, by place."""

    def __init__(self, rows: Sequence[MentionRow]) -> None:
        self.rows = sorted(rows, key=lambda row: row.char_start)
        self.starts = [row.char_start for row in self.rows]

    def over(self, start: int, end: int) -> list[MentionRow]:
        """Return the mentions that overlap the code points start..end."""
        place = bisect_right(self.starts, start)
        found = []
        for row in self.rows[max(0, place - 1) :]:
            if row.char_start >= end:
                break
            if row.char_end > start:
                found.append(row)
        return found
