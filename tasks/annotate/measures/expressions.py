"""Numbers with comparator, currency and unit: at least 75; $519 to $575; a 30-year-old."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tasks.annotate.measures.numerals import Numeral, numeral_at
from tasks.annotate.measures.objects import singular
from tasks.annotate.measures.tables import Phrases, Speech, classes
from tasks.annotate.measures.tokens import HYPHENS, Token, glued, hyphen_at, is_word

_AGED = frozenset({"aged", "age", "ages", "older", "younger"})
_OLDEST = 115
_OLD = frozenset({"old", "olds"})
# Comparators that are prepositions of place too, and up to which number they are taken for them.
_PREPOSITIONS = frozenset({"under", "over", "above", "below", "near", "around", "unter", "über"})
_SMALL = 10
# Scale words that end in a full stop of their own.
_SHORT_SCALES = frozenset({"mio", "mrd"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """A quantity as written; tokens first to last (half-open) are its surface."""

    first: int
    last: int
    low: float | None
    high: float | None
    comparator: str
    unit: str | None
    unit_kind: str | None
    numeral: Numeral
    is_age: bool = False
    role: str | None = None  # from or to: one end of a change
    noun: int | None = None  # the token of a hyphened noun: six-page


@dataclass(frozen=True, slots=True)
class _Measured:
    """A numeral with the unit beside it."""

    numeral: Numeral
    first: int
    last: int
    unit: str | None
    kind: str | None
    value: float


# Says whether a number without a unit is none: text positions are the caller's matter.
Rejects = Callable[[Numeral], bool]


def measured_at(words: Sequence[Token], place: int, speech: Speech) -> _Measured | None:
    """Read the number that begins at token `place`, with its unit on either side."""
    numeral = numeral_at(words, place, speech)
    if numeral is None:
        return None
    before = _before(words, numeral.first, speech.units_before)
    after = _after(words, _unit_place(words, numeral), speech.units_after)
    if before:
        numeral = _suffixed(words, numeral, speech)
        same = after is not None and after[1][1] == "money"
        last = max(numeral.last, after[0] if after and same else 0)
        unit, kind = before[1]
        return _Measured(numeral, before[0], last, unit, kind, numeral.value)
    suffixed = _suffixed(words, numeral, speech) if _counts_millions(words, numeral) else numeral
    if suffixed is not numeral:
        numeral, after = suffixed, _after(words, suffixed.last, speech.units_after)
    if after is None:
        return _Measured(numeral, numeral.first, numeral.last, None, None, numeral.value)
    return _with_unit(numeral, after[0], after[1])


def _with_unit(numeral: Numeral, last: int, meaning: tuple[str, ...]) -> _Measured:
    unit, kind = meaning
    if kind == "money" and unit.endswith("c"):  # cents and pence are hundredths
        return _Measured(numeral, numeral.first, last, unit[:-1], kind, numeral.value / 100)
    return _Measured(numeral, numeral.first, last, unit, kind, numeral.value)


def _unit_place(words: Sequence[Token], numeral: Numeral) -> int:
    """Return where a unit may begin: behind a hyphen, or behind the of of "millions of"."""
    if hyphen_at(words, numeral.last):
        return numeral.last + 1
    if numeral.last >= len(words):
        return numeral.last
    low, is_short = words[numeral.last].low, words[numeral.last - 1].low in _SHORT_SCALES
    skipped = (low == "of" and numeral.is_open) or low == "de" or (low == "." and is_short)
    return numeral.last + 1 if skipped else numeral.last


def _suffixed(words: Sequence[Token], numeral: Numeral, speech: Speech) -> Numeral:
    """Take k, m, bn behind the digits as a scale."""
    if numeral.last >= len(words) or numeral.is_spelled or numeral.is_scaled:
        return numeral
    token = words[numeral.last]
    factor = speech.suffixes.get(token.text, speech.suffixes.get(token.low))
    if factor is None or token.start - words[numeral.last - 1].end > 1:
        return numeral
    return replace(numeral, last=numeral.last + 1, value=numeral.value * factor, is_scaled=True)


def _counts_millions(words: Sequence[Token], numeral: Numeral) -> bool:
    """5k people, 1.3m jobs, £ or not: a glued suffix, for m and t only before a noun."""
    last = numeral.last
    if not glued(words, last):
        return False
    low = words[last].low
    if low in ("m", "t", "b", "mm"):
        noun = last + 1 < len(words) and is_word(words[last + 1])
        return noun and words[last + 1].low.endswith(("s", "people"))
    return True


def _matches(words: Sequence[Token], first: int, phrase: Sequence[str]) -> int | None:
    """Return one past the last token of `phrase` at token `first`; hyphens may join its words."""
    at = first
    for part in phrase:
        if at > first and hyphen_at(words, at) and part not in HYPHENS:
            at += 1
        if at >= len(words):
            return None
        token = words[at]
        if (token.low if part == part.lower() else token.text) not in (part, part.rstrip(".")):
            return None
        at += 1
    return at


def _after(
    words: Sequence[Token], place: int, phrases: Phrases
) -> tuple[int, tuple[str, ...]] | None:
    if place >= len(words):
        return None
    for phrase, meaning in phrases.get(words[place].low, ()):
        last = _matches(words, place, phrase)
        if last is not None:
            return last, meaning
    return None


def _before(
    words: Sequence[Token], place: int, phrases: Phrases
) -> tuple[int, tuple[str, ...]] | None:
    if place < 1:
        return None
    for phrase, meaning in phrases.get(words[place - 1].low, ()):
        first = place - len(phrase)
        apart = phrase[-1] == "$" and not all(glued(words, at) for at in range(first + 1, place))
        if first >= 0 and not apart and _matches(words, first, phrase) == place:
            return first, meaning
    return None


def expressions(words: Sequence[Token], speech: Speech, rejects: Rejects) -> list[Expression]:
    """Return the quantities of a sentence from left to right, no durations and no identifiers."""
    found: list[Expression] = []
    floor = 0
    numbers = speech.numbers
    likely = [
        at for at, token in enumerate(words) if token.low in numbers or token.text[-1].isnumeric()
    ]
    for place in likely:
        measured = measured_at(words, place, speech) if place >= floor else None
        if measured is None:
            continue
        made = _range(words, measured, speech) or [_single(measured)]
        made = [_compared(words, item, floor, speech) for item in made]
        found += [item for item in made if _is_kept(words, item, rejects)]
        floor = max(made[-1].last, place + 1)
    return found


def _is_kept(words: Sequence[Token], item: Expression, rejects: Rejects) -> bool:
    if item.is_age:
        return True
    if item.unit_kind == "duration":
        return False
    return item.unit is not None or not rejects(item.numeral)


def _single(measured: _Measured, role: str | None = None) -> Expression:
    value = measured.value
    return Expression(
        first=measured.first,
        last=measured.last,
        low=value,
        high=None if measured.numeral.is_open else value,
        comparator=">=" if measured.numeral.is_open else "=",
        unit=measured.unit,
        unit_kind=measured.kind,
        numeral=measured.numeral,
        role=role,
    )


def _range(words: Sequence[Token], one: _Measured, speech: Speech) -> list[Expression] | None:
    """Read 5-10, between 5 and 10, from $5 to $10 million; two rows where something changes."""
    joined = _joined(words, one, speech)
    if joined is None or _is_names(words, one, joined[0], speech):
        return None
    other, joint = joined
    before = words[one.first - 1].low if one.first else ""
    one, other = _share(one, other)
    if one.kind != other.kind and one.kind is not None:
        return None
    changes = joint == "to" and _changes(words, one.first, speech)
    if changes and before == "from":
        return [_single(one, "from"), _single(other, "to")]
    if changes or (joint == "and" and before not in speech.cues["between"]):
        return None
    if not one.value < other.value:
        return [_single(one, "from"), _single(other, "to")] if before == "from" else None
    if joint == "or" and other.value != one.value + 1:
        return None
    both = replace(one.numeral, last=other.numeral.last)
    spread = replace(_single(one), last=other.last, high=other.value, comparator="range")
    return [replace(spread, unit=one.unit, unit_kind=one.kind, numeral=both)]


def _is_names(words: Sequence[Token], one: _Measured, other: _Measured, speech: Speech) -> bool:
    """Does the first number belong to a name: Fire District #3 - $40,320, Section 8 - 40%?"""
    if one.unit is not None or not one.first:
        return False
    hyphen = words[one.last].text in HYPHENS
    if hyphen and other.first < other.numeral.first and not glued(words, one.last):
        return True
    before = words[one.first - 1]
    known = speech.identifiers
    titled = before.text[0].isupper() and before.low in known["Title"]
    return before.text == "#" or (other.unit is not None and (titled or before.low in known["any"]))


def _joined(words: Sequence[Token], one: _Measured, speech: Speech) -> tuple[_Measured, str] | None:
    """Return the number behind a hyphen, to, and, or."""
    at = one.last
    if hyphen_at(words, at) and at + 1 < len(words) and words[at + 1].low in ("to", "by"):
        return None  # 5-to-4
    if at + 1 >= len(words):
        return None
    if words[at].text in HYPHENS and glued(words, at) != glued(words, at + 1):
        return None
    joint = speech.cues["joint"].get(words[at].low, "")
    if not joint:
        return None
    start = at + 1
    for skipped in range(4):  # $519 to $575: the number stands behind its currency
        other = (
            measured_at(words, start + skipped, speech) if start + skipped < len(words) else None
        )
        if other is not None:
            return (other, joint) if other.first == start else None
    return None


def _share(one: _Measured, other: _Measured) -> tuple[_Measured, _Measured]:
    """Give the first number of 5 to 10 million the scale, and both the unit of either."""
    value = one.value
    if other.numeral.is_scaled and not one.numeral.is_scaled:
        factor = 1.0
        for power in (1e3, 1e5, 1e6, 1e7, 1e9, 1e12):
            if other.value >= power and value * power < other.value:
                factor = power
        value *= factor
    if one.unit is None:
        one = replace(one, unit=other.unit, kind=other.kind)
    elif other.unit is None:
        other = replace(other, unit=one.unit, kind=one.kind)
    return replace(one, value=value), other


def _changes(words: Sequence[Token], place: int, speech: Speech) -> bool:
    """Tell whether a verb of rising or falling stands before token `place` in its clause."""
    verbs = speech.cues.get("change", {})
    for at in range(place - 1, max(-1, place - 14), -1):
        if words[at].text in ";.:":
            return False
        if words[at].low in verbs:
            return True
    return False


def _compared(words: Sequence[Token], item: Expression, floor: int, speech: Speech) -> Expression:
    """Take in the comparators on both sides, then ages and hyphened nouns."""
    while (before := _before(words, item.first, speech.compared_before)) and before[0] >= floor:
        is_place = words[before[0]].low in _PREPOSITIONS and _is_small_word(item)
        if is_place and not _is_person(words, before[0] - 1, speech):
            break
        item = _bounded(replace(item, first=before[0]), before[1][0])
    after = _after(words, item.last, speech.compared_after)
    if after and (words[item.last].text != "+" or glued(words, item.last)):
        item = _bounded(replace(item, last=after[0]), after[1][0])
    item = _aged(words, item, speech)
    if item.unit is None and hyphen_at(words, item.last) and is_word(words[item.last + 1]):
        item = replace(item, last=item.last + 2, noun=item.last + 1)
    return item


def _is_small_word(item: Expression) -> bool:
    """Under two administrations, over five continents: where, not how many."""
    return item.numeral.is_spelled and item.unit is None and item.numeral.value <= _SMALL


def _bounded(item: Expression, comparator: str) -> Expression:
    if item.comparator == "range" or item.numeral.is_open:
        return item
    if comparator == "about" and item.comparator != "=":
        return item
    value = item.low if item.low is not None else item.high
    low = value if comparator in (">", ">=", "about") else None
    high = value if comparator in ("<", "<=", "about") else None
    return replace(item, low=low, high=high, comparator=comparator)


def _is_person(words: Sequence[Token], at: int, speech: Speech) -> bool:
    """Tell whether a noun for people, in the plural, stands at token `at`."""
    if at < 0:
        return False
    low = words[at].low
    known = low in ("those", "anyone", "everyone") or singular(low, speech) in classes()
    return known and singular(low, speech) != low


def _aged(words: Sequence[Token], item: Expression, speech: Speech) -> Expression:
    """30-year-old, 30 years old, aged 30, age of 65, children under 18, Cafferkey, 39,."""
    last = item.last
    if item.unit_kind == "duration":
        old = last + 1 if hyphen_at(words, last) else last
        if old < len(words) and words[old].low in _OLD:
            return replace(item, last=old + 1, unit_kind="measure", is_age=True)
    back = item.first - 1
    if back > 0 and words[back].low in ("of", "from", "between"):
        back -= 1
    told = {token.low for token in words[max(0, back) : item.numeral.first]} & _AGED
    if told and item.unit_kind in (None, "duration"):
        return replace(item, unit=item.unit or "a", unit_kind="measure", is_age=True)
    if item.unit is None and _is_bare_age(words, item, speech):
        return replace(item, unit="a", unit_kind="measure", is_age=True)
    return item


def _is_bare_age(words: Sequence[Token], item: Expression, speech: Speech) -> bool:
    if item.numeral.is_open or not 0 < item.numeral.value < _OLDEST or item.first < 1:
        return False
    after = words[item.last].low if item.last < len(words) else ""
    ends = not after or not after[0].isalnum() or after in speech.stops
    if item.comparator in "<>" and words[item.first].low in _PREPOSITIONS:
        return ends and _is_person(words, item.first - 1, speech)
    apposed = words[item.first - 1].text == after == "," and item.comparator == "="
    digits = words[item.first].text.isdecimal()
    return apposed and digits and item.first > 1 and is_word(words[item.first - 2])
