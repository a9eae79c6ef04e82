"""Numbers that name, order or address something and are no quantities.

Written from what news texts hold: telephone and bill numbers, addresses, times, ranks, models.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from tasks.annotate.measures.numerals import Numeral
from tasks.annotate.measures.tables import Speech, table
from tasks.annotate.measures.tokens import HYPHENS, Token, glued, is_number, is_word

# Every quantifier is bounded, so that a search stays linear. Each pattern begins with the signs
# that it needs, which a search finds fast; what must not stand before them is looked at behind.
_DIGITS = re.compile(
    r"\d(?<!\w\d)(?:"
    r"\d\d\)?[-./ ]{1,3}\d{3}[-. ]\d{4}\b"
    r"|(?<=1)-\d{3}-[\w-]{4,12}"
    r"|\d\d-\d{4}\b"
    r"|\d?[:.]\d{2}(?::\d{2})?\s?(?:[ap]\.?m\b|GMT|UTC|h\b)"
    r"|\d?:\d{1,2}(?::\d{2})?\b"
    r"|\d{0,4}\s(?:[NSEW]\.?\s)?(?:[A-Z][\w.]{1,20}\s){1,3}"
    r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Drive|Lane|Way|Pike|Highway|Plaza|Square)\b)"
)
_LETTERS = re.compile(
    r"[SHP](?<!\w[SHP])(?:"
    r"(?:(?<=S)|(?<=H)R?|(?<=H)\.\s?R|(?<=P)\.\s?L)\.?\s?(?:(?:Con\.?|J\.?)?\s?Res\.?)?\s?"
    r"\d{1,4}(?:-\d{1,4})?\b(?![,%]\d)"
    r"|(?<=P)\.?\s?O\.?\s?Box\s\d{1,8})"
)
_POSTCODE = re.compile(r"[A-Z](?<!\w[A-Z])[A-Z],?\s\d{5}(?:-\d{4})?(?![\d,])\b")
_LINK = re.compile(r"(?:https?://|www\.)\S{1,300}")
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,64}")
_BEFORE = re.compile(r"([^\W\d_][\w.'’&-]{0,20})\.?[\s#(]{0,2}\Z")
_LONGEST_SHORT_FORM = 4  # Sept., Sec.; a longer word with a dot ends a sentence
_MOST_NAME = 12  # tokens of a name before its number
_YEARS = range(1000, 2100)
_LIKELY_YEARS = range(1900, 2100)


@cache
def _name_phrases() -> frozenset[str]:
    return frozenset(phrase for (phrase,) in table("identifier_phrases"))


def identifier_spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the spans of text[start:end] whose digits are identifiers or times of day."""
    patterns = [_DIGITS, _LETTERS, _POSTCODE]
    if text.find("://", start, end) >= 0 or text.find("www.", start, end) >= 0:
        patterns.append(_LINK)
    if text.find("@", start, end) >= 0:
        patterns.append(_ADDRESS)
    return sorted(match.span() for one in patterns for match in one.finditer(text, start, end))


def is_identifier(
    text: str,
    words: Sequence[Token],
    numeral: Numeral,
    speech: Speech,
    *,
    noun_follows: bool,
    is_headline: bool,
) -> bool:
    """Tell whether a number without a unit is a name, a rank, a time or a year.

    `noun_follows`: something countable stands right after it. `is_headline`: see is_title_case.
    """
    if numeral.is_spelled:
        named = is_named_before(text, words[numeral.first].start, speech, least=4)
        return (
            named
            or _spelled_name(words, numeral, is_headline)
            or _is_year_or_two(words, numeral, speech)
        )
    if _is_glued(words, numeral) or _is_enumerator(text, words, numeral):
        return True
    if _is_ordinal(words, numeral, speech):
        return True
    if len(words) == 1 and words[0].text.isdecimal():
        return True  # alone on its line: of a page, of a list, -30-
    if is_named_before(text, words[numeral.first].start, speech):
        return True
    if _named_after(words, numeral.last, speech):
        return True
    if _is_year(words, numeral, speech, noun_follows):
        return True
    return _title_before(words, numeral, noun_follows, is_headline)


def _is_glued(words: Sequence[Token], numeral: Numeral) -> bool:
    """F-16, COVID-19, 9/11, 24/7, 21st, 1990s, 3D."""
    first, last = numeral.first, numeral.last
    if glued(words, first):
        before = words[first - 1].text
        if is_word(words[first - 1]) or before in ("/", "_", "#", "&", "@", "=", "^"):
            return True
        if before in HYPHENS and glued(words, first - 1):
            return True
        if before in HYPHENS and glued(words, last) and words[last].text in HYPHENS:
            return True  # -30-
    if last < len(words) and glued(words, last):
        after = words[last]
        if is_word(after) or after.text in ("/", "_", "@", "=", "^"):
            return True
        if after.text in HYPHENS and glued(words, last + 1):
            return len(words[last + 1].text) == 1 or is_number(words[last + 1])
    return False


def is_inside_name(words: Sequence[Token], numeral: Numeral, speech: Speech) -> bool:
    """Tell whether a number with a unit is a part of a name: A400M, Three Mile Island."""
    first = numeral.first
    if numeral.is_spelled:
        return _spelled_name(words, numeral, is_headline=is_title_case(words))
    if not glued(words, first) or words[first - 1].low in speech.units_before:
        return False
    hyphened = words[first - 1].text in HYPHENS and glued(words, first - 1)
    return is_word(words[first - 1]) or (hyphened and not is_number(words[first - 2]))


def _is_enumerator(text: str, words: Sequence[Token], numeral: Numeral) -> bool:
    """1. or 1) at the start of a line; (2) anywhere."""
    token = words[numeral.first]
    if numeral.value >= 100 or numeral.last - numeral.first > 1 or numeral.last >= len(words):
        return False
    after = words[numeral.last]
    before = text[max(0, token.start - 1) : token.start]
    if after.text == ")" and (before in ("(", "") or before.isspace()):
        return True
    starts = not text[max(0, token.start - 3) : token.start].strip(" ")[-1:].strip("\n*•-")
    return after.text == "." and starts and numeral.first == 0


def _is_ordinal(words: Sequence[Token], numeral: Numeral, speech: Speech) -> bool:
    """The German 13. Jahr: a full stop inside the sentence."""
    last = numeral.last
    ordinal = speech.language == "de" and numeral.value < 100 and last + 1 < len(words)
    return ordinal and words[last].text == "." and glued(words, last)


def _is_year_or_two(words: Sequence[Token], numeral: Numeral, speech: Speech) -> bool:
    """The two of "a year or two" is half of a duration."""
    first = numeral.first
    if first < 2 or words[first - 1].low != "or":
        return False
    units = speech.units_after.get(words[first - 2].low, ())
    return any(meaning[1] == "duration" for _, meaning in units)


def is_named_before(text: str, start: int, speech: Speech, least: int = 1) -> bool:
    """Does a word before code point `start` make the number there a name: Section 8, #3, May 12?

    `least` is how many letters the word has at least.
    """
    match = _BEFORE.search(text, max(0, start - 24), start)
    if match is None:
        return text[max(0, start - 1) : start] in ("#", "§")
    word = match[1]
    low = word.lower().rstrip(".")
    ends_sentence = "." in match[0][len(low) :] and len(low) > _LONGEST_SHORT_FORM
    if len(low) < least or ends_sentence:
        return False
    if low in speech.identifiers["any"] or word.rstrip(".") in speech.months:
        return True
    if word[0].isupper() and low in speech.identifiers["Title"]:
        return True
    ending = text[max(0, start - 16) : start].rstrip()
    return any(
        ending == phrase or ending.endswith((" " + phrase, "\n" + phrase))
        for phrase in _name_phrases()
    )


def _named_after(words: Sequence[Token], last: int, speech: Speech) -> bool:
    if last >= len(words):
        return False
    after = words[last]
    if after.text[0].isupper() and after.low in speech.identifiers["Title after"]:
        return True
    return after.low in speech.identifiers["after"] or after.text in speech.months


def _is_year(words: Sequence[Token], numeral: Numeral, speech: Speech, noun_follows: bool) -> bool:
    token = words[numeral.first]
    if numeral.last > numeral.first + 1 or len(token.text) != 4 or not token.text.isdecimal():
        return False
    before = words[numeral.first - 1].low if numeral.first else ""
    after = words[numeral.last].text if numeral.last < len(words) else ""
    if before in speech.cues["year"] or before + after in ("()", "[]"):
        return int(token.text) in _YEARS
    return int(token.text) in _LIKELY_YEARS and not noun_follows


def _title_before(
    words: Sequence[Token], numeral: Numeral, noun_follows: bool, is_headline: bool
) -> bool:
    """Boeing 737, Apollo 11: a short number behind a name, with nothing to count behind it."""
    first = numeral.first
    if noun_follows or "," in words[first].text or numeral.is_scaled or is_headline:
        return False
    if not first or words[first - 1].end + 1 != words[first].start:
        return False
    at = first - 1
    least = max(0, first - _MOST_NAME)
    while at >= least and (words[at].text[0].isupper() or words[at].text in HYPHENS):
        at -= 1
    return least <= at < first - 1 and words[at].text.islower()


def is_title_case(words: Sequence[Token]) -> bool:
    """Tell whether most longer words have capitals and no full stop ends them, as in headlines."""
    if words[-1].text in ".!?" or words[-1].text[-1] == ".":
        return False
    longer = [token.text for token in words if len(token.text) > 3 and is_word(token)]
    return 2 * sum(text[0].isupper() for text in longer) > len(longer)


def _spelled_name(words: Sequence[Token], numeral: Numeral, is_headline: bool) -> bool:
    """Three Mile Island, Two Rivers: capitals inside a sentence; twenty-first; five-fold names."""
    last = numeral.last
    if last + 1 < len(words) and words[last].text in HYPHENS and glued(words, last):
        low = words[last + 1].low
        if glued(words, last + 1) and (low.endswith("th") or low in ("first", "second", "third")):
            return True
    word = words[numeral.first].text
    if not word[0].isupper() or not word[1:].islower():
        return False
    if not any(is_word(token) for token in words[max(0, numeral.first - 3) : numeral.first]):
        return False  # the sentence begins so
    if is_headline:
        return False
    if last < len(words) and words[last].text[0].isupper():
        return True
    return words[numeral.first - 1].text.islower() and last >= len(words)
