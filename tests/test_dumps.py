"""Outputs of other tools become articles as they are; the seeds were written by those tools."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from tasks.fields import Fields, choose
from tasks.readers.csv import split_csv
from tasks.readers.json import read
from tasks.readers.jsonarray import split_array
from tasks.readers.jsonl import split_lines
from tasks.readers.parts import Part
from tasks.records import Draft, RawDocument
from warehouse.errors import CannotRead

DUMPS = Path(__file__).parent.parent / "seeds" / "dumps"
LIMIT = 1_000_000


def drafts(parts: Iterator[Part]) -> list[Draft | str]:
    """Return what becomes of each part: a draft, or the detail of its rejection."""
    return [_draft(part) for part in parts]


def _draft(part: Part) -> Draft | str:
    if part.data is None or part.media_type is None:
        return part.rejection.detail if part.rejection else ""
    document = RawDocument(path="a", record=1, data=part.data, media_type=part.media_type)
    try:
        return read(document)
    except CannotRead as error:
        return error.detail


def opened(name: str) -> io.BytesIO:
    """Return a seed."""
    return io.BytesIO((DUMPS / name).read_bytes())


def fields(draft: Draft | str) -> Fields:
    """Return the fields of an article."""
    assert isinstance(draft, Draft)
    return choose(draft.candidates)


def day(found: Fields) -> str:
    """Return the day of publication."""
    return str(found.published.day) if found.published else ""


def test_newspaper4k() -> None:
    """Its `language` is a setting; `meta_lang` is what the page says."""
    (draft,) = drafts(split_array(opened("newspaper4k.json"), limit=LIMIT))
    found = fields(draft)

    assert isinstance(draft, Draft)
    assert len(draft.paragraphs) == 3
    assert (found.headline, day(found)) == ("Chapel bells of Larn ring again", "2024-02-11")
    assert (found.authors[0].name, found.publisher) == ("Edda Quill", "Larn Post")
    assert found.canonical_url == "https://larnpost.example.com/2024/bells"
    assert draft.extra["language"] == "en"


def test_fundus() -> None:
    """Summary and sections are the body; the publisher is the key around his articles."""
    articles = drafts(split_array(opened("fundus.json"), limit=LIMIT))
    first, second, third = map(fields, articles)

    assert isinstance(articles[0], Draft)
    kinds = [paragraph.kind for paragraph in articles[0].paragraphs]
    assert kinds == ["body", "body", "body", "subhead", "body"]
    assert [each.publisher for each in (first, third)] == ["Kestrel Tribune", "Der Abendbote"]
    assert [author.name for author in first.authors] == ["Mara Lindqvist", "Oren Tal"]
    assert (first.is_accessible_for_free, second.is_accessible_for_free) == (True, False)
    assert (day(third), third.keywords) == ("2024-06-01", ("Freibad", "Quellheim"))


def test_datatrove() -> None:
    """The date of a document out of a WARC is that of the crawl; the date of another counts."""
    first, second = map(fields, drafts(split_lines(opened("datatrove.jsonl"), limit=LIMIT)))

    assert (first.url, first.published) == ("https://calder.example.org/weir-opens", None)
    assert (second.headline or "").startswith("County buys lighthouse")
    assert (day(second), second.authors[0].name) == ("2024-03-20", "Rhea Mond")


def test_media_cloud_exports_hold_no_text() -> None:
    """Its rows are stories without body: rejected, with the columns that there are."""
    (detail,) = drafts(split_csv(opened("mediacloud.csv"), limit=LIMIT))

    assert "keys found: id, indexed_date, language, media_name, media_url, publish_date" in detail
    assert "--map body=KEY" in detail
