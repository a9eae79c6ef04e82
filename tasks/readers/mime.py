"""MIME (RFC 2045 to 2047, 2231): the parts of mails and saved pages, also where they are broken.

email.message_from_bytes cuts every line of every picture into a Python string; here only headers
go through it, and bodies stay slices of bytes until one is asked for. Nothing here raises for bad
input: what cannot be understood is taken as it stands.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from functools import cached_property
from itertools import groupby

from tasks.charset import codec_for
from tasks.decode import decode
from warehouse.errors import CannotRead

MOST_NESTED = 30  # levels of multiparts; mails that were forwarded many times have about ten
MOST_PARTS = 10_000  # of one message; a page saved with all its pictures has some hundreds
_LONGEST_HEAD = 256 * 1024  # bytes of headers; mail servers stop at far less

# Lines "Name: value", lines that go on with one, and the envelope of a mailbox.
_HEAD = re.compile(rb"(?:[!-9;-~]++[ \t]*:[^\n]*\n?|[ \t][^\n]*\n?|>?From [^\n]*\n?)*+")
_BLANK_LINE = re.compile(rb"[ \t]*\r?\n?")
_BEFORE = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n \t]*")  # what editors and scripts put on top
# A delimiter where none is declared, or the declared one is nowhere: a line before a header line.
_DELIMITER = re.compile(
    rb"^--([^\s-][^\r\n]{0,200}?|-+[^\s-][^\r\n]{0,200}?)[ \t]*\r?\n[\w-]+:", re.M
)
_LABELLED = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")  # an encoded word of RFC 2047
_LABELLED_RUN = re.compile(rf"{_LABELLED.pattern}(?:\s*{_LABELLED.pattern})*")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


@dataclass(frozen=True, eq=False)
class Entity:
    """A message or a part of one: its headers, and its body as it stands."""

    headers: Message
    body: bytes

    @cached_property
    def media_type(self) -> str:
        """The media type in lower case; text/plain where none is told."""
        return self.headers.get_content_type()

    @property
    def charset(self) -> str | None:
        """The declared character set."""
        return self.parameter("charset") or None

    @property
    def filename(self) -> str:
        """The name of an attachment, decoded; "" if it has none."""
        name = self.parameter("filename", "Content-Disposition") or self.parameter("name")
        return " ".join(decode_words(name).split())

    @property
    def is_attached(self) -> bool:
        """Is it a file that goes with the message, and no part of its text?"""
        return (self.headers.get_content_disposition() or "") == "attachment"

    def parameter(self, name: str, header: str = "Content-Type") -> str:
        """Return a parameter of a header, or ""."""
        try:
            value = self.headers.get_param(name, "", header)
            if isinstance(value, tuple):  # RFC 2231: charset, language, percent-encoded value
                raw = (value[2] or "").encode("raw-unicode-escape")
                return raw.decode(codec_for(value[0] or "") or "ascii", "replace")
        except (LookupError, ValueError):  # a broken RFC 2231 value
            return ""
        return _mended(value)

    def header(self, name: str) -> str:
        """Return the first header of this name as text on one line, or ""."""
        wanted = name.lower()
        for key, value in self.headers.raw_items():
            if key.lower() == wanted:
                return " ".join(decode_words(_mended(str(value))).split())
        return ""

    @cached_property
    def content(self) -> bytes:
        """The body without its transfer encoding, as far as that can be read."""
        encoding = str(self.headers.get("Content-Transfer-Encoding", "")).strip(" \t;\"'").lower()
        if encoding == "base64":
            return _from_base64(self.body)
        if encoding == "quoted-printable":
            return binascii.a2b_qp(self.body)
        if encoding in ("x-uuencode", "uuencode", "x-uue"):
            return b"".join(_from_uuencode(self.body))
        return self.body


def parse_message(data: bytes) -> Entity:
    """Return the mail or the saved page in `data`; blank lines may stand before its headers."""
    begin = _BEFORE.match(data)
    return _parse(data[begin.end() :] if begin else data, "text/plain")


def _parse(data: bytes, default_type: str) -> Entity:
    """Part headers and body; a line that is neither a header nor blank begins the body."""
    found = _HEAD.match(data, 0, _LONGEST_HEAD)
    end = found.end() if found else 0
    blank = _BLANK_LINE.match(data, end)
    headers = BytesHeaderParser().parsebytes(data[:end])
    headers.set_default_type(default_type)
    return Entity(headers, data[blank.end() if blank else end :])


def children(entity: Entity) -> list[Entity]:
    """Return the parts of a multipart, or the message in a message; none of anything else."""
    kind = entity.media_type
    if kind in ("message/rfc822", "message/global", "message/news"):
        return [parse_message(entity.content)]
    if not kind.startswith("multipart/"):
        return []
    bodies = _between_delimiters(entity.body, entity.parameter("boundary"))
    default = "message/rfc822" if kind == "multipart/digest" else "text/plain"
    return [_parse(body, default) for body in bodies]


def leaves(entity: Entity, depth: int = 0) -> Iterator[Entity]:
    """Yield what is no multipart and no message, in order; below MOST_NESTED levels, as it is."""
    parts = children(entity) if depth < MOST_NESTED else []
    if not parts:
        yield entity
    for part in parts:
        yield from leaves(part, depth + 1)


def _between_delimiters(body: bytes, boundary: str) -> list[bytes]:
    """Return the parts of a multipart body; the last one may be cut off."""
    found = _delimiters(body, boundary.encode("utf-8", "replace")) if boundary else []
    if not found and (guess := _DELIMITER.search(body)):
        found = _delimiters(body, guess[1])
    if not found:
        return [body]
    parts = []
    for here, after in zip(found, (*found[1:], None), strict=True):
        if here[1]:
            parts.append(body[here[1] : after[0] if after else len(body)])
    return parts[:MOST_PARTS]


def _delimiters(body: bytes, boundary: bytes) -> list[tuple[int, int]]:
    """Return where each delimiter line begins and ends; the end of a closing one is 0."""
    line = re.compile(rb"--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r?\n|\r|\Z)")
    return [
        (each.start(), 0 if each[1] else each.end())
        for each in line.finditer(body)
        if not each.start() or body[each.start() - 1] in b"\r\n"
    ]


# ---- encodings --------------------------------------------------------------------------------


def decode_words(text: str) -> str:
    """Return a header with its encoded words (RFC 2047) decoded.

    A character may be split over two words, as broken mailers do it; a word in an unknown charset
    stays as it stands.
    """
    return _LABELLED_RUN.sub(_decode_run, text) if "=?" in text else text


def _decode_run(run: re.Match[str]) -> str:
    words = _LABELLED.findall(run[0])
    pieces = []
    for label, group in groupby(words, key=lambda word: word[0].partition("*")[0].lower()):
        same = list(group)
        codec = codec_for(label)
        if codec is None:
            pieces += [f"=?{name}?{kind}?{data}?=" for name, kind, data in same]
        else:
            raw = b"".join(_word_bytes(kind, data) for _, kind, data in same)
            pieces.append(raw.decode(codec, "replace"))
    return "".join(pieces)


def _word_bytes(kind: str, data: str) -> bytes:
    raw = data.encode("ascii", "replace")
    return _from_base64(raw) if kind in "bB" else binascii.a2b_qp(raw, header=True)


def _from_base64(data: bytes) -> bytes:
    """Decode base64 with blanks, stray characters, and without its end."""
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        pass
    plain = _NOT_BASE64.sub(b"", data)
    left = len(plain) % 4
    plain = plain[:-1] if left == 1 else plain + b"=" * (-left % 4)
    return binascii.a2b_base64(plain)


def _from_uuencode(data: bytes) -> Iterator[bytes]:
    for line in data.splitlines():
        if line.startswith((b"begin ", b"end", b"`")) or not line:
            continue
        try:
            yield binascii.a2b_uu(line)
        except binascii.Error:  # padding or blanks lost on the way
            return


def _mended(value: str) -> str:
    """Return a header with bytes beyond ASCII, which need a label by RFC 5322, as text."""
    if value.isascii():
        return value
    raw = value.encode("utf-8", "surrogateescape")
    try:
        return decode(raw).text
    except CannotRead:
        return raw.decode("latin-1")
