"""Bytes of a file with every layer of compression taken off, in bounded memory.

    with open_stream("articles.jsonl.gz") as opened:
        opened.media_type  # what is inside: "application/jsonl"
        opened.stream.read(65536)

Whatever can be read before a damage is delivered first; then each further read raises CannotRead:

* read.truncated       the data ends before its format says it may
* read.corrupt         the data breaks its format, or a checksum
* read.trailing_bytes  whole and checked data is followed by something else
* read.bomb            it grows beyond every use; see `Limits`
* read.too_large       unpacking would take too much memory
* read.nested          there are more layers of compression than anybody has a use for
* read.io_error        the operating system cannot read on (tried again by the next run)
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tasks.compression import (
    BLOCK_BYTES,
    CODECS,
    DEFAULT_LIMITS,
    TRAILING,
    Blocks,
    Limits,
    Readable,
    Source,
    Unpacked,
)
from tasks.sniff import HEAD_BYTES, sniff
from warehouse.errors import CannotRead

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class ByteStream(io.BufferedIOBase):
    """A readable binary file over chunks of bytes, which delivers all bytes before a damage."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._buffer = b""
        self._at = 0  # of the first byte in `_buffer` that was not delivered
        self._damage: CannotRead | None = None

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def peek(self, size: int = HEAD_BYTES, /) -> bytes:
        """Return up to `size` of the next bytes without taking them; never raises for a damage."""
        pieces = [self._buffer[self._at :]]
        missing = size - len(pieces[0])
        while missing > 0 and (more := self._more()):
            pieces.append(more)
            missing -= len(more)
        self._buffer, self._at = b"".join(pieces), 0
        return self._buffer[:size]

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next `size` bytes, fewer only at the end or before a damage.

        Raises CannotRead when no byte is left before a damage. Without a size, where no second
        call would follow, a damage is raised at once instead of handing out half a file.
        """
        if size is None or size < 0:
            return self._read_to_end()
        pieces = [self._take(size)]
        missing = size - len(pieces[0])
        while missing and self._refill():
            pieces.append(self._take(missing))
            missing -= len(pieces[-1])
        if missing == size and size and self._damage:
            raise self._damage
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def read1(self, size: int = -1, /) -> bytes:
        """Return what is at hand, at most `size` bytes; raises like `read`."""
        if self._at == len(self._buffer) and size and not self._refill() and self._damage:
            raise self._damage
        return self._take(len(self._buffer) if size < 0 else size)

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill `buffer` and return the number of bytes written; raises like `read`."""
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def _read_to_end(self) -> bytes:
        pieces = []
        while piece := self.read1():
            pieces.append(piece)
        return b"".join(pieces)

    def _take(self, size: int) -> bytes:
        piece = self._buffer
        if self._at or size < len(piece):
            piece = piece[self._at : self._at + size]
        self._at += len(piece)
        return piece

    def _refill(self) -> bool:
        self._buffer, self._at = self._more(), 0
        return bool(self._buffer)

    def _more(self) -> bytes:
        if self._damage:
            return b""
        try:
            return next(self._chunks, b"")
        except CannotRead as damage:
            self._damage = damage
            return b""


@dataclass(frozen=True, slots=True)
class Opened:
    """A file with its compression taken off; close it, or use it in a `with`."""

    stream: ByteStream
    media_type: str  # of what is inside
    layers: tuple[str, ...]  # media types of the compressions taken off, outermost first
    close: Callable[[], None]  # the file that was opened for it

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def open_stream(path: str | os.PathLike[str], *, limits: Limits = DEFAULT_LIMITS) -> Opened:
    """Open a file and `unpack` it. Raises OSError if it cannot be opened, and as `unpack` does."""
    file = io.FileIO(path)
    try:
        return replace(unpack(file, os.fspath(path), limits=limits), close=file.close)
    except BaseException:
        file.close()
        raise


def unpack(stream: Readable, name: str, *, limits: Limits = DEFAULT_LIMITS) -> Opened:
    """Take off up to `limits.depth` layers of compression and sniff what is inside.

    `name` is the name of the file, of which each layer takes a suffix. What is not compressed
    gives its bytes as they are. The stream must be seekable; to close it stays the caller's duty.
    Raises CannotRead ("read.nested") if it is packed too many times; other damage is raised by the
    reads of the result.
    """
    source: Source = Blocks(stream)
    layers: list[str] = []
    while True:
        inside = ByteStream(source)
        media_type = sniff(inside.peek(HEAD_BYTES), name)
        if media_type not in CODECS:
            return Opened(inside, media_type, tuple(layers), close=inside.close)
        layers.append(media_type)
        if len(layers) > limits.depth:
            detail = f"compressed more than {limits.depth} times: {', '.join(layers)}"
            raise CannotRead("read.nested", detail)
        source = Unpacked(source, CODECS[media_type], limits)
        name = name.rpartition(".")[0] or name


def decompress(stream: Readable, media_type: str, *, limits: Limits = DEFAULT_LIMITS) -> ByteStream:
    """Return `stream` with one layer of compression taken off.

    `media_type` is a key of CODECS. Nothing is read before the result is; damage is raised by its
    reads. A seekable stream gives every byte before a damage; one that cannot go back may lose the
    last 64 KiB before corrupt (not before truncated) data.
    """
    return ByteStream(Unpacked(Blocks(stream), CODECS[media_type], limits))


def read_all(stream: Readable, limit: int) -> bytes:
    """Return all bytes of a stream that is one document of at most `limit` bytes.

    Bytes behind checked and complete data are not part of the document and are left. Raises
    CannotRead: "read.too_large", or what the stream raises.
    """
    pieces: list[bytes] = []
    room = limit + 1
    try:
        while room > 0 and (piece := stream.read(min(room, BLOCK_BYTES))):
            pieces.append(piece)
            room -= len(piece)
    except CannotRead as damage:
        if damage.reason != TRAILING:
            raise
    if room <= 0:
        detail = f"more than {limit / 2**20:,.4g} MiB ({limit:,} bytes), the limit for one document"
        raise CannotRead("read.too_large", detail)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)
