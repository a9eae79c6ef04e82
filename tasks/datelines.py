"""The agency in a dateline, the place and date before the first sentence: "BERLIN, May 3 (AP) -".

ANPA 1312 and IPTC 7901 transmit it as part of the text; the styles of the agencies differ in
brackets, dashes and order, and in what follows ("Berlin (dpa/bb) -", "/ТАСС/.", "新华社北京电").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tasks.agencies import (
    PICTURE,
    agency_at,
    agency_listed,
    may_name_agency,
    pieces_of,
    plain,
    unspaced_agency,
)
from tasks.quality import BODY_KINDS
from tasks.records import DraftParagraph

_HEAD = 200  # characters of a paragraph that may hold its dateline
_LONGEST_PLACE = 110  # "SAN FRANCISCO and SINGAPORE, September 23, 2024" and a third city
_MOST_PLACE_WORDS = 14
_OPENING_PARAGRAPHS = 3  # of the body: a summary or a correction may come before the dateline
_BRACKETED = re.compile(
    r"\(([^()]{2,60})\)|\[([^\[\]]{2,60})\]|【([^【】]{2,60})】|/([^/()\s][^/()]{1,30})/"
)
_DASH_BEHIND = re.compile(r"\s*(?:[.,]?\s*[-–—―:=]|\Z)")
# "Paris (AFP) The minister": in capitals what follows is a sentence, else a clause.
_SENTENCE_BEHIND = re.compile(r"\s+[^\W\d_a-zа-я]|\s*[“\"«]")
_DASH = re.compile(r"\s*--|(?:\s|\.\s?)[-–—―]\s")
_BEHIND_DASH = re.compile(
    r"([^()]{2,60}?\d[^()]{0,20}?)\s[-–—―]\s([^.,()]{2,25})\.\s"
)  # RIA Novosti
_TELEGRAPHED = re.compile(
    r"[(\[【「据據]{0,2}([^\s，。,]{0,25}?)[电電](?!话|話|视|視|影|子|力|脑|腦|讯)"
)
_NO_PLACE = re.compile(r"[!?;\"“”«»]")
_ARTICLES = frozenset(
    ("the", "a", "an", "when", "on", "in", "at", "as", "it", "he", "she", "we", "but")
)
_OPENER = re.compile(r"[(\[/（［【电電]|[-–—―]\s")  # without one there is no dateline
_STATE = 2  # letters: "Pittsburgh (PA)"


def opening_paragraphs(paragraphs: Sequence[DraftParagraph]) -> Iterable[str]:
    """Yield the texts of the first body paragraphs, one of which may begin with a dateline."""
    body = (each.text for each in paragraphs if each.kind in BODY_KINDS)
    return (text for text, _ in zip(body, range(_OPENING_PARAGRAPHS), strict=False))


def agency_of_dateline(text: str) -> str | None:
    """Return the agency in "BERLIN, May 3 (AP) -", "(ANSA) - ROMA", "新华社北京5月3日电"."""
    head = text[:_HEAD]
    if not _OPENER.search(head) or not may_name_agency(head):
        return None
    head = plain(head).strip()
    return _of_brackets(head) or _of_bare_dateline(head) or _of_telegraph(head)


def _of_brackets(head: str) -> str | None:
    for found in _BRACKETED.finditer(head):
        inside = next(filter(None, found.groups()))
        if found.start() > _LONGEST_PLACE:
            return None
        agency = None if PICTURE.search(inside) else _of_inside(inside)
        if agency and _is_dateline(head[: found.start()], inside, head[found.end() :]):
            return agency
    return None


def _of_inside(inside: str) -> str | None:
    """Return the agency that a bracket begins or ends with ("dpa/lno", "東京 3日 ロイター")."""
    pieces = pieces_of(inside)
    for words in pieces:
        last = len(words) - 1
        for at in dict.fromkeys((0, last)):
            found = agency_at(words, at)
            is_fit = found is not None and ((len(pieces) == 1 and last == 0) or not found[2])
            if found and is_fit and found[1] == len(words) and len(inside) > 1:
                is_state = found[2] and len(inside) == _STATE
                return None if is_state else found[0]
    return unspaced_agency(inside, at_end=True)


def _is_dateline(before: str, inside: str, behind: str) -> bool:
    """Tell place, date (agency) and dash from "Middle East and North Africa (MENA) countries"."""
    if _is_acronym_of(inside, before) or not _is_place(before):
        return False
    if _DASH_BEHIND.match(behind) or not inside.isascii():
        return True
    return len(inside) > _STATE and _SENTENCE_BEHIND.match(behind) is not None


def _is_acronym_of(inside: str, before: str) -> bool:
    initials = "".join(word[0] for word in before.split() if word[0].isupper())
    return len(inside) > 1 and initials.endswith(inside)


def _is_place(before: str) -> bool:
    """Tell whether words may be place and date: no clause, few words in lower case.

    Such words are short ("de", "and", "mai") or stand by a figure ("3 octobre", "3. května").
    """
    words = before.split()
    if len(words) > _MOST_PLACE_WORDS or len(before) > _LONGEST_PLACE or _NO_PLACE.search(before):
        return False
    if words and words[0].casefold() in _ARTICLES:
        return False
    has_figure = [any(map(str.isdecimal, word)) for word in words]
    for at, word in enumerate(words):
        is_by_figure = any(has_figure[max(0, at - 2) : at + 3])
        bare = word.lstrip("([\"'")
        if bare[:1].islower() and len(bare.rstrip(".,")) > 3 and not is_by_figure:
            return False
    return True


def _of_bare_dateline(head: str) -> str | None:
    """Return the agency in "Riyadh, May 3, SPA -- ", "AP - ", "МОСКВА, 3 мая - РИА Новости. "."""
    dash = _DASH.search(head)
    if dash is None or dash.start() > _LONGEST_PLACE:
        return None
    before = head[: dash.start()]
    cut = max(before.rfind(", "), before.rfind(". "))
    place, name = before[: max(cut, 0)], before[cut + 1 :].strip()
    agency = agency_listed(name)
    # Two letters behind a place are a state ("PITTSBURGH, PA -").
    if agency and _is_place(place) and not (place and len(name) <= _STATE):
        return agency
    found = _BEHIND_DASH.match(head)
    return agency_listed(found[2]) if found and _is_place(found[1]) else None


def _of_telegraph(head: str) -> str | None:
    """Return the agency in "新华社北京5月3日电", "据新华社电"."""
    if not ("\u3040" <= head[:1] <= "\u9fff" or head[:1] in "([【「"):
        return None
    found = _TELEGRAPHED.match(head)
    return unspaced_agency(found[1]) if found else None
