"""Sitemaps (https://www.sitemaps.org/protocol.html), news sitemaps and sitemap indexes.

A sitemap tells of articles, with address and date, with news: also title and language; it holds
none. Each of its entries becomes a document that is rejected, so that what the site said is kept.
The document is the entry as it stands in the file, inside the tag of the root with its namespaces:
entries are only cut at their tags, so that one bad entry does no harm to the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

from lxml import etree

from tasks.charset import XML_DECLARATION
from tasks.compression import TRAILING, Readable
from tasks.readers.feed import rejected
from tasks.readers.jsonl import utf8_chunks
from tasks.readers.parts import Part
from tasks.readers.xmltree import parse_xml
from tasks.records import Draft, RawDocument, Rejection
from warehouse.errors import CannotRead

SITEMAP_URL = "application/x-sitemap-url+xml"  # our own

# A real entry has below 1 kB, one with 1,000 pictures (the most allowed) 200 kB.
LARGEST_ENTRY = 2 * 1024 * 1024
_LONGEST_TAG = 4096  # bytes of the root's tag, and of what may stand after the last entry
_LONGEST_SHOWN = 200

_ROOT = re.compile(rb"<((?:[\w.-]+:)?(?:urlset|sitemapindex))(?=[\s>/])[^<>]*>")
_PLAIN_NAME = re.compile(r"[\w.-]+\Z")
_OF_MEDIA = re.compile(r"sitemap-(?:image|video)|^(?:image|video):")


def split_sitemap(stream: Readable, *, limit: int) -> Iterator[Part]:
    """Yield the entries of a sitemap or index as parts of the type SITEMAP_URL, in bounded memory.

    Where the stream is damaged, the file ends early ("read.truncated"), or an entry has more than
    `limit` or LARGEST_ENTRY bytes ("read.too_large"), the last part is a rejection that names the
    byte (of the text as UTF-8). A file without entries is rejected ("read.no_items", the record
    None). Raises nothing of its own.
    """
    reading = _Reading(stream, min(limit, LARGEST_ENTRY))
    count = 0
    for count, data in enumerate(reading, start=1):
        yield Part(record=count, data=data, media_type=SITEMAP_URL, charset=reading.charset)
    if reading.damage:
        yield Part(record=count + 1 if count else None, rejection=reading.damage)
    elif not count:
        yield rejected(None, "read.no_items", f"a sitemap without entries, {reading.size:,} bytes")


def read(document: RawDocument) -> Draft:
    """Raise CannotRead: "read.no_body" with what the entry says, or what parse_xml raises."""
    root = _parse(document)
    said = _said(root)
    where = said.get("loc", "no address")
    if _name(root) == "sitemapindex":
        raise CannotRead("read.no_body", f"an index lists the sitemap {where}, no article")
    date = said.get("publication_date") or said.get("lastmod") or "no date"
    what = f"{said['title']!r} ({where})" if "title" in said else where
    raise CannotRead("read.no_body", f"a sitemap lists {what} of {date} without its body")


class _Reading:
    """The entries of a sitemap, each inside the root's tag, and then what was wrong."""

    def __init__(self, stream: Readable, largest: int) -> None:
        self._chunks = utf8_chunks(stream)
        self._largest = largest
        self._rest = b""  # what was read and not yet used
        self.size = 0  # bytes read
        self.charset: str | None = None
        self.damage: Rejection | None = None

    def __iter__(self) -> Iterator[bytes]:
        root = self._find_root()
        if root is None:
            return
        prefix = root[1].rpartition(b":")[0]
        start = re.compile(rb"<!--|<" + prefix + b":" * bool(prefix) + rb"(?:url|sitemap)(?=[\s>])")
        is_ended = root[0].endswith(b"/>")
        while True:
            is_ended = is_ended or b"</" + root[1] in self._rest
            for entry in self._entries(start):
                yield root[0] + entry + b"</" + root[1] + b">"
            if len(self._rest) > self._largest:
                detail = f"no end of an entry in {len(self._rest):,} bytes up to byte {self.size:,}"
                self.damage = self.damage or Rejection("read.too_large", detail)
            if self.damage or not self._read_on():
                break
        if not is_ended and not self.damage:
            detail = f"the file ends at byte {self.size:,} before the end of the sitemap"
            self.damage = Rejection("read.truncated", detail)

    def _find_root(self) -> re.Match[bytes] | None:
        """Read up to the tag of the root and return it, None if there is none."""
        while len(self._rest) <= self._largest and self._read_on():
            if found := _ROOT.search(self._rest):
                declared = XML_DECLARATION.match(self._rest)
                label = declared[1].decode("ascii").lower() if declared else "utf-8"
                self.charset = None if label.startswith("utf") else label  # UTF-16 is recoded
                self._rest = self._rest[found.end() :]
                return found if found.end() - found.start() <= _LONGEST_TAG else None
        return None

    def _entries(self, start: re.Pattern[bytes]) -> Iterator[bytes]:
        """Yield the whole entries in what was read; one that never ends, ends at the next."""
        at = 0
        while found := start.search(self._rest, at):
            end = b"-->" if found[0] == b"<!--" else b"</" + found[0][1:]
            close = self._rest.find(end, found.end())
            close = self._rest.find(b">", close + len(end) - 1) if close >= 0 else -1
            if close < 0:
                at = found.start()
                break
            at = close + 1
            if found[0] != b"<!--":
                following = self._rest.find(found[0], found.end(), at)
                at = following if following >= 0 else at
                yield self._rest[found.start() : at]
        else:
            at = max(at, len(self._rest) - _LONGEST_TAG)
        self._rest = self._rest[at:]

    def _read_on(self) -> bool:
        """Read the next bytes; False at the end or at a damage."""
        try:
            chunk = next(filter(None, self._chunks), b"")
        except CannotRead as damage:
            if damage.reason != TRAILING:
                detail = f"{damage.detail}; read up to byte {self.size:,}"
                self.damage = Rejection(damage.reason, detail, is_retryable=damage.is_retryable)
            return False
        self.size += len(chunk)
        self._rest += chunk
        return bool(chunk)


def _parse(document: RawDocument) -> etree._Element:
    """Return the entry inside the root; well-formed ones are read four times as fast this way.

    There is no DOCTYPE in front of them. Raises CannotRead as parse_xml does.
    """
    if document.charset is None:
        parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
        with suppress(etree.XMLSyntaxError):
            return etree.fromstring(document.data, parser)
    return parse_xml(document.data, charset=document.charset).root


def _said(root: etree._Element) -> dict[str, str]:
    """Return the values in an entry by the local names of their elements, pictures left out."""
    said: dict[str, str] = {}
    for element in root.iter(etree.Element):
        text = " ".join((element.text or "").split())
        if text and not _OF_MEDIA.search(element.tag):
            said.setdefault(_name(element), text[:_LONGEST_SHOWN])
    return said


def _name(element: etree._Element) -> str:
    """Return the name of an element without namespace, or without a prefix never declared."""
    found = _PLAIN_NAME.search(element.tag)
    return found[0] if found else ""
