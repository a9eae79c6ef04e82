"""One key for one fact, however often and in whatever words an article tells it.

What is equal: comparator, values, unit, the class of the thing counted (object_classes.tsv) with
the names in front of it (US, Colorado; not low-income), place, modality and change. When it is told
and by whom is left out: the same number of a later day is a new fact only where the number differs.
A small number of which nothing says what it counts, and an age, is a fact of its own: its place in
the text stands for the thing.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence

from tasks.annotate.measures.objects import Range, singular
from tasks.annotate.measures.tables import Speech, classes
from tasks.annotate.measures.tokens import Token

_MOST_WORDS_OF_CLASS = 3


def fact_key(*parts: str | float | None) -> str:
    """Return the first 32 hex digits of the SHA-256 of `parts`."""
    joined = "\x1f".join("" if part is None else _written(part) for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _written(part: str | float) -> str:
    return f"{part:.12g}" if isinstance(part, float) else fold(part)


def fold(text: str) -> str:
    """Return `text` in NFKC, folded case, with single blanks and without dots."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return " ".join(plain.casefold().replace(".", "").split())


def core(words: Sequence[Token], phrase: Range | None, speech: Speech) -> str:
    """Return the class of a counted thing and the names before it: "troop us" of US troops."""
    if phrase is None:
        return ""
    lows = [singular(token.low, speech) for token in words[phrase[0] : phrase[1]]]
    for length in range(_MOST_WORDS_OF_CLASS, 0, -1):
        name = classes().get(" ".join(lows[-length:]))
        if name is not None and length <= len(lows):
            break
    else:
        length, name = 1, lows[-1]
    rest = words[phrase[0] : phrase[1] - length]
    names = sorted(fold(token.text) for token in rest if token.text[0].isupper())
    return " ".join([name, *names])
