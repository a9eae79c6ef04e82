"""One batch: files in, staged rows out. It runs in any process that sees the same disk.

What comes back are paths and counts, never texts. Staged rows are Arrow files in the state folder,
one per table, with the column `document` that numbers the documents of the batch. Nothing is
visible to a reader of the warehouse before the rows are resolved and committed.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.ipc

from tasks.article import Built, build
from tasks.boundary import attempt
from tasks.discover import Unreadable
from tasks.file_rows import because, file_row
from tasks.met import Met
from tasks.readers import READERS, reader_versions
from tasks.reading import read_file
from tasks.records import Candidate, Draft, RawDocument, Rejection
from tasks.settling import Slice, settle
from tasks.stopwatch import Stopwatch
from warehouse.errors import TryAgain
from warehouse.known import KnownDocument
from warehouse.ledger import Ledger
from warehouse.location import Location
from warehouse.schema import FileRow, RawRow, to_arrow

CUT_IN_TRANSFER = "cut_in_transfer"  # in articles.truncated_reasons; files.detail says how
STAGED_TABLES = ("files", "articles", "paragraphs", "fields", "date_evidence", "raw")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much at a time; none of them touches a row but the first two."""

    document_bytes: int = 64 * 1024 * 1024  # a larger document is rejected
    raw_bytes: int = 16 * 1024 * 1024  # of a larger one the raw bytes are not kept; 0 keeps none
    batch_documents: int = 1_000
    batch_bytes: int = 32 * 1024 * 1024  # of documents, decompressed
    batch_seconds: float = 10.0  # the size of a task that DESIGN section 9 asks for
    settle_seconds: float = 2.0  # a file changed more recently is watched for this long


@dataclass(frozen=True, slots=True)
class Batch:
    """What one task is given."""

    number: int
    slices: tuple[Slice, ...]
    unreadable: tuple[Unreadable, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.slices or self.unreadable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """Where a batch finds the ledger and puts its rows."""

    location: Location
    folder: str  # of the run, in the state folder
    limits: Limits
    columns: Mapping[str, str] = field(default_factory=dict)  # the user's names of keys to ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """What one task gives back."""

    folder: str
    found: int  # documents met, counted when they were met
    documents: int  # staged rows of `files`, containers included
    byte_count: int
    known: int  # documents that the ledger has already
    seconds: dict[str, float]
    hints: tuple[tuple[str, int, int, int], ...]  # path, size, mtime_ns, inode of finished files
    rest: Batch  # what did not fit


@dataclass(slots=True)
class _Open:
    """A file that is being read, kept between the batches that share it."""

    position: int
    items: Iterator[Met]


# Reading a large compressed file from its start for every batch would cost the square of its size.
_OPEN: dict[tuple[str, str], _Open] = {}


@dataclass(slots=True)
class _Rows:
    """Rows gathered by one batch."""

    files: list[FileRow] = field(default_factory=list)
    built: dict[int, Built] = field(default_factory=dict)  # by index in `files`
    raw: list[RawRow] = field(default_factory=list)
    byte_count: int = 0
    found: int = 0
    known: int = 0


class BatchReader:
    """Reads one batch."""

    def __init__(self, batch: Batch, place: Workplace) -> None:
        self.batch = batch
        self.place = place
        self.rows = _Rows()
        self.watch = Stopwatch()
        self.readers = frozenset(reader_versions(place.columns))
        self.hints: list[tuple[str, int, int, int]] = []
        self.deadline = time.monotonic() + place.limits.batch_seconds

    def read(self, at_hand: Iterable[tuple[str, Met]] = ()) -> Staged:
        """Read until the batch is done or its limits are reached, and stage the rows.

        `at_hand` are documents that need no file, with the paths they were met at.
        """
        self.ledger = Ledger(self.place.location, read_only=True)
        try:
            for path, met in at_hand:
                self._take(path, met)
            for item in self.batch.unreadable:
                self._take(item.path, Met(rejection=item.rejection))
            rest = self._read_slices()
        finally:
            self.ledger.close()
        with self.watch.stage("stage"):
            folder = _stage(Path(self.place.folder) / f"batch-{self.batch.number:06d}", self.rows)
        return Staged(
            folder=str(folder),
            found=self.rows.found,
            documents=len(self.rows.files),
            byte_count=self.rows.byte_count,
            known=self.rows.known,
            seconds=self.watch.seconds,
            hints=tuple(self.hints),
            rest=rest,
        )

    def _read_slices(self) -> Batch:
        settled = settle(self.batch.slices, self.place.limits.settle_seconds)
        for index, (part, problem) in enumerate(settled):
            if problem is not None:
                self._take(part.file.path, problem)
                continue
            reached = self._read_slice(part)
            if reached is not None:
                again = (replace(part, after=reached), *(s for s, _ in settled[index + 1 :]))
                return Batch(self.batch.number, again)
        return Batch(self.batch.number, ())

    def _read_slice(self, part: Slice) -> int | None:
        """Read one slice; return how far it came when a limit was reached before its end."""
        key = (self.place.folder, part.file.name)
        opened = _OPEN.pop(key, None)
        if opened is None or opened.position != part.after:
            opened = _Open(0, self._items(part))
        while True:
            with self.watch.stage("read"):
                met = _next(opened.items, part.file.path)
            if met is None:
                file = part.file
                self.hints.append((file.path, file.size, file.mtime_ns, file.inode))
                return None
            opened.position += 1
            if opened.position > part.after or met.is_left:
                if met.is_known:
                    self.rows.found += part.known_count
                    self.rows.known += part.known_count
                else:
                    self._take(part.file.path, met)
                if self._is_full():
                    _OPEN[key] = opened
                    return opened.position

    def _items(self, part: Slice) -> Iterator[Met]:
        limit = self.place.limits.document_bytes
        return read_file(
            part.file, limit=limit, known_sha256=part.known_sha256, columns=self.place.columns
        )

    def _is_full(self) -> bool:
        """Known documents do not count, so that a run that was killed goes on in equal portions."""
        limits = self.place.limits
        return (
            len(self.rows.files) >= limits.batch_documents
            or self.rows.byte_count >= limits.batch_bytes
            or time.monotonic() >= self.deadline
        )

    def _take(self, path: str, met: Met) -> None:
        """Make the rows of one thing met, unless the ledger has them."""
        if met.is_container:
            self._take_container(path, met)
            return
        self.rows.found += 1
        known = self.ledger.document(path, met.record)
        document, rejection = met.document, met.rejection
        sha256 = document.sha256 if document else None
        is_same = known and sha256 and (known.sha256, known.url) == (sha256, met.url)
        if known and is_same and not self._is_to_retry(known):
            self.rows.known += 1
            return
        row = file_row(path, met, known)
        if met.is_left:
            self.rows.files.append(replace(row, outcome="left"))
        elif rejection is not None:
            self._reject(row, rejection, document, known)
        elif document is not None:
            self._read_document(row, document, known)

    def _is_to_retry(self, known: KnownDocument) -> bool:
        return known.outcome == "left" or (
            known.outcome == "rejected" and (known.is_retryable or known.reader not in self.readers)
        )

    def _take_container(self, path: str, met: Met) -> None:
        known, last = self.ledger.file(path), self.ledger.document(path, None)
        if (
            known
            and last
            and last.outcome == "container"  # not a rejection of the whole by an earlier version
            and known.sha256 == met.file_sha256
            and known.is_complete
            and known.document_count == met.document_count
        ):
            return
        row = replace(file_row(path, met, None), outcome="container")
        if met.rejection:
            row = because(row, met.rejection)
        self.rows.files.append(row)

    def _read_document(
        self, row: FileRow, document: RawDocument, known: KnownDocument | None
    ) -> None:
        copied = self.ledger.content(document.sha256, document.url)
        if copied is not None and copied.article_id is not None:
            found = replace(row, outcome="same_bytes", article_id=copied.article_id)
            self.rows.files.append(found)
            self.rows.byte_count += len(document.data)
            return
        where = row.path if row.record is None else f"{row.path}, record {row.record}"
        result = attempt(lambda: self._build(document), what=where)
        if isinstance(result, Rejection):
            self._reject(row, result, document, known)
            return
        draft, built = result
        self._keep_raw(document)
        self.rows.built[len(self.rows.files)] = built
        self.rows.files.append(
            replace(
                row,
                encoding=draft.encoding,
                encoding_method=draft.encoding_method,
                outcome="article",
                detail=document.truncated or None,
                article_id=built.article.article_id,
            )
        )

    def _build(self, document: RawDocument) -> tuple[Draft, Built]:
        with self.watch.stage("extract"):
            draft = _as_contained(READERS[document.media_type].read(document), document)
        return draft, build(document, draft, self.watch)

    def _reject(
        self,
        row: FileRow,
        rejection: Rejection,
        document: RawDocument | None,
        known: KnownDocument | None,
    ) -> None:
        if (
            known
            and known.outcome == "rejected"
            and (known.sha256, known.reason, known.reader)
            == (row.sha256, rejection.reason, row.reader)
        ):
            self.rows.known += 1
            return
        if document is not None:
            self._keep_raw(document)
        rejected = replace(row, outcome="rejected", is_retryable=rejection.is_retryable)
        self.rows.files.append(because(rejected, rejection))

    def _keep_raw(self, document: RawDocument) -> None:
        self.rows.byte_count += len(document.data)
        if 0 < len(document.data) <= self.place.limits.raw_bytes:
            self.rows.raw.append(
                RawRow(
                    sha256=document.sha256,
                    byte_count=len(document.data),
                    media_type=document.media_type,
                    data=document.data,
                )
            )


def _as_contained(draft: Draft, document: RawDocument) -> Draft:
    """Add what the container says: its address comes before those that the page gives itself."""
    if document.truncated:
        draft = replace(draft, truncated=(*draft.truncated, CUT_IN_TRANSFER))
    if document.url is None:
        return draft
    address = Candidate(field="url", value=document.url, source="container")
    return replace(draft, candidates=(address, *draft.candidates))


def _next(items: Iterator[Met], path: str) -> Met | None:
    """The next thing met; a fault of the splitting code is a rejection of the file."""
    met = attempt(lambda: next(items, None), what=path)
    return Met(rejection=met) if isinstance(met, Rejection) else met


def read_batch(batch: Batch, place: Workplace) -> Staged:
    """Read `batch` and stage its rows; see Staged."""
    return BatchReader(batch, place).read()


def read_again(documents: Iterable[tuple[str, Met]], place: Workplace) -> Staged:
    """Read documents whose bytes are kept, each with its path, and stage their rows."""
    return BatchReader(Batch(0, ()), place).read(documents)


def try_batch(batch: Batch, place: Workplace) -> Staged | Rejection:
    """Read `batch`; a fault nobody foresaw is returned, trouble of the state folder is raised."""
    return attempt(lambda: read_batch(batch, place), what=f"batch {batch.number}")


def reject_batch(batch: Batch, place: Workplace, detail: str) -> Staged:
    """Stage a retryable rejection for every file of a batch that failed as a whole."""
    failed = Rejection("batch.failed", detail, is_retryable=True)
    lost = tuple(Unreadable(part.file.path, failed) for part in batch.slices)
    return read_batch(Batch(batch.number, (), (*batch.unreadable, *lost)), place)


def _stage(folder: Path, rows: _Rows) -> Path:
    """Write the rows of a batch into a folder of their own; TryAgain when the disk refuses."""
    numbers = list(rows.built)
    paragraphs = [(n, row) for n in numbers for row in rows.built[n].paragraphs]
    fields = [(n, row) for n in numbers for row in rows.built[n].fields]
    evidence = [(n, row) for n in numbers for row in rows.built[n].evidence]
    tables: dict[str, tuple[list[int], Sequence[object]]] = {
        "files": (list(range(len(rows.files))), rows.files),
        "articles": (numbers, [rows.built[n].article for n in numbers]),
        "paragraphs": ([n for n, _ in paragraphs], [row for _, row in paragraphs]),
        "fields": ([n for n, _ in fields], [row for _, row in fields]),
        "date_evidence": ([n for n, _ in evidence], [row for _, row in evidence]),
        "raw": (list(range(len(rows.raw))), rows.raw),
    }
    unique = folder.with_name(f"{folder.name}-{time.monotonic_ns()}")
    try:
        unique.mkdir(parents=True)
        for name, (documents, content) in tables.items():
            _write_table(unique / f"{name}.arrow", documents, to_arrow(name, content))
    except OSError as error:
        raise TryAgain(f"{unique}: cannot stage a batch: {error}") from error
    return unique


def _write_table(path: Path, documents: list[int], rows: pa.Table) -> None:
    table = rows.append_column("document", pa.array(documents, pa.int64()))
    with pa.ipc.new_file(path, table.schema) as sink:
        sink.write_table(table)
