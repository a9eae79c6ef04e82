"""Right answers to the questions on days, copies, versions and anonymity (01 to 08)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.asking import annotate, answer
from tests.test_duplicate_views import a_link, a_member, an_article, grouped, hours
from warehouse import store
from warehouse.annotations import KeywordRow
from warehouse.location import Location, locate
from warehouse.schema import ArticleRow, to_arrow

Rows = list[dict[str, Any]]


@pytest.fixture
def corpus(tmp_path: Path) -> Location:
    location = locate(str(tmp_path / "corpus"))
    store.prepare(location)
    return location


def write(where: Location, **tables: list[Any]) -> None:
    """Commit rows, given by table; articles in `articles` that no group has begin their own."""
    known = {row.article_id for row in tables.get("groups", [])}
    alone = [row for row in tables.get("articles", []) if row.article_id not in known]
    tables["groups"] = [
        *tables.get("groups", []),
        *(a_member(row.article_id, row.article_id, row.identity_sha256) for row in alone),
    ]
    writer = store.Writer(where, "run")
    writer.commit({name: to_arrow(name, rows) for name, rows in tables.items()})


def of(rows: Rows, *names: str) -> list[tuple[Any, ...]]:
    """These columns of an answer."""
    return [tuple(row[name] for name in names) for row in rows]


def span(start: int, end: int, other: int = 0) -> dict[str, int]:
    """A shared span: its place in a, and where it begins in b."""
    return {"a_start": start, "a_end": end, "b_start": other, "b_end": other + end - start}


# ---- 01 ----------------------------------------------------------------------------------------
def on_may_1(name: str, **fields: Any) -> ArticleRow:
    known = {"source": "x", "language_code": "en", "published_date": date(2024, 5, 1)}
    return an_article(name, name, **{**known, "published_at": hours(0), **fields})


def test_days_are_counted_with_copies_beside_and_what_is_no_day_apart(corpus: Location) -> None:
    """The latest version is no copy of the one before; the first of May is not all of May."""
    undated = {"published_at": None, "published_date": None, "published_precision": None}
    story = grouped("a", on_may_1("a"), on_may_1("b", published_at=hours(1)))
    versions = grouped("old", on_may_1("old"), on_may_1("new", published_at=hours(2)))
    others = [
        on_may_1("listing", page_kind="listing"),
        on_may_1("some day of May", published_precision="month"),
        on_may_1("undated", **undated),
        on_may_1("of nobody", source=None, language_code=None, published_precision="day"),
    ]
    write(
        corpus,
        articles=[*story["articles"], *versions["articles"], *others],
        groups=[*story["groups"], *versions["groups"]],
        links=[a_link("new", "old", "revision")],
    )

    assert [tuple(row.values()) for row in answer(corpus, 1)] == [
        (date(2024, 5, 1), "day", "x", "en", 3, 1, 1),
        (date(2024, 5, 1), "day", None, None, 1, 0, 0),
        (date(2024, 5, 1), "month", "x", "en", 1, 0, 0),
        (None, None, "x", "en", 1, 0, 0),
    ]
    june = answer(corpus, 1, since="2024-06-01", source="x")
    assert of(june, "published_date", "article_count") == [(None, 1)]


# ---- 02 ----------------------------------------------------------------------------------------
def shares(where: Location) -> dict[str | None, tuple[int, ...]]:
    """Characters of each outlet: all, wire, reprint, undecided."""
    names = ("char_count", "wire_chars", "reprint_chars", "undecided_chars")
    return {row["source"]: tuple(int(row[name]) for name in names) for row in answer(where, 2)}


def test_wire_reprints_and_what_is_undecided(corpus: Location) -> None:
    """An agency's text is wire with or without the credit, in any order, but at the agency.

    Another outlet's is a reprint where it is later for certain: not on the same day without a time,
    nor where one has no date. What an outlet has twice is its own.
    """
    day = {"published_at": hours(-12), "published_precision": "day"}
    write(
        corpus,
        articles=[
            an_article("a", "w" * 100, source="credits.example", agency="AP"),
            an_article("b", "w" * 100, source="silent.example", published_at=hours(0)),
            an_article("c", "v" * 50, source="apnews.com", published_at=hours(0)),
            an_article("d", "v" * 50, source="site.example", published_at=hours(-9)),
            an_article("e", "u" * 40, source="first", published_at=hours(0)),
            an_article("f", "u" * 40, source="later", published_at=hours(1)),
            an_article("g", "u" * 40, source="later", published_at=hours(2)),
            an_article("h", "u" * 40, source="undated"),
            an_article("i", "t" * 10, source="day", **day),
            an_article("j", "t" * 10, source="noon", published_at=hours(0)),
            an_article("k", "s" * 10, source="twice", published_at=hours(0)),
            an_article("l", "s" * 10, source="twice", published_at=hours(5)),
        ],
    )

    assert shares(corpus) == {
        "credits.example": (100, 100, 0, 0),
        "silent.example": (100, 100, 0, 0),
        "apnews.com": (50, 0, 0, 0),
        "site.example": (50, 50, 0, 0),
        "first": (40, 0, 0, 40),  # the undated copy may be older
        "later": (40, 0, 40, 0),
        "undated": (40, 0, 0, 40),
        "day": (10, 0, 0, 10),
        "noon": (10, 0, 0, 10),
        "twice": (10, 0, 0, 0),
    }


def test_a_character_of_two_shared_spans_counts_once(corpus: Location) -> None:
    """Spans with an agency's text are wire, spans with a later article nothing, versions one."""
    write(
        corpus,
        articles=[
            an_article("a", "a" * 100, source="one", published_at=hours(0)),
            an_article("b", "b" * 100, source="two", published_at=hours(0), agency="dpa"),
            an_article("old", "old" * 40, source="mine", published_at=hours(1)),
            an_article("new", "n" * 200, source="mine", published_at=hours(2)),
            an_article("z", "z" * 200, source="after", published_at=hours(3)),
        ],
        links=[
            a_link("new", "a", "reuses", shared_spans=[span(0, 60), span(90, 100, 80)]),
            a_link("new", "b", "reuses", shared_spans=[span(40, 80)]),
            a_link("z", "new", "reuses", shared_spans=[span(0, 20, 150)]),
            a_link("new", "old", "revision"),
        ],
    )

    assert shares(corpus) == {
        "one": (100, 0, 0, 0),
        "two": (100, 100, 0, 0),
        "mine": (200, 40, 50, 0),
        "after": (200, 0, 20, 0),
    }


# ---- 03 and 04 ---------------------------------------------------------------------------------
def test_the_lag_is_the_median_of_outlets_that_are_surely_later(corpus: Location) -> None:
    """Of an outlet its first article counts; the same day without a time is no lag of hours."""
    midnight = hours(-12)
    write(
        corpus,
        **grouped(
            "a",
            an_article("a", source="x", published_at=hours(0), headline="First"),
            an_article("b", source="y", published_at=hours(1)),
            an_article("c", source="y", published_at=hours(90)),
            an_article("d", source="z", published_at=hours(4)),
            an_article("e", source="undated"),
            an_article("f", published_at=hours(-1)),  # of nobody known
        ),
    )
    write(
        corpus,
        **grouped(
            "m",
            an_article("m", "M", source="x", published_at=midnight, published_precision="day"),
            an_article("n", "M", source="y", published_at=hours(0)),
            an_article("o", "M", source="x", published_at=hours(3)),
        ),
    )

    rows = answer(corpus, 3)
    names = ("group_id", "first_source", "later_count", "median_lag_hours", "is_first_known")
    assert of(rows, *names) == [("a", "x", 2, 2.5, False), ("m", "x", 0, None, False)]
    assert of(rows, "perhaps_first_sources", "undated_sources") == [([], ["undated"]), (["y"], [])]


def test_copies_and_syndicated_texts_are_one_source(corpus: Location) -> None:
    """Edited copies are independent unless an agency or a copy in between connects them."""
    write(
        corpus,
        **grouped(
            "a",
            an_article("a", "T", source="one", published_at=hours(0)),
            an_article("b", "T", source="two", published_at=hours(1)),
            an_article("c", "U", source="three", published_at=hours(2)),
            an_article("d", "V", source="four", published_at=hours(3), agency="AP"),
            an_article("e", "W", source="five", published_at=hours(4), agency="AP"),
            an_article("f", "X", source="six", published_at=hours(5)),
            an_article("g", "X"),
            an_article("h", "Y", source="six", published_at=hours(6)),
        ),
        links=[
            a_link("c", "b", "syndicated"),
            a_link("f", "a", "near", jaccard=0.9, is_same_item=True),
        ],
    )

    (row,) = answer(corpus, 4)
    assert (row["independent_count"], row["source_count"], row["article_count"]) == (3, 6, 8)
    assert (row["first_outlets"], row["unknown_article_count"]) == (["one", "four", "six"], 1)
    assert answer(corpus, 4, alike="0.8")[0]["first_outlets"] == ["one", "four"]


# ---- 05 ----------------------------------------------------------------------------------------
def test_a_passage_is_told_once_with_all_who_have_it(corpus: Location) -> None:
    """From the earliest on; a copy of equal text counts as an outlet, copies are one story."""
    passage = "p" * 150
    write(
        corpus,
        **grouped(
            "c",
            an_article("c", "C" * 50 + passage, source="three", published_at=hours(2)),
            an_article("d", "C" * 50 + passage, source="four", published_at=hours(3)),
        ),
    )
    write(
        corpus,
        articles=[
            an_article("a", "A" * 10 + passage + "a" * 40, source="one", published_at=hours(0)),
            an_article("b", passage + "b" * 40, source="two", published_at=hours(1)),
        ],
        links=[
            a_link("b", "a", "reuses", shared_spans=[span(0, 150, 10)]),
            a_link("c", "a", "reuses", shared_spans=[span(50, 200, 10)]),
            a_link("c", "b", "reuses", shared_spans=[span(50, 200, 0)]),
        ],
    )

    (row,) = answer(corpus, 5)
    assert (row["article_id"], row["char_start"], row["char_end"]) == ("a", 10, 160)
    assert row["passage"] == passage
    assert (row["story_count"], row["article_count"]) == (3, 4)
    assert row["outlets"] == ["four", "one", "three", "two"]
    assert row["places"] == [
        {"article_id": "b", "char_start": 0, "char_end": 150},
        {"article_id": "c", "char_start": 50, "char_end": 200},
    ]


def test_passages_that_touch_a_little_are_two(corpus: Location) -> None:
    """And copies within a story are no reuse unless they are asked for."""
    story = grouped(
        "a",
        an_article("a", "a" * 1000, source="one", published_at=hours(0)),
        an_article("n", "n" * 1000, source="two", published_at=hours(1)),
    )
    others = [an_article(each, each * 400, published_at=hours(9)) for each in "xy"]
    write(
        corpus,
        articles=[*story["articles"], *others],
        groups=story["groups"],
        links=[
            a_link("n", "a", "near", shared_spans=[span(0, 1000)], is_same_item=True),
            a_link("x", "a", "reuses", shared_spans=[span(0, 300, 100)]),
            a_link("y", "a", "reuses", shared_spans=[span(0, 300, 380)]),
        ],
    )

    names = ("char_start", "char_end", "story_count", "article_count")
    assert of(answer(corpus, 5), *names) == [(100, 400, 2, 3), (380, 680, 2, 3)]
    assert of(answer(corpus, 5, least_chars="301"), *names) == []


# ---- 06 and 07 ---------------------------------------------------------------------------------
def versions(*rows: dict[str, Any], differences: Rows | None = None) -> dict[str, list[Any]]:
    """Versions of one article, an hour apart, each compared with all before it."""
    articles = [
        an_article(row.pop("id"), row.pop("text", f"Text {hour}."), published_at=hours(hour), **row)
        for hour, row in enumerate(rows)
    ]
    kinds = sorted({each["kind"] for each in differences or ()})
    links = [
        a_link(
            later.article_id,
            other.article_id,
            "revision",
            differs=kinds,
            differences=differences or (),
        )
        for number, later in enumerate(articles)
        for other in articles[:number]
    ]
    return {**grouped(articles[0].article_id, *articles), "links": links}


def together(*parts: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The rows of all parts, by table."""
    return {name: [row for part in parts for row in part[name]] for name in parts[0]}


def test_how_a_headline_was_changed_at_the_same_outlet(corpus: Location) -> None:
    """What another outlet put above its version is no change."""
    headlines = [
        "Fire kills 14 in Osterby",
        "UPDATE 2-Fire kills 14 in Osterby",
        "Fire kills 4 in Osterby",
        "Fire kills 4 in Osterby",
        "Fire kills 4 in Osterby!",
        "Fire kills 4 in the Osterby harbour",
        "Harbour of grief: what we know",
        None,
    ]
    rows: Rows = [
        {"id": f"v{n}", "headline": each, "source": "x"} for n, each in enumerate(headlines)
    ]
    rows.insert(3, {"id": "other", "headline": "Osterby mourns", "source": "y"})
    write(corpus, **versions(*rows))

    found = answer(corpus, 6)
    assert of(found, "article_id", "change") == [
        ("v1", "marker"), ("v2", "figures"), ("v4", "spelling"), ("v5", "extended"),
        ("v6", "rewritten"), ("v7", "removed"),
    ]  # fmt: skip
    assert of(found[1:2], "words_out", "words_in", "hours_after") == [(["14"], ["4"], 1.0)]
    assert of(answer(corpus, 6, change="figures"), "article_id") == [("v2",)]


FIGURES = [{"kind": "figures", "a": "16.2", "b": "12.6"}]


NOTED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "by its headline": ({}, {"headline": "CORRECTED-Ferry sold"}),
    "at the end": ({}, {"text": "Ferry.\n\nCorrection: the ferry cost 16.2 million."}),
    "in a sentence": ({}, {"text": "Ferry.\n\nAn earlier version of this story was wrong."}),
    "in Japanese": ({}, {"text": "Ferry.\n\n訂正 16.2"}),
    "in a field": ({}, {"extra": '{"correction": "The ferry cost 16.2 million."}'}),
}
SILENT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "no note": ({}, {}),
    "an old note": ({"headline": "CORRECTED-Ferry"}, {"headline": "CORRECTED-Ferry"}),
    "no such note": ({}, {"text": "Ferry.\n\nCorrections officers were on board."}),
}


def test_a_figure_is_corrected_in_silence_when_no_new_note_says_so(corpus: Location) -> None:
    """A note that stood there before was about something else."""
    both = [
        ({"id": f"{case} 1", "source": case, **old}, {"id": f"{case} 2", "source": case, **new})
        for case, (old, new) in {**NOTED, **SILENT}.items()
    ]
    write(corpus, **together(*(versions(*pair, differences=FIGURES) for pair in both)))

    found = answer(corpus, 7)
    assert sorted(row["source"] for row in found) == sorted(SILENT)
    expected = [([{"before": "12.6", "now": "16.2"}], False)]
    assert of(found[:1], "changes", "says_updated") == expected


def test_which_figures_count(corpus: Location) -> None:
    """In headlines, too, but the number of an UPDATE does not, nor another spelling, nor a date.

    A number in words is seen where quantities were read.
    """
    old, new = "UPDATE 1-Ferry sold for 12 million", "UPDATE 2-Ferry sold for 21 million"
    rest = [
        {"kind": "headline", "a": "UPDATE 2-Ferry sold", "b": "UPDATE 1-Ferry sold"},
        {"kind": "figures", "a": "1,200", "b": "1200"},
        {"kind": "dates", "a": "3 May", "b": "2 May"},
    ]
    figures = [{"kind": "headline", "a": new, "b": old}]
    words = [{"kind": "wording", "a": "Four", "b": "Fourteen"}]
    texts = {"c": "Fourteen people were hurt.", "d": "Four people were hurt."}
    write(
        corpus,
        **together(
            versions({"id": "a"}, {"id": "b", "headline": new}, differences=figures),
            versions({"id": "e"}, {"id": "f"}, differences=rest),
            versions(*({"id": each, "text": texts[each]} for each in "cd"), differences=words),
        ),
    )
    in_headline = ("b", [{"before": old, "now": new}], True, False)
    names = ("article_id", "changes", "says_updated", "is_read")
    assert of(answer(corpus, 7), *names) == [in_headline]

    told = {"comparator": "=", "unit": "people", "unit_kind": "count", "modality": "actual"}
    quantities = [
        {"article_id": each, "surface": word, "value_min": n, "value_max": n, "fact_key": word}
        for each, word, n in (("c", "Fourteen", 14.0), ("d", "Four", 4.0))
    ]
    annotate(corpus, quantities=[{**row, **told} for row in quantities], only="cd")

    in_words = ("d", [{"before": "Fourteen", "now": "Four"}], False, True)
    assert of(answer(corpus, 7), *names) == [in_words, in_headline]


# ---- 08 ----------------------------------------------------------------------------------------
def said(article: str, *speakers: str | None, kind: str = "direct") -> Rows:
    """Quotes of an article; an official is not named."""
    row = {"article_id": article, "surface": "Words", "kind": kind}
    return [{**row, "speaker": each, "is_anonymous": each == "an official"} for each in speakers]


def keyed(article: str, keyword: str, kind: str) -> KeywordRow:
    return KeywordRow(
        article_id=article, keyword=keyword, kind=kind, rank=1, score=None, term_count=1,
        corpus_article_count=None, surface=keyword,
    )  # fmt: skip


def test_the_share_of_anonymous_attribution_is_over_those_with_a_known_speaker(
    corpus: Location,
) -> None:
    """A copy at the same outlet, a keyword of two kinds, scare quotes and an unread article."""
    write(
        corpus,
        articles=[
            *(an_article(each, "Words of a", source="x") for each in "ab"),
            *(an_article(each, f"Words of {each}", source="x") for each in "cd"),
            an_article("e", "Words of a", source="y"),
        ],
    )
    quotes = [
        *said("a", "an official", "Jane Roe", "Jane Roe", None),
        *said("b", "an official", "Jane Roe", "Jane Roe", None),
        *said("c", "an official"),
        *said("e", "an official", "Jane Roe", "Jane Roe", None),
        *said("c", "an official", kind="scare"),
    ]
    words = [keyed(each, "war", kind) for each in "abe" for kind in ("declared", "distinctive")]
    annotate(corpus, quotes=quotes, keywords=words, only=["a", "b", "c", "e"])

    rows = answer(corpus, 8, least="1")
    assert [tuple(row.values()) for row in rows] == [
        ("x", None, 0.5, 2, 4, 1, 3, 0.6667),
        ("x", "war", 0.3333, 1, 3, 1, 1, 1.0),
        ("y", None, 0.3333, 1, 3, 1, 1, 1.0),
        ("y", "war", 0.3333, 1, 3, 1, 1, 1.0),
    ]
    assert of(answer(corpus, 8, source="y"), "source", "keyword") == [("y", None)]
