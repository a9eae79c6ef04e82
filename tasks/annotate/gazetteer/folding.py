"""The form under which place names are compared, and the numbers under which they are found."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]

LONGEST = 60  # code points of a folded name; GeoNames has longer ones, but news texts do not
_BYTES = 4 * LONGEST  # UTF-8 needs at most four a code point
_MULTIPLIER = 0x9E3779B97F4A7C15  # odd, so that no byte is lost: 2^64 divided by the golden ratio
_MASK = (1 << 64) - 1

# Apostrophes, ayin and hamza signs, and dots of abbreviations say nothing: Sana'a, Sanaa; U.S., US.
_DROPPED = "'’‘ʻʼʽʾʿˈ`´′.·"
_BLANKS = "-‐‑–—/,;:()[]_\u00a0\u202f\n\t\r"
_TABLE: dict[int, str | None] = {ord(c): None for c in _DROPPED} | {ord(c): " " for c in _BLANKS}
_LETTERS: dict[int, str | None] = {
    ord(a): b
    for a, b in zip("łøđıæœþðħ", ("l", "o", "d", "i", "ae", "oe", "th", "d", "h"), strict=True)
}
# Combining classes of marks that are letters: kana voicing, viramas, vowels and tones of Telugu,
# Thai, Lao and Tibetan. Without them バリ is パリ, and many a word of Hindi is the name of a town.
_SPOKEN = frozenset((8, 9, 84, 91, 103, 107, 118, 122, 129, 130, 132))
_ARABIC: dict[int, str | None] = {
    ord(a): b for a, b in zip("أإآٱىیکھ", "ااااييكه", strict=True)
} | {0x640: None}


def _is_letter(char: str) -> bool:
    mark = unicodedata.combining(char)
    return not mark or mark in _SPOKEN


@lru_cache(maxsize=1 << 14)
def fold(name: str) -> str:
    """Return `name` without case, marks, apostrophes and hyphens: "Côte d'Ivoire" -> cote divoire.

    Marks that are letters of their script stay: those of kana, Thai and the scripts of India.
    Arabic letters lose their variants of alef, ya, kaf and heh. Anything longer than `LONGEST`
    code points becomes empty: it is no name.
    """
    if len(name) > LONGEST:
        return ""
    if name.isascii() and name.isalpha():
        return name.lower()
    text = name
    if not text.isascii():
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        text = "".join(c for c in text if _is_letter(c))
        text = unicodedata.normalize("NFC", text).translate(_LETTERS | _ARABIC)
    words = text.lower().translate(_TABLE).encode("utf-8", "ignore").decode().split()
    return " ".join(" ".join(words)[:LONGEST].split())


@cache
def _tables() -> tuple[Keys, Keys]:
    """A random number for every byte, and the powers of the multiplier (splitmix64, seed 0)."""
    numbers = []
    for step in range(1, 257):
        state = (step * _MULTIPLIER) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        numbers.append(state ^ (state >> 31))
    powers = [pow(_MULTIPLIER, exponent, 1 << 64) for exponent in range(_BYTES + 1)]
    return np.array(numbers, np.uint64), np.array(powers, np.uint64)


def keys_of_bytes(data: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64]) -> Keys:
    """Return a 64-bit number for each name of `data` (UTF-8); `starts` are one more than names.

    A polynomial of the bytes: computed for a whole gazetteer in one go, equal in every process.
    Names must be of 1 to 240 bytes.
    """
    random, powers = _tables()
    lengths = np.diff(starts)
    positions = np.arange(starts[0], starts[-1], dtype=np.int64) - np.repeat(starts[:-1], lengths)
    values = random[data[starts[0] : starts[-1]]] * powers[positions]
    return np.add.reduceat(values, starts[:-1] - starts[0])


def keys_of(names: Sequence[str]) -> Keys:
    """Return the number of each folded name; names must not be empty."""
    encoded = [name.encode("utf-8", "ignore") for name in names]
    starts = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum([len(each) for each in encoded], out=starts[1:])
    if not encoded:
        return np.zeros(0, np.uint64)
    return keys_of_bytes(np.frombuffer(b"".join(encoded), np.uint8), starts)
