"""What an expression is resolved with and to, and the parts that all kinds of them share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tasks.annotate.timex import calendar
from tasks.annotate.timex.calendar import GRANULARITY, UNKNOWN, Period
from tasks.annotate.timex.reading import Reading

# Reasons of rows without bounds.
NO_ANCHOR = "no anchor"
COARSE_ANCHOR = "anchor is too coarse"
NO_DAY = "no such day"
NOTHING_BEFORE = "nothing to count from"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The day that relative expressions are counted from."""

    day: date
    kind: str  # publication, dateline or text
    precision: str = "day"  # day, month or year
    expression: int | None = None  # of kind text


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What an expression is resolved with."""

    anchor: Anchor | None = None
    text_anchor: Anchor | None = None  # the nearest resolved expression before it
    tense: str | None = None  # past or future, by the words beside it
    day_first: bool | None = None  # of 3/1/2020; None: not known


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """An expression as the table `dates` tells it."""

    timex_type: str
    value: str
    granularity: str
    mod: str | None = None
    start: date | None = None
    end: date | None = None
    offset: str | None = None
    anchor: Anchor | None = None
    direction: str | None = None
    is_conflict: bool = False
    reason: str | None = None


def told(period: Period, reading: Reading) -> Resolved:
    """Return a period as a row: with its third, part of a day or time of day."""
    cut = calendar.narrowed(period, reading.mod)
    reason = "hemisphere not known" if period.granularity == "season" else None
    clock = clock_value(reading)
    return Resolved(
        timex_type="TIME" if clock else "DATE",
        value=f"{cut.value}{clock}",
        granularity="time" if clock else cut.granularity,
        start=cut.start,
        end=cut.end,
        reason=reason,
    )


def unknown(reading: Reading, reason: str) -> Resolved:
    """Tell what is known of a date without its anchor: X stands for the rest."""
    clock = clock_value(reading)
    value, granularity = template(reading)
    return Resolved(
        timex_type="TIME" if clock else "DATE",
        value=clock if clock and value == "" else f"{value}{clock}",
        granularity="time" if clock else granularity,
        offset=offset_of(reading),
        reason=reason,
    )


def offset_of(reading: Reading) -> str | None:
    """Return the signed duration from the anchor: -P1Y; None where it is not counted."""
    if reading.shift is None or reading.unit is None:
        return None
    count = calendar.iso_duration(reading.unit, abs(reading.shift))
    return f"-{count}" if reading.shift < 0 else count


def clock_value(reading: Reading) -> str:
    """Return what a time or part of a day adds to a value: T17:00, TMO, or nothing."""
    if reading.hour is not None:
        return f"T{reading.hour:02}:{reading.minute or 0:02}"
    return f"T{reading.part}" if reading.part else ""


def template(reading: Reading) -> tuple[str, str]:
    """Return value and granularity with X for all that the words do not say."""
    if reading.season:
        return f"XXXX-{reading.season}", "season"
    if reading.quarter:
        return f"XXXX-Q{reading.quarter}", "quarter"
    if reading.half:
        return f"XXXX-H{reading.half}", "half"
    if reading.month and reading.day and not reading.is_week:
        return f"XXXX-{reading.month:02}-{reading.day:02}", "day"
    if reading.month:
        return ("XXXX-WXX", "week") if reading.is_week else (f"XXXX-{reading.month:02}", "month")
    if reading.day:
        return f"XXXX-XX-{reading.day:02}", "day"
    if reading.weekday:
        return f"XXXX-WXX-{reading.weekday}", "day"
    if reading.unit:
        return UNKNOWN[reading.unit], GRANULARITY[reading.unit]
    return "", "time"


def is_fine_enough_for(unit: str, anchor: Anchor) -> bool:
    """Tell whether `unit` can be counted from an anchor: no days from a year."""
    order = {"day": 0, "week": 1, "weekend": 1, "month": 2, "quarter": 3, "half": 4, "year": 5}
    fine = {"M": 2, "Q": 3, "HY": 4, "Y": 5, "DE": 6, "CE": 7}
    return order.get(anchor.precision, 6) <= fine.get(unit, 1 if unit != "D" else 0)
