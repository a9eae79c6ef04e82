"""The members of a compressed archive, unpacked one behind the other, also behind a broken one.

Crawl archives are compressed record by record so that one can be read without the others (ISO
28500, annex D; the zstd form with its dictionary: "Use of Zstandard in WARC", IIPC). tasks.streams
ends at the first damage, as it must for a file that is one document.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import zstandard

from tasks.compression import DEFAULT_LIMITS, GZIP_WBITS, Blocks, Readable
from tasks.readers.archive import Window
from tasks.streams import ByteStream
from warehouse.errors import CannotRead

_FEED = 32 * 1024  # packed bytes at once; members of news pages are about that long
_ZSTD_FEED = 512  # see tasks.compression: at most 16 MiB of one step
_STEP = 1024 * 1024  # bytes unpacked at once
# Kept of a member, to search it for the next one: a broken decoder may read over its end.
_KEPT = 4 * 1024 * 1024
# Looked at to tell a member from bytes that only look like one. A zstd block, of which nothing is
# given before its end, has up to 128 KiB (RFC 8878, 3.1.1.2).
_LOOK_BYTES = 160 * 1024
_LOOK_STEP = 512
_DICTIONARY = b"\x5d\x2a\x4d\x18"
_MOST_DICTIONARY = 64 * 1024 * 1024  # bytes; those in use are about 1 MB
_PADDING = re.compile(rb"[\0\r\n\t ]*")
_RECORD = re.compile(rb"WARC/\d|filedesc:|[a-z][a-z0-9+.-]*:\S")  # how the first one begins


@dataclass(frozen=True, slots=True)
class _Codec:
    name: str
    member: re.Pattern[bytes]  # how a member begins
    error: type[Exception]  # what the decoder raises
    feed: int
    start: Callable[[], Any]  # a decoder under the pattern of zlib.decompressobj


_GZIP = _Codec(
    "gzip",
    re.compile(rb"\x1f\x8b\x08[\x00-\x1f]"),  # RFC 1952: the other bits of the flags are zero
    zlib.error,
    _FEED,
    lambda: zlib.decompressobj(GZIP_WBITS),
)
_SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18(.{4})", re.DOTALL)  # RFC 8878, 3.1.2


def _zstd(dictionary: bytes = b"") -> _Codec:
    decompressor = zstandard.ZstdDecompressor(
        dict_data=zstandard.ZstdCompressionDict(dictionary) if dictionary else None,
        max_window_size=DEFAULT_LIMITS.memory_bytes,
    )
    start = decompressor.decompressobj
    magic = re.compile(rb"\x28\xb5\x2f\xfd")  # RFC 8878
    return _Codec("zstd", magic, zstandard.ZstdError, _ZSTD_FEED, start)


def unpacked(stream: Readable) -> Readable:
    """Return the bytes of an archive, with its compression taken off if there is one."""
    source = ByteStream(Blocks(stream))
    head = source.peek(4)
    if _GZIP.member.match(head):
        return Members(source, _GZIP)
    if head in (b"\x28\xb5\x2f\xfd", _DICTIONARY):
        return Members(source, _zstd())
    return source


class Members:
    """Reads the bytes of all members; see `read`."""

    def __init__(self, stream: Readable, codec: _Codec) -> None:
        self._raw = Window(stream)  # from the beginning of the member on, or its last _KEPT bytes
        self._codec = codec
        self._decoder: Any = None
        self._start = 0  # byte of the file at which the member begins
        self._fed = 0  # bytes behind `_raw.at` that were unpacked
        self._made = 0  # bytes that the member gave
        self._made_in_all = 0
        self._damage: CannotRead | None = None  # to be raised next

    def read(self, size: int, /) -> bytes:
        """Return some of the next bytes (a step of the decoder, whatever `size`), none at the end.

        Raises CannotRead where a member is damaged; the next call goes on with the next member
        that can be found behind it, if there is one.
        """
        while True:
            if self._damage:
                damage, self._damage = self._damage, None
                self._find_next()
                raise damage
            if self._decoder is None and not self._begin():
                return b""
            if self._decoder is not None and (data := self._unpack()):
                return data

    def _begin(self) -> bool:
        """Begin the next member; False at the end of the file."""
        raw = self._raw
        while raw.hold(self._codec.feed) and (blanks := _PADDING.match(raw.data, raw.at)):
            raw.at = blanks.end()
            if raw.held:
                break
        self._start, self._fed, self._made = raw.offset, 0, 0
        if not raw.held:
            if raw.damage:
                raise raw.damage
            return False
        if self._codec.member.match(raw.data, raw.at):
            self._decoder = self._codec.start()
        elif not self._skip_frame():
            found = bytes(raw.data[raw.at : raw.at + 8]).hex(" ")
            self._fail("read.corrupt", f"does not begin as one ({found} ...)")
        return True

    def _skip_frame(self) -> bool:
        """Step over a frame that holds no data; the first of a file may hold the dictionary."""
        raw = self._raw
        frame = _SKIPPABLE.match(raw.data, raw.at) if self._codec is not _GZIP else None
        if not frame:
            return False
        size = int.from_bytes(frame[1], "little")
        is_dictionary = raw.offset == 0 and frame[0].startswith(_DICTIONARY)
        raw.at += len(frame[0])
        if is_dictionary and size <= _MOST_DICTIONARY and raw.hold(size) >= size:
            self._use(raw.take(size))
            return True
        while size and raw.hold(1):
            step = min(size, raw.held)
            raw.at += step
            size -= step
        return True

    def _use(self, dictionary: bytes) -> None:
        """Unpack what follows with a dictionary, which may be packed itself."""
        try:
            if _zstd().member.match(dictionary):
                decompressor = zstandard.ZstdDecompressor()
                with decompressor.stream_reader(dictionary) as reader:
                    dictionary = reader.read(_MOST_DICTIONARY)
            self._codec = _zstd(dictionary)
        except zstandard.ZstdError as error:
            self._fail("read.corrupt", f"holds a dictionary that cannot be used: {error}")

    def _unpack(self) -> bytes:
        """Return what the next step gives; nothing at the end of the member or at its damage."""
        raw, decoder = self._raw, self._decoder
        raw.hold(self._fed + self._codec.feed)
        fed = raw.at + self._fed
        piece = bytes(raw.data[fed : fed + self._codec.feed])
        before = decoder.copy() if self._codec is _GZIP and self._fed else None
        try:
            data: bytes = decoder.decompress(piece, *self._most())
        except self._codec.error as error:
            data = self._salvage(before, piece)
            self._fail("read.corrupt", f"cannot be unpacked after {self._made:,} bytes: {error}")
            return data
        self._count(piece, data)
        if not piece and not data and not decoder.eof:
            self._fail("read.truncated", f"ends early, after {self._made:,} bytes unpacked")
        return data

    def _most(self) -> tuple[int, ...]:
        return (_STEP,) if self._codec is _GZIP else ()

    def _count(self, piece: bytes, data: bytes) -> None:
        """Note what a step took and gave; refuse a member that grows beyond every use."""
        decoder, raw = self._decoder, self._raw
        # At the end of a member zlib shows what follows as unused data and, at times, as tail too.
        left = decoder.unused_data if decoder.eof else getattr(decoder, "unconsumed_tail", b"")
        self._fed += len(piece) - len(left)
        self._made += len(data)
        self._made_in_all += len(data)
        packed = raw.offset + self._fed - self._start
        limits = DEFAULT_LIMITS
        if self._made > limits.ratio_free_bytes and self._made > limits.ratio * packed:
            self._fail("read.bomb", f"made {self._made:,} bytes of {packed:,}")
        elif self._made_in_all > limits.output_bytes:
            self._fail("read.bomb", f"is not read: {limits.output_bytes:,} bytes were unpacked")
            raw.at, self._fed = len(raw.data), 0
        elif decoder.eof:
            raw.at += self._fed
            self._decoder, self._fed = None, 0
        elif self._fed > _KEPT:
            raw.at += self._fed - _KEPT
            self._fed = _KEPT

    def _salvage(self, before: Any, piece: bytes) -> bytes:
        """Return what the failing step had unpacked until it failed, to the last byte."""
        if self._codec is not _GZIP:
            return b""  # zstd gives whole blocks, and checks them first
        good, bad = 0, _STEP  # bytes that can, and that cannot be unpacked
        data = b""
        while bad - good > 1:
            middle = (good + bad) // 2
            trial = before.copy() if before else self._codec.start()
            try:
                data = trial.decompress(piece, middle)
                good = middle
            except zlib.error:
                bad = middle
        return data

    def _fail(self, reason: str, what: str) -> None:
        """Give the member up; `read` raises this next."""
        detail = f"the {self._codec.name} member at byte {self._start:,} of the file {what}"
        self._damage = CannotRead(reason, detail)
        self._decoder = None

    def _find_next(self) -> None:
        """Step to the next member behind the broken one, or to the end."""
        raw = self._raw
        raw.at += 1
        while True:
            held = raw.hold(_KEPT)
            for found in self._codec.member.finditer(raw.data, raw.at):
                if self._is_member(found.start()):
                    raw.at = found.start()
                    return
            # What may be the beginning of a member is looked at once more with its end.
            raw.at += max(held - _LOOK_BYTES, 1)
            if raw.hold(_KEPT) <= _LOOK_BYTES:
                raw.at = len(raw.data)
                return

    def _is_member(self, start: int) -> bool:
        """Does a member begin at this place of `_raw.data`, and a record in it?"""
        decoder = self._codec.start()
        head = b""
        with suppress(self._codec.error):
            for at in range(start, start + _LOOK_BYTES, _LOOK_STEP):
                piece = bytes(self._raw.data[at : at + _LOOK_STEP])
                head = decoder.decompress(piece, *self._most())
                if head or not piece or decoder.eof:
                    break
        return bool(_RECORD.match(head))
