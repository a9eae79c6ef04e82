"""The words of a text that can tell it from others: no stop words, no figures, no clitics."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tasks.annotate.wording.tables import table
from tasks.annotate.wording.tokens import fold, words

LEAST_LETTERS = 2
MOST_LETTERS = 40  # longer ones are addresses, hashes or lost blanks


@dataclass(frozen=True, slots=True)
class StopWords:
    """The stop words of a language, folded."""

    plain: frozenset[str]
    unless_capitals: frozenset[str]  # "us", but not "US"


Content = tuple[str, int, int]  # a word, folded, and where it starts and ends


def content_words(text: str, language: str) -> list[Content]:
    """Return the content words of `text` in order.

    `language` is a primary subtag; without a list for it every word that is no figure is content.
    """
    stops = stop_words(language)
    plain, capitals = stops.plain, stops.unless_capitals
    found: list[Content] = []
    for match in words(fold(text)):
        word = match[0]
        if word in plain:
            continue
        start, end = match.span()
        if "'" in word:
            start, end = _without_clitics(word, start, end, language)
            word = word[start - match.start() : end - match.start()]
            if word in plain:
                continue
        if word in capitals and not text[start:end].isupper():
            continue
        if LEAST_LETTERS <= end - start <= MOST_LETTERS and word[0].isalpha():
            found.append((word, start, end))
    return found


def _without_clitics(word: str, start: int, end: int, language: str) -> tuple[int, int]:
    """Return where the word proper starts and ends."""
    before, after = elisions(language)
    first = next((len(each) for each in before if word.startswith(each)), 0)
    last = next((len(each) for each in after if word.endswith(each)), 0)
    return (start + first, end - last) if first + last < end - start else (start, end)


@cache
def stop_words(language: str) -> StopWords:
    """Return the stop words of a language, none where there is no list."""
    listed = " ".join(row[1] for row in table("stop_words") if row[0] == language).split()
    return StopWords(
        frozenset(word for word in listed if not word.startswith("^")),
        frozenset(word[1:] for word in listed if word.startswith("^")),
    )


@cache
def elisions(language: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what stands before and after words with an apostrophe, the longest first."""
    before, after = (
        " ".join(row[2] for row in table("elisions") if row[:2] == (language, where))
        for where in ("before", "after")
    )
    return _longest_first(before), _longest_first(after)


def _longest_first(forms: str) -> tuple[str, ...]:
    return tuple(sorted(forms.split(), key=lambda form: (-len(form), form)))
