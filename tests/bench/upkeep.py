"""Many small runs, then `maintain`: files, times of queries, and readers meanwhile.

    python -m tests.bench.upkeep --runs 500

Each run ingests a few made-up articles in one commit. What ends a run (the data tests, the catalog)
opens every file there is and would take most of the time: every 25th run does it, the others stop
after their commit as if they were killed. Then the new articles are annotated. Queries open the
catalog with plain DuckDB and ask once; the median of five is told. While `maintain` works two
processes ask for sums all the time, one that opens the catalog anew for every question and one
that has had it open since before, and count errors and wrong answers. A second `maintain`, without
a retention, deletes the old files after they have ended. `--commits` makes several commits a run:
the same files in a fraction of the time.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import tempfile
import time
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import duckdb

from tasks.annotate.enrichment import Order, enrich_articles
from tasks.batch import Limits
from tasks.run import drive, start
from tasks.upkeep import maintain
from tests.making import a_story, an_article, an_order
from warehouse.catalog import open_catalog
from warehouse.location import Location, locate
from warehouse.verify import verify

QUERIES = {
    "count": "SELECT count(*), sum(word_count) FROM articles",
    "by day": "SELECT published_date, count(*) FROM articles GROUP BY ALL ORDER BY ALL",
    "join": "SELECT count(*), sum(char_end) FROM articles JOIN paragraphs USING (article_id)",
    "one": "SELECT text FROM articles WHERE article_id = (SELECT min(article_id) FROM articles)",
    "stories": "SELECT count(*), sum(article_count) FROM stories",
}
FINISHED = 25  # every so many runs
SUMS = (QUERIES["count"], QUERIES["join"])


def main() -> None:
    """Make the runs, measure, maintain, measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--commits", type=int, default=1, help="per run")
    parser.add_argument("--documents", type=int, default=3, help="per commit")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="copydesk-bench-") as folder:
        location = locate(f"{folder}/corpus")
        begin = time.process_time()
        make_runs(Path(folder) / "in", location, asked.runs, asked.commits, asked.documents)
        spent = time.process_time() - begin
        print(f"{asked.runs} runs, {asked.commits} commits of {asked.documents} documents each:")
        print(f"  {spent:.0f} CPU s")
        show("before", location)
        readers = [Reader(location, keeps=keeps) for keeps in (False, True)]
        measure_maintain(location, timedelta(days=7))
        for reader in readers:  # a file that is deleted without a retention they may miss
            reader.stop()
        measure_maintain(location, timedelta(0))
        show("after", location)
        print("verify:", verify(location) or "nothing is wrong")


def measure_maintain(location: Location, retention: timedelta) -> None:
    """Maintain and print what it took."""
    begin, wall = time.process_time(), time.monotonic()
    done = maintain(location, retention=retention)
    seconds, waited = time.process_time() - begin, time.monotonic() - wall
    deleted = done.vacuumed.file_count if done.vacuumed else 0
    print(f"maintain, retention {retention.days} days: {seconds:.1f} CPU s, {waited:.1f} s;")
    print(f"  {len(done.compacted)} tables compacted, {deleted:,} files deleted")


def make_runs(source: Path, location: Location, runs: int, commits: int, documents: int) -> None:
    """Ingest `commits` times `documents` articles a run, and annotate now and then."""
    size = commits * documents
    limits = Limits(settle_seconds=0.0, batch_documents=documents)
    for run in range(runs):
        folder = source / f"{run:04d}"
        folder.mkdir(parents=True)
        for number in range(run * size, (run + 1) * size):
            day = f"20{10 + number % 15:02d}-{1 + number % 12:02d}-03"
            body = "\n\n".join(a_story(number, 6))
            text = an_article(number, datePublished=day, articleBody=body)
            (folder / f"{number:06d}.json").write_text(text)
        order = an_order(location.path, folder, chunk_documents=documents, limits=limits)
        is_last = run % FINISHED == FINISHED - 1 or run == runs - 1
        with start(order) as started:
            drive(started)
            if is_last:
                started.finish().require_sound()
        if is_last:
            enrich_articles(Order(location=location, only=("readability", "keywords")))


def show(when: str, location: Location) -> None:
    """Print files and times."""
    with open_catalog(location):
        pass
    data = [path for path in location.path.rglob("*.parquet") if "_delta_log" not in path.parts]
    logs = list(location.path.rglob("_delta_log/*"))
    size = sum(path.stat().st_size for path in data) / 1e6
    print(f"{when}: {len(data):,} data files, {size:.1f} MB, {len(logs):,} of logs")
    for name, query in QUERIES.items():
        seconds = statistics.median(ask(location, query) for _ in range(5))
        print(f"  {name:8} {1_000 * seconds:7.0f} ms")


def ask(location: Location, query: str) -> float:
    """Return the seconds of one question to a catalog that is opened for it."""
    begin = time.perf_counter()
    with duckdb.connect(str(location.catalog), read_only=True) as connection:
        connection.execute(query).fetchall()
    return time.perf_counter() - begin


class Reader:
    """A process that asks for sums in plain DuckDB until it is stopped."""

    def __init__(self, location: Location, *, keeps: bool) -> None:
        self._name = "that keeps the catalog open" if keeps else "that opens it every time"
        self._end, other = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        self._process = context.Process(
            target=keep_asking, args=(str(location.catalog), keeps, other), daemon=True
        )
        self._process.start()
        self._end.recv()  # it has asked once

    def stop(self) -> None:
        """End it and print what it saw."""
        self._end.send("stop")
        asked, wrong = self._end.recv()
        self._process.join()
        print(f"reader {self._name}: {asked} answers, errors and wrong sums: {len(wrong)}")
        for each in wrong[:5]:
            print(" ", each)


def keep_asking(catalog: str, keeps: bool, end: Connection) -> None:
    """Compare every answer with the first one until something comes from the other end."""
    held = quiet(catalog) if keeps else None
    right = sums(held, catalog)
    end.send("ready")
    asked, wrong = 0, list[str]()
    while not end.poll(0.1):
        try:
            found = sums(held, catalog)
            asked += 1
            if found != right:
                wrong.append(str(found))
        except duckdb.Error as error:
            wrong.append(str(error))
    end.send((asked, wrong))


def sums(held: duckdb.DuckDBPyConnection | None, catalog: str) -> list[object]:
    """Return the answers to all questions."""
    if held is not None:
        return [held.execute(query).fetchall() for query in SUMS]
    with quiet(catalog) as connection:
        return [connection.execute(query).fetchall() for query in SUMS]


def quiet(catalog: str) -> duckdb.DuckDBPyConnection:
    """A connection that draws no progress bar, as DuckDB does in a process that was spawned."""
    connection = duckdb.connect(catalog, read_only=True)
    connection.execute("SET enable_progress_bar = false")
    return connection


if __name__ == "__main__":
    main()
