"""Markdown: front matter as fields, the text without its marks, and no text that breaks it."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.fields import choose
from tasks.readers import markdown, text
from tasks.records import Draft, RawDocument
from warehouse.errors import CannotRead

SEEDS = Path(__file__).parents[1] / "seeds"
PROSE = "The council met on Tuesday.\n\nIt voted to close the **bridge** until May.\n"


def a_document(source: str | bytes) -> RawDocument:
    data = source if isinstance(source, bytes) else source.encode()
    return RawDocument(path="a.md", record=None, data=data, media_type="text/markdown")


def read(source: str | bytes) -> Draft:
    return markdown.read(a_document(source))


def shown(draft: Draft) -> list[tuple[str, str]]:
    return [(each.kind, each.text) for each in draft.paragraphs]


def bodies(draft: Draft) -> list[str]:
    return [each.text for each in draft.paragraphs if each.kind == "body"]


def values(draft: Draft, field: str) -> list[str]:
    return [each.value for each in draft.candidates if each.field == field]


TITLE, DATE, TAGS = "title: Bridge to close", "date: 2024-05-03", "tags: [roads, rivers]"
ITEMS = "tags:\n  - roads\n  - rivers"
TOML = 'title = "Bridge to close"\ntags = ["roads", "rivers"]\ndate = 2024-05-03'
FRONTS = {
    "yaml": f"---\n{TITLE}\n{DATE}\n{TAGS}\n---\n",
    "yaml with a list": f"---\n{ITEMS}\n{DATE}\n{TITLE}\n...\n",
    "yaml broken": f"---\n{TITLE}\nnote: a: b\n{TAGS}\n{DATE}\n---\n",
    "yaml with an alias": f"---\nx: &a 1\ny: *a\n{TITLE}\n{DATE}\n{ITEMS}\n---\n",
    "toml": f"+++\n{TOML}\n+++\n",
    "toml broken": f"+++\n{TOML}\nx = \n+++\n",
    "json": '{"title": "Bridge to close", "date": "2024-05-03",\n "tags": ["roads", "rivers"]}\n\n',
    "lines": "Title: Bridge to close\nDate: 2024-05-03\nTags: roads, rivers\n\n",
}


class TestFrontMatter:
    @pytest.mark.parametrize("front", FRONTS.values(), ids=FRONTS)
    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    def test_every_way_to_write_it_means_the_same(self, front: str, end: str) -> None:
        """Also where YAML or TOML is broken: a title with a colon is usual."""
        draft = read((front + PROSE).replace("\n", end))
        fields = choose(draft.candidates)

        assert fields.headline == "Bridge to close"
        assert fields.published
        assert fields.published.day.isoformat() == "2024-05-03"
        assert fields.keywords == ("roads", "rivers")
        assert bodies(draft) == [
            "The council met on Tuesday.",
            "It voted to close the bridge until May.",
        ]

    def test_values_stay_as_they_are_written(self) -> None:
        """YAML makes False of Norwegian, a number of a time, and a date of a date."""
        draft = read(f"---\nlang: no\ndate: 2024-05-03T10:00:00+02:00\nlength: 12:30\n---\n{PROSE}")

        assert values(draft, "language") == ["no"]
        assert values(draft, "published") == ["2024-05-03T10:00:00+02:00"]
        assert draft.extra == {"length": "12:30"}

    def test_unknown_keys_are_kept(self) -> None:
        draft = read(f"---\ntitle: x y\nlayout: post\nparams:\n  weight: 3\n---\n{PROSE}")

        assert draft.extra == {"layout": "post", "params": {"weight": "3"}}

    def test_published_true_is_no_date(self) -> None:
        """Jekyll's switch."""
        assert values(read(f"---\npublished: true\n---\n{PROSE}"), "published") == []

    @pytest.mark.parametrize(
        "hostile",
        [
            "a: &a [x,x]\n" + "".join(f"b{n}: &b{n} [*a,*a]\n" for n in range(500)),
            "a: " + "[" * 60_000 + "\n",
            "- " * 30_000 + "x\n",
            "? " * 30_000 + "x\n",
            "{a: " * 15_000 + "\n",
            "a: !!python/object/apply:os.system [x]\n",
        ],
        ids=["aliases", "brackets", "dashes", "question marks", "braces", "tag"],
    )
    def test_hostile_yaml_costs_nothing(self, hostile: str) -> None:
        """Aliases are not followed, deep nesting does not reach the C code, tags make nothing."""
        began = time.process_time()

        draft = read(f"---\ntitle: Bridge to close\n{hostile}\n---\n{PROSE}")

        assert time.process_time() - began < 2
        assert len(bodies(draft)) == 2

    def test_text_between_rules_is_no_front_matter(self) -> None:
        """CommonMark makes a heading of it."""
        draft = read(f"---\nThe council met again\n---\n\n{PROSE}")

        assert values(draft, "headline") == ["The council met again"]

    def test_front_matter_before_plain_text(self) -> None:
        draft = read(
            "---\ntitle: Bridge to close\n---\nA first line\n\nThe council met. It voted.\n"
        )

        assert values(draft, "headline")[0] == "Bridge to close"
        assert ("subhead", "A first line") in shown(draft)


class TestHeadline:
    @pytest.mark.parametrize(
        "title", ["# Bridge to close", "Bridge to close\n===", "## Bridge to close"]
    )
    def test_the_first_heading_is_the_headline_and_no_paragraph(self, title: str) -> None:
        draft = read(f"{title}\n\n{PROSE}")

        assert values(draft, "headline") == ["Bridge to close"]
        assert len(draft.paragraphs) == 2

    def test_a_heading_that_is_not_the_title_stays(self) -> None:
        draft = read(f"---\ntitle: Bridge to close\n---\n# Roads\n\n{PROSE}")

        assert values(draft, "headline") == ["Bridge to close"]
        assert shown(draft)[0] == ("subhead", "Roads")

    def test_a_heading_that_repeats_the_title_agrees_with_it(self) -> None:
        draft = read(f"---\ntitle: Bridge to close\n---\n# Bridge to *close*\n\n{PROSE}")

        assert values(draft, "headline") == ["Bridge to close", "Bridge to close"]
        assert len(draft.paragraphs) == 2

    def test_without_a_heading_the_rules_for_text_find_it(self) -> None:
        assert values(read(f"Bridge to close\n\n{PROSE}"), "headline") == ["Bridge to close"]

    def test_bylines_and_dates_below_the_heading_are_found(self) -> None:
        draft = read(f"# Bridge to close\n\nBy Ann Lee\n\n3 May 2024\n\n{PROSE}")

        assert values(draft, "byline") == ["By Ann Lee"]
        assert values(draft, "published") == ["3 May 2024"]
        assert [kind for kind, _ in shown(draft)] == ["byline", "byline", "body", "body"]


class TestText:
    def test_marks_are_taken_off_and_kinds_kept(self) -> None:
        source = (
            "# T\n\nA [link](http://x.example), `code` &amp; \\*.\n\n## S\n\n- one\n- two\n\n> q\n"
        )

        assert shown(read(source)) == [
            ("body", "A link, code & *."),
            ("subhead", "S"),
            ("list_item", "one"),
            ("list_item", "two"),
            ("quote", "q"),
        ]

    def test_a_row_of_a_table_is_a_paragraph(self) -> None:
        assert shown(read(f"{PROSE}\n| a | b |\n|---|---|\n| 1 | 2 |\n"))[2:] == [
            ("table", "a | b"),
            ("table", "1 | 2"),
        ]

    def test_images_scripts_and_template_tags_are_no_text(self) -> None:
        source = (
            f"# T\n\n![alt](i.png)\n\n<script>var x</script>\n\n{{{{< figure x >}}}}\n\n{PROSE}"
        )

        assert len(shown(read(source))) == 2

    def test_html_in_markdown_is_text(self) -> None:
        source = f'# T\n\n<p align="center">In the <b>middle</b>.</p>\n\n{PROSE}'

        assert bodies(read(source))[0] == "In the middle."

    def test_wrapped_lines_are_one_paragraph(self) -> None:
        """CommonMark's rule; a hard break parts."""
        source = "# T\n\nThe council\nmet *today*.\n\nOne line  \nand another.\n"

        assert bodies(read(source)) == ["The council met today.", "One line", "and another."]

    def test_chinese_lines_are_joined_without_a_blank(self) -> None:
        assert bodies(read("# 标题\n\n议会星期二\n开会。\n\n大桥关闭。\n"))[0] == "议会星期二开会。"

    def test_lines_without_any_blank_line_are_paragraphs(self) -> None:
        """Scrapers write so; CommonMark would make one paragraph of it."""
        assert bodies(read("# T\nThe council met.\nIt *voted*.\nNobody came.")) == [
            "The council met.",
            "It voted.",
            "Nobody came.",
        ]

    @pytest.mark.parametrize(
        "name", ["utf-8.txt", "hard-wrapped.txt", "crlf.txt", "utf-16-bom.txt"]
    )
    def test_text_without_marks_is_read_as_text(self, name: str) -> None:
        """The seeds of plain text become the same under a name of Markdown."""
        data = (SEEDS / "txt" / name).read_bytes()

        assert read(data) == text.read(a_document(data))

    def test_no_paragraph_is_a_rejection(self) -> None:
        with pytest.raises(CannotRead, match="no paragraph of text"):
            read("---\ntitle: x y\n---\n# Only a heading\n")

    def test_a_dump_is_not_parsed(self) -> None:
        """What is longer than a hundred articles is read as plain text, in bounded time."""
        began = time.process_time()

        assert read("*a " * 500_000 + "\n\n" + PROSE).extractor == "text 1"
        assert time.process_time() - began < 10

    @settings(max_examples=150, deadline=None)
    @given(
        st.lists(
            st.sampled_from(
                [
                    "---\n",
                    "+++\n",
                    "\n",
                    "# ",
                    "> ",
                    "- ",
                    "a: b\n",
                    "[x](",
                    "*",
                    "`",
                    "|",
                    "<b",
                    "{",
                    "é",
                ]
            ),
            max_size=40,
        )
    )
    def test_nothing_but_a_rejection_is_raised(self, pieces: list[str]) -> None:
        with contextlib.suppress(CannotRead):
            assert read("".join(pieces)).paragraphs


def test_the_seed_of_pandoc() -> None:
    draft = read((SEEDS / "markdown" / "yaml-front-matter.md").read_bytes())

    assert values(draft, "headline") == ["Bakers of Ostrand agree on one shop open every Sunday"]
    assert values(draft, "author") == ["Henrik Dahl"]
    assert [kind for kind, _ in shown(draft)] == [
        *("body", "body", "subhead", "body", "list_item", "list_item", "quote"),
        *("table", "table", "table", "body"),
    ]
