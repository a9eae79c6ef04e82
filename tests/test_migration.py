"""Warehouses of every schema there was: read as they are, brought up by plan; newer refused."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake.exceptions import DeltaError

from tests.making import an_article, ask, ingest, write
from warehouse import migration, schema, store
from warehouse.catalog import open_catalog
from warehouse.definitions import written_views
from warehouse.errors import BadWarehouse, TryAgain
from warehouse.lease import writer_lease
from warehouse.location import Location, locate
from warehouse.schema import TABLES, arrow_schema

# Every column with its type and the version that brought it; a released line is never changed.
RECORD = Path(__file__).with_name("schemas.tsv")
WRITTEN = ("files", "raw", "articles", "fields", "paragraphs", "date_evidence", "groups", "links")


def recorded() -> list[dict[str, str]]:
    with RECORD.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def columns_of(version: str) -> dict[str, list[str]]:
    """The tables and columns of a schema."""
    found: dict[str, list[str]] = {}
    for row in recorded():
        if migration.numbers(row["since"]) <= migration.numbers(version):
            found.setdefault(row["table"], []).append(row["column"])
    return found


OLDER = sorted({row["since"] for row in recorded()} - {schema.SCHEMA_VERSION})


@pytest.fixture(scope="module")
def present(tmp_path_factory: pytest.TempPathFactory) -> Location:
    """A warehouse as it is written today."""
    folder = tmp_path_factory.mktemp("present")
    copy = an_article(1, url="https://example.org/1")
    ingest(folder / "corpus", write(folder / "in", a__json=an_article(1), b__json=copy))
    return locate(str(folder / "corpus"))


def as_of(version: str, present: Location, where: Path, patch: pytest.MonkeyPatch) -> Location:
    """The same rows as the copydesk of an older schema would have written them."""
    location, known = locate(str(where)), columns_of(version)

    def older_schema(table: str) -> pa.Schema:
        return pa.schema([arrow_schema(table).field(name) for name in known[table]])

    with open_catalog(present) as connection:
        chunk = {
            name: connection.sql(
                f"SELECT * EXCLUDE (run_id, commit_id) FROM {name}"
            ).to_arrow_table()
            for name in WRITTEN
            if name in known
        }
    with patch.context() as older:
        older.setattr(store, "SCHEMA_VERSION", version)
        older.setattr(store, "TABLES", {name: TABLES[name] for name in known})
        older.setattr(store, "CHUNK_TABLES", tuple(set(known) - {"commits", "runs"}))
        older.setattr(store, "arrow_schema", older_schema)
        older.setattr(
            store, "columns", lambda table: {n: schema.columns(table)[n] for n in known[table]}
        )
        store.prepare(location)
        store.Writer(location, "older").commit(chunk)
    return location


def test_the_schema_is_the_recorded_one() -> None:
    """A minor version only adds; whoever adds raises SCHEMA_VERSION and records the columns."""
    today = {
        (table, field.name): str(field.type) for table in TABLES for field in arrow_schema(table)
    }
    known = {(row["table"], row["column"]): row["type"] for row in recorded()}
    new = "".join(
        f"{schema.SCHEMA_VERSION}\t{table}\t{name}\t{today[table, name]}\n"
        for table, name in today.keys() - known.keys()
    )

    assert {key: today.get(key) for key in known} == known, "a change of meaning: a major version"
    assert not new, f"in a version above {OLDER[-1]}, to be recorded in {RECORD.name}:\n{new}"


@pytest.mark.parametrize("version", OLDER)
def test_an_older_warehouse_is_read_as_it_is_and_brought_up_by_the_next_writer(
    version: str, present: Location, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every view answers, before and after; a plan changes nothing until it is carried out."""
    older = as_of(version, present, tmp_path / "corpus", monkeypatch)
    planned = migration.plan(older)
    rows_of_every_view(older)
    assert planned is not None
    assert (planned.written, planned.wanted) == (version, schema.SCHEMA_VERSION)
    assert store.schema_version(older) == version

    with writer_lease(older):
        done = store.prepare(older)

    assert done == planned
    assert migration.plan(older) is None
    assert store.prepare(older) is None
    for name in TABLES:
        if store.has_table(older, name):
            assert described(older, name) == wanted(name)
    assert ask(older, "SELECT count(*) FROM articles") == [(2,)]


def rows_of_every_view(location: Location) -> None:
    with open_catalog(location) as connection:
        for view in (*TABLES, *(name for name, _ in written_views())):
            connection.execute(f"SELECT * FROM {view} LIMIT 3").fetchall()
        found = connection.execute("SELECT count(*), count(headline) FROM articles").fetchall()
    assert found == [(2, 2)]


def test_a_run_goes_on_from_the_oldest_warehouse(
    present: Location, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copies of old articles are known as such; the sum holds."""
    older = as_of(OLDER[0], present, tmp_path / "corpus", monkeypatch)
    copy = an_article(1, url="https://example.org/1")
    more = {"x__json": an_article(1), "y__json": copy, "c__json": an_article(2)}

    summary = ingest(older.path, write(tmp_path / "in", **more))

    assert summary.row.is_conserved
    assert summary.row.article_count == 1
    assert ask(older, "SELECT count(*) FROM articles") == [(3,)]


def described(location: Location, name: str) -> dict[str, str]:
    fields = store.open_table(location, name).schema().fields
    return {field.name: field.metadata["description"] for field in fields}


def wanted(name: str) -> dict[str, str]:
    return {field.name: field.metadata[b"description"].decode() for field in arrow_schema(name)}


def test_the_plan_says_what_it_adds_and_what_remains_to_do(
    present: Location, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line for the user, and every step in words."""
    location = as_of("1.1", present, tmp_path / "corpus", monkeypatch)
    planned = migration.plan(location)

    assert planned is not None
    assert "groups" in planned.tables
    assert "source" in planned.columns["articles"]
    assert f"schema 1.1 -> {schema.SCHEMA_VERSION}: " in str(planned)
    assert "copydesk maintain matches the articles read before" in str(planned)
    assert "\n" not in str(planned)
    assert "add table groups" in planned.steps
    assert "add to articles: source, agency, agency_source" in planned.steps


def test_a_migration_that_is_killed_is_finished_by_the_next_writer(
    present: Location, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The version is noted last; in between the warehouse is read as before."""
    location = as_of("1.0", present, tmp_path / "corpus", monkeypatch)
    create = store.create_table

    def dies_at_groups(where: Location, name: str) -> None:
        if name == "groups":
            raise DeltaError("killed")
        create(where, name)

    with monkeypatch.context() as broken:
        broken.setattr(store, "create_table", dies_at_groups)
        with pytest.raises(TryAgain, match="killed"):
            store.prepare(location)

    assert store.schema_version(location) == "1.0"
    assert ask(location, "SELECT count(*) FROM articles") == [(2,)]
    left = store.prepare(location)
    assert left is not None
    assert "groups" in left.tables
    assert "date_evidence" not in left.tables  # was made before
    assert migration.plan(location) is None


@pytest.fixture
def location(tmp_path: Path) -> Location:
    return locate(str(tmp_path / "corpus"))


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("1.99", "install the copydesk that wrote it, or a newer one"),
        ("2.0", "install the copydesk that wrote it, or a newer one"),
        ("0.9", "ingest the documents anew"),
    ],
)
def test_another_major_or_a_newer_version_is_refused(
    location: Location, monkeypatch: pytest.MonkeyPatch, written: str, remedy: str
) -> None:
    """To read and to write, by a line that names the folder, both versions and the remedy."""
    with monkeypatch.context() as other:
        other.setattr(store, "SCHEMA_VERSION", written)
        store.prepare(location)

    said = f"corpus: written with schema {written}, this copydesk knows {schema.SCHEMA_VERSION}"
    for step in (store.prepare, migration.plan, store.check_readable):
        with pytest.raises(BadWarehouse, match=f"{said}.*{remedy}"):
            step(location)


def test_a_writer_stops_when_a_newer_copydesk_has_come_in_between(
    location: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long run that gives the lease up does not write rows of the older schema among newer."""
    store.prepare(location)
    writer = store.Writer(location, "long")
    with monkeypatch.context() as newer:
        for module in (schema, store):
            newer.setattr(module, "SCHEMA_VERSION", "1.99")
        store.prepare(location)

    with pytest.raises(BadWarehouse, match=r"written with schema 1\.99"):
        writer.catch_up()


def test_a_damaged_version_is_one_line(location: Location) -> None:
    """Not a traceback."""
    store.prepare(location)
    store.open_table(location, "commits").alter.set_table_description("copydesk schema one")

    with pytest.raises(BadWarehouse, match="'one'"):
        store.prepare(location)
