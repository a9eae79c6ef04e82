"""Where the words of a text stand, in every script.

A word is a run of letters, marks and digits (as the identity knows them, tasks/dedup/identity.py)
with apostrophes and hyphens inside: "Ain", "al-Asad", "don't", "2,500" is two. Scripts that put no
blank between words are told apart: their runs are no words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise

import numpy as np

from tasks.dedup.identity import is_word
from tasks.dedup.tokens import HAN_BLOCKS, SEA_BLOCKS

# Before a text is put in small letters; I with a dot is the only one that would become two.
_VARIANTS = (*((each, "'") for each in "’ʼ＇"), ("‐", "-"), ("‑", "-"), ("İ", "i"))
_TIBETAN = (0x0F00, 0x1000)
_MOST_UNSPACED = 0.3  # of the code points, as tasks/quality.py has it
_ASCII_PART = re.compile(r"[A-Za-z0-9]+")
_ASCII_WORD = re.compile(r"[A-Za-z0-9]+(?:['-][A-Za-z0-9]+)*")


def fold(text: str) -> str:
    """Return `text` in small letters, with straight apostrophes and plain hyphens.

    Every code point becomes one, so places in the one are places in the other.
    """
    if not text.isascii():
        for variant, plain in _VARIANTS:
            text = text.replace(variant, plain)
    return text.lower()


def words(text: str) -> Iterator[re.Match[str]]:
    """Yield the words of `text` in order, with what apostrophes and hyphens join."""
    pattern = _ASCII_WORD if text.isascii() else _patterns()[1]
    return pattern.finditer(text)


def all_words(text: str) -> list[str]:
    """Return what `words` finds, without the places."""
    pattern = _ASCII_WORD if text.isascii() else _patterns()[1]
    return pattern.findall(text)


def parts(text: str) -> Iterator[re.Match[str]]:
    """Yield the runs of letters and digits in order: two in "so-called" and in "l'Irak"."""
    pattern = _ASCII_PART if text.isascii() else _patterns()[0]
    return pattern.finditer(text)


def is_spaced(text: str) -> bool:
    """Tell whether blanks part the words of `text`."""
    if text.isascii():
        return True
    return sum(map(len, unspaced().findall(text))) <= _MOST_UNSPACED * len(text)


def letters(text: str) -> int:
    """Return the number of letters in `text`."""
    return sum(map(str.isalpha, text))


@cache
def unspaced() -> re.Pattern[str]:
    """The runs of scripts without blanks: Han, Kana, Thai, Lao, Tibetan, Myanmar, Khmer."""
    return re.compile(f"[{_class((*HAN_BLOCKS, *SEA_BLOCKS, _TIBETAN))}]+")


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    r"""Runs of \w and of the marks that Python does not count to it, and what joins them."""
    marks = [point for point in np.flatnonzero(is_word()).tolist() if not chr(point).isalnum()]
    run = rf"[\w{_class(_ranges(marks))}]"
    part = f"{run}+"
    return re.compile(part), re.compile(f"{part}(?:['’ʼ＇‐‑-]{part})*")


def _ranges(points: list[int]) -> Iterator[tuple[int, int]]:
    """Yield half-open ranges that hold the ascending `points`."""
    breaks = [0, *(at for at, (a, b) in enumerate(pairwise(points), 1) if b != a + 1), len(points)]
    for low, high in pairwise(breaks):
        yield points[low], points[high - 1] + 1


def _class(ranges: Iterable[tuple[int, int]]) -> str:
    return "".join(f"\\U{low:08x}-\\U{high - 1:08x}" for low, high in ranges)
