"""JSONL for training corpora: {"text": ..., "id": ..., "metadata": {...}}.

The three names are those of datatrove's Document, which its JsonlWriter writes and its JsonlReader
expects (datatrove 0.10.1, data.py and pipeline/readers/base.py); load_dataset("json") of Hugging
Face `datasets` takes any. In metadata, four columns have the names that FineWeb gave them, because
filters ask for these: url, date, language, language_score. All others keep their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tasks.export.lines import plain

RENAMED = {
    "canonical_url": "url",
    "url": "url_as_given",
    "published_at": "date",
    "language_code": "language",
    "language_confidence": "language_score",
}
# What --columns may replace: what filters and people who answer for a corpus ask about a text.
METADATA = (
    *("canonical_url", "published_at", "published_precision", "language_code"),
    *("language_confidence", "headline", "description", "byline", "keywords", "section"),
    *("publisher", "source", "agency", "word_count", "char_count", "page_kind", "is_truncated"),
    *("license", "copyright_holder", "is_accessible_for_free", "tdm_reservation", "tdm_policy"),
    *("ai_directives", "text_sha256", "commit_id"),
)
_APART = ("article_id", "text")  # id and text


def metadata_columns(chosen: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of articles that stand in metadata when `chosen` are asked for."""
    return tuple(name for name in (chosen or METADATA) if name not in _APART)


def columns_read(chosen: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of articles that `document` needs."""
    return (*_APART, *metadata_columns(chosen))


def document(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the object for one article; every key is there in every line, also with null."""
    metadata = {
        RENAMED.get(name, name): plain(value) for name, value in row.items() if name not in _APART
    }
    return {"text": row["text"], "id": row["article_id"], "metadata": metadata}
