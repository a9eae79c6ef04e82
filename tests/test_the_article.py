"""The annotators on the user's own article, seeds/000_1925a3406a3489e1.txt, read by eye."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tasks.annotate.enrichment import Order, enrich_articles
from tests.making import ask, ingest
from warehouse.location import locate

ARTICLE = Path(__file__).parents[1] / "seeds" / "000_1925a3406a3489e1.txt"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The article alone, annotated."""
    where = tmp_path_factory.mktemp("article") / "corpus"
    ingest(where, ARTICLE)
    enrich_articles(Order(location=locate(str(where))))
    return where


def column(corpus: Path, query: str) -> list[Any]:
    """The first column of an answer."""
    return [row[0] for row in ask(corpus, query)]


def test_three_persons_with_their_roles(corpus: Path) -> None:
    found = ask(corpus, "SELECT name, role_title, role_function FROM names WHERE kind = 'person'")
    assert sorted(found) == [
        (
            "Abu Mahdi al-Muhandis",
            None,
            "second-in-command of Iraq’s Popular Mobilization Units (PMU)",
        ),
        ("Donald Trump", "then-president", None),
        (
            "Qassem Soleimani",
            "Lieutenant General",
            "commander of the Quds Force of Iran’s Islamic Revolution Guards Corps (IRGC)",
        ),
    ]


def test_daesh_is_one_group_with_its_variant(corpus: Path) -> None:
    query = "SELECT surfaces FROM entities WHERE kind = 'group' AND contains(name, 'Daesh')"
    assert column(corpus, query) == [["Daesh", "Takfiri Daesh"]]


@pytest.mark.parametrize(
    ("acronym", "name"),
    [("IRGC", "Islamic Revolution Guards Corps"), ("PMU", "Popular Mobilization Units")],
)
def test_acronyms_are_one_with_their_long_forms(corpus: Path, acronym: str, name: str) -> None:
    query = f"SELECT name FROM entities WHERE acronym = '{acronym}'"
    assert column(corpus, query) == [name]


def test_the_places_are_found_where_they_lie(corpus: Path) -> None:
    query = "SELECT DISTINCT name, country_code FROM places WHERE latitude IS NOT NULL ORDER BY ALL"
    assert ask(corpus, query) == [
        ("Al Anbār", "IQ"),
        ("Al Asad Air Base", "IQ"),
        ("Baghdad", "IQ"),
        ("Baghdad International Airport", "IQ"),
        ("Erbil", "IQ"),
        ("Iran", "IR"),
        ("Iraq", "IQ"),
        ("Kurdistan Region", "IQ"),
        ("Syria", "SY"),
        ("United States", "US"),
        ("Washington", "US"),
    ]


def test_baghdad_and_washington_are_metonyms_where_they_act(corpus: Path) -> None:
    query = (
        "SELECT p.paragraph, is_metonym FROM places JOIN paragraphs p USING (article_id) "
        "WHERE surface IN ('Baghdad', 'Washington') AND field = 'text' AND "
        "places.char_start BETWEEN p.char_start AND p.char_end ORDER BY 1"
    )
    assert ask(corpus, query) == [(1, True), (6, False), (9, False), (12, True)]


def test_figures_are_facts(corpus: Path) -> None:
    query = (
        "SELECT comparator, value_max, modality, change, place, as_of_start::VARCHAR, told_count "
        "FROM facts WHERE place IS NOT NULL ORDER BY value_max DESC"
    )
    assert ask(corpus, query) == [
        ("about", 2500.0, "actual", None, "Iraq", "2025-01-01", 1),
        ("<", 2000.0, "planned", None, "Iraq", None, 2),
        ("=", 900.0, "actual", "additional", "Syria", "2025-01-01", 1),
    ]


def test_dates_without_an_anchor_stay_open(corpus: Path) -> None:
    query = "SELECT surface, start_date::VARCHAR, end_date::VARCHAR, reason FROM dates ORDER BY ALL"
    assert ask(corpus, query) == [
        ("January 3, 2020", "2020-01-03", "2020-01-03", None),
        ("Last year", None, None, "no anchor"),
        ("Tuesday", None, None, "no anchor"),
        ("early 2025", "2025-01-01", "2025-04-30", None),
        ("four years ago", None, None, "no anchor"),
    ]


def test_attributions_and_the_chain_of_the_official(corpus: Path) -> None:
    query = (
        "SELECT p.paragraph, chain, chain_is_certain FROM quotes q JOIN paragraphs p "
        "USING (article_id) WHERE is_anonymous AND field = 'text' AND "
        "q.char_start BETWEEN p.char_start AND p.char_end ORDER BY ALL"
    )
    assert column(corpus, "SELECT count(*) FROM attributions")[0] >= 8
    assert ask(corpus, query) == [
        (2, 1, True),
        (3, 1, True),
        (4, 1, True),
        (5, 1, True),
        (7, 2, True),  # analysts
        (11, 1, False),
    ]


def test_loaded_words_have_their_places(corpus: Path) -> None:
    query = (
        "SELECT surface FROM loaded_terms JOIN articles USING (article_id) "
        "WHERE text[char_start + 1 : char_end] = surface AND word_list = 'loaded.en'"
    )
    assert {"assassination", "iconic", "martyred"} <= set(column(corpus, query))
