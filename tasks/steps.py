"""The steps of ingest and enrich as Prefect tasks. The only module below flows/ that knows Prefect.

Results are never cached or persisted: resuming rests on the ledger and the commits alone (a cached
result was seen to survive a change of the code and the loss of its file).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks import run as plain
from tasks.annotate.due import Due
from tasks.annotate.enrichment import Enrichment
from tasks.annotate.labour import Annotated
from tasks.batch import Batch, Staged, Workplace, read_batch

Result = TypeVar("Result")


@task(
    name="read",
    task_run_name="read batch {batch.number}",
    retries=2,
    retry_delay_seconds=[1, 5],
    cache_policy=NO_CACHE,
    persist_result=False,
)
def read(batch: Batch, place: Workplace) -> Staged:
    """Read a batch of files and stage their rows; returns paths and counts."""
    return read_batch(batch, place)


def commit_task(run: plain.Run) -> dict[str, int]:
    """Commit the chunk of `run` as a task; returns what it adds to each outcome."""
    return _committing(run.commit, run.tally.commits + 1)


def annotate_task(run: Enrichment, batch: Sequence[Due]) -> Annotated:
    """Annotate a batch as a task. Rows stay in this process: they are no result for Prefect."""
    done: list[Annotated] = []

    @task(
        name="annotate",
        task_run_name=f"annotate {run.tally.read + 1}-{run.tally.read + len(batch)}",
        cache_policy=NO_CACHE,
        persist_result=False,
    )
    def annotate() -> int:
        done.append(run.annotate(batch))
        return len(done[-1].articles)

    annotate()
    return done[-1]


def commit_annotations(run: Enrichment) -> None:
    """Commit what `run` has annotated as a task."""
    _committing(run.commit, run.tally.commits + 1)


def _committing(work: Callable[[], Result], number: int) -> Result:
    """Run `work`, which holds a lease and open files and so is no parameter, as a task."""

    @task(
        name="commit",
        task_run_name=f"commit {number}",
        retries=3,
        retry_delay_seconds=[1, 5, 20],
        cache_policy=NO_CACHE,
        persist_result=False,
    )
    def commit() -> Result:
        return work()

    return commit()
