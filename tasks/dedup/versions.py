"""Two articles with near texts: a later version of one story, or one agency's text at two outlets.

The texts are compared elsewhere; here only what headline, credits, address and dates say counts.
Every function is mirrored: f(b, a) says the same of the same articles as f(a, b).

Sources of the rules. Reuters' Handbook of Journalism: a rewritten story is sent with "UPDATE 1-",
"UPDATE 2-" before the headline and a line "(Adds ...)", several in one with "WRAPUP", one with an
error put right with "CORRECTED-" and "(Corrects ...)", one that is sent again with "RPT-" or
"REFILE-". AP: "Eds: Updates with ...", leads numbered "1st Ld", a headline "Correction: ..." and
"This version corrects ..." at the end. IPTC 7901 gives these words a place, but no list; the other
agencies' are those of their own copy. All are in markers.tsv, with whose they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from tasks.agencies import agency_of_site
from tasks.tables import packaged_rows
from warehouse.items import Item

_FIRST_LINES = 3  # where an advisory line or a note to editors stands
_LONGEST_HEADLINE = 300  # characters looked at
_LONGEST_LINE = 100  # characters of a line looked at


@dataclass(frozen=True, slots=True)
class Marker:
    """What a version says of itself: `kind` update, correction or repeat; words in capitals."""

    kind: str
    surface: str
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """Two versions of one story. `is_ordered` False: which is later is not known, ids decide."""

    later: str  # article_id
    earlier: str
    why: str  # for a person: "same URL", "marker UPDATE 2"
    is_correction: bool
    is_ordered: bool


@dataclass(frozen=True, slots=True)
class Syndication:
    """One agency's text at two sources; `lag_seconds`: published_at of a minus that of b."""

    agency: str
    lag_seconds: float | None


# ---- markers -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Forms:
    """The pattern of a place, for folded text, and the kind of every marker, figures as "#"."""

    pattern: re.Pattern[str]
    kinds: dict[str, str]


_SHAPES = {  # of what stands round a marker in each place
    # "CORRECTED-(OFFICIAL)-UPDATE 1-": the source had erred, not the agency.
    "start": r"[\s*+=]*(?:\(?official\)?\s?[-–—]\s?)?({})\s?(?:[-–—:：|]|$)",
    "bracket": r"^\s*[(\[【<]({0})[)\]】>]|[(\[【<]({0})[)\]】>]\s*$",
    "line": r"[\s*_–—-]*({})\b",
}


@cache
def _forms(place: str) -> _Forms:
    kinds: dict[str, str] = {}
    for kind, where, marker, _, _ in packaged_rows("tasks.dedup", "markers.tsv"):
        if where == place:
            kinds[_key(marker)] = kind
    longest_first = sorted(kinds, key=lambda each: (-len(each), each))
    written = "|".join(re.escape(each).replace(r"\#", r"\d{1,2}") for each in longest_first)
    return _Forms(re.compile(_SHAPES[place].format(written)), kinds)


_NUMBER = re.compile(r"\d{1,2}")


def _key(surface: str) -> str:
    return _NUMBER.sub("#", surface.casefold())


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def markers_of(item: Item) -> tuple[Marker, ...]:
    """Return the markers in the headline, the first lines and the last line of an article."""
    last = item.text[item.text.rfind("\n") + 1 :][:_LONGEST_LINE]
    first = item.text[: _FIRST_LINES * _LONGEST_HEADLINE].split("\n\n")[:_FIRST_LINES]
    lines = (*(each[:_LONGEST_LINE] for each in first), last)
    return _markers((item.headline or "")[:_LONGEST_HEADLINE], lines)


@lru_cache(maxsize=4096)  # an article is compared with many
def _markers(headline: str, lines: tuple[str, ...]) -> tuple[Marker, ...]:
    found = [*_at_start(headline), *_in_brackets(headline)]
    for line in lines:
        found += [*_at_start(line), *_at_line(line)]
    return tuple(dict.fromkeys(found))


def _at_start(text: str) -> Iterable[Marker]:
    """Yield the markers that begin a text, one behind the other: "CORRECTED-UPDATE 1-"."""
    text = _folded(text)
    forms, at = _forms("start"), 0
    while found := forms.pattern.match(text, at):
        yield _marker(found[1], forms)
        at = found.end()


def _in_brackets(text: str) -> Iterable[Marker]:
    forms = _forms("bracket")
    for found in forms.pattern.finditer(_folded(text)):
        yield _marker(found[1] or found[2], forms)


def _at_line(text: str) -> Iterable[Marker]:
    forms = _forms("line")
    found = forms.pattern.match(_folded(text))
    if found:
        yield _marker(found[1], forms)


def _marker(surface: str, forms: _Forms) -> Marker:
    number = _NUMBER.search(surface)
    return Marker(forms.kinds[_key(surface)], surface.upper(), int(number[0]) if number else None)


# ---- relations ---------------------------------------------------------------------------------
def is_same_source(a: Item, b: Item) -> bool:
    """Tell whether both appeared at one source: equal, or one a part of the other's site."""
    if not a.source or not b.source:
        return False
    return a.source == b.source or (
        "." in a.source
        and "." in b.source
        and (a.source.endswith(f".{b.source}") or b.source.endswith(f".{a.source}"))
    )


def agency_of(item: Item) -> str | None:
    """Return the agency whose text it is: the one credited, else the one whose site it is."""
    return item.agency or agency_of_site(item.source)


def is_later(a: Item, b: Item) -> bool | None:
    """Tell whether `a` is a later version than `b`; None where nothing tells.

    By the number of an update, if both have one: outlets publish an agency's versions in any
    order. Else by modified_at, or published_at where that is not known. Else the one with a marker
    follows the one without.
    """
    numbers = _number(a), _number(b)
    if numbers[0] and numbers[1] and numbers[0] != numbers[1]:
        return numbers[0] > numbers[1]
    times = a.modified_at or a.published_at, b.modified_at or b.published_at
    if times[0] and times[1] and times[0] != times[1]:
        return times[0] > times[1]
    marked = bool(markers_of(a)), bool(markers_of(b))
    return None if marked[0] == marked[1] else marked[0]


def _number(item: Item) -> int | None:
    numbers = (marker.number for marker in markers_of(item) if marker.kind == "update")
    return next((number for number in numbers if number), None)


def revision(a: Item, b: Item) -> Revision | None:
    """Return which of two articles with near texts is the later version, or None if neither is.

    They are versions when they have one canonical URL, or when one has a marker that the other
    lacks and both come from one source or one agency. Is it a correction? When the later one
    says so.
    """
    new = set(markers_of(a)) ^ set(markers_of(b))
    if a.canonical_url and a.canonical_url == b.canonical_url:
        why = "same URL"
    elif new and _is_one_origin(a, b):
        why = "marker " + min(new, key=_weight).surface
    else:
        return None
    order = is_later(a, b)
    is_a_later = a.article_id < b.article_id if order is None else order
    later, earlier = (a, b) if is_a_later else (b, a)
    fresh = set(markers_of(later)) - set(markers_of(earlier))
    return Revision(
        later=later.article_id,
        earlier=earlier.article_id,
        why=why,
        is_correction=any(marker.kind == "correction" for marker in fresh),
        is_ordered=order is not None,
    )


def _weight(marker: Marker) -> tuple[int, int, str]:
    """Return what makes one marker tell more than another: a correction, the highest number."""
    rank = {"correction": 0, "update": 1, "repeat": 2}[marker.kind]
    return rank, -(marker.number or 0), marker.surface


def _is_one_origin(a: Item, b: Item) -> bool:
    """Tell whether one hand could have written both: one agency, or one source without another."""
    agencies = agency_of(a), agency_of(b)
    if agencies[0] and agencies[1]:
        return agencies[0] == agencies[1]
    return is_same_source(a, b)


def syndication(a: Item, b: Item) -> Syndication | None:
    """Return whose text two sources carry, or None.

    For exact and near texts: the sources are known and not one, and an agency is credited in
    either, or either is its own site. Two different agencies are no syndication.
    """
    agencies = {agency for agency in (agency_of(a), agency_of(b)) if agency}
    if not a.source or not b.source or is_same_source(a, b) or len(agencies) != 1:
        return None
    lag = None
    if a.published_at and b.published_at:
        lag = (a.published_at - b.published_at).total_seconds()
    return Syndication(agencies.pop(), lag)
