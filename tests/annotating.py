"""Subjects for tests of annotators, made from plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from tasks.annotate.records import Annotator, Article, Paragraph, Rows, Subject


def make_article(
    text: str,
    *,
    headline: str | None = None,
    language: str | None = "en",
    published: date | None = None,
    article_id: str = "0" * 32,
    **more: Any,
) -> Article:
    """An article of `text`, whose paragraphs a blank line sets apart."""
    parts = [match.span() for match in re.finditer(r"(?s).+?(?=\n\n|\Z)", text) if match[0].strip()]
    spans = [(start + (2 if text[start : start + 2] == "\n\n" else 0), end) for start, end in parts]
    return Article(
        article_id=article_id,
        text=text,
        paragraphs=tuple(
            Paragraph(number, "body", start, end) for number, (start, end) in enumerate(spans, 1)
        ),
        headline=headline,
        language_code=language,
        published_date=published,
        published_precision="day" if published else None,
        **more,
    )


def annotate(article: Article, *annotators: Annotator) -> dict[str, Sequence[Any]]:
    """Run `annotators` one after the other, each given the rows of those before it."""
    given: dict[str, Sequence[Any]] = {}
    for annotator in annotators:
        rows: Rows = annotator.annotate([Subject(article, dict(given))])[0]
        assert set(rows) <= set(annotator.tables)
        given |= rows
    return given


def check_offsets(article: Article, rows: Rows) -> None:
    """Every row of `rows` stands where it says."""
    for table, found in rows.items():
        for row in found:
            if hasattr(row, "surface") and hasattr(row, "char_start"):
                part = article.field_text(row.field)[row.char_start : row.char_end]
                assert part == row.surface, (table, row)
