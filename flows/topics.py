"""`copydesk train-topics`: labelled texts to a model, and how well it does."""

from __future__ import annotations

from pathlib import Path

import click
import duckdb

from flows.answers import show_table
from tasks.annotate.records import ModelMissing
from tasks.annotate.topics import train_topics
from warehouse.catalog import open_catalog
from warehouse.definitions import quoted
from warehouse.errors import BadSetting
from warehouse.location import Location

READERS = {
    ".csv": "read_csv",
    ".jsonl": "read_ndjson",
    ".ndjson": "read_ndjson",
    ".parquet": "read_parquet",
}


def train(labelled: str, out: str, *, seed: int, location: Location) -> None:
    """Train, write the model to `out`, print its scores by cross-validation."""
    texts, labels = _labelled(labelled, location)
    try:
        report = train_topics(texts, labels, Path(out), seed=seed)
    except ModelMissing as error:
        raise BadSetting(str(error)) from error
    show_table(
        ("label", "texts", "precision", "recall", "F1"),
        [
            (
                each.label,
                each.text_count,
                *(f"{s:.3f}" for s in (each.precision, each.recall, each.f1)),
            )
            for each in report.labels
        ],
    )
    click.echo(
        f"{report.text_count:,} texts, accuracy {report.accuracy:.3f} in {report.folds} folds; "
        f"use it: copydesk enrich --topic-model {out}"
    )


def _labelled(path: str, location: Location) -> tuple[list[str], list[str]]:
    """The texts and labels of a file. Raises BadSetting for one that cannot be read so."""
    reader = READERS.get(Path(path).suffix.lower())
    if reader is None:
        raise BadSetting(f"{path}: ends in none of {', '.join(READERS)}")
    try:
        with duckdb.connect() as connection:
            rows = connection.sql(f"FROM {reader}({quoted(path)})").to_arrow_table()
    except duckdb.Error as error:
        raise BadSetting(f"{path}: {str(error).partition(chr(10))[0]}") from error
    names = set(rows.column_names)
    if "label" not in names or not names & {"text", "article_id"}:
        raise BadSetting(
            f"{path}: has the columns {', '.join(sorted(names))}; wanted are label, and text or "
            "article_id"
        )
    if "text" in names:
        found = [(row["text"], row["label"]) for row in rows.select(["text", "label"]).to_pylist()]
    else:
        found = _joined({r["article_id"]: r["label"] for r in rows.to_pylist()}, location, path)
    kept = [(str(text), str(label)) for text, label in found if text and label is not None]
    return [text for text, _ in kept], [label for _, label in kept]


def _joined(labels: dict[str, str], location: Location, path: str) -> list[tuple[str, str]]:
    query = (
        "SELECT article_id, concat_ws(chr(10) || chr(10), headline, text) FROM articles "
        "WHERE article_id = ANY(?) ORDER BY article_id"
    )
    with open_catalog(location) as connection:
        found = connection.execute(query, [list(labels)]).fetchall()
    if len(found) < len(labels):
        missing = len(labels) - len(found)
        raise BadSetting(
            f"{path}: {missing:,} of {len(labels):,} article_ids are not in {location}"
        )
    return [(text, labels[article_id]) for article_id, text in found]
