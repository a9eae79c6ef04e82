"""One run of ingest: from the lease to the row in `runs`. Knows nothing of Prefect."""

from __future__ import annotations

import hashlib
import platform
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version

from tasks.batch import Batch, Limits, Staged, Workplace, reject_batch, try_batch
from tasks.chunk import make_chunk
from tasks.dedup.exact import outcome_counts
from tasks.dedup.stories import Stories
from tasks.discover import Filter, check_sources
from tasks.matching import match_tables
from tasks.plan import Planner
from tasks.records import Rejection, recorded_path
from tasks.stopwatch import Stopwatch, add_seconds
from warehouse import catalog, shingle_upkeep, store
from warehouse.bookkeeping import RunRow
from warehouse.checks import FailedCheck, failed_checks
from warehouse.errors import UnsoundRun
from warehouse.lease import writer_lease
from warehouse.ledger import Ledger
from warehouse.location import Location
from warehouse.schema import SCHEMA_VERSION, to_arrow

TOOLS = (
    "copydesk", "trafilatura", "langdetect", "py3langid", "ftfy", "pyarrow", "deltalake", "duckdb",
)  # fmt: skip
OUTCOMES = ("article", "same_bytes", "same_text", "rejected", "left")
# The catalog is made anew after a commit, but not more often than this, nor so often that it would
# cost more than a tenth of the time; and always at the end.
CATALOG_SECONDS, CATALOG_SHARE = 5.0, 10
COMPACT_EVERY = 16  # commits; the index is also looked at when a run ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a run is asked to do."""

    location: Location
    sources: tuple[str, ...]
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)  # the user's names of keys to ours
    limits: Limits = field(default_factory=Limits)
    chunk_documents: int = 1_000
    chunk_bytes: int = 128 * 1024 * 1024  # of documents, decompressed
    chunk_seconds: float = 120.0
    rehash: bool = False
    wait_seconds: float = 0.0

    def filter(self) -> Filter:
        """Which files count; never those of the warehouse itself."""
        own = {str(self.location), str(self.location.state)}
        return Filter(include=self.include, exclude=self.exclude, skipped_folders=frozenset(own))

    def planner(self, sources: tuple[str, ...], ledger: Ledger) -> Planner:
        """Return the planner of what is to be read."""
        return Planner(
            sources,
            self.filter(),
            ledger,
            self.limits,
            rehash=self.rehash,
            columns=self.columns,
        )


@dataclass(slots=True)
class Tally:
    """Counts of a run so far, without the files that were known by their hint."""

    found: int = 0
    known: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    commits: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    matching: Counter[str] = field(default_factory=Counter)

    def is_conserved(self) -> bool:
        """Did every document that was met end as exactly one of the six?"""
        return self.found == self.known + sum(self.outcomes.get(name, 0) for name in OUTCOMES)


@dataclass(frozen=True, slots=True)
class Summary:
    """A finished run."""

    row: RunRow
    failed: tuple[FailedCheck, ...]
    excluded_files: int = 0  # left out by patterns

    def require_sound(self) -> None:
        """Raise UnsoundRun unless the sum holds and every data test does."""
        if self.row.state == "completed":
            return
        wrong = [f"{check.name} ({check.row_count} rows, {check.example})" for check in self.failed]
        sums = [] if self.row.is_conserved else ["documents found and outcomes differ"]
        raise UnsoundRun(f"run {self.row.run_id} does not add up: {'; '.join(sums + wrong)}")


class Run:
    """A run under way; make it with `start`."""

    def __init__(
        self, order: Order, ledger: Ledger, stories: Stories, flow_run_id: str | None
    ) -> None:
        self.order = order
        self.location = order.location
        self.ledger = ledger
        self.stories = stories
        self.flow_run_id = flow_run_id
        self.started_at = datetime.now(UTC)
        self.run_id = store.new_run_id(self.started_at)
        self.place = Workplace(
            location=order.location,
            folder=str(order.location.state / "runs" / self.run_id),
            limits=order.limits,
            columns=order.columns,
        )
        self.planner = order.planner(order.sources, ledger)
        self.tally = Tally()
        self.staged: list[Staged] = []
        self.writer = store.Writer(order.location, self.run_id)
        self._chunk_start = time.monotonic()
        self._catalog_due = time.monotonic() + CATALOG_SECONDS

    def batches(self) -> Iterator[Batch]:
        """Yield what is to be read, in order."""
        return self.planner.batches()

    def collect(self, staged: Staged) -> None:
        """Take in a batch that was read."""
        self.staged.append(staged)
        self.tally.found += staged.found
        self.tally.known += staged.known
        add_seconds(self.tally.seconds, staged.seconds)

    def is_chunk_full(self) -> bool:
        """Is it time to commit?"""
        order = self.order
        return (
            sum(item.documents for item in self.staged) >= order.chunk_documents
            or sum(item.byte_count for item in self.staged) >= order.chunk_bytes
            or time.monotonic() - self._chunk_start >= order.chunk_seconds
        )

    def commit(self) -> dict[str, int]:
        """Commit everything collected as one chunk; return what it adds to each outcome.

        May be repeated after TryAgain: until the chunk is acknowledged nothing is visible and
        nothing counted; from then on only what follows the commit is left to do.
        """
        watch = Stopwatch()
        self.ledger.catch_up()  # costs nothing but after a failure between commit and ledger
        self.stories.catch_up()
        staged, counts = self.staged, dict[str, int]()
        if any(item.documents for item in staged):
            with watch.stage("resolve"):
                chunk = make_chunk(staged, self.ledger, self.location, self.run_id)
            with watch.stage("match"):
                rows = chunk.resolved.files.values()
                tables, matched = match_tables(chunk.tables, rows, self.stories, self.location)
            with watch.stage("write"):
                commit = self.writer.commit(tables)
            counts = outcome_counts(chunk.resolved)
            self._count(counts)
            self.tally.matching += matched.counts
            self._clear()
            with watch.stage("ledger"):
                learnt = chunk.ledger_rows(self.run_id, commit.commit_id)
                self.ledger.apply(learnt, self.run_id, commit.sequence)
                story_rows = matched.story_rows(commit.commit_id)
                self.stories.apply(story_rows, self.run_id, commit.sequence)
        self.ledger.note_hints(hint for item in staged for hint in item.hints)
        self._clear()
        if counts and self.tally.commits % COMPACT_EVERY == 0:
            with watch.stage("compact"):
                self._compact()
        with watch.stage("catalog"):
            self._refresh_catalog()
        add_seconds(self.tally.seconds, watch.seconds)
        return counts

    def _compact(self) -> None:
        """Keep the index of shingles quick to scan: every small file costs each search 5 ms."""
        if not shingle_upkeep.should_compact(self.location):
            return
        done = shingle_upkeep.compact(self.location)
        if done is not None:
            commit = self.writer.commit({}, moved={"shingles": done.version})
            self.tally.commits += 1
            self.ledger.apply((), self.run_id, commit.sequence)
            self.stories.note(self.run_id, commit.sequence)

    def _count(self, counts: dict[str, int]) -> None:
        self.tally.commits += 1
        for outcome, count in counts.items():
            self.tally.outcomes[outcome] = self.tally.outcomes.get(outcome, 0) + count

    def _clear(self) -> None:
        for item in self.staged:
            shutil.rmtree(item.folder, ignore_errors=True)
        self.staged = []
        self._chunk_start = time.monotonic()

    def _refresh_catalog(self) -> None:
        start = time.monotonic()
        if start < self._catalog_due or not self.tally.commits:
            return
        catalog.refresh(self.location)
        end = time.monotonic()
        self._catalog_due = end + max(CATALOG_SECONDS, CATALOG_SHARE * (end - start))

    def finish(self) -> Summary:
        """Run the data tests, write the row in `runs`, refresh the catalog."""
        self._compact()
        with catalog.open_catalog(self.location) as connection:
            # The tests see the row that is going to be written, beside those of earlier runs.
            connection.execute("CREATE TEMP TABLE written_runs AS SELECT * FROM runs")
            pending = to_arrow("runs", [self._row(())])
            connection.register("pending_run", pending)
            connection.execute(
                "CREATE TEMP VIEW runs AS FROM written_runs UNION ALL BY NAME FROM pending_run"
            )
            failed = tuple(failed_checks(connection, self.run_id))
        row = self._row(failed)
        store.append_run(self.location, to_arrow("runs", [row]))
        catalog.refresh(self.location)
        return Summary(row, failed, self.planner.planned.excluded)

    def _row(self, failed: Sequence[FailedCheck]) -> RunRow:
        outcomes = self.tally.outcomes
        is_sound = self.tally.is_conserved() and not failed
        return RunRow(
            run_id=self.run_id,
            flow_run_id=self.flow_run_id,
            state="completed" if is_sound else "failed",
            started_at=self.started_at,
            ended_at=datetime.now(UTC),
            sources=[recorded_path(source) for source in self.order.sources],
            found_count=self.tally.found + self.planner.planned.known_documents,
            known_count=self.tally.known + self.planner.planned.known_documents,
            article_count=outcomes.get("article", 0),
            same_bytes_count=outcomes.get("same_bytes", 0),
            same_text_count=outcomes.get("same_text", 0),
            rejected_count=outcomes.get("rejected", 0),
            left_count=outcomes.get("left", 0),
            container_count=outcomes.get("container", 0),
            commit_count=self.tally.commits,
            is_conserved=self.tally.is_conserved(),
            failed_checks=[check.name for check in failed],
            match_counts=dict(sorted(self.tally.matching.items())),
            stage_seconds={name: round(spent, 3) for name, spent in self.tally.seconds.items()},
            settings_sha256=settings_sha256(self.order),
            tool_versions=tool_versions(),
            schema_version=SCHEMA_VERSION,
        )


@contextmanager
def start(order: Order, flow_run_id: str | None = None) -> Iterator[Run]:
    """Take the lease, make or widen the warehouse, bring the ledger up to date; yield the run.

    Raises BadSetting for sources that do not exist or a folder that is no warehouse, WriterBusy
    when another process writes, TryAgain for trouble of the storage.
    """
    order = replace(order, sources=check_sources(order.sources))
    store.refuse_foreign_folder(order.location)
    with writer_lease(order.location, wait_seconds=order.wait_seconds):
        store.prepare(order.location)
        shutil.rmtree(order.location.state / "runs", ignore_errors=True)  # of a killed run
        ledger, stories = Ledger(order.location), Stories(order.location)
        try:
            ledger.catch_up()
            stories.catch_up()
            yield Run(order, ledger, stories, flow_run_id)
        finally:
            ledger.close()
            stories.close()
            shutil.rmtree(order.location.state / "runs", ignore_errors=True)


ReadStep = Callable[[Batch, Workplace], Staged | Rejection]


def drive(
    run: Run,
    *,
    read: ReadStep = try_batch,
    commit: Callable[[Run], dict[str, int]] = Run.commit,
    on_progress: Callable[[Run], None] = lambda run: None,
) -> None:
    """Read every batch and commit chunk by chunk. Prefect wraps `read` and `commit` as tasks."""
    for batch in run.batches():
        waiting = [batch]
        while waiting:
            staged, rest = _read(waiting.pop(0), run.place, read)
            waiting[:0] = rest
            if staged is not None:
                run.collect(staged)
            if run.is_chunk_full():
                commit(run)
            on_progress(run)
    commit(run)
    on_progress(run)


def _read(batch: Batch, place: Workplace, read: ReadStep) -> tuple[Staged | None, list[Batch]]:
    """Read a batch; return what was staged and what is still to be read.

    A batch that fails is read again in halves, until the file at fault is rejected by its name.
    """
    staged = read(batch, place)
    if not isinstance(staged, Rejection):
        return staged, [staged.rest] if staged.rest else []
    half = len(batch.slices) // 2
    if half:
        first = replace(batch, slices=batch.slices[:half])
        return None, [first, Batch(batch.number, batch.slices[half:])]
    return reject_batch(batch, place, staged.detail), []


def ingest_files(order: Order, on_progress: Callable[[Run], None] = lambda run: None) -> Summary:
    """The whole run in this process, without Prefect."""
    with start(order) as run:
        drive(run, on_progress=on_progress)
        return run.finish()


def settings_sha256(order: Order) -> str:
    """Return the hash of the settings that touch rows."""
    columns = sorted(order.columns.items())
    touching = (order.limits.document_bytes, order.limits.raw_bytes, columns, SCHEMA_VERSION)
    return hashlib.sha256(repr(touching).encode()).hexdigest()


def tool_versions() -> dict[str, str]:
    """Return the versions of everything that decides rows."""
    return {"python": platform.python_version(), **{name: version(name) for name in TOOLS}}
