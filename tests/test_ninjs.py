"""ninjs items of all versions to drafts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tasks.readers.ninjs import is_ninjs, read_ninjs
from tasks.records import Draft
from warehouse.errors import CannotRead

SEED = Path(__file__).parents[1] / "seeds" / "wire" / "ninjs-3.json"
HTML = "<p>The council met on Friday.</p><p>It voted at nine.</p>"


def read(**item: object) -> Draft:
    return read_ninjs({"uri": "urn:x:1", **item}, encoding="utf-8", encoding_method="utf-8")


def values(draft: Draft, field: str) -> list[str]:
    return [each.value for each in draft.candidates if each.field == field]


def body(draft: Draft) -> list[str]:
    return [each.text for each in draft.paragraphs if each.kind == "body"]


class TestVersions:
    def test_the_seed_of_version_3(self) -> None:
        item = json.loads(SEED.read_text("utf-8"))
        draft = read_ninjs(item, encoding="utf-8", encoding_method="utf-8")
        assert values(draft, "headline")[0] == "Ferry crews return to work after night of talks"
        assert values(draft, "byline") == ["By Ana Martínez and Sam Roe"]
        assert values(draft, "published")[0] == "2024-05-03T14:15:00Z"
        assert values(draft, "modified") == ["2024-05-03T16:05:00Z"]
        assert values(draft, "keyword") == ["strike"]
        assert len(body(draft)) == 2

    def test_version_1_has_one_headline_and_bodies_by_format(self) -> None:
        draft = read(
            type="text", headline="Vote", body_text="Flat text.", body_xhtml=HTML, byline="By A Doe"
        )
        assert values(draft, "headline") == ["Vote"]
        assert body(draft) == ["The council met on Friday.", "It voted at nine."]
        assert draft.removed["second_body"] == 1

    def test_version_2_has_lists_with_roles(self) -> None:
        draft = read(
            headlines=[{"role": "short", "value": "No"}, {"role": "main", "value": "Yes"}],
            bodies=[{"contenttype": "text/plain", "value": "One.\n\nTwo."}],
            versioncreated="2024-05-03T16:05:00Z",
        )
        assert values(draft, "headline") == ["Yes", "No"]
        assert body(draft) == ["One.", "Two."]
        assert values(draft, "published") == ["2024-05-03T16:05:00Z"]

    def test_a_body_in_nitf_is_read_as_nitf(self) -> None:
        content = "<body><body.content><p>One.</p></body.content></body>"
        nitf = f"<nitf><head><title>x</title></head>{content}</nitf>"
        assert body(read(bodies=[{"contentType": "text/vnd.IPTC.NITF", "value": nitf}])) == ["One."]

    def test_rights_and_picture_are_offered(self) -> None:
        draft = read(
            bodies=[{"value": HTML}],
            usageterms="Not for sale.",
            copyrightholder="HNS",
            associations={
                "main": {"type": "picture", "renditions": {"a": {"href": "http://x/a.jpg"}}}
            },
        )
        assert values(draft, "license") == ["Not for sale."]
        assert values(draft, "copyright_holder") == ["HNS"]
        assert values(draft, "image_url") == ["http://x/a.jpg"]

    def test_what_no_field_takes_is_kept(self) -> None:
        draft = read(bodies=[{"value": HTML}], pubstatus="canceled", embargoed="2024-05-04")
        assert draft.extra["pubstatus"] == "canceled"
        assert draft.extra["embargoed"] == "2024-05-04"


class TestNoArticles:
    @pytest.mark.parametrize("kind", ["picture", "graphic", "audio", "video", "event"])
    def test_other_types_are_rejected_by_name(self, kind: str) -> None:
        with pytest.raises(CannotRead, match=rf"read\.no_body: a ninjs item of type '{kind}'"):
            read(type=kind, headline="A ship", body_text="What is seen on it.")

    def test_a_text_without_body_says_what_it_is(self) -> None:
        with pytest.raises(CannotRead, match=r"status 'canceled', incomplete representation"):
            read(type="text", pubstatus="canceled", representationtype="incomplete")

    def test_values_of_a_wrong_kind_do_no_harm(self) -> None:
        with pytest.raises(CannotRead, match=r"read\.no_body"):
            read(headlines=[1, None, {"value": 3}], bodies={"a": [1]}, subjects="x", byline=["a"])

    def test_captions_are_no_body(self) -> None:
        with pytest.raises(CannotRead, match=r"read\.no_body"):
            read(bodies=[{"role": "caption", "value": HTML}])


@pytest.mark.parametrize(
    ("item", "wanted"),
    [
        ({"uri": "urn:x", "type": "picture", "headline": "A", "urgency": 3}, True),
        ({"uri": "urn:x", "bodies": [], "headlines": []}, True),
        ({"standard": {"name": "ninjs", "version": "2.1"}}, True),
        ({"uri": "urn:x", "versionCreated": "2024", "pubStatus": "usable"}, True),
        ({"uri": "nyt://article/1", "headline": {"main": "A"}, "byline": {}}, False),
        ({"uri": "1", "title": "A", "body": "B", "dateTime": "2024"}, False),
        ({"headline": "A", "body_text": "B", "urgency": 1}, False),
    ],
)
def test_ninjs_is_told_from_other_json(item: dict[str, object], wanted: bool) -> None:
    assert is_ninjs(item) is wanted
