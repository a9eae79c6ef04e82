"""Reader of XML in no standard: dumps of archives, content systems and corpora (TEI among them).

The rule: an element, or an attribute of the article's element, means what a key of the same name
means in a JSON article (tasks.readers.json_keys). The body is the element named so that holds
text; without one, all <p>. A document without a headline or date beside its body is no article.
NITF and NewsML inside another element are read by their readers' rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from tasks.clean import clean_line
from tasks.compression import Readable
from tasks.readers.cutter import Cuts, cut
from tasks.readers.json_keys import KEYS, plain_key
from tasks.readers.nitf import add_nitf
from tasks.readers.parts import Part
from tasks.readers.story import Story, draft_of
from tasks.readers.xmltree import language_of, parse_xml, plain_names, text_of, value_of
from tasks.records import Draft, RawDocument
from warehouse.errors import CannotRead

EXTRACTOR = "xml 1"
MEDIA_TYPE = "application/xml"

# Elements that are documents in files of many. Not among them: names that other XML is full of.
DOCUMENTS = ("article", "story", "doc", "document", "newsitem", "news_item", "post", "tei")
# Names of paragraphs and headings that HTML writes otherwise.
_HTML_NAMES = {
    **dict.fromkeys(("para", "paragraph", "par", "absatz", "parrafo"), "p"),
    **dict.fromkeys(("head", "heading", "subhead", "subtitle", "subheadline", "hl2"), "h3"),
    **dict.fromkeys(("caption", "figdesc", "imagecaption"), "figcaption"),
    **dict.fromkeys(("quote", "bq", "blockquote"), "blockquote"),
    **dict.fromkeys(("item", "listitem"), "li"),
    **dict.fromkeys(("lb",), "br"),
}
_MORE_BODY = ("bodytext", "storytext", "newstext", "articletext", "leadpara")
_MORE_KEYS = {
    "pubdate": "published",
    "docdate": "published",
    "hl1": "headline",
    "hedline": "headline",
}
_MOST_NAMED = 500  # elements with a name that means something; an article has fewer
_MOST_PIECES, _LONGEST_VALUE = 100, 10_000  # of text in a field: a wrongly named one may be huge
_LONGEST_SHOWN = 80  # characters of a name in a message
_COMMAS = re.compile(r"\s*[,;|]\s*")


@dataclass(frozen=True, slots=True)
class _Named:
    """A place whose name means a field."""

    field: str
    rank: int
    name: str
    value: str
    element: etree._Element | None


def split_xml(stream: Readable, *, limit: int) -> Iterator[Part]:
    """Yield the documents of an XML file of many (<docs><doc>...); see `cutter.cut`."""
    cuts = Cuts(media_types=dict.fromkeys(DOCUMENTS, MEDIA_TYPE), is_nesting=True)
    return cut(stream, cuts, limit=limit)


def read(document: RawDocument) -> Draft:
    """Return the article of one XML document.

    Raises CannotRead: "read.unknown_xml", with the name and namespace of the root, where the rule
    finds no article, and what `parse_xml` raises.
    """
    tree = parse_xml(document.data, charset=document.charset)
    shown = _root_name(tree.root)
    root = plain_names(tree.root)
    story = Story()
    if root.find(".//body.content") is not None:
        add_nitf(story, next(root.iter("nitf"), root))
    else:
        article = next(root.iter(*DOCUMENTS), root)
        _read_article(story, article)
    fields = {each.field for each in story.candidates}
    if not story.has_body() or fields.isdisjoint(("headline", "published")):
        raise CannotRead("read.unknown_xml", f"{shown}: {_missing(story, fields)}")
    return draft_of(story, tree, EXTRACTOR)


def _root_name(root: etree._Element) -> str:
    namespace, _, name = str(root.tag).rpartition("}")
    where = f" in the namespace {namespace[1:]!r}" if namespace else " in no namespace"
    return f"root <{name[:_LONGEST_SHOWN]}>{where[:200]}"


def _missing(story: Story, fields: set[str]) -> str:
    body = "a body" if story.has_body() else "no body"
    return f"{body} and {', '.join(sorted(fields)) or 'no field'}; an article has body and headline"


def _read_article(story: Story, article: etree._Element) -> None:
    named = sorted(_named(article), key=lambda each: each.rank)
    body = next((each for each in named if each.field == "body" and each.value), None)
    inside = set(body.element.iter()) if body and body.element is not None else set()
    for each in named:
        if each.field != "body" and each.element not in inside:
            for value in _COMMAS.split(each.value) if each.field == "keyword" else [each.value]:
                story.offer(each.field, value, f"xml:{each.name}")
    story.offer("language", language_of(article), "xml:xml:lang")
    if body is not None and body.element is not None:
        story.add_tree(_as_html(body.element))
        return
    for paragraph in article.iter("p", "para", "paragraph"):
        story.add(text_of(paragraph), "body")


def _named(article: etree._Element) -> Iterator[_Named]:
    """Yield the attributes of `article` and the elements in it whose names mean a field."""
    for name, value in article.attrib.items():
        for field, rank in _meanings(str(name)):
            if field != "body":
                yield _Named(field, rank, f"@{name}", str(value), None)
    count = 0
    for element in article.iterdescendants(etree.Element):
        for field, rank in _meanings(str(element.tag)):
            count += 1
            if count > _MOST_NAMED:
                return
            yield _Named(field, rank, str(element.tag), _value(element, field), element)


def _meanings(name: str) -> tuple[tuple[str, int], ...]:
    """Return the fields that a name stands for, the better names first."""
    if name in _MORE_BODY:
        return (("body", 0),)
    if name in _MORE_KEYS:
        return ((_MORE_KEYS[name], 0),)
    return KEYS.get(plain_key(name), ())


def _value(element: etree._Element, field: str) -> str:
    """Return what an element says: of dates and links also an attribute; of a body only a bit."""
    if field == "body":
        return next((text for text in element.itertext() if text.strip()), "")
    text = clean_line("".join(islice(element.itertext(), _MOST_PIECES))[:_LONGEST_VALUE]).text
    if field in ("published", "modified"):
        return value_of(element, "when") or value_of(element, "norm") or text
    if field in ("url", "canonical_url", "image_url"):
        return text or value_of(element, "href") or value_of(element, "src")
    return text


def _as_html(body: etree._Element) -> etree._Element:
    for element in body.iter(*_HTML_NAMES):
        if element is not body:
            element.tag = _HTML_NAMES[str(element.tag)]
    return body
