"""What `copydesk maintain` does: look for damage, match, sweep, compact, vacuum, look again.

The writer's lease is taken for one step at a time, and left free between two, so that an ingest
that waits gets its turn. Killed in any step, the corpus says the same as before, and the next call
goes on.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from tasks.dedup.posting import group_postings
from tasks.dedup.stories import Stories
from tasks.dropping.again import read_open
from tasks.dropping.forgetting import forget
from tasks.dropping.sweep import sweep_dropped
from tasks.missing import Progress, compact_index, match_missing
from tasks.opened import Open
from warehouse import catalog, compaction, shingle_upkeep, store
from warehouse.lease import POLL_SECONDS, writer_lease
from warehouse.live_files import WHOLE_TABLES
from warehouse.location import Location
from warehouse.repair import repair_annotations
from warehouse.shingle_files import TABLE
from warehouse.shingle_index import ShingleIndex
from warehouse.sweeping import sweep_annotations
from warehouse.vacuum import RETENTION, Vacuumed, keep_logs, vacuum
from warehouse.verify import Problem, is_derived, verify

TEXTS = 5_000  # per table that is handed on when the index is made anew
STEP_SECONDS = 20.0  # after so long a step lets others write; one large table may take longer
PAUSE_SECONDS = 2 * POLL_SECONDS  # in which a writer that waits takes the lease
PATIENCE_SECONDS = 600.0  # between two steps another writer is waited for at least so long


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What was done."""

    matched: int = 0  # articles that had no sketch
    files_before: int = 0
    files_after: int = 0
    rows: int = 0  # of the index
    byte_count: int = 0
    swept: int = 0  # rows of annotations that newer ones had replaced, and of what was dropped
    repaired: Sequence[Problem] = ()  # what was wrong and is made again
    marked: int = 0  # articles and annotators that are due again, for their rows were lost
    compacted: Sequence[compaction.Compacted] = ()
    vacuumed: Vacuumed | None = None
    problems: Sequence[Problem] = ()  # what is wrong and stays so


def maintain(
    location: Location,
    *,
    rebuild: bool = False,
    wait_seconds: float = 0.0,
    retention: timedelta = RETENTION,
    on_progress: Progress = lambda step, done, total: None,
) -> Upkeep:
    """Look for damage and mend it; match what was never matched; make tables small and quick.

    With `rebuild` the index of shingles is made anew from the texts, as a change of the sketch's
    parameters needs it; groups, links and decisions stand, for they were verified on the texts
    themselves. What only states older than `retention` need is deleted. Where rows are lost that
    cannot be made again, nothing is changed, and `problems` says what to do. Raises WriterBusy
    when another process writes, TryAgain when the storage refuses.
    """
    on_progress("verifying", 0, 0)
    found = verify(location)
    if any(not is_derived(problem.table) for problem in found):
        return Upkeep(problems=found)
    work = _Work(location, wait_seconds, on_progress)
    sequence = work.sequence()
    with work.step() as warehouse:
        before = ShingleIndex(location).file_count
        marked = repair_annotations(warehouse.writer, found) if found else 0
        if rebuild or any(problem.table == TABLE for problem in found):
            _rebuild(warehouse, on_progress)
        read_open(warehouse, on_progress)
        matched = match_missing(warehouse, on_progress)
        if before > 1 or matched:
            compact_index(warehouse)
        warehouse.point_at_newest()
        swept = sweep_dropped(warehouse, on_progress)
        forget(location)
        swept += sweep_annotations(location, warehouse.point_at)
    compacted = _compact_tables(work)
    with work.step() as warehouse:
        vacuumed = vacuum(location, retention, datetime.now(UTC))
        is_same = work.sequence() == sequence and not (compacted or vacuumed.file_count)
        catalog.refresh(location)
    index = ShingleIndex(location)
    return Upkeep(
        matched=matched,
        files_before=before,
        files_after=index.file_count,
        rows=index.row_count,
        byte_count=index.byte_count,
        swept=swept,
        repaired=found,
        marked=marked,
        compacted=compacted,
        vacuumed=vacuumed,
        problems=found if is_same else verify(location),
    )


@dataclass(slots=True)
class _Work:
    """One call of maintain: steps under lease that write as one run."""

    location: Location
    wait_seconds: float
    on_progress: Progress
    run_id: str = field(
        default_factory=lambda: store.new_run_id(datetime.now(UTC), "maintain"), init=False
    )
    _writer: store.Writer | None = field(default=None, init=False)

    def sequence(self) -> int:
        """Return the number of the newest commit."""
        commits = store.open_table(self.location, "commits")
        return commits.transaction_version("commits") or 0

    @contextmanager
    def step(self) -> Iterator[Open]:
        """Hold the lease, with readers on the newest version of every table."""
        if self._writer is not None:
            time.sleep(PAUSE_SECONDS)
            self.wait_seconds = max(self.wait_seconds, PATIENCE_SECONDS)
        with writer_lease(self.location, wait_seconds=self.wait_seconds):
            store.prepare(self.location)
            if self._writer is None:
                keep_logs(self.location)
                self._writer = store.Writer(self.location, self.run_id)
            self._writer.catch_up()
            stories = Stories(self.location)
            try:
                stories.catch_up()
                warehouse = Open(self.location, self.run_id, stories, self._writer)
                warehouse.point_at_newest()
                yield warehouse
            finally:
                stories.close()


def _rebuild(warehouse: Open, on_progress: Progress) -> None:
    if warehouse.stories.size()[1]:
        postings = _all_postings(warehouse.stories, on_progress)
        made = shingle_upkeep.rewrite(warehouse.location, postings)
        warehouse.point_at({TABLE: made.version})


def _compact_tables(work: _Work) -> list[compaction.Compacted]:
    """Merge the small files of every table that has many; a commit for what one step does."""
    due = compaction.due(work.location)
    total, compacted = len(due), list[compaction.Compacted]()
    while due:
        with work.step() as warehouse:
            moved, begin = dict[str, int](), time.monotonic()
            while due and time.monotonic() - begin < STEP_SECONDS:
                work.on_progress("compacting", total - len(due), total)
                if (done := compaction.compact(work.location, due.pop(0))) is not None:
                    compacted.append(done)
                    if done.name not in WHOLE_TABLES:
                        moved[done.name] = done.version
            if moved:
                warehouse.point_at(moved)
    return compacted


def _all_postings(stories: Stories, on_progress: Progress) -> Iterator[pa.Table]:
    """The rows of the index for every group: its leader's hashes, and what each member adds."""
    total = stories.size()[1]
    done = 0
    for groups in stories.by_group(TEXTS):
        on_progress("sketching", done, total)
        yield group_postings(groups, stories)
        done += sum(len(members) for members in groups.values())
    on_progress("sketching", done, total)
