"""Feeds: every item is an article or says why it is none, however the feed is written."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.fields import FIELDS
from tasks.readers import feed, feed_item
from tasks.readers.feed_body import WHOLE_WORDS, find_story
from tasks.readers.parts import Part
from tasks.records import Draft, RawDocument
from tasks.streams import unpack
from warehouse.errors import CannotRead

SEEDS = Path(__file__).parents[1] / "seeds" / "feeds"
MIB = 1024 * 1024
SENTENCE = "The council met on Tuesday and voted to close the road for a month. "
STORY = f"<p>{SENTENCE}</p><p>The mayor said that nobody would miss it.</p>"
CONTENT = f"<content:encoded><![CDATA[{STORY}]]></content:encoded>"
NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
)


def an_rss(*items: str, about: str = "<title>Courier</title>", before: str = "") -> bytes:
    """Return an RSS 2.0 feed of these items (what stands inside <item>)."""
    inside = "".join(f"<item>{item}</item>" for item in items)
    root = f'<rss version="2.0" {NAMESPACES}><channel>{about}{inside}</channel></rss>'
    return (before + root).encode()


def an_atom(entry: str, about: str = "") -> bytes:
    """Return an Atom feed of one entry."""
    root = '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en" xml:base="https://a.example/">'
    return f"{root}{about}<entry>{entry}</entry></feed>".encode()


def parts(data: bytes, *, limit: int = MIB) -> list[Part]:
    """Split a feed."""
    return list(feed.split_feed(io.BytesIO(data), limit=limit))


def read(part: Part) -> Draft:
    """Read one part as a document that stands alone."""
    assert part.data is not None, part.rejection
    assert part.media_type == feed_item.FEED_ITEM
    return feed_item.read(
        RawDocument(path="feed", record=None, data=part.data, media_type=part.media_type)
    )


def the_draft(data: bytes) -> Draft:
    """Return the article in the first item."""
    return read(parts(data)[0])


def values(draft: Draft, field: str) -> list[str]:
    """Return the candidates of a field, in order."""
    return [each.value for each in draft.candidates if each.field == field]


def outcomes(data: bytes) -> Iterator[str]:
    """Yield per part "article" or the reason of its rejection."""
    for part in parts(data):
        try:
            yield part.rejection.reason if part.rejection else bool(read(part)) * "article"
        except CannotRead as error:
            yield error.reason


# ---- formats -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rss-2.0.xml", ["article", "read.no_body"]),
        ("atom-1.0.xml", ["article", "article"]),
        ("rss-1.0.rdf", ["article", "read.no_body"]),
    ],
)
def test_a_seed_gives_one_outcome_per_item(name: str, expected: list[str]) -> None:
    assert list(outcomes((SEEDS / name).read_bytes())) == expected


def test_paragraphs_keep_their_kinds_and_the_footer_of_the_software_is_furniture() -> None:
    kinds = [each.kind for each in the_draft((SEEDS / "rss-2.0.xml").read_bytes()).paragraphs]

    assert kinds == [
        *("body", "subhead", "body", "caption", "list_item", "list_item", "body", "furniture")
    ]


@pytest.mark.parametrize("version", ["0.91", "0.92", "2.0"])
def test_versions_of_rss_without_modules_are_read(version: str) -> None:
    item = f"<title>Road</title><description>{SENTENCE * 10}</description>"
    data = f'<rss version="{version}"><channel><item>{item}</item></channel></rss>'

    assert values(the_draft(data.encode()), "headline") == ["Road"]


def test_rss_0_90_is_read() -> None:
    rdf = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    space = 'xmlns="http://my.netscape.com/rdf/simple/0.9/"'
    item = "<item><title>Road</title><link>https://a.example/road</link></item>"
    data = f"<rdf:RDF {rdf} {space}><channel><title>N</title></channel>{item}</rdf:RDF>".encode()

    assert list(outcomes(data)) == ["read.no_body"]


def test_atom_0_3_is_read() -> None:
    entry = f"<title>R</title><issued>2004-05-03T10:00:00Z</issued><content>{SENTENCE}</content>"
    root = f'<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry>{entry}</entry></feed>'

    assert values(the_draft(root.encode()), "published") == ["2004-05-03T10:00:00Z"]


def test_rdf_that_is_no_feed_says_so() -> None:
    data = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><x/></rdf:RDF>'
    (part,) = parts(data)

    assert part.record is None
    assert part.rejection is not None
    assert part.rejection.reason == "read.no_items"
    assert "<rdf:RDF" in part.rejection.detail


# ---- what is an article ------------------------------------------------------------------------


def test_an_item_with_a_summary_only_has_no_body_and_keeps_its_data() -> None:
    (part,) = parts(an_rss(f"<title>Road</title><description>{SENTENCE}</description>"))

    with pytest.raises(CannotRead, match="item without body: only a summary of 14 words"):
        read(part)
    assert SENTENCE.strip() in (part.data or b"").decode()


def test_a_description_of_the_length_of_a_report_is_the_article() -> None:
    draft = the_draft(an_rss(f"<description>{SENTENCE * 8}</description>"))

    assert len(draft.paragraphs[0].text.split()) >= WHOLE_WORDS
    assert values(draft, "description") == []


@pytest.mark.parametrize(
    "end", ['<a href="/x">Continue reading...</a>', "<p>Read more</p>", "The rest [&#8230;]"]
)
def test_a_long_description_that_breaks_off_is_none(end: str) -> None:
    with pytest.raises(CannotRead, match="it breaks off"):
        find_story([], [f"<p>{SENTENCE * 8}</p>{end}"])


def test_a_content_that_repeats_the_summary_is_none() -> None:
    with pytest.raises(CannotRead, match="only a summary of 14 words"):
        find_story([f'<a href="/x"><img src="i.jpg"/></a><p>{SENTENCE}</p>'], [SENTENCE])


def test_a_short_whole_content_is_news_in_brief() -> None:
    story, summary = find_story([STORY], ["Road closed."])

    assert story.word_count == 22
    assert summary is not None
    assert summary.text == "Road closed."


def test_a_short_content_that_breaks_off_is_none() -> None:
    with pytest.raises(CannotRead, match=r"only a content of 25 words \(it breaks off\)"):
        find_story([f"{STORY}<p>Read full article</p><p>Comments</p>"], ["Road closed."])


def test_words_of_scripts_without_blanks_are_counted_by_letters() -> None:
    story, _ = find_story([], ["市议会星期二投票决定关闭这条道路一个月。" * 12])

    assert story.word_count >= WHOLE_WORDS


def test_an_item_with_a_title_only_says_so() -> None:
    assert list(outcomes(an_rss("<title>Road</title>"))) == ["read.no_body"]


def test_the_caption_of_a_picture_is_not_the_content() -> None:
    """feedparser takes media:description for a second description and so for the content."""
    picture = f"<media:content><media:description>{SENTENCE * 2}</media:description>"
    item = f"<description>Road closed.</description>{picture}</media:content>"

    assert list(outcomes(an_rss(item))) == ["read.no_body"]


# ---- fields ------------------------------------------------------------------------------------


def test_fields_come_from_the_item_first_and_then_from_the_feed() -> None:
    draft = the_draft((SEEDS / "rss-2.0.xml").read_bytes())

    assert values(draft, "headline") == ["Ferry returns after the flood"]
    assert values(draft, "author") == ["Marta Quill"]
    assert values(draft, "published") == ["Fri, 03 May 2024 16:05:00 +0200"]
    assert values(draft, "keyword") == ["Transport", "Lower Wharf"]
    assert values(draft, "publisher") == ["Evening Courier"]
    assert values(draft, "language") == ["en-GB"]
    assert values(draft, "image_url") == ["https://courier.example/img/ferry.jpg"]
    assert {each.field for each in draft.candidates} <= set(FIELDS)


def test_an_atom_entry_without_author_has_those_of_its_feed() -> None:
    second = parts((SEEDS / "atom-1.0.xml").read_bytes())[1]

    assert values(read(second), "author") == ["Redaktion Talblatt"]


def test_an_atom_entry_that_tells_only_of_its_change_is_dated_by_it() -> None:
    entry = f"<updated>2024-05-03T10:00:00Z</updated><content>{SENTENCE}</content>"

    assert values(the_draft(an_atom(entry)), "published") == ["2024-05-03T10:00:00Z"]


def test_dc_date_does_not_replace_the_date_of_change() -> None:
    dates = "<dc:date>2024-05-03</dc:date><pubDate>Fri, 03 May 2024 16:05:00 GMT</pubDate>"
    draft = the_draft(an_rss(dates + CONTENT))

    assert values(draft, "published") == ["Fri, 03 May 2024 16:05:00 GMT", "2024-05-03"]
    assert values(draft, "modified") == []


def test_a_guid_that_is_an_address_is_the_url() -> None:
    draft = the_draft(an_rss(f"<guid>https://a.example/road</guid>{CONTENT}"))

    assert values(draft, "url") == ["https://a.example/road"]


def test_links_are_resolved_against_xml_base() -> None:
    draft = the_draft(an_atom(f'<link href="road"/><content>{SENTENCE}</content>'))

    assert values(draft, "url") == ["https://a.example/road"]


def test_a_source_names_the_publisher_of_an_item_taken_over() -> None:
    source = '<source url="https://b.example/rss">Other Paper</source>'

    assert values(the_draft(an_rss(source + CONTENT)), "publisher") == ["Other Paper", "Courier"]


def test_the_address_of_a_webmaster_is_no_publisher() -> None:
    about = "<webMaster>web@a.example (Jo)</webMaster><title>Courier</title>"

    assert values(the_draft(an_rss(CONTENT, about=about)), "publisher") == ["Courier"]


def test_markup_in_a_title_is_left_out() -> None:
    draft = the_draft(an_rss(f"<title>Road &amp;amp; &lt;i&gt;bridge&lt;/i&gt;</title>{CONTENT}"))

    assert values(draft, "headline") == ["Road & bridge"]


def test_what_nothing_was_made_of_is_kept() -> None:
    draft = the_draft(an_rss(f"<comments>https://a.example/road#c</comments>{CONTENT}"))

    assert draft.extra == {"comments": "https://a.example/road#c"}


def test_a_plain_element_with_the_name_of_a_list_is_read() -> None:
    draft = the_draft(an_rss(f"<authors>Jo Fox</authors><tags>Roads</tags>{CONTENT}"))

    assert values(draft, "author") == ["Jo Fox"]
    assert values(draft, "keyword") == ["Roads"]


# ---- faulty feeds ------------------------------------------------------------------------------


def test_a_feed_that_breaks_off_marks_the_item_it_breaks_off_in() -> None:
    data = an_rss(CONTENT, CONTENT)
    whole, cut = map(read, parts(data[: data.rindex(b"nobody")]))

    assert (whole.truncated, cut.truncated) == ((), ("feed_ends",))


def test_undeclared_entities_and_bare_ampersands_are_read() -> None:
    item = f"<title>Caf&eacute;s &nbsp;& bars</title>{CONTENT}"

    assert values(the_draft(an_rss(item)), "headline") == ["Cafés & bars"]


def test_short_entities_of_the_feed_itself_are_put_in() -> None:
    doctype = '<!DOCTYPE rss [<!ENTITY paper "The &#67;ourier"><!-- " -->]>'
    data = an_rss(f"<title>&paper;</title>{CONTENT}", before=doctype)

    assert values(the_draft(data), "headline") == ["The Courier"]


@pytest.mark.parametrize("before", ["", "<!-- <a -->", "<?x <a ?>"])
def test_entities_are_neither_expanded_nor_fetched(before: str) -> None:
    doctype = (
        '<!DOCTYPE rss [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;">'
        '<!ENTITY c SYSTEM "file:///etc/hostname">]>'
    )
    data = an_rss(f"<title>&b; &c;</title>{CONTENT}", before=before + doctype)

    assert values(the_draft(data), "headline") == ["&b; &c;"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "windows-1251", "koi8-r"])
def test_encodings_are_recognised(encoding: str) -> None:
    story = "<description>" + "Совет во вторник решил закрыть дорогу на месяц. " * 15
    data = an_rss(f"<title>Дорога закрыта</title>{story}</description>").decode()
    label = encoding.removesuffix("-sig")
    draft = the_draft(f'<?xml version="1.0" encoding="{label}"?>{data}'.encode(encoding))

    assert values(draft, "headline") == ["Дорога закрыта"]


def test_a_declaration_that_lies_is_overruled() -> None:
    data = b'<?xml version="1.0" encoding="iso-8859-1"?>' + an_rss(f"<title>Café</title>{CONTENT}")

    assert values(the_draft(data), "headline") == ["Café"]


def test_the_items_before_a_damage_of_the_stream_are_delivered() -> None:
    item = "<title>{}</title>" + CONTENT
    packed = gzip.compress(an_rss(*map(item.format, range(3000))), mtime=0)
    stream = unpack(io.BytesIO(packed[:-200]), "feed.xml.gz").stream
    *items, last = feed.split_feed(stream, limit=MIB * 8)

    assert len(items) > 1000
    assert last.rejection is not None
    assert last.rejection.reason == "read.truncated"
    assert last.record == len(items) + 1


def test_a_feed_above_the_limit_is_rejected_as_a_whole() -> None:
    (part,) = parts(an_rss(CONTENT), limit=100)

    assert part.rejection is not None
    assert part.rejection.reason == "read.too_large"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "read.empty"),
        (b"https://a.example/feed.xml", "read.no_items"),
        (b"/etc/hostname", "read.no_items"),
        (b'<rss version="2.0"><channel><title>x</title></channel></rss>', "read.no_items"),
        (b"\x00\x01\x02" * 50, "decode.binary"),
    ],
)
def test_a_file_without_items_is_rejected_as_one(data: bytes, reason: str) -> None:
    assert [(part.record, part.rejection and part.rejection.reason) for part in parts(data)] == [
        (None, reason)
    ]


HOSTILE = {
    "long author": b"<author>" + b"a" * 200_000 + b"</author>",
    "categories": b"".join(b"<category>c%d</category>" % n for n in range(8_000)),
    "attributes": b"<x " + b" ".join(b"a%d='1'" % n for n in range(20_000)) + b"/>",
    "namespaces": b"<x " + b" ".join(b"xmlns:a%d='u%d'" % (n, n) for n in range(3_000)) + b"/>",
    "long base": b"<x xml:base='http://a/" + b"x/" * 50_000 + b"'>" + b"<link>y</link>" * 2_000,
    "nested": b"<b>" * 20_000,
    "bad references": b"<title>&#55296;&#99999999999;&#x0;</title>&x",
    "ends without beginnings": b"</link></source></category></creativeCommons:license></media:x>",
    "open comments": b"<!--" * 100_000,
    "open CDATA": b"<![CDATA[" * 100_000,
    "less-than signs": b"<" * 20_000,
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("inside", HOSTILE.values(), ids=HOSTILE)
def test_hostile_items_take_no_longer_than_others_of_their_length(inside: bytes) -> None:
    found = parts(b'<rss version="2.0"><channel><item>' + inside + b"</item></channel></rss>")

    assert len(found) >= 1


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_damage_to_a_feed_raises_anything_else(data: st.DataObject) -> None:
    whole = (SEEDS / data.draw(st.sampled_from(["rss-2.0.xml", "atom-1.0.xml"]))).read_bytes()
    at = data.draw(st.integers(1, len(whole)))
    piece = data.draw(st.binary(max_size=20))
    left_out = data.draw(st.integers(0, 200))

    assert list(outcomes(whole[:at] + piece + whole[at + left_out :]))
