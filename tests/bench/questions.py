"""Measure the 25 questions on a large corpus: CPU seconds, rows, which read texts.

    python -m tests.bench.questions FOLDER [--articles 200000] [--texts FILE.jsonl[.gz] ...]
                                    [--only 1,5] [--repeat 3] [--markdown]

Makes the corpus in FOLDER when it is not there (tests/bench/questions_corpus.py says of what; the
texts are made up without --texts), then asks every question with its defaults as `copydesk ask`
does: a catalog opened for it, the SQL of the file, every row fetched. CPU seconds are user and
system time of this process, planning included, of the best round: whatever else the machine does
only adds to them. `answer` is a hash of the rows: equal hashes before and after a change, equal
answers. Progress goes to standard error. --markdown prints the table of
warehouse/questions/README.md instead.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import Any

from flows.answers import show_table
from tests.bench.questions_corpus import corpus_in, say
from warehouse.catalog import open_catalog
from warehouse.location import Location
from warehouse.questions import Question, question, questions

ARTICLES = 200_000
# Why a question reads texts. One row of a Parquet file costs as much as the thousands beside it,
# so that the words of few articles, spread over the corpus, cost as much as all.
READS_TEXT = {
    5: "for the words of the passages",
    7: "for notes of correction",
    18: "all, for the term",
    21: "for the sentences it shows",
    22: "all, for their bytes",
}
COMMAND = "from flows.cli import main; main(prog_name='copydesk')"


@dataclass(frozen=True, slots=True)
class Measured:
    """What an answer cost."""

    cpu_seconds: float
    wall_seconds: float
    rows: int = 0
    answer: str = ""


def main() -> None:
    """Make the corpus if need be, ask, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--texts", type=Path, nargs="*", default=[])
    parser.add_argument("--only", default="", help="numbers of questions, with commas")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--markdown", action="store_true")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    corpus = corpus_in(asked.folder, asked.texts, asked.articles)
    wanted = {int(number) for number in asked.only.split(",") if number}
    with open_catalog(corpus) as connection:  # made anew if copydesk has changed since
        counts = "SELECT count(*), sum(char_count) FROM articles"
        ((articles, characters),) = connection.execute(counts).fetchall()
    rows = [
        row_of(each.number, each.words, rounds(asked.repeat, asking(corpus, each)))
        for each in questions()
        if not wanted or each.number in wanted
    ]
    if not wanted:
        rows.append(row_of(None, "the catalog opens", rounds(asked.repeat, opening(corpus))))
        words = 'copydesk sql "SELECT count(*) FROM articles", a process'
        rows.append(row_of(None, words, rounds(asked.repeat, process(corpus))))
    if asked.markdown:
        print("\n".join(map(readme_line, filter(lambda row: row[0], rows))))
        return
    size = f"{articles:,} articles, {characters / 1e6:,.0f} million characters"
    print(f"{size}, {os.cpu_count()} cores")
    cut = [(number, words[:60], *rest) for number, words, *rest in rows]
    show_table(("", "question", "CPU s", "wall s", "rows", "answer", "reads texts"), cut)


def readme_line(row: tuple[Any, ...]) -> str:
    """Return the row of a question in warehouse/questions/README.md."""
    number, words, cpu, *_ = row
    parameters = ", ".join(question(int(number)).parameters)
    return f"| {number} | {words} | {parameters} | {cpu} |"


def rounds(count: int, once: Callable[[], Measured]) -> list[Measured]:
    """Measure a few times."""
    return [once() for _ in range(count)]


def row_of(number: int | None, words: str, measured: list[Measured]) -> tuple[Any, ...]:
    """Return a row of the table: the best round, and whether every round gave the same answer."""
    answers = sorted({each.answer for each in measured})
    cpu = min(each.cpu_seconds for each in measured)
    wall = min(each.wall_seconds for each in measured)
    say(f"{number or ''} {words[:60]}: {cpu:.2f} CPU s")
    return (
        "" if number is None else f"{number:02}",
        words,
        f"{cpu:.2f}",
        f"{wall:.2f}",
        f"{measured[0].rows:,}" if measured[0].rows else "",
        " or ".join(answers),
        READS_TEXT.get(number or 0, ""),
    )


def asking(corpus: Location, asked: Question) -> Callable[[], Measured]:
    """Return what asks a question once, in a catalog that is opened for it."""

    def ask() -> Measured:
        with open_catalog(corpus) as connection:
            begin = now()
            rows = connection.execute(asked.asking()).fetchall()
            spent = since(begin)
            return replace(spent, rows=len(rows), answer=digest(rows))

    return ask


def opening(corpus: Location) -> Callable[[], Measured]:
    """Return what opens the catalog once and asks for nothing."""

    def open_it() -> Measured:
        begin = now()
        with open_catalog(corpus):
            return since(begin)

    return open_it


def process(corpus: Location) -> Callable[[], Measured]:
    """Return what runs the command once."""
    query = "SELECT count(*) FROM articles"
    command = [sys.executable, "-c", COMMAND, "sql", query, "-w", str(corpus)]

    def run() -> Measured:
        before, begin = getrusage(RUSAGE_CHILDREN), now()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = getrusage(RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return replace(since(begin), cpu_seconds=cpu)

    return run


def now() -> tuple[float, float]:
    """CPU seconds of this process, all its threads, and the clock."""
    return time.process_time(), time.perf_counter()


def since(begin: tuple[float, float]) -> Measured:
    """Return what was spent since then."""
    cpu, wall = now()
    return Measured(cpu - begin[0], wall - begin[1])


def digest(rows: list[tuple[Any, ...]]) -> str:
    """A hash of rows in their order; sums of fractions may differ in their last digits."""
    told = "\n".join(repr([rounded(value) for value in row]) for row in rows)
    return hashlib.sha256(told.encode()).hexdigest()[:8]


def rounded(value: Any) -> Any:
    """The value with fractions to six digits."""
    return float(f"{value:.6g}") if isinstance(value, float) else value


if __name__ == "__main__":
    main()
