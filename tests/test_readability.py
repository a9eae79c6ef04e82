"""Readability: counts, formulas where a language has one, and nothing where it has none."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.annotate.readability import annotator
from tasks.annotate.records import TEXT, Article, Options, Paragraph, Subject
from tasks.annotate.wording.lexical import mtld
from tasks.annotate.wording.syllables import count_syllables
from tests.annotating import make_article
from warehouse.annotations import ReadabilityRow, SentenceRow

FORMULAS = (
    *("flesch_reading_ease", "flesch_kincaid_grade", "gunning_fog", "smog", "coleman_liau"),
    *("automated_readability", "lix", "wiener_sachtextformel", "mtld"),
)
PLAIN = "The cat sat on the mat. "  # 6 words, 17 letters, 6 syllables


def sentences_of(article: Article) -> list[SentenceRow]:
    """A sentence ends at a full stop."""
    rows = []
    for part in article.paragraphs:
        start = part.start
        for piece in article.text[part.start : part.end].split(". "):
            place = {"char_start": start, "char_end": min(part.end, start + len(piece) + 2)}
            start += len(piece) + 2
            if piece.strip():
                rows.append(
                    SentenceRow(
                        article_id=article.article_id,
                        sentence=len(rows) + 1,
                        field=TEXT,
                        paragraph=part.number,
                        **place,
                    )
                )
    return rows


def read(article: Article) -> ReadabilityRow:
    given_rows = {"sentences": sentences_of(article)}
    (row,) = annotator(Options()).annotate([Subject(article, given_rows)])[0]["readability"]
    assert isinstance(row, ReadabilityRow)
    return row


def test_the_formulas_are_those_of_their_authors() -> None:
    row = read(make_article(PLAIN * 30))
    assert (row.sentence_count, row.word_count, row.letter_count) == (30, 180, 510)
    assert row.flesch_reading_ease == pytest.approx(206.835 - 1.015 * 6 - 84.6, abs=1e-4)
    assert row.flesch_kincaid_grade == pytest.approx(0.39 * 6 + 11.8 - 15.59, abs=1e-4)
    assert row.gunning_fog == pytest.approx(2.4)
    assert row.smog == pytest.approx(3.1291)
    assert row.coleman_liau == pytest.approx(5.88 * 17 / 6 - 29.6 / 6 - 15.8, abs=1e-4)
    assert row.automated_readability == pytest.approx(4.71 * 17 / 6 + 3 - 21.43, abs=1e-4)
    assert row.lix == 6
    assert row.type_token_ratio == pytest.approx(5 / 180, abs=1e-4)


def test_smog_waits_for_thirty_sentences() -> None:
    assert read(make_article(PLAIN * 29)).smog is None


def test_a_text_below_a_hundred_words_has_counts_and_no_formula() -> None:
    row = read(make_article(PLAIN * 3))
    assert (row.word_count, row.syllable_count) == (18, 18)
    assert [name for name in FORMULAS if getattr(row, name) is not None] == []


@pytest.mark.parametrize(
    ("language", "sentence", "expected"),
    [
        ("de", "Der Hund lief in den Wald. ", {"flesch_reading_ease", "wiener_sachtextformel"}),
        ("es", "El perro fue a la casa. ", {"flesch_reading_ease"}),
        ("fr", "Le chien court dans le bois. ", {"flesch_reading_ease"}),
        ("sv", "Hunden sprang in i en skog. ", set()),
        (None, "Hunden sprang in i en skog. ", set()),
    ],
)
def test_a_language_has_its_own_formulas(
    language: str | None, sentence: str, expected: set[str]
) -> None:
    row = read(make_article(sentence * 40, language=language))
    found = {name for name in FORMULAS if getattr(row, name) is not None}
    assert found == {"lix", "mtld", *expected}


def test_amstad_counts_german_syllables() -> None:
    row = read(make_article("Der Hund lief in den Wald. " * 40, language="de"))
    assert row.flesch_reading_ease == pytest.approx(180 - 6 - 58.5)


def test_chinese_has_letters_for_words_and_no_measures() -> None:
    row = read(make_article("记者从交通运输部获悉。" * 20, language="zh"))
    assert row.word_count == row.letter_count == 200
    assert row.lix is row.type_token_ratio is row.syllable_count is None


def test_only_the_body_is_read() -> None:
    text = "The cat sat.\n\nPhoto: Reuters"
    parts = (Paragraph(1, "body", 0, 12), Paragraph(2, "caption", 14, 28))
    assert read(Article(article_id="0", text=text, paragraphs=parts)).word_count == 3


def test_figures_are_no_words_and_a_hyphen_joins_one() -> None:
    assert read(make_article("In 2003 the so-called F-16 cost 1,200.")).word_count == 5


def test_names_and_past_forms_are_not_hard_to_gunning() -> None:
    easy = read(make_article("We met Alexander and created it. " * 20))
    hard = read(make_article("We met physicians and admired it. " * 20))
    assert (easy.gunning_fog, hard.gunning_fog) == (2.4, pytest.approx(2.4 + 40 / 6, abs=1e-3))


def test_without_sentences_words_are_counted_and_nothing_per_sentence() -> None:
    article = make_article(PLAIN * 30)
    (row,) = annotator(Options()).annotate([Subject(article)])[0]["readability"]
    assert (row.sentence_count, row.word_count, row.lix) == (0, 180, None)
    assert row.mtld is not None


def test_a_text_without_body_has_no_row() -> None:
    assert annotator(Options()).annotate([Subject(make_article(""))]) == [{}]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "state:1 table:2 nation:2 being:2 media:3 society:4 homeland:2 asked:1 wanted:2"),
        ("en", "create:2 treated:2 business:2 area:3 terrorism:4 league:1 couldn't:2 united:3"),
        ("de", "regierung:3 bundeskanzlerin:5 spanien:3 viel:1 neue:2 polizei:3"),
        ("es", "ciudad:2 muy:1 país:2 gobierno:3 que:1 mayo:2 río:2 uruguay:3"),
        ("fr", "nation:2 famille:2 france:1 politique:3 gouvernement:4 pays:2 idée:2 eau:1 oui:1"),
        ("it", "guerra:2 italia:3 governo:3 chiesa:2 città:2"),
        ("nl", "nieuw:1 regering:3 minister:3"),
        ("ru", "правительство:4 мир:1"),
        ("tr", "hükümet:3"),
    ],
)
def test_syllables_are_counted_as_spoken(language: str, said: str) -> None:
    expected = {word: int(count) for word, _, count in (x.partition(":") for x in said.split())}
    assert count_syllables(expected, language) == expected


def test_mtld_is_none_without_repetition_and_falls_with_it() -> None:
    assert mtld(["one", "two", "three"]) is None
    varied = mtld([*"abcdefghabcdefgh"])
    dull = mtld([*"abababababababab"])
    assert varied is not None
    assert dull is not None
    assert dull < varied


@pytest.mark.parametrize(
    "text", ["a" * 300_000, "a-" * 100_000, "a " * 100_000, "“" * 100_000, "\ud800\0 x" * 9_999]
)
def test_hostile_texts_are_measured(text: str) -> None:
    annotator(Options()).annotate([Subject(make_article(text))])


@settings(max_examples=60, deadline=None)
@given(st.text(), st.sampled_from(["en", "de", "fr", "zh", "ar", None]))
def test_any_text_has_possible_counts(text: str, language: str | None) -> None:
    article = make_article(text, language=language)
    for row in annotator(Options()).annotate([Subject(article)])[0].get("readability", ()):
        counts = [getattr(row, item.name) for item in fields(row) if "_count" in item.name]
        assert all(count is None or 0 <= count <= 4 * len(text) for count in counts)
        assert row.hapax_ratio is None or 0 <= row.hapax_ratio <= 1
