"""Numbers of which nothing can be said: 12 500 may be one number in English, or two columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tasks.annotate.measures.tables import Speech
from tasks.annotate.measures.tokens import HYPHENS, Token

_LONGEST = 3  # digits of a group


def unreadable(
    words: Sequence[Token], speech: Speech, is_told: Callable[[int], bool]
) -> frozenset[int]:
    """Return the tokens of bare numbers that only a blank parts, where blanks group no digits.

    English writes 12,500 and 2.4 million; what stands as 12 500 or 2 4 million has lost its mark or
    comes from a table. Groups of noughts are read: 9 000. `is_told` says of a token that it belongs
    to something else, a date or a name (May 12 500 people).
    """
    if speech.decimal != ".":
        return frozenset()
    found: set[int] = set()
    first = 0
    while first < len(words):
        last = first + 1
        if _is_group(words[first]) and not is_told(first):
            while last < len(words) and _follows(words, last) and not is_told(last):
                last += 1
            if last > first + 1 and not _is_one(words[first:last]):
                found.update(range(first, last))
        first = last
    return frozenset(found)


def _is_group(token: Token) -> bool:
    return token.text.isdecimal() and len(token.text) <= _LONGEST


def _follows(words: Sequence[Token], place: int) -> bool:
    """Does a group stand one blank behind the last one, and no 1/2 or 15-year-old?"""
    head, mark, _ = words[place].text.partition(".")
    if words[place].start != words[place - 1].end + 1 or not head.isdecimal():
        return False
    if len(head) == _LONGEST:
        return True
    after = words[place + 1] if place + 1 < len(words) else None
    glued = after is not None and after.start == words[place].end
    joined = glued and after is not None and (after.text == "/" or after.text in HYPHENS)
    return len(head) < _LONGEST and not mark and not joined


def _is_one(groups: Sequence[Token]) -> bool:
    """Are all groups behind the first noughts: 20 000 000?"""
    return groups[0].text[0] != "0" and all(token.text == "000" for token in groups[1:])
