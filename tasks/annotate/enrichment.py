"""One run of enrich: from the lease to its row in `enrich_runs`. Knows nothing of Prefect.

It gives the writer's lease up between its commits, so that an ingest never waits for annotations.
Resuming rests on the commits alone: what a killed run has committed is not due any more.
"""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

import duckdb
import pyarrow as pa

from tasks.annotate.due import Demand, Due, batches, find_due, languages
from tasks.annotate.keywords import document_terms
from tasks.annotate.labour import STATUS, Annotated, Labour, Versions, concatenated
from tasks.annotate.records import Annotator, Article, Options
from tasks.annotate.registry import annotators, chosen
from tasks.annotate.safely import Patience, workers
from tasks.annotate.versions import DONE, MODEL_MISSING, versions
from tasks.stopwatch import add_seconds
from warehouse import catalog, definitions, store
from warehouse.bookkeeping import AnnotatorRow, EnrichRunRow, TermCountRow
from warehouse.checks import FailedCheck, failed_checks
from warehouse.errors import TryAgain, UnsoundRun
from warehouse.lease import writer_lease
from warehouse.location import Location
from warehouse.schema import SCHEMA_VERSION, to_arrow
from warehouse.term_counts import TermCounts

KEYWORDS = "keywords"
TOOLS = ("copydesk", "spacy", "simplemma", "scikit-learn")
READS = ("annotation_status", "annotators", "articles", "paragraphs")  # beside those of annotators
# A commit waits for a running ingest so long, or as long as the run was told to wait.
COMMIT_WAIT_SECONDS = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a run of enrich is asked to do."""

    location: Location
    only: tuple[str, ...] = ()  # names of annotators; those that they need come with them
    again: bool = False  # also where they are current
    retry_failed: bool = False
    limit: int | None = None  # articles
    options: Options = field(default_factory=Options)
    patience: Patience = field(default_factory=Patience)
    batch_articles: int = 200  # a task of some seconds
    chunk_articles: int = 1_000  # a commit
    chunk_seconds: float = 120.0
    wait_seconds: float = 0.0


@dataclass(slots=True)
class Tally:
    """Counts of a run so far."""

    due: int = 0
    read: int = 0
    committed: int = 0
    commits: int = 0
    statuses: Counter[tuple[str, str]] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Summary:
    """A finished run."""

    run_id: str
    row: EnrichRunRow
    failed: tuple[FailedCheck, ...]
    missing_models: Mapping[str, str]  # annotator -> what it lacks, in a language of the corpus
    outrun: tuple[str, ...]  # not asked for, but with rows made of rows that are renewed now

    def require_sound(self) -> None:
        """Raise UnsoundRun unless every data test holds."""
        if self.failed:
            wrong = [f"{c.name} ({c.row_count} rows, {c.example})" for c in self.failed]
            raise UnsoundRun(f"run {self.run_id} does not add up: {'; '.join(wrong)}")


class Enrichment:
    """A run under way; make it with `start`."""

    def __init__(
        self,
        order: Order,
        connection: duckdb.DuckDBPyConnection,
        annotators: Sequence[Annotator],
        installed: Versions,
        labour: Labour,
        counts: TermCounts,
        flow_run_id: str | None,
    ) -> None:
        self.order = order
        self.location = order.location
        self.annotators = annotators
        self.installed = installed  # those that are not asked for too: their articles wait
        self.flow_run_id = flow_run_id
        self.started_at = datetime.now(UTC)
        self.run_id = store.new_run_id(self.started_at, "enrich")
        self.writer = store.Writer(order.location, self.run_id)
        self.tally = Tally()
        self._connection = connection
        self._labour = labour
        self._counts = counts
        self._waiting: list[Annotated] = []
        self._known = _told(connection)
        ((self._seen,),) = connection.sql("SELECT max(sequence) FROM commits").fetchall()
        self._chunk_start = time.monotonic()

    def batches(self) -> Iterator[list[Due]]:
        """Yield what is due, in order, up to the limit."""
        left = self.tally.due
        for batch in batches(self._connection, self.annotators, self.order.batch_articles):
            if left <= 0:
                return
            yield batch[:left]
            left -= len(batch)

    def annotate(self, batch: Sequence[Due]) -> Annotated:
        """Return what the annotators say of a batch."""
        return self._labour.annotate(self._connection, batch)

    def collect(self, done: Annotated) -> None:
        """Take in a batch that was annotated."""
        self._waiting.append(done)
        self.tally.read += len(done.articles)
        add_seconds(self.tally.seconds, done.seconds)

    def is_chunk_full(self) -> bool:
        """Is it time to commit?"""
        return (
            sum(len(each.articles) for each in self._waiting) >= self.order.chunk_articles
            or time.monotonic() - self._chunk_start >= self.order.chunk_seconds
        )

    def commit(self) -> None:
        """Commit everything collected.

        May be repeated after TryAgain: until the chunk is acknowledged nothing is visible and
        nothing counted; from then on only what follows the commit is left to do.
        """
        if self._waiting:
            chunk = dict(concatenated(self._waiting))
            rows = [row for each in self._waiting for row in each.superseded]
            chunk["superseded"] = to_arrow("superseded", rows)
            new = self._new_versions()
            chunk["annotators"] = to_arrow("annotators", new)
            chunk["term_counts"] = to_arrow("term_counts", self._terms())
            self._write(chunk)
            self._known.update(map(_named, new))
            self._count()
            self._waiting = []
        self._chunk_start = time.monotonic()
        self._counts.catch_up()  # opens the new rows only where there are some
        catalog.refresh(self.location)

    def _write(self, chunk: Mapping[str, pa.Table]) -> None:
        wait = max(self.order.wait_seconds, COMMIT_WAIT_SECONDS)
        with writer_lease(self.location, wait_seconds=wait, is_brief=True):
            self.writer.catch_up()
            if STATUS in chunk and self.writer.last_drop > self._seen:
                raise TryAgain(
                    f"{self.location}: articles were removed while they were being annotated; "
                    "nothing of this commit was written, start enrich again"
                )
            self.writer.commit(chunk)

    def _count(self) -> None:
        self.tally.commits += 1
        for each in self._waiting:
            self.tally.committed += len(each.articles)
            self.tally.statuses.update(each.statuses)
            for table, parts in each.tables.items():
                if table != STATUS:
                    self.tally.rows[table] += sum(part.num_rows for part in parts)

    def _new_versions(self) -> list[AnnotatorRow]:
        """The versions that differ from what this warehouse was told last."""
        rows = [each.row for each in self.installed.values()]
        named = ((row, _named(row)) for row in rows)
        return [row for row, (key, value) in named if self._known.get(key) != value]

    def _terms(self) -> list[TermCountRow]:
        """What the articles that have keywords now and had none, or the reverse, change."""
        return count_terms(turn for each in self._waiting for turn in each.turned.get(KEYWORDS, ()))

    def finish(self) -> Summary:
        """Run the data tests and write the row in `enrich_runs`."""
        with catalog.open_catalog(self.location) as connection:
            failed = tuple(failed_checks(connection, self.run_id))
            outrun = self._outrun(connection)
        row = self._row()
        self._write({"enrich_runs": to_arrow("enrich_runs", [row])})
        catalog.refresh(self.location)
        missing = {
            each.annotator: each.detail or ""
            for each in self._labour.expected.values()
            if each.status == MODEL_MISSING
        }
        return Summary(self.run_id, row, failed, missing, outrun)

    def _outrun(self, connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
        done = connection.execute(
            "SELECT DISTINCT annotator FROM annotation_status WHERE status = 'done'"
        ).fetchall()
        renewed = {name for name, status in self.tally.statuses if status == DONE}
        others = {name for (name,) in done} - {each.name for each in self.annotators}
        needs = {each.annotator: each.row.needs for each in self.installed.values()}
        return tuple(sorted(name for name in others if renewed.intersection(needs.get(name, ()))))

    def _row(self) -> EnrichRunRow:
        tally = self.tally
        return EnrichRunRow(
            flow_run_id=self.flow_run_id,
            started_at=self.started_at,
            ended_at=datetime.now(UTC),
            annotators=list(self.order.only) or [each.name for each in self.annotators],
            article_count=tally.committed,
            commit_count=tally.commits,
            status_counts={"/".join(key): n for key, n in sorted(tally.statuses.items())},
            row_counts=dict(sorted(tally.rows.items())),
            annotator_seconds={name: round(s, 3) for name, s in tally.seconds.items()},
            tool_versions=tool_versions(),
        )


def _named(row: AnnotatorRow) -> tuple[tuple[str, str | None], tuple[str, str]]:
    return (row.annotator, row.language_code), (row.annotator_version, row.status)


def _told(
    connection: duckdb.DuckDBPyConnection, which: str = "true"
) -> dict[tuple[str, str | None], tuple[str, str]]:
    """Version and status of each annotator and language, as they were told last."""
    rows = connection.execute(
        "SELECT annotator, language_code, arg_max(annotator_version, sequence), "
        "arg_max(status, sequence) FROM annotators JOIN commits USING (commit_id) "
        f"WHERE {which} GROUP BY ALL"
    ).fetchall()
    return {
        (annotator, language): (version, status) for annotator, language, version, status in rows
    }


def _done_versions(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str | None], str]:
    """The version in which each annotator last could read a language."""
    return {key: version for key, (version, _) in _told(connection, "status = 'done'").items()}


def count_terms(turns: Iterable[tuple[Article, int]]) -> list[TermCountRow]:
    """Return by language and term in how many more articles it occurs; term "" counts articles.

    `turns` are articles that come to the counts (1) or leave them (-1).
    """
    counts: Counter[tuple[str, str]] = Counter()
    for article, change in turns:
        for term in ("", *document_terms(article)):
            counts[article.language, term] += change
    return [
        TermCountRow(language_code=language, term=term, article_count=count)
        for (language, term), count in sorted(counts.items())
        if count
    ]


@contextmanager
def start(order: Order, flow_run_id: str | None = None) -> Iterator[Enrichment]:
    """Find what is due and start the process that annotates; yield the run.

    Raises BadSetting for an annotator that is not known, BadWarehouse when there is no warehouse,
    WriterBusy when another enrich runs (or an ingest, longer than the order waits).
    """
    store.check_readable(order.location)
    options = replace(order.options, state_folder=str(order.location.state))
    every = annotators(options)
    asked = chosen(order.only, every)
    with ExitStack() as stack:
        lease = writer_lease(order.location, wait_seconds=order.wait_seconds, purpose="enrich")
        stack.enter_context(lease)
        if store.schema_version(order.location) != SCHEMA_VERSION:
            with writer_lease(order.location, wait_seconds=order.wait_seconds):
                store.prepare(order.location)
        scratch = order.location.state / "enrich"
        scratch.mkdir(parents=True, exist_ok=True)
        stack.callback(shutil.rmtree, scratch, ignore_errors=True)
        connection = stack.enter_context(duckdb.connect())
        tables = {*READS, *(table for each in asked for table in each.tables)}
        definitions.define_tables(connection, order.location, sorted(tables))
        installed = versions(every, languages(connection), _done_versions(connection))
        names = [each.name for each in asked]
        expected = {key: each for key, each in installed.items() if each.annotator in names}
        workforce = stack.enter_context(workers(names, options, order.patience))
        labour = Labour(asked, expected, workforce)
        counts = stack.enter_context(closing(TermCounts(order.location)))
        counts.catch_up()
        run = Enrichment(order, connection, asked, installed, labour, counts, flow_run_id)
        due = find_due(connection, asked, expected, _demand(order, asked), order.location)
        run.tally.due = due if order.limit is None else min(due, order.limit)
        yield run


def _demand(order: Order, asked: Sequence[Annotator]) -> Demand:
    names = order.only or tuple(each.name for each in asked)
    again = frozenset(names if order.again else ())
    return Demand(again=again, retry_failed=order.retry_failed)


AnnotateStep = Callable[[Enrichment, Sequence[Due]], Annotated]


def drive(
    run: Enrichment,
    *,
    annotate: AnnotateStep = Enrichment.annotate,
    commit: Callable[[Enrichment], None] = Enrichment.commit,
    on_progress: Callable[[Enrichment], None] = lambda run: None,
) -> None:
    """Annotate every batch and commit chunk by chunk. Prefect wraps both as tasks."""
    try:
        for batch in run.batches():
            run.collect(annotate(run, batch))
            if run.is_chunk_full():
                commit(run)
            on_progress(run)
    except KeyboardInterrupt:
        run.commit()  # what is annotated is kept; the batch under way is not waited for
        raise
    commit(run)
    on_progress(run)


def enrich_articles(
    order: Order, on_progress: Callable[[Enrichment], None] = lambda run: None
) -> Summary:
    """The whole run in this process (and the one that annotates), without Prefect."""
    with start(order) as run:
        drive(run, on_progress=on_progress)
        return run.finish()


def tool_versions() -> dict[str, str]:
    """Return the versions of the libraries that annotators read with, where they are installed."""
    found = {}
    for name in TOOLS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
