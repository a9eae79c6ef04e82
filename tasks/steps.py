"""The steps of ingest as Prefect tasks. The only module below flows/ that knows Prefect.

Results are never cached or persisted: resuming rests on the ledger and the commits alone (a cached
result was seen to survive a change of the code and the loss of its file).
"""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks import run as plain
from tasks.batch import Batch, Staged, Workplace, read_batch


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
    """Commit the chunk of `run` as a task; returns what it adds to each outcome.

    The run holds the lease and open files, so it is not handed to Prefect as a parameter.
    """

    @task(
        name="commit",
        task_run_name=f"commit {run.tally.commits + 1}",
        retries=3,
        retry_delay_seconds=[1, 5, 20],
        cache_policy=NO_CACHE,
        persist_result=False,
    )
    def commit() -> dict[str, int]:
        return run.commit()

    return commit()
