"""Keywords: declared and distinctive ones, and the counts of terms that they are told by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.annotate.keywords import annotator, document_terms
from tasks.annotate.records import Article, Options, Subject
from tests.annotating import make_article
from warehouse import store
from warehouse.annotations import KeywordRow
from warehouse.bookkeeping import TermCountRow
from warehouse.location import Location, locate
from warehouse.schema import to_arrow
from warehouse.term_counts import TermCounts

STORY = (
    "The ferry to Skye was late. The ferry company said the old ferry needs repairs.\n\n"
    "Repairs at Skye will take the company a week."
)
OTHERS = [
    "The company said profits rose. Another company fell.",
    "The council said the company may close.",
    "Company news: the company said it will hire.",
]


def keywords(
    article: Article, others: Sequence[Article] = (), folder: str = ""
) -> list[KeywordRow]:
    subjects = [Subject(article), *map(Subject, others)]
    rows = annotator(Options(state_folder=folder)).annotate(subjects)[0]["keywords"]
    return list(rows)


def english(*texts: str) -> list[Article]:
    return [make_article(text) for text in texts]


def names(rows: Sequence[KeywordRow], kind: str = "distinctive") -> list[str]:
    return [row.keyword for row in rows if row.kind == kind]


@pytest.fixture
def location(tmp_path: Path) -> Location:
    return locate(str(tmp_path / "corpus"))


def fill(location: Location, counts: dict[str, int], language: str = "en") -> None:
    """Commit counts, and take them into the index."""
    store.prepare(location)
    rows = [
        TermCountRow(language_code=language, term=term, article_count=count)
        for term, count in counts.items()
    ]
    run_id = f"run-{len(store.open_table(location, 'commits').file_uris())}"
    store.Writer(location, run_id).commit({"term_counts": to_arrow("term_counts", rows)})
    with closing(TermCounts(location)) as index:
        index.catch_up()


def test_what_others_have_too_ranks_below_what_they_lack() -> None:
    ranked = names(keywords(make_article(STORY), english(*OTHERS)))
    assert ranked[0] == "ferry"
    assert ranked.index("skye") < ranked.index("company")


def test_a_word_that_stands_once_is_no_keyword_but_in_the_headline() -> None:
    rows = keywords(make_article(STORY, headline="Week of repairs"))
    assert "late" not in names(rows)
    assert {"repairs"} <= set(names(rows))


def test_a_repeated_phrase_stands_for_its_words() -> None:
    text = "The prime minister met the prime minister of Iraq. The prime minister left."
    rows = keywords(make_article(text))
    assert [(row.keyword, row.term_count) for row in rows] == [("prime minister", 3)]
    assert rows[0].corpus_article_count is None


def test_a_sign_between_words_parts_a_phrase() -> None:
    assert "health care" not in names(keywords(make_article("Health, care. Health, care.")))


def test_capitals_tell_the_country_from_the_pronoun() -> None:
    (row,) = keywords(make_article("The US told us that the US would help us."))
    assert (row.keyword, row.surface, row.term_count) == ("us", "US", 2)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Iraq’s army and Iraq's police", "iraq"),
        ("fr", "L’Irak et l’armée d’Irak", "irak"),
        ("de", "Die Fähre und die alte Fähre", "fähre"),
        ("ar", "قال الجيش إن الجيش سيغادر", "الجيش"),
        ("zh", "叙利亚反对派称，叙利亚空军基地已被占领。", "叙利亚"),
    ],
)
def test_words_are_counted_without_what_sticks_to_them(
    language: str, text: str, expected: str
) -> None:
    assert names(keywords(make_article(text, language=language)))[0] == expected


def test_a_language_without_stop_words_waits_for_a_corpus(location: Location) -> None:
    article = make_article("Feribot och feribot och och", language="sv")
    assert keywords(article) == []
    fill(location, {"": 100, "och": 100}, "sv")
    ranked = names(keywords(article, folder=str(location.state)))
    assert ranked[0] == "feribot"


def test_a_script_that_cannot_be_cut_has_no_keywords() -> None:
    assert keywords(make_article("นายกรัฐมนตรีกล่าว " * 5, language="th")) == []


def test_declared_keywords_stay_as_given_and_are_counted() -> None:
    article = make_article(STORY, keywords=("Ferry", "  Isle of  Skye", "ferry", "Skye"))
    rows = [row for row in keywords(article) if row.kind == "declared"]
    assert [(row.rank, row.keyword, row.term_count, row.score) for row in rows] == [
        (1, "ferry", 3, None),
        (2, "isle of skye", 0, None),
        (3, "skye", 2, None),
    ]
    assert rows[1].surface == "  Isle of  Skye"


def test_the_corpus_and_the_batch_count_together(location: Location) -> None:
    fill(location, {"": 1000, "company": 900, "ferry": 4})
    rows = keywords(make_article(STORY), english(*OTHERS), str(location.state))
    counts = {row.keyword: row.corpus_article_count for row in rows}
    assert (counts["ferry"], counts["company"]) == (5, 904)


def test_the_order_of_a_batch_changes_nothing() -> None:
    articles = english(STORY, *OTHERS)
    forward = annotator(Options()).annotate(list(map(Subject, articles)))
    backward = annotator(Options()).annotate(list(map(Subject, articles[::-1])))
    assert forward == backward[::-1]


def test_the_terms_of_a_document_are_its_content_words() -> None:
    article = make_article("The ferry left Skye in 2003, he said.", headline="Iraq's ferry")
    assert document_terms(article) == {"ferry", "left", "skye", "iraq"}


def test_the_index_adds_up_and_takes_terms_by_language(location: Location) -> None:
    fill(location, {"": 2, "ferry": 1})
    fill(location, {"ferry": 3})
    index = TermCounts(location)
    assert index.counts("en", ["ferry", "tunnel", ""]) == {"ferry": 4, "": 2}
    assert (index.article_count("en"), index.article_count("de")) == (2, 0)


def test_an_index_that_is_lost_is_made_again_from_the_table(location: Location) -> None:
    store.prepare(location)
    writer = store.Writer(location, "run")
    for count in (2, 3):
        rows = [TermCountRow(language_code="en", term="ferry", article_count=count)]
        writer.commit({"term_counts": to_arrow("term_counts", rows)})
    index = TermCounts(location)
    assert (index.catch_up(), index.catch_up()) == (1, 0)  # one row: the sum of both commits
    assert index.counts("en", ["ferry"]) == {"ferry": 5}


def test_the_index_answers_for_any_number_of_terms(location: Location) -> None:
    terms = [f"term{n}" for n in range(2_500)]
    fill(location, dict.fromkeys(terms, 1))
    assert TermCounts(location).counts("en", terms) == dict.fromkeys(terms, 1)


@pytest.mark.parametrize("text", ["x" * 200_000, "ab " * 60_000, "国" * 60_000, "'" * 100_000])
def test_hostile_texts_have_few_keywords(text: str) -> None:
    assert len(keywords(make_article(text))) <= 15


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet="ab 国家ß'’-İ.\n\ud800é") | st.text(), st.sampled_from(["en", "fr", "zh"]))
def test_any_text_has_keywords_that_stand_in_it(text: str, language: str) -> None:
    article = make_article(text, headline=text[:20], language=language)
    rows = keywords(article)
    assert Counter(row.rank for row in rows) == Counter(range(1, len(rows) + 1))
    assert all(row.surface in text or row.surface in text[:20] for row in rows)
