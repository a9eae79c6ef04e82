"""Reader of plain text: a headline, perhaps bylines and dates, and paragraphs.

How the headline is found (STOP stands for a full stop that is none of an abbreviation):
1. Lines such as "By Jane Doe", "Updated: 3 May 2024" or "Title: ..." among the first eight are
   header lines (tasks.opening). "Title: ..." is the headline.
2. Otherwise the first paragraph that is no header line is the headline if a blank line or a header
   line follows it and it is not long; with a STOP only if it is much shorter than what follows
   and nothing but it is set off by a blank line.
   Two or three lines are one headline if they are wrapped at the column of the text, or each goes
   on in small letters.
3. Where the text follows without a blank line, the first line is the headline if it is short, has
   no STOP, comma or colon at its end, and is shorter than the paragraphs are on average.
4. Otherwise there is no headline. A dateline ("LONDON, 3 May (Reuters) -") never begins one.
Header lines stay as paragraphs of kind "byline" or "furniture"; the headline is no paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice

from tasks.clean import clean_text
from tasks.decode import decode
from tasks.joining import IS_UNSPACED
from tasks.layout import Layout, split_paragraphs
from tasks.opening import LONGEST_LINE, HeaderLine, read_dateline, read_header_line
from tasks.records import Candidate, Draft, DraftParagraph, RawDocument
from warehouse.errors import CannotRead

EXTRACTOR = "text 1"
HEAD_LINES = 8  # lines of text in which header lines are looked for

# Longest headlines, in characters. Of 1,431 Spanish headlines 8 have more than 150, 99 in 100 at
# most 139; of 1,000 Chinese ones the longest is a round-up of 92. Before a blank line twice that.
LONGEST_SET_OFF = 300
LONGEST_BARE = 150
LONGEST_STOPPED = 120
UNSPACED_SHARE = 0.4  # Han and Kana say in 40 characters what takes 100 letters
MOST_TITLE_LINES = 3

_STOP = re.compile("[.。．؟۔।॥։።][\"'”’»“)\\]）」』]*\\Z")
_ABBREVIATION = re.compile(
    r"(?:\b(?:[^\W\d_]|([A-Z])\1)\.|\.\.|\b(?:Inc|Ltd|Co|Corp|Jr|Sr|St|vs|No|etc|Bros)\.)\Z"
)
_OPEN_END = re.compile("[,;:，；：、،؛]\\Z")


def read(document: RawDocument) -> Draft:
    """Return the draft of one plain text.

    Raises CannotRead: what `decode` raises, "read.empty" for a text of blanks alone, and
    "read.no_body" for a headline or header lines without a paragraph.
    """
    decoded = decode(document.data, charset=document.charset)
    cleaned = clean_text(decoded.text)
    if not cleaned.text or cleaned.text.isspace():
        raise CannotRead(
            "read.empty",
            f"{len(document.data)} bytes, no visible character; an article needs a paragraph",
        )
    layout = split_paragraphs(_set_header_lines_apart(cleaned.text))
    paragraphs, candidates = _sort(layout)
    return Draft(
        paragraphs=paragraphs,
        candidates=candidates,
        encoding=decoded.encoding,
        encoding_method=decoded.method,
        extractor=EXTRACTOR,
        removed={**cleaned.removed, **layout.removed},
    )


# ---- header lines -----------------------------------------------------------------------------


def _set_header_lines_apart(text: str) -> str:
    """Put blank lines around header lines, lest they are joined to a wrapped headline or text."""
    lines = text.split("\n", 4 * HEAD_LINES)
    met = 0
    out: list[str] = []
    was_header = False
    for line in lines:
        bare = line.strip() if len(line) <= 2 * LONGEST_LINE else line
        is_header = met < HEAD_LINES and _is_header(bare, is_first=met == 0)
        if out and out[-1].strip() and bare and (is_header or was_header):
            out.append("")
        out.append(line)
        met += bool(bare)
        was_header = is_header
    return "\n".join(out)


def _is_header(line: str, *, is_first: bool) -> bool:
    return bool(line) and read_header_line(line, is_first=is_first) is not None


def _header_lines(paragraphs: Sequence[str]) -> dict[int, HeaderLine]:
    """Return the header lines among the first paragraphs, by their place."""
    read_lines = (
        (at, read_header_line(paragraph, is_first=at == 0))
        for at, paragraph in enumerate(islice(paragraphs, HEAD_LINES))
    )
    return {at: header for at, header in read_lines if header}


# ---- headline ---------------------------------------------------------------------------------


def _sort(layout: Layout) -> tuple[tuple[DraftParagraph, ...], tuple[Candidate, ...]]:
    """Part the paragraphs into headline, header lines and body. Raises CannotRead without body."""
    headers = _header_lines(layout.paragraphs)
    named = {at for at, header in headers.items() if header.kind == "headline"}
    candidates = [offer for header in headers.values() for offer in header.candidates]
    if not named:
        named = set(_find_headline(layout, headers))
        headline = " ".join(layout.paragraphs[at] for at in sorted(named))
        if named:
            candidates.insert(0, Candidate(field="headline", value=headline, source="first line"))
    paragraphs = tuple(
        DraftParagraph(text=text, kind=headers[at].kind if at in headers else "body")
        for at, text in enumerate(layout.paragraphs)
        if at not in named
    )
    date = read_dateline(_first_of_body(paragraphs, layout.paragraphs[0]))
    return paragraphs, (*candidates, date) if date else tuple(candidates)


def _first_of_body(paragraphs: Sequence[DraftParagraph], opening: str) -> str:
    for each in paragraphs:
        if each.kind == "body":
            return each.text
    raise CannotRead(
        "read.no_body", f"{opening[:80]!r} and no paragraph after it; an article needs one"
    )


def _find_headline(layout: Layout, headers: Mapping[int, HeaderLine]) -> range:
    """Return the places of the paragraphs that are the headline; none if there is no headline."""
    texts = layout.paragraphs
    first = next((at for at in range(len(texts)) if at not in headers), None)
    if first is None or read_dateline(texts[first]):
        return range(0)
    in_block = layout.blocks.count(layout.blocks[first])
    places = range(first, first + in_block)
    if in_block > 1 and not _is_one_title(places, layout):
        places = range(first, first + 1)
    rest = [len(text) for at, text in enumerate(texts) if at not in places and at not in headers]
    title = " ".join(texts[at] for at in places)
    if len(places) == in_block:
        is_only = layout.blocks[-1] == layout.blocks[places[-1]] + 1
        is_short = layout.lines[first] <= MOST_TITLE_LINES
        found = is_short and _is_set_off_headline(title, rest, is_only=is_only)
    else:
        found = layout.lines[first] == 1 and _is_bare_headline(title, rest)
    return places if found else range(0)


def _is_one_title(places: range, layout: Layout) -> bool:
    """Tell whether the lines of a block are one headline: each goes on in small letters."""
    if len(places) > MOST_TITLE_LINES:
        return False
    lines = [layout.paragraphs[at] for at in places]
    return all(line[0].islower() for line in lines[1:]) and not any(map(_stops, lines[:-1]))


def _is_set_off_headline(title: str, rest: Sequence[int], *, is_only: bool) -> bool:
    """Judge a title before a blank line, which is perhaps the only one.

    `rest` are the lengths of the paragraphs in characters. A sentence is taken for a headline only
    if all speaks for it: to take the first sentence of an article away would be worse.
    """
    if not rest:
        return not _stops(title) and _length(title) <= LONGEST_BARE
    if _stops(title):
        is_short = _length(title) <= LONGEST_STOPPED and 2 * len(title) * len(rest) <= sum(rest)
        return is_only and is_short
    return _length(title) <= LONGEST_SET_OFF


def _is_bare_headline(title: str, rest: Sequence[int]) -> bool:
    """Judge a first line that text follows at once."""
    if _stops(title) or _OPEN_END.search(title[-1:]) or _length(title) > LONGEST_BARE:
        return False
    return len(title) * len(rest) < sum(rest)


def _stops(line: str) -> bool:
    """Tell whether a line ends with a full stop that is none of an abbreviation."""
    tail = line[-12:]  # enough for the patterns, and a line may have a hundred megabytes
    return bool(_STOP.search(tail) and not _ABBREVIATION.search(tail))


def _length(title: str) -> float:
    """Return the length of a title in characters of alphabetic scripts."""
    return (
        len(title) / UNSPACED_SHARE if IS_UNSPACED.search(title[:LONGEST_SET_OFF]) else len(title)
    )
