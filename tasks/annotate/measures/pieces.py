"""The parts of an article that are read for quantities: its sentences with numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tasks.annotate.measures.tables import Speech
from tasks.annotate.records import Article
from warehouse.annotations import SentenceRow

# A sentence longer than this is read in pieces, so that memory stays bounded.
_MOST_CHARS = 8_000
_SENTENCE_END = re.compile(r"(?<!Mio)(?<!Mrd)[.!?][\"'”’)]{0,2}\s+(?=[A-Z\"“])|\n\s*")
# An article has far fewer code points of sentences with numbers: what has more is a dump of
# numbers, of which the beginning is read (10 MB of anything: about 10 s at most).
_MOST_READ = 200_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence, or a part of a very long one."""

    field: str
    start: int
    end: int
    sentence: int | None


def pieces_of(
    article: Article, sentences: Sequence[SentenceRow], speech: Speech
) -> Iterator[Piece]:
    """Yield the sentences of an article in which a number may stand, in reading order."""
    read = 0
    for piece in _all_pieces(article, sentences, speech):
        read += piece.end - piece.start
        if read > _MOST_READ:
            return
        yield piece


def _all_pieces(
    article: Article, sentences: Sequence[SentenceRow], speech: Speech
) -> Iterator[Piece]:
    """Yield the sentences with numbers in reading order, by our own rule where none are given."""
    for field, text in article.fields():
        rows = sorted(
            (row.char_start, row.char_end, row.sentence) for row in sentences if row.field == field
        )
        spans: Iterable[tuple[int, int, int | None]] = rows or _split(text)
        lower = _lower(text)
        mark = -1  # where the next number may begin
        for start, end, number in spans:
            for first in range(start, end, _MOST_CHARS):
                last = min(first + _MOST_CHARS, end)
                if mark < first:
                    match = speech.gate.search(lower, first)
                    mark = match.start() if match else len(text)
                if mark < last:
                    yield Piece(field, first, last, number)


def _lower(text: str) -> str:
    """Return `text` in lower case with the same offsets."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(sign.lower() if len(sign.lower()) == 1 else sign for sign in text)


def _split(text: str) -> Iterator[tuple[int, int, None]]:
    start = 0
    for match in _SENTENCE_END.finditer(text):
        yield start, match.end(), None
        start = match.end()
    yield start, len(text), None
