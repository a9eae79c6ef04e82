"""The body of a JSON article to paragraphs: text, HTML, or lists and objects of either."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tasks.clean import clean_line, clean_text
from tasks.layout import split_paragraphs
from tasks.readers.fragment import is_html, paragraphs_in
from tasks.records import DraftParagraph

# Where an object of a body keeps its parts.
_PART_KEYS = ("summary", "headline", "paragraphs", "sections")  # Fundus, in this order
_TEXT_KEYS = ("rendered", "value", "text", "content", "html", "paragraph", "body", "data")
_LIST_KEYS = ("blocks", "items", "children")
# Types of blocks, as editors name them, that are no body text: NO_BODY ones stand elsewhere in
# the article (TREC Washington Post puts title, author and date among the contents).
_BLOCK_KINDS = {
    **dict.fromkeys(("header", "heading", "subhead", "subheading"), "subhead"),
    **dict.fromkeys(("image", "image_caption", "caption", "video", "gallery"), "caption"),
    **dict.fromkeys(("quote", "blockquote", "pullquote"), "quote"),
    **dict.fromkeys(("list", "list_item"), "list_item"),
    "table": "table",
}
_NO_BODY = frozenset(
    ("title", "kicker", "byline", "author_info", "date", "deck", "tweet", "embed", "html_embed")
)

_PAGE_START = 2000  # characters; prologue, comments and blanks before <html> are shorter
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)

# Kinds of paragraphs that make a body.
_TEXT_KINDS = frozenset(("body", "list_item", "quote", "table"))


@dataclass(frozen=True, slots=True)
class Body:
    """Clean paragraphs, and how often each rule removed something to get them."""

    paragraphs: tuple[DraftParagraph, ...]
    removed: Mapping[str, int]


def read_body(value: object, *, is_choice: bool = False) -> Body | None:
    """Return the body in a JSON value, or None when no paragraph of it is text.

    Understood: a string, plain or HTML; a list of them; the blocks of an editor; Fundus's summary
    and sections. `is_choice` says that a list holds the same body in several formats (ninjs
    "bodies"); then the first with text counts, HTML first, because it marks its paragraphs.
    """
    versions: Sequence[object] = (value,)
    if is_choice and isinstance(value, list):
        versions = sorted(value, key=lambda version: not any(map(is_html, _texts(version))))
    for version in versions:
        removed: Counter[str] = Counter()
        paragraphs = tuple(_paragraphs(_blocks(version, "body"), removed))
        if any(paragraph.kind in _TEXT_KINDS for paragraph in paragraphs):
            return Body(paragraphs, removed)
    return None


def page_in(value: object) -> str | None:
    """Return the web page that a string is, from its <html> or <head> on; None for all else."""
    if isinstance(value, str) and "<" in value[:_PAGE_START] and _PAGE.search(value[:_PAGE_START]):
        return value
    return None


def count_chars(value: object) -> int:
    """Return how many code points of raw text a body value holds."""
    return sum(map(len, _texts(value)))


def _texts(value: object) -> Iterator[str]:
    return (text for text, _ in _blocks(value, "body"))


def _blocks(value: object, kind: str) -> Iterator[tuple[str, str]]:
    """Yield (raw text, kind) of the blocks in a body: a string, a list, or nested objects."""
    if isinstance(value, str):
        yield value, kind
    elif isinstance(value, list):
        for inner in value:
            yield from _blocks(inner, kind)
    elif isinstance(value, dict):
        named = str(value.get("subtype") or value.get("type") or "").lower()
        if named not in _NO_BODY:
            yield from _inner_blocks(value, _BLOCK_KINDS.get(named, kind))


def _inner_blocks(value: Mapping[str, object], kind: str) -> Iterator[tuple[str, str]]:
    parts = [key for key in _PART_KEYS if value.get(key)]
    if not parts:
        parts = [key for key in (*_TEXT_KEYS, *_LIST_KEYS) if value.get(key)][:1]
    for part in parts:
        yield from _blocks(value[part], "subhead" if part == "headline" else kind)


def _paragraphs(
    blocks: Iterable[tuple[str, str]], removed: Counter[str]
) -> Iterator[DraftParagraph]:
    """Yield clean paragraphs; plain texts in a row are laid out together."""
    plain: list[str] = []
    for text, kind in _without_html(blocks):
        if kind == "text":
            plain.append(text)
            continue
        yield from _laid_out(plain, removed)
        plain.clear()
        cleaned = clean_line(text)
        removed.update(cleaned.removed)
        if cleaned.text:
            yield DraftParagraph(text=cleaned.text, kind=kind)
    yield from _laid_out(plain, removed)


def _without_html(blocks: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield (text without tags, kind); the kind "text" is for plain text whose lines count."""
    for text, kind in blocks:
        if is_html(text):
            for part, found in paragraphs_in(text):
                yield part, kind if kind != "body" and found in ("body", "text") else found
        else:
            yield text, "text" if kind == "body" else kind


def _laid_out(texts: Sequence[str], removed: Counter[str]) -> Iterator[DraftParagraph]:
    if texts:
        cleaned = clean_text("\n\n".join(texts))
        layout = split_paragraphs(cleaned.text)
        removed.update(cleaned.removed)
        removed.update(layout.removed)
        for text in layout.paragraphs:
            yield DraftParagraph(text=text)
