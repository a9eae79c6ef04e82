"""News agencies by the names they are credited with: agencies.tsv, and how a name is looked up.

Short names are words elsewhere ("PA" is a state, "ani" a given name), so case counts in names
below six letters, and those in the third column count only where nothing else stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from tasks.tables import packaged_rows

_LONGEST_WORDS = 6  # of a spelling: "Agência de Notícias de Portugal"; checked when it is read
_FOLDED_LETTERS = 6  # from here on a name is no other word in another case ("REUTERS")
_EDGES = " \t.,;:!?'\"“”„‘’«»*·•–—―-|©®™…"
_MARKS = ",;:!?()[]{}<>/\\\"'|-_*=&+"
_TO_BLANKS = str.maketrans(_MARKS, " " * len(_MARKS), ".")  # "A.P." is AP
_RUN = re.compile(r"\w+")
_INITIALS = re.compile(r"(?:[A-Z]\.){2,}")
_SEPARATORS = re.compile(r"\s*[,;/|&+•·()\[\]{}<>【】、。，；／=:：\n]\s*|\s+[-–—―]+\s+|--")
# Words between and before names of a credit, in lower case.
_JOINING_WORDS = """
and und et y e i en og och ja ve dan with mit avec con com med met for für via from of by von
vom par por de der die den da di van des dei del dell’ door av af oleh the la le les los las el il
l’ à a news agency agencies agencias agences agenturen agentur agence agencia agência agenzia
agenzie nachrichtenagentur nachrichtenagenturen also staff wire wires services inputs reports
агентство
"""
_JOINING = frozenset(_JOINING_WORDS.split())


LONGEST_BYLINE = 300  # characters; more is a box about the author
_JOB_WORDS = """
writer writers reporter reporters correspondent correspondents editor editors staff columnist desk
bureau newsroom korrespondent korrespondentin redakteur redaktion corresponsal
"""
_JOBS = frozenset(_JOB_WORDS.split())
# What stands on a line about a picture, whose agency gets no credit for the text.
PICTURE = re.compile(
    r"\b(?:photo\w*|foto\w*|pictures?|images?|imagen|imágenes|bild(?:er)?|illustrations?|graphics?|"
    r"video|file|archiv\w*|getty|zdjęcie|kuva|фото|写真|图片|圖片|사진|صورة)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Spelling:
    agency: str
    is_alone: bool


@dataclass(frozen=True, slots=True)
class _Names:
    """Everything of agencies.tsv, ready for look-ups."""

    exact: dict[str, _Spelling]
    folded: dict[str, _Spelling]
    first_words: frozenset[str]  # in lower case
    signs: frozenset[str]  # the first run of letters of every spelling, as print has it
    sites: dict[str, str]
    unspaced: re.Pattern[str]  # names in scripts without blanks


@cache
def _names() -> _Names:
    exact: dict[str, _Spelling] = {}
    sites: dict[str, str] = {}
    for row in packaged_rows("tasks", "agencies.tsv"):
        agency, spellings, alone, hosts = map(_cells, row)
        exact.update((each, _Spelling(agency[0], is_alone=False)) for each in spellings)
        exact.update((each, _Spelling(agency[0], is_alone=True)) for each in alone)
        sites.update((host, agency[0]) for host in hosts)
    assert max(len(each.split()) for each in exact) <= _LONGEST_WORDS
    folded = {each.casefold(): of for each, of in exact.items() if len(each) >= _FOLDED_LETTERS}
    unspaced = "|".join(sorted((each for each in exact if _is_unspaced(each)), key=len)[::-1])
    return _Names(
        exact=exact,
        folded=folded,
        first_words=frozenset(each.split()[0].casefold() for each in exact),
        signs=frozenset(sign for each in exact for sign in _signs(each)),
        sites=sites,
        unspaced=re.compile(unspaced),
    )


def _cells(cell: str) -> list[str]:
    """Return the entries of a cell, each with its words as `pieces_of` gives those of a line."""
    return [
        " ".join(word.strip(_EDGES) for word in plain(entry).split())
        for entry in cell.split("|")
        if entry != "-"
    ]


def _signs(spelling: str) -> Iterable[str]:
    for first in (_runs(spelling)[0], _RUN.findall(spelling)[0]):
        yield from (first, first.upper())
        if " " not in spelling and len(first) >= _FOLDED_LETTERS:
            yield first.lower()


def _runs(text: str) -> list[str]:
    """Return the runs of letters and digits. ASCII goes three times as fast by a table."""
    return text.translate(_TO_BLANKS).split() if text.isascii() else _RUN.findall(text)


def _is_unspaced(name: str) -> bool:
    return any("\u3040" <= letter <= "\u9fff" for letter in name)


def agency_of_site(source: str | None) -> str | None:
    """Return the agency that publishes at this source (a host as in articles.source)."""
    return _names().sites.get(source) if source else None


def plain(text: str) -> str:
    """Return a line as names are looked up in it: NFKC, initials without dots."""
    text = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return _INITIALS.sub(lambda found: found[0].replace(".", ""), text) if "." in text else text


def may_name_agency(text: str) -> bool:
    """Tell whether a text can name an agency at all; for nearly all texts the answer is no."""
    names = _names()
    if text.isascii():
        return not names.signs.isdisjoint(_runs(text))
    text = unicodedata.normalize("NFKC", text)
    return not names.signs.isdisjoint(_runs(text)) or names.unspaced.search(text) is not None


def pieces_of(line: str) -> list[list[str]]:
    """Return the words of the parts of a line, between commas, slashes, brackets, dashes."""
    words = ([word.strip(_EDGES) for word in part.split()] for part in _SEPARATORS.split(line))
    return [kept for each in words if (kept := [word for word in each if word])]


def is_joining(word: str) -> bool:
    """Tell a word that only joins or introduces names in a credit ("with", "und", "agencias")."""
    return word.casefold() in _JOINING


def agency_at(words: list[str], at: int) -> tuple[str, int, bool] | None:
    """Return the agency whose name begins at a word, where the name ends, whether it must be alone.

    The longest name wins.
    """
    names = _names()
    if words[at].casefold() not in names.first_words:
        return None
    for end in range(min(len(words), at + _LONGEST_WORDS), at, -1):
        name = " ".join(words[at:end])
        found = names.exact.get(name) or names.folded.get(name.casefold())
        if found:
            return found.agency, end, found.is_alone
    return None


def unspaced_agency(text: str, *, at_end: bool = False) -> str | None:
    """Return the agency whose Han or Kana name begins (or ends) `text`."""
    names = _names()
    found = names.unspaced.match(text)
    if found is None and at_end:
        ends = [each for each in names.unspaced.finditer(text) if each.end() == len(text)]
        found = ends[0] if ends else None
    return names.exact[found[0]].agency if found else None


def agency_listed(text: str) -> str | None:
    """Return the first agency of a text that names agencies and nothing else ("dpa/AFP")."""
    first: str | None = None
    pieces = pieces_of(text)
    for words in pieces:
        at = 0
        while at < len(words):
            found = agency_at(words, at)
            if found and found[2] and (len(pieces) > 1 or len(words) > 1):
                return None
            if found:
                first = first or found[0]
                at = found[1]
            elif is_joining(words[at]):
                at += 1
            else:
                return None
    return first


def agency_signed(line: str) -> str | None:
    """Return the agency in "By Jane Doe, Associated Press", "JANE DOE AP Political Writer"."""
    if not line or len(line) > LONGEST_BYLINE:
        return None
    line = plain(line)
    if not (may_name_agency(line) or may_name_agency(line.title())):
        return None
    pieces = pieces_of(_without_pictures(line))
    for words in pieces:
        for at in range(len(words)):
            found = agency_at(words, at)
            is_whole = len(pieces) == 1 and _is_joined(words[:at])
            if found and (is_whole or not found[2]) and _stands_apart(words, at, found[1]):
                return found[0]
    return unspaced_agency(line)


def _without_pictures(line: str) -> str:
    """Cut off what begins with a word for pictures, and the name before it ("AP Photo/Jane")."""
    picture = PICTURE.search(line)
    if picture is None:
        return line
    before = line[: picture.start()].rstrip()
    return before[: max(map(before.rfind, ",;|/(")) + 1]


def _is_joined(words: list[str]) -> bool:
    return all(is_joining(word) for word in words)


def _stands_apart(words: list[str], start: int, end: int) -> bool:
    """Tell whether words[start:end] name an agency and are no part of another name.

    Before it stands nothing, "of", "with", or, if it has two words, a person; behind it nothing,
    "and", or a job. "Bloomberg Businessweek" and "Michael Bloomberg" are no agency.
    """
    behind = words[end:]
    has_job = bool(behind) and (
        behind[0].casefold() in _JOBS or (len(behind) <= 3 and behind[-1].casefold() in _JOBS)
    )
    is_begun = start == 0 or end - start > 1 or is_joining(words[start - 1])
    return (is_begun or has_job) and (not behind or has_job or is_joining(behind[0]))
