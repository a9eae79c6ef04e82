"""Resolves amounts of time: four years ago, the past three years, two years, every Monday."""

from __future__ import annotations

from dataclasses import replace

from tasks.annotate.timex import calendar
from tasks.annotate.timex.calendar import CLOCK_UNITS, GRANULARITY, ISO_UNITS, UNKNOWN
from tasks.annotate.timex.reading import Reading
from tasks.annotate.timex.resolved import (
    COARSE_ANCHOR,
    NO_ANCHOR,
    NOTHING_BEFORE,
    Anchor,
    Context,
    Resolved,
    clock_value,
    is_fine_enough_for,
    template,
    told,
)


def ago(reading: Reading, context: Context) -> Resolved:
    """Resolve four years ago: counted from the anchor."""
    return _counted_units(reading, context.anchor)


def ago_text(reading: Reading, context: Context) -> Resolved:
    """Resolve two weeks later: counted from the expression before it."""
    return _counted_units(reading, context.text_anchor, NOTHING_BEFORE)


def _counted_units(reading: Reading, anchor: Anchor | None, none: str = NO_ANCHOR) -> Resolved:
    """Resolve an amount of units before or after the anchor."""
    unit, amount, sign = reading.unit or "D", reading.amount, reading.shift or 1
    if amount is not None and amount % 1 and unit in ("Y", "DE", "CE"):
        amount, unit = amount * ISO_UNITS[unit][0] * 12, "M"
    offset = ("-" if sign < 0 else "") + calendar.iso_duration(unit, amount)
    unknown = Resolved(
        timex_type="TIME" if unit in CLOCK_UNITS else "DATE",
        value=UNKNOWN.get(unit, "XXXX-XX-XX"),
        granularity=GRANULARITY[unit],
        offset=offset,
    )
    if anchor is None or amount is None or unit not in ISO_UNITS:
        return replace(unknown, reason=none if anchor is None else _amount_reason(unit))
    if not is_fine_enough_for(unit, anchor):
        return replace(unknown, reason=COARSE_ANCHOR)
    at = calendar.shifted(anchor.day, unit, sign * amount)
    found = told(calendar.containing(unit, at), replace(reading, mod=None))
    return replace(found, offset=offset, anchor=anchor)


def _amount_reason(unit: str) -> str:
    return "anchor has no time of day" if unit in CLOCK_UNITS else "amount not said"


def period(reading: Reading, context: Context) -> Resolved:
    """Resolve the past three years: a duration that ends or begins at the anchor."""
    unit, amount, sign = reading.unit or "D", reading.amount, reading.shift or 1
    length = calendar.iso_duration(unit, amount)
    found = Resolved(
        timex_type="DURATION",
        value=length,
        granularity=GRANULARITY[unit],
        offset=f"-{length}" if sign < 0 else length,
        direction="past" if sign < 0 else "future",
    )
    anchor = context.anchor
    if anchor is None or anchor.precision != "day":
        return replace(found, reason=COARSE_ANCHOR if anchor else NO_ANCHOR)
    if amount is None or unit not in ISO_UNITS:
        return replace(found, reason=_amount_reason(unit))
    other = calendar.shifted(anchor.day, unit, sign * amount)
    start, end = sorted((anchor.day, other))
    return replace(found, start=start, end=end, anchor=anchor)


def duration(reading: Reading, context: Context) -> Resolved:
    """Resolve two years: a length without its place in time."""
    unit = reading.unit or "D"
    return Resolved(
        timex_type="DURATION",
        value=calendar.iso_duration(unit, reading.amount),
        granularity=GRANULARITY[unit],
        reason="a duration, without its place in time",
    )


def set_of_times(reading: Reading, context: Context) -> Resolved:
    """Resolve every Monday, twice a week: when it recurs, not when it was."""
    if reading.unit:
        value = calendar.iso_duration(reading.unit, reading.amount or 1)
        granularity = GRANULARITY[reading.unit]
    else:
        value, granularity = template(reading)
        value = f"{value or 'XXXX-XX-XX'}{clock_value(reading)}"
    return Resolved(timex_type="SET", value=value, granularity=granularity, reason="a set of times")
