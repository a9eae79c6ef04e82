"""What finds the article on a page: libraries behind one signature, each of them optional.

An extractor is a function of the page's markup and its parsed tree that returns the paragraphs of
the article in order, none if it finds none. It leaves the tree as it was and may raise anything:
it is skipped then, and named. Further ones come through the entry point group
"copydesk.extractors" (name = "package.module:function") and are asked together with trafilatura.

What a page may cost is decided before an extractor begins, by the number of its elements: a batch
runs in a thread, where no timer can stop the compiled code of a parser. Measured on hostile pages
(200,000 paragraphs, 100,000 links, tables of 64,000 cells, 5 MB in one element), 0.02 ms an element
for the first two and 0.15 for trafilatura; so the limits below mean at most 10 s for each on a page
that `body` gives them. An extractor from outside is trusted to need no more than trafilatura.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from copy import copy
from functools import cache
from importlib.metadata import PackageNotFoundError, entry_points, version
from typing import NamedTuple

from lxml import etree
from lxml.html import HtmlElement

from tasks.boundary import attempt
from tasks.extract.blocks import blocks
from tasks.records import Rejection

GROUP = "copydesk.extractors"

Extract = Callable[[str, HtmlElement], Sequence[str]]


class Extractor(NamedTuple):
    """One way to find the article."""

    name: str  # with its version
    extract: Extract
    most_elements: int  # on a page; more would take too long


class Answer(NamedTuple):
    """What an extractor found on one page."""

    name: str
    paragraphs: Sequence[str]


def _resiliparse(markup: str, tree: HtmlElement) -> Sequence[str]:
    """Rules over the names and classes of elements; finds nearly all, and some furniture."""
    from resiliparse.extract.html2text import extract_plain_text  # 30 ms, only where pages are read

    text: str = extract_plain_text(
        markup,
        preserve_formatting=True,
        main_content=True,
        list_bullets=False,
        alt_texts=False,
        comments=False,
        post_meta=False,
    )
    return text.split("\n")


def _readability(markup: str, tree: HtmlElement) -> Sequence[str]:
    """Scores of the elements around paragraphs; strict, and on some pages blind."""
    from trafilatura.readability_lxml import Document  # 300 ms, only where pages are read

    summary = Document(copy(tree)).summary()
    parser = etree.XMLParser(recover=True, huge_tree=True, resolve_entities=False, no_network=True)
    root = etree.fromstring(summary, parser)  # written as XML
    return [] if root is None else [block.text for block in blocks(root)]


def _trafilatura(markup: str, tree: HtmlElement) -> Sequence[str]:
    """Many rules and fallbacks; the best of the three alone, at seven times the cost."""
    import trafilatura  # 300 ms, only where pages are read
    from trafilatura.meta import reset_caches
    from trafilatura.settings import Document, Extractor

    # Comments are other people's text. What it logs of a page comes back as an empty body.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    options = Extractor(output_format="python", fast=True, comments=False, tables=True)
    found = trafilatura.bare_extraction(tree, options=options)
    text = (found.text or "") if isinstance(found, Document) else ""
    if len(text) > _FORGET_ABOVE:
        reset_caches()
    return text.split("\n")


# trafilatura keeps the last 1,024 strings it has trimmed; a page of this size would hold its own
# megabytes there for the life of the process.
_FORGET_ABOVE = 1_000_000  # characters of body

_MANY = 300_000
_FEWER = 60_000  # the largest of 588 real pages had 9,888 elements


# The first two are asked about every page: they are cheap and err differently. The others where
# these disagree.
_OURS = (
    ("resiliparse", "resiliparse {}", _resiliparse, _MANY),
    ("trafilatura", "readability of trafilatura {}", _readability, _MANY),
    ("trafilatura", "trafilatura {} fast", _trafilatura, _FEWER),
)
_FIRST = 2


class Panel(NamedTuple):
    """The extractors of this installation."""

    first: tuple[Extractor, ...]
    further: tuple[Extractor, ...]
    missing: tuple[str, ...]  # "name: why" of those that cannot be loaded


@cache
def panel() -> Panel:
    """Return the extractors that are installed; those from outside come last, by name."""
    found, missing = [], []
    for package, name, extract, most in _OURS:
        try:
            found.append(Extractor(name.format(version(package)), extract, most))
        except PackageNotFoundError:
            missing.append(f"{name.format('').strip()}: package {package} is not installed")
    first, further = found[:_FIRST], found[_FIRST:]
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        loaded = attempt(point.load, what=point.name)
        if isinstance(loaded, Rejection):
            missing.append(f"{point.name}: {loaded.detail}")
        else:
            further.append(Extractor(point.name, loaded, _FEWER))
    return Panel(tuple(first), tuple(further), tuple(missing))


def ask(extractor: Extractor, markup: str, tree: HtmlElement, elements: int) -> Answer | str:
    """Return what `extractor` finds, or "name: why" when it fails or the page is too large for it.

    `elements` is their number in `tree`.
    """
    name, extract, most = extractor
    if elements > most:
        return f"{name}: {elements} elements; at most {most} are read in bounded time"
    found = attempt(lambda: [*extract(markup, tree)], what=name)
    if isinstance(found, Rejection):
        return f"{name}: {found.detail}"
    return Answer(name, found)
