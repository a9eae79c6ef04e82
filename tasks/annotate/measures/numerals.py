"""Numbers in digits and in words: 2,500; 1.3bn; half a million; three hundred and five; dozens.

An open number (dozens, several hundred, tens of thousands) is told by its least value: twice what
its word says, for a plural of which we know no more than that (hundreds: 200 and more).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tasks.annotate.measures.tables import Speech
from tasks.annotate.measures.tokens import Token, glued, hyphen_at, is_number

# Longer strings of digits are identifiers; floats hold 15 digits.
_MOST_CHARS = 19
_PLURAL = 2.0
_SIGNS = {"¼": 0.25, "½": 0.5, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3}
_DENOMINATORS = frozenset({2, 3, 4, 5, 8, 10})
_NO_NUMBER = ("", 0.0)
# What makes a number of the article before it: a hundred, half a million, a third of.
_MULTIPLIED = frozenset({"half", "hundred", "scale", "dozen", "part"})
_FORMATS = {
    mark: re.compile(rf"(?:\d{{1,3}}(?:{group}\d{{2,3}})*{group}\d{{3}}|\d+)(?:{point}\d+)?|\.\d+")
    for mark, group, point in ((".", ",", r"\."), (",", r"\.", ","))
}


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number that stands in tokens first to last (half-open)."""

    first: int
    last: int
    value: float
    is_open: bool = False  # the value is only the least one
    is_spelled: bool = False
    is_fraction: bool = False
    is_scaled: bool = False  # has a scale word or suffix of its own


def parse_digits(written: str, decimal: str) -> float | None:
    """Return the value of digits with marks; None where they are no number of that language."""
    if len(written) > _MOST_CHARS or (written[0] == "0" and written.isdecimal() and written != "0"):
        return None
    for mark in (decimal, "," if decimal == "." else "."):
        if _FORMATS[mark].fullmatch(written):
            group = "," if mark == "." else "."
            if mark != decimal and written.count(mark) == 1 and group not in written:
                return None if decimal == "." else float(written)
            return float(written.replace(group, "").replace(mark, "."))
    return None


def numeral_at(words: Sequence[Token], place: int, speech: Speech) -> Numeral | None:
    """Return the longest number that begins at token `place`; None where none does."""
    if is_number(words[place]):
        return _in_digits(words, place, speech)
    role = speech.numbers.get(words[place].low, _NO_NUMBER)[0]
    if role == "article" and _role(words, place + 1, speech)[0] not in _MULTIPLIED:
        return None  # most articles; the rest of this is slow
    if role in ("vague", "few"):
        return _open(words, place, speech)
    if role == "half":
        return _half(words, place, speech)
    if role in ("unit", "teen", "ten", "hundred", "scale", "article"):
        return _fraction(words, place, speech) or _in_words(words, place, speech)
    return None


def _role(words: Sequence[Token], place: int, speech: Speech) -> tuple[str, float]:
    if place < len(words):
        return speech.numbers.get(words[place].low, _NO_NUMBER)
    return _NO_NUMBER


def _in_digits(words: Sequence[Token], place: int, speech: Speech) -> Numeral | None:
    token = words[place]
    value = _SIGNS.get(token.text)
    if value is not None:
        return Numeral(place, place + 1, value, is_fraction=True)
    last, written = _with_groups(words, place, speech)
    value = parse_digits(written, speech.decimal)
    if value is None:
        return None
    last, value, is_fraction = _with_fraction(words, last, value)
    scaled, total = _with_rest(words, *_with_scale(words, last, value, speech))
    return Numeral(place, scaled, total, is_fraction=is_fraction, is_scaled=scaled > last)


def _with_groups(words: Sequence[Token], place: int, speech: Speech) -> tuple[int, str]:
    """Join groups of three digits parted by one blank: 10 000, in English only before 000."""
    written, last = words[place].text, place + 1
    if not written.isdecimal() or len(written) > 3 or written[0] == "0":
        return last, written
    while last < len(words) and words[last].start == words[last - 1].end + 1:
        head, mark, _ = words[last].text.partition(speech.decimal)
        if len(head) != 3 or not head.isdecimal() or len(written) > 12:
            break
        if speech.decimal == "." and head != "000":
            break
        written, last = written + words[last].text, last + 1
        if mark:
            break
    return last, written


def _with_fraction(words: Sequence[Token], last: int, value: float) -> tuple[int, float, bool]:
    """Read 1/2, 1 1/2, 1½ and 1 and a half."""
    if last < len(words) and words[last].text in _SIGNS:
        return last + 1, value + _SIGNS[words[last].text], False
    low = [token.low for token in words[last : last + 3]]
    if low == ["and", "a", "half"]:
        return last + 3, value + 0.5, False
    if len(low) > 1 and low[0] == "/" and glued(words, last) and glued(words, last + 1):
        part = _divided(value, low[1])
        return (last + 2, part, True) if part else (last, value, False)
    if len(low) > 2 and low[0].isdecimal() and low[1] == "/" and glued(words, last + 1):
        part = _divided(float(low[0]), low[2]) if len(low[0]) == 1 else None
        return (last + 3, value + part, False) if part else (last, value, False)
    return last, value, False


def _divided(above: float, below: str) -> float | None:
    if not below.isdecimal() or len(below) > 2 or int(below) not in _DENOMINATORS:
        return None
    return above / int(below) if above < int(below) else None


def _with_scale(
    words: Sequence[Token], last: int, value: float, speech: Speech
) -> tuple[int, float]:
    """Multiply by the scale words that follow: 1.5 million, 5-billion, 3 dozen."""
    while True:
        place = last + 1 if hyphen_at(words, last) else last
        role, factor = _role(words, place, speech)
        if role not in ("scale", "dozen", "hundred") or value * factor > 1e18:
            return last, value
        value, last = value * factor, place + 1


def _with_rest(words: Sequence[Token], last: int, value: float) -> tuple[int, float]:
    """Add the digits behind the Spanish mil: 7 mil 500, mil 18."""
    if last >= len(words) or words[last - 1].low != "mil" or value >= 1e6:
        return last, value
    rest = words[last].text
    if len(rest) > 3 or not rest.isdecimal() or rest[0] == "0":
        return last, value
    return last + 1, value + float(rest)


def _open(words: Sequence[Token], place: int, speech: Speech) -> Numeral | None:
    role, value = _role(words, place, speech)
    if role == "few":
        last = place + 2 if _role(words, place + 1, speech)[0] == "" else place + 1
        return _few(words, place, last, speech)
    if words[place].low == "scores" and (place + 1 == len(words) or words[place + 1].low != "of"):
        return None  # test scores
    last = place + 1
    next_role, factor = _role(words, last + 1, speech)
    while next_role == "vague" and words[last].low in ("of", "de") and value * factor < 1e18:
        value, last = value * factor, last + 2
        next_role, factor = _role(words, last + 1, speech)
    return Numeral(place, last, value * _PLURAL, is_open=True, is_spelled=True)


def _few(words: Sequence[Token], place: int, last: int, speech: Speech) -> Numeral | None:
    """Read several hundred, a few thousand, a couple of dozen."""
    if last == place + 2 and words[place + 1].low != "of":
        return None
    role, _ = _role(words, last, speech)
    if role not in ("hundred", "scale", "dozen"):
        return None
    end, value = _with_scale(words, last, _PLURAL, speech)
    return Numeral(place, end, value, is_open=True, is_spelled=True)


def _half(words: Sequence[Token], place: int, speech: Speech) -> Numeral | None:
    """Read half a million, half-million, half a dozen; half of, half the, half."""
    last = place + 1
    if hyphen_at(words, last) or _role(words, last, speech)[0] == "article":
        last += 1
    end, value = _with_scale(words, last, 0.5, speech)
    if end > last:
        return Numeral(place, end, value, is_spelled=True)
    if last > place + 1:
        return None  # half-hour, half a year
    if speech.language != "en":
        return None  # medio ambiente
    return Numeral(place, place + 1, 0.5, is_spelled=True, is_fraction=True)


def _fraction(words: Sequence[Token], place: int, speech: Speech) -> Numeral | None:
    """Read two-thirds, one in words, a quarter of; not a third man."""
    role, above = _role(words, place, speech)
    hyphen = hyphen_at(words, place + 1)
    last = place + 2 if hyphen else place + 1
    part, below = _role(words, last, speech)
    if part == "half" and words[place].low == "one" and hyphen:
        return Numeral(place, last + 1, 0.5, is_spelled=True, is_fraction=True)
    if part == "half" and role == "article":
        return None if _scales(words, last + 1, speech) else _plain_half(words, place, last)
    if part != "part" or role not in ("unit", "article") or not below:
        return None
    of = last + 1 < len(words) and words[last + 1].low in ("of", "de", "des", "der")
    if not (of or hyphen or (above > 1 and below != 4) or words[place].low == "one"):
        return None
    value = above * below if below < 1 else above / below
    return Numeral(place, last + 1, value, is_spelled=True, is_fraction=True)


def _plain_half(words: Sequence[Token], place: int, last: int) -> Numeral | None:
    of = last + 1 < len(words) and words[last + 1].low == "of"
    return Numeral(place, last + 1, 0.5, is_spelled=True, is_fraction=True) if of else None


def _scales(words: Sequence[Token], place: int, speech: Speech) -> bool:
    return _role(words, place, speech)[0] in ("scale", "dozen")


class _Reader:
    """Adds up number words from left to right."""

    def __init__(self, language: str) -> None:
        self.is_french = language == "fr"
        self.total = 0.0
        self.current = 0.0
        self.role = ""
        self.scale = 1e18

    def take(self, role: str, value: float) -> bool:
        """Add one word; False where it cannot follow."""
        if self.is_french and self._joins(role, value):
            return True
        if role == "unit":
            fits = self.role in ("", "ten", "hundred", "scale")
            self.current += value
        elif role in ("teen", "ten"):
            fits = self.role in ("", "hundred", "scale")
            self.current += value
        elif role == "hundred":
            fits = self.role in ("unit", "teen", "article", "scale", "") and self.current < 100
            self.current = (self.current or 1) * value
        elif role in ("scale", "dozen"):
            fits = self.role != "dozen" and value < self.scale
            self.total += (self.current or 1) * value
            self.current, self.scale = 0.0, value
        else:
            return False
        self.role = role
        return fits

    def _joins(self, role: str, value: float) -> bool:
        """Add up quatre-vingts, soixante-dix, quatre-vingt-dix-sept."""
        tens = self.current % 100
        if (self.role, tens, value) == ("unit", 4, 20):
            self.current += 76
        else:
            fits = (role, self.role) == ("teen", "ten") and tens in (60, 80)
            both = (role, self.role) == ("unit", "teen") and tens in (10, 70, 90)
            if not fits and not (both and value > 6):
                return False
            self.current += value
        self.role = role
        return True


def _in_words(words: Sequence[Token], place: int, speech: Speech) -> Numeral | None:
    reader, last, value = _Reader(speech.language), place, 0.0
    at = place
    while at < len(words):
        role, number = _role(words, at, speech)
        if role == "article":
            if at > place or not _multiplied(words, at + 1, speech):
                break
            reader.current, reader.role = 1.0, "article"
        elif role == "half" and reader.role == "article":
            reader.current = number
        elif not reader.take(role, number):
            break
        else:
            last, value = at + 1, reader.total + reader.current
        at = _step(words, at + 1, reader.role, speech)
    if last == place or _is_bare_scale(words, place, last, speech):
        return None
    end, more, _ = _with_fraction(words, last, 0.0)
    if end > last:  # two and a half million; a million and a half
        value += more * (_role(words, last - 1, speech)[1] if reader.scale < 1e18 else 1.0)
        last, value = _with_scale(words, end, value, speech)
    last, value = _with_rest(words, last, value)
    return Numeral(place, last, value, is_spelled=True, is_scaled=reader.scale < 1e18)


def _multiplied(words: Sequence[Token], place: int, speech: Speech) -> bool:
    role = _role(words, place, speech)[0]
    if role == "half":
        return _scales(words, place + 1, speech)
    return role in ("hundred", "scale", "dozen")


def _step(words: Sequence[Token], at: int, role: str, speech: Speech) -> int:
    """Skip a hyphen, or an and after hundred or a scale, before the next number word."""
    if hyphen_at(words, at):
        return at + 1
    joins = speech.language in ("fr", "es") or role in ("hundred", "scale")
    if joins and _role(words, at, speech)[0] == "and":
        return at + 1 if _role(words, at + 1, speech)[0] in ("unit", "teen", "ten") else at
    return at


def _is_bare_scale(words: Sequence[Token], place: int, last: int, speech: Speech) -> bool:
    """Tell whether it is a scale without a number before it: German tausend, French mille may."""
    role, value = _role(words, place, speech)
    if last > place + 1 or role not in ("hundred", "scale"):
        return False
    return speech.language == "en" or value >= 1e6 or words[place].low in ("ciento", "cents")
