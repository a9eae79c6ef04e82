"""A JSON file to the documents in it, without ever holding the file.

Understood are, one behind the other and in any mixture:

* a list: every element is a document;
* an object around a list of objects, as interfaces answer it ({"status": "ok", "articles": [...]});
* objects without a list around them, one or many, with or without line breaks inside them;
* RFC 7464: the same, with a record separator before each.

Values are only cut at their brackets, quotes and commas. Whether an element is good JSON, and an
article, its reader finds out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from tasks.compression import TRAILING, Readable
from tasks.readers.jsonl import BLANKS, JSON, Gathered, rejected, utf8_chunks
from tasks.readers.parts import Part
from warehouse.errors import CannotRead

# What interfaces and dumps call the list of their articles, and the objects they wrap around it:
# NewsAPI articles; JSON Feed items; Solr and NYT response.docs; Guardian response.results;
# Elasticsearch hits.hits.
_LIST_KEYS = "articles items documents docs results data hits news stories posts entries records"
LIST_KEYS = frozenset(_LIST_KEYS.split())
WRAPPER_KEYS = LIST_KEYS | {"response", "result", "payload"}
# An object that has a text of its own is an article, whatever lists it has besides.
_BODY_KEYS = """
    text body articlebody article_body bodytext body_text body_html body_xhtml content content_html
    content_text maintext main_text fulltext full_text plain_text
"""
BODY_KEYS = frozenset(_BODY_KEYS.split())
WRAPPER_DEPTH = 3
SURVEY_BYTES = 1024 * 1024  # of an object are looked at to tell an article from a wrapper
MOST_NESTED = 1000  # Python's own JSON parser gives up near there too

_BLANK = re.compile(b"[" + BLANKS + b"]*")
_SCALAR = re.compile(rb"[-+.\w]*")
_GOOD_SCALAR = re.compile(rb"-?\d[-+.eE\d]*|true|false|null|NaN|-?Infinity")
_STRING_REST = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_STRUCTURE = re.compile(rb'["{}\[\]]')
_HAS_OBJECTS = re.compile(rb"\[[ \t\r\n]*\{")
_TEXT_VALUE = re.compile(rb'"[ \t]*[^" \t]')
_QUOTE, _BACKSLASH = ord('"'), ord("\\")
_CLOSES = {ord("}"): ord("{"), ord("]"): ord("[")}
_LONGEST_KEY = 10_000


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
        self._cursor = _Cursor(utf8_chunks(stream))
        self._limit = limit
        self.is_list = False  # whether a list of documents has been entered

    def __iter__(self) -> Iterator[Gathered]:
        cursor = self._cursor
        is_wrapper: bool | None = None
        while first := cursor.peek():
            if first == b"{" and is_wrapper is None:
                is_wrapper = _is_wrapper(cursor.look(SURVEY_BYTES), WRAPPER_DEPTH)
            if first == b"[":
                yield from self._elements(any_kind=True)
            elif first == b"{" and is_wrapper:
                yield from self._unwrap(WRAPPER_DEPTH)
            elif first == b",":  # between objects that lost the list around them
                cursor.at += 1
            else:
                yield cursor.value(self._limit)

    def where(self) -> str:
        """Say how far reading came."""
        return f"reading stopped at byte {self._cursor.offset:,}"

    def _elements(self, *, any_kind: bool) -> Iterator[Gathered]:
        """Yield the elements of the list at the cursor, or nothing if they are to be objects."""
        self.is_list = True
        is_wanted = any_kind
        for position, _ in enumerate(_elements(self._cursor)):
            is_wanted = is_wanted or (position == 0 and self._cursor.peek() == b"{")
            value = self._cursor.value(self._limit if is_wanted else 0)
            if is_wanted:
                yield value

    def _unwrap(self, depth: int) -> Iterator[Gathered]:
        """Yield the elements of the lists inside the object at the cursor."""
        self.is_list = True
        for key in _members(self._cursor):
            first = self._cursor.peek()
            if key in LIST_KEYS and first == b"[":
                yield from self._elements(any_kind=False)
            elif key in WRAPPER_KEYS and first == b"{" and depth > 1:
                yield from self._unwrap(depth - 1)
            else:
                self._cursor.value(0)


def _is_wrapper(head: bytes, depth: int) -> bool:
    """Tell from its first bytes whether an object is there for a list of objects inside it.

    A text of its own anywhere in `head` makes it an article.
    """
    cursor = _Cursor(iter([head]))
    found = False
    try:
        for key in _members(cursor):
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


def _members(cursor: _Cursor) -> Iterator[str]:
    """Yield the keys of the object at the cursor, lower case; the caller takes each value."""
    cursor.expect(b"{")
    if cursor.peek() == b"}":
        cursor.at += 1
        return
    while True:
        cursor.expect(b'"', is_taken=False)
        yield _key(cursor.value(_LONGEST_KEY), cursor)
        if cursor.expect(b",}") == b"}":
            return


def _key(value: Gathered, cursor: _Cursor) -> str:
    cursor.expect(b":")
    try:
        return str(json.loads(b"".join(value.pieces))).lower()
    except ValueError:  # longer than any key that matters, or no good string
        return ""


def _elements(cursor: _Cursor) -> Iterator[None]:
    """Yield at each element of the list at the cursor; the caller takes it. `[1,]` is let pass."""
    cursor.expect(b"[")
    while cursor.peek() != b"]":
        yield
        if cursor.expect(b",]") == b"]":
            return
    cursor.at += 1


class _Cursor:
    """A place in a JSON text of which one chunk is held."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._before = 0  # bytes before `chunk`
        self._damage: CannotRead | None = None
        self.chunk = b""
        self.at = 0

    @property
    def offset(self) -> int:
        """The byte offset of the cursor in the whole text."""
        return self._before + self.at

    def peek(self) -> bytes:
        """Step over white space and return the byte there, or nothing at the end of the text."""
        while True:
            self.at = self._after(_BLANK)
            if self.at < len(self.chunk):
                return self.chunk[self.at : self.at + 1]
            if not self.refill():
                return b""

    def look(self, size: int) -> bytes:
        """Return up to `size` bytes from the cursor on; a damage behind them is not raised yet."""
        pieces = [self.chunk[self.at :]]
        missing = size - len(pieces[0])
        while missing > 0 and (more := self._next()):
            pieces.append(more)
            missing -= len(more)
        self._before, self.at, self.chunk = self.offset, 0, b"".join(pieces)
        return self.chunk[:size]

    def expect(self, wanted: bytes, *, is_taken: bool = True) -> bytes:
        """Take one of the bytes `wanted` after white space; raises CannotRead at any other."""
        found = self.peek()
        if not found or found not in wanted:
            raise self._broken(" or ".join(f"'{chr(byte)}'" for byte in wanted))
        self.at += is_taken
        return found

    def value(self, limit: int) -> Gathered:
        """Take the value at the cursor; of one longer than `limit` only the size is kept.

        Raises CannotRead if it is none or has no end.
        """
        gathered = Gathered(limit)
        if self.peek() not in (b"{", b"[", b'"'):
            self._take_scalar(gathered)
            return gathered
        nesting = _Nesting()
        while not self._take(gathered, self._nested_end(nesting)):
            if not self.refill():
                raise CannotRead("read.truncated", "the file ends inside a JSON value")
        return gathered

    def _take(self, gathered: Gathered, end: int | None) -> bool:
        """Take the bytes up to `end`, or all if there is no end in this chunk."""
        start, self.at = self.at, len(self.chunk) if end is None else end
        gathered.add(self.chunk[start : self.at])
        return end is not None

    def _nested_end(self, nesting: _Nesting) -> int | None:
        try:
            return nesting.end(self.chunk, self.at)
        except _MismatchError as mismatch:
            self.at = mismatch.at
            raise self._broken(mismatch.wanted) from None

    def _take_scalar(self, gathered: Gathered) -> None:
        """Take a number, true, false or null; raises CannotRead at anything else."""
        start = self.offset
        self._take(gathered, self._after(_SCALAR))
        while self.at == len(self.chunk) and self.refill():
            self._take(gathered, self._after(_SCALAR))
        found = b"".join(gathered.pieces)
        if not gathered.size:
            raise self._broken("a JSON value")
        if gathered.size <= gathered.limit and not _GOOD_SCALAR.fullmatch(found):
            detail = f"byte {start:,} holds {found[:20]!r} where a JSON value was expected"
            raise CannotRead("read.bad_json", detail)

    def refill(self) -> bool:
        """Go on to the next chunk; False at the end. Raises CannotRead at a damage."""
        self._before += len(self.chunk)
        self.chunk, self.at = self._next(), 0
        if not self.chunk and self._damage:
            raise self._damage
        return bool(self.chunk)

    def _next(self) -> bytes:
        """Return the next chunk that is not empty; nothing at the end or before a damage."""
        if self._damage:
            return b""
        try:
            return next(filter(None, self._chunks), b"")
        except CannotRead as damage:
            self._damage = damage
            return b""

    def _after(self, pattern: re.Pattern[bytes]) -> int:
        match = pattern.match(self.chunk, self.at)
        return match.end() if match else self.at

    def _broken(self, wanted: str) -> CannotRead:
        found = self.chunk[self.at : self.at + 20]
        if not found:
            return CannotRead("read.truncated", f"the file ends where {wanted} was expected")
        detail = f"byte {self.offset:,} holds {found!r} where {wanted} was expected"
        return CannotRead("read.bad_json", detail)


class _MismatchError(Exception):
    """A bracket closes what another kind opened, or nesting has no end."""

    def __init__(self, at: int, wanted: str) -> None:
        super().__init__(at, wanted)
        self.at = at
        self.wanted = wanted


class _Nesting:
    """The open brackets and quotes of one value that is read chunk by chunk.

    Quotes are found by `bytes.find`: a regex over every string ran at half the speed (97 against
    207 MB/s of news, medians of six), so it is left to strings with an escaped quote.
    """

    def __init__(self) -> None:
        self._open = bytearray()
        self._is_string = False
        self._is_escaped = False  # the chunk before ended with an unpaired backslash

    def end(self, chunk: bytes, start: int) -> int | None:
        """Return the offset behind the value, or None if it goes on after this chunk."""
        at = start
        if self._is_string:
            at = self._string_end(chunk, at + self._is_escaped)
            if not at or not self._open:
                return at or None
        while match := _STRUCTURE.search(chunk, at):
            at = match.end()
            kind = chunk[at - 1]
            if kind == _QUOTE:
                at = self._string_end(chunk, at)
                if not at:
                    return None
            elif kind in _CLOSES:
                self._close(kind, at - 1)
            else:
                self._push(kind, at - 1)
            if not self._open:
                return at
        return None

    def _string_end(self, chunk: bytes, start: int) -> int:
        """Return the offset behind the closing quote, 0 if it is not in this chunk."""
        quote = chunk.find(b'"', start)
        if quote == start or (quote > start and chunk[quote - 1] != _BACKSLASH):
            self._is_string = self._is_escaped = False
            return quote + 1
        inside = _STRING_REST.match(chunk, start)
        end = inside.end() if inside else start
        stopped_at = chunk[end : end + 1]
        self._is_string = stopped_at != b'"'
        self._is_escaped = stopped_at == b"\\"  # the last byte; what it escapes is yet to come
        return 0 if self._is_string else end + 1

    def _push(self, kind: int, at: int) -> None:
        if len(self._open) >= MOST_NESTED:
            raise _MismatchError(at, f"nesting of at most {MOST_NESTED:,} levels")
        self._open.append(kind)

    def _close(self, kind: int, at: int) -> None:
        if not self._open or self._open.pop() != _CLOSES[kind]:
            raise _MismatchError(at, "the bracket that closes the last one opened")
