"""Fields from JSON-LD: what a page says of itself to search engines, in schema.org terms."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from lxml.html import HtmlElement

from tasks.records import Candidate

Node = dict[str, object]

# schema.org/Article and its subtypes.
_ARTICLE_TYPES = (
    "Article NewsArticle AdvertiserContentArticle AnalysisNewsArticle AskPublicNewsArticle "
    "BackgroundNewsArticle OpinionNewsArticle ReportageNewsArticle ReviewNewsArticle Report "
    "SatiricalArticle ScholarlyArticle MedicalScholarlyArticle TechArticle SocialMediaPosting "
    "BlogPosting LiveBlogPosting DiscussionForumPosting"
)
ARTICLE_TYPES = frozenset(_ARTICLE_TYPES.split())
PAGE_TYPES = frozenset(("WebPage", "ItemPage", "CollectionPage", "MedicalWebPage"))

# Field, and the properties that may fill it; the first that holds something does.
PROPERTIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("headline", ("headline", "name")),
    ("description", ("description",)),
    ("author", ("author", "creator")),
    ("publisher", ("publisher", "sourceOrganization", "provider")),
    ("section", ("articleSection",)),
    ("keyword", ("keywords",)),
    ("url", ("url", "mainEntityOfPage", "@id")),
    ("published", ("datePublished", "dateCreated", "uploadDate")),
    ("modified", ("dateModified",)),
    ("language", ("inLanguage",)),
    ("image_url", ("image", "thumbnailUrl")),
    ("license", ("license",)),
    ("copyright_holder", ("copyrightHolder",)),
    ("is_accessible_for_free", ("isAccessibleForFree",)),
)
# schema.org/Organization and its subtypes that sign articles, by the end of their names.
_ORGANISATIONS = re.compile(r"(?:Organization|Corporation|Business|NGO|Station|Agency|Brand)\Z")
_SITE_TYPES = frozenset(("WebSite", "NewsMediaOrganization", "Organization"))
# What a WebPage node says of the page holds for its article too; its name is the window's title.
_OF_THE_PAGE = frozenset(("published", "modified", "language", "description", "image_url"))
_ADDRESSES = frozenset(("url", "image_url", "license"))
_ONE = frozenset(("url", "image_url", "headline", "published", "modified"))  # first value only

MOST_VALUES = 200  # of one field; real articles have up to some dozens of keywords
_HOLDERS = ("@graph", "mainEntity", "mainEntityOfPage")
_MOST_NODES = 5_000  # a graph of the whole site is not about this page

_WRAPPING = re.compile(r"<!--|-->|/\*|\*/|(?://\s*)?<!\[CDATA\[|(?://\s*)?\]\]>")
_TRAILING_COMMA = re.compile(r",\s*([}\]])")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_KEYWORD_BREAK = re.compile(r"[,;،、]")
_VALUE = re.compile(r"[{\[]")
_DECODER = json.JSONDecoder(strict=False)  # pages hold raw line breaks inside JSON strings


def read_jsonld(scripts: Iterable[HtmlElement], addresses: Collection[str]) -> list[Candidate]:
    """Return the candidates of the article that the JSON-LD among a page's `scripts` describes.

    `addresses` are the page's own (canonical, og:url): among several articles the one that bears
    one of them is meant, else the first. Candidates of a WebPage node follow, so named, and the
    name of the site as its publisher.
    """
    nodes = list(_nodes(scripts))
    known = {str(node["@id"]): node for node in nodes if "@id" in node and len(node) > 1}
    articles = [node for node in nodes if _types(node) & ARTICLE_TYPES]
    own = {plain_address(address) for address in addresses}
    chosen = [node for node in articles if _addresses(node, known) & own] or articles[:1]
    found = [each for node in chosen for each in _candidates(node, known, "json-ld")]
    pages = [node for node in nodes if _types(node) & PAGE_TYPES][:1]
    about = [each for node in pages for each in _candidates(node, known, "json-ld:WebPage")]
    found += [each for each in about if each.field in _OF_THE_PAGE]
    return found + [each for node in nodes for each in _site(node, known)][:1]


def _site(node: Node, known: Mapping[str, Node]) -> Iterator[Candidate]:
    """Yield the name of the site, if the node is about it."""
    if _types(node) & _SITE_TYPES:
        for name in _texts(node.get("name"), known, "@value")[:1]:
            yield Candidate(field="publisher", value=name, source="json-ld:WebSite")


def plain_address(address: str) -> str:
    """Return `address` without scheme, "www.", query, fragment and last slash, to compare."""
    rest = address.partition("://")[2] or address
    return re.split(r"[?#]", rest, maxsplit=1)[0].removeprefix("www.").rstrip("/").casefold()


def parse_jsonld(text: str) -> list[object]:
    """Return the JSON values in `text`, none if it cannot be read.

    Comment and CDATA wrapping, escaped quotes, trailing commas, text after the end and several
    values in a row are mended.
    """
    try:
        return [json.loads(text, strict=False)]
    except (ValueError, RecursionError):
        return _mended(text)


def _mended(text: str) -> list[object]:
    """Return the values that can be read after the cheap repairs."""
    if '"' not in text:
        text = html.unescape(text)
    text = _TRAILING_COMMA.sub(r"\1", _WRAPPING.sub(" ", text))
    values: list[object] = []
    position = 0
    while match := _VALUE.search(text, position):
        try:
            value, position = _DECODER.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            break
        values.append(value)
    return values


def _nodes(scripts: Iterable[HtmlElement]) -> Iterator[Node]:
    """Yield the nodes that stand at the top of the page's JSON-LD or in its graphs, in order."""
    wanted = (each for each in scripts if "ld+json" in (each.get("type") or "").lower())
    queue = [value for script in wanted for value in parse_jsonld(script.text or "")]
    queue.reverse()
    for _ in range(_MOST_NODES):
        if not queue:
            return
        value = queue.pop()
        if isinstance(value, list):
            queue += reversed(value)
        elif isinstance(value, dict):
            yield value
            queue += [value[key] for key in reversed(_HOLDERS) if key in value]


def _types(node: Node) -> frozenset[str]:
    """Return the names of the node's types without their namespace."""
    value = node.get("@type")
    names = value if isinstance(value, list) else [value]
    return frozenset(re.split(r"[/#:]", name)[-1] for name in names if isinstance(name, str))


def _addresses(node: Node, known: Mapping[str, Node]) -> set[str]:
    """Return the addresses that a node gives for itself, ready to compare."""
    keys = ("url", "mainEntityOfPage", "@id")
    return {
        plain_address(value) for key in keys for value in _texts(node.get(key), known, "@id", "url")
    } - {""}


def _candidates(node: Node, known: Mapping[str, Node], source: str) -> Iterator[Candidate]:
    """Yield what one node says, field by field."""
    for field, keys in PROPERTIES:
        if field == "author":
            yield from _authors(node, keys, known, source)
            continue
        names = ("url", "contentUrl", "@id") if field in _ADDRESSES else ("@value", "name")
        found = next(filter(None, (_texts(node.get(key), known, *names) for key in keys)), [])
        for value in found[:1] if field in _ONE else found:
            yield from parted(field, value, source)


def _authors(
    node: Node, keys: Sequence[str], known: Mapping[str, Node], source: str
) -> Iterator[Candidate]:
    """Yield the authors of the first of `keys` that names any, each with the kind of its type."""
    for key in keys:
        value = node.get(key)
        found = False
        for item in (value if isinstance(value, list) else [value])[:MOST_VALUES]:
            kind = kind_of(_types(_resolved(item, known))) if isinstance(item, dict) else ""
            for name in _texts(item, known, "@value", "name"):
                found = True
                yield Candidate(field="author", value=name, source=source, kind=kind)
        if found:
            return


def kind_of(types: Collection[str]) -> str:
    """Return the kind of author that schema.org types name: person, organisation or ""."""
    if "Person" in types:
        return "person"
    return "organisation" if any(map(_ORGANISATIONS.search, types)) else ""


def parted(field: str, value: str, source: str, kind: str = "") -> Iterator[Candidate]:
    """Yield the candidates that one value makes: one each for the keywords in it."""
    values = _KEYWORD_BREAK.split(value, maxsplit=MOST_VALUES) if field == "keyword" else [value]
    for each in values[:MOST_VALUES]:
        if each.strip():
            yield Candidate(field=field, value=each.strip(), source=source, kind=kind)


def _texts(value: object, known: Mapping[str, Node], *names: str) -> list[str]:
    """Return the texts in a value: itself, or what its objects hold under one of `names`."""
    texts: list[str] = []
    queue = [value]
    while queue and len(texts) < MOST_VALUES:
        item = queue.pop()
        if isinstance(item, list):
            queue += reversed(item)
        elif isinstance(item, dict):
            item = item if any(name in item for name in names) else _resolved(item, known)
            queue += [item[name] for name in names if _is_plain(item.get(name))][:1]
        elif isinstance(item, bool):
            texts.append(str(item).lower())
        elif isinstance(item, str | int | float):
            texts.append(_plain_text(str(item)))
    return [text for text in texts if text]


def _is_plain(value: object) -> bool:
    """Tell whether a property holds text, or texts, and no further objects."""
    values = value if isinstance(value, list) else [value]
    return all(isinstance(each, str | int | float) for each in values)


def _resolved(item: Node, known: Mapping[str, Node]) -> Node:
    """Return the node that `item` refers to by its @id, or `item` itself."""
    return known.get(str(item.get("@id")), item)


def _plain_text(value: str) -> str:
    """Return `value` without the escapes and tags that publishers leave inside JSON strings."""
    if "&" in value:
        value = html.unescape(value)
    if "<" in value:
        value = _TAG.sub("", value)
    return " ".join(value.split())
