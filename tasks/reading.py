"""One raw file to the documents in it: open, hash, decompress, recognise, split.

A file is hashed before anything is made of it: a known content ends here. It is looked at again
after it was read: one that changed meanwhile is left for the next run.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from tasks.compression import COMPRESSIONS, Readable
from tasks.readers import READERS, SPLITTERS, reader_version
from tasks.readers.jsonl import Part
from tasks.records import RawDocument, RawFile, Rejection
from tasks.streams import read_all, unpack
from warehouse.errors import CannotRead

# After one of these as its last record a container may hold more than could be read.
DAMAGE = frozenset(
    f"read.{code}"
    for code in ("truncated", "corrupt", "bomb", "bad_json", "io_error", "trailing_bytes")
)
HELD_BYTES = 8 * 1024 * 1024  # files up to this size are read once and held; larger ones twice


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """One thing met in a file: a document, a rejection of one, or the end of a container."""

    record: int | None = None
    document: RawDocument | None = None
    rejection: Rejection | None = None
    is_left: bool = False  # the file is still growing
    is_container: bool = False
    is_known: bool = False  # the whole file is known by its content
    document_count: int | None = None  # at the end of a container
    is_complete: bool | None = None  # of a container: was all taken up that can be read?
    file_sha256: str | None = None
    media_type: str | None = None
    compression: str | None = None
    reader: str | None = None


@dataclass(frozen=True, slots=True)
class _Contents:
    """A file's hash, and its bytes as a stream without compression."""

    stream: Readable
    sha256: str
    media_type: str
    compression: str | None


def read_file(file: RawFile, *, limit: int, known_sha256: str | None = None) -> Iterator[Met]:
    """Yield what is met in `file`; of a container, its documents in order and then its end.

    `limit` is the largest document in bytes. A file whose hash is `known_sha256` yields one Met
    that says so. Trouble with the file becomes a Met with a rejection, never an exception; faults
    of the splitting code do raise.
    """
    try:
        with open(file.name, "rb") as raw:
            sha256, stream = _hash(raw)
            if sha256 == known_sha256:
                yield Met(is_known=True, file_sha256=sha256)
            elif _has_changed(raw, file):
                yield _left(sha256, None)
            else:
                yield from _documents(file, raw, _open(file, stream, sha256), limit)
    except CannotRead as error:
        yield Met(rejection=_rejection(error))
    except OSError as error:
        detail = f"{error.strerror or error} (errno {error.errno})"
        yield Met(rejection=Rejection("read.unreadable", detail, is_retryable=True))


def _hash(raw: BinaryIO) -> tuple[str, BinaryIO]:
    """Return the file's hash and a stream at its start."""
    data = raw.read(HELD_BYTES + 1)
    if len(data) <= HELD_BYTES:
        return hashlib.sha256(data).hexdigest(), io.BytesIO(data)
    digest = hashlib.sha256(data)
    while data := raw.read(1024 * 1024):
        digest.update(data)
    raw.seek(0)
    return digest.hexdigest(), raw


def _has_changed(raw: BinaryIO, file: RawFile) -> bool:
    status = os.fstat(raw.fileno())
    return (status.st_size, status.st_mtime_ns) != (file.size, file.mtime_ns)


def _left(sha256: str | None, record: int | None) -> Met:
    detail = "it changed while it was being read; the next run will take it"
    return Met(
        record=record,
        is_left=True,
        rejection=Rejection("read.growing", detail, is_retryable=True),
        file_sha256=sha256,
    )


def _rejection(error: CannotRead) -> Rejection:
    return Rejection(error.reason, error.detail, is_retryable=error.is_retryable)


def _open(file: RawFile, stream: BinaryIO, sha256: str) -> _Contents | Met:
    """Take the compressions off; a Met with the reason where that is refused."""
    try:
        opened = unpack(stream, os.path.basename(file.name))  # noqa: PTH119 - odd names
    except CannotRead as error:
        return Met(rejection=_rejection(error), file_sha256=sha256, reader=reader_version(None))
    compression = " ".join(COMPRESSIONS[layer] for layer in opened.layers) or None
    return _Contents(opened.stream, sha256, opened.media_type, compression)


def _documents(
    file: RawFile, raw: BinaryIO, contents: _Contents | Met, limit: int
) -> Iterator[Met]:
    if isinstance(contents, Met):
        yield contents
    elif contents.media_type in SPLITTERS:
        yield from _split(file, raw, contents, limit)
    else:
        met = _whole(file, contents, limit)
        yield _left(contents.sha256, None) if _has_changed(raw, file) else met


def _whole(file: RawFile, contents: _Contents, limit: int) -> Met:
    """The file as one document."""
    met = _met(contents, contents.media_type)
    try:
        data = read_all(contents.stream, limit)
    except CannotRead as error:
        return replace(met, rejection=_rejection(error))
    document = RawDocument(path=file.path, record=None, data=data, media_type=contents.media_type)
    met = replace(met, document=document)
    if not data:
        return replace(met, rejection=Rejection("read.empty", "0 bytes"))
    if contents.media_type in READERS:
        return met
    detail = f"no reader for {contents.media_type} in this version"
    return replace(met, rejection=Rejection("read.no_reader", detail))


def _met(contents: _Contents, media_type: str) -> Met:
    """What everything in a file shares; `media_type` is that of its documents."""
    return Met(
        file_sha256=contents.sha256,
        media_type=media_type,
        compression=contents.compression,
        reader=reader_version(media_type),
    )


def _split(file: RawFile, raw: BinaryIO, contents: _Contents, limit: int) -> Iterator[Met]:
    """The documents of a container, then its end."""
    split, media_type = SPLITTERS[contents.media_type]
    met = _met(contents, media_type)
    count, stopped = 0, None
    for part in split(contents.stream, limit=limit):
        if part.record is not None and _has_changed(raw, file):
            yield _left(contents.sha256, part.record)
            yield replace(_end(contents, count + 1, None), is_complete=False)
            return
        yield _part(file, part, met)
        if part.record is None:  # a single object: the file is the document
            return
        count += 1
        stopped = part.rejection if part.rejection and part.rejection.reason in DAMAGE else None
    if count:
        yield _end(contents, count, stopped)
    else:
        yield replace(met, rejection=Rejection("read.empty", "no record in it"))


def _part(file: RawFile, part: Part, met: Met) -> Met:
    if part.data is None:
        return replace(met, record=part.record, rejection=part.rejection)
    if not part.data:
        return replace(met, record=part.record, rejection=Rejection("read.empty", "0 bytes"))
    document = RawDocument(
        path=file.path, record=part.record, data=part.data, media_type=met.media_type or ""
    )
    return replace(met, record=part.record, document=document)


def _end(contents: _Contents, count: int, stopped: Rejection | None) -> Met:
    return replace(
        _met(contents, contents.media_type),
        is_container=True,
        document_count=count,
        is_complete=True,
        rejection=stopped,
    )
