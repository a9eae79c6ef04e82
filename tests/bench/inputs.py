"""Inputs of the bench that are made for it: N articles as N small files, and as one JSONL."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

SAMPLE = Path(__file__).parents[2] / "seeds" / "000_1925a3406a3489e1.txt"


def texts_of(jsonl: Path) -> Iterator[str]:
    """Yield the member `text` of every line of a JSONL file (.gz or not)."""
    opened = gzip.open if jsonl.suffix == ".gz" else open
    with opened(jsonl, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["text"]


def made_texts() -> Iterator[str]:
    """Yield articles without end, the same ones each time: a title, then 2 to 40 paragraphs.

    Their words are those of the seed, as often as there, in random order.
    """
    words = SAMPLE.read_text(encoding="utf-8").split()
    chance = random.Random(7)
    while True:
        count = min(2 + int(chance.expovariate(1 / 10)), 40)
        paragraphs = [
            " ".join(chance.choices(words, k=chance.randint(20, 90))) for _ in range(count)
        ]
        title = " ".join(chance.choices(words, k=8)).capitalize()
        yield "\n\n".join([title, *(f"{p[:1].upper()}{p[1:]}." for p in paragraphs)])


def write_files(texts: Iterator[str], count: int, folder: Path) -> Path:
    """Write `count` texts as one file each, 1,000 to a subfolder; return the folder."""
    for number, text in enumerate(islice(texts, count)):
        path = folder / f"{number // 1000:03}" / f"{number:06}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def write_jsonl(texts: Iterator[str], count: int, path: Path) -> Path:
    """Write `count` texts as the lines of one JSONL file; return it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as lines:
        for text in islice(texts, count):
            lines.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")
    return path
