"""JSON Lines: one JSON value in each line, cut into documents without looking into them.

A line that holds no article, or no JSON, is a document all the same; its reader says what is wrong
with it. Here only the cutting is done, in memory bounded by the longest record allowed.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field

from tasks.compression import TRAILING, Readable
from tasks.readers.parts import Part
from tasks.records import Rejection
from tasks.sniff import unicode_encoding
from warehouse.errors import CannotRead

JSON = "application/json"
CHUNK_BYTES = 1024 * 1024
# White space of JSON and of bytes.isspace, and the record separator of RFC 7464.
BLANKS = b" \t\r\n\v\f\x1e"


@dataclass(slots=True)
class Gathered:
    """The bytes of one record as they come in; beyond `limit` they are counted, not kept."""

    limit: int
    size: int = 0
    pieces: list[bytes] = field(default_factory=list)

    def add(self, piece: bytes) -> None:
        """Add the next bytes of the record."""
        self.size += len(piece)
        if self.size <= self.limit:
            self.pieces.append(piece)
        else:
            self.pieces.clear()

    def part(self, record: int | None) -> Part:
        """Return the record without white space around it, or a rejection if it was too long."""
        if self.size > self.limit:
            return _too_large(record, self.size, self.limit)
        return Part(record=record, data=b"".join(self.pieces).strip(BLANKS), media_type=JSON)


def split_lines(stream: Readable, /, *, limit: int) -> Iterator[Part]:
    """Yield every line of JSON Lines as a part, `record` being the line number from 1.

    Blank lines are counted but are no parts. `data` is the line in UTF-8 without white space at
    its ends; a line of more than `limit` bytes is rejected as "read.too_large" and skipped. Where
    the stream is damaged, the last part is a rejection in place of the line it broke in. Raises
    nothing of its own.
    """
    line = Gathered(limit)  # the beginning of a line whose end has not come yet
    number = 1  # of that line
    try:
        for chunk in utf8_chunks(stream):
            if not line.size and chunk.isspace():  # gigabytes of line breaks cost nothing
                number += chunk.count(b"\n")
                continue
            end, *others = chunk.split(b"\n")
            line.add(end)
            if others:
                *whole, beginning = others
                yield from _unless_blank(line, number)
                yield from _lines(whole, number + 1, limit)
                line = Gathered(limit, len(beginning), [beginning])
                number += len(others)
    except CannotRead as damage:
        yield from _break(damage, line, number)
    else:
        yield from _unless_blank(line, number)


def _lines(lines: list[bytes], first: int, limit: int) -> Iterator[Part]:
    """Yield the parts of whole lines, of which the first has the number `first`."""
    for number, line in enumerate(lines, first):
        if len(line) > limit:
            yield _too_large(number, len(line), limit)
        elif data := line.strip(BLANKS):
            yield Part(record=number, data=data, media_type=JSON)


def _unless_blank(line: Gathered, number: int) -> Iterator[Part]:
    part = line.part(number)
    if part.data != b"":
        yield part


def _too_large(record: int | None, size: int, limit: int) -> Part:
    detail = f"a record of {size:,} bytes; at most {limit:,} are read"
    rejection = Rejection(reason="read.too_large", detail=detail)
    return Part(record=record, rejection=rejection, media_type=JSON)


def utf8_chunks(stream: Readable) -> Iterator[bytes]:
    """Yield a stream of JSON as UTF-8 without byte order mark, recoding UTF-16 and UTF-32.

    Code units that are no characters become U+FFFD. Raises CannotRead where the stream does.
    """
    head = b""
    try:
        # Four bytes tell the encodings of JSON apart (RFC 4627, section 3); a chunk is surer.
        while len(head) < 4 and (more := stream.read(CHUNK_BYTES)):
            head += more
    except CannotRead:
        yield head
        raise
    encoding = unicode_encoding(head)
    if encoding:
        yield from _recode(head, stream, encoding)
        return
    yield head.removeprefix(codecs.BOM_UTF8)
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk


def _recode(head: bytes, stream: Readable, encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    yield decoder.decode(head).removeprefix("\ufeff").encode()
    while chunk := stream.read(CHUNK_BYTES):
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", final=True).encode()


def _break(damage: CannotRead, line: Gathered, number: int) -> Iterator[Part]:
    """Yield what is left to say where the stream broke in or before line `number`."""
    # Bytes behind checked data do not make its last line a torn one.
    if damage.reason == TRAILING and line.size:
        yield from _unless_blank(line, number)
        line, number = Gathered(line.limit), number + 1
    detail = f"{damage.detail}; line {number:,} breaks off after {line.size:,} bytes"
    yield Part(record=number, rejection=rejected(damage, detail), media_type=JSON)


def rejected(damage: CannotRead, detail: str) -> Rejection:
    """Return the damage of a stream as the rejection of the record it broke."""
    return Rejection(reason=damage.reason, detail=detail, is_retryable=damage.is_retryable)
