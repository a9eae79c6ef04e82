"""Plain text to paragraphs, and paragraphs to the one text with offsets that articles keep.

The rules, in order; when unsure, lines are kept apart:
1. Blank lines part blocks. So does a gap of WIDE_GAP or more blanks inside a line, unless a line
   beside it has one too: that is a table. A block quoted with ">" loses its marks.
2. A block is hard-wrapped if its line breaks are where a column forced them: the first word of the
   next line would not have fitted. Nearly all breaks inside sentences must be of that kind, and
   enough lines must begin in the middle of a sentence. Blocks too short to tell follow the column
   of the document.
3. In a block that is not wrapped each line is a paragraph.
4. In a wrapped block a paragraph ends where the next word would have fitted and the sentence does
   not go on, where the next line is indented, and before an item of a list.
5. Joined lines get a blank between them; none in Chinese, Japanese and South-East Asian scripts,
   after a soft hyphen, or inside a word. A hyphen at a line end is dropped if the document has the
   word without it elsewhere, or divides words in general; else it stays.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tasks.clean import WIDE_GAP
from tasks.joining import join_groups
from tasks.wrapping import (
    SLACK,
    Block,
    Break,
    Columns,
    Line,
    breaks_in,
    find_columns,
    is_forced,
    margin_of,
    own_column,
)

PARAGRAPH_BREAK = "\n\n"  # between the paragraphs of articles.text

MAX_ROW = 200  # characters of a table row


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Paragraphs without line breaks, none of them empty, and how often each rule did something.

    `blocks` and `lines` say for each paragraph in which block it stands (counted from 0; blank
    lines part blocks) and of how many lines it was made. `removed` counts "trailing_blank_lines",
    "surplus_blank_lines" (before the text, and all but one between paragraphs), "wide_gaps",
    "quote_marks" (lines), "joined_lines" and "joined_words" (hyphens dropped).
    """

    paragraphs: tuple[str, ...]
    blocks: tuple[int, ...]
    lines: tuple[int, ...]
    removed: Mapping[str, int]


def split_paragraphs(text: str) -> Layout:
    """Return the paragraphs of `text`, which `clean_text` has cleaned, by the rules above.

    Takes time linear in the length of the text. Raises nothing.
    """
    removed: Counter[str] = Counter()
    blocks = list(_blocks(_lines(text, removed), removed))
    blocks, columns = find_columns(blocks)
    parted = [list(_groups(block, columns)) for block in blocks]
    groups = [group for groups in parted for group in groups]
    return Layout(
        paragraphs=tuple(join_groups(groups, removed)),
        blocks=tuple(number for number, groups in enumerate(parted) for _ in groups),
        lines=tuple(map(len, groups)),
        removed={rule: places for rule, places in removed.items() if places},
    )


def assemble(paragraphs: Sequence[str]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return the text of an article and, per paragraph, its half-open offsets in code points."""
    spans = []
    start = 0
    for paragraph in paragraphs:
        spans.append((start, start + len(paragraph)))
        start += len(paragraph) + len(PARAGRAPH_BREAK)
    return PARAGRAPH_BREAK.join(paragraphs), tuple(spans)


# ---- lines and blocks -------------------------------------------------------------------------
_GAP = " " * WIDE_GAP
_GAPS = re.compile(rf"(?<=\S) {{{WIDE_GAP},}}+(?=\S)")
_BLANKS = " \u3000\xad"  # a soft hyphen alone on a line is nothing
_RUN = re.compile("[ \u3000]{2,}")
_QUOTE = re.compile("(?:> ?)+")


def _lines(text: str, removed: Counter[str]) -> list[str]:
    """Return the lines without trailing blank ones; a line parted by a wide gap becomes several."""
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()  # the last line break ends a line, it begins none
    while lines and not lines[-1].strip():
        lines.pop()
        removed["trailing_blank_lines"] += 1
    return list(_open_gaps(lines, removed)) if _GAP in text else lines


def _open_gaps(lines: list[str], removed: Counter[str]) -> Iterator[str]:
    has_gap = [_GAP in line.strip() for line in lines]
    for at, line in enumerate(lines):
        is_row = len(line) <= MAX_ROW and any(
            has_gap[max(0, at - 1) : at] + has_gap[at + 1 : at + 2]
        )
        if not has_gap[at] or is_row:
            yield line
            continue
        parts = _GAPS.split(line)
        removed["wide_gaps"] += len(parts) - 1
        for part in parts[:-1]:
            yield from (part, "")
        yield parts[-1]


def _blocks(lines: Iterable[str], removed: Counter[str]) -> Iterator[Block]:
    """Part the lines at blank ones, and count those that are more than one."""
    for block in _runs(lines, removed):
        if len(block) > 1 and all(line.lstrip().startswith(">") for line in block):
            removed["quote_marks"] += len(block)
            bare = (_QUOTE.sub("", line.lstrip(), count=1) for line in block)
            yield from ([_line(one) for one in run] for run in _runs(bare, removed))
        else:
            yield [_line(one) for one in block]


def _runs(lines: Iterable[str], removed: Counter[str]) -> Iterator[list[str]]:
    run: list[str] = []
    blank = 1  # blank lines since the last text; before the first none is needed
    for line in lines:
        if not line.isspace() and line.strip(_BLANKS):
            removed["surplus_blank_lines"] += max(0, blank - 1)
            blank = 0
            run.append(line)
            continue
        blank += 1
        if run:
            yield run
            run = []
    if run:
        yield run


def _line(line: str) -> Line:
    bare = line.lstrip()
    text = bare.rstrip()
    if "  " in text or "\u3000" in text:
        text = _RUN.sub(lambda run: " " if " " in run[0] else "\u3000", text)
    indent = len(line) - len(bare)
    return Line(text, indent, indent + len(text), 0)


# ---- paragraphs of a block --------------------------------------------------------------------
_BULLET = re.compile(r"[•▪●○■◦‣∙·*]\s")
_ITEM = re.compile(
    r"[-–—]\s|\(?(?:\d{1,3}|[a-zA-Z])[.)]\s|（?[\d一二三四五六七八九十]{1,3}(?:[、．]|）)"
)


def _groups(block: Block, columns: Columns) -> Iterator[list[str]]:
    """Yield the lines of each paragraph of `block`."""
    if len(block) == 1 or (not columns and not any("\xad" in line.text[-1:] for line in block)):
        yield from ([line.text] for line in block)
        return
    margin = margin_of(block)
    column = own_column(block) or columns.get(margin, 0)
    group = [block[0]]
    for following, each in zip(block[1:], breaks_in(block), strict=True):
        if not _is_set_apart(group, following, margin) and _belongs(group, following, each, column):
            group.append(following)
        else:
            yield [line.text for line in group]
            group = [following]
    yield [line.text for line in group]


def _is_set_apart(group: Block, following: Line, margin: int) -> bool:
    """Tell by its indentation whether a line begins a paragraph; `margin` is the block's least."""
    indent = group[-1].indent
    if following.indent > indent:  # a first line, unless an item of a list hangs over
        return len(group) > 1 or not (_BULLET.match(group[0].text) or _ITEM.match(group[0].text))
    if following.indent < indent:
        return len(group) > 1
    return len(group) == 1 and indent > margin  # paragraphs of one line, each indented


def _belongs(group: Block, following: Line, each: Break, column: int) -> bool:
    """Tell whether the line after a break goes on with the paragraph `group`."""
    if group[-1].text.endswith("\xad"):
        return True
    if column == 0 or _is_item(group[0], following, each, column):
        return False
    is_inside = each.begins == "lower" and not each.ends
    if each.width > column + SLACK:  # a title or a table in a wrapped text
        return is_inside
    # An edited line may be short, but not as short as a line of verse or of a list.
    return is_forced(each, column) or (is_inside and 2 * each.width >= column)


def _is_item(first: Line, following: Line, each: Break, column: int) -> bool:
    """Tell whether a line begins an item of a list, which lines of prose may seem to do.

    "12. Mai" and " – " begin lines where the column says so; items begin after items and colons.
    """
    if _BULLET.match(following.text):
        return True
    is_likely = _ITEM.match(first.text) or each.opens or not is_forced(each, column)
    return bool(is_likely and _ITEM.match(following.text))
