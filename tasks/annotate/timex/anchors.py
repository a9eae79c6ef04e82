"""The days that relative expressions are counted from: publication, and the dateline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from tasks.annotate.records import Article
from tasks.annotate.timex.resolve import resolve
from tasks.annotate.timex.resolved import Anchor, Context
from tasks.annotate.timex.scan import Match

_DATELINE = 120  # characters within which the date of a dateline begins
_MOST_WORDS = 12  # before it: places and "For Immediate Release"
# Words of a dateline before its day: names and short words between them.
_LOWER = re.compile(r"(?<![^\W_])[a-zà-öø-ÿ]{4,}")
# What follows it: a dash, an agency in brackets, the end of the line, a place.
_BEHIND = re.compile(r"\s{0,3}(?:[-–—―:|(\[/]|\n|\Z|电|讯)|\s{1,3}[A-Z]")
AGREE = timedelta(days=7)  # publication and dateline that are no farther apart do not disagree


def publication(article: Article) -> Anchor | None:
    """Return the day of publication; where only its month or year is known, that as precision."""
    if article.published_date is None:
        return None
    precision = article.published_precision
    coarse = precision if precision in ("month", "year") else "day"
    return Anchor(day=article.published_date, kind="publication", precision=coarse or "day")


def dateline(text: str, matches: Sequence[Match], published: Anchor | None) -> Anchor | None:
    """Return the day at the very beginning of `text` as an anchor; None where there is none.

    Its year may be missing where the day of publication is known.
    """
    first = matches[0] if matches else None
    if first is None or not _is_dateline(text, first):
        return None
    is_day = published is not None and published.precision == "day"
    found = resolve(first.reading, Context(anchor=published if is_day else None))
    if found.granularity != "day" or found.start is None or found.start != found.end:
        return None
    return Anchor(day=found.start, kind="dateline")


def _is_dateline(text: str, match: Match) -> bool:
    reading = match.reading
    if match.start > _DATELINE or reading.day is None or reading.month is None:
        return False
    before = text[: match.start]
    if len(before.split()) > _MOST_WORDS or _LOWER.search(before):
        return False
    if any(mark in before for mark in '!?;"“”„«»'):
        return False
    is_whole = reading.year is not None
    behind = _BEHIND.match(text, match.end)
    return behind is not None or (is_whole and not before.strip())


def anchors(text: str, matches: Sequence[Match], article: Article) -> tuple[Anchor | None, ...]:
    """Return the anchors of relative expressions: one, or two that disagree, or (None,)."""
    published = publication(article)
    written = dateline(text, matches, published)
    if published is None:
        return (written,)
    if written is None:
        return (published,)
    if published.precision != "day":
        return (written,)
    return (published, written) if abs(published.day - written.day) > AGREE else (published,)
