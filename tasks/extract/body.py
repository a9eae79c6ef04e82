"""The body of a page: which of its text is the article, as paragraphs that know their kind.

One extractor stands behind `body` now; an ensemble takes its place here.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import trafilatura
from lxml import etree
from lxml.html import HtmlElement
from trafilatura.meta import reset_caches
from trafilatura.settings import Document, Extractor

from tasks.clean import clean_line
from tasks.extract.blocks import HTML, TRAFILATURA, Block, blocks
from tasks.records import DraftParagraph
from warehouse.errors import CannotRead

# The kinds of paragraphs that are the text of an article.
TEXT_KINDS = frozenset(("body", "list_item", "quote"))

_VERSION = f"trafilatura {trafilatura.__version__}"

# What trafilatura logs about a page ("discarding data") comes back to the caller as an empty body.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

# Comments are other people's text; tables are kept and marked.
_FAST = Extractor(output_format="python", fast=True, comments=False, tables=True)
_THOROUGH = Extractor(output_format="python", fast=False, comments=False, tables=True)

# trafilatura needs about 0.1 ms an element, 0.2 in tables: at most half a minute for one page; its
# thorough way and its work on deeply nested elements grow faster. The largest of 588 real pages
# had 9,888 elements, the deepest 38 levels.
MOST_ELEMENTS = 150_000
_MOST_FOR_THOROUGH = 12_000
_MOST_DEEP = 3_000
_COUNT = etree.XPath("count(//*)")
_COUNT_DEEP = etree.XPath("count(//*[ancestor::*[200]])")

# trafilatura keeps the last 1,024 strings it has trimmed; a page of this size would hold its own
# megabytes there for the life of the process.
_FORGET_ABOVE = 1_000_000  # characters of body

_SHORT_PAGE = 250  # characters; below it trafilatura takes the whole page for the article
_LONGEST_WHOLE = 20_000  # characters in one block; the parting below is quadratic
_SAME_TEXT = 0.9  # share of the letters; the rest are labels between the paragraphs

# From the attributes up to their elements: half the time of asking every element for them.
_MARKED = etree.XPath(
    "//figcaption | //@rel[. = 'author']/.. | //@itemprop[. = 'author']/.."
    " | //@class[contains(., 'caption') or contains(., 'byline')]/.."
)
_MOST_MARKS = 1_000  # elements; thousands of them nested would be read thousands of times
_LONGEST_MARK = 1_000  # characters; a longer "caption" is a wrapper around the article itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The paragraphs of a page in order, what cleaning removed, and who found them."""

    paragraphs: tuple[DraftParagraph, ...]
    removed: Mapping[str, int]
    extractor: str


def body(tree: HtmlElement) -> Body:
    """Return the cleaned paragraphs of the article in `tree`, none if it holds no text.

    The tree is left as it was. Raises CannotRead("read.extractor_failed") when the extractor
    fails on this page.
    """
    count = _COUNT(tree)
    if count > MOST_ELEMENTS or (count > _MOST_DEEP and _COUNT_DEEP(tree) > _MOST_DEEP):
        return _cleaned(blocks(tree, HTML), tree, "all text blocks")
    extractor, found = f"{_VERSION} fast", _extracted(tree, _FAST)
    if count <= _MOST_FOR_THOROUGH and _is_whole_page(found):
        extractor, found = _VERSION, _extracted(tree, _THOROUGH)
    return _cleaned(_parted(list(blocks(found, TRAFILATURA)), tree), tree, extractor)


def squeeze(text: str) -> str:
    """Return `text` without blanks and case, to compare two renderings of one line."""
    return "".join(text.split()).casefold()


def _extracted(tree: HtmlElement, options: Extractor) -> etree._Element:
    """Return what trafilatura finds in a copy of `tree`, an empty element if nothing."""
    try:
        document = trafilatura.bare_extraction(tree, options=options)
    except (RecursionError, etree.LxmlError) as error:
        detail = f"{_VERSION} raised {type(error).__name__}: {error}"
        raise CannotRead("read.extractor_failed", detail) from error
    if not isinstance(document, Document):
        return etree.Element("body")
    if len(document.text or "") > _FORGET_ABOVE:
        reset_caches()
    return document.body


def _is_whole_page(found: etree._Element) -> bool:
    """Tell whether trafilatura gave up and returned all text on the page, a line for each run.

    Its other ways never leave a single element with line breaks of their own. A short page is
    whole either way.
    """
    text = (found[0].text or "") if len(found) == 1 and not len(found[0]) else ""
    return len(text) > _SHORT_PAGE and "\n" in text


def _parted(found: list[Block], tree: HtmlElement) -> Iterable[Block]:
    """Return `found`, a single block parted as the page parts the same text.

    On short pages trafilatura returns all paragraphs as one.
    """
    if len(found) != 1 or len(found[0].text) > _LONGEST_WHOLE:
        return found
    whole = squeeze(found[0].text)
    parts = [block for block in blocks(tree, HTML) if squeeze(block.text) in whole]
    is_same = sum(len(squeeze(block.text)) for block in parts) >= _SAME_TEXT * len(whole)
    return parts if is_same and len(parts) > 1 else found


def _cleaned(found: Iterable[Block], tree: HtmlElement, extractor: str) -> Body:
    """Return the blocks as clean paragraphs, their kind mended by what the page marks."""
    marks = _marks(tree)
    removed: Counter[str] = Counter()
    paragraphs = []
    for block in found:
        cleaned = clean_line(block.text)
        removed.update(cleaned.removed)
        if cleaned.text:
            kind = marks.get(squeeze(block.text), block.kind)
            paragraphs.append(DraftParagraph(text=cleaned.text, kind=kind))
    return Body(paragraphs=_with_text(paragraphs), removed=removed, extractor=extractor)


def _with_text(paragraphs: list[DraftParagraph]) -> tuple[DraftParagraph, ...]:
    """Return `paragraphs`, tables as body if there is no other text: pages of results."""
    if any(paragraph.kind in TEXT_KINDS for paragraph in paragraphs):
        return tuple(paragraphs)
    return tuple(
        replace(each, kind="body") if each.kind == "table" else each for each in paragraphs
    )


def _marks(tree: HtmlElement) -> dict[str, str]:
    """Map the text of the elements that the page marks to their kind."""
    marks: dict[str, str] = {}
    for element in _MARKED(tree)[:_MOST_MARKS]:
        text = _short_text(element)
        if text:
            marks[squeeze(text)] = _marked_kind(element)
    marks.pop("", None)
    return marks


def _short_text(element: HtmlElement) -> str:
    """Return the text in `element`, or nothing if it is longer than a mark may be."""
    text = ""
    for piece in element.itertext():
        text += piece
        if len(text) > _LONGEST_MARK:
            return ""
    return text


def _marked_kind(element: HtmlElement) -> str:
    """Return the kind of an element that _MARKED found."""
    is_caption = element.tag == "figcaption" or "caption" in element.get("class", "")
    return "caption" if is_caption else "byline"
