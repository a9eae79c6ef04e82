"""Members of a zip archive: their headers, and their bytes in bounded steps.

Section numbers are those of PKWARE's APPNOTE.TXT 6.3.10.
"""

from __future__ import annotations

import bz2
import io
import lzma
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tasks.compression import BLOCK_BYTES, DEFAULT_LIMITS, Decoder, Limits, ZlibDecoder
from tasks.readers.packed import readable_name
from warehouse.errors import CannotRead

STORED, DEFLATED, BZIP2, LZMA = 0, 8, 12, 14
METHODS = {STORED: "stored", DEFLATED: "deflate", BZIP2: "bzip2", LZMA: "lzma"}  # 4.4.5
_STEP = 64 * 1024  # bytes unpacked at once
_HEADER = struct.Struct("<4x5H3I2H")  # 4.3.7, after the signature
_SIGNATURE = b"PK\x03\x04"
_OTHER_RECORDS = (b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x08")  # behind the members
_DESCRIPTOR_BIT, _END_MARK_BIT, _UTF_8 = 0x8, 0x2, 0x800  # 4.4.4
_IS_IN_EXTRA = 0xFFFFFFFF  # a size above 4 GiB stands in the extra field (4.5.3)
_DAMAGE = (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError)  # raised by the decoders


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file in an archive. Sizes in bytes; None: they are only told behind the data."""

    name: str
    header: int  # offset of the header that stands before the data
    method: int
    flags: int
    packed: int | None
    size: int | None
    crc: int | None
    mode: int = 0  # of Unix; 0 where it is not told


class Budget:
    """What one archive may unpack in all. Members that overlap make more than their bytes may.

    `file_bytes` is the size of the archive.
    """

    def __init__(self, file_bytes: int, limits: Limits = DEFAULT_LIMITS) -> None:
        self._file_bytes = file_bytes
        self._limits = limits
        self._made = 0

    def spend(self, count: int) -> None:
        """Count bytes made. Raises CannotRead("read.bomb") when they are too many."""
        self._made += count
        self.require()

    def require(self) -> None:
        """Raise CannotRead("read.bomb") if too much was made already."""
        limits, made = self._limits, self._made
        is_steep = made > limits.ratio_free_bytes and made > limits.ratio * self._file_bytes
        if is_steep or made > limits.output_bytes:
            rule = f"at most {limits.ratio:,} to 1 and {limits.output_bytes:,} bytes are unpacked"
            detail = f"{self._file_bytes:,} bytes of archive made {made:,}; {rule}"
            raise CannotRead("read.bomb", detail)


# ---- headers ----------------------------------------------------------------------------------


def members_from_front(file: io.IOBase) -> Iterator[Member]:
    """Yield the members in their order in the file, found by their headers alone.

    Raises CannotRead("read.corrupt") behind the last one if anything but headers and data stood
    between them.
    """
    at = lost = 0
    while True:
        found = _read_header(file, at)
        if found is None:
            if _at(file, at, 4) in _OTHER_RECORDS:
                break
            after = _find_header(file, at + 1)
            if after is None:
                break
            lost, at = lost or at, after
            continue
        each, start = found
        yield each
        at = _end(file, each, start)
    if lost:
        raise CannotRead("read.corrupt", f"no header of a file at byte {lost:,}")


def _read_header(file: io.IOBase, at: int) -> tuple[Member, int] | None:
    """Return the member whose header stands at `at`, and the offset of its data."""
    data = _at(file, at, 30)
    if len(data) < 30 or not data.startswith(_SIGNATURE):
        return None
    _, flags, method, _, _, crc, packed, size, name_bytes, extra_bytes = _HEADER.unpack(data)
    raw = file.read(name_bytes)
    extra = file.read(extra_bytes)
    is_told = not flags & _DESCRIPTOR_BIT
    each = Member(
        name=readable_name(raw, "" if flags & _UTF_8 else raw.decode("cp437")),
        header=at,
        method=method,
        flags=flags,
        packed=_large(extra, packed, 1) if is_told or packed else None,
        size=_large(extra, size, 0) if is_told or size else None,
        crc=crc if is_told else None,
    )
    return each, at + 30 + name_bytes + extra_bytes


def _large(extra: bytes, size: int, place: int) -> int:
    """Return a size, looked up in the zip64 extra field (4.5.3) where it stands there."""
    while size == _IS_IN_EXTRA and len(extra) >= 4:
        kind, length = struct.unpack_from("<2H", extra)
        value = extra[4 + 8 * place : 12 + 8 * place]
        if kind == 1 and len(value) == 8:
            return int.from_bytes(value, "little")
        extra = extra[4 + length :]
    return size


def _end(file: io.IOBase, each: Member, start: int) -> int:
    """Return where the next header may stand: behind the data and what describes them."""
    end = start + each.packed if each.packed is not None else _end_of_data(file, each, start)
    for descriptor in (0, 16, 12, 24, 20):  # 4.3.9: with or without signature, small or large
        found = _at(file, end + descriptor, 4)
        if found == _SIGNATURE or found in _OTHER_RECORDS:
            return end + descriptor
    return end


def _end_of_data(file: io.IOBase, each: Member, start: int) -> int:
    """Return where packed data end whose length is told behind them, or `start` if unknown."""
    if each.method not in _DECODERS:
        return start
    decoder = _DECODERS[each.method](each)
    try:
        at = start
        while block := _at(file, at, BLOCK_BYTES):
            at += len(block)
            while not decoder.eof and (decoder.decompress(block, _STEP) or not decoder.needs_input):
                block = b""
            if decoder.eof:
                return at - len(decoder.unused_data)
    except _DAMAGE:
        return start
    return at


def _find_header(file: io.IOBase, at: int) -> int | None:
    """Return the offset of the next signature of a header from `at` on, or None."""
    while len(block := _at(file, at, BLOCK_BYTES)) >= 4:
        found = block.find(_SIGNATURE)
        if found >= 0:
            return at + found
        at += len(block) - 3
    return None


def _at(file: io.IOBase, at: int, size: int) -> bytes:
    if not 0 <= at < 2**62:  # a damaged directory; to seek there is an error
        return b""
    file.seek(at)
    data: bytes = file.read(size)
    return data


# ---- data -------------------------------------------------------------------------------------


class _Lzma:
    """LZMA of a zip archive (5.8.8) made into the file format that the decoder knows."""

    def __init__(self, each: Member) -> None:
        has_end_mark = each.flags & _END_MARK_BIT or each.size is None
        self._size = (2**64 - 1 if has_end_mark else each.size or 0).to_bytes(8, "little")
        self._lzma = lzma.LZMADecompressor(lzma.FORMAT_ALONE, DEFAULT_LIMITS.memory_bytes)
        self._head = b""
        self._is_begun = False

    @property
    def eof(self) -> bool:
        return self._lzma.eof

    @property
    def unused_data(self) -> bytes:
        return self._lzma.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._is_begun or self._lzma.needs_input

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        if not self._is_begun:
            self._head += data
            if len(self._head) < 9:
                return b""
            self._is_begun = True
            data = self._head[4:9] + self._size + self._head[9:]  # version and length go
        return self._lzma.decompress(data, max_length)


_DECODERS: dict[int, Callable[[Member], Decoder]] = {
    DEFLATED: lambda each: ZlibDecoder(-zlib.MAX_WBITS),
    BZIP2: lambda each: bz2.BZ2Decompressor(),
    LZMA: _Lzma,
}


def unpacked(file: io.IOBase, each: Member, budget: Budget) -> Iterator[bytes]:
    """Yield the bytes of a member, whose method is one of METHODS.

    Raises CannotRead: "read.truncated", "read.corrupt", "read.bomb", with the offset in the
    archive up to which it was read.
    """
    start = _start(file, each)
    made, crc = 0, 0
    for chunk in _chunks(file, each, start):
        made += len(chunk)
        crc = zlib.crc32(chunk, crc)
        budget.spend(len(chunk))
        yield chunk
    if each.crc is not None and crc != each.crc:
        detail = f"{each.name!r} does not have the checksum {each.crc:08x} but {crc:08x}"
        raise CannotRead("read.corrupt", f"{detail}; its data begin at byte {start:,}")


def _start(file: io.IOBase, each: Member) -> int:
    found = _read_header(file, each.header)
    if found is None:
        detail = f"no header of a file at byte {each.header:,}, where {each.name!r} is listed"
        raise CannotRead("read.corrupt", detail)
    return found[1]


def _chunks(file: io.IOBase, each: Member, start: int) -> Iterator[bytes]:
    if each.method == STORED:
        yield from _blocks(file, each, start)
        return
    decoder = _DECODERS[each.method](each)
    at = start
    try:
        for block in _blocks(file, each, start):
            at += len(block)
            yield from _decoded(decoder, block)
            if decoder.eof:
                return
    except _DAMAGE as error:
        detail = f"{each.name!r} cannot be unpacked before byte {at:,}: {error}"
        raise CannotRead("read.corrupt", detail) from error
    if not decoder.eof and each.method != LZMA:  # which has no end of its own; the checksum tells
        raise CannotRead("read.truncated", f"{each.name!r} ends early, at byte {at:,}")


def _decoded(decoder: Decoder, block: bytes) -> Iterator[bytes]:
    while True:
        chunk = decoder.decompress(block, _STEP)
        if chunk:
            yield chunk
        if decoder.eof or decoder.needs_input:
            return
        block = b""


def _blocks(file: io.IOBase, each: Member, start: int) -> Iterator[bytes]:
    """Yield the packed bytes. Raises CannotRead("read.truncated") if the archive ends in them."""
    at = start
    left = each.packed
    if left is None and each.method == STORED:
        detail = f"{each.name!r} does not say where its data end, from byte {start:,}"
        raise CannotRead("read.corrupt", detail)
    while left is None or left > 0:
        block = _at(file, at, BLOCK_BYTES if left is None else min(left, BLOCK_BYTES))
        if not block:
            raise CannotRead("read.truncated", f"the archive ends in {each.name!r}, at byte {at:,}")
        at += len(block)
        left = None if left is None else left - len(block)
        yield block
