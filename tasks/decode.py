"""Bytes to text: what the document says of itself first, then what its bytes look like.

Order: byte order mark; UTF-16 and UTF-32 told by their zero bytes; seven-bit escape encodings;
strict UTF-8; UTF-8 with a few broken bytes; the declared encoding if it decodes and is plausible;
the statistical detector; windows-1252. The detector's answers are read as if they had been
declared, so that both ways give the same text. The numbers were measured on the documents of
tests/bench/decoding.py.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator

import chardet

from tasks.charset import NEXT_CODECS, codec_for, declared_charsets, standard_name
from tasks.records import Decoded
from warehouse.errors import CannotRead

REPLACEMENT = "\ufffd".encode()

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
# Zero bytes are half of Latin text as UTF-16, but Chinese has them only in line ends and digits;
# ASCII and the ideographic space of Chinese are all that has them, damage has them anywhere.
LEAST_ZEROS = 0.0005
LEAST_ASCII = 0.3
# Share of the characters that are unassigned, private or controls: text as UTF-16 has none,
# binary files with zero bytes have at least 0.062 (of 407 files of 18 kinds).
MOST_ODD = 0.05

# Broken UTF-8: share of the bytes beyond ASCII that stand in good sequences. By accident 0.48 do
# (Thai, Japanese EUC); of texts with one or two broken bytes 0.8 % have less than 0.6.
LEAST_GOOD = 0.6
# Multi-byte text with one replacement character in fifty can still be read.
MOST_BROKEN = 0.02

# One undefined byte in 500 of windows-1252 is damage; more is another encoding.
MOST_UNDEFINED = 0.002
# Confidence of the detector: of text in other scripts the least is 0.33, of East Asian text with
# a byte missing, which it takes for Cyrillic or Urdu, the most is 0.13.
SURE = 0.3
NONSENSE = 0.2
# The detector reads this much of the lines with bytes beyond ASCII; more than 4 kB do not make it
# better, and its time grows with the length.
SAMPLE_BYTES = 16_384
WORDS_BEFORE = 64
MOST_GUESSES = 6
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


def _by_byte_order_mark(data: bytes) -> Decoded | None:
    for mark, codec in BYTE_ORDER_MARKS:
        if not data.startswith(mark):
            continue
        if (text := _strict(data, codec)) is not None:
            method = "bom"
        else:
            text, method = data.decode(codec, "replace"), "bom mended"
        if _is_text(text):
            return _decoded(text, codec, method)
    return None


def _by_zero_bytes(data: bytes) -> Decoded | None:
    """Decode UTF-16 or UTF-32 without a mark: zero bytes stand on one side of the characters."""
    zeros = data.count(0)
    if zeros == 0 or zeros < LEAST_ZEROS * len(data) or _is_eight_bit(data):
        return None
    for codec in _wide_codecs(data[:SAMPLE_BYTES]):
        cut_off = len(data) % (4 if "32" in codec else 2)
        text = _strict(data[: len(data) - cut_off], codec)
        if text is None or not _is_text(text):
            continue
        if "32" in codec or len(text.encode("ascii", "ignore")) >= LEAST_ASCII * zeros:
            mended = " mended" if cut_off else ""
            return _decoded(text + "\ufffd" * bool(cut_off), codec, "detected" + mended)
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
    if not data.isascii():
        return
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
    return _mended(b"".join(parts), "gb18030", method, name=codec)


def _by_utf8(data: bytes) -> Decoded | None:
    """Decode UTF-8, also with a few broken bytes: better than mojibake of all the others."""
    if (text := _strict(data, "utf-8")) is not None:
        return _decoded(text, "utf-8", "utf-8")
    if b"\xed" in data and (text := _without_surrogates(data)) is not None:
        return _decoded(text, "utf-8", "utf-8")
    text = data.decode("utf-8", "replace")
    marks = text.count("\ufffd")
    good = len(text.encode()) - len(text.encode("ascii", "ignore")) - marks * len(REPLACEMENT)
    broken = marks - data.count(REPLACEMENT)
    if good < LEAST_GOOD * (good + broken):
        return None
    return _decoded(text, "utf-8", "utf-8 mended")


def _without_surrogates(data: bytes) -> str | None:
    """Decode CESU-8, in which databases write an emoji as two surrogates of three bytes each."""
    try:
        halves = data.decode("utf-8", "surrogatepass")
        return halves.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeError:
        return None


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
    letters: list[str] = [c for c in BEYOND_ASCII.findall(text[:SAMPLE_BYTES]) if c.isalpha()]
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
            return _decoded(text, codec, "detected"), float(guess["confidence"])
        if codec in MULTIBYTE and (found := _mended(data, codec, "detected")):
            return found, float(guess["confidence"])
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
    """Return `data`, or SAMPLE_BYTES bytes of its lines from the words before a non-ASCII byte on.

    A stretch begins in ASCII and so never in the middle of a character.
    """
    if len(data) <= SAMPLE_BYTES:
        return data
    kept, end = bytearray(), 0
    for stretch in STRETCH.finditer(data):
        kept += data[max(end, stretch.start() - WORDS_BEFORE) : stretch.end()]
        end = stretch.end()
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


def _mended(data: bytes, codec: str, method: str, name: str = "") -> Decoded | None:
    """Decode with replacement characters, or return None if too many are needed."""
    text = data.decode(codec, "replace")
    broken = text.count("\ufffd")
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    if broken > MOST_BROKEN * beyond_ascii:
        return None
    return _decoded(text, name or codec, method + " mended" if broken else method)


def _decoded(text: str, codec: str, method: str) -> Decoded:
    text = text.removeprefix("\ufeff")
    return Decoded(text=text, encoding=standard_name(codec), method=method)


def _as_last_resort(data: bytes) -> Decoded:
    """Decode as windows-1252 with a few bytes replaced, or raise CannotRead."""
    text = data.decode("cp1252", "replace")
    broken = text.count("\ufffd")
    if broken <= MOST_UNDEFINED * len(data):
        return _decoded(text, "cp1252", "detected mended" if broken else "detected")
    at = text.index("\ufffd")
    raise CannotRead(
        "decode.undecodable",
        f"neither UTF-8 nor declared or detected encodings fit; as windows-1252 {broken} of "
        f"{len(data)} bytes are undefined, the first one 0x{data[at]:02X} at offset {at}; at most "
        f"{MOST_UNDEFINED:.1%} may be",
    )
