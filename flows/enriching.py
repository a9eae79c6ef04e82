"""`copydesk enrich` from the settings to the exit: with Prefect or without it."""

from __future__ import annotations

from collections.abc import Iterable

import click

from flows.answers import show_table
from flows.ingesting import say_plan, through_prefect
from flows.settings import EnrichSettings
from tasks.annotate.enrichment import Summary, enrich_articles
from tasks.annotate.naming.models import identity
from tasks.annotate.records import ModelMissing
from tasks.annotate.registry import annotators, chosen
from tasks.annotate.versions import DONE
from warehouse import store
from warehouse.errors import BadSetting


def run(settings: EnrichSettings, *, with_prefect: bool, is_quiet: bool) -> None:
    """Enrich and print the summary. Raises UnsoundRun when a data test finds rows."""
    from flows import progress

    order = settings.order()
    chosen(order.only, annotators(order.options))  # a typing error should not wait for Prefect
    _check_models(settings.name_models)
    store.check_readable(order.location)
    say_plan(order.location)
    with progress.shown(is_quiet=is_quiet, name="enrich"):
        if with_prefect:
            summary = through_prefect(order.location, lambda: _flow(settings))
        else:
            summary = enrich_articles(order, progress.on_enrich_progress)
    show_summary(summary)
    summary.require_sound()


def _check_models(name_models: Iterable[str]) -> None:
    """Raise BadSetting for a pipeline that was asked for and is not there."""
    for text in name_models:
        language, _, pipeline = text.partition("=")
        try:
            identity(pipeline, language)
        except ModelMissing as error:
            raise BadSetting(f"--name-model {text}: {error}") from error


def _flow(settings: EnrichSettings) -> Summary:
    from flows.enrich import enrich

    return enrich(settings)


def show_summary(summary: Summary) -> None:
    """Print what a run annotated."""
    row = summary.row
    names = sorted({key.partition("/")[0] for key in row.status_counts})
    kinds = (DONE, "failed", "unsupported_language", "model_missing")
    if names:
        table = [
            [
                name,
                *(row.status_counts.get(f"{name}/{kind}", 0) for kind in kinds),
                f"{row.annotator_seconds.get(name, 0.0):.1f}",
            ]
            for name in names
        ]
        show_table(("annotator", *kinds, "CPU s"), table)
    seconds = (row.ended_at - row.started_at).total_seconds()
    rows = sum(row.row_counts.values())
    click.echo(
        f"run {summary.run_id}: {row.article_count:,} articles, {rows:,} rows in {seconds:.1f} s"
    )
    for name, detail in summary.missing_models.items():
        click.echo(f"{name} lacks a model: {detail}")
    if summary.outrun:
        click.echo(
            "made of rows that are new now, and renewed by the next copydesk enrich: "
            + ", ".join(summary.outrun)
        )
    if any(key.endswith("/failed") for key in row.status_counts):
        click.echo(
            'what failed: copydesk sql "SELECT * FROM annotation_status '
            "WHERE status = 'failed'\"; once it is mended: copydesk enrich --retry-failed"
        )
