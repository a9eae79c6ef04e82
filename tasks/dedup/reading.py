"""The body of an item as a row of words, figures, dates and names, to be laid beside another.

* A figure is a run of digits in any script with the marks that stand inside numbers ("1,234.5",
  "1 234,5", "3-2"); grouping is dropped and a decimal comma is a point, so both are 1234.5.
* A date is the name of a month or a weekday (en, de, fr, es), the figures beside it, a figure in
  the form of a date, a year from 1900 to 2099, and a figure before a sign for year, month or day.
* A name is up to five words in a row with a capital, the first not at the start of a sentence; only
  in texts where few words have one (so German nouns count, all in capitals does not).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from tasks.dedup.tokens import Tokens, tokenize
from warehouse.items import Item


class Kind(IntEnum):
    """What an element is; all but words may be exchanged without the sentence changing."""

    WORD = 0
    FIGURE = 1
    DAY = 2  # a figure in a date
    MONTH = 3  # or the name of a weekday
    NAME = 4


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Elements of one body in order; an element is one token, or those of a figure or a name.

    `keys` are equal for equal elements; `starts` and `ends` are code points in the text, `firsts`
    the numbers of the first tokens; `known` are the distinct tokens of all, sorted.
    """

    item: Item
    tokens: Tokens
    keys: NDArray[np.uint64]
    kinds: NDArray[np.uint8]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    firsts: NDArray[np.int64]
    known: NDArray[np.uint64]

    def cut(self, low: int, high: int) -> str:
        """Return the text of the elements from `low` to `high`."""
        return self.item.text[self.starts[low] : self.ends[high - 1]] if high > low else ""


LONGEST_NAME = 5  # words; longer runs of capitals are headlines inside the text
MOST_CAPITALS = 0.5  # of the words: more is a text in capitals, or a list

_ENGLISH = "January February March April May June July August September October November December"
_ENGLISH += " Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_GERMAN = "Januar Jänner Februar März April Mai Juni Juli August September Oktober November"
_GERMAN += " Dezember Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonnabend Sonntag"
_FRENCH = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
_FRENCH += " lundi mardi mercredi jeudi vendredi samedi dimanche"
_SPANISH = "enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre"
_SPANISH += " noviembre diciembre lunes martes miércoles jueves viernes sábado domingo"
_CAPITAL = set(f"{_ENGLISH} {_GERMAN}".split())  # "may" and "march" are words
_SMALL = set(f"{_FRENCH} {_SPANISH}".split())
_NAMES = _CAPITAL | _SMALL | {each.upper() for each in _CAPITAL | _SMALL}
_NAMES |= {each.capitalize() for each in _SMALL}
_BEFORE_DAY = "Jan Feb Mar Apr Aug Sep Sept Oct Nov Dec"  # only there: "Jan. 5"
_SHORT = {*_BEFORE_DAY.split(), *_BEFORE_DAY.upper().split()}

_FIGURE = re.compile(
    r"\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?!\d)(?:[.,]\d+)?"  # 1 234 567,8
    r"|\d+(?:[.,'’٫٬:/–x×-]\d+)*"
)
_DAY_AFTER = re.compile(r"\.? \d")
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d\d)")
_YEAR = re.compile(r"(?:19|20)\d\d(?:[–/-](?:\d{4}|\d\d))?")
_SIGN = frozenset("年月日号號년월일")
_BESIDE = re.compile(r"\W{0,3}(?:(?:de|del|of|st|nd|rd|th|er)\W{1,2})?")
_URL = re.compile(r"(?:https?://|www\.)[!-~]+")
_MOST_MAILBOX = 64  # octets before the @ (RFC 5321, 4.5.3.1.1)
_UNIT = re.compile(r"[^\W\d_]{0,3}")  # what may follow a figure without a blank: 6th, 5km, 3bn
_GROUPING = re.compile(r"[.,'’٬ \u00a0\u2009\u202f](?=\d{3}(?!\d))")
_STOP = re.compile(r"[.!?:;\n“”\"«»„•*。！？—]")


def read(item: Item, tokens: Tokens) -> Reading:
    """Return the elements of the body that `tokens` are the tokens of."""
    count = len(tokens.hashes)
    kinds, keys = np.zeros(count, np.uint8), tokens.hashes.copy()
    head = np.ones(count, bool)  # the token begins an element
    hidden = _in_addresses(item.text, tokens)
    for low, high, kind, key in _marked(item.text, tokens):
        if not hidden[low]:
            kinds[low:high], keys[low] = kind, key
            head[low + 1 : high] = False
    _mark_names(item.text, tokens, hidden, kinds, keys, head)
    first = np.flatnonzero(head)
    last = np.append(first[1:], count)[: len(first)] - 1
    return Reading(
        item=item,
        tokens=tokens,
        keys=keys[first],
        kinds=kinds[first],
        starts=tokens.starts[first],
        ends=tokens.ends[last],
        firsts=first,
        known=np.unique(tokens.hashes),
    )


def _in_addresses(text: str, tokens: Tokens) -> NDArray[np.bool_]:
    """Return of each token whether it is part of an address: figures and capitals say little."""
    hidden = np.zeros(len(tokens.starts), bool)
    spans = [found.span() for found in _URL.finditer(text)]
    for found in re.finditer("@", text):
        at = found.start()
        begin = text.rfind(" ", max(0, at - _MOST_MAILBOX), at) + 1
        end = text.find(" ", at, at + _MOST_MAILBOX)
        spans.append((begin or max(0, at - _MOST_MAILBOX), end if end > 0 else at + _MOST_MAILBOX))
    for start, end in spans:
        low, high = np.searchsorted(tokens.starts, (start, end))
        hidden[low:high] = True
    return hidden


def _marked(text: str, tokens: Tokens) -> Iterator[tuple[int, int, Kind, int]]:
    """Yield figures and dates as first token, last token + 1, kind, key."""
    starts, ends = tokens.starts.tolist(), tokens.ends.tolist()
    numbers = _months(text, tokens)
    months = [(starts[number], ends[number]) for number in numbers]
    for number in numbers:
        yield number, number + 1, Kind.MONTH, int(tokens.hashes[number])
    for found in _FIGURE.finditer(text):
        low, high = bisect_left(starts, found.start()), bisect_left(starts, found.end())
        if low == high or starts[low] != found.start():
            continue
        if _UNIT.fullmatch(text, found.end(), max(found.end(), ends[high - 1])):
            kind = Kind.DAY if _is_date(text, found, months) else Kind.FIGURE
            yield low, high, kind, _hash(_value(found[0]))


def _months(text: str, tokens: Tokens) -> list[int]:
    """Return the numbers of the tokens that name a month or a weekday."""
    calendar = _calendar()
    places = np.searchsorted(calendar, tokens.hashes)
    found = []
    for number in np.flatnonzero(calendar.take(places, mode="clip") == tokens.hashes).tolist():
        end = tokens.ends[number]
        word = text[tokens.starts[number] : end]
        if word in _NAMES or (word in _SHORT and _DAY_AFTER.match(text, end)):
            found.append(number)
    return found


@cache
def _calendar() -> NDArray[np.uint64]:
    """Return the hashes of all names of months and weekdays, sorted."""
    return np.unique(tokenize([" ".join(sorted(_NAMES | _SHORT))])[0].hashes)


def _is_date(text: str, found: re.Match[str], months: list[tuple[int, int]]) -> bool:
    """Whether a figure is part of a date."""
    if text[found.end() : found.end() + 1] in _SIGN or _YEAR.fullmatch(found[0]):
        return True
    after = bisect_left(months, found.span())
    if after < len(months) and _BESIDE.fullmatch(text, found.end(), months[after][0]):
        return True
    if after and _BESIDE.fullmatch(text, months[after - 1][1], found.start()):
        return True
    return _DATE.fullmatch(found[0]) is not None


def _value(figure: str) -> str:
    """Return a figure in one writing."""
    if not figure.isascii():
        figure = "".join(str(unicodedata.digit(each, each)) for each in figure)
    return re.sub("[,٫]", ".", _GROUPING.sub("", figure)).lstrip("0")


def _hash(value: str) -> int:
    """Return 64 bits of a hash that is the same on every machine."""
    return int.from_bytes(blake2b(value.encode(), digest_size=8).digest(), "little")


def _mark_names(
    text: str,
    tokens: Tokens,
    hidden: NDArray[np.bool_],
    kinds: NDArray[np.uint8],
    keys: NDArray[np.uint64],
    head: NDArray[np.bool_],
) -> None:
    """Mark runs of capitals that do not begin a sentence, and join each into one element."""
    starts, ends = tokens.starts.tolist(), tokens.ends.tolist()
    capital = np.array([text[start].isupper() for start in starts], bool)
    capital &= (kinds == Kind.WORD) & ~hidden
    if capital.sum() > MOST_CAPITALS * len(capital):
        return
    numbers = np.flatnonzero(capital)
    run: list[int] = []
    for number in numbers.tolist():
        gap = text[ends[number - 1] : starts[number]] if number else "\n"
        if run and number == run[-1] + 1 and len(gap) <= 2 and gap.strip(" .'’-") == "":
            run.append(number)
            continue
        _name(run, tokens, kinds, keys, head)
        run = [] if _begins_sentence(text, gap, starts, ends, number) else [number]
    _name(run, tokens, kinds, keys, head)


def _begins_sentence(text: str, gap: str, starts: list[int], ends: list[int], number: int) -> bool:
    """Whether a token follows a full stop, or the like; one after "Sen." or "J." does not."""
    if number == 0 or "\n" in gap:
        return True
    before = text[starts[number - 1] : ends[number - 1]]
    if gap == ". " and len(before) <= 3 and before[0].isupper():
        return False
    return _STOP.search(gap) is not None


def _name(
    run: list[int],
    tokens: Tokens,
    kinds: NDArray[np.uint8],
    keys: NDArray[np.uint64],
    head: NDArray[np.bool_],
) -> None:
    """Join the tokens of a run to one name."""
    if not 0 < len(run) <= LONGEST_NAME:
        return
    low, high = run[0], run[-1] + 1
    kinds[low:high] = Kind.NAME
    head[low + 1 : high] = False
    key = 0
    for each in tokens.hashes[low:high].tolist():
        key = (key * 0x9E3779B97F4A7C15 + each) & (2**64 - 1)
    keys[low] = key
