"""What the first lines of a plain text say besides the headline: bylines, dates, datelines.

Only what a line says as a whole is taken; a line that merely mentions a name or a date is text.
Values are offered as printed; tasks.fields decides whether they are understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tasks.dates import MONTHS, parse_moment
from tasks.names import authors_in
from tasks.records import Candidate

LONGEST_LINE = 120  # characters; a longer line is a paragraph, whatever it begins with
LONGEST_DATE = 60  # characters: "Wednesday, 25 September 2024, 16:05 Central European Time"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderLine:
    """A line that is no prose: the kind of its paragraph, and what it offers.

    The kind is "headline" for "Title: ...", whose line becomes no paragraph.
    """

    kind: str
    candidates: tuple[Candidate, ...]


def read_header_line(line: str, *, is_first: bool) -> HeaderLine | None:
    """Return what `line`, clean and without line breaks, says about the article, or None.

    `is_first` tells that no text stands before it: there "By the river" is a headline.
    """
    if not 4 <= len(line) <= LONGEST_LINE:
        return None
    if _RELEASE.fullmatch(line):
        return HeaderLine(kind="furniture", candidates=())
    has_digit = _DIGIT.search(line) is not None
    found = _labelled(line) if has_digit or ":" in line or "：" in line else None
    if not found and has_digit:
        found = _date_line(line)
    return found or (None if is_first else _byline(line))


def read_dateline(paragraph: str) -> Candidate | None:
    """Return the day in "LONDON, 3 May (Reuters) - The ..." or "新华社北京5月3日电", or None."""
    beginning = paragraph[:LONGEST_LINE]
    found = _DATELINE.match(beginning)
    is_month = found and not MONTHS.keys().isdisjoint(_words(found["day"]))
    if found and is_month and _is_written_as_name(found["place"]):
        return Candidate(field="published", value=found["day"].strip(" ,."), source="dateline")
    found = _CHINESE_DATELINE.match(beginning)
    return Candidate(field="published", value=found[1], source="dateline") if found else None


# ---- "Title: ...", "Published: ..." ------------------------------------------------------------
_RELEASE = re.compile(
    r"\W*(?:for immediate release|(?:news|press|media) release|comunicado de prensa|"
    r"communiqué de presse|pressemitteilung|comunicato stampa|nota de prensa|persbericht)\W*",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"(?:title|headline|titel|überschrift|título|titre|titolo|заголовок|标题|標題|العنوان)"
    r"\s*[:：]\s*(?=\S)",
    re.IGNORECASE,
)
_URL = re.compile(r"(?:url|link|permalink)\s*:\s*(?=https?://\S+\Z)", re.IGNORECASE)
_PUBLISHED = re.compile(
    r"(?:(?:first )?published(?: on| at)?|posted(?: on| at)?|date(?: published)?|publication date"
    r"|fecha(?: de publicación)?|publicado(?: el| em)?|publié le|date de publication"
    r"|veröffentlicht(?: am)?|datum|stand|pubblicato(?: il)?|data|gepubliceerd(?: op)?|publicerad"
    r"|opublikowano|дата|опубликовано|发布时间|发表时间|發布時間|日期|时间|時間|تاريخ النشر|نشر في)"
    r"(?:\s*[:：]\s*|\s+)(?=\S)",
    re.IGNORECASE,
)
_MODIFIED = re.compile(
    r"(?:(?:last )?(?:updated|modified)(?: on| at)?|actualizado(?: el)?|atualizado(?: em)?"
    r"|mis à jour(?: le)?|(?:zuletzt )?aktualisiert(?: am)?|aggiornato(?: il)?|bijgewerkt(?: op)?"
    r"|uppdaterad|zaktualizowano|обновлено|更新时间|更新時間|更新|آخر تحديث)"
    r"(?:\s*[:：]\s*|\s+)(?=\S)",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")


def _labelled(line: str) -> HeaderLine | None:
    """Read "Title: ...", "URL: ...", "Updated 3 May 2024"."""
    if label := _TITLE.match(line):
        return _header("headline", "headline", line[label.end() :], "title line")
    if label := _URL.match(line):
        return _header("furniture", "url", line[label.end() :], "url line")
    for field, pattern in (("published", _PUBLISHED), ("modified", _MODIFIED)):
        label = pattern.match(line)
        if label and _is_value(line[: label.end()], line[label.end() :]):
            return _header("byline", field, line[label.end() :], "date line")
    return None


def _header(kind: str, field: str, value: str, source: str) -> HeaderLine:
    return HeaderLine(kind=kind, candidates=(Candidate(field=field, value=value, source=source),))


def _is_value(label: str, value: str) -> bool:
    """Tell whether a label for dates has one: after a colon also "2 hours ago"."""
    if not _DIGIT.search(value) or len(value) > LONGEST_DATE:
        return False
    return _is_day(value) or label.rstrip()[-1] in ":："


def _is_day(text: str) -> bool:
    moment = parse_moment(text)
    return moment is not None and moment.precision not in ("year", "month")


# ---- "Friday, 3 May 2024" ----------------------------------------------------------------------
_LETTERS = re.compile(r"[^\W\d_]+")
_PLACE_OR_DAY = re.compile(r"[^\W\d_]+(?:[ -][^\W\d_]+)?,?\s+")
# Words in a date that are neither month nor zone: "3 de mayo", "den 3. Mai um 16 Uhr", "le 3 mai".
_OF_DATES = frozenset(
    (
        *("de", "del", "di", "du", "da", "den", "der", "le", "el", "la", "las", "il", "alle"),
        *("à", "às", "at", "on", "um", "uhr", "o", "h", "hrs", "st", "nd", "rd", "th", "г", "года"),
        *("в", "am", "pm", "a", "p", "m", "t", "z", "gmt", "utc", "est", "edt", "cet", "cest"),
        *("bst", "ist", "msk", "年", "月", "日", "년", "월", "일"),
    )
)


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _LETTERS.findall(text)]


def _date_line(line: str) -> HeaderLine | None:
    """Read a line that is a day, with a clock perhaps, after a weekday or a place perhaps."""
    if len(line) > LONGEST_DATE or not _is_day(line):
        return None
    known = _OF_DATES | MONTHS.keys()
    before = _PLACE_OR_DAY.match(line)
    rest = line[before.end() :] if before and "," in before[0] else line
    if all(word in known for word in _words(rest)):
        return _header("byline", "published", line, "date line")
    return None


# ---- "By Jane Doe" -----------------------------------------------------------------------------
_BY = re.compile(
    r"(?:(?:written |reported |story |words |text )?by\b\s*:?\s*(?=\S)"
    r"|(?:authors?|autora?|auteur|autore|reporter|автор|текст|byline)\s*:\s*(?=\S)"
    r"|(?:بقلم|كتبت?)\s*:?\s+)",
    re.IGNORECASE,
)
# Names of two to four characters and no more: "记者从水利部了解到" begins a sentence.
_CHINESE_BY = re.compile(
    r"(?:(?:本报|本報|新华社|中新社)(?:特约|特約)?(?:记者|記者)[\s:：]*|(?:记者|記者|作者|撰文|文)[\s:：/／]+)"
    r"[\u4e00-\u9fff]{2,4}(?:[\s、]+[\u4e00-\u9fff]{2,4}){0,5}\s*(?:报道|報導|報道)?"
)
# These begin sentences as well, so a capital and two names must follow.
_BY_CAPITAL = re.compile(
    r"(?:Von|VON|Par|PAR|Por|POR|Door|DOOR|Av|AV|Di|DI)\s+(?=[^\W\d_a-zß-ÿ]\S*\s+\S)"
)
_PARTICLES = frozenset(
    (
        *(
            "de",
            "da",
            "do",
            "dos",
            "das",
            "di",
            "del",
            "della",
            "du",
            "des",
            "la",
            "le",
            "el",
            "al",
        ),
        *(
            "von",
            "van",
            "der",
            "den",
            "zu",
            "zur",
            "ter",
            "ten",
            "bin",
            "ibn",
            "ben",
            "y",
            "e",
            "af",
        ),
    )
)


def _byline(line: str) -> HeaderLine | None:
    """Read a line that names who wrote it; every name must be written as names are."""
    begins = _BY.match(line) or _BY_CAPITAL.match(line) or _CHINESE_BY.fullmatch(line)
    if not begins or line[-1] in "?!:;,":
        return None
    authors = authors_in(line)
    if not authors or not all(_is_written_as_name(author.name) for author in authors):
        return None
    offers = (
        Candidate(field="byline", value=line, source="byline line"),
        Candidate(field="author", value=line, source="byline line"),
    )
    return HeaderLine(kind="byline", candidates=offers)


def _is_written_as_name(name: str) -> bool:
    words = name.replace(",", " ").split()
    return not words[0][0].islower() and all(
        word in _PARTICLES or not word[0].islower() for word in words
    )


# ---- "LONDON, 3 May (Reuters) -" ---------------------------------------------------------------
_DATELINE = re.compile(
    r"(?P<place>[^\W\d_][^\d()]{1,50}?),\s+"
    r"(?P<day>(?:\d{1,2}\.?\s+(?:de\s+)?[^\W\d_]+\.?|[^\W\d_]+\.?\s+\d{1,2})(?:,?\s+(?:de\s+)?\d{4})?)"
    r",?\s*(?:\([^()]{2,40}\)|/[^/]{2,40}/)?\s*[.:]?\s*(?:[—–]|--?\s)"
)
_CHINESE_DATELINE = re.compile(
    r"[^\d。，]{0,25}?((?:\d{4}年)?\d{1,2}月\d{1,2}日)[电電讯訊](?![话話视視影子])"
)
