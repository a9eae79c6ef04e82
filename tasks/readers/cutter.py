"""Files of many marked-up documents, cut at the elements that are documents.

Only the tags of these elements are looked at, not the markup inside them, so that memory is bounded
by the longest document, a file of any size is read once, and a broken document does not take the
next ones with it. What stands before the first (envelope, catalogues, namespaces) goes with each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tasks.compression import TRAILING, Readable
from tasks.readers.jsonl import Gathered, rejected, utf8_chunks
from tasks.readers.parts import Part
from tasks.records import Rejection
from warehouse.errors import CannotRead

LONGEST_HEAD = 64 * 1024  # bytes before the first document that go with each of them
_LONGEST_TAG = 4096  # bytes of a start tag that two chunks may share
_TAG = re.compile(rb"<(/?)([A-Za-z_][\w.:-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*+)>")
_SKIPPED = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.DOTALL)
_ENDS = {b"<!--": b"-->", b"<![CDATA[": b"]]>"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """Which elements are documents: local name in lower case -> media type of the document."""

    media_types: Mapping[str, str]
    is_nesting: bool = False  # may a document hold another? Else a new one ends an unclosed one
    is_wrapped: bool = True  # does what stands before the first belong to all?

    def pattern(self) -> re.Pattern[bytes]:
        """Return what finds their tags, and where comments and CDATA begin and end."""
        names = b"|".join(re.escape(name.encode()) for name in self.media_types)
        rest = rb"(?:[^<>\"']|\"[^\"]*\"|'[^']*')*+"
        tags = rb"<(?P<slash>/?)(?:[\w.-]+:)?(?P<name>" + names + rb")(?=[\s/>])" + rest + b">"
        return re.compile(rb"<!--|-->|<!\[CDATA\[|\]\]>|" + tags, re.IGNORECASE)


def cut(stream: Readable, cuts: Cuts, *, limit: int) -> Iterator[Part]:
    """Yield the documents of `stream` as parts, `record` counting them from 1.

    A file of one document is one part as it stands, with the record None; so is one without any,
    under the first media type of `cuts`.
    A document of more than `limit` bytes is rejected as "read.too_large". Where the file breaks
    off in the second or a later document, or is damaged, the last part is a rejection with the
    byte offset. Raises nothing of its own.
    """
    cutter = _Cutter(cuts, limit)
    damage: CannotRead | None = None
    try:
        for chunk in utf8_chunks(stream):
            yield from cutter.feed(chunk)
    except CannotRead as error:
        damage = error if error.reason != TRAILING else None
    yield from cutter.close(damage)


@dataclass(slots=True)
class _Cutter:
    """What was met so far of a file that comes in chunks."""

    cuts: Cuts
    limit: int
    offset: int = 0  # of the first byte of the buffer
    number: int = 0  # documents begun
    depth: int = 0  # elements open that are documents; 0 is outside of them
    name: str = ""  # of the document that is open
    begun_at: int = 0
    buffer: bytes = b""
    wait_for: bytes = b""  # the end of the comment or CDATA section that is open
    held: Part | None = None  # the first document, until it is known whether it is the only one
    found: re.Pattern[bytes] = field(init=False)
    head: Gathered = field(init=False)
    body: Gathered = field(init=False)  # of the document that is open
    tail: Gathered = field(init=False)  # after the first
    wrap: tuple[bytes, bytes] | None = None

    def __post_init__(self) -> None:
        self.found = self.cuts.pattern()
        self.head, self.body = Gathered(self.limit), Gathered(self.limit)
        self.tail = Gathered(LONGEST_HEAD)

    def feed(self, chunk: bytes) -> Iterator[Part]:
        """Take the next bytes and yield the documents that end in them."""
        self.buffer += chunk
        at = 0
        for token in self.found.finditer(self.buffer):
            self._add(self.buffer[at : token.start()])
            at = token.end()
            yield from self._token(token)
        rest = self.buffer[at:]
        open_at = rest.rfind(b"<", max(0, len(rest) - _LONGEST_TAG))
        # A tag, or the end of a comment, may go on in the next chunk.
        keep = len(rest) - open_at if open_at >= 0 else min(len(rest), 2)
        self._add(rest[: len(rest) - keep])
        self.offset += len(self.buffer) - keep
        self.buffer = rest[len(rest) - keep :]

    def close(self, damage: CannotRead | None) -> Iterator[Part]:
        """Yield what is left at the end of the file, or at the `damage` that ended it."""
        self._add(self.buffer)
        self.offset += len(self.buffer)
        if self.number == 0 and damage is None:
            part = self.head.part(None)
            only = next(iter(self.cuts.media_types.values()))
            yield Part(record=None, data=part.data, rejection=part.rejection, media_type=only)
        elif self.number <= 1 and damage is None:
            yield from self._only()
        else:
            if self.held:
                yield self.held
            yield from self._broken(damage)

    def _token(self, token: re.Match[bytes]) -> Iterator[Part]:
        text = token[0]
        if token["name"] is None or self.wait_for:
            self._add(text)
            if text == self.wait_for:
                self.wait_for = b""
            elif not self.wait_for:
                self.wait_for = _ENDS.get(text, b"")
            return
        is_end, is_empty = bool(token["slash"]), text.endswith(b"/>")
        if not is_end and (self.depth == 0 or not self.cuts.is_nesting):
            yield from self._begin(token)
        self._add(text)
        self.depth += -1 if is_end else 0 if is_empty else 1
        if self.depth <= 0:
            self.depth = 0
            if self.name:
                yield from self._finish()

    def _begin(self, token: re.Match[bytes]) -> Iterator[Part]:
        if self.name:  # the one before was never closed
            yield from self._finish()
        if self.held:
            yield self.held
            self.held = None
        self.number += 1
        self.depth = 0
        self.name = token["name"].decode().lower()
        self.begun_at = self.offset + token.start()
        self.body = Gathered(self.limit)

    def _finish(self) -> Iterator[Part]:
        part = self._part(self.number)
        self.name = ""
        if self.number == 1:
            self.held = part
        else:
            yield part

    def _add(self, piece: bytes) -> None:
        if self.name:
            self.body.add(piece)
        elif self.number == 0:
            self.head.add(piece)
        elif self.number == 1:
            self.tail.add(piece)

    def _part(self, record: int | None) -> Part:
        cut_out = self.body.part(record)
        if cut_out.data is None:
            return Part(record=record, rejection=cut_out.rejection)
        before, after = self._wrapping()
        data = before + cut_out.data + after
        return Part(record=record, data=data, media_type=self.cuts.media_types[self.name])

    def _wrapping(self) -> tuple[bytes, bytes]:
        """Return what goes before and behind each document."""
        if self.wrap is None:
            is_kept = self.cuts.is_wrapped and self.head.size <= LONGEST_HEAD
            before = b"".join(self.head.pieces) if is_kept else b""
            self.wrap = before, _closing(before)
        return self.wrap

    def _only(self) -> Iterator[Part]:
        """Yield the one document as the whole file, also when its end is missing."""
        if self.held is None:
            self.held = self._part(None)
        if self.held.data is None:
            yield Part(record=None, rejection=self.held.rejection)
            return
        whole = b"".join((*self.head.pieces, *self.body.pieces, *self.tail.pieces))
        yield Part(record=None, data=whole, media_type=self.held.media_type)

    def _broken(self, damage: CannotRead | None) -> Iterator[Part]:
        if damage is None and not self.name:
            return
        detail = f"reading stopped at byte {self.offset:,}"
        record: int | None = self.number + 1
        if self.name:
            detail += f", inside <{self.name}>, which begins at byte {self.begun_at:,}"
            record = self.number
        elif self.number == 0:
            record = None
        if damage:
            rejection = rejected(damage, f"{damage.detail}; {detail}")
        else:
            rejection = Rejection("read.truncated", f"the file ends early: {detail}")
        yield Part(record=record, rejection=rejection)


def _closing(head: bytes) -> bytes:
    """Return the end tags of the elements that `head` leaves open."""
    names: list[bytes] = []
    for slash, name, rest in _TAG.findall(_SKIPPED.sub(b"", head)):
        if slash:
            if name in names:
                del names[len(names) - 1 - names[::-1].index(name) :]
        elif not rest.endswith(b"/"):
            names.append(name)
    return b"".join(b"</%s>" % name for name in reversed(names))
