"""Resolves readings against an anchor: TIMEX3 value, first and last day, or the reason why not.

Conventions of news, where the words leave it open:
- A weekday is the last one (the anchor's own day included), after words of the future the next one.
- A day or month without a year is the one nearest to the anchor, the past on ties; where verbs of
  the past or future stand beside it and it would be more than a month on the other side, it is the
  nearest on their side.
- "Last Tuesday" lies before the anchor, "next Tuesday" after it, "last March" before its month.
- "Earlier this year" ends at the anchor, "later this year" begins there.
- The past three years end at the anchor's day, the next 30 days begin there.
- "Four years ago" is a calendar year, three months ago a month, two weeks ago an ISO week.
Seasons have no bounds (the hemisphere is not known), nor have fiscal years (their calendar is not).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from tasks.annotate.timex import calendar, counted
from tasks.annotate.timex.reading import Reading
from tasks.annotate.timex.resolved import (
    COARSE_ANCHOR,
    NO_ANCHOR,
    NO_DAY,
    NOTHING_BEFORE,
    Anchor,
    Context,
    Resolved,
    clock_value,
    is_fine_enough_for,
    offset_of,
    told,
    unknown,
)

_MONTH = timedelta(days=31)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def resolve(reading: Reading, context: Context) -> Resolved:
    """Return what `reading` means. Raises nothing: what no calendar has is told as a reason."""
    try:
        found = _RESOLVERS[reading.meaning](reading, context)
    except (ValueError, OverflowError):
        found = Resolved(timex_type="DATE", value="XXXX-XX-XX", granularity="day", reason=NO_DAY)
    mod = found.mod or reading.mod
    direction = found.direction or _direction(found, reading, context)
    if mod == found.mod and direction == found.direction:
        return found
    return replace(found, mod=mod, direction=direction)


def _direction(found: Resolved, reading: Reading, context: Context) -> str | None:
    if found.timex_type == "SET" or reading.meaning in ("duration", "span"):
        return None
    anchor = found.anchor or context.anchor
    first, last = found.start or found.end, found.end or found.start
    if anchor and anchor.precision == "day" and first and last:
        return "past" if last < anchor.day else "future" if first > anchor.day else "present"
    if reading.shift is not None:
        return ("past", "present", "future")[(reading.shift > 0) - (reading.shift < 0) + 1]
    return context.tense if found.offset or found.value.startswith("XXXX") else None


# ---- dates of the calendar ---------------------------------------------------------------------
def _date(reading: Reading, context: Context) -> Resolved:
    if reading.until is not None:
        return _range(reading, context)
    if reading.is_fiscal:
        return _fiscal(reading, context)
    if reading.century is not None:
        return told(calendar.century(reading.century), reading)
    if reading.decade is not None:
        return told(calendar.decade(reading.decade), reading)
    if reading.year is not None:
        return _fixed(reading, reading.year)
    anchor = context.anchor
    if anchor is None or not _is_fine_enough(reading, anchor):
        return unknown(reading, NO_ANCHOR if anchor is None else COARSE_ANCHOR)
    return _counted(reading, anchor, context.tense)


def _is_fine_enough(reading: Reading, anchor: Anchor) -> bool:
    """Tell whether an anchor that is a month or a year may decide."""
    if anchor.precision == "day":
        return True
    years = ("Y", "DE", "CE") if anchor.precision == "year" else ("Y", "DE", "CE", "M", "Q", "HY")
    if reading.unit in years:
        return reading.side is None
    return False


def _counted(reading: Reading, anchor: Anchor, tense: str | None) -> Resolved:
    """Resolve a date that the anchor decides."""
    at, shift, unit = anchor.day, reading.shift, reading.unit
    if unit == "Y" and shift is not None and _has_parts(reading):
        found = _fixed(reading, at.year + shift)
    elif unit == "W" and reading.weekday and shift is not None:
        monday = calendar.week(at + timedelta(weeks=shift)).start
        assert monday is not None
        found = told(calendar.day(monday + timedelta(days=reading.weekday - 1)), reading)
    elif unit and shift is not None:
        found = told(calendar.containing(unit, calendar.shifted(at, unit, shift)), reading)
        found = _cut(found, reading.side, at)
    elif reading.month or reading.season or reading.quarter or reading.half:
        found = _fixed(reading, _nearest_year(reading, at, tense))
    elif reading.day:
        found = told(calendar.day(_day_of_month(reading.day, at)), reading)
    else:
        found = told(calendar.day(_weekday(reading, at, tense)), reading)
    return replace(found, anchor=anchor, offset=found.offset or offset_of(reading))


def _has_parts(reading: Reading) -> bool:
    return bool(reading.month or reading.season or reading.quarter or reading.half)


def _cut(found: Resolved, side: str | None, at: date) -> Resolved:
    """Cut a period at the anchor: earlier this year, later this year."""
    if side == "EARLIER" and found.start and found.start <= at:
        return replace(found, end=min(at, found.end or at), mod="START")
    if side == "LATER" and found.end and found.end >= at:
        return replace(found, start=max(at, found.start or at), mod="END")
    return found


def _fixed(reading: Reading, year: int) -> Resolved:
    """Resolve a date whose year is known."""
    if reading.season:
        return told(calendar.season(year, reading.season), reading)
    if reading.quarter:
        return told(calendar.quarter(year, reading.quarter), reading)
    if reading.half:
        return told(calendar.half(year, reading.half), reading)
    if reading.month is None:
        return told(calendar.year(year), reading)
    if reading.day is None:
        return told(calendar.month(year, reading.month), reading)
    at = date(year, reading.month, reading.day)
    if reading.is_week:
        return told(calendar.week(at), reading)
    found = told(calendar.day(at), reading)
    if reading.weekday and at.isoweekday() != reading.weekday and reading.year is not None:
        said, real = _WEEKDAYS[reading.weekday - 1], _WEEKDAYS[at.isoweekday() - 1]
        return replace(found, is_conflict=True, reason=f"{said} is said, {at} is a {real}")
    return found


def _fiscal(reading: Reading, context: Context) -> Resolved:
    """Resolve a fiscal year: its name is known, its days are not."""
    year = reading.year
    if year is None and reading.shift is not None and context.anchor:
        return Resolved(
            timex_type="DATE",
            value="FYXXXX",
            granularity="year",
            offset=offset_of(reading),
            reason="fiscal calendar not known",
        )
    part = (
        f"-Q{reading.quarter}" if reading.quarter else f"-H{reading.half}" if reading.half else ""
    )
    return Resolved(
        timex_type="DATE",
        value=f"FY{'XXXX' if year is None else f'{year:04}'}{part}",
        granularity="quarter" if reading.quarter else "half" if reading.half else "year",
        offset=offset_of(reading),
        reason="fiscal calendar not known",
    )


def _nearest_year(reading: Reading, at: date, tense: str | None) -> int:
    """Return the year of a day, month, quarter, half or season that does not say it."""
    starts = {year: _start_in(reading, year) for year in (at.year - 1, at.year, at.year + 1)}
    known = {year: day for year, day in starts.items() if day is not None}
    if not known:
        raise ValueError(reading.day)
    is_day = reading.day is not None
    floor = at if is_day else at.replace(day=1)
    past = [year for year, day in known.items() if (day <= at if is_day else day < floor)]
    future = [year for year, day in known.items() if (day >= at if is_day else day > floor)]
    if reading.shift == -1 and past:
        return max(past)
    if reading.shift == 1 and future:
        return min(future)
    if reading.shift == 0:
        return at.year
    nearest = min(known, key=lambda year: (abs((known[year] - at).days), year))
    if tense == "past" and known[nearest] > at + _MONTH and past:
        return max(past)
    if tense == "future" and known[nearest] < at - _MONTH and future:
        return min(future)
    return nearest


def _start_in(reading: Reading, year: int) -> date | None:
    """Return the first day in `year`; of a season, that of northern meteorologists, as an order."""
    month = reading.month or (3 * (reading.quarter or 1) - 2)
    if reading.half:
        month = 6 * reading.half - 5
    if reading.season:
        month = {"SP": 3, "SU": 6, "FA": 9, "WI": 12}[reading.season]
    try:
        return date(year, month, reading.day or 1)
    except ValueError:  # 29 February
        return None


def _day_of_month(number: int, at: date) -> date:
    """Return the day of that number nearest to the anchor, the past on ties."""
    months = (calendar.shifted(at.replace(day=1), "M", count) for count in (-1, 0, 1))
    days = [month.replace(day=number) for month in months if number <= _last(month)]
    return min(days, key=lambda day: (abs((day - at).days), day))


def _last(at: date) -> int:
    end = calendar.month(at.year, at.month).end
    return end.day if end else 31


def _weekday(reading: Reading, at: date, tense: str | None) -> date:
    """Return the day of a weekday, beside the anchor `at`."""
    assert reading.weekday is not None
    back = (at.isoweekday() - reading.weekday) % 7
    ahead = (reading.weekday - at.isoweekday()) % 7
    if reading.shift == -1:
        return at - timedelta(days=back or 7)
    if reading.shift == 1:
        return at + timedelta(days=ahead or 7)
    if reading.shift == 0 and tense != "past":
        return at + timedelta(days=ahead)
    return at + timedelta(days=ahead) if tense == "future" else at - timedelta(days=back)


def _range(reading: Reading, context: Context) -> Resolved:
    """Resolve both ends; the value is an ISO 8601 interval."""
    assert reading.until is not None
    first = resolve(replace(reading, until=None), context)
    last_reading = reading.until
    if first.start and last_reading.year is None and last_reading.month:
        last_reading = replace(last_reading, year=_year_after(first.start, last_reading))
    elif first.start and last_reading.weekday and not last_reading.month:
        context = replace(context, anchor=Anchor(day=first.start, kind="text"), tense="future")
    last = resolve(last_reading, context)
    value = f"{first.value}/{last.value}"
    made = replace(first, value=value, end=last.end, reason=first.reason or last.reason)
    if made.start is None or made.end is None:
        return replace(made, start=None, end=None)
    if made.end < made.start:
        return replace(made, start=None, end=None, reason="ends before it begins")
    return made


def _year_after(start: date, reading: Reading) -> int:
    """Return the year that brings the end of a range behind its beginning."""
    month, day = reading.month or 1, reading.day or 31
    return start.year + ((month, day) < (start.month, start.day))


def _figures(reading: Reading, context: Context) -> Resolved:
    """Resolve 3/1/2020, whose day and month can be exchanged."""
    first, second, year = reading.first or 0, reading.second or 0, reading.year
    day_first = context.day_first
    if first > 12 or second > 12 or first == second:
        day_first = first > 12
    if day_first is None:
        value = "XXXX-XX-XX" if year is None else f"{year:04}-XX-XX"
        reason = "day and month can be exchanged"
        return Resolved(timex_type="DATE", value=value, granularity="day", reason=reason)
    day, month = (first, second) if day_first else (second, first)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        raise ValueError((first, second))
    return _date(replace(reading, meaning="date", month=month, day=day), context)


def _clock(reading: Reading, context: Context) -> Resolved:
    """Resolve a time of day; without its day only the hour is known."""
    has_day = reading.day or reading.weekday or reading.shift is not None
    if not has_day:
        clock = clock_value(reading)
        return Resolved(timex_type="TIME", value=clock, granularity="time", reason="day not said")
    if reading.month is None and reading.weekday is None and reading.unit is None:
        reading = replace(reading, unit="D")
    return _date(reading, context)


def _text(reading: Reading, context: Context) -> Resolved:
    """Resolve the following year, the same day: counted from another expression."""
    anchor = context.text_anchor
    if anchor is None or not is_fine_enough_for(reading.unit or "D", anchor):
        found = unknown(reading, NOTHING_BEFORE if anchor is None else COARSE_ANCHOR)
        return found
    return _counted(reading, anchor, "future" if (reading.shift or 0) > 0 else "past")


_RESOLVERS = {
    "date": _date,
    "month": _date,
    "monthday": _date,
    "year": _date,
    "holiday": _date,
    "attacks": _date,
    "figures": _figures,
    "clock": _clock,
    "text": _text,
    "ago": counted.ago,
    "ago_text": counted.ago_text,
    "period": counted.period,
    "duration": counted.duration,
    "span": counted.duration,
    "set": counted.set_of_times,
}
