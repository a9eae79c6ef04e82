"""Annotators as another package would bring them; what they do with a word says its name."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Sequence

from tasks.annotate.records import Annotator, Options, Rows, Subject
from warehouse.annotations import AnnotationRow

CALLS = "COPYDESK_TEST_CALLS"  # a file that gets a line for every text the annotator reads


def ticks(options: Options) -> Annotator:
    """Marks every number; misbehaves where the text asks for it."""
    return Annotator(
        name="ticks",
        version=os.environ.get("COPYDESK_TEST_VERSION", "1"),
        tables=("annotations",),
        annotate=lambda subjects: [_ticks(each) for each in subjects],
    )


def tocks(options: Options) -> Annotator:
    """Says how many ticks an article has; knows English alone."""
    return Annotator(
        name="tocks",
        version="1",
        tables=("annotations",),
        annotate=lambda subjects: [_tocks(each) for each in subjects],
        languages=frozenset({"en"}),
        needs=("ticks",),
        scope="article",
    )


def _ticks(subject: Subject) -> Rows:
    text = subject.article.text
    with open(os.environ.get(CALLS, os.devnull), "a") as calls:
        calls.write(f"{subject.article.headline}\n")
    if "CRASH" in text:
        os.kill(os.getpid(), 9)
    if "HANG" in text:
        time.sleep(600)
    if "RAISE" in text:
        raise RuntimeError("the word was there")
    shift = 3 if "SHIFT" in text else 0
    return {
        "annotations": [
            _row(subject, match.start() + shift, match.end() + shift, match[0])
            for match in re.finditer(r"\d+", text)
        ]
    }


def _tocks(subject: Subject) -> Rows:
    given: Sequence[AnnotationRow] = subject.given.get("annotations", ())
    return {"annotations": [_row(subject, 0, 1, subject.article.text[0], str(len(given)))]}


def _row(
    subject: Subject, start: int, end: int, surface: str, value: str | None = None
) -> AnnotationRow:
    return AnnotationRow(
        article_id=subject.article.article_id,
        field="text",
        char_start=start,
        char_end=end,
        surface=surface,
        kind="tick",
        value=value,
    )
