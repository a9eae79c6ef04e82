"""Names as a model gives them, put right: what every model of news gets wrong in the same way.

Each rule was measured on wikigold (python -m tests.bench.entities), and stays because it helps.
"""

from __future__ import annotations

import re

from tasks.annotate.naming.models import NamedSpan
from tasks.annotate.naming.tables import words

_EDGE = " \t\r\n\u00a0\u202f\"'“”‘’«»„‚,;:!?*_|/\\-–—[]{}<>"
_POSSESSIVE = re.compile(r"(?:['’`´]s|(?<=s)['’])\Z")
_LAST_WORD = re.compile(r"\s+([\w&]+)\Z")
_FIRST_WORD = re.compile(r"([\w’']+)\s+")
_GAP = re.compile(r"[\n\r\u2028\u2029]|\s{3}")  # columns are set apart by many blanks
_LETTER = re.compile(r"[^\W\d_]")
MAX_NAME_CHARS = 200  # as in spacy_names: no name is longer


def tidy(text: str, span: NamedSpan, language: str) -> NamedSpan | None:
    """Return the name without what does not belong to it, or None if nothing is left."""
    start, end = _one_line(text, span.start, min(span.end, span.start + MAX_NAME_CHARS))
    for _ in range(4):  # an article before a quotation mark, a mark before a possessive
        before = (start, end)
        start, end = _stripped(text, start, end)
        start = _without_article(text, start, end, language)
        end = _without_tail(text, start, end, language)
        if (start, end) == before:
            break
    name = text[start:end]
    if not _LETTER.search(name) or name.casefold() in words("name_words", language, "stop"):
        return None
    return NamedSpan(start, end, span.kind)


def _one_line(text: str, start: int, end: int) -> tuple[int, int]:
    """Cut a span at the first line break or gap inside it."""
    while start < end and text[start].isspace():
        start += 1
    gap = _GAP.search(text, start, end)
    return start, gap.start() if gap else end


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and (text[start] in _EDGE or text[start] in ").]"):
        start += 1
    while end > start and (text[end - 1] in _EDGE or text[end - 1] == "("):
        end -= 1
    name = text[start:end]
    bracket = name.find("(")
    if bracket > 0 and ")" not in name[bracket:]:
        end = start + bracket
    elif _ends_loose(name):
        end -= 1
    return start, end


def _ends_loose(name: str) -> bool:
    """Does it end with a bracket that it does not open, or with the stop of its sentence?"""
    return (name.endswith(")") and "(" not in name) or (name[-1:] == "." and not _keeps_stop(name))


def _keeps_stop(name: str) -> bool:
    """Does the full stop belong to the name: U.S., J., Inc.?"""
    last = name.split()[-1]
    return "." in last[:-1] or len(last) <= len("Inc.")


def _without_article(text: str, start: int, end: int, language: str) -> int:
    match = _FIRST_WORD.match(text, start, end)
    articles = words("name_words", language, "article")
    if match and match[1].lower() in articles:
        return match.end()
    return start


def _without_tail(text: str, start: int, end: int, language: str) -> int:
    match = _POSSESSIVE.search(text, start, end)
    if match:
        end = match.start()
    tail = _LAST_WORD.search(text, max(start, end - 20), end)
    if tail and tail[1] in words("name_words", language, "tail"):
        return tail.start()
    return end
