"""From a draft to the rows of an article."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tasks.article import Built, build
from tasks.records import Candidate, Draft, DraftParagraph, RawDocument
from tasks.stopwatch import Stopwatch
from warehouse.errors import CannotRead
from warehouse.schema import to_arrow

DOCUMENT = RawDocument(path="/in/a.html", record=None, data=b"<p>", media_type="text/html")
LEAD = "The general was killed near the airport of the capital on January 3, 2020."
BODY = (
    DraftParagraph(text="As of early 2025, about 2,500 soldiers were in the country, they said."),
    DraftParagraph(text="The law followed the killing of the general four years ago."),
    DraftParagraph(text=LEAD),
)
DRAFT = Draft(
    paragraphs=BODY,
    candidates=(Candidate(field="headline", value="Soldiers leave", source="title line"),),
    encoding="utf-8",
    encoding_method="utf-8",
    extractor="test 1",
)


def built(*candidates: tuple[str, str], draft: Draft = DRAFT, **document: object) -> Built:
    """Build the article of `draft` with more candidates."""
    more = tuple(Candidate(field=k, value=v, source="meta") for k, v in candidates)
    whole = replace(draft, candidates=(*draft.candidates, *more))
    return build(replace(DOCUMENT, **document), whole, Stopwatch())


def test_bounds_and_conflicts_of_the_text_become_columns_and_rows() -> None:
    found = built()

    assert found.article.published_min == datetime(2025, 1, 1, tzinfo=UTC)
    assert found.article.published_max is None
    assert [(each.surface, each.rule, each.is_conflict) for each in found.evidence] == [
        ("As of early 2025", "as_of", False),
        ("four years ago", "years_ago", True),
        ("January 3, 2020", "past_date", False),
    ]


def test_every_place_of_evidence_is_that_of_its_words() -> None:
    found = built(("headline", "x"))
    for each in found.evidence:
        assert found.article.text[each.char_start : each.char_end] == each.surface


def test_the_last_day_ends_at_its_last_moment() -> None:
    parts = (DraftParagraph(text="The new bridge over the river will open on 3 May 2024 at noon."),)
    latest = built(draft=replace(DRAFT, paragraphs=parts)).article.published_max
    assert latest == datetime(2024, 5, 3, 23, 59, 59, 999999, tzinfo=UTC)


def test_an_explicit_date_stands_against_the_text() -> None:
    found = built(("published", "2019-06-01"))
    assert found.article.published_at == datetime(2019, 6, 1, tzinfo=UTC)
    assert found.article.published_min is None
    assert {each.is_conflict for each in found.evidence} == {True}


def test_the_date_in_the_address_is_taken_where_nothing_else_is_known() -> None:
    found = built(url="https://example.org/2025/03/04/a")
    assert found.article.published_source == "url:/YYYY/MM/DD/"
    assert found.article.published_precision == "day"


def test_the_date_in_the_address_confirms_the_metadata() -> None:
    found = built(("published", "2025-03-04T10:00:00Z"), url="https://example.org/2025/03/04/a")
    assert found.article.published_source == "meta"
    assert [each.is_agreed for each in found.fields if each.field == "published"] == [True, True]


def test_a_file_without_any_date_stays_without_one() -> None:
    """Neither the clock of the run nor the time of the file is one."""
    found = built(draft=replace(DRAFT, paragraphs=(DraftParagraph(text="The rain fell."),)))
    assert found.article.published_at is None
    assert found.article.published_reason == "no date in the document"


def test_signs_of_the_page_and_of_the_text_say_together_that_it_is_cut() -> None:
    cut = replace(
        DRAFT, paragraphs=(*BODY, DraftParagraph(text="Read more")), truncated=("paywall",)
    )
    found = built(draft=cut).article
    assert found.is_truncated
    assert list(found.truncated_reasons) == ["paywall", "more_link"]


def test_a_whole_article_is_not_truncated() -> None:
    found = built().article
    assert (found.is_truncated, list(found.truncated_reasons)) == (False, [])


def test_what_the_reader_says_of_its_extractors_is_kept() -> None:
    draft = replace(DRAFT, agreement=0.75, skipped=("third: missing",), page_kind="listing")
    found = built(draft=draft).article
    assert found.extractor_agreement == 0.75
    assert (list(found.extractors_skipped), found.page_kind) == (["third: missing"], "listing")


def test_times_of_change_keep_their_precision_and_zone() -> None:
    found = built(("modified", "2025-03-04T10:00+01:00")).article
    assert (found.modified_precision, found.modified_has_zone) == ("minute", True)


def test_reservations_of_rights_are_kept() -> None:
    found = built(("tdm_reservation", "1"), ("ai_directive", "noai")).article
    assert (found.tdm_reservation, list(found.ai_directives)) == (True, ["noai"])


@pytest.mark.parametrize("kind", ["caption", "byline", "furniture"])
def test_what_is_no_body_changes_neither_identity_nor_evidence(kind: str) -> None:
    extra = DraftParagraph(text="It was taken on 3 May 2026 in the harbour.", kind=kind)
    plain, more = built(), built(draft=replace(DRAFT, paragraphs=(*BODY, extra)))
    assert more.article.article_id == plain.article.article_id
    assert more.evidence == plain.evidence
    assert more.article.quality_sentence_count == plain.article.quality_sentence_count
    assert more.article.quality_furniture_char_ratio > 0


def test_an_article_without_words_is_none() -> None:
    empty = replace(DRAFT, paragraphs=(DraftParagraph(text="* * *"),))
    with pytest.raises(CannotRead, match=r"clean\.no_words"):
        built(draft=empty)


def test_the_rows_can_be_stored() -> None:
    found = built()
    assert to_arrow("articles", [found.article]).num_rows == 1
    assert to_arrow("date_evidence", found.evidence).num_rows == 3
