"""From a tree of elements to its paragraphs: where text parts, and what kind each part is.

A row of a data table is one paragraph, its cells parted by " | ". Of a row that serves the layout,
cells that hold no sentence (menus, the site's name) are furniture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One paragraph as it stands in the tree, HTML's blanks squeezed, not yet cleaned."""

    kind: str  # as in tasks.records.DraftParagraph
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What the element names of a tree mean for its text."""

    kinds: Mapping[str, str]  # elements that give their text a kind; others take that around them
    blocks: frozenset[str]  # further elements that part the text
    breaks: frozenset[str]
    rows: frozenset[str]
    cells: frozenset[str]
    skipped: frozenset[str] = frozenset()


_HTML_BLOCKS = (
    "p div section article main body center address pre figure ul ol dl table tbody thead form "
    "fieldset hr details"
)
# What is no text, or never the article's.
_WITHOUT_TEXT = (
    "script style noscript template head title nav footer aside svg math iframe object select "
    "button textarea input"
)

HTML = Vocabulary(
    kinds={
        **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "summary"), "subhead"),
        **dict.fromkeys(("li", "dd", "dt"), "list_item"),
        "blockquote": "quote",
        "figcaption": "caption",
        "caption": "caption",
    },
    blocks=frozenset(_HTML_BLOCKS.split()),
    breaks=frozenset(("br",)),
    rows=frozenset(("tr",)),
    cells=frozenset(("td", "th")),
    skipped=frozenset(_WITHOUT_TEXT.split()),
)

TRAFILATURA = Vocabulary(
    kinds={"head": "subhead", "item": "list_item", "quote": "quote"},
    blocks=frozenset(("p", "code", "list", "table")),
    breaks=frozenset(("lb",)),
    rows=frozenset(("row",)),
    cells=frozenset(("cell",)),
)

# An lxml tree cannot hold control characters, so this one marks line breaks without confusion.
_LINE_BREAK = "\x1e"
# A break after the end of a sentence, or an empty line, parts paragraphs; any other break
# (addresses, verse, lines wrapped by hand) is a blank.
_PARTING = re.compile(r"(?:(?<=[.!?…。！？।؟\"”’»)])\s*\x1e|\x1e(?:\s*\x1e)+)[\s\x1e]*")
_HTML_BLANKS = re.compile(r"[ \t\n\r\f\x1e]+")  # NBSP and wide blanks are text, left to cleaning

# A cell with more text is prose in a table that serves the layout. The cells of data tables in
# articles (results, schedules, prices) hold words, at most a sentence.
_LONGEST_CELL = 300  # characters
_SENTENCE_END = re.compile(r"[.!?…。！？।؟։።][\"'”’»)\]]*(?:\s|\Z)|[。！？]")
_TABULAR_CELLS = 2  # non-empty cells; a row with fewer relates nothing to anything


def blocks(root: etree._Element, names: Vocabulary) -> Iterator[Block]:
    """Yield the paragraphs under `root` in order, none of them empty; `root` stays as it was."""
    kinds = ["body"]
    pieces = [root.text or ""]
    walk = etree.iterwalk(root, events=("start", "end"))
    next(walk)
    for event, element in walk:
        if element is root:
            break
        tag = element.tag
        parts = tag in names.rows or (kinds[-1] != "table" and _parts_text(tag, names))
        if parts:
            yield from _paragraphs(kinds[-1], pieces)
            pieces = []
        if event == "end":
            kinds.pop()
            pieces.append(element.tail or "")
        elif tag in names.skipped or not isinstance(tag, str):
            walk.skip_subtree()
            kinds.append(kinds[-1])
        else:
            pieces += (_before(element, kinds[-1], names), element.text or "")
            kinds.append(_kind(element, kinds[-1], names) if parts else kinds[-1])
    yield from _paragraphs("body", pieces)


def _parts_text(tag: str, names: Vocabulary) -> bool:
    """Tell whether an element of this name begins a paragraph outside data tables."""
    return tag in names.blocks or tag in names.kinds or tag in names.cells


def _kind(element: etree._Element, around: str, names: Vocabulary) -> str:
    """Return the kind of the text in an element that parts text."""
    if element.tag in names.rows:
        cells = [len(_text(cell)) for cell in element if cell.tag in names.cells]
        is_tabular = sum(map(bool, cells)) >= _TABULAR_CELLS and max(cells) <= _LONGEST_CELL
        return "table" if is_tabular else around
    if element.tag in names.cells:  # of a row that serves the layout
        text = _text(element)
        is_label = len(text) <= _LONGEST_CELL and not _SENTENCE_END.search(text)
        return "furniture" if is_label else around
    return names.kinds.get(element.tag, around)


def _text(element: etree._Element) -> str:
    """Return all text in `element` without blanks at its ends."""
    return "".join(element.itertext()).strip()


def _before(element: etree._Element, around: str, names: Vocabulary) -> str:
    """Return what parts the text of `element` from the text before it in the same paragraph."""
    if element.tag in names.breaks:
        return _LINE_BREAK
    if around == "table" and element.tag in names.cells:
        return " | " if element.getprevious() is not None else ""
    return " " if element.tag in names.blocks else ""


def _paragraphs(kind: str, pieces: list[str]) -> Iterator[Block]:
    """Yield the paragraphs of one block; line breaks may part it further, but not a table row."""
    text = "".join(pieces)
    parts = [text]
    if _LINE_BREAK in text and kind != "table":
        parts = _PARTING.split(text)
    for part in parts:
        squeezed = _HTML_BLANKS.sub(" ", part).strip(" |" if kind == "table" else " ")
        if squeezed and not squeezed.isspace():
            yield Block(kind=kind, text=squeezed)
