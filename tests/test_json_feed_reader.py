"""JSON Feed: every item is an article or says why it is none."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.readers.jsonfeed import JSON_FEED_ITEM, read, split_json_feed
from tasks.readers.parts import Part
from tasks.records import Draft, RawDocument
from warehouse.errors import CannotRead

SEED = (Path(__file__).parents[1] / "seeds" / "feeds" / "feed.json").read_bytes()
SENTENCE = "The council met on Tuesday and voted to close the road for a month. "


def parts(data: bytes) -> list[Part]:
    """Split a feed."""
    return list(split_json_feed(io.BytesIO(data), limit=1024 * 1024))


def the_draft(part: Part) -> Draft:
    """Read one part as a document that stands alone."""
    assert part.data is not None, part.rejection
    return read(RawDocument(path="f", record=None, data=part.data, media_type=JSON_FEED_ITEM))


def values(draft: Draft, field: str) -> list[str]:
    """Return the candidates of a field, in order."""
    return [each.value for each in draft.candidates if each.field == field]


def outcomes(data: bytes) -> Iterator[str]:
    """Yield per part "article" or the reason of its rejection."""
    for part in parts(data):
        try:
            yield part.rejection.reason if part.rejection else bool(the_draft(part)) * "article"
        except CannotRead as error:
            yield error.reason


def a_json_feed(*items: object) -> bytes:
    """Return a JSON Feed of these items."""
    version = "https://jsonfeed.org/version/1.1"
    return json.dumps({"version": version, "title": "Harbour Notes", "items": items}).encode()


def test_an_item_with_a_summary_only_has_no_body() -> None:
    assert list(outcomes(SEED)) == ["article", "article", "read.no_body"]


def test_a_json_feed_item_carries_its_feed_with_it() -> None:
    _, fog, _ = parts(SEED)
    draft = the_draft(fog)

    assert [each.text for each in draft.paragraphs][1].startswith("The first came in at noon")
    assert values(draft, "author") == ["Harbour Notes staff"]
    assert values(draft, "language") == ["en-US"]
    assert fog.record_id == "https://harbour.example/2024/fog"


def test_the_author_of_version_1_is_read() -> None:
    item = {"id": "1", "content_text": SENTENCE, "author": {"name": "Jo Fox"}}

    assert values(the_draft(parts(a_json_feed(item))[0]), "author") == ["Jo Fox"]


def test_an_item_that_is_no_object_costs_only_itself() -> None:
    data = a_json_feed({"id": "1", "content_text": SENTENCE}, 7, {"content_text": 8})

    assert list(outcomes(data)) == ["article", "read.not_an_object", "read.no_body"]


def test_a_json_feed_that_breaks_off_gives_the_items_before() -> None:
    data = a_json_feed({"content_text": SENTENCE}, {"content_text": SENTENCE})[:-20]

    assert list(outcomes(data)) == ["article", "read.truncated"]


def test_a_json_feed_without_items_is_rejected_as_one() -> None:
    (part,) = parts(a_json_feed())

    assert part.rejection is not None
    assert "titled 'Harbour Notes' without items" in part.rejection.detail


def test_deep_nesting_is_no_article_and_no_exception() -> None:
    data = b'{"version": "v", "items": [{"a": ' + b"[" * 50_000 + b"]" * 50_000 + b"}]}"

    assert list(outcomes(data)) == ["read.bad_json"]


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, len(SEED)), piece=st.binary(max_size=20), left_out=st.integers(0, 200))
def test_no_damage_to_a_json_feed_raises_anything_else(
    at: int, piece: bytes, left_out: int
) -> None:
    assert list(outcomes(SEED[:at] + piece + SEED[at + left_out :]))
