"""JSON Feed 1 and 1.1 (https://www.jsonfeed.org/version/1.1/): every item is a document.

The document of an item is a JSON object of the item, its bytes as they stand in the feed, and of
what the feed says of all its items.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from tasks.compression import Readable
from tasks.decode import decode
from tasks.readers.feed import as_part, bounded, damaged, read_to_damage
from tasks.readers.feed_body import Story, find_story, headline_apart
from tasks.readers.feed_item import candidates, plain
from tasks.readers.jsonarray import split_array
from tasks.readers.jsonl import utf8_chunks
from tasks.readers.parts import Part
from tasks.records import Candidate, Draft, RawDocument
from warehouse.errors import CannotRead

JSON_FEED_ITEM = "application/x-json-feed-item+json"  # our own
EXTRACTOR = "jsonfeed 1"

# Deeper objects are not kept in Draft.extra: whoever writes them again must not hit the recursion
# limit. Counted by their brackets, which is always on the safe side.
_MOST_BRACKETS = 100
_USED = frozenset(
    (
        *("title", "url", "external_url", "content_html", "content_text", "summary", "image"),
        *("banner_image", "date_published", "date_modified", "author", "authors", "tags"),
        *("language",),
    )
)
_DECODER = json.JSONDecoder(strict=False)  # bare line breaks in strings


def split_json_feed(stream: Readable, *, limit: int) -> Iterator[Part]:
    """Yield the items of a JSON Feed as parts of the type JSON_FEED_ITEM, `record` from 1.

    Broken JSON gives the items before the fault and then a rejection with the byte offset, as
    tasks.readers.jsonarray does; damage of the stream likewise. The feed itself is rejected (the
    record None) when it has more than `limit` bytes or no items. Raises nothing of its own.
    """
    data, damage = read_to_damage(stream, limit)
    data = b"".join(utf8_chunks(io.BytesIO(data)))
    count, around = 0, json.dumps(_context(data)).encode()
    for part in split_array(io.BytesIO(data), limit=limit):
        if part.rejection is not None and damage is not None:
            break  # the damage of the stream says why the JSON breaks off
        if part.record is None:  # one object without a list of items, or nothing at all
            damage = damage or _without_items(part, data)
            break
        count += 1
        yield replace(part, record=count) if part.rejection else _part(part, count, around, limit)
    if damage:
        yield damaged(damage, count)


def read(document: RawDocument) -> Draft:
    """Return the article in an item.

    Raises CannotRead: "read.no_body" ("item without body: ..."), "read.bad_json", and
    "read.not_an_object" for an item that is something else.
    """
    decoded = decode(document.data)
    item, feed = _load(decoded.text)
    story, summary = find_story(
        (_string(item, "content_html"), _string(item, "content_text")), [_string(item, "summary")]
    )
    is_flat = decoded.text.count("[") + decoded.text.count("{") <= _MOST_BRACKETS
    left = {key: value for key, value in item.items() if key not in _USED and value}
    return Draft(
        paragraphs=headline_apart(story.paragraphs, plain(item.get("title"))),
        candidates=tuple(_candidates(item, feed, summary)),
        encoding=decoded.encoding,
        encoding_method=decoded.method,
        extractor=EXTRACTOR,
        removed=story.removed,
        extra={key: left[key] for key in left if is_flat or not isinstance(left[key], dict | list)},
    )


def _part(part: Part, record: int, around: bytes, limit: int) -> Part:
    document = b'{"feed": ' + around + b', "item": ' + (part.data or b"null") + b"}"
    return as_part(record, document, JSON_FEED_ITEM, _id_in(part.data or b""), limit)


def _id_in(data: bytes) -> str:
    """Return the id of an item, "" if it has none or is broken."""
    item = _loads(data)
    return str(item.get("id") or "")


def _loads(data: bytes) -> Mapping[str, Any]:
    """Return a JSON object, an empty one for anything else."""
    try:
        found = _DECODER.decode(data.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _context(data: bytes) -> dict[str, Any]:
    """Return what the feed says of its items; of a broken feed, what stands before them."""
    feed = _loads(data) or _loads(data.partition(b'"items"')[0].rstrip(b", \t\r\n") + b"}")
    authors = feed.get("authors") or feed.get("author")
    return bounded(
        {
            "title": feed.get("title"),
            "link": feed.get("home_page_url"),
            "language": feed.get("language"),
            "authors": authors,
        }
    )


def _without_items(part: Part, data: bytes) -> CannotRead:
    """Return why there is no item in `data`, of which `part` is what was found."""
    if part.rejection is not None:
        return CannotRead(part.rejection.reason, part.rejection.detail)
    if not data.strip():
        return CannotRead("read.empty", "no text")
    title = str(_loads(data).get("title", ""))[:80]
    return CannotRead("read.no_items", f"a JSON Feed titled {title!r} without items")


def _load(text: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return the item and the feed in a document that split_json_feed wrote."""
    try:
        whole = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        near = text[max(0, error.pos - 20) : error.pos + 20]
        raise CannotRead("read.bad_json", f"{error.msg}, near {near!r}") from error
    except (ValueError, RecursionError) as error:
        raise CannotRead("read.bad_json", f"{error}; an item of a JSON Feed is wanted") from error
    item = whole.get("item") if isinstance(whole, dict) else None
    if not isinstance(item, dict):
        raise CannotRead("read.not_an_object", f"an item must be an object, this is {text[:80]!r}")
    feed = whole.get("feed")
    return item, feed if isinstance(feed, dict) else {}


def _string(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""


def _names(value: object) -> Iterator[str]:
    """Yield the names in "authors" (1.1) or "author" (1), or in a list of strings."""
    for author in value if isinstance(value, list) else [value]:
        name = author.get("name") if isinstance(author, dict) else author
        if isinstance(name, str):
            yield name


def _candidates(
    item: Mapping[str, Any], feed: Mapping[str, Any], summary: Story | None
) -> Iterator[Candidate]:
    yield from candidates(_of_item(item), "jsonfeed")
    if summary:
        yield from candidates([("description", "summary", summary.text)], "jsonfeed")
    yield from candidates(_of_feed(item, feed), "jsonfeed")


def _of_item(item: Mapping[str, Any]) -> Iterator[tuple[str, str, object]]:
    """Yield what an item offers; its id is best the address ("id" in the standard)."""
    yield "headline", "title", item.get("title")
    yield "url", "url", _string(item, "url")
    if (name := _string(item, "id")).startswith(("http://", "https://")):
        yield "url", "id", name
    for author in _names(item.get("authors") or item.get("author")):
        yield "author", "authors", author
    yield "published", "date_published", _string(item, "date_published")
    yield "modified", "date_modified", _string(item, "date_modified")
    tags = item.get("tags")
    for tag in tags if isinstance(tags, list) else ():
        yield "keyword", "tags", tag
    yield "image_url", "image", _string(item, "image")
    yield "image_url", "banner_image", _string(item, "banner_image")
    yield "language", "language", _string(item, "language")


def _of_feed(item: Mapping[str, Any], feed: Mapping[str, Any]) -> Iterator[tuple[str, str, object]]:
    if not any(_names(item.get("authors") or item.get("author"))):
        for author in _names(feed.get("authors")):
            yield "author", "feed authors", author
    yield "publisher", "feed title", feed.get("title")
    yield "language", "feed language", _string(feed, "language")
