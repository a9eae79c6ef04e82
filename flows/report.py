"""What a run leaves in the Prefect UI: its name, a report and a table of rejections."""

from __future__ import annotations

import html
from typing import Any

from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.client.orchestration import get_client
from prefect.runtime import flow_run

from flows.settings import IngestSettings
from tasks.annotate.enrichment import Summary as EnrichSummary
from tasks.run import Summary
from warehouse.catalog import open_catalog
from warehouse.location import warehouse_location

MOST_REJECTIONS = 200  # rows of the table artifact; SQL has them all

REJECTED = """
SELECT reason, path, record, detail FROM files
WHERE run_id = ? AND outcome IN ('rejected', 'left') ORDER BY reason, path, record LIMIT ?
"""
# What runs.match_counts counts, for people.
MATCHING = {
    "texts": "new texts",
    "hashes": "hashes of their sketches",
    "scanned_rows": "rows of the index read",
    "overflowed_hashes": "hashes that many articles have: only the nearest by date were looked at",
    "candidates": "pairs that share two hashes",
    "compared": "pairs compared word for word",
    "links": "links found",
    "links_left_out": "links left out, beyond the most alike of one article",
}
LANGUAGES = """
SELECT coalesce(language_code, 'none'), count(*) FROM articles
WHERE run_id = ? GROUP BY ALL ORDER BY 2 DESC, 1
"""
REASONS = """
SELECT reason, count(*) FROM files
WHERE run_id = ? AND outcome = 'rejected' GROUP BY ALL ORDER BY 2 DESC, 1
"""


def publish(summary: Summary, settings: IngestSettings) -> None:
    """Write the artifacts of the run and rename it by what came of it."""
    run_id = summary.row.run_id
    with open_catalog(warehouse_location(settings.warehouse)) as connection:
        rejected = connection.execute(REJECTED, [run_id, MOST_REJECTIONS]).fetchall()
        languages = connection.execute(LANGUAGES, [run_id]).fetchall()
        reasons = connection.execute(REASONS, [run_id]).fetchall()
    create_markdown_artifact(
        markdown=report(summary, languages, reasons),
        key="ingest-report",
        description=f"What run {run_id} read, wrote and left",
    )
    if rejected:
        names = ("reason", "path", "record", "detail")
        create_table_artifact(
            table=[dict(zip(names, map(_shown, row), strict=True)) for row in rejected],
            key="ingest-rejections",
            description=f"Rejected or left by run {run_id} (at most {MOST_REJECTIONS})",
        )
    _rename(summary, settings)


def report(summary: Summary, languages: list[Any], reasons: list[Any]) -> str:
    """Return the run as a page of markdown. Nothing from a document stands in it unescaped."""
    row = summary.row
    parts = [
        f"# {headline(summary)}",
        f"{', '.join(_shown(source) for source in row.sources)}",
        _table(
            ("outcome", "documents"),
            [
                ("found", row.found_count),
                ("known", row.known_count),
                ("article", row.article_count),
                ("same bytes", row.same_bytes_count),
                ("same text", row.same_text_count),
                ("rejected", row.rejected_count),
                ("left", row.left_count),
            ],
        ),
        "The sum holds." if row.is_conserved else "**THE SUM DOES NOT HOLD.**",
    ]
    parts += [
        f"**Data test failed: {check.name}**, {check.row_count} rows" for check in summary.failed
    ]
    if languages:
        parts.append(_table(("language", "articles"), languages))
    if reasons:
        parts.append(_table(("rejected because", "documents"), reasons))
    if row.match_counts:
        work = [(MATCHING.get(name, name), count) for name, count in row.match_counts.items()]
        parts.append(_table(("search for copies", "number"), work))
    stages = sorted(row.stage_seconds.items(), key=lambda stage: -stage[1])
    parts.append(_table(("stage", "CPU seconds"), [(n, f"{s:.2f}") for n, s in stages]))
    return "\n\n".join(parts)


def publish_enrichment(summary: EnrichSummary) -> None:
    """Write the artifact of a run of enrich and rename it by what came of it."""
    row = summary.row
    parts = [
        f"# {enrich_headline(summary)}",
        _table(("annotator and status", "articles"), list(row.status_counts.items())),
        _table(("table", "rows"), list(row.row_counts.items())),
        _table(
            ("annotator", "CPU seconds"),
            [(name, f"{spent:.2f}") for name, spent in row.annotator_seconds.items()],
        ),
    ]
    parts += [
        f"**Data test failed: {check.name}**, {check.row_count} rows" for check in summary.failed
    ]
    create_markdown_artifact(
        markdown="\n\n".join(parts),
        key="enrich-report",
        description=f"What run {summary.run_id} annotated",
    )
    with get_client(sync_client=True) as client:
        client.update_flow_run(flow_run.id, name=f"enrich: {enrich_headline(summary)}")


def enrich_headline(summary: EnrichSummary) -> str:
    """Return a run of enrich in one line."""
    row = summary.row
    failed = sum(n for key, n in row.status_counts.items() if key.endswith("/failed"))
    rows = sum(row.row_counts.values())
    return f"{row.article_count:,} articles annotated, {rows:,} rows, {failed:,} failures"


def headline(summary: Summary) -> str:
    """Return the run in one line."""
    row = summary.row
    return (
        f"{row.found_count:,} documents: {row.article_count:,} new articles, "
        f"{row.same_bytes_count + row.same_text_count:,} copies, {row.rejected_count:,} rejected, "
        f"{row.left_count:,} left, {row.known_count:,} known"
    )


def _table(head: tuple[str, str], rows: list[Any]) -> str:
    lines = [f"| {head[0]} | {head[1]} |", "| --- | ---: |"]
    return "\n".join([*lines, *(f"| {_shown(name)} | {value} |" for name, value in rows)])


def _shown(value: object) -> str:
    """Text of unknown origin, so that a page shows it and never obeys it."""
    text = "" if value is None else str(value)
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return html.escape(plain).replace("|", "\\|").replace("`", "&#96;")


def _rename(summary: Summary, settings: IngestSettings) -> None:
    """The list of runs in the UI then reads as a log."""
    source = settings.sources[0].rstrip("/").rpartition("/")[2]
    row = summary.row
    name = f"{source}: {row.found_count:,} documents, {row.article_count:,} new articles"
    with get_client(sync_client=True) as client:
        client.update_flow_run(flow_run.id, name=name)
