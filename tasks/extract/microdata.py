"""Fields from microdata: itemprop attributes with the schema.org names."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement

from tasks.extract.jsonld import ARTICLE_TYPES, PAGE_TYPES, PROPERTIES, parted
from tasks.records import Candidate

# Addresses and names stand on every image, author and teaser, often in no item of their own.
_COMMON = frozenset(("name", "url", "@id", "image", "thumbnailUrl"))
_FIELDS = {name: field for field, names in PROPERTIES for name in names if name not in _COMMON}
_PROPERTIES = etree.XPath("descendant::*[@itemprop]")
_SCOPE = etree.XPath("ancestor::*[@itemscope][1]")
_ADDRESS_ATTRIBUTES = ("content", "datetime", "href", "src")
_MOST_PROPERTIES = 500  # a page with more lists other articles
_LONGEST_VALUE = 2_000  # characters; more is a body wrapped in an itemprop


def read_microdata(tree: HtmlElement) -> list[Candidate]:
    """Return the candidates of the first article item in `tree`.

    Properties outside any item, or of the item for the page, count too; those of further
    articles (teasers) and of nested items do not.
    """
    found: list[Candidate] = []
    article: HtmlElement | None = None
    for element in _PROPERTIES(tree)[:_MOST_PROPERTIES]:
        scope = next(iter(_SCOPE(element)), None)
        if scope is not None and scope is not article:
            types = _types(scope)
            if article is None and types & ARTICLE_TYPES:
                article = scope
            elif not types & PAGE_TYPES:
                continue
        found += _candidates(element)
    return found


def _types(scope: HtmlElement) -> set[str]:
    """Return the names of an item's types without their namespace."""
    return {name.rpartition("/")[2] for name in (scope.get("itemtype") or "").split()}


def _candidates(element: HtmlElement) -> Iterator[Candidate]:
    """Yield what one element with an itemprop says."""
    for name in element.get("itemprop", "").split():
        field = _FIELDS.get(name)
        if field is not None:
            yield from parted(field, _value(element, field), "microdata")


def _value(element: HtmlElement, field: str) -> str:
    """Return the value as the HTML standard reads it: an attribute, a nested name, or the text."""
    is_text = field in ("author", "publisher", "headline", "section", "copyright_holder")
    attributes = ("content",) if is_text else _ADDRESS_ATTRIBUTES
    value = next(filter(None, map(element.get, attributes)), None)
    if value is None and "itemscope" in element.attrib:
        named = element.find(".//*[@itemprop='name']")
        value = None if named is None else named.get("content") or "".join(named.itertext())
    text = "".join(element.itertext()) if value is None else value
    return " ".join(text.split()) if len(text) <= _LONGEST_VALUE else ""
