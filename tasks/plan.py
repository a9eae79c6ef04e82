"""What a run is going to read: files found, known ones set aside, the rest cut into batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tasks.batch import Batch, Limits
from tasks.discover import Excluded, Filter, Unreadable, discover
from tasks.readers import reader_versions
from tasks.records import RawFile
from tasks.settling import Slice
from warehouse.known import KnownFile
from warehouse.ledger import Ledger

# Files per batch at most. Small files take about 2 ms each, so this is about a second of work and
# bounds what one failure takes along.
BATCH_FILES = 500
MOST_EXAMPLES = 200  # paths that a dry run lists


@dataclass(slots=True)
class Planned:
    """Counts of the planning so far."""

    files: int = 0  # met in the folders
    byte_count: int = 0  # of the files that are to be read
    known_files: int = 0  # not opened, by their local hint
    known_documents: int = 0  # that they hold
    new: int = 0
    changed: int = 0
    again: int = 0  # known, but something in them is to be tried again or was not finished
    unreadable: int = 0
    excluded: int = 0  # left out by --include and --exclude; not among `files`
    examples: list[tuple[str, str]] = field(default_factory=list)  # kind and path, the first ones


class Planner:
    """Cuts the files below the sources into batches, in the order of their paths."""

    def __init__(
        self,
        sources: tuple[str, ...],
        wanted: Filter,
        ledger: Ledger,
        limits: Limits,
        *,
        rehash: bool,
        columns: Mapping[str, str],
    ) -> None:
        self.sources = sources
        self.wanted = wanted
        self.ledger = ledger
        self.limits = limits
        self.rehash = rehash
        self.columns = columns
        self.planned = Planned()

    def batches(self) -> Iterator[Batch]:
        """Yield batches until every file is in one or is known."""
        retry = self.ledger.files_to_retry(reader_versions(self.columns))
        slices: list[Slice] = []
        unreadable: list[Unreadable] = []
        size, number = 0, 0
        for found in discover(self.sources, self.wanted):
            if isinstance(found, Excluded):
                self._count("excluded", found.path)
                continue
            self.planned.files += 1
            if isinstance(found, Unreadable):
                self._count("unreadable", found.path)
                unreadable.append(found)
            else:
                slices += self._slice(found, retry)
                size += found.size if slices and slices[-1].file is found else 0
            if len(slices) + len(unreadable) >= BATCH_FILES or size >= self.limits.batch_bytes:
                number += 1
                yield Batch(number, tuple(slices), tuple(unreadable))
                slices, unreadable, size = [], [], 0
        if slices or unreadable:
            yield Batch(number + 1, tuple(slices), tuple(unreadable))

    def _slice(self, file: RawFile, retry: frozenset[int]) -> list[Slice]:
        """The part of `file` to read: one slice, or none when its hint says that it is known."""
        known = self.ledger.file(file.path)
        is_settled = known is not None and known.is_complete and known.file_id not in retry
        if known is None:
            self._count("new", file.path)
        elif not is_settled:
            self._count("again", file.path)
        elif _is_hinted(known, file) and not self.rehash:
            self.planned.known_files += 1
            self.planned.known_documents += known.document_count
            return []
        else:
            self._count("changed", file.path)
        self.planned.byte_count += file.size
        if known is None or not is_settled:
            return [Slice(file=file)]
        return [Slice(file=file, known_sha256=known.sha256, known_count=known.document_count)]

    def _count(self, kind: str, path: str) -> None:
        setattr(self.planned, kind, getattr(self.planned, kind) + 1)
        if len(self.planned.examples) < MOST_EXAMPLES and kind != "excluded":
            self.planned.examples.append((kind, path))


def _is_hinted(known: KnownFile, file: RawFile) -> bool:
    return (known.size, known.mtime_ns, known.inode) == (file.size, file.mtime_ns, file.inode)
