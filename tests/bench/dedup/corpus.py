"""Read the articles that copies are planted in: part is kept, the rest gives other words."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.bench.dedup.planting import UNSPACED, script_of

DONOR_SHARE = 0.1  # of the articles are never kept; their words, leads and bodies go into copies
LEAST_SENTENCES = 200  # a text file with more lines is a list of sentences, not an article
ARTICLE_SENTENCES = (15, 30)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts that are kept, and texts that are not, in the order of chance."""

    kept: list[str]
    donors: list[str]


def read_texts(paths: Sequence[Path], seed: int) -> list[str]:
    """Return the articles in files: records of JSONL with "text", or plain text.

    A plain file of many lines is taken for sentences without connection, as collections for
    language detection are; 15 to 30 of them make an article.
    """
    return [text for path in paths for text in _texts_of(path, seed) if text.strip()]


def _texts_of(path: Path, seed: int) -> Iterator[str]:
    data = path.read_bytes()
    content = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    if ".jsonl" in path.name:
        for line in content.split("\n"):
            if line.strip():
                yield str(json.loads(line).get("text") or "")
    elif content.count("\n") >= LEAST_SENTENCES:
        yield from _joined(content.splitlines(), Random(f"{seed} {path.name}"))
    else:
        yield content


def _joined(sentences: list[str], rng: Random) -> Iterator[str]:
    unspaced = script_of("".join(sentences[:50])) in UNSPACED
    while sentences:
        size = rng.randint(*ARTICLE_SENTENCES)
        yield ("" if unspaced else " ").join(sentences[:size])
        sentences = sentences[size:]


def divide(texts: Sequence[str], kept: int, seed: int) -> Corpus:
    """Return at most `kept` texts to keep and at least a tenth that is not kept."""
    shuffled = list(texts)
    Random(f"{seed} corpus").shuffle(shuffled)
    most = min(kept, len(shuffled) - max(2, round(len(shuffled) * DONOR_SHARE)))
    if most < 1:
        raise SystemExit(f"{len(texts)} articles are too few to keep some and edit with the others")
    return Corpus(kept=shuffled[:most], donors=shuffled[most:])
