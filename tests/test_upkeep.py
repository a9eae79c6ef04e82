"""Upkeep: small files become few, damage is found and mended, and no answer changes."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from flows.maintaining import maintain as command
from tasks.annotate.enrichment import Order, enrich_articles
from tasks.batch import Limits
from tasks.upkeep import maintain
from tests.children import Child
from tests.making import an_article, ask, ingest, write
from tests.upkeep_child import POINTS, main
from warehouse import store
from warehouse.catalog import open_catalog
from warehouse.checks import failed_checks
from warehouse.compaction import MOST_FILES
from warehouse.lease import writer_lease
from warehouse.live_files import live_files
from warehouse.location import Location, locate
from warehouse.schema import CHUNK_TABLES, RawRow, to_arrow
from warehouse.shingle_files import TABLE as SHINGLES
from warehouse.vacuum import vacuum
from warehouse.verify import verify

# All are tried by python -m tests.bench.kills.
TRIED = [each for each in POINTS if each[0] not in ("after swept", "after moved", "after cut log")]
COUNT = MOST_FILES + 1
DATES = [f"20{10 + number * 7 % COUNT:02d}-05-03" for number in range(COUNT)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine articles in as many commits, annotated in as many; the last has no date."""
    folder = tmp_path_factory.mktemp("made")
    articles = {
        f"a{number}__json": an_article(number, datePublished=DATES[number] if number else "")
        for number in range(COUNT)
    }
    where = folder / "corpus"
    limits = Limits(settle_seconds=0.0, batch_documents=1)
    ingest(where, write(folder / "in", **articles), chunk_documents=1, limits=limits)
    enrich(where, chunk_articles=1)
    return where


def enrich(where: Path, **changes: Any) -> None:
    order = Order(location=locate(str(where)), only=("readability",), batch_articles=1, **changes)
    enrich_articles(order)


@pytest.fixture
def corpus(made: Path, tmp_path: Path) -> Location:
    """A copy for a test that changes it."""
    for folder in (made, locate(str(made)).state):
        shutil.copytree(folder, tmp_path / folder.name)
    return locate(str(tmp_path / "corpus"))


def content(location: Location) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that readers see."""
    with open_catalog(location) as connection:
        return {
            name: connection.execute(f"FROM {name} ORDER BY ALL").fetchall()
            for name in CHUNK_TABLES
            # Merged rows of the index are stamped with the newest commit, and a sweep forgets
            # what was replaced.
            if name not in (SHINGLES, "superseded")
        }


def files_of(location: Location, name: str) -> list[Path]:
    """The live files of a table, in the order of their commits."""
    found = live_files(location, name, store.open_table(location, name))
    return [Path(file.path) for file in sorted(found, key=lambda file: file.commit_id or "")]


def test_many_small_files_become_few_and_no_row_changes(corpus: Location) -> None:
    before = content(corpus)
    assert len(files_of(corpus, "articles")) == COUNT
    done = maintain(corpus)
    assert content(corpus) == before
    assert {len(files_of(corpus, name)) for name in ("articles", "files", "readability")} == {1}
    assert {table.name for table in done.compacted} >= {"articles", "commits", "annotation_status"}
    assert done.problems == []
    with open_catalog(corpus) as connection:
        assert failed_checks(connection) == []
    again = maintain(corpus)
    assert (again.compacted, again.vacuumed and again.vacuumed.file_count) == ([], 0)


def test_articles_lie_in_the_order_of_publication(corpus: Location) -> None:
    maintain(corpus)
    (path,) = files_of(corpus, "articles")
    published = pq.read_table(path, columns=["published_at"])["published_at"].to_pylist()
    assert published[-1] is None
    assert published[:-1] == sorted(published[:-1])
    column = pq.ParquetFile(path).metadata.row_group(0).column(0)
    assert column.compression == "ZSTD"
    assert column.bloom_filter_offset  # of article_id


def test_rows_of_a_killed_run_are_swept(corpus: Location, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(corpus)
    rows = pq.read_table(files_of(corpus, "articles")[0])
    writer = store.Writer(corpus, "20261123T101500Z-killed")
    with monkeypatch.context() as patch:
        patch.setattr(store.Writer, "_acknowledge", _die)
        with pytest.raises(KeyboardInterrupt):
            writer.commit({"articles": rows.drop(["run_id", "commit_id"])})
    done = maintain(corpus)
    assert {table.name: table.dropped for table in done.compacted}["articles"] == 1
    assert sum(pq.read_metadata(path).num_rows for path in files_of(corpus, "articles")) == COUNT
    assert content(corpus) == before


def _die(*_: object) -> None:
    raise KeyboardInterrupt


def _remove(path: Path) -> None:
    path.unlink()


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def _scramble(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


@pytest.mark.parametrize(
    ("damage", "told"),
    [(_remove, "is gone"), (_cut, "its log says"), (_scramble, "cannot be read")],
)
def test_a_damaged_file_is_named_and_nothing_is_touched(
    corpus: Location, damage: Callable[[Path], None], told: str
) -> None:
    path = files_of(corpus, "articles")[0]
    damage(path)
    result = CliRunner().invoke(command, ["--verify", "-w", str(corpus)])
    assert result.exit_code == 1
    (problem,) = [problem for problem in verify(corpus) if problem.table == "articles"]
    assert told in problem.what
    assert problem.file == str(path.relative_to(corpus.path))
    assert "documents of run 20" in problem.remedy
    assert list(maintain(corpus).problems) == verify(corpus)
    assert len(files_of(corpus, "paragraphs")) == COUNT


def test_verify_finds_a_sound_corpus_sound(made: Path) -> None:
    result = CliRunner().invoke(command, ["--verify", "-w", str(made)])
    assert (result.exit_code, verify(locate(str(made)))) == (0, [])


def test_verify_counts_the_rows_of_every_commit(corpus: Location) -> None:
    (commit_id,) = ask(corpus, "SELECT commit_id FROM commits ORDER BY sequence LIMIT 1")[0]
    table = store.open_table(corpus, "paragraphs")
    table.delete(f"commit_id = '{commit_id}' AND paragraph = 1")
    moved = {"paragraphs": int(table.version())}
    store.Writer(corpus, "20261123T101500Z-x").commit({}, moved=moved)
    (problem,) = verify(corpus)
    assert f"commit {commit_id} has 1 rows less than it wrote" in problem.what

    table.delete(f"commit_id = '{commit_id}' AND paragraph = 2")
    moved = {"paragraphs": int(table.version())}
    store.Writer(corpus, "20261123T101500Z-y").commit({}, moved=moved, removed={"paragraphs": 2})
    assert verify(corpus) == []


def test_lost_annotations_are_made_again(corpus: Location) -> None:
    columns = "article_id, word_count"
    before = ask(corpus, f"SELECT {columns} FROM readability ORDER BY ALL")
    for name, lost in (("readability", 0), ("annotation_status", 3)):
        files_of(corpus, name)[lost].unlink()
    done = maintain(corpus)
    # Readability needs sentences: both were said to be done in the file of statuses that is lost.
    assert (done.problems, done.marked) == ([], 1 + 2)
    assert len(done.repaired) == 2
    assert len(ask(corpus, "FROM readability")) == COUNT - 2
    enrich(corpus.path)
    assert ask(corpus, f"SELECT {columns} FROM readability ORDER BY ALL") == before
    assert verify(corpus) == []


def test_a_lost_file_of_the_index_is_made_again(corpus: Location) -> None:
    hashes = "SELECT hash, article_number FROM shingles ORDER BY ALL"
    before = ask(corpus, hashes)
    files_of(corpus, SHINGLES)[0].unlink()
    assert maintain(corpus).problems == []
    assert ask(corpus, hashes) == before


def test_files_of_the_retention_stay_and_others_go(corpus: Location) -> None:
    maintain(corpus)
    on_disk = len(list((corpus.path / "articles").glob("*.parquet")))
    assert on_disk == COUNT + 1  # those of a moment ago, and the one they became
    before = content(corpus)
    later = datetime.now(UTC) + timedelta(days=8)
    done = vacuum(corpus, timedelta(days=7), later)
    assert done.file_count >= COUNT
    assert len(list((corpus.path / "articles").glob("*.parquet"))) == 1
    assert content(corpus) == before
    assert verify(corpus) == []


def test_a_writer_that_waits_gets_its_turn(
    corpus: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = []

    def wait(_: float) -> None:
        with writer_lease(corpus):
            taken.append(True)

    monkeypatch.setattr("tasks.upkeep.time.sleep", wait)
    maintain(corpus)
    assert len(taken) == 2


def test_a_reader_that_opened_the_catalog_before_goes_on(corpus: Location) -> None:
    ask(corpus, "FROM commits")
    query = "SELECT count(*), sum(word_count) FROM articles JOIN paragraphs USING (article_id)"
    with duckdb.connect(str(corpus.catalog), read_only=True) as reader:
        before = reader.execute(query).fetchall()
        maintain(corpus)
        assert reader.execute(query).fetchall() == before


def acknowledge_something(location: Location, number: int) -> None:
    data = f"page {number}".encode()
    row = RawRow(sha256=f"{number:064}", byte_count=len(data), media_type="text/plain", data=data)
    writer = store.Writer(location, f"20261123T1015{number:02}Z-test")
    writer.commit({"raw": to_arrow("raw", [row])})


@pytest.mark.timeout(300)
def test_killed_at_any_step_it_is_whole_again(corpus: Location, tmp_path: Path) -> None:
    """A kill at each point, each after new acknowledged work."""
    enrich(corpus.path, again=True)  # so that there is something to sweep
    before = {**content(corpus), "raw": []}
    for number, (point, count) in enumerate(TRIED):
        acknowledge_something(corpus, number)
        child = Child(tmp_path / f"said-{number}", main, str(corpus), point, str(count))
        assert child.wait() == -signal.SIGKILL, point
        assert verify(corpus) == [], point
        found = content(corpus)
        assert len(found["raw"]) == COUNT + number + 1, point
        assert {**found, "raw": []} == before, point
    maintain(corpus)
    assert {**content(corpus), "raw": []} == before
    with open_catalog(corpus) as connection:
        assert failed_checks(connection) == []
