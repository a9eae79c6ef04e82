"""What kind of page it is, and whether it shows all of the article."""

from __future__ import annotations

import pytest

from tasks.readers.html import read_page
from tasks.records import Decoded, Draft

PROSE = "".join(
    f"<p>The {thing} was discussed by the council on {day}, and a vote was put off for a month.</p>"
    for thing, day in (("bridge", "Monday"), ("school", "Tuesday"), ("ferry", "Friday"))
)
LONG = "".join(PROSE.replace("month", f"month and {n} days") for n in range(14))
DATED = '<meta property="article:published_time" content="2024-03-11">'


def a_draft(inner: str, head: str = "") -> Draft:
    """Read a page."""
    page = f"<html><head>{head}</head><body>{inner}</body></html>"
    return read_page(Decoded(text=page, encoding="utf-8", method="utf-8"))


class TestKind:
    @pytest.mark.parametrize(
        ("title", "text"),
        [
            ("404 Not Found", "<p>The page you want is not here.</p>"),
            ("Page not found | The Ledger", "<p>We looked everywhere.</p>"),
            ("Just a moment...", "<p>Checking your browser before accessing ledger.example.</p>"),
            ("Access Denied", "<p>You don't have permission to access this page.</p>"),
            ("The Ledger", "<p>Please enable JavaScript to continue using this application.</p>"),
            ("Seite nicht gefunden", "<p>Leider gibt es diese Seite nicht mehr.</p>"),
        ],
    )
    def test_an_error_page_is_called_one(self, title: str, text: str) -> None:
        assert a_draft(f"<h1>{title}</h1>{text}", f"<title>{title}</title>").page_kind == "error"

    @pytest.mark.parametrize(
        "title",
        [
            "404 people fined for parking",
            "Access denied to refugees at the border",
            "Not found guilty: mayor walks free",
            "Page not found in the archive, says historian",
            "Forbidden love in the harbour",
        ],
    )
    def test_an_article_is_never_an_error(self, title: str) -> None:
        """Neither a short one with a headline like it, nor a long one with the very words."""
        short = f"<title>{title}</title>{DATED}"

        assert a_draft(f"<h1>{title}</h1>{PROSE}", short).page_kind == "article"
        assert a_draft(f"<h1>404</h1>{LONG}", "<title>404 Not Found</title>").page_kind == "article"

    def test_a_section_page_is_a_listing(self) -> None:
        """Links to stories in the body outweigh its prose."""
        links = "".join(
            f"<h3><a href=/{n}>The story number {n} of this long day</a></h3><p>Short.</p>"
            for n in range(30)
        )

        assert a_draft(f"<div>{links}</div>").page_kind == "listing"

    def test_an_article_with_related_links_is_no_listing(self) -> None:
        links = "".join(
            f"<p><a href=/{n}>Related story number {n} in full</a></p>" for n in range(5)
        )

        assert a_draft(f"<article>{PROSE}{links}{PROSE}</article>").page_kind == "article"

    def test_two_whole_articles_on_a_page_are_told(self) -> None:
        """Pages that go on with the next story; teasers and comments do not count."""
        whole = f"<article><h2>Council waits</h2>{PROSE}{LONG[:3000]}</p></article>"
        comments = f"<article class=comment>{PROSE}{PROSE}{PROSE}{PROSE}</article>"

        assert a_draft(whole + whole).page_kind == "multi_article"
        assert a_draft(whole + comments).page_kind == "article"


class TestTruncation:
    NOT_FREE = (
        '<script type="application/ld+json">{{"@type": "NewsArticle", "isAccessibleForFree": {},'
        ' "hasPart": {{"@type": "WebPageElement", "cssSelector": ".locked"}}}}</script>'
    )

    @pytest.mark.parametrize("value", ["false", '"False"'])
    def test_a_locked_part_that_is_missing_is_a_paywall(self, value: str) -> None:
        assert a_draft(PROSE, self.NOT_FREE.format(value)).truncated == ("paywall",)

    def test_a_locked_part_that_was_sent_is_none(self) -> None:
        """The wall is drawn by a script after so many visits; the text is all there."""
        inner = f'<div class="story locked">{LONG}</div>'

        assert a_draft(inner, self.NOT_FREE.format("false")).truncated == ()
        assert a_draft(PROSE, self.NOT_FREE.format("true")).truncated == ()

    def test_a_box_that_asks_to_subscribe_is_a_paywall(self) -> None:
        """An empty one, which sites put on every page, is not."""
        box = '<div class="paywall-prompt">{}</div>'

        asked = a_draft(PROSE + box.format("<p>Subscribe to continue reading this story.</p>"))

        assert asked.truncated == ("paywall",)
        assert a_draft(PROSE + box.format("")).truncated == ()

    def test_a_link_to_the_rest_is_told(self) -> None:
        """It has to follow the text at once; another link is of another story."""
        more = "<p><a href=/all>Continue reading</a></p>"

        assert a_draft(f"<article>{PROSE}</article>{more}").truncated == ("more_link",)
        assert a_draft(f"<article>{PROSE}</article><p>Sport</p>{more}").truncated == ()
