"""Which of a document's claims become the fields of its article."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.fields import FIELDS, FieldChoice, Fields, choose
from tasks.names import authors_in
from tasks.records import Candidate


def chosen(*claims: tuple[str, str, str]) -> Fields:
    """Choose from (field, source, value)."""
    return choose(
        [Candidate(field=field, source=source, value=value) for field, source, value in claims]
    )


def named(line: str) -> list[tuple[str, str]]:
    """Return (name, kind) of the authors in a line."""
    return [(author.name, author.kind) for author in authors_in(line)]


def test_a_document_that_claims_nothing_has_no_fields() -> None:
    """And says why it has no date."""
    fields = choose([])

    assert (fields.headline, fields.authors, fields.choices) == (None, (), ())
    assert fields.published_reason == "no date in the document"


def test_the_first_claim_wins_and_all_are_kept() -> None:
    """Readers put the better source first."""
    fields = chosen(("headline", "json-ld", "Fire in harbour"), ("headline", "h1", "Big fire"))

    assert fields.headline == "Fire in harbour"
    assert [(c.rank, c.is_chosen, c.is_agreed) for c in fields.choices] == [
        (1, True, False),
        (2, False, False),
    ]


def test_two_sources_of_different_kind_that_say_the_same_agree() -> None:
    """Case and punctuation do not count."""
    fields = chosen(
        ("headline", "json-ld", "Fire in Harbour!"), ("headline", "h1", "fire in harbour")
    )

    assert [choice.is_agreed for choice in fields.choices] == [True, True]


def test_two_keys_of_one_kind_are_no_second_witness() -> None:
    """One JSON object repeating itself proves nothing."""
    fields = chosen(("headline", "json:title", "Fire"), ("headline", "json:headline", "Fire"))

    assert [choice.is_agreed for choice in fields.choices] == [None, None]


def test_dates_agree_by_the_written_day_or_the_instant() -> None:
    """An evening in New York, the same in UTC and its day are one date; another day is not."""
    fields = chosen(
        ("published", "json-ld", "2024-05-03T23:05:00-04:00"),
        ("published", "opengraph", "2024-05-04T03:05:00Z"),
        ("published", "time", "3 May 2024"),
        ("published", "meta:date", "2024-05-01"),
    )

    assert [choice.is_agreed for choice in fields.choices] == [True, True, True, False]


def test_a_date_that_is_not_understood_makes_room_for_the_next() -> None:
    """The ambiguous one stays among the choices, without a verdict."""
    fields = chosen(("published", "meta:date", "03/04/2024"), ("published", "time", "2024-04-03"))

    assert fields.published_source == "time"
    assert fields.published_reason is None
    assert [(c.is_chosen, c.is_agreed) for c in fields.choices] == [(False, None), (True, None)]


def test_dates_that_nobody_understands_leave_a_reason() -> None:
    """NULL never stands alone."""
    fields = chosen(("published", "json:date", "last Friday"))

    assert fields.published is None
    assert fields.published_reason == "date not understood: 'last Friday'"


def test_authors_of_the_first_source_are_taken_together() -> None:
    """Two entries of JSON-LD are two authors; the meta element names one of them again."""
    fields = chosen(
        ("author", "json-ld", "Jane Doe"),
        ("author", "json-ld", "By John Roe"),
        ("author", "meta:author", "jane doe"),
    )

    assert [author.name for author in fields.authors] == ["Jane Doe", "John Roe"]
    assert [choice.is_agreed for choice in fields.choices] == [True, False, True]


def test_a_byline_serves_where_no_author_is_named_and_stays_as_printed() -> None:
    """An address of a profile is no name."""
    fields = chosen(
        ("author", "opengraph", "https://social.example/jane"),
        ("byline", "dom", "By Jane Doe, AFP"),
    )

    assert fields.byline == "By Jane Doe, AFP"
    assert [(a.name, a.kind) for a in fields.authors] == [
        ("Jane Doe", "person"),
        ("AFP", "organisation"),
    ]


def test_the_publisher_as_its_own_author_is_an_organisation() -> None:
    """Even where the name looks like a person's."""
    fields = chosen(("publisher", "json-ld", "Helmut Echo"), ("author", "json-ld", "helmut echo"))

    assert fields.authors[0].kind == "organisation"


def test_of_dates_for_one_day_the_most_precise_is_taken() -> None:
    """JSON-LD with the day alone, OpenGraph with time and zone; another day does not count."""
    fields = chosen(
        ("published", "json-ld", "2024-05-03"),
        ("published", "opengraph", "2024-05-03T16:05:00+02:00"),
        ("published", "time", "2024-05-01T16:05:00+02:00"),
    )

    assert fields.published_source == "opengraph"


def test_of_one_instant_the_spelling_with_the_local_clock_is_taken() -> None:
    """It knows the day in the place of the article."""
    fields = chosen(
        ("published", "json-ld", "2024-05-04T03:05:00Z"),
        ("published", "opengraph", "2024-05-03T23:05:00-04:00"),
    )

    assert fields.published is not None
    assert str(fields.published.day) == "2024-05-03"


def test_a_date_that_is_the_one_of_the_last_change_yields_to_an_earlier_one() -> None:
    """Templates fill one into the other; a sidebar's <time> is no second witness for that."""
    changed = ("published", "microdata", "2024-05-09T10:00:00Z")
    claims = [changed, ("modified", "opengraph", "2024-05-09T10:00:00Z")]

    first = chosen(*claims, ("published", "opengraph", "2024-05-03T10:00:00Z"))
    second = chosen(*claims, ("published", "time", "2024-05-03T10:00:00Z"))

    assert (first.published_source, second.published_source) == ("opengraph", "microdata")


def test_a_publication_after_the_last_change_is_not_swapped() -> None:
    """Scheduled articles are edited before they appear."""
    fields = chosen(
        ("published", "json-ld", "2024-05-03T10:00:00Z"),
        ("modified", "json-ld", "2024-05-02T10:00:00Z"),
    )

    assert fields.published is not None
    assert fields.modified is not None
    assert fields.published.at > fields.modified.at


@pytest.mark.parametrize(
    ("one", "other", "agreed"),
    [
        ("opengraph", "meta:twitter:title", None),
        ("h1", "microdata", None),
        ("json-ld", "json-ld:WebPage", None),
        ("opengraph", "h1", True),
        ("json-ld", "meta:title", True),
    ],
)
def test_what_one_hand_writes_is_one_witness(one: str, other: str, agreed: bool | None) -> None:
    """All meta names of a page; all that marks what is printed; all JSON-LD."""
    fields = chosen(("headline", one, "Fire"), ("headline", other, "Fire"))

    assert fields.choices[0].is_agreed is agreed


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("BY JANE DOE AND JOHN ROE", [("JANE DOE", "person"), ("JOHN ROE", "person")]),
        ("Von Christian Beck, dpa", [("Christian Beck", "person"), ("dpa", "organisation")]),
        ("Jane Doe (Reuters)", [("Jane Doe", "person"), ("Reuters", "organisation")]),
        ("Jane Doe, World Affairs Editor", [("Jane Doe", "person")]),
        ("Jane Doe Political Correspondent", [("Jane Doe", "person")]),
        (
            "Jane Doe in London and John Roe in Paris",
            [("Jane Doe", "person"), ("John Roe", "person")],
        ),
        ("Jane Doe <jane@example.org>", [("Jane Doe", "person")]),
        ("By Jane Doe | May 3, 2024", [("Jane Doe", "person")]),
        ("Politics desk", [("Politics desk", "desk")]),
        ("Staff", [("Staff", "desk")]),
        ("The Associated Press", [("The Associated Press", "organisation")]),
        ("Smith, John", [("Smith, John", "person")]),
        ("Ursula von der Leyen", [("Ursula von der Leyen", "person")]),
        ("von Hammerstein", [("von Hammerstein", "person")]),
        ("记者 张三、李四", [("张三", "person"), ("李四", "person")]),
        ("Unknown", []),
        ("x" * 2000, []),
    ],
)
def test_bylines(line: str, expected: list[tuple[str, str]]) -> None:
    """Names without "By", addresses, places and titles; agencies and desks told apart."""
    assert named(line) == expected


@pytest.mark.parametrize(
    ("url", "link", "expected"),
    [
        ("https://e.org/a?utm_source=x", "https://e.org/b/", "https://e.org/b"),
        ("https://e.org/a?utm_source=x", "https://e.org/", "https://e.org/a"),
        ("https://e.org/a", "/b", "https://e.org/b"),
        ("https://e.org/a", "javascript:void(0)", "https://e.org/a"),
        ("not a url", "not a url", None),
    ],
)
def test_the_canonical_link_counts_unless_it_is_the_home_page(
    url: str, link: str, expected: str | None
) -> None:
    """Templates that link every page to the bare host would give all articles one URL."""
    fields = chosen(("url", "opengraph", url), ("canonical_url", "link:canonical", link))

    assert fields.canonical_url == expected


def test_the_name_of_the_publisher_is_taken_off_the_headline() -> None:
    """And the two spellings agree; the candidate stays as it was found."""
    fields = chosen(
        ("headline", "opengraph", "Fire in harbour | The Coast"),
        ("headline", "h1", "Fire in harbour"),
        ("publisher", "opengraph", "The Coast"),
    )

    assert fields.headline == "Fire in harbour"
    assert [c.is_agreed for c in fields.choices] == [True, True, None]


def test_a_headline_keeps_a_dash_of_its_own() -> None:
    """Only the publisher's very name goes."""
    fields = chosen(("headline", "h1", "Win - at last"), ("publisher", "h1", "The Coast"))

    assert fields.headline == "Win - at last"


@pytest.mark.parametrize(
    ("written", "tag"), [("en_us", "en-US"), ("zh-hans-cn", "zh-Hans-CN"), ("English text", None)]
)
def test_a_declared_language_is_spelled_as_bcp_47(written: str, tag: str | None) -> None:
    """Anything else is no tag."""
    assert chosen(("language", "html", written)).declared_language == tag


def test_free_access_is_yes_no_or_unknown() -> None:
    """schema.org writes the words as addresses too."""
    flags = [
        chosen(("is_accessible_for_free", "json-ld", value)).is_accessible_for_free
        for value in ("True", "https://schema.org/False", "partly")
    ]

    assert flags == [True, False, None]


def test_a_field_that_does_not_exist_is_an_error_in_the_reader() -> None:
    """It must not vanish."""
    with pytest.raises(ValueError, match="'title' is not in FIELDS"):
        chosen(("title", "h1", "Fire"))


@given(
    st.lists(
        st.builds(
            Candidate,
            field=st.sampled_from(FIELDS),
            value=st.text(max_size=30),
            source=st.sampled_from(["json:a", "json:b", "h1", "opengraph", ""]),
        ),
        max_size=12,
    )
)
def test_every_candidate_gets_one_choice(candidates: list[Candidate]) -> None:
    """In order, ranked from 1, and at most one chosen where a field has one value."""
    choices: tuple[FieldChoice, ...] = choose(candidates).choices

    assert [(c.field, c.value, c.source) for c in choices] == [
        (c.field, c.value, c.source) for c in candidates
    ]
    for field in set(FIELDS) - {"author", "keyword", "ai_directive"}:
        assert sum(c.is_chosen for c in choices if c.field == field) <= 1
