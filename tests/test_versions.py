"""Which of two near articles is the later version, and whose text two outlets carry."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.dedup.versions import is_later, is_same_source, markers_of, revision, syndication
from warehouse.items import Item


def an_item(article_id: str = "a", headline: str = "Ministers meet", **known: Any) -> Item:
    """An article of one source; what is given replaces what is usual."""
    usual = {"source": "example.org", "text": "They met.\n\nThey left."}
    return Item(article_id=article_id, identity_sha256="", headline=headline, **(usual | known))


def at(hour: int) -> datetime:
    """An hour of one day."""
    return datetime(2024, 5, 3, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headline", "told"),
    [
        ("UPDATE 2-Ministers meet", [("update", 2)]),
        ("CORRECTED-UPDATE 1-Ministers meet", [("correction", None), ("update", 1)]),
        ("CORRECTED-(OFFICIAL)-UPDATE 1-Meet", [("correction", None), ("update", 1)]),
        ("RPT-UPDATE 3-Ministers meet", [("repeat", None), ("update", 3)]),
        ("WRAPUP 3-Ministers meet", [("update", 3)]),
        ("Correction: Ministers story", [("correction", None)]),
        ("(2nd LD) Ministers meet", [("update", 2)]),
        ("장관 회의(종합2보)", [("update", 2)]),
        ("Berichtigung: Minister", [("correction", None)]),
        ("Mise à jour : Ministres", [("update", None)]),
        ("【更正】部长", [("correction", None)]),
        ("Correction officers strike", []),
        ("Update on the war", []),
        ("Lead in the water", []),
        ("Correctİon: x", []),
    ],
)
def test_the_headline_says_which_version_it_is(
    headline: str, told: list[tuple[str, int | None]]
) -> None:
    found = markers_of(an_item(headline=headline))

    assert [(marker.kind, marker.number) for marker in found] == told


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("(Adds quotes, background)\n\nThey met.", "update"),
        ("Eds: Updates with quotes.\n\nThey met.", "update"),
        ("(Corrects the day in paragraph 3)\n\nThey met.", "correction"),
        ("A.\n\nB.\n\nC.\n\nD.\n\nThis version corrects the name.", "correction"),
        ("(Repeats to more readers)\n\nThey met.", "repeat"),
    ],
)
def test_the_first_lines_and_the_last_say_which_version_it_is(text: str, kind: str) -> None:
    assert [marker.kind for marker in markers_of(an_item(text=text))] == [kind]


def test_two_states_of_one_url_are_versions_by_time() -> None:
    old = an_item("a", canonical_url="https://example.org/1", published_at=at(9))
    new = an_item(
        "b", canonical_url="https://example.org/1", published_at=at(9), modified_at=at(11)
    )

    found = revision(old, new)

    assert found is not None
    assert (found.later, found.earlier, found.why, found.is_ordered) == ("b", "a", "same URL", True)


def test_versions_that_nothing_orders_are_said_not_to_be_ordered() -> None:
    found = revision(
        an_item("b", canonical_url="https://example.org/1"),
        an_item("a", canonical_url="https://example.org/1"),
    )

    assert found is not None
    assert (found.later, found.is_ordered) == ("a", False)


def test_a_correction_follows_what_it_corrects() -> None:
    found = revision(an_item("a"), an_item("b", "CORRECTED-Ministers meet"))

    assert found is not None
    assert (found.later, found.why, found.is_correction) == ("b", "marker CORRECTED", True)


def test_an_update_that_replaces_a_correction_is_no_correction() -> None:
    corrected = an_item("a", "CORRECTED-Ministers meet", published_at=at(9))
    found = revision(corrected, an_item("b", "UPDATE 1-Ministers meet", published_at=at(10)))

    assert found is not None
    assert (found.later, found.is_correction) == ("b", False)


def test_the_number_of_an_update_tells_more_than_the_hour_at_an_outlet() -> None:
    second = an_item(headline="UPDATE 2-Ministers meet", published_at=at(9))
    first = an_item(headline="UPDATE 1-Ministers meet", published_at=at(11))

    assert is_later(second, first) is True


def test_a_marker_joins_no_articles_of_different_origin() -> None:
    marked = an_item("a", "UPDATE 1-Ministers meet", source="one.org")

    assert revision(marked, an_item("b", source="two.org")) is None
    assert revision(an_item("a", "UPDATE 1-So", agency="AP"), an_item("b", agency="dpa")) is None


def test_versions_of_one_agency_at_two_outlets_are_versions() -> None:
    first = an_item("a", source="one.org", agency="Reuters")
    second = an_item("b", "UPDATE 1-Ministers meet", source="reuters.com")

    found = revision(first, second)

    assert found is not None
    assert found.later == "b"


def test_copies_with_the_same_marker_are_no_versions() -> None:
    copies = [an_item(name, "UPDATE 1-Ministers meet", agency="AP") for name in ("a", "b")]

    assert revision(*copies) is None


def test_an_agency_text_at_two_outlets_is_syndicated_with_its_lag() -> None:
    early = an_item("a", source="one.org", agency="dpa", published_at=at(9))
    late = an_item("b", source="two.org", published_at=at(11))

    found = syndication(late, early)

    assert found is not None
    assert (found.agency, found.lag_seconds) == ("dpa", 7200.0)


def test_the_site_of_an_agency_counts_as_its_credit() -> None:
    found = syndication(an_item(source="apnews.com"), an_item(source="two.org"))

    assert found is not None
    assert (found.agency, found.lag_seconds) == ("AP", None)


@pytest.mark.parametrize(
    "other",
    [
        an_item(source="news.one.org"),
        an_item(source=None),
        an_item(source="two.org", agency="AFP"),
    ],
)
def test_one_source_an_unknown_one_or_two_agencies_are_no_syndication(other: Item) -> None:
    assert syndication(an_item(source="one.org", agency="dpa"), other) is None


def test_publishers_without_a_site_are_one_source_only_when_equal() -> None:
    assert is_same_source(an_item(source="the post"), an_item(source="the post"))
    assert not is_same_source(an_item(source="evening.the post"), an_item(source="the post"))


HEADLINES = st.sampled_from(
    ["Meet", "UPDATE 1-Meet", "UPDATE 2-Meet", "update 1-meet", "CORRECTED-Meet", "(LEAD) Meet"]
)
ITEMS = st.builds(
    an_item,
    article_id=st.sampled_from("abc"),
    headline=HEADLINES,
    source=st.sampled_from([None, "one.org", "www2.one.org", "reuters.com"]),
    agency=st.sampled_from([None, "Reuters", "dpa"]),
    canonical_url=st.sampled_from([None, "https://one.org/1"]),
    published_at=st.sampled_from([None, at(9), at(10)]),
    modified_at=st.sampled_from([None, at(11)]),
)


@given(ITEMS, ITEMS.filter(lambda item: item.article_id != "a"))
def test_every_answer_is_mirrored(a: Item, b: Item) -> None:
    there, back = syndication(a, b), syndication(b, a)
    order = is_later(a, b)

    assert is_same_source(a, b) == is_same_source(b, a)
    assert is_later(b, a) is (None if order is None else not order)
    assert (there is None) == (back is None)
    if there and back:
        assert there.agency == back.agency
        assert (there.lag_seconds or 0) == -(back.lag_seconds or 0)
    if a.article_id != b.article_id:
        assert revision(a, b) == revision(b, a)


@given(st.text(max_size=120), st.text(max_size=300))
def test_any_headline_and_text_can_be_asked(headline: str, text: str) -> None:
    assert isinstance(markers_of(an_item(headline=headline, text=text)), tuple)
