"""`copydesk status`: what is in the corpus, the last runs, rejections, and whether it adds up."""

from __future__ import annotations

import click
import duckdb

from flows.answers import show_table
from warehouse.checks import failed_checks

CORPUS = """
SELECT (SELECT count(*) FROM articles) AS articles,
       (SELECT count(*) FROM files WHERE outcome <> 'container') AS documents,
       (SELECT sum(word_count) FROM articles) AS words,
       (SELECT count(DISTINCT language_code) FROM articles) AS languages,
       (SELECT count(*) FROM articles WHERE published_at IS NULL) AS undated,
       (SELECT count(DISTINCT coalesce(present_id, group_id))
        FROM groups LEFT JOIN group_names USING (group_id)) AS stories,
       (SELECT count(*) FROM links) AS links,
       (SELECT count(*) FROM commits) AS commits
"""
OUTCOMES = """
SELECT outcome, count(*) AS documents FROM files GROUP BY outcome
ORDER BY array_position(
    ['article', 'same_bytes', 'same_text', 'rejected', 'left', 'container'], outcome)
"""
LANGUAGES = """
SELECT coalesce(language_code, 'none') AS language, count(*) AS articles, sum(word_count) AS words
FROM articles GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10
"""
RUNS = """
SELECT started_at AS started, state, found_count AS found, known_count AS known,
       article_count AS article, same_bytes_count AS same_bytes, same_text_count AS same_text,
       rejected_count AS rejected, left_count AS "left", is_conserved AS adds_up,
       round(epoch(ended_at - started_at), 1) AS seconds, run_id
FROM runs ORDER BY started_at DESC LIMIT 5
"""
KILLED = """
SELECT run_id, count(*) AS commits FROM commits
WHERE run_id NOT IN (SELECT run_id FROM runs)
  AND regexp_matches(run_id, '^[0-9TZ]+-[0-9a-f]{6}$')  -- not of maintain or undo-link
GROUP BY run_id ORDER BY run_id
"""
ANNOTATIONS = """
SELECT annotator, sum(done_count)::BIGINT AS done, sum(failed_count)::BIGINT AS failed,
       sum(unsupported_count)::BIGINT AS unsupported_language,
       sum(model_missing_count)::BIGINT AS model_missing,
       sum(waiting_count)::BIGINT AS waiting, sum(outdated_count)::BIGINT AS outdated
FROM annotation_coverage GROUP BY annotator ORDER BY annotator
"""
FAILURES = """
SELECT annotator, annotator_version AS version, count(*) AS articles, min(article_id) AS example,
       min_by(detail, article_id) AS detail
FROM annotation_status WHERE status = 'failed' GROUP BY ALL
ORDER BY articles DESC, annotator, version LIMIT 15
"""
UNMATCHED = "SELECT count(*) FROM articles ANTI JOIN groups USING (article_id)"
REJECTIONS = "SELECT reason, document_count AS documents, example, detail FROM rejections LIMIT 15"


def show_status(connection: duckdb.DuckDBPyConnection) -> bool:
    """Print the state of the warehouse; return whether every data test holds."""
    for title, query in (
        ("Corpus", CORPUS),
        ("Outcomes (a container holds documents and is none)", OUTCOMES),
        ("Languages", LANGUAGES),
        ("Last runs", RUNS),
        ("Runs without an end: killed, or still going (their commits stand)", KILLED),
        ("Rejections", REJECTIONS),
        ("Annotations (articles; bring them up to date with: copydesk enrich)", ANNOTATIONS),
        ("What annotators failed on (try again with: copydesk enrich --retry-failed)", FAILURES),
    ):
        result = connection.execute(query)
        names = [str(column[0]) for column in result.description or ()]
        rows = result.fetchall()
        if rows:
            show_table(names, rows, title=title)
            click.echo()
    unmatched = connection.execute(UNMATCHED).fetchall()[0][0]
    if unmatched:
        click.secho(
            f"{unmatched:,} articles of an older copydesk were never matched with the others; "
            "do it with: copydesk maintain",
            fg="yellow",
        )
    failed = failed_checks(connection)
    for check in failed:
        click.secho(
            f"does not add up: {check.name}: {check.row_count} rows, {check.example}", fg="red"
        )
    if not failed:
        click.secho("It adds up: every data test of checks.sql holds.", fg="green")
    return not failed
