"""RSS, RDF, Atom and CDF in text to entries: feedparser, kept away from what hurts.

feedparser reads well-formed feeds with expat and the others with an SGML parser that accepts
anything. Its own `parse` opens a string that looks like an address or a file, asks a detector for
the encoding and lets a hidden DOCTYPE through to expat; so its two parsers are driven here. Text
goes in, nothing is fetched, no DTD is read and no entity expanded. Where a feed could make it slow
or mix up two elements, a method of it is replaced below; the names are those of feedparser 6.0.14.
"""

from __future__ import annotations

import io
import re
import xml.sax
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from xml.sax.handler import (
    LexicalHandler,
    feature_external_ges,
    feature_namespaces,
    property_lexical_handler,
)
from xml.sax.xmlreader import InputSource

from feedparser.api import LooseFeedParser, StrictFeedParser
from feedparser.exceptions import UndeclaredNamespace

from warehouse.errors import CannotRead

# Beyond these feedparser needs time that grows with the square (measured: 12,000 attributes of one
# element 3 s, namespaces 14 s, categories of one item 6 s, an author of 60,000 letters 19 s, links
# below an xml:base of 24 kB 45 s). Real feeds stay far below: 40 namespaces, 60 categories.
MOST_ATTRIBUTES = 200
MOST_NAMESPACES = 200
MOST_CATEGORIES = 1_000
LONGEST_AUTHOR = 1_000  # characters; the e-mail address in it is looked for
LONGEST_BASE = 2_000

# An element takes up to 80 microseconds and 1 kB, so this bounds both. A real feed of 60 MB has
# 250,000 elements.
MOST_ELEMENTS = 1_000_000

# What feedparser and the standard library raise for feeds that nobody foresaw: code points beyond
# Unicode, elements closed before they were opened, broken addresses.
FAULTS = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)

_DECLARATION = re.compile(r"<\?xml\b[^<>]*>")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # XML 1.0, 2.2
_MARK = re.compile(r"<!--|<\?|[\"'\[\]>]")
_CLOSES = {"<!--": "-->", "<?": "?>", '"': '"', "'": "'"}
# Values of up to 64 characters make a text at most 16 times longer, and hold no other entity.
_ENTITY = re.compile(
    r"""<!ENTITY\s+([\w.:-]{1,64})\s+(?:"((?:[^"&%<]|&\#\w{1,8};){0,64})"|'([^'&%<]{0,64})')\s*>"""
)
_NAMED = re.compile(r"&([A-Za-z_:][\w.:-]{0,63});")
_BEFORE_DOCTYPE = re.compile(r"\s+|<\?(?:[^?]|\?(?!>))*+\?>|<!--(?:[^-]|-(?!->))*+-->")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A feed as feedparser gives it; the values are strings, numbers, lists and dictionaries."""

    version: str  # "rss20", "rss10", "atom10" ...; "" if no element of a feed was seen
    feed: Mapping[str, Any]
    entries: Sequence[Mapping[str, Any]]
    fault: str | None  # where it is not well formed XML and why; None: it is


def parse_feed(text: str) -> Parsed:
    """Return the feed in `text`, which needs no XML declaration.

    Text without a feed gives no entries and no version. Raises CannotRead: "read.bad_xml" where
    feedparser breaks, "read.too_large" beyond MOST_ELEMENTS.
    """
    body = _FORBIDDEN.sub("", _without_doctype(text))
    strict = _Strict()
    try:
        _drive(strict, body.encode())
    except (xml.sax.SAXException, UndeclaredNamespace, *FAULTS) as error:
        return _parse_loosely(body, f"{error}".removeprefix("<unknown>:"))
    return _parsed(strict, None)


def _without_doctype(text: str) -> str:
    """Return `text` without XML declaration and document type declaration before its root.

    Of the entities declared there, those that stand for a few plain characters are put in; no
    other one is. A declaration without end stays; expat is told not to read it.
    """
    text = text.lstrip("\ufeff \t\r\n")
    if declaration := _DECLARATION.match(text):
        text = text[declaration.end() :]
    start = 0
    while found := _BEFORE_DOCTYPE.match(text, start):
        start = found.end()
    if text[start : start + 9].upper() != "<!DOCTYPE":
        return text.lstrip()
    end = _doctype_end(text, start)
    body = text[end:].lstrip()
    declared = {name: one or two for name, one, two in _ENTITY.findall(text[start:end])}
    if not declared:
        return body
    return _NAMED.sub(lambda reference: declared.get(reference[1], reference[0]), body)


def _doctype_end(text: str, start: int) -> int:
    """Return the offset behind the document type declaration at `start`, or 0 if it has no end."""
    at, is_subset = start, False
    while mark := _MARK.search(text, at):
        at = mark.end()
        if mark[0] in _CLOSES:
            end = text.find(_CLOSES[mark[0]], at)
            if end < 0:
                return 0
            at = end + len(_CLOSES[mark[0]])
        elif mark[0] == ">" and not is_subset:
            return at
        elif mark[0] != ">":
            is_subset = mark[0] == "["
    return 0


def _drive(parser: _Strict, data: bytes) -> None:
    """Parse UTF-8 with expat. Raises SAXException where it is not well formed."""
    source = InputSource()
    source.setByteStream(io.BytesIO(data))
    source.setEncoding("utf-8")
    reader = xml.sax.make_parser()
    reader.setFeature(feature_namespaces, True)
    reader.setFeature(feature_external_ges, False)
    reader.setProperty(property_lexical_handler, _NoDoctype())
    reader.setContentHandler(parser)
    reader.setErrorHandler(parser)
    reader.parse(source)


def _parse_loosely(body: str, fault: str) -> Parsed:
    loose = _Loose()
    try:
        loose.feed(_closed(body))
        loose.finish()
    except FAULTS as error:
        detail = f"feedparser gave up: {type(error).__name__}: {error}; before that: {fault}"
        raise CannotRead("read.bad_xml", detail) from error
    return _parsed(loose, fault)


def _closed(body: str) -> str:
    """Close a CDATA section that the end of a cut feed leaves open; feedparser would drop it."""
    start = body.rfind("<![CDATA[")
    rest = body[start:] if start >= 0 else "]]>"
    is_cut = not any(end in rest for end in ("]]>", "</item>", "</entry>"))
    return body + "]]>" if is_cut else body


def _parsed(parser: _Strict | _Loose, fault: str | None) -> Parsed:
    """Return the result in plain dictionaries; those of feedparser answer for absent keys."""
    return Parsed(
        version=parser.version,
        feed=dict(parser.feeddata.items()),
        entries=[dict(entry.items()) for entry in parser.entries],
        fault=fault,
    )


class _NoDoctype(LexicalHandler):
    """Ends the strict parsing at a document type declaration that was not taken off."""

    def startDTD(self, name: str, public_id: str | None, system_id: str | None) -> None:
        """Refuse it."""
        raise xml.sax.SAXException("a document type declaration; none is read")


def _set_apart(key: str) -> tuple[Callable[[Any, Mapping[str, str]], None], Callable[[Any], None]]:
    """Return the two methods that keep the text of an element under a key of its own."""

    def start(self: Any, attrs: Mapping[str, str]) -> None:
        self.push(key, 1)

    def end(self: Any) -> None:
        self.pop(key)

    return start, end


class _Guards:
    """Methods of feedparser's mixin class, bounded and with elements set apart.

    Of those, feedparser would write dc:date over the date of change; it would take the title and
    the description of a picture (media:) for those of the item, and a second summary (dc:, itunes:)
    for its content.
    """

    # HTML stays as it is: the reader of the items takes the text out, and it takes half the time.
    resolve_relative_uris = False
    sanitize_html = False
    baseuri: str
    namespaces_in_use: dict[str | None, str]
    element_count = 0

    def unknown_starttag(self, tag: str, attrs: list[tuple[str, str]]) -> None:
        self.element_count += 1
        if self.element_count > MOST_ELEMENTS:
            detail = f"more than {MOST_ELEMENTS:,} elements, the limit for one feed"
            raise CannotRead("read.too_large", detail)
        if len(self.baseuri) > LONGEST_BASE:
            self.baseuri = ""
        with suppress(*FAULTS):  # one element is left out, and not the feed
            super().unknown_starttag(tag, attrs)  # type: ignore[misc]

    def unknown_endtag(self, tag: str) -> None:
        with suppress(*FAULTS):
            super().unknown_endtag(tag)  # type: ignore[misc]

    def track_namespace(self, prefix: str | None, uri: str) -> None:
        if len(self.namespaces_in_use) < MOST_NAMESPACES:
            super().track_namespace(prefix, uri)  # type: ignore[misc]

    def handle_charref(self, ref: str) -> None:
        try:
            super().handle_charref(ref)  # type: ignore[misc]
        except (ValueError, OverflowError):  # no code point, or half of a surrogate pair
            self.handle_data("\ufffd")  # type: ignore[attr-defined]

    def _add_tag(self, term: str | None, scheme: str | None, label: str | None) -> None:
        context = self._get_context()  # type: ignore[attr-defined]
        if len(context.setdefault("tags", [])) < MOST_CATEGORIES:
            super()._add_tag(term, scheme, label)  # type: ignore[misc]

    def _sync_author_detail(self, key: str = "author") -> None:
        context = self._get_context()  # type: ignore[attr-defined]
        if len(context.get(key) or "") <= LONGEST_AUTHOR:
            super()._sync_author_detail(key)  # type: ignore[misc]

    _start_dc_date, _end_dc_date = _set_apart("dc_date")
    _start_dc_description, _end_dc_description = _set_apart("dc_description")
    _start_itunes_summary, _end_itunes_summary = _set_apart("itunes_summary")
    _start_media_title, _end_media_title = _set_apart("media_title")
    _start_media_description, _end_media_description = _set_apart("media_description")
    _start_media_text, _end_media_text = _set_apart("media_text")


class _Strict(_Guards, StrictFeedParser):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__("", None, "utf-8")

    def startElementNS(self, name: Any, qname: str | None, attrs: Any) -> None:
        if len(attrs) > MOST_ATTRIBUTES:
            raise xml.sax.SAXException(f"{len(attrs)} attributes of one element")
        super().startElementNS(name, qname, attrs)


class _Loose(_Guards, LooseFeedParser):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__("", None, "utf-8", {})

    def finish(self) -> None:
        """End the elements that the feed leaves open; feedparser would drop their text."""
        while self.elementstack:
            depth = len(self.elementstack)
            self.unknown_endtag(self.elementstack[-1][0])
            del self.elementstack[depth - 1 :]
