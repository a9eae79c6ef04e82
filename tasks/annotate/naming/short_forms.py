"""Which words before a bracket its acronym stands for.

In the manner of Schwartz and Hearst (2003), "A simple algorithm for identifying abbreviation
definitions in biomedical text", PSB 8: the long form ends at the bracket, its first word starts
with the first letter, and every letter is found in order. Stricter than theirs, since a news text
has more brackets than acronyms: a letter is the first of a word, or follows in a word that has
given its first, which costs; small words cost nothing, and one other word at most may be passed
over.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from tasks.annotate.naming.tables import words

MAX_LETTERS = 10  # as in Schwartz and Hearst
_INNER, _PASSED = 1, 3  # what a letter inside a word and a word passed over cost
_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?|&")
_NOT_FOUND = 99


def long_start(short: str, text: str, start: int, end: int) -> int | None:
    """Return where the long form of `short` begins that ends at `end`, not before `start`."""
    letters = fold("".join(filter(str.isalnum, short)))
    if not 2 <= len(letters) <= MAX_LETTERS or letters.isdigit():
        return None
    spans = [match.span() for match in _WORD.finditer(text, start, end)]
    # Schwartz and Hearst: at most two words a letter; the Office of the Comptroller of the Currency
    # has seven for three, most of them small.
    spans = spans[-3 * len(letters) :]
    folded = [fold(text[first:last]) for first, last in spans]
    best, found = _NOT_FOUND, None
    for index in reversed(range(len(folded) - 1)):  # one word is no long form
        if folded[index][:1] == letters[0] and folded[index] not in _small():
            cost = _cost(letters, tuple(folded[index:]))
            if cost < best:
                best, found = cost, spans[index][0]
    return found if best <= _most(letters) else None


def stands_for(short: str, long: str) -> bool:
    """Is `short` made of all of the words of `long`?"""
    match = _WORD.search(long)
    return match is not None and long_start(short, long, 0, len(long)) == match.start()


@cache
def fold(text: str) -> str:
    """Return `text` in lower case, without marks above and below its letters."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in parts if not unicodedata.combining(char))


def _small() -> frozenset[str]:
    return words("function_words", "*", "function")


def _most(letters: str) -> int:
    """Return the highest cost: three letters inside words, or one word passed over; 0 for two."""
    return _PASSED if len(letters) > 2 else 0


def _cost(letters: str, long: Sequence[str]) -> int:
    """Return the lowest cost of finding `letters` in `long`, the first in its first word."""
    ways = {0: 0}  # letters found so far to cost
    for number, word in enumerate(long):
        passing = 0 if word in _small() else _PASSED
        after = {} if number == 0 else {count: cost + passing for count, cost in ways.items()}
        for count, cost in ways.items():
            for more, given in enumerate(_given(letters[count:], word), 1):
                if given is not None:
                    key = count + more
                    after[key] = min(after.get(key, _NOT_FOUND), cost + given)
        ways = after
    return ways.get(len(letters), _NOT_FOUND)


def _given(letters: str, word: str) -> list[int]:
    """Return what it costs that `word` gives the first letter, the first two, and so on."""
    costs: list[int] = []
    at = 0
    for number, letter in enumerate(letters):
        at = word.find(letter, at) + 1
        if at == 0 or (number == 0 and at != 1):
            break
        costs.append(number * _INNER)
    return costs
