"""Which place of a name is meant: evidence of the article, added up.

The score of a place is its prior (kind, inhabitants as a power of ten) and what speaks for it: a
neighbour in the sentence that it lies in or that lies in it, the countries that the article names,
other places near it, the country of the source. One sense is kept for a name throughout an article.
"""

from __future__ import annotations

import itertools
import math
import operator
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tasks.annotate.gazetteer.folding import fold
from tasks.annotate.gazetteer.index import Place, distance_km

# Priors: powers of ten of inhabitants, moved by kind. A country outdoes its namesakes unless the
# article speaks of another country; a division is named less often than the city of its name.
_PRIOR = {"country": 1.5, "division": -0.5, "city": 0.0}
_FLAT = {"continent": 9.0, "region": 7.0, "water": 7.0, "facility": 6.0}
_CAPITAL = 1.0
_DISTRICT = -0.5  # second-order division, beside _PRIOR
_OTHER_NAME = -1.0  # known by it, but its name is another: "Paris" for Palika
_HINTED = 3.0
# Evidence. Adjacency is what the writer says himself and outdoes inhabitants.
_INSIDE = 5.0
_HOLDS = 3.0
_VOTE = 3.0
_DIVISION_VOTE = 1.5
_NEAR = 1.0
_SOURCE = 1.0
_NEAR_KM = 150.0
_NEAR_DEGREES = _NEAR_KM / 111.0  # of latitude: farther apart than that is farther than _NEAR_KM
# What _weigh adds up, in its order.
_PARTS = ("adjacency", "country_vote", "division_vote", "neighbours", "source_country")
_BY_SCORE = operator.itemgetter(0, 1)
_MOST_ANCHORS = 50  # cities that others may be near to, the first of the article
_MOST_CANDIDATES = 60  # weighed for a name: of San Jose there are more


@dataclass(slots=True)
class Sense:
    """What a name of an article may be; `places` and `scores` go together, best first."""

    form: str
    places: list[Place]
    prior: list[float]
    scores: list[float] = field(default_factory=list)
    reason: str = ""
    weight: int = 1  # how often the article names it

    @property
    def best(self) -> Place:
        """The place that is meant."""
        return self.places[0]


@dataclass(frozen=True, slots=True)
class Link:
    """Two names of which the first is said to lie in the second ("Erbil, Iraq"), by their keys."""

    inner: str
    outer: str


def prior_of(place: Place, form: str, hint: str) -> float:
    """Return how likely `place` is meant by `form` when nothing else is known."""
    if place.kind in _FLAT:
        value = _FLAT[place.kind]
    else:
        value = math.log10(place.population + 10) + _PRIOR.get(place.kind, 0.0)
        value += _CAPITAL if place.kind == "city" and place.level else 0.0
        value += _DISTRICT if place.kind == "division" and place.level == 2 else 0.0
    if place.kind in ("city", "division") and fold(place.name) != form:
        value += _OTHER_NAME / 3 if place.kind == "division" else _OTHER_NAME
    return value + (_HINTED if hint and place.kind == hint else 0.0)


def sense_of(form: str, places: Sequence[Place], hint: str) -> Sense:
    """Return the sense of a name by priors alone."""
    ranked = sorted(((prior_of(p, form, hint), -p.row, p) for p in places), reverse=True)
    ranked = ranked[:_MOST_CANDIDATES]
    return Sense(form, [p for _, _, p in ranked], [value for value, _, _ in ranked])


def decide(senses: Mapping[str, Sense], links: Sequence[Link], source_country: str | None) -> None:
    """Set scores, order and reason of every sense by the evidence of all."""
    for sense in senses.values():
        sense.scores = list(sense.prior)
    for _ in range(2):  # the second round votes with what the first decided
        votes = _votes(senses)
        shares = _division_votes(senses)
        cities = ((key, sense.best) for key, sense in senses.items() if sense.best.kind == "city")
        anchors = list(itertools.islice(cities, _MOST_ANCHORS))
        bonuses = _adjacency(senses, links)
        for key, sense in senses.items():
            near = [place for other, place in anchors if other != key]
            _weigh(sense, votes | shares, near, bonuses.get(key, {}), source_country)


def _votes(senses: Mapping[str, Sense]) -> dict[str, float]:
    """Return the share of each country among the places of the article."""
    counts: dict[str, float] = defaultdict(float)
    for sense in senses.values():
        country = sense.best.country
        if country:
            surely = 1.0 if len(sense.places) == 1 or _lead(sense) > 1 else 0.5
            counts[country] += surely * (1 + math.log(sense.weight))
    total = sum(counts.values()) or 1.0
    return {country: count / total for country, count in counts.items()}


def _division_votes(senses: Mapping[str, Sense]) -> dict[str, float]:
    """Return the share of each first-order division among the places that lie in one."""
    counts: dict[str, float] = defaultdict(float)
    for sense in senses.values():
        if sense.best.division:
            counts[sense.best.division] += 1 + math.log(sense.weight)
    total = sum(counts.values()) or 1.0
    return {division: count / total for division, count in counts.items()}


def _lead(sense: Sense) -> float:
    """By how much the best is ahead of the best one in another country."""
    best = sense.best.country
    others = [s for p, s in zip(sense.places, sense.scores, strict=True) if p.country != best]
    return sense.scores[0] - max(others) if others else math.inf


def _adjacency(senses: Mapping[str, Sense], links: Sequence[Link]) -> dict[str, dict[int, float]]:
    """Return by name and row what links speak for."""
    bonuses: dict[str, dict[int, float]] = defaultdict(dict)
    for link in dict.fromkeys(links):
        inner, outer = senses.get(link.inner), senses.get(link.outer)
        if inner is None or outer is None or inner.best.kind == outer.best.kind == "country":
            continue  # "Iraq, Iran" is a list
        for one in inner.places:
            for two in outer.places:
                if one.is_inside(two):
                    bonuses[link.inner][one.row] = _INSIDE
                    bonuses[link.outer][two.row] = _HOLDS
    return bonuses


def _weigh(
    sense: Sense,
    votes: Mapping[str, float],
    near: Sequence[Place],
    bonus: Mapping[int, float],
    source_country: str | None,
) -> None:
    ranked = []
    for place, prior in zip(sense.places, sense.prior, strict=True):
        parts = (
            bonus.get(place.row, 0.0),
            _VOTE * votes.get(place.country or "", 0.0),
            _DIVISION_VOTE * votes.get(place.division or "", 0.0),
            _NEAR if _has_near(place, near) else 0.0,
            _SOURCE if place.country and place.country == source_country else 0.0,
        )
        ranked.append((prior + sum(parts), -place.row, place, prior, parts))
    if len(ranked) > 1:
        ranked.sort(key=_BY_SCORE, reverse=True)
    sense.reason = _reason([(each[3], each[4]) for each in ranked])
    sense.places = [each[2] for each in ranked]
    sense.scores = [round(each[0], 3) for each in ranked]
    sense.prior = [each[3] for each in ranked]


def _has_near(place: Place, near: Sequence[Place]) -> bool:
    if place.kind in ("country", "continent", "region", "water"):
        return False
    country, latitude = place.country, place.latitude
    return any(
        other.country == country
        and abs(other.latitude - latitude) < _NEAR_DEGREES
        and distance_km(place, other) < _NEAR_KM
        for other in near
    )


def _reason(ranked: Sequence[tuple[float, tuple[float, ...]]]) -> str:
    """Name what put the first before the others: the greatest lead over the likeliest rival."""
    if len(ranked) == 1:
        return "only_candidate"
    (prior, parts), (rival, others) = ranked[0], max(ranked[1:], key=lambda each: each[0])
    if prior >= rival and parts[0] <= others[0]:
        return "population"
    leads = {name: one - two for name, one, two in zip(_PARTS, parts, others, strict=True)}
    leads["population"] = prior - rival
    return max(leads, key=lambda name: (leads[name], name))
