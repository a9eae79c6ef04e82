"""The first and the last day on which an article can have been published, by its evidence.

Where two places contradict each other the stronger rule stands, of one rule the earlier place; an
explicit date of publication stands before all of them. The other place is marked as a conflict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tasks.dates import Moment

# The rules of tasks.date_evidence, the strongest first: what a text calls its present, what it
# tells as past, and what has to be counted back or may still change.
RULES = ("as_of", "past_date", "year_of", "years_ago", "future_date")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A place in a text that bounds the day of publication.

    `start` and `end` count code points, half-open; `rule` is one of RULES.
    """

    start: int
    end: int
    rule: str
    earliest: date | None = None  # not published before this day
    latest: date | None = None  # not published after this day
    conflict: str | None = None  # what it contradicts, for a person


def settle(evidence: Sequence[Evidence], published: Moment | None) -> list[Evidence]:
    """Return the same evidence, each piece marked that a stronger one or `published` contradicts.

    `published` is the explicit date of publication, or None.
    """
    ranked = sorted(evidence, key=lambda each: RULES.index(each.rule))
    settled = {id(each): each for each in evidence}
    lowest, highest = _known(published)
    low = high = None
    for each in ranked:
        if each.conflict:
            continue
        reason = _against_date(each, lowest, highest, published) or _against(each, low, high)
        if reason:
            settled[id(each)] = replace(each, conflict=reason)
            continue
        if each.earliest and (low is None or low.earliest is None or each.earliest > low.earliest):
            low = each
        if each.latest and (high is None or high.latest is None or each.latest < high.latest):
            high = each
    return list(settled.values())


def bounds(evidence: Sequence[Evidence]) -> tuple[date | None, date | None]:
    """Return the first and the last day of publication by the evidence without a conflict."""
    sound = [each for each in evidence if each.conflict is None]
    earliest = max((each.earliest for each in sound if each.earliest), default=None)
    latest = min((each.latest for each in sound if each.latest), default=None)
    return earliest, latest


def _known(published: Moment | None) -> tuple[date, date]:
    """Return the days that an explicit date leaves open; a day more on both sides for zones."""
    if published is None:
        return date.min, date.max
    day = published.day
    if published.precision == "year":
        return date(day.year, 1, 1), date(day.year, 12, 31)
    if published.precision == "month":
        return day.replace(day=1), (day.replace(day=1) + 31 * _DAY).replace(day=1) - _DAY
    return day - _DAY, day + _DAY


def _against_date(each: Evidence, first: date, last: date, published: Moment | None) -> str | None:
    if published is None:
        return None
    given = published.day.isoformat()
    if each.earliest and each.earliest > last:
        return f"not before {each.earliest}, but the document is dated {given}"
    if each.latest and each.latest < first:
        return f"not after {each.latest}, but the document is dated {given}"
    return None


def _against(each: Evidence, low: Evidence | None, high: Evidence | None) -> str | None:
    if each.latest and low and low.earliest and each.latest < low.earliest:
        return f"not after {each.latest}, but {low.rule} says not before {low.earliest}"
    if each.earliest and high and high.latest and each.earliest > high.latest:
        return f"not before {each.earliest}, but {high.rule} says not after {high.latest}"
    return None
