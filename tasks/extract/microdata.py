"""Fields from marked elements: microdata (itemprop) and RDFa (property) with schema.org names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from tasks.extract.jsonld import ARTICLE_TYPES, PAGE_TYPES, PROPERTIES, kind_of, parted
from tasks.extract.surroundings import spaced_text, text_of
from tasks.records import Candidate

# Addresses and names stand on every image, author and teaser, often in no item of their own.
_COMMON = frozenset(("name", "url", "@id", "image", "thumbnailUrl"))
_FIELDS = {name: field for field, names in PROPERTIES for name in names if name not in _COMMON}
# RDFa of pages before schema.org: Dublin Core terms (dublincore.org/documents/dcmi-terms).
_DUBLIN_CORE = {
    "title": "headline",
    "creator": "author",
    "date": "published",
    "issued": "published",
    "created": "published",
    "modified": "modified",
    "publisher": "publisher",
    "language": "language",
    "rightsholder": "copyright_holder",
}
# Prefixes of RDFa property names. rNews (IPTC, 2011) has the names that schema.org took over.
_SCHEMA_PREFIXES = frozenset(("", "schema", "rnews", "http://schema.org", "https://schema.org"))
_DUBLIN_CORE_PREFIXES = frozenset(("dc", "dct", "dcterms", "http://purl.org/dc/terms"))

# Counted before the step up to the elements, which costs the square of their number.
_MARKED = etree.XPath("(//@itemprop)[position() <= 1000]/.. | (//@property)[position() <= 1000]/..")
_ADDRESS_ATTRIBUTES = ("content", "datetime", "href", "src")
_TEXT_FIELDS = frozenset(("author", "publisher", "headline", "section", "copyright_holder"))
_MOST_PROPERTIES = 500  # a page with more lists other articles
_LONGEST_VALUE = 2_000  # characters; more is a body wrapped in an itemprop


@dataclass(frozen=True, slots=True)
class _Syntax:
    """The attributes of one way to mark elements, and how its property names map to fields."""

    source: str
    mark: str
    item: str
    type: str
    field: Callable[[str], str | None]


def _rdfa_field(name: str) -> str | None:
    """Return the field of an RDFa property: "schema:author", "dcterms:issued", "author"."""
    prefix, _, bare = name.rpartition("/" if "/" in name else ":")
    if prefix.lower() in _DUBLIN_CORE_PREFIXES:
        return _DUBLIN_CORE.get(bare.lower())
    return _FIELDS.get(bare) if prefix.lower() in _SCHEMA_PREFIXES else None


_MICRODATA = _Syntax("microdata", "itemprop", "itemscope", "itemtype", _FIELDS.get)
_RDFA = _Syntax("rdfa", "property", "typeof", "typeof", _rdfa_field)


def read_marked(tree: HtmlElement) -> list[Candidate]:
    """Return the candidates that microdata and RDFa in `tree` mark, microdata first.

    Those of the first article item, of the item for the page, and outside any item; not those of
    further articles (teasers) and of nested items.
    """
    elements = _MARKED(tree)
    marked = [each for each in elements if "itemprop" in each.attrib]
    # <meta property="author"> is a meta name that its writer took for a property.
    others = [e for e in elements if e.tag != "meta" or ":" in (e.get("property") or "")]
    return [*_read(marked, _MICRODATA), *_read(others, _RDFA)]


def _read(elements: Iterable[HtmlElement], syntax: _Syntax) -> Iterator[Candidate]:
    """Yield the candidates of the first article item."""
    article: HtmlElement | None = None
    named = ((each, _field_names(each, syntax)) for each in elements)
    for element, fields in [pair for pair in named if pair[1]][:_MOST_PROPERTIES]:
        scope = next((e for e in element.iterancestors() if syntax.item in e.attrib), None)
        if scope is not None and scope is not article:
            types = _types(scope, syntax)
            if article is None and types & ARTICLE_TYPES:
                article = scope
            elif not types & PAGE_TYPES:
                continue
        for field in fields:
            kind = kind_of(_types(element, syntax)) if field == "author" else ""
            yield from parted(field, _value(element, field, syntax), syntax.source, kind)


def _field_names(element: HtmlElement, syntax: _Syntax) -> list[str]:
    """Return the fields that an element's marks stand for."""
    names = (element.get(syntax.mark) or "").split()
    return [field for field in map(syntax.field, names) if field is not None]


def _types(scope: HtmlElement, syntax: _Syntax) -> set[str]:
    """Return the names of an item's types without their namespace."""
    names = (scope.get(syntax.type) or "").split()
    return {name.rpartition("/")[2].rpartition(":")[2] for name in names}


def _value(element: HtmlElement, field: str, syntax: _Syntax) -> str:
    """Return the value as the HTML standard reads it: an attribute, a nested name, or the text."""
    attributes = ("content",) if field in _TEXT_FIELDS else _ADDRESS_ATTRIBUTES
    value = next(filter(None, map(element.get, attributes)), None)
    if value is None and syntax.item in element.attrib:
        named = element.find(f".//*[@{syntax.mark}='name']")
        value = None if named is None else named.get("content") or text_of(named)
    if value is None:  # "By</b>Ann", but "<b>R</b>ain"
        value = text_of(element) if field == "headline" else spaced_text(element)
    return " ".join(value.split()) if len(value) <= _LONGEST_VALUE else ""
