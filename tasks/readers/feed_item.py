"""Reader of one item of an RSS, RDF, Atom or CDF feed, as tasks.readers.feed cut it out.

tasks.readers.feed_body says when an item is an article.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tasks.clean import clean_line
from tasks.readers.feed_body import Story, find_story, headline_apart
from tasks.readers.fragment import is_html
from tasks.records import Candidate, Draft, RawDocument
from warehouse.errors import CannotRead

FEED_ITEM = "application/x-feed-item+json"  # our own
EXTRACTOR = "feed 1"
FEED_ENDS = "feed_ends"  # in Draft.truncated: the feed breaks off inside the item

_MARKUP = re.compile(r"<[a-zA-Z/!][^<>]*>")
_TEXT_TYPES = ("text/", "application/xhtml")  # of contents; the others are files in base64 or XML
_SUMMARIES = ("summary", "itunes_summary", "dc_description")
# What candidates and paragraphs are made of; the rest of an item goes to Draft.extra.
_USED = frozenset(
    (
        *("title", "link", "guidislink", "links", "authors", "author", "tags", "content", "rights"),
        *("published", "dc_date", "created", "updated", "publisher", "language", "xml_lang"),
        *("media_content", "media_thumbnail", "feedburner_origlink", "prism_section", *_SUMMARIES),
    )
)

_Values = Iterator[tuple[str, str, object]]  # field, element, value


def read(document: RawDocument) -> Draft:
    """Return the article in an item.

    Raises CannotRead: "read.no_body" when there is none ("item without body: ..."), "read.bad_json"
    for data that tasks.readers.feed did not write.
    """
    item = _load(document.data)
    entry: Mapping[str, Any] = item["entry"]
    story, summary = _story(entry)
    family = re.sub(r"\d.*", "", str(item.get("version") or "")) or "feed"
    return Draft(
        paragraphs=headline_apart(story.paragraphs, plain(entry.get("title"))),
        candidates=tuple(_candidates(entry, item["feed"], family, summary)),
        encoding=str(item.get("encoding", "utf-8")),
        encoding_method=str(item.get("encoding_method", "utf-8")),
        extractor=EXTRACTOR,
        removed=story.removed,
        extra=_extra(item, entry),
        truncated=(FEED_ENDS,) if item.get("is_cut") else (),
    )


def plain(value: object) -> str:
    """Return a headline, name or other short value as one clean line, without markup."""
    text = value if isinstance(value, str) else ""
    if ("<" in text or "&" in text) and is_html(text):
        text = html.unescape(_MARKUP.sub("", text if "<" in text else html.unescape(text)))
    return clean_line(text).text


def candidates(values: Iterable[tuple[str, str, object]], family: str) -> Iterator[Candidate]:
    """Yield candidates of (field, element, value) that hold something; `family` is the source."""
    for field, element, value in values:
        as_written = field in ("url", "image_url", "published", "modified", "language")
        text = plain(value) if not as_written else value.strip() if isinstance(value, str) else ""
        if text:
            stored = text.encode("utf-8", "replace").decode()
            yield Candidate(field=field, value=stored, source=f"{family}:{element}")


def _load(data: bytes) -> Mapping[str, Any]:
    """Return the object that tasks.readers.feed wrote."""
    try:
        item = json.loads(data)
    except (ValueError, RecursionError) as error:
        detail = f"{error}; an item as tasks.readers.feed writes it is wanted"
        raise CannotRead("read.bad_json", detail) from error
    is_item = isinstance(item, dict)
    if not is_item or not all(isinstance(item.get(key), dict) for key in ("entry", "feed")):
        detail = f"no item of a feed but {data[:80]!r}; an object with entry and feed is wanted"
        raise CannotRead("read.bad_json", detail)
    return item  # type: ignore[no-any-return]


def _objects(about: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """Return the objects in a list; a feed may have a plain element of that name (<authors>)."""
    value = about.get(key) or ()
    if isinstance(value, str):
        return [{"name": value, "term": value}]
    return [each for each in value if isinstance(each, dict)]


def _story(entry: Mapping[str, Any]) -> tuple[Story, Story | None]:
    contents = (
        str(content.get("value") or "")
        for content in _objects(entry, "content")
        if str(content.get("type") or "text/").startswith(_TEXT_TYPES)
    )
    return find_story(contents, (str(entry.get(key) or "") for key in _SUMMARIES))


def _candidates(
    entry: Mapping[str, Any], feed: Mapping[str, Any], family: str, summary: Story | None
) -> Iterator[Candidate]:
    """Yield what the item and its feed offer, the item's own values first."""
    yield from candidates(_of_entry(entry), family)
    if summary:
        yield from candidates([("description", "summary", summary.text)], family)
    yield from candidates(_of_feed(entry, feed), family)


def _of_entry(entry: Mapping[str, Any]) -> _Values:
    yield "headline", "title", entry.get("title")
    yield "url", "feedburner:origLink", entry.get("feedburner_origlink")
    is_id = entry.get("guidislink") and entry.get("link") == entry.get("id")
    yield "url", "guid" if is_id else "link", entry.get("link")
    for author in _objects(entry, "authors"):
        yield "author", "author", author.get("name")
    yield from _dates(entry)
    yield from _subjects(entry)
    yield from _images(entry)
    yield "language", "dc:language", entry.get("language")
    yield "language", "xml:lang", entry.get("xml_lang")
    yield "license", "rights", entry.get("rights")
    yield from _licenses(entry)
    yield "publisher", "dc:publisher", entry.get("publisher")


def _dates(entry: Mapping[str, Any]) -> _Values:
    """Yield dates. dc:date is when it was published or issued; Atom need not say more than when an
    entry was last changed (RFC 4287, 4.2.15), which is then the best there is."""
    yield "published", "published", entry.get("published")
    yield "published", "dc:date", entry.get("dc_date")
    yield "published", "created", entry.get("created")
    if not any(entry.get(key) for key in ("published", "dc_date", "created")):
        yield "published", "updated", entry.get("updated")
    yield "modified", "updated", entry.get("updated")


def _subjects(entry: Mapping[str, Any]) -> _Values:
    """Yield section and keywords. Feeds do not tell sections from keywords; one category alone is
    where the item is filed."""
    tags = [tag.get("label") or tag.get("term") for tag in _objects(entry, "tags")]
    yield "section", "prism:section", entry.get("prism_section")
    if len(tags) == 1:
        yield "section", "category", tags[0]
    for tag in tags:
        yield "keyword", "category", tag


def _images(entry: Mapping[str, Any]) -> _Values:
    """Yield the widest picture of Media RSS, else its thumbnail, and pictures enclosed."""
    pictures = [each for each in _objects(entry, "media_content") if _is_picture(each)]
    for widest in sorted(pictures, key=_width)[-1:]:
        yield "image_url", "media:content", widest.get("url")
    for thumbnail in _objects(entry, "media_thumbnail")[:1]:
        yield "image_url", "media:thumbnail", thumbnail.get("url")
    for link in _objects(entry, "links"):
        if link.get("rel") == "enclosure" and str(link.get("type")).startswith("image/"):
            yield "image_url", "enclosure", link.get("href")


def _is_picture(media: Mapping[str, Any]) -> bool:
    named = f"{media.get('medium') or ''} {media.get('type') or ''}".strip()
    return "image" in named or not named


def _width(media: Mapping[str, Any]) -> int:
    width = str(media.get("width") or "")
    return int(width) if width.isdecimal() and len(width) < 6 else 0


def _licenses(about: Mapping[str, Any]) -> _Values:
    for link in _objects(about, "links"):
        if link.get("rel") == "license":
            yield "license", "license", link.get("href")


def _of_feed(entry: Mapping[str, Any], feed: Mapping[str, Any]) -> _Values:
    """Yield what holds for the items of a feed. An entry without authors has those of its source
    or its feed (RFC 4287, 4.2.1); a publisher with "@" is the address of a webmaster."""
    source = entry["source"] if isinstance(entry.get("source"), dict) else {}
    if not any(author.get("name") for author in _objects(entry, "authors")):
        for author in _objects(source, "authors") or _objects(feed, "authors"):
            yield "author", "feed author", author.get("name")
    yield "publisher", "source", source.get("title")
    if "@" not in str(feed.get("publisher")):
        yield "publisher", "feed publisher", feed.get("publisher")
    yield "publisher", "feed title", feed.get("title")
    yield "language", "feed language", feed.get("language")
    yield "license", "feed rights", feed.get("rights")
    yield from _licenses(feed)


def _extra(item: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, object]:
    """Return what nothing was made of."""
    left = {key: value for key, value in entry.items() if key not in _USED and value}
    return left | ({"feed_fault": item["fault"]} if item.get("fault") else {})
