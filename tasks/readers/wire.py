"""Reader of the two old wire formats of text: IPTC 7901 and ANPA 1312.

Both frame a message with control characters: SOH, a header line, STX, the text, ETX, and a line
with the time. IPTC 7901 (the recommendation of 1979, revised 1995): source and number, priority,
category, word count; day-time group after ETX. ANPA 1312 (1989): SYN SYN before SOH, service level
and number; then priority, category, slug, month-day and word count.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from tasks.clean import clean_line, clean_text
from tasks.compression import BLOCK_BYTES, TRAILING, Readable
from tasks.dates import parse_moment
from tasks.decode import decode
from tasks.layout import split_paragraphs
from tasks.opening import read_header_line
from tasks.readers import text as text_reader
from tasks.readers.jsonl import Gathered, rejected
from tasks.readers.parts import Part
from tasks.readers.sevenbit import restore_letters
from tasks.readers.story import Story
from tasks.readers.wirelines import part_indented
from tasks.records import Candidate, Draft, DraftParagraph, RawDocument
from tasks.sniff import ANPA, IPTC_7901
from warehouse.errors import CannotRead

EXTRACTOR = "wire 1"
NO_END = "no_end_of_text"  # the message breaks off before ETX

# The header begins with a letter; at the end of a chunk that is not known yet.
_START = re.compile(rb"\x16*\x01(?=[A-Za-z0-9]|\Z)")
_FRAME = re.compile(
    rb"\x01(?P<head>[^\x02\x03]{0,500})(?:\x02(?P<text>[^\x03]*)(?P<end>\x03)?(?P<tail>[^\x04]*))?",
)
_CONTROLS = bytes({*range(0x20), 0x7F} - {*b"\t\n\r"})
_HEAD_7901 = re.compile(
    r"\s*(?P<service>[A-Za-z]{1,4}) ?(?P<number>\d{1,5}) +(?P<urgency>\d)"
    r" +(?P<category>[A-Za-z]{1,4})\b *(?P<words>\d{1,5})?"
)
# 231245 GMT MAR 98; the zone and, with many agencies, month and year are left out
_DAY_TIME = re.compile(
    r"(?<!\d)(?P<day>[0-3]\d)(?P<hour>[0-2]\d)(?P<minute>[0-5]\d)(?: ?(?P<zone>GMT|UTC|Z)\b)?"
    r"(?: *(?P<month>[^\W\d_]{3,9})\.? *(?P<year>\d{4}|\d\d)?)?(?!\d)",
    re.IGNORECASE,
)
_HEAD_ANPA = re.compile(r"\s*(?P<service>[A-Za-z])(?P<number>\d{3,5})\b")
_KEYS_ANPA = re.compile(
    r"(?:^|(?<=\s))(?P<urgency>[a-z]) (?P<category>[a-z]) (?P<slug>\S.{0,60}?)"
    r"\s+(?P<month>\d\d?)-(?P<day>\d\d?)\s+(?P<words>\d{1,5})\b"
)
# AP-NY-09-12-88 1234EDT
_FILED = re.compile(
    r"\W*(?P<agency>[A-Z]{2,5})-[A-Z]{2,4}-(?P<month>\d\d)-(?P<day>\d\d)-(?P<year>\d\d)"
    r" +(?P<hour>\d\d)(?P<minute>\d\d)(?P<zone>[A-Z]{3,4})?\W*"
)
_KEYWORDS = re.compile(r"[\w&.'-]+(?:/[\w&.' -]+)+/?|[\w&.'-]+/")
_SLUG = re.compile(r"(?:AM|PM|BC|AP|US|EU)[-_][^\s.]\S*(?: [\w-]+)?(?:,[^.]*)?", re.IGNORECASE)
_BYLINE = re.compile(r"(?:by|von|par|por|di) +\S", re.IGNORECASE)
_NOTE = re.compile(r"(?:eds|editors|note)\b[^a-z]{0,3}:|\((?:eds|adds|updates|recasts)\b", re.I)
# What ends a message: "NNNN", "-0-", or the initials of those who worked on it ("dpa ab yy cd").
_FURNITURE = re.compile(
    r"\W*(?:nnnn|more|ends?|-0-|###|-30-|zczc.{0,60}|\(end\))?\W*"
    r"|\s*[a-z]{2,4}(?: [a-z]{2}){2,5}\s*",
    re.IGNORECASE,
)
_MOST_HEAD_LINES = 12
_LONGEST_END = 80  # characters of a line of codes; teleprinters had 69


def split_7901(stream: Readable, *, limit: int) -> Iterator[Part]:
    """Yield the messages of an IPTC 7901 file; see `_split`."""
    return _split(stream, limit, IPTC_7901)


def split_anpa(stream: Readable, *, limit: int) -> Iterator[Part]:
    """Yield the messages of an ANPA 1312 file; see `_split`."""
    return _split(stream, limit, ANPA)


def read_7901(document: RawDocument) -> Draft:
    """Return the article in one IPTC 7901 message. Raises CannotRead as `read_anpa` does."""
    message = _message(document)
    story = Story()
    _note_head(story, _HEAD_7901.match(message.head))
    _read_day_time(story, message.tail)
    lines = _set_apart_keywords(story, message.text.split("\n"))
    headline, rest = _marked_headline(lines)
    return _draft(document, message, story, headline, rest)


def read_anpa(document: RawDocument) -> Draft:
    """Return the article in one ANPA 1312 message.

    Raises CannotRead: "read.no_body" for a message without text, and what tasks.decode raises.
    """
    message = _message(document)
    story = Story()
    _note_head(story, _HEAD_ANPA.match(message.head))
    _note_head(story, _KEYS_ANPA.search(message.head))
    lines = list(_without_filing_line(story, message.text.split("\n")))
    list(_without_filing_line(story, [message.tail]))
    headline, rest = _quad_lines(story, lines)
    return _draft(document, message, story, headline, rest)


# ---- messages --------------------------------------------------------------------------------


def _split(stream: Readable, limit: int, media_type: str) -> Iterator[Part]:
    """Yield the messages of a file as parts: each from SOH to the next.

    A file of one message is one part with the record None. A message of more than `limit` bytes is
    rejected; at a damage of the file the last part is a rejection with the byte offset.
    """
    number, offset = 1, 0
    gathered = Gathered(limit)
    damage: CannotRead | None = None
    try:
        while chunk := stream.read(BLOCK_BYTES):
            for place, piece in enumerate(_messages(chunk)):
                if place and _is_begun(gathered):
                    yield _typed(gathered, number, media_type)
                    number, gathered = number + 1, Gathered(limit)
                gathered.add(piece)
            offset += len(chunk)
    except CannotRead as error:
        damage = error if error.reason != TRAILING else None
    record = None if number == 1 and damage is None else number
    if damage:
        detail = f"{damage.detail}; message {number:,} breaks off at byte {offset:,}"
        yield Part(record=record, rejection=rejected(damage, detail))
    else:
        yield _typed(gathered, record, media_type)


def _messages(chunk: bytes) -> list[bytes]:
    """Return `chunk` in pieces of which each but the first begins with SOH or SYN SOH."""
    at = [found.start() for found in _START.finditer(chunk)]
    borders = [0, *at, len(chunk)]
    return [chunk[a:b] for a, b in pairwise(borders)]


def _is_begun(gathered: Gathered) -> bool:
    return any(b"\x01" in piece for piece in gathered.pieces) or gathered.size > gathered.limit


def _typed(gathered: Gathered, record: int | None, media_type: str) -> Part:
    part = gathered.part(record)
    return Part(record=record, data=part.data, rejection=part.rejection, media_type=media_type)


@dataclass(frozen=True, slots=True)
class _Message:
    """The parts of a message as clean text."""

    head: str
    text: str
    tail: str
    encoding: str
    encoding_method: str
    removed: Counter[str]
    is_cut: bool


def _message(document: RawDocument) -> _Message:
    frame = _FRAME.search(document.data)
    if frame is None:
        raise CannotRead("read.no_body", "no SOH (0x01), which begins a wire message")
    if frame["text"] is None:
        detail = f"no STX (0x02) within 500 bytes of the header {frame['head'][:40]!r}"
        raise CannotRead("read.no_body", f"{detail}; the text of a message begins there")
    decoded = decode(_bare(frame["text"]), charset=document.charset)
    text, alphabet = restore_letters(decoded.text)
    cleaned = clean_text(text)
    return _Message(
        head=clean_text(_latin(frame["head"])).text,
        text=cleaned.text,
        tail=clean_line(_latin(frame["tail"])).text,
        encoding=alphabet or decoded.encoding,
        encoding_method="detected" if alphabet else decoded.method,
        removed=Counter(cleaned.removed),
        is_cut=frame["end"] is None,
    )


def _bare(data: bytes) -> bytes:
    """Return `data` without control characters; the separators (FS to US) part words."""
    return data.translate(bytes(0x20 if 0x1C <= b < 0x20 else b for b in range(256)), _MOST)


_MOST = bytes({*_CONTROLS} - set(range(0x1C, 0x20)))


def _latin(data: bytes | None) -> str:
    return _bare(data or b"").decode("latin-1")


# ---- headers ---------------------------------------------------------------------------------


def _note_head(story: Story, found: re.Match[str] | None) -> None:
    """Keep what a header line says, under the names of ninjs where it has one."""
    if found is None:
        return
    names = {"slug": "slugline", "words": "wordcount", "number": "transmission_number"}
    for name, value in found.groupdict().items():
        if value and name not in ("month", "day"):
            story.note(names.get(name, name), value)


def _read_day_time(story: Story, tail: str) -> None:
    """Offer the day-time group as published if it has month and year.

    Of two figures of the year those from 79 on are of the last century: the format is of 1979.
    """
    found = _DAY_TIME.search(tail)
    if found is None:
        return
    story.note("day_time", found[0].strip())
    if not found["year"]:
        return
    year = int(found["year"])
    year += 0 if year > 99 else 1900 if year >= 79 else 2000
    zone = "+00:00" if found["zone"] else ""
    value = f"{found['day']} {found['month']} {year} {found['hour']}:{found['minute']}{zone}"
    if parse_moment(value):
        story.offer("published", value, "iptc7901:day-time group")


def _set_apart_keywords(story: Story, lines: list[str]) -> list[str]:
    """Offer a first line of keywords ("Elections/Europe/", "BC-EXAMPLE"); return the others."""
    while lines and (not lines[0].strip() or lines[0].startswith("ZCZC")):
        lines = lines[1:]
    first = lines[0].strip() if lines else ""
    if len(lines) > 1 and len(first) <= 120 and _KEYWORDS.fullmatch(first):
        for keyword in first.split("/"):
            story.offer("keyword", keyword, "iptc7901:keywords")
        return lines[1:]
    if len(lines) > 1 and len(first) <= 80 and _SLUG.fullmatch(first):
        story.note("slugline", first)
        return lines[1:]
    return lines


def _marked_headline(lines: list[str]) -> tuple[str, list[str]]:
    """Return the headline that "=" ends (dpa, AFP and others), and the lines after it."""
    for number, line in enumerate(lines[:5]):
        if line.rstrip().endswith("=") and len(line.strip()) > 1:
            headline = " ".join(each.strip() for each in lines[: number + 1])
            return headline.rstrip("= "), lines[number + 1 :]
    return "", lines


def _without_filing_line(story: Story, lines: list[str]) -> Iterator[str]:
    """Yield the lines but for the last, which says when the message was filed; offer that."""
    for line in lines:
        found = _FILED.fullmatch(line)
        if found is None:
            yield line
            continue
        year = int(found["year"]) + (1900 if int(found["year"]) >= 79 else 2000)
        day, clock = f"{year}-{found['month']}-{found['day']}", f"{found['hour']}:{found['minute']}"
        value = f"{day} {clock} {found['zone'] or ''}".strip()
        story.offer("published", value, "anpa:filing line")
        story.offer("publisher", found["agency"], "anpa:filing line")


def _quad_lines(story: Story, lines: list[str]) -> tuple[str, list[str]]:
    """Return headline and text: the first lines begin with "^" or end with "<", the text not.

    Among them are the slug, notes to editors and the byline.
    """
    headline = ""
    for number, line in enumerate(lines):
        bare = line.strip().strip("^<=").strip()
        is_quad = line.lstrip().startswith("^") or line.rstrip().endswith("<")
        if number >= _MOST_HEAD_LINES or (bare and not is_quad):
            return headline, [_without_quads(each) for each in lines[number:]]
        if _SLUG.fullmatch(bare):
            story.note("slugline", bare)
        elif _NOTE.match(bare):
            story.add(bare, "furniture")
        elif _BYLINE.match(bare):
            story.offer("byline", bare, "anpa:byline")
            story.add(bare, "byline")
        elif bare and any(each.field == "byline" for each in story.candidates):
            story.add(bare, "byline")  # "Associated Press Writer"
        elif bare:
            headline = f"{headline} {bare}".strip()
    return headline, []


def _without_quads(line: str) -> str:
    """Remove the marks of typesetting: "^" before a line, "<" or "=" at its end.

    A mark at the beginning of a line begins a paragraph, which indentation says from here on.
    """
    bare = line.rstrip()
    if bare.endswith("<"):
        bare = bare[:-1]
    return "    " + bare[1:] if bare.startswith("^") else bare


# ---- the text --------------------------------------------------------------------------------


def _draft(
    document: RawDocument, message: _Message, story: Story, headline: str, lines: list[str]
) -> Draft:
    text = part_indented("\n".join(_with_end_apart(lines)).strip("\n"))
    if headline:
        story.offer("headline", headline, "wire:headline")
        _add_paragraphs(story, text)
    else:
        _add_as_text(story, document, text)
    if not story.has_body():
        raise CannotRead("read.no_body", f"no text after the header {message.head[:60]!r}")
    story.paragraphs = [*map(_furnished, story.paragraphs)]
    story.removed.update(message.removed)
    truncated = (NO_END,) if message.is_cut else ()
    return story.draft(message.encoding, message.encoding_method, EXTRACTOR, truncated)


def _with_end_apart(lines: list[str]) -> Iterator[str]:
    """Yield the lines, with a blank one before a last line that is no text ("dpa ab yy cd")."""
    for number, line in enumerate(lines):
        is_last = number >= len(lines) - 4 and len(line) <= _LONGEST_END
        if is_last and line.strip() and _FURNITURE.fullmatch(line):
            yield ""
        yield line


def _add_paragraphs(story: Story, text: str) -> None:
    """Add the text below a known headline; its first lines may be bylines."""
    layout = split_paragraphs(text)
    story.removed.update(layout.removed)
    for number, paragraph in enumerate(layout.paragraphs):
        header = read_header_line(paragraph, is_first=False) if number < 4 else None
        if header and header.kind != "headline":
            story.candidates += header.candidates
        story.add(paragraph, header.kind if header and header.kind != "headline" else "body")


def _add_as_text(story: Story, document: RawDocument, text: str) -> None:
    """Let the reader of plain text find the headline."""
    data = text.encode("utf-8", "replace")
    draft = text_reader.read(replace(document, data=data, charset="utf-8", media_type="text/plain"))
    story.paragraphs += draft.paragraphs
    story.candidates += [_of_wire(each) for each in draft.candidates]
    story.removed.update(draft.removed)


def _of_wire(candidate: Candidate) -> Candidate:
    return replace(candidate, source=f"wire:{candidate.source}")


def _furnished(paragraph: DraftParagraph) -> DraftParagraph:
    """Mark lines that end a message ("NNNN", "-0-") as no text of the article."""
    if len(paragraph.text) < 80 and _FURNITURE.fullmatch(paragraph.text):
        return replace(paragraph, kind="furniture")
    return paragraph
