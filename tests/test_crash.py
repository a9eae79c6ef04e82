"""SIGKILL between every step of a commit: nothing acknowledged is lost, nothing half is seen."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Iterator
from copy import copy
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.children import Child
from tests.crash_child import CHUNK, POINTS, main
from tests.making import a_story, an_article, ask, edited
from warehouse.catalog import open_catalog
from warehouse.checks import failed_checks
from warehouse.location import Location, locate
from warehouse.schema import CHUNK_TABLES

# Passed once in a run, after its last commit; the others at every commit.
ONCE = {point for point in POINTS if "catalog" in point or "views" in point or "run row" in point}

# Every article of a chunk, as seen by its rows in all tables of the commit.
WHOLE = """
SELECT c.commit_id FROM commits c
LEFT JOIN (SELECT commit_id, count(*) n FROM files_history GROUP BY ALL) f USING (commit_id)
LEFT JOIN (SELECT commit_id, count(*) n FROM articles_history GROUP BY ALL) a USING (commit_id)
LEFT JOIN (SELECT commit_id, count(*) n FROM paragraphs_history GROUP BY ALL) p USING (commit_id)
WHERE coalesce(f.n, 0) <> coalesce(c.row_counts['files'], 0)
   OR coalesce(a.n, 0) <> coalesce(c.row_counts['articles'], 0)
   OR coalesce(p.n, 0) <> coalesce(c.row_counts['paragraphs'], 0)
"""


class Corpus:
    """A growing folder, its warehouse, and what was acknowledged so far."""

    def __init__(self, folder: Path) -> None:
        self.source = folder / "inbox"
        self.source.mkdir()
        self.location: Location = locate(str(folder / "corpus"))
        self.acknowledged: set[str] = set()
        self.written = self.children = self.exit_code = 0

    def grow(self, chunks: int) -> None:
        """Add chunks of articles: one, its copy, and two edited, one of the chunk before."""
        for _ in range(chunks):
            story, before = a_story(1_000 + self.written), a_story(1_000 + self.written - CHUNK)
            for text in (story, story, edited(story, 0.03), edited(before, 0.03, 1)):
                url = f"https://example.org/{self.written}"
                line = an_article(self.written, url=url, articleBody="\n\n".join(text))
                (self.source / f"{self.written:05d}.json").write_text(line)
                self.written += 1

    def child(self, point: str, count: int = 1) -> Child:
        """Start an ingest that dies at `point`."""
        self.children += 1
        output = self.source.with_name(f"said-{self.children}")
        return Child(output, main, str(self.location), str(self.source), point, str(count))

    def finish(self, child: Child) -> list[str]:
        """Wait for a child; return what it acknowledged."""
        self.exit_code = child.wait()
        fresh = [line.removeprefix("ACK ") for line in child.lines() if line.startswith("ACK ")]
        self.acknowledged.update(fresh)
        return fresh

    def assert_sound(self) -> None:
        """What was acknowledged is there, and every commit is whole."""
        with open_catalog(self.location) as connection:
            visible = {
                row[0] for row in connection.execute("SELECT commit_id FROM commits").fetchall()
            }
            assert self.acknowledged - visible == set()
            assert connection.execute(WHOLE).fetchall() == []

    def undisturbed(self) -> Corpus:
        """The same files in a warehouse of one run."""
        other = copy(self)
        other.location = locate(f"{self.location}-undisturbed")
        other.acknowledged = set()
        other.finish(other.child("never"))
        return other

    def content(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, but for the ids of runs and commits."""
        return {
            name: ask(
                self.location, f"SELECT * EXCLUDE (run_id, commit_id) FROM {name} ORDER BY ALL"
            )
            for name in CHUNK_TABLES
            if name not in ("superseded", "decisions", "annotation_status")
        }

    def assert_complete(self) -> None:
        """After an undisturbed run: every document once, every data test holds."""
        assert ask(self.location, "SELECT count(*) FROM files") == [(self.written,)]
        with open_catalog(self.location) as connection:
            assert failed_checks(connection) == []


class Reader(threading.Thread):
    """Plain DuckDB asking the catalog all the time, as an analyst would."""

    def __init__(self, location: Location) -> None:
        super().__init__(daemon=True)
        self.location, self.asked, self.wrong = location, 0, list[str]()
        self.is_over = threading.Event()

    def run(self) -> None:
        while not self.is_over.is_set():
            if self.location.catalog.exists():
                self.ask()
            time.sleep(1.0)  # it shares two cores with what it watches

    def ask(self) -> None:
        try:
            with duckdb.connect(str(self.location.catalog), read_only=True) as connection:
                self.wrong += [str(row) for row in connection.execute(WHOLE).fetchall()]
                self.asked += 1
        except duckdb.Error as error:
            self.wrong.append(str(error))


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    """A corpus with a reader that must never be shown anything wrong."""
    corpus = Corpus(tmp_path)
    reader = Reader(corpus.location)
    reader.start()
    yield corpus
    latest = time.monotonic() + 20  # a short run makes its catalog at its very end
    while reader.asked == 0 and time.monotonic() < latest:
        time.sleep(0.05)
    reader.is_over.set()
    reader.join()
    assert reader.wrong == []
    assert reader.asked > 0


@pytest.mark.timeout(1200)
def test_a_kill_at_every_named_point_loses_nothing(corpus: Corpus) -> None:
    """Each run acknowledges new work, dies at one point, and the next goes on from there."""
    for point in POINTS:
        corpus.grow(2)
        child = corpus.child(point, 1 if point in ONCE else 2)
        fresh = corpus.finish(child)
        assert corpus.exit_code == -signal.SIGKILL, point
        assert fresh, f"nothing was acknowledged before {point}"
        corpus.assert_sound()
    corpus.finish(corpus.child("never"))
    corpus.assert_complete()
    assert corpus.content() == corpus.undisturbed().content()


@pytest.mark.timeout(600)
def test_a_kill_at_a_random_moment_loses_nothing(corpus: Corpus) -> None:
    """The clock, not a named point, decides; again after something new was acknowledged."""
    moments = random.Random(20261122)
    for _ in range(3):
        corpus.grow(6)
        child = corpus.child("never")
        child.wait_for_a_line()
        time.sleep(moments.uniform(0.0, 0.4))
        child.kill()
        corpus.finish(child)
        corpus.assert_sound()
    corpus.finish(corpus.child("never"))
    corpus.assert_complete()


def test_a_run_killed_late_redoes_at_most_one_chunk(corpus: Corpus) -> None:
    """Nine of ten chunks are acknowledged; the next run reads the rest only."""
    corpus.grow(10)
    assert len(corpus.finish(corpus.child("before acknowledge", 10))) == 9

    corpus.finish(corpus.child("never"))

    known, found = ask(corpus.location, "SELECT known_count, found_count FROM runs")[0]
    assert (known, found) == (9 * CHUNK, 10 * CHUNK)
