"""From a tree of HTML elements to its paragraphs: where text parts, and what kind each part is.

A row of a data table is one paragraph, its cells parted by " | ". Of a row that serves the layout,
cells that hold no sentence (menus, the site's name) are furniture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One paragraph as it stands in the tree, HTML's blanks squeezed, not yet cleaned."""

    kind: str  # as in tasks.records.DraftParagraph
    text: str
    link_ratio: float = 0.0  # share of its characters that stand inside links, 0..1


# What gives its text a kind; other elements take the kind around them.
_KINDS: Mapping[str, str] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "summary"), "subhead"),
    **dict.fromkeys(("li", "dd", "dt"), "list_item"),
    "blockquote": "quote",
    "figure": "caption",  # credits stand beside <figcaption>; tables and quotes have elements
    "figcaption": "caption",
    "caption": "caption",
}
_CELLS = frozenset(("td", "th"))
_FURTHER_BLOCKS = (
    *("p", "div", "section", "article", "main", "body", "center", "address", "pre", "ul", "ol"),
    *("dl", "table", "tbody", "thead", "form", "fieldset", "hr", "details", "header", "nav"),
    *("footer", "aside"),
)
PARTING = frozenset((*_FURTHER_BLOCKS, *_KINDS, *_CELLS))
_SPACED = frozenset((*_FURTHER_BLOCKS, "figure"))  # in a table row, where they do not part
# What is no text, or never the article's.
_SKIPPED = frozenset(
    (
        *("script", "style", "noscript", "template", "head", "title", "nav", "footer", "aside"),
        *("svg", "math", "iframe", "object", "select", "button", "textarea", "input"),
    )
)

# An lxml tree cannot hold control characters, so this one marks line breaks without confusion.
_LINE_BREAK = "\x1e"
# A break after the end of a sentence, or an empty line, parts paragraphs; any other break
# (addresses, verse, lines wrapped by hand) is a blank.
_PARTING_BREAK = re.compile(r"(?:(?<=[.!?…。！？।؟\"”’»)])\s*\x1e|\x1e(?:\s*\x1e)+)[\s\x1e]*")
_HTML_BLANKS = re.compile(r"[ \t\n\r\f\x1e]+")  # NBSP and wide blanks are text, left to cleaning

# A cell with more text is prose in a table that serves the layout. The cells of data tables in
# articles (results, schedules, prices) hold words, at most a sentence.
_LONGEST_CELL = 300  # characters
_SENTENCE_END = re.compile(r"[.!?…。！？।؟։።][\"'”’»)\]]*(?:\s|\Z)|[。！？]")
_TABULAR_CELLS = 2  # non-empty cells; a row with fewer relates nothing to anything


def blocks(root: HtmlElement, marked: Mapping[HtmlElement, str] | None = None) -> Iterator[Block]:
    """Yield the paragraphs under `root` in order, none of them empty; `root` stays as it was.

    `marked` gives elements that part text another kind than their name does.
    """
    marks = marked or {}
    kinds = ["body"]
    pieces = [root.text or ""]
    linked, links = 0, 0  # characters inside links of this paragraph; open <a>
    walk = etree.iterwalk(root, events=("start", "end"))
    next(walk)
    for event, element in walk:
        if element is root:
            break
        tag = element.tag
        parts = tag == "tr" or (tag in PARTING and kinds[-1] != "table")
        if parts:
            yield from _paragraphs(kinds[-1], pieces, linked)
            pieces, linked = [], 0
        if event == "end":
            kinds.pop()
            links -= tag == "a"
            text = element.tail or ""
        elif tag in _SKIPPED or not isinstance(tag, str):
            walk.skip_subtree()
            kinds.append(kinds[-1])
            continue
        else:
            if (before := _before(element, tag, kinds[-1])) != "":
                pieces.append(before)
            kind = marks.get(element) or _kind(element, tag, kinds[-1]) if parts else kinds[-1]
            kinds.append(kind)
            links += tag == "a"
            text = element.text or ""
        if text:
            pieces.append(text)
            linked += len(text) if links > 0 else 0
    yield from _paragraphs("body", pieces, linked)


def _kind(element: HtmlElement, tag: str, around: str) -> str:
    """Return the kind of the text in an element that parts text."""
    if tag == "tr":
        cells = [len(_text(cell)) for cell in element if cell.tag in _CELLS]
        is_tabular = sum(map(bool, cells)) >= _TABULAR_CELLS and max(cells) <= _LONGEST_CELL
        return "table" if is_tabular else around
    if tag in _CELLS:  # of a row that serves the layout
        text = _text(element)
        is_label = len(text) <= _LONGEST_CELL and not _SENTENCE_END.search(text)
        return "furniture" if is_label else around
    return _KINDS.get(tag, around)


def _text(element: HtmlElement) -> str:
    """Return all text in `element` without blanks at its ends."""
    return "".join(element.itertext()).strip()


def _before(element: HtmlElement, tag: str, around: str) -> str:
    """Return what parts the text of `element` from the text before it in the same paragraph."""
    if tag == "br":
        return _LINE_BREAK
    if around == "table" and tag in _CELLS:
        return " | " if element.getprevious() is not None else ""
    return " " if tag in _SPACED else ""


def _paragraphs(kind: str, pieces: list[str], linked: int) -> Iterator[Block]:
    """Yield the paragraphs of one block; line breaks may part it further, but not a table row."""
    text = "".join(pieces)
    if not text or text.isspace():
        return
    ratio = round(min(1.0, linked / len(text.strip())), 2) if linked else 0.0
    parts = [text]
    if _LINE_BREAK in text and kind != "table":
        parts = _PARTING_BREAK.split(text)
    for part in parts:
        squeezed = _HTML_BLANKS.sub(" ", part).strip(" |" if kind == "table" else " ")
        if squeezed and not squeezed.isspace():
            yield Block(kind=kind, text=squeezed, link_ratio=ratio)
