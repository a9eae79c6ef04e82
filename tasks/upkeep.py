"""What `copydesk maintain` does: look for damage, match, sweep, compact, vacuum, look again.

The writer's lease is taken for one step at a time, and left free between two, so that an ingest
that waits gets its turn. Killed in any step, the corpus says the same as before, and the next call
goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import duckdb
import pyarrow as pa

from tasks.dedup.posting import group_postings
from tasks.dedup.stories import Stories
from tasks.matching import match_tables
from warehouse import catalog, compaction, definitions, shingle_upkeep, store
from warehouse.lease import POLL_SECONDS, writer_lease
from warehouse.live_files import WHOLE_TABLES, ahead
from warehouse.location import Location
from warehouse.repair import repair_annotations
from warehouse.shingle_files import TABLE
from warehouse.shingle_index import ShingleIndex
from warehouse.sweeping import sweep_annotations
from warehouse.vacuum import RETENTION, Vacuumed, keep_logs, vacuum
from warehouse.verify import Problem, is_derived, verify

# Articles that no row of `groups` names: written by an older copydesk.
UNMATCHED = """
CREATE TEMP TABLE unmatched AS
SELECT article_id, commit_id,
    row_number() OVER (ORDER BY coalesce(c.sequence, 0), article_id) AS place
FROM articles a LEFT JOIN commits c USING (commit_id)
WHERE article_id NOT IN (SELECT article_id FROM groups)
"""
BATCH = 1_000  # articles per commit, as ingest has it
COMPACT_EVERY = 16  # commits, as ingest does
TEXTS = 5_000  # per table that is handed on when the index is made anew
STEP_SECONDS = 20.0  # after so long a step lets others write; one large table may take longer
PAUSE_SECONDS = 2 * POLL_SECONDS  # in which a writer that waits takes the lease
PATIENCE_SECONDS = 600.0  # between two steps another writer is waited for at least so long

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What was done."""

    matched: int = 0  # articles that had no sketch
    files_before: int = 0
    files_after: int = 0
    rows: int = 0  # of the index
    byte_count: int = 0
    swept: int = 0  # rows of annotations that newer ones had replaced
    repaired: Sequence[Problem] = ()  # what was wrong and is made again
    marked: int = 0  # articles and annotators that are due again, for their rows were lost
    compacted: Sequence[compaction.Compacted] = ()
    vacuumed: Vacuumed | None = None
    problems: Sequence[Problem] = ()  # what is wrong and stays so


@dataclass(frozen=True, slots=True)
class Open:
    """A warehouse under lease, with a run of its own."""

    location: Location
    run_id: str
    stories: Stories
    writer: store.Writer


@contextmanager
def opened(location: Location, purpose: str, wait_seconds: float = 0.0) -> Iterator[Open]:
    """Yield the warehouse, brought up to the schema, for one job of upkeep.

    Raises BadWarehouse when there is none, WriterBusy when another process writes.
    """
    store.check_readable(location)
    with writer_lease(location, wait_seconds=wait_seconds):
        store.prepare(location)
        run_id = store.new_run_id(datetime.now(UTC), purpose)
        stories = Stories(location)
        try:
            stories.catch_up()
            yield Open(location, run_id, stories, store.Writer(location, run_id))
        finally:
            stories.close()


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
        matched = _match_missing(warehouse, on_progress)
        if before > 1 or matched:
            _compact(warehouse)
        swept = sweep_annotations(location, lambda moved: _point_at(warehouse, moved))
    compacted = _compact_tables(work)
    with work.step() as warehouse:
        vacuumed = vacuum(location, retention, datetime.now(UTC))
        is_same = warehouse.writer.sequence == sequence and not (compacted or vacuumed.file_count)
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
                if moved := ahead(self.location):
                    _point_at(warehouse, moved)
                yield warehouse
            finally:
                stories.close()


def _rebuild(warehouse: Open, on_progress: Progress) -> None:
    if warehouse.stories.size()[1]:
        postings = _all_postings(warehouse.stories, on_progress)
        _move(warehouse, shingle_upkeep.rewrite(warehouse.location, postings).version)


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
                _point_at(warehouse, moved)
    return compacted


def _compact(warehouse: Open) -> None:
    done = shingle_upkeep.compact(warehouse.location)
    if done is not None:
        _move(warehouse, done.version)


def _move(warehouse: Open, version: int) -> None:
    _point_at(warehouse, {TABLE: version})


def _point_at(warehouse: Open, moved: Mapping[str, int]) -> None:
    """A commit without rows: from now on readers open the new versions of the tables."""
    commit = warehouse.writer.commit({}, moved=moved)
    warehouse.stories.note(warehouse.run_id, commit.sequence)


def _match_missing(warehouse: Open, on_progress: Progress) -> int:
    """Match articles of an older copydesk, in the order in which they were committed."""
    with duckdb.connect() as connection:
        definitions.define_tables(connection, warehouse.location)
        connection.execute(UNMATCHED)
        total = int(connection.execute("SELECT count(*) FROM unmatched").fetchall()[0][0])
        for number, start in enumerate(range(0, total, BATCH), 1):
            on_progress("matching", start, total)
            tables = {name: _part(connection, name, start) for name in ("articles", "paragraphs")}
            _, matched = match_tables(tables, (), warehouse.stories, warehouse.location)
            commit = warehouse.writer.commit(matched.tables())
            rows = matched.story_rows(commit.commit_id)
            warehouse.stories.apply(rows, warehouse.run_id, commit.sequence)
            if number % COMPACT_EVERY == 0 and shingle_upkeep.should_compact(warehouse.location):
                _compact(warehouse)
    on_progress("matching", total, total)
    return total


def _part(connection: duckdb.DuckDBPyConnection, name: str, start: int) -> pa.Table:
    order = "article_id, paragraph" if name == "paragraphs" else "article_id"
    place = f"place > {start} AND place <= {start + BATCH}"
    commits = connection.sql(f"SELECT DISTINCT commit_id FROM unmatched WHERE {place}").fetchall()
    # A list of constants: by it DuckDB leaves out the files of all other commits.
    among = ", ".join(definitions.quoted(commit_id) for (commit_id,) in commits)
    return connection.sql(
        f"SELECT t.* FROM {name} t JOIN unmatched u USING (article_id) "
        f"WHERE t.commit_id IN ({among}) AND {place} ORDER BY {order}"
    ).to_arrow_table()


def _all_postings(stories: Stories, on_progress: Progress) -> Iterator[pa.Table]:
    """The rows of the index for every group: its leader's hashes, and what each member adds."""
    total = stories.size()[1]
    done = 0
    for groups in stories.by_group(TEXTS):
        on_progress("sketching", done, total)
        yield group_postings(groups, stories)
        done += sum(len(members) for members in groups.values())
    on_progress("sketching", done, total)
