"""Joins the lines of a hard-wrapped paragraph: with a blank, without one, or inside a word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

UNSPACED = "\u2e80-\u312f\u3190-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff9f\U00020000-\U0003ffff"
IS_UNSPACED = re.compile(f"[{UNSPACED}]")  # Han, Kana, Bopomofo and their punctuation
IS_SOUTH_EAST = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")  # Thai, Lao, Myanmar, Khmer

_DIVIDED = re.compile(r"([^\W\d_][\w'’-]*)[-‐]\Z")
_REST = re.compile(r"[^\W\d_]+")
_WORDS = re.compile(r"\w+(?:[-‐]\w+)*")
# After these a hyphen stands for a word to come ("pre- and post-war"), and a blank follows it.
_SUSPENDED = frozenset(
    (
        "and",
        "or",
        "und",
        "oder",
        "bzw",
        "sowie",
        "bis",
        "en",
        "of",
        "och",
        "eller",
        "og",
        "et",
        "ou",
    )
)
# English words that are followed by a hyphen far more often than by the rest of a word.
_COMPOUNDING = frozenset(
    (
        *("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"),
        *("self", "ex", "non", "half", "well", "vice", "long", "short", "high", "low", "part"),
    )
)


@dataclass(frozen=True, slots=True)
class _Hyphens:
    """What a document tells about hyphens at its line ends."""

    divides: bool  # are words divided in general?
    words: frozenset[str]  # lower case, without the pieces at line ends in question

    def drop(self, left: str, right: str) -> bool:
        """Tell whether `left`-`right`, cut by a line end, is one word without a hyphen."""
        if left + right in self.words:
            return True
        is_compound = f"{left}-{right}" in self.words or "-" in left or left in _COMPOUNDING
        are_words = len(left) > 2 and left in self.words and right in self.words
        return self.divides and not is_compound and not are_words


def _cut_word(line: str, following: str) -> tuple[str, str] | None:
    """Return the halves, in lower case, of a word that a hyphen at a line end cuts."""
    left = _DIVIDED.search(line[-60:]) if line[-1] in "-‐" and following[0].islower() else None
    right = _REST.match(following)
    if left is None or right is None or right[0] in _SUSPENDED:
        return None
    return left[1].lower(), right[0].lower()


def _learn_hyphens(groups: Iterable[Sequence[str]]) -> _Hyphens:
    """Read the whole document for the words it has; only needed if a line ends in a hyphen."""
    cuts = breaks = 0
    words: set[str] = set()
    for group in groups:
        was_cut = False
        for line, following in zip(group, [*group[1:], "\n"], strict=True):
            is_cut = _cut_word(line, following) is not None
            cuts += is_cut
            breaks += following != "\n"
            found = _WORDS.findall(line.lower())
            words.update(found[was_cut : len(found) - is_cut])
            was_cut = is_cut
    # Compounds fall on a line end about once in a hundred lines, divided words once in ten.
    return _Hyphens(divides=cuts > 1 and 25 * cuts >= breaks, words=frozenset(words))


def join_groups(groups: Sequence[Sequence[str]], removed: Counter[str]) -> Iterator[str]:
    """Yield each group of lines as one paragraph, and count what was joined into `removed`.

    Lines are bare and not empty. A hyphen at a line end is dropped if `groups`, the whole document,
    hold the word without it elsewhere, or divide words in general; else it stays.
    """
    hyphens = None
    for group in groups:
        if len(group) == 1:
            yield group[0].rstrip("\xad ")
            continue
        removed["joined_lines"] += len(group) - 1
        if hyphens is None and any(line[-1] in "-‐" for line in group[:-1]):
            hyphens = _learn_hyphens(groups)
        pieces = [piece for two in pairwise(group) for piece in _pieces(*two, hyphens, removed)]
        yield "".join((*pieces, group[-1])).rstrip("\xad ")


def _pieces(
    line: str, following: str, hyphens: _Hyphens | None, removed: Counter[str]
) -> tuple[str, str]:
    """Return a line as it stands before `following` in a paragraph, and what comes between."""
    if line[-1] == "\xad":
        return line.rstrip("\xad"), ""
    cut = _cut_word(line, following)
    if cut and hyphens and hyphens.drop(*cut):
        removed["joined_words"] += 1
        return line[:-1], ""
    return line, "" if cut or _is_glued(line, following) else " "


def _is_glued(line: str, following: str) -> bool:
    """Tell whether no blank stands between two lines for a reason other than a cut word."""
    last, first = line[-1], following[0]
    if last in "-‐—–" and len(line) > 1 and line[-2].isalnum():
        return last == "—" or first.isupper() or first.isdigit()
    if last.isascii() and first.isascii():
        return False
    is_east = bool(IS_UNSPACED.match(last) or IS_UNSPACED.match(first))
    return is_east or bool(IS_SOUTH_EAST.match(last) and IS_SOUTH_EAST.match(first))
