"""Reader of Markdown (CommonMark with tables), with or without front matter.

The headline is that of the front matter, else the first heading. Text without any mark-up is read
as plain text is. Indented text is no code here: in news it is a paragraph. A text whose paragraphs
are nowhere set apart by blank lines has them line by line, whatever CommonMark makes of that.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from tasks.decode import decode
from tasks.joining import join_groups
from tasks.readers import text
from tasks.readers.fragment import paragraphs_in
from tasks.readers.frontmatter import FrontMatter, read_front_matter
from tasks.readers.prose import LINES, TITLE, is_same, keep_first_line, read_prose
from tasks.records import Decoded, Draft, RawDocument

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

EXTRACTOR = "markdown 1"
# Characters that are parsed, a hundred times an article; what is longer is a dump, read as text.
# The parser takes 1 s for them, 5 s where they are one row of unclosed stars.
_MOST_PARSED = 300_000

_LINE_END = re.compile(r"\r\n?")
_MARK_UP = re.compile(
    r"^ {0,3}(?:#{1,6}[ \t]|>|[-*+][ \t]|\d{1,9}[.)][ \t]|```|~~~|={3,}[ \t]*$|-{3,}[ \t]*$|\|)"
    r"|\]\(|\]\[|^\[[^\]\n]+\]:|\*\w|_\w[^_\n]*_|`|<[a-zA-Z/!]|\\\W|&#?\w+;|  $",
    re.MULTILINE,
)
# {{< figure >}} of Hugo, {% include %} of Jekyll; import and export lines of MDX.
_GENERATED = re.compile(
    r"\{\{[<%][^{}\n]*[>%]\}\}|\{%[^%{}\n]*%\}"
    r"|^(?:import\s[^\n]{1,200}\sfrom\s+['\"][^'\"\n]+['\"];?|export\s+(?:const|default)\b[^\n]*)$",
    re.MULTILINE,
)
_NO_TEXT = re.compile(r"\s*<(?:script|style|svg|iframe|object|!--)", re.IGNORECASE)
_HARD_BREAK = "\n\n"
_KINDS = {
    "heading_open": "subhead",
    "list_item_open": "list_item",
    "blockquote_open": "quote",
    "table_open": "table",
}


def read(document: RawDocument) -> Draft:
    """Return the draft of one Markdown text.

    Raises CannotRead: what `decode` raises, "read.no_body" without a paragraph, and what the
    reader of plain text raises.
    """
    decoded = decode(document.data, charset=document.charset)
    source = _LINE_END.sub("\n", decoded.text)
    front = read_front_matter(source.lstrip("\n")) if source.strip() else None
    if front:
        source = source.lstrip("\n")[front.end :]
    if not _MARK_UP.search(source) or len(source) > _MOST_PARSED:
        return _read_plain(document, decoded, source, front)
    source, generated = _GENERATED.subn("", source)
    blocks = _beside_headline(_joined(list(_blocks(_parser().parse(source)))), front)
    has_headline = bool(front and front.headline)
    prose = read_prose(blocks, source="markdown:heading", has_headline=has_headline)
    return Draft(
        paragraphs=prose.paragraphs,
        candidates=(*(front.candidates if front else ()), *prose.candidates),
        encoding=decoded.encoding,
        encoding_method=decoded.method,
        extractor=EXTRACTOR,
        removed={**prose.removed, **({"template_tags": generated} if generated else {})},
        extra=front.extra if front else {},
    )


def _read_plain(
    document: RawDocument, decoded: Decoded, source: str, front: FrontMatter | None
) -> Draft:
    """Read a text without mark-up as plain text."""
    if front is None:
        return text.read(document)
    data = source.encode("utf-8", "replace")
    draft = text.read(replace(document, data=data, charset="utf-8"))
    return replace(
        draft,
        paragraphs=keep_first_line(draft, front.headline) if front.headline else draft.paragraphs,
        candidates=(*front.candidates, *draft.candidates),
        encoding=decoded.encoding,
        encoding_method=decoded.method,
        extra=front.extra,
    )


def _joined(blocks: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    """Join the lines of paragraphs, unless the text is one block of lines."""
    if sum(kind == LINES for _, kind in blocks) < 2:
        return blocks
    return [(_one_line(words) if kind == LINES else words, kind) for words, kind in blocks]


def _one_line(words: str) -> str:
    """Join lines; what a hard break parts stays apart."""
    parts = (part.split("\n") for part in words.split(_HARD_BREAK))
    groups = [
        lines for part in parts if (lines := [bare for line in part if (bare := line.strip())])
    ]
    return _HARD_BREAK.join(join_groups(groups, Counter()))


def _beside_headline(
    blocks: Sequence[tuple[str, str]], front: FrontMatter | None
) -> Sequence[tuple[str, str]]:
    """Keep a first heading that is not the headline of the front matter as a heading."""
    headline = front.headline if front else ""
    return [
        (words, "subhead" if kind == TITLE and headline and not is_same(words, headline) else kind)
        for words, kind in blocks
    ]


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # 120 ms, needed for Markdown only

    return MarkdownIt("commonmark").enable("table").disable("code")


def _blocks(tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """Yield (text, kind) of the blocks; a row of a table is one."""
    kinds = [LINES]
    cells: list[str] = []
    is_first = True
    for token in tokens:
        if token.type == "inline":
            words = _words(token)
            if kinds[-1] == "table":
                cells.append(words.replace("\n", " "))
            elif words.strip():
                is_title = kinds[-1] == "subhead" and (is_first or kinds[-2:] == [TITLE, "subhead"])
                yield words, TITLE if is_title else kinds[-1]
                is_first = False
        elif token.type == "tr_close":
            yield " | ".join(cells), "table"
            cells.clear()
        elif token.type == "html_block" and not _NO_TEXT.match(token.content):
            yield from paragraphs_in(token.content)
        elif token.type in ("fence", "code_block"):
            yield token.content, LINES
        _nest(kinds, token)


def _nest(kinds: list[str], token: Token) -> None:
    """Follow the opening and closing of blocks; a heading of the first level may be the title."""
    if token.nesting == 1:
        if token.tag == "h1":
            kinds.append(TITLE)
        kinds.append(_KINDS.get(token.type, kinds[-1]))
    elif token.nesting == -1:
        kinds.pop()
        if token.tag == "h1":
            kinds.pop()


def _words(token: Token) -> str:
    """Return the text of a block without its mark-up; images have none, breaks stay."""
    pieces = []
    for child in token.children or ():
        if child.type == "softbreak":
            pieces.append("\n")
        elif child.type == "hardbreak":
            pieces.append(_HARD_BREAK)
        elif child.type == "html_inline":
            pieces.append(_HARD_BREAK if child.content[:3].lower() == "<br" else "")
        elif child.type != "image":
            pieces.append(child.content)
    return "".join(pieces)
