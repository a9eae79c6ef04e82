"""Texts to tokens: the hashes, places and scripts of all words of a batch, without Python strings.

The code points of many texts stand in one array. A table gives each its class and its folded form;
a token is a run of word characters or, in scripts written without blanks, one character. Its hash
is a polynomial over the folded code points, taken from prefix sums for all tokens at once.

What belongs to a word is frozen with the identity (tasks/dedup/identity.py); so is the fold, NFKC
and casefold of every code point by itself. Equality is the identity's to judge; these hashes are
for likeness only.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tasks.dedup.identity import is_word


class Script(IntEnum):
    """How a text is cut into tokens."""

    WORDS = 1  # runs of word characters; Korean too
    HAN = 2  # Han and Kana: each character
    SEA = 3  # Thai, Lao, Khmer, Myanmar: each character, marks too


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """The n tokens of one text in order. Places are half-open, in code points of the text."""

    hashes: NDArray[np.uint64]  # [n] of the folded token, wherever it stands
    starts: NDArray[np.int32]  # [n]
    ends: NDArray[np.int32]  # [n]
    scripts: NDArray[np.uint8]  # [n] Script

    def __len__(self) -> int:
        return len(self.hashes)


# Blocks of Unicode 14.0 (Blocks.txt), those of scripts that put no blank between words.
HAN_BLOCKS = (
    (0x3005, 0x3008),  # iteration mark, closing mark, zero
    (0x3021, 0x302A),  # Hangzhou numerals
    (0x3031, 0x3100),  # Kana repeat marks, Hangzhou numerals, Hiragana, Katakana
    (0x31F0, 0x3200),  # Katakana phonetic extensions
    (0x3400, 0x4DC0),
    (0x4E00, 0xA000),
    (0xF900, 0xFB00),
    (0x1AFF0, 0x1B170),  # Kana extensions
    (0x20000, 0x32000),
)
SEA_BLOCKS = (
    (0x0E00, 0x0F00),  # Thai, Lao
    (0x1000, 0x10A0),  # Myanmar
    (0x1780, 0x1800),  # Khmer
    (0xA9E0, 0xAA00),  # Myanmar extended B
    (0xAA60, 0xAA80),  # Myanmar extended A
)
UNFOLDED = (  # unified ideographs and syllables of Hangul: most of all words, and no case
    (0x3400, 0x4DC0),
    (0x4E00, 0xA000),
    (0xAC00, 0xD7A4),
    (0x20000, 0x2F800),
    (0x30000, 0x32000),
)
SELECTORS = ((0xFE00, 0xFE10), (0xE0100, 0xE01F0))  # of a glyph: no part of any word

# Code points handled at once: 2^16 keep all arrays of the work in the second-level cache.
SLICE_POINTS = 1 << 16
MAX_FOLDED = 4  # code points; the three longer folds (such as U+FDFA, 18) stay as they are

# An entry of the table: folded code point, then Script, then whether it folds to several. Those of
# code points that fold alike are equal, and hashes are made of entries; 0 is no part of a word.
_SCRIPT_SHIFT = np.uint32(24)
_SCRIPT = np.uint8(3)
_EXPANDS = np.uint32(1 << 31)
_BASE = 0x9E3779B97F4A7C55  # odd, so it has an inverse modulo 2^64; its bits are mixed


def tokenize(texts: Sequence[str]) -> list[Tokens]:
    """Return the tokens of each text.

    Any string will do: lone surrogates, NULs and unassigned code points separate words. In a text
    of more than SLICE_POINTS a run of that many code points without a blank may be cut in a word.
    """
    found: list[list[Tokens]] = [[] for _ in texts]
    for owners, places, pieces in _slices(texts):
        for owner, place, tokens in zip(owners, places, _tokenize_slice(pieces), strict=True):
            found[owner].append(_moved(tokens, place) if place else tokens)
    return [parts[0] if len(parts) == 1 else _joined(parts) for parts in found]


def mix64(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread every bit over all 64, in place: the finaliser of SplitMix64 (Steele et al., 2014)."""
    values ^= values >> np.uint64(30)
    values *= np.uint64(0xBF58476D1CE4E5B9)
    values ^= values >> np.uint64(27)
    values *= np.uint64(0x94D049BB133111EB)
    values ^= values >> np.uint64(31)
    return values


def _slices(texts: Sequence[str]) -> Iterator[tuple[list[int], list[int], list[str]]]:
    """Yield numbers, places and pieces of texts, about SLICE_POINTS code points at a time."""
    owners: list[int] = []
    places: list[int] = []
    pieces: list[str] = []
    size = 0
    for number, text in enumerate(texts):
        for place, piece in _pieces(text):
            if size + len(piece) > SLICE_POINTS and pieces:
                yield owners, places, pieces
                owners, places, pieces, size = [], [], [], 0
            owners.append(number)
            places.append(place)
            pieces.append(piece)
            size += len(piece) + 1
    if pieces:
        yield owners, places, pieces


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Cut a long text after the last blank that fits, else where it must be.

    Two pieces in a row are longer than SLICE_POINTS, so the time is linear.
    """
    at = 0
    while len(text) - at > SLICE_POINTS:
        blank = text.rfind(" ", at, at + SLICE_POINTS)
        cut = at + SLICE_POINTS if blank < 0 else blank + 1
        yield at, text[at:cut]
        at = cut
    yield at, text[at:] if at else text


def _tokenize_slice(texts: list[str]) -> Iterator[Tokens]:
    """Yield the tokens of texts that are short together."""
    data = "\0".join(("", *texts, "")).encode("utf-32-le", "surrogatepass")
    points = np.frombuffer(data, dtype="<u4")
    entries = np.take(_table(), points, mode="clip")  # none is out of range; half the time of [...]
    kinds = (entries >> _SCRIPT_SHIFT).astype(np.uint8)
    starts, ends = _bounds(kinds)
    hashes = _hashes(points, entries, starts, ends, has_expanding=bool(kinds.max() > _SCRIPT))
    scripts = kinds[starts] & _SCRIPT
    firsts = np.cumsum([1, *(len(text) + 1 for text in texts)])
    cuts = np.searchsorted(starts, firsts)
    bases = np.repeat(firsts[:-1], np.diff(cuts))
    starts = (starts - bases).astype(np.int32)
    ends = (ends - bases).astype(np.int32)
    for low, high in pairwise(cuts.tolist()):
        yield Tokens(hashes[low:high], starts[low:high], ends[low:high], scripts[low:high])


def _bounds(kinds: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where tokens start and end. The first and the last of the code points are no word."""
    if kinds.max() <= Script.WORDS:  # so starts and ends alternate: a quarter of the time of below
        bounds = np.flatnonzero(kinds[1:] != kinds[:-1]) + 1
        return bounds[::2], bounds[1::2]
    scripts = kinds & _SCRIPT
    changes = scripts[1:] != scripts[:-1]
    changes |= scripts[1:] > Script.WORDS
    bounds = np.flatnonzero(changes) + 1
    is_token = scripts[bounds[:-1]] > 0
    return bounds[:-1][is_token], bounds[1:][is_token]


def _hashes(
    points: NDArray[np.uint32],
    entries: NDArray[np.uint32],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    *,
    has_expanding: bool,
) -> NDArray[np.uint64]:
    """Return the hash of each token: its polynomial, shifted to the power 0, and mixed.

    No entry of a word is 0, so tokens of other lengths have other polynomials.
    """
    powers, inverses = _powers()
    if has_expanding:
        values, places = _expand(points, entries)
        values *= powers[places[:-1]]
        first = places[starts]
    else:
        values = entries * powers[: len(entries)]
        first = starts
    sums = np.cumsum(values, out=values)
    hashes = np.take(sums, ends - 1, mode="clip")
    hashes -= np.take(sums, starts - 1, mode="clip")
    hashes *= np.take(inverses, first, mode="clip")
    return mix64(hashes)


def _expand(
    points: NDArray[np.uint32], entries: NDArray[np.uint32]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the values of all code points, and their places when some have become several."""
    values = entries.astype(np.uint64)
    known, lengths, polynomials = _expansions()
    at = np.flatnonzero(entries & _EXPANDS)
    fold = np.searchsorted(known, points[at])
    values[at] = polynomials[fold]
    steps = np.ones(len(values) + 1, dtype=np.int64)
    steps[0] = 0
    steps[at + 1] = lengths[fold]
    return values, np.cumsum(steps)


def _joined(parts: list[Tokens]) -> Tokens:
    """Return the tokens of the pieces of one text as one."""
    return Tokens(
        np.concatenate([part.hashes for part in parts]),
        np.concatenate([part.starts for part in parts]),
        np.concatenate([part.ends for part in parts]),
        np.concatenate([part.scripts for part in parts]),
    )


def _moved(tokens: Tokens, place: int) -> Tokens:
    return Tokens(
        tokens.hashes,
        tokens.starts + np.int32(place),
        tokens.ends + np.int32(place),
        tokens.scripts,
    )


@cache
def _powers() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return the powers of the base and of its inverse, for the longest slice."""
    size = (2 * SLICE_POINTS + 2) * MAX_FOLDED
    both = []
    for base in (_BASE, pow(_BASE, -1, 1 << 64)):
        powers = np.full(size, base, dtype=np.uint64)
        powers[0] = 1
        both.append(np.multiply.accumulate(powers))
    return both[0], both[1]


@cache
def _folds() -> dict[int, str]:
    """Return what code points of words fold to, by themselves, where that is something else."""
    is_folded = is_word().copy()
    for low, high in UNFOLDED:
        is_folded[low:high] = False
    words = np.flatnonzero(is_folded).astype("<u4")
    joined = np.zeros(2 * len(words), dtype="<u4")  # a NUL after each: nothing composes over it
    joined[::2] = words
    text = unicodedata.normalize("NFKC", joined.tobytes().decode("utf-32-le")).casefold()
    folds = unicodedata.normalize("NFKC", text).split("\0")
    return {
        point: fold
        for point, fold in zip(words.tolist(), folds, strict=False)
        if len(fold) > 1 or ord(fold) != point
    }


@cache
def _table() -> NDArray[np.uint32]:
    """Return the entry of every code point."""
    scripts = is_word().astype(np.uint32)  # Script.WORDS where true
    for blocks, script in ((HAN_BLOCKS, Script.HAN), (SEA_BLOCKS, Script.SEA)):
        for low, high in blocks:
            scripts[low:high] *= np.uint32(script)
    for low, high in SELECTORS:
        scripts[low:high] = 0
    table = np.arange(0x110000, dtype=np.uint32)
    table |= scripts << _SCRIPT_SHIFT
    table[scripts == 0] = np.uint32(0)
    for point, fold in _folds().items():
        if len(fold) == 1:
            table[point] = table[ord(fold)]
        elif len(fold) <= MAX_FOLDED:
            table[point] |= _EXPANDS
    return table


@cache
def _expansions() -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.uint64]]:
    """Return what folds to several (sorted), to how many code points, and their polynomials.

    A fold may hold what is no word, such as the stroke in that of a fraction: it counts as a gap.
    """
    several = {point: fold for point, fold in _folds().items() if 1 < len(fold) <= MAX_FOLDED}
    table = _table()
    values = [
        sum(int(table[ord(char)]) * pow(_BASE, power) for power, char in enumerate(fold))
        for fold in several.values()
    ]
    return (
        np.array(list(several), dtype=np.uint32),
        np.array([len(fold) for fold in several.values()], dtype=np.int64),
        np.array([value % (1 << 64) for value in values], dtype=np.uint64),
    )
