"""Splitter of ARC files, versions 1 and 2: the archives of crawlers before WARC (until 2009).

A record begins with one line (Internet Archive, "Arc File Format", 1996): the address, the
server's IP address, the time, the media type, in version 2 five values more, and the length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tasks.compression import Readable
from tasks.readers.archive import Frame, Frames, Grammar, about_record, numbered
from tasks.readers.http import Body, document_parts, media_type_of, read_response
from tasks.readers.members import unpacked
from tasks.readers.parts import Part
from warehouse.errors import CannotRead

_HEADER = re.compile(
    # Atomic: the first address and time on a line are the ones, however long the line is.
    rb"^(?>(?P<url>[A-Za-z][A-Za-z0-9+.-]{1,20}:[^\r\n]{1,4000}?)"  # blanks in it were not rare
    rb" (?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f:]{2,39}|-) (?P<date>\d{8,18}) )"
    rb"(?P<type>[^\r\n ]{1,200}+)(?P<rest>[^\r\n]{2,6000}+)\r?\n",
    re.MULTILINE,
)
# One line break ends a record; then comes an address, or nothing more.
_END = re.compile(rb"[\r\n]*(?:\Z|[A-Za-z][A-Za-z0-9+.-]{1,20}:\S)")
_NO_DOCUMENTS = ("filedesc:", "dns:", "whois:")  # the file's own header, and look-ups


def _length(header: bytes) -> int | None:
    found = _HEADER.match(header)
    said = found["rest"].rpartition(b" ")[2] if found else b""
    return int(said) if said.isdigit() and len(said) <= 18 else None


_GRAMMAR = Grammar(_HEADER, _END, _length)


def split_arc(stream: Readable, /, *, limit: int) -> Iterator[Part]:
    """Yield the documents of an ARC file, packed (gzip) or not.

    Rejections and damages are those of tasks.readers.warc.split_warc. Raises nothing of its own.
    """
    frames = Frames(unpacked(stream), _GRAMMAR, limit)
    yield from numbered(part for frame in frames for part in _parts(frame, limit))


def _parts(frame: Frame, limit: int) -> Iterator[Part]:
    """Yield what one record is: a document or none, and what is wrong with it."""
    header = _HEADER.match(frame.header)
    address, date, declared = (
        header[name].decode("utf-8", "replace") if header else ""
        for name in ("url", "date", "type")
    )
    about = about_record(address, date)
    if not address.lower().startswith(_NO_DOCUMENTS):
        yield from document_parts(about, frame, lambda block: _body(declared, block, limit))
    elif frame.problem and frame.problem.reason == "read.truncated":
        yield replace(about, rejection=frame.problem)


def _body(declared: str, block: bytes, limit: int) -> Body:
    if block.startswith(b"HTTP/"):
        return read_response(block, limit=limit)
    if not block.strip(b"\r\n"):
        raise CannotRead("read.empty", "a record of 0 bytes")
    return Body(block, media_type_of(block, "" if declared == "no-type" else declared))
