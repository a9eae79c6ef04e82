"""Crawl archives: every record accounted for, also around damage."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tasks.readers.arc import split_arc
from tasks.readers.parts import Part
from tasks.readers.warc import split_warc
from tasks.streams import unpack

SEEDS = Path(__file__).parents[1] / "seeds" / "warc"
LIMIT = 1_000_000
PAGE = b"<!doctype html><title>Ferry</title><p>The ferry will run again from June.</p>"
WRITTEN = {"WARC-Date": "2024-05-03T09:00:00Z"}


def a_record(
    number: int,
    payload: bytes = PAGE,
    *,
    kind: str = "response",
    uri: str = "",
    status: str = "200 OK",
    fields: Iterable[tuple[str, str]] = (("Content-Type", "text/html"),),
    **more: str,
) -> bytes:
    """Return one record as warcio writes it; `more` are WARC fields with _ for -."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=False)
    http = StatusAndHeaders(status, list(fields), protocol="HTTP/1.1")
    record = writer.create_warc_record(
        uri or f"http://e.example/{number}",
        kind,
        payload=io.BytesIO(payload),
        http_headers=http if kind in ("response", "request", "revisit") else None,
        warc_content_type=dict(fields).get("Content-Type", ""),
        warc_headers_dict={
            "WARC-Record-ID": f"<urn:uuid:{number}>",
            **WRITTEN,
            **{name.replace("_", "-"): value for name, value in more.items()},
        },
    )
    writer.write_record(record)
    return out.getvalue()


def split(*records: bytes, limit: int = LIMIT) -> list[Part]:
    """Split the records of one file."""
    return list(split_warc(io.BytesIO(b"".join(records)), limit=limit))


def outcomes(parts: Iterable[Part]) -> list[str]:
    """Return "page" or the reason for each part."""
    return [part.rejection.reason if part.rejection else "page" for part in parts]


def detail(part: Part) -> str:
    """Return why a part was rejected."""
    assert part.rejection
    return part.rejection.detail


def a_response(body: bytes, **fields: str) -> bytes:
    """Return an HTTP response; fields with _ for -."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode() + body


# What records become


def test_a_response_is_a_page_with_all_that_the_archive_says_of_it() -> None:
    fields = [("Content-Type", "text/html; charset=windows-1252")]
    (part,) = split(a_record(7, uri="http://e.example/2024/a.html?id=1", fields=fields))
    assert (part.data, part.media_type, part.charset) == (PAGE, "text/html", "windows-1252")
    assert (part.record, part.record_id) == (1, "<urn:uuid:7>")
    assert (part.url, part.name) == ("http://e.example/2024/a.html?id=1", "2024/a.html")
    assert part.retrieved_at == datetime(2024, 5, 3, 9, tzinfo=UTC)


def test_what_describes_the_crawl_is_no_document() -> None:
    kinds = [a_record(n, kind=kind) for n, kind in enumerate(("warcinfo", "request", "metadata"))]
    assert split(*kinds, a_record(4, kind="response", uri="dns:e.example", status="")) == []


@pytest.mark.parametrize(
    ("record", "reason", "said"),
    [
        (a_record(1, status="404 Not Found"), "read.http_status", "HTTP 404 Not Found"),
        (a_record(1, b""), "read.empty", "HTTP 200 OK without a body"),
        (a_record(1, kind="continuation"), "read.segment", "not joined"),
        (a_record(1, kind="screenshot"), "read.unknown_record", "'screenshot'"),
        (a_record(1, kind="resource", uri="metadata://wget/log"), "read.crawl_record", "wget"),
    ],
)
def test_a_record_without_an_article_says_why(record: bytes, reason: str, said: str) -> None:
    (part,) = split(record)
    assert outcomes([part]) == [reason]
    assert said in detail(part)
    assert part.record_id == "<urn:uuid:1>"


def test_a_redirect_says_where_to() -> None:
    (part,) = split(a_record(1, status="301 Moved", fields=[("Location", "/new")]))
    assert detail(part) == "HTTP 301 Moved to /new"


def test_a_revisit_names_what_it_repeats() -> None:
    refers = {"WARC_Refers_To_Target_URI": "http://e.example/9", "WARC_Profile": "identical"}
    (part,) = split(a_record(1, b"", kind="revisit", **refers))
    assert outcomes([part]) == ["read.revisit"]
    assert "http://e.example/9" in detail(part)


def test_a_resource_from_a_disk_is_a_document() -> None:
    (part,) = split(a_record(1, kind="resource", uri="<file:///my news/a.html>"))
    assert (part.media_type, part.url) == ("text/html", "file:///my%20news/a.html")


def test_the_text_of_a_wet_file_is_plain_text_whatever_it_begins_with() -> None:
    (part,) = split(
        a_record(1, b"<b> is a tag.\n", kind="conversion", fields=[("Content-Type", "text/plain")])
    )
    assert part.media_type == "text/plain"


def test_a_feed_in_an_archive_is_left_to_be_looked_at() -> None:
    (part,) = split(a_record(1, b'<?xml version="1.0"?><rss version="2.0"></rss>'))
    assert (part.media_type, part.name) == (None, "1")


# Damage


def test_a_cut_file_gives_all_before_the_cut_and_names_the_byte() -> None:
    whole = a_record(1)
    parts = split(whole, a_record(2)[:-40])
    assert outcomes(parts) == ["page", "read.truncated"]
    assert f"byte {len(whole):,} claims" in detail(parts[1])
    assert parts[1].record_id == "<urn:uuid:2>"


def test_a_last_record_that_only_claims_too_much_is_read_if_http_shows_it_whole() -> None:
    length = [("Content-Type", "text/html"), ("Content-Length", str(len(PAGE)))]
    record = a_record(1, fields=length)
    parts = split(with_length(record, 5_000))
    assert outcomes(parts) == ["page", "read.truncated"]
    assert parts[0].data == PAGE + b"\r\n\r\n"


def with_length(record: bytes, size: object) -> bytes:
    """Return a record that claims another length."""
    head, _, rest = record.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    lines = [line for line in lines if not line.lower().startswith(b"content-length")]
    return b"\r\n".join([*lines, f"Content-Length: {size}".encode()]) + b"\r\n\r\n" + rest


@pytest.mark.parametrize("size", [3, 150, 400, 10**10, "abc", -1])
def test_a_wrong_length_costs_no_other_record_and_is_said(size: object) -> None:
    first = a_record(1)
    parts = split(first, with_length(a_record(2), size), a_record(3))
    pages = [part.record_id for part in parts if part.data]
    assert pages[0] == "<urn:uuid:1>"
    assert pages[-1] == "<urn:uuid:3>"
    assert any(part.rejection and f"byte {len(first):,}" in detail(part) for part in parts)


def test_a_page_whose_record_claims_too_little_is_whole() -> None:
    parts = split(with_length(a_record(1), 60), a_record(2))
    assert outcomes(parts) == ["page", "read.corrupt", "page"]
    assert parts[0].data == PAGE


def test_bytes_between_records_are_said_and_stepped_over() -> None:
    parts = split(a_record(1), b"no record\n", a_record(2))
    assert outcomes(parts) == ["page", "read.corrupt", "page"]
    assert "10 bytes" in detail(parts[1])
    assert "b'no record\\n" in detail(parts[1])


def test_a_page_about_archives_is_not_taken_apart() -> None:
    page = PAGE + a_record(9)
    assert [part.data for part in split(a_record(1, page))] == [page]


def test_a_broken_gzip_member_costs_its_own_record() -> None:
    members = [gzip.compress(a_record(n, PAGE * 50)) for n in (1, 2, 3)]
    broken = members[1][:60] + b"\xff\xff\xff\xff" + members[1][64:]
    parts = split(members[0], broken, members[2])
    assert [part.record_id for part in parts if part.data] == ["<urn:uuid:1>", "<urn:uuid:3>"]
    assert any(
        f"member at byte {len(members[0])}" in detail(part) for part in parts if part.rejection
    )


def test_a_lost_gzip_header_costs_its_own_record() -> None:
    members = [gzip.compress(a_record(n)) for n in (1, 2, 3)]
    parts = split(members[0], members[1][4:], members[2])
    assert [part.record_id for part in parts if part.data] == ["<urn:uuid:1>", "<urn:uuid:3>"]


def test_a_cut_gzip_member_is_said() -> None:
    parts = split(gzip.compress(a_record(1)), gzip.compress(a_record(2))[:-30])
    assert outcomes(parts)[0] == "page"
    assert outcomes(parts)[-1] == "read.truncated"


def test_a_stream_that_was_unpacked_before_gives_the_same() -> None:
    data = gzip.compress(a_record(1)) + gzip.compress(a_record(2))
    unpacked = list(split_warc(unpack(io.BytesIO(data), "a.warc.gz").stream, limit=LIMIT))
    assert unpacked == split(data)


def pack_nothing(data: bytes) -> bytes:
    return data


PACKERS = {"plain": pack_nothing, "gzip": gzip.compress, "zstd": zstandard.compress}


@settings(max_examples=60, deadline=None)
@given(
    packer=st.sampled_from(sorted(PACKERS)),
    whole_file=st.booleans(),
    at=st.floats(0, 1),
    cut=st.integers(0, 40),
    inserted=st.binary(max_size=40),
    size=st.integers(1, 3000),
)
def test_damage_in_one_record_leaves_all_others(
    packer: str, whole_file: bool, at: float, cut: int, inserted: bytes, size: int
) -> None:
    """Bytes are lost or added anywhere in the second of three records."""
    pages = {f"<urn:uuid:{n}>": PAGE + bytes([n]) * size for n in (65, 66, 67)}
    units = [PACKERS[packer](a_record(n, pages[f"<urn:uuid:{n}>"])) for n in (65, 66, 67)]
    place = int(at * len(units[1]))
    units[1] = units[1][:place] + inserted + units[1][place + cut :]
    data = b"".join(units)
    parts = split(gzip.compress(data) if whole_file and packer == "plain" else data)
    found = {part.record_id: part.data for part in parts if part.data}
    assert found["<urn:uuid:65>"] == pages["<urn:uuid:65>"]
    assert found["<urn:uuid:67>"] == pages["<urn:uuid:67>"]


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"WARC/1.0\r\n", b"\x1f\x8b\x08\0", b"\x5d\x2a\x4d\x18"]),
)
def test_no_bytes_make_it_raise(data: bytes, start: bytes) -> None:
    assert all(part.rejection or part.data is not None for part in split(start + data))
    assert list(split_arc(io.BytesIO(start + data), limit=LIMIT)) is not None


# Hostile sizes


class Endless:
    """A stream that is never held as a whole."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces: Iterator[bytes] = iter(pieces)

    def read(self, size: int, /) -> bytes:
        return next(self._pieces, b"")


def test_a_record_above_the_limit_is_stepped_over_unread() -> None:
    body = [b"x" * 100_000] * 50
    large = with_length(a_record(2, b"", kind="resource"), 5_000_000)
    parts = list(
        split_warc(Endless([a_record(1), large[:-4], *body, b"\r\n\r\n", a_record(3)]), limit=LIMIT)
    )
    assert outcomes(parts) == ["page", "read.too_large", "page"]


def test_a_header_without_end_is_no_record() -> None:
    lines = [b"WARC/1.0\r\nX: ", *[b"y" * 100_000] * 100, b"\r\n\r\n"]
    parts = list(split_warc(Endless([a_record(1), *lines, a_record(3)]), limit=LIMIT))
    assert outcomes(parts) == ["page", "read.corrupt", "page"]


def test_a_bomb_in_a_member_costs_its_own_record() -> None:
    members = [a_record(1), a_record(2, b"\0" * 15_000_000), a_record(3)]
    parts = split(*map(gzip.compress, members))
    assert outcomes(parts) == ["page", "read.bomb", "page"]


# zstd


def test_a_zstd_archive_with_a_dictionary_is_read() -> None:
    samples = [a_record(n, PAGE + b"%d" % n * 20) for n in range(200)]
    dictionary = zstandard.train_dictionary(2_000, samples)
    content = zstandard.compress(dictionary.as_bytes())
    frame = b"\x5d\x2a\x4d\x18" + len(content).to_bytes(4, "little") + content
    packer = zstandard.ZstdCompressor(dict_data=dictionary)
    assert outcomes(split(frame, *map(packer.compress, samples[:5]))) == ["page"] * 5


# ARC


def an_arc(*records: tuple[str, bytes], version: str = "1 0 Archive") -> list[Part]:
    """Split an ARC file of (header line without length, block)."""
    blocks = [("filedesc://a.arc 0.0.0.0 20040101000000 text/plain", version.encode()), *records]
    data = b"".join(b"%s %d\n%s\n" % (line.encode(), len(block), block) for line, block in blocks)
    return list(split_arc(io.BytesIO(data), limit=LIMIT))


OLD = "http://e.example/a b.html 192.0.2.1 20040102030405 text/html"


def test_an_arc_record_is_a_page_with_its_address_and_time() -> None:
    (part,) = an_arc((OLD, a_response(PAGE, Content_Type="text/html")))
    assert (part.url, part.data) == ("http://e.example/a%20b.html", PAGE)
    assert part.retrieved_at == datetime(2004, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_an_arc_record_of_version_2_is_read() -> None:
    (part,) = an_arc((f"{OLD} 200 abcd - 1234 a.arc", PAGE))
    assert (part.data, part.media_type) == (PAGE, "text/html")


def test_a_wrong_length_in_an_arc_costs_no_other_record() -> None:
    line = OLD.replace("a b", "c")
    data = b"%s 9999\n%s\n%s %d\n%s\n" % (OLD.encode(), PAGE, line.encode(), len(PAGE), PAGE)
    parts = list(
        split_arc(io.BytesIO(b"filedesc://a 0.0.0.0 20040101 text/plain 0\n\n" + data), limit=LIMIT)
    )
    assert outcomes(parts) == ["page", "read.corrupt", "page"]
    assert [part.data for part in parts if part.data] == [PAGE, PAGE]


# The seeds


def test_the_seed_made_by_warcio_is_accounted_for() -> None:
    with (SEEDS / "marlow-point.warc.gz").open("rb") as file:
        parts = list(split_warc(file, limit=LIMIT))
    assert outcomes(parts) == ["page", "read.http_status", "page", "read.revisit"]
    assert [part.record for part in parts] == [1, 2, 3, 4]
