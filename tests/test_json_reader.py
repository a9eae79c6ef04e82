"""JSON articles of many tools become drafts; what is no article says why."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.fields import FIELDS, Fields, choose
from tasks.readers.json import read
from tasks.readers.json_keys import KEYS
from tasks.records import Draft, RawDocument
from warehouse.errors import CannotRead

SEEDS = Path(__file__).parent.parent / "seeds"
BODY = "The bridge opened on Monday.\n\nIt is 182 metres long."


def read_bytes(data: bytes, **columns: str) -> Draft:
    """Read one document; `columns` are the user's keys and their fields."""
    document = RawDocument(path="a.json", record=None, data=data, media_type="application/json")
    return read(replace(document, columns=columns))


def read_object(**keys: object) -> Draft:
    """Read an object of these keys."""
    return read_bytes(json.dumps(keys).encode())


def fields_of(**keys: object) -> Fields:
    """Return the fields chosen from an object of these keys and a body."""
    return choose(read_object(**{"text": BODY, **keys}).candidates)


def texts(draft: Draft) -> list[str]:
    """Return the paragraphs of a draft."""
    return [paragraph.text for paragraph in draft.paragraphs]


def kinds(draft: Draft) -> list[str]:
    """Return their kinds."""
    return [paragraph.kind for paragraph in draft.paragraphs]


TWO = ["The bridge opened on Monday.", "It is 182 metres long."]
HTML = "<p>The bridge opened on <b>Monday</b>.</p><p>It is 182 metres long.</p>"


@pytest.mark.parametrize(
    "keys",
    [
        {"articleBody": BODY},
        {"maintext": BODY},
        {"body_xhtml": HTML, "body_text": "The bridge opened on Monday. It is 182 metres long."},
        {"bodies": [{"role": "text", "value": "In one."}, {"role": "main", "value": HTML}]},
        {"body": {"summary": [TWO[0]], "sections": [{"headline": [], "paragraphs": [TWO[1]]}]}},
        {"contents": [{"type": "title", "content": "T"}, *({"content": text} for text in TWO)]},
        {"content": {"rendered": HTML, "protected": False}},
        {"content": {"blocks": [{"type": "paragraph", "data": {"text": text}} for text in TWO]}},
        {"response": {"content": {"fields": {"bodyText": "In one.", "body": HTML}}}},
        {"_source": {"Full-Text": BODY}},
        {"@graph": [{"@type": "WebPage"}, {"@type": "NewsArticle", "articleBody": BODY}]},
        {"paragraphs": 2, "story": TWO},
        {"content": "&lt;p&gt;The bridge opened on Monday.&lt;br&gt;It is 182 metres long."},
    ],
)
def test_the_body_is_found_wherever_a_tool_puts_it(keys: dict[str, object]) -> None:
    """News agencies, search engines, editors and scrapers; HTML and plain."""
    assert texts(read_object(**keys)) == TWO


@pytest.mark.parametrize(
    "keys",
    [
        {"headline": "T", "datePublished": "2024-05-03", "author": {"name": "Jane Doe"}},
        {"title": "T", "date_publish": "2024-05-03 00:00:00", "authors": ["Jane Doe"]},
        {"headlines": [{"value": "Short", "role": "short"}, {"value": "T", "role": "main"}]}
        | {"versionCreated": "2024-05-03", "by": "By Jane Doe, Arts Editor"},
        {"webTitle": "T", "webPublicationDate": "2024-05-03", "fields": {"byline": "Jane Doe"}},
        {"title": {"rendered": "<i>T</i>"}, "date": "2024-05-03", "author": "Jane Doe"},
        {"headline": {"main": "T"}, "pub_date": "2024-05-03", "byline": {"original": "Jane Doe"}},
        {
            "TITLE": "T",
            "Published-At": "May 3, 2024",
            "Author": [{"first_name": "Jane"}, "Jane Doe"],
        },
        {"titulo": "T", "fecha": "3 de mayo de 2024", "autor": "Jane Doe"},
    ],
)
def test_headline_date_and_author_of_many_tools(keys: dict[str, object]) -> None:
    """One table of keys knows them all."""
    fields = fields_of(**keys)

    assert (fields.headline, [author.name for author in fields.authors]) == ("T", ["Jane Doe"])
    assert fields.published is not None
    assert str(fields.published.day) == "2024-05-03"


def test_a_source_may_be_a_publisher_or_an_address() -> None:
    """The value tells."""
    assert fields_of(source="The Coast").publisher == "The Coast"
    assert fields_of(source="https://e.org/1").url == "https://e.org/1"


def test_the_top_object_wins_over_its_metadata() -> None:
    """Both stay candidates, named by their key paths."""
    draft = read_object(text=BODY, url="https://e.org/1", metadata={"url": "https://e.org/2"})

    assert [candidate.source for candidate in draft.candidates] == ["json:url", "json:metadata.url"]


def test_keywords_come_as_a_list_or_in_one_string() -> None:
    """schema.org allows both."""
    assert fields_of(keywords="ferries, ports; sea").keywords == ("ferries", "ports", "sea")
    assert fields_of(tags=["ferries", {"name": "ports"}]).keywords == ("ferries", "ports")


@pytest.mark.parametrize(
    "keys",
    [
        {"metadata": {"date": "2019-04-25T12:57:54Z", "file_path": "a.warc.gz"}},
        {"date": "2019-04-25T12:57:54Z", "dump": "CC-MAIN-2019-18"},
        {"timestamp": "2019-04-25T12:57:54Z", "url": "https://e.org/1"},
    ],
)
def test_the_day_of_a_crawl_is_no_publication_date(keys: dict[str, object]) -> None:
    """datatrove, FineWeb and C4 write it under the name of one."""
    assert fields_of(**keys).published_reason == "no date in the document"


def test_words_for_nothing_are_nothing() -> None:
    """news-please writes "None" where it found nothing."""
    fields = fields_of(title="None", authors=["null"], date="nan", description="  ")

    assert (fields.headline, fields.authors, fields.description) == (None, (), None)
    assert fields.published_reason == "no date in the document"


def test_a_missing_headline_is_not_made_of_the_text() -> None:
    """NULL is the truth."""
    assert fields_of().headline is None


def test_a_headline_repeated_in_the_body_is_set_apart() -> None:
    """It stays in the text, but counts no longer for the identity of the article."""
    draft = read_object(title="A bridge opens!", text=f"A bridge opens\n\n{BODY}")

    assert kinds(draft) == ["furniture", "body", "body"]


def test_unknown_fields_are_kept_also_those_of_metadata() -> None:
    """Known ones that say nothing usable are kept as well."""
    draft = read_object(text=BODY, ratings=[1, None], author=12, meta={"lang": "en", "desk": "A"})

    assert draft.extra == {"ratings": [1, None], "author": 12, "meta": {"desk": "A"}}


def test_an_object_that_says_more_than_its_name_is_kept() -> None:
    """The name is a candidate; the rest would be lost."""
    author = {"name": "Jane Doe", "employee": 7}

    assert read_object(text=BODY, author=author).extra == {"author": author}


def test_a_second_copy_of_the_text_is_counted_not_kept() -> None:
    """The raw document holds it."""
    draft = read_object(text=BODY, content=BODY * 10)

    assert (draft.removed["second_body"], draft.extra) == (1, {})


def test_html_blocks_keep_their_kinds() -> None:
    """Scripts are no text."""
    html = (
        "<h2>Head</h2><p>One.<br><br>Two<br>lines.</p><ul><li>Item</li></ul><script>x()</script>"
        "<figure><img src='a'><figcaption>Shown.</figcaption></figure>"
        "<blockquote>Said.</blockquote><table><tr><td>A</td><td>3</td></tr></table>"
    )
    draft = read_object(body=html)

    assert texts(draft) == ["Head", "One.", "Two lines.", "Item", "Shown.", "Said.", "A 3"]
    assert kinds(draft) == ["subhead", "body", "body", "list_item", "caption", "quote", "table"]


def test_wordpress_source_text_has_blank_lines_instead_of_paragraph_tags() -> None:
    """Its block elements stand among them."""
    draft = read_object(body="One <em>fine</em> day.\n\n<h2>Head</h2>\nTwo\nlines.")

    assert texts(draft) == ["One fine day.", "Head", "Two lines."]


def test_elements_nested_beyond_the_parser_lose_no_text() -> None:
    """libxml2 gives up at 2,048; then the tags are cut off as text."""
    assert texts(read_object(body="<div>" * 5000 + "Deep." + "</div>" * 5000)) == ["Deep."]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_any_unicode_encoding_is_read(encoding: str) -> None:
    """RFC 8259 wants UTF-8, Windows writes the others."""
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    data = (mark + json.dumps({"text": "Größe zählt."}, ensure_ascii=False)).encode(encoding)

    assert texts(read_bytes(data)) == ["Größe zählt."]


def test_a_key_that_occurs_twice_keeps_both_values() -> None:
    """Most parsers silently drop the first."""
    draft = read_bytes(b'{"text": "One.", "author": "Jane Doe", "author": "John Roe"}')

    assert [candidate.value for candidate in draft.candidates] == ["Jane Doe", "John Roe"]


def test_odd_numbers_neither_break_the_reader_nor_those_after_it() -> None:
    """NaN is null; what 64 bits cannot hold stays as written."""
    draft = read_bytes(
        b'{"text": "One.", "a": NaN, "b": %s, "c": 1e999, "d": -0.5}' % (b"9" * 5000)
    )

    assert draft.extra == {"b": "9" * 5000, "c": "1e999", "d": -0.5}


def test_lone_surrogates_do_not_reach_a_candidate() -> None:
    """JSON can spell them, UTF-8 cannot hold them."""
    draft = read_bytes(
        rb'{"text": "One \ud83d.", "title": "\udc00 T", "url": "https://e.org/\ud800"}'
    )

    values = [*texts(draft), *(candidate.value for candidate in draft.candidates)]
    assert all(value.encode() for value in values)


@pytest.mark.parametrize(
    ("data", "reason", "detail"),
    [
        (b"42", "read.not_an_object", "a JSON number where an object was wanted: 42"),
        (b"null", "read.not_an_object", "a JSON null where"),
        (b"[1, 2]", "read.not_an_object", "a JSON array of 2 values where"),
        (b'{"a": 1', "read.bad_json", "line 1 column 8"),
        (b'{"a": 1} {}', "read.bad_json", "Extra data at line 1 column 10"),
        (b'{"text": "x", "a": ' + b"[" * 300 + b"]" * 300 + b"}", "read.bad_json", "100 levels"),
        (b"[" * 200_000, "read.bad_json", "100 levels"),
        (b"{}", "read.no_body", "keys found: none"),
        (b'{"title": "x", "text": " "}', "read.no_body", "keys found: title, text"),
        (b'{"text": 5, "body": {"a": [null]}}', "read.no_body", "keys found: text, body"),
    ],
)
def test_what_is_no_article_says_what_was_found(data: bytes, reason: str, detail: str) -> None:
    """The reason is a code, the detail a sentence with the value."""
    with pytest.raises(CannotRead) as caught:
        read_bytes(data)

    assert caught.value.reason == reason
    assert detail in caught.value.detail


PAGE = """<!DOCTYPE html><html lang="en"><head><title>A bridge opens</title>
<meta name="author" content="Jane Doe"></head><body><h1>A bridge opens</h1>
<p>The bridge over the Aldmere opened on Monday, after six years of building and two of waiting.</p>
<p>It is 182 metres long, and 4,000 cyclists are expected to cross it every day of the week.</p>
</body></html>"""


@pytest.mark.parametrize("key", ["html", "raw_html", "content"])
def test_a_web_page_without_text_beside_it_is_read_as_a_page(key: str) -> None:
    """Crawlers store {"url", "html"}; some call the page content."""
    draft = read_object(**{"url": "https://e.org/1", key: PAGE})
    fields = choose(draft.candidates)

    body = [paragraph.text[:10] for paragraph in draft.paragraphs if paragraph.kind == "body"]
    assert body == ["The bridge", "It is 182 "]
    assert (fields.headline, fields.url) == ("A bridge opens", "https://e.org/1")


def test_the_page_goes_before_keys_beside_it_and_the_users_keys_before_both() -> None:
    """A tool that keeps the page has hardly looked into it; the user has."""
    data = json.dumps({"html": PAGE, "title": "Of the feed", "reporter_1": "Ann Lee"}).encode()
    draft = read_bytes(data, reporter_1="author")
    fields = choose(draft.candidates)

    assert (fields.headline, fields.authors[0].name) == ("A bridge opens", "Ann Lee")
    assert "json:title" in {candidate.source for candidate in draft.candidates}


def test_text_goes_before_the_page_it_was_taken_from() -> None:
    """The page is counted as a copy; its address is used (Fundus)."""
    page = {"responded_url": "https://e.org/2", "crawl_date": "2024-05-05", "content": PAGE}
    draft = read_object(body={"summary": [], "sections": [{"paragraphs": TWO}]}, html=page)

    assert (texts(draft), draft.removed["second_body"]) == (TWO, 1)
    assert choose(draft.candidates).url == "https://e.org/2"
    assert draft.extra == {"html": {"crawl_date": "2024-05-05"}}


def test_a_part_of_a_page_is_a_body() -> None:
    """Nothing is cut off it."""
    assert texts(read_object(html=HTML)) == TWO


def test_the_users_names_of_keys_go_before_all_others() -> None:
    """Also with a way to the key, and whatever the key means elsewhere."""
    row = {"Voll-Text": BODY, "text": "Other.", "title": "Other", "kopf": {"zeile 1": "T"}}
    columns = {"volltext": "body", "kopf.zeile 1": "headline"}
    draft = read_bytes(json.dumps(row).encode(), **columns)

    assert (texts(draft), choose(draft.candidates).headline) == (TWO, "T")


def test_the_users_body_is_not_made_up_of_another_key() -> None:
    """An empty cell is an empty cell."""
    with pytest.raises(CannotRead, match=r"no text of an article in v, .*keys found: v, text"):
        read_bytes(b'{"v": "", "text": "A teaser."}', v="body")


def test_keys_that_are_not_understood_come_with_the_remedy() -> None:
    """The keys are listed, so that the user can name one."""
    with pytest.raises(CannotRead, match=r"keys found: a, b; --map body=KEY says which"):
        read_object(a="One.", b=2)


@pytest.mark.parametrize(
    "written",
    ["['A. Lee', 'B. O\\'Hara']", '["A. Lee", "B. O\'Hara"]', "{'A. Lee', \"B. O'Hara\"}"],
)
def test_a_list_in_one_cell_of_a_table_is_a_list(written: str) -> None:
    """Python, JSON and DuckDB write one as a string."""
    assert [author.name for author in fields_of(authors=written).authors] == ["A. Lee", "B. O'Hara"]


def test_an_object_in_one_cell_of_a_table_is_an_object() -> None:
    """A JSON column of a database."""
    draft = read_object(text=BODY, metadata='{"url": "https://e.org/1", "desk": 3}')

    assert choose(draft.candidates).url == "https://e.org/1"
    assert draft.extra == {"metadata": {"desk": 3}}


@pytest.mark.parametrize(
    "keys",
    [
        {"publish_date": None, "timestamp": "2024-01-01"},
        {"publish_date": "", "created_at": "2024-01-01"},
        {"date_download": "2024-01-01", "crawl_date": "2024-01-01", "indexed_date": "2024-01-01"},
        {"seendate": "20240101T000000Z"},
    ],
)
def test_when_a_tool_came_by_is_no_publication_date(keys: dict[str, object]) -> None:
    """A plain key for the date that is empty says that it is not known."""
    assert fields_of(**keys).published_reason == "no date in the document"


def test_the_table_names_only_fields_that_exist() -> None:
    """A slip in the table would raise only when such a document comes."""
    assert {field for uses in KEYS.values() for field, _ in uses} <= {"body", "html", *FIELDS}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "value", "url", "text", "type"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
OBJECTS = st.dictionaries(
    st.sampled_from([*KEYS, "metadata", "fields", "content", "@graph", "x"]), VALUES, max_size=8
)


@settings(max_examples=200, deadline=None)
@given(OBJECTS)
def test_any_object_becomes_a_draft_or_a_reason(keys: dict[str, object]) -> None:
    """Values of the wrong type never break the reader, and what it keeps is JSON."""
    try:
        draft = read_object(**keys)
    except CannotRead as error:
        draft, reason = None, error.reason
    if draft is None:
        assert reason == "read.no_body"
    else:
        assert draft.paragraphs
        assert choose(draft.candidates)
        json.dumps(draft.extra, allow_nan=False)


def test_the_seed_of_a_news_agency() -> None:
    """ninjs 2: the main headline and the body with paragraphs among the alternatives."""
    draft = read_bytes((SEEDS / "json/ninjs.json").read_bytes())
    fields = choose(draft.candidates)

    assert fields.headline == "Brackwater opens ninth tram line after six years of work"
    assert [author.name for author in fields.authors] == ["Tom Eland"]
    assert kinds(draft) == ["body", "body", "subhead", "body", "body", "quote", "caption", "body"]


def test_the_seed_with_lines_of_different_tools() -> None:
    """Seven lines: six articles, one of which no date can be taken from, and a string."""
    lines = (SEEDS / "jsonl/url-and-dates.jsonl").read_bytes().splitlines()
    drafts = [read_bytes(line) for number, line in enumerate(lines) if number != 2]

    assert [len(draft.paragraphs) for draft in drafts] == [4, 4, 4, 4, 4, 4]
    assert texts(drafts[0]) == texts(drafts[4]) == texts(drafts[5])
    reasons = [choose(draft.candidates).published_reason for draft in drafts]
    assert reasons[3:] == ["no date in the document", None, "date not understood: '03/05/2024'"]
