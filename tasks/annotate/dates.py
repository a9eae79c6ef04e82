"""Dates, times, durations and sets of dates in six languages: the table `dates` (TIMEX3).

English is complete; German, French, Spanish, Arabic and Chinese have the common forms. Words and
patterns are tables beside timex/; the conventions by which they are resolved stand in
timex/resolve.py. What is counted, and where a row begins and ends, is told in
tests/labelled/GUIDELINES.md.

Relative expressions are counted from the day of publication, without one from the day in the
dateline; where these disagree by more than a week there is a row for each, both marked as a
conflict. Without either: TIMEX3 value with X, no bounds, and a reason. Never the clock.

A date behind since, until, by, before or after is one end of a time: the other bound is NULL, which
counts as resolved, and `timex_mod` says ON_OR_AFTER, ON_OR_BEFORE, BEFORE or AFTER unless the words
say another. Ages (a 30-year-old) are quantities, no dates.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice

from tasks.annotate.records import (
    Annotator,
    Article,
    Options,
    Rows,
    Sentences,
    Subject,
)
from tasks.annotate.timex.anchors import anchors
from tasks.annotate.timex.lexicon import LANGUAGES, lexicon
from tasks.annotate.timex.reading import Reading
from tasks.annotate.timex.resolve import resolve
from tasks.annotate.timex.resolved import Anchor, Context, Resolved
from tasks.annotate.timex.scan import Match, find
from tasks.annotate.timex.surroundings import bound, tense
from warehouse.annotations import DateRow, SentenceRow

# Of one field: a chronicle of a whole century has fewer; bounds the memory of a hostile text.
MOST_EXPRESSIONS = 20_000
_MODS = {"since": "ON_OR_AFTER", "until": "ON_OR_BEFORE", "before": "BEFORE", "after": "AFTER"}
_MONTH_FIRST = frozenset(("US", "PH", "PR", "FM"))  # regions that write 1/31/2020 (Unicode CLDR)


def annotator(options: Options) -> Annotator:
    """Return the annotator `dates`, which writes the table `dates`."""
    return Annotator(
        name="dates",
        version="1",
        tables=("dates",),
        annotate=annotate,
        languages=LANGUAGES,
        needs=("sentences",),
        scope="article",
    )


def annotate(subjects: Sequence[Subject]) -> list[Rows]:
    """Return the dates of each article, in reading order; none in languages without a table."""
    return [{"dates": list(_rows(subject))} for subject in subjects]


@dataclass(frozen=True, slots=True)
class _Found:
    field: str
    match: Match
    surface: str
    sentence: SentenceRow | None
    resolved: Resolved


def _rows(subject: Subject) -> Iterator[DateRow]:
    article = subject.article
    if article.language in LANGUAGES:
        found = _resolved(subject, article.language)
        yield from (_row(article, number, each) for number, each in enumerate(found, 1))


def _resolved(subject: Subject, language: str) -> Iterator[_Found]:
    """Yield every expression, resolved; one twice where the anchors disagree."""
    article = subject.article
    fields = {
        name: list(islice(find(text, language), MOST_EXPRESSIONS))
        for name, text in article.fields()
    }
    days = anchors(article.text, fields["text"], article)
    number, last = 0, None
    for name, text in article.fields():
        sentences = Sentences(subject.sentences)
        for match in fields[name]:
            sentence = sentences.at(name, match.start)
            for resolved in _readings(article, text, match, sentence, days, last):
                number += 1
                surface = text[match.start : match.end]
                yield _Found(name, match, surface, sentence, resolved)
                last = _text_anchor(resolved, number) or last


def _text_anchor(resolved: Resolved, number: int) -> Anchor | None:
    """Return an expression as what a later one may be counted from."""
    if resolved.start is None or resolved.timex_type not in ("DATE", "TIME"):
        return None
    precision = "day" if resolved.granularity == "time" else resolved.granularity
    return Anchor(day=resolved.start, kind="text", precision=precision, expression=number)


def _readings(
    article: Article,
    text: str,
    match: Match,
    sentence: SentenceRow | None,
    days: Sequence[Anchor | None],
    last: Anchor | None,
) -> list[Resolved]:
    """Resolve one expression; twice where two anchors give different days."""
    language = article.language
    verb = None
    if _needs_tense(match.reading):
        verb = tense(text, match.start, match.end, sentence, language)
    first = _day_first(article) if match.reading.meaning == "figures" else None
    found = [
        resolve(match.reading, Context(anchor=day, text_anchor=last, tense=verb, day_first=first))
        for day in days
    ]
    if len(found) > 1:
        found = _conflicting(found)
    end = bound(text, match.start, match.end, language) if found[0].start else None
    return [_bounded(each, end) for each in found] if end else found


_BY_TENSE = frozenset(("date", "month", "clock", "holiday", "figures"))


def _needs_tense(reading: Reading) -> bool:
    """Tell whether verbs may decide: not about what says its year, or how far away it is."""
    is_counted = reading.unit is not None and reading.shift is not None
    return reading.meaning in _BY_TENSE and reading.year is None and not is_counted


def _conflicting(found: list[Resolved]) -> list[Resolved]:
    """Return the first of equal readings, or all of different ones as a conflict."""
    first, second = found
    if (first.start, first.end, first.value) == (second.start, second.end, second.value):
        return [first]
    if first.anchor is None or second.anchor is None:
        return [first]
    reason = f"published {first.anchor.day}, dateline {second.anchor.day}"
    return [replace(each, is_conflict=True, reason=each.reason or reason) for each in found]


def _bounded(resolved: Resolved, end: str) -> Resolved:
    """Open one side: since 2003 has no last day, until Friday no first."""
    start_day, end_day = resolved.start, resolved.end
    if resolved.timex_type not in ("DATE", "TIME") or start_day is None or end_day is None:
        return resolved
    first, last = _open(end, start_day, end_day)
    if first is None and last is None:
        return resolved
    return replace(resolved, start=first, end=last, mod=resolved.mod or _MODS[end])


def _open(end: str, start: date, last: date) -> tuple[date | None, date | None]:
    one = timedelta(days=1)
    match end:
        case "since":
            return start, None
        case "until":
            return None, last
        case "before":
            return None, (start - one if start > date.min else None)
        case _:
            return (last + one if last < date.max else None), None


def _day_first(article: Article) -> bool | None:
    """Tell whether 3/1/2020 begins with its day: by the language, in English by the region."""
    order = lexicon(article.language).settings.get("order", "day")
    if order != "region":
        return order == "day"
    region = (article.language_code or "").partition("-")[2].upper()
    return region not in _MONTH_FIRST if region else None


def _row(article: Article, number: int, found: _Found) -> DateRow:
    told, anchor = found.resolved, found.resolved.anchor
    return DateRow(
        article_id=article.article_id,
        expression=number,
        field=found.field,
        char_start=found.match.start,
        char_end=found.match.end,
        surface=found.surface,
        sentence=found.sentence.sentence if found.sentence else None,
        timex_type=told.timex_type,
        timex_value=told.value,
        timex_mod=told.mod,
        start_date=told.start,
        end_date=told.end,
        granularity=told.granularity,
        direction=told.direction,
        anchor=anchor.kind if anchor else "none",
        anchor_date=anchor.day if anchor else None,
        anchor_expression=anchor.expression if anchor else None,
        relative_offset=told.offset,
        is_resolved=told.start is not None or told.end is not None,
        is_conflict=told.is_conflict,
        reason=told.reason,
    )
