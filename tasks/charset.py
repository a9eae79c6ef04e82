"""What a document says of its encoding, and which codec that label stands for.

Labels mean what the WHATWG Encoding Standard says they mean (latin1 is windows-1252, gb2312 is
gb18030), because that is how the pages were read while they were written. Labels that it does not
know are looked up among Python's text codecs.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

import webencodings  # type: ignore[import-untyped]

# Browsers stop looking for a declaration after 1,024 bytes but reload on a later one.
PRESCAN_BYTES = 16_384

LABEL = re.compile(r"[A-Za-z0-9._:+-]{1,40}")
# Python's codecs that turn bytes into text of natural language; the rest is rot13 and the like.
TEXT_CODEC = re.compile(r"(big5|cp\d|euc_|gb|hz|iso|johab|koi8|kz1048|mac-|ptcp|shift|tis|utf)")
SEVEN_BIT_LABELS = {  # browsers refuse these for safety; here nothing is executed
    "iso-2022-kr": "iso2022_kr",
    "csiso2022kr": "iso2022_kr",
    "hz-gb-2312": "hz",
    "iso-2022-cn": "iso-2022-cn",
    "iso-2022-cn-ext": "iso-2022-cn",
}
WIDER_CODECS = {"gbk": "gb18030", "x-user-defined": "cp1252"}
# Python's codecs are stricter than the standard's; these know more characters of the same kind.
NEXT_CODECS = {
    "euc_jp": ("euc_jis_2004",),
    "cp932": ("shift_jis_2004",),
    "iso2022_jp": ("iso2022_jp_2", "iso2022_jp_ext", "iso2022_jp_2004"),
}
FIRST_CODECS = {later: first for first, others in NEXT_CODECS.items() for later in others}
STANDARD_NAMES: dict[str, str] = {
    webencodings.lookup(name).codec_info.name: name
    for name in sorted(set(webencodings.labels.LABELS.values()), reverse=True)
} | {"gbk": "gb18030"}

TAG = re.compile(rb"<!--|<(meta)(?=[\t\n\f\r /])|<(/?[a-z])|<[!/?]", re.IGNORECASE)
ATTRIBUTE = re.compile(
    rb"""[\t\n\f\r /]*(?:(>)|([^\t\n\f\r />][^\t\n\f\r />=]*)"""
    rb"""(?:[\t\n\f\r ]*=[\t\n\f\r ]*("[^"]*"|'[^']*'|[^\t\n\f\r >"'][^\t\n\f\r >]*|(?=>)))?)"""
)
CONTENT_CHARSET = re.compile(
    rb"""charset[\t\n\f\r ]*=[\t\n\f\r ]*(?:"([^"]*)"|'([^']*)'|([^\t\n\f\r ;"'][^\t\n\f\r ;]*))""",
    re.IGNORECASE,
)
XML_DECLARATION = re.compile(
    rb"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']\s*([A-Za-z0-9._:-]+)\s*["']"""
)


def declared_charsets(data: bytes, *, charset: str | None, is_html: bool) -> Iterator[str]:
    """Yield the Python codecs that a document declares, the strongest declaration first.

    The order is that of the HTML standard: from outside (`charset`), the page's meta element
    (only with `is_html`), the XML declaration.
    """
    if charset and (codec := codec_for(charset)):
        yield codec
    if is_html and (label := prescan(data)) and (codec := codec_for(label)):
        yield codec
    if (found := XML_DECLARATION.match(data, 0, 1024)) and (
        codec := codec_for(found[1].decode("ascii"))
    ):
        yield "utf-8" if codec.startswith(("utf-16", "utf-32")) else codec


def codec_for(label: str) -> str | None:
    """Return the Python codec that decodes what `label` stands for, or None if nobody knows it."""
    label = label.strip().lower()
    if not LABEL.fullmatch(label):
        return None
    if label in SEVEN_BIT_LABELS:
        return SEVEN_BIT_LABELS[label]
    standard = webencodings.lookup(label)
    if standard and standard.name != "replacement":
        return WIDER_CODECS.get(standard.name, str(standard.codec_info.name))
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return None
    return FIRST_CODECS.get(name, name) if TEXT_CODEC.match(name) else None


def standard_name(codec: str) -> str:
    """Return the WHATWG name of a Python codec, or the codec's own if the standard has none."""
    return STANDARD_NAMES.get(codec, codec)


def prescan(data: bytes) -> str | None:
    """Return the label that the head of a page declares in a meta element.

    This is "prescan a byte stream to determine its encoding" of the HTML standard, 13.2.3.2,
    over more bytes than there. UTF-16 cannot be declared in ASCII and counts as UTF-8.
    """
    head, at = data[:PRESCAN_BYTES], 0
    while tag := TAG.search(head, at):
        if tag[0] == b"<!--":
            at = head.find(b"-->", tag.start() + 2) + 3
            if at == 2:
                return None
        elif tag[1] or tag[2]:
            attributes, at = _attributes(head, tag.end())
            if tag[1] and (label := _meta_label(attributes)):
                return label
        else:
            at = head.find(b">", tag.end()) + 1 or len(head)
    return None


def _attributes(head: bytes, at: int) -> tuple[dict[bytes, bytes], int]:
    """Return the attributes of the tag at `at` and where it ends; none if it does not end."""
    found: dict[bytes, bytes] = {}
    while part := ATTRIBUTE.match(head, at):
        at = part.end()
        if part[1]:
            return found, at
        value = part[3] or b""
        is_quoted = value.startswith((b'"', b"'"))
        found.setdefault(part[2].lower(), value[1:-1] if is_quoted else value)
    return {}, len(head)


def _meta_label(attributes: dict[bytes, bytes]) -> str | None:
    """Return the known label that a meta element with these attributes declares."""
    label = attributes.get(b"charset")
    if label is None and attributes.get(b"http-equiv", b"").lower() == b"content-type":
        found = CONTENT_CHARSET.search(attributes.get(b"content", b""))
        label = found and (found[1] or found[2] or found[3])
    name = label.decode("latin-1") if label else ""
    if (codec := codec_for(name)) is None:
        return None
    return "utf-8" if codec.startswith("utf-16") else name
