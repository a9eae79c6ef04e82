"""From a tree of HTML elements to its paragraphs: where text parts, and what kind each part is.

A row of a data table is one paragraph, its cells parted by " | ". Of a row that serves the layout,
cells that hold no sentence (menus, the site's name) are furniture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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
_KINDS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "summary"), "subhead"),
    **dict.fromkeys(("li", "dd", "dt"), "list_item"),
    "blockquote": "quote",
    "figcaption": "caption",
    "caption": "caption",
}
_CELLS = frozenset(("td", "th"))
_FURTHER_BLOCKS = (
    *("p", "div", "section", "article", "main", "body", "center", "address", "pre", "ul", "ol"),
    *("dl", "table", "tbody", "thead", "form", "fieldset", "hr", "details", "header", "nav"),
    *("footer", "aside", "figure"),
)
_PARTING = frozenset((*_FURTHER_BLOCKS, *_KINDS, *_CELLS))
_SPACED = frozenset(_FURTHER_BLOCKS)  # parted by a blank in a table row, where they do not part
# What is no text, or never the article's.
_SKIPPED = frozenset(
    (
        *("script", "style", "noscript", "template", "head", "title", "nav", "footer", "aside"),
        *("svg", "math", "iframe", "object", "select", "button", "textarea", "input"),
    )
)

# Elements that the page itself calls a caption or a byline.
_MARKED = re.compile("[Cc]aption|[Cc]redit|[Bb]yline")  # in class
_MARKED_PROPERTIES: dict[str | None, str] = {"author": "byline", "caption": "caption"}
# Characters; a longer "caption" is a wrapper around the article itself, a longer byline is a box
# about the author.
_LONGEST_MARK = {"caption": 1_000, "byline": 200}
_LEAD_IN = 30  # characters that may stand beside a marked link: "By ... for the Post"

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


def blocks(root: HtmlElement) -> Iterator[Block]:
    """Yield the paragraphs under `root` in order, none of them empty; `root` stays as it was."""
    reading = _Reading(root.text or "")
    walk = etree.iterwalk(root, events=("start", "end"))
    next(walk)
    for event, element in walk:
        if element is root:
            break
        tag = element.tag
        if tag == "tr" or (tag in _PARTING and reading.kinds[-1] != "table"):
            yield from reading.paragraphs()
        if event == "end":
            reading.leave(element, tag)
        elif tag in _SKIPPED or not isinstance(tag, str):
            walk.skip_subtree()
            reading.skip()
        else:
            reading.enter(element, tag)
    yield from reading.paragraphs()


class _Reading:
    """The paragraph that is being read, and the elements that are open around it."""

    def __init__(self, text: str) -> None:
        self.kinds = ["body"]  # of the open elements
        self._pieces = [text]
        self._links = 0  # open <a>
        self._linked = 0  # characters of the paragraph inside links
        self._marks: list[tuple[HtmlElement, str]] = []  # open inline elements that are marked
        self._marked = 0  # characters of the paragraph inside them
        self._mark = "body"  # the kind of the last of them

    def enter(self, element: HtmlElement, tag: str) -> None:
        """Begin an element."""
        around = self.kinds[-1]
        mark = _mark(element, tag)
        if (around != "table" and tag in _PARTING) or tag == "tr":
            self.kinds.append(mark or _kind(element, tag, around))
        else:
            self.kinds.append(around)
            if mark:
                self._marks.append((element, mark))
        if (before := _before(element, tag, around)) != "":
            self._pieces.append(before)
        self._links += tag == "a"
        self._add(element.text)

    def leave(self, element: HtmlElement, tag: str) -> None:
        """End an element; what follows it belongs to the one around."""
        self.kinds.pop()
        self._links -= tag == "a"
        if self._marks and self._marks[-1][0] is element:
            self._marks.pop()
        self._add(element.tail)

    def skip(self) -> None:
        """Begin an element without its text."""
        self.kinds.append(self.kinds[-1])

    def _add(self, text: str | None) -> None:
        if text:
            self._pieces.append(text)
            if self._links > 0:
                self._linked += len(text)
            if self._marks:
                self._marked += len(text)
                self._mark = self._marks[-1][1]

    def paragraphs(self) -> Iterator[Block]:
        """Yield the paragraphs read since the last call; not one for a line break in a table."""
        text = "".join(self._pieces).strip()
        if text:
            kind = self.kinds[-1]
            if self._marked and len(text) - self._marked <= _LEAD_IN:
                kind = self._mark
            ratio = round(min(1.0, self._linked / len(text)), 2) if self._linked else 0.0
            parts = [text]
            if _LINE_BREAK in text and kind != "table":
                parts = _PARTING_BREAK.split(text)
            for part in parts:
                squeezed = _HTML_BLANKS.sub(" ", part).strip(" |" if kind == "table" else " ")
                if squeezed and not squeezed.isspace():
                    yield Block(kind=kind, text=squeezed, link_ratio=ratio)
        self._pieces, self._linked, self._marked = [], 0, 0


def _mark(element: HtmlElement, tag: str) -> str | None:
    """Return the kind that the page gives an element by its attributes, if its text is short."""
    kind = "caption" if tag == "figure" else None
    names = element.get("class")
    if names and (found := _MARKED.search(names)):
        kind = "byline" if found[0].lower() == "byline" else "caption"
    elif (prop := element.get("itemprop") or element.get("rel")) in _MARKED_PROPERTIES:
        kind = _MARKED_PROPERTIES[prop]
    if kind and tag not in _KINDS and _length(element, _LONGEST_MARK[kind]) > _LONGEST_MARK[kind]:
        return None
    return kind


def _length(element: HtmlElement, most: int) -> int:
    """Return how many characters `element` has without blanks around its pieces, to `most` + 1."""
    length = 0
    for piece in element.itertext():
        length += len(piece.strip())
        if length > most:
            return most + 1
    return length


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
