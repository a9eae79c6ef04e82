"""HTTP responses: the page in one, with chunks and codings off, whatever the header says."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.readers.http import Body, media_type_of, read_response, split_http
from warehouse.errors import CannotRead

SEED = Path(__file__).parents[1] / "seeds" / "warc" / "lighthouse.http"
LIMIT = 1_000_000
PAGE = b"<!doctype html><title>Ferry</title><p>The ferry will run again from June.</p>"


def a_response(body: bytes, **fields: str) -> bytes:
    """Return an HTTP response; fields with _ for -."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode() + body


def read(body: bytes, **fields: str) -> Body:
    """Read an HTTP response that was sent as a page."""
    return read_response(a_response(body, Content_Type="text/html", **fields), limit=LIMIT)


class Refused:
    """Why reading a response was refused."""

    def __init__(self, message: bytes, limit: int = LIMIT) -> None:
        with pytest.raises(CannotRead) as caught:
            read_response(message, limit=limit)
        self.reason, self.detail = caught.value.reason, caught.value.detail


# Codings


def bare_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def pack_brotli(data: bytes) -> bytes:
    return brotli.compress(data, quality=1)  # the default is a hundred times slower


CODINGS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": bare_deflate,
    "br": pack_brotli,
    "zstd": zstandard.compress,
}


@pytest.mark.parametrize("coding", CODINGS)
def test_every_coding_is_taken_off(coding: str) -> None:
    assert read(CODINGS[coding](PAGE), Content_Encoding=coding).data == PAGE


@pytest.mark.parametrize("coding", [*CODINGS, "utf-8", "none", ""])
def test_a_coding_that_is_only_claimed_is_let_pass(coding: str) -> None:
    assert read(PAGE, Content_Encoding=coding).data == PAGE


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_coded_body_that_breaks_off_is_read_as_far_as_it_goes(coding: str) -> None:
    text = b"".join(b"<p>Line %d of a long page.</p>" % n for n in range(20_000))
    body = read(CODINGS[coding](text)[:-2000], Content_Encoding=coding)
    assert text.startswith(body.data)
    assert len(body.data) > 10_000
    assert body.damage


def test_codings_lie_over_each_other_in_the_order_of_the_header() -> None:
    body = brotli.compress(gzip.compress(PAGE))
    assert read(body, Content_Encoding="gzip, br").data == PAGE


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_is_refused(coding: str) -> None:
    packed = CODINGS[coding](b"\0" * 25_000_000)
    assert Refused(a_response(packed, Content_Encoding=coding), limit=10**8).reason == "read.bomb"


def test_what_unpacks_to_more_than_the_limit_is_refused() -> None:
    packed = a_response(gzip.compress(PAGE * 100), Content_Encoding="gzip")
    assert Refused(packed, limit=3_000).reason == "read.too_large"


# Chunks, lengths, status


def test_chunks_are_joined() -> None:
    chunked = b"5;x=y\r\n<p>Th\r\n3\r\ne a\r\n0\r\nTrailer: x\r\n\r\n"
    body = read(chunked, Transfer_Encoding="chunked")
    assert (body.data, body.damage, body.is_whole) == (b"<p>The a", "", True)


def test_a_body_that_is_no_longer_chunked_stays_as_it_is() -> None:
    assert read(PAGE, Transfer_Encoding="chunked").data == PAGE


@pytest.mark.parametrize("rest", [b"3\r\ne", b"zz\r\nrest", b""])
def test_chunks_that_break_off_give_what_is_there(rest: bytes) -> None:
    body = read(b"5\r\n<p>Th\r\n" + rest, Transfer_Encoding="chunked")
    assert body.data.startswith(b"<p>Th")
    assert body.damage


def test_a_body_shorter_than_announced_says_so() -> None:
    assert (
        read(PAGE, Content_Length="1000").damage == f"1,000 bytes announced, {len(PAGE)} are there"
    )


def test_an_interim_response_is_stepped_over() -> None:
    message = b"HTTP/1.1 100 Continue\r\n\r\n" + a_response(PAGE, Content_Type="text/html")
    assert read_response(message, limit=LIMIT).data == PAGE


def test_headers_without_end_are_refused() -> None:
    assert Refused(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000).reason == "read.bad_http"


@pytest.mark.parametrize(
    ("data", "declared", "media_type"),
    [
        (PAGE, "text/plain", "text/html"),
        (PAGE, "application/octet-stream", "text/html"),
        (b"\x89PNG\r\n\x1a\n", "text/html", None),
        (b"%PDF-1.7", "text/html", None),
        (b"The ferry runs again.", "text/html; charset=utf-8", "text/html"),
        (b"The ferry runs again.", "", "text/plain"),
        (b"The ferry runs again.", "binary/octet-stream", "text/plain"),
        (b"body { margin: 0 }", "text/css", "text/css"),
        (b"var a = 1;", "application/javascript", "application/javascript"),
        (b'{"a": 1}', "text/html", None),
        (b'<?xml version="1.0"?><div>Ferry</div>', "application/xhtml+xml", "text/html"),
        (b"\x00\x01\x02\x03" * 9, "text/html", "application/octet-stream"),
        (b"\x00\x01\x02\x03" * 9, "font/woff", "font/woff"),
    ],
)
def test_bytes_that_speak_decide_and_silent_ones_are_what_was_declared(
    data: bytes, declared: str, media_type: str | None
) -> None:
    assert media_type_of(data, declared) == media_type


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from(["", "chunked", "gzip"]),
    st.sampled_from(["", "gzip", "deflate", "br", "zstd", "br, gzip"]),
)
def test_no_body_makes_it_raise(data: bytes, transfer: str, content: str) -> None:
    message = a_response(data, Transfer_Encoding=transfer, Content_Encoding=content)
    (part,) = split_http(io.BytesIO(message), limit=LIMIT)
    assert part.rejection or part.data


def test_a_response_saved_to_a_file_is_its_page() -> None:
    with SEED.open("rb") as file:
        (part,) = split_http(file, limit=LIMIT)
    assert (part.record, part.media_type, part.charset) == (None, "text/html", "utf-8")
    assert part.data is not None
    assert part.data.endswith(b"</html>\n")
