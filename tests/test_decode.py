"""Bytes become the text that was written, in whatever encoding, or a reason why not."""

from __future__ import annotations

import codecs
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.charset import codec_for, prescan
from tasks.decode import decode
from warehouse.errors import CannotRead

RUSSIAN = (
    "Правительство объявило во вторник, что цены на хлеб вырастут лишь осенью. "
    "Министр добавил, что запасов хватит до весны, и попросил жителей сохранять спокойствие.\n"
)
GREEK = (
    "Η κυβέρνηση ανακοίνωσε την Τρίτη ότι οι τιμές του ψωμιού θα αυξηθούν το φθινόπωρο. "
    "Ο υπουργός πρόσθεσε ότι τα αποθέματα επαρκούν μέχρι την άνοιξη.\n"
)
HEBREW = "הממשלה הודיעה ביום שלישי כי מחירי הלחם יעלו רק בסתיו. השר הוסיף כי יש די מלאי עד האביב.\n"
ARABIC = (
    "أعلنت الحكومة يوم الثلاثاء أن أسعار الخبز سترتفع في الخريف فقط، "
    "وأضاف الوزير أن المخزون يكفي.\n"
)
POLISH = (
    "Rząd ogłosił we wtorek, że ceny chleba wzrosną dopiero jesienią. Minister dodał, że zapasów "
    "wystarczy do wiosny, i poprosił mieszkańców o cierpliwość. Sprzedaż mąki ograniczą później.\n"
)
TURKISH = (
    "Hükümet salı günü ekmek fiyatlarının ancak sonbaharda artacağını açıkladı. Bakan, stokların "
    "ilkbahara kadar yeteceğini söyledi ve halktan sakin olmasını istedi.\n"
)
FRENCH = (
    "Le gouvernement a annoncé mardi que le prix du pain n'augmenterait qu'à l'automne. Le "
    "ministre a ajouté que les réserves étaient suffisantes jusqu'à l'été et même au-delà.\n"
)
GERMAN = (
    "Die Regierung erklärte am Dienstag, der Brotpreis werde erst im Herbst steigen. Für die "
    "Bäcker heißt das, daß sie ihre Öfen bis zum Frühjahr mit den alten Vorräten führen müssen.\n"
)
THAI = "รัฐบาลประกาศเมื่อวันอังคารว่าราคาขนมปังจะขึ้นเฉพาะในฤดูใบไม้ร่วง รัฐมนตรีกล่าวเสริมว่ามีเพียงพอ\n"
JAPANESE = (
    "政府は火曜日、パンの値段は秋まで上がらないと発表した。大臣は「春まで在庫は十分にある」と述べ、"
    "住民に落ち着いて行動するよう呼びかけた。\n"
)
CHINESE = "政府星期二宣布，面包价格到秋天才会上涨。部长说，库存足够用到春天，请居民保持冷静。\n"
TAIWANESE = "政府星期二宣布，麵包價格到秋天才會上漲。部長說，庫存足夠用到春天，請居民保持冷靜。\n"
KOREAN = (
    "정부는 화요일 빵값이 가을에나 오를 것이라고 발표했다. "
    "장관은 봄까지 재고가 충분하다고 말했다.\n"
)
ENGLISH = "The government said on Tuesday that bread would not cost more before autumn.\n"

WRITTEN = [
    *((RUSSIAN, name) for name in ("cp1251", "koi8-r", "iso8859-5", "cp866", "mac-cyrillic")),
    *((GREEK, name) for name in ("cp1253", "iso8859-7")),
    *((HEBREW, name) for name in ("cp1255", "iso8859-8")),
    *((ARABIC, name) for name in ("cp1256", "iso8859-6")),
    *((POLISH, name) for name in ("cp1250", "iso8859-2", "cp852")),
    *((TURKISH, name) for name in ("cp1254", "iso8859-9")),
    *((FRENCH, name) for name in ("cp1252", "iso8859-15", "mac-roman", "cp850")),
    *((GERMAN, name) for name in ("cp1252", "iso8859-1", "cp850")),
    *((THAI, name) for name in ("tis-620", "cp874")),
    *((JAPANESE, name) for name in ("cp932", "euc_jp", "iso2022_jp")),
    *((CHINESE, name) for name in ("gb2312", "gbk", "gb18030", "hz")),
    (TAIWANESE, "big5"),
    *((KOREAN, name) for name in ("euc_kr", "cp949", "iso2022_kr")),
]
WIDE = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]
MARKS = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}


@pytest.mark.parametrize(("text", "encoding"), WRITTEN)
def test_undeclared_text_comes_back(text: str, encoding: str) -> None:
    """Every encoding in use before UTF-8 is recognised from a few sentences."""
    found = decode((text * 3).encode(encoding))

    assert found.text == text * 3
    assert found.method == "detected"


@pytest.mark.parametrize(("text", "encoding"), WRITTEN)
def test_declared_text_comes_back(text: str, encoding: str) -> None:
    """One sentence is enough when the encoding is declared."""
    assert decode(text.encode(encoding), charset=encoding).text == text


@pytest.mark.parametrize("encoding", MARKS)
def test_a_byte_order_mark_decides_and_is_removed(encoding: str) -> None:
    """The mark beats a declaration and is no part of the text."""
    found = decode(MARKS[encoding] + JAPANESE.encode(encoding), charset="windows-1252")

    assert (found.text, found.method) == (JAPANESE, "bom")


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize("text", [ENGLISH, RUSSIAN, THAI, JAPANESE, KOREAN])
def test_wide_text_without_a_mark_is_told_by_its_zero_bytes(text: str, encoding: str) -> None:
    """Thai and Russian as UTF-16 are valid ASCII full of controls, and are not taken for it."""
    assert decode((text * 2).encode(encoding)).text == text * 2


@given(st.text())
def test_utf8_is_never_taken_for_anything_else(text: str) -> None:
    """Any text without controls survives the way through UTF-8."""
    text = "".join(c for c in text if c.isprintable() or c in "\r\n\t").lstrip("\ufeff")

    assert decode(text.encode()).text == text


@given(st.binary(max_size=200), st.booleans(), st.sampled_from([None, "gbk", "utf-16", "x", "\0"]))
def test_any_bytes_end_as_text_or_as_a_reason(
    data: bytes, is_html: bool, charset: str | None
) -> None:
    """No bytes and no declaration raise anything but CannotRead with its two codes."""
    try:
        said = decode(data, charset=charset, is_html=is_html).method
    except CannotRead as refusal:
        said = refusal.reason

    assert re.fullmatch(
        r"(bom|utf-8|declared|detected)( mended)?|decode\.(binary|undecodable)", said
    )


def test_nothing_is_an_empty_text() -> None:
    """An empty file is for the reader to refuse."""
    assert decode(b"").text == ""


def test_a_genuine_replacement_character_is_no_damage() -> None:
    """U+FFFD written by others is valid UTF-8."""
    assert decode("lost: \ufffd".encode()).method == "utf-8"


# Broken text


@pytest.mark.parametrize("text", [FRENCH, RUSSIAN, JAPANESE])
def test_utf8_cut_in_the_middle_of_a_character_is_mended(text: str) -> None:
    """A file cut by size ends in a replacement character, not in mojibake from the start."""
    found = decode(text.encode() + "é".encode()[:1])

    assert (found.text, found.method) == (text + "\ufffd", "utf-8 mended")


def test_a_stray_latin1_byte_in_utf8_costs_one_character() -> None:
    """A quotation pasted as Latin-1 does not turn the page into mojibake."""
    found = decode((FRENCH * 50).encode() + b"caf\xe9 " + FRENCH.encode(), charset="latin1")

    assert found.text == FRENCH * 50 + "caf\ufffd " + FRENCH
    assert (found.encoding, found.method) == ("utf-8", "utf-8 mended")


@pytest.mark.parametrize("encoding", ["cp1252", "mac-roman", "cp850"])
def test_broken_utf8_is_not_claimed_for_other_encodings(encoding: str) -> None:
    """Accents of 8-bit encodings are not good UTF-8 sequences."""
    assert decode((FRENCH * 3).encode(encoding)).encoding != "utf-8"


@pytest.mark.parametrize(
    ("text", "encoding"), [(CHINESE, "gbk"), (JAPANESE, "euc_jp"), (KOREAN, "euc_kr")]
)
def test_a_missing_byte_spoils_a_line_and_not_the_document(text: str, encoding: str) -> None:
    """The detector takes such text for Cyrillic or Urdu; only the broken line may suffer."""
    data = (text * 9).encode(encoding)
    found = decode(data[: len(data) // 2] + data[len(data) // 2 + 1 :])

    assert found.text.startswith(text * 4)
    assert found.text.endswith(text * 4)


def test_surrogates_of_a_database_dump_become_the_emoji() -> None:
    """CESU-8 writes U+1F600 as two surrogates of three bytes."""
    assert decode("à ".encode() + b"\xed\xa0\xbd\xed\xb8\x80").text == "à \U0001f600"


def test_utf16_that_lost_its_last_byte_says_so() -> None:
    """The half character at the end is not dropped in silence."""
    found = decode(RUSSIAN.encode("utf-16-le")[:-1])

    assert (found.text, found.method) == (RUSSIAN[:-1] + "\ufffd", "detected mended")


# Declarations


@pytest.mark.parametrize(
    ("page", "label"),
    [
        (b'<meta charset="koi8-r">', "koi8-r"),
        (b"<META content='text/html; charset=big5' HTTP-EQUIV=Content-Type>", "big5"),
        (b"<!-- <meta charset=koi8-r> --><meta charset=big5>", "big5"),
        (b"<p title='<meta charset=koi8-r>'><meta charset=big5>", "big5"),
        (b"<meta charset=nonsense><meta charset=big5>", "big5"),
        (b"<meta charset=utf-16>", "utf-8"),
        (b"<meta content='text/html; charset=big5'>", None),
        (b"<metacharset=big5>", None),
        (b"<meta charset=big5", None),
        (b"<!-- <meta charset=big5>", None),
        (b"charset=big5", None),
    ],
)
def test_the_head_of_a_page_is_read_as_browsers_do(page: bytes, label: str | None) -> None:
    """Comments, attributes, unknown labels and unfinished tags as in the HTML standard."""
    assert prescan(page) == label


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("latin1", "cp1252"),
        (" ISO-8859-9 ", "cp1254"),
        ("gb2312", "gb18030"),
        ("x-sjis", "cp932"),
        ("ks_c_5601-1987", "cp949"),
        ("iso-2022-kr", "iso2022_kr"),
        ("cp850", "cp850"),
        ("rot13", None),
        ("unicode_escape", None),
        ("", None),
    ],
)
def test_a_label_means_what_the_standard_says(label: str, codec: str | None) -> None:
    """Old names stand for the wider code pages of Windows; what is no text encoding is unknown."""
    assert codec_for(label) == codec


def test_a_page_declares_its_own_encoding() -> None:
    """A short page is decoded as it says; the same bytes as plain text are not searched."""
    page = b"<html><head><meta charset=koi8-u></head><p>" + "Їжа".encode("koi8-u")

    found = decode(page, is_html=True)

    assert found.text.endswith("<p>Їжа")
    assert (found.encoding, found.method) == ("koi8-u", "declared")


def test_an_xml_declaration_counts_in_any_document() -> None:
    """Feeds are not HTML."""
    found = decode(b"<?xml version='1.0' encoding='windows-1251'?><a>" + "щи".encode("cp1251"))

    assert (found.text[-2:], found.method) == ("щи", "declared")


def test_the_header_beats_the_page() -> None:
    """What the server declared comes first, as in the HTML standard."""
    page = b"<meta charset=koi8-r>" + POLISH.encode("iso8859-2")

    assert decode(page, charset="iso-8859-2", is_html=True).text.endswith(POLISH)


def test_a_header_that_does_not_decode_leaves_the_word_to_the_page() -> None:
    """Strict decoding is the check of a declaration."""
    page = b"<meta charset=iso-8859-2>" + POLISH.encode("iso8859-2")

    assert decode(page, charset="utf-8", is_html=True).text.endswith(POLISH)


@pytest.mark.parametrize("label", ["latin1", "windows-1251", "shift_jis"])
def test_utf8_beats_a_wrong_declaration(label: str) -> None:
    """Bytes that are valid UTF-8 beyond ASCII are UTF-8."""
    assert decode(FRENCH.encode(), charset=label).text == FRENCH


@pytest.mark.parametrize(
    ("text", "encoding"), [(RUSSIAN, "cp1251"), (GREEK, "iso8859-7"), (CHINESE, "gbk")]
)
def test_latin1_declared_by_habit_is_not_believed(text: str, encoding: str) -> None:
    """Editors declare latin1 unasked; any bytes decode as latin1."""
    assert decode((text * 3).encode(encoding), charset="iso-8859-1").text == text * 3


def test_iso_declared_but_windows_written_is_seen_by_its_controls() -> None:
    """Polish with Windows letters in 0x80-0x9F is not ISO 8859-2."""
    assert decode((POLISH * 3).encode("cp1250"), charset="iso-8859-2").text == POLISH * 3


# Seven-bit encodings


def test_escapes_win_over_ascii_and_over_a_declaration() -> None:
    """Japanese mail is valid ASCII and often declared as UTF-8."""
    found = decode(JAPANESE.encode("iso2022_jp"), charset="utf-8")

    assert (found.text, found.encoding) == (JAPANESE, "iso-2022-jp")


def test_hz_survives_the_tilde_of_an_address() -> None:
    """Python's own codec stops at it."""
    data = b"http://example.org/~li/ " + CHINESE.strip().encode("hz")

    assert decode(data).text == "http://example.org/~li/ " + CHINESE.strip()


def test_chinese_between_shifts_is_read() -> None:
    """ISO-2022-CN with GB 2312, RFC 1922; Python has no codec for it."""
    shifted = bytes(byte & 0x7F for byte in "政府宣布".encode("gb2312"))

    assert decode(b"\x1b$)A\x0e" + shifted + b"\x0f: yes").text == "政府宣布: yes"


@pytest.mark.parametrize("text", ["a \x1b[31mred\x1b[0m word", "x ~{ y ~} z", "f(~{1, 2~})"])
def test_other_escapes_and_tildes_stay(text: str) -> None:
    """Colours of a terminal and code are no Chinese or Japanese."""
    assert decode(text.encode()).text == text


# Not text


def test_compressed_bytes_are_refused_with_share_and_offset() -> None:
    """The message says what was found, where it begins, and the rule."""
    noise = random.Random(1).randbytes(5000)

    with pytest.raises(CannotRead, match=r"9\.3% of 5004 bytes .* offset 27; text has at most 4%"):
        decode(b"%PDF" + noise)


def test_a_few_controls_of_a_wire_story_are_no_reason_to_refuse() -> None:
    """News wires frame a story with control bytes."""
    wire = "\x16\x16\x01f0123\x1f\r\n\x02" + FRENCH * 3 + "\x03\x04"

    assert decode(wire.encode("cp1252")).text == wire


def test_one_zero_byte_does_not_make_utf16() -> None:
    """ASCII with a stray zero byte stays ASCII."""
    assert decode(b"hello\0world").text == "hello\0world"


# Size


def test_the_first_foreign_letter_far_inside_is_seen() -> None:
    """A sample must not be the head of a file whose head is markup; the whole must decode."""
    data = b"<br>\n" * 200_000 + (RUSSIAN * 4).encode("koi8-r")

    assert decode(data).text.endswith(RUSSIAN * 4)
