"""What the first lines of a plain text say besides the headline: bylines, dates, datelines.

Only what a line says as a whole is taken. A line that merely mentions a name or a date is text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tasks.dates import MONTHS, parse_moment
from tasks.names import authors_in
from tasks.records import Candidate

LONGEST_LINE = 120  # characters; a longer line is a paragraph, whatever it begins with


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderLine:
    """A line that is no prose: the kind of its paragraph, and what it offers.

    The kind is "headline" for "Title: ...", whose line becomes no paragraph.
    """

    kind: str
    candidates: tuple[Candidate, ...]


def read_header_line(line: str, *, is_first: bool) -> HeaderLine | None:
    """Return what `line`, clean and without line breaks, says about the article, or None.

    `is_first` tells that nothing stands before it: there "By the river" is a headline.
    """
    if not 4 <= len(line) <= LONGEST_LINE:
        return None
    return (
        _labelled(line)
        or _date_line(line, is_first=is_first)
        or (None if is_first else _byline(line))
        or _release_mark(line)
    )


# ---- "Title: ...", "Published: ..." ------------------------------------------------------------
_TITLE = re.compile(
    r"(?:title|headline|titel|überschrift|título|titre|titolo|заголовок|标题|標題|العنوان)"
    r"\s*[:：]\s*(?=\S)",
    re.IGNORECASE,
)
_URL = re.compile(r"(?:url|link|source url|permalink)\s*:\s*(https?://\S+)\Z", re.IGNORECASE)
_PUBLISHED = re.compile(
    r"(?:(?:first |date )?published(?: on| at)?|posted(?: on| at)?|(?:publication )?date"
    r"|(?:fecha|publicado)(?: el| em)?|fecha de publicación|publiée? le|date de publication"
    r"|veröffentlicht(?: am)?|datum|stand|pubblicato(?: il)?|data|gepubliceerd(?: op)?|publicerad"
    r"|opublikowano|дата|опубликовано|发布时间|发表时间|發布時間|日期|时间|時間|تاريخ النشر|نشر في)"
    r"(?:\s*[:：]\s*|\s+(?=\S*\d|\w+,? \d))",
    re.IGNORECASE,
)
_MODIFIED = re.compile(
    r"(?:(?:last )?(?:updated|modified)(?: on| at)?|actualizado(?: el)?|atualizado(?: em)?"
    r"|mise? à jour(?: le)?|(?:zuletzt )?aktualisiert(?: am)?|aggiornato(?: il)?|bijgewerkt(?: op)?"
    r"|uppdaterad|zaktualizowano|обновлено|更新时间|更新時間|更新|آخر تحديث)"
    r"(?:\s*[:：]\s*|\s+(?=\S*\d|\w+,? \d))",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")


def _labelled(line: str) -> HeaderLine | None:
    title = _TITLE.match(line)
    if title:
        return _header("headline", "title line", line[title.end() :], "headline")
    url = _URL.match(line)
    if url:
        return _header("furniture", "url line", url[1], "url")
    for field, label in (("published", _PUBLISHED), ("modified", _MODIFIED)):
        found = label.match(line)
        value = line[found.end() :] if found else ""
        if _DIGIT.search(value) and (_is_date(value, strangers=1) or line[: len(label.pattern)]):
            return _dated(field, value, line)
    return None
