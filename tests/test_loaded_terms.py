"""Loaded and hedging words: which, where, of which list, and whether they are quoted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.annotate.loaded_terms import annotator, with_lists
from tasks.annotate.records import Article, Options, Paragraph, Subject
from tasks.annotate.wording.lists import packaged_lists, parse_list, read_lists
from tests.annotating import check_offsets, make_article
from warehouse.annotations import LoadedTermRow, QuoteRow, SentenceRow
from warehouse.errors import BadSetting

HEAD = "# name: ours\n# version: 3\n# language: en\n# source: us\n# licence: CC0-1.0\n"


def rows_of(article: Article, **given_rows: Sequence[Any]) -> Sequence[LoadedTermRow]:
    rows: Mapping[str, Sequence[Any]]
    (rows,) = annotator(Options()).annotate([Subject(article, given_rows)])
    check_offsets(article, dict(rows))
    return rows["loaded_terms"]


def found(text: str, *, kind: str = "loaded", language: str = "en") -> list[str]:
    rows = rows_of(make_article(text, language=language))
    return [row.surface for row in rows if row.word_list.startswith(kind)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They were martyred along with their comrades.", ["martyred"]),
        ("The two iconic anti-terror commanders died.", ["iconic", "anti-terror"]),
        ("the Takfiri Daesh terrorist group", ["Takfiri", "terrorist group"]),
        ("after Washington’s assassination of commanders", ["assassination"]),
        ("The regime’s troops left the West Bank.", ["regime"]),
        ("The so called experts and the so-called reform", ["so called", "so-called"]),
        ("MINISTER SLAMS CRITICS", ["SLAMS"]),
        ("a targeted\nkilling", ["targeted\nkilling"]),
        ("a targeted\n\nkilling", []),
        ("a targeted, killing", []),
        ("It would be wrong.", []),
        ("The would-be president", ["would-be"]),
        ("The teacher came home.", []),
    ],
)
def test_loaded_words_are_found_where_they_stand(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He allegedly fled.", ["allegedly"]),
        ("It may rain in May.", ["may"]),
        ("May said so in May.", []),
        (
            "Approximately 2,500 troops could not be verified.",
            ["Approximately", "could not be verified"],
        ),
        ("The crew could have left, analysts say.", ["could have", "analysts say"]),
    ],
)
def test_hedges_are_found_where_they_stand(text: str, expected: list[str]) -> None:
    assert found(text, kind="hedging") == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "de",
            "Der selbsternannte Präsident nannte sie Terroristen.",
            ["selbsternannte", "Terroristen"],
        ),
        ("fr", "La fin de l’occupation, un soi-disant succès", ["occupation", "soi-disant"]),
        ("es", "El régimen negó la masacre.", ["régimen", "masacre"]),
    ],
)
def test_other_languages_have_their_lists(language: str, text: str, expected: list[str]) -> None:
    assert found(text, language=language) == expected


def test_a_row_names_the_entry_and_the_version_of_its_list() -> None:
    (row,) = rows_of(make_article("They were martyred."))
    assert (row.term, row.word_list, row.word_list_version) == ("martyr", "loaded.en", "1")


def test_the_headline_is_told_from_the_text() -> None:
    rows = rows_of(make_article("The occupation ended.", headline="Occupation ends"))
    assert [(row.field, row.char_start) for row in rows] == [("headline", 0), ("text", 4)]


@pytest.mark.parametrize(
    "text",
    [
        "He spoke of the “regime in the east” again.",
        'He spoke of the "regime" again.',
        "He spoke of the 'regime' again.",
        "He spoke of the «regime» again.",
        "He spoke of the „regime“ again.",
    ],
)
def test_a_word_inside_marks_is_quoted(text: str) -> None:
    assert [row.is_quoted for row in rows_of(make_article(text))] == [True]


def test_a_word_between_two_quotations_is_not_quoted() -> None:
    (row,) = rows_of(make_article('He said "yes" to the regime and "no" to us; don\'t ask.'))
    assert not row.is_quoted


@pytest.mark.parametrize(("kind", "expected"), [("direct", True), ("indirect", False)])
def test_quotes_of_an_annotator_count_but_indirect_speech_does_not(
    kind: str, expected: bool
) -> None:
    names = dict.fromkeys(QuoteRow.__dataclass_fields__)
    quote = QuoteRow(**names | {"field": "text", "kind": kind, "char_start": 0, "char_end": 20})
    (row,) = rows_of(make_article("The regime must go, he said."), quotes=[quote])
    assert row.is_quoted is expected


def test_a_word_stands_in_its_sentence() -> None:
    sentences = [
        SentenceRow(
            article_id="0", sentence=n, field="text", paragraph=1, char_start=start, char_end=end
        )
        for n, start, end in ((1, 0, 8), (2, 9, 28))
    ]
    (row,) = rows_of(make_article("We left. The regime did not."), sentences=sentences)
    assert row.sentence == 2


def test_page_furniture_is_not_read() -> None:
    article = Article(
        article_id="0",
        text="terrorist",
        paragraphs=(Paragraph(1, "furniture", 0, 9),),
        language_code="en",
    )
    assert rows_of(article) == []


def test_the_lists_are_part_of_the_version() -> None:
    one = with_lists([parse_list(HEAD + "foo\n", "one")])
    two = with_lists([parse_list(HEAD + "foo|foos\n", "two")])
    assert one.model is not None
    assert two.model is not None
    assert one.model("en") != two.model("en")
    assert one.languages == {"en"}


def test_every_packaged_list_is_in_order() -> None:
    lists = packaged_lists()
    assert {each.language for each in lists} == {"en", "de", "fr", "es"}
    for each in lists:
        forms = [form.lower() for entry in each.entries for form in entry]
        assert [form for form in sorted(set(forms)) if forms.count(form) > 1] == []


def test_a_user_has_lists_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "ours.tsv").write_text(HEAD + "blue wall|blue walls\tpolice\n", "utf-8")
    made = with_lists(read_lists(tmp_path))
    (rows,) = made.annotate([Subject(make_article("Behind the Blue Walls"))])
    assert [(row.word_list, row.surface) for row in rows["loaded_terms"]] == [
        ("ours", "Blue Walls")
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [("# name: x\nfoo\n", "# version: ..."), (HEAD + "foo||bar\n", "empty form: 'foo||bar'")],
)
def test_a_list_that_is_none_is_refused(text: str, message: str) -> None:
    with pytest.raises(BadSetting, match=message.replace("|", r"\|")):
        parse_list(text, "list.tsv")


@pytest.mark.parametrize("mark", ["“", '"', "'", "«", "‘a", " 'a", "„", "a number of a "])
def test_ten_thousands_of_marks_are_read_in_a_moment(mark: str) -> None:
    rows_of(make_article(mark * 30_000))


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from("terror attack “regime” 'may' İß’-\n\u00a0\ud800")))
def test_any_text_has_rows_that_stand_where_they_say(text: str) -> None:
    rows_of(make_article(text, headline=text))
