"""One raw file to the documents in it: open, hash, decompress, recognise, split.

A file is hashed before anything is made of it: a known content ends here. It is looked at again
after it was read: one that changed meanwhile is left for the next run.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO

from tasks.compression import COMPRESSIONS, Readable
from tasks.containers import Walk, rejected, whole
from tasks.met import Met
from tasks.readers import SPLITTERS, Splitter, reader_version
from tasks.records import RawFile, Rejection
from tasks.streams import unpack
from warehouse.errors import CannotRead

HELD_BYTES = 8 * 1024 * 1024  # files up to this size are read once and held; larger ones twice


@dataclass(frozen=True, slots=True)
class _Contents:
    """A file's hash, and its bytes as a stream without compression."""

    stream: Readable
    sha256: str
    media_type: str
    compression: str | None


def read_file(
    file: RawFile,
    *,
    limit: int,
    known_sha256: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> Iterator[Met]:
    """Yield what is met in `file`; of a container, its documents in order and then its end.

    `limit` is the largest document in bytes. A file whose hash is `known_sha256` yields one Met
    that says so. `columns` maps the user's names of keys and columns to ours. Trouble with the
    file becomes a Met with a rejection, never an exception; faults of the splitting code do raise.
    """
    try:
        with open(file.name, "rb") as raw:
            sha256, stream = _hash(raw)
            if sha256 == known_sha256:
                yield Met(is_known=True, file_sha256=sha256)
            elif _has_changed(raw, file):
                yield _left(Met(file_sha256=sha256), None)
            else:
                contents = _open(file, stream, sha256)
                yield from _documents(file, raw, contents, limit, columns or {})
    except CannotRead as error:
        yield Met(rejection=rejected(error))
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


def _left(met: Met, record: int | None) -> Met:
    detail = "it changed while it was being read; the next run will take it"
    why = Rejection("read.growing", detail, is_retryable=True)
    return Met(record=record, is_left=True, rejection=why, file_sha256=met.file_sha256)


def _open(file: RawFile, stream: BinaryIO, sha256: str) -> _Contents | Met:
    """Take the compressions off; a Met with the reason where that is refused."""
    try:
        opened = unpack(stream, os.path.basename(file.name))  # noqa: PTH119 - odd names
    except CannotRead as error:
        return Met(rejection=rejected(error), file_sha256=sha256, reader=reader_version(None))
    compression = " ".join(COMPRESSIONS[layer] for layer in opened.layers) or None
    splitter = SPLITTERS.get(opened.media_type)
    if splitter and splitter.takes(opened.layers):
        stream.seek(0)
        return _Contents(stream, sha256, opened.media_type, compression)
    return _Contents(opened.stream, sha256, opened.media_type, compression)


def _documents(
    file: RawFile,
    raw: BinaryIO,
    contents: _Contents | Met,
    limit: int,
    columns: Mapping[str, str],
) -> Iterator[Met]:
    if isinstance(contents, Met):
        yield contents
        return
    shared = Met(
        file_sha256=contents.sha256,
        media_type=contents.media_type,
        compression=contents.compression,
        reader=reader_version(contents.media_type, columns),
    )
    walk = Walk(file=file, limit=limit, columns=columns, shared=shared)
    splitter = SPLITTERS.get(contents.media_type)
    if splitter is not None:
        yield from _split(raw, contents, splitter, walk)
        return
    met = whole(walk, contents.stream, contents.media_type)
    yield _left(shared, None) if _has_changed(raw, file) else met


def _split(raw: BinaryIO, contents: _Contents, splitter: Splitter, walk: Walk) -> Iterator[Met]:
    """The documents of a container, then its end."""
    end = replace(walk.shared, reader=splitter.name)
    try:
        for met in walk.mets(splitter, contents.stream):
            if met.record is not None and _has_changed(raw, walk.file):
                yield _left(walk.shared, met.record)
                count = walk.count
                yield replace(end, is_container=True, document_count=count, is_complete=False)
                return
            yield met
            if met.record is None:  # a single object: the file is the document
                return
    except CannotRead as error:
        walk.stopped = rejected(error)
    if walk.count:
        yield replace(
            end,
            is_container=True,
            document_count=walk.count,
            is_complete=True,
            rejection=walk.stopped,
        )
    else:
        nothing = Rejection("read.empty", "no record in it")
        yield replace(end, rejection=walk.stopped or nothing)
