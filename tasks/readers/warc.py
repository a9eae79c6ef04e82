"""Splitter of WARC files, 0.17 to 1.1 (ISO 28500): the archives of crawlers.

Responses, resources and conversions are documents. What describes the crawl (warcinfo, requests,
metadata, name look-ups) is none. A revisit says that a page was found unchanged: it has no text
of its own and is rejected with the name of what it repeats.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tasks.compression import Readable
from tasks.readers.archive import Frame, Frames, Grammar, about_record, numbered
from tasks.readers.http import Body, document_parts, fields_of, media_type_of, read_response
from tasks.readers.members import unpacked
from tasks.readers.parts import Part
from tasks.sniff import TEXT
from warehouse.errors import CannotRead

_HEADER = re.compile(
    rb"WARC/[01]\.\d{1,2}[ \t]*\r?\n"
    rb"[A-Za-z][\w-]*[ \t]*:[^\n]*+\n"
    # To the blank line. A header that breaks off before it ends where the next one begins.
    # Headers that begin inside a line, and more lines than any crawler writes, are no header: else
    # text of nothing but beginnings would be looked through once for each of them.
    rb"(?:(?!\r?\n|[^\n]{0,8192}?WARC/[01]\.\d)[^\n]*+\n){0,200}+\r?\n"
)
# ISO 28500, section 4: two line breaks end a record. Some writers leave them out.
_END = re.compile(rb"\r?\n\r?\n|[\r\n]*(?:\Z|WARC/)")
_LENGTH = re.compile(rb"\nContent-Length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r?\n", re.IGNORECASE)

_ABOUT_THE_CRAWL = frozenset({"warcinfo", "request", "metadata"})
# RFC 4501 and the like: answers of other protocols that crawlers keep beside the pages.
_LOOK_UPS = ("dns:", "whois:")
# What wget and Browsertrix write about their own run as resources.
_OF_THE_CRAWLER = ("metadata:", "urn:pageinfo:")


def _length(header: bytes) -> int | None:
    found = _LENGTH.search(header)
    return int(found[1]) if found else None


_GRAMMAR = Grammar(_HEADER, _END, _length)


def split_warc(stream: Readable, /, *, limit: int) -> Iterator[Part]:
    """Yield the documents of a WARC file, packed (gzip, zstd) or not.

    A record that is no article is a rejection: "read.revisit", "read.http_status", "read.empty",
    "read.too_large" (above `limit` bytes), "read.crawl_record" (the crawler's own notes),
    "read.segment", "read.unknown_record", and what read_response raises. A damage is one
    of its own ("read.truncated", "read.corrupt") that names the byte; reading goes on behind it
    where another record can be found. A record with a wrong length is read to where the next one
    begins, and followed by such a rejection. Raises nothing of its own.
    """
    frames = Frames(unpacked(stream), _GRAMMAR, limit)
    yield from numbered(part for frame in frames for part in _parts(frame, limit))


def _parts(frame: Frame, limit: int) -> Iterator[Part]:
    """Yield what one record is: a document or none, and what is wrong with it."""
    fields = fields_of(frame.header.decode("utf-8", "replace"))
    about = about_record(fields.get("warc-target-uri", ""), fields.get("warc-date", ""))
    about = replace(about, record_id=fields.get("warc-record-id"))
    is_document = fields.get("warc-type", "").lower() not in _ABOUT_THE_CRAWL and not (
        about.url or ""
    ).lower().startswith(_LOOK_UPS)
    if is_document:
        yield from document_parts(about, frame, lambda block: _body(about, fields, block, limit))
    elif frame.problem and frame.problem.reason != "read.too_large":
        yield replace(about, rejection=frame.problem)


def _body(about: Part, fields: dict[str, str], block: bytes, limit: int) -> Body:
    """Return the document in a record. Raises CannotRead if there is none."""
    kind, declared = fields.get("warc-type", "").lower(), fields.get("content-type", "")
    address = (about.url or "").lower()
    if kind == "revisit":
        raise CannotRead("read.revisit", _what_it_repeats(fields))
    if kind == "continuation":
        whole = fields.get("warc-segment-origin-id", "a record without a name")
        raise CannotRead("read.segment", f"a segment of {whole}; segments are not joined")
    if kind not in ("response", "resource", "conversion"):
        detail = f"a record of the type {kind!r}, which ISO 28500 does not know"
        raise CannotRead("read.unknown_record", detail)
    if address.startswith(_OF_THE_CRAWLER):
        raise CannotRead("read.crawl_record", f"{address[:200]} is about the crawl, no page")
    if not block:
        raise CannotRead("read.empty", f"a {kind} record of 0 bytes")
    if kind == "response" and (block.startswith(b"HTTP/") or "/http" in declared):
        body = read_response(block, limit=limit)
        cut = fields.get("warc-truncated")  # by the crawler, at its limit of length or time
        return replace(body, damage=f"WARC-Truncated: {cut}") if cut else body
    if kind == "conversion" and declared.lower().startswith(TEXT):
        return Body(block, TEXT)  # made by the archive, which knows what it made
    return Body(block, media_type_of(block, declared))


def _what_it_repeats(fields: dict[str, str]) -> str:
    """Say what a revisit found unchanged."""
    known = {
        "": fields.get("warc-refers-to-target-uri") or fields.get("warc-target-uri"),
        " of ": fields.get("warc-refers-to-date"),
        ", record ": fields.get("warc-refers-to"),
        ", payload ": fields.get("warc-payload-digest"),
    }
    said = "".join(f"{word}{value}" for word, value in known.items() if value)
    return f"found unchanged, no text of its own; it repeats {said}"
