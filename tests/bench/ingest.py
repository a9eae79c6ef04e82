"""Measure what `ingest` costs: CPU seconds by stage, articles and MB per CPU second, peak memory.

    make bench BENCH_INPUT="FOLDER|FILE ..."
    python -m tests.bench.ingest INPUT... [--repeat 3] [--no-fast]
    python -m tests.bench.ingest --made 1000,10000 [--from JSONL]

Each INPUT (a folder, or a file of any kind) is ingested without Prefect into an empty warehouse by
a process of its own. CPU seconds are user and system time of that process and of all that it
starts, from its first instruction to its end: start-up, imports, models and data tests included.
Peak MB is its largest resident set. MB (10^6 bytes) are of documents, decompressed. With --repeat
the inputs take turns, and every figure is the median.

--made N,M measures N, then M articles, first as one small file each, then as the lines of one
JSONL. Their texts are made up from the words of a seed, or taken from the member `text` of the
lines of --from.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from resource import struct_rusage
from statistics import median
from typing import Any

from flows.answers import show_table
from tests.bench.inputs import made_texts, texts_of, write_files, write_jsonl

ROOT = Path(__file__).parents[2]
MB = 1_000_000
# The detectors take langdetect-rs wherever it can be imported; this makes it impossible.
WITHOUT_FAST = "import sys; sys.modules['langdetect_rs'] = None; "
COMMAND = "from flows.cli import main; main(prog_name='copydesk')"
FIGURES = """
SELECT found_count AS documents, article_count AS articles, stage_seconds AS stages, state,
    (SELECT coalesce(sum(byte_count), 0) FROM files WHERE outcome <> 'container') AS byte_count
FROM runs
"""
# In the order of the work. "rest" is what no stage counts: start-up and imports, discovery, the
# ledger's questions, data tests, and the threads in which Delta Lake compresses and writes.
STAGES = (
    "read", "extract", "identity", "fields", "language", "rows", "stage", "resolve", "write",
    "ledger", "catalog", "rest",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One row of the table."""

    name: str
    source: Path


@dataclass(frozen=True)
class Figures:
    """What one ingest cost."""

    documents: int
    articles: int
    megabytes: float
    cpu_seconds: float
    wall_seconds: float
    peak_megabytes: float
    stages: dict[str, float]  # CPU seconds; they add up to cpu_seconds


def measure(source: Path, *, with_fast: bool) -> Figures:
    """Ingest `source` once, into a warehouse that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="copydesk-bench-") as folder:
        warehouse = str(Path(folder) / "data")
        asked = ["ingest", str(source), "--no-prefect", "--quiet", "--settle", "0", "-w", warehouse]
        start = time.monotonic()
        usage = run(("" if with_fast else WITHOUT_FAST) + COMMAND, asked, Path(folder) / "said")
        wall = time.monotonic() - start
        row = ask(warehouse)
    cpu = usage.ru_utime + usage.ru_stime
    return Figures(
        documents=row["documents"],
        articles=row["articles"],
        megabytes=row["byte_count"] / MB,
        cpu_seconds=cpu,
        wall_seconds=wall,
        peak_megabytes=peak_bytes(usage.ru_maxrss) / MB,
        stages={**row["stages"], "rest": cpu - sum(row["stages"].values())},
    )


def run(code: str, arguments: Sequence[str], said: Path) -> struct_rusage:
    """Run `code` in a fresh Python and return what it used, its children included.

    Raises SystemExit with its own words, kept in `said`, when it fails.
    """
    command = [sys.executable, "-c", code, *arguments]
    with said.open("w") as output:
        child = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)  # else Popen waits for it once more
    if child.returncode:
        raise SystemExit(f"{shlex.join(arguments)}: {child.returncode}\n{said.read_text()}")
    return usage


def peak_bytes(maxrss: int) -> int:
    """Return ru_maxrss in bytes: macOS counts bytes, the others kibibytes."""
    return maxrss if sys.platform == "darwin" else maxrss * 1024


def ask(warehouse: str) -> dict[str, Any]:
    """Return the figures of the one run of `warehouse`, asked for as a user would."""
    command = ["sql", FIGURES, "--format", "json", "-w", warehouse]
    answer = subprocess.check_output([sys.executable, "-c", COMMAND, *command], cwd=ROOT)
    row: dict[str, Any] = json.loads(answer)[0]
    return row


def middle(runs: Sequence[Figures]) -> Figures:
    """Return the median of every figure."""
    return Figures(
        documents=runs[0].documents,
        articles=runs[0].articles,
        megabytes=runs[0].megabytes,
        cpu_seconds=median(run.cpu_seconds for run in runs),
        wall_seconds=median(run.wall_seconds for run in runs),
        peak_megabytes=median(run.peak_megabytes for run in runs),
        stages={name: median(run.stages.get(name, 0.0) for run in runs) for name in runs[0].stages},
    )


def show(cases: Sequence[Case], figures: Sequence[Figures]) -> None:
    """Print the two tables."""
    names = (
        "input", "documents", "articles", "MB", "wall s", "CPU s", "articles per CPU s",
        "MB per CPU s", "peak MB",
    )  # fmt: skip
    show_table(names, [overall(*pair) for pair in zip(cases, figures, strict=True)])
    stages = [name for name in STAGES if any(name in item.stages for item in figures)]
    rows = [shares(*pair, stages) for pair in zip(cases, figures, strict=True)]
    show_table(("input", *stages), rows, title="\nCPU seconds by stage in %")


def overall(case: Case, found: Figures) -> list[Any]:
    """Return the row of one input in the first table."""
    return [
        case.name,
        found.documents,
        found.articles,
        round(found.megabytes, 1),
        round(found.wall_seconds, 1),
        round(found.cpu_seconds, 1),
        round(found.articles / found.cpu_seconds),
        round(found.megabytes / found.cpu_seconds, 2),
        round(found.peak_megabytes),
    ]


def shares(case: Case, found: Figures, stages: Sequence[str]) -> list[Any]:
    """Return the row of one input in the second table."""
    whole = sum(found.stages.values())
    return [case.name, *(round(found.stages.get(name, 0.0) * 100 / whole, 1) for name in stages)]


def made_cases(sizes: Sequence[int], source: Path | None, folder: Path) -> Iterator[Case]:
    """Write the inputs of every size below `folder`, first as files, then as JSONL."""
    for size in sizes:
        where = write_files(texts_of(source) if source else made_texts(), size, folder / f"{size}")
        yield Case(f"{size:,} small files", where)
    for size in sizes:
        lines = folder / f"{size}.jsonl"
        write_jsonl(texts_of(source) if source else made_texts(), size, lines)
        yield Case(f"{size:,} in one JSONL", lines)


def show_growth(sizes: Sequence[int], figures: Sequence[Figures]) -> None:
    """Print how peak memory grows from the first size to each other, as files and as JSONL."""
    for form, rows in (("files", figures[: len(sizes)]), ("JSONL", figures[len(sizes) :])):
        for size, found in list(zip(sizes, rows, strict=True))[1:]:
            ratio = found.peak_megabytes / rows[0].peak_megabytes
            print(f"peak memory, {form}: {size:,} take {ratio:.2f} times that of {sizes[0]:,}")


def sizes_in(text: str) -> list[int]:
    """Return the sizes of an argument like "1000,10000"."""
    return [int(size) for size in text.split(",")]


def arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("inputs", nargs="*", type=Path, metavar="INPUT")
    parser.add_argument("--repeat", type=int, default=1, help="runs per input (1)")
    parser.add_argument(
        "--fast",
        action=argparse.BooleanOptionalAction,
        default=find_spec("langdetect_rs") is not None,
        help="with langdetect-rs, or without it (the default: with it where it is installed)",
    )
    parser.add_argument("--made", type=sizes_in, default=[], metavar="N,M", help="see above")
    parser.add_argument("--from", dest="source", type=Path, metavar="JSONL", help="see above")
    given = parser.parse_args()
    if not given.inputs and not given.made:
        parser.error("give a folder or file, or --made N,M")
    if given.fast and find_spec("langdetect_rs") is None:
        parser.error("--fast: langdetect-rs is not installed; pip install 'copydesk[fast]'")
    if missing := [path for path in given.inputs if not path.exists()]:
        parser.error(f"{missing[0]}: no such file or folder")
    return given


def main() -> None:
    """Measure what the command line names and print the tables."""
    given = arguments()
    with tempfile.TemporaryDirectory(prefix="copydesk-bench-") as folder:
        cases = [Case(path.name, path.absolute()) for path in given.inputs]
        cases += made_cases(given.made, given.source, Path(folder))
        runs = [
            [measure(case.source, with_fast=given.fast) for case in cases]
            for _ in range(given.repeat)
        ]
    figures = [middle(of_case) for of_case in zip(*runs, strict=True)]
    print(f"langdetect-rs: {'used' if given.fast else 'not used'}; runs per input: {given.repeat}")
    show(cases, figures)
    show_growth(given.made, figures[len(given.inputs) :])


if __name__ == "__main__":
    main()
