"""XML of strangers to a tree: no entity is expanded, no DTD loaded, nothing fetched.

The document type declaration is taken off before parsing, so there is nothing to expand. What is
left of it are short entities that stand for plain characters, and the names of HTML, which NITF
and feeds use undeclared (&nbsp;); they become their characters. A document that uses an entity
declared any other way (nested in others, read from a file) is refused.

What is not well formed is mended where the meaning is certain (a bare "&" or "<") and else read as
far as libxml2 recovers it; `Xml.fault` tells where it broke.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from html.entities import html5

from lxml import etree

from tasks.clean import clean_line
from tasks.decode import decode
from warehouse.errors import CannotRead

LONGEST_ENTITY = 64  # characters of a declared one: at most 16 times the text that names it
_LONGEST_SHOWN = 80  # characters of a value in a message

_BLANKS = "\ufeff \t\r\n\0"
_DECLARATION = re.compile(r"<\?xml\b[^<>]*>")
_DOCTYPE = re.compile(
    r"""(?P<before>(?:\s+|<\?(?:[^?]|\?(?!>))*+\?>|<!--(?:[^-]|-(?!->))*+-->)*+)
    <!DOCTYPE(?P<name>\s+[\w.:-]+)?(?:[^\[>"']|"[^"]*"|'[^']*')*+
    (?:\[(?P<subset>(?:[^\]"'<]|<!--(?:[^-]|-(?!->))*+(?:-->|\Z)|<|"[^"]*"|'[^']*')*+)\]\s*)?>""",
    re.VERBOSE | re.IGNORECASE,
)
_COMMENT = re.compile(r"<!--(?:[^-]|-(?!->))*+(?:-->|\Z)")
_ENTITY_DECLARED = re.compile(
    r"""<!ENTITY\s+(?P<name>[\w.:-]+)\s+(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<other>\w+))"""
)
_PLAIN_VALUE = re.compile(r"(?:[^&%<]|&#\w{1,8};)*+")
# The five names of XML stay; every other named entity is looked at.
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z_:][\w.:-]{0,63});")
# D800 to DFFF; Java's writers give a character above U+FFFF as two of them.
_SURROGATES = (
    r"&#(?:5(?:529[6-9]|5[3-9]\d\d|6\d\d\d|7[0-2]\d\d|73[0-3]\d|734[0-3])"
    r"|[xX][dD][89a-fA-F][0-9a-fA-F]{2});"
)
_SURROGATE = re.compile(f"(?:{_SURROGATES}){{1,1000}}")
_REFERENCE = re.compile("&#([^;]+);")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # XML 1.0, 2.2
# Places that are not well formed but whose meaning is certain. CDATA and comments are let pass;
# one without end goes to the end of the text, so that no text is looked through twice.
_FAULTY = re.compile(
    r"""(?P<cdata><!\[CDATA\[(?:[^\]]|\](?!\]>))*+(?P<end>\]\]>)?)
    |(?P<comment><!--(?:[^-]|-(?!->))*+(?:-->|\Z))
    |(?P<control>&\#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));)
    |(?P<amp>&(?!(?:amp|lt|gt|quot|apos|\#[0-9]{1,7}|\#x[0-9A-Fa-f]{1,6});))
    |(?P<less><(?![A-Za-z_:/!?]))""",
    re.VERBOSE | re.IGNORECASE,
)
_CUT_SHORT = frozenset(
    (
        etree.ErrorTypes.ERR_TAG_NOT_FINISHED,
        etree.ErrorTypes.ERR_CDATA_NOT_FINISHED,
        etree.ErrorTypes.ERR_COMMENT_NOT_FINISHED,
        etree.ErrorTypes.ERR_PI_NOT_FINISHED,
        etree.ErrorTypes.ERR_GT_REQUIRED,
        etree.ErrorTypes.ERR_LTSLASH_REQUIRED,
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Xml:
    """A document as a tree without comments, processing instructions and entities."""

    root: etree._Element
    encoding: str
    encoding_method: str
    fault: str | None  # where it is not well formed and why; None: it is, or was mended
    is_truncated: bool  # the end is missing
    repairs: Mapping[str, int]  # what was mended -> how often


def parse_xml(data: bytes, *, charset: str | None = None) -> Xml:
    """Return the tree of `data`; `charset` is an encoding declared outside of it.

    Keeps at most 2,048 levels of elements. Raises CannotRead: "read.entities" for a document that
    needs its entities expanded, "read.bad_xml" with line and column where no element can be read.
    """
    decoded = decode(data, charset=charset)
    repairs: Counter[str] = Counter()
    text, repairs["control_characters"] = _FORBIDDEN.subn("", _body_of(decoded.text))
    if "&#" in text:
        text = _SURROGATE.sub(_joined_surrogates, text)
    text, declared = _without_doctype(text)
    if "&" in text:
        text = _NAMED.sub(_Names(declared, repairs), text)
    root, faults = _parse(text, recover=False)
    if root is None:
        root, faults = _parse(_mend(text, repairs), recover=True)
        if root is None:
            raise CannotRead("read.bad_xml", _nothing_usable(faults, len(data)))
    return Xml(
        root=root,
        encoding=decoded.encoding,
        encoding_method=decoded.method,
        fault=_shown(faults[0]) if faults else None,
        is_truncated=any(fault.type in _CUT_SHORT for fault in faults),
        repairs=+repairs,
    )


def _joined_surrogates(found: re.Match[str]) -> str:
    """Return the character that a pair of references to surrogates means; a lone one is U+FFFD."""
    units = [_unit(each) for each in _REFERENCE.findall(found[0])]
    return "".join(map(chr, units)).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unit(digits: str) -> int:
    return int(digits[1:], 16) if digits[0] in "xX" else int(digits)


def _body_of(text: str) -> str:
    """Return `text` from its first markup on, without XML declaration."""
    start = max(text.find("<"), 0)
    declaration = _DECLARATION.match(text, start)
    return text[declaration.end() if declaration else start :].strip(_BLANKS)


# ---- entities --------------------------------------------------------------------------------


def _without_doctype(text: str) -> tuple[str, Mapping[str, str | None]]:
    """Return `text` without document type declarations, and the entities that they declare.

    An entity whose value is not a few plain characters has None as its value.
    """
    declared: dict[str, str | None] = {}
    while found := _DOCTYPE.match(text):
        for each in _ENTITY_DECLARED.finditer(_COMMENT.sub("", found["subset"] or "")):
            value = each["double"] if each["double"] is not None else each["single"]
            is_plain = value is not None and len(value) <= LONGEST_ENTITY
            is_plain = is_plain and _PLAIN_VALUE.fullmatch(value) is not None
            declared.setdefault(each["name"], html.unescape(value) if is_plain else None)
        text = text[found.end() :]
    if "<!ENTITY" in text and text.lstrip()[:9].upper() == "<!DOCTYPE":
        raise CannotRead("read.entities", "a DOCTYPE without end; its entities cannot be checked")
    return text, declared


class _Names:
    """Replaces one named entity; counts those of HTML."""

    def __init__(self, declared: Mapping[str, str | None], repairs: Counter[str]) -> None:
        self._declared = declared
        self._repairs = repairs

    def __call__(self, found: re.Match[str]) -> str:
        name = found[1]
        if name in self._declared:
            value = self._declared[name]
            if value is None:
                detail = f"&{name}; is declared by other entities, a file or more than"
                detail += f" {LONGEST_ENTITY} characters; entities are not expanded"
                raise CannotRead("read.entities", detail)
            return html.escape(value, quote=True)
        character = html5.get(name + ";")
        if character is None:
            return found[0]  # CDATA may hold it; elsewhere it is mended as a bare "&"
        self._repairs["html_entities"] += 1
        return html.escape(character, quote=True)


# ---- parsing ---------------------------------------------------------------------------------


def _parse(text: str, *, recover: bool) -> tuple[etree._Element | None, list[etree._LogEntry]]:
    """Return the root and what was wrong; without `recover` no root where anything is."""
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        huge_tree=True,  # else the document ends at 256 open elements or at 10 MB in one text
    )
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except etree.XMLSyntaxError:
        root = None
    is_namespace = etree.ErrorDomains.NAMESPACE  # undeclared prefixes harm nobody here
    return root, [entry for entry in parser.error_log if entry.domain != is_namespace]


def _mend(text: str, repairs: Counter[str]) -> str:
    """Mend what has one meaning only, so that recovery does not drop it."""

    def mended(found: re.Match[str]) -> str:
        kind = found.lastgroup
        if kind in ("cdata", "end"):
            return found[0] if found["end"] else found[0] + "]]>"
        if kind == "comment":
            return ""
        repairs["control_characters" if kind == "control" else "bare_markup"] += 1
        return {"control": "", "amp": "&amp;", "less": "&lt;"}[str(kind)]

    return _FAULTY.sub(mended, text)


def _shown(fault: etree._LogEntry) -> str:
    return f"{fault.message.strip()[:_LONGEST_SHOWN]} at line {fault.line}, column {fault.column}"


def _nothing_usable(faults: list[etree._LogEntry], size: int) -> str:
    why = _shown(faults[0]) if faults else "no element"
    return f"{why}; nothing could be read of {size:,} bytes"


# ---- trees -----------------------------------------------------------------------------------


def plain_names(root: etree._Element) -> etree._Element:
    """Write the names of all elements and attributes without namespace in lower case, in place.

    Agencies write the right namespace, none, or that of another version. Attributes with a
    namespace (xml:lang) stay as they are. Returns `root`.
    """
    for element in root.iter(etree.Element):
        tag = str(element.tag)
        plain = tag.rpartition("}")[2].rpartition(":")[2].lower()
        if plain != tag:
            with suppress(ValueError):  # libxml2 let the name pass, lxml does not
                element.tag = plain
        for name in [str(name) for name in element.attrib]:
            if not name.islower() and "}" not in name:
                with suppress(ValueError):
                    element.attrib[name.lower()] = element.attrib[name]
                    del element.attrib[name]
    return root


def text_of(element: etree._Element | None) -> str:
    """Return all text in `element` as one clean line, "" for None; tags are taken for blanks in
    nothing: <b>A</b>B is AB."""
    return clean_line("".join(element.itertext())).text if element is not None else ""


def value_of(element: etree._Element | None, name: str) -> str:
    """Return an attribute of `element` without outer blanks, "" where there is none."""
    return (element.get(name) or "").strip() if element is not None else ""


def language_of(element: etree._Element | None) -> str:
    """Return the xml:lang (or lang) of `element` or of the nearest one around it."""
    while element is not None:
        for name in ("{http://www.w3.org/XML/1998/namespace}lang", "xml:lang", "lang"):
            if found := value_of(element, name):
                return found
        element = element.getparent()
    return ""
