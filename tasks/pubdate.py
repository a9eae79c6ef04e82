"""Dates of publication that stand outside the metadata: in the address, the path, the dateline.

They rank below all that a document declares. The source of each names the pattern that read it, for
instance "url:/YYYY/MM/DD/". The clock of the run and the times of files are never asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tasks.dates import FIRST_YEAR, LAST_YEAR, MONTHS, parse_moment
from tasks.opening import read_dateline
from tasks.quality import BODY_KINDS
from tasks.records import Candidate, Draft, RawDocument

_ADDRESSES = ("canonical_url", "url")
_LONGEST = 2_000  # characters of an address or path that are looked at
_DAY = timedelta(days=1)


def date_candidates(document: RawDocument, draft: Draft) -> tuple[Candidate, ...]:
    """Return candidates for "published", the most reliable first, to follow those of `draft`.

    A path, or else a month, is offered only where there is no other date.
    Nothing later than a day after `document.retrieved_at` is offered. Raises nothing.
    """
    latest = document.retrieved_at.date() + _DAY if document.retrieved_at else None
    addresses = list(dict.fromkeys(_addresses(document, draft)))
    found = [each for each in (_first(addresses, _DAYS), _dateline(draft)) if each]
    if not found and not any(map(_is_date, draft.candidates)):
        other = _path_day(document) or _first(addresses, _MONTHS)
        found = [other] if other else []
    return tuple(each for each in found if not latest or _starts(each.value) <= latest)


def _is_date(candidate: Candidate) -> bool:
    return candidate.field == "published" and parse_moment(candidate.value) is not None


def _addresses(document: RawDocument, draft: Draft) -> Iterator[str]:
    for field in _ADDRESSES:
        for candidate in draft.candidates:
            if candidate.field == field:
                yield candidate.value
    if document.url:
        yield document.url


def _starts(value: str) -> date:
    """Return the first day of a value that was offered, "2024-05-03" or "2024-05"."""
    moment = parse_moment(value)
    return moment.day if moment else date.min


# ---- patterns ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Pattern:
    """How a day is written in an address; `name` is how the source shows it."""

    name: str
    expression: re.Pattern[str]


# A day ends where its part of the path does; a longer number is an id.
_END = r"(?=[/_.\-]|\Z)"
_DAYS = (
    _Pattern("/YYYY/MM/DD/", re.compile(rf"/(?P<y>\d{{4}})/(?P<m>\d\d?)/(?P<d>\d\d?){_END}")),
    _Pattern(
        "/YYYY/mon/DD/", re.compile(rf"/(?P<y>\d{{4}})/(?P<m>[a-z]{{3,9}})/(?P<d>\d\d?){_END}")
    ),
    _Pattern("YYYY-MM-DD", re.compile(r"(?<!\d)(?P<y>\d{4})([-_.])(?P<m>\d\d)\2(?P<d>\d\d)(?!\d)")),
    # Chinese sites: /2024/0503/, /202405/03/, /2024-05/03/, /2024/05-03/
    _Pattern("/YYYY/MMDD/", re.compile(rf"/(?P<y>\d{{4}})/(?P<m>\d\d)-?(?P<d>\d\d){_END}")),
    _Pattern("/YYYYMM/DD/", re.compile(rf"/(?P<y>\d{{4}})-?(?P<m>\d\d)/(?P<d>\d\d){_END}")),
    _Pattern(
        "YYYYMMDD",
        re.compile(rf"(?<=[/_.\-])[a-z]?(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d){_END}"),
    ),
    # Only with a day above 12, or with dots, which nobody writes after a month.
    _Pattern(
        "DD-MM-YYYY",
        re.compile(rf"(?<!\d)(?P<d>1[3-9]|2\d|3[01])([-_])(?P<m>\d\d)\2(?P<y>\d{{4}}){_END}"),
    ),
    _Pattern(
        "MM-DD-YYYY",
        re.compile(rf"(?<!\d)(?P<m>\d\d)([-_])(?P<d>1[3-9]|2\d|3[01])\2(?P<y>\d{{4}}){_END}"),
    ),
    _Pattern("DD.MM.YYYY", re.compile(r"(?<![\d.])(?P<d>\d\d)\.(?P<m>\d\d)\.(?P<y>\d{4})(?!\d)")),
)
_NO_DAY = r"/(?!\d\d?(?:[/_.\-]|\Z))"  # after a month stands no day that does not exist
_MONTHS = (
    _Pattern("/YYYY/MM/", re.compile(rf"/(?P<y>\d{{4}})[/-](?P<m>\d\d){_NO_DAY}")),
    _Pattern("/YYYY/mon/", re.compile(rf"/(?P<y>\d{{4}})/(?P<m>[a-z]{{3,9}}){_NO_DAY}")),
)
_FOUR_DIGITS = re.compile(r"\d{4}")


def _days_in(path: str, patterns: Sequence[_Pattern]) -> Iterator[tuple[str, str]]:
    """Yield every date of `path` that exists, in ISO 8601, with the name of its pattern."""
    if not _FOUR_DIGITS.search(path):
        return
    for pattern in patterns:
        for found in pattern.expression.finditer(path):
            value = _value(found.groupdict())
            if value:
                yield value, pattern.name


def _value(parts: dict[str, str]) -> str | None:
    """Return a day, or a month where no day is given; None for one that does not exist."""
    year = int(parts["y"])
    month = int(parts["m"]) if parts["m"].isdigit() else MONTHS.get(parts["m"], 0)
    try:
        at = date(year, month, int(parts.get("d", 1)))
    except ValueError:
        return None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    return at.isoformat() if "d" in parts else f"{at:%Y-%m}"


# ---- the address -------------------------------------------------------------------------------
# The path of an address; of a copy in an archive ("web.archive.org/web/2019.../https://...") the
# path of the original, because the date before it is that of the copy.
_PATH = re.compile(r"(?:.*https?:/{1,2})?[^/?#]*(/[^?#]*)", re.IGNORECASE | re.DOTALL)


def _first(addresses: Sequence[str], patterns: Sequence[_Pattern]) -> Candidate | None:
    for address in addresses:
        path = _PATH.match(address[:_LONGEST])
        for value, name in _days_in(path[1].lower() if path else "", patterns):
            return Candidate(field="published", value=value, source=f"url:{name}")
    return None


# ---- the path ----------------------------------------------------------------------------------
# Folders of this kind are named for the day on which somebody fetched or copied what is in them.
_FETCHED = re.compile(r"crawl|warc|snapshot|dump|backup|export|scrap|download|fetch|harvest|ingest")


def _path_day(document: RawDocument) -> Candidate | None:
    """Return the one day that the path of the document names.

    The path of a container (a feed, a table, an archive) dates the container, not what is in it.
    """
    path = f"/{_own_path(document)}"[-_LONGEST:].lower()
    if document.retrieved_at or _FETCHED.search(path):
        return None
    found = dict(reversed(list(_days_in(path, _DAYS))))
    if len(found) != 1:
        return None
    [(value, name)] = found.items()
    return Candidate(field="published", value=value, source=f"path:{name}")


def _own_path(document: RawDocument) -> str:
    """Return the path of a file below the source, of a member its path inside the archive."""
    if document.record is None:
        return document.name
    inside = (document.record_id or "").replace("!/", "/")
    return inside if inside and document.name.endswith(f"/{inside}") else ""


# ---- the dateline ------------------------------------------------------------------------------
_LEADS = 2  # paragraphs at the beginning that may carry it; a standfirst comes before
_DATELINE_CHARS = 140
_YEAR = re.compile(r"(?:19|20)\d\d")
# "KÖLN, 3. Mai 2024 (dpa) -", "Köln, 3. Mai 2024.", "NEW YORK--(BUSINESS WIRE)--May 3, 2024--"
_DATELINE = re.compile(
    r"(?P<place>[^\W\d_][^\d()]{1,50}?)(?:--\([^()]{2,40}\)--|,\s+|\s+\()(?:den |le |a |il )?"
    r"(?P<day>\d{1,2}(?:\.|er|º)?\s+(?:de\s+)?[^\W\d_]{3,12}\.?,?\s+(?:de\s+)?\d{4}"
    r"|[^\W\d_]{3,12}\.?\s+\d{1,2},\s+\d{4})"
    r"(?:\s*г(?:\.|ода))?,?\s*(?:[(/][^()/]{2,40}[)/]|\))?\s*(?:[:—–]|--?|\.(?:\s|\Z))"
)
# "On Monday, May 3, 2021." begins a sentence, "Updated Monday, May 3, 2021 -" is no publication.
_NO_PLACE = frozenset(
    ("on", "in", "by", "since", "until", "updated", "last", "modified", "am", "im", "seit", "bis")
)
_LONG_WORD = 4  # letters; shorter ones in a place may be small: "Rio de Janeiro", "Aix en Provence"


def _dateline(draft: Draft) -> Candidate | None:
    """Return the day of a dateline that has a year, unless the reader has offered it already."""
    known = {each.value for each in draft.candidates if each.source == "dateline"}
    body = [part.text for part in draft.paragraphs if part.kind in BODY_KINDS]
    for text in body[:_LEADS]:
        value = _dateline_day(text[:_DATELINE_CHARS])
        if value:
            new = Candidate(field="published", value=value, source="dateline")
            return None if value in known else new
    return None


def _dateline_day(beginning: str) -> str | None:
    if not _YEAR.search(beginning) or beginning.split(" ", 1)[0].lower() in _NO_PLACE:
        return None
    found = _DATELINE.match(beginning)
    offered = read_dateline(beginning)
    is_place = found is not None and _is_place(found["place"].split())
    value = found["day"] if found and is_place else offered.value if offered else ""
    moment = parse_moment(value)
    return value if moment and moment.precision == "day" else None


def _is_place(words: Sequence[str]) -> bool:
    """Tell whether the words are written as a place is, with capitals."""
    return all(len(word) < _LONG_WORD or not word[0].islower() for word in words)
