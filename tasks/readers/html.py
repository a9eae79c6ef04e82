"""Reader of web pages: parsed once, then the fields from what the page declares and the body."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from lxml import etree
from lxml.html import HtmlElement, HTMLParser

from tasks.decode import decode
from tasks.extract.body import TEXT_KINDS, body
from tasks.extract.metadata import read_metadata
from tasks.extract.page_kind import page_kind, page_truncation
from tasks.extract.vote import SENTENCE_END, Told, letters
from tasks.records import Candidate, Decoded, Draft, DraftParagraph, RawDocument
from warehouse.errors import CannotRead

# Characters that no tree may hold (XML 1.0, production 2); libxml2 ends the page at a NUL.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

# libxml2 stops at 2,048 open elements (hundreds of unclosed <font> do that) and drops the rest of
# the page. Without the elements that only nest, it reads on.
_NESTING = re.compile(
    r"</?(?!(?:p|h[1-6]|br|li|title|meta|link|script|style|head)\b)[a-z][^<>]*>", re.I
)

_LINES = frozenset(("body", "list_item"))  # kinds that bylines and dates are taken for
_LONGEST_LINE = 120  # characters of a byline
_LEAST_NAME = 5  # letters; shorter names stand in other words
_LONGEST_DATE = 80
# 14xx: the Persian calendar. Only lines above the text are asked.
_YEAR_OR_TIME = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[:.h]\d\d\b|[12]\d{3}年|\b14\d\d\b")


def read(document: RawDocument) -> Draft:
    """Return the article on a web page.

    Raises CannotRead("read.no_body") when the page holds no text of its own (frames, scripts only,
    empty).
    """
    decoded = decode(document.data, charset=document.charset, is_html=True)
    return read_page(decoded, url=document.url)


def read_page(page: Decoded, *, url: str | None = None) -> Draft:
    """Return the article on a page that is text already, for instance a field of a JSON document.

    `url` is where it was fetched from, if known. Raises CannotRead as `read` does.
    """
    text, forbidden = _FORBIDDEN.subn("", page.text)
    tree, is_flat = parse(text)
    markup = _NESTING.sub("\n", text) if is_flat else text
    candidates = read_metadata(tree, url)
    found = body(markup, tree, _told(candidates))
    _require_text(found.paragraphs, candidates, text)
    repairs = Counter(forbidden_characters=forbidden, nesting_too_deep=int(is_flat))
    return Draft(
        paragraphs=_settled(found.paragraphs, candidates),
        candidates=candidates,
        encoding=page.encoding,
        encoding_method=page.method,
        extractor=found.extractor,
        removed=+(repairs + Counter(found.removed)),
        agreement=found.agreement,
        skipped=found.skipped,
        page_kind=page_kind(tree, found, candidates),
        truncated=page_truncation(markup, tree, found),
    )


def _told(candidates: tuple[Candidate, ...]) -> Told:
    """Return the headlines and summaries among `candidates`, to find them on the page."""
    said = {
        name: [x for x in candidates if x.field == name] for name in ("headline", "description")
    }
    headlines, summaries = ([letters(x.value) for x in each] for each in said.values())
    return Told(frozenset(headlines), tuple(dict.fromkeys(summaries)))


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


def _settled(
    paragraphs: tuple[DraftParagraph, ...], candidates: tuple[Candidate, ...]
) -> tuple[DraftParagraph, ...]:
    """Mark what stands before the text again: the headline, the authors, the date.

    Only paragraphs before the first one of some length are looked at, and the line of an author
    also at the end.
    """
    headlines = _told(candidates).headlines
    authors = {letters(each.value) for each in candidates if each.field == "author"}
    authors = {name for name in authors if len(name) >= _LEAST_NAME}
    result = list(paragraphs)
    begins = next((at for at, each in enumerate(result) if _is_text(each, headlines)), len(result))
    for at, each in enumerate(result):
        if at < begins and letters(each.text) in headlines:
            result[at] = replace(each, kind="furniture")
        elif each.kind in _LINES and _is_byline(each.text, authors):
            result[at] = replace(each, kind="byline")
        elif at < begins and each.kind in _LINES and _is_date(each.text):
            result[at] = replace(each, kind="furniture")
    has_text = any(each.kind in TEXT_KINDS for each in result)
    return tuple(result) if has_text else paragraphs


def _is_text(paragraph: DraftParagraph, headlines: frozenset[str]) -> bool:
    """Tell whether the article has begun with this paragraph."""
    is_long = len(paragraph.text) > _LONGEST_LINE or paragraph.kind not in _LINES
    return paragraph.kind in TEXT_KINDS and is_long and letters(paragraph.text) not in headlines


def _is_byline(text: str, authors: set[str]) -> bool:
    """Tell whether a short line holds the name of an author and little else."""
    if len(text) > _LONGEST_LINE or not authors:
        return False
    line = letters(text)
    return any(name in line and len(line) <= 2 * len(name) + _LEAST_NAME for name in authors)


def _is_date(text: str) -> bool:
    """Tell whether a short line is a time of publication: a year or a time of day, no sentence."""
    return (
        len(text) <= _LONGEST_DATE
        and _YEAR_OR_TIME.search(text) is not None
        and SENTENCE_END.search(text) is None
    )
