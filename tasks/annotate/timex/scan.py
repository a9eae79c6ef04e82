"""Finds expressions of time in a text: the longest match of the patterns of a language wins.

One pass over the text meets the possible first words of patterns and every number; only there are
patterns tried. Months and years that stand alone must be in company that makes them dates: "March"
may be a verb or a name, and 2000 a number of people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from tasks.annotate.timex.lexicon import BLANK, LANGUAGES, Lexicon, any_of, lexicon
from tasks.annotate.timex.patterns import LONG, OTHER, SHORT, Pattern, compile_pattern
from tasks.annotate.timex.reading import Reading, read

_LEFT = 40  # characters before an expression that may decide about it
_RIGHT = 30
_YEARS = range(1900, 2051)  # what a number of four figures is by itself, not being anything else
_PRICES = frozenset("$€£¥#№/=_@&.:-–,")


@dataclass(frozen=True, slots=True)
class Match:
    """An expression as it stands in the text."""

    start: int
    end: int
    reading: Reading


@dataclass(frozen=True)
class Scanner:
    """The compiled patterns of one language."""

    words: Lexicon
    start: re.Pattern[str]
    weak: re.Pattern[str] | None
    lead: re.Pattern[str] | None  # about, more than: ends right before a duration
    patterns: dict[str, tuple[Pattern, ...]]  # by first word
    single: frozenset[str]  # first words of patterns that may be one word
    known: frozenset[str]  # every word of the patterns


@cache
def scanner(language: str) -> Scanner:
    """Return the scanner of `language`. Raises KeyError for one without a table."""
    if language not in LANGUAGES:
        raise KeyError(language)
    words = lexicon(language)
    patterns = [compile_pattern(row, words) for row in words.rows["pattern"]]
    firsts: dict[str, list[Pattern]] = {}
    for pattern in patterns:
        for first in pattern.first:
            firsts.setdefault(first, []).append(pattern)
    weak = words.settings.get("weak")
    return Scanner(
        words,
        _start(firsts, words),
        re.compile(rf"(?<![^\W_])(?:{weak})[^\S\n]{{1,2}}\Z", re.I) if weak else None,
        _lead(words),
        {first: tuple(each) for first, each in firsts.items()},
        frozenset(first for each in patterns if each.is_single for first in each.first),
        frozenset(word for each in patterns for word in each.words),
    )


def _start(firsts: Iterable[str], words: Lexicon) -> re.Pattern[str]:
    """Return what meets the first word of every pattern, and every number."""
    forms = any_of(first for first in firsts if not first.isdecimal())
    if not words.is_spaced:
        return re.compile(rf"(?P<word>{forms})|(?<!\d)\d+")
    prefix = words.settings.get("prefix", "")
    return re.compile(rf"(?<![^\W_]){prefix}(?:(?P<word>{forms})(?![^\W\d_])|\d+)")


def _lead(words: Lexicon) -> re.Pattern[str] | None:
    """Return what ends right before an amount and belongs to it: about, more than."""
    forms = words.classes.get("approx")
    if forms is None:
        return None
    edge, gap = (r"(?<![^\W_])", BLANK) if words.is_spaced else ("", "")
    return re.compile(rf"{edge}(?P<approx>{any_of(forms)}){gap}\Z")


def find(text: str, language: str) -> Iterator[Match]:
    """Yield the expressions of `text`, in order, none overlapping another."""
    tools = scanner(language)
    last = 0
    for hit in tools.start.finditer(text):
        if hit.start() < last:
            continue
        found = _at(text, hit, last, tools)
        if found is None:
            continue
        last = found.end
        if found.reading.meaning != "none":
            yield found


_LENGTHS = {1: SHORT, 2: SHORT, 4: LONG}


def _figures(hit: re.Match[str]) -> int:
    """Return how many figures the scan met."""
    return len(hit[0]) - len(hit[0].rstrip("0123456789٠١٢٣٤٥٦٧٨٩")) if not hit["word"] else 0


def _at(text: str, hit: re.Match[str], last: int, tools: Scanner) -> Match | None:
    """Return the longest expression that begins at `hit`, or at an article before it."""
    if not _goes_on(text, hit, tools):
        return None
    word = hit["word"]
    at = hit.start("word") if word else hit.end() - _figures(hit)
    tried = tools.patterns.get(word or _LENGTHS.get(_figures(hit), OTHER), ())
    starts = [at]
    if tools.weak and (before := tools.weak.search(text, max(last, at - 8), at)):
        starts.insert(0, before.start())
    best = _longest(text, starts, tried, tools)
    reading = read(best[0], best[1], tools.words) if best else None
    if best is None or reading is None:
        return None
    return _led(text, Match(best[0].start(), best[0].end(), reading), last, tools)


def _longest(
    text: str, starts: Iterable[int], tried: Iterable[Pattern], tools: Scanner
) -> tuple[re.Match[str], Pattern] | None:
    """Return the longest match; of equal ones the first, but before it what is no date."""
    best, most = None, 0.0
    for start in starts:
        for pattern in tried:
            match = pattern.match(text, start)
            if match is None:
                continue
            length = match.end() - match.start() + (pattern.meaning == "none") / 2
            if length > most and _is_fit(text, match, pattern, tools):
                best, most = (match, pattern), length
    return best


_NEXT = re.compile(r"[\W_]{0,4}([^\W\d_]+|\d)")
_LED = frozenset(("duration", "ago", "ago_text", "period", "clock"))


def _goes_on(text: str, hit: re.Match[str], tools: Scanner) -> bool:
    """Tell whether the next word is one that any pattern knows: cheaper than to try them."""
    first = hit["word"] or _LENGTHS.get(_figures(hit), OTHER)
    if first in tools.single or not tools.words.is_spaced:
        return True
    found = _NEXT.match(text, hit.end())
    return found is not None and (found[1] in tools.known or found[1].isdecimal())


def _led(text: str, match: Match, last: int, tools: Scanner) -> Match:
    """Take "about" and "more than" into an amount of time."""
    if tools.lead is None or match.reading.meaning not in _LED:
        return match
    found = tools.lead.search(text, max(last, match.start - _LEFT), match.start)
    if found is None:
        return match
    mod = tools.words.value("approx", found["approx"])
    return Match(found.start(), match.end, replace(match.reading, mod=mod))


def _is_fit(text: str, match: re.Match[str], pattern: Pattern, tools: Scanner) -> bool:
    """Tell whether what stands around a match lets it be what it looks like."""
    start = match.start()
    if pattern.left is not None:
        before = text[max(0, start - _LEFT) : start]
        if (pattern.left.search(before) is not None) != pattern.is_left:
            return False
    if pattern.meaning == "month":
        return _is_month(text, match, tools.words)
    if pattern.meaning == "year":
        return _is_year(text, match, tools.words)
    return not (text[start].isdecimal() and _is_tail(text, start))


def _is_tail(text: str, start: int) -> bool:
    """Tell whether a number is the rest of a longer one, or a price: 2,500, 1.5, $30."""
    before = text[start - 1 : start]
    return (
        before in _PRICES
        and bool(before)
        and (before not in ".,:-–" or text[start - 2 : start - 1].isdecimal())
    )


_WORD_BEFORE = re.compile(r"([^\W_][^\W\d_.’']*)([.,(\[—–-]?)\s{0,2}\(?\Z")
_WORD_AFTER = re.compile(r"([^\S\n]{1,2}|[-‑])([^\W\d_]+)(?:\s([^\W\d_]+))?")


def _is_month(text: str, match: re.Match[str], words: Lexicon) -> bool:
    """Tell a month alone from a name, a verb, and a month in front of a noun."""
    cues = words.cues
    if "month_led" not in cues:
        return True
    before = _WORD_BEFORE.search(text, max(0, match.start() - _LEFT), match.start())
    left = before[1] if before and not before[2] else ""
    is_led = left.lower() in cues["month_led"]
    is_doubtful = match[0].capitalize() in cues.get("month_doubtful", ())
    if is_doubtful and not is_led and left.lower() not in cues["month"]:
        return False
    after = _WORD_AFTER.match(text, match.end())
    if after is None:
        return is_led or left.lower() in cues["month"] or not left[:1].isupper()
    if after[1] in "-‑":
        return False
    follows = after[2]
    if follows.lower() in cues["function"]:
        return True
    return is_led and not (is_doubtful and follows[0].isupper())


def _is_year(text: str, match: re.Match[str], words: Lexicon) -> bool:
    """Tell a year from a number of people, a price, a bill or a house number."""
    start, end = match.span("year")
    if text[start - 1 : start] in _PRICES and start and not _is_dash(text, start):
        return False
    if re.match(r"[.,:/-]?\d|\s?%|[^\W_]|[°$€£]", text[end : end + 3]):
        return False
    before = _WORD_BEFORE.search(text, max(0, start - _LEFT), start)
    written = before[1] if before else ""
    left = written.lower()
    after = _WORD_AFTER.match(text, end)
    follows = after[2] if after else ""
    if not {written, left}.isdisjoint(_cue(words, "no_year")):
        return False
    if after and after[3] in _cue(words, "street"):
        return False
    if match.groupdict().get("mod"):
        return True
    is_counted = follows in _cue(words, "counted")
    if left in _cue(words, "year"):
        return not (is_counted and left in ("the", "to"))
    if int(match["year"]) not in _YEARS:
        return False
    return not is_counted and follows not in _cue(words, "street")


def _cue(words: Lexicon, name: str) -> frozenset[str]:
    return words.cues.get(name, frozenset())


def _is_dash(text: str, start: int) -> bool:
    """Tell a dash between words from one between figures."""
    return text[start - 1] in "–-" and not text[start - 2 : start - 1].isalnum()
