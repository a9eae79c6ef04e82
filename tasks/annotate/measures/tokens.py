"""Words, numbers and marks of a piece of text, with their offsets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

# Numbers with their marks, fractions of one sign, dotted letters (U.S., p.m.), words, single marks;
# plain words come first, for most tokens are such, then an elided article (d'euros).
_TOKEN = re.compile(
    r"[A-Za-z]{2,}+(?![\w'’])|(?<!\w)[dlDL]['’](?=[^\W\d_]|\Z)"
    r"|(?<!\S)\.\d+|\d+(?:[.,]\d+)*|[¼½¾⅓⅔]|(?<!\w)(?:[^\W\d_]\.){2,}|[^\W\d_]+(?:['’][^\W\d_]+)*|\S"
)
HYPHENS = frozenset("-‐‑–")
_new = tuple.__new__  # half the time of the constructor that NamedTuple writes


class Token(NamedTuple):
    """A word, a number or a mark; `low` is its lower case with straight apostrophes, no end dot."""

    start: int
    end: int
    text: str
    low: str


def tokens(text: str, start: int, end: int) -> list[Token]:
    """Return the tokens of text[start:end], with offsets in `text`."""
    found = []
    for match in _TOKEN.finditer(text, start, end):
        word = match[0]
        low = word.lower()
        if not low.isalpha():
            low = low.replace("’", "'")
            if low[-1] == "." and len(low) > 1:
                low = low.rstrip(".")
        found.append(_new(Token, (match.start(), match.end(), word, low)))
    return found


def is_word(token: Token) -> bool:
    """Tell whether `token` begins with a letter."""
    return token.text[0].isalpha()


def is_number(token: Token) -> bool:
    """Tell whether `token` is written in digits or as a sign such as ½."""
    return token.text[-1].isnumeric() and not token.text[0].isalpha()


def glued(words: Sequence[Token], place: int) -> bool:
    """Tell whether nothing stands between token `place` and the one before it."""
    return 0 < place < len(words) and words[place - 1].end == words[place].start


def hyphen_at(words: Sequence[Token], place: int) -> bool:
    """Tell whether token `place` is a hyphen that joins two words without blanks."""
    return (
        0 < place < len(words) - 1
        and words[place].text in HYPHENS
        and glued(words, place)
        and glued(words, place + 1)
    )


def folded(phrase: str) -> tuple[str, ...]:
    """Return the tokens of a phrase of a word table, as written there."""
    return tuple(match[0] for match in _TOKEN.finditer(phrase))
