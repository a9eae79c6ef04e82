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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from tasks.clean import WIDE_GAP
from tasks.joining import IS_SOUTH_EAST, IS_UNSPACED, UNSPACED, join_groups

PARAGRAPH_BREAK = "\n\n"  # between the paragraphs of articles.text

MIN_COLUMN = 30  # characters; narrower lines are verse, lists and tables more often than columns
MAX_COLUMN = 200  # characters; wider lines were seen only where one line is one paragraph
MAX_ROW = 200  # characters of a table row
SLACK = 2  # characters by which a line may be short, for instance two blanks after a full stop
FEW = 3  # breaks; fewer are proof only if all of them cut sentences in wide lines
VERSE_COLUMN = 60  # characters; lines of verse are shorter, and alike in length


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


class _Line(NamedTuple):
    """A line without its indentation; widths are in columns, or in characters."""

    text: str
    indent: int
    width: int  # with the indentation
    word: int  # that its first word would take at the end of the line before


class _Break(NamedTuple):
    """What a line break inside a block looks like."""

    width: int  # columns of the line before it
    needed: int  # columns of that line with the first word of the next line on it
    ends: bool  # the line ends as sentences do
    opens: bool  # it ends with a colon
    begins: str  # the next line begins with "lower", "upper", "caseless" (letters) or "other"
    is_indented: bool  # the next line is indented more than others of the block


_Block = list[_Line]


def split_paragraphs(text: str) -> Layout:
    """Return the paragraphs of `text`, which `clean_text` has cleaned, by the rules above.

    Takes time linear in the length of the text. Raises nothing.
    """
    removed: Counter[str] = Counter()
    blocks = list(_blocks(_lines(text, removed), removed))
    blocks, column = _find_column(blocks)
    parted = [list(_groups(block, column)) for block in blocks]
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


def _blocks(lines: Iterable[str], removed: Counter[str]) -> Iterator[_Block]:
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


def _line(line: str) -> _Line:
    bare = line.lstrip()
    text = bare.rstrip()
    if "  " in text or "\u3000" in text:
        text = _RUN.sub(lambda run: " " if " " in run[0] else "\u3000", text)
    indent = len(line) - len(bare)
    return _Line(text, indent, indent + _columns(text), _first_word(text, _columns))


# ---- is it wrapped? ---------------------------------------------------------------------------
_DOUBLE = re.compile(f"[\u1100-\u115f{UNSPACED}\uac00-\ud7a3\uffe0-\uffe6]")
_LONGEST_WORD = 10  # characters: of words in scripts that do not show where a word ends
_WORD = re.compile(r"\S+")
_END = re.compile("[.!?…:;。！？：；．؟۔।॥።།։՞۔][\"'”’»«›“)\\]）」』】〉》]*\\Z")
_GEORGIAN = re.compile("[\u10a0-\u10ff]")  # one case in print, though Unicode calls it lower


def _columns(text: str) -> int:
    """Return the width of `text` in columns; East Asian wide characters take two."""
    if text.isascii() or len(text) > MAX_COLUMN:  # above that the width does not matter
        return len(text)
    return len(text) + len(_DOUBLE.findall(text))


def _first_word(text: str, measure: Callable[[str], int]) -> int:
    """Return the width that the first word of `text` takes at the end of another line."""
    if IS_UNSPACED.match(text):
        return 2 * measure(text[0])  # a character, and one that must not begin or end a line
    word = _WORD.match(text)
    width = measure(word[0]) if word else 0
    return min(width, _LONGEST_WORD) if IS_SOUTH_EAST.match(text) else 1 + width


def _in_characters(block: _Block) -> _Block:
    return [
        line._replace(width=line.indent + len(line.text), word=_first_word(line.text, len))
        for line in block
    ]


def _begins(text: str) -> str:
    """Say how a line begins, by its first character."""
    first = text[0]
    if first.isupper():
        return "upper"
    if first.islower() and not _GEORGIAN.match(first):
        return "lower"
    return "caseless" if first.isalpha() else "other"


def _margin(block: _Block) -> int:
    return min(line.indent for line in block)


def _breaks(block: _Block) -> list[_Break]:
    margin = _margin(block)
    return [
        _Break(
            line.width,
            line.width + following.word,
            bool(_END.search(line.text[-4:])),
            line.text[-1] in ":：",
            _begins(following.text),
            following.indent > margin,
        )
        for line, following in pairwise(block)
    ]


def _find_column(blocks: list[_Block]) -> tuple[list[_Block], int | None]:
    """Return the column of the document, and the blocks in the measure that shows it.

    Terminals wrap East Asian text by columns, programs by characters.
    """
    column = _document_column(blocks)
    if not any(len(block) > 1 and _DOUBLE.search(block[0].text) for block in blocks):
        return blocks, column
    narrow = [_in_characters(block) for block in blocks]
    other = _document_column(narrow)
    if _count_forced(narrow, other) > _count_forced(blocks, column):
        return narrow, other
    return blocks, column


def _count_forced(blocks: Iterable[_Block], column: int | None) -> int:
    if column is None:
        return 0
    return sum(_is_forced(each, column) for block in blocks for each in _breaks(block))


def _document_column(blocks: Sequence[_Block]) -> int | None:
    """Return the column at which the document is wrapped, or None."""
    several = [block for block in blocks if len(block) > 1]
    alone = [block[0].width for block in blocks[1:] if len(block) == 1]
    pooled = _column([line for block in several for line in block], several, max(alone, default=0))
    if pooled is not None:
        return pooled
    return max(filter(None, map(_own_column, several)), default=None)


def _own_column(block: _Block) -> int | None:
    """Return the column of one block that is long enough to show it."""
    return _column(block, [block]) if len(block) > FEW else None


def _column(lines: Sequence[_Line], blocks: Sequence[_Block], widest_alone: int = 0) -> int | None:
    """Return the column that explains the breaks inside `blocks`; a tenth of lines may be wider."""
    widths = sorted((line.width for line in lines), reverse=True)
    spare = len(widths) // 10
    if not widths or not MIN_COLUMN <= widths[spare] <= MAX_COLUMN:
        return None
    breaks = [each for block in blocks for each in _breaks(block)]
    if widths[spare] < VERSE_COLUMN and 4 * widths[-1] > 3 * widths[spare]:
        return None  # some last line of a paragraph is short, the last line of a stanza is not
    for column in dict.fromkeys(widths[: spare + 1]):
        if MIN_COLUMN <= column <= MAX_COLUMN and _is_wrapped(breaks, column, widest_alone):
            return column
    return None


def _is_wrapped(breaks: Sequence[_Break], column: int, widest_alone: int) -> bool:
    """Tell whether `column` forced the breaks; `widest_alone` is of lines outside these blocks."""
    forced = [each for each in breaks if _is_forced(each, column) and each.width <= column]
    free = [each for each in breaks if not _is_forced(each, column)]
    inside = sum(_goes_on(each) for each in forced)
    if len(forced) < FEW:
        is_wide = column >= max(VERSE_COLUMN, widest_alone - SLACK)
        return is_wide and 0 < inside == len(breaks)
    unexplained = sum(not (each.ends or each.is_indented) for each in free)
    # One break in seven may be odd (a subhead, an edited line). A sentence ends at one break in ten
    # of wrapped prose, and at nearly all where a line is a paragraph. Of the lines of prose about
    # six in ten begin inside a sentence and without a capital. Most paragraphs have two lines.
    sentences = sum(each.ends for each in forced)
    told = sum(each.begins != "other" for each in forced)
    plain = sum(not each.is_indented for each in free)
    return (
        6 * unexplained <= len(forced)
        and 2 * sentences <= len(forced)
        and inside * 3 >= max(told, 1)
        and 3 * len(forced) >= 2 * plain
    )


def _is_forced(each: _Break, column: int) -> bool:
    return each.needed > column - SLACK


def _goes_on(each: _Break) -> bool:
    """Tell whether the next line begins in the middle of a sentence."""
    return each.begins == "lower" or (each.begins == "caseless" and not each.ends)


# ---- paragraphs of a block --------------------------------------------------------------------
_BULLET = re.compile(r"[•▪●○■◦‣∙·*]\s")
_ITEM = re.compile(
    r"[-–—]\s|\(?(?:\d{1,3}|[a-zA-Z])[.)]\s|（?[\d一二三四五六七八九十]{1,3}(?:[、．]|）)"
)


def _groups(block: _Block, column: int | None) -> Iterator[list[str]]:
    """Yield the lines of each paragraph of `block`."""
    if len(block) == 1 or (column is None and not any("\xad" in line.text[-1:] for line in block)):
        yield from ([line.text] for line in block)
        return
    column = _own_column(block) or column or 0
    margin = _margin(block)
    group = [block[0]]
    for following, each in zip(block[1:], _breaks(block), strict=True):
        if not _is_set_apart(group, following, margin) and _belongs(group, following, each, column):
            group.append(following)
        else:
            yield [line.text for line in group]
            group = [following]
    yield [line.text for line in group]


def _is_set_apart(group: _Block, following: _Line, margin: int) -> bool:
    """Tell by its indentation whether a line begins a paragraph; `margin` is the block's least."""
    indent = group[-1].indent
    if following.indent > indent:  # a first line, unless an item of a list hangs over
        return len(group) > 1 or not (_BULLET.match(group[0].text) or _ITEM.match(group[0].text))
    if following.indent < indent:
        return len(group) > 1
    return len(group) == 1 and indent > margin  # paragraphs of one line, each indented


def _belongs(group: _Block, following: _Line, each: _Break, column: int) -> bool:
    """Tell whether the line after a break goes on with the paragraph `group`."""
    if group[-1].text.endswith("\xad"):
        return True
    if column == 0 or _is_item(group[0], following, each, column):
        return False
    is_inside = each.begins == "lower" and not each.ends
    if each.width > column + SLACK:  # a title or a table in a wrapped text
        return is_inside
    # An edited line may be short, but not as short as a line of verse or of a list.
    return _is_forced(each, column) or (is_inside and 2 * each.width >= column)


def _is_item(first: _Line, following: _Line, each: _Break, column: int) -> bool:
    """Tell whether a line begins an item of a list, which lines of prose may seem to do.

    "12. Mai" and " – " begin lines where the column says so; items begin after items and colons.
    """
    if _BULLET.match(following.text):
        return True
    is_likely = _ITEM.match(first.text) or each.opens or not _is_forced(each, column)
    return bool(is_likely and _ITEM.match(following.text))
