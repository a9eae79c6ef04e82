"""The part a place has in an article: dateline, event, or only mentioned."""

from __future__ import annotations

import itertools
import re

from tasks.annotate.gazetteer.usage import has_past, lower_words
from tasks.annotate.records import Article
from warehouse.annotations import SentenceRow

_PARAGRAPHS = 3  # of the body that may begin with a dateline
_HEAD = 110  # characters: "SAN FRANCISCO and SINGAPORE, September 23, 2024 (Reuters) -"
_DASH = re.compile(r"\s*--|\s[-–—―]\s|\)\s*[-–—―:]|\)(?=\s+[A-Z])")
_TELEGRAPHED = re.compile(r".{2,24}?[电電讯訊]")
_NO_PLACE = re.compile(r"[!?;\"“”«»]")
_SENTENCE_WINDOW = 300  # characters around a name, where sentences are not given


def is_in_dateline(article: Article, start: int) -> bool:
    """Tell whether code point `start` of the text is before the dash of an opening paragraph."""
    bodies = (part for part in article.paragraphs if part.kind == "body")
    body = itertools.islice(bodies, _PARAGRAPHS)
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


def is_past(text: str, start: int, language: str, sentence: SentenceRow | None) -> bool:
    """Tell whether the sentence around `start` tells of the past; without it, the words near."""
    if sentence is None:
        near = text[max(0, start - _SENTENCE_WINDOW) : start + _SENTENCE_WINDOW]
    else:
        near = text[sentence.char_start : min(sentence.char_end, sentence.char_start + 2000)]
    return has_past(lower_words(near), language)
