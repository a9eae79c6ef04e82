"""Sitemaps: every entry is kept with the reason why it is no article."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.readers.parts import Part
from tasks.readers.sitemap import LARGEST_ENTRY, SITEMAP_URL, read, split_sitemap
from tasks.records import RawDocument
from tasks.streams import unpack
from warehouse.errors import CannotRead

SEED = (Path(__file__).parents[1] / "seeds" / "feeds" / "news-sitemap.xml").read_bytes()
MIB = 1024 * 1024
OPEN = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
)


def a_sitemap(*inside: str, declaration: str = "") -> bytes:
    """Return a sitemap with these entries (what stands inside <url>)."""
    entries = "".join(f"<url>{each}</url>\n" for each in inside)
    return f"{declaration}{OPEN}\n{entries}</urlset>".encode()


def parts(data: bytes) -> list[Part]:
    """Split a sitemap."""
    return list(split_sitemap(io.BytesIO(data), limit=MIB))


def reasons(data: bytes) -> list[str]:
    """Return what is said of every part of a sitemap."""
    return [_reason(part) for part in parts(data)]


def _reason(part: Part) -> str:
    if part.rejection is not None:
        return f"{part.rejection.reason}: {part.rejection.detail}"
    document = RawDocument(
        path="s", record=1, data=part.data or b"", media_type=SITEMAP_URL, charset=part.charset
    )
    with pytest.raises(CannotRead) as error:
        read(document)
    return str(error.value)


def test_an_entry_says_which_article_it_lists() -> None:
    assert reasons(SEED) == [
        "read.no_body: a sitemap lists 'Ferry returns after the flood'"
        " (https://courier.example/2024/05/ferry-returns) of 2024-05-03T16:05:00+02:00"
        " without its body",
        "read.no_body: a sitemap lists https://courier.example/2024/05/school-roof"
        "?page=1&view=full of 2024-05-03 without its body",
    ]


def test_an_entry_is_kept_as_it_stands_with_its_namespaces() -> None:
    part = parts(SEED)[0]

    assert part.media_type == SITEMAP_URL
    assert b"<news:name>Evening Courier</news:name>" in (part.data or b"")
    assert b"sitemap-news/0.9" in (part.data or b"")


def test_an_index_lists_sitemaps() -> None:
    data = b"<sitemapindex><sitemap><loc>https://a.example/1.xml.gz</loc></sitemap></sitemapindex>"

    assert reasons(data) == [
        "read.no_body: an index lists the sitemap https://a.example/1.xml.gz, no article"
    ]


def test_a_prefix_of_the_standard_itself_is_understood() -> None:
    data = b'<s:urlset xmlns:s="x"><s:url><s:loc>https://a.example/</s:loc></s:url></s:urlset>'

    assert "https://a.example/" in reasons(data)[0]


def test_an_entry_that_is_commented_out_is_none() -> None:
    data = a_sitemap("<loc>a</loc>").replace(b"</urlset>", b"<!-- <url>x</url> --></urlset>")

    assert len(parts(data)) == 1


def test_bare_ampersands_and_lost_ends_harm_no_other_entry() -> None:
    data = a_sitemap("<loc>https://a.example/?x=1&y=2</loc>", "<loc>b", "<loc>c</loc>")
    broken = data.replace(b"<loc>b</url>", b"<loc>b</loc>")

    first, second, third = reasons(broken)
    assert "https://a.example/?x=1&y=2" in first
    assert ("lists b of" in second, "lists c of" in third) == (True, True)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1"])
def test_encodings_are_recognised(encoding: str) -> None:
    label = encoding.removesuffix("-sig")
    declaration = f'<?xml version="1.0" encoding="{label}"?>'
    data = a_sitemap("<news:title>Cafés</news:title>", declaration=declaration)

    assert "'Cafés'" in reasons(data.decode().encode(encoding))[0]


def test_entities_are_neither_expanded_nor_fetched() -> None:
    doctype = '<!DOCTYPE urlset [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'

    assert "lists &b; of" in reasons(a_sitemap("<loc>&b;</loc>", declaration=doctype))[0]


def test_a_sitemap_that_breaks_off_names_the_byte() -> None:
    data = a_sitemap("<loc>a</loc>", "<loc>b</loc>")
    cut = data[: data.index(b"<loc>b") + 3]

    assert reasons(cut)[1].startswith(f"read.truncated: the file ends at byte {len(cut)}")


def test_a_damaged_stream_gives_the_entries_before() -> None:
    data = a_sitemap(*(f"<loc>https://a.example/{n * n}</loc>" for n in range(20_000)))
    packed = gzip.compress(data, mtime=0)[:-1000]
    *entries, last = split_sitemap(unpack(io.BytesIO(packed), "s.xml.gz").stream, limit=MIB)

    assert len(entries) > 5_000
    assert last.rejection is not None
    assert last.rejection.reason == "read.truncated"


def test_an_entry_without_end_is_given_up() -> None:
    data = a_sitemap("<loc>a</loc>", "<loc>" + "b" * (LARGEST_ENTRY + 2 * MIB))

    assert [part.rejection and part.rejection.reason for part in parts(data)] == [
        *(None, "read.too_large")
    ]


@pytest.mark.parametrize("data", [b"", b"<urlset/>", b"<urlset></urlset>", b"no sitemap"])
def test_a_file_without_entries_is_rejected_as_one(data: bytes) -> None:
    (part,) = parts(data)

    assert part.record is None
    assert part.rejection is not None
    assert part.rejection.reason == "read.no_items"


@pytest.mark.timeout(60)
def test_many_entries_that_never_end_are_cut_in_linear_time() -> None:
    assert len(parts(OPEN.encode() + b"<url>" * 100_000)) == 1


@settings(max_examples=50, deadline=None)
@given(at=st.integers(0, len(SEED)), piece=st.binary(max_size=20), left_out=st.integers(0, 100))
def test_no_damage_to_a_sitemap_raises_anything_else(at: int, piece: bytes, left_out: int) -> None:
    assert reasons(SEED[:at] + piece + SEED[at + left_out :])
