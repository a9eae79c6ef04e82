"""Web pages: the body found, the fields as declared, and no page that breaks the reader."""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.extract.blocks import blocks
from tasks.extract.jsonld import parse_jsonld
from tasks.readers.html import parse, read
from tasks.records import Draft, RawDocument
from warehouse.errors import CannotRead

SEEDS = Path(__file__).parents[1] / "seeds"
SENTENCE = (
    "<p>The council met on Tuesday and voted {} to close the road until the month is over.</p>"
)
PROSE = "".join(SENTENCE.format(vote) for vote in ("once", "twice", "again", "at last", "late"))


def a_document(page: str | bytes) -> RawDocument:
    """Wrap a page as the reader gets it."""
    data = page if isinstance(page, bytes) else page.encode()
    return RawDocument(path="page.html", record=None, data=data, media_type="text/html")


def a_page(head: str = "", body: str = PROSE) -> Draft:
    """Read a page with this head and this body."""
    return read(a_document(f"<html><head>{head}</head><body>{body}</body></html>"))


def a_seed(name: str) -> Draft:
    """Read a seed page."""
    return read(a_document((SEEDS / "html" / name).read_bytes()))


def with_jsonld(*values: object, body: str = PROSE) -> Draft:
    """Read a page with these values in JSON-LD scripts."""
    scripts = (value if isinstance(value, str) else json.dumps(value) for value in values)
    script = '<script type="application/ld+json">{}</script>'
    return a_page("".join(map(script.format, scripts)), body)


def texts(draft: Draft, *kinds: str) -> list[str]:
    """Return the texts of the paragraphs of these kinds."""
    return [each.text for each in draft.paragraphs if each.kind in kinds]


def values(draft: Draft, field: str) -> list[tuple[str, str]]:
    """Return (value, source) of the candidates of a field, in order."""
    return [(each.value, each.source) for each in draft.candidates if each.field == field]


def best(draft: Draft, field: str) -> str | None:
    """Return the preferred value of a field."""
    return next((value for value, _ in values(draft, field)), None)


class TestBody:
    def test_a_news_page_gives_its_text_and_no_furniture(self) -> None:
        """Menu, related stories and footer stay out; the order is that of the page."""
        draft = a_seed("json-ld.html")

        assert len(texts(draft, "body")) == 5
        assert texts(draft, "subhead") == ["Longer way round"]
        assert texts(draft, "body")[0].startswith("The harbour bridge will be closed")
        assert "Ring road traffic" not in " ".join(each.text for each in draft.paragraphs)

    def test_a_layout_table_is_no_table_and_its_menu_no_text(self) -> None:
        """Old pages hold everything in one table; the data table inside it stays one."""
        draft = a_seed("no-metadata.html")

        assert len(texts(draft, "body")) == 5
        assert texts(draft, "table") == ["Day | Hours", "Monday | 9 to 12", "Thursday | 14 to 18"]
        assert "Farming" not in texts(draft, "body")

    def test_a_page_and_a_text_file_with_the_same_article_give_the_same_body(self) -> None:
        """The headline repeated above the text is furniture, so both have one identity."""
        title, _, body = (SEEDS / "txt/same-text-as-html.txt").read_text("utf-8").partition("\n\n")

        draft = a_seed("same-text.html")

        assert texts(draft, "body") == body.splitlines()
        assert texts(draft, "furniture") == [title] == [best(draft, "headline")]
        assert values(draft, "canonical_url") == values(draft, "url") == []

    @pytest.mark.parametrize(
        ("markup", "kind", "text"),
        [
            ("<ol><li>Bring a lamp.</li><li>Bring boots.</li></ol>", "list_item", "Bring boots."),
            ("<blockquote><p>We are late.</p></blockquote>", "quote", "We are late."),
            ("<h2>What happens next</h2>", "subhead", "What happens next"),
            (
                "<table><tr><td>Mon</td><td>7</td></tr><tr><td>Tue</td><td>9</td></tr></table>",
                "table",
                "Mon | 7",
            ),
            ('<p itemprop="author">By Ann Lee</p>', "byline", "By Ann Lee"),
            ('<table><td class="tr-caption">The road</table>', "caption", "The road"),
        ],
    )
    def test_a_paragraph_knows_its_kind(self, markup: str, kind: str, text: str) -> None:
        """What the page says of a paragraph is kept."""
        draft = a_page(body=f"<article>{PROSE}{markup}{PROSE.replace('road', 'bridge')}</article>")

        assert text in texts(draft, kind)

    @pytest.mark.parametrize(
        ("markup", "paragraphs"),
        [
            ("One.<br>Two.", ["One.", "Two."]),
            ("One<br><br>two", ["One", "two"]),
            ("12 High<br>Street", ["12 High Street"]),
            ("<div>One <b>bold</b> word</div><div>two</div>", ["One bold word", "two"]),
            ("<p>Ten<p>Eleven<script>var x</script> twelve", ["Ten", "Eleven twelve"]),
        ],
    )
    def test_line_breaks_part_paragraphs_after_a_sentence(
        self, markup: str, paragraphs: list[str]
    ) -> None:
        """A break inside an address or a line of verse is a blank."""
        tree, _ = parse(f"<body>{markup}</body>")

        assert [block.text for block in blocks(tree)] == paragraphs

    def test_a_body_found_as_one_lump_is_parted_as_the_page_parts_it(self) -> None:
        """The extractor's last resort returns a short article as one paragraph."""
        lines = ["The ferry sails again from Monday.", "It was laid up for a year.", "Fares rose."]
        body = "".join(f"<center>{line * 2}</center>" for line in lines)

        assert texts(a_page(body=f"<article>{body}</article>"), "body") == [x * 2 for x in lines]

    def test_a_page_without_paragraph_elements_is_not_taken_whole(self) -> None:
        """Where the fast way gives up and returns menu and all, the thorough one is asked."""
        menu = "".join(f"<li><a href=/{n}>Section number {n}</a></li>" for n in range(30))
        prose = PROSE.replace("<p>", "<x-par>").replace("</p>", "</x-par>")

        draft = a_page(body=f"<ul>{menu}</ul>{prose}")

        assert "voted twice" in texts(draft, "body")[0]
        assert "Section number" not in " ".join(each.text for each in draft.paragraphs)

    def test_a_page_that_is_a_table_of_results_is_an_article(self) -> None:
        """Rows are the text where there is no other."""
        rows = "".join(f"<tr><td>Team {n}</td><td>{n} points</td></tr>" for n in range(40))

        assert "Team 7 | 7 points" in texts(a_page(body=f"<table>{rows}</table>"), "body")

    def test_the_body_is_not_taken_from_json_ld(self) -> None:
        """Publishers put another edit, or a teaser, into articleBody."""
        draft = with_jsonld({"@type": "NewsArticle", "articleBody": "Other words. " * 60})

        assert "Other words" not in " ".join(texts(draft, "body"))

    def test_cleaning_is_counted(self) -> None:
        """What the cleaning rules removed from paragraphs ends in the draft."""
        draft = a_page(body=PROSE.replace("council", "coun\u00adcil"))

        assert draft.removed["soft_hyphens"] == 5


class TestFields:
    def test_json_ld_comes_first(self) -> None:
        """The seed's graph gives authors one by one and the publisher by reference."""
        draft = a_seed("json-ld.html")

        assert values(draft, "author") == [
            ("Niamh Corrigan", "json-ld"),
            ("Tomás Behan", "json-ld"),
        ]
        assert best(draft, "publisher") == "The Carrow Ledger"
        assert best(draft, "published") == "2024-03-11T06:40:00+00:00"
        assert len(values(draft, "keyword")) == 3
        assert values(draft, "byline") == [
            ("By Niamh Corrigan and Tomás Behan", "class:byline"),
        ]

    def test_sources_of_a_headline_stand_in_order(self) -> None:
        """All candidates are kept; what was written for machines comes first, the title last."""
        head = "<title>Six</title><meta name=twitter:title content=Four><meta property=og:title "
        head += (
            'content=Three><script type=application/ld+json>{"@type":"Article","headline":"One"}'
        )
        body = f"<h1>Five Six</h1><h2 itemprop=headline>Two</h2>{PROSE}"

        found = values(a_page(f"{head}</script>", body), "headline")

        assert " ".join(value for value, _ in found) == "One Two Three Four Five Six Six"

    def test_a_page_without_metadata_gives_its_heading_and_nothing_invented(self) -> None:
        """No date, author, language or address is guessed."""
        draft = a_seed("no-metadata.html")

        assert [(each.field, each.source) for each in draft.candidates] == [("headline", "h1")]

    def test_a_lying_charset_is_seen_through(self) -> None:
        """Strict UTF-8 wins over the declaration, in the body and in the fields."""
        draft = a_seed("lying-charset.html")

        assert draft.encoding == "utf-8"
        assert best(draft, "author") == "Élodie Garçon"
        assert "évaluée à trois" in texts(draft, "body")[0]

    @pytest.mark.parametrize(
        "broken",
        [
            '{"@type":"Article","headline":"Rain",}',
            '<!-- {"@type":"Article","headline":"Rain"} -->',
            '//<![CDATA[\n{"@type":"Article","headline":"Rain"}\n//]]>',
            '{"@type":"Article","headline":"Rain","description":"two\nlines"}',
            '{"@type":"Article","headline":"Rain"};',
            "{&quot;@type&quot;:&quot;Article&quot;,&quot;headline&quot;:&quot;Rain&quot;}",
            '{"@type":"Organization"} {"@type":["Thing","http://schema.org/Article"],"headline":"Rain"}',
            '[[{"@type":"WebPage","mainEntity":{"@type":"BlogPosting","headline":"Rain"}}]]',
        ],
    )
    def test_broken_or_nested_json_ld_is_read(self, broken: str) -> None:
        """These faults are common in real pages and cheap to mend."""
        assert best(with_jsonld(broken), "headline") == "Rain"

    def test_the_article_with_the_address_of_the_page_is_meant(self) -> None:
        """Front pages and related stories put other articles into JSON-LD."""
        teaser = {"@type": "NewsArticle", "headline": "Sun", "url": "https://a.example/sun"}
        own = {"@type": "NewsArticle", "headline": "Rain", "url": "http://www.a.example/rain/?p=1"}
        head = '<link rel="canonical" href="https://a.example/rain">'
        script = f'<script type="application/ld+json">{json.dumps([teaser, own])}</script>'

        assert best(a_page(head + script), "headline") == "Rain"

    def test_of_articles_without_an_address_the_first_is_meant(self) -> None:
        """The others are teasers more often than not."""
        nodes = [{"@type": "NewsArticle", "headline": headline} for headline in ("Rain", "Sun")]

        assert values(with_jsonld(nodes), "headline") == [("Rain", "json-ld")]

    @pytest.mark.parametrize("author", ["Ann Lee", ["Ann Lee"], {"name": "Ann Lee"}, {"@id": "#a"}])
    def test_an_author_may_be_given_in_many_shapes(self, author: object) -> None:
        """Text, list, object or a reference to another node."""
        graph = [
            {"@type": "NewsArticle", "author": author},
            {"@type": "Person", "@id": "#a", "name": "Ann Lee"},
        ]

        assert values(with_jsonld({"@graph": graph}), "author") == [("Ann Lee", "json-ld")]

    def test_microdata_of_the_article_counts_and_of_teasers_does_not(self) -> None:
        """Only the first article item, and properties outside items, speak for the page."""
        item = '<div itemscope itemtype="https://schema.org/NewsArticle">{}</div>'
        own = (
            '<h2 itemprop="headline">Rain</h2><meta itemprop="datePublished" content="2020-01-02">'
        )
        teaser = item.format('<h3 itemprop="headline">Sun</h3>')

        draft = a_page(body=item.format(own + PROSE) + teaser)

        assert values(draft, "headline") == [("Rain", "microdata")]
        assert values(draft, "published") == [("2020-01-02", "microdata")]

    @pytest.mark.parametrize(
        ("element", "field", "value", "source"),
        [
            ('<meta property="og:title x" content="Rain">', "headline", "Rain", "opengraph"),
            ('<meta name="DC.Creator" content="A. Lee">', "author", "A. Lee", "meta:dc.creator"),
            ('<meta name="keywords" content="a, b">', "keyword", "a", "meta:keywords"),
            ('<meta itemprop="articleSection" content="Sea">', "section", "Sea", "microdata"),
            ('<link rel="license" href="https://l.b">', "license", "https://l.b", "link:license"),
        ],
    )
    def test_head_elements_give_candidates(
        self, element: str, field: str, value: str, source: str
    ) -> None:
        """Each with the place where it stood."""
        assert (value, source) in values(a_page(element), field)

    def test_the_site_name_is_cut_from_titles_where_the_page_gives_it(self) -> None:
        """Another part behind the same bar is left alone."""
        site = '<meta property="og:site_name" content="A.B News">'

        assert best(a_page(site + "<title>Rain - AB News</title>"), "headline") == "Rain"
        assert best(a_page(site + "<title>Rain - Port</title>"), "headline") == "Rain - Port"

    def test_a_canonical_link_is_seen_from_the_base(self) -> None:
        """Without a base it stays as given."""
        link = '<link rel="canonical" href="/c">'

        assert best(a_page(f'<base href="http://a.b/x/">{link}'), "canonical_url") == "http://a.b/c"
        assert best(a_page(link), "canonical_url") == "/c"

    def test_a_date_in_a_time_element_is_the_last_resort(self) -> None:
        """The one in the article is preferred to the clock in the page's header."""
        clock, own = '<time datetime="2021-05-05">', '<article><time datetime="2020-01-02">'

        draft = a_page(body=f"{clock}today</time>{own}2 Jan</time>{PROSE}</article>")

        assert values(draft, "published") == [("2020-01-02", "time")]

    def test_a_logo_in_h1_yields_to_the_title(self) -> None:
        """Where the title repeats no part of the first h1, the h1 is the site's."""
        draft = a_page("<title>Storm shuts the port</title>", f"<h1>Gazette</h1>{PROSE}")

        assert best(draft, "headline") == "Storm shuts the port"


class TestRefusals:
    @pytest.mark.parametrize(
        "page",
        [
            "   \n",
            "<!-- nothing -->",
            "<html><head><title>Frames</title></head><frameset><frame src=a></frameset></html>",
            "<title>App</title><div id=root></div><script>render()</script>",
        ],
    )
    def test_a_page_without_text_is_refused(self, page: str) -> None:
        """The message names the title and the size."""
        with pytest.raises(CannotRead, match=r"read\.no_body: .*\d+ characters"):
            read(a_document(page))


HOSTILE: dict[str, Callable[[], str]] = {
    "10,000 nested tags": lambda: "<div>" * 10_000 + PROSE,
    "unclosed inline tags": lambda: "<b><i><font>" * 1_000 + PROSE,
    "nested tables": lambda: "<table><tr><td>" * 400 + PROSE,
    "many elements nested deeply": lambda: "<div class=caption>" * 1_000 + PROSE * 2_000,
    "a huge attribute": lambda: f'<div title="{"a" * 12_000_000}">{PROSE}</div>',
    "NUL bytes": lambda: PROSE.replace(" ", "\0 "),
    "no html element": lambda: PROSE,
    "one line of 5 MB": lambda: f"<p>{'word after word ' * 320_000}</p>",
    "60,000 elements": lambda: PROSE + "<p>word" * 60_000,
    "20,000 links": lambda: PROSE + "<a href=/a>a link to a story</a> " * 20_000,
    "nested JSON-LD": lambda: f'<script type="application/ld+json">{"[" * 100_000}</script>{PROSE}',
    "50,000 keywords": lambda: f'<meta name="keywords" content="{"a, " * 50_000}">{PROSE}',
    "an external entity": lambda: f'<!DOCTYPE a [<!ENTITY e SYSTEM "/etc/passwd">]>{PROSE}<p>&e;',
}

TAGS = re.findall(
    r"<[^>]*>|&\S+",
    "<p></p><table><tr><td colspan=²><ul><li></ul><br><h1><blockquote><q><pre></div><!-- --><p "
    "itemprop=author itemscope><time datetime=''><a href='[x'>&#xD800; <script><figure><svg><form>"
    "<html lang=en><body><frameset><title><article><section><main><a>",
)


class TestHostilePages:
    @pytest.mark.parametrize("name", HOSTILE)
    def test_a_hostile_page_is_read_in_bounded_time(self, name: str) -> None:
        """A page that means harm, or is broken, costs half a minute at most and keeps its text."""
        document = a_document(HOSTILE[name]())
        start = time.process_time()

        draft = read(document)

        assert any("word" in text or "council" in text for text in texts(draft, "body"))
        assert len(draft.candidates) < 1_000
        assert not any("root:" in each.text for each in draft.paragraphs)
        assert time.process_time() - start < 30

    def test_unclosed_elements_cost_no_structure(self) -> None:
        """Old pages leave hundreds of <font> open; up to 2,048 the page is read as it stands."""
        draft = a_page(body="<font>" * 500 + PROSE + "<blockquote>We are late.</blockquote>")

        assert texts(draft, "quote") == ["We are late."]
        assert draft.removed == {}

    def test_what_was_repaired_is_counted(self) -> None:
        """Forbidden characters and lost nesting are told apart in `removed`."""
        nul, deep = a_page(body=PROSE + "\0\0"), a_page(body="<div>" * 3_000 + PROSE)

        assert nul.removed == {"forbidden_characters": 2}
        assert deep.removed == {"nesting_too_deep": 1}
        assert texts(deep, "body") == texts(nul, "body")

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.sampled_from(TAGS) | st.text(max_size=40), max_size=60))
    def test_any_page_gives_clean_paragraphs_or_a_reason(self, pieces: list[str]) -> None:
        """Nothing but CannotRead is raised, no paragraph is empty or holds a line break."""
        document = a_document(PROSE.join(pieces).encode("utf-8", "replace"))

        with contextlib.suppress(CannotRead):
            found = [each.text for each in read(document).paragraphs]
            assert found
            assert [text.strip() for text in found if "\n" not in text] == found

    @given(st.text(max_size=200))
    def test_any_text_is_no_error_as_json_ld(self, text: str) -> None:
        """What cannot be read gives no values."""
        assert isinstance(parse_jsonld(text), list)

    def test_reading_leaves_the_tree_as_it_was(self) -> None:
        """The same page read twice gives equal drafts."""
        assert a_seed("json-ld.html") == a_seed("json-ld.html")
