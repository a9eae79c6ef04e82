"""Tar archives (POSIX ustar and pax, GNU, V7), read once from front to back in constant memory.

tarfile keeps every header, reads pax headers of any size into memory and takes a damaged header
for the end of the archive; so only its header parser is used.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator

from tasks.compression import BLOCK_BYTES, Readable
from tasks.readers.packed import (
    MOST_MEMBERS,
    broken,
    member,
    readable_name,
    refusal,
    refused,
)
from tasks.readers.parts import Part
from tasks.records import Rejection
from tasks.streams import ByteStream
from warehouse.errors import CannotRead

_BLOCK = tarfile.BLOCKSIZE
# Names of 4,096 characters and a few attributes need a few kB; the longest seen had 40 kB.
_LONGEST_HEADER = 1024 * 1024
_PAX, _PAX_OF_ALL = (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE), (tarfile.XGLTYPE,)
_LONG_NAME, _LONG_LINK = tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK
_LABELS = (b"V", b"M", b"D", b"N")  # GNU: volume label, continued file, list of a folder, old names
_NO_FILES = {
    tarfile.SYMTYPE: "a symbolic link",
    tarfile.LNKTYPE: "a hard link",
    tarfile.CHRTYPE: "a device",
    tarfile.BLKTYPE: "a device",
    tarfile.FIFOTYPE: "a pipe",
    tarfile.GNUTYPE_SPARSE: "a sparse file",
}
_RECORD = re.compile(rb"(\d{1,10}) ([^=]{1,200})=")  # POSIX pax, "length keyword=value\n"


def split_tar(stream: Readable, *, limit: int) -> Iterator[Part]:
    """Yield the files in a tar archive, each as a stream that must be read before the next part.

    Links, devices, sparse files and names that lead out of the archive are rejections; folders
    are no parts. Where a header is damaged the next sound one is looked for. The archive may be
    cut: then the file it breaks in raises, or the last part says so. Raises nothing of its own.
    `limit` is for whoever reads the streams.
    """
    return _Tar(stream).parts()


class _Tar:
    """A tar archive on its way; `_at` is the offset of the next byte."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._at = 0
        self._record = 0
        self._is_broken = False  # a member's stream raised, which is the end of the archive
        self._pax: dict[bytes, bytes] = {}  # what the headers before a file say of it

    def parts(self) -> Iterator[Part]:
        try:
            for header in self._headers():
                if isinstance(header, Rejection):
                    yield self._next_broken(header.reason, header.detail)
                    continue
                yield from self._file(header)
                if self._is_broken:
                    return
                if self._record >= MOST_MEMBERS:
                    detail = f"more than {MOST_MEMBERS:,} files; byte {self._at:,} is next"
                    yield self._next_broken("read.too_many", detail)
                    return
        except CannotRead as damage:
            yield self._next_broken(damage.reason, damage.detail)

    def _next_broken(self, reason: str, detail: str) -> Part:
        self._record += 1
        return broken(self._record, reason, detail)

    def _headers(self) -> Iterator[tarfile.TarInfo | Rejection]:
        """Yield the headers; a rejection where one is damaged, and then the next sound one."""
        is_ended, is_lost = False, False
        while block := self._read(_BLOCK):
            header = _header(block)
            if not any(block):
                is_ended = not is_lost  # two zero blocks end it; archives may be concatenated
            elif header:
                is_ended = is_lost = False
                yield header
            elif not is_lost:
                is_lost = True
                yield self._no_header(block, is_ended)

    def _no_header(self, block: bytes, is_ended: bool) -> Rejection:
        at = f"{self._at - len(block):,}"
        if len(block) < _BLOCK:
            return Rejection("read.truncated", f"the archive ends in the header at byte {at}")
        detail = f"no tar header at byte {at} but {block[:8].hex(' ')} ..."
        return Rejection("read.trailing_bytes" if is_ended else "read.corrupt", detail)

    def _file(self, header: tarfile.TarInfo) -> Iterator[Part]:
        """Yield the part of one header, and go on to behind its data."""
        kind = header.type
        if kind in (*_PAX, *_PAX_OF_ALL, _LONG_NAME, _LONG_LINK):
            self._read_more(header)
            return
        pax, self._pax = self._pax, {}
        name = readable_name(pax.get(b"path") or header.name.encode("utf-8", "surrogateescape"))
        size = _size(header, pax)
        rest = _Data(self, 0 if kind in (tarfile.SYMTYPE, tarfile.DIRTYPE) else size)
        if kind != tarfile.DIRTYPE and kind not in _LABELS and not name.endswith("/"):
            self._record += 1
            yield self._part(
                name, "a sparse file" if _is_sparse(pax) else _NO_FILES.get(kind), rest
            )
        if not self._is_broken:
            rest.skip()

    def _part(self, name: str, what: str | None, data: _Data) -> Part:
        if what:
            return refused(self._record, name, "read.not_a_file", f"is {what}; files are read")
        return refusal(self._record, name) or member(self._record, name, ByteStream(data.chunks()))

    def _read_more(self, header: tarfile.TarInfo) -> None:
        """Keep what a header says of the next file: its long name, or its size beyond 8 GiB."""
        if header.size > _LONGEST_HEADER or header.size < 0:
            detail = f"a header of {header.size:,} bytes; at most {_LONGEST_HEADER:,} are read"
            raise CannotRead("read.corrupt", f"{detail}, before byte {self._at:,}")
        data = self.take(header.size)
        self.take(-header.size % _BLOCK)
        if header.type in _PAX:
            self._pax.update(_pax_records(data))
        elif header.type == _LONG_NAME:
            self._pax[b"path"] = data.partition(b"\0")[0]

    def take(self, size: int) -> bytes:
        """Return exactly `size` bytes, or raise CannotRead."""
        data = self._read(size)
        if len(data) < size:
            self._is_broken = True
            raise CannotRead("read.truncated", f"the archive ends early, at byte {self._at:,}")
        return data

    def take_some(self, size: int) -> bytes:
        """Return 1 to `size` bytes, all of those before a damage, or raise CannotRead."""
        data = self._stream.read(size)
        if not data:
            raise CannotRead("read.truncated", f"the archive ends early, at byte {self._at:,}")
        self._at += len(data)
        return data

    def break_off(self) -> None:
        """Note that the archive cannot be read on."""
        self._is_broken = True

    def _read(self, size: int) -> bytes:
        """Return the next `size` bytes, fewer at the end; a part of a block counts as damage."""
        pieces = []
        missing = size
        while missing and (piece := self._stream.read(missing)):
            pieces.append(piece)
            missing -= len(piece)
        self._at += size - missing
        return b"".join(pieces)


class _Data:
    """The bytes of one file, and the padding behind them."""

    def __init__(self, tar: _Tar, size: int) -> None:
        self._tar = tar
        self._left = size
        self._padding = -size % _BLOCK

    def chunks(self) -> Iterator[bytes]:
        while self._left:
            try:
                chunk = self._tar.take_some(min(BLOCK_BYTES, self._left))
            except CannotRead:
                self._tar.break_off()
                raise
            self._left -= len(chunk)
            yield chunk

    def skip(self) -> None:
        for _ in self.chunks():
            pass
        self._tar.take(self._padding)


def _header(block: bytes) -> tarfile.TarInfo | None:
    try:
        header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return None
    return header if header.size >= 0 else None


def _size(header: tarfile.TarInfo, pax: dict[bytes, bytes]) -> int:
    size = pax.get(b"size", b"")
    return int(size) if size.isdigit() and len(size) < 20 else header.size


def _is_sparse(pax: dict[bytes, bytes]) -> bool:
    return any(key.startswith(b"GNU.sparse.") for key in pax)


def _pax_records(data: bytes) -> dict[bytes, bytes]:
    records: dict[bytes, bytes] = {}
    at = 0
    while found := _RECORD.match(data, at):
        at += max(int(found[1]), 1)
        records[found[2]] = data[found.end() : at - 1]
    return records
