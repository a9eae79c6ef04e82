"""The bytes of a table to lines of text, whatever their encoding, in bounded memory.

A table that was put together from several exports changes its encoding from line to line, so
UTF-8 is tried for every block and then for every line; how the others are written is decided once,
from all lines of the first block that holds any.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from tasks.charset import codec_for
from tasks.compression import TRAILING, Readable
from tasks.decode import decode
from tasks.readers.jsonl import utf8_chunks
from warehouse.errors import CannotRead

_ESCAPE = b"\x1b"  # of ISO 2022, whose letters are ASCII bytes


class CutLine(str):
    """The beginning of a line that is longer than a document may be."""

    __slots__ = ()


def text_lines(stream: Readable, *, limit: int) -> Iterator[str]:
    r"""Yield the lines of a text with "\n" at their ends; CR LF and CR count as that.

    Of a line of more than `limit` bytes comes a CutLine: its beginning, and a quote if the rest
    changes whether the line ends inside quotes. Raises CannotRead where the stream is damaged,
    without the torn line, and for bytes that are no text.
    """
    decoder = _Decoder()
    for block, is_cut in _blocks(_lf_chunks(stream), limit):
        if is_cut:
            yield CutLine(block.decode("ascii", "replace") + "\n")
            continue
        lines = decoder.text(block).split("\n")
        if not lines[-1]:
            lines.pop()
        for line in lines:
            yield line + "\n"


def _lf_chunks(stream: Readable) -> Iterator[bytes]:
    held = b""  # a CR whose LF may come in the next chunk
    for chunk in utf8_chunks(stream):
        chunk = held + chunk
        held = b"\r" if chunk.endswith(b"\r") else b""
        if b"\r" in chunk:
            end = len(chunk) - len(held)
            chunk = chunk[:end].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        yield chunk
    if held:
        yield b"\n"


def _blocks(chunks: Iterator[bytes], limit: int) -> Iterator[tuple[bytes, bool]]:
    """Yield whole lines, as many at once as there are, and lines that are cut at the limit."""
    line = _Line(limit)
    try:
        for chunk in chunks:
            first, end = chunk.find(b"\n") + 1, chunk.rfind(b"\n") + 1
            line.add(chunk[:first] if end else chunk)
            if end:
                yield line.taken()
                if first < end:
                    yield chunk[first:end], False
                line = _Line(limit)
                line.add(chunk[end:])
    except CannotRead as damage:
        if damage.reason == TRAILING and line.size:  # the data before was checked: it is whole
            yield line.taken()
        raise
    if line.size:
        yield line.taken()


class _Line:
    """A line as it comes in; beyond `limit` bytes only its quotes are counted."""

    def __init__(self, limit: int) -> None:
        self._room = limit
        self._pieces: list[bytes] = []
        self._quotes = 0  # in what was not kept
        self.size = 0

    def add(self, piece: bytes) -> None:
        """Add the next bytes."""
        kept = piece[: self._room]
        self._pieces.append(kept)
        self._room -= len(kept)
        self._quotes += piece.count(b'"', len(kept))
        self.size += len(piece)

    def taken(self) -> tuple[bytes, bool]:
        """Return the line, and whether it is cut."""
        data = b"".join(self._pieces)
        is_cut = len(data) < self.size
        return data + b'"' * (self._quotes % 2) if is_cut else data, is_cut


class _Decoder:
    """Decodes blocks of whole lines; what one block told of the encoding counts for the next."""

    def __init__(self) -> None:
        self._codec = ""  # of the lines that are no UTF-8
        self._is_uniform = False  # is it that of all lines?

    def text(self, block: bytes) -> str:
        """Return the text of a block. Raises CannotRead("decode.binary") if it is none."""
        if self._is_uniform:
            return block.decode(self._codec, "replace")
        if not (_ESCAPE in block and not self._codec):
            try:
                return block.decode()
            except UnicodeDecodeError:
                pass
        lines = block.split(b"\n")
        if not self._codec:
            self._decide(lines)
        if self._is_uniform:
            return block.decode(self._codec, "replace")
        return "\n".join(map(self._either, lines))

    def _decide(self, lines: list[bytes]) -> None:
        marked = [line for line in lines if _ESCAPE in line or not line.isascii()]
        others = [line for line in marked if _ESCAPE in line or not _is_utf8(line)]
        found = codec_for(decode(b"\n".join(others)).encoding) or "cp1252"
        # A short line of Chinese in GBK can be good UTF-8, hence the majority.
        self._is_uniform = 2 * len(others) > len(marked)
        self._codec = found

    def _either(self, line: bytes) -> str:
        return line.decode() if _is_utf8(line) else line.decode(self._codec, "replace")


def _is_utf8(line: bytes) -> bool:
    try:
        codecs.utf_8_decode(line, "strict", True)
    except UnicodeDecodeError:
        return False
    return True
