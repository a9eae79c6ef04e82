"""The part a place has in an article: dateline, event, or only mentioned."""

from __future__ import annotations

import re

from tasks.annotate.gazetteer.usage import has_past, is_located, lower_words
from tasks.annotate.records import Article, Subject

_PARAGRAPHS = 3  # of the body that may begin with a dateline
_HEAD = 110  # characters: "SAN FRANCISCO and SINGAPORE, September 23, 2024 (Reuters) -"
_DASH = re.compile(r"\s*--|\s[-–—―]\s|\)\s*[-–—―:]|\)(?=\s+[A-Z])")
_TELEGRAPHED = re.compile(r".{2,24}?[电電讯訊]")
_NO_PLACE = re.compile(r"[!?;\"“”«»]")
_SENTENCE_WINDOW = 300  # characters around a name, where sentences are not given


def is_in_dateline(article: Article, start: int) -> bool:
    """Tell whether code point `start` of the text is before the dash of an opening paragraph."""
    body = [part for part in article.paragraphs if part.kind == "body"][:_PARAGRAPHS]
    part = next((each for each in body if each.start <= start < each.start + _HEAD), None)
    if part is None:
        return False
    head = article.text[part.start : min(part.end, part.start + _HEAD)]
    found = _TELEGRAPHED.match(head) if head[:1] >= "\u2e80" else _DASH.search(head)
    if found is None or part.start + found.end() <= start:
        return False
    return head[:1] >= "\u2e80" or _is_place(head[: found.start()])


def _is_place(before: str) -> bool:
    """Tell "CAIRO, May 3 (AP)" from a clause: hardly a word in lower case, few words."""
    words = before.split()
    if not words or len(words) > 12 or _NO_PLACE.search(before):
        return False
    return not any(word[0].islower() and len(word) > 3 for word in words)


def is_event(subject: Subject, field: str, start: int) -> bool:
    """Tell whether a preposition of place governs the name in a sentence that tells of the past."""
    text, language = subject.article.field_text(field), subject.article.language
    if not is_located(text, start, language):
        return False
    return has_past(lower_words(_sentence(subject, field, start, text)), language)


def _sentence(subject: Subject, field: str, start: int, text: str) -> str:
    for row in subject.sentences:
        if row.field == field and row.char_start <= start < row.char_end:
            return text[row.char_start : min(row.char_end, row.char_start + 2000)]
    return text[max(0, start - _SENTENCE_WINDOW) : start + _SENTENCE_WINDOW]
