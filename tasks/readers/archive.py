"""Records of a crawl archive cut out of a stream, also where lengths are wrong or bytes are bad.

A record is a header that names the length of the block behind it. Libraries take that length on
trust: with one wrong digit fastwarc 2.0.1 hands out the next record as a part of this one, and of
a file that was cut it hands out half a record, both without a word. Here a length counts only if a
record ends there; else the next header decides where the block ends, and it is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tasks.compression import BLOCK_BYTES, Readable
from tasks.readers.parts import Part
from tasks.records import Rejection
from warehouse.errors import CannotRead

# A header is seldom above 2 KB (most of it are addresses); fastwarc stops at 64 KiB, too.
HEADER_BYTES = 64 * 1024
_TAIL_BYTES = 64  # looked at behind a block
_BLANK = re.compile(r"\s")
_PATH = re.compile(r"[A-Za-z][\w+.-]*:(?://[^/?#]*+)?+/*+([^?#]*)")  # of an address, without host
_BLANKS = re.compile(rb"[\r\n\0 \t]*")  # between records, and behind the last one


@dataclass(frozen=True, slots=True)
class Grammar:
    """How the records of a format begin and end."""

    header: re.Pattern[bytes]  # a whole header with the line break at its end
    end: re.Pattern[bytes]  # what can stand behind a block whose length is right
    length: Callable[[bytes], int | None]  # of the block, in bytes, as a header says it


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A record, or bytes that are none.

    A record with a block and a problem was read all the same. Without a header it is about bytes
    between records.
    """

    offset: int  # of its first byte in the archive, unpacked
    header: bytes = b""
    block: bytes | None = None
    problem: Rejection | None = None
    is_cut: bool = False  # less is there than the header claims, and nothing says it is enough


def numbered(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield the parts of an archive with their numbers, from 1."""
    for number, part in enumerate(parts, 1):
        yield replace(part, record=number)


def about_record(address: str, date: str) -> Part:
    """Return what a header says of any record: a part without its contents.

    `address` may stand in angle brackets (wget wrote it so) and hold blanks. `date` is ISO 8601
    (WARC) or 14 figures (ARC), in UTC; both formats know no other zone.
    """
    url = _BLANK.sub("%20", address.strip().removeprefix("<").removesuffix(">").strip())
    path = _PATH.match(url)
    return Part(
        record=None,
        name=path[1] if path else "",
        url=url or None,
        retrieved_at=_moment(date.strip()),
    )


def _moment(date: str) -> datetime | None:
    moment: datetime | None = None
    with suppress(ValueError):
        if date.isdecimal():
            moment = datetime.strptime(date[:14], "%Y%m%d%H%M%S")
        else:
            moment = datetime.fromisoformat(date)
    if moment and moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment


class Window:
    """The bytes of a stream that are held: `data` from `at` on."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._before = 0  # bytes of the stream before `data`
        self.data = bytearray()
        self.at = 0
        self.damage: CannotRead | None = None

    @property
    def offset(self) -> int:
        """The byte offset of `at` in the stream."""
        return self._before + self.at

    @property
    def held(self) -> int:
        """How many bytes are held from `at` on."""
        return len(self.data) - self.at

    def hold(self, size: int) -> int:
        """Read on until `size` bytes are held or the stream ends or breaks; return `held`."""
        while self.held < size and self._more():
            pass
        return self.held

    def take(self, size: int) -> bytes:
        """Return the next `size` bytes that are held and step behind them."""
        start, self.at = self.at, self.at + size
        return bytes(self.data[start : self.at])

    def resume(self) -> bool:
        """Go on behind a damage where the stream can, without what was held; False if it cannot."""
        self.at = len(self.data)
        self.damage = None
        return self.hold(1) > 0

    def _more(self) -> bool:
        if self.damage:
            return False
        if self.at > BLOCK_BYTES:  # not for every record: that would move the rest each time
            self._before += self.at
            del self.data[: self.at]
            self.at = 0
        try:
            chunk = self._stream.read(BLOCK_BYTES)
        except CannotRead as damage:
            self.damage = damage
            return False
        self.data += chunk
        return bool(chunk)


class Frames:
    """The records of an archive, in order, each block of at most `limit` bytes.

    Memory is bounded by about twice `limit`. Where the stream can go on behind a damage (see
    tasks.readers.members), so do the records. Iterating raises nothing.
    """

    def __init__(self, stream: Readable, grammar: Grammar, limit: int) -> None:
        self._window = Window(stream)
        self._grammar = grammar
        self._limit = limit
        self._said: CannotRead | None = None  # the last damage that a frame was given for

    def __iter__(self) -> Iterator[Frame]:
        while True:
            while frame := self._next():
                yield frame
            if not self._window.damage or not self._window.resume():
                return

    def _next(self) -> Frame | None:
        """Return the next record, bytes that are none, or the damage; None when all was said."""
        window = self._window
        self._skip_blanks()
        if not window.held:
            damage = window.damage
            if damage is None or damage is self._said:
                return None
            return Frame(offset=window.offset, problem=self._broken(f"byte {window.offset:,}"))
        window.hold(HEADER_BYTES)
        header = self._grammar.header.match(window.data, window.at)
        if header is None:
            return self._stray()
        return self._record(window.take(header.end() - window.at))

    def _skip_blanks(self) -> None:
        window = self._window
        while window.hold(1):
            blanks = _BLANKS.match(window.data, window.at)
            window.at = blanks.end() if blanks else window.at
            if window.held:
                return

    def _stray(self) -> Frame:
        """Step over bytes that are no record, to the next header or to the end."""
        window = self._window
        offset, sample = window.offset, bytes(window.data[window.at : window.at + 20])
        while not (found := self._grammar.header.search(window.data, window.at)):
            # What may be the beginning of a header is looked at once more with its end.
            window.at += max(window.held - HEADER_BYTES, 0)
            if window.hold(HEADER_BYTES + BLOCK_BYTES) <= HEADER_BYTES:
                break
        window.at = found.start() if found else len(window.data)
        detail = (
            f"{window.offset - offset:,} bytes from byte {offset:,} on are no record:"
            f" {sample!r} ... where a header was expected"
        )
        return Frame(offset=offset, problem=Rejection("read.corrupt", detail))

    def _record(self, header: bytes) -> Frame:
        offset = self._window.offset - len(header)
        size = self._grammar.length(header)
        block, problem = b"", None
        if size is None:
            block, problem = self._unsized(offset)
        elif size > self._limit:
            return Frame(offset=offset, header=header, problem=self._skip(offset, size))
        elif self._ends_at(size):
            block = self._window.take(size)
        else:
            return self._missized(offset, header, size)
        return Frame(offset=offset, header=header, block=block, problem=problem)

    def _ends_at(self, size: int) -> bool:
        """Does the record end behind a block of `size` bytes?"""
        window = self._window
        if window.hold(size + _TAIL_BYTES) < size:
            return False
        end = window.at + size
        return bool(self._grammar.end.match(bytes(window.data[end : end + _TAIL_BYTES])))

    def _unsized(self, offset: int) -> tuple[bytes, Rejection]:
        """Return the block of a record without a length: all up to the next header."""
        start = self._find(self._limit)
        block = self._window.take(min(self._window.held, self._limit) if start is None else start)
        detail = f"the record at byte {offset:,} says no length; it was read to the next header"
        return _without_end(block), Rejection("read.corrupt", detail)

    def _missized(self, offset: int, header: bytes, size: int) -> Frame:
        """Return a record that does not end where it says."""
        window = self._window
        claim = f"the record at byte {offset:,} claims {size:,} bytes"
        is_whole = window.held >= size
        start = self._find(self._limit) if is_whole else self._find(window.held)
        if start is None and not is_whole:
            problem = self._broken(f"{claim}, {window.held:,} are there")
            block = window.take(window.held)
            return Frame(offset=offset, header=header, block=block, problem=problem, is_cut=True)
        block = window.take(size if start is None else start)
        rule = "no record ends there" if start is None else f"a header follows after {start:,}"
        problem = Rejection("read.corrupt", f"{claim}, but {rule}; it was read to there")
        block = block if start is None else _without_end(block)
        return Frame(offset=offset, header=header, block=block, problem=problem)

    def _skip(self, offset: int, size: int) -> Rejection:
        """Step over a block that is too large, but not over a header inside it."""
        window = self._window
        missing = size
        while missing and window.hold(min(missing, BLOCK_BYTES) + HEADER_BYTES):
            found = self._grammar.header.search(window.data, window.at)
            if found and found.start() < window.at + missing:
                window.at = found.start()
                break
            # Never over the beginning of a header whose end is not held yet.
            step = min(missing, max(window.held - HEADER_BYTES, 0) or window.held)
            window.at += step
            missing -= step
        claim = f"the record at byte {offset:,} claims {size:,} bytes; at most {self._limit:,}"
        if missing and not window.held:
            return self._broken(f"{claim} are read, and {size - missing:,} are there")
        return Rejection("read.too_large", f"{claim} are read")

    def _find(self, within: int) -> int | None:
        """Return how far from here the next header begins if that is below `within` bytes."""
        window, after = self._window, 0
        while True:
            found = self._grammar.header.search(window.data, window.at + after)
            if found:
                start = found.start() - window.at
                return start if start < within else None
            held = window.held
            after = max(after, held - HEADER_BYTES)
            if held >= within + HEADER_BYTES or window.hold(held + BLOCK_BYTES) == held:
                return None

    def _broken(self, detail: str) -> Rejection:
        """Return the rejection of what the end of the archive cut off, and say why it ends."""
        damage = self._said = self._window.damage
        if damage is None:
            return Rejection("read.truncated", f"{detail}; the archive ends there")
        return Rejection(damage.reason, f"{detail}; {damage.detail}", damage.is_retryable)


def _without_end(block: bytes) -> bytes:
    """Return a block that was read to the next header without the end of its record."""
    for end in (b"\r\n\r\n", b"\n\n", b"\r\n", b"\n"):
        if block.endswith(end):
            return block.removesuffix(end)
    return block
