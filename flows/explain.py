"""`copydesk explain`: the whole way of one document, from its bytes to its rows."""

from __future__ import annotations

import os
import re
from datetime import datetime
from typing import Any

import click
import duckdb

from flows.answers import cell, show_table
from tasks.records import recorded_path
from warehouse.errors import BadSetting

ARTICLE_ID = re.compile(r"[0-9a-f]{8,32}")
Row = dict[str, Any]


def explain(connection: duckdb.DuckDBPyConnection, subject: str, record: int | None) -> None:
    """Print what happened to a file or to the documents of an article.

    Raises BadSetting when the ledger knows neither.
    """
    path = known_path(connection, subject)
    if path is not None:
        _explain_path(connection, path, record)
    elif ARTICLE_ID.fullmatch(subject):
        _explain_article(connection, whole_id(connection, subject))
    else:
        raise BadSetting(f"{recorded_path(subject)}: {unknown(subject)}")


def unknown(subject: str) -> str:
    """Say why there is nothing to tell of it, and what to do."""
    if os.path.isdir(subject):  # noqa: PTH112 - the name may hold surrogate escapes
        return "is a folder; give one of its files, or see: copydesk status"
    if os.path.exists(subject):  # noqa: PTH110
        return "was never met; read it with: copydesk ingest"
    return "no such file, and the ledger knows no such path or article id"


def fetch(connection: duckdb.DuckDBPyConnection, query: str, *parameters: Any) -> list[Row]:
    """Return the rows of a query, each by column name."""
    result = connection.execute(query, list(parameters))
    names = [str(column[0]) for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def known_path(connection: duckdb.DuckDBPyConnection, subject: str) -> str | None:
    """Return the path as the ledger has it; None when it was never met."""
    absolute = os.path.abspath(subject)  # noqa: PTH100 - keeps links
    for path in (recorded_path(subject), recorded_path(absolute)):
        if fetch(connection, "SELECT 1 FROM files WHERE path = ? LIMIT 1", path):
            return path
    return None


def whole_id(connection: duckdb.DuckDBPyConnection, start: str) -> str:
    """Return the one article id that starts so; BadSetting when there is none, or several."""
    found = fetch(
        connection, "SELECT article_id FROM articles WHERE starts_with(article_id, ?)", start
    )
    if len(found) != 1:
        how = "no article" if not found else f"{len(found)} articles"
        raise BadSetting(f"{start}: {how} with an id that starts so")
    return str(found[0]["article_id"])


def _explain_path(connection: duckdb.DuckDBPyConnection, path: str, record: int | None) -> None:
    rows = fetch(
        connection,
        "SELECT * FROM files WHERE path = ? AND (?::BIGINT IS NULL OR record = ?) ORDER BY record",
        path,
        record,
        record,
    )
    if not rows:
        raise BadSetting(
            f"{path}: no record {record}; it may hold fewer, see explain without --record"
        )
    container = [row for row in rows if row["outcome"] == "container"]
    documents = [row for row in rows if row["outcome"] != "container"]
    for row in container:
        line("container", f"{path}, {row['media_type']}, {row['document_count']} documents")
        if row["detail"]:
            line("stopped", row["detail"])
    if len(documents) == 1:
        _explain_document(connection, documents[0])
        return
    has_addresses = any(row["target_uri"] for row in documents)
    where = "target_uri" if has_addresses else "record_id"
    names = ("record", where, "outcome", "article_id", "reason", "detail")
    show_table(names, [[row[name] for name in names] for row in documents[:100]])
    click.echo(f"One of them: copydesk explain {path} --record N")


def _explain_document(connection: duckdb.DuckDBPyConnection, row: Row) -> None:
    where = row["path"] if row["record"] is None else f"{row['path']}, record {row['record']}"
    line("document", where)
    if row["record_id"]:
        line("there called", row["record_id"])
    if row["target_uri"]:
        at = f" at {row['retrieved_at']:%Y-%m-%d %H:%M:%S %Z}" if row["retrieved_at"] else ""
        line("fetched", f"{row['target_uri']}{at}")
    line("met in run", row["run_id"])
    if row["sha256"]:
        line("bytes", f"{row['byte_count']:,}, sha256 {row['sha256']}")
    around = f", inside {row['compression']}" if row["compression"] else ""
    line("recognised", row["media_type"] and f"{row['media_type']}{around}")
    if row["encoding"]:
        line("decoded", f"{row['encoding']} (decided by: {row['encoding_method']})")
    line("read by", row["reader"])
    line("outcome", row["outcome"] + (f": {row['reason']}" if row["reason"] else ""))
    if row["detail"]:
        again = "; every run tries it again" if row["is_retryable"] else ""
        line("because" if row["reason"] else "note", f"{row['detail']}{again}")
    if row["revision_candidate_of"]:
        line("before", f"article {row['revision_candidate_of']} stood at this path")
    if row["article_id"]:
        if row["outcome"] != "article":
            kept = fetch(
                connection, "SELECT path FROM origins WHERE article_id = ?", row["article_id"]
            )
            where = f", from {kept[0]['path']}" if kept else ""  # its place may hold other bytes
            line("copy of", f"article {row['article_id']}{where}")
        _show_article(connection, row["article_id"])
    _history(connection, row["document_id"])


def _history(connection: duckdb.DuckDBPyConnection, document_id: str) -> None:
    rows = fetch(
        connection,
        "SELECT c.committed_at, f.outcome, f.reason, f.sha256 FROM files_history f "
        "JOIN commits c USING (commit_id) WHERE document_id = ? ORDER BY c.sequence",
        document_id,
    )
    if len(rows) > 1:
        names = ("committed_at", "outcome", "reason", "sha256")
        show_table(names, [[row[name] for name in names] for row in rows], title="Earlier outcomes")


def _explain_article(connection: duckdb.DuckDBPyConnection, article_id: str) -> None:
    _show_article(connection, article_id)
    rows = fetch(
        connection,
        "SELECT path, record, outcome FROM files WHERE article_id = ? ORDER BY ALL",
        article_id,
    )
    names = ("outcome", "path", "record")
    show_table(names, [[row[name] for name in names] for row in rows], title="Came from")
    click.echo()
    for row in rows:
        if row["outcome"] == "article":
            _explain_path(connection, row["path"], row["record"])


def _show_article(connection: duckdb.DuckDBPyConnection, article_id: str) -> None:
    row = fetch(connection, "SELECT * FROM articles WHERE article_id = ?", article_id)[0]
    line("article", article_id)
    line("headline", row["headline"])
    line("body by", row["extractor"])
    removed = ", ".join(f"{rule} {count}" for rule, count in row["removed"].items())
    line("removed", removed or "nothing")
    published = row["published_at"]
    line(
        "published",
        f"{written(published, row)} ({row['published_source']}: {row['published_original']})"
        if published
        else f"NULL: {row['published_reason']}",
    )
    line("language", _language(row))
    line(
        "text",
        f"{row['paragraph_count']} paragraphs, {row['word_count']} words, "
        f"{row['char_count']} characters",
    )
    for name, query in (
        ("fields", "SELECT count(*) AS n FROM fields WHERE article_id = ?"),
        ("paragraphs", "SELECT count(*) AS n FROM paragraphs WHERE article_id = ?"),
        ("links", "SELECT count(*) AS n FROM links WHERE ? IN (article_a, article_b)"),
    ):
        line(f"rows: {name}", fetch(connection, query, article_id)[0]["n"])
    line("commit", f"{row['commit_id']}")
    candidates = fetch(
        connection,
        "SELECT field, value, source, is_chosen, is_agreed FROM fields WHERE article_id = ? "
        "ORDER BY field, rank",
        article_id,
    )
    names = ("field", "value", "source", "is_chosen", "is_agreed")
    if candidates:
        rows = [[_short(c[name]) for name in names] for c in candidates]
        show_table(names, rows, title="Candidates for its fields")
    _show_annotations(connection, article_id)


def _show_annotations(connection: duckdb.DuckDBPyConnection, article_id: str) -> None:
    found = fetch(
        connection,
        "SELECT annotator, annotator_version AS version, status, row_count AS rows, detail "
        "FROM annotation_status WHERE article_id = ? ORDER BY annotator",
        article_id,
    )
    if found:
        rows = [[_short(value) for value in row.values()] for row in found]
        show_table(tuple(found[0]), rows, title="Annotations")
    else:
        line("annotations", "none yet; make them with: copydesk enrich")


def written(moment: datetime, row: Row) -> str:
    """A time as precisely as the document gave it."""
    forms = {"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d"}
    form = forms.get(row["published_precision"])
    if form:
        return moment.strftime(form)
    zone = "UTC" if row["published_has_zone"] else "without a zone"
    return f"{moment:%Y-%m-%d %H:%M:%S} {zone}"


def _short(value: Any) -> Any:
    return value[:80] + "…" if isinstance(value, str) and len(value) > 80 else value


def _language(row: Row) -> str:
    code = row["language_code"]
    if code is None:
        return f"NULL: {row['language_reason']}"
    if row["language_method"] is None:
        return f"{code}: {row['language_reason']}"
    agreed = {True: "agrees", False: "disagrees", None: "not compared"}[row["language_is_agreed"]]
    confidence = row["language_confidence"]
    sure = "" if confidence is None else f", probability {confidence}"
    why = f"; {row['language_reason']}" if row["language_reason"] else ""
    second = f"second vote {row['language_second_code']} {agreed}"
    return f"{code} by {row['language_method']}{sure}; {second}{why}"


def line(name: str, value: object) -> None:
    """Print a name and what there is to say of it; nothing for None."""
    if value is None:
        return
    click.echo(f"{click.style(name.rjust(12), bold=True)}  {cell(value)}")
