"""Right answers to the questions on speakers, figures, places and persons (09 to 17)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tests.asking import annotate, answer
from tests.test_duplicate_views import a_link, a_member, an_article
from warehouse import store
from warehouse.location import Location, locate
from warehouse.schema import ArticleRow, to_arrow

Row = dict[str, Any]
UNDATED: Row = {"published_at": None, "published_date": None, "published_precision": None}


def told(name: str, source: str | None = "post", day: int = 1, **fields: Any) -> ArticleRow:
    """An article of May 2024."""
    known: Row = {"source": source, "published_precision": "day", "language_code": "en"}
    known["published_date"] = date(2024, 5, day)
    known["published_at"] = datetime(2024, 5, day, 12, tzinfo=UTC)
    return an_article(name, f"Text of {name}.", **{**known, **fields})


def corpus(
    folder: Path,
    *articles: ArticleRow,
    stories: Sequence[Sequence[str]] = (),
    revisions: Sequence[tuple[str, str]] = (),
    unread: Sequence[str] = (),
    **annotations: Sequence[Row],
) -> Location:
    """A warehouse; `stories` names articles of one group, `revisions` later and earlier version."""
    where = locate(str(folder / "corpus"))
    store.prepare(where)
    leaders = {name: story[0] for story in stories for name in story}
    names = [each.article_id for each in articles]
    tables: dict[str, list[Any]] = {
        "articles": list(articles),
        "groups": [a_member(name, leaders.get(name, name)) for name in names],
        "links": [a_link(later, earlier, "revision") for later, earlier in revisions],
    }
    writer = store.Writer(where, "run")
    writer.commit({table: to_arrow(table, rows) for table, rows in tables.items() if rows})
    annotate(where, only=set(names) - set(unread), **annotations)
    return where


def columns(rows: list[Row], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def entity(article: str, name: str, kind: str = "person", **fields: Any) -> Row:
    known = {"entity_id": f"{kind} {name.lower()}", "normalized_name": name.lower()}
    return {
        "article_id": article,
        "name": name,
        "kind": kind,
        "mention_count": 1,
        **known,
        **fields,
    }


def quote(article: str, speaker: str | None, words: str = "Yes", **fields: Any) -> Row:
    """Of a named person with an entity, unless `fields` say otherwise."""
    entity_id = f"person {speaker.lower()}" if speaker else None
    known: Row = {"speaker_kind": "named", "speaker_entity_id": entity_id, "verb": "said"}
    known |= {"char_start": 0, "char_end": len(words), "verb_class": "say", "kind": "direct"}
    return {"article_id": article, "speaker": speaker, "surface": words, **known, **fields}


def mention(article: str, name: str, sentence: int | None, kind: str = "person") -> Row:
    row = {"article_id": article, "entity_id": f"{kind} {name.lower()}", "surface": name}
    return {**row, "kind": kind, "sentence": sentence, "char_start": 0, "char_end": len(name)}


def number(article: str, value: float | None, thing: str | None = "people", **fields: Any) -> Row:
    """So many people, actually; `most` for less than so many."""
    most = fields.pop("most", value)
    known: Row = {"value_min": value, "value_max": most, "comparator": "=", "unit_kind": "count"}
    known |= {"surface": "", "char_start": 0, "char_end": 0, "modality": "actual", "unit": thing}
    row = {"article_id": article, "object": thing, **known, **fields}
    parts = ("value_min", "value_max", "unit", "modality", "change", "place")
    return {**row, "fact_key": " ".join(str(row.get(part)) for part in parts)}


def place(article: str, name: str, role: str = "event", **fields: Any) -> Row:
    known: Row = {"surface": name, "char_start": 0, "char_end": len(name)}
    known |= {"feature_kind": "city", "country_code": "XX", "latitude": 1.0, "longitude": 2.0}
    return {"article_id": article, "name": name, "role": role, **known, **fields}


# ---- 09 ----------------------------------------------------------------------------------------
def speakers(folder: Path) -> Location:
    acme: Row = {"speaker_entity_id": "organisation acme", "speaker_kind": "organisation"}
    nobody: Row = {"speaker_entity_id": None, "speaker_kind": "official"}
    return corpus(
        folder,
        *(told("old"), told("new", day=2), told("copy", "echo", day=3)),
        *(told("other", None, **UNDATED), told("unread", "echo")),
        stories=[("old", "new", "copy")],
        revisions=[("new", "old")],
        unread=["unread"],
        entities=[
            *(entity(name, "Jane Roe") for name in ("old", "new", "copy", "other")),
            *(entity(name, "Acme", "organisation") for name in ("new", "copy")),
        ],
        quotes=[
            *(quote("old", "Jane Roe") for _ in range(5)),
            *(quote("new", "Jane Roe", words) for words in ("One", "Two")),
            *(quote("copy", "Jane Roe", words) for words in ("One", "Two")),
            quote("other", "Jane Roe", "Three"),
            quote("other", "Jane Roe", "so-called", kind="scare"),
            *(quote(name, "Acme", **acme) for name in ("new", "copy")),
            quote("other", "The Mill Trust", **{**acme, "speaker_entity_id": None}),
            *(quote("other", who, **nobody) for who in ("A US official", "An official")),
            quote("other", None, speaker_kind=None),
        ],
    )


def test_who_is_quoted_most_counts_a_story_once_and_keeps_speakers_without_a_name_apart(
    tmp_path: Path,
) -> None:
    """Jane Roe: two in the story, one elsewhere; five of an earlier version are not counted."""
    where = speakers(tmp_path)

    rows = answer(where, 9)

    assert columns(rows, "kind", "speaker_name", "quote_count", "story_count", "article_count") == [
        ("person", "Jane Roe", 3, 2, 3),
        ("official", None, 2, 1, 1),
        ("organisation", "Acme", 1, 1, 2),
        ("organisation", "The Mill Trust", 1, 1, 1),
        ("unknown", None, 1, 1, 1),
    ]
    assert {row["read_ratio"] for row in rows} == {0.8}
    assert columns(answer(where, 9, kind="person"), "speaker_name") == [("Jane Roe",)]
    assert columns(answer(where, 9, source="echo", most=1), "speaker_name", "quote_count") == [
        ("Jane Roe", 2)
    ]


# ---- 10 ----------------------------------------------------------------------------------------
def test_what_somebody_said_about_somebody_is_found_by_the_names_that_articles_use(
    tmp_path: Path,
) -> None:
    """Roe is Jane Roe and Poe is Ann Poe; a copy is no second statement, undated ones come last."""
    roe: Row = {"speaker_entity_id": "person jane roe"}
    forms: Row = {"surfaces": ["Ann Poe", "Poe"]}
    year: Row = {"published_date": date(2024, 1, 1), "published_precision": "year"}
    names = ("first", "copy", "undated", "year", "early", "late")
    where = corpus(
        tmp_path,
        *(told("first", day=10), told("copy", "echo", day=11), told("undated", **UNDATED)),
        *(told("year", **year), told("early", day=4), told("late", day=12)),
        stories=[("first", "copy")],
        entities=[
            *(entity(name, "Jane Roe") for name in names),
            *(entity(name, "Ann Poe", **forms) for name in ("first", "copy")),
        ],
        quotes=[
            *(quote(name, "Roe", "Poe lied", **roe) for name in ("first", "copy")),
            quote("first", "Roe", "They all lied", **roe),
            quote("first", "Max Moe", "Ann Poe lied"),
            quote("late", "Ms Roe", "Ask Ann Poe", **roe),
            quote("early", "Roe", "Ann Poe? No", **roe),
            quote("year", "Roe", "Ann Poe it was", **roe),
            quote("undated", "Roe", "Ann Poe never", **roe),
        ],
    )

    days: Row = {"since": "2024-05-05", "until": "2024-05-12"}
    rows = answer(where, 10, speaker="jane roe", about="Ann Poe", **days)

    assert columns(rows, "published_date", "surface", "article_count", "source_count") == [
        (date(2024, 5, 10), "Poe lied", 2, 2),
        (date(2024, 5, 12), "Ask Ann Poe", 1, 1),
        (None, "Ann Poe it was", 1, 1),
        (None, "Ann Poe never", 1, 1),
    ]
    assert rows[0]["article_id"] == "first"
    assert rows[0]["speaker_name"] == "Jane Roe"
    earlier: Row = {"since": "2023-01-01", "until": "2023-12-31"}
    assert columns(answer(where, 10, speaker="Roe", about="Poe", **earlier), "surface") == [
        ("Ann Poe never",)
    ]


# ---- 11 ----------------------------------------------------------------------------------------
def test_verbs_of_saying_count_for_an_outlet_what_it_shares_with_others_apart(
    tmp_path: Path,
) -> None:
    """The wire text stands twice in the post: one story; an article that nobody read is missed."""
    claims: Row = {"verb": "Claimed", "verb_class": "claim"}
    without: Row = {"verb": None, "verb_class": None}
    where = corpus(
        tmp_path,
        *(told("wire", "post"), told("late edition", "post", day=2), told("reprint", "echo")),
        *(told("own", "post"), told("unread", "post"), told("of nobody", None)),
        stories=[("wire", "late edition", "reprint")],
        unread=["unread"],
        entities=[entity(name, "Jane Roe") for name in ("wire", "own")],
        quotes=[
            *(quote(name, "Jane Roe") for name in ("wire", "late edition", "reprint")),
            *(quote("own", "She", speaker_entity_id="person jane roe", **claims) for _ in "12"),
            quote("own", "Jane Roe", **without),
            quote("own", "Max Moe", verb="lied"),
            quote("of nobody", "Mayor Jane Roe", speaker_entity_id=None),
        ],
    )

    rows = answer(where, 11, speaker="jane roe")

    counts = ("source", "verb", "quote_count", "shared_count", "verb_ratio", "read_ratio")
    assert columns(rows, *counts) == [
        ("echo", "said", 1, 1, 1.0, 1.0),
        ("post", "claimed", 2, 0, 0.5, 0.75),
        ("post", "said", 1, 1, 0.25, 0.75),
        ("post", None, 1, 0, 0.25, 0.75),
        (None, "said", 1, 0, 1.0, 1.0),
    ]
    assert {row["verb"] for row in answer(where, 11)} == {"said", "claimed", "lied", None}


# ---- 12 ----------------------------------------------------------------------------------------
def test_troop_numbers_are_one_row_a_fact_with_planned_and_actual_ones_apart(
    tmp_path: Path,
) -> None:
    """Told four times in two copies is once; Syria, police and percentages are not asked for."""
    early: Row = {"as_of_start": date(2025, 1, 1), "as_of_end": date(2025, 4, 30)}
    iraq: Row = {"place": "Iraq", "unit": "troop"}
    planned: Row = {**iraq, "modality": "planned", "comparator": "<"}
    where = corpus(
        tmp_path,
        *(told("a", "post", day=2), told("b", "echo", day=3), told("undated", None, **UNDATED)),
        stories=[("a", "b")],
        quantities=[
            *(number(name, None, "US forces", most=2000.0, **planned) for name in "aabb"),
            number("b", 2500.0, "US troops", **iraq, **early),
            number("a", 900.0, "US troops", **{**iraq, "place": "Syria"}),
            number("a", 300.0, "US soldiers", change="additional", **iraq),
            number("undated", 170000.0, "troops", **{**iraq, "place": "IRAQ"}),
            number("undated", 40.0, "police officers", **iraq),
            number("undated", 80.0, "troops", **{**iraq, "unit_kind": "percent"}),
            number("undated", 7.0, "troops", unit="troop"),
        ],
    )

    rows = answer(where, 12)

    shown = ("modality", "change", "fact_date", "fact_date_source", "value_min", "value_max")
    assert columns(rows, *shown) == [
        ("actual", None, date(2025, 1, 1), "as_of", 2500.0, 2500.0),
        ("actual", None, None, None, 170000.0, 170000.0),
        ("actual", "additional", date(2024, 5, 2), "published", 300.0, 300.0),
        ("planned", None, date(2024, 5, 2), "published", None, 2000.0),
    ]
    assert columns(rows, "told_count", "article_count", "story_count", "source_count")[3] == (
        *(4, 2, 1, 2),
    )
    assert rows[3]["article_id"] == "a"
    assert columns(answer(where, 12, object="police"), "value_min") == [(40.0,)]
    assert columns(answer(where, 12, place="Syria", until="2024-05-01"), "value_min") == []


# ---- 13 ----------------------------------------------------------------------------------------
def test_numbers_conflict_where_each_of_two_articles_has_one_that_fits_none_of_the_other(
    tmp_path: Path,
) -> None:
    """Two gates and four gates in both texts are no conflict, nor is what a version corrected."""
    may: Row = {"as_of_start": date(2024, 5, 1), "as_of_end": date(2024, 5, 1)}
    june: Row = {"as_of_start": date(2024, 6, 1), "as_of_end": date(2024, 6, 1)}
    where = corpus(
        tmp_path,
        *(told("old"), told("new", day=2), told("copy", "echo", day=3), told("edited", "wire")),
        told("elsewhere", "wire"),
        stories=[("old", "new", "copy", "edited")],
        revisions=[("new", "old")],
        quantities=[
            *(number(name, count, "gates") for name in ("new", "copy") for count in (2.0, 4.0)),
            number("edited", 2.0, "gates"),
            number("old", 99.0, place="Osterby"),
            *(number(name, 14.0, place="Osterby") for name in ("new", "copy")),
            number("edited", 4.0, place="Osterby"),
            number("elsewhere", 5.0, place="Osterby"),
            number("new", None, "troops", most=2000.0, comparator="<"),
            number("edited", 1800.0, "troops"),
            number("new", 10.0, "cows", **may),
            number("edited", 12.0, "cows", **june),
            number("new", 3.0, "boats"),
            number("edited", 5.0, "boats", modality="planned"),
            number("new", 1.0, None),
            number("edited", 6.0, None),
        ],
    )

    rows = answer(where, 13)

    shown = ("group_id", "object", "place", "value_min", "article_ids", "sources")
    assert columns(rows, *shown) == [
        ("old", "people", "osterby", 4.0, ["edited"], ["wire"]),
        ("old", "people", "osterby", 14.0, ["copy", "new"], ["echo", "post"]),
    ]
    assert len(answer(where, 13, source="echo")) == 2
    assert answer(where, 13, source="nobody") == []


# ---- 14 ----------------------------------------------------------------------------------------
def test_totals_count_copies_and_what_is_told_twice_once(tmp_path: Path) -> None:
    """Fifty here: once for two copies, twice in the text, and for the story of another outlet that
    says of the same place and day; once more for a story that says no day."""
    where_and_when: Row = {"place": "Osterby", "unit": "person"}
    where_and_when |= {"as_of_start": date(2024, 5, 1), "as_of_end": date(2024, 5, 1)}
    unplaced: Row = {"unit": "person"}
    where = corpus(
        tmp_path,
        *(told("a", "post"), told("b", "echo"), told("c", "wire"), told("d", None, **UNDATED)),
        told("unnamed", "wire"),
        stories=[("a", "b")],
        quantities=[
            *(number(name, 50.0, **where_and_when) for name in "aabc"),
            number("d", 50.0, **{**where_and_when, "as_of_start": None, "as_of_end": None}),
            number("c", 7.0, **unplaced),
            number("d", 7.0, **unplaced),
            *(number(name, 3.0, change="increase", **unplaced) for name in "ab"),
            number("a", 60.0, None, most=None, comparator=">", unit_kind="measure", unit="m"),
            number("a", 9.0, modality="planned", **unplaced),
            number("a", 45.0, None, unit_kind="percent", unit="%"),
        ],
    )

    rows = answer(where, 14)

    shown = ("unit", "change", "fact_count", "total_min", "total_max", "told_count", "told_total")
    assert columns(rows, *shown) == [
        ("person", None, 4, 114.0, 114.0, 7, 264.0),
        ("person", "increase", 1, 3.0, 3.0, 2, 6.0),
        ("m", None, 1, 60.0, None, 1, 60.0),
    ]
    assert columns(rows, "open_count", "undated_count") == [(0, 2), (0, 0), (1, 0)]
    here = answer(where, 14, place="osterby", object="people", unit="person")
    assert columns(here, "fact_count", "total_min") == [(2, 100.0)]
    assert columns(answer(where, 14, modality="planned"), "total_min") == [(9.0,)]


# ---- 15 ----------------------------------------------------------------------------------------
def test_event_places_leave_out_names_that_act_and_count_a_story_once_a_month(
    tmp_path: Path,
) -> None:
    """Of an article of some day in 2024 the month is not known."""
    year: Row = {"published_date": date(2024, 1, 1), "published_precision": "year"}
    where = corpus(
        tmp_path,
        *(told("a"), told("copy", "echo", day=9), told("b", day=20), told("unread", day=21)),
        *(told("year", **year), told("undated", **UNDATED)),
        stories=[("a", "copy")],
        unread=["unread"],
        places=[
            *(place(name, "Erbil", geonames_id=1) for name in ("a", "a", "copy", "b")),
            place("b", "Baghdad", is_metonym=True),
            place("b", "Iran", "mentioned", feature_kind="country"),
            place("b", "Oslo", "dateline", country_code="NO"),
            place("b", "Nowhere", latitude=None),
            place("year", "Erbil", geonames_id=1),
            place("undated", "Oslo", country_code="NO"),
        ],
    )

    rows = answer(where, 15)

    shown = ("month", "name", "story_count", "article_count", "dateline_count", "read_ratio")
    assert columns(rows, *shown) == [
        (date(2024, 5, 1), "Erbil", 2, 3, 0, 0.75),
        (date(2024, 5, 1), "Oslo", 1, 1, 1, 0.75),
        (None, "Erbil", 1, 1, 0, 1.0),
        (None, "Oslo", 1, 1, 0, 1.0),
    ]
    norway = answer(where, 15, country_code="NO", since="2024-05-31", until="2024-05-31")
    assert columns(norway, "month", "name") == [(date(2024, 5, 1), "Oslo"), (None, "Oslo")]
    assert {row["month"] for row in answer(where, 15, since="2024-06-01")} == {None}


# ---- 16 ----------------------------------------------------------------------------------------
def test_persons_that_only_one_outlet_names_are_shown_with_how_much_of_the_other_was_read(
    tmp_path: Path,
) -> None:
    """Ann Poe may be the A. Poe of the other; Acme is no person; the post's copy is no story."""
    where = corpus(
        tmp_path,
        *(told("a"), told("again", day=2), told("old"), told("undated", **UNDATED)),
        *(told("b", "echo"), told("unread", "echo"), told("wire", "wire")),
        stories=[("a", "again", "old")],
        revisions=[("a", "old")],
        unread=["unread"],
        entities=[
            *(entity(name, "Ann Poe", mention_count=2) for name in ("a", "again")),
            entity("old", "Typing Error"),
            entity("a", "Acme", "organisation"),
            entity("a", "Jane Roe"),
            entity("undated", "Max Moe"),
            entity("b", "Jane Roe"),
            entity("b", "A. Poe"),
            entity("wire", "Max Moe"),
        ],
    )

    rows = answer(where, 16, outlet="post", other="echo")

    assert columns(rows, "name", "story_count", "article_count", "mention_count", "maybe_as") == [
        ("Ann Poe", 1, 2, 4, ["A. Poe"]),
        ("Max Moe", 1, 1, 1, []),
    ]
    assert columns(rows, "other_article_count", "other_read_count") == [(2, 1), (2, 1)]
    by_default = answer(where, 16)
    assert columns(by_default, "outlet", "other") == [("post", "echo"), ("post", "echo")]
    assert columns(answer(where, 16, outlet="wire", other="post"), "name") == []


# ---- 17 ----------------------------------------------------------------------------------------
def test_persons_named_in_one_sentence_are_a_pair_once_a_sentence_and_story(
    tmp_path: Path,
) -> None:
    """A list of the dead is left out; of a story the longest text counts, no earlier version."""
    dead = [f"Victim {count:02}" for count in range(21)]
    where = corpus(
        tmp_path,
        told("old", char_count=999),
        *(told("new", day=2, char_count=99), told("copy", "echo", day=3), told("list")),
        told("unread", "echo"),
        stories=[("old", "new", "copy")],
        revisions=[("new", "old")],
        unread=["unread"],
        entities=[
            *(entity(name, who) for name in ("old", "new", "copy") for who in ("Roe", "Poe")),
            entity("new", "Moe"),
            entity("new", "Acme", "organisation"),
            *(entity("list", who) for who in dead),
        ],
        mentions=[
            *(mention("old", who, at) for who in ("Roe", "Poe") for at in range(1, 9)),
            *(mention(name, who, 1) for name in ("new", "copy") for who in ("Roe", "Poe", "Roe")),
            *(mention("new", who, 2) for who in ("Poe", "Moe", "Roe")),
            mention("new", "Acme", 2, "organisation"),
            *(mention("new", who, None) for who in ("Moe", "Poe")),
            *(mention("list", who, 1) for who in dead),
        ],
    )

    rows = answer(where, 17)

    assert columns(rows, "person_a", "person_b", "sentence_count", "story_count") == [
        ("Poe", "Roe", 2, 1),
        ("Moe", "Poe", 1, 1),
        ("Moe", "Roe", 1, 1),
    ]
    assert {row["read_ratio"] for row in rows} == {0.75}
    assert len(answer(where, 17, person="moe")) == 2
    assert len(answer(where, 17, most_persons=21, most=500)) == 3 + 21 * 20 // 2


# ---- all ---------------------------------------------------------------------------------------
def test_a_corpus_that_nobody_has_annotated_has_empty_answers(tmp_path: Path) -> None:
    where = corpus(tmp_path, told("a"))

    assert [answer(where, number) for number in range(9, 18)] == [[]] * 9
