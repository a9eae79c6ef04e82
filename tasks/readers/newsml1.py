"""Reader of NewsML 1.x of the IPTC: a NewsItem is a tree of NewsComponents with roles.

A NewsML document may hold many NewsItems, and a NewsItem the same news in several languages; both
are parted. Inside one, the text in the best format is taken of what is said to be equivalent, and
components that are no text (pictures, style sheets) are left out. Roles are free words; those of
the IPTC's topic set and of the agencies that were seen are in the table below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace

from lxml import etree

from tasks.compression import Readable
from tasks.readers.cutter import Cuts, cut
from tasks.readers.nitf import add_nitf
from tasks.readers.parts import Part
from tasks.readers.story import Story, draft_of, require_body
from tasks.readers.xmltree import language_of, parse_xml, plain_names, text_of, value_of
from tasks.records import Draft, RawDocument
from warehouse.errors import CannotRead

EXTRACTOR = "newsml 1"
MEDIA_TYPE = "text/vnd.iptc.newsml"

_LANGUAGE = re.compile(rb"<(?:\w+:)?Language\s[^<>]*?FormalName\s*=\s*[\"']([^\"']+)[\"']", re.I)

# What the text of a component is, by its role in lower case without blanks; others are the body.
_ROLES = {
    **dict.fromkeys(("headline", "title"), "headline"),
    **dict.fromkeys(("subheadline", "summary", "abstract", "synopsis", "teaser"), "description"),
    **dict.fromkeys(("caption", "legend"), "caption"),
    **dict.fromkeys(("contact", "contacts", "editornote", "note"), "furniture"),
    **dict.fromkeys(("stylesheet", "logo", "thumbnail", "script", "keywords"), "none"),
}
# Formats of a text, the best first: those that mark paragraphs surely.
_FORMATS = ("nitf", "html", "text")


def split_newsml(stream: Readable, *, limit: int) -> Iterator[Part]:
    """Yield the NewsItems of a NewsML document, each with the envelope; see `cutter.cut`.

    One that holds the same news in several languages gives one part for each.
    """
    cuts = Cuts(media_types={"newsitem": MEDIA_TYPE}, is_nesting=True)
    count = 0
    for part in cut(stream, cuts, limit=limit):
        versions: list[bytes | None] = [*_by_language(part.data or b"")]
        is_one = part.record is None and len(versions) < 2
        for data in versions or [part.data]:
            count += 1
            yield replace(part, data=data, record=None if is_one else count)


def read(document: RawDocument) -> Draft:
    """Return the article of one NewsItem in a NewsML document.

    Raises CannotRead: "read.no_body" where there is no text, with what there is instead, and what
    `parse_xml` raises.
    """
    tree = parse_xml(document.data, charset=document.charset)
    root = plain_names(tree.root)
    if root.tag not in ("newsml", "newsitem") and root.find(".//newsitem") is None:
        raise CannotRead("read.unknown_xml", f"<{root.tag}> where <NewsML> was expected")
    story = Story()
    item = root if root.tag == "newsitem" else root.find(".//newsitem")
    if item is None:
        raise CannotRead("read.no_body", f"<{root.tag}> without a NewsItem")
    _read_item(story, item)
    _read_envelope(story, root.find("newsenvelope"))
    _read_identity(story, item)
    require_body(story, f"a NewsItem without text; it holds {_contents(item)}", tree)
    return draft_of(story, tree, EXTRACTOR)


def _contents(item: etree._Element) -> str:
    """Say what kinds of contents there are."""
    kinds = [
        value_of(content.find("mimetype"), "formalname")
        or value_of(content.find("mediatype"), "formalname")
        or value_of(content.find("format"), "formalname")
        for content in item.iter("contentitem")
    ]
    kinds += ["a reference" for _ in item.iter("newsitemref")]
    return ", ".join(dict.fromkeys(filter(None, kinds))) or "no ContentItem"


# ---- several languages -----------------------------------------------------------------------


def _by_language(data: bytes) -> list[bytes]:
    """Return a document for each language of a NewsItem, none where there is only one."""
    if len({name.lower() for name in _LANGUAGE.findall(data)}) < 2:
        return []
    try:
        root = parse_xml(data).root
    except CannotRead:  # its reader will say what is wrong
        return []
    for parent in root.iter("{*}NewsItem", "{*}NewsComponent"):
        components = parent.findall("{*}NewsComponent")
        languages = [_own_language(component) for component in components]
        if len(set(filter(None, languages))) > 1 and all(map(_has_text, components)):
            return [_without_others(root, parent, number) for number in range(len(components))]
    return []


def _own_language(component: etree._Element) -> str:
    found = component.find("{*}DescriptiveMetadata/{*}Language")
    return value_of(found, "FormalName").lower()


def _has_text(component: etree._Element) -> bool:
    return any(len(text_of(each)) > 0 for each in component.iter("{*}DataContent"))


def _without_others(root: etree._Element, parent: etree._Element, number: int) -> bytes:
    """Return the document with only one of the components of `parent`."""
    at = list(root.iter()).index(parent)
    copy = deepcopy(root)
    place = list(copy.iter())[at]
    for other, component in enumerate(place.findall("{*}NewsComponent")):
        if other != number:
            place.remove(component)
    data: bytes = etree.tostring(copy, encoding="utf-8")
    return data


# ---- what is said of the item ----------------------------------------------------------------


def _read_envelope(story: Story, envelope: etree._Element | None) -> None:
    if envelope is None:
        return
    party = envelope.find("sentfrom/party")
    story.offer("publisher", value_of(party, "formalname"), "newsml:SentFrom")
    story.offer("published", text_of(envelope.find("dateandtime")), "newsml:DateAndTime")
    story.note("urgency", value_of(envelope.find("priority"), "formalname"))


def _read_item(story: Story, item: etree._Element) -> None:
    management = item.find("newsmanagement")
    components = list(item.iter("newscomponent"))
    for component in components:
        _read_lines(story, component)
    for component in components:
        _read_metadata(story, component)
    if management is not None:
        _read_management(story, management)
    for component in item.findall("newscomponent"):
        _read_text(story, component)
    for content in item.findall("contentitem"):  # before 1.1 a NewsItem could hold it directly
        _add_content(story, content, "")


def _read_identity(story: Story, item: etree._Element) -> None:
    identity = item.find("identification/newsidentifier")
    if identity is not None:
        story.offer("publisher", text_of(identity.find("providerid")), "newsml:ProviderId")
        story.note("uri", text_of(identity.find("publicidentifier")))
        story.note("version", text_of(identity.find("revisionid")))
    story.note("slugline", text_of(item.find("identification/namelabel")))


def _read_management(story: Story, management: etree._Element) -> None:
    first = text_of(management.find("firstcreated"))
    latest = text_of(management.find("thisrevisioncreated"))
    story.offer("published", first, "newsml:FirstCreated")
    story.offer("published", latest, "newsml:ThisRevisionCreated")
    story.offer("modified", latest, "newsml:ThisRevisionCreated")
    status = value_of(management.find("status"), "formalname")
    story.note("pubstatus", status if status.lower() != "usable" else "")
    story.note("urgency", value_of(management.find("urgency"), "formalname"))
    change = management.find("statuswillchange/dateandtime")
    story.note("embargoed", text_of(change) if "embargo" in status.lower() else "")
    for name in ("instruction", "revisionhistory"):
        story.note(name, value_of(management.find(name), "formalname"))


def _read_lines(story: Story, component: etree._Element) -> None:
    """Offer the NewsLines of a component; those of pictures are captions, not headlines."""
    lines = component.find("newslines")
    if lines is None or not _is_text(component):
        return
    for name, wanted in (
        ("headline", "headline"),
        ("subheadline", "description"),
        ("byline", "byline"),
        ("copyrightline", "license"),
    ):
        for line in lines.findall(name):
            story.offer(wanted, text_of(line), f"newsml:{name}")
    for line in lines.iter("byline", "dateline"):
        story.add(text_of(line), "byline")
    for line in lines.findall("keywordline"):
        for keyword in text_of(line).split(","):
            story.offer("keyword", keyword, "newsml:keywordline")
    story.note("slugline", text_of(lines.find("slugline")))
    story.note("creditline", text_of(lines.find("creditline")))
    story.note("usageterms", text_of(lines.find("rightsline")))


def _is_text(component: etree._Element) -> bool:
    """Tell whether there is text in `component`, of its own or below."""
    return component.find(".//datacontent") is not None or component.find(".//contentitem") is None


def _read_metadata(story: Story, component: etree._Element) -> None:
    about = component.find("descriptivemetadata")
    if about is not None:
        story.offer("language", value_of(about.find("language"), "formalname"), "newsml:Language")
        for subject in about.iter("subject", "subjectmatter", "subjectdetail"):
            name = value_of(subject, "value") or value_of(subject, "formalname")
            story.offer("keyword", "" if name.isdigit() else name, "newsml:SubjectCode")
        story.note("located", _property(about, "location"))
    management = component.find("administrativemetadata")
    if management is not None:
        for name, wanted in (("creator", "author"), ("provider", "publisher")):
            for party in management.iterfind(f"{name}/party"):
                story.offer(wanted, value_of(party, "formalname"), f"newsml:{name}")
    rights = component.find("rightsmetadata")
    if rights is not None:
        holder = rights.find("copyright/copyrightholder")
        story.offer("copyright_holder", text_of(holder), "newsml:CopyrightHolder")
        story.offer("license", text_of(rights.find("usagerights/usagetype")), "newsml:UsageRights")


def _property(about: etree._Element, name: str) -> list[str]:
    places = about.iterfind(f"{name}/property")
    return [value for place in places if (value := value_of(place, "value"))]


# ---- the text --------------------------------------------------------------------------------


def _read_text(story: Story, component: etree._Element, role: str = "", depth: int = 0) -> None:
    """Add the texts in `component` and below. Trees deeper than 50 components do not exist."""
    named = value_of(component.find("role"), "formalname").lower().replace(" ", "")
    role = _ROLES.get(named, role)
    if role == "none" or depth > 50:
        return
    contents = [each for each in component.findall("contentitem") if _format(each)]
    contents.sort(key=lambda each: _FORMATS.index(_format(each)))
    if len(contents) > 1:  # the same text in another format
        story.removed["second_body"] += len(contents) - 1
    for content in contents[:1]:
        _add_content(story, content, role)
    inner = component.findall("newscomponent")
    texts = [each for each in inner if _has_best_text(each)]
    if value_of(component, "equivalentslist") == "yes" and texts:
        story.removed["second_body"] += len(texts) - 1
        inner = [min(texts, key=_best_format)]
    for each in inner:
        _read_text(story, each, role, depth + 1)
    for item in component.findall("newsitem/newscomponent"):
        _read_text(story, item, role, depth + 1)


def _has_best_text(component: etree._Element) -> bool:
    return any(map(_format, component.iter("contentitem")))


def _best_format(component: etree._Element) -> int:
    return min(
        _FORMATS.index(found) for each in component.iter("contentitem") if (found := _format(each))
    )


def _format(content: etree._Element) -> str:
    """Return the format of the text in a ContentItem, "" where there is no text."""
    data = content.find("datacontent")
    if data is None or not (len(data) or (data.text or "").strip()):
        return ""
    if len(data):
        return "nitf" if data.find(".//body.content") is not None else "html"
    names = (value_of(content.find(name), "formalname") for name in ("mimetype", "format"))
    kind = " ".join(names).lower()
    if content.find("encoding") is not None or any(each in kind for each in _BINARY):
        return ""
    text = data.text or ""
    if "<body.content" in text:
        return "nitf"
    return "html" if "<" in text else "text"


_BINARY = ("image", "jpeg", "audio", "video", "pdf", "css", "base64", "gif", "png", "mpeg")


def _add_content(story: Story, content: etree._Element, role: str) -> None:
    """Add the text of a ContentItem as what `role` says it is."""
    kind, data = _format(content), content.find("datacontent")
    if data is None or not kind:
        return
    if role in ("headline", "description"):
        page = data.find(".//body")
        story.offer(role, text_of(data if page is None else page), f"newsml:{role} component")
    elif kind == "nitf":
        nitf = data if len(data) else _parsed(data.text or "")
        if nitf is not None:
            add_nitf(story, nitf if nitf.tag == "nitf" else _first(nitf, "nitf"))
    elif kind == "html" and len(data):
        story.offer("language", language_of(data), "newsml:xml:lang")
        story.add_tree(data, role)
    else:
        story.add_body(data.text or "", role)


def _parsed(text: str) -> etree._Element | None:
    try:
        return plain_names(parse_xml(text.encode("utf-8", "replace"), charset="utf-8").root)
    except CannotRead:
        return None


def _first(element: etree._Element, name: str) -> etree._Element:
    found = element.find(f".//{name}")
    return element if found is None else found
