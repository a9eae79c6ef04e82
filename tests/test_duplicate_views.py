"""The views of duplicates: stories, members, copies, versions, spans, who had it first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.making import ask
from warehouse import store
from warehouse.duplicates import BoilerplateRow, GroupAliasRow, GroupRow, LinkRow
from warehouse.location import Location, locate
from warehouse.schema import ArticleRow, ParagraphRow, columns, to_arrow

MAY = datetime(2024, 5, 1, 12, tzinfo=UTC)
Commit = Callable[..., None]


def hours(count: float) -> datetime:
    return MAY + timedelta(hours=count)


def an_article(name: str, text: str = "Words.", **fields: Any) -> ArticleRow:
    """An article of which most is not known; articles of one text have one identity."""
    values: dict[str, Any] = dict.fromkeys(columns("articles"))
    del values["run_id"], values["commit_id"]
    lists = ("authors", "keywords", "ai_directives", "extractors_skipped", "truncated_reasons")
    values |= dict.fromkeys(lists, ())
    known = {"article_id": name, "text": text, "char_count": len(text), "identity_sha256": text}
    known["published_precision"] = "second"
    return ArticleRow(**{**values, **known, "removed": {}, **fields})


def a_member(name: str, group: str, text: str = "Words.") -> GroupRow:
    return GroupRow(
        article_id=name, article_number=1, group_id=group, joined_by="near", identity_sha256=text
    )


def a_link(a: str, b: str, relation: str, **fields: Any) -> LinkRow:
    return LinkRow(
        link_id=f"{a}{b}{relation}", article_a=a, article_b=b, relation=relation, **fields
    )


@pytest.fixture
def location(tmp_path: Path) -> Location:
    location = locate(str(tmp_path / "corpus"))
    store.prepare(location)
    return location


@pytest.fixture
def commit(location: Location) -> Commit:
    """A function that commits rows, given by table."""
    writer = store.Writer(location, "run")

    def write(**tables: list[Any]) -> None:
        writer.commit({name: to_arrow(name, rows) for name, rows in tables.items()})

    return write


def grouped(group: str, *articles: ArticleRow) -> dict[str, list[Any]]:
    """Rows of articles that are one group."""
    members = [a_member(each.article_id, group, each.identity_sha256) for each in articles]
    return {"articles": list(articles), "groups": members}


def test_the_canonical_article_is_the_earliest_then_the_longest_then_the_smallest_id(
    location: Location, commit: Commit
) -> None:
    """Undated ones come last."""
    commit(
        **grouped(
            "d",
            an_article("a", "the longest text of all"),
            an_article("b", "short", published_at=hours(1)),
            an_article("c", "longer", published_at=hours(1)),
            an_article("d", "LONGER", published_at=hours(1)),
            an_article("e", published_at=hours(2)),
        )
    )

    query = "SELECT article_id, is_canonical, canonical_article_id FROM group_members ORDER BY rank"
    assert ask(location, query) == [
        ("c", True, "c"),
        ("d", False, "c"),
        ("b", False, "c"),
        ("e", False, "c"),
        ("a", False, "c"),
    ]


def test_a_member_sees_its_edge_to_the_canonical_article_whichever_copies_the_link_names(
    location: Location, commit: Commit
) -> None:
    """The link is stored once, from the canonical text to a copy of the member's."""
    commit(
        **grouped(
            "a",
            an_article("a", "long", published_at=hours(0)),
            an_article("b", "long", published_at=hours(1)),
            an_article("c", "short", published_at=hours(2)),
            an_article("d", "short", published_at=hours(3)),
            an_article("e", "other", published_at=hours(4)),
        ),
        links=[a_link("b", "c", "contains", jaccard=0.5, containment_a=0.5, containment_b=1.0)],
    )

    query = "SELECT article_id, relation, jaccard, containment, containment_other, lag_seconds "
    assert ask(location, query + "FROM group_members ORDER BY rank") == [
        ("a", None, None, None, None, 0.0),
        ("b", "exact", 1.0, 1.0, 1.0, 3600.0),
        ("c", "contained_in", 0.5, 1.0, 0.5, 7200.0),
        ("d", "contained_in", 0.5, 1.0, 0.5, 10800.0),
        ("e", None, None, None, None, 14400.0),
    ]


def test_syndicated_is_a_copy_at_another_known_source_with_an_agency_in_either(
    location: Location, commit: Commit
) -> None:
    """The canonical article itself never is."""
    pairs: dict[str, tuple[dict[str, str], dict[str, str]]] = {
        "a": ({"source": "x", "agency": "AP"}, {"source": "y"}),
        "b": ({"source": "x"}, {"source": "y", "agency": "dpa"}),
        "c": ({"source": "x", "agency": "AP"}, {"source": "x"}),
        "d": ({"source": "x", "agency": "AP"}, {}),
        "e": ({"source": "x"}, {"source": "y"}),
    }
    for name, (first, second) in pairs.items():
        early = an_article(f"{name}1", published_at=MAY, **first)
        commit(**grouped(name, early, an_article(f"{name}2", **second)))

    query = "SELECT group_id, agency FROM group_members WHERE is_syndicated ORDER BY ALL"
    assert ask(location, query) == [("a", "AP"), ("b", "dpa")]


def test_a_story_is_told_once_under_its_present_name(location: Location, commit: Commit) -> None:
    """Aliases are followed to the end of their chain; former names are listed."""
    articles = [
        an_article("a", "x", source="s", published_at=hours(2), headline="Late"),
        an_article("b", "y", source="t", published_at=hours(1), headline="Early"),
        an_article("c", "y", source="t"),
        an_article("d", "z"),
    ]
    texts = {each.article_id: each.identity_sha256 for each in articles}
    commit(articles=articles, groups=[a_member(name, name, text) for name, text in texts.items()])
    chain = [("c", "b"), ("b", "a")]
    for name, other in chain:
        commit(group_aliases=[GroupAliasRow(group_id=name, alias_of=other, link_id=None)])

    (story, alone) = ask(location, "SELECT * FROM stories ORDER BY group_id")
    assert story == ("a", "b", "Early", 3, 2, 2, hours(1), hours(2), "t", ["b", "c"])
    assert alone == ("d", "d", None, 1, 1, 0, None, None, None, [])


def test_every_article_is_in_one_story_even_where_aliases_go_round(
    location: Location, commit: Commit
) -> None:
    """No query hangs and no article is lost or counted twice."""
    articles = [an_article(name, name) for name in "abc"]
    ring = zip("aab", "bca", strict=True)
    commit(
        articles=articles,
        groups=[a_member(name, name, name) for name in "abc"],
        group_aliases=[GroupAliasRow(group_id=a, alias_of=b, link_id=None) for a, b in ring],
    )

    assert ask(location, "SELECT sum(article_count) FROM stories") == [(3,)]


def test_copies_are_listed_from_both_sides_exact_ones_all(
    location: Location, commit: Commit
) -> None:
    """Three of one text name each other though links make a star; the part names its whole."""
    commit(
        articles=[an_article(name, "whole") for name in "abc"] + [an_article("d", "part")],
        links=[
            a_link("b", "a", "exact"),
            a_link("c", "a", "exact"),
            a_link("a", "d", "contains", jaccard=0.3, containment_a=0.3, containment_b=0.9),
        ],
    )

    query = "SELECT copy_id, relation, containment FROM article_copies WHERE article_id = '{}' "
    exact = [("a", "exact", 1.0), ("b", "exact", 1.0), ("d", "contains", 0.3)]
    assert ask(location, query.format("c") + "ORDER BY ALL") == exact
    part = [(name, "contained_in", 0.9) for name in "abc"]
    assert ask(location, query.format("d") + "ORDER BY ALL") == part


def test_of_several_sources_each_is_compared_with_the_first(
    location: Location, commit: Commit
) -> None:
    """By the first article of each; undated ones and unknown sources say nothing."""
    day = {"published_precision": "day"}
    commit(
        **grouped(
            "a",
            an_article("a", source="s", published_at=hours(0), **day),
            an_article("b", source="t", published_at=hours(2)),
            an_article("c", source="t", published_at=hours(3)),
            an_article("d", source="u", published_at=hours(30)),
            an_article("e", source="v"),
            an_article("f", published_at=hours(-1)),
        )
    )

    query = "SELECT first_source, source, article_id, lag_seconds, is_order_known "
    assert ask(location, query + "FROM first_publishers ORDER BY source") == [
        ("s", "t", "b", 7200.0, False),
        ("s", "u", "d", 108000.0, True),
    ]


def test_a_link_is_read_from_either_side(location: Location, commit: Commit) -> None:
    """Relation, scores, spans, differences and lag all turn round."""
    commit(
        links=[
            a_link(
                "a",
                "b",
                "revision",
                containment_a=0.9,
                containment_b=0.8,
                shared_spans=[{"a_start": 1, "a_end": 2, "b_start": 3, "b_end": 4}],
                differences=[{"kind": "figures", "a": "5", "b": "6"}],
                differs=["figures"],
                lag_seconds=60.0,
            )
        ]
    )

    names = "article_id, other_id, relation, containment, containment_other, lag_seconds"
    rows = ask(location, f"SELECT {names}, shared_spans, differences FROM article_links")
    span = {"a_start": 1, "a_end": 2, "b_start": 3, "b_end": 4}
    naps = {"a_start": 3, "a_end": 4, "b_start": 1, "b_end": 2}
    changed = [{"kind": "figures", "a": "5", "b": "6"}], [{"kind": "figures", "a": "6", "b": "5"}]
    assert rows == [
        ("a", "b", "revision", 0.9, 0.8, 60.0, [span], changed[0]),
        ("b", "a", "revised_by", 0.8, 0.9, -60.0, [naps], changed[1]),
    ]


def test_spans_are_cut_by_code_points(location: Location, commit: Commit) -> None:
    """Not by bytes, nor by what a reader sees as one letter."""
    a, b = "e\u0301 👨‍👩‍👧 same words, 🇩🇪 other", "x same words y"
    at, to = a.index("same"), b.index("same")
    span = {"a_start": at, "a_end": at + 10, "b_start": to, "b_end": to + 10}
    commit(
        articles=[an_article("a", a), an_article("b", b)],
        links=[a_link("a", "b", "reuses", shared_spans=[span])],
    )

    query = "SELECT span, a_start, text_a, text_b FROM shared_spans"
    assert ask(location, query) == [(1, at, "same words", "same words")]


def test_versions_are_told_in_order_with_what_changed(location: Location, commit: Commit) -> None:
    """By the last change; a version is compared with the latest that it has a link to."""
    commit(
        articles=[
            an_article("c", "1", published_at=hours(0)),
            an_article("a", "2", published_at=hours(0), modified_at=hours(1)),
            an_article("b", "3", published_at=hours(2)),
            an_article("x", "4"),
        ],
        links=[
            a_link("a", "c", "revision", differs=["figures"]),
            a_link("b", "c", "revision", differs=["lead"]),
            a_link("b", "a", "revision", differs=["ending"]),
        ],
    )

    query = "SELECT first_id, version, article_id, since_id, differs FROM versions"
    assert ask(location, query + " ORDER BY version") == [
        ("c", 1, "c", None, None),
        ("c", 2, "a", "c", ["figures"]),
        ("c", 3, "b", "a", ["ending"]),
    ]


def test_versions_without_dates_are_ordered_by_their_links(
    location: Location, commit: Commit
) -> None:
    """Each is later than those it leads to."""
    links = [a_link("a", "b", "revision"), a_link("b", "c", "revision")]
    commit(articles=[an_article(name, name) for name in "abc"], links=links)

    query = "SELECT article_id FROM versions ORDER BY version"
    assert [row[0] for row in ask(location, query)] == ["c", "b", "a"]


def test_boilerplate_is_of_the_source_that_prints_it(location: Location, commit: Commit) -> None:
    """The same sentence elsewhere is none; a mark of an older rule does not double a row."""

    def paragraph(article: str) -> ParagraphRow:
        values = dict.fromkeys(ParagraphRow.__slots__)  # type: ignore[attr-defined]
        known = {"article_id": article, "paragraph": 1, "char_start": 0, "char_end": 5}
        return ParagraphRow(**{**values, **known, "text_sha256": "hash"})  # type: ignore[arg-type]

    commit(
        articles=[an_article("a", "Words", source="s"), an_article("b", "Words", source="t")],
        paragraphs=[paragraph("a"), paragraph("b")],
        boilerplate=[
            BoilerplateRow(source="s", text_sha256="hash", article_id="a", version=version)
            for version in (1, 2)
        ],
    )

    query = "SELECT article_id, text, is_boilerplate FROM article_paragraphs ORDER BY article_id"
    assert ask(location, query) == [("a", "Words", True), ("b", "Words", False)]


def test_plain_duckdb_reads_the_views(location: Location, commit: Commit) -> None:
    """Those with structs and windows, too."""
    commit(**grouped("a", an_article("a"), an_article("b")), links=[a_link("b", "a", "exact")])
    ask(location, "SELECT 1")  # makes the catalog

    with duckdb.connect(str(location.catalog), read_only=True) as plain:
        assert plain.execute("SELECT article_count FROM stories").fetchall() == [(2,)]
        assert plain.execute("SELECT count(*) FROM article_links").fetchall() == [(2,)]
