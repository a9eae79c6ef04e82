"""Lines of a PDF page to paragraphs, by where they stand on the page.

A gap larger than that between most lines, or a first line set in, begins a paragraph. At the foot
of a column or a page one goes on unless its sentence ended there. Lines that nothing parts are left
to the rules for plain text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tasks.joining import join_groups

_COMMON = 0.15  # of all steps from line to line have the distance of lines in paragraphs
_WIDER = 1.2  # times the usual distance of lines; paragraphs are set apart by half a line or more
_INDENT = (4, 60)  # points; less is an uneven margin, more another column
_MOST_LINES = 25  # of one paragraph; more were not parted by what this module knows
_EDGE = 3  # lines at the head and foot of a page in which running titles are looked for

_DIGITS = re.compile(r"\d+")
_BULLET = re.compile(r"[•▪●■◦‣⁃∙·]\s")
_ENDS = re.compile(r"[.!?:…。！？][\"'”’»“)\]]*\Z")


@dataclass(frozen=True, slots=True)
class Line:
    """A line and where it begins, in points from the left and from the foot of the page."""

    text: str
    left: float
    height: float


class Lines:
    """Gathers the lines of a page as pypdf meets its texts."""

    def __init__(self) -> None:
        self.found: list[Line] = []
        self._pieces: list[str] = []
        self._place: tuple[float, float] | None = None

    def take(self, piece: str, page: Sequence[float], line: Sequence[float], *font: object) -> None:
        """Take a piece of text with the two matrices that say where it stands."""
        for number, part in enumerate(piece.split("\n")):
            if number:
                self.end()
            if part.strip() and self._place is None:
                across = page[0] * line[4] + page[2] * line[5] + page[4]
                up = page[1] * line[4] + page[3] * line[5] + page[5]
                self._place = (float(across), float(up))
            self._pieces.append(part)

    def end(self) -> None:
        """End a line."""
        words = " ".join("".join(self._pieces).split())
        if words:
            left, height = self._place or (0.0, 0.0)
            self.found.append(Line(words, left, height))
        self._pieces, self._place = [], None


def paragraphs_of(pages: Sequence[Sequence[Line]]) -> list[str]:
    """Return the paragraphs of a document; lines that nothing parts stay lines of one text."""
    groups = [[line.text for line in group] for group in _groups(pages)]
    short = [group for group in groups if len(group) <= _MOST_LINES]
    joined = join_groups(short, Counter())
    return [next(joined) if len(group) <= _MOST_LINES else "\n".join(group) for group in groups]


def _groups(pages: Sequence[Sequence[Line]]) -> Iterator[list[Line]]:
    """Yield the lines of each paragraph."""
    lines = [line for page in pages for line in page]
    pitch = _pitch(lines)
    group = lines[:1]
    for above, line in pairwise(lines):
        if _is_parted(above, line, pitch, is_first=len(group) == 1):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _pitch(lines: Sequence[Line]) -> float:
    """Return the usual distance of two lines of a paragraph, 0 where there is none.

    It is the smallest that is no exception: in a text of short paragraphs the gaps between them
    may be as many.
    """
    steps = [above.height - line.height for above, line in pairwise(lines)]
    usual = Counter(round(step) for step in steps if step > 1)
    least = _COMMON * usual.total()
    return min((step for step, times in usual.items() if times >= least), default=0)


def _is_parted(above: Line, line: Line, pitch: float, *, is_first: bool) -> bool:
    step = above.height - line.height
    if _BULLET.match(line.text):
        return True
    if step <= 0:  # another column or page; a note beside the line stands as high
        return _ENDS.search(above.text) is not None
    least, most = _INDENT
    is_set_in = least < line.left - above.left < most and not is_first
    return step > _WIDER * pitch or is_set_in


def without_running_lines(
    pages: Sequence[Sequence[Line]],
) -> tuple[list[Sequence[Line]], int]:
    """Leave out what stands at the head or foot of half of the pages, and say how many lines.

    Figures do not count: pages are numbered.
    """
    if len(pages) < 2:
        return list(pages), 0
    seen = Counter(key for page in pages for key in {_masked(line) for line in _edges(page)})
    running = {key for key, times in seen.items() if times > 1 and 2 * times >= len(pages)}
    kept: list[Sequence[Line]] = []
    left_out = 0
    for page in pages:
        drop = {id(line) for line in _edges(page) if _masked(line) in running}
        left_out += len(drop)
        kept.append([line for line in page if id(line) not in drop])
    return kept, left_out


def _edges(page: Sequence[Line]) -> Sequence[Line]:
    return [*page[:_EDGE], *page[max(_EDGE, len(page) - _EDGE) :]]


def _masked(line: Line) -> str:
    return _DIGITS.sub("0", line.text)
