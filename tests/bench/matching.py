"""Measure matching: what it costs to look up a batch of new texts in an index of a million kept.

    python -m tests.bench.matching FILE.jsonl... [--kept 1000000] [--new 1000,10000] [--seed 7]

The kept texts are planted: real texts (member `text` of each line) taken in turn, each time with
20 to 60 percent of their words replaced by words of other texts. So posting lists are as uneven as
real ones: formulas that many texts share survive in many copies, and most hashes stand alone. They
are committed in chunks and compacted as in use; the last chunk comes after the compaction. Of the
new texts, half are copies of kept ones with 5 percent of the words replaced, half are new.

Printed are CPU seconds (of a process of its own, which opens the index each time), rows scanned in
a CPU second, bytes per row, and the peak memory of matching and of compaction.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flows.answers import show_table
from tasks.dedup.candidates import Found, find_candidates
from tasks.dedup.shingles import VERSION, Sketches, sketch
from tasks.dedup.tokens import Tokens, tokenize
from tests.bench.inputs import texts_of
from warehouse import store
from warehouse.location import Location, locate
from warehouse.shingle_index import LIMIT, Hits, ShingleIndex, shingle_table
from warehouse.shingle_upkeep import Upkeep, compact

CHUNK = 1_000  # texts in a commit, as in use
MONTHS = 240  # that the kept texts are spread over
KEPT_EDITS = (0.2, 0.6)  # share of the words replaced
COPY_EDITS = (0.05, 0.05)
REPEATS = 3  # the least of so many counts: other processes only ever add to CPU time
MEGABYTE = 1 << 20
COLUMNS = (
    "new texts",
    "CPU s to find",
    "M rows/CPU s",
    "CPU s to candidates",
    "hits",
    "cut lists",
    "copies found",
    "peak MB",
)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts without end; text `number` is the same in every run with the same seed."""

    real: Sequence[Tokens]
    words: NDArray[np.uint64]  # of all real texts, as often as there
    seed: int

    def text(self, number: int) -> Tokens:
        """Return a kept text, or one that could have been kept."""
        return self._edited(self.real[number % len(self.real)], number, 0, KEPT_EDITS)

    def copy(self, number: int) -> Tokens:
        """Return a lightly edited copy of it."""
        return self._edited(self.text(number), number, 1, COPY_EDITS)

    def _edited(
        self, tokens: Tokens, number: int, kind: int, shares: tuple[float, float]
    ) -> Tokens:
        chance = np.random.default_rng([self.seed, kind, number])
        at = np.flatnonzero(chance.random(len(tokens)) < chance.uniform(*shares))
        hashes = tokens.hashes.copy()
        hashes[at] = chance.choice(self.words, len(at))
        return Tokens(hashes, tokens.starts, tokens.ends, tokens.scripts)


@dataclass(frozen=True, slots=True)
class Batch:
    """New texts, sketched."""

    sketches: Sketches
    numbers: NDArray[np.int32]
    months: NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a step cost in a process of its own."""

    answer: Any
    cpu_seconds: float
    peak_bytes: int


def corpus_of(files: Sequence[Path], seed: int) -> Corpus:
    """Read and tokenise the real texts."""
    real = tokenize([text for path in files for text in texts_of(path)])
    return Corpus(real, np.concatenate([each.hashes for each in real]), seed)


def sketched(texts: Sequence[Tokens]) -> Sketches:
    """Sketch whole texts."""
    return sketch(texts, [((0, int(each.ends[-1])),) if len(each) else () for each in texts])


def months_of(numbers: NDArray[np.int32]) -> NDArray[np.int16]:
    """Return a month for each text."""
    return (400 + numbers * 7919 % MONTHS).astype(np.int16)


def keep(corpus: Corpus, numbers: NDArray[np.int32], writer: store.Writer) -> None:
    """Commit the sketches of texts, as a chunk does."""
    sketches = sketched([corpus.text(number) for number in numbers.tolist()])
    owners = numbers[sketches.owners]
    rows = shingle_table(sketches.hashes, owners, months_of(owners), sketches.scripts, VERSION)
    writer.commit({"shingles": rows})


def new_batch(corpus: Corpus, kept: int, count: int) -> Batch:
    """Return `count` texts, half of them copies of kept ones, spread over all of these."""
    copied = np.linspace(0, kept - 1, count // 2).astype(np.int32)
    fresh = range(kept, kept + count - len(copied))
    texts = [corpus.copy(number) for number in copied.tolist()]
    texts += [corpus.text(number) for number in fresh]
    numbers = np.arange(2 * kept, 2 * kept + count, dtype=np.int32)
    return Batch(sketched(texts), numbers, months_of(numbers))


def apart(step: Callable[..., Any], *given: Any) -> Cost:
    """Run a step in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (step, given))


def _measured(step: Callable[..., Any], given: Sequence[Any]) -> Cost:
    start = time.process_time()
    answer = step(*given)
    spent = time.process_time() - start
    return Cost(answer, spent, _peak_bytes())


def _peak_bytes() -> int:
    """The most memory this process had; that of getrusage would count its parent's as well."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def compacted(location: Location) -> Upkeep | None:
    """Compact the index."""
    return compact(location, everything=True)


@dataclass(frozen=True, slots=True)
class Matched:
    """What looking up a batch gave and cost."""

    find_seconds: float  # opening the index and finding who has the hashes
    all_seconds: float  # that and counting them by text, to candidates
    hits: int
    overflowed: int
    scanned_rows: int
    found_copies: int


def match(location: Location, batch: Batch) -> Matched:
    """Look up a batch several times."""
    find_seconds = min(_seconds(lambda: find(location, batch)) for _ in range(REPEATS))
    all_seconds = min(_seconds(lambda: candidates(location, batch)) for _ in range(REPEATS))
    hits, found = find(location, batch), candidates(location, batch)
    copies = set(batch.numbers[: len(batch.numbers) // 2].tolist())
    return Matched(
        find_seconds,
        all_seconds,
        len(hits.numbers),
        hits.overflowed,
        hits.scanned_rows,
        len(copies & {each.new for each in found.candidates}),
    )


def find(location: Location, batch: Batch) -> Hits:
    """Open the index and find the hashes of the batch in it."""
    index = ShingleIndex(location)
    index.check(VERSION)
    order = np.argsort(batch.sketches.hashes)
    months = batch.months[batch.sketches.owners[order]]
    return index.find(batch.sketches.hashes[order], months, limit=LIMIT)


def candidates(location: Location, batch: Batch) -> Found:
    """Open the index and find candidates, in it and in the batch."""
    index = ShingleIndex(location)
    index.check(VERSION)
    sketches, numbers, months = batch.sketches, batch.numbers, batch.months
    return find_candidates(sketches, numbers, months, index, lambda texts: {t: t for t in texts})


def _seconds(step: Callable[[], Any]) -> float:
    start = time.process_time()
    step()
    return time.process_time() - start


def build(corpus: Corpus, kept: int, location: Location) -> None:
    """Commit, compact, commit the last chunk; print what that gave."""
    store.prepare(location)
    writer = store.Writer(location, "bench")
    *most, last = np.array_split(np.arange(kept, dtype=np.int32), max(kept // CHUNK, 2))
    for numbers in most:
        keep(corpus, numbers, writer)
    before = ShingleIndex(location)
    cost = apart(compacted, location)
    keep(corpus, last, writer)
    after = ShingleIndex(location)
    show_table(
        ("index", "files", "rows", "bytes per row"),
        [
            (name, f"{index.file_count:,}", f"{index.row_count:,}", _ratio(index))
            for name, index in (("as committed", before), ("compacted, and a chunk", after))
        ],
        title=f"\n{kept:,} texts kept",
    )
    print(f"compaction: {cost.cpu_seconds:.1f} CPU s, peak {cost.peak_bytes / MEGABYTE:.0f} MB")


def _ratio(index: ShingleIndex) -> float:
    return round(index.byte_count / index.row_count, 2)


def arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE.jsonl")
    parser.add_argument("--kept", type=int, default=1_000_000)
    parser.add_argument("--new", default="1000,10000", metavar="COUNT,...")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--warehouse", metavar="FOLDER", help="keep the index there, or use it")
    return parser.parse_args()


def main() -> None:
    """Build the index, match the batches, print the tables."""
    given = arguments()
    corpus = corpus_of(given.files, given.seed)
    with tempfile.TemporaryDirectory(prefix="copydesk-bench-") as folder:
        location = locate(given.warehouse or f"{folder}/data")
        if not store.exists(location):
            build(corpus, given.kept, location)
        costs = [
            (count, apart(match, location, new_batch(corpus, given.kept, count)))
            for count in map(int, given.new.split(","))
        ]
    show_table(COLUMNS, [_row(count, cost) for count, cost in costs], title="\nmatching")


def _row(count: int, cost: Cost) -> tuple[Any, ...]:
    matched: Matched = cost.answer
    return (
        f"{count:,}",
        round(matched.find_seconds, 2),
        round(matched.scanned_rows / matched.find_seconds / 1e6),
        round(matched.all_seconds, 2),
        f"{matched.hits:,}",
        f"{matched.overflowed:,}",
        f"{matched.found_copies:,} of {count // 2:,}",
        round(cost.peak_bytes / MEGABYTE),
    )


if __name__ == "__main__":
    main()
