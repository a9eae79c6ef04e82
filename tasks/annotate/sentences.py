"""Sentences of the headline and of each paragraph: simplemma's splitter, corrected by tables.

A sentence never crosses a paragraph. The sentences of a paragraph hold all its characters that are
not blank. See naming/sentence_ends.py for the rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tasks.annotate.naming.sentence_ends import sentence_spans
from tasks.annotate.records import HEADLINE, TEXT, Annotator, Article, Options, Rows, Subject
from warehouse.annotations import SentenceRow


def annotator(options: Options) -> Annotator:
    """Return the annotator `sentences`, which writes the table `sentences` in any language."""
    return Annotator(name="sentences", version="1", tables=("sentences",), annotate=annotate)


def annotate(subjects: Sequence[Subject]) -> list[Rows]:
    """Return the sentences of each article, in reading order."""
    return [{"sentences": list(_sentences(subject.article))} for subject in subjects]


def _sentences(article: Article) -> Iterator[SentenceRow]:
    spans = _spans(article)
    for number, (field, paragraph, start, end) in enumerate(spans, 1):
        yield SentenceRow(
            article_id=article.article_id,
            sentence=number,
            field=field,
            paragraph=paragraph,
            char_start=start,
            char_end=end,
        )


def _spans(article: Article) -> Iterator[tuple[str, int | None, int, int]]:
    """Yield field, paragraph number, start and end of each sentence."""
    headline = article.headline or ""
    if headline.strip():
        first = len(headline) - len(headline.lstrip())
        yield HEADLINE, None, first, len(headline.rstrip())
    for part in article.paragraphs:
        language = (part.language_code or article.language).partition("-")[0]
        for start, end in sentence_spans(article.text, part.start, part.end, language):
            yield TEXT, part.number, start, end
