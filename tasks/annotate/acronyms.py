"""Acronyms that an article spells out: "Popular Mobilization Units (PMU)", "PMU (Popular ...)".

The rules of alignment are in naming/short_forms.py. A bracket that no words before it spell out is
no acronym: a party and state (D-MN), an agency behind a dateline (AP), a number.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from tasks.annotate.naming.short_forms import long_start, stands_for
from tasks.annotate.records import Annotator, Options, Rows, Subject
from warehouse.annotations import AcronymRow

_BRACKET = re.compile(r"[(（]([^()（）]{2,80})[)）]")
_SHORT = re.compile(
    r"\s*(?:(?:or|the|a|an|hereafter|known\s+as|also)\s+){0,2}[\"“”'‘’«„]?"
    r"([^\W\d_](?:[^\W_]|[.&/-](?=[^\W_]|[”\"’,;)]|\Z)){1,11})"
    r"(?:[’']?s)?[\"“”'’»]?(?=\s*(?:[,;:）)]|\Z|\s(?:or|in|for)\s))"
)
_BEFORE = re.compile(r"(?<![\w-])([^\W\d_](?:[^\W_]|[.&-](?=[^\W_])){1,9}\.?)[\"”’»]?\s\Z")
_POSSESSIVE = re.compile(r"['’]s\Z")
_PARTY = re.compile(r"[DRI][-–]")  # (D-MN): of the Democratic party, from Minnesota
_LONG_CHARS = 250  # before the bracket; the longest names of institutions have some 150
_CLOSING = " \t\n\r\u00a0\u202f\"”’'»,"


def annotator(options: Options) -> Annotator:
    """Return the annotator `acronyms`, which writes the table `acronyms` in any language."""
    return Annotator(
        name="acronyms",
        version="1",
        tables=("acronyms",),
        annotate=annotate,
        needs=("sentences",),
    )


def annotate(subjects: Sequence[Subject]) -> list[Rows]:
    """Return the acronyms of each article, in reading order."""
    return [{"acronyms": list(_acronyms(subject))} for subject in subjects]


def _acronyms(subject: Subject) -> Iterator[AcronymRow]:
    for field, text in subject.article.fields():
        if "(" not in text and "（" not in text:
            continue
        starts = [row.char_start for row in subject.sentences if row.field == field]
        for bracket in _BRACKET.finditer(text):
            index = bisect_right(starts, bracket.start())
            floor = max(starts[index - 1] if index else 0, bracket.start() - _LONG_CHARS)
            found = _spelt_out(text, bracket, floor) or _reversed(text, bracket, floor)
            if found:
                yield _row(subject.article.article_id, field, text, bracket, *found)


def _spelt_out(text: str, bracket: re.Match[str], floor: int) -> tuple[int, int, int, int] | None:
    """Return start and end of acronym and long form: Popular Mobilization Units (PMU)."""
    match = _SHORT.match(text, bracket.start(1), bracket.end(1))
    if match is None or not _is_acronym(match[1]):
        return None
    before = _POSSESSIVE.sub("", text[floor : bracket.start()].rstrip(_CLOSING))
    end = floor + len(before)
    cut = max(before.rfind(mark) for mark in "()（）;:") + 1
    for short in dict.fromkeys((match[1].removesuffix("s"), match[1])):
        start = long_start(short, text, floor + cut, end)
        if start is not None and _holds(short, text[start:end]):
            return match.start(1), match.start(1) + len(short), start, end
    return None


def _reversed(text: str, bracket: re.Match[str], floor: int) -> tuple[int, int, int, int] | None:
    """Return start and end of acronym and long form: PMU (Popular Mobilization Units)."""
    match = _BEFORE.search(text, max(floor, bracket.start() - 14), bracket.start())
    if match is None or not _is_acronym(match[1]):
        return None
    inside = bracket[1].strip(_CLOSING + "“„«‘")
    start = text.index(inside, bracket.start(1)) if inside else 0
    for short in dict.fromkeys((match[1].removesuffix("s"), match[1])):
        if inside and stands_for(short, inside):
            return match.start(1), match.start(1) + len(short), start, start + len(inside)
    return None


def _is_acronym(word: str) -> bool:
    """Has it two capitals or digits, as PMU, MoD and G20 have and Monday has not?"""
    marks = sum(char.isupper() or char.isdigit() for char in word)
    return marks >= 2 and not word.isdigit() and not _PARTY.match(word)


def _holds(short: str, long: str) -> bool:
    """Is it a long form, not a dateline: "Atlanta, Pa. (AP)" is a list of two?"""
    return len(short) > 2 or not ("," in long or long.isupper())


def _row(
    article_id: str,
    field: str,
    text: str,
    bracket: re.Match[str],
    short_start: int,
    short_end: int,
    long_start: int,
    long_end: int,
) -> AcronymRow:
    start = min(short_start, long_start)
    return AcronymRow(
        article_id=article_id,
        field=field,
        char_start=start,
        char_end=bracket.end(),
        surface=text[start : bracket.end()],
        short=text[short_start:short_end],
        long=text[long_start:long_end],
        short_start=short_start,
        short_end=short_end,
        long_start=long_start,
        long_end=long_end,
    )
