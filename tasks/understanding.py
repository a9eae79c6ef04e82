"""What one candidate says: a date as a moment, a language tag as BCP 47, a flag as yes or no."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tasks.dates import parse_moment
from tasks.names import authors_in
from tasks.records import Candidate
from tasks.urls import canonical

_WORD = re.compile(r"\w+")
_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|[0-9]{3}))?")
_TRUE = frozenset(("true", "1", "yes", "https://schema.org/true", "http://schema.org/true"))
_FALSE = frozenset(("false", "0", "no", "https://schema.org/false", "http://schema.org/false"))


def understood(candidate: Candidate) -> object | None:
    """Return what a candidate was understood as, or None: no date, no tag, nobody, empty.

    A Moment for dates, a tuple of Author for authors, a bool for flags, else the text.
    """
    if candidate.field == "author":
        return authors_in(candidate.value, kind=candidate.kind) or None
    return _READ.get(candidate.field, _read_text)(candidate.value)


def _read_text(value: str) -> str | None:
    return value.strip() or None


def _read_keyword(value: str) -> str | None:
    """Leave out bare punctuation, which keyword extractors produce for unspaced scripts."""
    return value.strip() if _WORD.search(value) else None


def _read_language(value: str) -> str | None:
    """Return a language tag as BCP 47 writes it ("pt-BR"); "en_US.UTF-8" counts as "en-US"."""
    found = _TAG.fullmatch(value.strip().partition(".")[0])
    if found is None:
        return None
    language, script, region = found.groups()
    parts = (language.lower(), script and script.title(), region and region.upper())
    return "-".join(part for part in parts if part)


def _read_flag(value: str) -> bool | None:
    word = value.strip().lower()
    return True if word in _TRUE else False if word in _FALSE else None


def _read_url(value: str) -> str | None:
    return value.strip() if canonical(value) else None


def _read_link(value: str) -> str | None:
    """Keep a canonical link that is relative to the page ("/news/1") for `_canonical`."""
    link = value.strip()
    return link if link.startswith("/") or canonical(link) else None


_READ: Mapping[str, Callable[[str], object | None]] = {
    "keyword": _read_keyword,
    "url": _read_url,
    "canonical_url": _read_link,
    "image_url": _read_link,
    "published": parse_moment,
    "modified": parse_moment,
    "language": _read_language,
    "is_accessible_for_free": _read_flag,
    "tdm_reservation": _read_flag,
}
