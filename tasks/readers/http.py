"""HTTP responses as crawlers keep them: the page in one, with everything around it taken off.

What a server says of a page and what its bytes are often differ, and crawlers take codings off
without changing the header. So each word of the header is tried and dropped where the bytes do
not bear it out. (RFC 9112 has the format, RFC 9110 the codings.)
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tasks.compression import (
    BLOCK_BYTES,
    CODECS,
    DEFAULT_LIMITS,
    TRAILING,
    Codec,
    Readable,
    Unpacked,
    ZlibDecoder,
)
from tasks.readers.archive import Frame
from tasks.readers.parts import Part
from tasks.records import Rejection
from tasks.sniff import BINARY, GZIP, HEAD_BYTES, HTML, TEXT, XML, ZSTD, sniff
from tasks.streams import ByteStream, read_all
from warehouse.errors import CannotRead

# Servers and browsers stop at 8 to 256 KiB.
_MOST_HEADERS = 256 * 1024
_MOST_CODINGS = 4  # bombs are packed in layers; more than two is nobody's page
_PIECE_BYTES = 16 * 1024
_MOST_CHUNKS = 1_000_000  # of a body; each costs a microsecond or two
_MOST_INTERIM = 4  # "100 Continue" and the like before the response itself

_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})[ \t]*([^\r\n]*)(?:\r?\n|\r?\Z)")
_BLANK_LINE = re.compile(rb"(?<=\n)\r?\n")
_FIELD = re.compile(r"^([^\s:]+)[ \t]*:[ \t]*(.*(?:\r?\n[ \t]+.*)*)", re.MULTILINE)
_MEDIA_TYPE = re.compile(r"\s*([\w.+-]+/[\w.+-]+)")
_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([\w.:+-]+)""", re.IGNORECASE)
_CHUNK = re.compile(rb"(?:\r?\n)?[ \t]*([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\r\n]*)?\r?\n")

_PAGES = frozenset({"application/xhtml+xml", "text/xhtml", "text/xhtml+xml", "text/x-html"})
# They say nothing: the first line by the WHATWG MIME Sniffing Standard (section 5.1), the others
# are what servers send to force a download.
_SILENT = frozenset(
    {
        *("unknown/unknown", "application/unknown", "*/*", "text/plain"),
        *("application/octet-stream", "binary/octet-stream", "application/binary"),
        *("application/force-download", "application/download", "application/x-download"),
    }
)


@dataclass(frozen=True, slots=True)
class Body:
    """What a server sent, with all codings taken off."""

    data: bytes
    media_type: str | None  # None: it is to be looked at like a file
    charset: str | None = None  # as the header declares it
    damage: str = ""  # why it is not whole: "1,270 bytes announced, 900 are there"
    is_whole: bool = False  # does the message itself show that nothing is missing?


def split_http(stream: Readable, /, *, limit: int) -> Iterator[Part]:
    """Yield the one document of a file that is an HTTP response with its headers.

    It is a rejection where `read_response` refuses it. Raises nothing of its own.
    """
    about = Part(record=None)
    yield document_part(about, lambda: read_response(read_all(stream, limit), limit=limit))


def read_response(message: bytes, *, limit: int) -> Body:
    """Return the body of an HTTP response; bytes that are none are taken as a body alone.

    A body that breaks off is returned as far as it goes. Raises CannotRead: "read.http_status"
    for a status other than 2xx, "read.empty" without a body, "read.bad_http" for headers without
    end, "read.corrupt" if nothing can be unpacked, and "read.too_large" or "read.bomb" if it
    unpacks to more than `limit` bytes or grows beyond `tasks.compression.Limits`.
    """
    status, fields, raw = _parse(message)
    if status and not 200 <= int(status[:3]) <= 299:
        to = f" to {fields['location'][:500]}" if "location" in fields else ""
        raise CannotRead("read.http_status", f"HTTP {status}{to}")
    data, damage, is_whole = _uncoded(raw, fields, limit)
    if not data:
        raise CannotRead("read.empty", f"HTTP {status or 'response'} without a body")
    if status.startswith("206"):
        damage = damage or f"HTTP {status}: {fields.get('content-range', 'a part')[:100]}"
    declared = fields.get("content-type", "")
    charset = _CHARSET.search(declared)
    media_type = media_type_of(data, declared)
    return Body(data, media_type, charset[1] if charset else None, damage, is_whole)


def document_parts(about: Part, frame: Frame, read: Callable[[bytes], Body]) -> Iterator[Part]:
    """Yield what a record of an archive holds, and what is wrong with it.

    `read` makes the document of its block, or raises CannotRead. A record that was cut is a
    document only if that shows that nothing of it is missing.
    """
    problem, found = frame.problem, Part(record=None)
    if frame.block is not None:
        found = document_part(about, lambda: read(frame.block or b""), must_be_whole=frame.is_cut)
    if found.data is not None or (found.rejection and not problem):
        yield found
    elif found.rejection and problem and not frame.is_cut:
        problem = replace(problem, detail=f"{problem.detail}; {found.rejection.detail}")
    if problem:
        yield replace(about, rejection=problem)


def document_part(about: Part, read: Callable[[], Body], *, must_be_whole: bool = False) -> Part:
    """Return the part with the document that `read` gives, or with why it gives none."""
    try:
        body = read()
        if must_be_whole and not body.is_whole:
            raise CannotRead("read.truncated", body.damage)
    except CannotRead as error:
        rejection = Rejection(error.reason, error.detail, error.is_retryable)
        return replace(about, rejection=rejection)
    return replace(
        about,
        data=body.data,
        media_type=body.media_type,
        charset=body.charset,
        truncated=body.damage,
    )


def media_type_of(data: bytes, declared: str) -> str | None:
    """Return the media type of a document sent as `declared` (a Content-Type, or "").

    Bytes that show what they are decide, whatever was declared; silent ones (text that begins
    with no markup, unknown binary) are what they were declared to be. None is returned for what
    may be a container (a feed, JSON, an archive): it is to be looked at like a file.
    """
    found = _MEDIA_TYPE.match(declared)
    said = found[1].lower() if found else ""
    said = HTML if said in _PAGES else said
    shown = sniff(data[:HEAD_BYTES], "")
    if shown == HTML or (said == HTML and shown in (TEXT, XML)):
        return HTML
    if shown not in (TEXT, BINARY):
        return None
    is_contradicted = shown == BINARY and said.startswith("text/")
    return shown if not said or said in _SILENT or is_contradicted else said


def _parse(message: bytes) -> tuple[str, dict[str, str], bytes]:
    """Return the status ("200 OK"), the fields (names lower case) and the body as sent."""
    for _ in range(_MOST_INTERIM):
        first = _STATUS.match(message)
        if not first:
            return "", {}, message
        head = _BLANK_LINE.search(message, first.end(), first.end() + _MOST_HEADERS)
        if not head and len(message) > first.end() + _MOST_HEADERS:
            detail = f"no end of the HTTP headers in {_MOST_HEADERS:,} bytes"
            raise CannotRead("read.bad_http", detail)
        start, end = head.span() if head else (len(message), len(message))
        status = f"{first[1].decode()} {first[2].decode('latin-1').strip()}".strip()
        fields = message[first.end() : start].decode("latin-1")
        message = message[end:]
        if not status.startswith("1"):
            break
    return status, fields_of(fields), message


def fields_of(head: str) -> dict[str, str]:
    """Return the fields by their names in lower case; repeated ones are a list (RFC 9110, 5.3)."""
    fields: dict[str, str] = {}
    for name, value in _FIELD.findall(head):
        key, said = name.lower(), " ".join(value.split())
        fields[key] = f"{fields[key]}, {said}" if key in fields else said
    return fields


def _codings(said: str) -> list[str]:
    """Return the codings of a field in the order in which they are taken off."""
    return [each.strip().lower() for each in said.split(",")][-_MOST_CODINGS:][::-1]


def _uncoded(raw: bytes, fields: dict[str, str], limit: int) -> tuple[bytes, str, bool]:
    """Return the body with all codings off, what is missing, and if it is shown to be whole."""
    data, damage = _without_transfer(raw, fields)
    says_its_end = "content-length" in fields or "transfer-encoding" in fields
    taken_off = _codings(fields.get("transfer-encoding", ""))
    for coding in taken_off + _codings(fields.get("content-encoding", "")):
        data, broken = _decode(data, coding, limit)
        damage = broken or damage
    return data, damage, says_its_end and not damage


def _without_transfer(raw: bytes, fields: dict[str, str]) -> tuple[bytes, str]:
    """Return the body without chunks, and what is missing of it."""
    if "chunked" in fields.get("transfer-encoding", "").lower():
        return _unchunk(raw)
    announced = fields.get("content-length", "")
    # Crawlers that take a coding off leave the length of the packed body, which is smaller.
    if announced.isdecimal() and len(raw) < int(announced[:18]):
        return raw, f"{int(announced[:18]):,} bytes announced, {len(raw):,} are there"
    return raw, ""


def _unchunk(raw: bytes) -> tuple[bytes, str]:
    """Return a chunked body in one, and where it breaks off; what is not chunked stays as it is."""
    body = bytearray()
    count = at = 0
    while count < _MOST_CHUNKS and (chunk := _CHUNK.match(raw, at)):
        size, start = int(chunk[1], 16), chunk.end()
        if not size:
            return bytes(body), ""
        at = min(start + size, len(raw))
        is_followed = at == len(raw) or raw[at] in b"\r\n"
        if not count and not is_followed:
            return raw, ""  # a figure that begins a line of an unchunked body
        body += raw[start:at]
        count += 1
    if not count:
        return raw, ""
    if not raw[at:].strip(b"\r\n"):
        return bytes(body), "the last chunk is missing"
    body += raw[at:]
    return bytes(body), f"no chunk begins at byte {at:,}"


def _decode(data: bytes, coding: str, limit: int) -> tuple[bytes, str]:
    """Return `data` without one coding, and what is damaged; as it is if it has no such coding."""
    codec = _codec(coding, data)
    if codec is None or not data:
        return data, ""
    out, damage = _read_on(ByteStream(Unpacked(_Pieces(data), codec, DEFAULT_LIMITS)), limit)
    is_signed = codec.magics != _UNSIGNED
    if damage and not is_signed and sniff(data[:HEAD_BYTES], "") != BINARY:
        return data, ""  # deflate and brotli have no signature: text is not packed
    if damage and not out:
        raise CannotRead("read.corrupt", f"Content-Encoding {coding}: {damage}")
    return out, damage


def _codec(coding: str, data: bytes) -> Codec | None:
    """Return what takes a coding off, going by the first bytes where they tell; None: nothing."""
    if data.startswith(CODECS[GZIP].magics):
        return CODECS[GZIP] if coding in ("gzip", "x-gzip", "deflate") else None
    if coding == "deflate":
        # RFC 9110 means zlib's format; some servers send the bare one. RFC 1950: the header.
        is_zlib = data[:1] == b"\x78" and int.from_bytes(data[:2], "big") % 31 == 0
        return _ZLIB if is_zlib else _DEFLATE
    if coding == "zstd" and data.startswith(CODECS[ZSTD].magics):
        return CODECS[ZSTD]
    return _brotli_codec() if coding == "br" else None


def _read_on(stream: ByteStream, limit: int) -> tuple[bytes, str]:
    """Return all bytes before a damage, and the damage; raises CannotRead for a bomb."""
    pieces: list[bytes] = []
    size = 0
    try:
        while piece := stream.read(BLOCK_BYTES):
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                detail = f"unpacks to more than {limit:,} bytes, the limit for one document"
                raise CannotRead("read.too_large", detail)
    except CannotRead as error:
        if error.reason in ("read.bomb", "read.too_large"):
            raise
        is_whole = error.reason == TRAILING
        return b"".join(pieces), "" if is_whole else error.detail
    return b"".join(pieces), ""


class _Pieces:
    """The packed bytes in small pieces: what the decoder leaves of one is copied in each step."""

    is_repeatable = True

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.file_bytes = 0

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self._data), _PIECE_BYTES):
            self.file_bytes = min(start + _PIECE_BYTES, len(self._data))
            yield self._data[start : self.file_bytes]


class _BrotliDecoder:
    """Brotli under the pattern of bz2 and lzma; what follows its end is not shown."""

    unused_data = b""

    def __init__(self) -> None:
        import brotli  # only where a page needs it

        self._brotli = brotli.Decompressor()

    @property
    def eof(self) -> bool:
        return bool(self._brotli.is_finished())

    @property
    def needs_input(self) -> bool:
        return bool(self._brotli.can_accept_more_data())

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        out: bytes = self._brotli.process(data, output_buffer_limit=max_length)
        return out


_UNSIGNED = (b"\0no member follows",)
_ZLIB = Codec("zlib", _UNSIGNED, zlib.error, lambda limits: ZlibDecoder(zlib.MAX_WBITS))
_DEFLATE = Codec("deflate", _UNSIGNED, zlib.error, lambda limits: ZlibDecoder(-zlib.MAX_WBITS))


def _brotli_codec() -> Codec:
    import brotli  # see above

    return Codec("brotli", _UNSIGNED, brotli.error, lambda limits: _BrotliDecoder())
