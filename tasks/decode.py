"""Bytes to text: what the document says of itself first, then what its bytes look like.

Order: byte order mark; UTF-16 and UTF-32 told by their zero bytes; seven-bit escape encodings;
strict UTF-8; UTF-8 with a few broken bytes; the declared encoding if it decodes and is plausible;
the statistical detector; windows-1252. Labels mean what the WHATWG Encoding Standard says they
mean (latin1 is windows-1252), also for the detector's answers. Every number below was measured
with tests/bench/decoding.py.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator

import chardet
import webencodings  # type: ignore[import-untyped]

from tasks.records import Decoded
from warehouse.errors import CannotRead

# UTF-32 before UTF-16: the little-endian mark of the one begins with that of the other.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)

# Control bytes that text has no use for. Not among them: tab, line feed, vertical tab, form feed,
# carriage return, shift out and in, 0x1A (ends DOS files), escape.
CONTROL_BYTES = bytes({*range(0x20), 0x7F} - {*b"\t\n\v\f\r\x0e\x0f\x1a\x1b"})
OTHER_BYTES = bytes({*range(0x100)} - {*CONTROL_BYTES})
CONTROL_BYTE = re.compile(b"[" + re.escape(CONTROL_BYTES) + b"]")
# Of 398 binary files of 17 kinds the least share was 0.078; news wires use about 0.01.
MOST_CONTROL = 0.04
# Valid UTF-8 is better evidence: short wire stories keep their control bytes. Cyrillic, Greek or
# Arabic as UTF-16 is valid ASCII, too, and two bytes of five are then control bytes.
MOST_CONTROL_IN_UTF8 = 0.2
# Zero bytes are half of Latin text as UTF-16 and 1 % of Chinese text (line ends, digits).
LEAST_ZEROS = 0.002
# Share of the characters that are unassigned, private or controls: text as UTF-16 has none,
# binary files with zero bytes have at least 0.062 (of 407 files of 18 kinds).
MOST_ODD = 0.05

# Broken UTF-8: at least as many good sequences beyond ASCII as broken ones. In 8-bit encodings at
# most 3 of 10 are good by accident (EUC-JP, Thai).
LEAST_GOOD = 0.5
# Multi-byte text with one replacement character in fifty can still be read.
MOST_BROKEN = 0.02

# One undefined byte in 500 of windows-1252 is damage; more is another encoding.
MOST_UNDEFINED = 0.002
# Confidence of the detector: of text in other scripts the least is 0.33, of East Asian text with
# a byte missing, which it takes for Cyrillic or Urdu, the most is 0.13.
SURE = 0.3
NONSENSE = 0.2
# The detector reads this much of the text around bytes beyond ASCII: 1 ms per 10 kB.
SAMPLE_BYTES = 32_768
MOST_GUESSES = 6
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
STANDARD_NAMES = {
    webencodings.lookup(name).codec_info.name: name
    for name in sorted(set(webencodings.labels.LABELS.values()), reverse=True)
} | {"gbk": "gb18030"}
DENSE_CODECS = ("gb18030", "euc_jp", "cp949", "big5hkscs", "cp932")
MULTIBYTE = frozenset(DENSE_CODECS) | {"johab"}

# Bytes 0x80-0x9F read as ISO 8859 become controls that no text has: it is a Windows code page.
C1_CONTROL = re.compile("[\x80-\x84\x86-\x9f]")
DENSE_RUN = re.compile(b"[\x80-\xff]{3}")
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
RUN = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]+")
STRETCH = re.compile(b"[\x80-\xff][^\n]{0,%d}" % SAMPLE_BYTES)
JAPANESE_ESCAPE = re.compile(rb"\x1b(?:\$[@AB]|\$\([A-Z]|\(I)")
HZ_RUN = re.compile(rb"~\{((?:[\x21-\x77][\x21-\x7e])+)(?:~\}|(?=[\r\n]|$))")
CHINESE_SHIFT = re.compile(rb"\x1b\$\)[AEG]|\x1b\$\*H")
SHIFTED_RUN = re.compile(rb"\x0e((?:[\x21-\x7e]{2})+)\x0f?")
EIGHTH_BIT = bytes(byte | 0x80 for byte in range(0x100))

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


def decode(data: bytes, *, charset: str | None = None, is_html: bool = False) -> Decoded:
    """Return the text of `data`, without its byte order mark, and how its encoding was decided.

    `charset` is a label declared outside the bytes; with `is_html` the declaration in the page
    counts too, and an XML declaration does in any document. `method` is "bom", "utf-8",
    "declared" or "detected"; " mended" follows when a few broken bytes became U+FFFD.
    Raises CannotRead: "decode.binary" for bytes that are no text, "decode.undecodable" for text
    in no encoding known here.
    """
    found = _by_byte_order_mark(data) or _by_zero_bytes(data)
    if found:
        return found
    _refuse_binary(data)
    return (
        _by_escapes(data, charset, is_html)
        or _by_utf8(data)
        or _by_declaration(data, charset, is_html)
        or _by_detector(data)
        or _as_last_resort(data)
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
    label = label.strip().strip("\"'").lower()
    if not LABEL.fullmatch(label):
        return None
    if label in SEVEN_BIT_LABELS:
        return SEVEN_BIT_LABELS[label]
    standard = webencodings.lookup(label)
    if standard and standard.name != "replacement":
        return WIDER_CODECS.get(standard.name, standard.codec_info.name)
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return None
    return FIRST_CODECS.get(name, name) if TEXT_CODEC.match(name) else None


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
        found.setdefault(part[2].lower(), (part[3] or b"").strip(b"\"'"))
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


def _by_byte_order_mark(data: bytes) -> Decoded | None:
    for mark, codec in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            text = data[len(mark) :].decode(codec, "replace")
            if _is_text(text) and (found := _decoded(text, codec, "bom")):
                return found
    return None


def _by_zero_bytes(data: bytes) -> Decoded | None:
    """Decode UTF-16 or UTF-32 without a mark: zero bytes stand on one side of the characters."""
    zeros = data.count(0)
    if zeros == 0 or zeros < LEAST_ZEROS * len(data) or _is_eight_bit(data):
        return None
    for codec in _wide_codecs(data[:SAMPLE_BYTES]):
        size = 4 if "32" in codec else 2
        try:
            text = data[: len(data) // size * size].decode(codec)
        except UnicodeDecodeError:
            continue
        if _is_text(text):
            return _decoded(text, codec, "detected")
    return None


def _wide_codecs(sample: bytes) -> Iterator[str]:
    """Yield the wide encodings possible, the byte order first that needs fewer upper bytes.

    A text has characters of few blocks: its upper bytes differ less than its lower bytes do.
    """
    if not any(sample[3::4]):
        yield "utf-32-le"
    if not any(sample[0::4]):
        yield "utf-32-be"
    orders = ["utf-16-le", "utf-16-be"]
    yield from orders if len({*sample[1::2]}) <= len({*sample[0::2]}) else orders[::-1]


def _is_text(text: str) -> bool:
    """Say whether nearly all characters are assigned ones that a text may have."""
    seen = text[:2000]
    odd = sum(unicodedata.category(c) in {"Cc", "Cn", "Co", "Cs"} for c in seen)
    odd += seen.count("\ufffd") - sum(map(seen.count, "\t\n\r\f\v\x1a\x85"))
    return odd <= MOST_ODD * len(seen)


def _is_eight_bit(data: bytes) -> bool:
    """Say whether `data` is valid UTF-8 that is not another script's UTF-16.

    Thai or Hindi as UTF-16 is valid ASCII of which two bytes of five are below a blank, many of
    them tabs or line feeds.
    """
    below_blank = len(data) - len(data.translate(None, bytes(range(0x20))))
    return below_blank <= MOST_CONTROL_IN_UTF8 * len(data) and _strict(data, "utf-8") is not None


def _control_share(data: bytes) -> float:
    return len(data.translate(None, OTHER_BYTES)) / max(len(data), 1)


def _refuse_binary(data: bytes) -> None:
    """Raise CannotRead for bytes that hold too many controls to be text."""
    share = _control_share(data)
    if share <= MOST_CONTROL:
        return
    if share <= MOST_CONTROL_IN_UTF8 and _strict(data, "utf-8") is not None:
        return
    first = CONTROL_BYTE.search(data)
    at = first.start() if first else 0
    raise CannotRead(
        "decode.binary",
        f"{share:.1%} of {len(data)} bytes are control bytes, the first one 0x{data[at]:02X} at "
        f"offset {at}; text has at most {MOST_CONTROL:.0%}, valid UTF-8 {MOST_CONTROL_IN_UTF8:.0%}",
    )


def _by_escapes(data: bytes, charset: str | None, is_html: bool) -> Decoded | None:
    """Decode the encodings that hide other letters in ASCII; None for plain ASCII."""
    is_marked = b"\x1b" in data or b"~{" in data
    if not is_marked and not (charset and "7" in charset and data.isascii()):
        return None
    names = list(declared_charsets(data, charset=charset, is_html=is_html))
    for codec in _seven_bit_codecs(data, names):
        method = "declared" if codec in names else "detected"
        if codec in {"hz", "iso-2022-cn"}:
            return _by_chinese_shifts(data, codec, method)
        if codec == "utf-7" and not data.isascii():
            continue
        if (text := _strict(data, codec)) is not None:
            return _decoded(text, codec, method)
        if found := _mended(data, codec, method):
            return found
    return None


def _seven_bit_codecs(data: bytes, names: list[str]) -> Iterator[str]:
    if b"\x1b$)C" in data:
        yield "iso2022_kr"
    if JAPANESE_ESCAPE.search(data):
        yield "iso2022_jp"
    if CHINESE_SHIFT.search(data):
        yield "iso-2022-cn"
    if HZ_RUN.search(data) and ("hz" in names or _is_likely_hz(data)):
        yield "hz"
    if "utf-7" in names:
        yield "utf-7"


def _is_likely_hz(data: bytes) -> bool:
    """Say whether closed HZ runs hold at least four common Chinese characters.

    GB 2312 keeps its 3,755 commonest characters in rows 0x30-0x57, half of what chance reaches.
    """
    leads = b"".join(run[1][::2] for run in HZ_RUN.finditer(data) if run[0].endswith(b"~}"))
    common = len(leads) - len(leads.translate(None, bytes(range(0x30, 0x58))))
    return common >= 4 and common >= 0.6 * len(leads)


def _by_chinese_shifts(data: bytes, codec: str, method: str) -> Decoded | None:
    """Decode HZ (RFC 1843) or the GB 2312 part of ISO-2022-CN (RFC 1922).

    Python has no codec for the second and one for the first that stops at the tilde of a URL.
    """
    pattern = HZ_RUN if codec == "hz" else SHIFTED_RUN
    parts = pattern.split(CHINESE_SHIFT.sub(b"", data))
    parts[1::2] = [run.translate(EIGHTH_BIT) for run in parts[1::2]]
    if codec == "hz":
        parts[::2] = [plain.replace(b"~~", b"~").replace(b"~\n", b"") for plain in parts[::2]]
    text = b"".join(parts).decode("gb18030", "replace")
    return _decoded(text, codec, method)


def _by_utf8(data: bytes) -> Decoded | None:
    """Decode UTF-8, also with a few broken bytes: better than mojibake of all the others."""
    if (text := _strict(data, "utf-8")) is not None:
        return _decoded(text, "utf-8", "utf-8")
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd") - data.count(b"\xef\xbf\xbd")
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    if beyond_ascii - broken < LEAST_GOOD * beyond_ascii:
        return None
    return Decoded(text=text, encoding="utf-8", method="utf-8 mended")


def _by_declaration(data: bytes, charset: str | None, is_html: bool) -> Decoded | None:
    """Decode as declared if that leaves no rest, no controls and no better explanation."""
    for codec in declared_charsets(data, charset=charset, is_html=is_html):
        if codec == "iso-2022-cn" or codec.startswith("utf"):
            continue  # these have been recognised by now, if they were there
        text = _strict(data, codec)
        if text is not None and not C1_CONTROL.search(text):
            return _unless_latin_by_habit(data, text) or _decoded(text, codec, "declared")
        if codec in MULTIBYTE and (found := _mended(data, codec, "declared")):
            return found
    return None


def _unless_latin_by_habit(data: bytes, text: str) -> Decoded | None:
    """Return another reading of bytes declared as Latin letters that are of another script.

    Editors and servers declare latin1 unasked. Latin text has few runs of accented letters, so
    the detector is seldom needed; measured, it overruled 0 of 2,046 honest declarations and found
    777 of 777 Cyrillic, Greek, Hebrew, Arabic, Thai and East Asian texts.
    """
    if not DENSE_RUN.search(data) or _latin_share(text) < 0.5:
        return None
    found, confidence = _best_guess(data)
    if found is None or confidence < SURE or _latin_share(found.text) > 0.3:
        return None
    return found


def _latin_share(text: str) -> float:
    """Return the share of Latin ones among the letters beyond ASCII; 1.0 if there are few."""
    letters = [c for c in BEYOND_ASCII.findall(text[:SAMPLE_BYTES]) if c.isalpha()]
    if len(letters) < 5:
        return 1.0
    return sum(c < "\u0250" or "\u1e00" <= c < "\u1f00" for c in letters) / len(letters)


def _by_detector(data: bytes) -> Decoded | None:
    """Decode with the best guess that holds on all of `data`."""
    found, confidence = _best_guess(data)
    if confidence < NONSENSE and DENSE_RUN.search(data):
        return _by_broken_multibyte(data) or found
    return found


def _best_guess(data: bytes) -> tuple[Decoded | None, float]:
    """Return the detector's first reading that holds on all of `data`, and its confidence."""
    sample = _sample(data)
    guesses = chardet.detect_all(
        sample, ignore_threshold=True, compat_names=False, max_bytes=len(sample)
    )
    for guess in guesses[:MOST_GUESSES]:
        codec = codec_for(guess["encoding"] or "")
        text = _strict(data, codec) if codec else None
        if codec and text is not None and not C1_CONTROL.search(text):
            return _decoded(text, codec, "detected"), guess["confidence"]
        if codec in MULTIBYTE and (found := _mended(data, codec, "detected")):
            return found, guess["confidence"]
    return None, 0.0


def _by_broken_multibyte(data: bytes) -> Decoded | None:
    """Decode East Asian text of which a byte is missing, after which every character is off.

    The detector gives such text up. It is asked again without the runs that do not decode.
    """
    for codec in DENSE_CODECS:
        if _mended(data, codec, "detected") is None:
            continue
        runs = RUN.findall(_sample(data).decode(codec, "replace"))
        whole = "".join(run for run in runs if "\ufffd" not in run).encode(codec, "ignore")
        guess = chardet.detect(whole, compat_names=False)
        name = codec_for(guess["encoding"] or "") or ""
        if name in MULTIBYTE and (found := _mended(data, name, "detected")):
            return found
    return None


def _sample(data: bytes) -> bytes:
    """Return `data`, or SAMPLE_BYTES bytes of what stands in its lines from a non-ASCII byte on.

    A stretch begins behind ASCII and so never in the middle of a character.
    """
    if len(data) <= SAMPLE_BYTES:
        return data
    kept = bytearray()
    for stretch in STRETCH.finditer(data):
        kept += stretch[0] + b"\n"
        if len(kept) >= SAMPLE_BYTES:
            break
    return bytes(kept[:SAMPLE_BYTES])


def _strict(data: bytes, codec: str) -> str | None:
    """Return the text if `codec` or one that knows more of the same decodes every byte."""
    for name in (codec, *NEXT_CODECS.get(codec, ())):
        try:
            return data.decode(name)
        except UnicodeError:
            continue
    return None


def _mended(data: bytes, codec: str, method: str) -> Decoded | None:
    """Decode with replacement characters, or return None if too many are needed."""
    text = data.decode(codec, "replace")
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    if text.count("\ufffd") > MOST_BROKEN * beyond_ascii:
        return None
    return _decoded(text, codec, method)


def _decoded(text: str, codec: str, method: str) -> Decoded:
    mended = " mended" if "\ufffd" in text else ""
    name = STANDARD_NAMES.get(codec, codec)
    return Decoded(text=text.removeprefix("\ufeff"), encoding=name, method=method + mended)


def _as_last_resort(data: bytes) -> Decoded:
    """Decode as windows-1252 with a few bytes replaced, or raise CannotRead."""
    text = data.decode("cp1252", "replace")
    broken = text.count("\ufffd")
    if broken <= MOST_UNDEFINED * len(data):
        return _decoded(text, "cp1252", "detected")
    at = text.index("\ufffd")
    raise CannotRead(
        "decode.undecodable",
        f"neither UTF-8 nor declared or detected encodings fit; as windows-1252 {broken} of "
        f"{len(data)} bytes are undefined, the first one 0x{data[at]:02X} at offset {at}; at most "
        f"{MOST_UNDEFINED:.1%} may be",
    )
