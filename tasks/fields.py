"""The fields of an article, chosen from what its document offers for them.

The first candidate that can be understood wins; readers put the better source first. Three rules
go beyond that, each where it is used: a date written more precisely, a date that is the one of the
last change, and authors that are only the publisher's name. Every candidate is kept with its rank
and with the answer to one question: does a source of another kind (JSON-LD, OpenGraph, the
heading, ...) say the same?
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urljoin

from tasks.agreement import SITE_SUFFIX, keys_of, source_kind, words
from tasks.dates import Moment
from tasks.names import Author, authors_in, is_agency, is_same_name
from tasks.records import Candidate
from tasks.understanding import understood
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
    "tdm_reservation",
    "tdm_policy",
    "ai_directive",
)

# Kinds of source that state a date for machines; and precisions, the coarsest first.
_DECLARED = frozenset(("json-ld", "microdata", "rdfa", "opengraph", "meta"))
_PRECISIONS = ("year", "month", "day", "minute", "second")
_LONGEST_SHOWN = 80  # characters of a value in a reason


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
    tdm_reservation: bool | None  # text and data mining reserved (W3C TDMRep)
    tdm_policy: str | None
    ai_directives: tuple[str, ...]  # what robots are told not to do, in lower case
    declared_language: str | None  # BCP 47
    published: Moment | None
    published_source: str | None
    published_reason: str | None  # why `published` is None
    modified: Moment | None
    choices: tuple[FieldChoice, ...]


@dataclass(frozen=True, slots=True)
class _Offer:
    """A candidate, and what it was understood as (None: not at all).

    `kind` is who writes the source (see agreement): two keys of one JSON object are one kind.
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
    published = _published(offers)
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
        is_accessible_for_free=_flag(offers, "is_accessible_for_free"),
        tdm_reservation=_flag(offers, "tdm_reservation"),
        tdm_policy=_text(offers, "tdm_policy"),
        ai_directives=_directives(offers),
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
        offer = _Offer(candidate, understood(candidate), source_kind(candidate.source))
        grouped[candidate.field].append(offer)
    return grouped


# ---- choosing --------------------------------------------------------------------------------


def _first(offers: _Offers, field: str) -> _Offer | None:
    return next((offer for offer in offers[field] if offer.value is not None), None)


def _text(offers: _Offers, field: str) -> str | None:
    offer = _first(offers, field)
    return offer.candidate.value.strip() if offer else None


def _flag(offers: _Offers, field: str) -> bool | None:
    offer = _first(offers, field)
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
    """Return the authors named as such, else those of the byline, each once.

    The publisher's own name beside persons is where they work, not a further author.
    """
    chosen = _author_offers(offers, publisher)
    named = [author for offer in chosen for author in _named(offer, publisher)]
    persons = [author for author in named if author.kind == "person"]
    if persons and publisher:
        named = [author for author in named if not is_same_name(author.name, publisher)]
    return tuple({author.name.casefold(): author for author in reversed(named)}.values())[::-1]


def _named(offer: _Offer, publisher: str | None) -> tuple[Author, ...]:
    return authors_in(offer.candidate.value, publisher=publisher, kind=offer.candidate.kind)


def _author_offers(offers: _Offers, publisher: str | None) -> list[_Offer]:
    """Return the offers of the first source that names authors.

    A source without a person or an agency yields to one that names a person: content systems fill
    in "Admin" or the site where the byline stands in the text alone.
    """
    groups: dict[str, list[_Offer]] = {}
    for offer in (*offers["author"], *offers["byline"][:1]):
        if _named(offer, publisher):
            groups.setdefault(offer.candidate.source, []).append(offer)
    ranked = list(groups.values())
    if not ranked or _has(ranked[0], publisher, is_agency_enough=True):
        return ranked[0] if ranked else []
    return next((group for group in ranked if _has(group, publisher)), ranked[0])


def _has(group: Iterable[_Offer], publisher: str | None, *, is_agency_enough: bool = False) -> bool:
    """Tell whether a source names a person, or where that is enough, an agency."""
    named = [author for offer in group for author in _named(offer, publisher)]
    return any(
        author.kind == "person" or (is_agency_enough and is_agency(author.name))
        for author in named
        if not (publisher and is_same_name(author.name, publisher))
    )


def _keywords(offers: _Offers) -> tuple[str, ...]:
    given = (offer.candidate.value.strip() for offer in _same_source(offers, "keyword"))
    return tuple(dict.fromkeys(given))


def _directives(offers: _Offers) -> tuple[str, ...]:
    """Return what any robot is told, from all elements: none of them takes back another."""
    given = (offer.value for offer in offers["ai_directive"] if isinstance(offer.value, str))
    return tuple(dict.fromkeys(value.lower() for value in given))


def _published(offers: _Offers) -> _Offer | None:
    """Return the offer of the time of publication.

    Templates that fill the date of the last change into the one of publication are known (BBC's
    microdata of 2016): where the first offer is also the time of change, an earlier one of another
    kind is taken. Not swapped is a publication after the last change: scheduled articles are
    edited before they appear. Of offers for one day or one instant, the most precise one is taken.
    """
    usable = [offer for offer in offers["published"] if isinstance(offer.value, Moment)]
    if not usable:
        return None
    chosen = usable[0]
    changes = {offer.value.at for offer in offers["modified"] if isinstance(offer.value, Moment)}
    if _at(chosen) in changes:
        others = (each for each in usable if each.kind != chosen.kind and _is_sure(each))
        chosen = min((chosen, *others), key=_at)
    same = [e for e in usable if _day(e) == _day(chosen) or _at(e) == _at(chosen)]
    return max(same, key=_exactness)


def _is_sure(offer: _Offer) -> bool:
    """Tell a declared time of day from one that merely stands on the page."""
    name = offer.candidate.source.partition(":")[0]
    return name in _DECLARED and _exactness(offer)[1] > _PRECISIONS.index("day")


def _at(offer: _Offer) -> datetime:
    return offer.value.at if isinstance(offer.value, Moment) else datetime.max.replace(tzinfo=UTC)


def _day(offer: _Offer) -> date | None:
    return offer.value.day if isinstance(offer.value, Moment) else None


def _exactness(offer: _Offer) -> tuple[bool, int, bool]:
    """Return whether the zone is known, how much is written, and whether it is not just UTC."""
    moment = offer.value
    if not isinstance(moment, Moment):
        return False, 0, False
    return moment.has_zone, _PRECISIONS.index(moment.precision), bool(moment.offset)


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
    found = SITE_SUFFIX.search(headline) if headline and publisher else None
    if headline and publisher and found and words(found[1]) == words(publisher):
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
    if field == "author":
        return _author_offers(offers, _text(offers, "publisher"))
    if field == "keyword":
        return _same_source(offers, field)
    if field == "ai_directive":
        return [offer for offer in offers[field] if offer.value is not None]
    first = _published(offers) if field == "published" else _first(offers, field)
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
    keys = {id(offer): keys_of(offer.candidate.field, offer.value) for offer in usable}
    kinds: dict[Hashable, set[str]] = defaultdict(set)
    for offer in usable:
        for key in keys[id(offer)]:
            kinds[key].add(offer.kind)
    return {name: any(len(kinds[key]) > 1 for key in found) for name, found in keys.items()}
