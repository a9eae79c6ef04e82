"""Compressed bytes to the bytes inside them, step by step, with bounds on memory and growth.

tasks.streams makes files of this. What is raised here is listed there.
"""

from __future__ import annotations

import bz2
import io
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import zstandard

from tasks.sniff import BZIP2, GZIP, XZ, ZSTD
from warehouse.errors import CannotRead

TRAILING = "read.trailing_bytes"

BLOCK_BYTES = 256 * 1024  # asked of a file at once
_STEP = 64 * 1024  # bytes unpacked at once
# zstd has no way to ask for a part of a block. A block of 4 bytes unpacks to at most 128 KiB
# (RFC 8878, 3.1.1.2), so this many packed bytes at once keep one step below 16 MiB.
# Fed 1 MiB at once it was slower, not faster (237 against 363 MB/s).
_ZSTD_FEED = 512
_ZLIB_FEED = 16 * 1024  # zlib copies what it leaves of its input in every step
_PADDING = b"\0\t\n\r "


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How far unpacking goes; beyond it the file is refused with CannotRead.

    Deflate reaches 1,032 to 1 on zeros and no format needs more than 100 to 1 on news, but small
    files of one repeated line do: hence the ratio counts only after the first 10 MB.
    """

    output_bytes: int = 16 * 2**30
    ratio: int = 1000  # unpacked bytes to one byte of the file
    ratio_free_bytes: int = 10 * 10**6
    depth: int = 3  # layers of compression, gzip in gzip and the like
    memory_bytes: int = 128 * 2**20  # window of a decoder; zstd itself allows no more unasked


DEFAULT_LIMITS = Limits()


class Readable(Protocol):
    """Anything that gives its next bytes: at most `size` of them, none at its end."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes; raises CannotRead where they are damaged."""


class Source(Protocol):
    """Chunks of bytes that can be asked for again from the start."""

    @property
    def file_bytes(self) -> int:
        """How many bytes of the file were read so far in this pass."""

    @property
    def is_repeatable(self) -> bool:
        """Whether a second pass gives the same chunks."""

    def __iter__(self) -> Iterator[bytes]: ...


class Blocks:
    """The blocks of a file as it lies on disk."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._seek: Callable[[int], object] | None = None
        self._start = 0
        self.file_bytes = 0
        if isinstance(stream, io.IOBase) and stream.seekable():
            self._seek, self._start = stream.seek, stream.tell()

    @property
    def is_repeatable(self) -> bool:
        """See `Source`."""
        return self._seek is not None

    def __iter__(self) -> Iterator[bytes]:
        try:
            if self._seek:
                self._seek(self._start)
            self.file_bytes = 0
            while block := self._stream.read(BLOCK_BYTES):
                self.file_bytes += len(block)
                yield block
        except OSError as error:
            detail = f"{error.strerror or error} after {self.file_bytes:,} bytes"
            raise CannotRead("read.io_error", detail, is_retryable=True) from error


class Decoder(Protocol):
    """The decoder of one member (frame, stream) of a file; bz2 and lzma set the pattern."""

    @property
    def eof(self) -> bool:
        """Whether the member's end was reached."""

    @property
    def unused_data(self) -> bytes:
        """What was given and lies behind the member's end."""

    @property
    def needs_input(self) -> bool:
        """Whether nothing more comes out unless more is given."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Return what `data` unpacks to; `max_length` bytes at most, the rest with the next calls.

        While `needs_input` is false the next calls give no data.
        """


GZIP_WBITS = 16 + zlib.MAX_WBITS  # 16: with a gzip header, not zlib's


class ZlibDecoder:
    """zlib under the pattern of bz2 and lzma; it checks header and checksum, where there are any.

    `wbits` says what stands around the data: GZIP_WBITS, zlib.MAX_WBITS, or its negative for none.
    """

    def __init__(self, wbits: int) -> None:
        self._zlib = zlib.decompressobj(wbits)
        self._data = b""
        self._at = 0
        self.needs_input = True

    @property
    def eof(self) -> bool:
        """See `Decoder`."""
        return self._zlib.eof

    @property
    def unused_data(self) -> bytes:
        """See `Decoder`."""
        return self._zlib.unused_data + self._data[self._at :]

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """See `Decoder`."""
        if data:
            self._data, self._at = data, 0
        feed = _ZLIB_FEED if max_length > 1 else 1
        piece = self._data[self._at : self._at + feed]
        out = self._zlib.decompress(piece, max_length)
        # At the end of a member zlib shows what follows as unused data and, at times, as tail too.
        self._at += len(piece) - (0 if self.eof else len(self._zlib.unconsumed_tail))
        self.needs_input = self._at >= len(self._data) and len(out) < max_length
        return out


class _ZstdDecoder:
    """One zstd frame under the pattern of bz2 and lzma; `max_length` is kept only roughly."""

    def __init__(self, memory_bytes: int) -> None:
        self._zstd = zstandard.ZstdDecompressor(max_window_size=memory_bytes).decompressobj()
        self._data = b""
        self._at = 0
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._zstd.eof

    @property
    def unused_data(self) -> bytes:
        return self._zstd.unused_data + self._data[self._at :]

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        if data:
            self._data, self._at = self._data[self._at :] + data, 0
        start, self._at = self._at, self._at + (_ZSTD_FEED if max_length == _STEP else 1)
        out = self._zstd.decompress(self._data[start : self._at])
        self.needs_input = self._at >= len(self._data)
        return out


@dataclass(frozen=True, slots=True)
class Codec:
    """A format of compression; a file holds one or more members one behind the other."""

    name: str
    magics: tuple[bytes, ...]  # the first bytes of a member
    error: type[Exception]  # what the decoder raises
    start: Callable[[Limits], Decoder]  # the decoder of one member


CODECS = {
    GZIP: Codec("gzip", (b"\x1f\x8b",), zlib.error, lambda limits: ZlibDecoder(GZIP_WBITS)),
    BZIP2: Codec("bzip2", (b"BZh",), OSError, lambda limits: bz2.BZ2Decompressor()),
    XZ: Codec(
        "xz",
        (b"\xfd7zXZ\0",),
        lzma.LZMAError,
        lambda limits: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=limits.memory_bytes),
    ),
    ZSTD: Codec(
        "zstd",
        # RFC 8878: a frame, and the sixteen kinds of skippable frames
        (b"\x28\xb5\x2f\xfd", *(bytes([kind]) + b"\x2a\x4d\x18" for kind in range(0x50, 0x60))),
        zstandard.ZstdError,
        lambda limits: _ZstdDecoder(limits.memory_bytes),
    ),
}
COMPRESSIONS = {media_type: codec.name for media_type, codec in CODECS.items()}
_MEMORY_WORDS = ("too much memory", "memory usage limit")  # in the messages of zstd and lzma


class Unpacked:
    """The unpacked chunks of a packed source, each pass from the start."""

    def __init__(self, source: Source, codec: Codec, limits: Limits) -> None:
        self._source = source
        self._codec = codec
        self._limits = limits

    @property
    def file_bytes(self) -> int:
        """See `Source`."""
        return self._source.file_bytes

    @property
    def is_repeatable(self) -> bool:
        """See `Source`."""
        return self._source.is_repeatable

    def __iter__(self) -> Iterator[bytes]:
        produced = 0
        for chunk in self._to_the_last_byte():
            produced += len(chunk)
            self._check(produced)
            yield chunk

    def _check(self, produced: int) -> None:
        limits, packed = self._limits, self.file_bytes
        rule = ""
        if produced > limits.output_bytes:
            rule = f"more than {limits.output_bytes:,} bytes in all"
        elif produced > limits.ratio_free_bytes and produced > limits.ratio * packed:
            rule = f"more than {limits.ratio:,} to 1"
        if rule:
            detail = f"{self._codec.name} made {produced:,} bytes of {packed:,}, {rule}"
            raise CannotRead("read.bomb", detail)

    def _to_the_last_byte(self) -> Iterator[bytes]:
        """Yield the chunks; where a step fails, go over the same data again to its last good byte.

        The decoders drop what a failing step had unpacked so far. A second pass goes on byte by
        byte where the first one stopped, and then raises the same error.
        """
        done = 0
        try:
            for chunk in _Pass(self._source, self._codec, self._limits).chunks():
                done += len(chunk)
                yield chunk
        except CannotRead as damage:
            if damage.reason != "read.corrupt" or not self.is_repeatable:
                raise
            again = _Pass(self._source, self._codec, self._limits, fine_after=done)
            for chunk in again.chunks():
                if again.produced > done:
                    yield chunk[done - again.produced :]
                    done = again.produced


class _Pass:
    """One pass over a packed source."""

    def __init__(
        self, source: Source, codec: Codec, limits: Limits, fine_after: int = sys.maxsize
    ) -> None:
        self._source = source
        self._blocks = iter(source)
        self._codec = codec
        self._limits = limits
        self._fine_after = fine_after
        self.produced = 0  # bytes unpacked so far

    def chunks(self) -> Iterator[bytes]:
        """Yield what the members unpack to; raises CannotRead at a damage."""
        rest = next(self._blocks, b"")
        while rest:
            decoder = self._codec.start(self._limits)
            yield from self._member(decoder, rest)
            rest = self._next_member(decoder.unused_data)

    def _member(self, decoder: Decoder, data: bytes) -> Iterator[bytes]:
        while True:
            chunk = self._step(decoder, data)
            self.produced += len(chunk)
            if chunk:
                yield chunk
            if decoder.eof:
                return
            data = next(self._blocks, b"") if decoder.needs_input else b""
            if decoder.needs_input and not data:
                raise CannotRead("read.truncated", self._found("ends early"))

    def _step(self, decoder: Decoder, data: bytes) -> bytes:
        room = self._fine_after - self.produced
        try:
            return decoder.decompress(data, min(_STEP, max(room, 1)))
        except self._codec.error as error:
            is_memory = any(words in str(error).lower() for words in _MEMORY_WORDS)
            reason = "read.too_large" if is_memory else "read.corrupt"
            rule = f"; {self._limits.memory_bytes:,} bytes are allowed" if is_memory else ""
            detail = self._found("cannot be unpacked") + f": {error}{rule}"
            raise CannotRead(reason, detail) from error

    def _next_member(self, rest: bytes) -> bytes:
        """Return the bytes from the next member on, none at the end of the file.

        Zeros between and behind members are padding (gzip's manual, and the xz file format, 2.2),
        and so is white space, as a careless `echo >>` leaves it.
        """
        longest = max(map(len, self._codec.magics))
        rest = rest.lstrip(_PADDING)
        while len(rest) < longest and (more := next(self._blocks, b"")):
            rest = (rest + more).lstrip(_PADDING)
        if not rest or rest.startswith(self._codec.magics):
            return rest
        if any(magic.startswith(rest) for magic in self._codec.magics):
            raise CannotRead("read.truncated", self._found("ends early"))
        found = f"is whole, but is followed by other bytes ({rest[:8].hex(' ')} ...)"
        raise CannotRead(TRAILING, self._found(found))

    def _found(self, what: str) -> str:
        return (
            f"{self._codec.name} {what} after {self.produced:,} bytes, unpacked"
            f" from {self._source.file_bytes:,} bytes of the file"
        )
