"""Reader of NITF, the News Industry Text Format of the IPTC (versions 2.x to 3.6).

Names of elements are compared in lower case and without namespace. The body is handed to the
reader of HTML fragments under HTML's names, which most of its elements have anyway.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from tasks.compression import Readable
from tasks.readers.cutter import Cuts, cut
from tasks.readers.parts import Part
from tasks.readers.story import Story, draft_of, require_body
from tasks.readers.xmltree import language_of, parse_xml, plain_names, text_of, value_of
from tasks.records import Draft, RawDocument
from warehouse.errors import CannotRead

EXTRACTOR = "nitf 1"
MEDIA_TYPE = "text/vnd.iptc.nitf"

# Names of NITF 3.6 that HTML has another name for.
_HTML_NAMES = {
    "bq": "blockquote",
    "media": "figure",
    "media-caption": "figcaption",
    "media-producer": "figcaption",
    "hl2": "h3",
    "hl1": "h2",
    "nitf-table": "div",
    "credit": "cite",
    "block": "div",
    "note": "div",
    "byttl": "span",
}
# What is inside is no text: files in base64, numbers for machines, keys of tables.
_NO_TEXT = (
    *("media-reference", "media-object", "media-metadata", "nitf-table-metadata"),
    *("nitf-colgroup", "custom-table", "rights"),
)


def split_nitf(stream: Readable, *, limit: int) -> Iterator[Part]:
    """Yield the documents of a file of NITF documents one after the other; see `cutter.cut`."""
    return cut(stream, Cuts(media_types={"nitf": MEDIA_TYPE}), limit=limit)


def read(document: RawDocument) -> Draft:
    """Return the article of one NITF document.

    Raises CannotRead: "read.no_body" where there is no text, "read.unknown_xml" where there is no
    element of NITF, and what `parse_xml` raises.
    """
    tree = parse_xml(document.data, charset=document.charset)
    root = plain_names(tree.root)
    if root.tag != "nitf" and root.find(".//body.content") is None:
        raise CannotRead("read.unknown_xml", f"<{root.tag}> where <nitf> was expected")
    story = Story()
    add_nitf(story, root)
    require_body(story, "an NITF document without text in its body.content", tree)
    return draft_of(story, tree, EXTRACTOR)


def add_nitf(story: Story, root: etree._Element) -> None:
    """Add to `story` what the NITF in `root` says; its names are plain (see `plain_names`)."""
    head = root.find("head")
    top = root.find(".//body.head")
    if top is not None:
        _read_top(story, top)
    if head is not None:
        _read_head(story, head)
    story.offer("language", language_of(root), "nitf:xml:lang")
    for content in _contents(root):
        story.add_tree(_as_html(content))
    _read_end(story, root.find(".//body.end"))


def _contents(root: etree._Element) -> list[etree._Element]:
    """Return the elements that hold the text.

    The New York Times Annotated Corpus gives the first paragraphs twice: as the block
    "lead_paragraph" and again in the block "full_text".
    """
    content = root.find(".//body.content")
    if content is not None:
        return content.findall("block[@class='full_text']") or [content]
    return [part for part in root.findall("body/*") if part.tag not in ("body.head", "body.end")]


# ---- what stands above the text --------------------------------------------------------------


def _read_top(story: Story, top: etree._Element) -> None:
    """Read body.head: headlines, bylines, dateline, abstract, rights."""
    for headline in top.iterfind("hedline/hl1"):
        story.offer("headline", text_of(headline), "nitf:hl1")
    for byline in top.iterfind("byline"):
        _read_byline(story, byline, "nitf:byline")
    for abstract in top.iterfind("abstract"):
        story.offer("description", text_of(abstract), "nitf:abstract")
    for line in top.iterfind("hedline/hl2"):
        story.add(text_of(line), "subhead")
        is_online = line.get("class") == "online_headline"  # New York Times Annotated Corpus
        story.offer("headline" if is_online else "description", text_of(line), "nitf:hl2")
    for dateline in top.iterfind("dateline"):
        story.add(text_of(dateline), "byline")
    for note in top.iterfind("note"):
        story.add(text_of(note), "furniture")
    story.offer("publisher", text_of(top.find("distributor")), "nitf:distributor")
    story.offer("copyright_holder", text_of(top.find("rights/rights.owner")), "nitf:rights.owner")


def _read_byline(story: Story, byline: etree._Element, source: str) -> None:
    """Offer a byline as printed and the names in it, without titles (<byttl>)."""
    titles = byline.findall(".//byttl")
    for title in titles:
        title.text = f" {title.text or ''}"  # it stands in a line of its own
    whole = text_of(byline)
    story.add(whole, "byline")
    for title in titles:
        _drop(title)
    story.offer("byline", text_of(byline).rstrip(" ,;") or whole, source)
    for name, kind in (("person", "person"), ("org", "organisation")):
        for party in byline.iter(name):
            story.offer("author", text_of(party), f"{source}/{name}", kind)


# ---- the head, for machines ------------------------------------------------------------------


def _read_head(story: Story, head: etree._Element) -> None:
    data = head.find("docdata")
    print_run = head.find("pubdata")
    story.offer("headline", text_of(head.find("title")), "nitf:title")
    story.offer("published", value_of(print_run, "date.publication"), "nitf:pubdata")
    story.offer("publisher", value_of(print_run, "name"), "nitf:pubdata")
    story.offer("section", value_of(print_run, "position.section"), "nitf:pubdata")
    story.offer("url", value_of(print_run, "ex-ref"), "nitf:pubdata")
    if data is not None:
        _read_docdata(story, data)
    for subject in head.iterfind("tobject/tobject.subject"):
        names = ("tobject.subject.detail", "tobject.subject.matter", "tobject.subject.type")
        found = [value_of(subject, name) for name in names if value_of(subject, name)]
        story.offer("keyword", found[0] if found else "", "nitf:tobject.subject")


def _read_docdata(story: Story, data: etree._Element) -> None:
    """Read docdata. A release in the future of the issue is when readers may see the article."""
    for name in ("date.release", "date.issue"):
        story.offer("published", _date(data.find(name)), f"nitf:{name}")
    for keyword in data.iterfind("key-list/keyword"):
        story.offer("keyword", value_of(keyword, "key"), "nitf:key-list")
    for part in data.iterfind("identified-content/classifier"):
        story.offer("keyword", text_of(part) or value_of(part, "value"), "nitf:classifier")
    rights = data.find("doc.copyright")
    story.offer("copyright_holder", value_of(rights, "holder"), "nitf:doc.copyright")
    story.offer("license", value_of(data.find("doc.rights"), "agent"), "nitf:doc.rights")
    identity = data.find("doc-id")
    story.note("uri", value_of(identity, "id-string"))
    story.note("urgency", value_of(data.find("urgency"), "ed-urg"))
    story.note("fixture", value_of(data.find("fixture"), "fix-id"))
    story.note("ednote", value_of(data.find("ed-msg"), "info"))
    story.note("expires", _date(data.find("date.expire")))
    story.note("management_status", value_of(data, "management-status"))
    story.note("located", _names(data, "location") + _names(data, "evloc"))


def _date(element: etree._Element | None) -> str:
    return value_of(element, "norm") or text_of(element)


def _names(data: etree._Element, name: str) -> list[str]:
    found = (text_of(each) or value_of(each, "city") for each in data.iter(name))
    return [text for text in found if text]


# ---- the text --------------------------------------------------------------------------------


def _as_html(content: etree._Element) -> etree._Element:
    """Rename the elements of body.content to those of HTML, in place."""
    for name in _NO_TEXT:
        for element in content.findall(f".//{name}"):
            _drop(element)
    for element in content.iter(*_HTML_NAMES):
        element.tag = _HTML_NAMES[str(element.tag)]
    return content


def _read_end(story: Story, end: etree._Element | None) -> None:
    """Add what stands below the text; a <tagline> is a byline at the end."""
    if end is None:
        return
    has_byline = any(each.field == "byline" for each in story.candidates)
    for line in end.iterfind("tagline"):
        if not has_byline:
            story.offer("byline", text_of(line), "nitf:tagline")
        story.add(text_of(line), "byline")
    for line in end.iterfind("bibliography"):
        story.add(text_of(line), "furniture")


def _drop(element: etree._Element) -> None:
    """Take `element` out of its tree; the text behind it stays."""
    parent, tail = element.getparent(), element.tail
    if parent is None:
        return
    before = element.getprevious()
    if tail and before is not None:
        before.tail = (before.tail or "") + tail
    elif tail:
        parent.text = (parent.text or "") + tail
    parent.remove(element)
