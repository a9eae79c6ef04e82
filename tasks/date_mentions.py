"""Dates with a year in running text, as half-open spans and the calendar days they may mean."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tasks.dates import FIRST_YEAR, LAST_YEAR, MONTHS

_YEAR = re.compile(r"(?:1[6-9]|20)(?<![\w$€£¥#/]..)\d\d(?![\d%])")  # no part, price or address
_WIDEST = 32  # characters before the year: "23rd of September, ", "13 de septiembre de "
_SHORTEST_ALONE = 4  # letters of a month without a day: "set 2024" and "mar 2024" are other words

_BEFORE = re.compile(
    r"(?:(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|o|\.)?\s+(?:(?:de|of)\s+)?)?"
    r"(?<![^\W_])(?P<month>[^\W\d_]{3,12})\.?(?:\s+(?P<after>\d{1,2})(?:st|nd|rd|th)?)?"
    r",?\s+(?:(?:de|del|of)\s+)?\Z"
)
_NUMBERS = re.compile(r"(?<![\d.])(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?\Z")
_ISO = re.compile(r"-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)")
# Parts of a year, by the earliest month that each may mean.
_PART = re.compile(
    r"(?<!\w)(?:the )?(?P<part>early|beginning of|start of|mid|late|end of|anfang|mitte|ende"
    r"|principios de|mediados de|finales de|début|mi|fin|início de|meados de|fim de|inizio|metà"
    r"|fine)[\s-]+\Z",
    re.IGNORECASE,
)
_FIRST_MONTH = {
    **dict.fromkeys(("mid", "mitte", "mediados de", "mi", "meados de", "metà"), 5),
    **dict.fromkeys(("late", "ende", "finales de", "fin", "fim de", "fine"), 9),
    "end of": 12,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A date in a text: where it stands, and the first and last day that it may mean."""

    start: int
    end: int
    first: date
    last: date
    precision: str  # day, month, year


def find_mentions(text: str, *, capital_months: bool = False) -> Iterator[Mention]:
    """Yield the dates of `text` that name their year, in order.

    Dates in figures are taken with dots (day first) or as ISO 8601 writes them. With
    `capital_months` a month without a day must begin with a capital ("may 2024" is a verb).
    """
    for year in _YEAR.finditer(text):
        if FIRST_YEAR <= int(year[0]) <= LAST_YEAR and (
            mention := _mention(text, year, capital_months)
        ):
            yield mention


def _mention(text: str, year: re.Match[str], capital_months: bool) -> Mention | None:
    offset = max(0, year.start() - _WIDEST)
    before = text[offset : year.start()]
    if found := _ISO.match(text, year.end()):
        return _day(year, year.start(), found.end(), int(found["month"]), found["day"])
    if found := _NUMBERS.search(before):
        start = offset + found.start()
        return _day(year, start, year.end(), int(found["month"]), found["day"])
    found = _BEFORE.search(before)
    month = MONTHS.get(found["month"].casefold()) if found else None
    if found is None or month is None:
        return _year(before, offset, year)
    day = found["day"] or found["after"]
    if day:
        return _day(year, offset + found.start(), year.end(), month, day)
    if not _is_month(found["month"], capital_months):
        return _year(before, offset, year)
    start = offset + found.start("month")
    return _period(start, year.end(), int(year[0]), month, month, "month")


def _is_month(word: str, capital_months: bool) -> bool:
    if capital_months and not word[0].isupper():
        return False
    return len(word) >= _SHORTEST_ALONE or word.casefold() in ("may", "mai")


def _day(year: re.Match[str], start: int, end: int, month: int, day: str) -> Mention | None:
    try:
        at = date(int(year[0]), month, int(day))
    except ValueError:  # no such day
        return None
    return Mention(start=start, end=end, first=at, last=at, precision="day")


def _year(before: str, offset: int, year: re.Match[str]) -> Mention:
    """Return a mention of a year or a part of it."""
    found = _PART.search(before)
    start = offset + found.start() if found else year.start()
    month = _FIRST_MONTH.get(found["part"].casefold(), 1) if found else 1
    return _period(start, year.end(), int(year[0]), month, 12, "year")


def _period(start: int, end: int, year: int, month: int, last: int, precision: str) -> Mention:
    days = monthrange(year, last)[1]
    return Mention(
        start=start,
        end=end,
        first=date(year, month, 1),
        last=date(year, last, days),
        precision=precision,
    )
