"""Blocks of text whose kinds are known (Markdown, office documents) to paragraphs and fields.

The headline is what is marked as one; without such a mark, what the rules for plain text find.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tasks.opening import read_dateline, read_header_line
from tasks.readers import text
from tasks.readers.json_body import read_body
from tasks.records import Candidate, Draft, DraftParagraph, RawDocument
from warehouse.errors import CannotRead

TITLE, LINES = "title", "text"  # kinds of blocks beside those of DraftParagraph

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """What blocks became; see Draft for the fields."""

    paragraphs: tuple[DraftParagraph, ...]
    candidates: tuple[Candidate, ...]
    removed: Mapping[str, int]


def read_prose(blocks: Sequence[tuple[str, str]], *, source: str, has_headline: bool) -> Prose:
    """Return the paragraphs and fields in `blocks`, pairs of a raw text and its kind.

    Kinds are those of DraftParagraph, TITLE for the headline (the first counts; it is no paragraph)
    and LINES for text whose line breaks mean what they mean in a text file. `source` names the
    format for the headline's candidate; `has_headline` says that it is known already.
    Raises CannotRead("read.no_body") if no block is text.
    """
    at = next((at for at, (_, kind) in enumerate(blocks) if kind == TITLE), None)
    body = read_body([_as_value(each) for number, each in enumerate(blocks) if number != at])
    if body is None:
        shown = blocks[0][0].strip()[:80] if blocks else ""
        detail = f"{len(blocks)} blocks and no paragraph of text, the first is {shown!r}"
        raise CannotRead("read.no_body", detail)
    if at is None and not has_headline:
        return _by_rules_for_text(body.paragraphs, body.removed)
    paragraphs, found = _with_header_lines(body.paragraphs)
    title = " ".join(blocks[at][0].split()) if at is not None else ""
    headline = (Candidate(field="headline", value=title, source=source),) if title else ()
    return Prose(paragraphs=paragraphs, candidates=(*headline, *found), removed=dict(body.removed))


def is_same(one: str, other: str) -> bool:
    """Tell whether two texts have the same words."""
    return _WORD.findall(one.casefold()) == _WORD.findall(other.casefold())


def keep_first_line(draft: Draft, headline: str) -> tuple[DraftParagraph, ...]:
    """Return the paragraphs with the first line that the text reader took for the headline.

    For texts whose headline stands elsewhere; a first line that repeats it is left out.
    """
    line = next((each.value for each in draft.candidates if each.source == "first line"), "")
    if not line or is_same(line, headline):
        return draft.paragraphs
    at = next((at for at, each in enumerate(draft.paragraphs) if each.kind == "body"), 0)
    first = DraftParagraph(text=line, kind="subhead")
    return (*draft.paragraphs[:at], first, *draft.paragraphs[at:])


def _as_value(block: tuple[str, str]) -> object:
    words, kind = block
    if kind == LINES:
        return words
    return {"type": "subhead" if kind == TITLE else kind, "text": words}


def _with_header_lines(
    paragraphs: Sequence[DraftParagraph],
) -> tuple[tuple[DraftParagraph, ...], tuple[Candidate, ...]]:
    """Find bylines, dates and the dateline among the first paragraphs, as in a plain text."""
    result, candidates = list(paragraphs), list[Candidate]()
    for at, paragraph in enumerate(paragraphs[: text.HEAD_LINES]):
        header = read_header_line(paragraph.text, is_first=False)
        if paragraph.kind == "body" and header and header.kind != "headline":
            result[at] = replace(paragraph, kind=header.kind)
            candidates += header.candidates
    if not any(each.kind == "body" for each in result):  # a short text that only looks like it
        return tuple(paragraphs), ()
    first = next(each.text for each in result if each.kind == "body")
    date = read_dateline(first)
    return tuple(result), (*candidates, date) if date else tuple(candidates)


def _by_rules_for_text(paragraphs: Sequence[DraftParagraph], removed: Mapping[str, int]) -> Prose:
    """Find the headline as the reader of plain text does; all other kinds stay."""
    data = "\n\n".join(each.text for each in paragraphs).encode("utf-8", "replace")
    plain = RawDocument(path="", record=None, data=data, media_type="text/plain", charset="utf-8")
    draft = text.read(plain)
    kinds = {each.text: each.kind for each in paragraphs}
    return Prose(
        paragraphs=tuple(
            replace(each, kind=kinds.get(each.text, each.kind)) if each.kind == "body" else each
            for each in draft.paragraphs
        ),
        candidates=draft.candidates,
        removed=dict(removed),
    )
