"""Places: which place of the gazetteer each name means, where it lies, and what it does there.

Names come as mentions of kind place, as mentions of other kinds that are exactly a country, a
capital or a large city (they act), and from the gazetteer itself (gazetteer/scan.py), which also
works where no model for names is installed. One sense is kept for a name throughout an article.

`candidates` are at most ten, best first; the score is that of gazetteer/senses.py: a power of ten
of inhabitants, moved by kind and by evidence. `reason` says what decided: only_candidate,
population, adjacency, country_vote, neighbours, source_country; facility_of_city and located_in
(the place itself is not known, only the city or division that it is in); or not_in_gazetteer.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tasks.annotate.gazetteer.folding import fold
from tasks.annotate.gazetteer.index import Gazetteer, Place, gazetteer
from tasks.annotate.gazetteer.names import Name, forms_of
from tasks.annotate.gazetteer.roles import is_in_dateline, is_past
from tasks.annotate.gazetteer.scan import scan
from tasks.annotate.gazetteer.senses import Link, Sense, decide, sense_of
from tasks.annotate.gazetteer.tables import abbreviations, is_country_in, traps
from tasks.annotate.gazetteer.usage import is_located, is_metonym
from tasks.annotate.records import (
    TEXT,
    Annotator,
    Article,
    Options,
    Rows,
    Sentences,
    Subject,
)
from warehouse.annotations import MentionRow, PlaceRow, SentenceRow

_MOST_CANDIDATES = 10
_MOST_NAMES = 3_000  # of one article: a list of towns is no news; bounds time
_ACTING_KINDS = ("organisation", "group", "other")
_LEAST_ACTING = 500_000  # inhabitants of a city that an organisation's mention may be
_LEAST_NAMESAKE = 100_000  # inhabitants of a city whose name may stand for its division
_LONGEST_CODE = 3  # letters of an abbreviation
# Top-level domains that are not those of ISO 3166-1, or that everybody uses.
_DOMAINS = {"uk": "GB", "su": "RU", "gov": "US", "mil": "US"} | dict.fromkeys(
    ("ac", "ai", "cc", "co", "eu", "fm", "io", "ly", "me", "tv")
)

_IN = re.compile(
    r"(?:,?(?: located| based| situated)? in (?:the )?| \("
    r"|, (?:the capital of |a (?:city|town|village) in )?)(?:[a-z-]{4,12} ){0,2}\Z"
)
# "Washington's Spokane" is in it: at most three words between, none of them a name.
_OWNED = re.compile(r"['’]s? (?:[a-z-]{2,20} ){0,3}\Z")
_LONGEST_GAP = 60  # characters between two names that belong together
_ABBREVIATED = re.compile(r",? \(?([A-Z][A-Za-z.]{1,5})(?![A-Za-z])")


def annotator(options: Options) -> Annotator:
    """Return the annotator `places`, which writes the table `places` in any language."""
    return Annotator(
        name="places",
        version="1",
        tables=("places",),
        annotate=annotate,
        needs=("sentences", "entities"),
        scope="article",
    )


def annotate(subjects: Sequence[Subject]) -> list[Rows]:
    """Return the places of each article, in reading order."""
    known = gazetteer()
    return [{"places": _places(subject, known)} for subject in subjects]


def _places(subject: Subject, known: Gazetteer) -> list[PlaceRow]:
    article = subject.article
    names = _names(subject, known)
    found = known.find(form for name in names for form in name.forms)
    senses, keys = _senses(names, found, known, article.language)
    links = _links(article, names, keys) + _abbreviated_links(article, names, keys, senses, known)
    decide(senses, links, country_of(article))
    holders = {link.inner: link.outer for link in links}
    sentences = Sentences(subject.sentences)
    told = zip(names, keys, strict=True)
    kept = [(name, key) for name, key in told if name.is_sure or key in senses]
    return [
        _row(article, number, name, key, senses, holders, sentences)
        for number, (name, key) in enumerate(kept, 1)
    ]


def country_of(article: Article) -> str | None:
    """Return the country (ISO 3166-1) of the top-level domain of `source`, or of the URL."""
    domain = article.top_level_domain
    return _DOMAINS.get(domain, domain.upper()) if len(domain) == 2 or domain in _DOMAINS else None


def _names(subject: Subject, known: Gazetteer) -> list[Name]:
    """Names of mentions, and of the gazetteer where no mention stands; in reading order."""
    article = subject.article
    mentions: Sequence[MentionRow] = subject.given.get("mentions", ())
    names = list(_mentioned(article, mentions, known))
    for field, text in article.fields():
        taken = sorted((m.char_start, m.char_end) for m in mentions if m.field == field)
        free = _outside(scan(field, text, article.language, known), taken)
        names += free
    order = {"headline": 0, "text": 1}
    names.sort(key=lambda name: (order[name.field], name.start))
    return names[:_MOST_NAMES]


def _outside(names: Sequence[Name], taken: Sequence[tuple[int, int]]) -> Iterator[Name]:
    at = 0
    for name in names:
        while at < len(taken) and taken[at][1] <= name.start:
            at += 1
        if at == len(taken) or taken[at][0] >= name.end:
            yield name


def _mentioned(
    article: Article, mentions: Sequence[MentionRow], known: Gazetteer
) -> Iterator[Name]:
    readings = [
        (row, *forms_of(row.surface, article.field_text(row.field), row.char_end))
        for row in mentions
        if row.kind == "place" or row.kind in _ACTING_KINDS
    ]
    found = known.find(forms[-1] for row, forms, _ in readings if forms and row.kind != "place")
    for row, forms, hint in readings:
        if row.kind == "place" or (forms and _is_actor(found, forms[-1])):
            start, end = row.char_start, row.char_end
            yield Name(row.field, start, end, row.surface, forms, row.mention, True, hint)


def _is_actor(found: Mapping[str, Sequence[Place]], form: str) -> bool:
    """Tell whether the name of an "organisation" is that of a country or a great city."""
    return any(
        place.kind == "country" or (place.kind == "city" and place.population >= _LEAST_ACTING)
        for place in found.get(form, ())
    )


def _senses(
    names: Sequence[Name],
    found: Mapping[str, tuple[Place, ...]],
    known: Gazetteer,
    language: str,
) -> tuple[dict[str, Sense], list[str]]:
    """Return the senses by key, and the key of each name; one that is not known has its own key."""
    senses: dict[str, Sense] = {}
    keys = []
    for at, name in enumerate(names):
        form, places = _first_known(name, found, known, language)
        key = f"{form}|{name.hint}" if places else f"?{at}"
        if key in senses:
            senses[key].weight += 1
        elif places:
            senses[key] = sense_of(form, places, name.hint)
        keys.append(key)
    return senses, keys


def _first_known(
    name: Name, found: Mapping[str, tuple[Place, ...]], known: Gazetteer, language: str
) -> tuple[str, tuple[Place, ...]]:
    for form in name.forms:
        if traps().get(form) == "org":  # the White House is not in Casablanca
            continue
        if any(bare for _, _, bare in abbreviations().get(form, ())) and name.surface.isupper():
            return form, _divisions(form, known, bare=True)
        places = tuple(
            [place for place in found.get(form, ()) if _fits(place, name, form, language)]
        )
        if places:
            return form, places
    return "", ()


def _fits(place: Place, name: Name, form: str, language: str) -> bool:
    """Tell whether words beside the name or its letters rule a place out: EU, Nyanza Province.

    So does another language: Tunis is Tunisia, but not in English.
    """
    if place.kind == "country":
        return is_country_in(form, language)
    if place.kind != "city":
        return True
    if name.hint == "division" and place.population < _LEAST_NAMESAKE:
        return False
    letters = name.surface.replace(".", "")
    return len(letters) > _LONGEST_CODE or not letters.isupper()


def _divisions(form: str, known: Gazetteer, *, bare: bool) -> tuple[Place, ...]:
    """Return the divisions that an abbreviation stands for."""
    codes = [iso for _, iso, is_bare in abbreviations().get(form, ()) if is_bare or not bare]
    return tuple(place for iso in codes if (place := known.division(iso)) is not None)


def _links(article: Article, names: Sequence[Name], keys: Sequence[str]) -> list[Link]:
    """Return which names are said to lie in which: "Erbil, Iraq", "Iraq's Anbar province"."""
    links = []
    for at, (one, two) in enumerate(itertools.pairwise(names)):
        if one.field != two.field or not 0 < two.start - one.end <= _LONGEST_GAP:
            continue
        between = article.field_text(one.field)[one.end : two.start]
        if _IN.match(between):
            links.append(Link(keys[at], keys[at + 1]))
        elif _OWNED.match(between):
            links.append(Link(keys[at + 1], keys[at]))
    return links


def _abbreviated_links(
    article: Article,
    names: Sequence[Name],
    keys: Sequence[str],
    senses: dict[str, Sense],
    known: Gazetteer,
) -> list[Link]:
    """Return the links to divisions that are abbreviated behind a name: "Pittsburgh, Pa."."""
    links = []
    for name, key in zip(names, keys, strict=True):
        behind = _ABBREVIATED.match(article.field_text(name.field), name.end)
        places = _divisions(fold(behind[1]), known, bare=False) if behind else ()
        if behind and places:
            outer = f"~{behind[1]}"
            senses.setdefault(outer, sense_of(fold(behind[1]), places, "division"))
            links.append(Link(key, outer))
    return links


def _row(
    article: Article,
    number: int,
    name: Name,
    key: str,
    senses: Mapping[str, Sense],
    holders: Mapping[str, str],
    sentences: Sentences,
) -> PlaceRow:
    text = article.field_text(name.field)
    sense = senses.get(key)
    acts = sense is not None and _may_act(sense.best) and key not in holders
    located = is_located(text, name.start, article.language)
    is_acting = acts and not located and is_metonym(text, name.start, name.end, article.language)
    sentence = sentences.at(name.field, name.start)
    return PlaceRow(
        article_id=article.article_id,
        place=number,
        mention=name.mention,
        field=name.field,
        char_start=name.start,
        char_end=name.end,
        surface=name.surface,
        sentence=sentence.sentence if sentence else None,
        is_metonym=is_acting,
        role=_role(article, name, located, sentence),
        **_where(name, sense, senses.get(holders.get(key, ""))),
    )


def _may_act(place: Place) -> bool:
    return place.kind == "country" or place.level == 1  # capitals and first-order divisions


def _where(name: Name, sense: Sense | None, holder: Sense | None) -> dict[str, Any]:
    """Return the columns that say where a name lies."""
    if sense is not None:
        place = sense.best
        is_built = name.hint == "facility" and place.kind != "facility"
        reason = f"facility_of_{place.kind}" if is_built else sense.reason
        return _columns(place) | {
            "feature_kind": "facility" if is_built else place.kind,
            "candidates": _candidates(sense),
            "reason": reason,
        }
    unknown: dict[str, Any] = {
        "name": None,
        "geonames_id": None,
        "feature_kind": None,
        "candidates": [],
    }
    if holder is not None:
        return _columns(holder.best) | unknown | {"reason": "located_in"}
    nowhere = dict.fromkeys(
        ("country_code", "admin1_code", "latitude", "longitude", "precision_km")
    )
    return nowhere | unknown | {"reason": "not_in_gazetteer"}


def _columns(place: Place) -> dict[str, Any]:
    return {
        "name": place.name,
        "geonames_id": place.geonames_id,
        "feature_kind": place.kind,
        "country_code": place.country,
        "admin1_code": place.iso,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "precision_km": place.radius_km,
    }


def _candidates(sense: Sense) -> list[dict[str, Any]]:
    best = zip(sense.places[:_MOST_CANDIDATES], sense.scores, strict=False)
    return [
        {
            "geonames_id": place.geonames_id,
            "name": place.name,
            "feature_kind": place.kind,
            "country_code": place.country,
            "latitude": place.latitude,
            "longitude": place.longitude,
            "score": score,
        }
        for place, score in best
    ]


def _role(article: Article, name: Name, located: bool, sentence: SentenceRow | None) -> str:
    if name.field == TEXT and is_in_dateline(article, name.start):
        return "dateline"
    text = article.field_text(name.field)
    # what happens there: a preposition of place governs the name in a sentence of the past
    is_event = located and is_past(text, name.start, article.language, sentence)
    return "event" if is_event else "mentioned"
