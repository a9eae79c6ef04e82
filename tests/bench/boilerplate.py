"""Measure what is marked as boilerplate of a source, for which number of stories, and the state.

    python -m tests.bench.boilerplate TEXTS.jsonl.gz [--source ':(.*?)/'] [--split '\\s{3,}']
        [--show 0] [--state 20000]

TEXTS has one object a line with "id", "text" and perhaps "url". The source is what --source finds
in "id", else the host of "url"; paragraphs are parted by --split. Printed for STORIES = 3..8: the
paragraphs marked, how often they stand there, how many have at least 9 words, how many would be
marked by counting articles alone, and how many are marked wrongly when each text of 40 to 100
paragraphs is taken for a source of its own: it grows at its top from 5 paragraphs on, two of them
reworded in each version, and every paragraph belongs to one story. --show prints so many of those
that are marked at STORIES. --state measures size and CPU time of the state for so many made
articles of 20 paragraphs, of 50 sources, in chunks of 1,000.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import re
import sqlite3
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tasks.dedup.boilerplate import seen_of
from warehouse.recurring import STORIES, Recurring, Seen
from warehouse.schema import ParagraphRow

Article = tuple[str, str, list[str]]  # id, source, paragraphs
Place = tuple[str, str]  # source, text_sha256


def articles_of(path: Path, source: str, split: str) -> Iterator[Article]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            found = re.search(source, record["id"]) if source else None
            name = found[1] if found else urlsplit(record.get("url") or "").hostname
            parts = [" ".join(part.split()) for part in re.split(split, record["text"])]
            if name:
                yield record["id"], name, [part for part in parts if part]


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def rows(article_id: str, hashes: Iterable[str]) -> list[ParagraphRow]:
    return [
        ParagraphRow(
            article_id=article_id,
            paragraph=number,
            kind="body",
            char_start=0,
            char_end=0,
            language_code=None,
            text_sha256=each,
            repeat_of=None,
            repeat_kind=None,
            repeat_score=None,
            repeat_figures_agree=None,
            repeat_names_agree=None,
        )
        for number, each in enumerate(hashes, 1)
    ]


def stories(seen: Iterable[Seen]) -> dict[Place, int]:
    """Return how many stories each paragraph was seen in, as the rule counts them."""
    lows: dict[Place, set[int]] = defaultdict(set)
    highs: dict[Place, set[int]] = defaultdict(set)
    for each in seen:
        place = each.source, each.text_sha256
        lows[place].add(each.unit >> 32)
        highs[place].add(each.unit & 0xFFFFFFFF)
    return {place: min(len(lows[place]), len(highs[place])) for place in lows}


def versions(paragraphs: list[str], chance: random.Random) -> Iterator[list[str]]:
    """Yield an article as it grows at its top, each time with two of its paragraphs reworded."""
    texts = list(reversed(paragraphs))
    for count in range(5, len(texts) + 1):
        for place in chance.sample(range(count), 2):
            texts[place] += " Updated."
        yield texts[:count]


def grown(articles: list[Article]) -> tuple[int, dict[Place, int]]:
    """Return the number of long articles, and the stories that each one's versions seem to be."""
    chance, seen, number = random.Random(7), [], 0
    for name, _, paragraphs in articles:
        if 40 <= len(set(paragraphs)) <= 100:
            number += 1
            for texts in versions(list(dict.fromkeys(paragraphs)), chance):
                seen += seen_of(name, name, rows(name, map(sha256, texts)))
    return number, stories(seen)


def measure_state(count: int) -> None:
    chance = random.Random(3)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.sqlite"
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA journal_mode = WAL")
        state = Recurring(connection)
        spent = dict.fromkeys(("seen_of", "preview", "add"), 0.0)
        for start in range(0, count, 1000):
            parts = [
                rows(str(k), [sha256(f"{k} {n}") for n in range(18)] + [sha256("a"), sha256("b")])
                for k in range(start, start + 1000)
            ]
            clock = time.process_time()
            seen = [x for part in parts for x in seen_of(f"{chance.randrange(50)}", "0" * 32, part)]
            spent["seen_of"] += time.process_time() - clock
            clock = time.process_time()
            state.preview(seen)
            spent["preview"] += time.process_time() - clock
            clock = time.process_time()
            with connection:
                state.add(seen)
            spent["add"] += time.process_time() - clock
        connection.close()
        size = path.stat().st_size
    print(f"state: {size / count:.0f} bytes an article, {size / count / 20:.1f} a paragraph;")
    print("CPU ms an article:", {name: round(1e3 * x / count, 3) for name, x in spent.items()})


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("texts", type=Path)
    parser.add_argument("--source", default=":(.*?)/")
    parser.add_argument("--split", default=r"\s{3,}")
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--state", type=int, default=0)
    options = parser.parse_args()
    articles = list(articles_of(options.texts, options.source, options.split))
    texts = {sha256(part): part for _, _, parts in articles for part in parts}
    counts: dict[Place, int] = defaultdict(int)
    seen = []
    for name, source, parts in articles:
        for each in seen_of(source, name, rows(name, map(sha256, parts))):
            seen.append(each)
            counts[source, each.text_sha256] += 1
    found = stories(seen)
    long, wrong = grown(articles)
    print(f"{len(articles)} articles, {len(found)} paragraphs; {long} articles grown")
    print("stories  marked  standing  of 9 words  by count alone  wrong in grown  of")
    for least in range(3, 9):
        marked = [place for place, number in found.items() if number >= least]
        print(
            f"{least:7} {len(marked):7} {sum(counts[place] for place in marked):9} "
            f"{sum(len(texts[text].split()) >= 9 for _, text in marked):11} "
            f"{sum(number >= least for number in counts.values()):15} "
            f"{sum(number >= least for number in wrong.values()):15} {len(wrong):6}"
        )
    shown = sorted(place for place, number in found.items() if number >= STORIES)
    for place in random.Random(5).sample(shown, min(options.show, len(shown))):
        print(f"{counts[place]:5} {place[0]:12} {texts[place[1]][:150]}")
    if options.state:
        measure_state(options.state)


if __name__ == "__main__":
    main()
