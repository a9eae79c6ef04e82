"""The word tables beside the code, read once per process."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from tasks.annotate.gazetteer.folding import fold


def _rows(file: str) -> Iterator[dict[str, str]]:
    text = (files("tasks.annotate.gazetteer") / file).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


@cache
def _words() -> Mapping[tuple[str, str], frozenset[str]]:
    return {
        (row["language"], row["use"]): frozenset(row["words"].split()) for row in _rows("words.tsv")
    }


def words(language: str, use: str) -> frozenset[str]:
    """Return the words of a use (see words.tsv) in a language; empty where none are known."""
    return _words().get((language, use), frozenset())


@cache
def traps() -> Mapping[str, str]:
    """Return folded names that are words or names of people too, and why: word, given or org."""
    return {fold(row["name"]): row["why"] for row in _rows("traps.tsv")}


@cache
def abbreviations() -> Mapping[str, tuple[tuple[str, str, bool], ...]]:
    """Return abbreviation, folded, to (country, ISO 3166-2, whether it names it anywhere)."""
    found: dict[str, list[tuple[str, str, bool]]] = {}
    for row in _rows("abbreviations.tsv"):
        for at, name in enumerate(row["abbreviations"].split("|")):
            found.setdefault(fold(name), []).append(
                (row["country"], row["iso"], row["bare"] == "1" and not at)
            )
    return {name: tuple(each) for name, each in found.items()}
