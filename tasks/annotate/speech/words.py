"""Words and phrases that decide who speaks (words.tsv, phrases.tsv), by language."""

from __future__ import annotations

import re
from functools import cache

from tasks.annotate.speech.verbs import fold_word
from tasks.tables import packaged_rows


class Lexicon(dict[str, frozenset[str]]):
    """The words of one language by kind; a kind that is not there is empty."""

    def __missing__(self, kind: str) -> frozenset[str]:
        return frozenset()


@cache
def lexicon(language: str) -> Lexicon:
    """Return the words of a primary language subtag."""
    kinds = Lexicon()
    for kind, words in _rows("words.tsv", language):
        folded = frozenset(fold_word(word) for word in words.split())
        kinds[kind] |= folded
    kinds["acronym in capitals"] = frozenset(word.upper() for word in kinds["acronym"])
    return kinds


@cache
def cues(language: str) -> dict[str, list[list[str]]]:
    """Return the cues like `according to` as lists of words, by their first word."""
    found: dict[str, list[list[str]]] = {}
    for cue in sorted(lexicon(language)["according"]):
        found.setdefault(cue.split("_")[0], []).append(cue.split("_"))
    return found


@cache
def anonymity(language: str) -> re.Pattern[str] | None:
    """Return one pattern for why a source is not named, or None."""
    parts = [words for _, words in _rows("phrases.tsv", language)]
    return re.compile("|".join(f"(?:{part})" for part in parts), re.IGNORECASE) if parts else None


def _rows(name: str, language: str) -> list[tuple[str, str]]:
    rows = packaged_rows("tasks.annotate.speech", name)
    return [(row[1], row[2]) for row in rows if row[0] == language]
