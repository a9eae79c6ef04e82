"""The corpus from Python: a read-only connection, its answers in three libraries, a notebook."""

from __future__ import annotations

from pathlib import Path

import duckdb
import nbclient
import nbformat
import pytest

from tests.making import an_article, ingest, write
from warehouse import open_corpus
from warehouse.errors import BadWarehouse

NOTEBOOK = Path(__file__).parents[1] / "examples" / "corpus.ipynb"
COUNT = "SELECT count(*)::BIGINT AS n FROM articles"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    files = {f"a{number}__json": an_article(number) for number in range(3)}
    ingest(tmp_path / "corpus", write(tmp_path / "in", **files))
    return tmp_path / "corpus"


def test_answers_come_as_arrow_pandas_and_polars(corpus: Path) -> None:
    with open_corpus(corpus) as connection:
        assert connection.sql(COUNT).to_arrow_table().to_pydict() == {"n": [3]}
        assert connection.sql(COUNT).df()["n"].tolist() == [3]
        assert connection.sql(COUNT).pl()["n"].to_list() == [3]


def test_a_table_of_the_reader_joins(corpus: Path) -> None:
    import pandas as pd

    with open_corpus(corpus) as connection:
        connection.register("mine", pd.DataFrame({"language_code": ["en"]}))
        joined = connection.sql("SELECT count(*) FROM articles JOIN mine USING (language_code)")
        assert joined.fetchall() == [(3,)]


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM articles", "COPY articles TO 'out.csv'", "SELECT * FROM '/etc/passwd'"],
)
def test_nothing_can_be_changed_or_read_beside_it(corpus: Path, statement: str) -> None:
    with open_corpus(corpus) as connection, pytest.raises(duckdb.Error):
        connection.sql(statement).fetchall()


def test_it_goes_on_showing_what_it_showed_when_it_was_opened(corpus: Path, tmp_path: Path) -> None:
    with open_corpus(corpus) as connection:
        ingest(corpus, write(tmp_path / "more", z__json=an_article(9)))
        assert connection.sql(COUNT).fetchall() == [(3,)]
    with open_corpus(corpus) as connection:
        assert connection.sql(COUNT).fetchall() == [(4,)]


def test_the_environment_names_the_warehouse(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYDESK_WAREHOUSE", str(corpus))
    with open_corpus() as connection:
        assert connection.sql(COUNT).fetchall() == [(3,)]


def test_a_folder_without_a_corpus_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadWarehouse, match="copydesk ingest"):
        open_corpus(tmp_path)


def test_the_example_notebook_runs(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPYDESK_WAREHOUSE", str(corpus))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    last = notebook.cells[-2].outputs[0].data["text/plain"]
    assert "article_count" in last
