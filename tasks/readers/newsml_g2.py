"""Reader of NewsML-G2 of the IPTC (2.x): news items, packages and messages of them.

Names are compared in lower case and without namespace. Of a codes like "stat:canceled" the part
behind the prefix is used; prefixes are declared by catalogues that are never fetched.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from lxml import etree

from tasks.compression import Readable
from tasks.decode import decode
from tasks.readers.cutter import Cuts, cut
from tasks.readers.nitf import add_nitf
from tasks.readers.parts import Part
from tasks.readers.story import Story, draft_of, require_body
from tasks.readers.xmltree import language_of, parse_xml, plain_names, text_of, value_of
from tasks.records import Draft, RawDocument
from warehouse.errors import CannotRead

EXTRACTOR = "newsml-g2 1"

# What each item of the NewsML-G2 specification is for; only a news item is an article.
_ITEMS = {
    "newsitem": "a news item",
    "packageitem": "a package of links to news items",
    "conceptitem": "a concept (person, place, event), no news text",
    "knowledgeitem": "a set of concepts, no news text",
    "planningitem": "a plan of coverage, no news text",
    "catalogitem": "a catalogue of codes, no news text",
}
MEDIA_TYPES = {name: f"application/vnd.iptc.g2.{name}+xml" for name in _ITEMS}

# Roots of inline XML that is data: SportsML, EventsML and results of elections.
_DATA = ("sports-content", "conceptset", "events", "concept")
_PERSON = ("person", "cpnat:person")


def split_g2(stream: Readable, *, limit: int) -> Iterator[Part]:
    """Yield the items of a newsMessage (or of items one after the other); see `cutter.cut`."""
    return cut(stream, Cuts(media_types=MEDIA_TYPES), limit=limit)


def read(document: RawDocument) -> Draft:
    """Return the article of one news item, which may stand in a newsMessage.

    Raises CannotRead: "read.no_body" for an item that is or has no text, with what it is, and what
    `parse_xml` raises.
    """
    tree = parse_xml(document.data, charset=document.charset)
    root = plain_names(tree.root)
    item = root if root.tag in _ITEMS else next(root.iter(*_ITEMS), None)
    if item is None:
        raise CannotRead("read.no_body", f"<{root.tag}> without an item of NewsML-G2")
    story = Story()
    _read_item(story, item)
    require_body(story, _why(item, str(root.tag)), tree)
    return draft_of(story, tree, EXTRACTOR)


def _why(item: etree._Element, root: str) -> str:
    """Say what an item without text is."""
    name = str(item.tag)
    kind = _ITEMS[name]
    item_class = _code(item.find("itemmeta/itemclass"))
    if name != "newsitem":
        return kind
    status = _code(item.find("itemmeta/pubstatus"))
    said = [f"class {item_class or 'not said'}"]
    said += [f"status {status}"] if status not in ("", "usable") else []
    content = item.find("contentset")
    if content is None or not len(content):
        said.append("no content")
    for part in content if content is not None else ():
        inner = part[0].tag if len(part) else ""
        kinds = (value_of(part, "contenttype"), f"<{inner}>" if inner else "")
        said.append(f"{part.tag} {' '.join(filter(None, kinds))}".strip())
    return f"{kind} without text ({'; '.join(dict.fromkeys(said))})"


def _code(element: etree._Element | None) -> str:
    """Return the code that an element points to, without the prefix of its scheme."""
    code = value_of(element, "qcode") or value_of(element, "literal")
    if not code:
        return value_of(element, "uri").rstrip("/").rpartition("/")[2]
    return code.rpartition(":")[2]


# ---- what is said of the item ----------------------------------------------------------------


def _read_item(story: Story, item: etree._Element) -> None:
    about, item_meta = item.find("contentmeta"), item.find("itemmeta")
    if about is not None:
        _read_content_meta(story, about)
    if item.tag == "newsitem":
        _read_content(story, item)
    if item_meta is not None:
        _read_item_meta(story, item_meta)
    _read_dates(story, item_meta, about)
    _read_rights(story, item)
    story.offer("language", language_of(item), "g2:xml:lang")
    identity = value_of(item, "guid")
    if identity.startswith(("http://", "https://")):
        story.offer("url", identity, "g2:guid")
    story.note("uri", identity)
    story.note("version", value_of(item, "version"))


def _read_content_meta(story: Story, about: etree._Element) -> None:
    for headline in sorted(about.findall("headline"), key=_is_not_main):
        story.offer("headline", text_of(headline), "g2:headline")
    for description in about.findall("description"):
        if "caption" not in value_of(description, "role"):
            story.offer("description", text_of(description), "g2:description")
    for byline in about.findall("by"):
        story.offer("byline", text_of(byline), "g2:by")
    for creator in about.findall("creator"):
        kind = "person" if value_of(creator, "type").endswith(_PERSON) else ""
        story.offer("author", _name(creator), "g2:creator", kind)
    for name in ("keyword", "subject"):
        for subject in about.findall(name):
            story.offer("keyword", _name(subject) or _plain(subject), f"g2:{name}")
    for language in about.findall("language"):
        story.offer("language", value_of(language, "tag"), "g2:language")
    story.note("urgency", text_of(about.find("urgency")))
    story.note("slugline", text_of(about.find("slugline")))
    story.note("dateline", text_of(about.find("dateline")))
    story.note("creditline", text_of(about.find("creditline")))
    story.note("located", [name for each in about.findall("located") if (name := _name(each))])
    story.note("genres", [name for each in about.findall("genre") if (name := _name(each))])


def _is_not_main(headline: etree._Element) -> bool:
    return bool(value_of(headline, "role")) and not value_of(headline, "role").endswith(":main")


def _name(element: etree._Element) -> str:
    """Return the first name of a concept, or the literal that stands for it."""
    found = element.find("name")
    if found is None:
        found = element.find("mainconcept/name")
    literal = value_of(element, "literal")
    return text_of(found) or (literal if not literal.isalnum() or literal.isalpha() else "")


def _plain(element: etree._Element) -> str:
    return (element.text or "").strip() if element.tag == "keyword" else ""


def _read_item_meta(story: Story, meta: etree._Element) -> None:
    story.offer("headline", text_of(meta.find("title")), "g2:title")
    provider = meta.find("provider")
    if provider is not None:
        name = _name(provider) or value_of(provider, "qcode").rpartition(":")[2]
        story.offer("publisher", name, "g2:provider")
    status = _code(meta.find("pubstatus"))
    story.note("pubstatus", status if status != "usable" else "")
    story.note("embargoed", text_of(meta.find("embargoed")))
    story.note("ednote", [text for each in meta.findall("ednote") if (text := text_of(each))])
    story.note("signal", [code for each in meta.findall("signal") if (code := _code(each))])
    story.note("itemclass", _code(meta.find("itemclass")))


def _read_dates(story: Story, meta: etree._Element | None, about: etree._Element | None) -> None:
    """Offer the first version of the item as published, and else its content or this version."""
    created = text_of(meta.find("firstcreated")) if meta is not None else ""
    version = text_of(meta.find("versioncreated")) if meta is not None else ""
    content = text_of(about.find("contentcreated")) if about is not None else ""
    changed = text_of(about.find("contentmodified")) if about is not None else ""
    story.offer("published", created, "g2:firstCreated")
    story.offer("published", content, "g2:contentCreated")
    story.offer("published", version, "g2:versionCreated")
    story.offer("modified", version, "g2:versionCreated")
    story.offer("modified", changed, "g2:contentModified")


def _read_rights(story: Story, item: etree._Element) -> None:
    for rights in item.findall("rightsinfo"):
        holder = rights.find("copyrightholder")
        if holder is not None:
            story.offer("copyright_holder", _name(holder), "g2:copyrightHolder")
        for link in rights.findall("link"):
            story.offer("license", value_of(link, "href"), "g2:rightsInfo/link")
        for name in ("usageterms", "copyrightnotice"):
            for terms in rights.findall(name):
                story.offer("license", text_of(terms), f"g2:{name}")


# ---- the text --------------------------------------------------------------------------------


def _read_content(story: Story, item: etree._Element) -> None:
    """Add the first content that is text; the others are the same in another format."""
    for content in item.findall("contentset"):
        for part in sorted(content, key=_is_not_nitf):
            if story.has_body():
                story.removed["second_body"] += part.tag in ("inlinexml", "inlinedata")
            elif part.tag == "inlinexml":
                _add_inline_xml(story, part)
            elif part.tag == "inlinedata":
                _add_inline_data(story, part)


def _is_not_nitf(part: etree._Element) -> bool:
    return part.find("nitf") is None


def _add_inline_xml(story: Story, part: etree._Element) -> None:
    nitf = part if part.find("body/body.content") is not None else part.find("nitf")
    story.offer("language", value_of(part, "{http://www.w3.org/XML/1998/namespace}lang"), "g2:part")
    if nitf is not None:
        add_nitf(story, nitf)
    elif len(part) == 0 or part[0].tag not in _DATA:
        story.add_tree(part)


def _add_inline_data(story: Story, part: etree._Element) -> None:
    kind = value_of(part, "contenttype").partition(";")[0].lower()
    if kind and not kind.startswith("text/") and "xml" not in kind and "html" not in kind:
        return
    if "base64" in value_of(part, "encoding").lower():
        story.add_body(_from_base64(part.text or ""))
    else:
        story.add_body("".join(part.itertext()))


def _from_base64(text: str) -> str:
    """Return the text packed in base64, "" if it is none."""
    try:
        return decode(base64.b64decode(text)).text
    except (binascii.Error, ValueError, CannotRead):
        return ""
