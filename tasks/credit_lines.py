"""The agency in a line of credit, at the end of the text or on a line of its own before it.

"Quelle: dpa", "(c) 2024 AFP", "The Associated Press contributed to this report.", and the sign-off
of Reuters and Xinhua, which end every story of theirs in the same words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tasks.agencies import PICTURE, agency_listed, agency_signed, is_joining, may_name_agency, plain
from tasks.records import DraftParagraph

_OPENING_PARAGRAPHS = 3  # the source may stand before the text
_CLOSING_PARAGRAPHS = 4
_TAIL = 160  # characters at the end of a paragraph that may hold a credit
_LONGEST_SIGN_OFF = 600  # characters; with six reporters and their towns
_WIDEST_NAME = 60  # characters of one list of agencies
_SHORT = 80  # characters; a longer paragraph is no line of credit alone
_RIGHTS = re.compile(
    r"(?:©|\(c\)|\bcopyright\b|版权所有|著作權)[\s©:]*(?:\(c\))?\s*(?:\d{4}(?:\s*[-–]\s*\d{4})?)?[\s,]*"
    r"(?:by\s+)?",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r"(?:^|(?<=[.!?)\]。”\"]\s)|(?<=[(\[。）]))(?:sources?|quellen?|fuentes?|fontes?|fonti|bron(?:nen)?|"
    r"källa|kilde|kaynak|źródło|zdroj|forrás|lähde|sumber|nguồn|izvor|sursa|източник|источник|джерело|"
    r"来源|來源|出典|출처|المصدر|ذریعہ|स्रोत)\s*[:=/]\s*",
    re.IGNORECASE,
)
# "Mit Material von dpa", "With files from CP", "Con información de EFE", "avec AFP".
_MATERIAL = re.compile(
    r"(?:^|(?<=[.!?)\]”\"]\s)|(?<=[(\[]))[*–—-]*\s*"
    r"(?:(?:with|mit|avec|con|com|med|met|from(?: the)?)\s+)?"
    r"(?:(?:additional|some|agency)\s+)?"
    r"(?:(?:material|informationen|agenturmaterial|inhalten|información|informaciones|informations?|"
    r"informazioni|informações|datos|inputs?|files|reporting|contributions?|reports?|bijdrage)\s+"
    r"(?:from|by|der|des|von|vom|de(?: la)?|del|da|di|van|d[’'])\s*)?",
    re.IGNORECASE,
)
_MATERIAL_WORD = re.compile(
    r"(?:^|[\s(\[.])(?:with|mit|avec|con|com|med|met|from|reporting|material|inputs?|reports?)\b",
    re.IGNORECASE,
)
_CONTRIBUTED = re.compile(
    r"\b(?:contributed (?:to|reporting)|contributing to) ?(?:this|the|to)?|"
    r"\b(?:first|originally) (?:appeared|published|ran) (?:on|by|in|at)\b|"
    r"\boriginally published (?:on|by|in|at)\b",
    re.IGNORECASE,
)
# Reuters signs off "(Reporting by ...; Editing by ...)", in each of its languages in these words.
_REUTERS = re.compile(
    r"\((?:additional )?(?:reporting|writing) by [^()]{3,400}?\bediting by\b"
    r"|^(?:reporting|writing) by [^()]{3,300}?; *(?:\w+ ){0,3}editing by\b"
    r"|\(report(?:e|ado|aje) (?:de|por) [^()]{3,300}?\b(?:editado|traducido|edición)\b"
    r"|\(reportage (?:de )?[^()]{3,300}?(?:édité par|version française)\b"
    r"|\((?:bericht|geschrieben) von [^()]{3,300}?\bredigiert von\b"
    r"|\(reportagem (?:de|por) [^()]{3,300}?\bedição de\b",
    re.IGNORECASE,
)
_BRACKETED_END = re.compile(r"(?:^|[.!?…”\"'»。])\s*[(\[]([^()\[\]]{2,60})[)\]]\W{0,2}\Z")
_DASHED_END = re.compile(r"(?:^|[.!?…”\"'»。)])\s*(?:--?|[–—―/])\s*([^.–—―]{2,40}?)[./]?\Z")
_LAST_WORD = re.compile(r"[.!?…”\"»]\s+([^\s.]{3,10})\.?\Z")
_END_OF_LIST = re.compile(r"[.。]?(?:\s*[)\]].*|[.。]\s.*|[.。]?\s*)\Z|[.。]\s|[)\]]", re.DOTALL)
_YEAR = re.compile(r"\s+\d{4}\b|\s*all rights reserved", re.IGNORECASE)
_SENTENCE_START = re.compile(r"[.!?)\]”\"]\s+")


def agencies_of_credits(paragraphs: Sequence[DraftParagraph]) -> Iterable[str | None]:
    """Yield the agency of every line of credit at the end of the text, then at its beginning."""
    kept = [each for each in paragraphs if each.kind not in ("caption", "table")]
    for each in kept[-_CLOSING_PARAGRAPHS:]:
        text = each.text
        yield _of_sign_off(text[-_LONGEST_SIGN_OFF:].rstrip())
        part = text if len(text) <= _TAIL else f"{text[:_SHORT]}\n{text[-_TAIL:]}"
        yield _of_credit(part, each.kind == "furniture")
    for each in kept[:_OPENING_PARAGRAPHS]:
        if len(each.text) <= _SHORT:
            yield _of_credit(each.text, each.kind == "furniture")


def _of_sign_off(text: str) -> str | None:
    if text.endswith("Enditem"):  # so Xinhua ends its stories
        return "Xinhua"
    is_in_brackets = text.endswith((")", ").")) and _REUTERS.search(text)
    return "Reuters" if is_in_brackets or _REUTERS.match(text) else None


def _of_credit(text: str, is_furniture: bool) -> str | None:
    """Return the agency of one line. A bare name among furniture is that of another story."""
    if not may_name_agency(text):
        return None
    line = plain(text).strip()
    if PICTURE.match(line) or (len(line) <= _SHORT and PICTURE.search(line)):
        return None
    is_bare = is_furniture and line[:1].isalnum() and not is_joining(line.split()[0])
    return (
        (agency_listed(line) if len(line) <= _SHORT and not is_bare else None)
        or _of_rights(line)
        or _introduced(line)
        or _of_contribution(line)
        or _of_end(line)
    )


def _of_rights(line: str) -> str | None:
    """Return the agency in "Copyright 2024 The Associated Press. All rights reserved."."""
    found = _RIGHTS.search(line)
    if found is None:
        return None
    name = _END_OF_LIST.split(line[found.end() :][:_WIDEST_NAME], maxsplit=1)[0]
    name = _YEAR.split(name, maxsplit=1)[0]
    return None if PICTURE.search(name) else agency_listed(name)


def _introduced(line: str) -> str | None:
    """Return the agency behind "Quelle:" or "With files from", if nothing follows the list."""
    for form in (_SOURCE, _MATERIAL):
        if form is _MATERIAL and not _MATERIAL_WORD.search(line):
            continue
        for found in form.finditer(line):
            rest = line[found.end() :][:_WIDEST_NAME]
            if found.end() > found.start() and rest:
                agency = agency_listed(_END_OF_LIST.split(rest, maxsplit=1)[0])
                if agency:
                    return agency
    return None


def _of_contribution(line: str) -> str | None:
    """Return the agency in "The Associated Press contributed to this report."."""
    found = _CONTRIBUTED.search(line)
    if found is None:
        return None
    start = max(
        (each.end() for each in _SENTENCE_START.finditer(line, 0, found.start())), default=0
    )
    about = line[start : found.start()]
    if found[0].casefold().startswith(("contribut",)):
        return agency_signed(about)
    return agency_listed(_END_OF_LIST.split(line[found.end() :][:_WIDEST_NAME], maxsplit=1)[0])


def _of_end(line: str) -> str | None:
    """Return the agency in "... he said. (dpa)", "... he said. - AFP", "... he said. IANS"."""
    for form in (_BRACKETED_END, _DASHED_END, _LAST_WORD):
        found = form.search(line, max(0, len(line) - _WIDEST_NAME - 10))
        agency = agency_listed(found[1]) if found else None
        if agency:
            return agency
    return None
