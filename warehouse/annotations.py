"""Rows about what an article says: who, where, when, how many, who said it, and how surely.

Names follow TIMEX3 (dates), ISO 4217 and UCUM (units), ISO 3166 and WGS84 (places), schema.org
(names). Every row points into the headline or the text: `field` says into which, `char_start` and
`char_end` are code points, half-open, and `surface` is what stands there. Numbers such as `mention`
count from 1 within an article and join the tables: USING (article_id, mention). The frame adds the
name and version of the annotator to every row (ANNOTATION_COLUMNS of the schema).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

import pyarrow as pa

from warehouse.bookkeeping import AnnotationStatusRow
from warehouse.columns import (
    COUNT,
    DAY,
    FLAG,
    TEXT,
    Column,
    Ratio,
    few,
    key,
    ratio,
)

NUMBER = pa.float64()
CANDIDATES = pa.list_(
    pa.struct(
        [
            ("geonames_id", pa.int64()),
            ("name", pa.string()),
            ("feature_kind", pa.string()),
            ("country_code", pa.string()),
            ("latitude", pa.float64()),
            ("longitude", pa.float64()),
            ("score", pa.float64()),
        ]
    )
)

_FIELD = few("headline or text: what the offsets point into.")
_START = Column(COUNT, "First code point, from 0.")
_END = Column(COUNT, "One past the last code point.")
_SURFACE = Column(TEXT, "The words that stand there.")
_SENTENCE = Column(COUNT, "Its sentence, see sentences.")
_ARTICLE = key("Article.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceRow:
    """One sentence of an article, the headline's first."""

    article_id: Annotated[str, _ARTICLE]
    sentence: Annotated[int, Column(COUNT, "Number in the article, from 1.")]
    field: Annotated[str, _FIELD]
    paragraph: Annotated[int | None, Column(COUNT, "Its paragraph; NULL in the headline.")]
    char_start: Annotated[int, _START]
    char_end: Annotated[int, _END]


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionRow:
    """A place where an article names somebody or something."""

    article_id: Annotated[str, _ARTICLE]
    mention: Annotated[int, Column(COUNT, "Number in the article, from 1, in reading order.")]
    field: Annotated[str, _FIELD]
    char_start: Annotated[int, _START]
    char_end: Annotated[int, _END]
    surface: Annotated[str, _SURFACE]
    kind: Annotated[str, few("person, organisation, place, group, event, work or other.")]
    entity_id: Annotated[str, key("What it names, see entities.")]
    sentence: Annotated[int | None, _SENTENCE]
    role_title: Annotated[str | None, Column(TEXT, "Title before the name: Lieutenant General.")]
    role_function: Annotated[
        str | None, Column(TEXT, "Function beside it: commander of the Quds Force.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityRow:
    """Whom or what an article names, one row for all mentions of it in that article."""

    article_id: Annotated[str, _ARTICLE]
    entity_id: Annotated[
        str, key("Hash of kind and normalised name: equal names in two articles, equal ids.")
    ]
    name: Annotated[str, Column(TEXT, "The fullest form in the article.")]
    normalized_name: Annotated[str, key("What the id is made of.")]
    kind: Annotated[str, few("person, organisation, place, group, event, work or other.")]
    surfaces: Annotated[Sequence[str], Column(pa.list_(TEXT), "Every form, in order.")]
    acronym: Annotated[str | None, Column(TEXT, "Its acronym, where the article gives one.")]
    role_title: Annotated[str | None, Column(TEXT, "First title that a mention of it has.")]
    role_function: Annotated[str | None, Column(TEXT, "First function that a mention of it has.")]
    mention_count: Annotated[int, Column(COUNT, "Mentions of it in the article.")]
    wikidata_id: Annotated[str | None, Column(TEXT, "Only where a linker says so.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class AcronymRow:
    """An acronym that an article spells out: Popular Mobilization Units (PMU)."""

    article_id: Annotated[str, _ARTICLE]
    field: Annotated[str, _FIELD]
    char_start: Annotated[int, _START]
    char_end: Annotated[int, _END]
    surface: Annotated[str, _SURFACE]
    short: Annotated[str, Column(TEXT, "The acronym: PMU.")]
    long: Annotated[str, Column(TEXT, "What it stands for.")]
    short_start: Annotated[int, Column(COUNT, "First code point of the acronym.")]
    short_end: Annotated[int, Column(COUNT, "One past its last.")]
    long_start: Annotated[int, Column(COUNT, "First code point of the long form.")]
    long_end: Annotated[int, Column(COUNT, "One past its last.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """A place that an article names, with coordinates (WGS84) where they are known."""

    article_id: Annotated[str, _ARTICLE]
    place: Annotated[int, Column(COUNT, "Number in the article, from 1, in reading order.")]
    mention: Annotated[
        int | None, Column(COUNT, "The mention it is, see mentions; NULL: found by the gazetteer.")
    ]
    field: Annotated[str, _FIELD]
    char_start: Annotated[int, _START]
    char_end: Annotated[int, _END]
    surface: Annotated[str, _SURFACE]
    sentence: Annotated[int | None, _SENTENCE]
    name: Annotated[str | None, Column(TEXT, "Its name in the gazetteer; NULL: not in it.")]
    geonames_id: Annotated[int | None, Column(COUNT, "GeoNames id.")]
    feature_kind: Annotated[
        str | None, few("country, division, city, region, facility, water, continent...")
    ]
    country_code: Annotated[str | None, few("ISO 3166-1 alpha-2.")]
    admin1_code: Annotated[str | None, few("ISO 3166-2 of its first-order division.")]
    latitude: Annotated[float | None, Column(NUMBER, "Degrees north, WGS84.")]
    longitude: Annotated[float | None, Column(NUMBER, "Degrees east, WGS84.")]
    precision_km: Annotated[
        float | None, Column(NUMBER, "Radius of the place itself: a country's is large.")
    ]
    is_metonym: Annotated[bool, Column(FLAG, "Does the name stand for those who act there?")]
    role: Annotated[str, few("dateline, event or mentioned.")]
    candidates: Annotated[
        Sequence[Mapping[str, Any]], Column(CANDIDATES, "Every place of that name, best first.")
    ]
    reason: Annotated[
        str | None, few("What decided between candidates, or why there are no coordinates.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRow:
    """A date, time, duration or set of dates that an article names (TIMEX3)."""

    article_id: Annotated[str, _ARTICLE]
    expression: Annotated[int, Column(COUNT, "Number in the article, from 1, in reading order.")]
    field: Annotated[str, _FIELD]
    char_start: Annotated[int, _START]
    char_end: Annotated[int, _END]
    surface: Annotated[str, _SURFACE]
    sentence: Annotated[int | None, _SENTENCE]
    timex_type: Annotated[str, few("DATE, TIME, DURATION or SET.")]
    timex_value: Annotated[str, Column(TEXT, "TIMEX3 value; X stands for what is not known.")]
    timex_mod: Annotated[str | None, few("TIMEX3 mod: START, MID, END, APPROX, BEFORE, AFTER...")]
    start_date: Annotated[date | None, Column(DAY, "First day; NULL: open or not resolved.")]
    end_date: Annotated[date | None, Column(DAY, "Last day, inclusive; NULL as above.")]
    granularity: Annotated[
        str, few("time, day, week, weekend, month, quarter, season, half, year, decade, century.")
    ]
    direction: Annotated[str | None, few("past, present or future, as seen from the anchor.")]
    anchor: Annotated[
        str, few("publication, dateline, text (another expression) or none (needs no anchor).")
    ]
    anchor_date: Annotated[date | None, Column(DAY, "The day it was counted from.")]
    anchor_expression: Annotated[int | None, Column(COUNT, "Anchor text: which expression.")]
    relative_offset: Annotated[
        str | None, Column(TEXT, "Signed ISO 8601 duration from the anchor: -P4Y, -P1D, P2W.")
    ]
    is_resolved: Annotated[bool, Column(FLAG, "Are the bounds known?")]
    is_conflict: Annotated[bool, Column(FLAG, "Does other evidence of the article say otherwise?")]
    reason: Annotated[str | None, Column(TEXT, "Why it is not resolved, or what contradicts it.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantityRow:
    """A number with what it counts or measures, and how surely it is told."""

    article_id: Annotated[str, _ARTICLE]
    quantity: Annotated[int, Column(COUNT, "Number in the article, from 1, in reading order.")]
    field: Annotated[str, _FIELD]
    char_start: Annotated[int, _START]
    char_end: Annotated[int, _END]
    surface: Annotated[str, _SURFACE]
    sentence: Annotated[int | None, _SENTENCE]
    value_min: Annotated[float | None, Column(NUMBER, "Least value; NULL: open below.")]
    value_max: Annotated[float | None, Column(NUMBER, "Greatest value; NULL: open above.")]
    comparator: Annotated[str, few("=, <, <=, >, >=, about or range.")]
    unit: Annotated[
        str | None, few("ISO 4217 code, UCUM code, % or pp; for things counted their noun.")
    ]
    unit_kind: Annotated[str, few("money, percent, percentage_point, measure, count or none.")]
    object: Annotated[str | None, Column(TEXT, "What is counted or measured: US troops.")]
    object_start: Annotated[int | None, Column(COUNT, "First code point of the object.")]
    object_end: Annotated[int | None, Column(COUNT, "One past its last.")]
    change: Annotated[
        str | None, few("additional, increase, decrease, from, to: no level but a change, or NULL.")
    ]
    modality: Annotated[str, few("actual, planned, estimated or denied.")]
    as_of_start: Annotated[date | None, Column(DAY, "First day for which it is told.")]
    as_of_end: Annotated[date | None, Column(DAY, "Last day for which it is told, inclusive.")]
    as_of_expression: Annotated[int | None, Column(COUNT, "The expression in dates.")]
    place: Annotated[str | None, Column(TEXT, "Place for which it is told, as written.")]
    attribution: Annotated[str | None, Column(TEXT, "Who tells it, as written: the official.")]
    fact_key: Annotated[
        str, key("Equal for the same fact told twice: value, unit, object, place, modality.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRow:
    """What somebody is said to have said, and who: direct, partial or indirect speech."""

    article_id: Annotated[str, _ARTICLE]
    quote: Annotated[int, Column(COUNT, "Number in the article, from 1, in reading order.")]
    field: Annotated[str, _FIELD]
    char_start: Annotated[int, Column(COUNT, "First code point of what was said, without marks.")]
    char_end: Annotated[int, Column(COUNT, "One past its last, without marks.")]
    surface: Annotated[str, _SURFACE]
    sentence: Annotated[int | None, Column(COUNT, "The sentence it begins in, see sentences.")]
    kind: Annotated[
        str, few("direct, partial (words inside a reported sentence), indirect, or scare.")
    ]
    speaker: Annotated[str | None, Column(TEXT, "Who said it, as written; NULL: not known.")]
    speaker_start: Annotated[int | None, Column(COUNT, "First code point of the speaker.")]
    speaker_end: Annotated[int | None, Column(COUNT, "One past its last.")]
    speaker_kind: Annotated[
        str | None,
        few("named, organisation, official (without a name), unnamed, collective or document."),
    ]
    speaker_entity_id: Annotated[str | None, key("The speaker's entity, see entities.")]
    speaker_method: Annotated[
        str | None, few("How it was found: verb, according_to, pronoun, chain, paragraph...")
    ]
    is_anonymous: Annotated[bool, Column(FLAG, "Is it told on the word of somebody unnamed?")]
    anonymity_reason: Annotated[
        str | None, Column(TEXT, "As written: speaking on condition of anonymity.")
    ]
    verb: Annotated[str | None, Column(TEXT, "Verb of saying, as written.")]
    verb_class: Annotated[
        str | None,
        few("say, claim, deny, announce, ask, warn, admit, estimate, ... (a word list)."),
    ]
    cue: Annotated[str | None, Column(TEXT, "The words that attribute: according to.")]
    cue_start: Annotated[int | None, Column(COUNT, "First code point of the cue.")]
    cue_end: Annotated[int | None, Column(COUNT, "One past its last.")]
    chain: Annotated[
        int | None, Column(COUNT, "Equal for attributions to one and the same unnamed speaker.")
    ]
    chain_is_certain: Annotated[
        bool | None, Column(FLAG, "Is that said (the official added), or only likely?")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeywordRow:
    """A word or phrase that tells an article from others."""

    article_id: Annotated[str, _ARTICLE]
    keyword: Annotated[str, key("Folded form.")]
    kind: Annotated[str, few("declared (as given by the publisher) or distinctive.")]
    rank: Annotated[int, Column(COUNT, "1 is the most distinctive; declared ones as given.")]
    score: Annotated[float | None, Column(NUMBER, "See tasks/annotate/keywords.py.")]
    term_count: Annotated[int, Column(COUNT, "How often the article has it.")]
    corpus_article_count: Annotated[
        int | None, Column(COUNT, "Articles of its language that had it when it was scored.")
    ]
    surface: Annotated[str, Column(TEXT, "A form as written.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRow:
    """A topic by a model that the user supplies, see `copydesk train-topics`."""

    article_id: Annotated[str, _ARTICLE]
    topic: Annotated[str, few("Label of the model.")]
    score: Annotated[float | None, Column(NUMBER, "Probability by the model; not calibrated.")]
    rank: Annotated[int, Column(COUNT, "1 is the most probable.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedTermRow:
    """A loaded or hedging word of a named list."""

    article_id: Annotated[str, _ARTICLE]
    field: Annotated[str, _FIELD]
    char_start: Annotated[int, _START]
    char_end: Annotated[int, _END]
    surface: Annotated[str, _SURFACE]
    sentence: Annotated[int | None, _SENTENCE]
    term: Annotated[str, key("The entry of the list.")]
    word_list: Annotated[str, few("Name of the list.")]
    word_list_version: Annotated[str, few("Version of the list.")]
    is_quoted: Annotated[bool, Column(FLAG, "Does it stand inside quotation marks?")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadabilityRow:
    """How an article reads: counts and formulas, NULL where a language has none."""

    article_id: Annotated[str, _ARTICLE]
    sentence_count: Annotated[int, Column(COUNT, "Sentences of body paragraphs.")]
    word_count: Annotated[int, Column(COUNT, "Words of body paragraphs.")]
    letter_count: Annotated[int, Column(COUNT, "Letters of these words.")]
    syllable_count: Annotated[int | None, Column(COUNT, "Syllables, counted by rule.")]
    long_word_count: Annotated[int, Column(COUNT, "Words of more than six letters (LIX).")]
    polysyllable_count: Annotated[int | None, Column(COUNT, "Words of three syllables or more.")]
    flesch_reading_ease: Annotated[float | None, Column(NUMBER, "In the language's own formula.")]
    flesch_kincaid_grade: Annotated[float | None, Column(NUMBER, "Kincaid 1975, English.")]
    gunning_fog: Annotated[float | None, Column(NUMBER, "Gunning 1952, English.")]
    smog: Annotated[float | None, Column(NUMBER, "McLaughlin 1969, English.")]
    coleman_liau: Annotated[float | None, Column(NUMBER, "Coleman and Liau 1975, English.")]
    automated_readability: Annotated[float | None, Column(NUMBER, "Senter and Smith 1967.")]
    lix: Annotated[float | None, Column(NUMBER, "Bjornsson 1968, any spaced script.")]
    wiener_sachtextformel: Annotated[float | None, Column(NUMBER, "Bamberger 1984, German.")]
    type_token_ratio: Annotated[Ratio, ratio("Different words per word.")]
    mtld: Annotated[float | None, Column(NUMBER, "McCarthy and Jarvis 2010.")]
    hapax_ratio: Annotated[Ratio, ratio("Words that occur once, per word.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotationRow:
    """What an annotator from outside found; the value is its own."""

    article_id: Annotated[str, _ARTICLE]
    field: Annotated[str, _FIELD]
    char_start: Annotated[int, _START]
    char_end: Annotated[int, _END]
    surface: Annotated[str, _SURFACE]
    kind: Annotated[str, few("Its kind, in the annotator's own words.")]
    value: Annotated[str | None, Column(TEXT, "Its value, as text or JSON.")]


# Written by annotators; the name and version of the annotator stand in every row.
ANNOTATION_TABLES: dict[str, type] = {
    "sentences": SentenceRow,
    "mentions": MentionRow,
    "entities": EntityRow,
    "acronyms": AcronymRow,
    "places": PlaceRow,
    "dates": DateRow,
    "quantities": QuantityRow,
    "quotes": QuoteRow,
    "keywords": KeywordRow,
    "topics": TopicRow,
    "loaded_terms": LoadedTermRow,
    "readability": ReadabilityRow,
    "annotations": AnnotationRow,
    "annotation_status": AnnotationStatusRow,
}
