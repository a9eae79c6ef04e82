"""What the sentence says of a quantity: change, modality, place, time, source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tasks.annotate.measures.expressions import Expression
from tasks.annotate.measures.objects import Range
from tasks.annotate.measures.tables import Speech
from tasks.annotate.measures.tokens import Token
from warehouse.annotations import DateRow, MentionRow, PlaceRow, QuoteRow

# Words between a verb of change or a modal verb and its number.
_MOST_BACK = 16
_CLAUSE_END = frozenset(",;:()–—")
_SOURCE_END = re.compile(r"[.,;:\n\"“”]|\b(?:who|which|that|and|but)\b")
_MOST_SOURCE = 80
# Characters to the place of a quantity. Texts that have lost their stops are one sentence: places
# from far away were wrong in eight of eight read.
_MOST_APART = 80
# Dates of a sentence that are looked at for "as of".
_MOST_DATES = 8


@dataclass(frozen=True, slots=True)
class Named:
    """A place that a text names."""

    start: int
    end: int
    surface: str


@dataclass(frozen=True, slots=True)
class Around:
    """A quantity in its sentence: token ranges, and how far the neighbours leave room."""

    words: Sequence[Token]
    item: Expression
    object: Range | None
    is_carried: bool  # is the object that of the quantity before?
    ceiling: int  # the first token of the next


def named_places(places: Iterable[PlaceRow], mentions: Iterable[MentionRow]) -> list[Named]:
    """Return the places that are no metonyms; without rows of places, mentions of that kind."""
    rows = [Named(p.char_start, p.char_end, p.surface) for p in places if not p.is_metonym]
    return rows or [
        Named(m.char_start, m.char_end, m.surface) for m in mentions if m.kind == "place"
    ]


def change_of(around: Around, speech: Speech) -> str | None:
    """Return additional, increase, decrease, from, to, or None for a level."""
    words, item = around.words, around.item
    if item.role:
        return item.role
    if _is_additional(around, speech):
        return "increase" if item.unit_kind == "percent" else "additional"
    verbs = speech.cues.get("change", {})
    after = around.object or (item.last, item.last)
    for at in range(item.last, min(after[1] + 1, around.ceiling, len(words))):
        if words[at].low in verbs and item.unit_kind in ("percent", "percentage_point", "money"):
            return verbs[words[at].low]
    if not item.first:
        return None
    before = words[item.first - 1].low
    if before in verbs:
        return verbs[before]
    if before not in ("by", "to", "from", "of", "um", "auf", "de", "a", "en"):
        return None
    return _changed(around, before, speech)


def _changed(around: Around, before: str, speech: Speech) -> str | None:
    verbs = speech.cues.get("change", {})
    reach = 2 if before in ("of", "en", "de", "a") else _MOST_BACK
    for at in range(around.item.first - 2, max(-1, around.item.first - 2 - reach), -1):
        if around.words[at].text in ";.:":
            return None
        if around.words[at].low in verbs:
            return before if before in ("to", "from") else verbs[around.words[at].low]
    return None


def _is_additional(around: Around, speech: Speech) -> bool:
    words, item, cues = around.words, around.item, speech.cues.get("additional", {})
    before = words[max(0, item.first - 2) : item.first]
    if any(token.low in cues for token in before):
        return True
    return item.last < len(words) and words[item.last].low in cues


def modality_of(around: Around, speech: Speech) -> str:
    """Return planned, estimated or denied by the nearest cue of the clause; else actual."""
    words, item = around.words, around.item
    cues = speech.cues.get("modality", {})
    if item.first and words[item.first - 1].low in speech.cues.get("negation", {}):
        return "denied"
    if item.comparator == "about" and words[item.first].low in cues:
        return "estimated"
    for at in range(item.first - 1, max(-1, item.first - 1 - _MOST_BACK), -1):
        token = words[at]
        if token.text in _CLAUSE_END:
            break
        value = cues.get(token.low) or (at + 1 < len(words) and cues.get(_pair(words, at)))
        if value:
            return value
    start = around.object[1] if around.object and around.object[0] >= item.last else item.last
    for at in range(start, min(start + 3, around.ceiling, len(words))):
        if words[at].text in _CLAUSE_END:
            break
        if words[at].low in cues and cues[words[at].low] == "planned":
            return "planned"
    return "actual"


def _pair(words: Sequence[Token], at: int) -> str:
    return f"{words[at].low} {words[at + 1].low}"


def place_of(around: Around, located: Sequence[Named]) -> str | None:
    """Return the place for which a quantity is told, as written.

    Inside "the number of X in PLACE is N" first, then behind the number up to the end of the
    clause or the next quantity, then before it, the nearest first; none that is far away.
    """
    if not located:
        return None
    words, item = around.words, around.item
    start, end = words[item.first].start, words[item.last - 1].end
    if around.object and not around.is_carried and around.object[0] < item.first:
        opened = words[around.object[0]].start
        for place in located:
            if opened <= place.start < start:
                return place.surface
    told_until = max(end, words[around.object[1] - 1].end) if around.object else end
    limit = min(_clause_end(around), told_until + _MOST_APART)
    for place in located:
        if end <= place.start < limit:
            return place.surface
    behind = [place for place in located if start - _MOST_APART <= place.start < start]
    return behind[-1].surface if behind else None


def _clause_end(around: Around) -> int:
    words = around.words
    for at in range(around.item.last, min(around.ceiling, len(words))):
        if words[at].text in _CLAUSE_END:
            return words[at].start
    ceiling = min(around.ceiling, len(words))
    return words[ceiling - 1].end if ceiling == len(words) else words[ceiling].start


def is_located(text: str, place: Named, speech: Speech) -> bool:
    """In Iraq, in the province of Anbar, in neighboring Syria: up to two words between."""
    before = text[max(0, place.start - 40) : place.start].lower().split()
    return any(word in speech.cues.get("locative", {}) for word in before[-3:])


def date_of(around: Around, told: Sequence[DateRow], text: str) -> DateRow | None:
    """Return the date for which a quantity is told: the nearest in its sentence, as of first."""
    words, item = around.words, around.item
    start, end = words[item.first].start, words[item.last - 1].end
    for row in told[:_MOST_DATES]:
        if text[max(0, row.char_start - 7) : row.char_start].lower().split()[-2:] == ["as", "of"]:
            return row
    limit = _clause_end(around)
    behind = next((row for row in told if end <= row.char_start < limit), None)
    if behind is not None:
        return behind
    return next((row for row in reversed(told) if row.char_end <= start), None)


def tells_when(text: str, row: DateRow, speech: Speech) -> bool:
    """A year alone may be part of a name (Act of 2005): it needs a preposition of time."""
    if row.timex_type not in ("DATE", "TIME"):
        return False
    before = text[max(0, row.char_start - 24) : row.char_start].split()
    if not row.surface.isdecimal():
        return True
    named = len(before) > 1 and before[-1].lower() == "of" and before[-2][:1].isupper()
    return bool(before) and before[-1].lower() in speech.cues.get("told", {}) and not named


def speaker_of(start: int, end: int, quotes: Sequence[QuoteRow]) -> str | None:
    """Return the speaker of the narrowest quotation around text[start:end]."""
    around = [
        row for row in quotes if row.speaker and row.char_start <= start and end <= row.char_end
    ]
    if not around:
        return None
    return min(around, key=lambda row: (row.char_end - row.char_start, row.char_start)).speaker


def source_of(text: str, bounds: Range, speech: Speech) -> str | None:
    """Return whom "according to" names in the sentence of `bounds`, as written."""
    sentence = text[bounds[0] : bounds[1]].lower()
    for cue in speech.cues.get("source", {}):
        found = re.search(rf"\b{cue}\s+", sentence) if cue in sentence else None
        if found:
            return _source(text, bounds[0] + found.end(), bounds[1])
    return None


def _source(text: str, start: int, end: int) -> str | None:
    stop = _SOURCE_END.search(text, start, min(end, start + _MOST_SOURCE))
    if stop is None and end - start > _MOST_SOURCE:
        return None
    return text[start : stop.start() if stop else end].strip() or None
