"""A warehouse in an object store does what one in a folder does; against a local S3 server."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from flows.cli import main as command
from tasks.annotate.enrichment import Order, enrich_articles
from tasks.export import uploading
from tasks.search.searching import hits_table
from tasks.upkeep import maintain
from tests import object_storage_child
from tests.children import Child
from tests.crash_child import CHUNK
from tests.making import a_story, an_article, ask, edited, ingest, write
from tests.s3_server import BUCKET, s3_server, send
from warehouse import compaction, object_lease, object_storage, open_corpus, store
from warehouse.catalog import open_catalog
from warehouse.checks import failed_checks
from warehouse.errors import BadSetting, BadWarehouse, TryAgain, WriterBusy
from warehouse.history import entries
from warehouse.lease import writer_lease
from warehouse.live_files import live_files
from warehouse.location import Location, locate
from warehouse.object_storage import ObjectStorage
from warehouse.schema import CHUNK_TABLES
from warehouse.verify import verify

CONTENT = "SELECT * EXCLUDE (run_id, commit_id) FROM {} ORDER BY ALL"


@pytest.fixture(scope="module", autouse=True)
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of every test here."""
    folder = tmp_path_factory.mktemp("s3")
    with s3_server(folder / "log") as found, pytest.MonkeyPatch.context() as patch:
        environment = {**found, "COPYDESK_STATE": str(folder / "state")}
        for name, value in environment.items():
            patch.setenv(name, value)
        yield environment


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two chunks of articles: a story, its copy, one revised, and one of nothing else."""
    folder = tmp_path_factory.mktemp("inbox")
    for number in range(2 * CHUNK):
        story = a_story(number // CHUNK)
        text = [story, story, edited(story, 0.03), a_story(100 + number)][number % CHUNK]
        url = f"https://example.org/{number}"
        line = an_article(number, url=url, articleBody="\n\n".join(text))
        write(folder, **{f"a{number}__json": line})
    return folder


@pytest.fixture(scope="module")
def corpus(inbox: Path, server: dict[str, str]) -> Location:
    """Ingested and annotated; for tests that only read it."""
    location = locate(f"s3://{BUCKET}/a/corpus")
    ingest(str(location), inbox)
    annotate(location)
    return location


@pytest.fixture(scope="module")
def small(server: dict[str, str]) -> Location:
    """No more than can be committed to, for tests of the lease."""
    location = locate(f"s3://{BUCKET}/small")
    store.create_table(location, "commits")
    return location


def annotate(location: Location) -> None:
    enrich_articles(Order(location=location, only=("readability",)))


def content(location: Location) -> dict[str, list[tuple[Any, ...]]]:
    with open_catalog(location) as connection:
        return {
            name: connection.execute(CONTENT.format(name)).fetchall()
            for name in CHUNK_TABLES
            if name not in ("superseded", "shingles", "annotation_status", "enrich_runs")
        }


def test_it_says_what_a_folder_says(corpus: Location, inbox: Path, tmp_path: Path) -> None:
    local = tmp_path / "corpus"
    ingest(local, inbox)
    annotate(locate(str(local)))
    assert content(corpus) == content(locate(str(local)))
    with open_corpus(str(corpus)) as connection:
        assert failed_checks(connection) == []
        assert connection.sql("SELECT count(*) FROM stories").fetchall() == ask(
            local, "SELECT count(*) FROM stories"
        )
    hits = [hits_table(where, "harbour", 5).to_pylist() for where in (corpus, locate(str(local)))]
    assert hits[0] == hits[1] != []


def test_commands_take_the_uri(corpus: Location, inbox: Path) -> None:
    for arguments in (
        ["sql", "SELECT count(*) FROM articles", "--format", "csv"],
        ["ask", "1"],
        ["status"],
        ["history"],
        ["explain", str(sorted(inbox.iterdir())[0])],
        ["maintain", "--verify"],
    ):
        result = CliRunner().invoke(command, [*arguments, "-w", str(corpus)])
        assert result.exit_code == 0, (arguments, result.output)
    assert not corpus.path.is_relative_to(Path.cwd())
    assert corpus.catalog.exists()


def test_questions_reach_nothing_else(corpus: Location, tmp_path: Path) -> None:
    ObjectStorage(f"s3://{BUCKET}/other", tmp_path).write("secret.txt", b"x")
    file = live_files(corpus, "articles", store.open_table(corpus, "articles"))[0].path
    with open_catalog(corpus) as connection:
        assert connection.execute(f"SELECT count(*) > 0 FROM '{file}'").fetchall() == [(True,)]
        for query in (
            "FROM read_text('/etc/passwd')",
            "FROM read_text('file:///etc/passwd')",
            f"FROM read_text('s3://{BUCKET}/other/secret.txt')",
            f"FROM read_text('{corpus}/../../other/secret.txt')",
            f"COPY (SELECT 1) TO '{tmp_path}/out.csv'",
            f"COPY (SELECT 1) TO 's3://{BUCKET}/other/out.csv'",
            f"COPY (SELECT 1) TO '{corpus}/out.csv'",
            f"COPY (SELECT 1) TO '{corpus.path}/out.csv'",
            f"ATTACH '{corpus}/out.duckdb'",
            "INSTALL httpfs",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(query).fetchall()
    assert "out.csv" not in corpus.storage.names()


def test_a_second_writer_is_refused_or_waits(server: dict[str, str]) -> None:
    location = locate(f"s3://{BUCKET}/leased")
    with writer_lease(location):
        with pytest.raises(WriterBusy, match=f"process {os.getpid()} on .* ends in [0-9]+ s"):
            writer_lease(location).__enter__()
        with writer_lease(location, purpose="enrich"):
            pass  # of a purpose of its own
        freed = threading.Event()
        waiting = threading.Thread(target=_take, args=(location, freed))
        waiting.start()
        assert not freed.wait(1.0)
    assert freed.wait(30.0)
    waiting.join()
    assert json.loads(location.storage.read(".writer.lock")) == {"fence": 2}


def _take(location: Location, taken: threading.Event) -> None:
    with writer_lease(location, wait_seconds=30.0):
        taken.set()


def test_the_lease_is_renewed_while_it_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_lease, "SECONDS", 1.0)
    location = locate(f"s3://{BUCKET}/renewed")
    with writer_lease(location):
        time.sleep(2.5)
        with pytest.raises(WriterBusy):
            writer_lease(location).__enter__()


def test_a_holder_that_slept_too_long_acknowledges_nothing(small: Location) -> None:
    with writer_lease(small):
        writer = store.Writer(small, "slept")
        found = json.loads(small.storage.read(".writer.lock"))
        small.storage.write(".writer.lock", json.dumps({"fence": found["fence"] + 1}).encode())
        with pytest.raises(WriterBusy, match="taken the writer's lease over"):
            writer.commit({})
    assert store.Writer(small, "next").sequence == writer.sequence
    assert json.loads(small.storage.read(".writer.lock")) == {"fence": found["fence"] + 1}


def test_of_two_that_commit_without_a_lease_the_second_fails(small: Location) -> None:
    """Conditional put keeps log entries apart, so the swap on commits holds in object stores."""
    one, other = store.Writer(small, "one"), store.Writer(small, "other")
    other.commit({})
    with pytest.raises(WriterBusy, match="another process has committed"):
        one.commit({})


@pytest.fixture(scope="module")
def killed(
    inbox: Path, server: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Location:
    """An ingest that was killed between its first and its second commit."""
    location = locate(f"s3://{BUCKET}/killed")
    said = tmp_path_factory.mktemp("killed") / "said"
    arguments = (json.dumps(server), str(location), str(inbox), "before acknowledge", "2")
    child = Child(said, object_storage_child.main, *arguments)
    assert child.wait() == -signal.SIGKILL
    (acknowledged,) = [line.removeprefix("ACK ") for line in child.lines()]
    assert ask(location, "SELECT commit_id FROM commits") == [(acknowledged,)]
    return location


def test_a_killed_ingest_goes_on_from_its_last_commit(killed: Location, inbox: Path) -> None:
    assert ask(killed, "SELECT count(*) FROM files") == [(CHUNK,)]

    summary = ingest(str(killed), inbox, wait_seconds=4 * object_storage_child.LEASE_SECONDS)

    assert (summary.row.known_count, summary.row.found_count) == (CHUNK, 2 * CHUNK)
    with open_catalog(killed) as connection:
        assert failed_checks(connection) == []
        found = connection.execute("SELECT count(*), count(DISTINCT path) FROM files").fetchall()
        assert found == [(2 * CHUNK, 2 * CHUNK)]


def test_maintain_makes_it_small_and_sound(
    killed: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also after a kill, whose rows go."""
    monkeypatch.setattr(compaction, "MOST_FILES", 2)
    location = killed
    before, first = content(location), entries(location, 9)[-1]
    assert ask_as_of(location, first.run_id) == CHUNK

    done = maintain(location, retention=timedelta(0))

    assert done.problems == []
    assert {table.name for table in done.compacted} >= {"articles", "files", "commits"}
    assert done.vacuumed is not None
    assert done.vacuumed.file_count > 4
    assert content(location) == before
    assert verify(location) == []
    with pytest.raises(BadSetting, match="can be seen as it was since"):
        ask_as_of(location, first.run_id)
    assert list(location.state.glob("unfinished/*/*")) == []

    name = live_files(location, "articles", store.open_table(location, "articles"))[0].name
    location.storage.delete(f"articles/{name}")
    (problem,) = verify(location)
    assert (problem.what, problem.file) == ("is gone", f"articles/{name}")


def ask_as_of(location: Location, asked: str, table: str = "articles") -> int:
    with open_catalog(location, asked) as connection:
        ((count,),) = connection.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(count)


def test_history_and_as_of(corpus: Location) -> None:
    enriched, ingested = entries(corpus, 9)
    assert (enriched.purpose, ingested.purpose) == ("enrich", "ingest")
    assert ask_as_of(corpus, ingested.run_id, "readability") == 0
    assert ask_as_of(corpus, datetime.now(UTC).isoformat(), "readability") == 2 * CHUNK


def test_an_export_goes_there_and_comes_from_there(corpus: Location, tmp_path: Path) -> None:
    target = locate(f"s3://{BUCKET}/exports/one")
    arguments = ["export", str(target), "-q", "-w", str(corpus)]
    assert CliRunner().invoke(command, arguments).exit_code == 0
    storage = ObjectStorage(str(target), tmp_path)
    (name,) = [name for name in storage.every_name() if name.endswith(".parquet")]
    rows = pq.read_table(BytesIO(storage.read(name)))
    assert rows.num_rows == 2 * CHUNK
    assert storage.every_name() == ["README.md", "SHA256SUMS", name, "schema.json"]

    again = CliRunner().invoke(command, arguments)
    assert (again.exit_code, "not empty" in again.output) == (2, True)
    other = CliRunner().invoke(command, [*arguments, "--overwrite", "--format", "csv"])
    assert other.exit_code == 0
    assert storage.every_name() == ["README.md", "SHA256SUMS", "articles.csv", "schema.json"]
    inside = CliRunner().invoke(command, ["export", f"{corpus}/x", "-w", str(corpus)])
    assert "inside the warehouse" in inside.output


def test_the_next_export_replaces_what_a_killed_one_left(
    corpus: Location, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = f"s3://{BUCKET}/exports/two"
    storage = ObjectStorage(target, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(ObjectStorage, "upload", _upload_then_die)
        assert CliRunner().invoke(command, ["export", target, "-w", str(corpus)]).exit_code != 0
    assert uploading.SUMS not in storage.every_name()
    assert len(storage.every_name()) > 1
    arguments = ["export", target, "--format", "jsonl", "-w", str(corpus)]
    assert CliRunner().invoke(command, arguments).exit_code == 0
    expected = ["README.md", "SHA256SUMS", "data/part-00000.jsonl.gz", "schema.json"]
    assert storage.every_name() == expected
    storage.write("notes.txt", b"mine")
    strange = CliRunner().invoke(command, [*arguments, "--overwrite"])
    assert "'notes.txt', which no export wrote" in strange.output


def _upload_then_die(storage: ObjectStorage, name: str, path: Path) -> None:
    storage.write(name, path.read_bytes())
    raise KeyboardInterrupt


def test_a_large_file_is_read_in_pieces_by_several_threads(
    server: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ranges of one file, asked for at once, do not get mixed up."""
    uri = f"s3://{BUCKET}/large"
    with closing(duckdb.connect()) as connection:
        connection.execute(
            "COPY (SELECT range AS n, hash(range)::VARCHAR AS h FROM range(300000)) "
            f"TO '{tmp_path}/large.parquet' (ROW_GROUP_SIZE 20000)"
        )
        query = "SELECT sum(n), sum(length(h)), bit_xor(hash(h)) FROM '{}/large.parquet'"
        expected = connection.execute(query.format(tmp_path)).fetchall()
        ObjectStorage(uri, tmp_path).upload("large.parquet", tmp_path / "large.parquet")
        monkeypatch.setattr(object_storage, "PIECE_BYTES", 20_000)
        connection.execute("SET threads = 8")
        from warehouse.object_reading import register

        register(connection, uri)
        assert connection.execute(query.format(uri)).fetchall() == expected


@pytest.mark.parametrize(
    ("changes", "where", "kind", "told"),
    [
        ({}, "s3://nothing-here/x", BadWarehouse, "there is no bucket 'nothing-here'"),
        ({"AWS_ACCESS_KEY_ID": ""}, f"s3://{BUCKET}/x", BadSetting, "no credentials"),
        ({"AWS_ALLOW_HTTP": ""}, f"s3://{BUCKET}/x", BadSetting, "AWS_ALLOW_HTTP=true"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, f"s3://{BUCKET}/x", TryAgain, "not answer"),
        ({}, "s3://key:a-secret@news/x", BadSetting, "credentials come from"),
        ({}, "s3://news/x?secret=a-secret", BadSetting, "credentials come from"),
        ({}, "s3://news", BadSetting, "is s3://BUCKET/PREFIX"),
        ({}, "s3://news/a b", BadSetting, "is s3://BUCKET/PREFIX"),
        ({}, "gs://news/x", BadSetting, "or s3://BUCKET/PREFIX"),
        ({}, f"s3://{BUCKET}/x", BadWarehouse, "no copydesk warehouse here"),
    ],
)
def test_trouble_is_one_clear_line(
    changes: dict[str, str],
    where: str,
    kind: type[Exception],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in changes.items():
        monkeypatch.setenv(name, value)
    begin = time.monotonic()
    with pytest.raises(kind, match=told) as caught:
        open_corpus(where)
    assert time.monotonic() - begin < 20
    assert "\n" not in str(caught.value)
    assert "a-secret" not in str(caught.value)


def test_refused_credentials_are_said_and_not_shown(server: dict[str, str]) -> None:
    send(f"{server['AWS_ENDPOINT_URL']}/moto-api/reset-auth", "POST", b"0")
    try:
        with pytest.raises(BadWarehouse, match=r"refuses the request \(\w+\)") as caught:
            open_corpus(f"s3://{BUCKET}/x")
        assert "a-key" not in str(caught.value)
    finally:
        send(f"{server['AWS_ENDPOINT_URL']}/moto-api/reset-auth", "POST", b"1000000000")


def test_credentials_are_kept_nowhere(corpus: Location) -> None:
    kept = [path for path in corpus.path.parent.rglob("*") if path.is_file()]
    assert kept
    assert [path for path in kept if b"a-secret" in path.read_bytes()] == []


def test_a_server_that_goes_away_is_said_in_one_line(
    corpus: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_storage, "RETRIES", 1)
    with open_catalog(corpus) as connection:
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        with pytest.raises(duckdb.Error, match="does not answer"):
            connection.execute("SELECT sum(length(text)) FROM articles").fetchall()


def test_a_source_there_is_refused(corpus: Location) -> None:
    arguments = ["ingest", f"s3://{BUCKET}/raw", "--no-prefect", "-w", str(corpus)]
    result = CliRunner().invoke(command, arguments)
    assert (result.exit_code, "object stores are not fetched" in result.output) == (2, True)


def test_a_local_warehouse_pays_nothing_for_it(tmp_path: Path) -> None:
    ingest(tmp_path / "corpus", write(tmp_path / "in", a__json=an_article(1)))
    code = (
        "import sys; from warehouse import open_corpus; open_corpus(sys.argv[1]); "
        "print([name for name in sys.modules if re.match('obstore|fsspec', name)])"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import re; {code}", str(tmp_path / "corpus")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert re.sub(r"\s", "", done.stdout) == "[]"


def test_an_article_is_removed_and_its_copy_stays(inbox: Path) -> None:
    """With a page of an article of its own, and one of a story that others have."""
    location = locate(f"s3://{BUCKET}/removed")
    ingest(str(location), *(inbox / f"a{number}.json" for number in (0, 1, 3)))
    urls = "SELECT url FROM articles ORDER BY url"
    remove = ["remove", "--url", "https://example.org/0", "--yes", "-w", str(location)]
    assert CliRunner().invoke(command, remove).exit_code == 0
    assert ask(location, urls) == [("https://example.org/1",), ("https://example.org/3",)]
    assert ingest(str(location), inbox / "a0.json", rehash=True).row.article_count == 0
    assert verify(location) == []
