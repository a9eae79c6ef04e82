"""What a matched pattern says, as fields: not yet resolved against any anchor.

Meanings (second column of the patterns):

date      fields of the calendar: year, month, day, weekday, part of day, ...; with `shift` (and
          `unit`) counted from the anchor: last week is unit=W shift=-1
figures   a date in figures, 3/1/2020: which is the day is decided by the table or the region
monthday  a day whose month is not said: Tuesday the 3rd
month     a month alone; year: a number alone; both are taken only in company (scan.py)
clock     a time of day, with or without its day
holiday   a day of the year with a name; attacks: a day of history with a name
text      like date with `shift`, but counted from another expression of the text
ago       an amount of units counted from the anchor; ago_text: from another expression
period    the past three years: a duration that ends or begins at the anchor
duration  three years; span: the same, tied to an event
set       every Monday
none      no date, though it looks like one (3 years old)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from tasks.annotate.timex.lexicon import Lexicon
from tasks.annotate.timex.patterns import Pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The fields of one expression; None where it does not say them."""

    meaning: str
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None  # 1 is Monday
    part: str | None = None  # of the day: MO, MI, AF, EV, NI
    hour: int | None = None
    minute: int | None = None
    quarter: int | None = None
    half: int | None = None
    season: str | None = None
    decade: int | None = None  # 199
    century: int | None = None  # 20: the 20th
    is_fiscal: bool = False
    is_week: bool = False  # the week of a day
    mod: str | None = None
    side: str | None = None  # EARLIER or LATER than the anchor within the period
    shift: int | None = None
    unit: str | None = None
    amount: float | None = None  # None in a counting meaning: not said
    first: int | None = None  # of a date in figures
    second: int | None = None
    until: Reading | None = None  # the other end of a range


# Classes of words by the field that they fill, where class and field differ.
_FIELDS: Mapping[str, str] = {
    **dict.fromkeys(("units", "duration_unit", "hyphen_unit", "period_unit", "long_unit"), "unit"),
    **dict.fromkeys(("rel_unit", "the_unit"), "unit"),
    "any_month": "month",
    "month_short": "month",
    "figure_month": "month",
    "any_weekday": "weekday",
    "named_season": "season",
    "quarter_code": "quarter",
    "early": "mod",
    "late": "side",
    "approx": "mod",
    **dict.fromkeys(("rel", "rel_after", "rel_before", "this", "text_rel", "text_after"), "shift"),
    **dict.fromkeys(("rel_year", "rel_month", "rel_week"), "shift"),
    "the_season": "season",
    "the_number": "amount",
    "weekday_part": "part",
    "week_day": "weekday",
    "ordinal_figure": "ordinal",
    "rel_last": "shift",
    "rel_next": "shift",
    "gone": "shift",
    "coming": "shift",
    "dayword": "shift",
    "one": "amount",
    "number": "amount",
    "half_number": "amount",
    "noon": "hour",
}
_NUMBERS = frozenset(
    ("year", "month", "day", "weekday", "hour", "minute", "quarter", "half", "decade", "century")
) | {"shift", "first", "second", "yy", "short_decade", "decade_word", "ordinal"}
_ODD = frozenset(
    ("yy", "short_decade", "decade_word", "ordinal", "half_day", "fiscal", "holiday", "attacks")
) | {"more", "week"}
_SAID = frozenset(Reading.__dataclass_fields__)
_CENTURY_AGO = 50  # "03" is 2003, "98" is 1998: RFC 2822, section 4.3


def read(match: re.Match[str], pattern: Pattern, words: Lexicon) -> Reading | None:
    """Return what `match` of `pattern` says; None where no calendar has such a date."""
    fields: dict[str, str] = dict(pattern.fixed)
    others: dict[str, str] = {}
    for name, surface in match.groupdict().items():
        if surface is None:
            continue
        kind = name.rstrip("2")
        value = _value(kind, surface, words)
        (others if name != kind else fields)[_FIELDS.get(kind, kind)] = value
    reading = _reading(pattern.meaning, fields)
    if reading is None or not others:
        return reading
    year = fields.get("year")
    if "yy" in others and year:
        others["year"] = year[:-2] + others.pop("yy").zfill(2)
    kept = {name: value for name, value in fields.items() if name not in ("weekday", "mod")}
    until = _reading(pattern.meaning, kept | others)
    return None if until is None else _with_end(reading, until)


def _with_end(reading: Reading, until: Reading) -> Reading | None:
    if reading.year and until.year and until.year < reading.year:
        return None
    return replace(reading, until=until)


def _value(kind: str, surface: str, words: Lexicon) -> str:
    """Return the value of a slot: that of the table, or its figures."""
    if kind in words.classes and (value := words.value(kind, surface)) is not None:
        return value
    if kind == "amount":
        return surface.replace(",", ".")
    digits = "".join(str(int(mark)) for mark in surface if mark.isdecimal())
    return digits or surface


def _reading(meaning: str, fields: Mapping[str, str]) -> Reading | None:
    known: dict[str, object] = {}
    for name, text in fields.items():
        if name in _SAID and name not in _ODD:
            known[name] = int(text) if name in _NUMBERS else text
    if "amount" in fields:
        known["amount"] = None if fields["amount"] == "X" else float(fields["amount"])
    _add_odd(known, fields)
    return Reading(meaning=meaning, **known)  # type: ignore[arg-type]


def _add_odd(known: dict[str, object], fields: Mapping[str, str]) -> None:
    """Add the fields that are made of others."""
    if "yy" in fields and "year" not in known:
        short = int(fields["yy"])
        known["year"] = short + (2000 if short < _CENTURY_AGO else 1900)
    if "decade" in fields:
        known["decade"] = int(fields["decade"]) // 10
    if "decade_word" in fields or "short_decade" in fields:
        tens = int(fields.get("decade_word") or fields["short_decade"].zfill(2)[0])
        known["decade"] = (190 if tens > 1 else 200) + tens
    if "ordinal" in fields:
        known["century" if "century" in fields else "day"] = int(fields["ordinal"])
    if "half_day" in fields and "hour" in known:
        known["hour"] = int(fields["hour"]) % 12 + (12 if fields["half_day"] == "pm" else 0)
    if "holiday" in fields:
        known["month"], known["day"] = map(int, fields["holiday"].split("-"))
    if "attacks" in fields:
        known["year"], known["month"], known["day"] = map(int, fields["attacks"].split("-"))
    if "more" in fields:
        known["amount"] = float(fields.get("amount", 1)) + float(fields["more"])
    known["is_fiscal"] = "fiscal" in fields
    known["is_week"] = "week" in fields
