"""Loaded and hedging words: where an article has a word of a named list.

The lists lie in tasks/annotate/wording, one for each kind and language, with their versions and
sources. They say that a word is one that style guides discuss, not that it is wrong here: whether
it stands in quotation marks, in the headline or in the text is told with it, and no score is made.
The lists are part of the annotator's version, as a model is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from tasks.annotate.records import (
    HEADLINE,
    TEXT,
    Annotator,
    Article,
    Model,
    Options,
    Rows,
    Sentences,
    Subject,
)
from tasks.annotate.speech.marks import quoted_spans
from tasks.annotate.wording.lists import (
    Finder,
    Found,
    WordList,
    by_language,
    packaged_lists,
    read_lists,
)
from tasks.annotate.wording.ranges import Ranges
from tasks.quality import MEASURED_KINDS, MOST_CHARS
from warehouse.annotations import LoadedTermRow

QUOTED_KINDS = frozenset({"direct", "partial", "scare"})  # indirect speech has no marks


def annotator(options: Options) -> Annotator:
    """Return the annotator with the packaged lists and those in the folder of `options`."""
    own = read_lists(Path(options.word_lists)) if options.word_lists else ()
    return with_lists((*packaged_lists(), *own))


def with_lists(lists: Sequence[WordList]) -> Annotator:
    """Return the annotator for these lists, in the languages that they are in."""
    known = by_language(lists)

    @cache
    def finder(language: str) -> Finder:
        return Finder(known.get(language, ()))

    def annotate(subjects: Sequence[Subject]) -> list[Rows]:
        return [
            {"loaded_terms": list(_rows(subject, finder(subject.article.language)))}
            for subject in subjects
        ]

    return Annotator(
        name="loaded_terms",
        version="1",
        tables=("loaded_terms",),
        annotate=annotate,
        languages=frozenset(known),
        needs=("sentences", "quotes"),
        model=lambda language: _model(language, known),
    )


def _model(language: str, known: Mapping[str, Sequence[WordList]]) -> Model:
    lists = known[language]
    names = ", ".join(f"{each.name} {each.version}" for each in lists)
    together = "\n".join(each.sha256 for each in lists)
    return Model("word lists", names, hashlib.sha256(together.encode()).hexdigest())


def _rows(subject: Subject, finder: Finder) -> Iterator[LoadedTermRow]:
    """Yield the rows of one article: the headline's, then those of each paragraph."""
    article = subject.article
    sentences = Sentences(subject.sentences)
    quoted = {name: _quoted(subject, name) for name in (HEADLINE, TEXT)}
    for name, start, end in _passages(article):
        for found in finder.find(article.field_text(name)[start:end]):
            yield _row(article, name, start, found, sentences, quoted[name])


def _passages(article: Article) -> Iterator[tuple[str, int, int]]:
    """Yield field, start and end of what is read as the article."""
    if article.headline:
        yield HEADLINE, 0, len(article.headline)
    for part in article.paragraphs:
        if part.kind in MEASURED_KINDS:
            yield from ((TEXT, *piece) for piece in _pieces(article.text, part.start, part.end))


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut what is too long to be a paragraph at a blank, so that memory is bounded."""
    while end - start > MOST_CHARS:
        blank = text.rfind(" ", start + 1, start + MOST_CHARS)
        cut = start + MOST_CHARS if blank < 0 else blank
        yield start, cut
        start = cut
    yield start, end


def _row(
    article: Article,
    name: str,
    offset: int,
    found: Found,
    sentences: Sentences,
    quoted: Ranges,
) -> LoadedTermRow:
    start, end = found.start + offset, found.end + offset
    return LoadedTermRow(
        article_id=article.article_id,
        field=name,
        char_start=start,
        char_end=end,
        surface=article.field_text(name)[start:end],
        sentence=sentences.number_at(name, start),
        term=found.term,
        word_list=found.word_list.name,
        word_list_version=found.word_list.version,
        is_quoted=quoted.hold(start, end),
    )


def _quoted(subject: Subject, name: str) -> Ranges:
    """Return what is quoted in a field: by the rows of quotes, and by the marks themselves."""
    rows = (
        (row.char_start, row.char_end)
        for row in subject.given.get("quotes", ())
        if row.field == name and row.kind in QUOTED_KINDS
    )
    text = subject.article.field_text(name)
    ends = [len(text)] if name == HEADLINE else [each.end for each in subject.article.paragraphs]
    between = ((each.start, each.end) for each in quoted_spans(text, ends))
    return Ranges((*rows, *between))
