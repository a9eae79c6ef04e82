"""RSS 0.9 to 2.0, RDF, Atom and CDF: every item of a feed is a document.

The document of an item is a JSON object of what feedparser found in it and around it (FEED_ITEM),
not a piece of the XML: an item has no meaning without the namespaces, entities, languages and base
addresses declared around it, and in a feed that is not well formed it has no certain end. Values
are kept as written, dates too; only what feedparser stores twice is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tasks.compression import BLOCK_BYTES, TRAILING, Readable
from tasks.decode import decode
from tasks.readers.feed_item import FEED_ITEM
from tasks.readers.parts import Part
from tasks.records import Rejection
from warehouse.errors import CannotRead

if TYPE_CHECKING:
    from tasks.readers.feed_parser import Parsed

# What an item needs to know of its feed, the most important first: each item carries a copy, so
# together they may not be long.
CONTEXT = ("title", "link", "language", "authors", "publisher", "rights", "links", "id")
_MOST_CONTEXT = 2_000  # characters of JSON

_LONGEST_ID = 1_000  # characters; a longer one stays in the document
_LONGEST_SHOWN = 80
_ITEM_BEGINS = ("<item", "<entry")
_ITEM_ENDS = ("</item", "</entry")


def split_feed(stream: Readable, *, limit: int) -> Iterator[Part]:
    """Yield the items of a feed as parts of the type FEED_ITEM, `record` counting them from 1.

    A feed that is not well formed gives the items that feedparser finds in it; the last one is
    marked if the feed ends inside it. Where the stream is damaged, a rejection follows the items
    before the damage. The feed itself is rejected (the record None) when it has more than `limit`
    bytes or too many elements ("read.too_large"), is no text ("decode."), has no item
    ("read.no_items") or breaks feedparser ("read.bad_xml"). Raises nothing of its own.
    The memory is about seven times the bytes of the feed (measured: 16 MB 105, 63 MB 390 to 455).
    """
    data, damage = read_to_damage(stream, limit)
    count = 0
    if data:
        try:
            for part in _items(data, limit):
                count += 1
                yield part
        except CannotRead as error:
            damage = damage or error
    if damage:
        yield damaged(damage, count)
    elif not data:
        yield rejected(None, "read.empty", "0 bytes")


def read_to_damage(stream: Readable, limit: int) -> tuple[bytes, CannotRead | None]:
    """Return the bytes of a stream up to its end or damage, and the damage.

    More than `limit` bytes are a damage after which nothing is kept; bytes behind checked and
    complete data are none.
    """
    pieces: list[bytes] = []
    room = limit
    try:
        while piece := stream.read(BLOCK_BYTES):
            pieces.append(piece)
            room -= len(piece)
            if room < 0:
                detail = f"more than {limit:,} bytes, the limit for one feed"
                return b"", CannotRead("read.too_large", detail)
    except CannotRead as damage:
        return b"".join(pieces), None if damage.reason == TRAILING else damage
    return b"".join(pieces), None


def damaged(damage: CannotRead, count: int) -> Part:
    """Return the rejection that ends a feed after `count` items; without items it is the feed's."""
    detail = f"{damage.detail}; items read before: {count:,}" if count else damage.detail
    rejection = Rejection(damage.reason, detail, is_retryable=damage.is_retryable)
    return Part(record=count + 1 if count else None, rejection=rejection)


def rejected(record: int | None, reason: str, detail: str) -> Part:
    """Return a part that is nothing but a reason."""
    return Part(record=record, rejection=Rejection(reason, detail))


def as_part(record: int, document: bytes, media_type: str, record_id: str, limit: int) -> Part:
    """Return the part of one item, whose own name is `record_id`; one too large is rejected."""
    if len(document) > limit:
        detail = f"an item of {len(document):,} bytes; at most {limit:,} are read"
        return rejected(record, "read.too_large", detail)
    name = record_id if 0 < len(record_id) <= _LONGEST_ID else None
    return Part(record=record, data=document, media_type=media_type, record_id=name)


def bounded(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `values` say of a feed, CONTEXT first, as far as there is room in each item."""
    kept, room = dict[str, Any](), _MOST_CONTEXT
    for key in CONTEXT:
        size = len(json.dumps(values[key], default=str)) if values.get(key) else 0
        if 0 < size <= room:
            kept[key] = values[key]
            room -= size
    return kept


_PLACE = re.compile(r"(?:<[^>]*>)?:\d+:\d+:\s*|\s*\(?\b(?:at )?line \d+,? column \d+\)?")


def _items(data: bytes, limit: int) -> Iterator[Part]:
    """Yield the items in the bytes of a feed. Raises CannotRead when there is none."""
    # Importing it takes 80 ms, and most runs meet no feed.
    from tasks.readers.feed_parser import parse_feed

    decoded = decode(data)
    parsed = parse_feed(decoded.text)
    if not parsed.entries:
        raise CannotRead("read.no_items", _without_items(parsed, decoded.text))
    around = {
        "version": parsed.version,
        "fault": _PLACE.sub("", parsed.fault or "") or None,  # its place moves with every new item
        "encoding": decoded.encoding,
        "encoding_method": decoded.method,
        "feed": bounded(parsed.feed),
    }
    last = len(parsed.entries) if parsed.fault and _ends_inside_item(decoded.text) else None
    for record, entry in enumerate(parsed.entries, start=1):
        item = {**around, "is_cut": record == last, "entry": _compact(entry)}
        document = json.dumps(item, ensure_ascii=False, default=str).encode("utf-8", "replace")
        yield as_part(record, document, FEED_ITEM, str(entry.get("id") or ""), limit)


def _without_items(parsed: Parsed, text: str) -> str:
    title = str(parsed.feed.get("title", ""))[:_LONGEST_SHOWN]
    if parsed.version or title:
        return f"a feed ({parsed.version or 'of no version'}) titled {title!r} without items"
    fault = f"; not well formed: {parsed.fault}" if parsed.fault else ""
    return f"no feed in it; it begins with {text.strip()[:_LONGEST_SHOWN]!r}{fault}"


def _ends_inside_item(text: str) -> bool:
    """Tell whether an item begins after the last end of one."""
    return max(map(text.rfind, _ITEM_BEGINS)) > max(map(text.rfind, _ITEM_ENDS))


def _compact(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry without parsed dates and second copies of its texts.

    Of the details of a text only the language is kept. A summary without details is one that
    feedparser made of the content.
    """
    kept = {key: entry[key] for key in entry if not key.endswith(("_parsed", "_detail"))}
    if "summary_detail" not in entry and "content" in entry:
        kept.pop("summary", None)
    contents = entry.get("content")
    texts = [*contents] if isinstance(contents, list) else []
    texts += [entry.get("summary_detail"), entry.get("title_detail")]
    languages = (text.get("language") for text in texts if isinstance(text, dict))
    if language := next(filter(None, languages), None):
        kept["xml_lang"] = language
    return kept
