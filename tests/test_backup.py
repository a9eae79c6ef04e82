"""A warehouse is copied while an ingest writes to it, and every copy is a whole warehouse."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.making import an_article, ingest
from warehouse.definitions import define_tables
from warehouse.history import moment
from warehouse.location import locate
from warehouse.verify import verify

BACKUP = Path(__file__).parents[1] / "examples" / "backup.sh"
SUMS = """
SELECT (SELECT count(*) FROM articles), (SELECT sum(word_count) FROM articles),
    (SELECT count(*) FROM files), (SELECT sum(char_end) FROM paragraphs),
    (SELECT count(*) FROM groups), (SELECT count(*) FROM raw)
"""
TABLES = ("articles", "files", "paragraphs", "groups", "raw")
NEWEST = "SELECT sequence, committed_at FROM commits ORDER BY sequence DESC LIMIT 1"
COMMITS, COPIES = 8, 5


def back_up(warehouse: Path, copy: Path, *options: str) -> Path:
    subprocess.run(["sh", BACKUP, warehouse, copy, *options], check=True)
    return copy


def sums(warehouse: Path, at: datetime | None = None) -> list[tuple[Any, ...]]:
    """Of now, or of another time; without a catalog, which would cost more than the answer."""
    location = locate(str(warehouse))
    with duckdb.connect() as connection:
        define_tables(
            connection, location, TABLES, moment(location, at.isoformat()) if at else None
        )
        return connection.execute(SUMS).fetchall()


def newest(warehouse: Path) -> tuple[int, datetime]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        define_tables(connection, locate(str(warehouse)), ("commits",))
        ((sequence, at),) = connection.execute(NEWEST).fetchall()
    return sequence, at


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse `corpus` that one process filled, and copies of it made meanwhile."""
    folder = tmp_path_factory.mktemp("backup")
    (folder / "in").mkdir()
    for number in range(2 * COMMITS):
        (folder / "in" / f"{number:03}.json").write_text(an_article(number))
    ingest(folder / "corpus", folder / "in", include=("000.json",))  # a warehouse to be copied
    command = [sys.executable, "-m", "flows.cli", "ingest", "--no-prefect", "-q", "--chunk", "2"]
    command += ["--settle", "0", str(folder / "in"), "-w", str(folder / "corpus")]
    log = folder / "corpus" / "commits" / "_delta_log"
    with subprocess.Popen(command) as writer:
        for number in range(COPIES):
            while len(list(log.glob("*.json"))) < 2 + number and writer.poll() is None:
                time.sleep(0.01)
            back_up(folder / "corpus", folder / f"copy{number}", *(["--link"] * (number % 2)))
        assert writer.wait() == 0
    return folder


def test_every_copy_is_the_corpus_as_one_commit_left_it(folder: Path) -> None:
    found = []
    for number in range(COPIES):
        copy = folder / f"copy{number}"
        assert verify(locate(str(copy))) == []
        sequence, at = newest(copy)
        assert sums(copy) == sums(folder / "corpus", at)
        found.append(sequence)
    last, _ = newest(folder / "corpus")
    _, first = newest(folder / "copy0")
    assert sums(copy, first) == sums(folder / "copy0")  # the last one knows the past as well
    assert found == sorted(found)
    assert found[0] < last  # copied while there was more to write, on a machine of any speed


def test_a_corpus_that_is_put_back_goes_on_from_there(folder: Path) -> None:
    corpus, whole = folder / "corpus", sums(folder / "corpus")
    corpus.rename(folder / "lost")  # its state folder, newer than the copy, stays
    (folder / "copy0").rename(corpus)
    assert sums(corpus) != whole
    ingest(corpus, folder / "in")
    assert sums(corpus) == whole
    assert verify(locate(str(corpus))) == []
    assert verify(locate(str(folder / "copy1"))) == []  # of hard links to the one that was lost
