from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.sniff import SIGNATURES, sniff

SEEDS = Path(__file__).parent.parent / "seeds"
PAGE = b"<!DOCTYPE html><html><head><title>Fog</title></head><body><p>Fog.</p></body></html>"

BY_CONTENT = [
    ("application/gzip", b"\x1f\x8b\x08\x00"),
    ("application/x-bzip2", b"BZh91AY&SY"),
    ("application/x-xz", b"\xfd7zXZ\x00\x00"),
    ("application/zstd", b"\x28\xb5\x2f\xfd\x24"),
    ("application/warc", b"WARC/1.0\r\nWARC-Type: warcinfo\r\n"),
    ("application/x-arc", b"filedesc://a.arc 0.0.0.0 20240101"),
    ("application/pdf", b"%PDF-1.7\n%\xe2\xe3"),
    ("application/zip", b"PK\x03\x04\x14\x00"),
    ("application/x-tar", b"a.txt".ljust(257, b"\0") + b"ustar\x0000"),
    ("application/vnd.apache.parquet", b"PAR1\x15\x04"),
    ("application/vnd.apache.arrow.file", b"ARROW1\0\0"),
    ("application/vnd.sqlite3", b"SQLite format 3\0"),
    ("image/jpeg", b"\xff\xd8\xff\xe0\x00\x10JFIF"),
    ("image/png", b"\x89PNG\r\n\x1a\n\0\0"),
    ("audio/mpeg", b"ID3\x04\x00"),
    ("video/mp4", b"\0\0\0\x18ftypisom"),
    ("application/rtf", rb"{\rtf1\ansi Fog}"),
    ("text/html", PAGE),
    ("text/html", b"\xef\xbb\xbf \n<!-- saved --><HTML lang=en>"),
    ("text/html", b'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml">'),
    ("text/html", b'<div class="story"><math xmlns="http://www.w3.org/1998/Math/MathML">'),
    ("application/rss+xml", b'<?xml version="1.0"?><rss version="2.0">'),
    ("application/rss+xml", b'<rdf:RDF xmlns="http://purl.org/rss/1.0/">'),
    ("application/atom+xml", b'<a:feed xmlns:a="http://www.w3.org/2005/Atom">'),
    ("image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg">'),
    ("application/xml", b'<?xml version="1.0"?><story><p>Fog.</p></story>'),
    ("text/vnd.iptc.nitf", b'<?xml version="1.0"?><nitf><head/></nitf>'),
    ("text/vnd.iptc.newsml", b'<!DOCTYPE NewsML SYSTEM "NewsML_1.2.dtd"><NewsML>'),
    ("application/vnd.iptc.g2.newsitem+xml", b'<newsItem xmlns="http://iptc.org/std/nar/">'),
    ("application/vnd.iptc.g2.newsmessage+xml", b"<ns:newsMessage xmlns:ns='x'>"),
    ("application/x-sitemap+xml", b'<?xml version="1.0"?><urlset xmlns="x">'),
    ("application/x-reuters-sgml", b'<!DOCTYPE lewis SYSTEM "lewis.dtd">\n<REUTERS TOPICS="NO">'),
    ("text/x-anpa", b"\x16\x16\x01a0001\x1f\x15\x17\x12u i \x13bc-fog"),
    ("text/x-iptc7901", b"\x16\x16\x01xyz001 4 pl 120 fog\r\n\x02FOG"),
    ("text/x-iptc7901", b"\x01xyz001 4 pl 120 fog\r\n\x02FOG"),
    ("application/feed+json", b'{"version": "https://jsonfeed.org/version/1.1", "items": []}'),
    ("application/json", b'{\n  "title": "Fog"\n}'),
    ("application/json", b'[\n{"title": "Fog"}]'),
    ("application/json", b"[]"),
    ("application/jsonl", b'{"title": "Fog"}\r\n{"title": "Rain"}\r\n'),
    ("application/json-seq", b'\x1e{"title": "Fog"}\n'),
    ("message/rfc822", b"From: a@b.example\r\nMessage-ID: <1@b.example>\r\n\r\nFog."),
    ("multipart/related", b"From: x\nSubject: y\nDate: z\nContent-Type: multipart/related;\n\n"),
    ("multipart/related", b"From: x\nMIME-Version: 1.0\nContent-Type: multipart/related;\n\n"),
    ("message/rfc822", b"To: a@b.example\nMessage-ID: <1>\nContent-Type: multipart/related\n\n"),
    ("application/mbox", b"From a@b.example Mon Jan  1 00:00:00 2024\nFrom: a@b.example\n"),
    ("message/http", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE),
]


@pytest.mark.parametrize(("media_type", "head"), BY_CONTENT)
def test_the_bytes_decide_whatever_the_name_says(media_type: str, head: bytes) -> None:
    """A page called .txt is a page, and an archive called .html is an archive."""
    assert {sniff(head, name) for name in ("a", "a.txt", "a.html", "a.bin")} == {media_type}


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-be", "utf-16-le", "utf-32", "utf-32-be"])
@pytest.mark.parametrize(
    ("media_type", "text"),
    [
        ("text/html", PAGE.decode()),
        ("application/jsonl", '{"a": 1}\n{"a": 2}\n'),
        ("text/plain", "Fog over Merrow\n\nIt is thick."),
    ],
)
def test_utf_16_and_32_are_text(codec: str, media_type: str, text: str) -> None:
    """Wide encodings are recognised by their mark, or without one by their NUL bytes."""
    assert sniff(text.encode(codec), "a") == media_type


BY_NAME = [
    ("text/markdown", b"# Fog\n\nThick.", "a.md"),
    ("text/markdown", b'<p align="center">Logo</p>\n\n# Fog', "README.md"),
    ("text/plain", b"import os\n", "a.py"),
    ("text/plain", b"Thick fog.", "no-suffix"),
    ("text/plain", b"Thick fog.", "a.unknown"),
    ("text/plain", b"Thick fog.", "a.txt.gz"),
    ("text/plain", b"[Photo: A. Reed] Thick fog.", "a.txt"),
    ("text/plain", b"[1] Fog, {2} rain", "a"),
    ("text/plain", b'["Fog again"] was how they put it.', "a.txt"),
    ("text/markdown", b'["Fog again"](https://x.example), she said.', "a.md"),
    ("text/plain", b"PARENTS PROTEST OVER SCHOOL\n\nThey did.", "a.txt"),
    ("text/plain", b"FEA1 is a road in the north.", "a.txt"),
    ("text/plain", b"From London in 2024\nNote: fog.", "a.txt"),
    ("application/xml", b"<article><title>Fog</title></article>", "a.xml"),
    ("message/rfc822", b"From: a@b.example\nDate: now\nSubject: Fog\n\nThick.", "a.txt"),
    ("text/plain", b"<The Times> Fog.", "a.txt"),
    ("text/plain", b"Subject: Fog\nFrom: the coast\n\nThick.", "a.txt"),
    ("text/html", b"Thick fog. <br>Rain.", "page.php?id=7"),
    ("text/html", b"Warning: no database\n\n" + PAGE, "page"),
    ("application/json", b'{"a": 1}', "a.json"),
    ("application/jsonl", b'{"a": 1}\n', "a.ndjson"),
    ("application/jsonl", b'{"a": 1\n{"a": 2}\n', "a.jsonl"),
    ("application/jsonl", b"42\n", "a.JSONL"),
    ("application/json", b'{\n "a": 1\n}', "a.jsonl"),
    ("text/csv", b"title,text\nFog,Thick\n", "a.csv"),
    ("text/markdown", b"---\ntitle: Fog\ntags:\n  - coast\n---\nThick.", "a.txt"),
    ("text/markdown", b'{"title": "Fog"}\n\nThick.', "a.md"),
    ("message/rfc822", b"Subject: Fog\n\nThick.", "a.eml"),
    ("text/plain", b"", "a.txt"),
    ("text/plain", b"", "a.gz"),
]


@pytest.mark.parametrize(("media_type", "head", "name"), BY_NAME)
def test_the_name_decides_where_the_bytes_are_silent(
    media_type: str, head: bytes, name: str
) -> None:
    """Text that shows no format is what its suffix says, and plain text without one."""
    assert sniff(head, name) == media_type


def test_one_json_line_longer_than_the_head_is_named_by_its_suffix() -> None:
    """Where the first line has no end in sight, only the name can tell lines from one value."""
    head = b'{"text": "' + b"fog " * 20_000
    assert [sniff(head, "a.jsonl"), sniff(head, "a")] == ["application/jsonl", "application/json"]


def test_random_bytes_are_binary() -> None:
    """Noise has no signature and too many control bytes for any text."""
    noise = random.Random(1).randbytes(4096)
    assert sniff(noise, "a.txt") == "application/octet-stream"


def test_text_with_a_few_controls_is_text() -> None:
    """A terminal leaves bells and escapes in its text; a crash pads a file with NULs."""
    wire = (
        b"\x07\x06\x01abc123\x02Fog over Merrow. " + b"It is thick. " * 30 + b"\x03" + b"\0" * 999
    )
    assert sniff(wire, "a") == "text/plain"


def test_old_encodings_are_text() -> None:
    """Bytes above 127 and the escapes of ISO-2022-JP say nothing against text."""
    texts = [
        "été à Orly".encode("cp1252"),
        "туман".encode("koi8-r"),
        "霧が深い".encode("iso2022_jp"),
    ]
    assert {sniff(text, "a") for text in texts} == {"text/plain"}


def test_every_signature_has_a_name_of_its_own() -> None:
    """The table holds one row for one media type."""
    assert len({media_type for media_type, _ in SIGNATURES}) == len(SIGNATURES)


def test_a_comment_without_end_is_no_trap() -> None:
    """A hostile head of half comments is looked at in linear time."""
    assert sniff(b"<!-- " * 20_000, "a") == "text/plain"


@given(st.binary(max_size=60), st.text(max_size=8))
def test_any_bytes_under_any_name_get_a_media_type(head: bytes, name: str) -> None:
    """Nothing raises, and the answer has the form of a media type."""
    assert "/" in sniff(head, name)


@pytest.mark.parametrize(
    ("seed", "media_type"),
    [
        ("bad/binary.txt", "application/octet-stream"),
        ("bad/blank.txt", "text/plain"),
        ("bad/not-an-object.jsonl", "application/jsonl"),
        ("bad/truncated.txt.gz", "application/gzip"),
        ("compressed/articles.jsonl.zst", "application/zstd"),
        ("000_1925a3406a3489e1.txt", "text/plain"),
    ],
)
def test_the_seeds_are_recognised(seed: str, media_type: str) -> None:
    """Real files, under their own names."""
    assert sniff((SEEDS / seed).read_bytes(), seed) == media_type
