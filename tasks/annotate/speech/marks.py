"""Where quotation marks open and close.

Marks are read family by family ("double" with all its shapes, guillemets, singles, corners), so
that a quote inside a quote has its own state. News text is dirty: marks are doubled, never closed,
turned the wrong way. So the character says only what a mark would like to be; its neighbours and
what is open decide.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# A quote that goes on in another paragraph without a mark there spans at most this: a closing mark
# farther away is a stray one. About five paragraphs of a news item.
REACH = 3_000
# Blanks that may stand between the end of a paragraph and the mark that starts the next.
_INDENT = 40
# A single quotation mark looks like an apostrophe; what it opens must close within this.
SINGLE_REACH = 600
# Elision at the start of a word: the apostrophe opens nothing.
_ELIDED = re.compile(r"(?:\d|(?:em|tis|twas|til|cause|cuz|bout|round|n)\b)", re.IGNORECASE)
_MARK = re.compile(
    r"[\"\u201c\u201d\u201e\u201f\uff02\u00ab\u00bb\u2039\u203a\u300c-\u300f\u301d-\u301f]+|''|``"
)
_SINGLE = re.compile(r"['\u2018\u2019\u201a\u201b]")
_FAMILY = (
    dict.fromkeys("\"\u201c\u201d\u201e\u201f\uff02\u301d\u301e\u301f'`", "double")
    | dict.fromkeys("\u00ab\u00bb", "guillemet")
    | dict.fromkeys("\u2039\u203a", "small guillemet")
    | dict.fromkeys("\u300c\u300d", "corner")
    | dict.fromkeys("\u300e\u300f", "white corner")
)
_ALWAYS_OPEN = frozenset("\u201e\u300c\u300e\u301d`")
_ALWAYS_CLOSE = frozenset("\u300d\u300f\u301e\u301f")
_LIKES_OPEN = frozenset("\u201c\u00ab\u2039\u201f")
_LIKES_CLOSE = frozenset("\u201d\u00bb\u203a")
# What may stand before an opening mark without a blank, and after a closing one.
_BEFORE_OPEN = frozenset(
    "([{\u2014\u2013-/:\u2018'\u201a\u00bf\u00a1\u201c\"\u00ab\u3000\uff1a\uff0c\u3002\u3001"
)
_AFTER_CLOSE = frozenset(
    ".,;:!?)]}\u2014\u2013-/\u2019'\u2026\u3002\uff0c\uff1a\uff01\uff1f\u3001\u060c\u061b\u061f\u201d\"\u00bb"
)


@dataclass(frozen=True, slots=True)
class Quoted:
    """What stands between an opening and a closing mark, as half-open code points."""

    start: int  # without marks and the blanks inside them
    end: int
    outer_start: int  # with the marks
    outer_end: int
    is_closed: bool
    is_single: bool = False


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    family: str
    leaning: str  # open, close or either, by the character and its neighbours


def quoted_spans(text: str, breaks: Sequence[int]) -> list[Quoted]:
    """Return the outermost quoted spans of `text` in reading order.

    `breaks` are the ends of its paragraphs, ascending. Quotes inside quotes are left to the outer
    one. Linear in the number of marks.
    """
    doubles = [pair for family in _by_family(_marks(text)) for pair in _pairs(text, family, breaks)]
    outer = _outermost(sorted(doubles, key=lambda q: (q.outer_start, -q.outer_end)))
    singles = _singles(text, breaks, outer)
    return _outermost(sorted(outer + singles, key=lambda q: (q.outer_start, -q.outer_end)))


def _by_family(marks: Iterator[_Mark]) -> list[list[_Mark]]:
    families: dict[str, list[_Mark]] = {}
    for mark in marks:
        families.setdefault(mark.family, []).append(mark)
    return list(families.values())


def _marks(text: str) -> Iterator[_Mark]:
    """Yield the marks; the same one written twice is one."""
    for match in _MARK.finditer(text):
        start, end = match.span()
        while start < end:
            family, stop = _FAMILY[text[start]], start + 1
            while stop < end and _FAMILY[text[stop]] == family and _same_turn(text, start, stop):
                stop += 1
            yield _Mark(start, stop, family, _leaning(text, start, stop))
            start = stop


def _same_turn(text: str, start: int, stop: int) -> bool:
    """Is the mark at `stop` the one at `start` again, and not its counterpart (an empty quote)?"""
    return text[stop] == text[start] or not {text[start], text[stop]} & _LIKES_OPEN


def _leaning(text: str, start: int, end: int) -> str:
    char = text[start]
    if char in _ALWAYS_OPEN:
        return "open"
    if char in _ALWAYS_CLOSE:
        return "close"
    before = text[start - 1] if start else " "
    if before == "\\":  # an escaped mark of a badly unpacked file
        before = text[start - 2] if start > 1 else " "
    after = text[end] if end < len(text) else " "
    opens = before.isspace() or before in _BEFORE_OPEN
    closes = after.isspace() or after in _AFTER_CLOSE or after == "\\"
    if char in _LIKES_OPEN:
        return "either" if closes and not opens else "open"
    if char in _LIKES_CLOSE:
        return "either" if opens and not closes else "close"
    return "either" if opens == closes else "open" if opens else "close"


def _pairs(text: str, marks: Sequence[_Mark], breaks: Sequence[int]) -> Iterator[Quoted]:
    """Pair the marks of one family."""
    opened: _Mark | None = None
    depth = done = 0
    for number, mark in enumerate(marks):
        if opened is None:
            if _may_open(text, mark):
                opened, depth = mark, 0
            else:
                yield from _lost_opening(text, mark, done, breaks)
            done = mark.end
            continue
        done = mark.end
        limit = _paragraph_end(breaks, opened.end if number == 0 else marks[number - 1].end, text)
        if mark.start >= limit and not _goes_on(text, marks, number, limit, breaks):
            yield _span(
                text,
                opened.start,
                opened.end,
                _end_of_open(text, opened.end, limit),
                None,
            )
            opened, depth = (mark, 0) if _may_open(text, mark) else (None, 0)
        elif mark.leaning == "open":
            if not _starts_paragraph(mark, breaks, text) and _nests(
                text, marks, number, limit, breaks
            ):
                depth += 1
        elif depth:
            depth -= 1
        else:
            yield _span(text, opened.start, opened.end, mark.start, mark.end)
            opened = None
    if opened is not None:
        limit = _paragraph_end(breaks, marks[-1].end, text)
        yield _span(text, opened.start, opened.end, _end_of_open(text, opened.end, limit), None)


def _lost_opening(text: str, mark: _Mark, done: int, breaks: Sequence[int]) -> Iterator[Quoted]:
    """Yield what a closing mark closes that nothing opened: its paragraph up to the mark."""
    place = bisect_left(breaks, mark.start)
    start = breaks[place - 1] if place else 0
    ends_sentence = mark.start > start and text[mark.start - 1] in ",.?!"
    if done <= start and ends_sentence and mark.start - start <= REACH:
        yield _span(text, start, start, mark.start, mark.end)


def _may_open(text: str, mark: _Mark) -> bool:
    if mark.leaning == "open":
        return True
    before = text[mark.start - 1] if mark.start else " "
    after = text[mark.end] if mark.end < len(text) else " "
    if before.isdigit() or before in "'\u2019\u2032\u2033":
        return False  # feet and inches
    return not after.isspace() and (after.isalnum() or mark.leaning == "either")


def _goes_on(
    text: str, marks: Sequence[_Mark], number: int, limit: int, breaks: Sequence[int]
) -> bool:
    """Does a quote that is open at the paragraph's end (`limit`) go on to the mark `number`?"""
    mark = marks[number]
    if mark.start - limit > REACH or _ends_attributed(text, limit):
        return False
    if mark.leaning == "close":
        return True
    if not _starts_paragraph(mark, breaks, text):
        return False
    if not text[limit : mark.start].strip():
        return True
    # Paragraphs without marks between: the same quote only if this mark's paragraph ends open too.
    following = marks[number + 1] if number + 1 < len(marks) else None
    return following is not None and following.start >= _paragraph_end(breaks, mark.end, text)


# A paragraph that ends in "..., said Smith." is over, whatever its marks say.
_ATTRIBUTED = re.compile(
    r",?\W{0,3}\b(?:(?:said|says|added|stated)\s+(?:[\w.'\u2019-]+\s*){1,6}"
    r"|(?:[A-Z][\w.'\u2019-]+\s+){1,4}(?:said|says|added|stated))[.:]?\s*$"
)


def _ends_attributed(text: str, limit: int) -> bool:
    return _attribution(text, max(0, limit - 90), limit) is not None


def _attribution(text: str, start: int, end: int) -> re.Match[str] | None:
    tail = text[start:end]  # cheaper to look through than the pattern
    if not ("sa" in tail or "added" in tail or "stated" in tail):
        return None
    return _ATTRIBUTED.search(text, start, end)


def _end_of_open(text: str, start: int, limit: int) -> int:
    """Where a quote that nothing closes ends: its paragraph's end, or before `said Smith`."""
    found = _attribution(text, max(start, limit - 90), limit)
    return limit if found is None else found.start() + (text[found.start()] == ",")


def _starts_paragraph(mark: _Mark, breaks: Sequence[int], text: str) -> bool:
    place = bisect_left(breaks, mark.start)
    start = breaks[place - 1] if place else 0
    return mark.start - start <= _INDENT and not text[start : mark.start].strip()


def _nests(
    text: str, marks: Sequence[_Mark], number: int, limit: int, breaks: Sequence[int]
) -> bool:
    """Is an opening mark inside an open quote of the same family an inner quote?

    Yes where two closing ones follow in the paragraph before another opens.
    """
    following = marks[number + 1 : number + 3]
    if len(following) == 2 and following[0].leaning == "close" and following[0].start < limit:
        second = following[1]
        if second.start >= limit and _starts_paragraph(second, breaks, text):
            # The paragraph goes on behind the inner quote and the next opens again.
            rest = text[following[0].end : limit].strip() if limit - second.start < REACH else ""
            return len(rest) > _INDENT and not text[limit : second.start].strip()
    return len(following) == 2 and all(
        mark.leaning == "close" and mark.start < limit for mark in following
    )


def _paragraph_end(breaks: Sequence[int], position: int, text: str) -> int:
    place = bisect_left(breaks, position)
    return breaks[place] if place < len(breaks) else len(text)


def _span(text: str, outer: int, start: int, end: int, outer_end: int | None) -> Quoted:
    first, last = start, end
    while first < last and text[first].isspace():
        first += 1
    while last > first and (text[last - 1].isspace() or text[last - 1] == "\\"):
        last -= 1
    return Quoted(
        first,
        last,
        outer,
        end if outer_end is None else outer_end,
        outer_end is not None,
    )


def _outermost(spans: Sequence[Quoted]) -> list[Quoted]:
    kept: list[Quoted] = []
    for span in spans:
        if span.end > span.start and (not kept or span.outer_start >= kept[-1].outer_end):
            kept.append(span)
    return kept


def _singles(text: str, breaks: Sequence[int], outer: Sequence[Quoted]) -> list[Quoted]:
    """Pair single marks outside `outer`."""
    marks = [match.start() for match in _SINGLE.finditer(text)]
    starts = [span.outer_start for span in outer]
    found: list[Quoted] = []
    done = 0
    for number, place in enumerate(marks):
        if place < done or not _single_opens(text, place) or _within(place, outer, starts):
            continue
        limit = min(place + SINGLE_REACH, _paragraph_end(breaks, place, text))
        close = _single_close(text, marks, number, limit)
        if close is not None:
            found.append(_span(text, place, place + 1, close, close + 1))
            done = close + 1
    return [Quoted(q.start, q.end, q.outer_start, q.outer_end, True, True) for q in found]


def _within(place: int, spans: Sequence[Quoted], starts: Sequence[int]) -> bool:
    before = bisect_left(starts, place) - 1
    return before >= 0 and place < spans[before].outer_end


def _single_opens(text: str, place: int) -> bool:
    before = text[place - 1] if place else " "
    after = text[place + 1] if place + 1 < len(text) else " "
    if not (before.isspace() or before in '([{\u2014\u2013:"\u201c') or not after.isalnum():
        return False
    return text[place] != "\u2019" and not _ELIDED.match(text, place + 1)


# Marks looked at for the end of a single quote: apostrophes of its words stand between.
_SINGLE_MARKS = 40


def _single_close(text: str, marks: Sequence[int], number: int, limit: int) -> int | None:
    """Return the mark that closes the single mark `number`: one that is no plural's (students')."""
    plural = None
    for place in marks[number + 1 : number + 1 + _SINGLE_MARKS]:
        if place >= limit:
            break
        before = text[place - 1]
        after = text[place + 1] if place + 1 < len(text) else " "
        if before.isspace() or after.isalnum():
            continue
        if before not in "sS":
            return place
        plural = place if plural is None else plural
    return plural
