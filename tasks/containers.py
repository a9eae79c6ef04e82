"""The documents in a container, and in the containers inside it.

All documents of a file are numbered through, as deep as they may lie: its row in the ledger is
one, and so is its count. `record_id` says where each one was found.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from tempfile import SpooledTemporaryFile
from typing import IO

from tasks.compression import BLOCK_BYTES, CODECS, Readable
from tasks.met import Met
from tasks.readers import READERS, SPLITTERS, Splitter, reader_version
from tasks.readers.parts import DAMAGE, Part
from tasks.records import RawDocument, RawFile, Rejection
from tasks.sniff import TEXT, sniff
from tasks.streams import ByteStream, read_all, unpack
from warehouse.errors import CannotRead

# A zip in a WARC in a tar.gz exists; "42.zip" is five deep, and an archive of itself has no end.
MOST_NESTED = 4
SPOOLED_BYTES = 2 * 2**30  # of one file: archives inside archives must be copied to be read
_IN_MEMORY = 8 * 1024 * 1024  # bytes of an archive's member; a larger one lies in a temporary file


def rejected(error: CannotRead) -> Rejection:
    """Return the rejection that an error of reading is."""
    return Rejection(error.reason, error.detail, is_retryable=error.is_retryable)


def whole(walk: Walk, stream: Readable, media_type: str) -> Met:
    """Return the file itself as one document."""
    return walk.document(Part(record=None), None, stream, media_type)


@dataclass(slots=True, kw_only=True)
class Walk:
    """One file on its way: what its documents share, and how much of it was met."""

    file: RawFile
    limit: int  # bytes of one document
    columns: Mapping[str, str]
    shared: Met
    count: int = 0  # documents met so far
    room: int = SPOOLED_BYTES  # bytes of inner archives that may still be copied
    stopped: Rejection | None = None  # by what damage reading ended, if the last part is damaged

    def mets(self, splitter: Splitter, stream: Readable) -> Iterator[Met]:
        """Yield what is met in the file, a container, in order.

        Raises CannotRead if the container as a whole cannot be read.
        """
        with closing(self._for(splitter, stream)) as source:
            for part in splitter.split(source, limit=self.limit):
                yield from self._met(part, splitter, 0)

    def document(self, part: Part, number: int | None, stream: Readable, media_type: str) -> Met:
        """Return what the rest of `stream` is: a document, or a rejection."""
        met = self._about(part, number, media_type)
        try:
            data = read_all(stream, self.limit)
        except CannotRead as error:
            return replace(met, rejection=rejected(error))
        return self._with_data(met, part, data, media_type)

    def _met(self, part: Part, splitter: Splitter, depth: int) -> Iterator[Met]:
        media_type = part.media_type or splitter.media_type
        # A server's word for a container (text/csv) names no document; see what it holds.
        is_container = media_type in SPLITTERS and media_type not in READERS
        if depth == 0:
            self.stopped = part.rejection if part.is_damage else None
        if part.rejection is None and (media_type is None or is_container):
            yield from self._looked_at(part, splitter, depth)
            return
        number = self._number(part, splitter, depth)
        if part.rejection is not None or media_type is None:
            met = self._about(part, number, media_type)
            yield replace(met, rejection=part.rejection, reader=splitter.name)
        elif part.data is None and part.stream is not None:
            yield self.document(part, number, part.stream, media_type)
        else:
            met = self._about(part, number, media_type)
            yield self._with_data(met, part, part.data or b"", media_type)

    def _number(self, part: Part, splitter: Splitter, depth: int) -> int | None:
        """Return the record's number: lines keep theirs, what may nest is numbered as met."""
        if part.record is None and depth == 0:
            return None
        self.count += 1
        return part.record if splitter.media_type and depth == 0 else self.count

    def _looked_at(self, part: Part, splitter: Splitter, depth: int) -> Iterator[Met]:
        """A part that may be compressed, or a container itself."""
        try:
            if part.stream is None:
                yield from self._opened(part, io.BytesIO(part.data or b""), depth)
            else:
                yield from self._streamed(part, part.stream, depth)
        except CannotRead as error:
            self.count += 1
            met = self._about(part, self.count, None)
            yield replace(met, rejection=rejected(error), reader=splitter.name)

    def _streamed(self, part: Part, stream: Readable, depth: int) -> Iterator[Met]:
        """A file in an archive: read as it comes, or copied first if it must be opened itself."""
        source = stream if isinstance(stream, ByteStream) else ByteStream(_chunks(stream))
        media_type = sniff(source.peek(), part.name)
        if media_type not in CODECS and media_type not in SPLITTERS:
            self.count += 1
            met = self.document(part, self.count, source, media_type)
            self._note_damage(met.rejection, depth)
            yield met
            return
        copy, damage = self._spooled(source)
        with closing(copy):
            yield from self._opened(part, copy, depth)
        if damage is not None:  # what stood before it has been read
            self._note_damage(rejected(damage), depth)
            raise damage

    def _note_damage(self, why: Rejection | None, depth: int) -> None:
        if depth == 0 and why is not None and why.reason in DAMAGE:
            self.stopped = why

    def _opened(self, part: Part, stream: IO[bytes], depth: int) -> Iterator[Met]:
        opened = unpack(stream, part.name)
        media_type = opened.media_type
        if media_type == TEXT and part.media_type in SPLITTERS:  # a table shows no other sign
            media_type = part.media_type
        splitter = SPLITTERS.get(media_type)
        packed = stream if splitter and splitter.takes(opened.layers) else opened.stream
        if splitter is None:
            self.count += 1
            yield self.document(part, self.count, opened.stream, media_type)
            return
        if depth + 1 >= MOST_NESTED:
            detail = f"{media_type} lies within {MOST_NESTED} containers; no deeper is read"
            raise CannotRead("read.nested", detail)
        before = self.count
        with closing(self._for(splitter, packed)) as source:
            for inner in splitter.split(source, limit=self.limit):
                is_itself = inner.record is None
                found = _as_itself(part, inner) if is_itself else _inside(part, inner)
                yield from self._met(found, splitter, depth + 1)
        if self.count == before:
            raise CannotRead("read.empty", "no record in it")

    def _for(self, splitter: Splitter, stream: Readable) -> IO[bytes]:
        """Return the stream at its start, in a form that can go back if the splitter needs it."""
        if isinstance(stream, io.IOBase) and stream.seekable():
            stream.seek(0)
        elif splitter.is_seeking:
            copy, damage = self._spooled(stream)  # its splitter sees for itself where it breaks off
            if damage is not None and not copy.read(1):
                copy.close()
                raise damage
            copy.seek(0)
            return copy
        return stream  # type: ignore[return-value]

    def _spooled(self, stream: Readable) -> tuple[IO[bytes], CannotRead | None]:
        """Return a copy of `stream` as far as it can be read, and what stopped it.

        What does not fit into memory lies on disk, in a file without a name.
        """
        copy = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the caller closes it
        damage = None
        try:
            for piece in _chunks(stream):
                self.room -= len(piece)
                if self.room < 0:
                    detail = f"more than {SPOOLED_BYTES:,} bytes of archives inside one file"
                    raise CannotRead("read.bomb", detail)
                copy.write(piece)
        except CannotRead as error:
            damage = error
        except BaseException:
            copy.close()
            raise
        copy.seek(0)
        return copy, damage

    def _with_data(self, met: Met, part: Part, data: bytes, media_type: str) -> Met:
        document = RawDocument(
            path=self.file.path,
            record=met.record,
            data=data,
            media_type=media_type,
            charset=part.charset,
            name=f"{self.file.below}/{part.name}" if part.name else self.file.below,
            record_id=part.record_id,
            url=part.url,
            retrieved_at=part.retrieved_at,
            truncated=part.truncated,
            columns=self.columns,
        )
        if not data:
            empty = Rejection("read.empty", "0 bytes")
            return replace(met, rejection=empty, document=None if part.record else document)
        if media_type in READERS:
            return replace(met, document=document)
        detail = f"no reader for {media_type} in this version"
        return replace(met, document=document, rejection=Rejection("read.no_reader", detail))

    def _about(self, part: Part, number: int | None, media_type: str | None) -> Met:
        return replace(
            self.shared,
            record=number,
            media_type=media_type,
            reader=reader_version(media_type, self.columns),
            record_id=part.record_id,
            url=part.url,
            retrieved_at=part.retrieved_at,
        )


def _chunks(stream: Readable) -> Iterator[bytes]:
    while piece := stream.read(BLOCK_BYTES):
        yield piece


def _inside(outer: Part, inner: Part) -> Part:
    """Return a document of a container that lies in another, with the way to it."""
    way = f"{outer.record_id or outer.name or outer.record}"
    return replace(
        inner,
        name=f"{outer.name}/{inner.name}" if inner.name else outer.name,
        retrieved_at=inner.retrieved_at or outer.retrieved_at,
        record_id=f"{way}!/{inner.record_id}" if inner.record_id else f"{way}#{inner.record}",
    )


def _as_itself(outer: Part, inner: Part) -> Part:
    """Return a part that only looked like a container: all that is said of it stays."""
    return replace(
        outer,
        data=inner.data,
        rejection=inner.rejection,
        media_type=inner.media_type,
        charset=inner.charset or outer.charset,
        url=inner.url or outer.url,
        truncated=inner.truncated or outer.truncated,
        stream=None,
    )
