"""Tells hard-wrapped text from text whose line breaks are meant, and finds the column it has.

A line break was forced by a column if the first word of the next line would not have fitted. Text
is wrapped if nearly all its breaks inside sentences are of that kind and enough lines begin in the
middle of a sentence. Verse, tables, lists and one-line paragraphs are not like that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from tasks.joining import IS_SOUTH_EAST, IS_UNSPACED, UNSPACED

MIN_COLUMN = 30  # characters; narrower lines are verse, lists and tables more often than columns
MAX_COLUMN = 200  # characters; wider lines were seen only where one line is one paragraph
SLACK = 2  # characters by which a line may be short, for instance two blanks after a full stop
FEW = 3  # breaks; fewer are proof only if all of them cut sentences in wide lines
VERSE_COLUMN = 60  # characters; lines of verse are shorter, and alike in length


class Line(NamedTuple):
    """A line without its indentation; widths are in characters until measured in columns."""

    text: str
    indent: int
    width: int  # with the indentation
    word: int  # that its first word takes at the end of the line before; 0 until measured


class Break(NamedTuple):
    """What a line break inside a block looks like."""

    width: int  # columns of the line before it
    needed: int  # columns of that line with the first word of the next line on it
    ends: bool  # the line ends as sentences do
    opens: bool  # it ends with a colon
    begins: str  # the next line begins with "lower", "upper", "caseless" (letters) or "other"
    is_indented: bool  # the next line is indented more than others of the block


Block = list[Line]
Columns = dict[int, int]  # left margin of blocks -> column at which they are wrapped

_DOUBLE = re.compile(f"[\u1100-\u115f{UNSPACED}\uac00-\ud7a3\uffe0-\uffe6]+")
_LONGEST_WORD = 10  # characters: of words in scripts that do not show where a word ends
_WORD = re.compile(r"\S+")
_END = re.compile("[.!?…:;。！？：；．؟۔।॥።།։՞۔][\"'”’»«›“)\\]）」』】〉》]*\\Z")
_GEORGIAN = re.compile("[\u10a0-\u10ff]")  # one case in print, though Unicode calls it lower


def _columns(text: str) -> int:
    """Return the width of `text` in columns; East Asian wide characters take two."""
    if text.isascii() or len(text) > MAX_COLUMN:  # above that the width does not matter
        return len(text)
    return len(text) + sum(map(len, _DOUBLE.findall(text)))


def _first_word(text: str, measure: Callable[[str], int]) -> int:
    """Return the width that the first word of `text` takes at the end of another line."""
    if IS_UNSPACED.match(text):
        return 2 * measure(text[0])  # a character, and one that must not begin or end a line
    word = _WORD.match(text)
    width = measure(word[0]) if word else 0
    return min(width, _LONGEST_WORD) if IS_SOUTH_EAST.match(text) else 1 + width


def _measured(blocks: Iterable[Block], measure: Callable[[str], int]) -> list[Block]:
    return [
        [
            Line(text, indent, indent + measure(text), _first_word(text, measure))
            for text, indent, _, _ in block
        ]
        for block in blocks
    ]


def _begins(text: str) -> str:
    """Say how a line begins, by its first character."""
    first = text[0]
    if first.isupper():
        return "upper"
    if first.islower() and not _GEORGIAN.match(first):
        return "lower"
    return "caseless" if first.isalpha() else "other"


def margin_of(block: Block) -> int:
    """Return the smallest indentation in a block, in characters."""
    return min(line.indent for line in block)


def breaks_in(block: Block) -> list[Break]:
    """Return the breaks between the lines of a measured block, in order."""
    margin = margin_of(block)
    return [
        Break(
            line.width,
            line.width + following.word,
            bool(_END.search(line.text[-4:])),
            line.text[-1] in ":：",
            _begins(following.text),
            following.indent > margin,
        )
        for line, following in pairwise(block)
    ]


def find_columns(blocks: list[Block]) -> tuple[list[Block], Columns]:
    """Return the columns of the document, and the blocks in the measure that shows them.

    Terminals wrap East Asian text by columns, programs by characters.
    """
    several = [block for block in blocks if len(block) > 1]
    if not any(map(_is_narrow, several)):
        return blocks, {}
    by_columns = _measured(blocks, _columns)
    columns = _columns_by_margin(by_columns)
    if not any(_DOUBLE.search(block[0].text) for block in several):
        return by_columns, columns
    by_characters = _measured(blocks, len)
    others = _columns_by_margin(by_characters)
    if _count_forced(by_characters, others) > _count_forced(by_columns, columns):
        return by_characters, others
    return by_columns, columns


def _is_narrow(lines: Sequence[Line]) -> bool:
    """Tell whether nine in ten lines could be lines of a column."""
    widths = sorted((line.width for line in lines), reverse=True)
    return widths[len(widths) // 10] <= MAX_COLUMN


def _count_forced(blocks: Iterable[Block], columns: Columns) -> int:
    return sum(
        is_forced(each, columns[margin])
        for block in blocks
        if (margin := margin_of(block)) in columns
        for each in breaks_in(block)
    )


def _columns_by_margin(blocks: Sequence[Block]) -> Columns:
    """Return the column that blocks with the same left margin have in common.

    Those of other margins have the widest of them: a block of one or two lines shows none.
    """
    alone = max((block[0].width for block in blocks[1:] if len(block) == 1), default=0)
    several = [block for block in blocks if len(block) > 1]
    columns: Columns = {}
    margins = set(map(margin_of, several))
    for margin in margins:
        alike = [block for block in several if margin_of(block) == margin]
        column = _column(alike, alone) or max(filter(None, map(own_column, alike)), default=0)
        if column:
            columns[margin] = column
    widest = max(columns.values(), default=0)
    return {margin: columns.get(margin, widest) for margin in margins} if widest else {}


def own_column(block: Block) -> int | None:
    """Return the column of one block that is long enough to show it."""
    return _column([block]) if len(block) > FEW else None


def _column(blocks: Sequence[Block], widest_alone: int = 0) -> int | None:
    """Return the column that explains the breaks inside `blocks`; a tenth of lines may be wider."""
    widths = sorted((line.width for block in blocks for line in block), reverse=True)
    spare = len(widths) // 10
    if not widths or not MIN_COLUMN <= widths[spare] <= MAX_COLUMN:
        return None
    breaks = [each for block in blocks for each in breaks_in(block)]
    if widths[spare] < VERSE_COLUMN and 4 * widths[-1] > 3 * widths[spare]:
        return None  # some last line of a paragraph is short, the last line of a stanza is not
    for column in dict.fromkeys(widths[: spare + 1]):
        if MIN_COLUMN <= column <= MAX_COLUMN and _is_wrapped(breaks, column, widest_alone):
            return column
    return None


def _is_wrapped(breaks: Sequence[Break], column: int, widest_alone: int) -> bool:
    """Tell whether `column` forced the breaks; `widest_alone` is of lines outside these blocks."""
    forced = [each for each in breaks if is_forced(each, column) and each.width <= column]
    free = [each for each in breaks if not is_forced(each, column)]
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


def is_forced(each: Break, column: int) -> bool:
    """Tell whether the next word would not have fitted into `column`."""
    return each.needed > column - SLACK


def _goes_on(each: Break) -> bool:
    """Tell whether the next line begins in the middle of a sentence."""
    return each.begins == "lower" or (each.begins == "caseless" and not each.ends)
