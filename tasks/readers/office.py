"""Reader of text documents: DOCX (Office Open XML, ISO 29500) and ODT (OpenDocument, ISO 26300).

Both are zip archives with one XML file that holds the text. Headings, lists, quotes, captions and
tables are told by styles. What the properties of the file say is kept, but counts for little: the
title is often that of the template, the creator whoever typed it, and the date of creation no date
of publication.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from tasks.readers.prose import TITLE, Prose, read_prose
from tasks.readers.xmltree import Xml, parse_xml, plain_names
from tasks.readers.zip import read_members
from tasks.records import Candidate, Draft, RawDocument
from warehouse.errors import CannotRead

_LARGEST = 64 * 1024 * 1024  # bytes of XML unpacked; a book of 1,000 pages has about 20 MB
_PARAGRAPHS, _CELLS, _ROWS = ("p", "h"), ("tc", "table-cell"), ("tr", "table-row")
_BREAKS = {"br": "\n", "cr": "\n", "line-break": "\n", "tab": " ", "s": " ", "nobreakhyphen": "-"}
# Second versions of a drawing, moved and deleted text, stops of tabulators, notes and comments.
_LEFT_OUT = frozenset(
    ("fallback", "movefrom", "del", "tabs", "instrtext", "note", "annotation", "tracked-changes")
)
_STYLES = (  # beginning of the name of a style, lower case, and the kind of its paragraphs
    ("title", TITLE),
    ("heading", "subhead"),
    ("subtitle", "subhead"),
    ("quot", "quote"),
    ("intense quote", "quote"),
    ("block text", "quote"),
    ("caption", "caption"),
    ("list ", "list_item"),
)
_PROPERTIES = (  # element, its name in `extra`
    ("creator", "creator"),
    ("initial-creator", "initial_creator"),
    ("lastmodifiedby", "last_modified_by"),
    ("created", "created"),
    ("creation-date", "created"),
    ("modified", "modified"),
    ("date", "modified"),
    ("description", "description"),
    ("subject", "subject"),
    ("keywords", "keywords"),
)


def read_docx(document: RawDocument) -> Draft:
    """Return the draft of a DOCX document. Raises CannotRead: "read.no_body", and for damage."""
    names = ("word/document.xml", "word/styles.xml", "docProps/core.xml")
    return _read(document, "docx", names, _docx_kinds)


def read_odt(document: RawDocument) -> Draft:
    """Return the draft of an ODT document. Raises CannotRead as `read_docx` does."""
    return _read(document, "odt", ("content.xml", "styles.xml", "meta.xml"), _odt_kinds)


_Kinds = Callable[[etree._Element, etree._Element | None], Callable[[etree._Element], str]]


def _read(document: RawDocument, name: str, members: tuple[str, str, str], kinds: _Kinds) -> Draft:
    found = read_members(document.data, members, limit=_LARGEST)
    if members[0] not in found:
        raise CannotRead("read.corrupt", f"no {members[0]} in it, which holds the text")
    xml = parse_xml(found[members[0]])
    root = plain_names(xml.root)
    kind_of = kinds(root, _root(found.get(members[1])))
    prose = read_prose(list(_blocks(root, kind_of)), source=f"{name}:title", has_headline=False)
    return _draft(f"{name} 1", xml, prose, _root(found.get(members[2])))


def _root(data: bytes | None) -> etree._Element | None:
    """Return the root of a lesser member, or None: a document can be read without it."""
    if not data:
        return None
    try:
        return plain_names(parse_xml(data).root)
    except CannotRead:
        return None


def _draft(extractor: str, xml: Xml, prose: Prose, properties: etree._Element | None) -> Draft:
    values = _values(properties)
    last = [
        Candidate(field=name, value=values[key], source=f"properties:{key}")
        for name, key in (("headline", "title"), ("language", "language"))
        if values.get(key)
    ]
    extra = {name: values[key] for key, name in _PROPERTIES if values.get(key)}
    return Draft(
        paragraphs=prose.paragraphs,
        candidates=(*prose.candidates, *last),
        encoding=xml.encoding,
        encoding_method=xml.encoding_method,
        extractor=extractor,
        removed=prose.removed,
        extra={"properties": extra} if extra else {},
        truncated=("FILE_CUT",) if xml.is_truncated else (),
    )


def _values(root: etree._Element | None) -> Mapping[str, str]:
    if root is None:
        return {}
    leaves = (each for each in root.iter() if len(each) == 0 and isinstance(each.tag, str))
    return {each.tag: " ".join((each.text or "").split())[:1000] for each in leaves}


# ---- styles -----------------------------------------------------------------------------------


def _kind_of_style(name: str) -> str:
    name = name.lower().replace("_20_", " ")
    return next((kind for start, kind in _STYLES if name.startswith(start)), "body")


def _attribute(element: etree._Element | None, name: str) -> str:
    """Return an attribute by its name without namespace, or ""."""
    for key, value in element.attrib.items() if element is not None else ():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return ""


def _docx_kinds(
    root: etree._Element, styles: etree._Element | None
) -> Callable[[etree._Element], str]:
    """Return what tells the kind of a paragraph; ids of styles are in the language of Word."""
    names = {
        _attribute(style, "styleId"): _attribute(style.find("name"), "val")
        for style in (styles.iter("style") if styles is not None else ())
    }

    def kind_of(paragraph: etree._Element) -> str:
        style = _attribute(paragraph.find("ppr/pstyle"), "val")
        kind = _kind_of_style(names.get(style) or style)
        is_item = kind == "body" and paragraph.find("ppr/numpr") is not None
        return "list_item" if is_item else kind

    return kind_of


def _odt_kinds(
    root: etree._Element, styles: etree._Element | None
) -> Callable[[etree._Element], str]:
    """Return what tells the kind of a paragraph; "P1" is a style with a change of its own."""
    parents = {
        _attribute(style, "name"): _attribute(style, "parent-style-name")
        for style in root.iter("style")
    }

    def kind_of(paragraph: etree._Element) -> str:
        name = _attribute(paragraph, "style-name")
        kind = _kind_of_style(parents.get(name) or name)
        if kind == "body" and paragraph.tag == "h":
            return "subhead"
        is_item = kind == "body" and next(paragraph.iterancestors("list-item"), None) is not None
        return "list_item" if is_item else kind

    return kind_of


# ---- text -------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Walk:
    """A document on its way: the paragraphs that are open, and the row of a table."""

    kind_of: Callable[[etree._Element], str]
    open: list[list[str]] = field(default_factory=list)  # a text box is a paragraph in another
    rows: list[list[list[tuple[str, str]]]] = field(default_factory=list)  # cells with paragraphs

    def start(self, tag: str, element: etree._Element) -> None:
        if tag in _ROWS:
            self.rows.append([])
        elif tag in _CELLS and self.rows:
            self.rows[-1].append([])
        elif tag in _PARAGRAPHS:
            self.open.append([])
        if self.open:
            self.open[-1].append(_BREAKS.get(tag, ""))
            self.open[-1].append(element.text or "")

    def end(self, tag: str, element: etree._Element) -> Iterator[tuple[str, str]]:
        if tag in _PARAGRAPHS and self.open:
            block = ("".join(self.open.pop()), self.kind_of(element))
            if self.rows and self.rows[-1]:
                self.rows[-1][-1].append(block)
            elif block[0].strip():
                yield block
        elif tag in _ROWS and self.rows:
            yield from _row(self.rows.pop())
        if self.open:
            self.open[-1].append(element.tail or "")


def _blocks(
    root: etree._Element, kind_of: Callable[[etree._Element], str]
) -> Iterator[tuple[str, str]]:
    """Yield (text, kind) of the paragraphs and table rows, the first heading as the title."""
    walk = _Walk(kind_of)
    is_first = True
    events = etree.iterwalk(root, events=("start", "end"))
    for event, element in events:
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start" and tag in _LEFT_OUT:
            events.skip_subtree()
            continue
        if event == "start":
            walk.start(tag, element)
            continue
        if tag in _LEFT_OUT:
            if walk.open:
                walk.open[-1].append(element.tail or "")
            continue
        for words, kind in walk.end(tag, element):
            yield words, TITLE if is_first and kind == "subhead" else kind
            is_first = False


def _row(cells: list[list[tuple[str, str]]]) -> Iterator[tuple[str, str]]:
    """Yield a row of a table: one line, or the paragraphs of its only cell, which is layout."""
    filled = [cell for cell in cells if any(words.strip() for words, _ in cell)]
    if len(filled) == 1:
        yield from ((words, kind) for words, kind in filled[0] if words.strip())
    elif filled:
        yield " | ".join(" ".join(words for words, _ in cell).strip() for cell in cells), "table"
