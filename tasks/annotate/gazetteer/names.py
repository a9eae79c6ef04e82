"""Names in a text that may be places, and how the mention of one may be read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from tasks.annotate.gazetteer.folding import LONGEST, fold
from tasks.annotate.gazetteer.tables import words

_POSSESSIVE = re.compile(r"['’]s?$")
_NEXT_WORDS = re.compile(
    r"[ \u00a0\n]([^\W\d_][\w'’-]{1,20})(?:[ \u00a0\n]([^\W\d_][\w'’-]{1,20}))?"
)
_SHORTENED = 3  # words that a built place must have more than to lose its first one
_POINTS = frozenset(("North", "South", "East", "West"))


@dataclass(frozen=True, slots=True)
class Name:
    """A part of a text that may name a place."""

    field: str
    start: int
    end: int
    surface: str
    forms: tuple[str, ...]  # folded, the likeliest reading first
    mention: int | None = None
    is_sure: bool = True  # a mention; else it must convince by itself
    hint: str = ""  # kind that the words beside it say: division, city or facility


class Option(NamedTuple):
    """A part of a text that the gazetteer may know under `form`."""

    start: int
    end: int
    form: str
    run: int = -1  # where the run of capitalised words begins that it is in
    kind: str = ""  # how its script writes words: "" with capitals, else of caseless.py
    is_told: bool = False  # a word beside it says that it is a division or a city


def forms_of(surface: str, text: str, end: int) -> tuple[tuple[str, ...], str]:
    """Return the folded readings of a mention that ends at `end` of `text`, and a hint of its kind.

    "Anbar" before "province" is read as "Anbar province", then "Anbar", a division.
    """
    if len(surface) > 2 * LONGEST:
        return (), ""
    bare = _POSSESSIVE.sub("", surface.strip())
    folded = fold(bare)
    if not folded:
        return (), ""
    following = _NEXT_WORDS.match(text, end) if not bare.endswith(".") else None
    behind = tuple([fold(word) for word in following.groups("") if word]) if following else ()
    is_named = bare.split()[0] in _POINTS  # the West Nile is not the Nile
    return _read(folded, behind, is_named)


@lru_cache(maxsize=4096)  # news repeats its names
def _read(folded: str, behind: tuple[str, ...], is_named: bool) -> tuple[tuple[str, ...], str]:
    tokens = folded.replace("airbase", "air base").split()
    return tuple(dict.fromkeys(_readings(tokens, behind, is_named))), _hint(tokens, behind)


def _readings(tokens: list[str], behind: Sequence[str], is_named: bool) -> Iterator[str]:
    generic, facility = words("en", "generic"), words("en", "facility")
    directions = words("en", "direction")
    core = tokens[1:] if tokens[0] == "the" and len(tokens) > 1 else tokens
    for size in (2, 1):
        extra = behind[:size]
        if len(extra) == size and (extra[-1] in facility or extra[-1] in generic):
            yield " ".join([*core, *extra])
    yield " ".join(tokens)
    yield " ".join(core)
    yield from _built(core, facility)
    if len(core) > 2 and core[0] in generic and core[1] == "of":
        core = core[2:]
    while len(core) > 1 and core[0] in directions and not is_named:
        core = core[1:]
        yield " ".join(core)
    while len(core) > 1 and core[-1] in generic:
        core = core[:-1]
        yield " ".join(core)


def _built(core: list[str], facility: frozenset[str]) -> Iterator[str]:
    """Ain al-Asad Air Base is al-Asad Air Base; Baghdad Central Prison is in Baghdad."""
    if len(core) > 1 and core[-1] in facility:
        if len(core) > _SHORTENED:
            yield " ".join(core[1:])
        for size in range(min(3, len(core) - 1), 0, -1):
            yield " ".join(core[:size])


def _hint(tokens: list[str], behind: Sequence[str]) -> str:
    near = [tokens[0], tokens[-1], *behind[:1]]
    if any(word in words("en", "facility") for word in (tokens[-1], *behind[:2])):
        return "facility"
    cities = {"city", "town", "village", "municipality"}
    if cities.intersection(near):
        return "city"
    return "division" if words("en", "generic").intersection(near) else ""
