"""The fields of web pages: every source read, the headline settled, dates that the page writes."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import document_fromstring

from tasks.dates import parse_moment
from tasks.extract.metadata import read_metadata
from tasks.extract.page_dates import _is_written
from tasks.fields import Fields, choose
from tasks.records import Candidate


def read(head: str = "", body: str = "", url: str | None = None) -> tuple[Candidate, ...]:
    """Return the candidates of a page."""
    page = f"<html><head>{head}</head><body>{body}<p>Text.</p></body></html>"
    return read_metadata(document_fromstring(page), url)


def chosen(head: str = "", body: str = "", url: str | None = None) -> Fields:
    """Return the fields chosen for a page."""
    return choose(read(head, body, url))


def found(field: str, head: str = "", body: str = "") -> list[tuple[str, str]]:
    """Return (value, source) of the candidates for a field."""
    return [(each.value, each.source) for each in read(head, body) if each.field == field]


def script(value: object) -> str:
    """Return a JSON-LD element."""
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


PUBLISHED = ("published", "2020-01-02")


class TestSources:
    @pytest.mark.parametrize(
        ("markup", "field", "value", "source"),
        [
            (
                '<meta name="dcterms.created" content="2020-01-02">',
                *PUBLISHED,
                "meta:dcterms.created",
            ),
            ('<meta property="dcterms:issued" content="2020-01-02">', *PUBLISHED, "rdfa"),
            ('<meta property="rnews:datePublished" content="2020-01-02">', *PUBLISHED, "rdfa"),
            ('<meta name="sailthru.date" content="2020-01-02">', *PUBLISHED, "meta:sailthru.date"),
            ('<meta http-equiv="date" content="2020-01-02">', *PUBLISHED, "meta:http-equiv"),
            (
                '<meta name="twitter:title" content="Rain">',
                "headline",
                "Rain",
                "meta:twitter:title",
            ),
            (
                '<meta name="parsely-section" content="Sea">',
                "section",
                "Sea",
                "meta:parsely-section",
            ),
        ],
    )
    def test_meta_elements_of_many_vocabularies(
        self, markup: str, field: str, value: str, source: str
    ) -> None:
        """Each gives a candidate that says where it stood."""
        assert found(field, markup) == [(value, source)]

    def test_json_of_parsely_is_read(self) -> None:
        """One element holds all the fields."""
        content = json.dumps({"title": "Rain", "authors": ["Ann Lee"], "pub_date": "2020-01-02"})

        fields = chosen(f"<meta name='parsely-page' content='{content}'>")

        assert (fields.headline, fields.authors[0].name) == ("Rain", "Ann Lee")
        assert fields.published_source == "meta:parsely-page"

    def test_rdfa_of_the_article_counts_and_of_teasers_does_not(self) -> None:
        """As with microdata, the first article speaks for the page."""
        item = '<div typeof="schema:NewsArticle"><b property="headline">{}</b></div>'

        assert found("headline", body=item.format("Rain") + item.format("Sun")) == [
            ("Rain", "rdfa")
        ]

    def test_the_type_of_an_author_is_kept(self) -> None:
        """JSON-LD and microdata say whether it is a person."""
        types = [
            {"@type": "NewsMediaOrganization", "name": "A and B"},
            {"@type": "Person", "name": "C"},
        ]
        item = '<i itemprop="author" itemscope itemtype="https://schema.org/Person">D</i>'

        page = read(script({"@type": "Article", "author": types}), item)

        kinds = [(each.value, each.kind) for each in page if each.field == "author"]
        assert kinds == [("A and B", "organisation"), ("C", "person"), ("D", "person")]

    def test_the_site_of_json_ld_is_the_publisher_where_none_is_named(self) -> None:
        """The WebSite node stands in graphs of most content systems."""
        graph = {"@graph": [{"@type": "WebSite", "name": "The Coast"}, {"@type": "Article"}]}

        assert chosen(script(graph)).publisher == "The Coast"

    def test_rights_and_what_robots_are_told(self) -> None:
        """Permissions ("index", "max-snippet:-1") are no directives; each is kept once."""
        fields = chosen(
            '<meta name="tdm-reservation" content="1"><meta name="tdm-policy" content="https://e.org/p">'
            '<meta name="robots" content="index, NOAI, noimageai, max-snippet:-1, max-snippet:0">'
            '<meta name="googlebot-news" content="noarchive, noai">'
        )

        assert (fields.tdm_reservation, fields.tdm_policy) == (True, "https://e.org/p")
        assert fields.ai_directives == ("noai", "noimageai", "max-snippet:0", "noarchive")

    def test_a_page_that_says_nothing_of_rights_leaves_them_unknown(self) -> None:
        """Not said is not False."""
        fields = chosen('<meta name="robots" content="index, follow">')

        assert (fields.tdm_reservation, fields.tdm_policy, fields.ai_directives) == (None, None, ())


class TestBylines:
    def test_names_near_the_heading_count_and_those_of_teasers_do_not(self) -> None:
        """Boxes are known by their element or class."""
        byline = '<a rel="author" href="/x">{}</a>'
        body = f"<h1>Rain</h1><div>{byline.format('Ann Lee')}</div>"
        body += (
            f"<aside>{byline.format('Bo Rey')}</aside><div class=related>{byline.format('Cy Day')}"
        )

        assert found("author", body=body) == [("Ann Lee", "rel:author")]

    def test_the_inner_of_two_marked_elements_is_the_name(self) -> None:
        """The outer one holds job and date as well."""
        body = '<h1>Rain</h1><p class="author">Ann Lee Games Critic <b class="author">Ann Lee</b>'

        assert found("author", body=body) == [("Ann Lee", "class:author")]

    def test_links_to_the_page_of_an_author_name_them(self) -> None:
        """Where neither rel nor class does."""
        body = '<h1>Rain</h1><a href="/author/lee/">Ann Lee</a> <a href="/authors/">All of us</a>'

        assert found("author", body=body) == [("Ann Lee", "href:author")]

    def test_the_site_as_author_yields_to_the_byline(self) -> None:
        """Content systems fill in their own name; where both are named, persons wrote it."""
        head = script(
            {"@type": "Article", "author": {"@type": "Organization", "name": "Coast Media"}}
        )

        assert [a.name for a in chosen(head, "<h1>R</h1><p class=byline>By Ann Lee").authors] == [
            "Ann Lee"
        ]
        assert [a.name for a in chosen(head, "<h1>R</h1>").authors] == ["Coast Media"]

    def test_an_agency_as_author_does_not(self) -> None:
        """It wrote the article; the byline may be of a teaser."""
        head = script({"@type": "Article", "author": {"name": "Reuters"}})

        assert [a.name for a in chosen(head, "<h1>R</h1><p class=byline>By Ann Lee").authors] == [
            "Reuters"
        ]

    def test_the_publisher_beside_persons_is_no_further_author(self) -> None:
        """ "Ann Lee, The Coast" says where she works."""
        head = '<meta property="og:site_name" content="The Coast"><meta name=author content="{}">'

        assert [a.name for a in chosen(head.format("Ann Lee, The Coast")).authors] == ["Ann Lee"]


class TestHeadlines:
    def test_the_headline_that_most_sources_give_is_taken(self) -> None:
        """Here the heading and the window against a title for search engines."""
        head = script({"@type": "Article", "headline": "Ten facts on rain"})
        head += "<title>Rain shuts the port of Carrow</title>"

        fields = chosen(head, "<h1>Rain shuts the port of Carrow</h1>")

        assert fields.headline == "Rain shuts the port of Carrow"
        assert [c.value for c in fields.choices if c.field == "headline"][2] == "Ten facts on rain"

    def test_a_headline_cut_short_speaks_for_the_whole(self) -> None:
        """Some systems end JSON-LD headlines at 110 characters."""
        head = script({"@type": "Article", "headline": "Rain shuts the port of Carrow and …"})

        fields = chosen(head, "<h1>Rain shuts the port of Carrow and all its ships</h1>")

        assert fields.headline == "Rain shuts the port of Carrow and all its ships"

    @pytest.mark.parametrize(
        "title",
        [
            "Rain shuts the port - The Coast",
            "Rain shuts the port | Coast",
            "The Coast: Rain shuts the port",
            "Rain shuts the port [coast.example]",
            "Rain shuts the port｜Coast News",
        ],
    )
    def test_the_name_of_the_site_is_known_from_the_address(self, title: str) -> None:
        """With the article or "news", before or behind, in any usual sign."""
        fields = chosen(f"<title>{title}</title>", url="https://www.coast.example/rain")

        assert fields.headline == "Rain shuts the port"

    def test_what_follows_the_heading_in_other_titles_is_the_site(self) -> None:
        """No name is needed where another source has the bare headline."""
        head = '<meta property="og:title" content="Rain shuts the port | Sea | Evening Mail">'

        assert chosen(head, "<h1>Rain shuts the port</h1>").headline == "Rain shuts the port"
        assert found("headline", head, "<h1>Sun</h1>")[0][0].endswith("Evening Mail")

    def test_a_lower_heading_counts_where_the_title_begins_with_it(self) -> None:
        """The h1 is the logo."""
        body = "<h1>Mail</h1><h2>Rain shuts the port</h2>"

        assert found("headline", "<title>Rain shuts the port</title>", body)[0] == (
            "Rain shuts the port",
            "h2",
        )


class TestDates:
    def test_a_time_below_the_heading_goes_before_others(self) -> None:
        """The first on the page is a clock, the last a teaser's; the change is told apart."""
        time = "<time datetime={0}>x</time>"
        body = time.format("2021-05-05") + "<h1>Rain</h1>" + time.format("2020-01-02")
        body += "<time class=updated datetime=2020-01-03>x</time><aside>" + time.format(
            "2019-01-01"
        )

        fields = chosen(body=body)

        assert fields.published is not None
        assert fields.modified is not None
        assert (fields.published.day, fields.modified.day) == (date(2020, 1, 2), date(2020, 1, 3))

    @pytest.mark.parametrize(
        ("markup", "source"),
        [
            ('<span class="post-date">Posted on 2 January 2020</span>', "class:date"),
            ("<p>2/01/2020 - Source: Port office</p>", None),
            ("<p>22/01/2020 - Source: Port office</p>", "below h1"),
            ("<div>Ann Lee | January 2, 2020 | 3 comments</div>", "below h1"),
            ("<div class=comments><i class=date>2 January 2020</i></div>", None),
        ],
    )
    def test_dates_printed_near_the_heading_are_found(
        self, markup: str, source: str | None
    ) -> None:
        """By class, else in the text; not in comments, nor where day and month can be exchanged."""
        assert chosen(body=f"<h1>Rain</h1>{markup}").published_source == source

    def test_a_declared_date_is_enough(self) -> None:
        """The text is not searched then."""
        head = '<meta property="article:published_time" content="2020-01-02">'

        assert len(found("published", head, "<h1>R</h1><p class=date>3 January 2020</p>")) == 1

    def test_the_last_resort_finds_what_the_page_writes(self) -> None:
        """The library htmldate reads places that no rule of ours names."""
        fields = chosen(body='<div data-changed="2020-01-02T10:00:00"></div>')

        assert fields.published_source == "htmldate"
        assert fields.published == parse_moment("2020-01-02")

    @pytest.mark.parametrize(
        "body",
        [
            "<footer>© 2019 Coast</footer>",
            "<p class=date>2020-10</p>",
            '<meta itemprop="copyrightYear" content="2019">',
            "<p>In 2019 it rained.</p>",
        ],
    )
    def test_no_day_is_made_of_a_year_or_a_month(self, body: str) -> None:
        """Nor of the machine's clock, which dateutil asks for the day of "2020-10"."""
        published = chosen(body=body).published

        assert published is None or published.precision != "day"

    @pytest.mark.parametrize(
        ("mention", "language", "is_written"),
        [
            ('"2024-04-03T10:00"', "", True),
            ("3. April 2024", "", True),
            ("April 3rd, 2024", "", True),
            ("2024. április 3.", "hu", True),
            ("03/04/2024", "en", False),
            ("03/04/2024", "fr", True),
            ("04/03/2024", "en-US", True),
            ("04/03/2024", "fr", False),
            ("2024-04-30", "", False),
            ("13 April 2024", "", False),
            ('"2024-04-03" ">2024-04<"', "", False),
            ('"2024-04-03" ">2024 April 10:30<"', "", False),
            ('"2024-04-03" ">2024 Elections<"', "", True),
        ],
    )
    def test_a_day_counts_as_written_only_in_full(
        self, mention: str, language: str, is_written: bool
    ) -> None:
        """And where its figures can be exchanged, only in a language that settles it."""
        assert _is_written(date(2024, 4, 3), mention, language) is is_written


TAGS = (
    *("<h1>Rain</h1>", "<h1>", "<time datetime='2020-01-02'>", "<time>3 May 2020", "</p>", "</i>"),
    *("<a rel=author>By ", "<p class='byline date'>", "<meta name=author content='a, b'>"),
    *("<meta property='schema:author x:y/z:'>", "<meta name=parsely-page content='[{'>", "<aside>"),
    *(
        "<title>a - b",
        "<i itemprop='author name' itemscope>",
        "<meta name=robots content=',noai,:'>",
    ),
    "<link rel='canonical license' href='//['>",
    script({"@type": "Article", "author": [{"name": [1, {}]}, 3, None]}),
)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.sampled_from(TAGS) | st.text("aZ 2020-/.:[]()\u0660é中", max_size=12), max_size=30),
    st.none() | st.text(max_size=20),
)
def test_no_page_and_no_address_raises(pieces: list[str], url: str | None) -> None:
    """Every candidate is a field that exists and holds text; the choice of them is total."""
    candidates = read(body="".join(pieces), url=url)

    assert all(each.value.strip() for each in candidates)
    assert len(choose(candidates).choices) == len(candidates)
