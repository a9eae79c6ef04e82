"""From a draft to the rows of an article; a function of the one document alone."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time

from tasks.credits import credited_agency, source_of
from tasks.date_bounds import Evidence, bounds, settle
from tasks.date_evidence import find_evidence
from tasks.dates import Moment
from tasks.dedup.identity import article_id, identity_sha256, identity_text
from tasks.dedup.repeats import find_repeats
from tasks.fields import Fields, choose
from tasks.language import detect_language, paragraph_languages
from tasks.layout import assemble
from tasks.pubdate import date_candidates
from tasks.quality import BODY_KINDS, Quality, measure
from tasks.records import Draft, DraftParagraph, Language, RawDocument
from tasks.stopwatch import Stopwatch
from tasks.truncation import truncation_signs
from warehouse.errors import CannotRead
from warehouse.schema import ArticleRow, DateEvidenceRow, FieldRow, ParagraphRow

# Scripts written without blanks, where every letter counts as a word: Thai to Tibetan, Myanmar,
# Khmer, Kana, Han. (Unicode blocks.)
_UNSPACED = "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(rf"[{_UNSPACED}\U00020000-\U000323af]|[^\s{_UNSPACED}\U00020000-\U000323af]+")


@dataclass(frozen=True, slots=True)
class Built:
    """The rows that one document became."""

    article: ArticleRow
    paragraphs: tuple[ParagraphRow, ...]
    fields: tuple[FieldRow, ...]
    evidence: tuple[DateEvidenceRow, ...]


@dataclass(frozen=True, slots=True)
class _Dating:
    """What headline and text say about the day of publication, places that contradict marked."""

    headline: tuple[Evidence, ...]
    text: tuple[Evidence, ...]

    @property
    def bounds(self) -> tuple[date | None, date | None]:
        return bounds((*self.headline, *self.text))


def build(document: RawDocument, draft: Draft, watch: Stopwatch) -> Built:
    """Return the rows of the article that `draft` of `document` is.

    Raises CannotRead when its body holds no word in any script.
    """
    with watch.stage("identity"):
        body = [part.text for part in draft.paragraphs if part.kind in BODY_KINDS]
        identity = _identity(body)
    with watch.stage("fields"):
        fields = choose((*draft.candidates, *date_candidates(document, draft)))
    with watch.stage("language"):
        language = detect_language("\n\n".join(body))
        languages = paragraph_languages([part.text for part in draft.paragraphs])
    with watch.stage("evidence"):
        dating = _dating(draft, fields, language)
    with watch.stage("quality"):
        quality = measure(draft.paragraphs, language.code)
        signs = dict.fromkeys((*draft.truncated, *truncation_signs(draft.paragraphs)))
    with watch.stage("rows"):
        article = _article(document, draft, fields, language, identity, dating, quality, signs)
        paragraphs = tuple(_paragraphs(article.article_id, draft.paragraphs, languages))
        rows = (*_language_rows(article), *_field_rows(article, fields))
        evidence = tuple(_evidence_rows(article, dating))
    return Built(article, paragraphs, rows, evidence)


def _identity(body: Sequence[str]) -> str:
    text = identity_text(body)
    if not text:
        raise CannotRead("clean.no_words", f"{len(body)} body paragraphs without a letter or digit")
    return identity_sha256(text)


def count_words(text: str) -> int:
    """Return the number of words; in scripts without blanks every letter is one."""
    return len(text.split()) if text.isascii() else len(_WORD.findall(text))


def _dating(draft: Draft, fields: Fields, language: Language) -> _Dating:
    text, spans = assemble([part.text for part in draft.paragraphs])
    kinds = (part.kind for part in draft.paragraphs)
    body = [span for span, kind in zip(spans, kinds, strict=True) if kind in BODY_KINDS]
    headline = fields.headline or ""
    said = find_evidence(headline, [(0, len(headline))], language.code)
    told = find_evidence(text, body, language.code)
    settled = settle((*said, *told), fields.published)
    return _Dating(tuple(settled[: len(said)]), tuple(settled[len(said) :]))


def _article(
    document: RawDocument,
    draft: Draft,
    fields: Fields,
    language: Language,
    identity: str,
    dating: _Dating,
    quality: Quality,
    signs: Iterable[str],
) -> ArticleRow:
    text, _ = assemble([part.text for part in draft.paragraphs])
    published, modified = fields.published, fields.modified
    earliest, latest = dating.bounds
    reasons = list(signs)
    names = [author.name for author in fields.authors]
    credit = credited_agency(fields.byline, names, fields.headline, draft.paragraphs)
    return ArticleRow(
        article_id=article_id(fields.canonical_url, identity),
        headline=fields.headline,
        text=text,
        description=fields.description,
        byline=fields.byline,
        authors=[{"name": author.name, "kind": author.kind} for author in fields.authors],
        publisher=fields.publisher,
        source=source_of(fields.canonical_url, fields.publisher),
        agency=credit.agency if credit else None,
        agency_source=credit.where if credit else None,
        section=fields.section,
        keywords=list(fields.keywords),
        url=fields.url,
        canonical_url=fields.canonical_url,
        image_url=fields.image_url,
        published_at=_instant(published),
        published_date=published.day if published else None,
        published_precision=published.precision if published else None,
        published_has_zone=published.has_zone if published else None,
        published_source=fields.published_source,
        published_original=published.original if published else None,
        published_reason=fields.published_reason,
        published_min=_midnight(earliest),
        published_max=_last_moment(latest),
        modified_at=_instant(modified),
        modified_precision=modified.precision if modified else None,
        modified_has_zone=modified.has_zone if modified else None,
        modified_original=modified.original if modified else None,
        language_code=language.code,
        language_confidence=language.confidence,
        language_method=language.method,
        language_second_code=language.second_code,
        language_is_agreed=language.is_agreed,
        language_reason=language.reason,
        language_declared=fields.declared_language,
        word_count=count_words(text),
        char_count=len(text),
        paragraph_count=len(draft.paragraphs),
        license=fields.license,
        copyright_holder=fields.copyright_holder,
        is_accessible_for_free=fields.is_accessible_for_free,
        tdm_reservation=fields.tdm_reservation,
        tdm_policy=fields.tdm_policy,
        ai_directives=list(fields.ai_directives),
        extractor=draft.extractor,
        extractor_agreement=draft.agreement,
        extractors_skipped=list(draft.skipped),
        page_kind=draft.page_kind,
        is_truncated=bool(reasons),
        truncated_reasons=reasons,
        **asdict(quality),
        removed=dict(sorted(draft.removed.items())),
        extra=_json(draft.extra),
        text_sha256=hashlib.sha256(text.encode()).hexdigest(),
        identity_sha256=identity,
        sha256=document.sha256,
    )


def _instant(moment: Moment | None) -> datetime | None:
    return moment.at if moment else None


def _midnight(day: date | None) -> datetime | None:
    """Return the first moment of a day, as though its calendar were that of UTC."""
    return datetime.combine(day, time.min, UTC) if day else None


def _last_moment(day: date | None) -> datetime | None:
    return datetime.combine(day, time.max, UTC) if day else None


def _json(extra: Mapping[str, object]) -> str | None:
    """Unknown fields as JSON with sorted keys; lone surrogates, which Parquet refuses, replaced."""
    if not extra:
        return None
    text = json.dumps(extra, ensure_ascii=False, sort_keys=True, default=str)
    return text.encode("utf-8", "replace").decode()


def _paragraphs(
    article: str, parts: Sequence[DraftParagraph], languages: Sequence[Language | None]
) -> Iterator[ParagraphRow]:
    _, spans = assemble([part.text for part in parts])
    rows = zip(parts, spans, languages, find_repeats(parts), strict=True)
    for number, (part, span, language, repeat) in enumerate(rows, 1):
        yield ParagraphRow(
            article_id=article,
            paragraph=number,
            kind=part.kind,
            char_start=span[0],
            char_end=span[1],
            language_code=language.code if language else None,
            text_sha256=hashlib.sha256(part.text.encode()).hexdigest(),
            repeat_of=repeat.repeat_of if repeat else None,
            repeat_kind=repeat.kind if repeat else None,
            repeat_score=repeat.score if repeat else None,
            repeat_figures_agree=repeat.figures_agree if repeat else None,
            repeat_names_agree=repeat.names_agree if repeat else None,
        )


def _language_rows(article: ArticleRow) -> Iterator[FieldRow]:
    """The votes on the language, as candidates like any other."""
    votes = (
        (article.language_code, article.language_method, True),
        (article.language_second_code, "py3langid", False),
    )
    for rank, (code, source, is_chosen) in enumerate(votes, 1):
        if code and source:
            yield FieldRow(
                article_id=article.article_id,
                field="language",
                value=code,
                source=source,
                rank=rank,
                is_chosen=is_chosen,
                is_agreed=article.language_is_agreed,
            )


def _field_rows(article: ArticleRow, fields: Fields) -> Iterator[FieldRow]:
    for choice in fields.choices:
        yield FieldRow(
            article_id=article.article_id,
            field="language_declared" if choice.field == "language" else choice.field,
            value=choice.value,
            source=choice.source,
            rank=choice.rank,
            is_chosen=choice.is_chosen,
            is_agreed=choice.is_agreed,
        )


def _evidence_rows(article: ArticleRow, dating: _Dating) -> Iterator[DateEvidenceRow]:
    places = (
        ("headline", article.headline or "", dating.headline),
        ("text", article.text, dating.text),
    )
    for field, text, found in places:
        for each in found:
            yield DateEvidenceRow(
                article_id=article.article_id,
                field=field,
                char_start=each.start,
                char_end=each.end,
                surface=text[each.start : each.end],
                rule=each.rule,
                published_min=_midnight(each.earliest),
                published_max=_last_moment(each.latest),
                is_conflict=each.conflict is not None,
                reason=each.conflict,
            )
