"""Macros of the catalog: plain DuckDB calls them; terms are found as a reader would find them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.asking import annotate, rows
from tests.making import an_article, ask, ingest, sentences, write
from warehouse.definitions import CALLED_BY_OTHERS, written_macros


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two outlets print one text, the second later; one article is not dated."""
    folder = tmp_path_factory.mktemp("macros")
    surge = [*sentences(1, 5), "The surge, the surge of surges: a\n\nsurge."]
    body = "\n\n".join(surge)
    sources = write(
        folder / "in",
        first__json=an_article(1, articleBody=body, url="https://one.example/1"),
        later__json=an_article(
            1, articleBody=body, url="https://two.example/1", datePublished="2024-05-09"
        ),
        undated__json=an_article(
            2,
            headline="Surge in the north",
            url="https://three.example/2",
            datePublished=None,
        ),
        other__json=an_article(3, url="https://one.example/3", datePublished="2024-05-04"),
    )
    ingest(folder / "corpus", sources)
    return folder / "corpus"


@pytest.fixture(scope="module")
def plain(corpus: Path) -> duckdb.DuckDBPyConnection:
    """The catalog as anybody opens it."""
    ask(corpus, "SELECT 1")
    return duckdb.connect(str(corpus / "catalog.duckdb"), read_only=True)


@pytest.mark.parametrize(
    ("part", "term", "is_there"),
    [
        ("Iraq's war", "iraq", True),
        ("An Iraqi", "iraq", False),
        ("iraqiraq", "iraq", False),
        ("iraqiraq, iraq", "iraq", True),
        ("Al-Quds  said", "al-quds said", True),
        ("al\n\nquds", "al quds", True),
        ("在伊拉克的", "伊拉克", True),
        ("the Iraq战争", "iraq", True),
        ("コーヒー店", "コーヒー", True),
        ("C++11 is", "c++", True),
        ("a.b", "a.b", True),
        ("axb", "a.b", False),
        ("cafe\u0301", "cafe", False),
        ("ÉCOLE", "école", True),
        ("x_y", "x", False),
        ("anything", "  ", False),
        ("", "x", False),
    ],
)
def test_a_term_is_found_as_a_whole_word_where_the_script_has_words(
    plain: duckdb.DuckDBPyConnection, part: str, term: str, is_there: bool
) -> None:
    assert plain.execute("SELECT has_term($1, $2)", [part, term]).fetchone() == (is_there,)
    nothing = plain.execute("SELECT has_term(NULL, $1)", [term]).fetchone()
    assert nothing is not None
    assert not nothing[0]


def test_every_place_of_a_keyword_is_given_with_the_words_around_it(corpus: Path) -> None:
    """Not inside "surges"; over the break of a paragraph; in a headline as well."""
    found = rows(corpus, "FROM keyword_in_context('surge') WHERE source = 'one.example'")
    assert [row["surface"] for row in found] == ["surge", "surge", "surge"]
    for row in found:
        ((text,),) = ask(corpus, f"SELECT text FROM article('{row['article_id']}')")
        start = row["char_start"]
        assert text[start : start + 5] == "surge"
        assert row["left_context"] == text[start - 60 : start]
        assert row["right_context"] == text[start + 5 : start + 65]
    (headline,) = rows(corpus, "FROM keyword_in_context('SURGE IN') WHERE field = 'headline'")
    assert (headline["char_start"], headline["left_context"]) == (0, "")
    assert headline["published_at"] is None
    assert len(rows(corpus, "FROM keyword_in_context('a surge')")) == 2


def test_who_used_a_term_first_keeps_undated_articles_apart(corpus: Path) -> None:
    found = rows(corpus, "FROM first_seen('surge')")
    seen = [(row["source"], row["published_at"] and row["published_at"].date()) for row in found]
    assert seen == [
        ("one.example", date(2024, 5, 3)),
        ("two.example", date(2024, 5, 9)),
        ("three.example", None),
    ]
    assert [row["undated_count"] for row in found] == [0, 0, 1]
    assert found[2]["article_id"] is None


def test_an_article_is_found_by_a_start_that_no_other_has(
    corpus: Path, plain: duckdb.DuckDBPyConnection
) -> None:
    ids = [row[0] for row in ask(corpus, "SELECT article_id FROM articles")]
    for article_id in ids:
        start = next(
            article_id[:size]
            for size in range(1, 33)
            if sum(other.startswith(article_id[:size]) for other in ids) == 1
        )
        found = plain.execute(f"SELECT article_id FROM article('{start.upper()}')").fetchall()
        assert found == [(article_id,)]
    with pytest.raises(duckdb.Error, match="begin with : 4; give more"):
        plain.execute("FROM article('')").fetchall()
    assert plain.execute("FROM article('no such')").fetchall() == []


def test_what_is_like_an_article_comes_best_first(corpus: Path) -> None:
    """The reprint is an exact copy, told once, though a link and the text both say so."""
    ((first,), (copy,)) = ask(
        corpus, "SELECT article_id FROM articles WHERE text LIKE '%surge%' ORDER BY published_at"
    )
    found = rows(corpus, f"FROM similar_to('{first}')")
    assert found[0]["similar_id"] == copy
    assert [row["relation"] for row in found if row["similar_id"] == copy].count("exact") == 1
    assert found[0]["is_same_item"]
    assert rows(corpus, f"FROM similar_to('{copy}')")[0]["similar_id"] == first


def test_every_macro_says_what_it_is_for(plain: duckdb.DuckDBPyConnection) -> None:
    comments = dict(
        plain.execute(
            "SELECT DISTINCT function_name, comment FROM duckdb_functions() WHERE NOT internal"
        ).fetchall()
    )
    texts = dict(written_macros())
    assert comments.keys() == texts.keys() >= set(CALLED_BY_OTHERS)
    for name, text in texts.items():
        assert text.startswith(f"-- {comments[name]}\n"), name
        assert f"CREATE MACRO {name}(" in text


def test_folded_articles_are_one_for_each_story(corpus: Path) -> None:
    """The reprint is marked among the unfolded ones and counted with the first."""
    unfolded = rows(corpus, "FROM unfolded_articles")
    kept = {row["article_id"] for row in unfolded if row["is_kept"]}
    folded = rows(corpus, "FROM folded_articles ORDER BY article_count DESC")
    assert len(unfolded) == 4
    assert {row["article_id"] for row in folded} == kept
    assert [(row["article_count"], row["source_count"]) for row in folded] == [
        (2, 2),
        (1, 1),
        (1, 1),
    ]
    assert folded[0]["source"] == "one.example"


def test_daily_counts_tell_how_many_articles_were_read(tmp_path: Path) -> None:
    """A day with two articles, of which one was annotated."""
    folder = write(tmp_path / "in", a__json=an_article(1), b__json=an_article(2))
    ingest(tmp_path / "corpus", folder)
    ids = [row[0] for row in ask(tmp_path / "corpus", "SELECT article_id FROM articles")]
    quote: dict[str, Any] = {"article_id": ids[0], "surface": "district", "kind": "direct"}
    annotate(tmp_path / "corpus", only=ids[:1], quotes=[quote])
    (row,) = rows(tmp_path / "corpus", "FROM daily_counts")
    assert (row["article_count"], row["story_count"]) == (2, 2)
    assert (row["quote_count"], row["quote_article_count"]) == (1, 1)
    assert (row["name_count"], row["name_article_count"]) == (0, 0)


def test_a_mention_comes_with_its_sentence(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", a__json=an_article(1))
    ingest(tmp_path / "corpus", folder)
    ((article_id, text),) = ask(tmp_path / "corpus", "SELECT article_id, text FROM articles")
    entity = {"article_id": article_id, "entity_id": "e", "name": "District One", "kind": "place"}
    mention = {"surface": "district 1", "sentence": 1, "entity_id": "e", "kind": "place"}
    first = text.partition("\n\n")[0]
    annotate(
        tmp_path / "corpus",
        sentences=[{"article_id": article_id, "char_start": 0, "char_end": len(first)}],
        mentions=[{"article_id": article_id, **mention}],
        entities=[{**entity, "mention_count": 1}],
    )
    (row,) = rows(tmp_path / "corpus", "FROM mentions_in_context")
    assert (row["name"], row["sentence_text"]) == ("District One", first)
    assert row["headline"] == "News 1 from the district"
