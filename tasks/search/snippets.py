"""The passage of a text that answers a query best, and where in it the words stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import tantivy
from tantivy import Document, Occur, Query, Searcher, SnippetGenerator

from tasks.search.words import GAP, spaced

PASSAGE = 200  # bytes of UTF-8: two lines of a terminal
WHOLE = 10_000  # of a headline all is shown
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A passage, with the half-open ranges of code points of it that are to be marked."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()

    def marked(self, before: str, after: str) -> str:
        """Return the passage with something set before and after every mark."""
        parts, at = [], 0
        for start, end in self.marks:
            parts += [self.text[at:start], before, self.text[start:end], after]
            at = end
        return "".join([*parts, self.text[at:]])


class Snippets:
    """Makes the snippets of one field for one query."""

    def __init__(
        self,
        index: tantivy.Index,
        searcher: Searcher,
        field: str,
        marked: Mapping[str, Iterable[str]],
        *,
        size: int = PASSAGE,
    ) -> None:
        self._field = field
        self._size = size
        terms = [
            (Occur.Should, Query.term_query(index.schema, field, word))
            for word in sorted(marked.get(field, ()))
        ]
        query = Query.boolean_query(terms)
        self._generator = SnippetGenerator.create(searcher, query, index.schema, field)
        self._generator.set_max_num_chars(size)

    def of(self, text: str) -> Snippet:
        """Return the best passage of `text`; its beginning where no word is to be marked."""
        document = Document()
        document.add_text(self._field, spaced(text.replace(GAP, "")))
        found = self._generator.snippet_from_doc(document)
        ranges = [(item.start, item.end) for item in found.highlighted()]
        if not ranges:
            return Snippet(" ".join(text[: self._size].split()))
        return _tidied(found.fragment().encode(), ranges)


def _tidied(fragment: bytes, ranges: list[tuple[int, int]]) -> Snippet:
    """Without gaps, blanks made one, ranges of bytes made ranges of code points."""
    parts: list[str] = []
    marks: list[tuple[int, int]] = []
    at = size = 0
    for start, end in _merged(fragment, ranges):
        between = _plain(fragment[at:start])
        parts += [between, _plain(fragment[start:end])]
        begin = size + len(between)
        size = begin + len(parts[-1])
        marks.append((begin, size))
        at = end
    parts.append(_plain(fragment[at:]))
    return Snippet("".join(parts), tuple(marks))


def _merged(fragment: bytes, ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges in order; those with nothing between them but one sign ("Iraq's") are one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and _is_joint(fragment[merged[-1][1] : start]):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _is_joint(between: bytes) -> bool:
    text = between.decode().replace(GAP, "")
    return len(text) < 2 and not text.isspace()


def _plain(part: bytes) -> str:
    """A part on one line, without gaps."""
    return _BLANKS.sub(" ", part.decode().replace(GAP, ""))
