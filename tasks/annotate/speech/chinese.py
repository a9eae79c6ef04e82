"""Who said what in Chinese, where no blanks divide words.

Only clear patterns are read: a clause that ends in a verb of saying right before a quotation, one
that begins behind it and ends in a verb, and at the start of a sentence SUBJECT VERB, CLAUSE.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from tasks.annotate.speech.marks import Quoted
from tasks.annotate.speech.reading import Report
from tasks.annotate.speech.speakers import (
    COLLECTIVE,
    DOCUMENT,
    NAMED,
    OFFICIAL,
    ORGANISATION,
    UNNAMED,
    Cast,
    Speaker,
)
from tasks.annotate.speech.verbs import verb_table
from tasks.annotate.speech.words import lexicon

# Longest subject in characters: 美国宇航局约翰逊航天中心发言人丹尼尔·霍特(Daniel Huot) has 35.
_SUBJECT = 45
# Between the end of a quotation and the verb that follows it: 卢宇恳切地说.
_BEHIND = 24
_MARKS = "，。！？；：、,!?;:\n\u201c\u201d「」『』"
_STOPS = "。！？…!?"
# Name of a person without a title, in characters.
_NAME = (2, 3)
_KINDS = (
    ("person", UNNAMED),
    ("collective", COLLECTIVE),
    ("document", DOCUMENT),
    ("organisation", ORGANISATION),
)


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    lex, table = lexicon("zh"), verb_table("zh")
    verbs = "|".join(sorted((re.escape(form) for form in table), key=len, reverse=True))
    clear = "|".join(sorted(lex["clause verb"], key=len, reverse=True))
    between = "|".join(sorted(lex["adverb"], key=len, reverse=True))
    subject = rf"(?P<who>[^{_MARKS}]{{1,{_SUBJECT}}}?)"
    adverbs = rf"(?:{between})*"
    before = re.compile(
        rf"(?:^|[{_MARKS}])\s*{subject}?{adverbs}(?P<verb>{verbs})(?:道)?\s*[，：:,]?\s*\Z"
    )
    behind = re.compile(rf"[，,]?{subject}{adverbs}(?P<verb>{verbs})(?:道)?(?=[。，,：:！])")
    clause = re.compile(
        rf"(?:^|[。！？\n])\s*{subject}{adverbs}(?P<verb>{clear})[，：,:](?P<told>[^。！？\n]{{4,400}})"
    )
    return before, behind, clause


@cache
def _adverbial() -> re.Pattern[str]:
    words = "|".join(sorted(lexicon("zh")["adverbial"]))
    return re.compile(rf"\d+[年月日時时]|{words}")


def read_chinese(text: str, quoted: Sequence[Quoted], cast: Cast) -> list[Report]:
    """Return the reports of `text`, whose quotations are `quoted`, in reading order."""
    reports: list[Report] = []
    last: tuple[Speaker, int] | None = None
    for span in quoted:
        report = _quotation(text, span, cast)
        follows = last is not None and "\n" not in text[last[1] : span.outer_start]
        if last is not None and follows and report.kind == "direct" and report.cue is None:
            report = replace(report, speaker=last[0], method="paragraph")
        if report.kind == "direct" and report.speaker is not None:
            last = (report.speaker, span.outer_end)
        reports.append(report)
    taken = {report.cue for report in reports}
    reports += [one for one in _clauses(text, quoted, cast) if one.cue not in taken]
    return sorted(reports, key=lambda report: (report.start, report.end))


def _quotation(text: str, span: Quoted, cast: Cast) -> Report:
    before, behind, _ = _patterns()
    start = max(0, span.outer_start - 2 * _SUBJECT)
    found = before.search(text[start : span.outer_start])
    if found is None:
        start = span.outer_end
        found = behind.match(text[start : start + _SUBJECT + _BEHIND])
    kind = "direct" if _is_direct(text, span, found is not None) else "scare"
    if found is None or (kind == "scare" and span.end - span.start < _CLAUSE):
        return Report(span.start, span.end, kind)
    kind = "direct" if kind == "direct" else "partial"
    return _report(text, (span.start, span.end), kind, found, start, cast)


# Characters of a quotation that may be a term only.
_CLAUSE = 6


def _is_direct(text: str, span: Quoted, is_told: bool) -> bool:
    length = span.end - span.start
    inside = text[span.start : span.end]
    stopped = inside[-1] in _STOPS or inside[-1] in "，,"
    return (stopped and length >= _CLAUSE) or (is_told and length > 2 * _CLAUSE)


def _clauses(text: str, quoted: Sequence[Quoted], cast: Cast) -> Iterator[Report]:
    _, _, clause = _patterns()
    ends = [span.outer_end for span in quoted]
    for found in clause.finditer(text):
        start, end = found.span("told")
        first = bisect_right(ends, start)
        if first < len(quoted) and quoted[first].outer_start < end:
            continue
        if _subject(found, 0) is not None:
            yield _report(text, (start, end), "indirect", found, 0, cast)


def _report(
    text: str, told: tuple[int, int], kind: str, found: re.Match[str], start: int, cast: Cast
) -> Report:
    place = _subject(found, start)
    speaker = None
    if place is not None:
        speaker = cast.resolve(_speaker(text, *place), [])
    verb = (start + found.start("verb"), start + found.end("verb"))
    told_as = verb_table("zh")[text[verb[0] : verb[1]]].verb_class
    method = None if speaker is None else speaker.reference or "verb"
    return Report(*told, kind, speaker, method, told_as, verb)


def _subject(found: re.Match[str], start: int) -> tuple[int, int] | None:
    """Return the code points of who speaks; None where the words before the verb are no name."""
    who = found["who"]
    if who is None:
        return None
    lex = lexicon("zh")
    begin, end = found.span("who")
    bracket = re.search(r"[（(][^（）()]*[)）]?\Z", who)
    if bracket is not None:  # 丹尼尔·霍特(Daniel Huot)
        end = begin + bracket.start()
        who = who[: bracket.start()]
    later = _adverbial().search(who, 2)  # when, where and about what: 李强25日在会上
    if later is not None:
        end, who = begin + later.start(), who[: later.start()]
    described, _, name = who.rpartition("的")
    if described and name[:1] in lex["surname"] and len(name) in _NAME:  # 在里昂留学的卢宇
        begin, who = end - len(name), name
    if not who.strip() or who.startswith(tuple(lex["no subject"])):
        return None
    if any(word in who for word in lex["stop"]):
        return None
    return start + begin, start + end


def _speaker(text: str, start: int, end: int) -> Speaker:
    who, lex = text[start:end], lexicon("zh")
    speaker = Speaker(who, start, end, None, False, head=who)
    if who in lex["pronoun"]:
        head = "they" if who.endswith(("们", "們")) else "he"
        return replace(speaker, form="pronoun", head=head, is_person=head == "he")
    kind = _kind(who)
    unnamed = kind in (UNNAMED, COLLECTIVE, OFFICIAL) and not who.endswith(tuple(lex["office"]))
    return replace(
        speaker,
        kind=kind,
        form="indefinite" if unnamed else "name",
        is_anonymous=unnamed,
        is_person=kind in (NAMED, UNNAMED, OFFICIAL),
        is_plural=kind == COLLECTIVE,
    )


def _kind(who: str) -> str | None:
    lex = lexicon("zh")
    if who.endswith((*lex["official"], *lex["office"])):
        return OFFICIAL
    for word, kind in _KINDS:
        if who.endswith(tuple(lex[word])):
            return kind
    if (
        any(title in who[:-1] for title in lex["official"] | lex["office"] | lex["title"])
        or "·" in who
    ):
        return NAMED
    return NAMED if who[0] in lex["surname"] and len(who) in _NAME else None
