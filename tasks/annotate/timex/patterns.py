"""Patterns of a word table, compiled: "{month} {day}[,] {year}".

{class}    a word of a class of the table or one of SLOTS, kept under that name; with a figure
           behind it ({day2}) the same again, for the other end of a range
[x|y]      x or y or nothing; (x|y): x or y
blank      blanks or one line break; ~ one blank or none
others     themselves, letters in the cases of `lexicon.cased`

A pattern is tried only where one of its possible first words stands (`Pattern.first`). Words so
frequent that they tell nothing ("the", "a": the setting `weak`) are passed over for that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from tasks.annotate.timex.lexicon import BLANK, Lexicon, any_of, cased, plain

# These stand in a set of first words for numbers in figures, by their length.
SHORT, LONG, OTHER = "00", "0000", "000"  # one or two figures, four, any other count

# What a number in figures must be to fill a slot. Bounds on every repetition: linear time.
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?!\d)"
SLOTS: Mapping[str, str] = {
    "day": _DAY,
    "year": r"(?:1[0-9]|20)\d\d(?!\d)",
    "yy": r"\d\d(?!\d)",
    "first": r"\d{1,2}(?!\d)",  # of a date in figures: day or month
    "second": r"\d{1,2}(?!\d)",
    "figure_month": r"(?:0?[1-9]|1[0-2])(?!\d)",
    "hour": r"(?:[01]?\d|2[0-4])(?!\d)",
    "minute": r"[0-5]\d(?!\d)",
    "decade": r"(?:1\d|20)\d0",
    "short_decade": r"\d0",
    "amount": r"\d{1,4}(?:[.,]\d{1,2})?(?![\d])",
}
_TOKEN = re.compile(r"\{(\w+)\}|([^\W\d_]+)|(.)", re.S)


@dataclass(frozen=True)
class Pattern:
    """A row of the table: what it matches, what it means, and what must stand around it."""

    source: str
    meaning: str
    fixed: Mapping[str, str]  # fields that the row gives: shift=-1
    first: frozenset[str]
    words: frozenset[str]  # all that it knows
    is_single: bool  # may it be one word?
    left: re.Pattern[str] | None  # must end right before; `is_left` False: must not
    is_left: bool

    @cached_property
    def match(self) -> Callable[[str, int], re.Match[str] | None]:
        """Match at a place of a text. Compiled when first needed: most patterns never are."""
        return re.compile(self.source).match


def compile_pattern(row: tuple[str, ...], words: Lexicon) -> Pattern:
    """Compile a row: pattern, meaning, what stands left ("!" first: must not), and right."""
    source, meaning, left, right = (*row, "", "", "")[:4]
    name, *fixed = meaning.split()
    parser = _Parser(source, words)
    regex, first, _, least = parser.alternatives("")
    after = f"(?!{right[1:]})" if right.startswith("!") else f"(?={right})" if right else ""
    edge = r"(?![^\W_])" if words.is_spaced else ""
    before = re.compile(rf"(?:{left.removeprefix('!')})\Z", re.I) if left else None
    return Pattern(
        regex + edge + after,
        name,
        dict(each.split("=") for each in fixed),
        frozenset(first),
        frozenset(parser.known),
        least <= 1,
        before,
        not left.startswith("!"),
    )


# Expression, first words, may it be passed over to find them?, least number of words that tell.
_Parsed = tuple[str, set[str], bool, int]


class _Parser:
    """Reads one pattern from left to right."""

    def __init__(self, source: str, words: Lexicon) -> None:
        self.tokens = [match.groups() for match in _TOKEN.finditer(source)]
        self.at = 0
        self.words = words
        self.known = set[str]()
        self.weak = frozenset(words.settings.get("weak", "").split("|"))

    def alternatives(self, closing: str) -> _Parsed:
        """Read up to `closing`: sequences set apart by bars."""
        found = [self.sequence(closing)]
        while self.at < len(self.tokens) and self.tokens[self.at][2] == "|":
            self.at += 1
            found.append(self.sequence(closing))
        self.at += 1
        first = set().union(*(each[1] for each in found))
        joined = "|".join(each[0] for each in found)
        least = min(each[3] for each in found)
        return f"(?:{joined})", first, any(each[2] for each in found), least

    def sequence(self, closing: str) -> _Parsed:
        """Read up to a bar or `closing`."""
        parts, first, is_passed, stops = list[str](), set[str](), True, ("|", closing or "\0")
        least = 0
        while self.at < len(self.tokens) and self.tokens[self.at][2] not in stops:
            part, words, is_weak, count = self.part(*self.tokens[self.at])
            parts.append(part)
            least += count
            first |= words if is_passed else set()
            is_passed = is_passed and is_weak
        return "".join(parts), first, is_passed, least

    def part(self, slot: str | None, word: str | None, mark: str | None) -> _Parsed:
        """Read one part: a slot, a word, a mark or a bracket."""
        self.at += 1
        if slot:
            return self.slot(slot)
        if word:
            return self.literal(word)
        if mark in ("[", "("):
            inside, first, is_passed, least = self.alternatives("]" if mark == "[" else ")")
            if mark == "[":
                return f"{inside}?", first, True, 0
            return inside, first, is_passed, least
        if mark == " ":
            return BLANK, set(), True, 0
        if mark == "~":
            return r"\s?", set(), True, 0
        digit = {SHORT, OTHER, LONG} if mark and mark.isdigit() else set()
        return any_of([mark or ""]), digit, not digit, len(digit) and 1

    def literal(self, word: str) -> _Parsed:
        """Read a word that stands for itself."""
        forms = cased(word)
        self.known.update(forms)
        if word in self.weak:
            return any_of(forms), set(), True, 0
        return any_of(forms), {self.key(each) for each in forms}, False, 1

    def slot(self, name: str) -> _Parsed:
        """Read a slot: words of the class, figures, or both."""
        kind = name.rstrip("2")
        forms = self.words.classes.get(kind, {})
        figures = self.figures(kind)
        choices = [each for each in (any_of(forms) if forms else "", figures) if each]
        if not choices:
            raise KeyError(f"{self.words.language}.tsv: no class {kind!r}")
        first = {self.key(form) for form in forms if plain(form).lower() not in self.weak}
        first |= _lengths(kind) if figures else set()
        is_weak = any(form in self.weak for form in forms)
        edge = r"(?![^\W\d_])" if forms and self.words.is_spaced and not figures else ""
        self.known.update(word for form in forms for word in re.findall(r"[^\W\d_]+", form))
        return f"(?P<{name}>{'|'.join(choices)}){edge}", first, is_weak, int(not is_weak)

    def figures(self, kind: str) -> str:
        """Return what figures fill a slot; a table may add to them (day: st, nd, rd, th)."""
        added = self.words.settings.get(f"figure_{kind}", "")
        if kind in SLOTS:
            return SLOTS[kind] + added
        return added

    def key(self, form: str) -> str:
        """Return what the scan meets of a form: its first word that tells, or first character."""
        if not self.words.is_spaced:
            return SHORT if form[0].isdigit() else form[0]
        words = re.findall(r"[^\W\d_]+|\d+", form)
        telling = next((word for word in words if word.lower() not in self.weak), words[0])
        return SHORT if telling.isdecimal() else telling


def _lengths(kind: str) -> set[str]:
    """Return the lengths of numbers in figures that fill a slot."""
    if kind in ("year", "decade"):
        return {LONG}
    return {SHORT, OTHER, LONG} if kind == "amount" else {SHORT}
