"""Zip archives: read by their directory, or without one member after member from the front.

The directory stands at the end, so a cut archive has none; its members are found by the headers
that stand before each. The same is done where the directory is damaged or too large to hold.
Members are unpacked here because zipfile lets a few kB of bzip2 grow to gigabytes in one step.
Rules: PKWARE's APPNOTE.TXT 6.3.10, whose sections the comments name.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice

from tasks.compression import Readable
from tasks.readers.packed import (
    MOST_MEMBERS,
    broken,
    member,
    readable_name,
    refusal,
    refused,
)
from tasks.readers.parts import Part
from tasks.readers.unzip import METHODS, Budget, Member, members_from_front, unpacked
from tasks.records import Rejection
from tasks.streams import ByteStream, read_all
from warehouse.errors import CannotRead

# 400,000 members; zipfile makes objects of eight times that (measured: 640 bytes a member).
LARGEST_DIRECTORY = 32 * 1024 * 1024
# What zipfile raises for a directory it cannot read (3.11 to 3.13, found by damaging archives).
_NO_DIRECTORY = (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, OverflowError)
_ENCRYPTED, _UTF_8 = 0x1, 0x800  # 4.4.4, bits 0 and 11 of the flags
_FILE_TYPES, _REGULAR, _FOLDER = 0xF000, 0x8000, 0x4000  # of Unix, in the upper 16 attribute bits
_UNIX = 3  # 4.4.2.2

_FIRST_MEMBERS = 100  # looked at in a cut archive; a document has its text among the first
_OOXML = "application/vnd.openxmlformats-officedocument."
# Documents that are zip archives, by a member that they all have.
PACKAGES = {
    "word/document.xml": _OOXML + "wordprocessingml.document",
    "xl/workbook.xml": _OOXML + "spreadsheetml.sheet",
    "ppt/presentation.xml": _OOXML + "presentationml.presentation",
}


def split_zip(stream: Readable, *, limit: int) -> Iterator[Part]:
    """Yield the files in a zip archive, each as a stream that must be read before the next part.

    `stream` can seek; raises TypeError if it cannot. Encrypted members, links, unknown methods of
    compression and names that lead out of the archive are rejections; folders are no parts. An
    Office document or a book is one part with its media type, record None. Nothing else is raised.
    """
    if not isinstance(stream, io.IOBase | zipfile.ZipExtFile) or not stream.seekable():
        raise TypeError(f"{type(stream).__name__} cannot seek; a zip archive is read from its end")
    size = stream.seek(0, io.SEEK_END)
    try:
        listed = _directory(stream)
    except CannotRead as damage:
        package = _cut_package(stream)
        if package:
            yield _whole(stream, package, limit)
        else:
            yield from _Walk(stream, size).parts(members_from_front(stream), damage)
        return
    package = _package(stream, listed)
    if package:
        yield _whole(stream, package, limit)
    else:
        yield from _Walk(stream, size).parts(map(_listed, listed), None)


def _directory(stream: io.IOBase) -> Sequence[zipfile.ZipInfo]:
    """Return the members as listed; raises CannotRead if the list is missing or too large."""
    _require_small(stream)
    try:
        with zipfile.ZipFile(stream) as archive:
            return archive.infolist()
    except _NO_DIRECTORY as error:
        raise CannotRead("read.corrupt", f"its directory cannot be read ({error})") from error


def _require_small(stream: io.IOBase) -> None:
    """Raise CannotRead unless the directory that the end of the archive tells of is small."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - 22 - 0xFFFF))  # 4.3.16: the last record and its comment
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        raise CannotRead("read.truncated", f"it ends at byte {size:,} without its directory")
    listed = int.from_bytes(tail[at + 12 : at + 16], "little")
    # 0xFFFFFFFF stands for a size above 4 GiB (4.4.23), which is too large anyhow.
    if listed > LARGEST_DIRECTORY and listed != 0xFFFFFFFF:
        raise CannotRead(_TOO_LARGE, f"a directory of {listed:,} bytes")
    if listed == 0xFFFFFFFF and size > LARGEST_DIRECTORY:
        raise CannotRead(_TOO_LARGE, "a directory in the format for large archives")


_TOO_LARGE = "read.too_large"


def read_members(data: bytes, names: Iterable[str], *, limit: int) -> dict[str, bytes]:
    """Return the named members of a document that is a zip archive, as far as they are there.

    A cut document gives those before the cut. Raises CannotRead for a damaged, encrypted or
    oddly packed one, and "read.too_large" when they have more than `limit` bytes together.
    """
    stream = io.BytesIO(data)
    try:
        members: Iterable[Member] = map(_listed, _directory(stream))
    except CannotRead:
        members = members_from_front(stream)
    wanted, found = set(names), dict[str, bytes]()
    budget = Budget(len(data))
    for each in members:
        if each.name in wanted - found.keys():
            found[each.name] = _read(stream, each, budget, limit)
            limit -= len(found[each.name])
        if wanted == found.keys():
            break
    return found


def _read(stream: io.IOBase, each: Member, budget: Budget, limit: int) -> bytes:
    if each.flags & _ENCRYPTED or each.method not in METHODS:
        raise CannotRead("read.encrypted", f"{each.name!r} is encrypted or packed by an odd method")
    return read_all(ByteStream(unpacked(stream, each, budget)), limit)


def _listed(info: zipfile.ZipInfo) -> Member:
    """Return what the directory says of a member; where its data begins is read when needed."""
    raw = info.orig_filename.encode("utf-8" if info.flag_bits & _UTF_8 else "cp437", "replace")
    is_of_unix = info.create_system == _UNIX
    return Member(
        name=readable_name(raw.partition(b"\0")[0], info.filename),
        header=info.header_offset,
        method=info.compress_type,
        flags=info.flag_bits,
        packed=info.compress_size,
        size=info.file_size,
        crc=info.CRC,
        mode=info.external_attr >> 16 if is_of_unix else 0,
    )


def _package(stream: io.IOBase, listed: Sequence[zipfile.ZipInfo]) -> str | None:
    """Return the media type of a document that is a zip archive, or None."""
    names = {info.filename for info in listed}
    if "[Content_Types].xml" in names:
        return next((kind for name, kind in PACKAGES.items() if name in names), _OOXML + "package")
    if listed and listed[0].filename == "mimetype" and listed[0].file_size < 200:
        data = b"".join(unpacked(stream, _listed(listed[0]), Budget(1000)))
        return data.decode("ascii", "ignore").strip() or None
    return None


def _cut_package(stream: io.IOBase) -> str | None:
    """Return the media type of a document whose directory is lost, by the headers of its files."""
    names = set()
    with suppress(CannotRead):
        names = {each.name for each in islice(members_from_front(stream), _FIRST_MEMBERS)}
    if "[Content_Types].xml" in names:
        return next((kind for name, kind in PACKAGES.items() if name in names), _OOXML + "package")
    return None


def _whole(stream: io.IOBase, media_type: str, limit: int) -> Part:
    stream.seek(0)
    try:
        return Part(record=None, data=read_all(stream, limit), media_type=media_type)
    except CannotRead as error:
        return Part(record=None, rejection=Rejection(error.reason, error.detail))


class _Walk:
    """An archive on its way: its members to parts, numbered."""

    def __init__(self, stream: io.IOBase, size: int) -> None:
        self._stream = stream
        self._budget = Budget(size)
        self._record = 0

    def parts(self, members: Iterable[Member], damage: CannotRead | None) -> Iterator[Part]:
        """Yield the parts of `members`, and at the end what was wrong with the directory."""
        try:
            for each in members:
                if self._record >= MOST_MEMBERS:
                    raise CannotRead("read.too_many", f"more than {MOST_MEMBERS:,} files")
                if not _is_folder(each):
                    self._record += 1
                    yield self._part(each)
                self._budget.require()
        except CannotRead as error:
            damage = error
        if damage and damage.reason != _TOO_LARGE:
            yield broken(self._record + 1, damage.reason, f"the archive: {damage.detail}")

    def _part(self, each: Member) -> Part:
        return (
            refusal(self._record, each.name)
            or self._unreadable(each)
            or member(self._record, each.name, self._content(each))
        )

    def _content(self, each: Member) -> ByteStream:
        return ByteStream(unpacked(self._stream, each, self._budget))

    def _unreadable(self, each: Member) -> Part | None:
        kind = each.mode & _FILE_TYPES
        if kind not in (0, _REGULAR):
            detail = f"is a link or a device (mode {each.mode:o}); files are read"
            return refused(self._record, each.name, "read.not_a_file", detail)
        if each.flags & _ENCRYPTED:
            return refused(self._record, each.name, "read.encrypted", "wants a password")
        if each.method not in METHODS:
            detail = f"is packed by method {each.method}; read are {', '.join(METHODS.values())}"
            return refused(self._record, each.name, "read.unsupported_compression", detail)
        return None


def _is_folder(each: Member) -> bool:
    return each.name.endswith(("/", "\\")) or each.mode & _FILE_TYPES == _FOLDER
