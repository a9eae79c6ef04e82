"""Quotations and attributions: who is said to have said what.

Quotation marks are paired first (speech/marks.py); the reporter's sentences are then read across
them for verbs of saying, their subjects and what they tell (speech/tellings.py). The rules are for
English; in other languages a quotation's speaker is the noun phrase beside its verb.
"""

from __future__ import annotations

from collections.abc import Sequence

from tasks.annotate.records import (
    HEADLINE,
    TEXT,
    Annotator,
    Article,
    Options,
    Rows,
    Sentences,
    Subject,
)
from tasks.annotate.speech.mentions import Mentions
from tasks.annotate.speech.reading import Report
from tasks.annotate.speech.reports import read_field
from tasks.annotate.speech.speakers import Cast
from tasks.annotate.speech.words import lexicon
from warehouse.annotations import QuoteRow

VERSION = "1"


def annotate(subjects: Sequence[Subject]) -> list[Rows]:
    """Return the rows of table quotes for each subject."""
    return [{"quotes": _quotes(subject)} for subject in subjects]


def annotator(options: Options) -> Annotator:
    """Return the annotator of quotations; it knows some verbs of six languages."""
    return Annotator(
        name="quotes",
        version=VERSION,
        tables=("quotes",),
        annotate=annotate,
        needs=("sentences", "entities"),
    )


def _quotes(subject: Subject) -> list[QuoteRow]:
    article = subject.article
    cast = Cast(lexicon(article.language))
    rows: list[QuoteRow] = []
    for name, text in article.fields():
        given = [row for row in subject.given.get("mentions", ()) if row.field == name]
        spans = _paragraphs(article) if name == TEXT else [(0, len(text))]
        reports = read_field(
            text, spans, article.language, Mentions(given), cast, is_heading=name == HEADLINE
        )
        place = Sentences(subject.sentences)
        for report in reports:
            rows.append(_row(article, len(rows) + 1, name, text, report, place))
        if name == HEADLINE:
            cast.told.clear()
    return rows


def _paragraphs(article: Article) -> list[tuple[int, int]]:
    """Return the paragraphs, or the whole text where none are known."""
    spans = [(paragraph.start, paragraph.end) for paragraph in article.paragraphs]
    return sorted(spans) or [(0, len(article.text))]


def _row(
    article: Article, number: int, name: str, text: str, report: Report, sentences: Sentences
) -> QuoteRow:
    speaker = report.speaker
    cue = report.cue
    return QuoteRow(
        article_id=article.article_id,
        quote=number,
        field=name,
        char_start=report.start,
        char_end=report.end,
        surface=text[report.start : report.end],
        sentence=sentences.number_at(name, report.start),
        kind=report.kind,
        speaker=speaker.surface if speaker else None,
        speaker_start=speaker.start if speaker else None,
        speaker_end=speaker.end if speaker else None,
        speaker_kind=speaker.kind if speaker else None,
        speaker_entity_id=speaker.entity_id if speaker else None,
        speaker_method=report.method if speaker else None,
        is_anonymous=bool(speaker and speaker.is_anonymous),
        anonymity_reason=report.reason if speaker and speaker.is_anonymous else None,
        verb=text[cue[0] : cue[1]] if cue and report.verb_class else None,
        verb_class=report.verb_class,
        cue=text[cue[0] : cue[1]] if cue else None,
        cue_start=cue[0] if cue else None,
        cue_end=cue[1] if cue else None,
        chain=speaker.chain if speaker else None,
        chain_is_certain=speaker.chain_is_certain if speaker else None,
    )
