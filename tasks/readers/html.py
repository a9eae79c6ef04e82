"""Reader of web pages: parsed once, then the fields from what the page declares and the body."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from lxml import etree
from lxml.html import HtmlElement, HTMLParser

from tasks.decode import decode
from tasks.extract.body import TEXT_KINDS, body, squeeze
from tasks.extract.metadata import read_metadata
from tasks.records import Candidate, Draft, DraftParagraph, RawDocument
from warehouse.errors import CannotRead

# Characters that no tree may hold (XML 1.0, production 2); libxml2 ends the page at a NUL.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

# libxml2 stops at 2,048 open elements (hundreds of unclosed <font> do that) and drops the rest of
# the page. Without the elements that only nest, it reads on.
_NESTING = re.compile(
    r"</?(?!(?:p|h[1-6]|br|li|title|meta|link|script|style|head)\b)[a-z][^<>]*>", re.I
)


def read(document: RawDocument) -> Draft:
    """Return the article on a web page.

    Raises CannotRead with "read.no_body" when the page holds no text of its own (frames, scripts
    only, empty) and with "read.extractor_failed" when the extractor breaks on it.
    """
    decoded = decode(document.data, charset=document.charset, is_html=True)
    text, forbidden = _FORBIDDEN.subn("", decoded.text)
    tree, is_flat = parse(text)
    candidates = read_metadata(tree)
    found = body(tree)
    _require_text(found.paragraphs, candidates, text)
    repairs = Counter(forbidden_characters=forbidden, nesting_too_deep=int(is_flat))
    return Draft(
        paragraphs=_set_headline_apart(found.paragraphs, candidates),
        candidates=candidates,
        encoding=decoded.encoding,
        encoding_method=decoded.method,
        extractor=found.extractor,
        removed=+(repairs + Counter(found.removed)),
    )


def parse(text: str) -> tuple[HtmlElement, bool]:
    """Return the root of the page in `text`, and whether its nesting had to be left out.

    `text` holds no control characters. Raises CannotRead("read.no_body") if there is no element.
    """
    tree, is_cut = _tree(text)
    if is_cut:
        tree, _ = _tree(_NESTING.sub("\n", text))
    if not isinstance(tree, HtmlElement):
        detail = f"no element and no text in {len(text)} characters; an article needs a body"
        raise CannotRead("read.no_body", detail)
    return tree, is_cut


def _tree(text: str) -> tuple[HtmlElement | None, bool]:
    """Parse `text` and tell whether the parser gave up before its end."""
    parser = HTMLParser(
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        no_network=True,
        huge_tree=True,  # else the page ends at 256 open elements or at 10 MB in one text
    )
    try:
        tree = etree.fromstring(text.encode("utf-8"), parser)
    except etree.XMLSyntaxError:  # nothing but blanks
        return None, False
    is_cut = any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log)
    return tree, is_cut


def _require_text(
    paragraphs: tuple[DraftParagraph, ...], candidates: tuple[Candidate, ...], text: str
) -> None:
    """Raise CannotRead unless a paragraph holds text of the article."""
    if any(paragraph.kind in TEXT_KINDS for paragraph in paragraphs):
        return
    title = next((each.value for each in candidates if each.field == "headline"), "")
    detail = f"no paragraph of text found on the page {title!r} of {len(text)} characters"
    raise CannotRead("read.no_body", detail)


def _set_headline_apart(
    paragraphs: tuple[DraftParagraph, ...], candidates: tuple[Candidate, ...]
) -> tuple[DraftParagraph, ...]:
    """Mark the headline as furniture where it stands before the text again."""
    headlines = {squeeze(each.value) for each in candidates if each.field == "headline"}
    result = list(paragraphs)
    for number, paragraph in enumerate(paragraphs):
        if squeeze(paragraph.text) in headlines:
            result[number] = replace(paragraph, kind="furniture")
        elif paragraph.kind in TEXT_KINDS:
            break
    return tuple(result)
