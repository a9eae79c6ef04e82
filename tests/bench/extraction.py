"""Measure what is found on pages, beside other extractors, in one run and one table.

    python -m tests.bench.extraction FOLDER [--peers trafilatura,trafilatura-fast,...] [--pages 100]

FOLDER holds pages with what is known of them, in one of these layouts (subfolders too):

* `*.json` or `*.jsonl` with records `{"html": "name of a file", "body", "title", "authors", "date",
  "url"}`, each but "html" may be missing
* `NAME/source.html`, `expected.html` and `expected-metadata.json` (mozilla/readability)
* `html/NAME.html`, `txt/NAME.txt` and `metadata/NAME.json` (newspaper4k)
* `NAME.html` and `NAME.json` with {"expected": {"title", ...}} (goose3)
* `expected.json` with {address: {"file", "date"}} (htmldate)

Body: 4-grams of words, precision and recall averaged over pages, F1 of the averages, as the
article-extraction-benchmark of Scrapinghub defines it. Headline: equal but for case, blanks and
quotation marks. Authors: equal as sets of names. Date: the same day. CPU time: of this process.
Peers that are not installed are left out and named. A page that a peer fails on counts as empty.
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import re
import statistics
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import html as lxml_html

BODY_KINDS = ("body", "subhead", "list_item", "quote", "table")


@dataclass(frozen=True, kw_only=True)
class Known:
    """A page and what is known of it; None: not known."""

    name: str
    data: bytes
    url: str | None = None
    body: str | None = None
    title: str | None = None
    authors: frozenset[str] | None = None
    date: str | None = None  # YYYY-MM-DD


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one way found; None: this way does not look for it."""

    body: str | None = None
    title: str | None = None
    authors: frozenset[str] | None = None
    date: str | None = None


Way = Callable[[Known], Found]


# ---- layouts -----------------------------------------------------------------------------------
def pages_in(folder: Path) -> Iterator[Known]:
    """Yield the pages below `folder` in the order of their names."""
    for path in sorted(folder.rglob("*.json*")):
        if path.name == "expected-metadata.json":
            yield _readability(path.parent)
        elif path.parent.name == "metadata":
            yield from _newspaper(path)
        elif path.suffix == ".jsonl":
            lines = path.read_text(encoding="utf-8").splitlines()
            yield from (_record(path.parent, json.loads(line)) for line in lines if line)
        else:
            yield from _from_json(path)


def _from_json(path: Path) -> Iterator[Known]:
    value = json.loads(path.read_text(encoding="utf-8"))
    page = path.with_suffix(".html")
    if isinstance(value, list):
        told = (each for each in value if isinstance(each, dict) and "html" in each)
        yield from (_record(path.parent, each) for each in told)
    elif path.name == "expected.json":
        for url, each in value.items():
            yield from _if_there(path.parent / each["file"], url=url, date=each["date"])
    elif isinstance(value.get("expected"), dict):
        expected = value["expected"]  # its text is only the beginning
        yield from _if_there(page, **_fields(expected, "title", "authors", "publish_date"))


def _record(folder: Path, record: dict[str, Any]) -> Known:
    path = folder / record["html"]
    known = _fields(record, "title", "authors", "date")
    return Known(
        name=path.stem,
        data=path.read_bytes(),
        url=record.get("url"),
        body=record.get("body"),
        **known,
    )


def _readability(folder: Path) -> Known:
    said = json.loads((folder / "expected-metadata.json").read_text(encoding="utf-8"))
    known = _fields(said, "title", "", "publishedTime")
    body = _text_of((folder / "expected.html").read_text(encoding="utf-8"))
    data = (folder / "source.html").read_bytes()
    return Known(name=folder.name, data=data, body=body, **known)


def _newspaper(path: Path) -> Iterator[Known]:
    said = json.loads(path.read_text(encoding="utf-8"))
    text = path.parents[1] / "txt" / f"{path.stem}.txt"
    body = text.read_text(encoding="utf-8") if text.exists() else said.get("text")
    page = path.parents[1] / "html" / f"{path.stem}.html"
    known = _fields(said, "title", "authors", "publish_date")
    yield from _if_there(page, url=said.get("url"), body=body or None, **known)


def _if_there(path: Path, **known: Any) -> Iterator[Known]:
    if path.exists():
        yield Known(name=path.stem, data=path.read_bytes(), **known)


def _fields(said: dict[str, Any], title: str, authors: str, date: str) -> dict[str, Any]:
    """Return the fields that are known; empty is taken for not known."""
    names = said.get(authors) or None
    day = re.match(r"\d{4}-\d\d-\d\d", str(said.get(date) or ""))
    return {
        "title": said.get(title) or None,
        "authors": frozenset([names] if isinstance(names, str) else names) if names else None,
        "date": day[0] if day else None,
    }


def _text_of(markup: str) -> str:
    """Return the text of an HTML file, elements parted by blanks unless they are inline."""
    inline = {"a", "b", "i", "em", "strong", "span", "u", "code", "sup", "sub", "small", "font"}
    return _in_order(lxml_html.fromstring(markup), inline)


def _in_order(root: Any, inline: set[str]) -> str:
    """Return the text under `root` with a blank at every border of a block."""
    pieces = [root.text or ""]
    for child in root:
        gap = "" if child.tag in inline else " "
        inner = _in_order(child, inline) if isinstance(child.tag, str) else ""
        pieces += [gap, inner, gap, child.tail or ""]
    return "".join(pieces)


# ---- ways --------------------------------------------------------------------------------------
def ours() -> Way:
    """Read as the pipeline reads, with the fields chosen."""
    from tasks.fields import choose
    from tasks.pubdate import date_candidates
    from tasks.readers.html import read
    from tasks.records import RawDocument

    def way(page: Known) -> Found:
        document = RawDocument(
            path=page.name, record=None, data=page.data, media_type="text/html", url=page.url
        )
        draft = read(document)
        fields = choose((*draft.candidates, *date_candidates(document, draft)))
        return Found(
            body="\n".join(each.text for each in draft.paragraphs if each.kind in BODY_KINDS),
            title=fields.headline or "",
            authors=frozenset(author.name for author in fields.authors),
            date=fields.published.day.isoformat() if fields.published else "",
        )

    return way


def by_trafilatura(**settings: bool) -> Way:
    """Read with trafilatura and its metadata."""
    trafilatura = importlib.import_module("trafilatura")
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

    def way(page: Known) -> Found:
        found = trafilatura.bare_extraction(page.data, url=page.url, with_metadata=True, **settings)
        if found is None:
            return Found(body="", title="", authors=frozenset(), date="")
        names = (found.author or "").split("; ")
        return Found(
            body=found.text or "",
            title=found.title or "",
            authors=frozenset(filter(None, names)),
            date=found.date or "",
        )

    return way


def by_resiliparse() -> Way:
    """Read the main content with resiliparse; it knows no fields."""
    extract = importlib.import_module("resiliparse.extract.html2text").extract_plain_text
    decode = importlib.import_module("resiliparse.parse.encoding")

    def way(page: Known) -> Found:
        text = decode.bytes_to_str(page.data, decode.detect_encoding(page.data))
        return Found(body=extract(text, main_content=True, alt_texts=False, list_bullets=False))

    return way


def by_newspaper() -> Way:
    """Read with newspaper4k, which must not fetch anything."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        newspaper = importlib.import_module("newspaper")

    def way(page: Known) -> Found:
        article = newspaper.Article(page.url or "http://unknown.example/", fetch_images=False)
        article.download(input_html=page.data)
        article.parse()
        day = article.publish_date.date().isoformat() if article.publish_date else ""
        names = frozenset(article.authors)
        return Found(body=article.text, title=article.title or "", authors=names, date=day)

    return way


def by_htmldate() -> Way:
    """Find the date with htmldate at its default settings."""
    find_date = importlib.import_module("htmldate").find_date
    logging.getLogger("htmldate").setLevel(logging.CRITICAL)

    def way(page: Known) -> Found:
        return Found(date=find_date(page.data, url=page.url, original_date=True) or "")

    return way


PEERS: dict[str, Callable[[], Way]] = {
    "trafilatura": by_trafilatura,
    "trafilatura-fast": lambda: by_trafilatura(fast=True),
    "resiliparse": by_resiliparse,
    "newspaper4k": by_newspaper,
    "htmldate": by_htmldate,
}


# ---- scores ------------------------------------------------------------------------------------
_WORD = re.compile(r"\w+")
_MARKS = re.compile(r"\W+")


def shingle_counts(text: str, size: int = 4) -> Counter[tuple[str, ...]]:
    """Return how often each n-gram of words stands in `text`; a shorter text is one."""
    words = _WORD.findall(text)
    grams = (tuple(words[at : at + size]) for at in range(max(1, len(words) - size + 1)))
    return Counter(gram for gram in grams if gram)


def matches(known: str, found: str) -> tuple[int, int, int]:
    """Return true positives, false positives and false negatives."""
    true, told = shingle_counts(known), shingle_counts(found)
    common = sum((true & told).values())
    return common, sum(told.values()) - common, sum(true.values()) - common


def precision_recall(pages: list[tuple[int, int, int]]) -> tuple[float, float, float]:
    """Return F1, precision and recall; F1 is that of the averages.

    A page where nothing was found has no precision; one where nothing is to find no recall.
    """
    precisions = [both / (both + wrong) for both, wrong, _ in pages if both + wrong]
    recalls = [both / (both + lost) for both, _, lost in pages if both + lost]
    precision = statistics.fmean(precisions) if precisions else 0.0
    recall = statistics.fmean(recalls) if recalls else 0.0
    total = precision + recall
    return (2 * precision * recall / total if total else 0.0), precision, recall


def _plain(text: str | None) -> str | None:
    """Return a headline or name without case, blanks and marks."""
    return None if text is None else _MARKS.sub(" ", text).casefold().strip()


def _all_plain(names: frozenset[str] | None) -> set[str | None] | None:
    return None if names is None else set(map(_plain, names))


@dataclass
class Score:
    """What one way did on all pages."""

    shingles: list[tuple[int, int, int]] = field(default_factory=list)
    exact: dict[str, list[bool]] = field(default_factory=dict)
    failed: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def add(self, known: Known, found: Found) -> None:
        """Count one page, in what is known of it and this way looks for."""
        if known.body is not None and found.body is not None:
            self.shingles.append(matches(known.body, found.body))
        self._compare("title", _plain(known.title), _plain(found.title))
        self._compare("date", known.date, None if found.date is None else str(found.date))
        self._compare("authors", _all_plain(known.authors), _all_plain(found.authors))

    def _compare(self, name: str, known: object, found: object) -> None:
        if known and found is not None:
            self.exact.setdefault(name, []).append(known == found)

    def row(self, pages: int) -> str:
        """Return the cells of a table."""
        body = "| |"
        if self.shingles:
            body = "{:.4f} | {:.3f} | {:.3f}".format(*precision_recall(self.shingles))
        exact = [self.exact.get(name, []) for name in ("title", "authors", "date")]
        shares = [f"{sum(each)}/{len(each)}" if each else "" for each in exact]
        rate = f"{pages / self.seconds:.1f}" if self.seconds else ""
        return f"{body} | {' | '.join(shares)} | {sum(self.failed.values())} | {rate}"


EMPTY = Found(body="", title="", authors=frozenset(), date="")


def measure(way: Way, pages: list[Known]) -> Score:
    """Let one way read all pages, after one page that is not counted (imports, caches)."""
    score = Score()
    _try(way, pages[0])
    for page in pages:
        start = time.process_time()
        found = _try(way, page)
        score.seconds += time.process_time() - start
        if isinstance(found, str):
            score.failed[found] += 1
            found = EMPTY
        score.add(page, found)
    return score


def _try(way: Way, page: Known) -> Found | str:
    try:
        return way(page)
    except Exception as error:  # noqa: BLE001 - other people's code, or a page without text
        return f"{type(error).__name__}: {str(error)[:60]}"


def main() -> None:
    """Run the comparison for a folder named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--pages", type=int, default=100_000)
    given = parser.parse_args()
    pages = list(pages_in(given.folder))[: given.pages]
    print(f"{len(pages)} pages, {sum(page.body is not None for page in pages)} with a known body\n")
    print("| way | F1 | precision | recall | headline | authors | date | failed | pages/CPU s |")
    print("|---|---|---|---|---|---|---|---|---|")
    failed = {}
    for name in ("copydesk", *filter(None, given.peers.split(","))):
        try:
            way = ours() if name == "copydesk" else PEERS[name]()
        except ImportError as error:
            print(f"| {name} | not installed: {error} |")
            continue
        score = measure(way, pages)
        failed[name] = score.failed
        print(f"| {name} | {score.row(len(pages))} |", flush=True)
    for name, reasons in failed.items():
        for reason, times in reasons.most_common(5):
            print(f"{name}: {times} x {reason}")


if __name__ == "__main__":
    main()
