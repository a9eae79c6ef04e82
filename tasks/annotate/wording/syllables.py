"""Syllables by rule: see syllables.tsv. Words that the rules get wrong stand in a list."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from tasks.annotate.wording.tables import table

REMEMBERED = 1 << 16  # words; as many as an English corpus has that occur ten times
LONGEST = 40  # characters; what is longer is no word, so it has no exceptions


@dataclass(frozen=True, slots=True)
class _Rules:
    nucleus: re.Pattern[str]
    more: re.Pattern[str]
    less: re.Pattern[str]
    known: dict[str, int]


def has_syllables(language: str) -> bool:
    """Are there rules for this language, a primary subtag?"""
    return _rules(language) is not None


def count_syllables(words: Iterable[str], language: str) -> dict[str, int]:
    """Return the number of syllables of each word, folded; 1 at least.

    The parts of a word with hyphens are counted each. Raises KeyError for a language without rules.
    """
    rules, memory = _known_rules(language), _memory(language)
    counts: dict[str, int] = {}
    for word in words:
        count = memory.get(word)
        if count is None:
            count = sum(_count(part, rules) for part in word.split("-"))
            if len(word) <= LONGEST and len(memory) < REMEMBERED:
                memory[word] = count
        counts[word] = count
    return counts


def _count(word: str, rules: _Rules) -> int:
    if word in rules.known:
        return rules.known[word]
    found = _matches(rules.nucleus, word)
    if len(word) <= LONGEST:
        found += _matches(rules.more, word) - _matches(rules.less, word)
    return max(1, found)


@cache
def _memory(language: str) -> dict[str, int]:
    """The words counted so far; it only saves time."""
    return {}


def _known_rules(language: str) -> _Rules:
    rules = _rules(language)
    if rules is None:
        raise KeyError(f"{language!r}: syllables.tsv has no rules for it")
    return rules


def _matches(pattern: re.Pattern[str], word: str) -> int:
    return sum(1 for _ in pattern.finditer(word))


@cache
def _rules(language: str) -> _Rules | None:
    rows = [row for row in table("syllables") if row[0] == language]
    if not rows:
        return None
    nucleus, more, less = (
        re.compile("|".join(row[2] for row in rows if row[1] == kind) or r"(?!)")
        for kind in ("nucleus", "more", "less")
    )
    known = {
        word: int(row[1])
        for row in table("syllable_exceptions")
        if row[0] == language
        for word in row[2].split()
    }
    return _Rules(nucleus, more, less, known)
