"""Measure the index of full-text search: how fast it is made, how fast it answers, its size.

    python -m tests.bench.search FILE.jsonl[.gz] [--articles 200000] [--folder FOLDER]
    python -m tests.bench.search --warehouse FOLDER

The texts of FILE (a JSON object with "text" on every line) are repeated up to the number of
articles; in every repeat one word in twenty is replaced by another of the same texts, so that no
two articles are alike. They are written through the index's own functions, without an ingest. CPU
seconds are those of all threads, merging included; latencies are the best ten hits with their
scores, from the query's words on, in an open index, medians and the slowest of the rounds. CPU
time is told beside them, for a machine that has other work. With --warehouse the whole search in a
corpus is measured: is the index up to date, the best ten, their headlines and texts, the snippets.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from tasks.search.index import Opened, new_index, write
from tasks.search.searching import Filters, Search, search
from tests.bench.inputs import texts_of
from warehouse.location import Location, locate

COMMITS = 20_000  # articles, of the incremental part
QUERIES = (
    "iraq",
    "troops iraq",
    "senate committee health care funding",
    "health OR education OR jobs",
    '"health care reform"',
    '"senator said"~3',
    "headline:announces veterans",
    "negotiat*",
    '"troops ir"*',
    '"secretary of st"*',
    "the of and in to",
    "budget -deficit",
    "the",
)


def articles(path: Path, count: int) -> Iterator[dict[str, Any]]:
    """Yield rows as the table articles has them."""
    texts = list(texts_of(path))
    chance = random.Random(7)
    pool = [word for text in texts[:500] for word in text.split()]
    for number in range(count):
        text = texts[number % len(texts)]
        if number >= len(texts):
            words = text.split(" ")
            for at in chance.choices(range(len(words)), k=len(words) // 20):
                words[at] = chance.choice(pool)
            text = " ".join(words)
        yield {
            "article_id": f"{chance.getrandbits(128):032x}",
            "headline": text.strip().partition("\n")[0][:120],
            "text": text,
            "byline": None,
            "authors": None,
            "source": f"outlet{number % 50}.example",
            "publisher": None,
            "section": None,
            "keywords": None,
            "language_code": "en",
            "published_date": date(2005, 1, 1) + timedelta(days=number % 3_000),
        }


def cpu_seconds() -> float:
    """CPU seconds of this process, every thread of it."""
    times = os.times()
    return times.user + times.system


def measure_writing(path: Path, count: int, folder: Path) -> None:
    """Print the rate of one big write; making the rows is not counted."""
    index = new_index(str(folder))
    begin = cpu_seconds()
    size = sum(len(row["text"].encode()) for row in articles(path, count))
    making = cpu_seconds() - begin
    begin, clock = cpu_seconds(), time.perf_counter()
    write(index, articles(path, count))
    spent, waited = cpu_seconds() - begin - making, time.perf_counter() - clock
    files = sum(item.stat().st_size for item in folder.iterdir())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count:,} articles, {size / 1e6:.0f} MB of text")
    print(f"  {count / spent:,.0f} articles a CPU second ({spent:.1f} CPU s, {waited:.1f} s)")
    print(f"  index {files / 1e6:.0f} MB, {files / size:.2f} of the text; peak {peak:.0f} MB")


def measure_small_commits(path: Path, folder: Path) -> None:
    """Print what 20 commits of 1,000 more articles take, each replacing 100 of the one before."""
    index = new_index(str(folder))
    rows = articles(path, COMMITS)
    before: list[str] = []
    spent = 0.0
    for _ in range(20):
        some = list(islice(rows, 1_000))
        begin = cpu_seconds()
        write(index, some, [row["article_id"] for row in some] + before[:100])
        spent += cpu_seconds() - begin
        before = [row["article_id"] for row in some]
    print(f"  20 commits of 1,000: {COMMITS / spent:,.0f} articles a CPU second")


def measure_asking(folder: Path, rounds: int) -> None:
    """Print the latency of each query, without and with a filter of days."""
    opened = Opened(new_index(str(folder)))
    days = Filters(since=date(2006, 1, 1), until=date(2006, 12, 31), languages=("en",))
    names = ("median", "slowest", "CPU", "one year", "matches")
    print(f"  {'milliseconds':40}" + "".join(f"{name:>10}" for name in names))
    for query in QUERIES:
        begin = time.thread_time()
        taken = [_seconds(opened, query, Filters()) for _ in range(rounds)]
        spent = (time.thread_time() - begin) / rounds
        filtered = statistics.median(_seconds(opened, query, days) for _ in range(rounds))
        _, count = Search(opened, query, Filters()).best(10)
        times = (statistics.median(taken), max(taken), spent, filtered)
        shown = "".join(f"{each * 1e3:10.1f}" for each in times)
        print(f"  {query:40}{shown}{count:10,}")


def _seconds(opened: Opened, query: str, filters: Filters) -> float:
    begin = time.perf_counter()
    Search(opened, query, filters).best(10)
    return time.perf_counter() - begin


def measure_whole(location: Location, rounds: int) -> None:
    """Print what a search takes in a process that has searched before, snippets included."""
    search(location, QUERIES[0])
    print(
        f"  {'milliseconds':40}" + "".join(f"{name:>10}" for name in ("median", "CPU", "matches"))
    )
    for query in QUERIES:
        waited, spent = list[float](), list[float]()
        for _ in range(rounds):
            clock, begin = time.perf_counter(), cpu_seconds()
            count = search(location, query).article_count
            waited.append(time.perf_counter() - clock)
            spent.append(cpu_seconds() - begin)
        times = (statistics.median(waited), statistics.median(spent))
        print(f"  {query:40}" + "".join(f"{each * 1e3:10.1f}" for each in times) + f"{count:10,}")


def main() -> None:
    """Parse the command line and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--warehouse", type=Path, help="measure the whole search in this corpus")
    parser.add_argument("--articles", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--folder", type=Path, help="keep the index here")
    arguments = parser.parse_args()
    if arguments.warehouse:
        measure_whole(locate(str(arguments.warehouse)), arguments.rounds)
        return
    if not arguments.file:
        parser.error("name a file of texts, or a --warehouse")
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        if not any(folder.iterdir()):
            measure_writing(arguments.file, arguments.articles, folder)
        measure_asking(folder, arguments.rounds)
    with tempfile.TemporaryDirectory() as other:
        measure_small_commits(arguments.file, Path(other))


if __name__ == "__main__":
    main()
