"""Parquet and Arrow files: the rows of a table as documents, a thousand in memory at most.

pyarrow takes what a file says of offsets and indices as it is, in Arrow IPC and in the dictionaries
of Parquet; so every batch is validated here before a value is looked at. What can be read around a
damage is read.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any

from tasks.compression import BLOCK_BYTES, DEFAULT_LIMITS, Readable
from tasks.readers.parts import Part
from tasks.readers.table import JSON, named_cells, rejected_row, row_part, text_of, too_large
from tasks.records import Rejection
from warehouse.errors import CannotRead

if TYPE_CHECKING:
    import pyarrow as pa

# pyarrow and its parts are imported by the functions that need them: they take 200 ms, and most
# folders hold no such file.

_IN_MEMORY = 8 * 1024 * 1024  # bytes of a stream that cannot go back; more lie on disk
_BATCH_BYTES = 8 * 1024 * 1024  # wanted of the rows that are decoded at once
_MOST_ROWS = 1000  # decoded at once
# What pyarrow may ask for in one piece: a record batch, or a page. A damaged length asks for
# exabytes; writers make batches of some megabytes (DuckDB 122,880 rows, pandas 65,536).
_MOST_AT_ONCE = 1024 * 1024 * 1024
_READ_BYTES = 1024 * 1024  # of a column at once; else pyarrow holds the whole row group
_STREAM_START = 8  # "ARROW1" and two bytes of padding; an Arrow file goes on as a stream


def split_parquet(stream: Readable, /, *, limit: int) -> Iterator[Part]:
    """Yield the rows of a Parquet file as JSON documents, `record` counting them from 1.

    Row groups that cannot be read are rejections at the end ("read.corrupt"), in place of their
    first row. Without the footer at the end of the file nothing can be read of it
    ("read.truncated"). A row of more than `limit` bytes is "read.too_large". Raises nothing of its
    own.
    """
    return _guarded(stream, lambda file: _parquet(file, limit))


def split_arrow_file(stream: Readable, /, *, limit: int) -> Iterator[Part]:
    """Yield the rows of an Arrow IPC file (Feather 2) as JSON documents, as `split_parquet`.

    One without its footer is read as the stream that it holds, as far as that goes.
    """
    return _guarded(stream, lambda file: _arrow_file(file, limit))


def split_arrow_stream(stream: Readable, /, *, limit: int) -> Iterator[Part]:
    """Yield the rows of an Arrow IPC stream as JSON documents, as far as it goes."""
    return _guarded(stream, lambda file: _arrow_stream(file, limit))


def _guarded(stream: Readable, parts: Callable[[_File], Iterator[Part]]) -> Iterator[Part]:
    """Yield the parts; what ends them becomes the rejection in place of the next one."""
    number = 0
    try:
        with _seekable(stream) as file:
            for part in parts(_File(file)):
                number = part.record or number
                yield part
    except CannotRead as damage:
        rejection = Rejection(damage.reason, damage.detail, is_retryable=damage.is_retryable)
        yield Part(record=number + 1 if number else None, rejection=rejection, media_type=JSON)


@contextmanager
def _seekable(stream: Readable) -> Iterator[IO[bytes]]:
    """Give the stream itself, or a copy of one that cannot go back. Raises CannotRead."""
    if isinstance(stream, io.IOBase) and stream.seekable():
        yield stream  # type: ignore[misc]
        return
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as copy:
        room = DEFAULT_LIMITS.output_bytes
        while piece := stream.read(BLOCK_BYTES):
            room -= len(piece)
            if room < 0:
                detail = f"more than {DEFAULT_LIMITS.output_bytes:,} bytes unpacked of one file"
                raise CannotRead("read.bomb", detail)
            copy.write(piece)
        yield copy


class _File:
    """What pyarrow reads from: it may not close the file, nor ask for more than memory holds."""

    closed = False

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.size = file.seek(0, os.SEEK_END)
        file.seek(0)

    def read(self, size: int = -1, /) -> bytes:
        wanted = self.size if size < 0 else size
        if wanted > _MOST_AT_ONCE and self.tell() + wanted > self.size:
            detail = f"{wanted:,} bytes are announced at byte {self.tell():,} of {self.size:,}"
            raise CannotRead("read.corrupt", detail)
        if wanted > _MOST_AT_ONCE:
            detail = f"a batch of {wanted:,} bytes; at most {_MOST_AT_ONCE:,} are read at once"
            raise CannotRead("read.too_large", detail)
        return self._file.read(wanted)

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        """Leave it open: it belongs to the caller."""


@contextmanager
def _damage_told(file: _File, what: str, *, is_stream: bool = False) -> Iterator[None]:
    """Turn what pyarrow raises for a file it cannot read into CannotRead.

    A stream that was read to its end when that happened is cut off.
    """
    import pyarrow as pa

    try:
        yield
    except pa.ArrowNotImplementedError as error:
        raise CannotRead("read.unsupported", f"{what}: {_said(error)}") from error
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        if isinstance(error, OSError) and error.errno:  # of the disk; pyarrow's own have no number
            raise CannotRead("read.io_error", f"{what}: {error}", is_retryable=True) from error
        code = "truncated" if is_stream and file.tell() >= file.size else "corrupt"
        raise CannotRead(f"read.{code}", f"{what}: {_said(error)}") from error


def _said(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:300]


# ---- Parquet ---------------------------------------------------------------------------------


def _parquet(file: _File, limit: int) -> Iterator[Part]:
    _require_footer(file)
    with _damage_told(file, "the footer"):
        table = _open_parquet(file)
    damages: list[Part] = []
    row = 0
    for number in range(table.num_row_groups):
        group = table.metadata.row_group(number)
        end = row + group.num_rows
        try:
            for batch in _group_batches(file, table, number):
                yield from _rows(batch, row, limit)
                row += batch.num_rows
        except CannotRead as damage:
            where = f"rows {row + 1:,} to {end:,} of {table.metadata.num_rows:,}"
            damages.append(rejected_row(row + 1, damage.reason, f"{damage.detail}; {where}"))
        row = end
    yield from damages


def _require_footer(file: _File) -> None:
    file.seek(max(file.size - 4, 0))
    end = file.read(4)
    if end == b"PARE":
        raise CannotRead("read.unsupported", "its footer is encrypted, and no key is known")
    if end != b"PAR1" or file.size < 12:
        detail = f"it ends with {end!r} at byte {file.size:,}; the footer of Parquet, which says"
        raise CannotRead("read.truncated", f"{detail} where its rows are, ends with b'PAR1'")


def _open_parquet(file: _File) -> Any:
    """Open a file with its texts as dictionaries: one of 20 MB for 5,000 rows stays one."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    metadata = pq.read_metadata(pa.PythonFile(file, "r"))
    columns = (metadata.schema.column(number) for number in range(metadata.num_columns))
    texts = [
        column.path
        for column in columns
        if column.physical_type == "BYTE_ARRAY" and column.max_repetition_level == 0
    ]
    return pq.ParquetFile(
        pa.PythonFile(file, "r"),
        metadata=metadata,
        read_dictionary=[path for path in texts if "." not in path],
        buffer_size=_READ_BYTES,
        pre_buffer=False,
    )


def _group_batches(file: _File, table: Any, number: int) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a row group. Raises CannotRead where it is damaged.

    What the footer says of its columns is not asked for: there pyarrow 26 ends the process when it
    is damaged.
    """
    group = table.metadata.row_group(number)
    what = f"row group {number + 1} of {table.num_row_groups}"
    size = group.total_byte_size
    if size > max(DEFAULT_LIMITS.ratio_free_bytes, file.size * DEFAULT_LIMITS.ratio):
        raise CannotRead("read.bomb", f"{what} unpacks to {size:,} bytes from {file.size:,}")
    rows = _BATCH_BYTES * group.num_rows // max(size, 1)
    batches = table.iter_batches(
        min(max(rows, 1), _MOST_ROWS), row_groups=[number], use_threads=False
    )
    while True:
        with _damage_told(file, what):
            batch = next(batches, None)
            checked = batch and _checked(batch)
        if checked is None:
            return
        yield checked


# ---- Arrow IPC -------------------------------------------------------------------------------


def _arrow_file(file: _File, limit: int) -> Iterator[Part]:
    import pyarrow as pa

    if file.read(4) == b"FEA1":
        raise CannotRead("read.unsupported", "Feather 1; write it again as Feather 2 or Parquet")
    file.seek(0)
    try:
        reader = pa.ipc.open_file(pa.PythonFile(file, "r"))
    except (pa.ArrowException, OSError, ValueError):
        file.seek(_STREAM_START)
        yield from _stream_rows(file, limit)
        raise CannotRead("read.truncated", f"no footer at the end, byte {file.size:,}") from None
    damages: list[Part] = []
    row = 0
    for number in range(reader.num_record_batches):
        try:
            with _damage_told(file, f"record batch {number + 1}"):
                batch = _checked(reader.get_batch(number))
        except CannotRead as damage:
            damages.append(rejected_row(row + 1, damage.reason, damage.detail))
            continue
        yield from _rows(batch, row, limit)
        row += batch.num_rows
    yield from damages


def _arrow_stream(file: _File, limit: int) -> Iterator[Part]:
    yield from _stream_rows(file, limit)


def _stream_rows(file: _File, limit: int) -> Iterator[Part]:
    """Yield the rows of a stream from here on. Raises CannotRead where it breaks off."""
    import pyarrow as pa

    with _damage_told(file, "the schema", is_stream=True):
        reader = pa.ipc.open_stream(pa.PythonFile(file, "r"))
    row = 0
    while True:
        what = f"the record batch at byte {file.tell():,}, from row {row + 1:,}"
        try:
            with _damage_told(file, what, is_stream=True):
                batch = _checked(reader.read_next_batch())
        except StopIteration:
            return
        yield from _rows(batch, row, limit)
        row += batch.num_rows


def _checked(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch whose buffers hold what they say, with its texts as bytes.

    Texts need not be UTF-8. Raises ArrowInvalid.
    """
    import pyarrow as pa

    batch.validate()
    arrays = [_as_bytes(column) for column in batch.columns]
    checked = pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)
    checked.validate(full=True)
    return checked


# ---- rows ------------------------------------------------------------------------------------


def _rows(batch: pa.RecordBatch, before: int, limit: int) -> Iterator[Part]:
    """Yield the rows of a batch that comes after `before` others."""
    names = [name or f"column_{number}" for number, name in enumerate(batch.schema.names, 1)]
    for start in range(0, batch.num_rows, _MOST_ROWS):
        piece = batch.slice(start, _MOST_ROWS)
        columns = [_as_text(column) for column in piece.columns]
        sizes = _text_bytes(columns, piece.num_rows)
        for number, size in enumerate(sizes):
            record = before + start + number + 1
            if size > limit:
                yield too_large(record, size, limit)
            else:
                yield _row(record, names, [column[number] for column in columns], limit)


def _row(record: int, names: list[str], scalars: list[Any], limit: int) -> Part:
    try:
        cells = named_cells(names, map(_value, scalars))
    except (ValueError, OverflowError) as error:  # a text in a list that is no UTF-8, a year 300000
        return rejected_row(record, "read.bad_value", f"row {record:,}: {_said(error)}")
    return row_part(record, cells, limit)


def _value(scalar: Any) -> object:
    value = scalar.as_py(maps_as_pydicts="lossy")
    if isinstance(value, bytes):
        return text_of(value)
    return None if value != value else value  # NaN


def _as_bytes(column: pa.Array) -> pa.Array:
    """Return a column of texts as one of bytes, without looking at them; others as they are."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        values = _as_bytes(column.dictionary)
        return pa.DictionaryArray.from_arrays(column.indices, values, safe=False)
    views = {pa.string(): pa.binary(), pa.large_string(): pa.large_binary()}
    if kind == pa.string_view():
        return column.view(pa.binary_view())
    return column.view(views[kind]) if kind in views else column


def _as_text(column: pa.Array) -> pa.Array:
    """Return times, days and decimals as text: ISO 8601 with the zone, digits as they are."""
    import pyarrow as pa

    kind = column.type
    if kind == pa.binary_view():
        return column.cast(pa.large_binary())
    if not (pa.types.is_temporal(kind) or pa.types.is_decimal(kind)):
        return column
    try:
        return column.cast(pa.string()).view(pa.binary())
    except pa.ArrowInvalid:  # a zone that nobody knows; the instants count from 1970 in UTC
        utc = pa.timestamp(kind.unit, "UTC")
        return column.view(pa.int64()).view(utc).cast(pa.string()).view(pa.binary())


def _text_bytes(columns: list[pa.Array], count: int) -> list[int]:
    """Return how many bytes of text each of `count` rows has, before one is made of them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    total = pa.repeat(pa.scalar(0, pa.int64()), count)
    for column in columns:
        is_dictionary = pa.types.is_dictionary(column.type)
        values = column.dictionary if is_dictionary else column
        if pa.types.is_binary(values.type) or pa.types.is_large_binary(values.type):
            sizes = pc.binary_length(values).cast(pa.int64())
            sizes = sizes.take(column.indices) if is_dictionary else sizes
            total = pc.add(total, pc.fill_null(sizes, 0))
    return list(total.to_pylist())
