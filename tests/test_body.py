"""The body of a page: what extractors agree on, what stands around it, and who may fail."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.extract import extractors
from tasks.extract.blocks import Block, blocks
from tasks.extract.body import Body, body
from tasks.extract.extractors import Answer, Extractor, ask, panel
from tasks.extract.furniture import is_furniture
from tasks.extract.shingles import jaccard, shingles
from tasks.extract.vote import Page, Told, agree, elect, lay, letters, with_lead
from tasks.readers.html import parse, read_page
from tasks.records import Decoded, Draft

PROSE = tuple(
    f"The {thing} was discussed by the council on {day}, and a vote was put off until {month}."
    for thing, day, month in (
        ("bridge", "Monday", "the end of March"),
        ("school", "Tuesday", "a day in April"),
        ("ferry", "Wednesday", "the middle of May"),
        ("market", "Thursday", "some time in June"),
        ("harbour", "Friday", "the first of July"),
    )
)
PARAGRAPHS = "".join(f"<p>{text}</p>" for text in PROSE)


def a_draft(inner: str, head: str = "") -> Draft:
    """Read a page whose article holds `inner`."""
    page = f"<html><head>{head}</head><body><article>{inner}</article></body></html>"
    return read_page(Decoded(text=page, encoding="utf-8", method="utf-8"))


def a_body(inner: str) -> Body:
    """Find the body of a page."""
    page = f"<html><body><article>{inner}</article></body></html>"
    return body(page, parse(page)[0])


def texts(found: Draft | Body, *kinds: str) -> list[str]:
    """Return the texts of the paragraphs of these kinds."""
    return [each.text for each in found.paragraphs if each.kind in kinds]


def a_page(*lines: str) -> Page:
    """Return a page of one block a line."""
    return Page([Block(kind="body", text=line) for line in lines])


class TestShingles:
    def test_the_same_words_are_alike_whatever_case_and_marks(self) -> None:
        assert (
            jaccard(shingles("One two, THREE four five"), shingles("one two three four; five!"))
            == 1
        )

    def test_unspaced_scripts_are_compared_by_letters(self) -> None:
        """Words would be whole sentences, and one changed letter the end of all likeness."""
        one = shingles("市議会は火曜日に橋を閉鎖することを決めた。")
        other = shingles("市議会は水曜日に橋を閉鎖することを決めた。")

        assert 0.5 < jaccard(one, other) < 1

    @given(st.text(), st.text())
    def test_likeness_is_symmetric_and_a_share(self, one: str, other: str) -> None:
        mine, theirs = shingles(one), shingles(other)

        assert jaccard(mine, theirs) == jaccard(theirs, mine)
        assert 0 <= jaccard(mine, theirs) <= 1
        assert jaccard(mine, mine) == (1 if letters(one) or mine else 0)


class TestBlocks:
    def test_the_share_of_links_is_known(self) -> None:
        """A paragraph that is a link is a teaser more often than not."""
        tree, _ = parse("<p><a href=/a>Ten dead in flood</a><p>See <a href=/b>here</a> and there.")

        assert [block.link_ratio for block in blocks(tree)] == [1.0, 0.21]

    @pytest.mark.parametrize(
        "markup",
        [
            '<p class="byline">By Ann Lee</p>',
            '<p>By <a rel="author" href=/ann>Ann Lee</a></p>',
            '<div><span itemprop="author">Ann Lee</span></div>',
        ],
    )
    def test_a_byline_is_known_by_its_markup(self, markup: str) -> None:
        """In the paragraph itself or in most of it."""
        assert [block.kind for block in blocks(parse(markup)[0])] == ["byline"]

    @pytest.mark.parametrize(
        "markup",
        [
            "<figure><img><span>The bridge. Photo: Ann Lee</span></figure>",
            '<div class="wp-caption-text"><p>The bridge</p></div>',
            "<figure><figcaption>The bridge</figcaption></figure>",
        ],
    )
    def test_a_caption_is_known_by_its_markup(self, markup: str) -> None:
        """Credits stand beside <figcaption> as often as in it."""
        assert [block.kind for block in blocks(parse(markup)[0])] == ["caption"]

    def test_a_wrapper_named_after_captions_is_none(self) -> None:
        """Some templates call the whole story a figure or a caption."""
        tree, _ = parse(f'<div class="caption-story">{PARAGRAPHS * 3}</div>')

        assert {block.kind for block in blocks(tree)} == {"body"}


class TestVote:
    def test_what_both_found_is_the_article(self) -> None:
        page = a_page("Menu and search", *PROSE, "Ten more stories for you")
        ballots = [lay(page, Answer("a", page_lines)) for page_lines in (PROSE, ["Menu", *PROSE])]

        assert agree(page, ballots)
        assert elect(page, ballots, ballots[0]) == [False, *[True] * 5, False]

    def test_most_of_three_decide(self) -> None:
        """The lead that one of them lost is there, the menu of another is not."""
        page = a_page("Sport Weather Finance Travel", *PROSE)
        found = (page.blocks[0].text, *PROSE), PROSE[1:], PROSE
        ballots = [lay(page, Answer("x", lines)) for lines in found]

        assert elect(page, ballots, ballots[2]) == [False, *[True] * 5]

    def test_where_nothing_is_common_the_preferred_one_is_believed(self) -> None:
        page = a_page(*PROSE)
        ballots = [lay(page, Answer("x", lines)) for lines in (PROSE[:1], PROSE[1:2], PROSE[2:])]

        assert elect(page, ballots, ballots[2]) == [False, False, True, True, True]

    def test_a_headline_in_a_list_is_not_the_article(self) -> None:
        """Its words are in every answer once; where it stands decides."""
        headline = "Council puts off its vote on the bridge"
        page = a_page(PROSE[0], headline, *PROSE[1:], "Weather", headline)

        picks = lay(page, Answer("x", [PROSE[0], headline, *PROSE[1:]])).picks

        assert picks == [True] * 6 + [False] * 2

    def test_a_paragraph_that_lost_a_link_is_still_found(self) -> None:
        page = a_page(PROSE[0] + " Read more of this here.", *PROSE[1:])

        assert all(lay(page, Answer("x", PROSE)).picks)

    def test_short_agreement_is_none(self) -> None:
        """Everybody finds the cookie banner."""
        page = a_page("We use cookies on this site.", *PROSE)
        ballots = [lay(page, Answer("x", ["We use cookies on this site."]))] * 2

        assert not agree(page, ballots)

    def test_the_lead_is_searched_below_the_headline(self) -> None:
        """One extractor is enough there, above the headline none is."""
        lead = "It has been a long week for the council, and it is not over yet, says the mayor."
        page = a_page(lead, "Council waits", f"{lead} Really.", *PROSE)
        ballots = [lay(page, Answer("x", lines)) for lines in (PROSE, [lead, lead, *PROSE])]
        told = Told(headlines=frozenset(["councilwaits"]))

        picks = with_lead(page, elect(page, ballots, ballots[0]), ballots, told)

        assert picks == [False, False, *[True] * 6]

    def test_the_summary_of_the_page_names_the_lead(self) -> None:
        lead = "Nobody knows what will become of the bridge in the coming year"
        page = a_page(lead, *PROSE)
        ballot = lay(page, Answer("x", PROSE))

        assert with_lead(page, ballot.picks, [ballot], Told(summaries=(letters(lead),)))[0]

    @given(st.lists(st.text(max_size=60), max_size=8), st.lists(st.text(max_size=60), max_size=8))
    def test_any_answer_can_be_laid_over_any_page(self, lines: list[str], found: list[str]) -> None:
        """One pick a block, and no block without letters."""
        page = a_page(*lines)

        picks = lay(page, Answer("x", found)).picks

        assert len(picks) == len(lines)
        assert all(letters(line) for line, pick in zip(lines, picks, strict=True) if pick)


class TestSurroundings:
    def test_buttons_between_paragraphs_are_kept_and_marked(self) -> None:
        """They are not body, and not lost."""
        found = a_draft(
            f"{PARAGRAPHS}<p>Advertisement</p><div>Share this article</div>{PARAGRAPHS}"
        )

        assert texts(found, "furniture")[:2] == ["Advertisement", "Share this article"]
        assert texts(found, "body") == [*PROSE] * 2

    @pytest.mark.parametrize(
        ("text", "link_ratio", "is_it"),
        [
            ("Read more: Ten dead in flood", 0.8, True),
            ("Ten dead in flood as dam breaks near the capital", 1.0, True),
            ("À lire aussi", 0.0, True),
            ("▶ Comments (12)", 0.0, True),
            ("© 2024 The Carrow Ledger", 0.0, True),
            ("相关阅读", 0.0, True),
            ("Share prices fell on Monday after a long week.", 0.0, False),
            ("Advertisement sales fell by a third.", 0.0, False),
            ("Print is dead, said the editor.", 0.0, False),
            ("Leia, the council's lawyer, said no.", 0.3, False),
            ("Read more books, the minister told the pupils of a school. " * 4, 0.0, False),
        ],
    )
    def test_furniture_is_told_by_its_words(
        self, text: str, link_ratio: float, is_it: bool
    ) -> None:
        """A sentence that begins likewise is none."""
        assert is_furniture(Block(kind="body", text=text, link_ratio=link_ratio)) is is_it

    def test_caption_and_byline_next_to_the_body_are_its_own(self) -> None:
        """Extractors leave them out; they are kept as what they are."""
        caption = "<figure><figcaption>The old bridge</figcaption></figure>"

        found = a_draft(f'<p class="byline">By Ann Lee</p>{caption}{PARAGRAPHS}')

        assert texts(found, "byline") == ["By Ann Lee"]
        assert texts(found, "caption") == ["The old bridge"]
        assert texts(found, "body") == [*PROSE]

    def test_the_name_of_a_known_author_alone_is_a_byline(self) -> None:
        """Without any markup: the metadata say who wrote it."""
        found = a_draft(
            f"<p>Ann Lee in Carrow</p>{PARAGRAPHS}", '<meta name="author" content="Ann Lee">'
        )

        assert "Ann Lee in Carrow" not in texts(found, "body")
        assert texts(found, "body") == [*PROSE]

    def test_a_date_above_the_text_is_no_paragraph_of_it(self) -> None:
        found = a_draft(f"<p>Updated 12 March 2024 at 9:21</p>{PARAGRAPHS}")

        assert texts(found, "body") == [*PROSE]

    def test_the_headline_above_the_text_is_furniture(self) -> None:
        found = a_draft(f"<h1>Council waits</h1>{PARAGRAPHS}", "<title>Council waits</title>")

        assert "Council waits" not in texts(found, "body", "subhead")

    def test_text_in_a_heading_that_never_ends_is_body(self) -> None:
        """Old pages set the whole story in <h3>."""
        found = a_draft("".join(f"<h3>{text}</h3>" for text in PROSE))

        assert texts(found, "body") == [*PROSE]


@pytest.fixture
def fresh_panel(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Let the extractors be looked for anew, now and after the test."""
    panel.cache_clear()
    monkeypatch.delitem(sys.modules, "shouting", raising=False)
    yield monkeypatch
    monkeypatch.undo()
    panel.cache_clear()


def install(folder: Path, code: str) -> None:
    """Put a package with one extractor into `folder`, as pip would."""
    (folder / "shouting.py").write_text(code, encoding="utf-8")
    info = folder / "shouting-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shouting\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[copydesk.extractors]\nshouting = shouting:find\n")


class TestExtractors:
    def test_the_draft_names_who_found_the_body_and_how_alike(self) -> None:
        found = a_draft(PARAGRAPHS)

        assert found.extractor.startswith("resiliparse 2.")
        assert found.agreement == 1.0
        assert found.skipped == ()

    def test_one_from_outside_is_ten_lines(
        self, tmp_path: Path, fresh_panel: pytest.MonkeyPatch
    ) -> None:
        """It is asked where the first two disagree."""
        install(tmp_path, "def find(markup, tree):\n    return tree.xpath('//@data-text')\n")
        fresh_panel.syspath_prepend(tmp_path)

        found = a_body("<div data-text='No other extractor looks into attributes.'></div>")

        assert found.extractor == "shouting"
        assert texts(found, "body") == ["No other extractor looks into attributes."]

    @pytest.mark.parametrize(
        ("code", "why"),
        [
            ("def find(markup, tree):\n    return 1 / 0\n", "shouting: ZeroDivisionError"),
            ("import no_such_module\n", "shouting: ModuleNotFoundError: No module named"),
        ],
    )
    def test_one_that_fails_is_skipped_and_named(
        self, tmp_path: Path, fresh_panel: pytest.MonkeyPatch, code: str, why: str
    ) -> None:
        """The page is read by the others."""
        install(tmp_path, code)
        fresh_panel.syspath_prepend(tmp_path)

        found = a_body("<p>Hardly a word, so all are asked.</p>")

        assert found.skipped[0].startswith(why)
        assert texts(found, "body") == ["Hardly a word, so all are asked."]

    def test_one_that_is_not_installed_is_named(self, fresh_panel: pytest.MonkeyPatch) -> None:
        """Without resiliparse the page still has a body."""
        ours = [("no-such-package", "resiliparse {}", *extractors._OURS[0][2:])]
        fresh_panel.setattr(extractors, "_OURS", (*ours, *extractors._OURS[1:]))

        found = a_body(PARAGRAPHS)

        assert found.skipped == ("resiliparse: package no-such-package is not installed",)
        assert texts(found, "body") == [*PROSE]

    def test_a_page_too_large_for_one_is_not_given_to_it(self) -> None:
        """No timer could stop it, so its size decides."""

        def never(markup: str, tree: object) -> list[str]:
            raise AssertionError

        told = ask(Extractor("slow 1.0", never, 10), "", parse("<p>")[0], 11)

        assert told == "slow 1.0: 11 elements; at most 10 are read in bounded time"

    def test_deep_nesting_is_given_to_none(self) -> None:
        """Thousands of elements below hundreds of others take minutes in any of them."""
        found = a_body("<div>" * 300 + PARAGRAPHS * 700)

        assert found.extractor == "all text blocks"
        assert len(found.paragraphs) == 3_500
        assert "3603 elements below 200 others" in found.skipped[0]

    def test_text_that_no_element_shows_is_the_last_resort(self) -> None:
        """Pages drawn by a script carry their article in JSON-LD only."""
        story = " ".join(PROSE)
        script = (
            '<script type="application/ld+json">{"@type": "NewsArticle", "articleBody": '
            f'"{story}"}}</script>'
        )

        found = a_draft("<div id=root></div>", script)

        assert " ".join(texts(found, "body")) == story
        assert found.extractor.startswith("trafilatura")
