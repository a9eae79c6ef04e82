"""A JSON file to the documents in it, without ever holding the file.

Understood are, one behind the other and in any mixture:

* a list: every element is a document;
* an object around a list of objects, as interfaces answer it ({"status": "ok", "articles": [...]});
* an object of such lists, each under the name of a publisher, as Fundus saves them;
* objects without a list around them, one or many, with or without line breaks inside them;
* RFC 7464: the same, with a record separator before each.

Values are only cut at their brackets, quotes and commas. Whether an element is good JSON, and an
article, its reader finds out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from tasks.compression import TRAILING, Readable
from tasks.readers.json_cursor import Cursor, elements, members
from tasks.readers.jsonl import JSON, Gathered, rejected, utf8_chunks
from tasks.readers.parts import Part
from warehouse.errors import CannotRead

# What interfaces and dumps call the list of their articles, and the objects they wrap around it:
# NewsAPI articles; JSON Feed items; Solr and NYT response.docs; Guardian response.results;
# Elasticsearch hits.hits; Diffbot objects; the data set viewer of Hugging Face rows.
_LIST_KEYS = """
    articles items documents docs results data hits news stories posts entries records objects rows
"""
LIST_KEYS = frozenset(_LIST_KEYS.split())
WRAPPER_KEYS = LIST_KEYS | {"response", "result", "payload"}
# An object that has a text of its own is an article, whatever lists it has besides.
_BODY_KEYS = """
    text body articlebody article_body bodytext body_text body_html body_xhtml content content_html
    content_text maintext main_text fulltext full_text plain_text raw_content html raw_html
"""
BODY_KEYS = frozenset(_BODY_KEYS.split())
WRAPPER_DEPTH = 3
SURVEY_BYTES = 1024 * 1024  # of an object are looked at to tell an article from a wrapper

# A key of articles that Fundus alone writes. In the file that its crawler saves, the name of the
# publisher stands around the list of his articles, and not in them.
_FUNDUS_KEY = b'"publishing_date"'
_HAS_OBJECTS = re.compile(rb"\[[ \t\r\n]*\{")
_TEXT_VALUE = re.compile(rb'"[ \t]*[^" \t]')


def split_array(stream: Readable, /, *, limit: int) -> Iterator[Part]:
    """Yield the documents of a JSON stream as parts, `record` counting them from 1.

    A file that is one object, and no list of others, is one part with the record None. `data` is
    the value in UTF-8; one of more than `limit` bytes is rejected as "read.too_large" and skipped.
    Where the stream is damaged or the syntax around the documents is broken ("read.bad_json"),
    the last part is a rejection in place of the document it broke in, with the byte offset (in
    UTF-8) that was reached. Raises nothing of its own.
    """
    values = _Documents(stream, limit)
    held: Gathered | None = None  # the first object, until it is known whether it is the only one
    number = 0
    try:
        for value in values:
            if held:
                yield held.part(1)
            number += 1
            held = value if number == 1 and not values.is_list else None
            if not held:
                yield value.part(number)
    except CannotRead as damage:
        is_only = damage.reason == TRAILING and held is not None
        if held:
            yield held.part(None if is_only else 1)
        if not is_only:
            record = number + 1 if number or values.is_list else None
            detail = f"{damage.detail}; {values.where()}"
            yield Part(record=record, rejection=rejected(damage, detail), media_type=JSON)
    else:
        if not number and not values.is_list:
            held = Gathered(limit)  # an empty file is one empty document
        if held:
            yield held.part(None)


class _Documents:
    """The documents in a JSON stream, in order."""

    def __init__(self, stream: Readable, limit: int) -> None:
        self._cursor = Cursor(utf8_chunks(stream))
        self._limit = limit
        self.is_list = False  # whether a list of documents has been entered

    def __iter__(self) -> Iterator[Gathered]:
        cursor = self._cursor
        take: Callable[[], Iterator[Gathered]] | None = None  # what objects are, by the first one
        while first := cursor.peek():
            if first == b"{" and take is None:
                take = self._way(cursor.look(SURVEY_BYTES))
            if first == b"[":
                yield from self._elements(any_kind=True)
            elif first == b"{" and take:
                yield from take()
            elif first == b",":  # between objects that lost the list around them
                cursor.at += 1
            else:
                yield cursor.value(self._limit)

    def _way(self, head: bytes) -> Callable[[], Iterator[Gathered]]:
        """Return how to take the documents out of objects that begin as `head` does."""
        if _is_wrapper(head, WRAPPER_DEPTH):
            return lambda: self._unwrap(WRAPPER_DEPTH)
        if _is_fundus(head):
            return self._by_publisher
        return lambda: iter((self._cursor.value(self._limit),))

    def where(self) -> str:
        """Say how far reading came."""
        return f"reading stopped at byte {self._cursor.offset:,}"

    def _elements(self, *, any_kind: bool) -> Iterator[Gathered]:
        """Yield the elements of the list at the cursor, or nothing if they are to be objects."""
        self.is_list = True
        is_wanted = any_kind
        for position, _ in enumerate(elements(self._cursor)):
            is_wanted = is_wanted or (position == 0 and self._cursor.peek() == b"{")
            value = self._cursor.value(self._limit if is_wanted else 0)
            if is_wanted:
                yield value

    def _unwrap(self, depth: int) -> Iterator[Gathered]:
        """Yield the elements of the lists inside the object at the cursor."""
        self.is_list = True
        for key in members(self._cursor):
            first = self._cursor.peek()
            if key.lower() in LIST_KEYS and first == b"[":
                yield from self._elements(any_kind=False)
            elif key.lower() in WRAPPER_KEYS and first == b"{" and depth > 1:
                yield from self._unwrap(depth - 1)
            else:
                self._cursor.value(0)

    def _by_publisher(self) -> Iterator[Gathered]:
        """Yield the elements of all lists in the object at the cursor, an export of Fundus."""
        self.is_list = True
        for publisher in members(self._cursor):
            if self._cursor.peek() != b"[":
                self._cursor.value(0)
                continue
            for value in self._elements(any_kind=True):
                yield _with_publisher(value, publisher)


def _with_publisher(value: Gathered, publisher: str) -> Gathered:
    """Write into an article of Fundus whose it is; other values stay as they are."""
    data = b"".join(value.pieces)
    if _FUNDUS_KEY in data and data.startswith(b"{"):
        name = json.dumps(publisher, ensure_ascii=False).encode("utf-8", "replace")
        value.pieces = [b'{"publisher": ', name, b", ", data[1:]]
    return value


def _is_wrapper(head: bytes, depth: int) -> bool:
    """Tell from its first bytes whether an object is there for a list of objects inside it.

    A text of its own anywhere in `head` makes it an article.
    """
    cursor = Cursor(iter([head]))
    found = False
    try:
        for key in map(str.lower, members(cursor)):
            first = cursor.peek()
            if key in BODY_KEYS and _TEXT_VALUE.match(cursor.chunk, cursor.at):
                return False
            if key in LIST_KEYS and _HAS_OBJECTS.match(cursor.chunk, cursor.at):
                found = True
            elif key in WRAPPER_KEYS and first == b"{" and depth > 1 and not found:
                found = _is_wrapper(cursor.chunk[cursor.at :], depth - 1)
            cursor.value(0)
    except CannotRead:
        pass  # the head ends here, or the object is broken: what was seen decides
    return found


def _is_fundus(head: bytes) -> bool:
    """Tell whether all members of an object, as far as `head` goes, are lists of its articles."""
    cursor = Cursor(iter([head]))
    has_lists = False
    try:
        for _ in members(cursor):
            if cursor.peek() != b"[":
                return False
            has_lists |= _HAS_OBJECTS.match(cursor.chunk, cursor.at) is not None
            cursor.value(0)
    except CannotRead:
        pass
    return has_lists and _FUNDUS_KEY in head
