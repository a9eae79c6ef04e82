"""What tables, views, macros and columns mean: in the catalog, in the files, in SCHEMA.md."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from tasks.annotate.enrichment import Order, enrich_articles
from tests.making import a_story, an_article, edited, ingest, write
from warehouse import dictionary, meanings, store
from warehouse.catalog import open_catalog
from warehouse.definitions import written_macros, written_views
from warehouse.location import Location, locate
from warehouse.schema import TABLES, columns


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Location:
    """Articles with a copy, an edited copy, a document without a date, a rejection, annotations."""
    folder = tmp_path_factory.mktemp("dictionary")
    story = a_story(1)
    spoken = 'The mayor said on Monday: "We will rebuild the bridge." It has 250 rooms.'
    told = "\n\n".join([spoken, *story])
    files = {
        "a__json": an_article(1, articleBody=told, publisher="The Echo"),
        "b__json": an_article(1, articleBody=told, url="https://example.org/1"),
        "c__json": an_article(
            2, articleBody="\n\n".join(edited(story, 0.1)), url="https://news.example/2"
        ),
        "d__txt": "A line\n\nThis one has no date and says so in twenty words that are here.",
        "e__txt": "",
    }
    ingest(folder / "corpus", write(folder / "in", **files))
    location = locate(str(folder / "corpus"))
    only = ("sentences", "dates", "quotes", "quantities")
    enrich_articles(Order(location=location, only=only))
    return location


@pytest.fixture(scope="module")
def catalog(corpus: Location) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_catalog(corpus) as connection:
        yield connection


@pytest.fixture(scope="module")
def page() -> str:
    return dictionary.page()


def names(catalog: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The columns of every view."""
    found = catalog.execute(
        "SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() "
        "WHERE database_name = 'corpus' AND schema_name = 'main' "
        "AND table_name <> 'catalog_source' GROUP BY ALL"
    )
    return dict(found.fetchall())


def test_the_page_is_what_the_code_says(page: str) -> None:
    assert dictionary.PAGE.read_text("utf-8") == page, "run: python -m warehouse.dictionary"


def test_a_stale_page_is_told_by_the_command(
    tmp_path: Path, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--check writes nothing; without it the page is written."""
    monkeypatch.setattr(dictionary, "page", lambda: page)
    monkeypatch.setattr(dictionary, "PAGE", tmp_path / "SCHEMA.md")
    with pytest.raises(SystemExit, match=r"SCHEMA.md is stale; run: python -m warehouse.dictio"):
        dictionary.main(["--check"])
    assert list(tmp_path.iterdir()) == []

    dictionary.main([])
    dictionary.main(["--check"])


def test_every_column_of_the_page_has_a_meaning(page: str) -> None:
    """Of views and macros as well: `-- column: meaning` above the statement, if nothing else."""
    assert re.findall(r"^\|.*\|\s*\|$", page, re.MULTILINE) == []


def test_every_link_of_the_page_leads_somewhere(page: str) -> None:
    headings = re.findall(r"^##+ (.+)$", page, re.MULTILINE)
    anchors = [heading.lower().replace(" ", "-") for heading in headings]

    assert set(re.findall(r"\]\(#(.+?)\)", page)) == set(anchors)
    assert [anchor for anchor, count in Counter(anchors).items() if count > 1] == []


def test_every_view_macro_and_column_of_the_catalog_is_commented(
    catalog: duckdb.DuckDBPyConnection,
) -> None:
    silent = catalog.execute(
        "SELECT table_name || '.' || column_name FROM duckdb_columns() WHERE comment IS NULL "
        "AND schema_name = 'main' AND database_name = 'corpus' AND table_name <> 'catalog_source' "
        "UNION ALL SELECT view_name FROM duckdb_views() WHERE comment IS NULL "
        "AND schema_name = 'main' AND database_name = 'corpus' AND view_name <> 'catalog_source' "
        "UNION ALL SELECT function_name FROM duckdb_functions() WHERE comment IS NULL "
        "AND database_name = 'corpus'"
    ).fetchall()

    assert silent == []


def test_a_view_declares_only_columns_that_it_has(catalog: duckdb.DuckDBPyConnection) -> None:
    known = names(catalog)
    for view, text in written_views():
        assert meanings.declared(text).keys() <= set(known[view]), view


def test_a_column_takes_no_words_from_a_table_that_its_view_does_not_read(
    catalog: duckdb.DuckDBPyConnection,
) -> None:
    """Many tables have an article_count, a kind, a rank; what they mean differs."""
    comments = dict(
        catalog.execute(
            "SELECT table_name || '.' || column_name, comment FROM duckdb_columns() "
            "WHERE database_name = 'corpus' AND schema_name = 'main'"
        ).fetchall()
    )

    assert comments["stories.article_count"] == "Articles of the group; 1: no copies."
    assert comments["attributions.kind"].startswith("direct, partial")
    assert comments["origins.media_type"] == comments["files.media_type"]


def test_where_tables_disagree_nothing_is_guessed() -> None:
    """Then the view has to say it; a declared column may be NULL if it says when."""
    head = "-- What?\n-- length: In metres;\n--   NULL: not measured.\n"
    text = f"{head}SELECT reason, length FROM links JOIN files USING (article_id)"
    texts = [("shown", text), ("taken", "-- What?\nSELECT * FROM shown")]
    found = meanings.of_columns(texts, {"shown": ["reason", "length"], "taken": ["length"]})

    assert found["shown"] == {"length": meanings.Meaning("In metres; NULL: not measured.", True)}
    assert found["taken"] == found["shown"]


def test_what_is_never_null_is_never_null(
    corpus: Location, catalog: duckdb.DuckDBPyConnection
) -> None:
    """The page promises it of tables and views; here are rows of most of them."""
    known = meanings.of_columns(tuple(written_views()), names(catalog))
    for view, found in known.items():
        never = [name for name, meaning in found.items() if not meaning.may_be_null]
        asked = ", ".join(f"count(*) - count({name}) AS {name}" for name in never)
        if never:
            result = catalog.execute(f"SELECT {asked} FROM {view}").fetchall()[0]
            assert dict(zip(never, result, strict=True)) == dict.fromkeys(never, 0), view


def test_every_file_says_what_its_columns_mean(corpus: Location) -> None:
    """In the schema of the Parquet file; what a row is stands in the metadata of the table."""
    for name in TABLES:
        if not store.has_table(corpus, name):
            continue
        table = store.open_table(corpus, name)
        wanted = {column: spec.meaning for column, spec in columns(name).items()}
        for file in table.file_uris():
            schema = pq.read_schema(file)
            told = {field.name: (field.metadata or {}).get(b"description") for field in schema}
            assert told == {column: words.encode() for column, words in wanted.items()}, name
        if name != "commits":  # where the version of the schema stands
            assert table.metadata().description == meanings.one_row(name)


def test_every_table_view_and_macro_is_on_the_page(page: str) -> None:
    headings = re.findall(r"^### (.+)$", page, re.MULTILINE)
    written = [name for name, _ in (*written_views(), *written_macros())]

    assert sorted(headings) == sorted([*TABLES, *written])
    for table in TABLES:
        section = page.split(f"\n### {table}\n")[1].split("\n### ")[0]
        shown = re.findall(r"^\| `(.+?)`", section, re.MULTILINE)
        added = [] if table == "runs" else ["run_id", "commit_id"]
        assert [*shown, *added] == list(columns(table)), table
