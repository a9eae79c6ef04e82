"""A place in a JSON text that is read chunk by chunk: values are cut out without being parsed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from tasks.readers.jsonl import BLANKS, Gathered
from warehouse.errors import CannotRead

MOST_NESTED = 1000  # Python's own JSON parser gives up near there too

_BLANK = re.compile(b"[" + BLANKS + b"]*")
_SCALAR = re.compile(rb"[-+.\w]*")
_GOOD_SCALAR = re.compile(rb"-?\d[-+.eE\d]*|true|false|null|NaN|-?Infinity")
_STRING_REST = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_STRUCTURE = re.compile(rb'["{}\[\]]')
_QUOTE, _BACKSLASH = ord('"'), ord("\\")
_CLOSES = {ord("}"): ord("{"), ord("]"): ord("[")}
_LONGEST_KEY = 10_000


def members(cursor: Cursor) -> Iterator[str]:
    """Yield the keys of the object at the cursor; the caller takes each value."""
    cursor.expect(b"{")
    if cursor.peek() == b"}":
        cursor.at += 1
        return
    while True:
        cursor.expect(b'"', is_taken=False)
        yield _key(cursor.value(_LONGEST_KEY), cursor)
        if cursor.expect(b",}") == b"}":
            return


def _key(value: Gathered, cursor: Cursor) -> str:
    cursor.expect(b":")
    try:
        return str(json.loads(b"".join(value.pieces)))
    except ValueError:  # longer than any key that matters, or no good string
        return ""


def elements(cursor: Cursor) -> Iterator[None]:
    """Yield at each element of the list at the cursor; the caller takes it. `[1,]` is let pass."""
    cursor.expect(b"[")
    while cursor.peek() != b"]":
        yield
        if cursor.expect(b",]") == b"]":
            return
    cursor.at += 1


class Cursor:
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
