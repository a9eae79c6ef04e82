"""The flow `enrich`: annotations for every article that lacks the current version."""

from __future__ import annotations

from prefect import flow
from prefect.runtime import flow_run

from flows.progress import on_enrich_progress
from flows.report import publish_enrichment
from flows.settings import EnrichSettings
from tasks import steps
from tasks.annotate.enrichment import Summary, drive, start


def run_name() -> str:
    """Name a flow run by what it is asked for; publish_enrichment() renames it by the result."""
    settings = flow_run.parameters["settings"]
    return f"enrich: {', '.join(settings.only) or 'all annotators'}"


@flow(name="enrich", flow_run_name=run_name, validate_parameters=False, persist_result=False)
def enrich(settings: EnrichSettings) -> Summary:
    """Annotate what is missing or outdated; safe to stop and to run again."""
    with start(settings.order(), flow_run_id=flow_run.id) as run:
        drive(
            run,
            annotate=steps.annotate_task,
            commit=steps.commit_annotations,
            on_progress=on_enrich_progress,
        )
        summary = run.finish()
    publish_enrichment(summary)
    summary.require_sound()
    return summary
