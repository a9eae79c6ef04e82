"""Measure how fast texts become sketches, by parts, beside datasketch's MinHash.

    python -m tests.bench.sketch FILE.jsonl... [--texts N] [--rounds 3] [--peers datasketch]

A FILE has a JSON object with "text" on every line; it may end in .gz. Rates are megabytes of UTF-8
a second of CPU time in one process, the best of the rounds; a paragraph begins after a line break.
The peer is given all it needs: word 5-grams of str.split(), 14 bands of 8 permutations.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from tasks.dedup.shingles import PARAMETERS, _shingles, _sliding_minimum, sketch
from tasks.dedup.tokens import Script, Tokens, tokenize
from warehouse.items import Spans

BATCH = 1_000  # texts, a chunk's
PERMUTATIONS = 14 * 8


def texts_of(paths: list[Path], limit: int) -> Iterator[str]:
    """Yield the texts of the first `limit` lines of each file."""
    for path in paths:
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
            yield from (json.loads(line)["text"] for line in islice(lines, limit))


def paragraphs(text: str) -> Spans:
    """Return the spans of the lines of a text."""
    return tuple(match.span() for match in re.finditer(r"[^\n]+", text))


def in_batches(texts: list[str], work: Callable[[list[str]], Any]) -> None:
    """Do the work as an ingest does it."""
    for at in range(0, len(texts), BATCH):
        work(texts[at : at + BATCH])


def seconds(work: Callable[[], Any], rounds: int) -> float:
    """Return the CPU seconds of the fastest round."""
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def block_minimum(values: np.ndarray, window: int) -> np.ndarray:
    """Return what _sliding_minimum() does, by prefix and suffix minima of blocks."""
    size = -(-len(values) // window) * window
    blocks = np.full(size, np.iinfo(values.dtype).max, dtype=values.dtype)
    blocks[: len(values)] = values
    blocks = blocks.reshape(-1, window)
    prefix = np.minimum.accumulate(blocks, axis=1).ravel()
    suffix = np.minimum.accumulate(blocks[:, ::-1], axis=1)[:, ::-1].ravel()
    count = len(values) - window + 1
    return np.minimum(suffix[:count], prefix[window - 1 : window - 1 + count])


def measure_parts(texts: list[str], size: float, rounds: int) -> None:
    """Print the rates of the parts."""
    kept = [paragraphs(text) for text in texts]
    tokens = tokenize(texts)

    def sketch_all() -> None:
        for at in range(0, len(texts), BATCH):
            sketch(tokens[at : at + BATCH], kept[at : at + BATCH])

    def both() -> None:
        for at in range(0, len(texts), BATCH):
            sketch(tokenize(texts[at : at + BATCH]), kept[at : at + BATCH])

    found = sketch(tokens, kept)
    words = sum(map(len, tokens))
    print(f"{len(texts):,} texts, {size:.1f} MB, {words:,} tokens, {len(found):,} hashes:")
    print(f"  {100 * len(found) / words:.1f} hashes on 100 tokens")
    for name, work in (
        ("tokenize", lambda: in_batches(texts, tokenize)),
        ("sketch", sketch_all),
        ("both", both),
    ):
        print(f"  {name:24}{size / seconds(work, rounds):8.1f} MB/s")
    measure_minimum(tokens, rounds)


def measure_minimum(tokens: list[Tokens], rounds: int) -> None:
    """Print the times of the shingles and of two ways to the minima, on slices as sketch() has."""
    for script in Script:
        n, window = PARAMETERS[script].shingle, PARAMETERS[script].window
        hashes = np.resize(np.concatenate([one.hashes for one in tokens]), 1 << 16)
        values = _shingles(hashes, n)
        assert np.array_equal(_sliding_minimum(values, window), block_minimum(values, window))
        for name, work in (
            ("shingles", lambda hashes=hashes, n=n: _shingles(hashes, n)),
            ("minima by doubling", lambda v=values, w=window: _sliding_minimum(v, w)),
            ("minima of blocks", lambda v=values, w=window: block_minimum(v, w)),
        ):
            took = seconds(lambda work=work: [work() for _ in range(50)], rounds) / 50
            print(f"  {script.name:6}{name:22}{took / len(hashes) * 1e9:6.2f} ns a token")


def measure_datasketch(texts: list[str], size: float, rounds: int) -> None:
    """Print the rate of datasketch with its default scheme and with its fast one of 32 bits."""
    import datasketch

    def grams(text: str) -> list[bytes]:
        words = text.split()
        return [" ".join(words[at : at + 5]).encode() for at in range(max(1, len(words) - 4))]

    for scheme in (None, "affine32"):

        def bulk(some: list[str], scheme: str | None = scheme) -> Any:
            hashed = map(grams, some)
            return datasketch.MinHash.bulk(hashed, num_perm=PERMUTATIONS, scheme=scheme)

        rate = size / seconds(lambda bulk=bulk: in_batches(texts, bulk), rounds)
        print(f"  datasketch {datasketch.__version__} {scheme or 'default':12}{rate:8.1f} MB/s")


def main() -> None:
    """Parse the command line and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--texts", type=int, default=10_000, help="of each file")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", default="", help="datasketch")
    arguments = parser.parse_args()
    texts = list(texts_of(arguments.files, arguments.texts))
    size = sum(len(text.encode("utf-8", "replace")) for text in texts) / 1e6
    tokenize(["the tables are built at first use"])
    measure_parts(texts, size, arguments.rounds)
    if "datasketch" in arguments.peers:
        measure_datasketch(texts, size, arguments.rounds)


if __name__ == "__main__":
    main()
