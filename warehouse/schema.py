"""Every table and column, once: Arrow type and meaning.

The Arrow schemas, the Parquet field metadata, the comments in catalog.duckdb and the rows that the
stages pass on are all made from the classes below. A new column is one line here and its writer.

Names follow schema.org NewsArticle, ninjs and TIMEX3 where they have a word for the thing.
Suffixes say the kind: `_id _code _at (UTC) _date _count _chars _ratio (0..1) _score is_`; a guessed
value has a sibling `_method` or `_source`, a missing one a `_reason`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, get_type_hints

import pyarrow as pa

from warehouse.annotations import ANNOTATION_TABLES
from warehouse.bookkeeping import (
    ENRICH_TABLES,
    CommitRow,
    RunRow,
    SupersededRow,
    TombstoneRow,
)
from warehouse.columns import (
    AUTHORS,
    COUNT,
    COUNTS,
    DAY,
    FLAG,
    INSTANT,
    TEXT,
    Column,
    Ratio,
    few,
    key,
    ratio,
)
from warehouse.duplicates import DUPLICATE_TABLES

# Semantic: a change of meaning is a new major version, an added column or table a new minor one.
SCHEMA_VERSION = "1.4"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """The ledger: one row per raw document met, and one per container that holds documents."""

    document_id: Annotated[str, key("Hash of path and record; the same in every run.")]
    path: Annotated[str, Column(TEXT, "Path or URI; a file URI where the name is no UTF-8.")]
    record: Annotated[int | None, Column(COUNT, "1-based number inside the container, or NULL.")]
    record_id: Annotated[
        str | None, Column(TEXT, "Its name in the container: WARC-Record-ID, path in an archive.")
    ]
    target_uri: Annotated[
        str | None, Column(TEXT, "Fetched from, as the container says (WARC-Target-URI).")
    ]
    retrieved_at: Annotated[
        datetime | None, Column(INSTANT, "Fetched at, as the container says (WARC-Date).")
    ]
    file_sha256: Annotated[str | None, key("SHA-256 of the file as it lies on disk, hex.")]
    sha256: Annotated[str | None, key("SHA-256 of the document's own bytes, decompressed, hex.")]
    byte_count: Annotated[int | None, Column(COUNT, "Bytes of the document, decompressed.")]
    media_type: Annotated[str | None, few("IANA media type, from the bytes first.")]
    compression: Annotated[str | None, few("Compressions around it, outermost first.")]
    encoding: Annotated[str | None, few("Character encoding it was decoded with.")]
    encoding_method: Annotated[str | None, few("How the encoding was decided.")]
    reader: Annotated[str | None, few("Reader and version that met it.")]
    outcome: Annotated[
        str, few("article, same_bytes, same_text, rejected, left; or container (not a document).")
    ]
    article_id: Annotated[str | None, key("The article it became or is a copy of.")]
    revision_candidate_of: Annotated[
        str | None, Column(TEXT, "Article that stood at this path before, with other bytes.")
    ]
    stage: Annotated[str | None, few("Stage that rejected it or left it.")]
    reason: Annotated[str | None, few("Short stable code, stage first.")]
    detail: Annotated[str | None, Column(TEXT, "What was found, for a person.")]
    is_retryable: Annotated[bool | None, Column(FLAG, "Rejected, but tried again by each run?")]
    document_count: Annotated[int | None, Column(COUNT, "Containers: documents met in it.")]
    is_complete: Annotated[
        bool | None, Column(FLAG, "Containers: was all taken up that can be read?")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRow:
    """The raw bytes of every document, once per content."""

    sha256: Annotated[str, key("SHA-256 of the bytes, hex.")]
    byte_count: Annotated[int, Column(COUNT, "Number of bytes.")]
    media_type: Annotated[str, few("IANA media type, from the bytes first.")]
    data: Annotated[bytes, Column(pa.binary(), "The bytes as read, decompressed.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRow:
    """One article; a function of one document alone. Names follow schema.org NewsArticle."""

    article_id: Annotated[str, key("Hash of canonical URL and identity text, 32 hex digits.")]
    headline: Annotated[str | None, Column(TEXT, "Headline as printed, cleaned.")]
    text: Annotated[str, Column(TEXT, "All paragraphs in order, joined by a blank line.")]
    description: Annotated[str | None, Column(TEXT, "Summary or standfirst as given.")]
    byline: Annotated[str | None, Column(TEXT, "Byline as printed.")]
    authors: Annotated[Sequence[Mapping[str, str]], Column(AUTHORS, "Name and kind of each.")]
    publisher: Annotated[str | None, few("Publisher as given.")]
    source: Annotated[
        str | None, few("Host of the canonical URL without www., else the publisher, folded.")
    ]
    agency: Annotated[str | None, few("News agency that is credited, see tasks/credits.py.")]
    agency_source: Annotated[str | None, few("Where: byline, dateline, credit, headline.")]
    section: Annotated[str | None, few("Section as given.")]
    keywords: Annotated[Sequence[str], Column(pa.list_(TEXT), "Keywords as given.")]
    url: Annotated[str | None, Column(TEXT, "URL as given.")]
    canonical_url: Annotated[str | None, Column(TEXT, "Canonical URL, normalised.")]
    image_url: Annotated[str | None, Column(TEXT, "Lead picture as given.")]
    published_at: Annotated[datetime | None, Column(INSTANT, "Time of publication.")]
    published_date: Annotated[date | None, Column(DAY, "Its day in the zone of the document.")]
    published_precision: Annotated[str | None, few("year, month, day, minute or second.")]
    published_has_zone: Annotated[
        bool | None, Column(FLAG, "Was a time zone given? Without one the clock time is kept.")
    ]
    published_source: Annotated[str | None, few("Where the time of publication stood.")]
    published_original: Annotated[str | None, Column(TEXT, "As it was written.")]
    published_reason: Annotated[str | None, Column(TEXT, "Why published_at is NULL.")]
    published_min: Annotated[
        datetime | None, Column(INSTANT, "Not before, by the text; see date_evidence.")
    ]
    published_max: Annotated[
        datetime | None, Column(INSTANT, "Not after, by the text; see date_evidence.")
    ]
    modified_at: Annotated[datetime | None, Column(INSTANT, "Time of the last change.")]
    modified_precision: Annotated[str | None, few("As published_precision.")]
    modified_has_zone: Annotated[bool | None, Column(FLAG, "As published_has_zone.")]
    modified_original: Annotated[str | None, Column(TEXT, "As it was written.")]
    language_code: Annotated[str | None, few("BCP 47; und if undecided.")]
    language_confidence: Annotated[
        float | None, Column(pa.float64(), "Probability by langdetect; not calibrated.")
    ]
    language_method: Annotated[str | None, few("What decided the language.")]
    language_second_code: Annotated[str | None, few("Vote of py3langid.")]
    language_is_agreed: Annotated[bool | None, Column(FLAG, "Do both votes agree?")]
    language_reason: Annotated[str | None, few("Why it is NULL or und.")]
    language_declared: Annotated[str | None, few("Language that the document names.")]
    word_count: Annotated[int, Column(COUNT, "Words of text; in unspaced scripts letters.")]
    char_count: Annotated[int, Column(COUNT, "Code points of text.")]
    paragraph_count: Annotated[int, Column(COUNT, "Paragraphs of text.")]
    license: Annotated[str | None, Column(TEXT, "Licence as given (schema.org license).")]
    copyright_holder: Annotated[str | None, Column(TEXT, "Copyright holder as given.")]
    is_accessible_for_free: Annotated[bool | None, Column(FLAG, "As given.")]
    tdm_reservation: Annotated[
        bool | None, Column(FLAG, "Text and data mining reserved? (W3C TDMRep), as given.")
    ]
    tdm_policy: Annotated[str | None, Column(TEXT, "Address of the TDM policy, as given.")]
    ai_directives: Annotated[
        Sequence[str], Column(pa.list_(TEXT), "What robots are told: noai, noimageai, noarchive...")
    ]
    extractor: Annotated[str, few("What found the body, with version.")]
    extractor_agreement: Annotated[
        float | None, Column(pa.float64(), "Jaccard of two extractors' 4-gram shingles, 0..1.")
    ]
    extractors_skipped: Annotated[
        Sequence[str], Column(pa.list_(TEXT), "Extractors that failed or are missing, and why.")
    ]
    page_kind: Annotated[
        str | None, few("article, listing, multi_article or error; NULL: not a web page.")
    ]
    is_truncated: Annotated[bool, Column(FLAG, "Is a part of the article known to be missing?")]
    truncated_reasons: Annotated[
        Sequence[str], Column(pa.list_(TEXT), "Codes, see tasks/truncation.py.")
    ]
    # Quality signals, see tasks/quality.py; in brackets what the authors of the rule ask for.
    quality_mean_word_chars: Annotated[Ratio, ratio("Gopher: mean length of words (3 to 10).")]
    quality_hash_word_ratio: Annotated[Ratio, ratio("Gopher: # per word (at most 0.1).")]
    quality_ellipsis_word_ratio: Annotated[Ratio, ratio("Gopher: ellipses per word (<= 0.1).")]
    quality_alpha_word_ratio: Annotated[Ratio, ratio("Gopher: words with a letter (>= 0.8).")]
    quality_stop_word_count: Annotated[
        int | None, Column(COUNT, "Gopher: how many of its 8 English words occur (>= 2).")
    ]
    quality_bullet_line_ratio: Annotated[Ratio, ratio("Gopher: items of lists (<= 0.9).")]
    quality_ellipsis_line_ratio: Annotated[Ratio, ratio("Gopher: end in an ellipsis (<= 0.3).")]
    quality_duplicate_line_ratio: Annotated[Ratio, ratio("Gopher: stood before (<= 0.3).")]
    quality_duplicate_line_char_ratio: Annotated[
        Ratio, ratio("Characters of lines that stood before (Gopher <= 0.2, FineWeb < 0.1).")
    ]
    quality_top_2gram_char_ratio: Annotated[
        Ratio, ratio("Gopher: characters in the most frequent pair of words (<= 0.20).")
    ]
    quality_top_3gram_char_ratio: Annotated[Ratio, ratio("The same of 3 words (<= 0.18).")]
    quality_top_4gram_char_ratio: Annotated[Ratio, ratio("The same of 4 words (<= 0.16).")]
    quality_duplicate_5gram_char_ratio: Annotated[
        Ratio, ratio("Gopher: characters in 5-grams that stood before (<= 0.15).")
    ]
    quality_duplicate_6gram_char_ratio: Annotated[Ratio, ratio("Of 6 words (<= 0.14).")]
    quality_duplicate_7gram_char_ratio: Annotated[Ratio, ratio("Of 7 words (<= 0.13).")]
    quality_duplicate_8gram_char_ratio: Annotated[Ratio, ratio("Of 8 words (<= 0.12).")]
    quality_duplicate_9gram_char_ratio: Annotated[Ratio, ratio("Of 9 words (<= 0.11).")]
    quality_duplicate_10gram_char_ratio: Annotated[Ratio, ratio("Of 10 words (<= 0.10).")]
    quality_terminal_line_ratio: Annotated[
        Ratio, ratio("Lines that end as sentences do (FineWeb > 0.12; C4 keeps no others).")
    ]
    quality_short_line_ratio: Annotated[Ratio, ratio("FineWeb: <= 30 characters (< 0.67).")]
    quality_newline_word_ratio: Annotated[Ratio, ratio("FineWeb: breaks per word (<= 0.3).")]
    quality_sentence_count: Annotated[int, Column(COUNT, "C4: ends of sentences (>= 5).")]
    quality_curly_bracket_count: Annotated[int, Column(COUNT, "C4: curly brackets (0).")]
    quality_lorem_ipsum_count: Annotated[int, Column(COUNT, "C4: lorem ipsum (0).")]
    quality_javascript_line_count: Annotated[int, Column(COUNT, "C4: name JavaScript (0).")]
    quality_policy_line_count: Annotated[int, Column(COUNT, "C4: on cookies or privacy (0).")]
    quality_furniture_char_ratio: Annotated[Ratio, ratio("Text outside the article proper.")]
    removed: Annotated[Mapping[str, int], Column(COUNTS, "Cleaning rule to what it removed.")]
    extra: Annotated[str | None, Column(TEXT, "Fields no column is for, as a JSON object.")]
    text_sha256: Annotated[str, key("SHA-256 of text in UTF-8, hex.")]
    identity_sha256: Annotated[str, key("SHA-256 of the identity text: equal bodies, equal hash.")]
    sha256: Annotated[str, key("The document that gave this row, see raw and files.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """Every candidate for a field of an article, and which one was chosen."""

    article_id: Annotated[str, key("Article.")]
    field: Annotated[str, few("Name of the field.")]
    value: Annotated[str, Column(TEXT, "The value as found.")]
    source: Annotated[str, few("Where it stood.")]
    rank: Annotated[int, Column(COUNT, "1 is the most preferred.")]
    is_chosen: Annotated[bool, Column(FLAG, "Did it give the value in articles?")]
    is_agreed: Annotated[
        bool | None, Column(FLAG, "Does an independent source agree? NULL if there is none.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParagraphRow:
    """One paragraph, as a half-open range of code points of articles.text."""

    article_id: Annotated[str, key("Article.")]
    paragraph: Annotated[int, Column(COUNT, "Number, from 1.")]
    kind: Annotated[str, few("body, subhead, list_item, quote, table, caption, byline, ...")]
    char_start: Annotated[int, Column(COUNT, "First code point, from 0.")]
    char_end: Annotated[int, Column(COUNT, "One past the last code point.")]
    language_code: Annotated[str | None, few("BCP 47; NULL under 100 characters.")]
    text_sha256: Annotated[str, Column(TEXT, "SHA-256 of the paragraph in UTF-8, hex.")]
    repeat_of: Annotated[int | None, Column(COUNT, "An earlier paragraph that says the same.")]
    repeat_kind: Annotated[str | None, few("repeated (the same words) or restated.")]
    repeat_score: Annotated[Ratio, ratio("How alike, see tasks/dedup/repeats.py.")]
    repeat_figures_agree: Annotated[bool | None, Column(FLAG, "Same figures? NULL: none in both.")]
    repeat_names_agree: Annotated[bool | None, Column(FLAG, "Same names? NULL: none in both.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class DateEvidenceRow:
    """A place in an article's text that bounds when it can have been published."""

    article_id: Annotated[str, key("Article.")]
    field: Annotated[str, few("headline or text: what the offsets point into.")]
    char_start: Annotated[int, Column(COUNT, "First code point, from 0.")]
    char_end: Annotated[int, Column(COUNT, "One past the last code point.")]
    surface: Annotated[str, Column(TEXT, "The words.")]
    rule: Annotated[str, few("Which rule read them, see tasks/date_evidence.py.")]
    published_min: Annotated[datetime | None, Column(INSTANT, "Not before, by these words.")]
    published_max: Annotated[datetime | None, Column(INSTANT, "Not after, by these words.")]
    is_conflict: Annotated[bool, Column(FLAG, "Does it contradict stronger evidence or the date?")]
    reason: Annotated[str | None, Column(TEXT, "What it contradicts, for a person.")]


TABLES: dict[str, type] = {
    "files": FileRow,
    "raw": RawRow,
    "articles": ArticleRow,
    "fields": FieldRow,
    "paragraphs": ParagraphRow,
    "date_evidence": DateEvidenceRow,
    **DUPLICATE_TABLES,
    **ANNOTATION_TABLES,
    **ENRICH_TABLES,
    "superseded": SupersededRow,
    "tombstones": TombstoneRow,
    "commits": CommitRow,
    "runs": RunRow,
}

# Added by the store to every row of the tables that a chunk writes.
COMMIT_COLUMNS: dict[str, Column] = {
    "run_id": Column(TEXT, "Run that wrote the row.", few=True, key=True),
    "commit_id": Column(TEXT, "Commit that wrote the row.", few=True, key=True),
}

# Added by the frame to every row that an annotator writes.
ANNOTATION_COLUMNS: dict[str, Column] = {
    "annotator": few("Name of the annotator."),
    "annotator_version": few("Its version, see annotators."),
}

# Made when their first row is written: a warehouse that is never enriched, or from which nothing
# was ever removed, does not have them.
LATE_TABLES = frozenset((*ANNOTATION_TABLES, *ENRICH_TABLES, "tombstones"))

# Rows of these are committed together in chunks; `commits` says which chunks count.
CHUNK_TABLES = tuple(name for name in TABLES if name not in ("commits", "runs"))

# How a row `h` of a table is named as the subject of `superseded`, and under which table.
SUBJECTS: dict[str, tuple[str, str]] = {
    "files": ("files", "h.document_id"),
    "articles": ("articles", "h.article_id"),
    "fields": ("articles", "h.article_id"),
    "paragraphs": ("articles", "h.article_id"),
    "date_evidence": ("articles", "h.article_id"),
    "links": ("links", "h.link_id"),
    "groups": ("groups", "h.article_id"),
    "group_aliases": ("group_aliases", "h.group_id"),
    # All that an annotator wrote about an article in one commit is replaced together.
    **dict.fromkeys(ANNOTATION_TABLES, ("annotations", "h.annotator || '/' || h.article_id")),
}


@cache
def columns(table: str) -> dict[str, Column]:
    """Return the columns of `table` by name, in order, with those that the store adds."""
    hints = get_type_hints(TABLES[table], include_extras=True)
    own = {item.name: _column(hints[item.name]) for item in fields(TABLES[table])}
    if table == "runs":
        return own
    by = ANNOTATION_COLUMNS if table in ANNOTATION_TABLES else {}
    return {**own, **by, **COMMIT_COLUMNS}


def _column(hint: Any) -> Column:
    """The Column among the metadata of an annotated type."""
    return next(item for item in hint.__metadata__ if isinstance(item, Column))


@cache
def arrow_schema(table: str) -> pa.Schema:
    """Return the Arrow schema of `table`; each field's meaning is its Parquet metadata."""
    return pa.schema(
        [
            pa.field(name, column.type, metadata={"description": column.meaning})
            for name, column in columns(table).items()
        ]
    )


def to_arrow(table: str, rows: Sequence[Any]) -> pa.Table:
    """Return `rows` (instances of the table's class) as Arrow, without the store's columns."""
    own = [item.name for item in fields(TABLES[table])]
    known = columns(table)
    arrays = [
        pa.array([_plain(getattr(row, name)) for row in rows], known[name].type) for name in own
    ]
    return pa.table(arrays, names=own)


def _plain(value: Any) -> Any:
    """Arrow wants a map as a list of pairs."""
    return list(value.items()) if isinstance(value, Mapping) else value
