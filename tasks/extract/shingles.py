"""How much two texts have in common: the Jaccard index of their word 4-grams."""

from __future__ import annotations

import re

# Scripts that part no words: Thai, Lao, Tibetan, Myanmar, Khmer, Kana, Han.
_UNSPACED = re.compile("[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]+")
_MOST_UNSPACED = 0.3  # of the characters; names in another script stay below, such texts reach 0.8
_WORD = re.compile(r"\w+")
_LOOKED_AT = 2_000  # characters that decide about the script
# Longer texts are compared by their beginning: half a million words take 0.5 s and 200 MB.
_MOST_CHARS = 1_000_000

Shingles = frozenset[tuple[str, ...]]


def shingles(text: str) -> Shingles:
    """Return the 4-grams of the words of `text`, or of its letters where blanks part no words.

    A text of one to three words is one shingle; one without words has none.
    """
    lower = text[:_MOST_CHARS].casefold()
    words = _WORD.findall(lower)
    beginning = lower[:_LOOKED_AT]
    unspaced = 0 if lower.isascii() else sum(map(len, _UNSPACED.findall(beginning)))
    if unspaced > _MOST_UNSPACED * len(beginning):
        words = list("".join(words))
    if len(words) < 4:
        return frozenset((tuple(words),)) if words else frozenset()
    return frozenset(zip(words, words[1:], words[2:], words[3:], strict=False))


def jaccard(one: Shingles, other: Shingles) -> float:
    """Return how much of both is common, 0..1; two empty sets have nothing in common."""
    common = len(one & other)
    return common / (len(one) + len(other) - common) if common else 0.0
