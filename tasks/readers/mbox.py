"""Mailboxes (RFC 4155): mails one behind the other, each after a line "From address date".

A line of a text may begin with "From " as well. It counts as a beginning only if it holds a year
and a header follows it, in all variants alike (mboxo, mboxrd and mboxcl of Unix, Thunderbird,
Google Takeout).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.compression import BLOCK_BYTES, Readable
from tasks.readers.parts import Part
from tasks.records import Rejection
from warehouse.errors import CannotRead

_MAIL = "message/rfc822"
_FROM = re.compile(rb"From [^\n]{0,500}?\d{4}[^\n]{0,40}\n(?=[!-9;-~]{1,100}:|>From )")
_LONGEST_LINES = 700  # bytes in which _FROM must match
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)


def split_mbox(stream: Readable, *, limit: int) -> Iterator[Part]:
    """Yield every mail of a mailbox, without its "From " line and without the ">" put before such.

    A mail of more than `limit` bytes is a rejection. Where the stream is damaged, the last part
    is a rejection in place of the mail it broke in. Raises nothing of its own.
    """
    box = _Box(limit)
    try:
        while chunk := stream.read(BLOCK_BYTES):
            yield from box.take(chunk)
    except CannotRead as damage:
        yield from box.broken(damage)
    else:
        yield from box.end()


class _Box:
    """The mail on its way; beyond `limit` its bytes are counted, not kept."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._pieces: list[bytes] = []
        self._size = 0
        self._rest = b"\n"  # not yet searched; begins with a line break, which is none of the file
        self._record = 0
        self._at = -1  # offset in the file of what is in `_rest`

    def take(self, chunk: bytes) -> Iterator[Part]:
        """Take the next bytes and yield the mails that they end."""
        yield from self._search(self._rest + chunk, _LONGEST_LINES)

    def end(self) -> Iterator[Part]:
        """Yield the last mail."""
        yield from self._search(self._rest, 0)
        self._keep(self._rest)
        yield from self._mail()

    def broken(self, damage: CannotRead) -> Iterator[Part]:
        """Yield whole mails, and the rejection of the one in which the stream broke."""
        yield from self._search(self._rest, 0)
        kept = self._size + len(self._rest)
        detail = f"{damage.detail}; mail {self._record + 1:,} breaks off after {kept:,} bytes"
        at = f", at byte {self._at + len(self._rest):,} of the mailbox"
        rejection = Rejection(damage.reason, detail + at, is_retryable=damage.is_retryable)
        yield Part(record=self._record + 1, rejection=rejection, media_type=_MAIL)

    def _search(self, data: bytes, held_back: int) -> Iterator[Part]:
        """Cut `data` at the lines that begin a mail; its last bytes wait for the next ones."""
        done, stop = 0, len(data) - held_back
        found = data.find(b"\nFrom ")
        while 0 <= found < stop:
            line = _FROM.match(data, found + 1)
            if line:
                self._keep(data[done : found + 1])
                yield from self._mail()
                done = line.end()
            found = data.find(b"\nFrom ", found + 1)
        keep = max(done, stop)
        self._keep(data[done:keep])
        self._rest = data[keep:]
        self._at += keep

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size <= self._limit:
            self._pieces.append(piece)
        else:
            self._pieces.clear()

    def _mail(self) -> Iterator[Part]:
        data, size = b"".join(self._pieces), self._size
        self._pieces, self._size = [], 0
        if size > self._limit:
            self._record += 1
            detail = f"a mail of {size:,} bytes; at most {self._limit:,} are read"
            rejection = Rejection("read.too_large", detail)
            yield Part(record=self._record, rejection=rejection, media_type=_MAIL)
        elif data.strip():
            self._record += 1
            data = _ESCAPED.sub(rb"\1", data) if b"\n>" in data else data
            yield Part(record=self._record, data=data, media_type=_MAIL)
