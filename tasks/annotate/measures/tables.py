"""The word tables beside the code, as one `Speech` per language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from tasks.annotate.measures.tokens import folded
from tasks.tables import Row, packaged_rows

# Languages with number words, units, comparators and phrase ends of their own.
LANGUAGES = frozenset({"en", "de", "fr", "es"})

# Languages that write 1.234,5 or 1 234,5 where English writes 1,234.5.
DECIMAL_COMMA = frozenset({"de", "fr", "es"})

# Roles of number words that say by themselves that a number may begin nearby.
_TELLING = ("unit", "teen", "ten", "hundred", "scale", "dozen", "half", "part", "vague")

Phrases = Mapping[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """How one language writes quantities."""

    language: str
    decimal: str  # the decimal mark
    numbers: Mapping[str, tuple[str, float]]  # folded word -> role, value
    suffixes: Mapping[str, float]
    units_after: Phrases  # folded first word -> (all words, (unit, kind)), longest first
    units_before: Phrases  # the same, by the folded last word
    compared_before: Phrases  # by the last word, (comparator,)
    compared_after: Phrases
    cues: Mapping[str, Mapping[str, str]]  # kind -> folded phrase -> value
    stops: Mapping[str, str]  # word -> function, verb or state
    nondescripts: frozenset[str]
    singulars: Mapping[str, str]
    identifiers: Mapping[str, frozenset[str]]  # any, Title, after
    months: frozenset[str]
    gate: re.Pattern[str]  # is there anything like a number in a lower-case text?


def table(name: str) -> tuple[Row, ...]:
    """Return the rows of `name`.tsv of this folder."""
    return packaged_rows("tasks.annotate.measures", f"{name}.tsv")


@cache
def pairs(name: str) -> Mapping[str, str]:
    """Return a table of two columns as a mapping."""
    return {row[0]: row[1] for row in table(name)}


@cache
def speech(language: str) -> Speech:
    """Return the tables of `language`; what is not in them (und) is read as English."""
    code = language if language in LANGUAGES else "en"
    numbers = {word: (role, float(value)) for word, role, value in _rows("number_words", code)}
    return Speech(
        language=code,
        decimal="," if code in DECIMAL_COMMA else ".",
        numbers=numbers,
        suffixes={suffix: float(factor) for suffix, factor in _pairs("suffixes", code).items()},
        units_after=_phrases(_units(code, "after"), last=False),
        units_before=_phrases(_units(code, "before"), last=True),
        compared_before=_phrases(_comparators(code, "before"), last=True),
        compared_after=_phrases(_comparators(code, "after"), last=False),
        cues=_cues(code),
        stops=_pairs("object_stops", code),
        nondescripts=frozenset(word for (word,) in _rows("nondescripts", code)),
        singulars=_pairs("counted_singulars", code),
        identifiers=_identifiers(code),
        months=frozenset(word for (word,) in _rows("months", code)),
        gate=_gate(numbers),
    )


@cache
def classes() -> Mapping[str, str]:
    """Return for each folded word or phrase of object_classes.tsv its class."""
    rows = table("object_classes")
    return {phrase: name for name, phrases in rows for phrase in phrases.split(";")}


def _rows(name: str, language: str) -> Iterator[tuple[str, ...]]:
    return (row[1:] for row in table(name) if row[0] in (language, "*"))


def _pairs(name: str, language: str) -> dict[str, str]:
    return {row[0]: row[1] for row in _rows(name, language)}


def _units(language: str, side: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for form, unit, kind, position in _rows("units", language):
        if position in (side, "both"):
            yield form, (unit, kind)


def _comparators(language: str, side: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for phrase, comparator, position in _rows("comparators", language):
        if position == side:
            yield phrase, (comparator,)


def _phrases(rows: Iterator[tuple[str, tuple[str, ...]]], *, last: bool) -> Phrases:
    """Index phrases by their folded first or last word, longest first."""
    found: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for phrase, meaning in rows:
        words = folded(phrase)
        found.setdefault(words[-1 if last else 0].lower().rstrip("."), []).append((words, meaning))
    return {
        key: tuple(sorted(items, key=lambda item: -len(item[0]))) for key, items in found.items()
    }


def _cues(language: str) -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for phrase, kind, value in _rows("cues", language):
        found.setdefault(kind, {})[phrase] = value
    return found


def _identifiers(language: str) -> Mapping[str, frozenset[str]]:
    rows = list(_rows("identifiers", language))
    return {
        how: frozenset(word for word, kind in rows if kind == how)
        for how in ("any", "Title", "after", "Title after")
    }


def _gate(numbers: Mapping[str, tuple[str, float]]) -> re.Pattern[str]:
    tails: dict[str, list[str]] = {}  # by first letter: a search tries few branches at a word
    for word, (role, _) in sorted(numbers.items()):
        if role in _TELLING:
            # A third: an ordinal, but for "a third of"; before others stands a number word.
            limit = r"(?=\W+(?:of|de|des|der)\b)" if role == "part" else ""
            tails.setdefault(word[0], []).append(word[1:] + limit)
    words = "|".join(f"{first}(?:{'|'.join(rest)})" for first, rest in tails.items())
    return re.compile(rf"[\d¼½¾⅓⅔]|\b(?:{words})\b")
