"""Texts cut to what a model reads at once, and what it found put back into its place."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.annotate.naming.models import NamedSpan, NameModel
from tasks.annotate.records import HEADLINE, TEXT, Article

# Given to a model at once, so that a batch of long articles does not lie in memory twice.
_READ_CHARS = 200_000
_LETTER = re.compile(r"[^\W\d_]")  # without one there is no name, and models may be slow


def names_of(model: NameModel, articles: list[Article]) -> list[dict[str, list[NamedSpan]]]:
    """Return for each article the names that the model finds, by field."""
    found: list[dict[str, list[NamedSpan]]] = [
        {field: [] for field, _ in article.fields()} for article in articles
    ]
    waiting: list[tuple[list[NamedSpan], int, str]] = []
    chars = 0
    for article, spans in zip(articles, found, strict=True):
        for field, start, piece in _pieces(article, model.piece_chars):
            waiting.append((spans[field], start, piece))
            chars += len(piece)
            if chars >= _READ_CHARS:
                _read(model, waiting)
                waiting, chars = [], 0
    _read(model, waiting)
    return found


def _read(model: NameModel, waiting: list[tuple[list[NamedSpan], int, str]]) -> None:
    if not waiting:
        return
    answers = model.names([piece for _, _, piece in waiting])
    for (spans, start, _), names in zip(waiting, answers, strict=True):
        spans += (NamedSpan(start + one.start, start + one.end, one.kind) for one in names)


def _pieces(article: Article, most: int) -> Iterator[tuple[str, int, str]]:
    """Yield field, start and text of pieces of at most `most` code points."""
    fields = dict(article.fields())
    for field, start, stop in _passages(article):
        text = fields[field]
        while start < stop:
            end = _cut(text, start, stop, most)
            if _LETTER.search(text, start, end):
                yield field, start, text[start:end]
            start = end


def _passages(article: Article) -> Iterator[tuple[str, int, int]]:
    """Yield field, start and end of what is in the article's language.

    A model of one language finds names everywhere in another: of eight in the French paragraphs of
    an English article (seeds/txt/language-en-fr.txt) two were names.
    """
    if article.headline:
        yield HEADLINE, 0, len(article.headline)
    start = 0
    for part in article.paragraphs:
        if part.language_code and part.language_code.partition("-")[0] != article.language:
            if start < part.start:
                yield TEXT, start, part.start
            start = part.end
    if start < len(article.text):
        yield TEXT, start, len(article.text)


def _cut(text: str, start: int, stop: int, most: int) -> int:
    """Return where a piece ends: at a paragraph, else a line, a sentence, a blank."""
    if stop - start <= most:
        return stop
    for mark in ("\n\n", "\n", ". ", "。", " "):
        at = text.rfind(mark, start + most // 2, start + most)
        if at >= 0:
            return at + len(mark)
    return start + most
