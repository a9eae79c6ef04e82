"""What kind of file is this? Decided by its first bytes, and by its name where they are silent.

The order: signatures of binary formats, then the Unicode encoding, then "is it text at all", then
how a text begins (markup, JSON, mail headers), then the name, and at last plain text. The tables
hold the rules; a format that no reader knows is named all the same, so that its rejection can say
what it is. Names are IANA media types; an "x-" marks the unregistered ones.
"""

from __future__ import annotations

import re

HEAD_BYTES = 64 * 1024  # a DOCTYPE or a first JSON line stands far earlier in nearly every file

GZIP, BZIP2, XZ, ZSTD = (
    "application/gzip",
    "application/x-bzip2",
    "application/x-xz",
    "application/zstd",
)
TEXT, HTML, XML = "text/plain", "text/html", "application/xml"
JSON, JSON_LINES, JSON_SEQUENCE = "application/json", "application/jsonl", "application/json-seq"
RSS, ATOM, RDF, SVG = (
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "image/svg+xml",
)
MAIL, MAILBOX, WEB_ARCHIVE = "message/rfc822", "application/mbox", "multipart/related"
BINARY = "application/octet-stream"
MARKDOWN, CSV, TSV = "text/markdown", "text/csv", "text/tab-separated-values"
SITEMAP, JSON_FEED = "application/x-sitemap+xml", "application/feed+json"
NITF, NEWSML = "text/vnd.iptc.nitf", "text/vnd.iptc.newsml"
G2 = "application/vnd.iptc.g2.{}+xml"
IPTC_7901, ANPA = "text/x-iptc7901", "text/x-anpa"  # neither was ever registered
REUTERS_SGML = "application/x-reuters-sgml"  # Reuters-21578
WARC, ARC, HTTP = "application/warc", "application/x-arc", "message/http"
ZIP, TAR = "application/zip", "application/x-tar"
PARQUET = "application/vnd.apache.parquet"
ARROW_FILE, ARROW_STREAM = (
    "application/vnd.apache.arrow.file",
    "application/vnd.apache.arrow.stream",
)
ODT = "application/vnd.oasis.opendocument.text"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

SIGNATURES: tuple[tuple[str, bytes], ...] = (  # media type, pattern at the first byte
    (GZIP, rb"\x1f\x8b\x08"),  # RFC 1952
    (BZIP2, rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)"),  # block magic, or that of an empty stream
    (XZ, rb"\xfd7zXZ\x00"),
    (ZSTD, rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"),  # RFC 8878, data or skippable frame
    ("application/x-lz4", rb"\x04\x22\x4d\x18"),
    ("application/x-lzip", rb"LZIP\x01"),
    ("application/x-compress", rb"\x1f\x9d"),
    ("application/x-lzma", rb"\x5d\x00\x00.{2}"),
    (WARC, rb"WARC/[01]\."),  # ISO 28500
    (ARC, rb"filedesc://"),
    (JSON_SEQUENCE, rb"\x1e[ \t\r\n]*[{\[]"),  # RFC 7464
    ("application/pdf", rb"\s*%PDF-"),
    ("application/postscript", rb"%!PS|\xc5\xd0\xd3\xc6"),
    ("application/rtf", rb"\s*\{\\rtf"),
    (ZIP, rb"PK(?:\x03\x04|\x05\x06|\x07\x08)"),
    ("application/x-7z-compressed", rb"7z\xbc\xaf\x27\x1c"),
    ("application/vnd.rar", rb"Rar!\x1a\x07"),
    (TAR, rb".{257}ustar[\0 ]"),  # POSIX 1003.1
    ("application/vnd.sqlite3", rb"SQLite format 3\x00"),
    (PARQUET, rb"PAR[1E](?=[^\t\r\n -~])"),
    (ARROW_FILE, rb"ARROW1\x00\x00|FEA1(?=[^\t\r\n -~])"),
    (ARROW_STREAM, rb"\xff{4}.{4}\x10\x00\x00\x00"),
    ("application/vnd.apache.orc", rb"ORC[\x00-\x1f]"),
    ("application/avro", rb"Obj\x01"),
    ("application/x-ole-storage", rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),  # .doc, .xls, .msg
    (HTTP, rb"HTTP/[012](?:\.\d)? \d{3}[ \r\n]"),  # a response saved with its headers
    ("image/png", rb"\x89PNG\r\n\x1a\n"),
    ("image/jpeg", rb"\xff\xd8\xff"),
    ("image/gif", rb"GIF8[79]a"),
    ("image/webp", rb"RIFF.{4}WEBP"),
    ("image/tiff", rb"II\*\x00|MM\x00\*"),
    ("image/bmp", rb"BM.{4}\x00{4}"),
    ("image/vnd.microsoft.icon", rb"\x00\x00\x01\x00[\x01-\x20]\x00"),
    ("image/avif", rb".{4}ftypavi[fs]"),
    ("image/heic", rb".{4}ftyp(?:hei[cx]|mif1)"),
    ("audio/mp4", rb".{4}ftypM4A"),
    ("video/mp4", rb".{4}ftyp"),
    ("audio/mpeg", rb"ID3[\x02-\x04]|\xff[\xfb\xf3\xf2\xfa]"),
    ("audio/flac", rb"fLaC"),
    ("audio/wav", rb"RIFF.{4}WAVE"),
    ("audio/midi", rb"MThd\x00"),
    ("video/x-msvideo", rb"RIFF.{4}AVI "),
    ("video/matroska", rb"\x1a\x45\xdf\xa3"),
    ("video/mpeg", rb"\x00\x00\x01[\xba\xb3]"),
    ("video/x-flv", rb"FLV\x01"),
    ("application/ogg", rb"OggS\x00"),
    # Wire messages: SOH with the header of either form, which nothing else has.
    (
        IPTC_7901,
        rb"[\x00\x7f\r\n ]{0,64}(?:ZCZC[^\r\n\x01]{0,60}[\r\n ]{1,8})?\x16{0,8}\x01"
        rb"[A-Za-z]{1,4} ?[0-9]{1,5} +[0-9] +[A-Za-z]{1,4}\b[^\r\n\x02]{0,120}[\r\n ]{0,16}\x02",
    ),
    (ANPA, rb"[\x00\x7f\r\n ]{0,64}\x16{2,8}\x01"),
)
_ADDED: list[tuple[str, re.Pattern[bytes]]] = []  # by tasks.readers.add
_SIGNATURE = re.compile(b"|".join(b"(" + pattern + b")" for _, pattern in SIGNATURES), re.DOTALL)

G2_ITEMS = "newsitem packageitem newsmessage conceptitem knowledgeitem planningitem catalogitem"
ROOTS = {  # first element or DOCTYPE, lower case, without prefix
    b"html": HTML,
    b"rss": RSS,
    b"feed": ATOM,
    b"rdf": RDF,  # RSS 1.0 and 0.90 are told apart below by their namespace
    b"channel": RSS,  # CDF, the Channel Definition Format of 1997
    b"svg": SVG,
    b"urlset": SITEMAP,
    b"sitemapindex": SITEMAP,
    b"nitf": NITF,
    b"newsml": NEWSML,
    b"lewis": REUTERS_SGML,
    b"reuters": REUTERS_SGML,
    **{
        name.encode(): G2.format(name)  # NewsML-G2
        for name in G2_ITEMS.split()
    },
}
# Elements that begin a page without <html>: the list of the WHATWG MIME Sniffing Standard
# (section 7.1) and the other elements that fragments of news pages were seen to begin with.
HTML_TAGS = frozenset(
    b"a article b base body br center div font form h1 h2 h3 h4 h5 h6 head header iframe img "
    b"link main meta nav noscript ol p pre script section span strong style table title ul".split()
)

SUFFIXES = {  # what a name says about bytes that are text and do not speak for themselves
    ".html .htm .xhtml .xht .shtml .php .asp .aspx .jsp .cgi": HTML,
    ".md .markdown .mdown .mdx": MARKDOWN,
    ".txt .text .rst .adoc .org .tex .log .py .sh .yaml .yml .toml .ini": TEXT,
    ".json": JSON,
    ".jsonl .ndjson .jl .jsonlines": JSON_LINES,
    ".csv": CSV,
    ".tsv .tab": TSV,
    ".eml .mime": MAIL,
    ".mbox": MAILBOX,
    ".mht .mhtml": WEB_ARCHIVE,
    ".xml .nitf .newsml": XML,
    ".warc .wet .wat": WARC,  # under zstd with a dictionary of its own nothing else shows it
    ".arc": ARC,
    ".rss": RSS,
    ".atom": ATOM,
    ".rdf": RDF,
    ".sgml .sgm": "text/sgml",
}
BINARY_SUFFIXES = {  # the same for bytes that are no text
    ".tar": TAR,  # before POSIX a tar had no signature
    ".mp3": "audio/mpeg",
    ".pdf": "application/pdf",
    ".br": "application/x-brotli",  # RFC 7932 has no signature
}
_BY_SUFFIX = {suffix: kind for suffixes, kind in SUFFIXES.items() for suffix in suffixes.split()}

# What the WHATWG MIME Sniffing Standard calls binary data bytes.
_CONTROLS = bytes({*range(0x09), 0x0B, *range(0x0E, 0x1B), *range(0x1C, 0x20)})
# The standard calls a file with one of them binary. Wire formats (IPTC 7901) frame text with a
# few, and damaged text holds a few; in compressed or random bytes 11 of 100 are controls.
_MOST_CONTROLS = 0.05

_PROLOGUE = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_OPENING = re.compile(rb"<(?:!doctype\s+)?(?:[\w.-]+:)?([a-z][\w.-]*)(?=[\s>/\[])", re.IGNORECASE)
_LATE_PAGE = re.compile(rb"^[ \t]*<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE | re.MULTILINE)
_RSS_NAMESPACE = re.compile(rb"purl\.org/rss/1|netscape\.com/rdf/simple/0\.9")
_JSON_START = re.compile(
    rb"""\{\s*(?:\}|"[^"\n]*"\s*:)          # an object
    | \[\s*(?:\{\s*["}]                     # a list of objects, or of nothing
        | \]\s*\Z)
    """,
    re.VERBOSE,
)
_JSON_FEED = re.compile(rb'"version"\s*:\s*"https?:\\?/\\?/jsonfeed\.org')  # version 1 and 1.1
_HEADER = re.compile(rb"([A-Za-z][A-Za-z0-9-]*):(?:[ \t]+(.*))?\r?\Z")
_ENVELOPE = re.compile(rb"From \S+ .*\d\d:\d\d.*\d{4}\s*\n[A-Za-z-]+:")  # RFC 4155
_MAIL_HEADERS = frozenset({b"message-id", b"mime-version", b"received", b"return-path"})
_SENT = frozenset({b"to", b"received", b"message-id", b"return-path", b"delivered-to"})
_FRONT_MATTER = re.compile(
    rb"---[ \t]*\r?\n(?:[A-Za-z][\w-]*:[^\n]*\n|[ \t-][^\n]*\n){1,60}?---[ \t]*\r?\n"
)
_QUERY = re.compile(r"[?#].*", re.DOTALL)  # of a page saved under its address: article.php?id=7


def sniff(head: bytes, name: str) -> str:
    """Return the media type of a file from its first bytes (up to 64 KiB are looked at) and name.

    The bytes decide first: a page called .txt is a page. Text that shows no format, under a name
    that shows none, is text/plain; bytes that are no text are application/octet-stream.
    """
    head = head[:HEAD_BYTES]
    suffix = _suffix(name)
    encoding = unicode_encoding(head)
    if encoding is None and (found := _signed(head)):
        return found
    text = _as_utf8(head, encoding)
    if _is_binary(text):
        return BINARY_SUFFIXES.get(suffix, BINARY)
    text = text.lstrip()
    return _by_content(text, suffix) or _by_name(text, suffix)


def add(media_type: str, suffixes: tuple[str, ...], signature: bytes | None) -> None:
    """Recognise a further format, before all others by its signature."""
    _BY_SUFFIX.update(dict.fromkeys(suffixes, media_type))
    if signature is not None:
        _ADDED.append((media_type, re.compile(signature, re.DOTALL)))


def _signed(head: bytes) -> str | None:
    """Name a format by its signature, or return None."""
    for media_type, pattern in _ADDED:
        if pattern.match(head):
            return media_type
    signature = _SIGNATURE.match(head)
    if signature is None:
        return None
    return SIGNATURES[(signature.lastindex or 0) - 1][0]


def unicode_encoding(head: bytes) -> str | None:
    """Return the codec of UTF-16 or UTF-32 text, by byte order mark or by its NUL bytes, or None.

    The codec does not remove the mark. Without a mark, text whose letters are mostly ASCII shows
    a NUL in every other byte (UTF-16) or in three of four (UTF-32).
    """
    for mark, codec in _MARKS:
        if head.startswith(mark):
            return codec
    if b"\0" not in head[:4]:
        return None
    sample = head[:512]
    zeros = tuple(2 * sample[lane::4].count(0) > len(sample) // 4 for lane in range(4))
    guess = _ZERO_LANES.get(zeros)
    return guess if guess and not _is_binary(_as_utf8(sample, guess)) else None


_MARKS = (  # UTF-32 first: the little-endian mark of UTF-16 begins that of UTF-32
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_ZERO_LANES: dict[tuple[bool, ...], str] = {  # which bytes of every four are mostly zero
    (False, True, True, True): "utf-32-le",
    (True, True, True, False): "utf-32-be",
    (False, True, False, True): "utf-16-le",
    (True, False, True, False): "utf-16-be",
}


def _suffix(name: str) -> str:
    """Return the last suffix of a path or address, lower case, with its dot; or ""."""
    base = _QUERY.sub("", re.split(r"[/\\]", name)[-1])
    return "." + base.rpartition(".")[2].lower() if "." in base else ""


def _as_utf8(head: bytes, encoding: str | None) -> bytes:
    """Return text in an ASCII-compatible form without byte order mark."""
    if encoding is not None:
        head = head.decode(encoding, "ignore").encode(errors="ignore")
    return head.removeprefix(b"\xef\xbb\xbf")


def _is_binary(text: bytes) -> bool:
    """Tell whether too many bytes are controls; NULs at the end are padding after a crash."""
    text = text.rstrip(b"\0") or text
    controls = len(text) - len(text.translate(None, _CONTROLS))
    return controls > _MOST_CONTROLS * len(text)


def _by_content(text: bytes, suffix: str) -> str | None:
    """Name a text by the way it begins, or return None."""
    first = text[:1]
    if first == b"<":
        return _markup(text, suffix)
    if first in (b"{", b"["):
        is_front_matter = _BY_SUFFIX.get(suffix) == MARKDOWN and first == b"{"
        return None if is_front_matter else _json(text, suffix)
    if first == b"-" and suffix in (".txt", ".text", "") and _FRONT_MATTER.match(text):
        return MARKDOWN
    return _mail(text)


def _markup(text: bytes, suffix: str) -> str | None:
    """Name the markup by its DOCTYPE or first element, or return None if it shows none."""
    prologue = _PROLOGUE.match(text)
    start = prologue.end() if prologue else 0
    is_xml = text.startswith(b"<?xml")
    opening = _OPENING.match(text, start)
    if opening is None:
        return XML if is_xml else None
    root = opening[1].lower()
    if root in ROOTS:
        return RSS if root == b"rdf" and _RSS_NAMESPACE.search(text) else ROOTS[root]
    named = _BY_SUFFIX.get(suffix)
    if is_xml or named == XML or (root not in HTML_TAGS and b"xmlns" in text[start : start + 1000]):
        return XML
    # Markdown may begin with <p align="center">; only a whole page overrules its name.
    is_prose = named in (TEXT, MARKDOWN) and suffix not in (".txt", ".text")
    return HTML if root in HTML_TAGS and not is_prose else named


def _json(text: bytes, suffix: str) -> str | None:
    """Tell one JSON value from one per line; prose that begins with a bracket gives None."""
    named = _BY_SUFFIX.get(suffix)
    if not _JSON_START.match(text):
        return JSON if named == JSON_LINES and text[:2].rstrip() in (b"{", b"[") else None
    line, _, rest = text.partition(b"\n")
    if text[:1] == b"{" and line.rstrip().endswith(b"}") and rest.lstrip()[:1] == b"{":
        return JSON_LINES
    if _JSON_FEED.search(text[:4096]):
        return JSON_FEED
    is_open = line.rstrip() in (b"{", b"[") or text[:1] == b"["
    return JSON_LINES if named == JSON_LINES and not is_open else JSON


def _mail(text: bytes) -> str | None:
    """Name a mail message, mailbox or web archive by its header lines, or return None."""
    if _ENVELOPE.match(text):
        return MAILBOX
    headers: dict[bytes, bytes] = {}
    for line in text[:8192].split(b"\n"):
        if line[:1] in (b" ", b"\t") and headers:
            continue
        if not (header := _HEADER.match(line)):
            break
        headers[header[1].lower()] = header[2] or b""
    is_by_hand = {b"from", b"subject", b"date"} <= headers.keys()  # saved without the rest
    is_foreign = headers.keys().isdisjoint({b"from", b"content-type"})
    if not is_by_hand and (_MAIL_HEADERS.isdisjoint(headers) or is_foreign):
        return None
    is_sent = not _SENT.isdisjoint(headers)  # with its pictures beside it; a saved page is not
    is_related = b"multipart/related" in headers.get(b"content-type", b"")
    return WEB_ARCHIVE if is_related and not is_sent else MAIL


def _by_name(text: bytes, suffix: str) -> str:
    """Name a text that does not speak for itself."""
    if suffix not in _BY_SUFFIX and _LATE_PAGE.search(text, 0, 4096):
        return HTML  # warnings of a server, or a banner, printed above the page
    return _BY_SUFFIX.get(suffix, TEXT)
