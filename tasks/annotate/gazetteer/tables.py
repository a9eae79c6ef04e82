"""The word tables beside the code, read once per process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from tasks.annotate.gazetteer.folding import fold
from tasks.tables import named_rows

_SHORT_NAME = 4  # letters of a name that may be a word in a language that is not known


def rows_of(file: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a table of this folder by the names of its columns."""
    return named_rows("tasks.annotate.gazetteer", file)


@cache
def _words() -> Mapping[tuple[str, str], frozenset[str]]:
    rows = rows_of("words.tsv")
    return {(row["language"], row["use"]): frozenset(row["words"].split()) for row in rows}


def words(language: str, use: str) -> frozenset[str]:
    """Return the words of a use (see words.tsv) in a language; empty where none are known."""
    return _words().get((language, use), frozenset())


@cache
def traps() -> Mapping[str, str]:
    """Return folded names that are words or names of people too, and why: word, given or org."""
    return {fold(row["name"]): row["why"] for row in rows_of("traps.tsv")}


@cache
def abbreviations() -> Mapping[str, tuple[tuple[str, str, bool], ...]]:
    """Return abbreviation, folded, to (country, ISO 3166-2, whether it names it anywhere)."""
    found: dict[str, list[tuple[str, str, bool]]] = {}
    for row in rows_of("abbreviations.tsv"):
        for at, name in enumerate(row["abbreviations"].split("|")):
            found.setdefault(fold(name), []).append(
                (row["country"], row["iso"], row["bare"] == "1" and not at)
            )
    return {name: tuple(each) for name, each in found.items()}


@cache
def bare_abbreviations() -> frozenset[str]:
    """Return the abbreviations, folded, that name a division without a comma before them."""
    return frozenset(name for name, each in abbreviations().items() if any(e[2] for e in each))


@cache
def _country_languages() -> tuple[Mapping[str, frozenset[str]], frozenset[str]]:
    rows = rows_of("country_languages.tsv")
    spoken = {row["name"]: frozenset(row["languages"].split()) for row in rows}
    return spoken, frozenset(("en",)).union(*spoken.values())


def is_country_in(form: str, language: str) -> bool:
    """Tell whether the folded name of a country is used in a language, as far as it is known."""
    spoken, languages = _country_languages()
    users = spoken.get(form)
    if users is None or language in users:
        return True
    return language not in languages and len(form) > _SHORT_NAME
