"""Rows that keep the books: commits, runs, what is annotated, which rows later ones replace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import pyarrow as pa

from warehouse.columns import COUNT, COUNTS, FLAG, INSTANT, SECONDS, TEXT, TEXTS, Column, few, key


@dataclass(frozen=True, slots=True, kw_only=True)
class SupersededRow:
    """A row of another table that a later one of the same id replaces; views leave it out."""

    subject_table: Annotated[
        str, few("files, articles (with its paragraphs and fields), links, groups, group_aliases.")
    ]
    subject_id: Annotated[str, key("document_id, article_id or link_id of the replaced row.")]
    subject_commit_id: Annotated[
        str | None, few("Commit that wrote the replaced row; NULL: every row of the id (links).")
    ]
    reason: Annotated[str, few("Why it was replaced.")]


# Why rows are superseded that `copydesk remove` and `copydesk rollback` drop. They are taken out of
# the files afterwards, and what the ledger had of such documents does not count any more.
REMOVED, ROLLED_BACK, REOPENED, REGROUPED = "removed", "rolled back", "reopened", "grouped anew"
NOT_CENTRE = "a smaller id is the centre"  # of exact copies, within a run
REFUSED = "exact.removed"  # files.reason of a document whose article was removed by hand
DROPPED = (REMOVED, ROLLED_BACK, REOPENED, REGROUPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class TombstoneRow:
    """What was removed by hand and must not come back; it says nothing of the text itself."""

    kind: Annotated[
        str,
        few(
            "What must not come back: article (id), document (bytes, and where its container says "
            "it is from), text (the same body under whatever URL) or url (a pattern)."
        ),
    ]
    value: Annotated[
        str,
        key("article_id; hash of document; articles.identity_sha256; pattern with * and ?."),
    ]
    article_id: Annotated[
        str | None, key("The article that was removed; NULL of a pattern for what is to come.")
    ]
    reason: Annotated[str | None, Column(TEXT, "As given.")]
    removed_by: Annotated[str | None, few("Name as given, else of the account.")]
    removed_at: Annotated[datetime, Column(INSTANT, "Clock of the writer.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitRow:
    """One commit of all tables together; rows of a commit that has no row here do not exist."""

    sequence: Annotated[int, Column(COUNT, "1 for the first commit of the warehouse.")]
    table_versions: Annotated[Mapping[str, int], Column(COUNTS, "Delta version of each table.")]
    row_counts: Annotated[
        Mapping[str, int], Column(COUNTS, "Rows added to each table; < 0: taken out.")
    ]
    schema_version: Annotated[str, few("Of the writer.")]
    committed_at: Annotated[datetime, Column(INSTANT, "Clock of the writer.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One finished run; found = known + article + same_bytes + same_text + rejected + left."""

    run_id: Annotated[str, key("Start and a random part.")]
    flow_run_id: Annotated[str | None, Column(TEXT, "Prefect's id of the flow run.")]
    state: Annotated[str, few("completed or failed.")]
    started_at: Annotated[datetime, Column(INSTANT, "Clock of the writer.")]
    ended_at: Annotated[datetime, Column(INSTANT, "Clock of the writer.")]
    sources: Annotated[Sequence[str], Column(pa.list_(TEXT), "Paths that were given.")]
    found_count: Annotated[int, Column(COUNT, "Documents met.")]
    known_count: Annotated[int, Column(COUNT, "Documents that the ledger already had.")]
    article_count: Annotated[int, Column(COUNT, "Documents that became articles.")]
    same_bytes_count: Annotated[int, Column(COUNT, "Copies, byte for byte.")]
    same_text_count: Annotated[int, Column(COUNT, "Copies by URL and text.")]
    rejected_count: Annotated[int, Column(COUNT, "Documents rejected.")]
    left_count: Annotated[int, Column(COUNT, "Left for the next run.")]
    container_count: Annotated[int, Column(COUNT, "Containers read, not part of the sum.")]
    commit_count: Annotated[int, Column(COUNT, "Commits of this run.")]
    is_conserved: Annotated[bool, Column(FLAG, "Does the sum hold, in memory and in the tables?")]
    failed_checks: Annotated[Sequence[str], Column(pa.list_(TEXT), "Data tests that found rows.")]
    match_counts: Annotated[
        Mapping[str, int], Column(COUNTS, "Work on duplicates, see tasks/dedup/near.py.")
    ]
    stage_seconds: Annotated[Mapping[str, float], Column(SECONDS, "CPU seconds per stage.")]
    settings_sha256: Annotated[str, Column(TEXT, "Hash of the settings that touch rows.")]
    tool_versions: Annotated[Mapping[str, str], Column(TEXTS, "Versions that decide rows.")]
    schema_version: Annotated[str, few("Of the writer.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotationStatusRow:
    """What was tried for which article, so that "not annotated" is not read as "nothing there"."""

    article_id: Annotated[str, key("Article.")]
    article_commit_id: Annotated[str | None, few("Commit of the article's row that was read.")]
    status: Annotated[str, few("done, failed, unsupported_language or model_missing.")]
    row_count: Annotated[int | None, Column(COUNT, "Rows that it wrote for the article.")]
    detail: Annotated[str | None, Column(TEXT, "For a person.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatorRow:
    """A version of an annotator in one language: its code, its model, and what it was given."""

    annotator: Annotated[str, few("Name.")]
    language_code: Annotated[str | None, few("BCP 47; NULL: every language without a row.")]
    annotator_version: Annotated[str, few("As it stands in the rows.")]
    status: Annotated[str, few("done; or unsupported_language, model_missing: it cannot read it.")]
    code_version: Annotated[str, few("Of its code.")]
    model: Annotated[str | None, few("Name of its model.")]
    model_version: Annotated[str | None, few("Version of the model.")]
    model_sha256: Annotated[str | None, few("SHA-256 of the model's files.")]
    needs: Annotated[Sequence[str], Column(pa.list_(TEXT), "Annotators whose rows it reads.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermCountRow:
    """In how many articles a term occurs: additions by each commit, to be summed."""

    language_code: Annotated[str, few("BCP 47.")]
    term: Annotated[str, key("Folded word or phrase; empty: all articles of the language.")]
    article_count: Annotated[int, Column(COUNT, "Articles that this commit adds.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichRunRow:
    """One finished run of enrich."""

    flow_run_id: Annotated[str | None, Column(TEXT, "Prefect's id of the flow run.")]
    started_at: Annotated[datetime, Column(INSTANT, "Clock of the writer.")]
    ended_at: Annotated[datetime, Column(INSTANT, "Clock of the writer.")]
    annotators: Annotated[Sequence[str], Column(pa.list_(TEXT), "Those that were asked for.")]
    article_count: Annotated[int, Column(COUNT, "Articles for which something was due.")]
    commit_count: Annotated[int, Column(COUNT, "Commits with annotations.")]
    status_counts: Annotated[
        Mapping[str, int], Column(COUNTS, "Articles by annotator and status: dates/done.")
    ]
    row_counts: Annotated[Mapping[str, int], Column(COUNTS, "Rows written, by table.")]
    annotator_seconds: Annotated[
        Mapping[str, float], Column(SECONDS, "CPU seconds of each annotator.")
    ]
    tool_versions: Annotated[Mapping[str, str], Column(TEXTS, "Versions of what was used.")]


# Written by the flow `enrich` itself.
ENRICH_TABLES: dict[str, type] = {
    "annotators": AnnotatorRow,
    "term_counts": TermCountRow,
    "enrich_runs": EnrichRunRow,
}
