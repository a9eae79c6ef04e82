"""Dates that a page prints: <time>, elements of class "date", and last what htmldate finds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from tasks.dates import parse_moment
from tasks.extract.surroundings import Near, is_apart, spaced_text
from tasks.records import Candidate

_NEAR = Near()
_CUE = re.compile(r"date|Date|[tT]ime|ublish|osted|reated|fecha|datum|yline|meta|[iI]nfo")
_OF_PUBLISHING = re.compile(
    r"publish|pub-?date|entry-?(?:date|time)|post(?:ed)?[-_]?(?:date|on|time)|created",
    re.IGNORECASE,
)
_OF_CHANGE = re.compile(
    r"updat|modif|last-?edit|revis|aktualisiert|mis à jour|actualizad|aggiornat|atualizad|"
    r"bijgewerkt|güncelle|обновлен|更新|수정",
    re.IGNORECASE,
)
_PIECE = re.compile(r"\s*[|•·–—\n]\s*|\s{2,}|\s+-\s+")
_DIGIT = re.compile(r"\d")
_MOST = 30  # <time> elements on either side of the heading; more are those of teasers
_CLOSE = 60  # elements whose text is read although they are not named after dates
_LONGEST_TEXT = 200  # characters of an element that is a date or holds one beside a name
_ARTICLE = ("article", "main")
_NAMED = "class", "id", "itemprop", "property"

# htmldate takes the end of today for its latest date, which would give other rows on other days.
_LATEST = datetime(2099, 12, 31)
_MOST_MENTIONS = 2_000  # of one year in a page
_MOST_ELEMENTS = 20_000  # htmldate copies the page and reads all its text; news pages have 700
_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FIRST_MONTHS = ("en-us", "en-ca", "en-ph", "fil")  # Unicode CLDR: short dates begin with the month


def read_times(marks: Sequence[HtmlElement]) -> Iterator[Candidate]:
    """Yield the <time> of publication and of change, as their attribute or text writes them.

    `marks` are the <h1> and <time> elements in the order of the page. Marked ones go before those
    in the article and after its heading, these before any other.
    """
    is_below = False
    ranked: list[tuple[tuple[bool, ...], str, str]] = []
    first = next((number for number, each in enumerate(marks) if each.tag == "h1"), 0)
    for element in marks[max(0, first - _MOST) : first + _MOST]:
        is_below = is_below or element.tag == "h1"
        value = _written(element) if element.tag == "time" else None
        if value:
            ranked.append((_place(element, is_below=is_below), _field(element, ""), value))
    for field in ("published", "modified"):
        chosen = min(
            (each for each in ranked if each[1] == field), default=None, key=lambda e: e[0]
        )
        if chosen:
            yield Candidate(field=field, value=chosen[2], source="time")


def _place(element: HtmlElement, *, is_below: bool) -> tuple[bool, ...]:
    """Return what speaks against an element, to sort by."""
    is_marked = "pubdate" in element.attrib or bool(_OF_PUBLISHING.search(_names(element)))
    is_inside = next(element.iterancestors(*_ARTICLE), None) is not None
    return (is_apart(element), not is_marked, not is_inside, not is_below)


def _names(element: HtmlElement) -> str:
    return " ".join(filter(None, map(element.get, _NAMED)))


def _field(element: HtmlElement, value: str) -> str:
    return "modified" if _OF_CHANGE.search(f"{_names(element)} {value}") else "published"


def read_written(tree: HtmlElement, heading: HtmlElement | None) -> Iterator[Candidate]:
    """Yield the first dates of publication and of change near the headline.

    Those in elements named after dates, else in the text right below the headline. Boxes of
    comments and teasers do not count.
    """
    near = [*_NEAR.below(tree, heading), *_NEAR.above(heading)]
    named = [each for each in near if _CUE.search(_names(each))]
    found: set[str] = set()
    for source, elements, read in (
        ("class:date", named, _dates_in),
        ("below h1", near[:_CLOSE], _dates_at),
    ):
        for element in elements if "published" not in found else ():
            for value in read(element):
                field = _field(element, value)
                if field not in found and not is_apart(element):
                    found.add(field)
                    yield Candidate(field=field, value=value, source=source)


def _dates_at(element: HtmlElement) -> Iterator[str]:
    """Yield the dates in the text directly in and right after an element."""
    for text in (element.text, element.tail):
        if text and len(text) <= _LONGEST_TEXT and _DIGIT.search(text):
            for piece in (text.strip(), *_PIECE.split(text)):
                if parse_moment(piece):
                    yield piece
                    break


def _written(element: HtmlElement) -> str | None:
    """Return the machine-readable attribute of an element, else its text where that is a date."""
    value = (element.get("datetime") or "").strip()
    return value or next(_dates_in(element), None)


def _dates_in(element: HtmlElement) -> Iterator[str]:
    """Yield the pieces of an element's text that are dates: all of it, its parts, its nodes."""
    text = spaced_text(element)
    if len(text) > _LONGEST_TEXT or not _DIGIT.search(text):
        return
    if parse_moment(text):
        yield text
        return
    nodes = [" ".join(node.split()) for node in element.itertext()]
    pieces = _PIECE.split(text) if _PIECE.search(text) else []
    for piece in dict.fromkeys((*nodes, *pieces)):
        if _DIGIT.search(piece) and parse_moment(piece):
            yield piece


def read_guessed(tree: HtmlElement, url: str | None, language: str) -> Iterator[Candidate]:
    """Yield the day that htmldate finds, if the page or its address writes that very day.

    htmldate also makes days of a copyright's year, of a month, and of today's day of the month
    (through dateutil); none of these is written anywhere. `language` is what the page declares,
    as BCP 47: it says whether 03/04/2024 is in March or in April.
    """
    if int(tree.xpath("count(//*)")) > _MOST_ELEMENTS:
        return
    from htmldate import find_date  # 0.2 s, and most pages do not need it

    try:
        # Not the extensive search: it adds years in footers and 100 ms of dateparser.
        day = find_date(tree, extensive_search=False, original_date=True, url=url, max_date=_LATEST)
    except (ValueError, OverflowError, RecursionError):  # what its parsers raise on hostile dates
        return
    if day and _is_written(date.fromisoformat(day), _around(day[:4], tree, url), language):
        yield Candidate(field="published", value=day, source="htmldate")


def _around(year: str, tree: HtmlElement, url: str | None) -> str:
    """Return the surroundings of each mention of `year` in the page and its address, as lines."""
    page = f"{url} {etree.tostring(tree, encoding='unicode', method='html')}"
    places = islice(re.finditer(year, page), _MOST_MENTIONS)
    return "\n".join(page[max(0, each.start() - 40) : each.end() + 40] for each in places)


def _is_written(day: date, mentions: str, language: str) -> bool:
    """Tell whether the page holds `day` with its figures for year and day beside each other.

    A value that is a year, month or hour of that year and no day is refused: dateutil would have
    filled in the day of the machine's clock.
    """
    clock = r"\s*\d{1,2}:\d\d[^\"'<\n]{0,20}"
    name = _ENGLISH[day.month - 1]  # dateutil knows no other language
    month = rf"[-/., ]+(?:0?{day.month}|{name}[a-z]*)[.,]?"
    if re.search(rf"[\"'>]\s*{day.year}(?:{month}(?:{clock})?|{clock})\s*[\"'<]", mentions, re.I):
        return False
    return any(re.search(pattern, mentions) for pattern in _spellings(day, language))


def _spellings(day: date, language: str) -> Iterator[str]:
    """Yield the patterns of the ways to write `day` that mean no other day."""
    y, m, d = f"{day.year}(?!\\d)", f"(?<!\\d)0?{day.month}", f"(?<!\\d)0?{day.day}"
    yield rf"(?<!\d){day.year}[-/._年년 ]{{1,2}}0?{day.month}[-/._月월 ]{{1,2}}0?{day.day}(?!\d)"
    yield rf"(?<!\d){day:%Y%m%d}(?:T|(?!\d)|\d{{4,6}}(?!\d))"
    yield rf"{d}(?:st|nd|rd|th|er|[.ºª])?[\s,/-]*(?:[^\W\d_]+[.,]?[\s,/-]+){{1,3}}{y}"
    yield rf"[^\W\d_]{{3,}}[.,]?\s+0?{day.day}(?:st|nd|rd|th)?,?\s+{y}"
    yield rf"{day.year}[.\s,-]+[^\W\d_]+[.,]?\s+0?{day.day}(?!\d)"
    yield rf"{d}\.\s?0?{day.month}\.\s?{y}"
    language = language.lower()
    is_clear = day.day > 12 or day.day == day.month
    is_month_first = language.startswith(_FIRST_MONTHS)
    if is_clear or (language and language[:2] != "en" and not is_month_first):
        yield rf"{d}[-/]0?{day.month}[-/]{y}"
    if is_clear or is_month_first:
        yield rf"{m}[-/]0?{day.day}[-/]{y}"
