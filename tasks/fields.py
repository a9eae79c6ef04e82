"""The fields of an article, chosen from what its document offers for them.

The first candidate that can be understood wins; readers put the better source first. Every
candidate is kept with its rank and with the answer to one question: does a source of another kind
(JSON-LD, OpenGraph, the heading, ...) say the same?
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from tasks.dates import Moment, parse_moment
from tasks.names import Author, authors_in
from tasks.records import Candidate
from tasks.urls import canonical

FIELDS: tuple[str, ...] = (
    "headline",
    "description",
    "byline",
    "author",
    "publisher",
    "section",
    "keyword",
    "url",
    "canonical_url",
    "published",
    "modified",
    "language",
    "image_url",
    "license",
    "copyright_holder",
    "is_accessible_for_free",
)

_LONGEST_SHOWN = 80  # characters of a value in a reason

_WORD = re.compile(r"\w+")
_SUFFIX = re.compile(r"\s+[-|–—·•:»]{1,2}\s+([^|]{2,60})\Z")  # " | Evening Courier"
_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|[0-9]{3}))?")
_TRUE = frozenset(("true", "1", "yes", "https://schema.org/true", "http://schema.org/true"))
_FALSE = frozenset(("false", "0", "no", "https://schema.org/false", "http://schema.org/false"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChoice:
    """What became of one candidate.

    `rank` is its place among the candidates of its field, from 1. `is_agreed`: does a source of
    another kind give the same value (dates by calendar day or instant, texts by their words, URLs
    in canonical spelling)? None where no other kind offers a value, or this one has none.
    """

    field: str
    value: str
    source: str
    rank: int
    is_chosen: bool
    is_agreed: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """The chosen fields of one article; None and () mean that the document does not say."""

    headline: str | None
    description: str | None
    byline: str | None  # as printed
    authors: tuple[Author, ...]
    publisher: str | None
    section: str | None
    keywords: tuple[str, ...]
    url: str | None  # as given
    canonical_url: str | None  # spelled by tasks.urls
    image_url: str | None
    license: str | None
    copyright_holder: str | None
    is_accessible_for_free: bool | None
    declared_language: str | None  # BCP 47
    published: Moment | None
    published_source: str | None
    published_reason: str | None  # why `published` is None
    modified: Moment | None
    choices: tuple[FieldChoice, ...]


@dataclass(frozen=True, slots=True)
class _Offer:
    """A candidate, and what it was understood as (None: not at all).

    `kind` is what stands before the colon of the source: two keys of one JSON object are one kind.
    """

    candidate: Candidate
    value: object | None
    kind: str


_Offers = Mapping[str, Sequence[_Offer]]


def choose(candidates: Sequence[Candidate]) -> Fields:
    """Return the fields chosen from `candidates`, which stand in order of preference.

    Raises ValueError for a candidate whose field is not one of FIELDS.
    """
    offers = _offers(candidates)
    published = _first(offers, "published")
    publisher = _text(offers, "publisher")
    return Fields(
        headline=_without_publisher(_text(offers, "headline"), publisher),
        description=_text(offers, "description"),
        byline=_text(offers, "byline"),
        authors=_authors(offers, publisher),
        publisher=publisher,
        section=_text(offers, "section"),
        keywords=_keywords(offers),
        url=_text(offers, "url"),
        canonical_url=_canonical(offers),
        image_url=_text(offers, "image_url"),
        license=_text(offers, "license"),
        copyright_holder=_text(offers, "copyright_holder"),
        is_accessible_for_free=_flag(offers),
        declared_language=_language(offers),
        published=_moment(published),
        published_source=published.candidate.source if published else None,
        published_reason=_why_undated(offers),
        modified=_moment(_first(offers, "modified")),
        choices=_choices(candidates, offers),
    )


# ---- understanding one candidate -------------------------------------------------------------


def _offers(candidates: Iterable[Candidate]) -> _Offers:
    """Group the candidates by field. Raises ValueError for a field that does not exist."""
    grouped: dict[str, list[_Offer]] = {field: [] for field in FIELDS}
    for candidate in candidates:
        if candidate.field not in grouped:
            raise ValueError(f"{candidate.field!r} is not in FIELDS; candidate {candidate}")
        value = _READ[candidate.field](candidate.value)
        kind = candidate.source.partition(":")[0]
        grouped[candidate.field].append(_Offer(candidate, value, kind))
    return grouped


def _read_text(value: str) -> str | None:
    return value.strip() or None


def _read_keyword(value: str) -> str | None:
    """Leave out bare punctuation, which keyword extractors produce for unspaced scripts."""
    return value.strip() if _WORD.search(value) else None


def _read_authors(value: str) -> tuple[Author, ...] | None:
    return authors_in(value) or None


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
    **dict.fromkeys(FIELDS, _read_text),
    "author": _read_authors,
    "keyword": _read_keyword,
    "url": _read_url,
    "canonical_url": _read_link,
    "image_url": _read_link,
    "published": parse_moment,
    "modified": parse_moment,
    "language": _read_language,
    "is_accessible_for_free": _read_flag,
}


def _keys(field: str, value: object | None) -> tuple[Hashable, ...]:
    """Return what a value is compared by; two values with one key in common agree."""
    if isinstance(value, Moment):
        return _moment_keys(value)
    if isinstance(value, tuple):
        return tuple(_words(author.name) for author in value)
    if isinstance(value, bool):
        return (value,)
    text = str(value)
    if field == "byline":
        return tuple(_words(author.name) for author in authors_in(text)) or (_words(text),)
    if field == "headline":
        return tuple({_words(text), _words(_SUFFIX.sub("", text))})
    if field in ("url", "canonical_url", "image_url"):
        return (canonical(text) or text,)
    return (text.partition("-")[0] if field == "language" else _words(text),)


def _moment_keys(moment: Moment) -> tuple[Hashable, ...]:
    """Return the calendar day as written and, where there is a zone, the minute of the instant."""
    if moment.precision in ("year", "month"):
        return ((moment.precision, moment.day),)
    if not moment.has_zone:
        return (moment.day,)
    return (moment.day, moment.at.replace(second=0, microsecond=0))


def _words(text: str) -> str:
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return " ".join(_WORD.findall(plain.casefold())) or plain.strip()


# ---- choosing --------------------------------------------------------------------------------


def _first(offers: _Offers, field: str) -> _Offer | None:
    return next((offer for offer in offers[field] if offer.value is not None), None)


def _text(offers: _Offers, field: str) -> str | None:
    offer = _first(offers, field)
    return offer.candidate.value.strip() if offer else None


def _flag(offers: _Offers) -> bool | None:
    offer = _first(offers, "is_accessible_for_free")
    return offer.value if offer and isinstance(offer.value, bool) else None


def _language(offers: _Offers) -> str | None:
    offer = _first(offers, "language")
    return offer.value if offer and isinstance(offer.value, str) else None


def _moment(offer: _Offer | None) -> Moment | None:
    return offer.value if offer and isinstance(offer.value, Moment) else None


def _same_source(offers: _Offers, field: str) -> list[_Offer]:
    """Return all usable offers of the source that comes first: lists of authors and keywords."""
    first = _first(offers, field)
    if first is None:
        return []
    source = first.candidate.source
    return [
        offer
        for offer in offers[field]
        if offer.value is not None and offer.candidate.source == source
    ]


def _authors(offers: _Offers, publisher: str | None) -> tuple[Author, ...]:
    """Return the authors named as such, else those of the byline, each once."""
    lines = [offer.candidate.value for offer in _same_source(offers, "author")]
    if not lines:
        byline = _text(offers, "byline")
        lines = [byline] if byline else []
    named = [author for line in lines for author in authors_in(line, publisher=publisher)]
    return tuple({author.name.casefold(): author for author in reversed(named)}.values())[::-1]


def _keywords(offers: _Offers) -> tuple[str, ...]:
    given = (offer.candidate.value.strip() for offer in _same_source(offers, "keyword"))
    return tuple(dict.fromkeys(given))


def _canonical(offers: _Offers) -> str | None:
    """Return the canonical URL: the page's own link if it can be right, else its address.

    A link to the bare host from a page below it is a known fault of templates; followed, it would
    give all articles of a site one URL.
    """
    address = canonical(_text(offers, "url") or "")
    link = _text(offers, "canonical_url")
    if link is None:
        return address
    target = canonical(_joined(address, link))
    is_home = target is not None and target.count("/") == 3 and target.endswith("/")
    if target is None or (is_home and address is not None):
        return address
    return target


def _joined(address: str | None, link: str) -> str:
    try:
        return urljoin(address or "", link)
    except ValueError:  # a host in broken brackets
        return ""


def _without_publisher(headline: str | None, publisher: str | None) -> str | None:
    """Return the headline without " | Evening Courier" where that is the publisher's name."""
    found = _SUFFIX.search(headline) if headline and publisher else None
    if headline and publisher and found and _words(found[1]) == _words(publisher):
        return headline[: found.start()]
    return headline


def _why_undated(offers: _Offers) -> str | None:
    if not offers["published"]:
        return "no date in the document"
    if _first(offers, "published"):
        return None
    value = offers["published"][0].candidate.value
    return f"date not understood: {value[:_LONGEST_SHOWN]!r}"


# ---- comparing -------------------------------------------------------------------------------


def _choices(candidates: Sequence[Candidate], offers: _Offers) -> tuple[FieldChoice, ...]:
    """Return one choice per candidate, in the order of the candidates."""
    waiting = {field: iter(_judged(field, offers)) for field in offers if offers[field]}
    return tuple(next(waiting[candidate.field]) for candidate in candidates)


def _judged(field: str, offers: _Offers) -> list[FieldChoice]:
    chosen = {id(offer) for offer in _chosen(field, offers)}
    agreed = _agreed(field, offers)
    return [
        FieldChoice(
            field=field,
            value=offer.candidate.value,
            source=offer.candidate.source,
            rank=rank,
            is_chosen=id(offer) in chosen,
            is_agreed=agreed.get(id(offer)),
        )
        for rank, offer in enumerate(offers[field], start=1)
    ]


def _chosen(field: str, offers: _Offers) -> list[_Offer]:
    if field in ("author", "keyword"):
        return _same_source(offers, field)
    first = _first(offers, field)
    return [first] if first else []


def _agreed(field: str, offers: _Offers) -> Mapping[int, bool]:
    """Return by the id of an offer whether another kind of source says the same.

    Offers that nothing else of another kind can be compared with are left out. Bylines and
    authors confirm each other.
    """
    fields = ("author", "byline") if field in ("author", "byline") else (field,)
    usable = [offer for name in fields for offer in offers[name] if offer.value is not None]
    if len({offer.kind for offer in usable}) < 2:
        return {}
    keys = {id(offer): _keys(offer.candidate.field, offer.value) for offer in usable}
    kinds: dict[Hashable, set[str]] = defaultdict(set)
    for offer in usable:
        for key in keys[id(offer)]:
            kinds[key].add(offer.kind)
    return {name: any(len(kinds[key]) > 1 for key in found) for name, found in keys.items()}
