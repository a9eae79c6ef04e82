"""HTML inside a field of another format (a ninjs body, a feed's content) to paragraphs.

Such a fragment is the body already, so nothing is left out but what is no text (scripts, forms).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from lxml import etree

_TAG = re.compile(
    r"</?(?:p|br|div|h[1-6]|ul|ol|li|a|b|i|u|em|strong|span|section|article|figure|figcaption|img"
    r"|blockquote|table|tr|td|th|hr|sup|sub|font|small|iframe|script|body|html|block|pre)\b[^<>]*>",
    re.IGNORECASE,
)
_ANY_TAG = re.compile(r"<[a-zA-Z/!][^<>]*>")
_PARAGRAPH_TAG = re.compile(r"<(?:p|br|div|td)\b", re.IGNORECASE)
_BLOCK_TAG = re.compile(
    r"<(?:p|br|div|li|td|h[1-6]|blockquote|figure|section|article|pre|hr)\b", re.IGNORECASE
)
_KINDS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "hl2"), "subhead"),
    **dict.fromkeys(("figure", "figcaption", "caption"), "caption"),
    **dict.fromkeys(("li", "dt", "dd"), "list_item"),
    **dict.fromkeys(("tr", "th", "td"), "table"),
    "blockquote": "quote",
}
_BLOCKS = frozenset(
    (
        *(tag for tag in _KINDS if tag not in ("td", "th")),  # cells stay in the line of their row
        *("p", "div", "section", "article", "main", "header", "footer", "aside", "nav", "center"),
        *("ul", "ol", "dl", "table", "thead", "tbody", "tfoot", "pre", "hr", "address", "details"),
        *("body", "html", "block", "media"),
    )
)
_NO_TEXT = frozenset(
    ("script", "style", "noscript", "template", "iframe", "object", "svg", "form", "button", "head")
)
_BLANKS = re.compile(r"\s+")
_BLANK_LINE = re.compile(r"(?<![^\S\n])[^\S\n]*\n[^\S\n]*\n\s*")
# <br><br> parts paragraphs, and so does one <br> after the end of a sentence.
_BREAK = re.compile(r"\s*\n\s*\n\s*|(?<=[.!?:…。！？»”\"])[^\S\n]*\n\s*")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # XML 1.0


def is_html(text: str) -> bool:
    """Tell whether `text` holds HTML elements, escaped ("&lt;p&gt;") or not."""
    if "<" in text:
        return _TAG.search(text) is not None
    return "&lt;" in text and _TAG.search(html.unescape(text)) is not None


def paragraphs_in(fragment: str) -> Iterator[tuple[str, str]]:
    """Yield (text, kind) of the blocks of `fragment`, not yet cleaned.

    Kinds are those of DraftParagraph; "text" stands for plain text with inline markup only, whose
    line breaks mean what they mean in a text file.
    """
    source = fragment if "<" in fragment else html.unescape(fragment)
    root, is_cut = _tree(source)
    if is_cut:
        yield html.unescape(_ANY_TAG.sub("\n", source)), "text"
    if root is None or is_cut:
        return
    if not _BLOCK_TAG.search(source):
        yield "".join(root.itertext()), "text"
        return
    keeps_blank_lines = not _PARAGRAPH_TAG.search(source)
    for text, kind in _blocks(root, keeps_blank_lines=keeps_blank_lines):
        for part in _BREAK.split(text):
            if part.strip():
                yield part, kind


def _tree(source: str) -> tuple[etree._Element | None, bool]:
    """Parse `source` and tell whether the parser gave up before its end (2,048 open elements)."""
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True
    )
    data = f"<div>{_FORBIDDEN.sub('', source)}</div>".encode()
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:  # nothing but blanks and comments
        return None, False
    is_cut = any(each.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for each in parser.error_log)
    return root, is_cut


def _blocks(root: etree._Element, *, keeps_blank_lines: bool) -> Iterator[tuple[str, str]]:
    """Yield the text between block borders and its kind; a <br> is a line break in it."""
    kinds, buffer = ["body"], list[str]()
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag in _BLOCKS:
            yield "".join(buffer), kinds[-1]
            buffer.clear()
        if event == "start":
            kinds.append(_KINDS.get(tag, kinds[-1]) if tag in _BLOCKS else kinds[-1])
            if tag in _NO_TEXT:
                walk.skip_subtree()
            else:
                buffer.append(_own_text(element.text, tag, keeps_blank_lines))
        else:
            kinds.pop()
            buffer.append(_own_text(element.tail, "", keeps_blank_lines))
    yield "".join(buffer), kinds[-1]


def _own_text(text: str | None, tag: str, keeps_blank_lines: bool) -> str:
    lead = "\n" if tag == "br" else " " if tag in ("td", "th") else ""
    if not text:
        return lead
    if keeps_blank_lines:
        parts = _BLANK_LINE.split(text)
        return lead + "\n\n".join(_BLANKS.sub(" ", part) for part in parts)
    return lead + _BLANKS.sub(" ", text)
