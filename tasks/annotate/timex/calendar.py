"""Days, weeks, months and longer periods of the Gregorian calendar, with their TIMEX3 values."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

# Units by code, as ISO 8601 durations: how many of which they are.
ISO_UNITS: Mapping[str, tuple[int, str]] = {
    "D": (1, "D"),
    "W": (1, "W"),
    "WE": (1, "W"),
    "FN": (2, "W"),
    "M": (1, "M"),
    "Q": (3, "M"),
    "HY": (6, "M"),
    "Y": (1, "Y"),
    "DE": (10, "Y"),
    "CE": (100, "Y"),
}
CLOCK_UNITS: Mapping[str, str] = {"H": "H", "MIN": "M", "S": "S"}
# The value of a unit of which nothing is known.
UNKNOWN: Mapping[str, str] = {
    "D": "XXXX-XX-XX",
    "W": "XXXX-WXX",
    "FN": "XXXX-WXX",
    "WE": "XXXX-WXX-WE",
    "M": "XXXX-XX",
    "Q": "XXXX-QX",
    "HY": "XXXX-HX",
    "Y": "XXXX",
    "DE": "XXX",
    "CE": "XX",
    "H": "XXXX-XX-XXTXX",
    "MIN": "XXXX-XX-XXTXX:XX",
    "S": "XXXX-XX-XXTXX:XX:XX",
}
GRANULARITY: Mapping[str, str] = {
    "D": "day",
    "W": "week",
    "FN": "week",
    "WE": "weekend",
    "M": "month",
    "Q": "quarter",
    "HY": "half",
    "Y": "year",
    "DE": "decade",
    "CE": "century",
    "H": "time",
    "MIN": "time",
    "S": "time",
    "NI": "time",
}


@dataclass(frozen=True, slots=True)
class Period:
    """A period with its TIMEX3 value; both days belong to it, None where they are not known."""

    value: str
    granularity: str
    start: date | None
    end: date | None


def day(at: date) -> Period:
    """Return the period of one day."""
    return Period(at.isoformat(), "day", at, at)


def week(at: date) -> Period:
    """Return the ISO 8601 week of `at`, Monday to Sunday."""
    year, number, weekday = at.isocalendar()
    monday = at - timedelta(days=weekday - 1)
    return Period(f"{year:04}-W{number:02}", "week", monday, monday + timedelta(days=6))


def weekend(at: date) -> Period:
    """Return Saturday and Sunday of the ISO week of `at`."""
    whole = week(at)
    assert whole.end is not None
    return Period(f"{whole.value}-WE", "weekend", whole.end - timedelta(days=1), whole.end)


def _months(value: str, granularity: str, year: int, first: int, last: int) -> Period:
    end = date(year, last, monthrange(year, last)[1])
    return Period(value, granularity, date(year, first, 1), end)


def month(year: int, number: int) -> Period:
    """Return a month. Raises ValueError for one that does not exist, as all below."""
    return _months(f"{year:04}-{number:02}", "month", year, number, number)


def quarter(year: int, number: int) -> Period:
    """Return a quarter of a calendar year."""
    return _months(f"{year:04}-Q{number}", "quarter", year, 3 * number - 2, 3 * number)


def half(year: int, number: int) -> Period:
    """Return a half of a calendar year."""
    return _months(f"{year:04}-H{number}", "half", year, 6 * number - 5, 6 * number)


def year(number: int) -> Period:
    """Return a calendar year."""
    return _months(f"{number:04}", "year", number, 1, 12)


def decade(number: int) -> Period:
    """Return ten years: 199 is 1990 to 1999."""
    return Period(f"{number:03}", "decade", date(number * 10, 1, 1), date(number * 10 + 9, 12, 31))


def century(ordinal: int) -> Period:
    """Return the 20th century: 1901 to 2000; its TIMEX3 value is the first figures, 19."""
    end = date(ordinal * 100, 12, 31) if ordinal < 100 else date.max
    return Period(f"{ordinal - 1:02}", "century", date(ordinal * 100 - 99, 1, 1), end)


def season(at: int, code: str) -> Period:
    """Return a season (SP, SU, FA, WI); on which days it falls depends on the hemisphere."""
    return Period(f"{at:04}-{code}", "season", None, None)


def containing(unit: str, at: date) -> Period:
    """Return the period of `unit` (a code of ISO_UNITS) that holds `at`."""
    match unit:
        case "D":
            return day(at)
        case "W" | "FN":
            return week(at)
        case "WE":
            return weekend(at)
        case "M":
            return month(at.year, at.month)
        case "Q":
            return quarter(at.year, (at.month + 2) // 3)
        case "HY":
            return half(at.year, (at.month + 5) // 6)
        case "Y":
            return year(at.year)
        case "DE":
            return decade(at.year // 10)
        case _:
            return century((at.year + 99) // 100)


def shifted(at: date, unit: str, amount: float) -> date:
    """Return the day `amount` units after `at` (before, where negative).

    Months and years keep the day where the month has it, else its last; half a year is six months,
    half a month 15 days. Raises ValueError or OverflowError outside the years 1 to 9999.
    """
    count, base = ISO_UNITS[unit]
    total = amount * count
    if base in "DW":
        return at + timedelta(days=round(total * (7 if base == "W" else 1)))
    months = total * 12 if base == "Y" else total
    whole = int(months)
    index = at.year * 12 + at.month - 1 + whole
    at_year, at_month = index // 12, index % 12 + 1
    last = monthrange(at_year, at_month)[1]
    moved = date(at_year, at_month, min(at.day, last))
    return moved + timedelta(days=round((months - whole) * 30))


def iso_duration(unit: str, amount: float | None) -> str:
    """Return P4Y, PT24H, P1.5D; X for an amount that is not said."""
    if unit in CLOCK_UNITS:
        return f"PT{_figure(amount)}{CLOCK_UNITS[unit]}"
    if unit not in ISO_UNITS or (amount is None and unit in ("DE", "CE")):
        return f"P{_figure(amount)}{unit}"
    count, base = ISO_UNITS[unit]
    total = None if amount is None else amount * count
    if base == "Y" and total is not None and total % 1:
        return f"P{_figure(total * 12)}M"
    return f"P{_figure(total)}{base}"


def _figure(amount: float | None) -> str:
    if amount is None:
        return "X"
    return f"{amount:.2f}".rstrip("0").rstrip(".")


def narrowed(period: Period, mod: str | None) -> Period:
    """Return the first, middle or last third of `period` for START, MID and END.

    Thirds of a year are January to April, May to August, September to December; of a month, days
    1 to 10, 11 to 20 and the rest; of others, thirds of their days.
    """
    start, end = period.start, period.end
    if mod not in ("START", "MID", "END") or start is None or end is None or start == end:
        return period
    first, second = _cuts(period.granularity, start, end)
    one = timedelta(days=1)
    bounds = {"START": (start, first - one), "MID": (first, second - one), "END": (second, end)}
    return replace(period, start=bounds[mod][0], end=bounds[mod][1])


def _cuts(granularity: str, start: date, end: date) -> tuple[date, date]:
    """Return the first days of the second and of the last third."""
    if granularity == "year":
        return start.replace(month=5), start.replace(month=9)
    if granularity == "month":
        return start.replace(day=11), start.replace(day=21)
    days = (end - start).days + 1
    return start + timedelta(days=(days + 2) // 3), start + timedelta(days=(2 * days + 2) // 3)
