"""Many small runs, then `maintain`: files, times of queries, and readers meanwhile.

    python -m tests.bench.upkeep --runs 500

Each run ingests a few made-up articles in commits of one. Queries open the catalog with plain
DuckDB and ask once; the median of five is told. While `maintain` works a reader asks for sums all
the time and counts errors and wrong answers. `--commits` makes several commits a run: the same
files in a fraction of the time.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path

import duckdb

from tasks.annotate.enrichment import Order, enrich_articles
from tasks.batch import Limits
from tasks.upkeep import maintain
from tests.making import a_story, an_article, ingest
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
SUMS = (QUERIES["count"], QUERIES["join"])


def main() -> None:
    """Make the runs, measure, maintain, measure."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--commits", type=int, default=1, help="per run")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="copydesk-bench-") as folder:
        location = locate(f"{folder}/corpus")
        begin = time.process_time()
        make_runs(Path(folder) / "in", location, asked.runs, asked.commits)
        print(
            f"{asked.runs} runs of {asked.commits} commits: {time.process_time() - begin:.0f} CPU s"
        )
        show("before", location)
        reader = Reader(location)
        reader.start()
        for retention in (timedelta(days=7), timedelta(0)):
            begin, wall = time.process_time(), time.monotonic()
            done = maintain(location, retention=retention)
            seconds = time.process_time() - begin
            print(f"maintain, retention {retention}: {seconds:.1f} CPU s with the reader's,")
            print(f"  {time.monotonic() - wall:.1f} s; deleted {done.vacuumed}")
            if retention:  # what is gone after it, a reader of before may miss
                reader.stop()
        show("after", location)
        print("verify:", verify(location) or "nothing is wrong")
        print(f"reader: {reader.asked} answers, errors and wrong sums: {reader.wrong}")


def make_runs(source: Path, location: Location, runs: int, commits: int) -> None:
    """Ingest `commits` articles a run, and annotate now and then."""
    source.mkdir()
    for run in range(runs):
        for number in range(run * commits, (run + 1) * commits):
            day = f"20{10 + number % 15:02d}-{1 + number % 12:02d}-03"
            body = "\n\n".join(a_story(number, 6))
            text = an_article(number, datePublished=day, articleBody=body)
            (source / f"{number:06d}.json").write_text(text)
        limits = Limits(settle_seconds=0.0, batch_documents=1)
        ingest(location.path, source, chunk_documents=1, limits=limits)
        if run % 10 == 9 or run == runs - 1:
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


class Reader(threading.Thread):
    """Plain DuckDB that asks for sums until it is stopped."""

    def __init__(self, location: Location) -> None:
        super().__init__(daemon=True)
        self.location, self.asked, self.wrong = location, 0, list[str]()
        self.right = self.sums()
        self.is_over = threading.Event()

    def sums(self) -> list[object]:
        with duckdb.connect(str(self.location.catalog), read_only=True) as connection:
            return [connection.execute(query).fetchall() for query in SUMS]

    def run(self) -> None:
        while not self.is_over.wait(0.2):
            try:
                found = self.sums()
                self.asked += 1
                if found != self.right:
                    self.wrong.append(str(found))
            except duckdb.Error as error:
                self.wrong.append(str(error))

    def stop(self) -> None:
        self.is_over.set()
        self.join()


if __name__ == "__main__":
    main()
