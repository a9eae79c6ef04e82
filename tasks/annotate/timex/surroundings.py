"""What the words around an expression say: past or future, and whether it is one end of a time."""

from __future__ import annotations

import re
from functools import cache

from tasks.annotate.timex.lexicon import lexicon
from warehouse.annotations import SentenceRow

_BESIDE = 120  # characters on either side that may hold the verb
_BOUND = 30
_STOP = re.compile(r"[.!?;:\n。！？；]")


@cache
def _tenses(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = lexicon(language).rows
    return tuple(
        (tense, re.compile("|".join(row[0] for row in rows[tense])))
        for tense in ("future", "past")
        if tense in rows
    )


def tense(
    text: str, start: int, end: int, sentence: SentenceRow | None, language: str
) -> str | None:
    """Return past or future: what the nearest verb says, one before the expression first."""
    low, high = max(0, start - _BESIDE), min(len(text), end + _BESIDE)
    if sentence:
        low, high = max(low, sentence.char_start), min(high, sentence.char_end)
    before, after = text[low:start], text[end:high]
    if sentence is None:
        before = before[max((stop.end() for stop in _STOP.finditer(before)), default=0) :]
        stop = _STOP.search(after)
        after = after[: stop.start()] if stop else after
    return _nearest(before, language, last=True) or _nearest(after, language, last=False)


def _nearest(part: str, language: str, *, last: bool) -> str | None:
    best, place = None, -1
    for name, pattern in _tenses(language):
        for found in pattern.finditer(part):
            distance = len(part) - found.end() if last else found.start()
            if place < 0 or distance < place:
                best, place = name, distance
            if not last:
                break
    return best


@cache
def _bounds(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = lexicon(language).rows.get("bound", ())
    left = r"" if lexicon(language).settings.get("unspaced") else r"(?<![^\W_])"
    gap = r"\s*" if lexicon(language).settings.get("unspaced") else r"\s+"
    return tuple((row[0], re.compile(rf"(?i){left}(?:{row[1]}){gap}\Z")) for row in rows)


def bound(text: str, start: int, end: int, language: str) -> str | None:
    """Return since, until, before or after where an expression is one end of a time.

    Not where it belongs to an event: after Tuesday's vote.
    """
    if text[end : end + 2] in ("'s", "’s"):
        return None
    before = text[max(0, start - _BOUND) : start]
    return next((name for name, pattern in _bounds(language) if pattern.search(before)), None)
