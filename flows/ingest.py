"""The flow `ingest`: raw files to committed articles."""

from __future__ import annotations

from prefect import flow
from prefect.runtime import flow_run

from flows.progress import on_progress
from flows.report import publish
from flows.settings import IngestSettings
from tasks import steps
from tasks.batch import Batch, Staged, Workplace
from tasks.records import Rejection
from tasks.run import Summary, drive, start


def read(batch: Batch, place: Workplace) -> Staged | Rejection:
    """Read a batch as a task; what still fails after its retries is returned as such."""
    state = steps.read(batch, place, return_state=True)
    if state.is_completed():
        return state.result()
    return Rejection("batch.failed", state.message or "the batch failed", is_retryable=True)


def run_name() -> str:
    """Name a flow run by what it is given; publish() renames it by what came of it."""
    sources = flow_run.parameters["settings"].sources
    return ", ".join(source.rstrip("/").rpartition("/")[2] for source in sources)[:80]


@flow(name="ingest", flow_run_name=run_name, validate_parameters=False, persist_result=False)
def ingest(settings: IngestSettings) -> Summary:
    """Bring every new raw file below the sources into the warehouse; safe to run again."""
    with start(settings.order(), flow_run_id=flow_run.id) as run:
        drive(run, read=read, commit=steps.commit_task, on_progress=on_progress)
        summary = run.finish()
    publish(summary, settings)
    summary.require_sound()
    return summary
