"""Reader of Reuters-21578 and RCV-like SGML: <REUTERS> elements one after the other.

The files are SGML by name only: bare "&", control characters written as &#3; and unclosed
documents occur, so tags are looked for instead of parsed. Elements: the README of the collection,
section VI (Lewis, 1997).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from tasks.clean import clean_text
from tasks.compression import Readable
from tasks.decode import decode
from tasks.layout import split_paragraphs
from tasks.readers.cutter import Cuts, cut
from tasks.readers.parts import Part
from tasks.readers.story import Story
from tasks.readers.wirelines import part_indented
from tasks.records import Draft, RawDocument
from warehouse.errors import CannotRead

EXTRACTOR = "reuters-sgml 1"
MEDIA_TYPE = "application/x-reuters-sgml"

_START = re.compile(r"<REUTERS\b([^>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([A-Z]+)\s*=\s*[\"']?([^\"'\s>]*)", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([A-Z]+)\b[^<>]*>", re.IGNORECASE)
_CONTROL = re.compile(r"&#(?:[0-9]|[12][0-9]|3[01]);|[\x00-\x08\x0e-\x1f]")
_LISTS = ("topics", "places", "people", "orgs", "exchanges", "companies")
_FIELDS = (*_LISTS, "date", "mknote", "unknown", "title", "author", "dateline", "body", "text")
# "REUTER", "Reuter", " Reuters" alone in the last line: the sign-off of the wire.
_SIGN_OFF = re.compile(r"\W*reuters?\W*", re.IGNORECASE)


def split_reuters(stream: Readable, *, limit: int) -> Iterator[Part]:
    """Yield the documents of a file of the collection; see `cutter.cut`."""
    return cut(stream, Cuts(media_types={"reuters": MEDIA_TYPE}, is_wrapped=False), limit=limit)


def read(document: RawDocument) -> Draft:
    """Return the article of one <REUTERS> element.

    Raises CannotRead: "read.no_body" for one without text (TYPE="BRIEF" are headlines alone),
    "read.unknown_xml" where there is no such element, and what tasks.decode raises.
    """
    decoded = decode(document.data, charset=document.charset)
    start = _START.search(decoded.text)
    if start is None:
        raise CannotRead("read.unknown_xml", "no <REUTERS> element")
    attributes = {name.upper(): value for name, value in _ATTRIBUTE.findall(start[1])}
    fields, kind = _fields(decoded.text[start.end() :]), _kind(decoded.text)
    story = Story()
    _read_fields(story, fields, attributes)
    _add_text(story, fields, kind)
    if not story.has_body():
        title = fields.get("title", "").strip()[:80]
        raise CannotRead("read.no_body", f"a text of type {kind or 'NORM'} without body: {title!r}")
    return story.draft(decoded.encoding, decoded.method, EXTRACTOR)


def _kind(text: str) -> str:
    found = re.search(r"<TEXT\b[^>]*?TYPE\s*=\s*[\"']?(\w+)", text, re.IGNORECASE)
    return found[1].upper() if found else ""


def _fields(text: str) -> dict[str, str]:
    """Return the text directly inside each element that is known, without control characters.

    Elements of a list (<D>) are parted by line breaks. What stands in <TEXT> outside of others is
    its own text. Anything else in brackets is text, too: "<IBM.N>" names a company.
    """
    fields: dict[str, list[str]] = {name: [] for name in _FIELDS}
    open_names: list[str] = []
    at = 0
    for tag in _TAG.finditer(text):
        inside, at = text[at : tag.start()], tag.end()
        name = tag[2].lower()
        if open_names:
            fields[open_names[-1]].append(inside)
            if name not in _FIELDS:
                fields[open_names[-1]].append("\n" if name == "d" else tag[0])
        if name in _FIELDS:
            _open_or_close(open_names, name, is_end=bool(tag[1]))
    if open_names:  # the end is missing
        fields[open_names[-1]].append(text[at:])
    joined = {name: "".join(pieces) for name, pieces in fields.items()}
    return {name: html.unescape(_CONTROL.sub("", value)) for name, value in joined.items()}


def _open_or_close(names: list[str], name: str, *, is_end: bool) -> None:
    if not is_end:
        names.append(name)
    elif name in names:
        del names[names.index(name) :]


def _read_fields(story: Story, fields: dict[str, str], attributes: dict[str, str]) -> None:
    story.offer("headline", fields.get("title"), "reuters:title")
    story.offer("byline", fields.get("author"), "reuters:author")
    story.offer("published", fields.get("date"), "reuters:date")
    story.offer("publisher", "Reuters", "reuters:element")  # all of the collection is theirs
    for topic in fields.get("topics", "").split():
        story.offer("keyword", topic, "reuters:topics")
    for name in _LISTS[1:]:
        story.note(name, fields.get(name, "").split())
    for name in ("NEWID", "OLDID", "LEWISSPLIT", "CGISPLIT"):
        story.note(name.lower(), attributes.get(name))


def _add_text(story: Story, fields: dict[str, str], kind: str) -> None:
    """Add author, dateline and body; of an unprocessed text all that stands in <TEXT>."""
    text = fields.get("body") or (fields.get("text", "") if kind != "BRIEF" else "")
    story.add(fields.get("author", ""), "byline")
    dateline = fields.get("dateline", "").strip()
    if dateline and text.strip():
        text = f"    {dateline} {text.lstrip()}"
    cleaned = clean_text(text)
    layout = split_paragraphs(part_indented(cleaned.text))
    story.removed.update(cleaned.removed)
    story.removed.update(layout.removed)
    for paragraph in layout.paragraphs:
        story.add(paragraph, "body")
    if len(story.paragraphs) > 1 and _SIGN_OFF.fullmatch(story.paragraphs[-1].text):
        last = story.paragraphs.pop()
        story.add(last.text, "furniture")
