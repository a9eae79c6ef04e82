"""Titles before a name and functions beside it, by tables of titles and offices (roles.tsv).

Lieutenant General Qassem Soleimani, commander of the Quds Force of Iran, and ...
[----- title ----]                   [------------ function ------------]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from tasks.annotate.naming.tables import phrases, words

_TOKEN = re.compile(r"[^\W_](?:[\w’']|[.-](?=\w))*\.?")
_BEFORE_CHARS = 90  # "Deputy Assistant Secretary of Defense for ..." has 60
_FUNCTION_CHARS = 160
_ADJECTIVES = 7  # words before the office: a former senior US defense intelligence official
# After a name: a party or an age, then what is set off by commas, to the next mark.
_BESIDE = re.compile(
    r"(?:\s*\([^()\n]{1,24}\)|,\s*[DRI][-–][\w. ]{2,8}(?=,)|,\s*\d{1,3}(?=,)){0,2}"
    r",\s+([^,;:!?\n“”\"–—]{3,160})"
)
_AHEAD = re.compile(r"(?:\A|[.,;:!?\n“”\"]\s*|\bthe\s)([^.,;:!?\n“”\"]{3,110}),\s*\Z")
_CLAUSE = re.compile(r"\s+(?:who|which|that|whose|where|when|said|says|told|was|were|is|has|had)\b")
_STOP = re.compile(r"(?<=[^\W\d_]{3})\.(?=\s|\Z)|(?<=\))\.|\.\Z")


@dataclass(frozen=True, slots=True)
class Role:
    """What is said of the person beside the name, which begins at `start` without its title."""

    start: int
    title: str | None = None
    function: str | None = None


def role_of(
    text: str, start: int, end: int, language: str, is_name: Callable[[int], int | None]
) -> Role:
    """Return title and function of the person named by `text[start:end]`.

    `is_name(at)` returns the start of another name that ends at code point `at`, or None: a
    nationality or a body before a title belongs to it (US Senator, Pentagon spokesman).
    """
    start = _without_titles(text, start, end, language)
    at, is_title = _titles_before(text, start, language)
    at = _with_name_before(text, at, is_name) if at < start else at
    before = " ".join(text[at:start].split()) or None
    title, function = (before, None) if is_title else (None, before)
    return Role(
        start, title, function or _beside(text, end, language) or _ahead(text, at, end, language)
    )


def follows_title(text: str, start: int, language: str) -> bool:
    """Does a title with a capital stand before `start` that only people have: Sen. Lincoln?"""
    if start < 2 or not text[start - 1].isspace():
        return False
    before = [text[a:b] for a, b in _words_before(text, start)][-2:]
    if not before or not before[-1][0].isupper():
        return False
    return bool(_role_at_end([_fold(word) for word in before], language, "personal"))


def behind_titles(text: str, start: int, end: int, language: str) -> int:
    """Return where the name text[start:end] begins behind titles that only people have."""
    spans = [match.span() for match in _TOKEN.finditer(text, start, end)]
    for index in range(min(len(spans) - 1, _ADJECTIVES), 0, -1):
        folded = [_fold(text[a:b]) for a, b in spans[:index]]
        if _role_at_end(folded, language, "personal") == index:
            return spans[index][0]
    return start


def is_role_word(word: str, language: str) -> bool:
    """Is the folded word a title, an office or a modifier of one?"""
    kinds = ("title", "office", "modifier")
    return any((word,) in phrases("roles", language, kind) for kind in kinds)


def is_title(name: str, language: str) -> bool:
    """Is `name` made of titles, and no name?"""
    folded = tuple(_fold(match[0]) for match in _TOKEN.finditer(name))
    return len(folded) <= _ADJECTIVES and _is_role(folded, language, "title")


def _fold(word: str) -> str:
    return word.lower().replace("’", "'").removesuffix("'s").rstrip(".").replace(".", "")


def _without_titles(text: str, start: int, end: int, language: str) -> int:
    """Return where a name begins behind titles that the model took for a part of it."""
    spans = [match.span() for match in _TOKEN.finditer(text, start, end)]
    for index in range(min(len(spans) - 1, _ADJECTIVES), 0, -1):
        folded = tuple(_fold(text[a:b]) for a, b in spans[:index])
        if _is_role(folded, language, "title"):
            return spans[index][0]
    return start


@cache
def _lengths(language: str, kind: str) -> tuple[int, ...]:
    return tuple(sorted({len(phrase) for phrase in phrases("roles", language, kind)}, reverse=True))


def _is_role(tokens: tuple[str, ...], language: str, kind: str) -> bool:
    """Are the words titles (or offices), each behind any modifiers, and nothing else?"""
    count = _role_at_end(tokens, language, kind)
    if not count:
        return False
    rest = tokens[:-count]
    return (
        not rest
        or all(_is_modifier(word, language) for word in rest)
        or _is_role(rest, language, kind)
    )


def _role_at_end(tokens: Sequence[str], language: str, kind: str) -> int:
    """Return how many of the last words are one title or office; 0 for none."""
    known = phrases("roles", language, kind)
    for length in _lengths(language, kind):
        if length <= len(tokens) and tuple(tokens[-length:]) in known:
            return length
    *before, last = tokens[-1].split("-") if tokens else [""]
    if before and (last,) in known and all(_is_modifier(word, language) for word in before):
        return 1  # then-president
    return 0


def _is_modifier(word: str, language: str) -> bool:
    return (word,) in phrases("roles", language, "modifier")


def _titles_before(text: str, start: int, language: str) -> tuple[int, bool]:
    """Return where titles (True) or an office (False) before a name begin; `start` for none."""
    if start == 0 or not text[start - 1].isspace():
        return start, True
    spans = _words_before(text, start)
    folded = [_fold(text[a:b]) for a, b in spans]
    for kind in ("title", "office"):
        count = _role_at_end(folded, language, kind)
        while count:
            more = _role_at_end(folded[:-count], language, "title") if kind == "title" else 0
            if not more and count < len(folded) and _is_modifier(folded[-count - 1], language):
                more = 1
            count += more
            if not more:
                return spans[-count][0], kind == "title"
    return start, True


def _words_before(text: str, start: int) -> list[tuple[int, int]]:
    """Return the words that stand before `start` with nothing but blanks between them."""
    spans: list[tuple[int, int]] = []
    last = start
    for match in reversed(list(_TOKEN.finditer(text, max(0, start - _BEFORE_CHARS), start))):
        between = text[match.end() : last]
        if not between.isspace() or "\n" in between or len(spans) == 8:
            break
        word = match[0]
        if word.endswith(".") and spans and len(word) > 6:
            break  # the end of a sentence; abbreviated titles are shorter
        spans.append(match.span())
        last = match.start()
    return spans[::-1]


def _with_name_before(text: str, at: int, is_name: Callable[[int], int | None]) -> int:
    """Take in a nationality or a body right before a title: US Senator, Pentagon spokesman."""
    if at > 1 and text[at - 1] in " \u00a0":
        first = is_name(at - 1)
        return at if first is None else first
    return at


def _beside(text: str, end: int, language: str) -> str | None:
    """Return the function after a name: X, the second-in-command of Y, ..."""
    if text[end : end + 1] not in (",", " "):
        return None
    match = _BESIDE.match(text, end, end + _FUNCTION_CHARS + 40)
    return _function(match[1], language) if match else None


def _ahead(text: str, start: int, end: int, language: str) -> str | None:
    """Return the function before a name between commas: the head of the agency, X, said."""
    if text[end : end + 1] not in (",", ".") or " " not in text[start:end].strip():
        return None
    match = _AHEAD.search(text, max(0, start - _FUNCTION_CHARS), start)
    if match is None:
        return None
    found = _function(match[1], language)
    return found if found and " " in found and match[1].endswith(found) else None


def _function(phrase: str, language: str) -> str | None:
    """Return the function that a phrase tells, or None: an office among its first words."""
    for cut in (_CLAUSE, _STOP):
        match = cut.search(phrase)
        phrase = phrase[: match.start()] if match else phrase
    spans = [match.span() for match in _TOKEN.finditer(phrase)]
    folded = [_fold(phrase[a:b]) for a, b in spans]
    first = 0
    while first < len(folded) and folded[first] in _determiners(language):
        first += 1
    for index in range(first, min(len(folded), first + _ADJECTIVES)):
        if folded[index] in ("and", "but", "or", "in", "on", "with", "as", "while"):
            return None
        if _is_office_at(folded, index, language) and _goes_well(folded, index, language):
            return " ".join(phrase[spans[first][0] :].split()).rstrip(" .") or None
    return None


def _is_office_at(folded: Sequence[str], index: int, language: str) -> bool:
    head = folded[index : index + 1]
    return bool(_role_at_end(head, language, "office") or _role_at_end(head, language, "title"))


def _goes_well(folded: Sequence[str], index: int, language: str) -> bool:
    """Does the phrase end behind the office, or go on with of, for and the like?"""
    following = folded[index + 1 : index + 2]
    if not following:
        return True
    link = phrases("roles", language, "link")
    return tuple(following) in link or following[0] in ("and", "emeritus", "general")


def _determiners(language: str) -> frozenset[str]:
    return words("name_words", language, "article")
