"""Storage: commits, the swap, schema evolution, the catalog and its traps, a full disk."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import duckdb
import pytest

from tasks.annotate.enrichment import Order as Enrich
from tasks.annotate.enrichment import enrich_articles
from tests.making import an_article, ask, ingest, write
from warehouse import schema, store
from warehouse.catalog import open_catalog
from warehouse.checks import failed_checks, statements
from warehouse.definitions import written_views
from warehouse.duplicates import LinkRow
from warehouse.errors import BadWarehouse, WriterBusy
from warehouse.lease import writer_lease
from warehouse.location import Location, locate
from warehouse.schema import Column, few, to_arrow


@pytest.fixture
def location(tmp_path: Path) -> Location:
    """A warehouse without rows."""
    location = locate(str(tmp_path / "corpus"))
    store.prepare(location)
    return location


def a_link(number: int) -> LinkRow:
    return LinkRow(link_id=f"{number}", article_a="a", article_b="b", relation="exact")


def links(location: Location) -> list[str]:
    return [row[0] for row in ask(location, "SELECT link_id FROM links ORDER BY link_id")]


def test_an_empty_warehouse_answers_with_typed_columns(location: Location) -> None:
    """No file yet, and still every view has its columns and types."""
    (row,) = ask(location, "SELECT typeof(any_value(published_at)), count(*) FROM articles")
    assert row == ("TIMESTAMP WITH TIME ZONE", 0)


def test_a_commit_is_seen_whole(location: Location) -> None:
    """Acknowledged means readable."""
    writer = store.Writer(location, "run")
    writer.commit({"links": to_arrow("links", [a_link(1), a_link(2)])})

    assert links(location) == ["1", "2"]
    assert ask(location, "SELECT sequence, row_counts['links'] FROM commits") == [(1, 2)]


def test_rows_without_their_commit_do_not_exist(
    location: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows are on the disk, the commit row is not; a later commit does not reveal them."""
    writer = store.Writer(location, "run")
    with monkeypatch.context() as broken:
        broken.setattr(store.Writer, "_acknowledge", lambda *_: (_ for _ in ()).throw(KeyError))
        with pytest.raises(KeyError):
            writer.commit({"links": to_arrow("links", [a_link(1)])})
    writer.commit({"links": to_arrow("links", [a_link(2)])})

    assert store.open_table(location, "links").version() == 2
    assert links(location) == ["2"]


def test_of_two_writers_the_second_loses(location: Location) -> None:
    """A writer that was paused while its lease went to another cannot commit."""
    paused, other = store.Writer(location, "one"), store.Writer(location, "two")
    other.commit({"links": to_arrow("links", [a_link(1)])})

    with pytest.raises(WriterBusy, match="another process has committed"):
        paused.commit({"links": to_arrow("links", [a_link(2)])})
    assert links(location) == ["1"]


def test_the_lease_is_free_again_when_its_holder_is_killed(location: Location) -> None:
    """Nothing is left behind."""
    code = (
        "import os, signal, sys; from warehouse.lease import writer_lease\n"
        "from warehouse.location import locate\n"
        "with writer_lease(locate(sys.argv[1])): os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, str(location)], check=False)

    with writer_lease(location), pytest.raises(WriterBusy, match=f"process {os.getpid()} on"):
        writer_lease(location).__enter__()


def test_an_older_warehouse_gets_new_columns_and_tables(
    location: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Old rows read as NULL, before and after the next writer has come; the version is noted."""
    store.Writer(location, "old").commit({"links": to_arrow("links", [a_link(1)])})
    _add_to_schema(monkeypatch)
    assert ask(location, "SELECT link_id, colour FROM links") == [("1", None)]
    assert ask(location, "SELECT count(*) FROM shades") == [(0,)]

    store.prepare(location)
    new = schema.TABLES["links"](**_values(a_link(2)), colour="red")
    store.Writer(location, "new").commit({"links": to_arrow("links", [new])})

    assert ask(location, "SELECT link_id, colour FROM links ORDER BY 1") == [
        ("1", None),
        ("2", "red"),
    ]
    assert store.schema_version(location) == "1.7"


def _values(row: LinkRow) -> dict[str, str]:
    return {name: getattr(row, name) for name in LinkRow.__slots__}  # type: ignore[attr-defined]


def _add_to_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """A column and a table more, as a later version would have."""

    @dataclass(frozen=True, kw_only=True)
    class Coloured(LinkRow):
        """Links."""

        colour: Annotated[str | None, few("New.")]

    @dataclass(frozen=True, kw_only=True)
    class Shade:
        """A new table."""

        name: Annotated[str, Column(schema.TEXT, "Name.")]

    monkeypatch.setitem(schema.TABLES, "links", Coloured)
    monkeypatch.setitem(schema.TABLES, "shades", Shade)
    for module in (schema, store):
        monkeypatch.setattr(module, "SCHEMA_VERSION", "1.7")
        monkeypatch.setattr(module, "CHUNK_TABLES", (*schema.CHUNK_TABLES, "shades"))
    schema.columns.cache_clear()
    schema.arrow_schema.cache_clear()


@pytest.fixture(autouse=True)
def _fresh_schema() -> object:
    """What a test puts into the schema is forgotten after it."""
    yield
    schema.columns.cache_clear()
    schema.arrow_schema.cache_clear()


def test_a_moved_warehouse_still_answers(tmp_path: Path) -> None:
    """The catalog names absolute paths, and is made anew where it finds itself elsewhere."""
    ingest(tmp_path / "old", write(tmp_path / "in", a__json=an_article(1)))
    shutil.move(tmp_path / "old", tmp_path / "new")

    assert ask(tmp_path / "new", "SELECT count(*) FROM articles") == [(1,)]


def test_plain_duckdb_opens_the_catalog(tmp_path: Path) -> None:
    """No extension, no copydesk; tables and columns say what they mean."""
    ingest(tmp_path / "corpus", write(tmp_path / "in", a__json=an_article(1)))

    with duckdb.connect(str(tmp_path / "corpus" / "catalog.duckdb"), read_only=True) as plain:
        assert plain.execute("SELECT count(*) FROM paragraphs").fetchall() == [(3,)]
        silent = plain.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE comment IS NULL AND "
            "table_name IN ('articles', 'files', 'paragraphs', 'runs', 'commits')"
        ).fetchall()
    assert silent == []


def test_readers_in_one_process_do_not_disturb_each_other(tmp_path: Path) -> None:
    """One has the catalog open while it is replaced; the next sees the new one, with settings."""
    source = write(tmp_path / "in", a__json=an_article(1))
    ingest(tmp_path / "corpus", source)
    location = locate(str(tmp_path / "corpus"))

    with open_catalog(location) as first:
        ingest(location.path, write(source, b__json=an_article(2)))
        assert ask(location, "SELECT count(*) FROM articles") == [(2,)]
        assert first.execute("SELECT count(*) FROM articles").fetchall() == [(1,)]


def test_a_damaged_or_missing_catalog_is_made_again(tmp_path: Path) -> None:
    """It is never the only copy of anything."""
    ingest(tmp_path / "corpus", write(tmp_path / "in", a__json=an_article(1)))
    catalog = tmp_path / "corpus" / "catalog.duckdb"
    for damage in (lambda: catalog.write_bytes(b"junk" * 4096), catalog.unlink):
        damage()
        assert ask(tmp_path / "corpus", "SELECT count(*) FROM articles") == [(1,)]


def test_a_warehouse_that_cannot_be_written_is_read_all_the_same(tmp_path: Path) -> None:
    ingest(tmp_path / "corpus", write(tmp_path / "in", a__json=an_article(1)))
    location = locate(str(tmp_path / "corpus"))
    schemas = location.catalog.parent / "schema"
    for folder in (schemas, location.state):
        shutil.rmtree(folder)
        folder.write_text("in the way, also of root")
    location.catalog.unlink()
    assert ask(location, "SELECT count(*) FROM articles") == [(1,)]


def test_every_written_view_says_what_it_answers() -> None:
    """The first line of each file is a comment."""
    assert [name for name, text in written_views() if not text.startswith("-- ")] == []


def test_every_data_test_can_fail(location: Location) -> None:
    """checks.sql is read whole: each statement has a name, and none finds rows here."""
    assert len(dict(statements())) == 17
    with open_catalog(location) as connection:
        assert failed_checks(connection) == []


BROKEN = {
    "conservation": "UPDATE runs SET found_count = found_count + 1",
    "counts": "DELETE FROM files WHERE outcome = 'rejected'",
    "unique articles": "INSERT INTO articles FROM articles LIMIT 1",
    "one outcome": "INSERT INTO files FROM files LIMIT 1",
    "pointers": "UPDATE files SET article_id = 'x' WHERE outcome = 'same_bytes'",
    "reasons": "UPDATE files SET detail = NULL WHERE outcome = 'rejected'",
    "offsets": "UPDATE paragraphs SET char_end = char_end + 1 WHERE paragraph = 1",
    "dates": "UPDATE articles SET published_reason = 'x'",
    "links": "UPDATE links SET article_b = 'x'",
    "grouped": "DELETE FROM groups",
    "leaders": "UPDATE groups SET group_id = 'x'",
    "aliases": "INSERT INTO group_aliases SELECT 'a', 'b', NULL, 'r', 'c' FROM range(2)",
    "annotations": "UPDATE sentences SET char_end = char_end + 1000",
    "statuses": "INSERT INTO annotation_status FROM annotation_status LIMIT 1",
    "bounds": "INSERT INTO dates BY NAME SELECT 'x' AS article_id, 'y' AS run_id, "
    "DATE '2020-01-02' AS start_date, DATE '2020-01-01' AS end_date",
    "entities": "INSERT INTO mentions BY NAME SELECT 'x' AS article_id, 'e' AS entity_id, "
    "'y' AS run_id",
    "spans": (
        "UPDATE links SET shared_spans = "
        "[{'a_start': 0, 'a_end': 1000000, 'b_start': 0, 'b_end': 10}]"
    ),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Location:
    """A warehouse with a row in most tables."""
    folder = tmp_path_factory.mktemp("whole")
    files = {"a__json": an_article(1), "b__json": an_article(1), "c__txt": ""}
    files["d__json"] = an_article(1, url="https://example.org/1")
    ingest(folder / "corpus", write(folder / "in", **files))
    enrich_articles(Enrich(location=locate(str(folder / "corpus")), only=("sentences",)))
    return locate(str(folder / "corpus"))


@pytest.mark.parametrize("name", dict(statements()))
def test_a_data_test_finds_what_it_is_for(whole: Location, name: str) -> None:
    """Damage one thing in a copy of the tables: the test for it finds rows."""
    with duckdb.connect() as copy:
        with open_catalog(whole) as connection:
            for table in (*schema.TABLES, "files_history"):
                copy.register("found", connection.sql(f"FROM {table}").to_arrow_table())
                copy.execute(f"CREATE TABLE {table} AS FROM found")
        for view, text in written_views():
            if view == "group_names":
                copy.execute(f"CREATE VIEW {view} AS {text.partition(chr(10))[2]}")
        copy.execute(BROKEN[name])
        if name == "counts":
            copy.execute("DELETE FROM files_history WHERE outcome = 'rejected'")

        assert name in [check.name for check in failed_checks(copy)]


def test_a_warehouse_may_be_named_by_a_file_uri(tmp_path: Path) -> None:
    """With percent-encoded letters, as a desktop copies it."""
    assert locate(f"file://{tmp_path}/my%20corpus").path == tmp_path / "my corpus"


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    """No table is made between somebody's files."""
    write(tmp_path / "photos", a__jpg=b"")
    with pytest.raises(BadWarehouse, match=r"holds 'a.jpg' but no copydesk warehouse"):
        store.prepare(locate(str(tmp_path / "photos")))
    assert os.listdir(tmp_path / "photos") == ["a.jpg"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Path:
    """A file system of two megabytes; skipped where it cannot be mounted."""
    target = tmp_path / "disk"
    target.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(target)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a tmpfs needs root")
    yield target
    subprocess.run(["umount", "-l", str(target)], check=True)


def test_a_full_disk_is_one_clear_line_and_loses_nothing(small_disk: Path, tmp_path: Path) -> None:
    """What was committed stays readable; with more room the next run goes on."""
    corpus, source = small_disk / "corpus", tmp_path / "in"
    ingest(corpus, write(source, a__json=an_article(1)))
    noise = {f"n{k}__json": an_article(k, notes=os.urandom(60_000).hex()) for k in range(2, 40)}
    write(source, **noise)
    command = [sys.executable, "-m", "flows.cli", "ingest", str(source), "-w", str(corpus)]

    result = subprocess.run(
        [*command, "--no-prefect", "--settle", "0"], capture_output=True, text=True, check=False
    )

    assert result.returncode == 1
    assert os.strerror(errno.ENOSPC) in result.stderr
    assert "Traceback" not in result.stderr
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    assert ask(corpus, "SELECT count(*) FROM articles") == [(1,)]
    assert ingest(corpus, source).row.known_count == 1
    assert ask(corpus, "SELECT count(*) FROM articles") == [(39,)]
